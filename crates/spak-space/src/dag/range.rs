//! Between which bounds the value of a node lies, whatever the parameters are.

use super::Type;

/// Bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Range {
    Int(i64, i64),
    /// Finite and ordered; no value is NaN.
    Float(f64, f64),
    Unknown,
}

impl Range {
    /// The bounds of a whole number.
    pub(crate) fn int(self) -> Option<(i64, i64)> {
        match self {
            Self::Int(low, high) => Some((low, high)),
            _ => None,
        }
    }

    /// The bounds of some words of a type.
    pub(crate) fn of_words(kind: Type, words: &[u64]) -> Self {
        match kind {
            Type::Int => {
                let ints = || words.iter().map(|word| *word as i64);
                match (ints().min(), ints().max()) {
                    (Some(low), Some(high)) => Self::Int(low, high),
                    _ => Self::Unknown,
                }
            }
            Type::Float(_) => {
                let floats = || words.iter().map(|word| f64::from_bits(*word));
                if floats().any(f64::is_nan) {
                    return Self::Unknown;
                }
                Self::float(
                    floats().fold(f64::INFINITY, f64::min),
                    floats().fold(f64::NEG_INFINITY, f64::max),
                )
            }
            _ => Self::Unknown,
        }
    }

    /// Whole bounds, when they have 64 bits.
    pub(crate) fn of(low: i128, high: i128) -> Option<Self> {
        Some(Self::Int(i64::try_from(low).ok()?, i64::try_from(high).ok()?))
    }

    /// Finite bounds, or nothing known.
    pub(crate) fn float(low: f64, high: f64) -> Self {
        if low.is_finite() && high.is_finite() && low <= high {
            Self::Float(low, high)
        } else {
            Self::Unknown
        }
    }

    /// Whether 0 is among the possible values.
    pub(crate) fn may_be_zero(self) -> bool {
        match self {
            Self::Int(low, high) => low <= 0 && high >= 0,
            Self::Float(low, high) => low <= 0.0 && high >= 0.0,
            Self::Unknown => true,
        }
    }

    /// The smallest bounds around both.
    pub(crate) fn join(self, other: Self) -> Self {
        match (self, other) {
            (Self::Int(a, b), Self::Int(c, d)) => Self::Int(a.min(c), b.max(d)),
            (Self::Float(a, b), Self::Float(c, d)) => Self::Float(a.min(c), b.max(d)),
            _ => Self::Unknown,
        }
    }
}

/// The greatest magnitude within bounds.
pub(crate) fn magnitude((low, high): (i64, i64)) -> u64 {
    low.unsigned_abs().max(high.unsigned_abs())
}
