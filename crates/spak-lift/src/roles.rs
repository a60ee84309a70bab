//! What operands are to the computation, by dataflow and never by name: which load is the query of an
//! attention, which the weight of a normalization.

mod attention;
mod host;
mod merged;
mod rows;

use std::collections::{BTreeMap, BTreeSet};

use spak_program::{KernelId, NodeId, Op};

use crate::facts::{Bits, Facts};
use crate::labels;

/// The roles of nodes.
#[derive(Debug, Default)]
pub(crate) struct Roles {
    by_node: BTreeMap<NodeId, BTreeSet<&'static str>>,
    /// The same of each kernel, in order.
    by_kernel: BTreeMap<KernelId, Vec<(NodeId, &'static str)>>,
}

impl Roles {
    /// The roles in all kernels of a program.
    pub(crate) fn of(facts: &Facts<'_>) -> Self {
        let mut roles = Self::default();
        for at in 0..facts.program.kernels.len() {
            let parts = Parts::of(facts, KernelId(at as u32));
            if parts.mmas.is_empty() {
                rows::assign(&parts, &mut roles);
            } else {
                attention::assign(&parts, &mut roles);
            }
            merged::assign(&parts, &mut roles);
        }
        host::assign(facts, &mut roles);
        for (node, words) in &roles.by_node {
            if let Some(kernel) = facts.kernel_of(*node) {
                let its = roles.by_kernel.entry(kernel).or_default();
                its.extend(words.iter().map(|word| (*node, *word)));
            }
        }
        roles
    }

    /// The nodes of a kernel with their roles, in order.
    pub(crate) fn of_kernel(&self, kernel: KernelId) -> &[(NodeId, &'static str)] {
        self.by_kernel.get(&kernel).map_or(&[], Vec::as_slice)
    }

    /// The roles of a node.
    pub(crate) fn of_node(&self, node: NodeId) -> impl Iterator<Item = &'static str> {
        self.by_node.get(&node).into_iter().flatten().copied()
    }

    /// The nodes between two, both included, with their roles.
    pub(crate) fn between(
        &self,
        first: NodeId,
        last: NodeId,
    ) -> impl Iterator<Item = (NodeId, &'static str)> {
        let range = self.by_node.range(first..=last.max(first));
        range.flat_map(|(node, words)| words.iter().map(|word| (*node, *word)))
    }

    fn give(&mut self, node: NodeId, word: &'static str) {
        self.by_node.entry(node).or_default().insert(word);
    }

    /// Takes away what any kernel of rows has, where more is known.
    fn take_generic(&mut self, facts: &Facts<'_>, node: NodeId) {
        for node in [Some(node), facts.root(node)].into_iter().flatten() {
            if let Some(words) = self.by_node.get_mut(&node) {
                words.retain(|word| !matches!(*word, "x" | "y" | "weight" | "bias"));
            }
        }
    }

    /// Gives a role to a load or a store and to the parameter that it is about.
    fn give_access(&mut self, facts: &Facts<'_>, node: NodeId, word: &'static str) {
        self.give(node, word);
        if let Some(root) = facts.root(node) {
            self.give(root, word);
        }
    }
}

/// The nodes of a kernel that decide about roles.
struct Parts<'f, 'p> {
    facts: &'f Facts<'p>,
    loads: Vec<NodeId>,
    stores: Vec<NodeId>,
    mmas: Vec<NodeId>,
    exps: Vec<NodeId>,
    /// Sigmoids, and exponentials that may be parts of them.
    sigmoids: Vec<NodeId>,
    reductions: Vec<NodeId>,
    /// Products and sums.
    steps: Vec<NodeId>,
}

impl<'f, 'p> Parts<'f, 'p> {
    fn of(facts: &'f Facts<'p>, kernel: KernelId) -> Self {
        let program = facts.program;
        let scope = program.kernels.get(kernel.index()).map(|kernel| kernel.scope);
        let all = scope.map_or(&[][..], |scope| facts.runs().of_scope(scope));
        let all: Vec<(NodeId, Op)> = all.iter().map(|id| (*id, program.op(*id))).collect();
        let of = |ops: &[Op]| {
            all.iter().filter(|(_, op)| ops.contains(op)).map(|(id, _)| *id).collect::<Vec<_>>()
        };
        Self {
            facts,
            loads: of(&[Op::Load]),
            stores: of(&[Op::Store, Op::Atomic]),
            mmas: of(&[Op::Mma]),
            exps: of(&[Op::Exp, Op::Exp2]),
            sigmoids: of(&[Op::Sigmoid, Op::Exp, Op::Exp2, Op::Tanh]),
            reductions: of(&[Op::ReduceMax, Op::ReduceMin, Op::ReduceSum, Op::Reduce]),
            steps: of(&[Op::Mul, Op::Fma, Op::Add]),
        }
    }

