//! What values are computed from.

use std::cell::Cell;

use spak_program::{NodeId, Op};

use super::Facts;
use super::lazy::Lazy;
use crate::labels;

/// A set of nodes: words of bits by their places, in order. What a value is computed from lies close together in a program that
/// may be a thousand times as large.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bits(Vec<(u32, u64)>);

/// What a node that is none is computed from.
static NONE: Bits = Bits(Vec::new());

impl Bits {
    /// Whether a node is in it.
    pub(crate) fn has(&self, node: NodeId) -> bool {
        let word = self.0.binary_search_by_key(&(node.0 / 64), |(at, _)| *at);
        let word = word.ok().and_then(|at| self.0.get(at));
        word.is_some_and(|(_, word)| word & (1 << (node.0 % 64)) != 0)
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

thread_local! {
    /// A bit for each node, all zero between searches: clearing what was touched is less than making it anew.
    static ROOM: Cell<Vec<u64>> = const { Cell::new(Vec::new()) };
}

/// A set of nodes in the making.
#[derive(Debug)]
pub(crate) struct Seen {
    words: Vec<u64>,
    /// The words that are not zero.
    touched: Vec<u32>,
}

impl Seen {
    /// No nodes.
    pub(crate) fn new() -> Self {
        Self { words: ROOM.take(), touched: Vec::new() }
    }

    /// Adds a node; says whether it is new.
    pub(crate) fn add(&mut self, node: NodeId) -> bool {
        let at = node.index() / 64;
        if at >= self.words.len() {
            self.words.resize(at + 1, 0);
        }
        let Some(word) = self.words.get_mut(at) else { return false };
        if *word == 0 {
            self.touched.push(node.0 / 64);
        }
        let bit = 1 << (node.0 % 64);
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// Adds a set of nodes.
    fn add_all(&mut self, bits: &Bits) {
        if let Some((last, _)) = bits.0.last()
            && *last as usize >= self.words.len()
        {
            self.words.resize(*last as usize + 1, 0);
        }
        for (at, bits) in &bits.0 {
            let Some(word) = self.words.get_mut(*at as usize) else { continue };
            if *word == 0 {
                self.touched.push(*at);
            }
            *word |= bits;
        }
    }

    /// The nodes.
    pub(crate) fn bits(mut self) -> Bits {
        self.touched.sort_unstable();
        let word = |at: &u32| Some((*at, *self.words.get(*at as usize)?));
        Bits(self.touched.iter().filter_map(word).collect())
    }
}

impl Drop for Seen {
    fn drop(&mut self) {
        for at in &self.touched {
            if let Some(word) = self.words.get_mut(*at as usize) {
                *word = 0;
            }
        }
        ROOM.set(std::mem::take(&mut self.words));
    }
}

impl Facts<'_> {
    /// A node and everything it is computed from.
    pub(crate) fn slice(&self, node: NodeId) -> &Bits {
        let find = || self.closed(node, &mut |_, _| true, Some(&self.all));
        self.all.get(node.index(), find).unwrap_or(&NONE)
    }

    /// A node and everything its value is made of, without what only says where and how.
    pub(crate) fn value_slice(&self, node: NodeId) -> &Bits {
        let find =
            || self.closed(node, &mut |_, label| labels::is_value(label), Some(&self.values));
        self.values.get(node.index(), find).unwrap_or(&NONE)
    }

    /// A node and what it is computed from through arguments that `follow` lets pass, by the operation and
    /// the label.
    pub(crate) fn collect(&self, node: NodeId, follow: &mut dyn FnMut(Op, &str) -> bool) -> Bits {
        self.closed(node, follow, None)
    }

    /// The same, where of some nodes it is `known` already.
    fn closed(
        &self,
        node: NodeId,
        follow: &mut dyn FnMut(Op, &str) -> bool,
        known: Option<&Lazy<Bits>>,
    ) -> Bits {
        let mut found = Seen::new();
        let mut open = vec![node];
        found.add(node);
        while let Some(node) = open.pop().and_then(|id| self.program.node(id)) {
            for argument in &node.arguments {
                if follow(node.op, argument.label) && found.add(argument.value) {
                    match known.and_then(|known| known.peek(argument.value.index())) {
                        Some(bits) => found.add_all(bits),
                        None => open.push(argument.value),
                    }
                }
            }
        }
        found.bits()
    }
}
