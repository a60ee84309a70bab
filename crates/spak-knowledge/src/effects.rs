//! What the values of a dimension do to the time: all paired comparisons of one step, tested together.

use std::collections::BTreeMap;

use spak_records::Value;

use crate::finding::{Finding, Ratio};
use crate::pairs::{MIN_PAIRS_UNKNOWN_SPREAD, Place, Table, Test, test};
use crate::sample::{Noise, Point};
use crate::stats::{deviation, holm};

/// The chance of one or more wrong claims in a whole learning step, for each of the three families of
/// tests: effects of values, interactions, and effects of the workload.
pub const LEVEL: f64 = 0.05;
/// Ratios of times nearer to one than this are not worth knowing.
pub const LEAST_EFFECT: f64 = 1.01;
/// Values count as equal when no difference is larger than this.
pub const EQUAL_WITHIN: f64 = 0.03;
/// A value to avoid takes at least this many times as long in every pair.
pub const LEAST_LOSS: f64 = 1.25;
/// The fewest pairs for a value to avoid.
pub const MIN_PAIRS_LOSS: usize = 2;

/// The fewest degrees of freedom from which the scatter of a dimension's pairs tells the noise.
const MIN_SCATTER_FREEDOM: f64 = 4.0;

/// One dimension with the points placed along it.
pub(crate) struct Dimension {
    pub(crate) name: String,
    /// Values that occur, in the design's order.
    pub(crate) values: Vec<Value>,
    pub(crate) literals: Vec<String>,
    pub(crate) places: Vec<Option<Place>>,
    pub(crate) table: Table,
}

/// Two values of one dimension, compared.
pub(crate) struct Contrast {
    /// Indices of the values in their dimension.
    pub(crate) values: [usize; 2],
    pub(crate) pairs: Vec<(usize, usize)>,
    pub(crate) test: Test,
    /// Corrected for all contrasts of the step.
    pub(crate) p: f64,
}

impl Contrast {
    /// The contrast with `b` over `a`; the values are stored in one order only.
    pub(crate) fn ratio(&self, over: usize, level: f64) -> Ratio {
        ratio(&self.test, self.values.first() != Some(&over), self.p, level)
    }
}

/// `test` as a ratio of times, turned round if `inverse`.
pub(crate) fn ratio(test: &Test, inverse: bool, p: f64, level: f64) -> Ratio {
    let sign = if inverse { -1.0 } else { 1.0 };
    let turn = |low: f64, high: f64| {
        let (a, b) = ((sign * low).exp(), (sign * high).exp());
        [a.min(b), a.max(b)]
    };
    let (low, high) = test.interval(level);
    let (least, most) = test.range();
    Ratio {
        mean: (sign * test.mean).exp(),
        interval: turn(low, high),
        range: turn(least, most),
        pairs: test.logs.len(),
        agree: test.agree(),
        p,
    }
}

/// All contrasts of all dimensions, corrected together.
pub(crate) fn contrasts(
    points: &[Point],
    dimensions: &[Dimension],
    noise: &Noise,
) -> Vec<Vec<Contrast>> {
    let mut all: Vec<Vec<Contrast>> = dimensions
        .iter()
        .map(|dimension| {
            let mut own = Vec::new();
            for (i, a) in dimension.literals.iter().enumerate() {
                for (j, b) in dimension.literals.iter().enumerate().skip(i + 1) {
                    let pairs = dimension.table.pairs(a, b, &dimension.places);
                    let parts = strata(dimension, &pairs);
                    let strata: Vec<Vec<Vec<usize>>> =
                        parts.into_values().map(|s| s.into_values().collect()).collect();
                    if let Some(test) = test(points, &pairs, &strata, noise) {
                        own.push(Contrast { values: [i, j], pairs, p: test.p, test });
                    }
                }
            }
            own
        })
        .collect();
    let p: Vec<f64> = all.iter().flatten().map(|c| c.p).collect();
    for (contrast, p) in all.iter_mut().flatten().zip(holm(&p)) {
        contrast.p = p;
    }
    all
}

