//! Kernels with matrix products: attention, if an exponential stands between two of them, else a product.

use std::collections::BTreeSet;

use spak_program::{NodeId, Op};

use super::{Parts, Roles};

/// The most terms of a sum that are looked at.
const MOST_TERMS: usize = 200;

/// A product one of whose operands is made of probabilities.
struct Consumer {
    mma: NodeId,
    operand: NodeId,
    partners: Vec<NodeId>,
    /// Gradients of scores: made of probabilities and of a further product.
    is_gradient: bool,
}

pub(super) fn assign(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let scores: BTreeSet<NodeId> =
        parts.exps.iter().flat_map(|exp| parts.among(&parts.mmas, &parts.near(*exp))).collect();
    let consumers = consumers(parts, &scores);
    // An activation behind a product has exponentials, too, but no product comes after it.
    if scores.is_empty() || consumers.is_empty() {
        product(parts, roles);
        return;
    }
    let gradients: Vec<&Consumer> = consumers.iter().filter(|c| c.is_gradient).collect();
    for score in &scores {
        roles.give(*score, "s");
    }
    for consumer in &consumers {
        let word = if consumer.is_gradient { "ds" } else { "p" };
        roles.give(parts.facts.program.behind(consumer.operand), word);
    }
    if gradients.is_empty() {
        forward(parts, &scores, &consumers, roles);
    } else {
        backward(parts, &scores, &consumers, roles);
    }
}

fn consumers(parts: &Parts<'_, '_>, scores: &BTreeSet<NodeId>) -> Vec<Consumer> {
    let mut found = Vec::new();
    for mma in &parts.mmas {
        for (own, other) in [("a", "b"), ("b", "a")] {
            let (Some(operand), Some(partner)) =
                (parts.operand(*mma, own), parts.operand(*mma, other))
            else {
                continue;
            };
            let near = parts.near(operand);
            if !parts.exps.iter().any(|exp| near.has(*exp)) {
                continue;
            }
            let further = parts.among(&parts.mmas, &near);
            found.push(Consumer {
                mma: *mma,
                operand,
                partners: parts.among(&parts.loads, &parts.near(partner)),
                is_gradient: further.iter().any(|m| !scores.contains(m)),
            });
        }
    }
    found
}

/// The loads of both operands of a product.
fn sides(parts: &Parts<'_, '_>, mma: NodeId) -> Option<(Vec<NodeId>, Vec<NodeId>)> {
    let loads = |label| Some(parts.among(&parts.loads, &parts.near(parts.operand(mma, label)?)));
    Some((loads("a")?, loads("b")?))
}

fn forward(
    parts: &Parts<'_, '_>,
    scores: &BTreeSet<NodeId>,
    consumers: &[Consumer],
    roles: &mut Roles,
) {
    let values: Vec<NodeId> = consumers.iter().flat_map(|c| c.partners.iter().copied()).collect();
    for load in &values {
        roles.give_access(parts.facts, *load, "v");
    }
    for score in scores {
        let Some((a, b)) = sides(parts, *score) else { continue };
        // The keys are those that come with the values.
        let with = |side: &[NodeId]| (parts.together(side, &values), parts.depth(side));
        let (q, k) = if with(&a) > with(&b) { (b, a) } else { (a, b) };
        for (loads, word) in [(q, "q"), (k, "k")] {
            for load in loads {
                roles.give_access(parts.facts, load, word);
            }
        }
    }
    for store in &parts.stores {
        let Some(value) = parts.stored(*store) else { continue };
        let made = parts.facts.value_slice(value);
        let is_log = |n: NodeId| matches!(parts.facts.program.op(n), Op::Log | Op::Log2);
        if consumers.iter().any(|c| made.has(c.mma)) {
            roles.give_access(parts.facts, *store, "o");
        } else if made.iter().any(is_log) {
            roles.give_access(parts.facts, *store, "lse");
        }
    }
}

