//! Which conditions are to blame: for an empty space, for a value that no config has, and for a
//! condition that has no value somewhere.

use num_bigint::BigUint;

use crate::dag::Node;
use crate::lower::{Lowered, lower};
use crate::make::{Limits, MakeError, make};
use crate::problem::Problem;
use crate::space::Space;

/// Spaces made to find out who is to blame, at most.
const MAX_TESTS: usize = 4_000;

/// A set of conditions, by index, that cannot hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Ascending; none of them can be left out.
    pub constraints: Vec<u32>,
    /// Whether it is known that no smaller set is in conflict.
    pub is_smallest: bool,
}

/// What one condition removes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Configs that would be valid if only this condition were there.
    pub alone: BigUint,
    /// Configs that are valid without this condition, all others in force.
    pub without: BigUint,
}

/// A condition that has no value for some configs which satisfy all others.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Undefined {
    /// The condition.
    pub constraint: u32,
    /// How many configs; they count as invalid.
    pub count: BigUint,
    /// One of them.
    pub example: Vec<u32>,
}

/// A problem that questions can be asked about; conditions are taken apart once.
#[derive(Clone, Debug)]
pub struct Explainer {
    lowered: Lowered,
    limits: Limits,
    tests: usize,
}

impl Explainer {
    /// For a problem.
    ///
    /// # Errors
    /// When a condition cannot be understood.
    pub fn new(problem: &Problem, limits: Limits) -> Result<Self, MakeError> {
        let lowered = lower(problem)
            .map_err(|(index, diagnostic)| MakeError::Condition(index, diagnostic))?;
        Ok(Self { lowered, limits, tests: 0 })
    }

    /// Conditions that cannot hold together, the smallest set of them; `None` when all can, or when the
    /// limits do not allow to tell.
    pub fn conflict(&mut self) -> Option<Conflict> {
        self.conflict_with(&[])
    }

    /// The same where parameters, by index, have the values with these indices: who excludes them.
    pub fn exclusion(&mut self, fixed: &[(u32, u32)]) -> Option<Conflict> {
        let fixed = self.numbered(fixed);
        self.conflict_with(&fixed)
    }

    /// How many valid configs have these values under some of the conditions (`None`: under all);
    /// parameters and values by index. An error says that the limits do not allow to tell.
    ///
    /// # Errors
    /// See [`MakeError`].
    pub fn count_where(
        &mut self,
        fixed: &[(u32, u32)],
        constraints: Option<&[u32]>,
    ) -> Result<BigUint, MakeError> {
        let numbered = self.numbered(fixed);
        let all = self.constraints();
        let mut count = self.space(constraints.unwrap_or(&all), &numbered)?.count();
        // No condition names these: one of their values is as good as another.
        for (parameter, value) in fixed {
            if !self.lowered.bound.contains(parameter) {
                let size = self.lowered.sizes.get(*parameter as usize).copied().unwrap_or(0);
                if *value >= size {
                    return Ok(BigUint::from(0_u32));
                }
                count /= size;
            }
        }
        Ok(count)
    }

    /// Parameters by their numbers in the graph; those that no condition names are left out.
    fn numbered(&self, fixed: &[(u32, u32)]) -> Vec<(u32, u32)> {
        let number = |parameter: u32| self.lowered.bound.iter().position(|i| *i == parameter);
        fixed.iter().filter_map(|(p, value)| Some((number(*p)? as u32, *value))).collect()
    }

    fn conflict_with(&mut self, fixed: &[(u32, u32)]) -> Option<Conflict> {
        self.tests = 0;
        let all: Vec<u32> = self.constraints();
        if !self.is_empty(&all, fixed)? {
            return None;
        }
        // Leave out one after another.
        let mut needed = all.clone();
        for constraint in &all {
            let without: Vec<u32> = needed.iter().copied().filter(|c| c != constraint).collect();
            if self.is_empty(&without, fixed)? {
                needed = without;
            }
        }
        let smallest = self.smallest(&all, fixed, needed.len());
        Some(match smallest {
            Some(constraints) => Conflict { constraints, is_smallest: true },
            None => Conflict { constraints: needed, is_smallest: false },
        })
    }

