//! Which conditions are to blame: for an empty space, for a value that no config has, and for a
//! condition that has no value somewhere.

use std::collections::BTreeMap;

use num_bigint::BigUint;

use crate::dag::Node;
use crate::lower::{Lowered, lower};
use crate::make::{Limits, MakeError, is_empty, make};
use crate::problem::Problem;
use crate::space::Space;

/// Spaces made to find out who is to blame, at most.
const MAX_TESTS: usize = 4_000;

/// All that is asked may take so many times the work of one space at most.
const QUESTIONS: u64 = 5;

/// One of many questions may take this part of what is left.
const SHARE: u64 = 8;

/// What one condition does by itself explains most.
const SHARE_ALONE: u64 = 3;

/// A set of conditions, by index, that cannot hold together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Ascending; none of them can be left out.
    pub constraints: Vec<u32>,
    /// Whether it is known that no smaller set is in conflict.
    pub is_smallest: bool,
}

/// What one condition removes; `None` when the limits do not allow to tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Removal {
    /// Configs that would be valid if only this condition were there.
    pub alone: Option<BigUint>,
    /// Configs that are valid without this condition, all others in force.
    pub without: Option<BigUint>,
}

/// A value that no config has.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Killed {
    /// The parameter, by its index.
    pub parameter: u32,
    /// The index of the value; the one behind the last value is absence.
    pub value: u32,
    /// The conditions that exclude it; `None` when the limits do not allow to tell.
    pub by: Option<Conflict>,
}

/// A condition that has no value for some configs which no other one refutes.
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
    undefined: Option<Vec<Undefined>>,
    /// The space of each condition by itself, as far as it was asked for; `None` when it is too large.
    alone: BTreeMap<u32, Option<Space>>,
}

impl Explainer {
    /// For a problem.
    ///
    /// # Errors
    /// When a condition cannot be understood.
    pub fn new(problem: &Problem, limits: Limits) -> Result<Self, MakeError> {
        let lowered = lower(problem)
            .map_err(|(index, diagnostic)| MakeError::Condition(index, diagnostic))?;
        Ok(Self { lowered, limits, tests: 0, undefined: None, alone: BTreeMap::new() })
    }

    /// The same with conditions that exclude only what they refute: where one has no value, it holds. For
    /// tools that report such places and look at the others all the same.
    ///
    /// # Errors
    /// When a condition cannot be understood.
    pub fn lenient(problem: &Problem, limits: Limits) -> Result<Self, MakeError> {
        let mut explainer = Self::new(problem, limits)?;
        let Lowered { dag, roots, .. } = &mut explainer.lowered;
        for root in roots.iter_mut().filter(|root| root.constraint.is_some()) {
            root.truth.yes = dag.not(root.truth.no);
        }
        Ok(explainer)
    }

    /// The space of all conditions.
    ///
    /// # Errors
    /// See [`MakeError`].
    pub fn whole(&mut self) -> Result<Space, MakeError> {
        self.space(&self.constraints(), &[])
    }

