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

/// Every bit of a folded product is as good as the others.
#[inline]
fn spread(hash: u64) -> usize {
    (hash >> 20) as usize
}

/// A hash of machine words, word by word.
#[inline]
pub(crate) fn hash_words(words: &[u64]) -> u64 {
    let mut hash = words.len() as u64;
    for word in words {
        hash = mix(hash, *word);
    }
    hash
}

/// One more word into a hash: both halves of a product of 128 bits, as in wyhash. The lower half alone
/// would not see the upper bits of a word, and in those floats differ.
#[inline]
pub(crate) fn mix(hash: u64, word: u64) -> u64 {
    let product =
        u128::from(hash.rotate_left(29) ^ word ^ 0x2545_F491_4F6C_DD1D) * 0x9E37_79B9_7F4A_7C15;
    (product as u64) ^ ((product >> 64) as u64)
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

    #[test]
    fn hashes_tell_floats_apart() {
        // Powers of two and small whole numbers as floats differ in their upper bits only.
        let floats = (0..40).flat_map(|e| (1..100).map(move |m| f64::from(m) * 2_f64.powi(e)));
        let mut words: Vec<u64> = floats.map(f64::to_bits).collect();
        words.sort_unstable();
        words.dedup();
        let slots = words.len().next_power_of_two() * 2;
        let mut used = vec![0_u32; slots];
        for word in &words {
            used[spread(hash_words(&[*word])) & (slots - 1)] += 1;
        }
        let most = used.iter().max().copied();
        assert!(most <= Some(8), "{most:?} of {} in one slot", words.len());
    }
}
