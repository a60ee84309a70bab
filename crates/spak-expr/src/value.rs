//! What an expression evaluates to.

use std::collections::BTreeMap;
use std::fmt::{self, Display, Formatter};
use std::sync::Arc;

use crate::print::write_text;
use crate::unit::{Dimension, Unit};

/// A magnitude and what it counts.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Quantity {
    /// In base units: bytes, FLOP, nanoseconds, elements, tokens, cycles, nanojoules.
    pub magnitude: f64,
    /// What it counts.
    pub dimension: Dimension,
}

impl Quantity {
    /// `number` of this unit.
    pub fn of(number: f64, unit: Unit) -> Self {
        Self { magnitude: number * unit.factor(), dimension: unit.dimension() }
    }

    /// How many of `unit` it is; `None` when the unit counts something else.
    pub fn in_unit(self, unit: Unit) -> Option<f64> {
        (unit.dimension() == self.dimension).then(|| self.magnitude / unit.factor())
    }
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// `true`; counts as 1 in arithmetic, `false` as 0, as in Python and C.
    Bool(bool),
    /// A whole number; arithmetic that leaves its 64 bits is an error.
    Int(i64),
    /// A floating point number.
    Float(f64),
    /// A number with a unit.
    Quantity(Quantity),
    /// A text, or a value of an enumeration.
    Text(Arc<str>),
    /// The whole numbers from the first to the second, both included; empty when reversed.
    Range(i64, i64),
    /// Values in order. A matrix is a list of its rows.
    List(Arc<[Value]>),
    /// Fields by name, such as an item of a trace.
    Record(Arc<BTreeMap<String, Value>>),
}

impl Value {
    /// A list.
    pub fn list(items: impl IntoIterator<Item = Self>) -> Self {
        Self::List(items.into_iter().collect())
    }

    /// A matrix, row by row.
    pub fn matrix<R: AsRef<[f64]>>(rows: &[R]) -> Self {
        Self::list(rows.iter().map(|row| Self::list(row.as_ref().iter().map(|x| Self::Float(*x)))))
    }

    /// What kind of value it is, for messages: `an int`, `a text`.
    pub fn describe(&self) -> String {
        match self {
            Self::Bool(_) => "a truth value".to_owned(),
            Self::Int(_) | Self::Float(_) => "a plain number".to_owned(),
            Self::Quantity(q) => q.dimension.describe(),
            Self::Text(_) => "a text".to_owned(),
            Self::Range(..) => "a range".to_owned(),
            Self::List(_) => "a list".to_owned(),
            Self::Record(_) => "a record".to_owned(),
        }
    }

    /// The truth value, also of a whole number (0 is false, as in Python and C).
    pub fn as_bool(&self) -> Option<bool> {
        match self {
            Self::Bool(b) => Some(*b),
            Self::Int(i) => Some(*i != 0),
            _ => None,
        }
    }

    /// The whole number; a float only when it is whole and within 64 bits.
    pub fn as_int(&self) -> Option<i64> {
        match self {
            Self::Bool(b) => Some(i64::from(*b)),
            Self::Int(i) => Some(*i),
            Self::Float(f) => whole(*f),
            _ => None,
        }
    }

    /// The number without a unit, as a float.
    pub fn as_float(&self) -> Option<f64> {
        match self {
            Self::Bool(b) => Some(f64::from(*b)),
            Self::Int(i) => Some(*i as f64),
            Self::Float(f) => Some(*f),
            _ => None,
        }
    }

    /// The text.
    pub fn as_text(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// How many values a list or range has.
    pub fn length(&self) -> Option<u64> {
        match self {
            Self::List(items) => Some(items.len() as u64),
            Self::Range(low, high) if low > high => Some(0),
            Self::Range(low, high) => Some(low.abs_diff(*high).saturating_add(1)),
            Self::Text(text) => Some(text.chars().count() as u64),
            _ => None,
        }
    }

    /// The value at `index` of a list or range, counted from 0.
    pub fn at(&self, index: i64) -> Option<Self> {
        match self {
            Self::List(items) => items.get(usize::try_from(index).ok()?).cloned(),
            Self::Range(low, high) if index >= 0 => {
                low.checked_add(index).filter(|i| i <= high).map(Self::Int)
            }
            _ => None,
        }
    }

    /// The field of a record.
    pub fn field(&self, name: &str) -> Option<Self> {
        match self {
            Self::Record(fields) => fields.get(name).cloned(),
            _ => None,
        }
    }
}

/// The whole number that a float is, when it is one of 64 bits.
pub(crate) fn whole(f: f64) -> Option<i64> {
    // 2^63 is the first float beyond i64; everything below it in magnitude converts exactly.
    (f.fract() == 0.0 && (-TWO_63..TWO_63).contains(&f)).then_some(f as i64)
}

/// The first float beyond `i64`.
pub(crate) const TWO_63: f64 = 9_223_372_036_854_775_808.0;

impl From<bool> for Value {
    fn from(value: bool) -> Self {
        Self::Bool(value)
    }
}

impl From<i64> for Value {
    fn from(value: i64) -> Self {
        Self::Int(value)
    }
}

impl From<f64> for Value {
    fn from(value: f64) -> Self {
        Self::Float(value)
    }
}

impl From<&str> for Value {
    fn from(value: &str) -> Self {
        Self::Text(value.into())
    }
}

impl From<String> for Value {
    fn from(value: String) -> Self {
        Self::Text(value.into())
    }
}

impl From<Quantity> for Value {
    fn from(value: Quantity) -> Self {
        Self::Quantity(value)
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(values: Vec<V>) -> Self {
        Self::list(values.into_iter().map(Into::into))
    }
}

/// In the unit that reads best: `48 KiB`, `900 GB/s`, `5.2 ms`.
impl Display for Quantity {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match Unit::readable(self.dimension, self.magnitude) {
            Some(unit) => write!(f, "{} {unit}", self.magnitude / unit.factor()),
            None => write!(f, "{} {}", self.magnitude, self.dimension),
        }
    }
}

/// As an expression that evaluates to it; records are shown as `{name: value}`.
impl Display for Value {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bool(b) => write!(f, "{b}"),
            Self::Int(i) => write!(f, "{i}"),
            Self::Float(x) => write!(f, "{x:?}"),
            Self::Quantity(q) => write!(f, "{q}"),
            Self::Text(text) => write_text(f, text),
            Self::Range(low, high) => write!(f, "{low}..{high}"),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    write!(f, "{item}")?;
                }
                f.write_str("]")
            }
            Self::Record(fields) => {
                f.write_str("{")?;
                for (i, (name, value)) in fields.iter().enumerate() {
                    f.write_str(if i > 0 { ", " } else { "" })?;
                    write!(f, "{name}: {value}")?;
                }
                f.write_str("}")
            }
        }
    }
}
