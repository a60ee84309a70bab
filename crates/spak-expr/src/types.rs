//! Types of expressions, as far as they can be told without values.

use std::collections::BTreeMap;

use crate::unit::Dimension;
use crate::value::Value;

/// A type.
#[derive(Clone, Debug, PartialEq)]
pub enum Type {
    /// Nothing is known; nothing is wrong with it either.
    Unknown,
    /// `true`, `false`
    Bool,
    /// A whole number.
    Int,
    /// A number that need not be whole.
    Float,
    /// A number with a unit.
    Quantity(Dimension),
    /// A text, or a value of an enumeration.
    Text,
    /// Values of one type in order.
    List(Box<Type>),
    /// Fields that are looked up by their full name.
    Record,
}

impl Type {
    /// The type of a value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Float(_) => Self::Float,
            Value::Quantity(q) => Self::Quantity(q.dimension),
            Value::Text(_) => Self::Text,
            Value::Range(..) => Self::list(Self::Int),
            Value::List(items) => {
                let types = items.iter().map(Self::of);
                Self::list(types.reduce(Self::join).unwrap_or(Self::Unknown))
            }
            Value::Record(_) => Self::Record,
        }
    }

    /// A list of this type.
    pub fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    /// The type of a value that is of one or the other.
    #[must_use]
    pub fn join(self, other: Self) -> Self {
        match (self, other) {
            (a, b) if a == b => a,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            (Self::List(a), Self::List(b)) => Self::list(a.join(*b)),
            _ => Self::Unknown,
        }
    }

    /// What it is, for messages.
    pub fn describe(&self) -> String {
        match self {
            Self::Unknown => "something unknown".to_owned(),
            Self::Bool => "a truth value".to_owned(),
            Self::Int | Self::Float => "a plain number".to_owned(),
            Self::Quantity(dimension) => dimension.describe(),
            Self::Text => "a text".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Record => "a record".to_owned(),
        }
    }

    /// The dimension when it is a number; truth values count as whole numbers.
    pub(crate) fn dimension(&self) -> Option<Dimension> {
        match self {
            Self::Bool | Self::Int | Self::Float => Some(Dimension::NONE),
            Self::Quantity(dimension) => Some(*dimension),
            _ => None,
        }
    }

    pub(crate) fn measured(dimension: Dimension) -> Self {
        if dimension.is_none() { Self::Float } else { Self::Quantity(dimension) }
    }
}

/// What is known of the names of an expression without their values.
pub trait TypeEnv {
    /// The type of a name, with its dots; `None` when there is no such name.
    fn type_of(&self, name: &str) -> Option<Type>;

    /// All values that a name can have; `None` when they cannot be listed.
    fn domain(&self, _name: &str) -> Option<Vec<Value>> {
        None
    }

    /// The type that a function which is not built in gives; `None` when there is no such function.
    fn result_of(&self, _function: &str) -> Option<Type> {
        None
    }

    /// Every name, for suggestions.
    fn names(&self) -> Vec<String> {
        Vec::new()
    }

    /// Every function beyond the built-in ones, for suggestions.
    fn functions(&self) -> Vec<String> {
        Vec::new()
    }
}

/// Names with the values they can have.
impl TypeEnv for BTreeMap<String, Vec<Value>> {
    fn type_of(&self, name: &str) -> Option<Type> {
        let types = self.get(name)?.iter().map(Type::of);
        Some(types.reduce(Type::join).unwrap_or(Type::Unknown))
    }

    fn domain(&self, name: &str) -> Option<Vec<Value>> {
        self.get(name).cloned()
    }

    fn names(&self) -> Vec<String> {
        self.keys().cloned().collect()
    }
}
