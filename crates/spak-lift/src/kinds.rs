//! Which operations a variable's value can be, as the conditions of a case say: what else a relation would give
//! it is not tried.

use spak_program::Op;

use crate::term::{Goal, GoalKind, Mode, Set, Term, one};

/// Operations by their numbers.
pub(crate) type Ops = u128;

const ALL: Ops = Ops::MAX;

const _: () = assert!(Op::ALL.len() <= Ops::BITS as usize, "more operations than bits");

/// The bit of an operation.
pub(crate) fn bit(op: Op) -> Ops {
    1 << op as u32
}

/// Of each variable what its node may be. A variable that stands for a value with its casts may be found behind a choice,
/// so that nothing is said of it.
pub(crate) fn kinds(goals: &[Goal], modes: &[Mode]) -> Vec<Ops> {
    let of = |(variable, mode): (usize, &Mode)| match mode {
        Mode::Behind => of_all(goals, variable),
        Mode::Exact | Mode::Named => ALL,
    };
    modes.iter().enumerate().map(of).collect()
}

/// What it may be where all of these hold. Variables of a negation that nothing else has are found inside of it, so that there
/// its conditions count.
fn of_all(goals: &[Goal], variable: usize) -> Ops {
    let has = |set: Set| set & one(variable) != 0;
    if goals.iter().any(|goal| has(goal.positive())) {
        let own = goals.iter().filter(|goal| has(goal.positive()));
        return own.fold(ALL, |ops, goal| ops & of(goal, variable));
    }
    let negated = goals.iter().filter(|goal| has(goal.variables));
    negated.map(|goal| of(goal, variable)).reduce(|a, b| a | b).unwrap_or(ALL)
}

fn of(goal: &Goal, variable: usize) -> Ops {
    match &goal.kind {
        GoalKind::All(goals) => of_all(goals, variable),
        GoalKind::Any(goals) => {
            let branch = |goal: &Goal| match goal.variables & one(variable) {
                0 => ALL,
                _ => of_all(std::slice::from_ref(goal), variable),
            };
            goals.iter().map(branch).fold(0, |a, b| a | b)
        }
        GoalKind::Not(goal, _) => of_all(std::slice::from_ref(goal), variable),
        GoalKind::Equal(a, b) => match (a, b) {
            (Term::Variable(known), term) | (term, Term::Variable(known))
                if *known == variable && term.is_operation() =>
            {
                term.operations().fold(0, |ops, op| ops | bit(op))
            }
            _ => ALL,
        },
        GoalKind::Less(..) | GoalKind::Relation(..) => ALL,
    }
}