    /// What a value is made of, up to the operands of matrix products and of loads.
    fn near(&self, node: NodeId) -> Bits {
        self.facts.collect(node, &mut |op, label| match op {
            Op::Load => false,
            Op::Mma => label == "acc",
            _ => labels::is_value(label),
        })
    }

    /// The operand of a matrix product.
    fn operand(&self, mma: NodeId, label: &str) -> Option<NodeId> {
        self.facts.program.argument(mma, label)
    }

    fn among(&self, nodes: &[NodeId], set: &Bits) -> Vec<NodeId> {
        nodes.iter().copied().filter(|n| set.has(*n)).collect()
    }

    /// The value that a store writes.
    fn stored(&self, store: NodeId) -> Option<NodeId> {
        self.facts.program.argument(store, "value")
    }

    /// What the place of a load or a store moves with: loops and axes of the grid.
    fn moves_with(&self, access: NodeId) -> BTreeSet<(u8, u32)> {
        let program = self.facts.program;
        let set = self.facts.collect(access, &mut |op, label| {
            !matches!(op, Op::Induction | Op::Carried) && label != "value"
        });
        let mut found = BTreeSet::new();
        for node in set.iter() {
            match program.op(node) {
                Op::Induction => {
                    found.extend(self.facts.counts(node).map(|l| (0, l.0)));
                }
                Op::Carried => {
                    found.extend(self.facts.carried_by(node).map(|l| (0, l.0)));
                }
                Op::BlockId => {
                    let axis = program.argument(node, "axis");
                    let axis = axis.and_then(|a| crate::facts::number(program, a));
                    found.insert((1, axis.unwrap_or(0.0) as u32));
                }
                _ => {}
            }
        }
        found
    }

    /// How many axes the place of a load has.
    fn rank(&self, load: NodeId) -> usize {
        let program = self.facts.program;
        let Some(index) = program.argument(load, "index").map(|i| program.behind(i)) else {
            return 0;
        };
        if let Some(tuple) = program.node(index).filter(|n| n.op == Op::Tuple) {
            return tuple.arguments.len();
        }
        let set = self.facts.collect(index, &mut |_, _| true);
        set.iter().filter(|n| program.op(*n) == Op::Arange).count()
    }

    /// How much the places of two groups of accesses move together, in thousandths.
    fn together(&self, a: &[NodeId], b: &[NodeId]) -> usize {
        let of = |all: &[NodeId]| -> BTreeSet<(u8, u32)> {
            all.iter().flat_map(|n| self.moves_with(*n)).collect()
        };
        let (a, b) = (of(a), of(b));
        let either = a.union(&b).count();
        (a.intersection(&b).count() * 1000).checked_div(either).unwrap_or(0)
    }

    /// How many loops are around the innermost of some nodes.
    fn depth(&self, nodes: &[NodeId]) -> usize {
        let inside = |n: &NodeId| self.facts.program.node(*n).and_then(|n| n.inside);
        nodes.iter().map(|n| self.facts.loops_around(inside(n)).count()).max().unwrap_or(0)
    }
}
