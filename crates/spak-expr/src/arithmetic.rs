//! Arithmetic on values, with Python's meaning and every overflow found.

use crate::expr::BinaryOp;
use crate::fault::{Fallible, Fault};
use crate::unit::Dimension;
use crate::value::{Quantity, Value};

/// A number with its dimension, whole as long as it can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Amount {
    Int(i64),
    Float(f64),
    Measured(f64, Dimension),
}

impl Amount {
    pub(crate) fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Bool(b) => Some(Self::Int(i64::from(*b))),
            Value::Int(i) => Some(Self::Int(*i)),
            Value::Float(f) => Some(Self::Float(*f)),
            Value::Quantity(q) => Some(Self::Measured(q.magnitude, q.dimension)),
            _ => None,
        }
    }

    pub(crate) fn parts(self) -> (f64, Dimension) {
        match self {
            Self::Int(i) => (i as f64, Dimension::NONE),
            Self::Float(f) => (f, Dimension::NONE),
            Self::Measured(f, dimension) => (f, dimension),
        }
    }
}

/// A plain number or quantity; what has no dimension is a float.
pub(crate) fn measured(magnitude: f64, dimension: Dimension) -> Value {
    if dimension.is_none() {
        Value::Float(magnitude)
    } else {
        Value::Quantity(Quantity { magnitude, dimension })
    }
}

/// `a op b` for an operator of arithmetic.
///
/// # Errors
/// When the operands are no numbers, their units do not fit, or the result cannot be represented.
pub fn arithmetic(op: BinaryOp, a: &Value, b: &Value) -> Fallible<Value> {
    if let (BinaryOp::Add, Value::Text(a), Value::Text(b)) = (op, a, b) {
        return Ok(Value::from(format!("{a}{b}")));
    }
    let (Some(left), Some(right)) = (Amount::of(a), Amount::of(b)) else {
        let wrong = if Amount::of(a).is_none() { a } else { b };
        let message = format!("`{}` needs numbers, and this is {}", op.symbol(), wrong.describe());
        let repair = "use a number; texts and lists are compared with `==` and `in`";
        return Err(Fault::types(message).with("", repair));
    };
    match (left, right) {
        (Amount::Int(a), Amount::Int(b)) => whole_numbers(op, a, b),
        (Amount::Measured(..), _) | (_, Amount::Measured(..)) => quantities(op, left, right),
        _ => floats(op, left.parts().0, right.parts().0).map(Value::Float),
    }
}

fn whole_numbers(op: BinaryOp, a: i64, b: i64) -> Fallible<Value> {
    let checked = |result: Option<i64>| {
        result.map(Value::Int).ok_or_else(|| Fault::overflow(&format!("{a} {} {b}", op.symbol())))
    };
    match op {
        BinaryOp::Add => checked(a.checked_add(b)),
        BinaryOp::Subtract => checked(a.checked_sub(b)),
        BinaryOp::Multiply => checked(a.checked_mul(b)),
        BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Remainder if b == 0 => {
            Err(Fault::division_by_zero())
        }
        // Exact when it divides, so that large multiples do not lose digits before the division.
        BinaryOp::Divide => Ok(Value::Float(match a.checked_rem(b) {
            // Zero keeps the sign of the quotient, as floats do.
            Some(0) if a != 0 => a.checked_div(b).map_or(-(a as f64), |q| q as f64),
            _ => a as f64 / b as f64,
        })),
        BinaryOp::FloorDivide => checked(floor_divide(a, b)),
        BinaryOp::Remainder => Ok(Value::Int(remainder(a, b))),
        BinaryOp::Power if b >= 0 => checked(power(a, b)),
        BinaryOp::Power => floats(op, a as f64, b as f64).map(Value::Float),
        BinaryOp::MatrixProduct | BinaryOp::Implies => Err(Fault::types("`@` needs matrices")),
    }
}

/// Rounded down, as Python's `//`; `None` when `b` is 0 or the result has more than 64 bits.
pub(crate) fn floor_divide(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let inexact = a.checked_rem(b)? != 0;
    quotient.checked_sub(i64::from(inexact && (a < 0) != (b < 0)))
}

/// The remainder of [`floor_divide`], with the sign of `b`; 0 when `b` is 0.
pub(crate) fn remainder(a: i64, b: i64) -> i64 {
    match a.checked_rem(b) {
        // Of opposite signs, so the sum stays in range.
        Some(r) if r != 0 && (r < 0) != (b < 0) => r + b,
        Some(r) => r,
        // The least number by -1 leaves nothing.
        None => 0,
    }
}

