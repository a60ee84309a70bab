//! What rules are worth to a search: recorded trials are searched again with and without each.

mod designs;
mod tables;

use std::collections::{BTreeMap, BTreeSet};

use spak_loop::{Dimension, Guidance};
use spak_records::worth_report::{RuleWorth, WorthReport};
use spak_records::{Config, ContentHash, Value};
use spak_search::replay::{Horizon, Recording, Row, replay_within};
use spak_search::search::{Limits, Stop};
use spak_search::space::Domain;
use spak_search::strategies::Method;
use spak_search::strategies::seeded::Knowledge;

pub(crate) use designs::of_design;
pub(crate) use tables::of_table;

/// A search is over when its best is within this part of the best that is recorded.
const NEAR: f64 = 0.02;
/// Searches with different chances for each set of rules and each record.
const SEARCHES: u64 = 64;
/// Trials that lean on what is known, and others, before the two are compared: as in the loop.
const TRUST: usize = 6;
/// The most configs of a record: searching again takes time that grows with their square.
const MOST_CONFIGS: usize = 20_000;
/// Configs whose neighbours are looked at.
const MOST_LOOKED_AT: usize = 200;
/// A record that has less than this part of its configs' neighbours says nothing of a search: most of what the search would
/// try is not in it, and what is was tried because it looked good.
const LEAST_COVERED: f64 = 0.3;

/// What rules have to be worth.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Threshold {
    /// Trials that a search is shorter by.
    pub(crate) saved: f64,
    /// The part of the best speed that may be lost.
    pub(crate) lost: f64,
}

/// Configs with their times, as they were recorded on one problem.
pub(crate) struct Recorded {
    dimensions: Vec<Dimension>,
    configs: Vec<Config>,
    /// Nanoseconds; `None` for what was rejected.
    times: BTreeMap<ContentHash, Option<f64>>,
}

/// How a search is led by a set of rules.
#[derive(PartialEq)]
pub(crate) struct Led {
    guidance: Guidance,
    /// Recorded configs that they exclude.
    excluded: BTreeSet<ContentHash>,
}

/// How a set of rules, by their places, leads a search of the record at a place.
type Lead<'a> = dyn FnMut(usize, &dyn Fn(usize) -> bool) -> Led + 'a;

impl Recorded {
    /// What is recorded, of the configs that have a value of each dimension; `None` if fewer than two were accepted, or they
    /// are too many to be searched again.
    pub(crate) fn new(
        dimensions: Vec<Dimension>,
        rows: impl Iterator<Item = (Config, Option<f64>)>,
    ) -> Option<Self> {
        let (mut configs, mut times) = (Vec::new(), BTreeMap::new());
        for (config, time) in rows {
            let is_whole = config.0.len() == dimensions.len()
                && dimensions
                    .iter()
                    .all(|d| config.get(&d.name).is_some_and(|v| d.values.contains(v)));
            if is_whole && !times.contains_key(&config.id()) {
                times.insert(config.id(), time.filter(|t| t.is_finite() && *t > 0.0));
                configs.push(config);
            }
        }
        let accepted = times.values().flatten().count();
        (accepted > 1 && configs.len() <= MOST_CONFIGS).then_some(Self {
            dimensions,
            configs,
            times,
        })
    }

    fn time(&self, config: &Config) -> Option<f64> {
        self.times.get(&config.id()).copied().flatten()
    }

    /// The time of the fastest that is not excluded.
    fn best(&self, excluded: &BTreeSet<ContentHash>) -> Option<f64> {
        let left = self.configs.iter().filter(|config| !excluded.contains(&config.id()));
        left.filter_map(|config| self.time(config)).min_by(f64::total_cmp)
    }

    /// Trials until a config near the best of all is found, for each chance; all there are where it is not found.
    fn trials(&self, led: &Led) -> Vec<f64> {
        let all = self.configs.len() as f64;
        let nothing = || vec![all; usize::try_from(SEARCHES).unwrap_or_default()];
        let (Some(recording), Some(best)) = (self.recording(led), self.best(&BTreeSet::new()))
        else {
            return nothing();
        };
        let knowledge = self.knowledge(&led.guidance);
        let is_empty = knowledge == Knowledge { trust: TRUST, ..Knowledge::default() };
        let plain = Method::default();
        let method = match is_empty {
            true => plain,
            false => Method::Seeded(knowledge, Box::new(plain)),
        };
        let limits = Limits { target: Some(best * (1.0 + NEAR)), ..Limits::default() };
        let horizon = Horizon { trials: self.configs.len() as u64, seconds: 0.0 };
        let one = |seed| {
            let (run, stop) = replay_within(&recording, method.start(), seed, horizon, limits);
            if stop == Some(Stop::Target) { run.rows.len() as f64 } else { all }
        };
        (0..SEARCHES).map(one).collect()
    }

