//! The fewest rows that show a claim on their own.

use crate::compare::test;
use crate::family::LEVEL;
use crate::noise::Noise;
use crate::stats::median;
use crate::table::Table;

/// How many counter-examples are named; all are counted.
const MOST_COUNTER_EXAMPLES: usize = 6;

/// Groups of cells, each with its difference, nearest to the median difference first.
fn typical_first(mut groups: Vec<(f64, Vec<usize>)>) -> Vec<(f64, Vec<usize>)> {
    let center = median(&groups.iter().map(|(d, _)| *d).collect::<Vec<_>>());
    // Cells are in an order of their own, so that equal distances have one, too.
    groups.sort_by(|(a, own), (b, other)| {
        nanos(a - center).cmp(&nanos(b - center)).then(own.cmp(other))
    });
    groups
}

/// A distance in steps of 1e-9: the two in the middle are equally far from a median, whatever is rounded.
fn nanos(x: f64) -> u64 {
    (1e9 * x.abs()).round() as u64
}

/// The rows of the fewest typical groups whose mean differs from zero by themselves, at 5 %; all of them if it takes all.
pub(crate) fn of_differences(
    table: &Table,
    groups: Vec<(f64, Vec<usize>)>,
    terms: usize,
    noise: &Noise,
) -> Vec<String> {
    let groups = typical_first(groups);
    let differences: Vec<f64> = groups.iter().map(|(d, _)| *d).collect();
    let enough = (1..=differences.len()).find(|n| {
        let first = differences.get(..*n).unwrap_or_default();
        test(first, terms, noise).is_some_and(|t| t.p < LEVEL)
    });
    let taken = groups.iter().take(enough.unwrap_or(groups.len()));
    ids(table, taken.flat_map(|(_, cells)| cells.iter().copied()))
}

/// Names of rows, each once, in the order given.
pub(crate) fn ids(table: &Table, cells: impl IntoIterator<Item = usize>) -> Vec<String> {
    let mut ids: Vec<String> = Vec::new();
    for cell in cells {
        let id = table.id(cell);
        if !ids.contains(&id) {
            ids.push(id);
        }
    }
    ids
}

/// How many differences go the other way than `mean`, and the rows of those that do so farthest.
pub(crate) fn against(
    table: &Table,
    mut groups: Vec<(f64, Vec<usize>)>,
    mean: f64,
) -> (usize, Vec<String>) {
    groups.retain(|(d, _)| d * mean < 0.0);
    groups.sort_by(|(a, own), (b, other)| b.abs().total_cmp(&a.abs()).then(own.cmp(other)));
    let count = groups.len();
    let named = groups.into_iter().take(MOST_COUNTER_EXAMPLES).flat_map(|(_, cells)| cells);
    (count, ids(table, named))
}
