//! Median and its distribution-free confidence interval.

/// Samples of one program, in order of size.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// Median in nanoseconds (of an even number the mean of the middle two).
    pub median_ns: u64,
    /// Order statistics between which the true median lies with at least 95 % probability; with
    /// fewer than six samples no such pair exists and these are the extremes.
    pub median_ci_ns: [u64; 2],
    /// Smallest.
    pub min_ns: u64,
    /// Largest.
    pub max_ns: u64,
    /// How many.
    pub samples: u32,
}

/// Summarises `samples`; `None` when there are none.
///
/// The interval is `[x₍ₗ₎, x₍ₙ₊₁₋ₗ₎]` with the largest `l` for which a binomial variable with `n` trials
/// of probability one half is below `l` with probability at most 2.5 % (David and Nagaraja, *Order
/// Statistics*, 3rd ed., section 7.1). It assumes nothing about the shape of the distribution, only
/// that samples are independent.
pub fn summarize(samples: &[u64]) -> Option<Summary> {
    let mut sorted = samples.to_vec();
    sorted.sort_unstable();
    let n = sorted.len();
    let (min_ns, max_ns) = (*sorted.first()?, *sorted.last()?);
    let upper = *sorted.get(n / 2)?;
    let lower = *sorted.get((n - 1) / 2)?;
    let rank = lower_rank(n).max(1);
    let ci = [*sorted.get(rank - 1)?, *sorted.get(n - rank)?];
    Some(Summary {
        median_ns: lower.midpoint(upper),
        median_ci_ns: ci,
        min_ns,
        max_ns,
        samples: u32::try_from(n).unwrap_or(u32::MAX),
    })
}

/// The largest `l` with `P(Binomial(n, 1/2) < l) <= 0.025`; 0 when there is none.
fn lower_rank(n: usize) -> usize {
    if n > 1000 {
        // The terms below underflow; the normal approximation is exact to a rank here.
        let n = n as f64;
        return ((n - 1.96 * n.sqrt()) / 2.0).floor() as usize;
    }
    let mut term = 0.5f64.powi(i32::try_from(n).unwrap_or(i32::MAX));
    let mut below = 0.0;
    for l in 0..n {
        below += term;
        if below > 0.025 {
            return l;
        }
        term *= (n - l) as f64 / (l + 1) as f64;
    }
    0
}

#[cfg(test)]
mod tests {
    use super::{lower_rank, summarize};

    #[test]
    fn ranks_are_those_of_the_published_table() {
        // Conover, Practical Nonparametric Statistics, table A3, p = 0.5.
        for (n, rank) in
            [(5, 0), (6, 1), (8, 1), (9, 2), (10, 2), (15, 4), (20, 6), (30, 10), (100, 40)]
        {
            assert_eq!(lower_rank(n), rank, "n = {n}");
        }
        assert!(lower_rank(1001).abs_diff(lower_rank(1000)) <= 1);
    }

    #[test]
    fn medians_of_odd_and_even_counts() {
        assert_eq!(summarize(&[]), None);
        assert_eq!(summarize(&[9, 1, 5]).unwrap().median_ns, 5);
        let six = summarize(&[6, 5, 4, 3, 2, 1]).unwrap();
        assert_eq!((six.median_ns, six.median_ci_ns, six.min_ns), (3, [1, 6], 1));
    }

    #[test]
    fn the_interval_covers_the_median_of_a_skewed_distribution_as_often_as_it_says() {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(3);
        let mut covered = 0;
        for _ in 0..2000 {
            // The median of u^4 is 1/16.
            let samples: Vec<u64> =
                (0..21).map(|_| (rng.random::<f64>().powi(4) * 1e9) as u64).collect();
            let [low, high] = summarize(&samples).unwrap().median_ci_ns;
            covered += u32::from(low <= 62_500_000 && 62_500_000 <= high);
        }
        assert!(covered >= 1880, "{covered} of 2000");
    }
}
