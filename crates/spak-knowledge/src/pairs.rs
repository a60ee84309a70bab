//! Paired comparison: two configs that differ in one dimension only, and what many such pairs say.

use std::collections::BTreeMap;

use crate::sample::{Noise, Point};
use crate::stats::{critical, deviation, mean, two_sided};

/// The fewest pairs for a claim when the spread of the times is not known and must come from the pairs.
pub const MIN_PAIRS_UNKNOWN_SPREAD: usize = 4;
/// How sure the assumed noise is, in degrees of freedom: few, so that only a large difference stands
/// out of it.
const ASSUMED_FREEDOM: f64 = 3.0;
/// No set of pairs agrees better than this; it keeps equal single samples from looking exact.
const LEAST_SPREAD: f64 = 0.001;

/// Points that can be compared along one dimension, by what is the same.
pub(crate) struct Table {
    /// Background -> value of the dimension -> index of the point.
    rows: BTreeMap<String, BTreeMap<String, usize>>,
    /// Value of the dimension -> indices of points.
    by_value: BTreeMap<String, Vec<usize>>,
}

/// What a point is along the dimension at hand, and everything else about it.
pub(crate) struct Place {
    pub(crate) value: String,
    pub(crate) background: BTreeMap<String, String>,
}

impl Table {
    /// Sorts points by what `place` says; points without a place are left out.
    pub(crate) fn new(places: &[Option<Place>]) -> Self {
        let mut rows: BTreeMap<String, BTreeMap<String, usize>> = BTreeMap::new();
        let mut by_value: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, place) in places.iter().enumerate() {
            let Some(place) = place else { continue };
            let row: Vec<String> =
                place.background.iter().map(|(n, v)| format!("{n}={v}")).collect();
            rows.entry(row.join("\u{1f}")).or_default().insert(place.value.clone(), index);
            by_value.entry(place.value.clone()).or_default().push(index);
        }
        Self { rows, by_value }
    }

    /// The values that occur.
    pub(crate) fn values(&self) -> impl Iterator<Item = &String> {
        self.by_value.keys()
    }

    /// Pairs of points with the values `a` and `b` and everything else equal.
    ///
    /// A parameter that is dead on one side (not in that config at all) does not stand against a pair;
    /// the first config measured is then the partner, so that nothing is chosen by its time.
    pub(crate) fn pairs(&self, a: &str, b: &str, places: &[Option<Place>]) -> Vec<(usize, usize)> {
        let mut pairs: Vec<(usize, usize)> =
            self.rows.values().filter_map(|row| Some((*row.get(a)?, *row.get(b)?))).collect();
        let mut taken = vec![false; places.len()];
        let take = |taken: &mut Vec<bool>, (i, j): (usize, usize)| {
            for index in [i, j] {
                if let Some(slot) = taken.get_mut(index) {
                    *slot = true;
                }
            }
        };
        for pair in &pairs {
            take(&mut taken, *pair);
        }
        let free = |taken: &[bool], i: usize| taken.get(i) == Some(&false);
        let none = Vec::new();
        let others = self.by_value.get(b).unwrap_or(&none);
        for &i in self.by_value.get(a).unwrap_or(&none) {
            if !free(&taken, i) {
                continue;
            }
            let partner = others.iter().copied().find(|&j| {
                free(&taken, j) && differ_in_dead_names_only(places.get(i), places.get(j))
            });
            if let Some(j) = partner {
                take(&mut taken, (i, j));
                pairs.push((i, j));
            }
        }
        pairs.sort_unstable();
        pairs
    }
}

fn differ_in_dead_names_only(a: Option<&Option<Place>>, b: Option<&Option<Place>>) -> bool {
    let (Some(Some(a)), Some(Some(b))) = (a, b) else { return false };
    let (a, b) = (&a.background, &b.background);
    if a.len() == b.len() {
        return false;
    }
    let contained = a.keys().all(|n| b.contains_key(n)) || b.keys().all(|n| a.contains_key(n));
    contained && a.iter().all(|(n, v)| b.get(n).is_none_or(|w| v == w))
}

/// What a set of pairs says about the logarithm of a ratio of times.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    /// Logarithm of the ratio for each pair.
    pub(crate) logs: Vec<f64>,
    pub(crate) mean: f64,
    pub(crate) error: f64,
    pub(crate) freedom: f64,
    /// Two-sided, of the hypothesis that the mean is zero; not corrected.
    pub(crate) p: f64,
}

impl Test {
    /// Pairs with the sign of the mean.
    pub(crate) fn agree(&self) -> usize {
        self.logs.iter().filter(|x| x.signum() == self.mean.signum()).count()
    }

    /// Smallest and largest.
    pub(crate) fn range(&self) -> (f64, f64) {
        let low = self.logs.iter().copied().fold(f64::INFINITY, f64::min);
        let high = self.logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        (low, high)
    }

