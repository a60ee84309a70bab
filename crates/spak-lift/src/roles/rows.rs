//! Kernels without matrix products: what is reduced, what it is scaled by and what is added.

use std::collections::{BTreeMap, BTreeSet};

use spak_program::{NodeId, Op};

use super::{Parts, Roles};
use crate::facts::Bits;

pub(super) fn assign(parts: &Parts<'_, '_>, roles: &mut Roles) {
    for store in &parts.stores {
        roles.give_access(parts.facts, *store, "y");
    }
    let reduced = reduced(parts);
    if reduced.is_empty() {
        if !rotated(parts, roles) {
            gated(parts, roles);
            only_one(parts, roles);
        }
        return;
    }
    let of_rows: BTreeSet<(u8, u32)> = reduced.iter().flat_map(|x| parts.moves_with(*x)).collect();
    let steps = steps(parts);
    let centred = normalized(parts, &reduced, &steps);
    for load in &reduced {
        let is_other = !centred.is_empty()
            && parts.facts.root(*load).is_some_and(|root| !centred.contains(&root));
        roles.give_access(parts.facts, *load, if is_other { "dy" } else { "x" });
    }
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

/// The loads that are reduced and cover rows and columns, with all other loads of the same arrays.
fn reduced(parts: &Parts<'_, '_>) -> Vec<NodeId> {
    let mut found: BTreeSet<NodeId> = BTreeSet::new();
    for reduction in &parts.reductions {
        found.extend(parts.among(&parts.loads, &parts.near(*reduction)));
    }
    let size = |load: &NodeId| (parts.moves_with(*load).len(), parts.rank(*load));
    let most = found.iter().map(size).max();
    found.retain(|load| Some(size(load)) == most);
    let arrays: BTreeSet<NodeId> = found.iter().filter_map(|l| parts.facts.root(*l)).collect();
    let is_of = |load: &NodeId| parts.facts.root(*load).is_some_and(|root| arrays.contains(&root));
    found.extend(parts.loads.iter().copied().filter(is_of));
    found.into_iter().collect()
}

/// The arrays that are scaled by what was stored for each row; none if that does not tell some from others.
fn normalized(
    parts: &Parts<'_, '_>,
    reduced: &[NodeId],
    steps: &[(Op, Bits, Bits)],
) -> BTreeSet<NodeId> {
    let of_rows: BTreeSet<(u8, u32)> = reduced.iter().flat_map(|x| parts.moves_with(*x)).collect();
    let of_row =
        |load: &&NodeId| !reduced.contains(load) && of_rows.is_subset(&parts.moves_with(**load));
    let saved: Vec<NodeId> = parts.loads.iter().filter(of_row).copied().collect();
    let arrays = |set: &Bits| -> BTreeSet<NodeId> {
        let loads = reduced.iter().filter(|load| set.has(**load));
        loads.filter_map(|load| parts.facts.root(*load)).collect()
    };
    let mut found = BTreeSet::new();
    for (_, a, b) in steps.iter().filter(|(op, ..)| *op == Op::Mul) {
        for (scale, scaled) in [(a, b), (b, a)] {
            let is_scale = saved.iter().any(|load| scale.has(*load)) && arrays(scale).is_empty();
            let scaled = arrays(scaled);
            if is_scale && scaled.len() == 1 {
                found.extend(scaled);
            }
        }
    }
    let all: BTreeSet<NodeId> = reduced.iter().filter_map(|l| parts.facts.root(*l)).collect();
    if found.len() < all.len() { found } else { BTreeSet::new() }
}

/// Arrays of which two tiles are multiplied with the same two others, as pairs that are rotated are.
fn rotated(parts: &Parts<'_, '_>, roles: &mut Roles) -> bool {
    let program = parts.facts.program;
    let mut partners: BTreeMap<NodeId, BTreeSet<NodeId>> = BTreeMap::new();
    for step in parts.steps.iter().filter(|step| program.op(**step) == Op::Mul) {
        let side = |label| {
            let behind = program.behind(program.argument(*step, label)?);
            (program.op(behind) == Op::Load).then_some(behind)
        };
        let (Some(a), Some(b)) = (side("a"), side("b")) else { continue };
        partners.entry(a).or_default().insert(b);
        partners.entry(b).or_default().insert(a);
    }
    let root = |load: &NodeId| parts.facts.root(*load);
    let mut arrays: BTreeMap<NodeId, Vec<NodeId>> = BTreeMap::new();
    for (load, others) in &partners {
        let apart: BTreeSet<_> = others.iter().filter_map(root).collect();
        if others.len() == 2 && apart.len() == 2 {
            arrays.entry(root(load).unwrap_or(*load)).or_default().push(*load);
        }
    }
    arrays.retain(|_, loads| loads.len() == 2);
    let words: &[&str] = match arrays.len() {
        1 => &["x"],
        2 => &["q", "k"],
        _ => return false,
    };
    // Queries come before keys, as everybody writes them.
    let mut arrays: Vec<_> = arrays.into_iter().collect();
    let parameters = || program.kernels.iter().flat_map(|kernel| &kernel.parameters);
    arrays.sort_by_key(|(array, _)| parameters().position(|p| p.node == *array));
    for ((_, loads), word) in arrays.iter().zip(words) {
        for load in loads {
            roles.give_access(parts.facts, *load, word);
        }
    }
    true
}

/// Of two operands the one that goes through a sigmoid, and the one that is multiplied with it.
fn gated(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let near: Vec<Bits> = parts.sigmoids.iter().map(|sigmoid| parts.near(*sigmoid)).collect();
    let is_gate = |load: &NodeId| near.iter().any(|set| set.has(*load));
    let (gates, others): (Vec<NodeId>, Vec<NodeId>) = parts.loads.iter().partition(|l| is_gate(l));
    if gates.is_empty() || others.is_empty() {
        return;
    }
    for load in &gates {
        roles.give_access(parts.facts, *load, "a");
    }
    // With more than one result the others are not alike.
    if parts.stores.len() == 1 {
        for load in &others {
            roles.give(*load, "b");
        }
    }
}

/// The only array that is read.
fn only_one(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let arrays: BTreeSet<_> = parts.loads.iter().map(|load| parts.facts.root(*load)).collect();
    if arrays.len() == 1 {
        for load in &parts.loads {
            roles.give_access(parts.facts, *load, "x");
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
