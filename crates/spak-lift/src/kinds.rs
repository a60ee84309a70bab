//! Which nodes a variable can stand for, as the conditions of a case say: what else a condition would give
//! it is not tried.

use spak_program::{NodeId, Op, Program};

use crate::facts::NUMBERS;
use crate::relations::Id;
use crate::term::{Goal, GoalKind, Mode, Set, Term, one};

/// Operations by their numbers.
pub(crate) type Ops = u128;

const _: () = assert!(Op::ALL.len() <= Ops::BITS as usize, "more operations than bits");

/// The bit of an operation.
pub(crate) const fn bit(op: Op) -> Ops {
    1 << op as u32
}

/// What a variable that stands for a node can be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Kind {
    ops: Ops,
    /// The function that is called, if it is a call.
    called: Option<String>,
}

impl Kind {
    const ANY: Self = Self { ops: Ops::MAX, called: None };
    const NONE: Self = Self { ops: 0, called: None };

    fn of_ops(ops: Ops) -> Self {
        Self { ops, called: None }
    }

    /// Whether a node can be it.
    pub(crate) fn has(&self, program: &Program, node: NodeId) -> bool {
        let Some(node) = program.node(node) else { return false };
        let is_called = |name: &String| node.name() == Some(name.as_str());
        self.ops & bit(node.op) != 0 && self.called.as_ref().is_none_or(is_called)
    }

    /// What is both.
    fn and(self, other: Self) -> Self {
        Self { ops: self.ops & other.ops, called: self.called.or(other.called) }
    }

    /// What is one of both.
    fn or(self, other: Self) -> Self {
        match (self.ops, other.ops) {
            (0, _) => other,
            (_, 0) => self,
            (a, b) => Self {
                ops: a | b,
                called: self.called.filter(|c| other.called.as_ref() == Some(c)),
            },
        }
    }
}

/// Of each variable what its node may be. A variable that stands for a value with its casts may be found behind a choice,
/// so that nothing is said of it.
pub(crate) fn kinds(goals: &[Goal], modes: &[Mode]) -> Vec<Kind> {
    let of = |(variable, mode): (usize, &Mode)| match mode {
        Mode::Behind => of_all(goals, variable),
        Mode::Exact | Mode::Named => Kind::ANY,
    };
    modes.iter().enumerate().map(of).collect()
}

/// What it may be where all of these hold. Variables of a negation that nothing else has are found inside of it, so that there
/// its conditions count.
fn of_all(goals: &[Goal], variable: usize) -> Kind {
    let has = |set: Set| set & one(variable) != 0;
    if goals.iter().any(|goal| has(goal.positive())) {
        let own = goals.iter().filter(|goal| has(goal.positive()));
        return own.fold(Kind::ANY, |kind, goal| kind.and(of(goal, variable)));
    }
    let negated = goals.iter().filter(|goal| has(goal.variables));
    negated.map(|goal| of(goal, variable)).reduce(Kind::or).unwrap_or(Kind::ANY)
}

fn of(goal: &Goal, variable: usize) -> Kind {
    match &goal.kind {
        GoalKind::All(goals) => of_all(goals, variable),
        GoalKind::Any(goals) => {
            let branch = |goal: &Goal| match goal.variables & one(variable) {
                0 => Kind::ANY,
                _ => of_all(std::slice::from_ref(goal), variable),
            };
            goals.iter().map(branch).fold(Kind::NONE, Kind::or)
        }
        GoalKind::Not(goal, _) => of_all(std::slice::from_ref(goal), variable),
        GoalKind::Equal(a, b) => match (a, b) {
            (Term::Variable(known), term) | (term, Term::Variable(known))
                if *known == variable && term.is_operation() =>
            {
                let ops = term.operations().fold(0, |ops, op| ops | bit(op));
                Kind { ops, called: term.called().map(str::to_owned) }
            }
            _ => Kind::ANY,
        },
        GoalKind::Relation(relation, terms) => {
            let places = terms.iter().enumerate();
            let its = places.filter(|(_, term)| **term == Term::Variable(variable));
            its.fold(Kind::ANY, |kind, (at, _)| kind.and(of_relation(relation.id, at)))
        }
        GoalKind::Less(..) => Kind::ANY,
    }
}

/// What an argument of a relation may be if it is a node.
fn of_relation(relation: Id, at: usize) -> Kind {
    Kind::of_ops(match (relation, at) {
        (Id::Parameter | Id::Constexpr | Id::Runtime | Id::Array, 0)
        | (Id::ArrayOf | Id::Bound | Id::Handed, 1) => bit(Op::Parameter),
        (Id::Carried, 0) => bit(Op::Carried),
        (Id::Number | Id::Near | Id::IsInf | Id::IsWhole, 0) => NUMBERS,
        _ => Ops::MAX,
    })
}
