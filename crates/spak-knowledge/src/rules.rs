//! Rules: one for each axis or parameter that matters, one for each rejected pair of values.

use std::collections::BTreeMap;

use spak_records::Value;

use crate::facts::{region_text, spill_text};
use crate::finding::Finding;
use crate::knowledge::{Entry, Fact, LEARNED_BY, Rule};
use crate::wording::{listed, literal, short};

/// What is gathered for one subject before it becomes a rule.
#[derive(Default)]
struct Draft {
    recommend: Option<(String, Value)>,
    /// Other values that would do as well.
    same: Vec<Value>,
    /// Values in order, best first.
    order: Vec<Value>,
    avoid: Vec<Vec<(String, Value)>>,
    /// What to stay away from as a condition on binaries.
    avoid_where: Option<String>,
    /// Where it was observed.
    scope: String,
    /// A further condition, when the advice was seen to depend on another choice.
    only_if: Vec<(String, Value)>,
    influence: f64,
    confidence: f64,
    support: usize,
    /// Names of the facts it rests on.
    evidence: Vec<String>,
}

/// The rules that `facts` carry, the most influential first.
pub(crate) fn rules(facts: &[Fact]) -> Vec<Rule> {
    let best = facts.iter().find_map(|f| match &f.finding {
        Finding::Optimal(optimal) => Some(&optimal.config),
        _ => None,
    });
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for fact in facts {
        let Some(subject) = subject(&fact.finding) else { continue };
        let draft = drafts.entry(subject).or_insert_with(|| Draft {
            scope: fact.scope.clone(),
            confidence: 1.0,
            support: usize::MAX,
            influence: 1.0,
            ..Draft::default()
        });
        draft.add(fact, best);
    }
    let mut rules: Vec<Rule> = drafts
        .into_iter()
        .filter(|(_, d)| d.recommend.is_some() || !d.avoid.is_empty() || d.avoid_where.is_some())
        .map(|(subject, draft)| draft.finish(&subject))
        .collect();
    rules.sort_by(|a, b| b.influence.total_cmp(&a.influence));
    rules
}

/// The dimension a rule is about; a pair of values is a subject of its own.
fn subject(finding: &Finding) -> Option<String> {
    match finding {
        Finding::Effect { name, .. } | Finding::Interaction { name, crossing: true, .. } => {
            Some(name.clone())
        }
        Finding::Rejected { region, .. } => match region.as_slice() {
            [(name, _)] => Some(name.clone()),
            many => Some(region_text(many)),
        },
        Finding::Spills { .. } => Some("spills".to_owned()),
        Finding::Optimal(_)
        | Finding::NoEffect { .. }
        | Finding::Interaction { crossing: false, .. }
        | Finding::Workload { .. } => None,
    }
}

impl Draft {
    fn add(&mut self, fact: &Fact, fastest: Option<&spak_records::Config>) {
        match &fact.finding {
            Finding::Effect { name, best, slower, equal, losing } => {
                let influence = slower.first().map_or(1.0, |(_, ratio)| ratio.mean);
                self.influence = self.influence.max(influence);
                // An average that contradicts the fastest config is an interaction, not advice.
                if fastest.and_then(|c| c.get(name)).is_none_or(|value| value == best) {
                    self.recommend = Some((name.clone(), best.clone()));
                    self.same = equal.clone();
                    if equal.is_empty() && slower.len() > 1 {
                        self.order = std::iter::once(best.clone())
                            .chain(slower.iter().rev().map(|(v, _)| v.clone()))
                            .collect();
                    }
                }
                // Nor is what the fastest config has anything to stay away from.
                let losing = losing.iter().map(|(value, _)| value);
                let losing = losing.filter(|v| fastest.and_then(|c| c.get(name)) != Some(*v));
                self.avoid.extend(losing.map(|v| vec![(name.clone(), v.clone())]));
            }
            Finding::Rejected { region, .. } => self.avoid.push(region.clone()),
            Finding::Spills { bytes, slowest, .. } => {
                self.avoid_where = Some(spill_text(*bytes));
                self.influence = self.influence.max(*slowest);
            }
            Finding::Interaction { by, at, .. } => {
                let here = fastest.and_then(|c| c.get(by));
                let seen = here.filter(|value| at.iter().any(|(v, _)| v == *value));
                self.only_if.extend(seen.map(|value| (by.clone(), value.clone())));
            }
            Finding::Optimal(_) | Finding::NoEffect { .. } | Finding::Workload { .. } => {}
        }
        self.evidence.push(fact.name.clone());
        self.confidence = self.confidence.min(fact.confidence);
        self.support = self.support.min(fact.support);
    }

    fn finish(self, subject: &str) -> Rule {
        let scope = self.scope;
        let mut when = scope.clone();
        for (name, value) in &self.only_if {
            when = format!("{when} && {name} == {}", literal(value));
        }
        let mut entries = vec![Entry::claim("when", when.clone())];
        if let Some((name, value)) = &self.recommend {
            let text = |value: &Value| format!("{name} = {}", literal(value));
            let same = self.same.iter().map(text).collect();
            entries.push(Entry::claim_or("recommend", text(value), same));
            if !self.order.is_empty() {
                let order: Vec<String> = self.order.iter().map(literal).collect();
                // Neighbours in the order may change places within their spread.
                entries.push(Entry::text("prefer", format!("{name} in [{}]", order.join(", "))));
            }
        }
        for region in &self.avoid {
            entries.push(Entry::claim("avoid", region_text(region)));
        }
        entries.extend(self.avoid_where.map(|text| Entry::claim("avoid", text)));
        entries.push(Entry::text("evidence", self.evidence.join(", ")));
        if self.influence > 1.0 {
            let influence = self.influence;
            entries.push(Entry::estimate(
                "influence",
                short(influence),
                [0.9 * influence, 1.1 * influence],
            ));
        }
        entries.push(Entry::support("support", self.support));
        entries.push(Entry::number("confidence", format!("{:.2}", self.confidence)));
        entries.push(Entry::claim("learned_by", LEARNED_BY));
        let subjects: Vec<String> =
            subject.split(" and ").map(|term| term.replace(['"', '\''], "")).collect();
        Rule {
            name: format!("{} on {scope}", listed(&subjects)),
            scope,
            when,
            recommend: self.recommend,
            avoid: self.avoid,
            influence: self.influence,
            confidence: self.confidence,
            support: self.support,
            evidence: self.evidence,
            entries,
        }
    }
}