    /// What may be tried, for the strategies.
    fn recording(&self, led: &Led) -> Option<Recording> {
        let domains = self.dimensions.iter().map(|dimension| {
            let numbers: Option<Vec<f64>> = dimension.values.iter().map(Value::as_float).collect();
            let ordered = numbers.is_some_and(|n| n.is_sorted() || n.iter().rev().is_sorted());
            Domain { size: u32::try_from(dimension.values.len()).unwrap_or(u32::MAX), ordered }
        });
        let left = self.configs.iter().filter(|config| !led.excluded.contains(&config.id()));
        let rows = left.filter_map(|config| {
            Some(Row { point: self.point(config)?, value: self.time(config), seconds: 1.0 })
        });
        Recording::new(domains.collect(), rows.collect()).ok()
    }

    /// A config, whole or not, as the indices of its values; what it does not name has its first one.
    fn point(&self, config: &Config) -> Option<Vec<u32>> {
        let index = |dimension: &Dimension| match config.get(&dimension.name) {
            Some(value) => self.index(dimension, value),
            None => Some(0),
        };
        self.dimensions.iter().map(index).collect()
    }

    fn index(&self, dimension: &Dimension, value: &Value) -> Option<u32> {
        u32::try_from(dimension.values.iter().position(|v| v == value)?).ok()
    }

    fn knowledge(&self, guidance: &Guidance) -> Knowledge {
        let at = |name: &str, value: &Value| {
            let place = self.dimensions.iter().position(|d| d.name == name)?;
            Some((place, self.index(self.dimensions.get(place)?, value)?))
        };
        // What is recommended for some names only is where a search leans to, not a point of its own. An order of all values
        // leans nowhere but to its first.
        let recommended = || guidance.recommended.iter().flat_map(|one| &one.config.0);
        let open =
            guidance.preferred.iter().filter(|(n, _)| recommended().all(|(own, _)| own != *n));
        let first = open.filter_map(|(name, values)| Some((name, values.first()?)));
        let leaning = recommended().chain(first).filter_map(|(name, value)| at(name, value));
        Knowledge { preferred: leaning.collect(), trust: TRUST, ..Knowledge::default() }
    }

    /// Of the configs that differ from a recorded one in one value, and that may be tried, the part that is recorded.
    fn covered(&self, may_be_tried: &dyn Fn(&Config) -> bool) -> f64 {
        let (mut all, mut recorded) = (0_usize, 0_usize);
        for other in self.neighbours() {
            let is_recorded = self.times.contains_key(&other.id());
            recorded += usize::from(is_recorded);
            all += usize::from(is_recorded || may_be_tried(&other));
        }
        if all == 0 { 1.0 } else { recorded as f64 / all as f64 }
    }

    /// Configs that differ from one of the first recorded ones in one value.
    fn neighbours(&self) -> Vec<Config> {
        let mut all = Vec::new();
        for config in self.configs.iter().take(MOST_LOOKED_AT) {
            for dimension in &self.dimensions {
                let own = config.get(&dimension.name);
                all.extend(dimension.values.iter().filter(|value| own != Some(*value)).map(
                    |value| {
                        let mut other = config.clone();
                        other.0.insert(dimension.name.clone(), value.clone());
                        other
                    },
                ));
            }
        }
        all
    }
}

