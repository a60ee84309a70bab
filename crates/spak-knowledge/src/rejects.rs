//! Values and pairs of values with which nothing was ever accepted, always for the same reason.

use std::collections::BTreeMap;

use spak_records::{Config, Outcome, Problem, Rejection, Trial, Value};

use crate::finding::Finding;
use crate::wording::literal;

/// The fewest rejected configs before a region is called bad.
pub const MIN_REJECTED: usize = 2;

/// A region: names and literals.
type Region = Vec<(String, String)>;

/// The smallest regions in which every tried config was rejected for one reason.
///
/// To blame a value and not what happened to go with it, some rejected config must have an accepted
/// neighbour that differs in that value alone; for a pair of values, one for each of the two.
pub(crate) fn rejections(trials: &[Trial], problem: &Problem) -> Vec<Finding> {
    let mut configs: BTreeMap<&str, Tried<'_>> = BTreeMap::new();
    for trial in trials.iter().filter(|t| t.problem == *problem) {
        let rejection = match &trial.outcome {
            Outcome::Measured(_) => None,
            Outcome::Rejected(r) => Some(r),
        };
        configs
            .entry(trial.config_id.as_str())
            .and_modify(|known| {
                // Accepted once is accepted; a crash that does not repeat blames no value.
                if rejection.is_none() {
                    known.rejection = None;
                }
            })
            .or_insert_with(|| Tried::new(&trial.config, rejection));
    }
    let (rejected, accepted): (Vec<Tried<'_>>, Vec<Tried<'_>>) =
        configs.into_values().partition(|t| t.rejection.is_some());
    let mut found: Vec<(Region, Finding)> = Vec::new();
    for size in [1, 2] {
        for region in regions(&rejected, size) {
            let implied = |(smaller, _): &(Region, Finding)| {
                smaller.len() < region.len() && smaller.iter().all(|t| region.contains(t))
            };
            if found.iter().any(implied) {
                continue;
            }
            let told: Vec<&Region> = found.iter().map(|(region, _)| region).collect();
            if let Some(finding) = judge(&region, &told, &rejected, &accepted) {
                found.push((region, finding));
            }
        }
    }
    found.into_iter().map(|(_, finding)| finding).collect()
}

/// A config that was tried.
struct Tried<'a> {
    config: &'a Config,
    keys: BTreeMap<&'a str, String>,
    rejection: Option<&'a Rejection>,
}

impl<'a> Tried<'a> {
    fn new(config: &'a Config, rejection: Option<&'a Rejection>) -> Self {
        let keys = config.0.iter().map(|(n, v)| (n.as_str(), literal(v))).collect();
        Self { config, keys, rejection }
    }

    fn is_in(&self, region: &Region) -> bool {
        region.iter().all(|(n, v)| self.keys.get(n.as_str()) == Some(v))
    }

    fn differs_only_in(&self, other: &Self, name: &str) -> bool {
        self.keys.len() == other.keys.len()
            && self.keys.iter().all(|(n, v)| (other.keys.get(n) == Some(v)) != (*n == name))
    }

    fn value(&self, name: &str) -> Option<Value> {
        self.config.get(name).cloned()
    }
}

/// All values, or pairs of values, that occur in enough rejected configs; in order of their names.
fn regions(rejected: &[Tried<'_>], size: usize) -> Vec<Region> {
    let mut counts: BTreeMap<Region, usize> = BTreeMap::new();
    for tried in rejected {
        for (i, (name, value)) in tried.keys.iter().enumerate() {
            let first = ((*name).to_owned(), value.clone());
            if size == 1 {
                *counts.entry(vec![first]).or_default() += 1;
                continue;
            }
            for (other, value) in tried.keys.iter().skip(i + 1) {
                let region = vec![first.clone(), ((*other).to_owned(), value.clone())];
                *counts.entry(region).or_default() += 1;
            }
        }
    }
    counts.into_iter().filter(|(_, n)| *n >= MIN_REJECTED).map(|(region, _)| region).collect()
}

/// `told` are regions that explain the rejection of what lies in them.
fn judge(
    region: &Region,
    told: &[&Region],
    rejected: &[Tried<'_>],
    accepted: &[Tried<'_>],
) -> Option<Finding> {
    if accepted.iter().any(|t| t.is_in(region)) {
        return None;
    }
    let inside: Vec<&Tried<'_>> = rejected
        .iter()
        .filter(|t| t.is_in(region) && !told.iter().any(|smaller| t.is_in(smaller)))
        .collect();
    if inside.len() < MIN_REJECTED {
        return None;
    }
    let first = inside.first()?;
    let cause = first.rejection?;
    let same = |t: &&Tried<'_>| {
        t.rejection.is_some_and(|r| r.stage == cause.stage && r.reason == cause.reason)
    };
    if !inside.iter().all(same) {
        return None;
    }
    let has_witness =
        |name: &str, t: &Tried<'_>| accepted.iter().any(|a| t.differs_only_in(a, name));
    if !region.iter().all(|(name, _)| inside.iter().any(|t| has_witness(name, t))) {
        return None;
    }
    let witnesses =
        inside.iter().filter(|t| region.iter().any(|(name, _)| has_witness(name, t))).count();
    Some(Finding::Rejected {
        region: region
            .iter()
            .filter_map(|(name, _)| Some((name.clone(), first.value(name)?)))
            .collect(),
        stage: cause.stage,
        reason: cause.reason.clone(),
        configs: inside.len(),
        witnesses,
    })
}
