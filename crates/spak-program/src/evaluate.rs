//! The value of a node when something is assumed: an architecture, the value of an input.

use std::collections::BTreeMap;

use crate::architecture::architecture_of;
use crate::constant::Constant;
use crate::graph::{Condition, Node, NodeId, Program};
use crate::op::Op;

/// Nodes that are looked at for one value.
const STEPS: u32 = 20_000;

/// What is assumed.
#[derive(Clone, Debug, Default)]
pub struct Assumptions {
    /// The compute capability of the device, major and minor.
    pub capability: Option<(i64, i64)>,
    /// Values of nodes.
    pub values: BTreeMap<NodeId, Constant>,
}

/// A value, or several in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Evaluated {
    /// One.
    One(Constant),
    /// Several.
    Several(Vec<Self>),
}

impl Evaluated {
    /// The value, if it is one.
    pub fn one(self) -> Option<Constant> {
        match self {
            Self::One(value) => Some(value),
            Self::Several(_) => None,
        }
    }
}

impl Program {
    /// The value of a node, if the assumptions decide it.
    pub fn evaluate(&self, id: NodeId, assumptions: &Assumptions) -> Option<Constant> {
        let mut evaluation = Evaluation { program: self, assumptions, left: STEPS };
        evaluation.value(id)?.one()
    }

    /// Whether conditions hold together, if the assumptions decide that.
    pub fn holds(&self, conditions: &[Condition], assumptions: &Assumptions) -> Option<bool> {
        let mut all = Some(true);
        for condition in conditions {
            let value = self.evaluate(condition.value, assumptions).and_then(|value| value.truth());
            match value.map(|value| value == condition.holds) {
                Some(true) => {}
                Some(false) => return Some(false),
                None => all = None,
            }
        }
        all
    }
}

struct Evaluation<'p> {
    program: &'p Program,
    assumptions: &'p Assumptions,
    left: u32,
}

impl Evaluation<'_> {
    fn value(&mut self, id: NodeId) -> Option<Evaluated> {
        if let Some(value) = self.assumptions.values.get(&id) {
            return Some(Evaluated::One(value.clone()));
        }
        self.left = self.left.checked_sub(1)?;
        let node = self.program.node(id)?;
        match node.op {
            Op::Constant => node.constant.clone().map(Evaluated::One),
            Op::Machine if node.name() == Some("compute_capability") => {
                let (major, minor) = self.assumptions.capability?;
                let part = |value| Evaluated::One(Constant::Int(value));
                Some(Evaluated::Several(vec![part(major), part(minor)]))
            }
            Op::Tuple => {
                let parts = node.arguments.iter().map(|argument| self.value(argument.value));
                parts.collect::<Option<_>>().map(Evaluated::Several)
            }
            Op::Item => self.item(node),
            Op::Choice => {
                let condition = self.truth(node.argument("condition")?)?;
                self.value(node.argument(if condition { "then" } else { "otherwise" })?)
            }
            Op::Not => {
                let value = self.truth(node.argument("a")?)?;
                Some(Evaluated::One(Constant::Bool(!value)))
            }
            Op::And | Op::Or => self.connective(node),
            Op::In => {
                let element = self.value(node.argument("a")?)?;
                let Evaluated::Several(all) = self.value(node.argument("b")?)? else { return None };
                let found = all.iter().any(|one| same(one, &element));
                Some(Evaluated::One(Constant::Bool(found)))
            }
            Op::Equal | Op::NotEqual => {
                let a = self.value(node.argument("a")?)?;
                let b = self.value(node.argument("b")?)?;
                let equal = same(&a, &b);
                Some(Evaluated::One(Constant::Bool(equal == (node.op == Op::Equal))))
            }
            Op::Min | Op::Max => self.extreme(node),
            Op::Cast | Op::Contiguous => {
                self.value(node.argument("a").or_else(|| node.argument("array"))?)
            }
            Op::Call => self.call(node),
            _ => self.arithmetic(node),
        }
    }

    fn truth(&mut self, id: NodeId) -> Option<bool> {
        match self.value(id)? {
            Evaluated::One(value) => value.truth(),
            Evaluated::Several(all) => Some(!all.is_empty()),
        }
    }

    fn item(&mut self, node: &Node) -> Option<Evaluated> {
        let Evaluated::Several(all) = self.value(node.argument("of")?)? else { return None };
        let Constant::Int(at) = self.value(node.argument("index")?)?.one()? else { return None };
        let at = if at < 0 { at.checked_add(all.len() as i64)? } else { at };
        all.into_iter().nth(usize::try_from(at).ok()?)
    }

    /// One side may decide; bits of numbers need both.
    fn connective(&mut self, node: &Node) -> Option<Evaluated> {
        let (a, b) = (node.argument("a")?, node.argument("b")?);
        let (left, right) = (self.value(a), self.value(b));
        let numbers = [&left, &right]
            .into_iter()
            .flatten()
            .any(|value| matches!(value, Evaluated::One(Constant::Int(_))));
        if numbers {
            return binary(node.op, &left?.one()?, &right?.one()?).map(Evaluated::One);
        }
        let truth = |value: Option<Evaluated>| value.and_then(Evaluated::one)?.truth();
        let decisive = node.op == Op::Or;
        let value = match (truth(left), truth(right)) {
            (Some(one), _) | (_, Some(one)) if one == decisive => decisive,
            (Some(_), Some(_)) => !decisive,
            _ => return None,
        };
        Some(Evaluated::One(Constant::Bool(value)))
    }

    /// What is nothing has no say.
    fn extreme(&mut self, node: &Node) -> Option<Evaluated> {
        let a = self.value(node.argument("a")?)?.one()?;
        let b = self.value(node.argument("b")?)?.one()?;
        let value = match (&a, &b) {
            (Constant::None, other) | (other, Constant::None) => other.clone(),
            _ => binary(node.op, &a, &b)?,
        };
        Some(Evaluated::One(value))
    }

    fn call(&mut self, node: &Node) -> Option<Evaluated> {
        let of = node.argument("receiver").or_else(|| node.argument("0"));
        let value = match node.name()? {
            "next_power_of_2" => {
                let value = whole(&self.value(of?)?.one()?)?;
                let value = u64::try_from(value).ok().filter(|value| *value <= 1 << 62)?;
                Constant::Int(value.next_power_of_two() as i64)
            }
            "bit_length" => {
                let value = whole(&self.value(of?)?.one()?)?.unsigned_abs();
                Constant::Int(i64::from(u64::BITS - value.leading_zeros()))
            }
            "by_target" => {
                let name = architecture_of(self.assumptions.capability?);
                let chosen = name.and_then(|name| node.argument(name));
                return self.value(chosen.or_else(|| node.argument("default"))?);
            }
            "int" => Constant::Int(self.value(of?)?.one()?.number()? as i64),
            "getattr" => {
                let field = node.argument("field").and_then(|field| self.value(field));
                return match field {
                    Some(field) => Some(field),
                    None => self.value(node.argument("default")?),
                };
            }
            _ => return None,
        };
        Some(Evaluated::One(value))
    }

    fn arithmetic(&mut self, node: &Node) -> Option<Evaluated> {
        let a = self.value(node.argument("a")?)?.one()?;
        let value = match node.argument("b") {
            Some(b) => binary(node.op, &a, &self.value(b)?.one()?)?,
            None => unary(node.op, &a)?,
        };
        Some(Evaluated::One(value))
    }
}

