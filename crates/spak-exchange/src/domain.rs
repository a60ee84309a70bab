//! The distinct values of a parameter, found in `n log n`.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use spak_records::Value;

/// A value in a total order in which equal means: Python takes one for the other as a key of a
/// dictionary (`1`, `1.0` and `True` are one).
#[derive(Clone, Debug)]
pub(crate) struct Key(pub(crate) Value);

impl Key {
    fn class(&self) -> u8 {
        match self.0 {
            Value::Bool(_) | Value::Int(_) | Value::Float(_) => 0,
            Value::Text(_) => 1,
            Value::List(_) => 2,
        }
    }
}

fn number(value: &Value) -> Option<(f64, Option<i64>)> {
    match value {
        Value::Bool(b) => Some((f64::from(u8::from(*b)), Some(i64::from(*b)))),
        Value::Int(i) => Some((*i as f64, Some(*i))),
        Value::Float(x) => {
            // Exact within what an i64 holds; -2^63 is a float, 2^63 is not an i64.
            let whole = x.fract() == 0.0 && (-(2.0_f64.powi(63))..2.0_f64.powi(63)).contains(x);
            Some((*x, whole.then_some(*x as i64)))
        }
        Value::Text(_) | Value::List(_) => None,
    }
}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> Ordering {
        match (&self.0, &other.0) {
            (Value::Text(a), Value::Text(b)) => a.cmp(b),
            (Value::List(a), Value::List(b)) => {
                let keys = |list: &[Value]| list.iter().cloned().map(Key).collect::<Vec<_>>();
                keys(a).cmp(&keys(b))
            }
            (a, b) => match (number(a), number(b)) {
                (Some((_, Some(a))), Some((_, Some(b)))) => a.cmp(&b),
                // 0.0 and -0.0 are one; `+ 0.0` makes them so.
                // What rounds to the same float although only one of them is whole is not one.
                (Some((a, whole_a)), Some((b, whole_b))) => (a + 0.0)
                    .total_cmp(&(b + 0.0))
                    .then_with(|| whole_b.is_some().cmp(&whole_a.is_some())),
                _ => self.class().cmp(&other.class()),
            },
        }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Key {}

/// The values of one parameter, each with its position, in the order in which they were first met.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    values: Vec<Value>,
    positions: BTreeMap<Key, u32>,
}

impl Seen {
    /// The position of `value`, which is new when no equal one was met, and whether it is.
    pub(crate) fn position(&mut self, value: Value) -> (u32, bool) {
        let next = crate::bytes::offset(self.values.len());
        let key = Key(value);
        if let Some(&at) = self.positions.get(&key) {
            return (at, false);
        }
        self.values.push(key.0.clone());
        self.positions.insert(key, next);
        (next, true)
    }

    /// The values in the order in which they were met.
    pub(crate) fn values(self) -> Vec<Value> {
        self.values
    }
}

/// For each position of `values`, its position when numbers are in ascending order; `None` when a
/// value is not a number, so that the order met is all there is.
pub(crate) fn ascending(values: &[Value]) -> Option<Vec<u32>> {
    let numeric = |v: &Value| matches!(v, Value::Bool(_) | Value::Int(_) | Value::Float(_));
    if !values.iter().all(numeric) {
        return None;
    }
    let mut order: Vec<(Key, usize)> =
        values.iter().enumerate().map(|(at, v)| (Key(v.clone()), at)).collect();
    order.sort();
    let mut new = vec![0; values.len()];
    for (to, (_, from)) in order.iter().enumerate() {
        if let Some(slot) = new.get_mut(*from) {
            *slot = crate::bytes::offset(to);
        }
    }
    Some(new)
}