/// The noise of one time as the scatter of equal comparisons shows it: how much a difference between
/// two values varies over its pairs. Interactions add to that, so it is an upper bound; the median over
/// dimensions keeps one strong interaction from hiding everything.
pub(crate) fn scatter(points: &[Point], dimensions: &[Dimension]) -> Option<(f64, f64)> {
    let mut found: Vec<(f64, f64)> = Vec::new();
    for dimension in dimensions {
        let (mut squares, mut freedom) = (0.0, 0.0);
        for (i, a) in dimension.literals.iter().enumerate() {
            for b in dimension.literals.iter().skip(i + 1) {
                let logs: Vec<f64> = dimension
                    .table
                    .pairs(a, b, &dimension.places)
                    .iter()
                    .filter_map(|(i, j)| Some(points.get(*j)?.log_ns - points.get(*i)?.log_ns))
                    .collect();
                if logs.len() > 1 {
                    squares += deviation(&logs).powi(2) * (logs.len() - 1) as f64;
                    freedom += (logs.len() - 1) as f64;
                }
            }
        }
        if freedom > 0.0 {
            // Comparisons of k values share their points: k - 1 of them are independent.
            let independent = freedom * 2.0 / dimension.literals.len() as f64;
            found.push((squares / freedom / 2.0, independent));
        }
    }
    found.retain(|(_, freedom)| *freedom >= MIN_SCATTER_FREEDOM);
    found.sort_by(|a, b| a.0.total_cmp(&b.0));
    // Half of the dimensions or more are taken not to interact; much more scatter than that of the
    // middle one (the lower one of two) is interaction and not noise.
    let usual = found.get(found.len().saturating_sub(1) / 2).map_or(0.0, |(v, _)| *v);
    found.retain(|(variance, _)| *variance <= 3.0 * usual);
    let freedom: f64 = found.iter().map(|(_, freedom)| freedom).sum();
    let squares: f64 = found.iter().map(|(variance, freedom)| variance * freedom).sum();
    // All dimensions look at the same times: what they tell together counts half.
    (!found.is_empty())
        .then(|| ((squares / freedom).sqrt(), (0.5 * freedom).max(MIN_SCATTER_FREEDOM)))
}

/// The pairs of one contrast by each other dimension's value, where both sides have it: positions in
/// `pairs`. Only dimensions with two or more values.
pub(crate) fn strata(
    dimension: &Dimension,
    pairs: &[(usize, usize)],
) -> BTreeMap<String, BTreeMap<String, Vec<usize>>> {
    let mut by: BTreeMap<String, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
    for (position, (i, j)) in pairs.iter().enumerate() {
        let (Some(Some(a)), Some(Some(b))) = (dimension.places.get(*i), dimension.places.get(*j))
        else {
            continue;
        };
        for (name, value) in &a.background {
            if b.background.get(name) == Some(value) {
                by.entry(name.clone())
                    .or_default()
                    .entry(value.clone())
                    .or_default()
                    .push(position);
            }
        }
    }
    by.retain(|_, values| values.len() > 1);
    by
}

