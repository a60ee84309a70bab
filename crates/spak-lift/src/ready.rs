//! When a condition can be asked, and what it costs: the same answer when a pack is read and when it runs,
//! so that a case that was read is one that can run.

use spak_program::Op;

use crate::relations::{Id, Relation};
use crate::term::{Goal, GoalKind, Set, Term};

/// What a search for a value costs, at least.
const SEARCH: u32 = 16;

/// What is done only when nothing else can be.
const LATE: u32 = 1 << 20;

/// How many nodes there are of an operation.
pub(crate) trait Sizes {
    /// How many.
    fn count(&self, op: Op) -> u32;
}

/// What holds of no program in particular.
pub(crate) struct Unsized;

impl Sizes for Unsized {
    fn count(&self, _: Op) -> u32 {
        1
    }
}

fn is_within(term: &Term, bound: Set) -> bool {
    term.variables() & !bound == 0
}

fn is_known(term: &Term, bound: Set) -> bool {
    match term {
        Term::Any => false,
        term => is_within(term, bound),
    }
}

/// What it costs to ask `goal` when the variables `bound` have values; `None` when it cannot be.
pub(crate) fn cost(goal: &Goal, bound: Set, sizes: &dyn Sizes) -> Option<u32> {
    match &goal.kind {
        GoalKind::All(goals) => {
            after_all(goals, bound)?;
            let first = goals.iter().filter_map(|g| cost(g, bound, sizes)).min().unwrap_or(0);
            Some(first.saturating_add(1))
        }
        GoalKind::Any(goals) => {
            let mut each = goals.iter().map(|g| cost(g, bound, sizes));
            each.try_fold(1_u32, |all, one| Some(all.saturating_add(one?).min(LATE)))
        }
        GoalKind::Not(goal, shared) => {
            (shared & !bound == 0 && cost(goal, bound, sizes).is_some()).then_some(8)
        }
        GoalKind::Less(a, b, _) => (is_known(a, bound) && is_known(b, bound)).then_some(1),
        GoalKind::Equal(a, b) => equal(a, b, bound, sizes).map(|cost| {
            let is_test = cost == 2 && goal.variables() & bound != 0;
            if goal.is_late && !is_test { cost.saturating_add(LATE) } else { cost }
        }),
        GoalKind::Relation(relation, terms) => {
            let known = |at: &usize| terms.get(*at).is_some_and(|t| is_known(t, bound));
            let is_ready = relation.needs.iter().any(|need| need.iter().all(known));
            let unknown: Vec<bool> = terms.iter().map(|t| !is_known(t, bound)).collect();
            is_ready.then(|| relation_cost(relation, &unknown))
        }
    }
}

/// What it costs to ask a relation some of whose arguments are not known.
fn relation_cost(relation: &Relation, unknown: &[bool]) -> u32 {
    let count = unknown.iter().filter(|u| **u).count();
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    match (count, relation.id, unknown) {
        (0, ..) => 3,
        // All that a value is made of, or even all that is made of a value.
        (_, Id::Depends | Id::MadeOf, [false, true]) | (_, Id::Feeds, [true, false]) => SEARCH * 3,
        (_, Id::Depends | Id::MadeOf | Id::Feeds, _) => SEARCH * 16,
        (_, Id::Inside | Id::DirectlyInside, [true, ..]) => SEARCH * 8,
        (count, ..) if count as usize == unknown.len() => SEARCH,
        (count, ..) => SEARCH / 4 * count,
    }
}

fn equal(a: &Term, b: &Term, bound: Set, sizes: &dyn Sizes) -> Option<u32> {
    let searched = |t: &Term| {
        let count: u32 = t.operations().map(|op| sizes.count(op)).sum();
        if count == 0 { 0 } else { SEARCH.saturating_add(count) }
    };
    match (a, b) {
        (Term::Variable(_), _) if is_known(a, bound) => Some(2),
        (_, Term::Variable(_)) if is_known(b, bound) => Some(2),
        (Term::Variable(_) | Term::Any, t) | (t, Term::Variable(_) | Term::Any)
            if t.is_operation() =>
        {
            Some(searched(t))
        }
        // What finds the value in the program says where it is.
        (Term::Variable(_), Term::Number(_) | Term::Text(_))
        | (Term::Number(_) | Term::Text(_), Term::Variable(_)) => Some(LATE),
        (Term::Variable(_), _) | (_, Term::Variable(_)) => None,
        (a, b) if a.is_operation() && b.is_operation() => Some(searched(a)),
        (a, b) if a.is_literal() && b.is_literal() => Some(0),
        (a, b) => {
            let operation = if a.is_operation() { a } else { b };
            operation.is_operation().then(|| searched(operation))
        }
    }
}

/// The variables that have values when `goal` has been solved.
pub(crate) fn after(goal: &Goal, bound: Set) -> Set {
    match &goal.kind {
        GoalKind::All(goals) => after_all(goals, bound).unwrap_or(bound),
        GoalKind::Any(goals) => {
            goals.iter().map(|g| after(g, bound)).reduce(|a, b| a & b).unwrap_or(bound)
        }
        GoalKind::Not(..) | GoalKind::Less(..) => bound,
        GoalKind::Equal(..) | GoalKind::Relation(..) => bound | goal.variables(),
    }
}

/// The same for several goals in the order in which they can be asked; `None` when one never can.
pub(crate) fn after_all(goals: &[Goal], bound: Set) -> Option<Set> {
    stuck(goals, bound).ok()
}

/// The variables that have values behind all goals, or the first goal that can never be asked and the
/// variables that have values without it.
pub(crate) fn stuck(goals: &[Goal], mut bound: Set) -> Result<Set, (&Goal, Set)> {
    let mut left: Vec<&Goal> = goals.iter().collect();
    while !left.is_empty() {
        let before = left.len();
        let mut waiting = Vec::with_capacity(before);
        for goal in left {
            if cost(goal, bound, &Unsized).is_some() {
                bound = after(goal, bound);
            } else {
                waiting.push(goal);
            }
        }
        if let Some(first) = waiting.first().filter(|_| waiting.len() == before) {
            return Err((first, bound));
        }
        left = waiting;
    }
    Ok(bound)
}
