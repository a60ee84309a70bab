//! In which order a clause binds its variables and asks its conditions.

use std::collections::BTreeSet;

use crate::compile::{Clause, Source, plain_variable};

/// A step of a plan.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Gives a variable its values: rows or listed values. Rows may be looked up by one of the comparisons
    /// of a condition: number of the condition, and which comparison.
    Each { variable: usize, source: usize, by: Option<(usize, usize)> },
    /// Gives the variables of a condition their values: tuples with what is known already in the arguments
    /// of `mask`; only new ones if `delta`.
    Tuples { condition: usize, mask: u64, delta: bool },
    /// A condition, all of whose variables have values.
    Check { condition: usize },
    /// A variable that a condition gave its value has to be among what its source has.
    Member { variable: usize, source: usize },
}

/// The order for a clause; with `delta`, that condition gives its variables values first, from new tuples
/// only.
pub(crate) fn plan(
    clause: &Clause,
    rows: &dyn Fn(u32) -> usize,
    delta: Option<usize>,
) -> Vec<Step> {
    let mut planner = Planner {
        clause,
        rows,
        bound: 0,
        done: BTreeSet::new(),
        drawn: BTreeSet::new(),
        steps: Vec::new(),
    };
    if let Some(condition) = delta {
        planner.tuples(condition, true);
    }
    planner.rest();
    planner.steps
}

struct Planner<'a> {
    clause: &'a Clause,
    rows: &'a dyn Fn(u32) -> usize,
    bound: u64,
    /// Conditions that were asked,
    done: BTreeSet<usize>,
    /// and sources that were drawn from.
    drawn: BTreeSet<usize>,
    steps: Vec<Step>,
}

/// What may come next, with a guess at how much it gives.
enum Next {
    Source(usize, Option<(usize, usize)>),
    Condition(usize),
}

impl Planner<'_> {
    fn rest(&mut self) {
        loop {
            self.checks();
            let next = self.candidates().into_iter().min_by_key(|(cost, _)| *cost);
            match next {
                Some((_, Next::Source(source, by))) => self.each(source, by),
                Some((_, Next::Condition(condition))) => self.tuples(condition, false),
                None => return,
            }
        }
    }

    /// Everything that can be asked now.
    fn checks(&mut self) {
        for (i, (variable, _)) in self.clause.sources.iter().enumerate() {
            if self.bound & (1 << variable) != 0 && self.drawn.insert(i) {
                self.steps.push(Step::Member { variable: *variable, source: i });
            }
        }
        for (i, condition) in self.clause.conditions.iter().enumerate() {
            if condition.variables & !self.bound == 0 && self.done.insert(i) {
                self.steps.push(Step::Check { condition: i });
            }
        }
    }

    fn candidates(&self) -> Vec<(usize, Next)> {
        let mut found = Vec::new();
        for (i, (variable, source)) in self.clause.sources.iter().enumerate() {
            if self.drawn.contains(&i) || self.bound & (1 << variable) != 0 {
                continue;
            }
            let (size, by) = match source {
                Source::Values(values) => (values.len(), None),
                Source::Table(table) => {
                    let rows = (self.rows)(*table);
                    match self.looked_up(*variable) {
                        Some((condition, which, equal)) => {
                            // Few rows are equal, half are less.
                            let size = if equal { 1 + rows / 64 } else { 1 + rows / 2 };
                            (size, Some((condition, which)))
                        }
                        None => (rows, None),
                    }
                }
            };
            found.push((size, Next::Source(i, by)));
        }
        for (i, condition) in self.clause.conditions.iter().enumerate() {
            let Some((_, arguments)) = condition.atom.as_ref().filter(|_| !self.done.contains(&i))
            else {
                continue;
            };
            // Arguments that are computed can be looked up once what they need is known.
            let computed = arguments.iter().filter(|a| plain_variable(a).is_none());
            if computed.fold(0, |all, a| all | a.variables()) & !self.bound != 0 {
                continue;
            }
            let cost = if self.mask(i) == 0 { 64 } else { 2 };
            found.push((cost, Next::Condition(i)));
        }
        found
    }

    /// A comparison by which rows for `variable` can be looked up now; an equality if there is one.
    fn looked_up(&self, variable: usize) -> Option<(usize, usize, bool)> {
        let mut found = None;
        for (i, condition) in self.clause.conditions.iter().enumerate() {
            for (which, keyed) in condition.keyed.iter().enumerate() {
                let ready = keyed.other.variables() & !self.bound == 0;
                if keyed.variable != variable || !ready {
                    continue;
                }
                let equal = keyed.op == spak_expr::CompareOp::Equal;
                if equal {
                    return Some((i, which, true));
                }
                found = found.or(Some((i, which, false)));
            }
        }
        found
    }

    /// The arguments of a condition whose values are known, as bits.
    fn mask(&self, condition: usize) -> u64 {
        let arguments = self.clause.conditions.get(condition).and_then(|c| c.atom.as_ref());
        let arguments = arguments.into_iter().flat_map(|(_, a)| a).enumerate();
        let known = arguments.filter(|(_, a)| a.variables() & !self.bound == 0);
        known.fold(0, |all, (i, _)| all | 1 << i)
    }

    fn each(&mut self, source: usize, by: Option<(usize, usize)>) {
        let Some((variable, _)) = self.clause.sources.get(source) else { return };
        self.steps.push(Step::Each { variable: *variable, source, by });
        self.drawn.insert(source);
        self.bound |= 1 << variable;
    }

    fn tuples(&mut self, condition: usize, delta: bool) {
        let mask = if delta { 0 } else { self.mask(condition) };
        self.steps.push(Step::Tuples { condition, mask, delta });
        self.done.insert(condition);
        let arguments = self.clause.conditions.get(condition).and_then(|c| c.atom.as_ref());
        for argument in arguments.into_iter().flat_map(|(_, a)| a) {
            if let Some(variable) = plain_variable(argument) {
                self.bound |= 1 << variable;
            }
        }
    }
}