/// What the contrasts of one dimension say. `best` is the value of the fastest config.
pub(crate) fn findings(
    dimension: &Dimension,
    contrasts: &[Contrast],
    comparisons: usize,
    best: Option<&Value>,
    fastest_with: &dyn Fn(&str) -> Option<f64>,
) -> Vec<Finding> {
    // Simultaneous intervals: wrong anywhere in the step with probability `LEVEL`.
    let level = LEVEL / comparisons.max(1) as f64;
    let Some(pivot) = pivot(dimension, contrasts, best) else { return Vec::new() };
    let Some(pivot_value) = dimension.values.get(pivot) else { return Vec::new() };
    let mut slower: Vec<(Value, Ratio)> = Vec::new();
    let mut equal: Vec<(Value, f64, usize)> = Vec::new();
    let mut untold: Vec<Value> = Vec::new();
    for contrast in contrasts.iter().filter(|c| c.values.contains(&pivot)) {
        let other = contrast.values.into_iter().find(|v| *v != pivot).unwrap_or(pivot);
        let Some(value) = dimension.values.get(other) else { continue };
        let ratio = contrast.ratio(pivot, level);
        let [low, high] = ratio.interval;
        let bound = (high - 1.0).max(1.0 / low - 1.0);
        if contrast.p < LEVEL && ratio.mean >= LEAST_EFFECT {
            slower.push((value.clone(), ratio));
        } else if bound <= EQUAL_WITHIN {
            equal.push((value.clone(), bound, ratio.pairs));
        } else {
            untold.push(value.clone());
        }
    }
    slower.sort_by(|a, b| b.1.mean.total_cmp(&a.1.mean));
    let mut found = Vec::new();
    if !slower.is_empty() {
        let losses = slower
            .iter()
            .filter(|(_, r)| r.pairs >= MIN_PAIRS_LOSS && r.range.first() >= Some(&LEAST_LOSS));
        let fastest = dimension.literals.iter().filter_map(|l| fastest_with(l));
        let fastest = fastest.fold(f64::INFINITY, f64::min);
        let losing: Vec<(Value, f64)> = losses
            .map(|(value, loss)| {
                let own = fastest_with(&crate::wording::literal(value));
                (value.clone(), own.map_or(loss.mean, |own| (own - fastest).exp()))
            })
            .collect();
        let equal = equal.iter().map(|(v, _, _)| v.clone()).chain(untold).collect();
        found.push(Finding::Effect {
            name: dimension.name.clone(),
            best: pivot_value.clone(),
            slower,
            equal,
            losing,
        });
    } else if !equal.is_empty() && untold.is_empty() {
        let mut values = vec![pivot_value.clone()];
        values.extend(equal.iter().map(|(v, _, _)| v.clone()));
        found.push(Finding::NoEffect {
            name: dimension.name.clone(),
            values,
            // Two values that are both near the pivot may differ by both distances.
            within: if equal.len() > 1 { 2.0 } else { 1.0 }
                * equal.iter().map(|(_, bound, _)| *bound).fold(0.0, f64::max),
            pairs: equal.iter().map(|(_, _, pairs)| *pairs).min().unwrap_or(0),
        });
    }
    found
}

/// The value that others are compared with: that of the fastest config, unless another one beats it
/// on average over the pairs.
fn pivot(dimension: &Dimension, contrasts: &[Contrast], best: Option<&Value>) -> Option<usize> {
    let start = best.and_then(|b| dimension.values.iter().position(|v| v == b)).unwrap_or(0);
    let beats = contrasts.iter().filter(|c| c.p < LEVEL && c.values.contains(&start));
    let faster = beats
        .filter_map(|c| {
            let other = c.values.into_iter().find(|v| *v != start)?;
            let ratio = c.ratio(start, LEVEL).mean;
            (ratio < 1.0 / LEAST_EFFECT).then_some((other, ratio))
        })
        .min_by(|a, b| a.1.total_cmp(&b.1));
    let pivot = faster.map_or(start, |(other, _)| other);
    (pivot < dimension.values.len()).then_some(pivot)
}

/// Dimensions whose effect depends on another one, strongest dependence for each pair of dimensions.
pub(crate) fn interactions(
    points: &[Point],
    dimensions: &[Dimension],
    contrasts: &[Vec<Contrast>],
    noise: &Noise,
) -> Vec<Finding> {
    interactions_by(points, dimensions, dimensions, contrasts, noise)
}

