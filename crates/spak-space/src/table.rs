//! A table from content to numbers: open addressing over ids, the content stays with its owner.
//!
//! Nothing is ever iterated, so no order leaks out of it.

/// An empty slot.
const EMPTY: u32 = u32::MAX;

/// Ids by the hash of what they stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Table {
    slots: Vec<u32>,
    used: usize,
}

impl Table {
    /// The id whose content `same` recognises, or the result of `add`, which becomes one.
    ///
    /// `hash_of` tells the hash of an id that is there, for when the table grows.
    #[inline]
    pub(crate) fn intern(
        &mut self,
        hash: u64,
        same: impl Fn(u32) -> bool,
        hash_of: impl Fn(u32) -> u64,
        add: impl FnOnce() -> u32,
    ) -> u32 {
        if self.used * 2 >= self.slots.len() {
            self.grow(hash_of);
        }
        let mask = self.slots.len() - 1;
        let mut at = spread(hash) & mask;
        loop {
            let slot = self.slots[at];
            if slot == EMPTY {
                let id = add();
                self.slots[at] = id;
                self.used += 1;
                return id;
            }
            if same(slot) {
                return slot;
            }
            at = (at + 1) & mask;
        }
    }

    fn grow(&mut self, hash_of: impl Fn(u32) -> u64) {
        let size = (self.slots.len() * 4).max(16);
        let old = std::mem::replace(&mut self.slots, vec![EMPTY; size]);
        for id in old.into_iter().filter(|id| *id != EMPTY) {
            let mut at = spread(hash_of(id)) & (size - 1);
            while self.slots[at] != EMPTY {
                at = (at + 1) & (size - 1);
            }
            self.slots[at] = id;
        }
    }
}

/// The upper bits of a multiplicative hash are the good ones.
#[inline]
fn spread(hash: u64) -> usize {
    (hash >> 20) as usize
}

/// A hash of machine words: multiplication by an odd constant and rotation, as in FxHash.
#[inline]
pub(crate) fn hash_words(words: &[u64]) -> u64 {
    let mut hash = words.len() as u64;
    for word in words {
        hash = mix(hash, *word);
    }
    hash
}

/// One more word into a hash.
#[inline]
pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    (hash.rotate_left(5) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_content_has_one_id() {
        let mut table = Table::default();
        let mut owner: Vec<u64> = Vec::new();
        for round in 0..2 {
            for word in 0..5000_u64 {
                let next = owner.len() as u32;
                let id = {
                    let seen = &owner;
                    table.intern(
                        hash_words(&[word * 8]),
                        |id| seen[id as usize] == word * 8,
                        |id| hash_words(&[seen[id as usize]]),
                        || next,
                    )
                };
                if id == next {
                    owner.push(word * 8);
                }
                assert_eq!(id, word as u32, "round {round}");
            }
        }
        assert_eq!(owner.len(), 5000);
    }
}
