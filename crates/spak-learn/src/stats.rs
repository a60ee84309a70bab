//! The few distributions that the tests need: Student's t and its quantiles, counts, and Holm's correction.

use std::f64::consts::PI;

/// Degrees of freedom beyond which t is as good as normal.
const MANY: f64 = 1e5;

/// The natural logarithm of the gamma function for `x > 0` (Lanczos, g = 7, n = 9; error below 1e-13).
fn ln_gamma(x: f64) -> f64 {
    const C: [f64; 8] = [
        676.520_368_121_885_1,
        -1_259.139_216_722_402_8,
        771.323_428_777_653_1,
        -176.615_029_162_140_6,
        12.507_343_278_686_905,
        -0.138_571_095_265_720_12,
        9.984_369_578_019_572e-6,
        1.505_632_735_149_311_6e-7,
    ];
    let x = x - 1.0;
    let t = x + 7.5;
    let sum = C
        .iter()
        .zip(1u8..)
        .fold(0.999_999_999_999_809_9, |sum, (c, i)| sum + c / (x + f64::from(i)));
    0.5 * (2.0 * PI).ln() + (x + 0.5) * t.ln() - t + sum.ln()
}

/// The regularised incomplete beta function `I_x(a, b)` (Lentz's continued fraction).
fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if x <= 0.0 {
        return 0.0;
    }
    if x >= 1.0 {
        return 1.0;
    }
    let front =
        (ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b) + a * x.ln() + b * (1.0 - x).ln()).exp();
    // The fraction converges quickly only below the mean of the distribution.
    if x < (a + 1.0) / (a + b + 2.0) {
        front * beta_fraction(a, b, x) / a
    } else {
        1.0 - front * beta_fraction(b, a, 1.0 - x) / b
    }
}

fn beta_fraction(a: f64, b: f64, x: f64) -> f64 {
    const TINY: f64 = 1e-300;
    let nonzero = |v: f64| if v.abs() < TINY { TINY } else { v };
    let mut c = 1.0;
    let mut d = 1.0 / nonzero(1.0 - (a + b) * x / (a + 1.0));
    let mut result = d;
    for step in 1..=500u16 {
        let m = f64::from(step);
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / nonzero(1.0 + even * d);
        c = nonzero(1.0 + even / c);
        result *= d * c;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / nonzero(1.0 + odd * d);
        c = nonzero(1.0 + odd / c);
        let change = d * c;
        result *= change;
        if (change - 1.0).abs() < 1e-14 {
            break;
        }
    }
    result
}

/// The two-sided p-value of `t` with `freedom` degrees of freedom.
pub fn two_sided(t: f64, freedom: f64) -> f64 {
    if t.is_nan() {
        return 1.0;
    }
    let freedom = freedom.clamp(1.0, MANY);
    incomplete_beta(freedom / 2.0, 0.5, freedom / (freedom + t * t))
}

/// The `t` whose two-sided p-value is `p`: the half-width of a confidence interval in standard errors.
pub fn critical(p: f64, freedom: f64) -> f64 {
    let (mut low, mut high) = (0.0, 1.0);
    while two_sided(high, freedom) > p && high < 1e9 {
        high *= 2.0;
    }
    for _ in 0..80 {
        let middle = 0.5 * (low + high);
        if two_sided(middle, freedom) > p {
            low = middle;
        } else {
            high = middle;
        }
    }
    high
}

/// The value that a chi-square variable with `freedom` degrees of freedom is below with probability `p`
/// (Wilson and Hilferty, 1931). For small `p` and three degrees of freedom it is 7 % too small, for ten 0.5 %: bounds of a noise come out
/// too wide, not too narrow.
pub fn chi_square_below(p: f64, freedom: f64) -> f64 {
    let z = match p {
        p if p < 0.5 => -critical(2.0 * p, MANY),
        p => critical(2.0 * (1.0 - p), MANY),
    };
    let part = 2.0 / (9.0 * freedom);
    (freedom * (1.0 - part + z * part.sqrt()).powi(3)).max(1e-3 * freedom)
}

/// The probability of at most `wins` successes in independent trials with these chances (exact, Poisson's binomial).
pub fn at_most(wins: usize, chances: impl IntoIterator<Item = f64>) -> f64 {
    let mut counts = vec![0.0; wins + 1];
    if let Some(none) = counts.first_mut() {
        *none = 1.0;
    }
    for chance in chances {
        let mut carried = 0.0;
        for slot in &mut counts {
            let stays = *slot * (1.0 - chance) + carried;
            carried = *slot * chance;
            *slot = stays;
        }
    }
    counts.iter().sum::<f64>().min(1.0)
}

