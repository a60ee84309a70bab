//! Lists of configs: found when the parameters and the set of values agree on every architecture.

use std::collections::BTreeSet;

use super::report::{Lifted, Tuning as Said};
use super::truth::{Truth, Tuning};
use super::words::{Words, plain};

/// The architectures that a row about every architecture is compared on.
const ALL: [&str; 4] = ["sm_80", "sm_90", "sm_100", "sm_120"];

/// A row of the truth and what was found for it.
pub(crate) struct Scored<'t> {
    pub(crate) row: &'t Tuning,
    /// The conditions of the lists that agree, or none if an architecture has no such list.
    pub(crate) matched: Option<BTreeSet<String>>,
    /// The architectures without one.
    pub(crate) lacking: Vec<String>,
}

/// Compares every row of the truth with the lists of the report.
pub(crate) fn score<'t>(truth: &'t Truth, lifted: &Lifted, words: &Words) -> Vec<Scored<'t>> {
    truth.tuning.iter().map(|row| one(truth, row, lifted, words)).collect()
}

fn one<'t>(truth: &Truth, row: &'t Tuning, lifted: &Lifted, words: &Words) -> Scored<'t> {
    let names = truth.kernels.get(&row.kernel);
    let is_of_kernel = |said: &&Said| names.is_some_and(|names| names.contains(&said.kernel));
    let agreeing: Vec<&Said> = lifted
        .tuning
        .iter()
        .filter(is_of_kernel)
        .filter(|said| same_key(row, said) && same_values(row, said, words))
        .collect();
    let all: Vec<String> = ALL.map(str::to_owned).to_vec();
    let archs = if row.arch.is_empty() { &all } else { &row.arch };
    let mut matched = BTreeSet::new();
    let mut lacking = Vec::new();
    for arch in archs {
        match agreeing.iter().find(|said| said.arch.is_empty() || said.arch.contains(arch)) {
            Some(said) => {
                matched.insert(condition(&said.arch, said.key.as_deref(), &said.other));
            }
            None => lacking.push(arch.clone()),
        }
    }
    Scored { row, matched: lacking.is_empty().then_some(matched), lacking }
}

/// A condition for people.
pub(crate) fn condition(arch: &[String], key: Option<&str>, other: &str) -> String {
    let arch = if arch.is_empty() { "any architecture".to_owned() } else { arch.join(" ") };
    let key = key.map(|key| format!("key {key}"));
    let other = Some(other.to_owned()).filter(|other| !other.is_empty());
    [Some(arch), key, other].into_iter().flatten().collect::<Vec<_>>().join("; ")
}

/// Keys are compared only where both sides have one.
fn same_key(row: &Tuning, said: &Said) -> bool {
    let (truth, said) = (row.key.as_deref().map(plain), said.key.as_deref().map(plain));
    truth.zip(said).is_none_or(|(truth, said)| truth == said)
}

/// Whether both have the same parameters, and the same configs as sets.
fn same_values(row: &Tuning, said: &Said, words: &Words) -> bool {
    let column = |name: &String| said.parameters.iter().position(|p| plain(p) == plain(name));
    let columns: Option<Vec<usize>> = row.parameters.iter().map(column).collect();
    let Some(columns) = columns.filter(|c| c.len() == said.parameters.len()) else { return false };
    let same = |truth: &Vec<String>, said: &Vec<String>| {
        let pairs = truth.iter().zip(&columns).zip(&row.parameters);
        truth.len() == said.len()
            && pairs.into_iter().all(|((value, &column), name)| {
                said.get(column).is_some_and(|s| words.same_value(&plain(name), value, s))
            })
    };
    row.values.iter().all(|t| said.values.iter().any(|s| same(t, s)))
        && said.values.iter().all(|s| row.values.iter().any(|t| same(t, s)))
}
