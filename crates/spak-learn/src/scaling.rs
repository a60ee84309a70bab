//! How cost grows with a given number: the exponent of a power law, config by config.

use std::collections::BTreeMap;

use crate::compare::{Test, strata, test};
use crate::family::{Candidate, Draft};
use crate::noise::Noise;
use crate::stats::mean;
use crate::table::{Role, Table};

/// Costs of one config at several values of a given number.
#[derive(Clone, Debug)]
pub(crate) struct Line {
    pub(crate) exponent: f64,
    /// Root mean square distance of the logarithms from the line.
    pub(crate) misfit: f64,
    pub(crate) cells: Vec<usize>,
}

/// A power law.
#[derive(Clone, Debug)]
pub(crate) struct Power {
    pub(crate) factor: usize,
    /// Of the exponents, one for each config.
    pub(crate) test: Test,
    pub(crate) misfit: f64,
}

/// The lines of a factor whose values are positive numbers.
pub(crate) fn lines(table: &Table, factor: usize) -> Vec<Line> {
    let Some(numbers) = table.factor(factor).and_then(|f| f.numbers()) else { return Vec::new() };
    if numbers.first().is_none_or(|least| *least <= 0.0) {
        return Vec::new();
    }
    let x = |value: u32| numbers.get(value as usize).map_or(0.0, |n| n.ln());
    let mut found = Vec::new();
    for stratum in strata(table, factor) {
        let points: Vec<(f64, f64)> =
            stratum.iter().map(|(value, cell)| (x(*value), table.log(*cell))).collect();
        let center = mean(&points.iter().map(|(x, _)| *x).collect::<Vec<_>>());
        let level = mean(&points.iter().map(|(_, y)| *y).collect::<Vec<_>>());
        let squares: f64 = points.iter().map(|(x, _)| (x - center).powi(2)).sum();
        if squares <= 0.0 {
            continue;
        }
        let exponent =
            points.iter().map(|(x, y)| (x - center) * (y - level)).sum::<f64>() / squares;
        let off: Vec<f64> =
            points.iter().map(|(x, y)| (y - level - exponent * (x - center)).powi(2)).collect();
        let cells = stratum.iter().map(|(_, cell)| *cell).collect();
        found.push(Line { exponent, misfit: mean(&off).sqrt(), cells });
    }
    found
}

/// The power law over all configs.
pub(crate) fn power(table: &Table, factor: usize, noise: &Noise) -> Option<Power> {
    let lines = lines(table, factor);
    let exponents: Vec<f64> = lines.iter().map(|line| line.exponent).collect();
    // An exponent has its own scale: what the noise makes of it depends on the span of the numbers.
    let numbers = table.factor(factor)?.numbers()?;
    let span = (numbers.last()? / numbers.first()?).ln();
    let own = Noise {
        deviation: noise.deviation / span,
        rounding: noise.rounding / span,
        ..noise.clone()
    };
    let test = test(&exponents, 2, &own)?;
    let misfit = lines.iter().map(|line| line.misfit).fold(0.0, f64::max);
    Some(Power { factor, test, misfit })
}

/// One hypothesis for each given number: that cost does not depend on it.
pub(crate) fn candidates(table: &Table, noise: &Noise) -> Vec<Candidate> {
    table
        .of_role(Role::Given)
        .filter_map(|factor| power(table, factor, noise))
        .map(|power| Candidate::new(power.test.p, Draft::Power(power)))
        .collect()
}

/// The lines nearest to the typical exponent, first.
pub(crate) fn typical(lines: Vec<Line>, exponent: f64) -> Vec<Line> {
    let mut keyed: BTreeMap<(u64, usize), Line> = BTreeMap::new();
    for (index, line) in lines.into_iter().enumerate() {
        let off = (line.exponent - exponent).abs();
        keyed.insert((off.to_bits(), index), line);
    }
    keyed.into_values().collect()
}
