//! What is connected to what in a kernel, whatever its names: how two kernels are compared.

use std::collections::{BTreeMap, BTreeSet};
use std::hash::{DefaultHasher, Hasher as _};

use spak_program::{NodeId, Op, Program};

/// Kernels with fewer operations are too small to be copies.
const SMALL: usize = 20;

/// Which share of the operations must be wired alike, in percent. One operation that differs changes what is
/// made from it as well, as far as that is looked at.
const SHARED: usize = 75;

/// From how far away an operation is told apart by what it is made from.
const ROUNDS: usize = 3;

/// How often each operation is in a kernel, with what it is made from and that is made from.
#[derive(Debug, Default)]
pub(super) struct Wiring {
    counts: BTreeMap<u64, usize>,
    total: usize,
}

/// Labels by which an operation says how it is done: kernels that differ in these only are copies all the same.
fn is_manner(label: &str) -> bool {
    matches!(
        label,
        "padding"
            | "latency"
            | "allow_tma"
            | "check_bounds"
            | "rounding"
            | "flush_to_zero"
            | "order"
            | "keepdims"
    )
}

fn hash(what: &impl std::hash::Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

impl Wiring {
    /// Of the nodes of a run.
    pub(super) fn of(program: &Program, nodes: &[NodeId]) -> Self {
        let uses = uses(program, nodes);
        let mut known: BTreeMap<NodeId, u64> = BTreeMap::new();
        for id in nodes {
            let made_from = program.node(*id).into_iter().flat_map(|node| &node.arguments);
            for id in made_from.map(|argument| program.behind(argument.value)).chain([*id]) {
                known.entry(id).or_insert_with(|| by_itself(program, id, &uses));
            }
        }
        for _ in 0..ROUNDS {
            let next = nodes.iter().map(|id| (*id, with_arguments(program, *id, &known)));
            let next: Vec<(NodeId, u64)> = next.collect();
            known.extend(next);
        }
        let mut wiring = Self::default();
        for id in nodes {
            let op = program.op(*id);
            if matches!(op, Op::Constant | Op::Parameter) || op.is_transparent() {
                continue;
            }
            if let Some(hash) = known.get(id) {
                *wiring.counts.entry(*hash).or_default() += 1;
                wiring.total += 1;
            }
        }
        wiring
    }

    /// Whether almost all of this is in the other as well.
    pub(super) fn is_in(&self, other: &Self) -> bool {
        let both = |(hash, count): (&u64, &usize)| {
            other.counts.get(hash).map_or(0, |other| *count.min(other))
        };
        let shared: usize = self.counts.iter().map(both).sum();
        self.total >= SMALL && shared * 100 >= self.total * SHARED
    }
}

/// A use: by which operation, as what.
type Uses = BTreeMap<NodeId, BTreeSet<(Op, &'static str)>>;

/// What parameters are used for: this tells them apart, and not their names or places.
fn uses(program: &Program, nodes: &[NodeId]) -> Uses {
    let mut uses = Uses::new();
    let computed = nodes.iter().filter_map(|id| program.node(*id));
    // Shapes are written in too many ways to tell anything apart.
    for node in computed.filter(|node| !node.op.is_transparent() && node.op != Op::Tuple) {
        for argument in node.arguments.iter().filter(|argument| !is_manner(argument.label)) {
            let id = program.behind(argument.value);
            if program.op(id) == Op::Parameter {
                uses.entry(id).or_default().insert((node.op, label(node.op, argument.label)));
            }
        }
    }
    uses
}

/// A label, the same for both sides of what commutes.
fn label(op: Op, label: &'static str) -> &'static str {
    if op.commutes() && label == "b" { "a" } else { label }
}

fn by_itself(program: &Program, id: NodeId, uses: &Uses) -> u64 {
    let Some(node) = program.node(id) else { return 0 };
    let says = match node.op {
        Op::Constant | Op::Call => node.constant.as_ref().map(ToString::to_string),
        _ => None,
    };
    hash(&(node.op, says, uses.get(&id)))
}

fn with_arguments(program: &Program, id: NodeId, known: &BTreeMap<NodeId, u64>) -> u64 {
    let own = known.get(&id).copied().unwrap_or_default();
    let Some(node) = program.node(id) else { return own };
    if matches!(node.op, Op::Constant | Op::Parameter) {
        return own;
    }
    let written = node.arguments.iter().filter(|argument| !is_manner(argument.label));
    let mut parts: Vec<(&str, u64)> = written
        .map(|argument| {
            let value = program.behind(argument.value);
            (label(node.op, argument.label), known.get(&value).copied().unwrap_or_default())
        })
        .collect();
    parts.sort_unstable();
    hash(&(own, parts))
}
