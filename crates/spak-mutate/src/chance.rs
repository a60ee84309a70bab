//! Numbers that look like chance and are the same for the same seed.

/// A generator (SplitMix64).
pub(crate) struct Chance(u64);

impl Chance {
    /// One that starts with a seed and the name of what it is for.
    pub(crate) fn of(seed: u64, what: &str) -> Self {
        let mixed = what.bytes().fold(seed, |sum, byte| {
            sum.wrapping_mul(0x0100_0000_01b3).wrapping_add(u64::from(byte))
        });
        Self(mixed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `end`, 0 if there is none.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() >> 11).checked_rem(end as u64).unwrap_or(0) as usize
    }

    /// Whether something of which `percent` in a hundred happen happens.
    pub(crate) fn happens(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// Brings a list into another order.
    pub(crate) fn shuffle<T>(&mut self, list: &mut [T]) {
        for at in (1..list.len()).rev() {
            list.swap(at, self.below(at + 1));
        }
    }
}