    /// The space without any condition but those under which parameters are there.
    ///
    /// # Errors
    /// See [`MakeError`].
    pub fn unconstrained(&mut self) -> Result<Space, MakeError> {
        self.space(&[], &[])
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
        // Most often it is a single one, which is soon seen.
        let touches = fixed.iter().fold(0_u128, |all, (number, _)| all | 1 << number);
        let near: Vec<u32> = self
            .lowered
            .roots
            .iter()
            .filter(|r| touches == 0 || self.lowered.dag.support(r.truth.yes) & touches != 0)
            .filter_map(|root| root.constraint)
            .collect();
        let has_when = self.lowered.roots.iter().any(|root| root.constraint.is_none());
        if has_when && self.is_empty(&[], fixed)? {
            return Some(Conflict { constraints: Vec::new(), is_smallest: true });
        }
        for constraint in near {
            if self.is_empty(&[constraint], fixed)? {
                return Some(Conflict { constraints: vec![constraint], is_smallest: true });
            }
        }
        let all: Vec<u32> = self.constraints();
        if !self.is_empty(&all, fixed)? {
            return None;
        }
        let mut needed = self.beginning(&all, touches, fixed)?;
        // Leave out one after another.
        for constraint in needed.clone() {
            let without: Vec<u32> = needed.iter().copied().filter(|c| *c != constraint).collect();
            if self.is_empty(&without, fixed)? {
                needed = without;
            }
        }
        needed.sort_unstable();
        // With every single one tried, two are as few as can be; unless the space is empty anyway.
        if needed.len() <= 2 && (touches == 0 || !self.is_empty(&all, &[])?) {
            return Some(Conflict { constraints: needed, is_smallest: true });
        }
        Some(match self.smallest(&all, fixed, needed.len()) {
            Some(constraints) => Conflict { constraints, is_smallest: true },
            None => Conflict { constraints: needed, is_smallest: false },
        })
    }

    /// Conditions that are in conflict, those first that are closest to the fixed parameters: few of
    /// them are tested more quickly than many.
    fn beginning(&mut self, all: &[u32], touches: u128, fixed: &[(u32, u32)]) -> Option<Vec<u32>> {
        let support = |constraint: u32| {
            let of = self.lowered.roots.iter().find(|r| r.constraint == Some(constraint));
            of.map_or(0, |root| self.lowered.dag.support(root.truth.yes))
        };
        let mut open: Vec<(u32, u128)> = all.iter().map(|c| (*c, support(*c))).collect();
        let (mut reached, mut ordered) = (touches, Vec::with_capacity(open.len()));
        while !open.is_empty() {
            // What adds the fewest parameters to those that are reached comes next.
            let far = |(_, s): &(u32, u128)| (s & reached == 0, (s & !reached).count_ones());
            let Some(next) = (0..open.len()).min_by_key(|at| far(&open[*at])) else { break };
            let (constraint, support) = open.remove(next);
            reached |= support;
            ordered.push(constraint);
        }
        let mut length = 2;
        while length < ordered.len() {
            if self.is_empty(&ordered[..length], fixed)? {
                ordered.truncate(length);
                return Some(ordered);
            }
            length *= 2;
        }
        Some(ordered)
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

    /// What each condition removes, in the order of the problem.
    pub fn removals(&mut self) -> Vec<Removal> {
        let all = self.constraints();
        let mut found = Vec::with_capacity(all.len());
        for constraint in &all {
            let without: Vec<u32> = all.iter().copied().filter(|c| c != constraint).collect();
            found.push(Removal {
                alone: self.alone(*constraint).map(|space| space.count()),
                without: self.shared(&without, SHARE).map(|space| space.count()),
            });
        }
        found
    }

    /// The values of parameters that no config of `space` has, and the conditions to blame; `space` is
    /// the one of all conditions, and has configs.
    pub fn killed(&mut self, space: &Space) -> Vec<Killed> {
        let mut found: Vec<Killed> = Vec::new();
        for (parameter, alive) in space.marginals().iter().enumerate() {
            let mut next = alive.iter().map(|(value, _)| *value).peekable();
            for value in 0..space.size_of(parameter) {
                if next.next_if_eq(&value).is_none() {
                    found.push(Killed { parameter: parameter as u32, value, by: None });
                }
            }
        }
        if found.is_empty() {
            return found;
        }
        // What the `when` of parameters excludes by itself is nobody's fault.
        if self.lowered.roots.iter().any(|root| root.constraint.is_none())
            && let Some(space) = self.shared(&[], SHARE_ALONE)
        {
            let by = Conflict { constraints: Vec::new(), is_smallest: true };
            explain(&mut found, &by, &space.marginals());
        }
        for constraint in self.constraints() {
            if let Some(space) = self.alone(constraint) {
                let by = Conflict { constraints: vec![constraint], is_smallest: true };
                explain(&mut found, &by, &space.marginals());
            }
        }
        // What is left takes several; a set that excludes one value often excludes others.
        let mut tried = 0;
        while let Some(at) = found.iter().skip(tried).position(|k| k.by.is_none()) {
            tried += at + 1;
            // The other half is for other questions.
            if self.lowered.spent > self.limits.work.saturating_mul(QUESTIONS) / 2 {
                break;
            }
            let Some(killed) = found.get(tried - 1) else { break };
            let one = [(killed.parameter, killed.value)];
            if let Some(by) = self.exclusion(&one) {
                if let Some(space) = self.shared(&by.constraints, SHARE) {
                    explain(&mut found, &by, &space.marginals());
                }
                if let Some(killed) = found.get_mut(tried - 1) {
                    killed.by.get_or_insert(by);
                }
            }
        }
        found
    }

    /// The space of one condition.
    fn alone(&mut self, constraint: u32) -> Option<&Space> {
        if !self.alone.contains_key(&constraint) {
            let space = self.shared(&[constraint], SHARE_ALONE);
            self.alone.insert(constraint, space);
        }
        self.alone.get(&constraint)?.as_ref()
    }

    /// The space of some of the conditions, within a share of what is left.
    fn shared(&mut self, constraints: &[u32], share: u64) -> Option<Space> {
        let (roots, limits) = (self.roots(constraints), self.granted(share)?);
        make(&mut self.lowered, &roots, &[], limits).ok()
    }

    /// Conditions that divide by zero, or compare what cannot be compared, for configs that no other
    /// condition refutes.
    pub fn undefined(&mut self) -> Vec<Undefined> {
        if let Some(known) = &self.undefined {
            return known.clone();
        }
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
            let others = self.lowered.roots.iter().map(|r| r.truth.no);
            let mut roots: Vec<Node> = others.map(|no| dag.not(no)).collect();
            roots[at] = neither;
            let Some(limits) = self.granted(SHARE) else { break };
            let Ok(space) = make(&mut self.lowered, &roots, &[], limits) else { continue };
            if let Some(example) = space.unrank(&BigUint::from(0_u32)) {
                found.push(Undefined { constraint, count: space.count(), example });
            }
        }
        self.undefined = Some(found.clone());
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
        let roots = self.roots(constraints);
        make(&mut self.lowered, &roots, fixed, self.limits)
    }

