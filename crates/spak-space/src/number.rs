//! Counts: 128 bits where that is enough, any size where it is not.

use num_bigint::BigUint;

/// What counts are made of.
pub(crate) trait Number: Clone + PartialEq + PartialOrd + Sized {
    fn zero() -> Self;
    fn one() -> Self;
    /// `None` when it leaves the type.
    fn plus(&self, other: &Self) -> Option<Self>;
    /// `None` when it leaves the type.
    fn times(&self, other: &Self) -> Option<Self>;
    /// `other` is no larger.
    fn minus(&self, other: &Self) -> Self;
    /// Quotient and remainder; `other` is not 0.
    fn split(&self, other: &Self) -> (Self, Self);
    fn to_big(&self) -> BigUint;
    fn from_big(big: &BigUint) -> Option<Self>;
}

impl Number for u128 {
    fn zero() -> Self {
        0
    }
    fn one() -> Self {
        1
    }
    #[inline]
    fn plus(&self, other: &Self) -> Option<Self> {
        self.checked_add(*other)
    }
    #[inline]
    fn times(&self, other: &Self) -> Option<Self> {
        match (u64::try_from(*self), u64::try_from(*other)) {
            (Ok(a), Ok(b)) => Some(Self::from(a) * Self::from(b)),
            _ => self.checked_mul(*other),
        }
    }
    fn minus(&self, other: &Self) -> Self {
        self.saturating_sub(*other)
    }
    fn split(&self, other: &Self) -> (Self, Self) {
        match (u64::try_from(*self), u64::try_from(*other)) {
            (Ok(a), Ok(b)) if b != 0 => (Self::from(a / b), Self::from(a % b)),
            _ => (self.checked_div(*other).unwrap_or(0), self.checked_rem(*other).unwrap_or(0)),
        }
    }
    fn to_big(&self) -> BigUint {
        BigUint::from(*self)
    }
    fn from_big(big: &BigUint) -> Option<Self> {
        Self::try_from(big).ok()
    }
}

impl Number for BigUint {
    fn zero() -> Self {
        Self::from(0_u32)
    }
    fn one() -> Self {
        Self::from(1_u32)
    }
    fn plus(&self, other: &Self) -> Option<Self> {
        Some(self + other)
    }
    fn times(&self, other: &Self) -> Option<Self> {
        Some(self * other)
    }
    fn minus(&self, other: &Self) -> Self {
        if other > self { <Self as Number>::zero() } else { self - other }
    }
    fn split(&self, other: &Self) -> (Self, Self) {
        (self / other, self % other)
    }
    fn to_big(&self) -> BigUint {
        self.clone()
    }
    fn from_big(big: &BigUint) -> Option<Self> {
        Some(big.clone())
    }
}