    /// The confidence interval of the mean that is wrong with probability `alpha`.
    pub(crate) fn interval(&self, alpha: f64) -> (f64, f64) {
        let half = critical(alpha, self.freedom) * self.error;
        (self.mean - half, self.mean + half)
    }
}

/// Tests the pairs; `None` when they are too few to say anything.
///
/// With known spread (enough samples each, run-to-run noise measured) one pair can be tested. Two
/// tests are made and the better one counts, at twice its p-value: of the mean, with the larger of
/// expected and observed error; and of every pair on its own, all with one sign, which finds effects
/// that are always there but differ in size. The same is done for few pairs that were timed side by
/// side when the noise is only assumed: with an error so unsure that nothing but a difference far
/// beyond the intervals of both sides passes. Otherwise the spread of the pairs themselves is all
/// there is (paired t-test), and `strata`, each of equal circumstances, are the second test.
pub(crate) fn test(
    points: &[Point],
    pairs: &[(usize, usize)],
    strata: &[Vec<Vec<usize>>],
    noise: &Noise,
) -> Option<Test> {
    let sides: Vec<(&Point, &Point)> =
        pairs.iter().filter_map(|(i, j)| Some((points.get(*i)?, points.get(*j)?))).collect();
    let logs: Vec<f64> = sides.iter().map(|(a, b)| b.log_ns - a.log_ns).collect();
    if logs.is_empty() {
        return None;
    }
    let n = logs.len() as f64;
    let center = mean(&logs);
    let few = logs.len() < MIN_PAIRS_UNKNOWN_SPREAD;
    let assumed = (!noise.measured && few && sides.iter().all(|(a, b)| side_by_side(a, b)))
        .then(|| noise.assumed(ASSUMED_FREEDOM));
    let noise = assumed.as_ref().unwrap_or(noise);
    let spread = deviation(&logs).max(LEAST_SPREAD);
    // Configs that were compared with different incumbents share the error of the link between them.
    let linked = sides.iter().filter(|(a, b)| a.anchor != b.anchor).count() as f64 / n;
    let link = 2.0 * noise.deviation.powi(2) * linked;
    let variances: Option<Vec<f64>> =
        sides.iter().map(|(a, b)| Some(noise.variance(a)? + noise.variance(b)?)).collect();
    let expected = variances.as_ref().map(|v| (v.iter().sum::<f64>() / (n * n) + link).sqrt());
    let observed = spread / n.sqrt();
    let known = noise.measured || assumed.is_some();
    if let (Some(variances), Some(expected), true) = (&variances, expected, known) {
        let observed = if logs.len() < 2 { 0.0 } else { observed };
        let (error, freedom) = if observed > expected {
            (observed, noise.freedom.min(n - 1.0))
        } else {
            (expected, noise.freedom)
        };
        let each = logs
            .iter()
            .zip(variances)
            .map(|(x, v)| two_sided(x * center.signum() / (v + link).sqrt(), noise.freedom))
            .fold(0.0, f64::max);
        let one_sign = logs.iter().all(|x| x.signum() == center.signum());
        let each = if one_sign { each } else { 1.0 };
        let p = (2.0 * two_sided(center / error, freedom).min(each)).min(1.0);
        // What is always there but differs in size has the expected error, as a mean of these pairs.
        return Some(Test { mean: center, error, freedom, p, logs });
    }
    if few {
        return None;
    }
    let freedom = n - 1.0;
    let error = observed.max(expected.unwrap_or(0.0));
    let whole = two_sided(center / error, freedom);
    let split = strata.iter().map(|parts| one_sign_in_all(&logs, parts)).fold(1.0, f64::min);
    let p = 2.0 * whole.min((split * strata.len().max(1) as f64).min(1.0));
    Some(Test { mean: center, error, freedom, p: p.min(1.0), logs })
}

/// Whether drift cannot tell the two apart: one was timed in the other's session, or both in sessions
/// with the same incumbent.
fn side_by_side(a: &Point, b: &Point) -> bool {
    let with = |own: &Point, other: &Point| own.anchor.as_ref() == Some(&other.config_id);
    with(a, b) || with(b, a) || (a.anchor.is_some() && a.anchor == b.anchor)
}

/// The largest p-value over the parts, 1 when a part is too small or the signs differ.
fn one_sign_in_all(logs: &[f64], parts: &[Vec<usize>]) -> f64 {
    let mut largest: f64 = 0.0;
    let mut sign = 0.0;
    for part in parts {
        let own: Vec<f64> = part.iter().filter_map(|i| logs.get(*i).copied()).collect();
        let center = mean(&own);
        if own.len() < MIN_PAIRS_UNKNOWN_SPREAD || sign * center < 0.0 {
            return 1.0;
        }
        sign = center.signum();
        let error = deviation(&own).max(LEAST_SPREAD) / (own.len() as f64).sqrt();
        largest = largest.max(two_sided(center / error, own.len() as f64 - 1.0));
    }
    if parts.len() < 2 { 1.0 } else { largest }
}
