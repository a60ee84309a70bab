//! What was refused: above a product of numbers, or with one or two values.

use std::collections::BTreeMap;

use crate::family::{Candidate, Draft};
use crate::table::{Refusal, Table};

/// The fewest refused configs behind a claim.
pub const MIN_REFUSED: usize = 3;
/// Products of at most so many names are looked at.
const MOST_NAMES: usize = 3;

/// A region in which everything was refused.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Refusing {
    /// The product of these factors, the largest accepted one and the smallest refused one above it.
    Above { factors: Vec<usize>, accepted: f64, refused: f64, configs: usize },
    /// These values.
    With { region: Vec<(usize, u32)>, configs: usize },
}

/// The product of a config's numbers.
pub(crate) fn product(table: &Table, factors: &[usize], at: &[u32]) -> Option<f64> {
    factors.iter().try_fold(1.0, |product, factor| {
        let value = table.value(*factor, *at.get(*factor)?)?.as_float()?;
        Some(product * value)
    })
}

/// The chance that all of `inside` configs are among the refused ones, if refusal chose configs at random.
fn chance(inside: usize, refused: usize, all: usize) -> f64 {
    (0..inside)
        .map(|i| (refused.saturating_sub(i)) as f64 / (all.saturating_sub(i)).max(1) as f64)
        .product()
}

/// The configs that a region refuses.
pub(crate) fn refused_by<'t>(table: &'t Table, refusing: &Refusing) -> Vec<&'t Refusal> {
    table
        .refused
        .iter()
        .filter(|r| match refusing {
            Refusing::Above { factors, accepted, .. } => {
                product(table, factors, &r.at).is_some_and(|x| x > *accepted)
            }
            Refusing::With { region, .. } => {
                region.iter().all(|(factor, value)| r.at.get(*factor) == Some(value))
            }
        })
        .collect()
}

/// The hypotheses about what is refused.
pub(crate) fn candidates(table: &Table) -> Vec<Candidate> {
    if table.refused.len() < MIN_REFUSED {
        return Vec::new();
    }
    let mut found = above(table);
    found.extend(with(table));
    found
}

fn above(table: &Table) -> Vec<Candidate> {
    let numeric: Vec<usize> = (0..table.factors().len())
        .filter(|at| {
            let numbers = table.factor(*at).and_then(|f| f.numbers());
            numbers.is_some_and(|n| n.len() > 1 && n.first().is_some_and(|least| *least >= 0.0))
        })
        .collect();
    let mut found = Vec::new();
    let all = table.cells.len() + table.refused.len();
    for factors in subsets(&numeric, MOST_NAMES) {
        let accepted =
            table.cells.iter().filter_map(|c| product(table, &factors, &c.at)).fold(0.0, f64::max);
        let beyond: Vec<f64> = table
            .refused
            .iter()
            .filter_map(|r| product(table, &factors, &r.at))
            .filter(|x| *x > accepted)
            .collect();
        let configs = beyond.len();
        let refused = beyond.into_iter().fold(f64::INFINITY, f64::min);
        let p = match configs {
            n if n < MIN_REFUSED => 1.0,
            n => chance(n, table.refused.len(), all),
        };
        let refusing = Refusing::Above { factors, accepted, refused, configs };
        found.push(Candidate::new(p, Draft::Refusing(refusing)));
    }
    found
}

fn with(table: &Table) -> Vec<Candidate> {
    let mut counts: BTreeMap<Vec<(usize, u32)>, [usize; 2]> = BTreeMap::new();
    let configs = table.cells.iter().map(|c| (&c.at, 0));
    for (at, which) in configs.chain(table.refused.iter().map(|r| (&r.at, 1))) {
        let terms: Vec<(usize, u32)> = at.iter().copied().enumerate().collect();
        for (index, term) in terms.iter().enumerate() {
            let mut count = |region: Vec<(usize, u32)>| {
                if let Some(slot) = counts.entry(region).or_default().get_mut(which) {
                    *slot += 1;
                }
            };
            count(vec![*term]);
            for other in terms.iter().skip(index + 1) {
                count(vec![*term, *other]);
            }
        }
    }
    let all = table.cells.len() + table.refused.len();
    counts
        .into_iter()
        .map(|(region, [accepted, refused])| {
            let p = match accepted {
                0 if refused >= MIN_REFUSED => chance(refused, table.refused.len(), all),
                _ => 1.0,
            };
            let refusing = Refusing::With { region, configs: refused };
            Candidate::new(p, Draft::Refusing(refusing))
        })
        .collect()
}

/// All subsets of one to `most` of them, small ones first.
fn subsets(of: &[usize], most: usize) -> Vec<Vec<usize>> {
    let mut found: Vec<Vec<usize>> = of.iter().map(|one| vec![*one]).collect();
    let mut begin = 0;
    for _ in 1..most {
        let end = found.len();
        for index in begin..end {
            let Some(known) = found.get(index).cloned() else { continue };
            let larger = of.iter().filter(|one| known.last().is_none_or(|last| *one > last));
            found.extend(larger.map(|one| known.iter().copied().chain([*one]).collect()));
        }
        begin = end;
    }
    found
}

/// Keeps those that no other one implies: of the same refusals the one with the fewest names, and of several the one that
/// explains the most.
pub(crate) fn strongest(table: &Table, mut found: Vec<(f64, Refusing)>) -> Vec<(f64, Refusing)> {
    let names = |r: &Refusing| match r {
        Refusing::Above { factors, .. } => factors.len(),
        Refusing::With { region, .. } => region.len(),
    };
    let configs = |r: &Refusing| match r {
        Refusing::Above { configs, .. } | Refusing::With { configs, .. } => *configs,
    };
    found.sort_by(|(_, a), (_, b)| configs(b).cmp(&configs(a)).then(names(a).cmp(&names(b))));
    let mut told: Vec<String> = Vec::new();
    found.retain(|(_, refusing)| {
        let own: Vec<String> = refused_by(table, refusing).iter().map(|r| r.id.clone()).collect();
        let is_new = own.iter().any(|id| !told.contains(id));
        told.extend(own);
        is_new
    });
    found
}
