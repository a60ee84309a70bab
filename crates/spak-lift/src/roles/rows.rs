//! Kernels without matrix products: what is reduced, what it is scaled by and what is added.

use std::collections::BTreeSet;

use spak_program::{NodeId, Op};

use super::{Parts, Roles};

pub(super) fn assign(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let program = parts.facts.program;
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
    for load in parts.loads.iter().filter(|load| !reduced.contains(load)) {
        // What belongs to columns is the same for all rows.
        let place = parts.moves_with(*load);
        if of_rows.is_subset(&place) {
            continue;
        }
        let uses = |op: &[Op]| {
            program.nodes.iter().any(|node| {
                op.contains(&node.op)
                    && node.arguments.iter().any(|a| program.behind(a.value) == *load)
            })
        };
        if uses(&[Op::Mul, Op::Fma]) {
            roles.give_access(parts.facts, *load, "weight");
        } else if uses(&[Op::Add]) {
            roles.give_access(parts.facts, *load, "bias");
        }
    }
}