fn backward(
    parts: &Parts<'_, '_>,
    scores: &BTreeSet<NodeId>,
    consumers: &[Consumer],
    roles: &mut Roles,
) {
    let facts = parts.facts;
    // What is subtracted from the gradient of the probabilities, beside what the scores are made of.
    let of_scores: Vec<NodeId> =
        parts.exps.iter().flat_map(|exp| parts.among(&parts.loads, &parts.near(*exp))).collect();
    let mut delta = Vec::new();
    let mut further = BTreeSet::new();
    for consumer in consumers.iter().filter(|c| c.is_gradient) {
        let near = parts.near(consumer.operand);
        let loads = parts.among(&parts.loads, &near).into_iter();
        delta.extend(loads.filter(|load| !of_scores.contains(load)));
        let mmas = parts.among(&parts.mmas, &near);
        further.extend(mmas.into_iter().filter(|m| !scores.contains(m)));
    }
    let lse = subtracted(parts, &delta);
    for (loads, word) in [(&lse, "lse"), (&delta, "delta")] {
        for load in loads {
            roles.give_access(facts, *load, word);
        }
    }
    // Both have one number for each query.
    let rows = if delta.is_empty() { lse } else { delta };
    let (mut queries, mut keys, mut gradients) = (Vec::new(), Vec::new(), Vec::new());
    for score in scores {
        let Some((a, b)) = sides(parts, *score) else { continue };
        let (q, k) =
            if parts.together(&b, &rows) > parts.together(&a, &rows) { (b, a) } else { (a, b) };
        queries.extend(q);
        keys.extend(k);
    }
    for mma in &further {
        roles.give(*mma, "dp");
        let Some((a, b)) = sides(parts, *mma) else { continue };
        let (own, v) =
            if parts.together(&b, &rows) > parts.together(&a, &rows) { (b, a) } else { (a, b) };
        for load in v {
            roles.give_access(facts, load, "v");
        }
        gradients.extend(own);
    }
    for (loads, word) in [(&queries, "q"), (&keys, "k"), (&gradients, "do")] {
        for load in loads {
            roles.give_access(facts, *load, word);
        }
    }
    for store in &parts.stores {
        let Some(near) = parts.stored(*store).map(|value| parts.near(value)) else { continue };
        for consumer in consumers.iter().filter(|c| near.has(c.mma)) {
            let is_of = |group: &[NodeId]| {
                let roots: Vec<_> = group.iter().filter_map(|n| facts.root(*n)).collect();
                consumer.partners.iter().any(|p| {
                    group.contains(p) || facts.root(*p).is_some_and(|root| roots.contains(&root))
                })
            };
            let word = match consumer.is_gradient {
                false => "dv",
                true if is_of(&keys) => "dq",
                true if is_of(&queries) => "dk",
                true => continue,
            };
            roles.give_access(facts, *store, word);
        }
    }
}

/// The loads that are subtracted from scores and never added to them; if there are some that move with
/// `rows`, only those.
fn subtracted(parts: &Parts<'_, '_>, rows: &[NodeId]) -> Vec<NodeId> {
    let mut signed = BTreeSet::new();
    for exp in &parts.exps {
        if let Some(of) = parts.facts.program.argument(*exp, "a") {
            signs(parts, of, false, &mut BTreeSet::new(), &mut signed);
        }
    }
    let roots = |is_negative: bool| -> BTreeSet<NodeId> {
        let of_sign = signed.iter().filter(|(sign, _)| *sign == is_negative);
        of_sign.filter_map(|(_, load)| parts.facts.root(*load)).collect()
    };
    let added = roots(false);
    let is_only_subtracted =
        |load: &NodeId| parts.facts.root(*load).is_none_or(|root| !added.contains(&root));
    let all = signed.iter().filter(|(sign, _)| *sign).map(|(_, load)| *load);
    let all: Vec<NodeId> = all.filter(is_only_subtracted).collect();
    let of_rows: BTreeSet<(u8, u32)> = rows.iter().flat_map(|row| parts.moves_with(*row)).collect();
    let with: Vec<NodeId> =
        all.iter().copied().filter(|load| parts.moves_with(*load) == of_rows).collect();
    if with.is_empty() { all } else { with }
}

/// The loads among the terms of a sum, with whether they are subtracted.
fn signs(
    parts: &Parts<'_, '_>,
    node: NodeId,
    is_negative: bool,
    seen: &mut BTreeSet<(NodeId, bool)>,
    found: &mut BTreeSet<(bool, NodeId)>,
) {
    let program = parts.facts.program;
    let node = program.behind(node);
    if seen.len() > MOST_TERMS || !seen.insert((node, is_negative)) {
        return;
    }
    let sides: &[(&str, bool)] = match program.op(node) {
        Op::Load => {
            found.insert((is_negative, node));
            &[]
        }
        Op::Add | Op::Mul | Op::Div => &[("a", false), ("b", false)],
        Op::Sub => &[("a", false), ("b", true)],
        Op::Fma => &[("a", false), ("b", false), ("c", false)],
        Op::Neg => &[("a", true)],
        Op::Choice | Op::Select => &[("then", false), ("otherwise", false)],
        Op::Mma => &[("acc", false)],
        Op::Transpose | Op::Permute | Op::Extract => &[("a", false)],
        Op::Carried => &[("init", false), ("next", false)],
        _ => &[],
    };
    for (label, turns) in sides {
        if let Some(inner) = program.argument(node, label) {
            signs(parts, inner, is_negative != *turns, seen, found);
        }
    }
}

/// A product of matrices, with what is added to it.
fn product(parts: &Parts<'_, '_>, roles: &mut Roles) {
    let mut operands = BTreeSet::new();
    for mma in &parts.mmas {
        let Some((a, b)) = sides(parts, *mma) else { continue };
        operands.extend(a.iter().chain(&b).copied());
        for (loads, word) in [(a, "a"), (b, "b")] {
            for load in loads {
                roles.give_access(parts.facts, load, word);
            }
        }
    }
    for store in &parts.stores {
        let Some(near) = parts.stored(*store).map(|value| parts.near(value)) else { continue };
        if !parts.mmas.iter().any(|mma| near.has(*mma)) {
            continue;
        }
        roles.give_access(parts.facts, *store, "c");
        let array = parts.facts.root(*store);
        for load in parts.among(&parts.loads, &near) {
            // What was there before is no bias.
            if !operands.contains(&load) && parts.facts.root(load) != array {
                roles.give_access(parts.facts, load, "bias");
            }
        }
    }
}
