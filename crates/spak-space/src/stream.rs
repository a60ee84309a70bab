//! What does not fit a diagram: the same programs, depth first, in memory that does not grow.
//!
//! Nothing is merged and nothing is counted beforehand, so a count is only as good as the work that was
//! granted, and says whether it is complete.

use num_bigint::BigUint;

use crate::bounds::strengthened;
use crate::dag::{Dag, Node};
use crate::evaluate::{Slowness, evaluate};
use crate::grow::{Domain, Grower, Runner};
use crate::lower::{Lowered, lower};
use crate::make::MakeError;
use crate::order;
use crate::problem::Problem;
use crate::program::{Program, Source, programs, split};
use crate::tree::{Position, tree};

/// A space that is searched as it is walked through.
#[derive(Clone, Debug)]
pub struct Streamed {
    sizes: Vec<u32>,
    /// The parameter of each number in the graph.
    bound: Vec<u32>,
    free: Vec<u32>,
    dag: Dag,
    slow: Slowness,
    conditions: Vec<Node>,
    positions: Vec<Position>,
    programs: Vec<Program>,
    is_empty: bool,
}

/// How far a walk came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Walked {
    /// Configs found; with the values of free parameters each stands for several.
    pub found: BigUint,
    /// Whether these are all.
    pub is_complete: bool,
}

impl Streamed {
    /// The space of a problem.
    ///
    /// # Errors
    /// When a condition cannot be understood.
    pub fn of(problem: &Problem) -> Result<Self, MakeError> {
        let lowered = lower(problem)
            .map_err(|(index, diagnostic)| MakeError::Condition(index, diagnostic))?;
        let Lowered { mut dag, slow, roots, bound, sizes, .. } = lowered;
        let conditions = split(&dag, roots.iter().map(|root| root.truth.yes));
        let is_empty = conditions.is_none();
        let conditions = conditions.unwrap_or_default();
        let supports: Vec<u128> = conditions.iter().map(|c| dag.support(*c)).collect();
        let named = supports.iter().fold(0, |all, s| all | s);
        // One chain over everything: components would be independent, but there is no sum to be had.
        let order = order::candidates(named, &supports).into_iter().next().unwrap_or_default();
        let positions = if order.is_empty() { Vec::new() } else { chain(&order) };
        let strong = strengthened(&mut dag, &positions, &conditions);
        let programs = programs(&mut dag, &positions, &strong);
        let is_free = |index: &u32| {
            let number = bound.iter().position(|b| b == index);
            number.is_none_or(|number| named & (1 << number) == 0)
        };
        let free = (0..sizes.len() as u32).filter(is_free).collect();
        Ok(Self { sizes, bound, free, dag, slow, conditions, positions, programs, is_empty })
    }

    /// Whether a config is valid.
    pub fn contains(&mut self, config: &[u32]) -> bool {
        if self.is_empty || config.len() != self.sizes.len() {
            return false;
        }
        if config.iter().zip(&self.sizes).any(|(value, size)| value >= size) {
            return false;
        }
        let by_number: Vec<u32> =
            self.bound.iter().map(|i| config.get(*i as usize).copied().unwrap_or(0)).collect();
        let (dag, slow) = (&self.dag, &mut self.slow);
        self.conditions.iter().all(|c| evaluate(dag, slow, *c, &by_number) != 0)
    }

    /// Counts as far as `work` values that are looked at lead.
    pub fn count(&mut self, work: u64) -> Walked {
        let each: BigUint =
            self.free.iter().map(|p| BigUint::from(self.sizes[*p as usize])).product();
        let mut found = 0_u64;
        let is_complete = self.walk_bound(work, &mut |_| {
            found += 1;
            true
        });
        Walked { found: each * found, is_complete }
    }

    /// Calls `f` for each config until it says `false`; whether everything was looked at.
    pub fn walk(&mut self, work: u64, f: &mut dyn FnMut(&[u32]) -> bool) -> bool {
        let free: Vec<(usize, u32)> =
            self.free.iter().map(|p| (*p as usize, self.sizes[*p as usize])).collect();
        let mut whole = Vec::new();
        self.walk_bound(work, &mut |config| {
            whole.clear();
            whole.extend_from_slice(config);
            // Every combination of the values that no condition is about.
            loop {
                if !f(&whole) {
                    return false;
                }
                let next = free.iter().rev().find(|(p, size)| whole[*p] + 1 < *size).copied();
                let Some((raised, _)) = next else { return true };
                whole[raised] += 1;
                for (parameter, _) in free.iter().rev().take_while(|(p, _)| *p != raised) {
                    whole[*parameter] = 0;
                }
            }
        })
    }

