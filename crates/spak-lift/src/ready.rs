//! When a condition can be asked, and what it costs: the same answer when a pack is read and when it runs,
//! so that a case that was read is one that can run.

use std::cell::RefCell;

use rustc_hash::FxHashMap;
use spak_program::Op;

use crate::relations::{Id, Relation};
use crate::term::{Goal, GoalKind, Set, Term};

/// What a search for a value costs, at least.
const SEARCH: u32 = 16;

/// What a value is computed from is about one of so many values of a program.
const PART: u32 = 512;

/// So many nodes that are only looked at take the time of one that is tried.
pub(crate) const LOOKS: u32 = 16;

/// What is done only when nothing else can be.
const LATE: u32 = 1 << 20;

/// How many nodes there are of an operation.
pub(crate) trait Sizes {
    /// How many.
    fn count(&self, op: Op) -> u32;
    /// How many calls of a function.
    fn calls(&self, name: &str) -> u32;
    /// How many nodes there are.
    fn all(&self) -> u32;
    /// How many loops there are.
    fn loops(&self) -> u32;
}

/// What holds of no program in particular.
pub(crate) struct Unsized;

impl Sizes for Unsized {
    fn count(&self, _: Op) -> u32 {
        1
    }

    fn calls(&self, _: &str) -> u32 {
        1
    }

    fn all(&self) -> u32 {
        1
    }

