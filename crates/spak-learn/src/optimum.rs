//! The best row of each setting of what is given, and what cannot be told from it.

use std::collections::BTreeMap;

use spak_records::{Config, Value};

use crate::family::LEVEL;
use crate::finding::Optimum;
use crate::noise::Noise;
use crate::stats::critical;
use crate::table::{Cell, Goal, Role, Table};

/// Cells by the values of what is given.
pub(crate) fn settings(table: &Table) -> BTreeMap<Vec<u32>, Vec<usize>> {
    let given: Vec<usize> = table.of_role(Role::Given).collect();
    let mut settings: BTreeMap<Vec<u32>, Vec<usize>> = BTreeMap::new();
    for (index, cell) in table.cells.iter().enumerate() {
        let setting = given.iter().filter_map(|at| cell.at.get(*at).copied()).collect();
        settings.entry(setting).or_default().push(index);
    }
    settings
}

/// Values of a cell by name, of one role.
pub(crate) fn named(table: &Table, cell: &Cell, role: Role) -> Vec<(String, Value)> {
    table
        .of_role(role)
        .filter_map(|at| {
            let value = table.value(at, *cell.at.get(at)?)?;
            Some((table.factor(at)?.name.clone(), value.clone()))
        })
        .collect()
}

pub(crate) fn optima(table: &Table, noise: &Noise) -> Vec<Optimum> {
    settings(table).into_values().filter_map(|cells| optimum(table, noise, cells)).collect()
}

fn optimum(table: &Table, noise: &Noise, mut cells: Vec<usize>) -> Option<Optimum> {
    cells.sort_by(|a, b| table.log(*a).total_cmp(&table.log(*b)).then(a.cmp(b)));
    let best = table.cells.get(*cells.first()?)?;
    // All of them at once: the best one is among those that had luck.
    let reach = critical(LEVEL / cells.len() as f64, noise.freedom);
    let deviation = |cell: &Cell| noise.deviation / (cell.runs as f64).sqrt();
    let told = |cell: &&Cell| cell.log - best.log > reach * deviation(cell).hypot(deviation(best));
    let others: Vec<&Cell> = cells.iter().skip(1).filter_map(|at| table.cells.get(*at)).collect();
    let first_told = others.iter().copied().find(|cell| told(cell));
    let equal: Vec<&Cell> = others.iter().copied().filter(|cell| !told(cell)).collect();
    let half = reach * deviation(best);
    let value = |log: f64| match table.goal() {
        Goal::Less => log.exp(),
        Goal::More => (-log).exp(),
    };
    let [low, high] = [value(best.log - half), value(best.log + half)];
    let config = named(table, best, Role::Choice);
    let equal_values = config
        .iter()
        .filter_map(|(name, own)| {
            let mut values: Vec<Value> = Vec::new();
            for cell in &equal {
                let others = named(table, cell, Role::Choice);
                let other = others.into_iter().find(|(n, _)| n == name).map(|(_, v)| v);
                values.extend(other.filter(|v| v != own && !values.contains(v)));
            }
            (!values.is_empty()).then(|| (name.clone(), values))
        })
        .collect();
    Some(Optimum {
        setting: named(table, best, Role::Given),
        config: Config(config.into_iter().collect()),
        id: best.id.clone(),
        value: value(best.log),
        interval: [low.min(high), low.max(high)],
        measured: cells.len(),
        equal: equal.iter().map(|cell| cell.id.clone()).collect(),
        equal_values,
        witness: std::iter::once(best).chain(first_told).map(|c| c.id.clone()).collect(),
    })
}
