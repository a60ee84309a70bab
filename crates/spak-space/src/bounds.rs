//! What a condition can still become when only some of its variables have values.
//!
//! Of a comparison that is not decided yet, the bounds of both sides say whether it may still hold and
//! whether it must. The first ends branches early, the second ends the need to remember what it reads.

use crate::dag::{Compare, Dag, FALSE, Node, Op, Range, Real, TRUE, Type, Unary, Whole};
use crate::tree::Position;

/// Conditions over more variables are left as they are: each costs a step for each of its variables.
const MAX_VARIABLES: u32 = 40;

/// The conditions of a component, with what follows from them at earlier positions of the tree.
pub(crate) fn strengthened(
    dag: &mut Dag,
    positions: &[Position],
    conditions: &[Node],
) -> Vec<Node> {
    let mut found = Vec::with_capacity(conditions.len() * 3);
    for condition in conditions {
        let support = dag.support(*condition);
        if support.count_ones() < 2 || support.count_ones() > MAX_VARIABLES {
            found.push(*condition);
            continue;
        }
        let mut decided = vec![*condition];
        let on_path = positions.iter().filter(|p| support & (1 << p.variable) != 0);
        for position in on_path.filter(|p| support & !p.path != 0) {
            let (must, may) = Bounds { dag, known: position.path }.condition(*condition);
            if may != TRUE {
                found.push(may);
            }
            if must != FALSE {
                decided.push(must);
            }
        }
        found.push(dag.any(&decided));
    }
    found.retain(|condition| *condition != TRUE);
    found.sort_unstable();
    found.dedup();
    found
}

struct Bounds<'d> {
    dag: &'d mut Dag,
    /// The variables that have values.
    known: u128,
}

