//! Kernels that add parts of a result, each with the weight that follows from its statistic.

use std::collections::BTreeSet;

use spak_program::{NodeId, Op};

use super::{Parts, Roles};
use crate::facts::Bits;
use crate::labels;

pub(super) fn assign(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let statistics = statistics(parts);
    if statistics.is_empty() {
        return;
    }
    let arrays: BTreeSet<_> = statistics.iter().map(|load| parts.facts.root(*load)).collect();
    for store in &parts.stores {
        let Some(made) = parts.stored(*store).map(|value| values(parts, value)) else { continue };
        if !statistics.iter().any(|load| made.has(*load)) {
            continue;
        }
        let others = parts.among(&parts.loads, &made);
        let others: Vec<NodeId> =
            others.into_iter().filter(|load| !arrays.contains(&parts.facts.root(*load))).collect();
        let size = |load: &NodeId| parts.rank(*load);
        if others.is_empty() || others.iter().map(size).min() <= statistics.iter().map(size).max() {
            continue;
        }
        give(parts, roles, *store, "o");
        for load in others {
            give(parts, roles, load, "o_partial");
        }
        for load in &statistics {
            give(parts, roles, *load, "lse");
        }
    }
}

/// The loads of which exponentials are taken after their own greatest element was subtracted.
fn statistics(parts: &Parts<'_, '_>) -> Vec<NodeId> {
    let program = parts.facts.program;
    let mut found = BTreeSet::new();
    for exp in &parts.exps {
        let near = parts.near(*exp);
        if parts.mmas.iter().any(|mma| near.has(*mma)) {
            continue;
        }
        for peak in parts.reductions.iter().filter(|r| program.op(**r) == Op::ReduceMax) {
            if near.has(*peak) {
                found.extend(parts.among(&parts.loads, &parts.near(*peak)));
            }
        }
    }
    found.into_iter().collect()
}

/// What a value is made of, through products of matrices.
fn values(parts: &Parts<'_, '_>, node: NodeId) -> Bits {
    parts.facts.collect(node, &mut |op, label| op != Op::Load && labels::is_value(label))
}

fn give(parts: &Parts<'_, '_>, roles: &mut Roles, node: NodeId, word: &'static str) {
    for node in [Some(node), parts.facts.root(node)].into_iter().flatten() {
        roles.by_node.remove(&node);
        roles.give(node, word);
    }
}
