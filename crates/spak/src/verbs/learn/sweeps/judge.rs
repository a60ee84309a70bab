//! Rules of a design, judged by tables: does the data support what somebody wrote?

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::Result;
use spak_knowledge::{Advice, Known, Term, read_back};
use spak_learn::{Proposal, Table, judged, literal};
use spak_model::formula;
use spak_records::sweep_report::{JudgedRule, JudgedValue};
use spak_records::{Config, Value, file};

use super::records;
use super::table::Source;
use crate::engine::symbols;

/// More settings than this of the names that a rule depends on are not looked at.
const MOST_SETTINGS: usize = 64;

/// Every rule of the design that advises a value of a name of a table, judged by each table.
pub(super) fn rules(design: &Path, sources: &[Source]) -> Result<Vec<JudgedRule>> {
    let text = file::read_text(design, 16 << 20)?;
    let known = read_back(&text);
    let mut found = Vec::new();
    for source in sources {
        for rule in known.iter().filter(|rule| !rule.learned && !rule.start) {
            if !may_apply(rule, source) {
                continue;
            }
            for proposal in proposals(rule, &source.table) {
                found.extend(verdict(rule, source, &proposal));
            }
        }
    }
    Ok(found)
}

/// Whether a rule's condition is not known to be false for a table: what cannot be said does not exclude it.
fn may_apply(rule: &Known, source: &Source) -> bool {
    let Some(when) = rule.when.as_deref().and_then(formula::parse) else { return true };
    let lookup = |name: &str| match name {
        "device" => source.device.as_ref().map(|d| symbols::literal(&Value::Text(d.clone()))),
        name => source.fixed.get(name).map(symbols::literal),
    };
    when.holds(&lookup).unwrap_or(true)
}

fn proposals(rule: &Known, table: &Table) -> Vec<Proposal> {
    let mut found = Vec::new();
    for advice in &rule.advice {
        match advice {
            Advice::Recommend(assignments, _) => {
                for one in assignments {
                    found.extend(values(&one.value, table).into_iter().map(|(when, value)| {
                        Proposal { when, name: one.name.clone(), value, avoid: false }
                    }));
                }
            }
            Advice::Avoid(terms) => {
                if let Some(((name, value), when)) = terms.split_last() {
                    let (name, value) = (name.clone(), value.clone());
                    found.push(Proposal { when: when.to_vec(), name, value, avoid: true });
                }
            }
            _ => {}
        }
    }
    found
}

/// A value, or for an expression its value in each setting of the table's names in it.
fn values(term: &Term, table: &Table) -> Vec<(Vec<(String, Value)>, Value)> {
    let text = match term {
        Term::Literal(value) => return vec![(Vec::new(), value.clone())],
        Term::Expression(text) => text,
    };
    let Some(formula) = formula::parse(text) else { return Vec::new() };
    let mut asked: BTreeSet<String> = BTreeSet::new();
    let mut settings: Vec<Vec<(String, Value)>> = vec![Vec::new()];
    // A name is asked for only when the values of earlier ones lead to it: until none is new.
    loop {
        let new = RefCell::new(BTreeSet::new());
        let mut found = Vec::new();
        for setting in &settings {
            let known: BTreeMap<&str, &Value> =
                setting.iter().map(|(name, value)| (name.as_str(), value)).collect();
            let lookup = |name: &str| {
                if !known.contains_key(name) {
                    new.borrow_mut().insert(name.to_owned());
                }
                known.get(name).map(|value| symbols::literal(value))
            };
            if let Ok(value) = formula.value(&lookup) {
                found.push((setting.clone(), value.record()));
            }
        }
        let next = new
            .into_inner()
            .into_iter()
            .find(|name| !asked.contains(name) && table.factors().iter().any(|f| f.name == *name));
        let Some(name) = next else { return found };
        let Some(factor) = table.factors().iter().find(|f| f.name == name) else { return found };
        if settings.len() * factor.values.len() > MOST_SETTINGS {
            return Vec::new();
        }
        settings = settings
            .iter()
            .flat_map(|setting| {
                factor.values.iter().map(|value| {
                    let mut setting = setting.clone();
                    setting.push((name.clone(), value.clone()));
                    setting
                })
            })
            .collect();
        asked.insert(name);
    }
}

fn verdict(rule: &Known, source: &Source, proposal: &Proposal) -> Option<JudgedRule> {
    let verdict = judged(&source.table, proposal)?;
    let verb = if proposal.avoid { "avoid " } else { "" };
    Some(JudgedRule {
        file: source.file.clone(),
        rule: rule.name.clone(),
        at: Config(proposal.when.iter().cloned().collect()),
        says: format!("{verb}{} = {}", proposal.name, literal(&proposal.value)),
        held: records::held(verdict.held).to_owned(),
        compared: verdict
            .compared
            .into_iter()
            .map(|one| JudgedValue {
                other: one.other,
                ratio: [one.ratio.mean, one.ratio.interval[0], one.ratio.interval[1]],
                pairs: one.ratio.pairs as u64,
                held: records::held(one.held).to_owned(),
            })
            .collect(),
    })
}
