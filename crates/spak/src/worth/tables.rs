//! Rules that a table shows, over the same table or another one.

use std::collections::{BTreeMap, BTreeSet};

use spak_learn::{Advice, Rule, Table};
use spak_loop::{Avoid, Dimension, DimensionKind, Guidance, Recommendation};
use spak_records::worth_report::WorthReport;
use spak_records::{Config, Value};

use crate::worth::{Led, Recorded, worth};

/// A config with its cost, if it was accepted.
type Costed = (Config, Option<f64>);

/// What rules are worth on a table, in each setting of what is given; `None` where there are too few configs.
pub(crate) fn of_table(
    table: &Table,
    given: &[String],
    rules: &[(String, &Rule)],
) -> Option<WorthReport> {
    let mut settings: BTreeMap<String, (Config, Vec<Costed>)> = BTreeMap::new();
    for (mut config, cost) in table.configs() {
        let own = given.iter().filter_map(|name| config.0.remove_entry(name)).collect();
        let setting = Config(own);
        let entry = settings.entry(setting.to_string()).or_insert_with(|| (setting, Vec::new()));
        entry.1.push((config, cost));
    }
    let factors = table.factors().iter().filter(|factor| !given.contains(&factor.name));
    let dimensions: Vec<Dimension> = factors
        .map(|factor| Dimension {
            name: factor.name.clone(),
            kind: DimensionKind::Parameter,
            values: factor.values.clone(),
        })
        .collect();
    let (mut at, mut records) = (Vec::new(), Vec::new());
    for (setting, rows) in settings.into_values() {
        // Costs are of any unit; searches count in whole nanoseconds.
        let costs = rows.iter().filter_map(|(_, cost)| *cost);
        let least = costs.min_by(f64::total_cmp).unwrap_or(1.0);
        let scaled = rows.into_iter().map(|(c, cost)| (c, cost.map(|cost| 1e6 * cost / least)));
        if let Some(record) = Recorded::new(dimensions.clone(), scaled) {
            at.push(setting);
            records.push(record);
        }
    }
    if records.is_empty() || rules.is_empty() {
        return None;
    }
    let names: Vec<String> = rules.iter().map(|(name, _)| name.clone()).collect();
    let mut lead = |place: usize, follows: &dyn Fn(usize) -> bool| {
        let followed = rules.iter().enumerate().filter(|(at, _)| follows(*at));
        let followed: Vec<&(String, &Rule)> = followed.map(|(_, rule)| rule).collect();
        match (at.get(place), records.get(place)) {
            (Some(setting), Some(record)) => led(setting, record, &followed),
            _ => Led { guidance: Guidance::default(), excluded: BTreeSet::new() },
        }
    };
    // Which configs the space had the table does not say: gaps of constraints count as gaps.
    Some(worth(&records, &names, &|_| true, &mut lead))
}

/// How rules lead a search in a setting: as those of a design do, the most influential first.
fn led(setting: &Config, record: &Recorded, rules: &[&(String, &Rule)]) -> Led {
    let mut guidance = Guidance::default();
    let mut joint: BTreeMap<String, Value> = BTreeMap::new();
    let mut limits: Vec<(&Vec<String>, f64)> = Vec::new();
    // What depends on another choice is looked at when that is made.
    let depends = |rule: &Rule| matches!(rule.advice, Advice::ChooseBy { .. });
    let in_order = || rules.iter().map(|(name, rule)| (name, *rule));
    let first = in_order().filter(|(_, rule)| !depends(rule));
    for (source, rule) in first.chain(in_order().filter(|(_, rule)| depends(rule))) {
        match &rule.advice {
            Advice::Choose(name, value) => {
                joint.entry(name.clone()).or_insert_with(|| value.clone());
                guidance.influence.entry(name.clone()).or_insert(rule.influence);
            }
            Advice::ChooseBy { name, by, at, .. } => {
                let here = setting.get(by).or_else(|| joint.get(by)).cloned();
                let chosen = at.iter().find(|(value, _)| here.as_ref() == Some(value));
                if let Some((_, value)) = chosen {
                    joint.entry(name.clone()).or_insert_with(|| value.clone());
                    guidance.influence.entry(name.clone()).or_insert(rule.influence);
                }
            }
            Advice::Avoid(terms) => {
                if let Some(((dimension, value), rest)) = terms.split_first() {
                    guidance.avoid.push(Avoid {
                        dimension: dimension.clone(),
                        value: value.clone(),
                        when: Config(rest.iter().cloned().collect()),
                        source: source.clone(),
                    });
                }
            }
            Advice::AvoidAbove(names, limit) => limits.push((names, *limit)),
        }
    }
    if !joint.is_empty() {
        let source = "the set of rules".to_owned();
        guidance.recommended.push(Recommendation { config: Config(joint), source });
    }
    let value = |config: &Config, name: &String| {
        config.get(name).or_else(|| setting.get(name)).and_then(Value::as_float)
    };
    let is_above = |config: &Config, names: &[String], limit: f64| {
        let product = names.iter().try_fold(1.0, |all, name| Some(all * value(config, name)?));
        product.is_some_and(|product: f64| product > limit)
    };
    let is_out = |config: &&Config| {
        guidance.avoid.iter().any(|avoid| avoid.covers(config))
            || limits.iter().any(|(names, limit)| is_above(config, names, *limit))
    };
    let excluded = record.configs.iter().filter(is_out).map(Config::id).collect();
    Led { guidance, excluded }
}
