//! A program as text, for people who write patterns and for golden tests.

use std::fmt::Write as _;

use crate::graph::{Node, NodeId, Program, ScopeId};
use crate::op::Op;

/// One line for each node of a run, in order: `%7 = mma(a=%3, b=%5, acc=%6)`, indented by the loops around it.
pub fn print(program: &Program, scope: ScopeId) -> String {
    let mut text = String::new();
    for (at, node) in program.nodes.iter().enumerate().filter(|(_, node)| node.scope == scope) {
        if node.op == Op::Constant {
            continue;
        }
        let depth = std::iter::successors(node.inside, |inner| {
            program.loops.get(inner.index()).and_then(|found| found.parent)
        });
        let indent = "  ".repeat(depth.count());
        let _ = writeln!(text, "{indent}%{at} = {}", line(program, node));
    }
    text
}

fn line(program: &Program, node: &Node) -> String {
    let mut text = node.op.name().to_owned();
    if let Some(name) = node.name() {
        let _ = write!(text, "[{name}]");
    }
    let arguments: Vec<String> = node
        .arguments
        .iter()
        .filter(|argument| argument.given)
        .map(|argument| format!("{}={}", argument.label, value(program, argument.value)))
        .collect();
    let _ = write!(text, "({})", arguments.join(", "));
    for condition in node.conditions.iter() {
        let not = if condition.holds { "" } else { "not " };
        let _ = write!(text, " if {not}{}", value(program, condition.value));
    }
    text
}

fn value(program: &Program, id: NodeId) -> String {
    match program.constant(id) {
        Some(constant) => constant.to_string(),
        None => format!("%{}", id.0),
    }
}
