//! Rules as a design says them, and into a design.

use std::path::Path;

use anyhow::Result;
use spak_learn::{Advice, Rule, Shown, literal, sentence};
use spak_records::Value;
use spak_records::sweep_report::{SweepRecord, SweepRule};

use super::table::Source;

/// What became of a design.
#[derive(Default)]
pub(super) struct Edit {
    pub(super) written: bool,
    pub(super) diff: String,
}

/// Where everything of a file was observed: its device and the names that had one value.
pub(super) fn scope(source: &Source) -> Vec<(String, Value)> {
    let device = source.device.iter().map(|d| ("device".to_owned(), Value::Text(d.clone())));
    let fixed = source.fixed.0.iter().map(|(name, value)| (name.clone(), value.clone()));
    device.chain(fixed).collect()
}

fn equals((name, value): &(String, Value)) -> String {
    format!("{name} == {}", literal(value))
}

/// A rule with its words.
pub(super) fn rule(rule: &Rule, source: &Source, shown: &Shown) -> SweepRule {
    let mut when: Vec<String> = scope(source).iter().map(equals).collect();
    let assigned = |name: &str, value: &Value| format!("{name} = {}", literal(value));
    let (name, key, advice) = match &rule.advice {
        Advice::Choose(name, value) => (name.clone(), "recommend", assigned(name, value)),
        Advice::ChooseBy { name, by, at: [(low, first), (high, second)], all } => {
            if !all {
                let only = |value: &Value| equals(&(by.clone(), value.clone()));
                when.push(format!("({} || {})", only(low), only(high)));
            }
            let (condition, yes, no) = match (low, high) {
                (Value::Bool(true), _) => (by.clone(), first, second),
                (_, Value::Bool(true)) => (by.clone(), second, first),
                _ => (equals(&(by.clone(), low.clone())), first, second),
            };
            let value = format!("{} if {condition} else {}", literal(yes), literal(no));
            (format!("{name} by {by}"), "recommend", format!("{name} = {value}"))
        }
        Advice::Avoid(terms) => {
            let terms: Vec<String> = terms.iter().map(|(n, v)| assigned(n, v)).collect();
            (format!("not {}", terms.join(" and ")), "avoid", terms.join(" and "))
        }
        Advice::AvoidAbove(names, limit) => {
            let product = names.join(" * ");
            (format!("limit of {product}"), "avoid", format!("{product} > {limit}"))
        }
    };
    let place = source.device.as_deref().map(|d| format!(" on {d}")).unwrap_or_default();
    let findings = rule.findings.iter().filter_map(|at| shown.findings.get(*at));
    SweepRule {
        name: format!("{name}{place}").replace(['"', '\''], ""),
        when: when.join(" && "),
        key: key.to_owned(),
        advice,
        evidence: findings.map(|f| sentence(f, &source.table)).collect(),
        support: rule.support as u64,
        confidence: rule.confidence,
        influence: rule.influence,
        witness: rule.witness.clone(),
        counter_examples: rule.counter_examples.clone(),
    }
}

/// Writes what was learnt into a design.
///
/// # Errors
/// Files that cannot be read or written.
pub(super) fn write(_: &Path, _: &[SweepRecord], _: bool) -> Result<Edit> {
    Ok(Edit::default())
}
