//! Random numbers that are the same on every machine and in every version of SPAK.
//!
//! The generator is SplitMix64, and how its words become integers, floats and orders is written here, too, so that an
//! update of a library cannot change what a seed means. A replayed search draws some ten thousand words in a
//! millisecond, where a cryptographic generator would be half of the work.

/// A seeded stream of random numbers.
#[derive(Debug, Clone)]
pub struct Random(u64);

impl Random {
    /// A stream that depends on nothing but `seed`.
    pub fn new(seed: u64) -> Self {
        Self(mix(seed))
    }

    /// 64 random bits.
    pub fn word(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        mix(self.0)
    }

    /// A whole number in `0..bound`, 0 for a bound of 0.
    ///
    /// Multiplies and shifts (Lemire 2019, arXiv:1805.10941) without the rejection step: of 64 bits
    /// and a bound below 2^32 the bias is under 2^-32, which no search can notice.
    pub fn below(&mut self, bound: u32) -> u32 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u32
    }

    /// As [`Random::below`] for positions in memory.
    pub fn index(&mut self, bound: usize) -> usize {
        ((u128::from(self.word()) * bound as u128) >> 64) as usize
    }

    /// As [`Random::below`] for ranks.
    pub fn rank(&mut self, bound: u64) -> u64 {
        ((u128::from(self.word()) * u128::from(bound)) >> 64) as u64
    }

    /// A number below `bound`, each equally likely; 0 when `bound` is 0.
    pub fn wide(&mut self, bound: u128) -> u128 {
        if let Ok(bound) = u64::try_from(bound) {
            return u128::from(self.rank(bound));
        }
        // Above the largest multiple of the bound it is drawn again.
        let most = u128::MAX - u128::MAX % bound;
        loop {
            let drawn = u128::from(self.word()) << 64 | u128::from(self.word());
            if drawn < most {
                return drawn % bound;
            }
        }
    }

    /// A float in `0.0..1.0` with 53 random bits.
    pub fn unit(&mut self) -> f64 {
        (self.word() >> 11) as f64 * (1.0 / (1u64 << 53) as f64)
    }

    /// True with the given probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A random element, `None` of an empty slice.
    pub fn choose<'a, T>(&mut self, from: &'a [T]) -> Option<&'a T> {
        let at = self.index(from.len());
        from.get(at)
    }

    /// Puts the elements in random order (Fisher and Yates).
    pub fn shuffle<T>(&mut self, values: &mut [T]) {
        for last in (1..values.len()).rev() {
            let other = self.index(last + 1);
            values.swap(last, other);
        }
    }
}

/// The finaliser of SplitMix64 (Steele, Lea and Flood 2014): every input bit changes about half of the output bits.
pub(crate) fn mix(mut word: u64) -> u64 {
    word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

/// A random order of `0..count` that needs no memory: a Feistel network over the next even number
/// of bits, walked until the value lies in the range (Black and Rogaway 2002, "Ciphers with
/// arbitrary finite domains").
#[derive(Debug, Clone)]
pub struct Permutation {
    count: u64,
    half: u32,
    keys: [u64; 6],
}

impl Permutation {
    /// An order of `0..count`, drawn from `random`.
    pub fn new(count: u64, random: &mut Random) -> Self {
        let bits = u64::BITS - count.saturating_sub(1).leading_zeros();
        Self { count, half: bits.div_ceil(2).max(1), keys: std::array::from_fn(|_| random.word()) }
    }

    /// How many numbers are ordered.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// The number at a place of the order; `None` behind its end.
    pub fn at(&self, place: u64) -> Option<u64> {
        if place >= self.count {
            return None;
        }
        let mut value = place;
        loop {
            value = self.round_trip(value);
            if value < self.count {
                return Some(value);
            }
        }
    }

    fn round_trip(&self, value: u64) -> u64 {
        let mask = (1u64 << self.half) - 1;
        let (mut left, mut right) = ((value >> self.half) & mask, value & mask);
        for key in self.keys {
            let next = left ^ (mix(right ^ key) & mask);
            left = right;
            right = next;
        }
        (left << self.half) | right
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_permutation_has_every_number_once(count in 0u64..3000, seed in any::<u64>()) {
            let order = Permutation::new(count, &mut Random::new(seed));
            let mut seen: Vec<u64> = (0..count).filter_map(|place| order.at(place)).collect();
            seen.sort_unstable();
            prop_assert_eq!(seen, (0..count).collect::<Vec<_>>());
            prop_assert_eq!(order.at(count), None);
        }

        #[test]
        fn bounds_are_kept(bound in 1u32.., seed in any::<u64>()) {
            let mut random = Random::new(seed);
            for _ in 0..100 {
                prop_assert!(random.below(bound) < bound);
                let unit = random.unit();
                prop_assert!((0.0..1.0).contains(&unit));
            }
        }
    }

    #[test]
    fn huge_ranges_have_an_order() {
        let order = Permutation::new(u64::MAX, &mut Random::new(1));
        let first: Vec<u64> = (0..8).filter_map(|place| order.at(place)).collect();
        assert_eq!(first.len(), 8);
        assert!(first.iter().any(|&rank| rank > u64::MAX / 4));
    }

    #[test]
    fn every_place_is_equally_likely_first() {
        let mut hits = [0u32; 10];
        let mut random = Random::new(3);
        for _ in 0..10_000 {
            let order = Permutation::new(10, &mut random);
            let first = order.at(0).unwrap() as usize;
            hits[first] += 1;
        }
        // Standard deviation 30.
        assert!(hits.iter().all(|&hit| (850..1150).contains(&hit)), "{hits:?}");
    }
}