    /// A smallest set in conflict, no larger than `most`; `None` when that takes too many tests.
    ///
    /// Every set that can hold leaves something out that a conflict must have (a correction set); the
    /// smallest set that has something of each is a conflict, or shows one more of them. See Ignatiev,
    /// Previti, Liffiton and Marques-Silva, "Smallest MUS Extraction with Minimal Hitting Set
    /// Dualization", CP 2015.
    fn smallest(&mut self, all: &[u32], fixed: &[(u32, u32)], most: usize) -> Option<Vec<u32>> {
        let mut corrections: Vec<Vec<u32>> = Vec::new();
        loop {
            let candidate = hitting_set(&corrections, most)?;
            if self.is_empty(&candidate, fixed)? {
                return Some(candidate);
            }
            let mut holds = candidate.clone();
            for constraint in all.iter().filter(|c| !candidate.contains(c)) {
                holds.push(*constraint);
                if self.is_empty(&holds, fixed)? {
                    holds.pop();
                }
            }
            corrections.push(all.iter().copied().filter(|c| !holds.contains(c)).collect());
        }
    }

    /// What each condition removes, in the order of the problem; `None` when the limits do not allow to
    /// tell.
    pub fn removals(&mut self) -> Option<Vec<Removal>> {
        let all = self.constraints();
        let mut found = Vec::with_capacity(all.len());
        for constraint in &all {
            let without: Vec<u32> = all.iter().copied().filter(|c| c != constraint).collect();
            found.push(Removal {
                alone: self.space(&[*constraint], &[]).ok()?.count(),
                without: self.space(&without, &[]).ok()?.count(),
            });
        }
        Some(found)
    }

    /// Conditions that divide by zero, or compare what cannot be compared, for configs that satisfy all
    /// the others.
    pub fn undefined(&mut self) -> Vec<Undefined> {
        let mut found = Vec::new();
        for at in 0..self.lowered.roots.len() {
            let root = self.lowered.roots[at];
            let Some(constraint) = root.constraint else { continue };
            let dag = &mut self.lowered.dag;
            let (not_true, not_false) = (dag.not(root.truth.yes), dag.not(root.truth.no));
            let neither = dag.all(&[not_true, not_false]);
            if neither == crate::dag::FALSE {
                continue;
            }
            let mut roots: Vec<Node> = self.lowered.roots.iter().map(|r| r.truth.yes).collect();
            roots[at] = neither;
            let Ok(space) = make(&mut self.lowered, &roots, &[], self.limits) else { continue };
            if let Some(example) = space.unrank(&BigUint::from(0_u32)) {
                found.push(Undefined { constraint, count: space.count(), example });
            }
        }
        found
    }

    /// The conditions that a config breaks, by index; a condition without a value is broken.
    pub fn broken(&mut self, config: &[u32]) -> Vec<u32> {
        let by_number: Vec<u32> = self
            .lowered
            .bound
            .iter()
            .map(|index| config.get(*index as usize).copied().unwrap_or(0))
            .collect();
        let Lowered { dag, slow, roots, .. } = &mut self.lowered;
        let holds = |node| crate::evaluate::evaluate(dag, slow, node, &by_number) != 0;
        let mut holds = holds;
        roots
            .iter()
            .filter(|root| !holds(root.truth.yes))
            .filter_map(|root| root.constraint)
            .collect()
    }

    fn constraints(&self) -> Vec<u32> {
        self.lowered.roots.iter().filter_map(|root| root.constraint).collect()
    }

    /// The space of some of the conditions.
    fn space(&mut self, constraints: &[u32], fixed: &[(u32, u32)]) -> Result<Space, MakeError> {
        let roots: Vec<Node> = self
            .lowered
            .roots
            .iter()
            .filter(|root| root.constraint.is_none_or(|c| constraints.contains(&c)))
            .map(|root| root.truth.yes)
            .collect();
        make(&mut self.lowered, &roots, fixed, self.limits)
    }

    fn is_empty(&mut self, constraints: &[u32], fixed: &[(u32, u32)]) -> Option<bool> {
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return None;
        }
        self.space(constraints, fixed).ok().map(|space| space.is_empty())
    }
}

