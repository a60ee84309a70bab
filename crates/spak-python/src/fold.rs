//! Operations on known values.

use std::cmp::Ordering;

use spak_program::{Constant, Op};

/// The value of an operation on known values; `None` where there is none, or where it is not worth knowing.
pub(crate) fn fold(op: Op, a: &Constant, b: &Constant) -> Option<Constant> {
    if let (Constant::Text(a), Constant::Text(b)) = (a, b) {
        return (op == Op::Add).then(|| Constant::Text(format!("{a}{b}")));
    }
    if let (Some(a), Some(b)) = (whole(a), whole(b)) {
        return integers(op, a, b);
    }
    let (a, b) = (a.number()?, b.number()?);
    let value = match op {
        Op::Add => a + b,
        Op::Sub => a - b,
        Op::Mul => a * b,
        Op::Div if b != 0.0 => a / b,
        Op::FloorDiv if b != 0.0 => (a / b).floor(),
        Op::Mod if b != 0.0 => a - (a / b).floor() * b,
        Op::Pow => a.powf(b),
        Op::Max => a.max(b),
        Op::Min => a.min(b),
        _ => return None,
    };
    Some(Constant::Float(value))
}

fn whole(value: &Constant) -> Option<i64> {
    match value {
        Constant::Int(value) => Some(*value),
        Constant::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

fn integers(op: Op, a: i64, b: i64) -> Option<Constant> {
    let value = match op {
        Op::Add => a.checked_add(b)?,
        Op::Sub => a.checked_sub(b)?,
        Op::Mul => a.checked_mul(b)?,
        Op::Div if b != 0 => return Some(Constant::Float(a as f64 / b as f64)),
        Op::FloorDiv => floor_div(a, b)?,
        Op::CeilDiv => floor_div(a.checked_neg()?, b)?.checked_neg()?,
        Op::Mod => a.checked_sub(floor_div(a, b)?.checked_mul(b)?)?,
        Op::Pow => match u32::try_from(b) {
            Ok(b) => a.checked_pow(b)?,
            Err(_) => return Some(Constant::Float((a as f64).powf(b as f64))),
        },
        Op::ShiftLeft => a.checked_mul(1i64.checked_shl(u32::try_from(b).ok()?)?)?,
        Op::ShiftRight => a.checked_shr(u32::try_from(b).ok()?)?,
        Op::And => a & b,
        Op::Or => a | b,
        Op::Xor => a ^ b,
        Op::Max => a.max(b),
        Op::Min => a.min(b),
        _ => return None,
    };
    Some(Constant::Int(value))
}

fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    let exact = a.checked_rem(b)? == 0 || (a < 0) == (b < 0);
    if exact { Some(quotient) } else { quotient.checked_sub(1) }
}

/// How two known values are ordered, if they are comparable.
pub(crate) fn compare_constants(a: &Constant, b: &Constant) -> Option<Ordering> {
    match (a, b) {
        (Constant::Text(a), Constant::Text(b)) => Some(a.cmp(b)),
        _ => a.number()?.partial_cmp(&b.number()?),
    }
}

/// The value of a function of one known number.
pub(crate) fn fold_one(op: Op, a: &Constant) -> Option<Constant> {
    if let (Op::Abs | Op::Ceil | Op::Floor, Some(value)) = (op, whole(a)) {
        return Some(Constant::Int(if op == Op::Abs { value.checked_abs()? } else { value }));
    }
    let value = a.number()?;
    Some(match op {
        Op::Ceil => Constant::Int(value.ceil() as i64),
        Op::Floor => Constant::Int(value.floor() as i64),
        Op::Abs => Constant::Float(value.abs()),
        Op::Exp => Constant::Float(value.exp()),
        Op::Exp2 => Constant::Float(value.exp2()),
        Op::Log if value > 0.0 => Constant::Float(value.ln()),
        Op::Log2 if value > 0.0 => Constant::Float(value.log2()),
        Op::Sqrt if value >= 0.0 => Constant::Float(value.sqrt()),
        Op::Rsqrt if value > 0.0 => Constant::Float(value.sqrt().recip()),
        _ => return None,
    })
}
