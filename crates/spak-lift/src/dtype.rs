//! The types of elements, as far as they follow from casts, constants and arrays.

use spak_program::{Constant, NodeId, Op};

use crate::facts::Facts;

/// How deep values are followed.
const DEEP: usize = 64;

/// A type of elements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dtype<'p> {
    /// By its name.
    Known(&'p str),
    /// That of the elements of a parameter.
    Like(NodeId),
}

/// The type of the elements of a value.
pub(crate) fn of<'p>(facts: &Facts<'p>, node: NodeId) -> Option<Dtype<'p>> {
    within(facts, node, 0)
}

fn within<'p>(facts: &Facts<'p>, node: NodeId, depth: usize) -> Option<Dtype<'p>> {
    let found = facts.program.node(node).filter(|_| depth < DEEP)?;
    let side = |label| within(facts, found.argument(label)?, depth + 1);
    let stated = || stated(facts, found.argument("dtype")?);
    match found.op {
        Op::Cast | Op::Bitcast | Op::Full | Op::Arange | Op::Alloc => {
            stated().or_else(|| if found.op == Op::Full { side("value") } else { None })
        }
        Op::Load | Op::Atomic => Some(Dtype::Like(facts.root(node)?)),
        Op::Mma => side("acc"),
        Op::Carried => side("init"),
        Op::Choice | Op::Select => side("then").or_else(|| side("otherwise")),
        Op::BlockId | Op::NumBlocks | Op::Extent | Op::Stride | Op::Induction => {
            Some(Dtype::Known("i32"))
        }
        Op::Less
        | Op::LessEqual
        | Op::Greater
        | Op::GreaterEqual
        | Op::Equal
        | Op::NotEqual
        | Op::Not => Some(Dtype::Known("bool")),
        Op::Add
        | Op::Sub
        | Op::Mul
        | Op::Div
        | Op::FloorDiv
        | Op::CeilDiv
        | Op::Mod
        | Op::Pow
        | Op::Max
        | Op::Min
        | Op::Fma => joined(side("a"), side("b")),
        Op::Constant | Op::Parameter | Op::Unknown | Op::Call | Op::Tuple => None,
        _ => side("a"),
    }
}

/// The type that an argument called `dtype` says.
fn stated<'p>(facts: &Facts<'p>, node: NodeId) -> Option<Dtype<'p>> {
    let found = facts.program.node(facts.program.behind(node))?;
    match (found.op, &found.constant) {
        (Op::Constant, Some(Constant::Dtype(name) | Constant::Symbol(name))) => {
            Some(Dtype::Known(name))
        }
        (Op::DtypeOf | Op::Field, _) => Some(Dtype::Like(facts.root(node)?)),
        _ => None,
    }
}

/// The type of an operation on two values. What has no type of its own, such as a number, takes the other's.
fn joined<'p>(a: Option<Dtype<'p>>, b: Option<Dtype<'p>>) -> Option<Dtype<'p>> {
    let (Some(a), Some(b)) = (a, b) else { return a.or(b) };
    if a == b {
        return Some(a);
    }
    let is_wide = |d: Dtype<'_>| matches!(d, Dtype::Known("f32" | "f64" | "tf32"));
    match (a, b) {
        (Dtype::Known("f64"), _) | (_, Dtype::Known("f64")) => Some(Dtype::Known("f64")),
        (Dtype::Known("i32" | "bool"), other) | (other, Dtype::Known("i32" | "bool")) => {
            Some(other)
        }
        _ if is_wide(a) || is_wide(b) => Some(Dtype::Known("f32")),
        _ => None,
    }
}
