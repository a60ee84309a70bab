//! Kernels without matrix products: what is reduced, what it is scaled by and what is added.

use std::collections::BTreeSet;

use spak_program::{NodeId, Op};

use super::{Parts, Roles};
use crate::facts::Bits;

pub(super) fn assign(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let mut reduced: Vec<NodeId> = Vec::new();
    for reduction in &parts.reductions {
        reduced.extend(parts.among(&parts.loads, &parts.near(*reduction)));
    }
    reduced.sort();
    reduced.dedup();
    for load in &reduced {
        roles.give_access(parts.facts, *load, "x");
    }
    for store in &parts.stores {
        roles.give_access(parts.facts, *store, "y");
    }
    if reduced.is_empty() {
        return;
    }
    let of_rows: BTreeSet<(u8, u32)> = reduced.iter().flat_map(|x| parts.moves_with(*x)).collect();
    let steps = steps(parts);
    for load in parts.loads.iter().filter(|load| !reduced.contains(load)) {
        // What belongs to columns is the same for all rows.
        let place = parts.moves_with(*load);
        if of_rows.is_subset(&place) {
            continue;
        }
        // One operand is made of it alone, the other of what is reduced.
        let uses = |ops: &[Op]| {
            let joins = |a: &Bits, b: &Bits| {
                a.has(*load)
                    && !reduced.iter().any(|x| a.has(*x))
                    && reduced.iter().any(|x| b.has(*x))
            };
            let is_one =
                |(op, a, b): &(Op, Bits, Bits)| ops.contains(op) && (joins(a, b) || joins(b, a));
            steps.iter().any(is_one)
        };
        if uses(&[Op::Mul, Op::Fma]) {
            roles.give_access(parts.facts, *load, "weight");
        } else if uses(&[Op::Add]) {
            roles.give_access(parts.facts, *load, "bias");
        }
    }
}

/// Products and sums of a kernel with what their operands are made of.
fn steps(parts: &Parts<'_, '_>) -> Vec<(Op, Bits, Bits)> {
    let program = parts.facts.program;
    let made = |node: &NodeId| {
        let found = program.node(*node)?;
        let side = |label| found.argument(label).map(|value| parts.near(value));
        Some((found.op, side("a")?, side("b")?))
    };
    parts.steps.iter().filter_map(made).collect()
}
