//! What values are computed from.

use std::collections::BTreeMap;

use spak_program::{NodeId, Op};

use super::Facts;
use crate::labels;

/// A set of nodes: words of bits by their places. What a value is computed from lies close together in a program that may be
/// a thousand times as large.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(BTreeMap<u32, u64>);

/// What a node that is none is computed from.
static NONE: Bits = Bits::EMPTY;

impl Bits {
    /// Nothing.
    pub(crate) const EMPTY: Self = Self(BTreeMap::new());

    /// Adds a node; says whether it is new.
    pub(crate) fn add(&mut self, node: NodeId) -> bool {
        let word = self.0.entry(node.0 / 64).or_default();
        let bit = 1 << (node.0 % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Whether a node is in it.
    pub(crate) fn has(&self, node: NodeId) -> bool {
        self.0.get(&(node.0 / 64)).is_some_and(|word| word & (1 << (node.0 % 64)) != 0)
    }

    /// Its nodes in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = NodeId> {
        self.0.iter().flat_map(|(at, word)| {
            let mut left = *word;
            std::iter::from_fn(move || {
                let bit = (left != 0).then(|| left.trailing_zeros())?;
                left &= left - 1;
                Some(NodeId(at * 64 + bit))
            })
        })
    }
}

impl Facts<'_> {
    /// A node and everything it is computed from.
    pub(crate) fn slice(&self, node: NodeId) -> &Bits {
        let find = || self.collect(node, &mut |_, _| true);
        self.all.get(node.index(), find).unwrap_or(&NONE)
    }

    /// A node and everything its value is made of, without what only says where and how.
    pub(crate) fn value_slice(&self, node: NodeId) -> &Bits {
        let find = || self.collect(node, &mut |_, label| labels::is_value(label));
        self.values.get(node.index(), find).unwrap_or(&NONE)
    }

    /// A node and what it is computed from through arguments that `follow` lets pass, by the operation and
    /// the label.
    pub(crate) fn collect(&self, node: NodeId, follow: &mut dyn FnMut(Op, &str) -> bool) -> Bits {
        let mut found = Bits::default();
        let mut open = vec![node];
        found.add(node);
        while let Some(node) = open.pop().and_then(|id| self.program.node(id)) {
            for argument in &node.arguments {
                if follow(node.op, argument.label) && found.add(argument.value) {
                    open.push(argument.value);
                }
            }
        }
        found
    }
}
