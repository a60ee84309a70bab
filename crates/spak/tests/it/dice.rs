//! A generator of random numbers that needs no library.

/// Xorshift (Marsaglia 2003); the state must not be 0.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    /// A number below `bound`.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    pub(crate) fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    /// Some of `from`, at least one, in their order.
    pub(crate) fn some(&mut self, from: &[u64]) -> Vec<u64> {
        let mut kept: Vec<u64> = from.iter().copied().filter(|_| self.below(3) > 0).collect();
        if kept.is_empty() {
            kept.push(from[self.below(from.len())]);
        }
        kept
    }
}
