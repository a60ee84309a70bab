//! Floating-point formats: bits, values, and rounding from one to the other.

mod direct;
mod format;

pub(crate) use direct::{Exact, directed};
pub use format::Format;
pub(crate) use format::{bits_of, round, value_of};

/// How a result that is no value of its type becomes one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// To the nearest value, of two to the even one.
    NearestEven,
    /// Towards zero.
    Zero,
    /// Towards −∞.
    Down,
    /// Towards ∞.
    Up,
    /// As a fast approximation; here as precise as the others.
    Approximate,
    /// As a fast approximation over the full range; here as precise as the others.
    Full,
    /// Of integers: towards zero.
    IntegerToZero,
    /// To the nearest value, of two to the one away from zero.
    NearestAway,
}

impl Mode {
    /// By its number in the bytecode.
    pub(crate) fn of(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::NearestEven,
            1 => Self::Zero,
            2 => Self::Down,
            3 => Self::Up,
            4 => Self::Approximate,
            5 => Self::Full,
            6 => Self::IntegerToZero,
            7 => Self::NearestAway,
            _ => return None,
        })
    }

    /// Whether a result is to be the nearest value, which is what arithmetic gives.
    pub(crate) fn is_nearest(self) -> bool {
        matches!(self, Self::NearestEven | Self::Approximate | Self::Full)
    }
}
