//! Nodes in words: the formula that a person would write.

use std::collections::BTreeSet;

use crate::constant::Constant;
use crate::evaluate::Assumptions;
use crate::graph::{Node, NodeId, Program};
use crate::op::Op;

/// How deep formulas are written out.
const DEPTH: u32 = 12;

impl Program {
    /// A node as a formula over parameters, fields of configs and sizes of arrays.
    pub fn describe(&self, id: NodeId) -> String {
        self.write(id, 0, 0)
    }

    /// What a node is the next power of two of, however that is computed: it is tried with numbers.
    pub fn next_power_of_two_of(&self, id: NodeId) -> Option<NodeId> {
        let mut leaves = BTreeSet::new();
        let mut inner = 0;
        self.leaves(id, &mut leaves, &mut inner, 0)?;
        let leaf = *leaves.first()?;
        (inner > 0 && leaves.len() == 1).then_some(())?;
        let samples = [1i64, 2, 3, 5, 8, 17, 64, 100, 128, 1000, 4097];
        let agrees = |sample: &i64| {
            let mut assumptions = Assumptions::default();
            assumptions.values.insert(leaf, Constant::Int(*sample));
            let value = self.evaluate(id, &assumptions).and_then(|value| value.number());
            value == Some((*sample as u64).next_power_of_two() as f64)
        };
        samples.iter().all(agrees).then_some(leaf)
    }

    /// What a formula of one number is made from; `None` if it is more than arithmetic.
    fn leaves(
        &self,
        id: NodeId,
        leaves: &mut BTreeSet<NodeId>,
        inner: &mut u32,
        depth: u32,
    ) -> Option<()> {
        let node = self.node(id)?;
        let arithmetic = matches!(
            node.op,
            Op::Add
                | Op::Sub
                | Op::Mul
                | Op::Or
                | Op::ShiftRight
                | Op::ShiftLeft
                | Op::Pow
                | Op::Log2
                | Op::Ceil
                | Op::Neg
        ) || (node.op == Op::Call
            && matches!(node.name(), Some("next_power_of_2" | "bit_length" | "int")));
        if node.op == Op::Constant {
            return Some(());
        }
        if !arithmetic {
            leaves.insert(id);
            return (leaves.len() <= 1).then_some(());
        }
        *inner += 1;
        (depth < 40 && *inner < 200).then_some(())?;
        node.arguments
            .iter()
            .try_for_each(|argument| self.leaves(argument.value, leaves, inner, depth + 1))
    }

    fn write(&self, id: NodeId, binding: u8, depth: u32) -> String {
        let Some(node) = self.node(id) else { return "?".to_owned() };
        if depth > DEPTH {
            return "…".to_owned();
        }
        if matches!(node.op, Op::Add | Op::Or | Op::Pow | Op::ShiftLeft)
            && let Some(leaf) = self.next_power_of_two_of(id)
        {
            return format!("next_power_of_2({})", self.write(leaf, 0, depth + 1));
        }
        let part = |label: &str, binding| {
            node.argument(label).map_or("?".to_owned(), |id| self.write(id, binding, depth + 1))
        };
        let infix = |symbol: &str, own: u8| {
            let text = format!("{} {symbol} {}", part("a", own), part("b", own + 1));
            if own < binding { format!("({text})") } else { text }
        };
        match node.op {
            Op::Constant => node.constant.as_ref().map_or("?".to_owned(), ToString::to_string),
            Op::Parameter => node.name().unwrap_or("?").to_owned(),
            Op::ConfigField => node.name().unwrap_or("?").to_owned(),
            Op::Machine => format!("hardware.{}", node.name().unwrap_or("?")),
            Op::Add => infix("+", 4),
            Op::Sub => infix("-", 4),
            Op::Mul => infix("*", 5),
            Op::Div => infix("/", 5),
            Op::FloorDiv => infix("//", 5),
            Op::Mod => infix("%", 5),
            Op::Pow => infix("**", 6),
            Op::Less => infix("<", 3),
            Op::LessEqual => infix("<=", 3),
            Op::Greater => infix(">", 3),
            Op::GreaterEqual => infix(">=", 3),
            Op::Equal => infix("==", 3),
            Op::NotEqual => infix("!=", 3),
            Op::In => infix("in", 3),
            Op::And => infix("and", 1),
            Op::Or => infix("or", 0),
            Op::Not => format!("not {}", part("a", 7)),
            Op::Neg => format!("-{}", part("a", 7)),
            Op::Extent => format!("{}.shape[{}]", part("array", 8), part("axis", 0)),
            Op::Stride => format!("{}.stride[{}]", part("array", 8), part("axis", 0)),
            Op::DtypeOf => format!("{}.dtype", part("array", 8)),
            Op::Item => format!("{}[{}]", part("of", 8), part("index", 0)),
            Op::Field => match node.argument("of") {
                Some(_) => format!("{}.{}", part("of", 8), node.name().unwrap_or("?")),
                None => node.name().unwrap_or("?").to_owned(),
            },
            Op::BlockId => format!("block_id({})", part("axis", 0)),
            Op::Contiguous => part("array", binding),
            Op::Tuple => {
                let parts: Vec<String> = node
                    .arguments
                    .iter()
                    .map(|argument| self.write(argument.value, 0, depth + 1))
                    .collect();
                format!("({})", parts.join(", "))
            }
            Op::Choice => {
                let text = format!(
                    "{} if {} else {}",
                    part("then", 1),
                    part("condition", 1),
                    part("otherwise", 0)
                );
                if binding > 0 { format!("({text})") } else { text }
            }
            _ => self.written_call(node, depth),
        }
    }

    fn written_call(&self, node: &Node, depth: u32) -> String {
        let name = node.name().unwrap_or_else(|| node.op.name());
        let parts: Vec<String> = node
            .arguments
            .iter()
            .filter(|argument| argument.given)
            .map(|argument| {
                let value = self.write(argument.value, 0, depth + 1);
                match argument.label {
                    "a" | "b" | "receiver" | "array" | "start" | "stop" => value,
                    label if label.starts_with(|first: char| first.is_ascii_digit()) => value,
                    label => format!("{label}={value}"),
                }
            })
            .collect();
        format!("{name}({})", parts.join(", "))
    }
}