    fn roots(&self, constraints: &[u32]) -> Vec<Node> {
        let roots = self.lowered.roots.iter();
        roots
            .filter(|root| root.constraint.is_none_or(|c| constraints.contains(&c)))
            .map(|root| root.truth.yes)
            .collect()
    }

    /// Limits for one of several questions, which together may not take much longer than making the
    /// space; `None` when nothing is left. A share of 1 is all that is left.
    fn granted(&self, share: u64) -> Option<Limits> {
        let all = self.limits.work.saturating_mul(QUESTIONS);
        let left = all.checked_sub(self.lowered.spent).filter(|left| *left > 0)?;
        Some(Limits { work: self.limits.work.min(left / share.max(1)), ..self.limits })
    }

    fn is_empty(&mut self, constraints: &[u32], fixed: &[(u32, u32)]) -> Option<bool> {
        self.tests += 1;
        if self.tests > MAX_TESTS {
            return None;
        }
        let (roots, limits) = (self.roots(constraints), self.granted(1)?);
        is_empty(&mut self.lowered, &roots, fixed, limits).ok()
    }
}

/// Blames these conditions for every value that they leave no config.
fn explain(found: &mut [Killed], by: &Conflict, marginals: &[Vec<(u32, BigUint)>]) {
    for killed in found.iter_mut().filter(|killed| killed.by.is_none()) {
        let alive = marginals.get(killed.parameter as usize).map_or(&[][..], Vec::as_slice);
        if alive.binary_search_by_key(&killed.value, |(value, _)| *value).is_err() {
            killed.by = Some(by.clone());
        }
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
