//! How much one measurement differs from the next of the same thing, as far as a table tells.

use std::collections::BTreeMap;

use crate::compare::{differences, pairs, strata};
use crate::stats::{chi_square_below, deviation, mean};
use crate::table::{Role, Table};

/// The fewest repeats from which noise is taken.
const MIN_REPEATS: f64 = 5.0;
/// The fewest differences from which a name's scatter is taken.
const MIN_SCATTER: usize = 4;
/// What is assumed when nothing tells it: 3 %.
const ASSUMED: f64 = 0.03;
/// No machine repeats itself better than this.
const LEAST: f64 = 0.0005;
/// A name that changes the baseline by more than this, each time, is a property of the problem.
const CHANGES_BASELINE: f64 = 0.05;
/// The part of measurements that are less far off than what is taken for the noise.
const SPREAD_QUANTILE: f64 = 0.9;
/// An upper bound of the noise is one with this probability.
const SURE: f64 = 0.95;

/// Where the noise was taken from.
#[derive(Clone, Debug, PartialEq)]
pub enum Source {
    /// The same config was measured more than once.
    Repeats,
    /// Another program was measured beside each row; it repeats while only choices change.
    Baseline(String),
    /// Nothing was repeated, but each measurement has runs: how far they say that it may be off, in nine of ten measurements.
    /// Sessions may differ more.
    Runs,
    /// Nothing was repeated: the differences of this name scatter least, and the noise is at most that.
    Quietest(String),
    /// Nothing tells it.
    Assumed,
}

/// The noise of one measurement.
#[derive(Clone, Debug, PartialEq)]
pub struct Noise {
    /// Relative standard deviation; an upper bound unless something was repeated.
    pub deviation: f64,
    /// Degrees of freedom of that estimate.
    pub freedom: f64,
    /// Where it is from.
    pub source: Source,
    /// What rounding alone makes, as a relative standard deviation.
    pub rounding: f64,
}

impl Noise {
    /// Whether it is an estimate from repeats, so that a single difference can be judged by it.
    pub fn is_repeated(&self) -> bool {
        matches!(self.source, Source::Repeats | Source::Baseline(_))
    }
}

/// The names that change what the baseline takes: no choice of ours can do that.
pub(crate) fn given_by_baseline(table: &Table) -> Vec<String> {
    let mut found = Vec::new();
    for (at, factor) in table.factors().iter().enumerate() {
        let strata = strata(table, at);
        let mut told: Vec<f64> = Vec::new();
        for (a, _) in factor.values.iter().enumerate() {
            for b in a + 1..factor.values.len() {
                let baseline = |cell: usize| table.cells.get(cell).and_then(|c| c.baseline);
                let (Ok(a), Ok(b)) = (u32::try_from(a), u32::try_from(b)) else { continue };
                let pairs = pairs(&strata, a, b);
                let own: Vec<f64> =
                    pairs.iter().filter_map(|(a, b)| Some(baseline(*b)? - baseline(*a)?)).collect();
                let one_sign = own.iter().all(|d| *d > CHANGES_BASELINE)
                    || own.iter().all(|d| *d < -CHANGES_BASELINE);
                told.push(if own.len() >= MIN_SCATTER && one_sign { 1.0 } else { 0.0 });
            }
        }
        if told.iter().any(|t| *t > 0.0) {
            found.push(factor.name.clone());
        }
    }
    found
}

/// The noise of the table: of repeats, or else of the baseline, or else the least scatter.
pub(crate) fn noise(table: &Table) -> Noise {
    let rounding = table.rounding;
    let floor = LEAST.max(rounding);
    let told = repeats(table)
        .or_else(|| baseline(table))
        .or_else(|| runs(table))
        .or_else(|| quietest(table));
    let (deviation, freedom, source) = told.unwrap_or((ASSUMED, 1.0, Source::Assumed));
    Noise { deviation: deviation.max(floor), freedom, source, rounding }
}

fn repeats(table: &Table) -> Option<(f64, f64, Source)> {
    let freedom: f64 = table.cells.iter().map(|c| c.runs as f64 - 1.0).sum();
    let squares: f64 = table.cells.iter().map(|c| c.squares).sum();
    (freedom >= MIN_REPEATS).then(|| ((squares / freedom).sqrt(), freedom, Source::Repeats))
}

/// The scatter of the baseline while only choices change, all drift of the sweep included.
fn baseline(table: &Table) -> Option<(f64, f64, Source)> {
    let name = table.input.baseline.clone()?;
    let given: Vec<usize> = table.of_role(Role::Given).collect();
    let mut groups: BTreeMap<Vec<u32>, Vec<f64>> = BTreeMap::new();
    for cell in &table.cells {
        let setting = given.iter().filter_map(|at| cell.at.get(*at).copied()).collect();
        groups.entry(setting).or_default().extend(cell.baseline);
    }
    let freedom: f64 = groups.values().map(|g| (g.len() as f64 - 1.0).max(0.0)).sum();
    let squares: f64 = groups
        .values()
        .map(|g| {
            let center = mean(g);
            g.iter().map(|x| (x - center).powi(2)).sum::<f64>()
        })
        .sum();
    (freedom >= MIN_REPEATS).then(|| ((squares / freedom).sqrt(), freedom, Source::Baseline(name)))
}

/// What nine of ten measurements are off by at most, as far as their own runs show.
fn runs(table: &Table) -> Option<(f64, f64, Source)> {
    let rows = table.input.rows.iter();
    let mut spreads: Vec<f64> =
        rows.filter_map(|row| row.spread).filter(|s| s.is_finite()).collect();
    spreads.sort_by(f64::total_cmp);
    let at = (SPREAD_QUANTILE * spreads.len() as f64) as usize;
    let told = spreads.get(at).copied()?;
    (spreads.len() as f64 >= MIN_REPEATS).then_some((told, spreads.len() as f64, Source::Runs))
}

/// The least scatter of the differences of any name, at the upper end of its interval: what a name does to others adds to the
/// scatter, so it bounds the noise from above.
fn quietest(table: &Table) -> Option<(f64, f64, Source)> {
    let mut least: Option<(f64, f64, Source)> = None;
    for (at, factor) in table.factors().iter().enumerate() {
        let strata = strata(table, at);
        let (mut squares, mut freedom) = (0.0, 0.0);
        for a in 1..u32::try_from(factor.values.len()).unwrap_or(0) {
            // Neighbours are enough: every value is in a difference.
            let own = differences(table, &pairs(&strata, a - 1, a));
            if own.len() > 1 {
                squares += deviation(&own).powi(2) * (own.len() as f64 - 1.0);
                freedom += own.len() as f64 - 1.0;
            }
        }
        if freedom + 1.0 < MIN_SCATTER as f64 {
            continue;
        }
        // A difference has the noise of two measurements.
        let bound = (squares / 2.0 / chi_square_below(1.0 - SURE, freedom)).sqrt();
        if least.as_ref().is_none_or(|(known, _, _)| bound < *known) {
            least = Some((bound, freedom, Source::Quietest(factor.name.clone())));
        }
    }
    least
}