impl Bounds<'_> {
    /// Whether a condition must hold, and whether it may.
    fn condition(&mut self, node: Node) -> (Node, Node) {
        let support = self.dag.support(node);
        if support & !self.known == 0 {
            return (node, node);
        }
        if support & self.known == 0 {
            return (FALSE, TRUE);
        }
        match self.dag.info(node).op.clone() {
            Op::All(items) => {
                let parts: Vec<(Node, Node)> = items.iter().map(|i| self.condition(*i)).collect();
                let (must, may): (Vec<Node>, Vec<Node>) = parts.into_iter().unzip();
                (self.dag.all(&must), self.dag.all(&may))
            }
            Op::Any(items) => {
                let parts: Vec<(Node, Node)> = items.iter().map(|i| self.condition(*i)).collect();
                let (must, may): (Vec<Node>, Vec<Node>) = parts.into_iter().unzip();
                (self.dag.any(&must), self.dag.any(&may))
            }
            Op::Unary(Unary::Not, inner) => {
                let (must, may) = self.condition(inner);
                (self.dag.not(may), self.dag.not(must))
            }
            Op::Compare(op, a, b) => {
                let (Some((a_low, a_high)), Some((b_low, b_high))) = (self.value(a), self.value(b))
                else {
                    return (FALSE, TRUE);
                };
                match op {
                    Compare::Equal => {
                        let below = self.dag.compare(Compare::LessEqual, a_low, b_high);
                        let above = self.dag.compare(Compare::LessEqual, b_low, a_high);
                        (FALSE, self.dag.all(&[below, above]))
                    }
                    op => {
                        (self.dag.compare(op, a_high, b_low), self.dag.compare(op, a_low, b_high))
                    }
                }
            }
            _ => (FALSE, TRUE),
        }
    }

    /// The least and the greatest value of a number; `None` for what has no order.
    fn value(&mut self, node: Node) -> Option<(Node, Node)> {
        let info = self.dag.info(node);
        if info.support & !self.known == 0 {
            return matches!(info.kind, Type::Int | Type::Float(_)).then_some((node, node));
        }
        if info.support & self.known != 0
            && let Some(found) = self.inner(node)
        {
            return Some(found);
        }
        let info = self.dag.info(node);
        match (info.kind, info.range) {
            (Type::Int, Range::Int(low, high)) => Some((self.dag.int(low), self.dag.int(high))),
            (kind @ Type::Float(_), Range::Float(low, high)) => {
                let low = self.dag.constant(kind, low.to_bits());
                Some((low, self.dag.constant(kind, high.to_bits())))
            }
            _ => None,
        }
    }

    /// The bounds of an operation from those of its operands, where it is monotonous.
    fn inner(&mut self, node: Node) -> Option<(Node, Node)> {
        match self.dag.info(node).op.clone() {
            Op::Sum(terms, constant) => {
                let (mut low, mut high) = (Vec::new(), Vec::new());
                for (node, factor) in terms.iter() {
                    let (least, most) = self.value(*node)?;
                    let (a, b) = if *factor >= 0 { (least, most) } else { (most, least) };
                    low.push((a, *factor));
                    high.push((b, *factor));
                }
                Some((self.dag.sum(&low, constant)?, self.dag.sum(&high, constant)?))
            }
            Op::Product(items, factor) => {
                // Only of what is never negative; a negative factor turns the bounds around.
                let (mut low, mut high) = (self.dag.int(factor), self.dag.int(factor));
                for node in items.iter() {
                    if self.dag.info(*node).range.int()?.0 < 0 {
                        return None;
                    }
                    let (least, most) = self.value(*node)?;
                    low = self.dag.product(low, least)?;
                    high = self.dag.product(high, most)?;
                }
                Some(if factor >= 0 { (low, high) } else { (high, low) })
            }
            Op::Whole(op @ (Whole::Min | Whole::Max), a, b) => {
                let ((a_low, a_high), (b_low, b_high)) = (self.value(a)?, self.value(b)?);
                Some((self.dag.whole(op, a_low, b_low)?, self.dag.whole(op, a_high, b_high)?))
            }
            Op::Whole(Whole::FloorDivide, a, b) => {
                let (x, y) = (self.dag.info(a).range.int()?, self.dag.info(b).range.int()?);
                if x.0 < 0 || y.0 <= 0 {
                    return None;
                }
                let ((a_low, a_high), (b_low, b_high)) = (self.value(a)?, self.value(b)?);
                Some((
                    self.dag.whole(Whole::FloorDivide, a_low, b_high)?,
                    self.dag.whole(Whole::FloorDivide, a_high, b_low)?,
                ))
            }
            Op::Unary(Unary::ToFloat, a) => {
                let (low, high) = self.value(a)?;
                Some((self.dag.as_float(low)?, self.dag.as_float(high)?))
            }
            Op::Real(op, a, b) => self.real(op, a, b, node),
            _ => None,
        }
    }

    /// Rounding keeps the order, so the bounds of the rounded results are those of the operands.
    fn real(&mut self, op: Real, a: Node, b: Node, node: Node) -> Option<(Node, Node)> {
        let Type::Float(kind) = self.dag.kind(node) else { return None };
        let positive = |dag: &Dag, node: Node, strictly: bool| match dag.info(node).range {
            Range::Float(low, _) => low > 0.0 || (!strictly && low >= 0.0),
            _ => false,
        };
        let is_safe = match op {
            Real::Add | Real::Subtract | Real::Min | Real::Max => true,
            Real::Multiply => positive(self.dag, a, false) && positive(self.dag, b, false),
            Real::Divide => positive(self.dag, a, false) && positive(self.dag, b, true),
            Real::FloorDivide | Real::Remainder => false,
        };
        if !is_safe {
            return None;
        }
        let ((a_low, a_high), (b_low, b_high)) = (self.value(a)?, self.value(b)?);
        let (low, high) = match op {
            Real::Subtract | Real::Divide => ((a_low, b_high), (a_high, b_low)),
            _ => ((a_low, b_low), (a_high, b_high)),
        };
        Some((self.dag.real(op, low.0, low.1, kind), self.dag.real(op, high.0, high.1, kind)))
    }
}
