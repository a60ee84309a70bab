//! What is known of values without running anything.

use spak_program::{Constant, NodeId, Op, Program};

use crate::kinds::{Ops, bit};

/// How deep arithmetic of known numbers is followed.
const DEEP: usize = 16;

/// The operations that can give a known number.
pub(crate) const NUMBERS: Ops =
    bit(Op::Constant) | bit(Op::Neg) | bit(Op::Add) | bit(Op::Sub) | bit(Op::Mul) | bit(Op::Div);

/// The number that a node is known to be.
pub(crate) fn number(program: &Program, node: NodeId) -> Option<f64> {
    within(program, node, 0)
}

fn within(program: &Program, node: NodeId, depth: usize) -> Option<f64> {
    let found = program.node(program.behind(node)).filter(|_| depth < DEEP)?;
    let side = |label| within(program, found.argument(label)?, depth + 1);
    Some(match found.op {
        Op::Constant => match found.constant.as_ref()? {
            Constant::Symbol(name) if name == "inf" => f64::INFINITY,
            constant => constant.number()?,
        },
        Op::Neg => -side("a")?,
        Op::Add => side("a")? + side("b")?,
        Op::Sub => side("a")? - side("b")?,
        Op::Mul => side("a")? * side("b")?,
        Op::Div => side("a")? / side("b")?,
        _ => return None,
    })
}

/// The text, type or name that a node is known to be.
pub(crate) fn text(program: &Program, node: NodeId) -> Option<&str> {
    match program.constant(program.behind(node))? {
        Constant::Text(text) | Constant::Dtype(text) | Constant::Symbol(text) => Some(text),
        _ => None,
    }
}

/// Whether two known values are equal.
pub(crate) fn same_constant(a: Option<&Constant>, b: Option<&Constant>) -> bool {
    let (Some(a), Some(b)) = (a, b) else { return false };
    let is_number = |c: &Constant| matches!(c, Constant::Int(_) | Constant::Float(_));
    if is_number(a) && is_number(b) { a.number() == b.number() } else { a == b }
}
