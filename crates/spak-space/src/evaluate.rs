//! The value of a node for one config: the plain way, which everything faster is compared with.

use crate::dag::{Compare, Dag, Node, Op, Type, Unary, real, whole};
use crate::problem::Dialect;
use crate::slow::{Opaque, Pool, Slow, apply, truth};

/// What slow operations need besides the graph.
#[derive(Clone, Debug)]
pub(crate) struct Slowness {
    pub(crate) dialect: Dialect,
    pub(crate) pool: Pool,
    pub(crate) opaque: Vec<Opaque>,
    pub(crate) texts: Vec<String>,
}

impl Slowness {
    /// The value that a word of a type stands for.
    pub(crate) fn decode(&self, kind: Type, word: u64) -> Slow {
        use spak_expr::{Quantity, Value};
        let value = match kind {
            Type::Bool => Value::Bool(word != 0),
            Type::Int => Value::Int(word as i64),
            Type::Float(dimension) if dimension.is_none() => Value::Float(f64::from_bits(word)),
            Type::Float(dimension) => {
                Value::Quantity(Quantity { magnitude: f64::from_bits(word), dimension })
            }
            Type::Text => Value::from(self.texts.get(word as usize).map_or("", String::as_str)),
            Type::Mixed => return self.pool.value(word as u32).clone(),
        };
        Slow::Value(value)
    }

    /// The number of what a slow operation gives.
    pub(crate) fn compute(&mut self, dag: &Dag, node: Node, operands: &[(Type, u64)]) -> u64 {
        let Op::Slow(op, _) = &dag.info(node).op else { return 0 };
        let values: Vec<Slow> =
            operands.iter().map(|(kind, word)| self.decode(*kind, *word)).collect();
        let result = apply(self.dialect, op, &values, &self.opaque);
        u64::from(self.pool.number(result))
    }

    pub(crate) fn is_true(&self, word: u64) -> bool {
        truth(self.dialect, self.pool.value(word as u32)) == Some(true)
    }

    pub(crate) fn is_false(&self, word: u64) -> bool {
        truth(self.dialect, self.pool.value(word as u32)) == Some(false)
    }

    pub(crate) fn is_value(&self, word: u64) -> bool {
        *self.pool.value(word as u32) != Slow::None
    }
}

/// The word of `node` where each parameter has the value with this index.
pub(crate) fn evaluate(dag: &Dag, slow: &mut Slowness, node: Node, config: &[u32]) -> u64 {
    let mut word = |node: Node| evaluate(dag, slow, node, config);
    match &dag.info(node).op {
        Op::Constant(word) => *word,
        Op::Lookup(parameter, table) => {
            let index = config.get(*parameter as usize).copied().unwrap_or(0);
            dag.table(*table).get(index as usize).copied().unwrap_or(0)
        }
        Op::Sum(terms, constant) => {
            let sum = terms.iter().fold(*constant, |sum, (node, k)| {
                sum.wrapping_add(k.wrapping_mul(word(*node) as i64))
            });
            sum as u64
        }
        Op::Product(items, factor) => {
            items.iter().fold(*factor, |all, node| all.wrapping_mul(word(*node) as i64)) as u64
        }
        Op::Whole(op, a, b) => whole(*op, word(*a) as i64, word(*b) as i64) as u64,
        Op::Real(op, a, b) => {
            let (a, b) = (f64::from_bits(word(*a)), f64::from_bits(word(*b)));
            real(*op, a, b).to_bits()
        }
        Op::Unary(op, a) => unary(*op, word(*a)),
        Op::Compare(op, a, b) => u64::from(compare(*op, dag.kind(*a), word(*a), word(*b))),
        Op::All(items) => u64::from(items.iter().all(|item| word(*item) != 0)),
        Op::Any(items) => u64::from(items.iter().any(|item| word(*item) != 0)),
        Op::Select(condition, a, b) => {
            if word(*condition) != 0 {
                word(*a)
            } else {
                word(*b)
            }
        }
        Op::Among(a, set) => u64::from(dag.set(*set).binary_search(&word(*a)).is_ok()),
        Op::Slow(_, items) => {
            let operands: Vec<(Type, u64)> =
                items.iter().map(|item| (dag.kind(*item), word(*item))).collect();
            slow.compute(dag, node, &operands)
        }
        Op::IsTrue(a) => {
            let word = word(*a);
            u64::from(slow.is_true(word))
        }
        Op::IsFalse(a) => {
            let word = word(*a);
            u64::from(slow.is_false(word))
        }
        Op::IsValue(a) => {
            let word = word(*a);
            u64::from(slow.is_value(word))
        }
    }
}

/// What [`Op::Unary`] computes.
#[inline]
pub(crate) fn unary(op: Unary, a: u64) -> u64 {
    let float = f64::from_bits(a);
    let rounded = |x: f64| (x as i64) as u64;
    match op {
        Unary::Not => u64::from(a == 0),
        Unary::ToFloat => ((a as i64) as f64).to_bits(),
        Unary::AbsWhole => (a as i64).wrapping_abs() as u64,
        Unary::IsPow2 => u64::from((a as i64) > 0 && (a as i64).count_ones() == 1),
        Unary::Floor => rounded(float.floor()),
        Unary::Ceil => rounded(float.ceil()),
        Unary::Truncate => rounded(float.trunc()),
        Unary::Round => rounded(float.round_ties_even()),
    }
}

/// What [`Op::Compare`] computes on words of a type.
#[inline]
pub(crate) fn compare(op: Compare, kind: Type, a: u64, b: u64) -> bool {
    match (op, kind) {
        (Compare::Equal, Type::Float(_)) => f64::from_bits(a) == f64::from_bits(b),
        (Compare::Equal, _) => a == b,
        (Compare::Less, Type::Float(_)) => f64::from_bits(a) < f64::from_bits(b),
        (Compare::Less, _) => (a as i64) < (b as i64),
        (Compare::LessEqual, Type::Float(_)) => f64::from_bits(a) <= f64::from_bits(b),
        (Compare::LessEqual, _) => (a as i64) <= (b as i64),
    }
}
