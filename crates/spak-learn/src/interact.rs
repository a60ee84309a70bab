//! Dependences: the difference between two values of a name, at two values of another one.

use std::collections::BTreeMap;

use crate::compare::{Test, test};
use crate::family::{Candidate, Draft};
use crate::noise::Noise;
use crate::table::Table;
use crate::values::size;

/// More combinations of values than this of one pair of names are not looked at.
const MOST_COMBINATIONS: u64 = 1 << 20;
/// A dependence that changes no best value is worth telling from this ratio on.
pub(crate) const LEAST_DEPENDENCE: f64 = 1.1;
/// A best value that changes is told when both sides gain at least this.
pub(crate) const LEAST_GAIN: f64 = 1.01;

/// Four cells that differ in two names only: `a` and `b` of the one at each of two values of the other.
pub(crate) type Square = [usize; 4];

/// Two values of a name at two values of another one.
#[derive(Clone, Debug)]
pub(crate) struct Dependence {
    pub(crate) factor: usize,
    pub(crate) values: [u32; 2],
    pub(crate) by: usize,
    pub(crate) at: [u32; 2],
    /// Cost of the second value over the first, at each of the two.
    pub(crate) tests: [Test; 2],
    /// The difference of these.
    pub(crate) between: Test,
}

impl Dependence {
    /// Whether the first value is better at the first and the second at the second, worth telling.
    pub(crate) fn crosses(&self) -> bool {
        let least = LEAST_GAIN.ln();
        let [first, second] = self.tests;
        first.mean >= least && second.mean <= -least
    }

    /// The same with both values and both places turned round: it says the same.
    fn reversed(&self) -> Self {
        let [a, b] = self.values;
        let [low, high] = self.at;
        let [first, second] = self.tests;
        let negative = |t: Test| {
            let [least, most] = t.range;
            Test { mean: -t.mean, range: [-most, -least], ..t }
        };
        Self {
            values: [b, a],
            at: [high, low],
            tests: [negative(second), negative(first)],
            ..self.clone()
        }
    }
}

/// Cells by what else they have, then by the values of the two names.
type Rest = BTreeMap<Vec<u32>, BTreeMap<(u32, u32), usize>>;

fn rest(table: &Table, factor: usize, by: usize) -> Rest {
    let mut rest: Rest = BTreeMap::new();
    for (index, cell) in table.cells.iter().enumerate() {
        let (Some(x), Some(y)) = (cell.at.get(factor), cell.at.get(by)) else { continue };
        let others = cell.at.iter().enumerate().filter(|(at, _)| *at != factor && *at != by);
        rest.entry(others.map(|(_, v)| *v).collect()).or_default().insert((*x, *y), index);
    }
    rest
}

/// The squares of two values at two values.
pub(crate) fn squares(
    table: &Table,
    factor: usize,
    [a, b]: [u32; 2],
    by: usize,
    [low, high]: [u32; 2],
) -> Vec<Square> {
    let corners = [(a, low), (b, low), (a, high), (b, high)];
    rest(table, factor, by)
        .values()
        .filter_map(|own| {
            let [w, x, y, z] = corners.map(|corner| own.get(&corner).copied());
            Some([w?, x?, y?, z?])
        })
        .collect()
}

fn judged(table: &Table, squares: &[Square], noise: &Noise) -> Option<([Test; 2], Test)> {
    let log = |cell: usize| table.log(cell);
    let low: Vec<f64> = squares.iter().map(|[a, b, _, _]| log(*b) - log(*a)).collect();
    let high: Vec<f64> = squares.iter().map(|[_, _, a, b]| log(*b) - log(*a)).collect();
    let both: Vec<f64> = high.iter().zip(&low).map(|(h, l)| h - l).collect();
    Some(([test(&low, 2, noise)?, test(&high, 2, noise)?], test(&both, 4, noise)?))
}

/// One dependence, whatever it shows; `None` when there are too few squares.
pub(crate) fn of(
    table: &Table,
    factor: usize,
    values: [u32; 2],
    by: usize,
    at: [u32; 2],
    noise: &Noise,
) -> Option<Dependence> {
    let squares = squares(table, factor, values, by, at);
    let (tests, between) = judged(table, &squares, noise)?;
    Some(Dependence { factor, values, by, at, tests, between })
}

/// The hypotheses about all pairs of names: of each square of values one that the difference changes, and for each of the two
/// names one that its best value does.
pub(crate) fn candidates(table: &Table, noise: &Noise) -> Vec<Candidate> {
    let mut found = Vec::new();
    let count = table.factors().len();
    for factor in 0..count {
        for by in factor + 1..count {
            let choose = |n: u32| u64::from(n) * u64::from(n.saturating_sub(1)) / 2;
            if choose(size(table, factor)) * choose(size(table, by)) > MOST_COMBINATIONS {
                continue;
            }
            of_pair(table, factor, by, noise, &mut found);
        }
    }
    found
}

fn of_pair(table: &Table, factor: usize, by: usize, noise: &Noise, found: &mut Vec<Candidate>) {
    let mut all: BTreeMap<([u32; 2], [u32; 2]), Vec<Square>> = BTreeMap::new();
    for own in rest(table, factor, by).values() {
        // Rows of the plane with their values of the first name.
        let mut rows: BTreeMap<u32, Vec<(u32, usize)>> = BTreeMap::new();
        for ((x, y), cell) in own {
            rows.entry(*y).or_default().push((*x, *cell));
        }
        let rows: Vec<(u32, Vec<(u32, usize)>)> = rows.into_iter().collect();
        for (i, (low, below)) in rows.iter().enumerate() {
            for (high, above) in rows.iter().skip(i + 1) {
                let common: Vec<(u32, usize, usize)> = below
                    .iter()
                    .filter_map(|(x, cell)| {
                        let at = above.binary_search_by_key(x, |(x, _)| *x).ok()?;
                        Some((*x, *cell, above.get(at)?.1))
                    })
                    .collect();
                for (j, (a, a_low, a_high)) in common.iter().enumerate() {
                    for (b, b_low, b_high) in common.iter().skip(j + 1) {
                        let square = [*a_low, *b_low, *a_high, *b_high];
                        all.entry(([*a, *b], [*low, *high])).or_default().push(square);
                    }
                }
            }
        }
    }
    for ((values, at), squares) in all {
        let Some((tests, between)) = judged(table, &squares, noise) else { continue };
        let own = Dependence { factor, values, by, at, tests, between };
        found.push(Candidate::new(between.p, Draft::Dependence(own.clone())));
        // The same squares with the two names changed round.
        let turned: Vec<Square> = squares.iter().map(|[a, b, c, d]| [*a, *c, *b, *d]).collect();
        let turned = judged(table, &turned, noise).map(|(tests, between)| Dependence {
            factor: by,
            values: at,
            by: factor,
            at: values,
            tests,
            between,
        });
        // That a best value changes needs both sides, and the difference.
        for one in [Some(own), turned].into_iter().flatten() {
            let one = if one.reversed().crosses() { one.reversed() } else { one };
            let [first, second] = one.tests;
            let p = if one.crosses() { first.p.max(second.p).max(between.p) } else { 1.0 };
            found.push(Candidate::new(p, Draft::Crossing(one)));
        }
    }
}