fn power(a: i64, b: i64) -> Option<i64> {
    match (a, u32::try_from(b)) {
        (_, Ok(b)) => a.checked_pow(b),
        (0 | 1, Err(_)) => Some(a),
        (-1, Err(_)) => Some(if b % 2 == 0 { 1 } else { -1 }),
        _ => None,
    }
}

/// Arithmetic on floats; an infinite result of finite operands is an overflow.
pub(crate) fn floats(op: BinaryOp, a: f64, b: f64) -> Fallible<f64> {
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Remainder if b == 0.0 => {
            return Err(Fault::division_by_zero());
        }
        BinaryOp::Divide => a / b,
        BinaryOp::FloorDivide => float_floor_divide(a, b),
        BinaryOp::Remainder => float_remainder(a, b),
        BinaryOp::Power => {
            if a == 0.0 && b < 0.0 {
                return Err(Fault::division_by_zero());
            }
            if a < 0.0 && b.fract() != 0.0 {
                return Err(Fault::domain(format!(
                    "{a:?} to the power of {b:?} is not a real number"
                )));
            }
            a.powf(b)
        }
        BinaryOp::MatrixProduct | BinaryOp::Implies => {
            return Err(Fault::types("`@` needs matrices"));
        }
    };
    if !result.is_finite() && a.is_finite() && b.is_finite() {
        return Err(Fault::overflow(&format!("{a:?} {} {b:?}", op.symbol())));
    }
    Ok(result)
}

/// With the sign of `b`, as Python's `%`.
fn float_remainder(a: f64, b: f64) -> f64 {
    let r = a % b;
    if r == 0.0 {
        0.0_f64.copysign(b)
    } else if (r < 0.0) != (b < 0.0) {
        r + b
    } else {
        r
    }
}

/// As Python's `//`: from the remainder, so that both agree however the quotient rounds.
fn float_floor_divide(a: f64, b: f64) -> f64 {
    let quotient = (a - float_remainder(a, b)) / b;
    if quotient == 0.0 {
        return 0.0_f64.copysign(a / b);
    }
    let floor = quotient.floor();
    if quotient - floor > 0.5 { floor + 1.0 } else { floor }
}

fn quantities(op: BinaryOp, left: Amount, right: Amount) -> Fallible<Value> {
    let ((a, left_kind), (b, right_kind)) = (left.parts(), right.parts());
    let too_high = || Fault::overflow("the exponent of a unit");
    match op {
        BinaryOp::Multiply => {
            let kind = left_kind.times(right_kind).ok_or_else(too_high)?;
            Ok(measured(floats(op, a, b)?, kind))
        }
        BinaryOp::Divide => {
            let kind = left_kind.over(right_kind).ok_or_else(too_high)?;
            Ok(measured(floats(op, a, b)?, kind))
        }
        BinaryOp::Power => {
            let exponent = match right {
                Amount::Int(i) => i,
                _ => return Err(Fault::units("a quantity can only be raised to a whole number")),
            };
            let kind = left_kind.power(exponent).ok_or_else(too_high)?;
            Ok(measured(floats(op, a, b)?, kind))
        }
        _ if left_kind != right_kind => Err(different(op.symbol(), left_kind, right_kind)),
        BinaryOp::FloorDivide => Ok(Value::Float(floats(op, a, b)?)),
        _ => Ok(measured(floats(op, a, b)?, left_kind)),
    }
}

/// Two dimensions that `symbol` cannot join.
pub(crate) fn different(symbol: &str, left: Dimension, right: Dimension) -> Box<Fault> {
    let (left, right) = (left.describe(), right.describe());
    Fault::units(format!("`{symbol}` mixes {left} and {right}"))
}

/// `-a`
///
/// # Errors
/// When it is no number, or the least whole number.
pub fn negate(a: &Value) -> Fallible<Value> {
    match Amount::of(a) {
        Some(Amount::Int(i)) => {
            i.checked_neg().map(Value::Int).ok_or_else(|| Fault::overflow(&format!("-({i})")))
        }
        Some(Amount::Float(f)) => Ok(Value::Float(-f)),
        Some(Amount::Measured(f, kind)) => Ok(measured(-f, kind)),
        None => Err(Fault::types(format!("`-` needs a number, and this is {}", a.describe()))),
    }
}
