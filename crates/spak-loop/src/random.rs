//! A random number generator whose numbers never change, since a resumed search must draw them again.

/// SplitMix64 (Steele, Lea, Flood: "Fast splittable pseudorandom number generators", OOPSLA 2014).
#[derive(Clone, Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The generator for `seed`.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, each nearly equally likely; 0 when `bound` is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        // The product's upper half is below `bound`, so it fits.
        ((u128::from(self.next()) * bound as u128) >> 64) as usize
    }

    /// The same for bounds of any size.
    pub(crate) fn below_wide(&mut self, bound: u128) -> u128 {
        if let Ok(bound) = usize::try_from(bound) {
            return self.below(bound) as u128;
        }
        // 128 bits, of which the least significant ones are nearly equally likely below any bound; what is
        // above the largest multiple of the bound is drawn again.
        let most = u128::MAX - u128::MAX % bound;
        loop {
            let drawn = u128::from(self.next()) << 64 | u128::from(self.next());
            if drawn < most {
                return drawn % bound;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wide_numbers_reach_everywhere() {
        let mut random = Random::new(3);
        let bound = 5_u128 << 100;
        let mut counts = [0; 5];
        for _ in 0..5000 {
            counts[(random.below_wide(bound) >> 100) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        let (mut a, mut b) = (Random::new(9), Random::new(9));
        assert_eq!(a.below_wide(1000), b.below(1000) as u128);
    }

    #[test]
    fn the_numbers_are_the_published_ones() {
        let mut random = Random::new(1_234_567);
        let drawn = [(); 3].map(|()| random.next());
        assert_eq!(drawn, [6457827717110365317, 3203168211198807973, 9817491932198370423]);
    }

    #[test]
    fn every_value_is_drawn() {
        let mut random = Random::new(7);
        let mut counts = [0; 5];
        for _ in 0..5000 {
            counts[random.below(5)] += 1;
        }
        assert!(counts.iter().all(|count| (850..1150).contains(count)), "{counts:?}");
        assert_eq!(random.below(0), 0);
    }
}