/// What `rules` are worth on several records of the same space (settings of what is given); `lead` says how a set of them,
/// by their places, leads a search of the record at a place, and `may_be_tried` whether a config is one of the space.
pub(crate) fn worth(
    records: &[Recorded],
    rules: &[String],
    may_be_tried: &dyn Fn(&Config) -> bool,
    lead: &mut Lead<'_>,
) -> WorthReport {
    let covered = records.iter().map(|record| record.covered(may_be_tried));
    let covered = covered.fold(1.0, f64::min);
    let mut searches = 0;
    let mut of = |follows: &dyn Fn(usize) -> bool| -> Vec<f64> {
        let mut trials = Vec::new();
        for (at, record) in records.iter().enumerate() {
            let led = lead(at, follows);
            trials.extend(record.trials(&led));
        }
        searches += trials.len();
        trials
    };
    let none = of(&|_| false);
    let all = of(&|_| true);
    let alone: Vec<Vec<f64>> = (0..rules.len()).map(|own| of(&|rule| rule == own)).collect();
    let without: Vec<Vec<f64>> = (0..rules.len()).map(|own| of(&|rule| rule != own)).collect();
    let lost = |own: usize, lead: &mut Lead<'_>| {
        let parts = records.iter().enumerate().map(|(at, record)| {
            let led = lead(at, &|rule| rule == own);
            match (record.best(&BTreeSet::new()), record.best(&led.excluded)) {
                (Some(best), Some(left)) => 1.0 - best / left,
                _ => 1.0,
            }
        });
        parts.fold(0.0, f64::max)
    };
    // One that leads nowhere on these records has no worth here, great or small.
    let says = |own: usize, lead: &mut Lead<'_>| {
        (0..records.len()).any(|at| {
            lead(at, &|rule| rule == own) != lead(at, &|_| false)
                || lead(at, &|rule| rule != own) != lead(at, &|_| true)
        })
    };
    let mut measured = Vec::new();
    for (at, name) in rules.iter().enumerate() {
        if !says(at, lead) {
            continue;
        }
        let saved = |longer: Option<&Vec<f64>>, shorter: Option<&Vec<f64>>| {
            let (longer, shorter) = (longer.map_or(&[][..], |v| v), shorter.map_or(&[][..], |v| v));
            let saved: Vec<f64> = longer.iter().zip(shorter).map(|(a, b)| a - b).collect();
            (mean(&saved), error(&saved))
        };
        let (beside, beside_error) = saved(without.get(at), Some(&all));
        let (by_itself, alone_error) = saved(Some(&none), alone.get(at));
        measured.push(RuleWorth {
            rule: name.clone(),
            saved_beside: beside,
            saved_beside_error: beside_error,
            saved_alone: by_itself,
            saved_alone_error: alone_error,
            lost: lost(at, lead),
            kept: true,
        });
    }
    WorthReport {
        workload: None,
        configs: records.iter().map(|record| record.configs.len() as u64).sum(),
        searches: searches as u64,
        covered,
        decides: true,
        trials_without_rules: mean(&none),
        trials_with_all: mean(&all),
        rules: measured,
    }
}

/// Says of each rule whether it is worth keeping: it goes when it saves clearly less than it has to, or loses too much. A
/// record with gaps decides nothing.
pub(crate) fn decide(report: &mut WorthReport, threshold: Threshold) {
    report.decides = report.covered >= LEAST_COVERED;
    let decides = report.decides;
    for rule in &mut report.rules {
        // Twice the standard error: chance takes no rule away.
        let beside = rule.saved_beside + 2.0 * rule.saved_beside_error;
        let alone = rule.saved_alone + 2.0 * rule.saved_alone_error;
        let is_worth_it = beside.max(alone) >= threshold.saved && rule.lost <= threshold.lost;
        rule.kept = is_worth_it || !decides;
    }
}

/// The figures of a rule in words.
pub(crate) fn figures(rule: &RuleWorth, report: &WorthReport) -> String {
    format!(
        "saves {:.1} of {:.1} trials alone and {:.1} beside the others, loses {:.1} % of the best; {} searches of {} recorded configs",
        rule.saved_alone,
        report.trials_without_rules,
        rule.saved_beside,
        100.0 * rule.lost,
        report.searches,
        report.configs
    )
}

fn mean(all: &[f64]) -> f64 {
    if all.is_empty() { 0.0 } else { all.iter().sum::<f64>() / all.len() as f64 }
}

/// Standard error of the mean.
fn error(all: &[f64]) -> f64 {
    let n = all.len() as f64;
    if n < 2.0 {
        return 0.0;
    }
    let center = mean(all);
    (all.iter().map(|x| (x - center).powi(2)).sum::<f64>() / (n - 1.0) / n).sqrt()
}

#[cfg(test)]
mod tests;
