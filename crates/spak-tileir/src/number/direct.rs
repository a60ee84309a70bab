//! Results with the side on which they lie, and their rounding in a direction.

use super::Mode;
use super::format::{narrow, value_of};
use crate::module::Element;

/// A number as the nearest `f64`, and on which side of it the exact number lies.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Exact {
    /// The nearest `f64`.
    pub value: f64,
    /// −1 where the exact number is less, 1 where it is more, 0 where it is the same.
    pub rest: i8,
}

impl Exact {
    /// A number that is one.
    pub fn of(value: f64) -> Self {
        Self { value, rest: 0 }
    }

    /// A single; what a NaN carries stays.
    pub(crate) fn of_single(value: f32) -> Self {
        Self::of(f64::from(value))
    }

    fn with(value: f64, rest: f64) -> Self {
        let rest = if rest > 0.0 { 1 } else { -i8::from(rest < 0.0) };
        Self { value, rest: if value.is_finite() { rest } else { 0 } }
    }

    /// A sum, and what the nearest `f64` lacks (Knuth's two-sum).
    pub(crate) fn add(left: f64, right: f64) -> Self {
        let sum = left + right;
        let of_right = sum - left;
        let rest = (left - (sum - of_right)) + (right - of_right);
        Self::with(sum, rest)
    }

    /// A product.
    pub(crate) fn mul(left: f64, right: f64) -> Self {
        let product = left * right;
        Self::with(product, left.mul_add(right, -product))
    }

    /// A quotient.
    pub(crate) fn div(left: f64, right: f64) -> Self {
        let quotient = left / right;
        let rest = quotient.mul_add(-right, left);
        Self::with(quotient, if right < 0.0 { -rest } else { rest })
    }

    /// A root.
    pub(crate) fn sqrt(of: f64) -> Self {
        let root = of.sqrt();
        Self::with(root, root.mul_add(-root, of))
    }

    /// A product and a sum; exact where the product is one of `f64`, which that of two singles is.
    pub(crate) fn fma(left: f64, right: f64, more: f64) -> Self {
        let product = left * right;
        if left.mul_add(right, -product) == 0.0 {
            return Self::add(product, more);
        }
        let value = left.mul_add(right, more);
        // What is left of the product and the sum, which is exact unless it is far below both.
        let sum = Self::add(product, more);
        let rest =
            left.mul_add(right, -product) + ((product - sum.value) + more) + (sum.value - value);
        Self::with(value, rest)
    }
}

/// The value of a type that a mode says, for `f64` among them.
pub(crate) fn directed(element: Element, exact: Exact, mode: Mode) -> f64 {
    if element != Element::F64 {
        return f64::from(value_of(element, narrow(element, exact, mode)));
    }
    let Exact { value, rest } = exact;
    let outwards = (rest > 0) == (value > 0.0);
    match (mode, rest) {
        (_, 0) => value,
        (Mode::Up, 1) => value.next_up(),
        (Mode::Down, -1) => value.next_down(),
        (Mode::Zero, _) if !outwards && value != 0.0 => {
            if value > 0.0 {
                value.next_down()
            } else {
                value.next_up()
            }
        }
        _ => value,
    }
}
