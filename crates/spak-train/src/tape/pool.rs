//! Memory that is used again: the values of a batch are as large as those of the batch before.

use std::collections::BTreeMap;

use crate::number::Number;

/// Slices that are free, by their length.
#[derive(Debug)]
pub(super) struct Pool<N> {
    free: BTreeMap<usize, Vec<Vec<N>>>,
    /// Numbers in `free`.
    held: usize,
}

/// Above this many free numbers the pool lets go: lengths that come once would pile up.
const MOST: usize = 64 << 20;

impl<N: Number> Pool<N> {
    pub(super) fn new() -> Self {
        Self { free: BTreeMap::new(), held: 0 }
    }

    /// `count` numbers with any values.
    pub(super) fn any(&mut self, count: usize) -> Vec<N> {
        match self.free.get_mut(&count).and_then(Vec::pop) {
            Some(slice) => {
                self.held -= count;
                slice
            }
            None => vec![N::ZERO; count],
        }
    }

    pub(super) fn zeros(&mut self, count: usize) -> Vec<N> {
        let mut slice = self.any(count);
        slice.fill(N::ZERO);
        slice
    }

    pub(super) fn copy(&mut self, from: &[N]) -> Vec<N> {
        let mut slice = self.any(from.len());
        slice.copy_from_slice(from);
        slice
    }

    pub(super) fn give(&mut self, slice: Vec<N>) {
        if slice.is_empty() {
            return;
        }
        self.held += slice.len();
        if self.held > MOST {
            self.free.clear();
            self.held = slice.len();
        }
        self.free.entry(slice.len()).or_default().push(slice);
    }
}