/// A smallest set, ascending, that has an element of each of these; `None` above `most`.
fn hitting_set(sets: &[Vec<u32>], most: usize) -> Option<Vec<u32>> {
    fn extend(sets: &[Vec<u32>], chosen: &mut Vec<u32>, left: usize, steps: &mut usize) -> bool {
        let Some(open) = sets.iter().find(|set| !set.iter().any(|e| chosen.contains(e))) else {
            return true;
        };
        if left == 0 || *steps == 0 {
            return false;
        }
        *steps -= 1;
        for element in open {
            chosen.push(*element);
            if extend(sets, chosen, left - 1, steps) {
                return true;
            }
            chosen.pop();
        }
        false
    }
    let mut steps = 100_000;
    for size in 0..=most {
        let mut chosen = Vec::new();
        if extend(sets, &mut chosen, size, &mut steps) {
            chosen.sort_unstable();
            return Some(chosen);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::{Constraint, Dialect, Parameter};
    use spak_records::Value;

    fn problem(parameters: &[(&str, &[i64])], constraints: &[&str]) -> Problem {
        Problem {
            parameters: parameters
                .iter()
                .map(|(name, values)| {
                    Parameter::new(*name, values.iter().map(|v| Value::Int(*v)).collect())
                })
                .collect(),
            constraints: constraints
                .iter()
                .map(|text| Constraint {
                    text: (*text).to_owned(),
                    expr: spak_expr::parse(text, 0).expr.unwrap(),
                })
                .collect(),
            symbols: std::collections::BTreeMap::new(),
            dialect: Dialect::Design,
        }
    }

    fn explainer(parameters: &[(&str, &[i64])], constraints: &[&str]) -> Explainer {
        Explainer::new(&problem(parameters, constraints), Limits::default()).unwrap()
    }

    #[test]
    fn the_smallest_conflict_is_found_among_larger_ones() {
        // Leaving out from the front finds {1, 2, 3}; {0, 4} is smaller.
        let mut space = explainer(
            &[("a", &[1, 2, 3]), ("b", &[1, 2, 3])],
            &["a < b", "a >= 2", "b <= 2", "a != 3 or b != 3", "b < a"],
        );
        let conflict = space.conflict().unwrap();
        assert_eq!(conflict, Conflict { constraints: vec![0, 4], is_smallest: true });
    }

    #[test]
    fn a_value_is_excluded_by_the_conditions_that_do_it() {
        let mut space = explainer(
            &[("tile", &[16, 32, 64, 128]), ("warps", &[1, 2, 4]), ("other", &[1, 2])],
            &["tile * warps <= 128", "warps >= 2", "other < 3"],
        );
        assert_eq!(space.conflict(), None);
        assert_eq!(space.exclusion(&[(0, 3)]).unwrap().constraints, [0, 1]);
        assert_eq!(space.exclusion(&[(1, 0)]).unwrap().constraints, [1]);
        assert_eq!(space.exclusion(&[(0, 0)]), None);
        assert_eq!(space.broken(&[3, 0, 0]), [1]);
        let removals = space.removals().unwrap();
        // 24 combinations; the first condition alone leaves out (64,4), (128,2), (128,4), twice each.
        assert_eq!(removals[0].alone, BigUint::from(18_u32));
        assert_eq!(removals[2].without, BigUint::from(10_u32));
    }

    #[test]
    fn a_condition_without_a_value_is_found_with_an_example() {
        let mut space = explainer(&[("n", &[4, 6]), ("d", &[0, 2, 4])], &["n % d == 0", "n > 4"]);
        let undefined = space.undefined();
        assert_eq!(undefined.len(), 1);
        assert_eq!(undefined[0].count, BigUint::from(1_u32));
        assert_eq!(undefined[0].example, [1, 0]);
        // Guarded, there is nothing to say.
        let mut space = explainer(&[("n", &[4, 6]), ("d", &[0, 2])], &["d == 0 or n % d == 0"]);
        assert!(space.undefined().is_empty());
    }
}
