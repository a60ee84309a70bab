//! Python's `random.Random`: the same numbers for the same seed.
//!
//! The generator is MT19937 (M. Matsumoto, T. Nishimura, Mersenne Twister, ACM TOMACS 8(1), 1998), seeded by its
//! array initialiser; what is drawn from it follows the documentation of Python's module `random` and its published
//! algorithms: `random` takes 53 bits of two words, `gauss` is the polar-free form of Box and Muller that keeps its
//! second number, `shuffle` is Fisher's and Yates' from the end, `choices` bisects cumulative weights.

const WORDS: usize = 624;
const MIDDLE: usize = 397;

/// Python's generator after `random.seed(integer)`.
#[derive(Debug, Clone)]
pub struct PythonRandom {
    state: Vec<u32>,
    next: usize,
    kept: Option<f64>,
}

impl PythonRandom {
    /// What `random.seed(seed)` makes.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let (low, high) = (seed as u32, (seed >> 32) as u32);
        let key: &[u32] = if high == 0 { &[low] } else { &[low, high] };
        let mut generator = Self { state: Self::seeded(19_650_218), next: WORDS, kept: None };
        generator.mix(key);
        generator
    }

    fn seeded(seed: u32) -> Vec<u32> {
        let mut state = vec![seed; WORDS];
        for i in 1..WORDS {
            let before = state[i - 1];
            state[i] = 1_812_433_253_u32
                .wrapping_mul(before ^ (before >> 30))
                .wrapping_add(u32::try_from(i).unwrap_or(0));
        }
        state
    }

    fn mix(&mut self, key: &[u32]) {
        let state = &mut self.state;
        let (mut i, mut j) = (1, 0_usize);
        for _ in 0..WORDS.max(key.len()) {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_664_525))
                .wrapping_add(key[j])
                .wrapping_add(u32::try_from(j).unwrap_or(0));
            i += 1;
            j += 1;
            if i == WORDS {
                state[0] = state[WORDS - 1];
                i = 1;
            }
            if j == key.len() {
                j = 0;
            }
        }
        for _ in 0..WORDS - 1 {
            let before = state[i - 1];
            state[i] = (state[i] ^ (before ^ (before >> 30)).wrapping_mul(1_566_083_941))
                .wrapping_sub(u32::try_from(i).unwrap_or(0));
            i += 1;
            if i == WORDS {
                state[0] = state[WORDS - 1];
                i = 1;
            }
        }
        state[0] = 0x8000_0000;
    }

    fn twist(&mut self) {
        let state = &mut self.state;
        for i in 0..WORDS {
            let joined = (state[i] & 0x8000_0000) | (state[(i + 1) % WORDS] & 0x7fff_ffff);
            let odd = if joined & 1 == 1 { 0x9908_b0df } else { 0 };
            state[i] = state[(i + MIDDLE) % WORDS] ^ (joined >> 1) ^ odd;
        }
        self.next = 0;
    }

    /// 32 random bits.
    pub fn word(&mut self) -> u32 {
        if self.next == WORDS {
            self.twist();
        }
        let mut y = self.state[self.next];
        self.next += 1;
        y ^= y >> 11;
        y ^= (y << 7) & 0x9d2c_5680;
        y ^= (y << 15) & 0xefc6_0000;
        y ^ (y >> 18)
    }

    /// `random.random()`: a multiple of 2^-53 in [0, 1).
    pub fn random(&mut self) -> f64 {
        let (high, low) = (self.word() >> 5, self.word() >> 6);
        (f64::from(high) * 67_108_864.0 + f64::from(low)) / 9_007_199_254_740_992.0
    }

    /// A whole number below `bound`, as `shuffle` draws it; 0 if `bound` is 0.
    pub fn below(&mut self, bound: u32) -> u32 {
        if bound == 0 {
            return 0;
        }
        let shift = bound.leading_zeros();
        loop {
            let drawn = self.word() >> shift;
            if drawn < bound {
                return drawn;
            }
        }
    }

    /// `random.gauss(mean, deviation)`.
    pub fn gauss(&mut self, mean: f64, deviation: f64) -> f64 {
        let z = self.kept.take().unwrap_or_else(|| {
            let angle = self.random() * std::f64::consts::TAU;
            let radius = (-2.0 * (1.0 - self.random()).ln()).sqrt();
            self.kept = Some(angle.sin() * radius);
            angle.cos() * radius
        });
        mean + z * deviation
    }

    /// `random.shuffle(items)`, for at most 2^32 items.
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for i in (1..items.len()).rev() {
            let bound = u32::try_from(i + 1).unwrap_or(u32::MAX);
            items.swap(i, self.below(bound) as usize);
        }
    }

    /// The index that `random.choices(range(n), weights)` takes; `None` without a positive total.
    pub fn choose(&mut self, weights: &[f64]) -> Option<usize> {
        let mut total = 0.0;
        let sums: Vec<f64> = weights
            .iter()
            .map(|weight| {
                total += weight;
                total
            })
            .collect();
        if total.is_nan() || total <= 0.0 {
            return None;
        }
        let at = self.random() * total;
        // Never the last one by rounding, as Python's bisection ends before it.
        Some(sums.partition_point(|sum| *sum <= at).min(weights.len() - 1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // What CPython 3.11 prints for the same calls.
    #[test]
    fn the_numbers_are_those_of_python() {
        let mut random = PythonRandom::new(42);
        assert_eq!(random.random(), 0.639_426_798_457_883_8);
        assert_eq!(random.random(), 0.025_010_755_222_666_936);
        let mut random = PythonRandom::new(42);
        assert_eq!(random.gauss(0.0, 1.0), -0.144_090_329_577_928_36);
        assert_eq!(random.gauss(0.0, 1.0), -0.172_903_600_331_519_3);
        let mut random = PythonRandom::new(42);
        let mut items: Vec<u32> = (0..10).collect();
        random.shuffle(&mut items);
        assert_eq!(items, [7, 3, 2, 8, 5, 6, 9, 4, 0, 1]);
    }

    #[test]
    fn long_runs_and_long_seeds_agree() {
        let mut random = PythonRandom::new(1_234_567_890_123_456_789);
        let mut last = 0;
        for _ in 0..2000 {
            last = random.word();
        }
        assert_eq!(last, LAST_OF_2000);
        let mut random = PythonRandom::new(7);
        let weights = [0.1, 0.2, 0.3, 0.4];
        let chosen: Vec<Option<usize>> = (0..8).map(|_| random.choose(&weights)).collect();
        assert_eq!(chosen, CHOSEN.map(Some));
        assert_eq!(random.choose(&[]), None);
        assert_eq!(random.choose(&[0.0]), None);
        assert_eq!(random.choose(&[f64::NAN]), None);
    }

    const LAST_OF_2000: u32 = 103_330_210;
    const CHOSEN: [usize; 8] = [2, 1, 3, 0, 2, 2, 0, 2];
}
