//! Rows that differ in one name only, and what many differences say together.

use std::collections::BTreeMap;

use crate::noise::Noise;
use crate::stats::{critical, deviation, mean, two_sided};
use crate::table::Table;

/// The fewest differences for a claim when nothing was repeated, so that the spread must come from them.
pub const MIN_PAIRS: usize = 4;
/// No set of differences agrees better than this (0.1 %): single samples that happen to be equal are not exact.
const LEAST_SPREAD: f64 = 0.001;

/// Rows that differ in one name only: a value's position with its cell, at least two of them.
pub(crate) type Stratum = Vec<(u32, usize)>;

/// The strata of a name, in the order of what else is in them.
pub(crate) fn strata(table: &Table, factor: usize) -> Vec<Stratum> {
    let mut groups: BTreeMap<Vec<u32>, Stratum> = BTreeMap::new();
    for (index, cell) in table.cells.iter().enumerate() {
        let mut rest = cell.at.clone();
        if factor >= rest.len() {
            continue;
        }
        let value = rest.remove(factor);
        groups.entry(rest).or_default().push((value, index));
    }
    groups.into_values().filter(|stratum| stratum.len() > 1).collect()
}

/// The pairs of cells with the values `a` and `b` and everything else equal.
pub(crate) fn pairs(strata: &[Stratum], a: u32, b: u32) -> Vec<(usize, usize)> {
    let of = |stratum: &Stratum, value: u32| {
        stratum.iter().find(|(v, _)| *v == value).map(|(_, cell)| *cell)
    };
    strata.iter().filter_map(|s| Some((of(s, a)?, of(s, b)?))).collect()
}

/// Logarithms of the cost of the second over that of the first.
pub(crate) fn differences(table: &Table, pairs: &[(usize, usize)]) -> Vec<f64> {
    pairs.iter().map(|(a, b)| table.log(*b) - table.log(*a)).collect()
}

/// What differences of logarithms say of their mean.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Test {
    pub(crate) n: usize,
    pub(crate) mean: f64,
    pub(crate) error: f64,
    pub(crate) freedom: f64,
    /// Two-sided, that the mean is zero; not corrected.
    pub(crate) p: f64,
    /// Smallest and largest difference.
    pub(crate) range: [f64; 2],
    /// How many have the sign of the mean.
    pub(crate) agree: usize,
}

impl Test {
    /// Half the width of the interval of the mean that is wrong with probability `level`.
    pub(crate) fn half_width(&self, level: f64) -> f64 {
        critical(level, self.freedom) * self.error
    }

    pub(crate) fn interval(&self, level: f64) -> [f64; 2] {
        let half = self.half_width(level);
        [self.mean - half, self.mean + half]
    }
}

/// Tests the mean of differences that consist of `terms` measurements each (two, or four for a dependence).
///
/// The error is that of the spread of the differences, and not less than what the noise makes it. `None` when they are too
/// few: fewer than [`MIN_PAIRS`] and nothing was repeated.
pub(crate) fn test(differences: &[f64], terms: usize, noise: &Noise) -> Option<Test> {
    let n = differences.len();
    let known = noise.is_repeated();
    if n == 0 || (n < MIN_PAIRS && !known) {
        return None;
    }
    let root = (n as f64).sqrt();
    let own = |sd: f64| (terms as f64).sqrt() * sd / root;
    let floor = own(noise.rounding);
    let observed = deviation(differences).max(LEAST_SPREAD) / root;
    let (error, freedom) = if known {
        let expected = own(noise.deviation);
        match observed > expected && n > 1 {
            true => (observed, (n as f64 - 1.0).max(1.0).min(noise.freedom)),
            false => (expected, noise.freedom),
        }
    } else {
        (observed, n as f64 - 1.0)
    };
    let error = error.max(floor);
    let center = mean(differences);
    let low = differences.iter().copied().fold(f64::INFINITY, f64::min);
    let high = differences.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    Some(Test {
        n,
        mean: center,
        error,
        freedom,
        p: two_sided(center / error, freedom),
        range: [low, high],
        agree: differences.iter().filter(|d| d.signum() == center.signum()).count(),
    })
}

/// How a name's values compare on the whole: for each value the mean of its differences from the others, lowest cost first.
///
/// Only values with a common row count; those without one are left out.
pub(crate) fn ranking(table: &Table, strata: &[Stratum], values: usize) -> Vec<(u32, f64)> {
    let mut sums: BTreeMap<(u32, u32), (f64, usize)> = BTreeMap::new();
    for stratum in strata {
        for (a, cell) in stratum {
            for (b, other) in stratum.iter().filter(|(b, _)| b != a) {
                let sum = sums.entry((*a, *b)).or_default();
                sum.0 += table.log(*cell) - table.log(*other);
                sum.1 += 1;
            }
        }
    }
    let mut found: Vec<(u32, f64)> = Vec::new();
    for value in 0..u32::try_from(values).unwrap_or(u32::MAX) {
        let own: Vec<f64> = sums
            .range((value, 0)..=(value, u32::MAX))
            .map(|(_, (sum, n))| sum / *n as f64)
            .collect();
        if !own.is_empty() {
            found.push((value, mean(&own)));
        }
    }
    found.sort_by(|a, b| a.1.total_cmp(&b.1));
    found
}
