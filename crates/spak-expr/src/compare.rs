//! Comparison of values.

use std::cmp::Ordering;

use crate::arithmetic::{Amount, different};
use crate::expr::CompareOp;
use crate::fault::{Fallible, Fault};
use crate::value::{TWO_63, Value};

/// `a op b`; floats within `tolerance` of each other (relative to the larger magnitude, absolute below
/// 1) count as equal.
///
/// A list compared with a number holds when every element does, as `row_sum(p) = 1` says of all rows.
///
/// # Errors
/// When the two cannot be compared.
pub fn compare(op: CompareOp, a: &Value, b: &Value, tolerance: f64) -> Fallible<bool> {
    match op {
        CompareOp::In => contains(b, a, tolerance),
        CompareOp::NotIn => contains(b, a, tolerance).map(|found| !found),
        _ => match (a, b) {
            (Value::List(items), other) if Amount::of(other).is_some() => {
                every(items, |item| compare(op, item, other, tolerance))
            }
            (other, Value::List(items)) if Amount::of(other).is_some() => {
                every(items, |item| compare(op, other, item, tolerance))
            }
            _ => pair(op, a, b, tolerance),
        },
    }
}

fn every(items: &[Value], mut holds: impl FnMut(&Value) -> Fallible<bool>) -> Fallible<bool> {
    for item in items {
        if !holds(item)? {
            return Ok(false);
        }
    }
    Ok(true)
}

fn pair(op: CompareOp, a: &Value, b: &Value, tolerance: f64) -> Fallible<bool> {
    let order = match (Amount::of(a), Amount::of(b)) {
        (Some(x), Some(y)) => numbers(op, x, y, tolerance)?,
        _ => match (a, b) {
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            (Value::Record(a), Value::Record(b)) if is_equality(op) => equality(a == b),
            (Value::List(_) | Value::Range(..), Value::List(_) | Value::Range(..))
                if is_equality(op) =>
            {
                equality(same_lists(a, b, tolerance)?)
            }
            _ => {
                let message =
                    format!("`{}` compares {} with {}", op.symbol(), a.describe(), b.describe());
                return Err(Fault::types(message).with(
                    "values of different kinds are never equal and have no order",
                    "compare values of one kind",
                ));
            }
        },
    };
    Ok(match op {
        CompareOp::Equal => order == Some(Ordering::Equal),
        CompareOp::NotEqual => order != Some(Ordering::Equal),
        CompareOp::Less => order == Some(Ordering::Less),
        CompareOp::LessEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
        CompareOp::Greater => order == Some(Ordering::Greater),
        CompareOp::GreaterEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        CompareOp::In | CompareOp::NotIn => false,
    })
}

fn is_equality(op: CompareOp) -> bool {
    matches!(op, CompareOp::Equal | CompareOp::NotEqual)
}

/// The order that stands for being equal or not.
fn equality(same: bool) -> Option<Ordering> {
    same.then_some(Ordering::Equal)
}

fn numbers(op: CompareOp, a: Amount, b: Amount, tolerance: f64) -> Fallible<Option<Ordering>> {
    let ((x, left), (y, right)) = (a.parts(), b.parts());
    if left != right {
        return Err(different(op.symbol(), left, right));
    }
    let is_exact = tolerance == 0.0 || matches!((a, b), (Amount::Int(_), Amount::Int(_)));
    if !is_exact && (x - y).abs() <= tolerance * x.abs().max(y.abs()).max(1.0) {
        return Ok(Some(Ordering::Equal));
    }
    Ok(match (a, b) {
        (Amount::Int(a), Amount::Int(b)) => Some(a.cmp(&b)),
        (Amount::Int(a), Amount::Float(b)) => int_with_float(a, b),
        (Amount::Float(a), Amount::Int(b)) => int_with_float(b, a).map(Ordering::reverse),
        _ => x.partial_cmp(&y),
    })
}

/// Exact, where converting the whole number would round it.
fn int_with_float(a: i64, b: f64) -> Option<Ordering> {
    if b.is_nan() {
        return None;
    }
    if b >= TWO_63 {
        return Some(Ordering::Less);
    }
    if b < -TWO_63 {
        return Some(Ordering::Greater);
    }
    let floor = b.floor();
    Some(a.cmp(&(floor as i64)).then(if b > floor { Ordering::Less } else { Ordering::Equal }))
}

fn same_lists(a: &Value, b: &Value, tolerance: f64) -> Fallible<bool> {
    if a.length() != b.length() {
        return Ok(false);
    }
    let length = a.length().and_then(|n| i64::try_from(n).ok()).unwrap_or(0);
    if let (Value::Range(a, _), Value::Range(b, _)) = (a, b) {
        return Ok(length == 0 || a == b);
    }
    for i in 0..length {
        if let (Some(x), Some(y)) = (a.at(i), b.at(i))
            && !pair(CompareOp::Equal, &x, &y, tolerance)?
        {
            return Ok(false);
        }
    }
    Ok(true)
}

fn contains(container: &Value, item: &Value, tolerance: f64) -> Fallible<bool> {
    match (container, item) {
        (Value::List(items), _) => {
            for candidate in items.iter() {
                // What cannot be compared is not the same; a list may hold several kinds.
                if same_kind(candidate, item) && pair(CompareOp::Equal, candidate, item, tolerance)?
                {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        (Value::Range(low, high), _) => match item.as_int() {
            Some(i) => Ok((*low..=*high).contains(&i)),
            None if item.as_float().is_some() => Ok(false),
            None => {
                Err(Fault::types(format!("a range has whole numbers, not {}", item.describe())))
            }
        },
        (Value::Text(text), Value::Text(part)) => Ok(text.contains(&**part)),
        (Value::Record(fields), Value::Text(name)) => Ok(fields.contains_key(&**name)),
        _ => {
            let message =
                format!("`in` needs a list on its right, and this is {}", container.describe());
            Err(Fault::types(message).with("", "write the values as a list: `x in [1, 2, 4]`"))
        }
    }
}

fn same_kind(a: &Value, b: &Value) -> bool {
    match (Amount::of(a), Amount::of(b)) {
        (Some(_), Some(_)) => true,
        (None, None) => {
            let is_list = |v: &Value| matches!(v, Value::List(_) | Value::Range(..));
            std::mem::discriminant(a) == std::mem::discriminant(b) || is_list(a) && is_list(b)
        }
        _ => false,
    }
}