fn same(a: &Evaluated, b: &Evaluated) -> bool {
    match (a, b) {
        (Evaluated::One(a), Evaluated::One(b)) => {
            a == b || a.number().is_some_and(|a| b.number() == Some(a))
        }
        (Evaluated::Several(a), Evaluated::Several(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b))
        }
        _ => false,
    }
}

fn whole(value: &Constant) -> Option<i64> {
    match value {
        Constant::Int(value) => Some(*value),
        Constant::Bool(value) => Some(i64::from(*value)),
        _ => None,
    }
}

/// The value of an operation on two known values, as Python computes it; `None` where there is none.
pub fn binary(op: Op, a: &Constant, b: &Constant) -> Option<Constant> {
    if let (Constant::Text(a), Constant::Text(b)) = (a, b) {
        return (op == Op::Add).then(|| Constant::Text(format!("{a}{b}")));
    }
    let compared = a.number().zip(b.number()).and_then(|(a, b)| a.partial_cmp(&b));
    let ordered = match op {
        Op::Less => compared.map(std::cmp::Ordering::is_lt),
        Op::LessEqual => compared.map(std::cmp::Ordering::is_le),
        Op::Greater => compared.map(std::cmp::Ordering::is_gt),
        Op::GreaterEqual => compared.map(std::cmp::Ordering::is_ge),
        _ => None,
    };
    if let Some(ordered) = ordered {
        return Some(Constant::Bool(ordered));
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

/// The value of a function of one known number; `None` where there is none.
pub fn unary(op: Op, a: &Constant) -> Option<Constant> {
    if let (Op::Abs | Op::Ceil | Op::Floor | Op::Neg, Some(value)) = (op, whole(a)) {
        return Some(Constant::Int(match op {
            Op::Abs => value.checked_abs()?,
            Op::Neg => value.checked_neg()?,
            _ => value,
        }));
    }
    let value = a.number()?;
    Some(match op {
        Op::Ceil => Constant::Int(value.ceil() as i64),
        Op::Floor => Constant::Int(value.floor() as i64),
        Op::Abs => Constant::Float(value.abs()),
        Op::Neg => Constant::Float(-value),
        Op::Exp => Constant::Float(value.exp()),
        Op::Exp2 => Constant::Float(value.exp2()),
        Op::Log if value > 0.0 => Constant::Float(value.ln()),
        Op::Log2 if value > 0.0 => Constant::Float(value.log2()),
        Op::Sqrt if value >= 0.0 => Constant::Float(value.sqrt()),
        Op::Rsqrt if value > 0.0 => Constant::Float(value.sqrt().recip()),
        _ => return None,
    })
}