/// The share that is not exceeded with probability `1 - level`, after `wins` successes in `n` trials (Clopper and Pearson).
pub fn share_at_most(wins: usize, n: usize, level: f64) -> f64 {
    if wins >= n {
        return 1.0;
    }
    let (mut low, mut high) = (wins as f64 / n as f64, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        // P(X <= wins) is a tail of the beta distribution.
        let below = incomplete_beta((n - wins) as f64, wins as f64 + 1.0, 1.0 - middle);
        if below > level { low = middle } else { high = middle }
    }
    high
}

/// Holm's step-down correction: p-values that may be compared with the level of the whole family
/// (Holm, Scandinavian Journal of Statistics 6, 1979).
pub fn holm(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| value(p, *a).total_cmp(&value(p, *b)));
    let mut adjusted = vec![1.0; p.len()];
    let mut largest: f64 = 0.0;
    for (rank, index) in order.iter().enumerate() {
        largest = largest.max((value(p, *index) * (p.len() - rank) as f64).min(1.0));
        if let Some(slot) = adjusted.get_mut(*index) {
            *slot = largest;
        }
    }
    adjusted
}

fn value(p: &[f64], index: usize) -> f64 {
    p.get(index).copied().unwrap_or(1.0)
}

/// The arithmetic mean; zero for nothing.
pub fn mean(x: &[f64]) -> f64 {
    if x.is_empty() { 0.0 } else { x.iter().sum::<f64>() / x.len() as f64 }
}

/// The standard deviation of a sample; zero for fewer than two.
pub fn deviation(x: &[f64]) -> f64 {
    if x.len() < 2 {
        return 0.0;
    }
    let m = mean(x);
    (x.iter().map(|v| (v - m).powi(2)).sum::<f64>() / (x.len() - 1) as f64).sqrt()
}

/// The median; zero for nothing.
pub fn median(x: &[f64]) -> f64 {
    let mut sorted = x.to_vec();
    sorted.sort_by(f64::total_cmp);
    let middle = sorted.len() / 2;
    match (sorted.get(middle.wrapping_sub(1)), sorted.get(middle)) {
        (Some(a), Some(b)) if sorted.len().is_multiple_of(2) => 0.5 * (a + b),
        (_, Some(b)) => *b,
        _ => 0.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} is not {b}");
    }

    #[test]
    fn tails_agree_with_the_tables_of_students_t() {
        close(two_sided(12.706_2, 1.0), 0.05, 1e-6);
        close(two_sided(3.182_45, 3.0), 0.05, 1e-6);
        close(two_sided(5.840_91, 3.0), 0.01, 1e-6);
        close(two_sided(2.570_58, 5.0), 0.05, 1e-6);
        close(two_sided(2.042_27, 30.0), 0.05, 1e-6);
        close(two_sided(1.959_96, 1e5), 0.05, 1e-4);
        close(two_sided(0.0, 7.0), 1.0, 1e-12);
        close(critical(0.05, 4.0), 2.776_45, 1e-4);
        close(critical(0.001, 10.0), 4.586_89, 1e-4);
    }

    #[test]
    fn counts_agree_with_tables() {
        close(chi_square_below(0.05, 10.0), 3.940, 0.02);
        close(chi_square_below(0.05, 3.0), 0.352, 0.025);
        close(chi_square_below(0.95, 10.0), 18.307, 0.02);
        close(at_most(0, [0.5; 8]), 1.0 / 256.0, 1e-12);
        close(at_most(1, [0.5, 0.25]), 1.0 - 0.125, 1e-12);
        close(share_at_most(0, 59, 0.05), 0.0495, 2e-4);
        close(share_at_most(2, 20, 0.05), 0.2826, 2e-4);
    }

    #[test]
    fn holm_multiplies_the_smallest_most_and_keeps_the_order() {
        assert_eq!(holm(&[0.04, 0.01, 0.03]), [0.06, 0.03, 0.06]);
        assert_eq!(holm(&[]), Vec::<f64>::new());
        assert_eq!(holm(&[0.9, 0.8]), [1.0, 1.0]);
    }

    #[test]
    fn medians_of_even_and_odd_counts() {
        close(median(&[3.0, 1.0, 2.0]), 2.0, 0.0);
        close(median(&[4.0, 1.0, 2.0, 3.0]), 2.5, 0.0);
        close(median(&[]), 0.0, 0.0);
    }
}