/// The same, where what `dimensions` depend on is looked up in `others`.
pub(crate) fn interactions_by(
    points: &[Point],
    dimensions: &[Dimension],
    others: &[Dimension],
    contrasts: &[Vec<Contrast>],
    noise: &Noise,
) -> Vec<Finding> {
    let fewest = if noise.measured { 2 } else { MIN_PAIRS_UNKNOWN_SPREAD };
    let mut found: Vec<Candidate> = Vec::new();
    for (dimension, contrasts) in dimensions.iter().zip(contrasts) {
        for contrast in contrasts {
            for (by, parts) in strata(dimension, &contrast.pairs) {
                let tests: Vec<(String, Test)> = parts
                    .into_iter()
                    .filter(|(_, part)| part.len() >= fewest)
                    .filter_map(|(value, part)| {
                        let pairs: Vec<(usize, usize)> =
                            part.iter().filter_map(|i| contrast.pairs.get(*i).copied()).collect();
                        Some((value, test(points, &pairs, &[], noise)?))
                    })
                    .collect();
                for (i, first) in tests.iter().enumerate() {
                    for second in tests.iter().skip(i + 1) {
                        found.push(Candidate::new(dimension, contrast, &by, first, second));
                    }
                }
            }
        }
    }
    let p: Vec<f64> = found.iter().map(|c| c.p).collect();
    let comparisons = found.len();
    for (candidate, p) in found.iter_mut().zip(holm(&p)) {
        candidate.p = p;
    }
    found.retain(|c| c.p < LEVEL && (c.crossing || c.size >= 1.1f64.ln()));
    found.sort_by(|a, b| b.crossing.cmp(&a.crossing).then(b.size.total_cmp(&a.size)));
    let mut told: Vec<(String, String)> = Vec::new();
    let mut findings = Vec::new();
    for candidate in found {
        // The same four groups of configs show both "a by b" and "b by a": once is enough.
        let pair = (candidate.name.clone(), candidate.by.clone());
        let turned = (pair.1.clone(), pair.0.clone());
        if told.contains(&pair) || (told.contains(&turned) && !candidate.crossing) {
            continue;
        }
        told.push(pair);
        let level = LEVEL / comparisons.max(1) as f64;
        findings.extend(candidate.finding(dimensions, others, level));
    }
    findings
}

/// A possible interaction.
struct Candidate {
    name: String,
    values: [usize; 2],
    by: String,
    at: [(String, Test); 2],
    p: f64,
    size: f64,
    crossing: bool,
}

impl Candidate {
    fn new(
        dimension: &Dimension,
        contrast: &Contrast,
        by: &str,
        first: &(String, Test),
        second: &(String, Test),
    ) -> Self {
        let (a, b) = (&first.1, &second.1);
        let size = a.mean - b.mean;
        let error = a.error.hypot(b.error);
        let p = crate::stats::two_sided(size / error, a.freedom.min(b.freedom));
        let opposite = a.mean * b.mean < 0.0
            && a.mean.abs().min(b.mean.abs()) >= LEAST_EFFECT.ln()
            && a.p.max(b.p) < LEVEL;
        Self {
            name: dimension.name.clone(),
            values: contrast.values,
            by: by.to_owned(),
            at: [first.clone(), second.clone()],
            // A crossing is claimed only when both sides are there on their own.
            p: if opposite { p.max(a.p).max(b.p) } else { p },
            size: size.abs(),
            crossing: opposite,
        }
    }

    fn finding(
        self,
        dimensions: &[Dimension],
        others: &[Dimension],
        level: f64,
    ) -> Option<Finding> {
        let own = dimensions.iter().find(|d| d.name == self.name)?;
        let [a, b] = self.values;
        let mut values = [own.values.get(a)?.clone(), own.values.get(b)?.clone()];
        // Told so that the first value wins where it differs most.
        let [first, second] = &self.at;
        let inverse = first.1.mean + second.1.mean < 0.0;
        if inverse {
            values.reverse();
        }
        let at = |(literal, test): &(String, Test)| {
            let value = value_named(others, &self.by, literal)?;
            Some((value, ratio(test, inverse, self.p, level)))
        };
        let mut at = [at(first)?, at(second)?];
        if let [(_, a), (_, b)] = &at
            && a.mean < b.mean
        {
            at.reverse();
        }
        Some(Finding::Interaction {
            name: self.name,
            values,
            by: self.by,
            at,
            crossing: self.crossing,
        })
    }
}

/// The value of dimension `name` whose literal is given.
pub(crate) fn value_named(dimensions: &[Dimension], name: &str, literal: &str) -> Option<Value> {
    let dimension = dimensions.iter().find(|d| d.name == name)?;
    let index = dimension.literals.iter().position(|l| l == literal)?;
    dimension.values.get(index).cloned()
}
