//! What the values of a name do to the cost: pairs of values, values that are never best, steps.

use crate::compare::{Stratum, Test, differences, pairs, strata, test};
use crate::family::{Candidate, Draft};
use crate::noise::Noise;
use crate::stats::at_most;
use crate::table::{Role, Table};

/// Two values of a name, compared: the cost of `b` over that of `a`.
#[derive(Clone, Debug)]
pub(crate) struct Contrast {
    pub(crate) factor: usize,
    pub(crate) a: u32,
    pub(crate) b: u32,
    pub(crate) test: Test,
}

/// The strata of each name, made once.
pub(crate) struct Grouped(Vec<Vec<Stratum>>);

impl Grouped {
    pub(crate) fn new(table: &Table) -> Self {
        Self((0..table.factors().len()).map(|at| strata(table, at)).collect())
    }

    pub(crate) fn of(&self, factor: usize) -> &[Stratum] {
        self.0.get(factor).map_or(&[], Vec::as_slice)
    }
}

/// How many values a factor has.
pub(crate) fn size(table: &Table, factor: usize) -> u32 {
    table.factor(factor).map_or(0, |f| u32::try_from(f.values.len()).unwrap_or(u32::MAX))
}

/// All pairs of values of all names.
pub(crate) fn contrasts(table: &Table, grouped: &Grouped, noise: &Noise) -> Vec<Contrast> {
    let mut found = Vec::new();
    for factor in 0..table.factors().len() {
        let strata = grouped.of(factor);
        for a in 0..size(table, factor) {
            for b in a + 1..size(table, factor) {
                let own = differences(table, &pairs(strata, a, b));
                found.extend(test(&own, 2, noise).map(|test| Contrast { factor, a, b, test }));
            }
        }
    }
    found
}

/// How often a value is the best of its group.
#[derive(Clone, Debug)]
pub(crate) struct Wins {
    pub(crate) groups: usize,
    pub(crate) wins: usize,
    /// The chance of as few wins if the value did nothing.
    pub(crate) p: f64,
}

/// `None` when no group has the value and another one.
pub(crate) fn wins(table: &Table, strata: &[Stratum], value: u32) -> Option<Wins> {
    let (mut wins, mut chances) = (0, Vec::new());
    for stratum in strata {
        let Some((_, own)) = stratum.iter().find(|(v, _)| *v == value) else { continue };
        let own = table.log(*own);
        // A tie is a win: what is as good as the best is not beaten.
        let is_best = stratum.iter().all(|(_, cell)| own <= table.log(*cell));
        wins += usize::from(is_best);
        chances.push(1.0 / stratum.len() as f64);
    }
    let groups = chances.len();
    (groups > 0).then(|| Wins { groups, wins, p: at_most(wins, chances) })
}

/// The hypotheses about values: of each pair, of each value that may never be best, of each step.
pub(crate) fn candidates(
    table: &Table,
    grouped: &Grouped,
    contrasts: &[Contrast],
) -> Vec<Candidate> {
    let mut found: Vec<Candidate> = contrasts
        .iter()
        .map(|contrast| Candidate::new(contrast.test.p, Draft::Contrast(contrast.clone())))
        .collect();
    for factor in table.of_role(Role::Choice) {
        for value in 0..size(table, factor) {
            if let Some(wins) = wins(table, grouped.of(factor), value) {
                found.push(Candidate::new(wins.p, Draft::NeverBest { factor, value, wins }));
            }
        }
    }
    for factor in 0..table.factors().len() {
        let is_ordered = table.factor(factor).is_some_and(|f| f.numbers().is_some());
        if is_ordered && size(table, factor) > 2 {
            found.extend(steps(table, factor, contrasts));
        }
    }
    found
}

/// The contrast of two values of a name, as the cost of `b` over that of `a`.
pub(crate) fn between(contrasts: &[Contrast], factor: usize, a: u32, b: u32) -> Option<Contrast> {
    let (low, high) = (a.min(b), a.max(b));
    let found = contrasts.iter().find(|c| c.factor == factor && c.a == low && c.b == high)?;
    if a <= b {
        return Some(found.clone());
    }
    let Test { mean, range: [least, most], .. } = found.test;
    let test = Test { mean: -mean, range: [-most, -least], ..found.test };
    Some(Contrast { a, b, test, factor })
}

/// Whether all of these point one way, and the largest of their p-values: a claim about all of them at once.
fn all_one_way(parts: &[Contrast]) -> Option<(bool, f64)> {
    let rising = parts.first()?.test.mean > 0.0;
    let one_way = parts.iter().all(|c| (c.test.mean > 0.0) == rising);
    let p = parts.iter().map(|c| c.test.p).fold(0.0, f64::max);
    Some((rising, if one_way { p } else { 1.0 }))
}

/// Steps from value to value: one way all along, or one step with nothing before and behind it.
fn steps(table: &Table, factor: usize, contrasts: &[Contrast]) -> Vec<Candidate> {
    let last = size(table, factor) - 1;
    let mut found = Vec::new();
    let next: Option<Vec<Contrast>> =
        (0..last).map(|v| between(contrasts, factor, v, v + 1)).collect();
    if let Some((rising, p)) = next.as_deref().and_then(all_one_way) {
        found.push(Candidate::new(p, Draft::Monotone { factor, rising }));
    }
    for cut in 0..last {
        let across: Option<Vec<Contrast>> = (0..=cut)
            .flat_map(|a| (cut + 1..=last).map(move |b| (a, b)))
            .map(|(a, b)| between(contrasts, factor, a, b))
            .collect();
        let Some(across) = across else { continue };
        let Some((rising, p)) = all_one_way(&across) else { continue };
        let jump = across.iter().map(|c| c.test.mean.abs()).fold(f64::INFINITY, f64::min);
        // On each side nothing may differ by more than a third of the least step across.
        let within = |low: u32, high: u32| {
            (low..=high).all(|a| {
                (a + 1..=high).all(|b| {
                    between(contrasts, factor, a, b)
                        .is_some_and(|c| c.test.mean.abs() <= jump / 3.0)
                })
            })
        };
        let is_step = within(0, cut) && within(cut + 1, last);
        found.push(Candidate::new(
            if is_step { p } else { 1.0 },
            Draft::Threshold { factor, cut, rising },
        ));
    }
    found
}