    fn loops(&self) -> u32 {
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

/// What was found out about goals for sets of variables that have values, whatever the program is.
#[derive(Debug, Default)]
pub(crate) struct Readiness(RefCell<FxHashMap<(usize, Set), bool>>);

impl Readiness {
    /// Whether a goal can be asked; only its own variables count, so that it is found out once for these.
    fn of(&self, goal: &Goal, bound: Set, find: impl FnOnce() -> bool) -> bool {
        let key = (std::ptr::from_ref(goal) as usize, bound & goal.variables);
        if let Some(known) = self.0.borrow().get(&key) {
            return *known;
        }
        let is_ready = find();
        self.0.borrow_mut().insert(key, is_ready);
        is_ready
    }
}

/// What it costs to ask `goal` when the variables `bound` have values; `None` when it cannot be.
pub(crate) fn cost(goal: &Goal, bound: Set, sizes: &dyn Sizes, known: &Readiness) -> Option<u32> {
    match &goal.kind {
        GoalKind::All(goals) => {
            let is_ready = || stuck_with(goals, bound, known).is_ok();
            if !known.of(goal, bound, is_ready) {
                return None;
            }
            let first = goals.iter().filter_map(|g| cost(g, bound, sizes, known)).min();
            Some(first.unwrap_or(0).saturating_add(1))
        }
        GoalKind::Any(goals) => {
            let mut each = goals.iter().map(|g| cost(g, bound, sizes, known));
            // Searches one after another are one search for what any of them finds.
            each.try_fold(1_u32, |all, one| {
                let both = match (all.checked_sub(SEARCH), one?) {
                    (Some(_), one) => all.saturating_add(one.saturating_sub(SEARCH).max(1)),
                    (None, one) => all.saturating_add(one),
                };
                Some(both.min(LATE))
            })
        }
        GoalKind::Not(inner, shared) => {
            let is_ready = || shared & !bound == 0 && cost(inner, bound, &Unsized, known).is_some();
            known.of(goal, bound, is_ready).then_some(8)
        }
        GoalKind::Less(a, b, _) => (is_known(a, bound) && is_known(b, bound)).then_some(1),
        GoalKind::Equal(a, b) => equal(a, b, bound, sizes).map(|cost| {
            let is_test = cost == 2 && goal.variables & bound != 0;
            let cost = match cost.checked_sub(SEARCH) {
                Some(tried) => {
                    // Of what a known value is used for there is little.
                    let tried = if goal.variables & bound == 0 { tried } else { tried / LOOKS };
                    SEARCH + tried / found_of(goal.variables & !bound, [a, b])
                }
                None => cost,
            };
            if goal.is_late && !is_test { cost.saturating_add(LATE) } else { cost }
        }),
        GoalKind::Relation(relation, terms) => {
            let is_there = |at: &usize| terms.get(*at).is_some_and(|t| is_known(t, bound));
            let is_ready = relation.needs.iter().any(|need| need.iter().all(is_there));
            is_ready.then(|| relation_cost(relation, terms, bound, sizes))
        }
    }
}

/// What it costs to ask a goal whose values nobody looks at: one solution of it is enough for each value of what is looked
/// at, so that it had better wait for these, above all where nothing leads to it yet.
pub(crate) fn unseen(cost: u32, goal: &Goal, bound: Set) -> u32 {
    let longer = if goal.variables & bound == 0 { 4 } else { 2 };
    let (late, own) = if cost < LATE { (0, cost) } else { (LATE, cost - LATE) };
    if own < SEARCH { cost } else { own.saturating_mul(longer).saturating_add(late) }
}

/// Whether a goal of a case has no solution because there is no node that it could be about. It would be asked before all
/// others, and nothing else would be looked at.
pub(crate) fn is_hopeless(goal: &Goal, sizes: &dyn Sizes) -> bool {
    match &goal.kind {
        GoalKind::Equal(a, b) if !goal.is_late => {
            equal(a, b, 0, sizes) == Some(0) && !(a.is_literal() && b.is_literal())
        }
        _ => false,
    }
}

/// What it costs to ask a relation some of whose arguments are not known.
fn relation_cost(relation: &Relation, terms: &[Term], bound: Set, sizes: &dyn Sizes) -> u32 {
    let is_unknown = |at: usize| terms.get(at).is_some_and(|term| !is_known(term, bound));
    let count = (0..terms.len()).filter(|at| is_unknown(*at)).count();
    if count == 0 {
        return 3;
    }
    let is_second_of_two = terms.len() == 2 && !is_unknown(0);
    let is_first_of_two = terms.len() == 2 && !is_unknown(1);
    match relation.id {
        // All that a value is made of, or even all that is made of a value.
        Id::Depends | Id::MadeOf if is_second_of_two => SEARCH * 3 + sizes.all() / PART,
        Id::Feeds if is_first_of_two => SEARCH * 3 + sizes.all() / PART,
        Id::Depends | Id::MadeOf | Id::Feeds => SEARCH * 16,
        Id::Inside | Id::DirectlyInside if is_unknown(0) => SEARCH * 8,
        // All parameters, or all fields of all configs.
        Id::Parameter | Id::Constexpr | Id::Runtime | Id::Array => {
            SEARCH.saturating_add(sizes.count(Op::Parameter))
        }
        Id::Bound | Id::Handed if is_unknown(1) => {
            SEARCH.saturating_add(sizes.count(Op::Parameter))
        }
        Id::Loop | Id::LoopKind | Id::Start | Id::Stop | Id::Step | Id::Induction
            if is_unknown(0) =>
        {
            SEARCH.saturating_add(sizes.loops())
        }
        Id::ConfigValue if is_unknown(1) => SEARCH * 64,
        Id::ConfigValue if is_unknown(2) => SEARCH,
        _ if count == terms.len() => SEARCH,
        _ => SEARCH / 4 * u32::try_from(count).unwrap_or(u32::MAX / SEARCH),
    }
}

fn equal(a: &Term, b: &Term, bound: Set, sizes: &dyn Sizes) -> Option<u32> {
    let searched = |t: &Term| {
        let count: u32 = match t.called() {
            Some(name) => sizes.calls(name),
            None => t.operations().map(|op| sizes.count(op)).sum(),
        };
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

/// About how many of the nodes that are tried are found, one of so many: an operation on operations is rare, and one
/// that gives values to many variables leaves little to search for.
fn found_of(new: Set, terms: [&Term; 2]) -> u32 {
    let inner = terms.iter().map(|term| term.size().saturating_sub(1)).max().unwrap_or(0);
    new.count_ones().max(1) << (2 * inner.min(4))
}

/// The variables that have values when `goal` has been solved.
fn after(goal: &Goal, bound: Set, known: &Readiness) -> Set {
    match &goal.kind {
        GoalKind::All(goals) => stuck_with(goals, bound, known).unwrap_or(bound),
        GoalKind::Any(goals) => {
            goals.iter().map(|g| after(g, bound, known)).reduce(|a, b| a & b).unwrap_or(bound)
        }
        GoalKind::Not(..) | GoalKind::Less(..) => bound,
        GoalKind::Equal(..) | GoalKind::Relation(..) => bound | goal.variables,
    }
}

/// The variables that have values behind all goals in the order in which they can be asked, or the first goal that can never
/// be asked and the variables that have values without it.
pub(crate) fn stuck(goals: &[Goal], bound: Set) -> Result<Set, (&Goal, Set)> {
    stuck_with(goals, bound, &Readiness::default())
}

fn stuck_with<'g>(
    goals: &'g [Goal],
    mut bound: Set,
    known: &Readiness,
) -> Result<Set, (&'g Goal, Set)> {
    let mut left: Vec<&Goal> = goals.iter().collect();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|goal| {
            let is_ready = cost(goal, bound, &Unsized, known).is_some();
            if is_ready {
                bound = after(goal, bound, known);
            }
            !is_ready
        });
        if let Some(first) = left.first().filter(|_| left.len() == before) {
            return Err((first, bound));
        }
    }
    Ok(bound)
}
