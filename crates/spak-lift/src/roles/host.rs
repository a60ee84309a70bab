//! Roles from one kernel to another: what the host gives to both.

use std::collections::{BTreeMap, BTreeSet};

use spak_program::{NodeId, Op};

use super::Roles;
use crate::facts::Facts;

/// Roles by which kernels of one computation are joined.
const JOINED: &[&str] = &["q", "k", "v", "o", "do", "lse", "delta", "dq", "dk", "dv"];

pub(super) fn assign(facts: &Facts<'_>, roles: &mut Roles) {
    let program = facts.program;
    let mut known: BTreeMap<NodeId, BTreeSet<&'static str>> = BTreeMap::new();
    let mut open = Vec::new();
    for launch in &program.launches {
        let Some(kernel) = program.kernels.get(launch.kernel.index()) else { continue };
        let of = |node: NodeId| roles.of_node(node).filter(|word| JOINED.contains(word));
        let has_own = kernel.parameters.iter().any(|p| of(p.node).next().is_some());
        for (parameter, bound) in kernel.parameters.iter().zip(&launch.arguments) {
            let Some(bound) = bound.map(|b| program.behind(b)) else { continue };
            if program.constant(bound).is_some() {
                continue;
            }
            if has_own {
                known.entry(bound).or_default().extend(of(parameter.node));
            } else {
                open.push((launch.kernel, parameter.node, bound));
            }
        }
    }
    let mut given = BTreeMap::new();
    for (kernel, parameter, bound) in open {
        let words = known.get(&bound).filter(|words| words.len() == 1);
        if let Some(word) = words.and_then(|words| words.first()) {
            given.insert(parameter, (*word, kernel));
        }
    }
    let joined: BTreeSet<_> = given.values().map(|(_, kernel)| *kernel).collect();
    for (at, node) in program.nodes.iter().enumerate() {
        let id = NodeId(at as u32);
        let is_access = matches!(node.op, Op::Load | Op::Store | Op::Atomic);
        if !is_access || !facts.kernel_of(id).is_some_and(|k| joined.contains(&k)) {
            continue;
        }
        if let Some((word, _)) = facts.root(id).and_then(|root| given.get(&root)) {
            roles.take_generic(facts, id);
            roles.give_access(facts, id, word);
        }
    }
    partners(facts, roles);
}

/// In the row sums of output times gradient of the output, one tells the other.
fn partners(facts: &Facts<'_>, roles: &mut Roles) {
    let program = facts.program;
    let mut found = Vec::new();
    for node in program.nodes.iter().filter(|n| n.op == Op::Mul) {
        let side = |label| {
            let behind = program.behind(node.argument(label)?);
            (program.op(behind) == Op::Load).then_some(behind)
        };
        let (Some(a), Some(b)) = (side("a"), side("b")) else { continue };
        for (own, other) in [(a, b), (b, a)] {
            let is_gradient = roles.of_node(own).any(|word| word == "do");
            let is_free = !roles.of_node(other).any(|word| JOINED.contains(&word));
            if is_gradient && is_free {
                found.push(other);
            }
        }
    }
    for load in found {
        roles.take_generic(facts, load);
        roles.give_access(facts, load, "o");
    }
}
