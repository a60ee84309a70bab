//! Rules: one for each axis or parameter that matters, one for each rejected pair of values.

use std::collections::BTreeMap;

use spak_records::Value;

use crate::context::Context;
use crate::facts::{provenance, region_text};
use crate::finding::Finding;
use crate::knowledge::{Entry, Rule, Spread, confidence, support};
use crate::wording::{listed, literal, short, times};

/// What is gathered for one subject before it becomes a rule.
#[derive(Default)]
struct Draft {
    recommend: Option<(String, Value)>,
    /// Other values that would do as well.
    same: Vec<Value>,
    /// Values in order, best first.
    order: Vec<Value>,
    avoid: Vec<Vec<(String, Value)>>,
    /// A further condition, when the advice was seen to depend on another choice.
    only_if: Vec<(String, Value)>,
    influence: f64,
    confidence: f64,
    support: usize,
    evidence: Vec<String>,
}

/// The rules that `findings` carry, the most influential first.
pub(crate) fn rules(findings: &[Finding], context: &Context, spread: &Spread) -> Vec<Rule> {
    let best = findings.iter().find_map(|f| match f {
        Finding::Optimal(optimal) => Some(&optimal.config),
        _ => None,
    });
    let mut drafts: BTreeMap<String, Draft> = BTreeMap::new();
    for finding in findings {
        let Some(subject) = subject(finding) else { continue };
        let draft = drafts.entry(subject).or_insert_with(|| Draft {
            confidence: 1.0,
            support: usize::MAX,
            influence: 1.0,
            ..Draft::default()
        });
        draft.add(finding, best);
    }
    let mut rules: Vec<Rule> = drafts
        .into_iter()
        .filter(|(_, d)| d.recommend.is_some() || !d.avoid.is_empty())
        .map(|(subject, draft)| draft.finish(&subject, context, spread))
        .collect();
    rules.sort_by(|a, b| b.influence.total_cmp(&a.influence));
    rules
}

/// The dimension a rule is about; a pair of values is a subject of its own.
fn subject(finding: &Finding) -> Option<String> {
    match finding {
        Finding::Effect { name, .. }
        | Finding::Loses { name, .. }
        | Finding::Interaction { name, crossing: true, .. } => Some(name.clone()),
        Finding::Rejected { region, .. } => match region.as_slice() {
            [(name, _)] => Some(name.clone()),
            many => Some(region_text(many)),
        },
        Finding::Optimal(_)
        | Finding::NoEffect { .. }
        | Finding::Interaction { crossing: false, .. }
        | Finding::Workload { .. } => None,
    }
}

impl Draft {
    fn add(&mut self, finding: &Finding, fastest: Option<&spak_records::Config>) {
        match finding {
            Finding::Effect { name, best, slower, equal } => {
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
                for (value, ratio) in slower {
                    let [low, high] = ratio.range;
                    let range = if ratio.pairs == 1 {
                        "1 pair".to_owned()
                    } else {
                        format!("{} to {} over {} pairs", times(low), times(high), ratio.pairs)
                    };
                    self.evidence.push(format!(
                        "{} over {} {} ({range})",
                        literal(best),
                        literal(value),
                        times(ratio.mean)
                    ));
                }
            }
            Finding::Loses { name, value, .. } => {
                self.avoid.push(vec![(name.clone(), value.clone())]);
            }
            Finding::Rejected { region, reason, configs, .. } => {
                self.avoid.push(region.clone());
                self.evidence.push(format!(
                    "{} rejected in {configs} of {configs} configs: {reason}",
                    region_text(region)
                ));
            }
            Finding::Interaction { by, at, .. } => {
                let here = fastest.and_then(|c| c.get(by));
                let seen = here.filter(|value| at.iter().any(|(v, _)| v == *value));
                self.only_if.extend(seen.map(|value| (by.clone(), value.clone())));
                self.evidence.push(format!("the best value depends on {by}"));
            }
            Finding::Optimal(_) | Finding::NoEffect { .. } | Finding::Workload { .. } => {}
        }
        self.confidence = self.confidence.min(confidence(finding));
        self.support = self.support.min(support(finding));
    }

    fn finish(self, subject: &str, context: &Context, spread: &Spread) -> Rule {
        let mut when = context.when();
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
        let mut evidence = self.evidence.join("; ");
        // A rejection needs no clock.
        if self.influence > 1.0 {
            evidence = format!("{evidence}; noise {}", spread.text());
        }
        entries.push(Entry::text("evidence", evidence));
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
        entries.extend(provenance(context));
        let subjects: Vec<String> =
            subject.split(" and ").map(|term| term.replace(['"', '\''], "")).collect();
        Rule {
            name: format!("Choice of {} on {}", listed(&subjects), context.key()),
            when,
            recommend: self.recommend,
            avoid: self.avoid,
            influence: self.influence,
            confidence: self.confidence,
            support: self.support,
            entries,
        }
    }
}
