//! How rounding errors of float32 add up.
//!
//! With unit roundoff `u = 2^-24`, a sum of `n` products in any order differs from the exact one by
//! at most `γ(n)·Σ|aᵢ||bᵢ|` with `γ(n) = n·u / (1 − n·u)` (Higham, *Accuracy and Stability of
//! Numerical Algorithms*, 2nd ed., section 3.1 and eq. 3.5; a fused multiply-add only makes it
//! smaller). That worst case needs all errors to conspire. When they are independent with mean zero
//! the factor is `exp(λ·√n·u + n·u²/(1−u)) − 1` except with probability `2n·exp(−λ²(1−u)²/2)`
//! (Higham and Mary, *A New Approach to Probabilistic Rounding Error Analysis*, SIAM J. Sci. Comput.
//! 41(5), 2019, theorem 2.4). With `λ = 6` and `n = 1024` that probability is 3·10⁻⁵ for the bound
//! as such, and far less in practice, since it again bounds every partial sum by `Σ|aᵢ||bᵢ|`.

/// Unit roundoff of float32 with round to nearest.
pub const UNIT: f64 = 1.0 / 16_777_216.0;

/// Smallest normal float32: a program may flush smaller numbers to zero, on input and on output.
pub const SMALLEST_NORMAL: f64 = f32::MIN_POSITIVE as f64;

/// Relative error that an exponential or a logarithm may have by itself (a polynomial of a few
/// terms reaches 10⁻⁷; this leaves room for a cheap one).
pub const FUNCTION_ERROR: f64 = 2e-6;

const LAMBDA: f64 = 6.0;

/// What may be assumed about rounding errors.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rounding {
    /// Independent with mean zero, as for random inputs.
    Independent,
    /// Nothing: equal terms repeat equal errors.
    WorstCase,
}

impl Rounding {
    /// The factor before `Σ|aᵢ||bᵢ|` for a sum of `n` products.
    pub fn factor(self, n: usize) -> f64 {
        let n = n as f64;
        let worst = if n * UNIT < 0.5 { n * UNIT / (1.0 - n * UNIT) } else { 1.0 };
        match self {
            Self::WorstCase => worst,
            Self::Independent => {
                let likely = (LAMBDA * n.sqrt() * UNIT + n * UNIT * UNIT / (1.0 - UNIT)).exp_m1();
                likely.min(worst)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Rounding, UNIT};

    #[test]
    fn short_sums_have_the_worst_case_and_long_ones_the_root() {
        assert_eq!(Rounding::Independent.factor(4), Rounding::WorstCase.factor(4));
        let long = Rounding::Independent.factor(10_000);
        assert!((long / (600.0 * UNIT) - 1.0).abs() < 1e-3, "{long}");
        assert!(long < Rounding::WorstCase.factor(10_000));
    }
}
