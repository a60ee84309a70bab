//! A stream of random numbers for each use and step: nothing has to be remembered to go on.

use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{Rng, SeedableRng};

/// What a stream is for: streams of different uses have nothing in common.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Initial values of parameters.
    Parameters,
    /// Batches of training.
    Batch,
    /// How many loops a step takes.
    Loops,
    /// Problems and texts of evaluation.
    Evaluation,
    /// Tokens that are drawn from a model.
    Sampling,
}

/// A stream that is a function of seed, use and number.
#[derive(Debug, Clone)]
pub struct Stream {
    generator: ChaCha8Rng,
    kept: Option<f64>,
}

impl Stream {
    /// The stream of a use; `number` is that of the step, of the parameter or of the set.
    #[must_use]
    pub fn new(seed: u64, purpose: Use, number: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        key[8] = match purpose {
            Use::Parameters => 1,
            Use::Batch => 2,
            Use::Loops => 3,
            Use::Evaluation => 4,
            Use::Sampling => 5,
        };
        key[16..24].copy_from_slice(&number.to_le_bytes());
        Self { generator: ChaCha8Rng::from_seed(key), kept: None }
    }

    /// A multiple of 2^-53 in [0, 1).
    pub fn unit(&mut self) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "53 bits are exact")]
        let bits = (self.generator.next_u64() >> 11) as f64;
        bits / 9_007_199_254_740_992.0
    }

    /// A whole number below `bound`, all equally likely; 0 if `bound` is 0.
    pub fn below(&mut self, bound: usize) -> usize {
        if bound < 2 {
            return 0;
        }
        let bound = bound as u64;
        // Draws above the largest multiple of the bound would favour small numbers.
        let limit = u64::MAX - u64::MAX % bound;
        loop {
            let drawn = self.generator.next_u64();
            if drawn < limit {
                return usize::try_from(drawn % bound).unwrap_or(0);
            }
        }
    }

    /// One of `low..=high`; `low` if the range is empty.
    pub fn between(&mut self, low: usize, high: usize) -> usize {
        low + self.below(high.saturating_sub(low) + 1)
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// A normal number of mean 0 and deviation 1 (G. Box, M. Muller, 1958).
    pub fn normal(&mut self) -> f64 {
        self.kept.take().unwrap_or_else(|| {
            let angle = self.unit() * std::f64::consts::TAU;
            let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
            self.kept = Some(angle.sin() * radius);
            angle.cos() * radius
        })
    }

    /// `count` different numbers of `1..=top`, sorted; all of them if there are not more.
    pub fn subset(&mut self, count: usize, top: usize) -> Vec<u32> {
        let mut chosen = Vec::with_capacity(count);
        let mut left = count.min(top);
        for number in 1..=top {
            // Each is taken with the chance that is left (Knuth, TAOCP 2, algorithm S).
            if left > 0 && self.below(top - number + 1) < left {
                chosen.push(u32::try_from(number).unwrap_or(u32::MAX));
                left -= 1;
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_repeat_and_differ() {
        let draw = |use_, number| Stream::new(1, use_, number).unit();
        assert_eq!(draw(Use::Batch, 3), draw(Use::Batch, 3));
        assert_ne!(draw(Use::Batch, 3), draw(Use::Batch, 4));
        assert_ne!(draw(Use::Batch, 3), draw(Use::Loops, 3));
    }

    #[test]
    fn subsets_are_sorted_complete_and_fair() {
        let mut stream = Stream::new(5, Use::Batch, 0);
        let mut seen = [0_u32; 9];
        for _ in 0..4000 {
            let subset = stream.subset(3, 8);
            assert_eq!(subset.len(), 3);
            assert!(subset.windows(2).all(|pair| pair[0] < pair[1]));
            for number in subset {
                seen[number as usize] += 1;
            }
        }
        assert_eq!(seen[0], 0);
        // 1500 expected, deviation 31.
        assert!(seen[1..].iter().all(|count| (1345..=1655).contains(count)), "{seen:?}");
        assert_eq!(stream.subset(9, 3), [1, 2, 3]);
    }
}