    /// The same, with free parameters at their first value.
    fn walk_bound(&mut self, work: u64, f: &mut dyn FnMut(&[u32]) -> bool) -> bool {
        if self.is_empty || self.free.iter().any(|p| self.sizes[*p as usize] == 0) {
            return true;
        }
        if self.positions.is_empty() {
            f(&vec![0; self.sizes.len()]);
            return true;
        }
        let Self { sizes, bound, dag, slow, positions, programs, .. } = self;
        let allowed =
            |number: u32| -> Vec<u32> { (0..sizes[bound[number as usize] as usize]).collect() };
        let variables: Vec<usize> =
            positions.iter().map(|p| bound[p.variable as usize] as usize).collect();
        let mut config = vec![0_u32; sizes.len()];
        let mut work = work;
        let mut chain = Chain { dag, slow, positions, programs };
        chain.walk(&allowed, &mut work, &mut |values| {
            for (parameter, value) in variables.iter().zip(values) {
                config[*parameter] = *value;
            }
            f(&config)
        })
    }
}

/// Positions one below the other, with what is computed at each.
pub(crate) struct Chain<'c> {
    pub(crate) dag: &'c Dag,
    pub(crate) slow: &'c mut Slowness,
    pub(crate) positions: &'c [Position],
    pub(crate) programs: &'c [Program],
}

impl Chain<'_> {
    /// Calls `f` with the value at each position, for every config, until it says `false` or no `work`
    /// (values looked at) is left; whether everything was looked at.
    pub(crate) fn walk(
        &mut self,
        allowed: &dyn Fn(u32) -> Vec<u32>,
        work: &mut u64,
        f: &mut dyn FnMut(&[u32]) -> bool,
    ) -> bool {
        let Self { dag, slow, positions, programs } = self;
        let mut domains: Vec<Domain> = Vec::with_capacity(positions.len());
        for (at, position) in positions.iter().enumerate() {
            let mut grower = Grower { dag, slow, positions, programs, work: 0 };
            domains.push(grower.domain(at, &allowed(position.variable)));
        }
        let mut runners: Vec<Runner<'_>> =
            programs.iter().zip(&domains).map(|(p, d)| Runner::new(p, d)).collect();
        let mut items: Vec<Vec<u64>> = vec![Vec::new(); positions.len()];
        let mut next: Vec<usize> = vec![0; positions.len()];
        let mut values: Vec<u32> = vec![0; positions.len()];
        let mut at = 0_usize;
        let Some(first) = runners.first_mut() else { return f(&values) };
        first.run(dag, slow, &[]);
        loop {
            let Some(place) = runners[at].alive.get(next[at]).copied() else {
                // Nothing left here.
                match at.checked_sub(1) {
                    Some(above) => {
                        at = above;
                        next[at] += 1;
                        continue;
                    }
                    None => return true,
                }
            };
            values[at] = domains[at].values[place as usize];
            if at + 1 == positions.len() {
                if !f(&values) {
                    return false;
                }
                next[at] += 1;
                continue;
            }
            let cost = (domains[at + 1].values.len() as u64).max(1) * programs[at + 1].weight;
            let Some(left) = work.checked_sub(cost) else {
                *work = 0;
                return false;
            };
            *work = left;
            let mut handed = std::mem::take(&mut items[at + 1]);
            handed.clear();
            if let Some(output) = programs[at].outputs.first() {
                let words = output
                    .iter()
                    .map(|source| word(*source, place, &items[at], &domains[at], &runners[at]));
                handed.extend(words);
            }
            at += 1;
            next[at] = 0;
            runners[at].run(dag, slow, &handed);
            items[at] = handed;
        }
    }
}

fn word(source: Source, place: u32, items: &[u64], domain: &Domain, runner: &Runner<'_>) -> u64 {
    match source {
        Source::Constant(word) => word,
        Source::Item(at) => items[at as usize],
        Source::Column(at) => domain.columns[at as usize][place as usize],
        Source::Result(at) => runner.results[at as usize][place as usize],
    }
}

/// Positions one below the other.
pub(crate) fn chain(order: &[u32]) -> Vec<Position> {
    let all = order.iter().fold(0_u128, |all, v| all | 1 << v);
    // One condition over everything keeps the tree from falling apart.
    tree(order, &[all])
}
