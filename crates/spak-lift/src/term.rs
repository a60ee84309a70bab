//! What patterns are made of after reading: terms, which stand for values, and goals, which hold or not.

use spak_program::Op;
use spak_syntax::{FileId, Span};

use crate::relations::{Id, Relation};

/// A set of variables of one case, by their numbers.
pub(crate) type Set = u128;

/// The most variables and the most conditions of one case.
pub(crate) const MOST: usize = 128;

/// The set that holds one variable.
pub(crate) fn one(variable: usize) -> Set {
    u32::try_from(variable).ok().and_then(|v| 1_u128.checked_shl(v)).unwrap_or(0)
}

/// What a value has to be.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Term {
    /// `_`
    Any,
    /// A name: the same value wherever it stands.
    Variable(usize),
    /// A known number.
    Number(f64),
    /// A known text, type of elements or name of an API.
    Text(String),
    /// A known truth value.
    Bool(bool),
    /// `none`
    Nothing,
    /// An operation.
    Node(Op, Vec<Labelled>),
    /// An operation of several operands in any order and association; `true` are subtracted.
    Chain(Op, Vec<(bool, Term)>),
    /// Several values in order.
    Tuple(Vec<Term>),
}

/// An argument of an operation.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Labelled {
    /// Its label.
    pub(crate) label: String,
    /// What it has to be.
    pub(crate) term: Term,
    /// Whether `_` means that it is there, whatever it is.
    pub(crate) named: bool,
}

/// What has to hold.
#[derive(Clone, Debug)]
pub(crate) struct Goal {
    /// Where it is written.
    pub(crate) file: FileId,
    /// Where it is written.
    pub(crate) span: Span,
    /// What.
    pub(crate) kind: GoalKind,
    /// Whether its values are searched for only when nothing else leads to them.
    pub(crate) is_late: bool,
    /// The variables inside, those of negations included.
    pub(crate) variables: Set,
}

/// What has to hold.
#[derive(Clone, Debug)]
pub(crate) enum GoalKind {
    /// All of them.
    All(Vec<Goal>),
    /// One of them.
    Any(Vec<Goal>),
    /// It has no solution; the set is of the variables that the rest of the case has, too.
    Not(Box<Goal>, Set),
    /// They are the same value.
    Equal(Term, Term),
    /// The first is less than the second, or equal if the flag says so.
    Less(Term, Term, bool),
    /// What a table says of values.
    Relation(&'static Relation, Vec<Term>),
}

impl Goal {
    /// Whether one of these relations is asked.
    pub(crate) fn asks(&self, wanted: &dyn Fn(Id) -> bool) -> bool {
        match &self.kind {
            GoalKind::All(goals) | GoalKind::Any(goals) => {
                goals.iter().any(|goal| goal.asks(wanted))
            }
            GoalKind::Not(goal, _) => goal.asks(wanted),
            GoalKind::Relation(relation, _) => wanted(relation.id),
            GoalKind::Equal(..) | GoalKind::Less(..) => false,
        }
    }

    /// How many conditions are in it.
    pub(crate) fn size(&self) -> usize {
        match &self.kind {
            GoalKind::All(goals) | GoalKind::Any(goals) => goals.iter().map(Self::size).sum(),
            GoalKind::Not(goal, _) => goal.size(),
            GoalKind::Equal(..) | GoalKind::Less(..) | GoalKind::Relation(..) => 1,
        }
    }

    /// The variables outside of negations.
    pub(crate) fn positive(&self) -> Set {
        match &self.kind {
            GoalKind::All(goals) | GoalKind::Any(goals) => {
                goals.iter().fold(0, |set, goal| set | goal.positive())
            }
            GoalKind::Not(..) => 0,
            _ => self.variables,
        }
    }
}

/// Which node a variable stands for where casts, reshapes and broadcasts are around a value.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Mode {
    /// What is behind them.
    #[default]
    Behind,
    /// The value as it is used, with all of them.
    Exact,
    /// The one that the pattern names.
    Named,
}

impl Term {
    /// The variables inside.
    pub(crate) fn variables(&self) -> Set {
        match self {
            Self::Variable(v) => one(*v),
            Self::Node(_, arguments) => arguments.iter().fold(0, |set, a| set | a.term.variables()),
            Self::Chain(_, terms) => terms.iter().fold(0, |set, (_, t)| set | t.variables()),
            Self::Tuple(terms) => terms.iter().fold(0, |set, t| set | t.variables()),
            _ => 0,
        }
    }

    /// Whether it is an operation, so that nodes can be tried for it.
    pub(crate) fn is_operation(&self) -> bool {
        matches!(self, Self::Node(..) | Self::Chain(..) | Self::Tuple(_))
    }

    /// Whether it is a known value.
    pub(crate) fn is_literal(&self) -> bool {
        matches!(self, Self::Number(_) | Self::Text(_) | Self::Bool(_) | Self::Nothing)
    }

    /// The name of the function that it is a call of, if that is known.
    pub(crate) fn called(&self) -> Option<&str> {
        let Self::Node(Op::Call, arguments) = self else { return None };
        arguments.iter().find_map(|argument| match &argument.term {
            Self::Text(name) if argument.label == "function" => Some(name.as_str()),
            _ => None,
        })
    }

    /// How many operations there are in it.
    pub(crate) fn size(&self) -> u32 {
        match self {
            Self::Node(_, arguments) => 1 + arguments.iter().map(|a| a.term.size()).sum::<u32>(),
            Self::Chain(_, terms) => 1 + terms.iter().map(|(_, t)| t.size()).sum::<u32>(),
            Self::Tuple(terms) => 1 + terms.iter().map(Self::size).sum::<u32>(),
            _ => 0,
        }
    }

    /// The operations of which nodes it may be.
    pub(crate) fn operations(&self) -> impl Iterator<Item = Op> {
        let (one, other, chain): (_, _, &[Op]) = match self {
            Self::Node(op, _) => (Some(*op), op.mirrored(), &[]),
            Self::Chain(op, _) => (None, None, chain_operations(*op)),
            Self::Tuple(_) => (Some(Op::Tuple), None, &[]),
            _ => (None, None, &[]),
        };
        one.into_iter().chain(other).chain(chain.iter().copied())
    }
}

/// The operations that a chain of `op` is written with.
pub(crate) fn chain_operations(op: Op) -> &'static [Op] {
    match op {
        Op::Add => &[Op::Add, Op::Sub, Op::Neg, Op::Fma],
        Op::Mul => &[Op::Mul],
        Op::Max => &[Op::Max],
        Op::Min => &[Op::Min],
        Op::And => &[Op::And],
        Op::Or => &[Op::Or],
        Op::Xor => &[Op::Xor],
        _ => &[],
    }
}

impl GoalKind {
    /// The variables inside, those of negations included.
    pub(crate) fn variables(&self) -> Set {
        match self {
            Self::All(goals) | Self::Any(goals) => {
                goals.iter().fold(0, |set, goal| set | goal.variables)
            }
            Self::Not(goal, _) => goal.variables,
            Self::Equal(a, b) | Self::Less(a, b, _) => a.variables() | b.variables(),
            Self::Relation(_, terms) => terms.iter().fold(0, |set, t| set | t.variables()),
        }
    }
}
