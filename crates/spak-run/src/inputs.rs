//! Random inputs: several distributions, and changes in place that no candidate can foresee.

use rand::{Rng, RngExt};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use spak_records::Problem;

/// How the elements of the inputs are drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Distribution {
    /// Mean 0, variance 1: the sum of four uniform numbers, so at most 3.5 in magnitude.
    Normal,
    /// Uniform in [0, 1): sums grow, so a narrow accumulator loses digits.
    Positive,
    /// Attention: Q and K scaled by 6, so that scores exceed 88 and `exp` overflows unless the row's
    /// maximum is subtracted. Matrix product: magnitudes from 2^-12 to 2^12.
    Large,
    /// One normal value for each row. Rounding errors are then alike and add up, so the worst-case
    /// bound applies instead of the probabilistic one.
    ConstantRows,
    /// Half zeros, a quarter subnormal numbers, a quarter normal.
    Sparse,
}

impl Distribution {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Normal, Self::Positive, Self::Large, Self::ConstantRows, Self::Sparse];

    /// Whether rounding errors of a sum may be taken as independent.
    pub fn has_independent_errors(self) -> bool {
        match self {
            Self::Normal | Self::Positive | Self::Large => true,
            // Zeros and equal terms repeat the same rounding over and over.
            Self::ConstantRows | Self::Sparse => false,
        }
    }
}

/// Draws every input of `problem`.
pub(crate) fn draw(problem: &Problem, how: Distribution, rng: &mut ChaCha8Rng) -> Vec<Vec<f32>> {
    let attention = matches!(problem, Problem::AttentionForward { .. });
    problem
        .inputs()
        .into_iter()
        .enumerate()
        .map(|(index, (_, elements))| {
            let elements = usize::try_from(elements).unwrap_or(0);
            let width = row_width(problem, index);
            match how {
                Distribution::Normal => (0..elements).map(|_| normal(rng)).collect(),
                Distribution::Positive => (0..elements).map(|_| rng.random::<f32>()).collect(),
                Distribution::Large if attention => {
                    let scale = if index < 2 { 6.0 } else { 1.0 };
                    (0..elements).map(|_| scale * normal(rng)).collect()
                }
                Distribution::Large => (0..elements)
                    .map(|_| normal(rng) * 2f32.powi(rng.random_range(-12..=12)))
                    .collect(),
                Distribution::ConstantRows => {
                    let mut values = Vec::with_capacity(elements);
                    while values.len() < elements {
                        let value = normal(rng);
                        let length = width.min(elements - values.len());
                        values.extend(std::iter::repeat_n(value, length));
                    }
                    values
                }
                Distribution::Sparse => (0..elements).map(|_| sparse(rng)).collect(),
            }
        })
        .collect()
}

/// Flips the sign of each element with probability one half: cheap, and it changes every result, so
/// nothing computed from the old values is of use.
pub(crate) fn flip_signs(values: &mut [f32], rng: &mut ChaCha8Rng) {
    for group in values.chunks_mut(32) {
        let mut bits = rng.next_u32();
        for value in group {
            *value = f32::from_bits(value.to_bits() ^ (bits << 31));
            bits >>= 1;
        }
    }
}

/// Width of the rows of input `index`.
pub(crate) fn row_width(problem: &Problem, index: usize) -> usize {
    let width = match *problem {
        Problem::Matmul { n, k, .. } => {
            if index == 0 {
                k
            } else {
                n
            }
        }
        Problem::AttentionForward { head_dim, .. } => head_dim,
        Problem::Operator(_) => 1,
    };
    usize::try_from(width).unwrap_or(1).max(1)
}

/// Variance one: four 16-bit numbers, each of variance `(2^32 - 1) / 12`.
fn normal(rng: &mut ChaCha8Rng) -> f32 {
    let bits = rng.next_u64();
    let sum: u64 = (0..4).map(|i| bits >> (16 * i) & 0xffff).sum();
    let centred = sum as f32 - 131_070.0;
    centred * (3f32.sqrt() / 65_536.0)
}

fn sparse(rng: &mut ChaCha8Rng) -> f32 {
    match rng.random_range(0..4) {
        0 | 1 => 0.0,
        2 => f32::from_bits(rng.next_u32() & 0x8000_ffff),
        _ => normal(rng),
    }
}

#[cfg(test)]
mod tests {
    use super::{Distribution, draw, flip_signs};
    use rand::SeedableRng;
    use rand_chacha::ChaCha8Rng;
    use spak_records::Problem;

    #[test]
    fn normal_numbers_have_mean_zero_and_variance_one() {
        let mut rng = ChaCha8Rng::seed_from_u64(1);
        let inputs =
            draw(&Problem::Matmul { m: 200, n: 1, k: 200 }, Distribution::Normal, &mut rng);
        let a = &inputs[0];
        let mean = a.iter().sum::<f32>() / a.len() as f32;
        let variance = a.iter().map(|x| (x - mean).powi(2)).sum::<f32>() / a.len() as f32;
        assert!(mean.abs() < 0.03 && (variance - 1.0).abs() < 0.03, "{mean} {variance}");
    }

    #[test]
    fn the_same_seed_draws_the_same_numbers_and_another_does_not() {
        let problem = Problem::Matmul { m: 3, n: 4, k: 5 };
        for how in Distribution::ALL {
            let inputs = |seed| draw(&problem, how, &mut ChaCha8Rng::seed_from_u64(seed));
            assert_eq!(inputs(7), inputs(7));
            assert_ne!(inputs(7), inputs(8));
        }
    }

    #[test]
    fn flipping_keeps_magnitudes_and_changes_about_half_the_signs() {
        let mut rng = ChaCha8Rng::seed_from_u64(2);
        let mut values = vec![1.5f32; 10_000];
        flip_signs(&mut values, &mut rng);
        let flipped = values.iter().filter(|v| **v == -1.5).count();
        assert!(values.iter().all(|v| v.abs() == 1.5) && (4_500..5_500).contains(&flipped));
    }
}
