//! What follows, why, and why not, as records.

use spak_knowledge::{FACTS, Origin, claims_of};
use spak_records::knowledge_report::{
    ConclusionRecord, ConfigsRecord, ConflictRecord, EvidenceRecord, FailureRecord, MissingRecord,
    ProofRecord, ProseRecord, RuleRef, StepRecord, UndecidedRecord, UnsettledRecord, ValueRecord,
    WhyReport,
};
use spak_rules::{
    Advice, Claim, Conclusions, Failure, How, Missing, Proof, Shown, Step, conflicts,
};

use super::effects::effects;
use super::question::Asked;
use super::situation::Situation;
use crate::output::json;

/// How deep rules are followed that would make a condition hold.
const DEEPEST: usize = 4;
/// How many ways in which one rule applies are shown.
const MOST_WAYS: usize = 3;

/// What is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Told {
    /// What follows, and why.
    Why,
    /// Why something does not follow.
    WhyNot,
}

/// What follows in a situation; of a question, what it is about.
pub(crate) fn report(
    situation: &Situation,
    design: &str,
    asked: Option<&Asked>,
    told: Told,
) -> WhyReport {
    let all = situation.engine.conclusions();
    let teller = Teller { situation };
    let mut report = WhyReport {
        design: design.to_owned(),
        conclusions: teller.conclusions(&all, asked),
        cut_off: all.cut_off,
        ..WhyReport::default()
    };
    match asked {
        Some(asked) => {
            let numbers = asked.silent(situation, &all);
            if told == Told::Why {
                report.proofs = teller.proofs(&all, asked);
            }
            if told == Told::WhyNot || report.proofs.is_empty() {
                report.missing =
                    numbers.iter().filter_map(|n| teller.missing(*n, DEEPEST)).collect();
                report.missing.extend(teller.overruled(&all, asked));
            }
        }
        None => {
            report.undecided = all
                .undecided
                .iter()
                .filter(|u| teller.is_rule(u.rule))
                .map(|u| UndecidedRecord { rule: teller.rule(u.rule), why: u.why.clone() })
                .collect();
            report.prose = teller.prose();
            report.conflicts = teller.conflicts();
        }
    }
    report.unsettled = teller.unsettled(&all, asked);
    report
}

struct Teller<'s> {
    situation: &'s Situation,
}

impl Teller<'_> {
    fn rule(&self, number: usize) -> RuleRef {
        let rule = self.situation.engine.rules().get(number);
        let about = self.situation.about.get(number);
        let kind = match about.map(|a| a.origin) {
            Some(Origin::Predicate | Origin::Optimum) => "fact",
            Some(Origin::Invariant) => "invariant",
            Some(Origin::Rule) | None => "rule",
        };
        let place = about.map(|a| a.place);
        RuleRef {
            kind: kind.to_owned(),
            name: rule.map_or_else(String::new, |r| r.name.clone()),
            place: json::place(
                &self.situation.sources,
                place.map(|p| p.file).unwrap_or_default(),
                place.map(|p| p.span).unwrap_or_default(),
            ),
        }
    }

    fn rules(&self, numbers: &[usize]) -> Vec<RuleRef> {
        numbers.iter().map(|n| self.rule(*n)).collect()
    }

    /// Whether somebody wrote it as a rule, so that its failing to apply is worth a word.
    fn is_rule(&self, number: usize) -> bool {
        self.situation.about.get(number).is_some_and(|a| a.origin == Origin::Rule)
    }

    fn conclusions(&self, all: &Conclusions, asked: Option<&Asked>) -> Vec<ConclusionRecord> {
        let mut out = Vec::new();
        for value in &all.values {
            if asked.is_none_or(|a| a.name.as_ref().is_some_and(|(n, _)| *n == value.name)) {
                out.push(ConclusionRecord {
                    kind: "value".to_owned(),
                    what: format!("{} = {}", value.name, value.value),
                    only_where: None,
                    by: self.rules(&value.by),
                    overruled: self.rules(&value.overruled),
                    configs: None,
                });
            }
        }
        for held in &all.holds {
            let is_asked = |asked: &Asked| {
                asked.holds.as_ref().is_some_and(|(name, of)| {
                    *name == held.name && of.as_ref().is_none_or(|of| *of == held.of)
                })
            };
            if asked.is_none_or(is_asked) {
                let of = held.of.join(", ");
                let what =
                    if of.is_empty() { held.name.clone() } else { format!("{}({of})", held.name) };
                out.push(ConclusionRecord {
                    kind: "holds".to_owned(),
                    // Two files may define a condition of one name; each means its own.
                    what: what.split('@').next().unwrap_or_default().to_owned(),
                    only_where: None,
                    by: self.rules(&[held.by]),
                    overruled: Vec::new(),
                    configs: None,
                });
            }
        }
        let advice: Vec<_> = all
            .advice
            .iter()
            .filter(|a| {
                asked
                    .is_none_or(|q| q.covers(&a.advice) || a.by.iter().any(|n| q.rules.contains(n)))
            })
            .cloned()
            .collect();
        let effects = effects(&self.situation.problem, &advice);
        for (advised, effect) in advice.iter().zip(effects) {
            out.push(ConclusionRecord {
                kind: advised.advice.key().to_owned(),
                what: said(&advised.advice),
                only_where: advised.only_where.as_ref().map(spak_expr::print),
                by: self.rules(&advised.by),
                overruled: Vec::new(),
                configs: effect.map(|e| ConfigsRecord {
                    effect: if e.removed { "removed" } else { "first" }.to_owned(),
                    count: e.count.to_string(),
                    of: e.of.to_string(),
                }),
            });
        }
        out
    }

    fn proofs(&self, all: &Conclusions, asked: &Asked) -> Vec<ProofRecord> {
        let engine = &self.situation.engine;
        let (mut proofs, mut shown) = (Vec::new(), Shown::default());
        if let Some((name, wanted)) = &asked.name {
            let value = all.values.iter().find(|v| v.name == *name).map(|v| &v.value);
            if wanted.is_none() || value == wanted.as_ref() {
                proofs.extend(engine.why_value(name, &mut shown));
            }
        }
        if let Some((name, of)) = &asked.holds {
            proofs.extend(engine.why_holds(name, of.as_deref(), &mut shown));
        }
        let mut rules = asked.rules.clone();
        let covered = all.advice.iter().filter(|a| asked.covers(&a.advice));
        rules.extend(covered.flat_map(|a| a.by.clone()));
        rules.sort_unstable();
        rules.dedup();
        for rule in rules {
            proofs.extend(engine.why_rule(rule, MOST_WAYS, &mut shown));
        }
        proofs.iter().map(|p| self.proof(p)).collect()
    }

    fn proof(&self, proof: &Proof) -> ProofRecord {
        let mut record = ProofRecord {
            what: proof.what.clone(),
            given: None,
            above: false,
            nothing_says_so: false,
            by: None,
            variables: Vec::new(),
            conditions: Vec::new(),
            computed: None,
            evidence: Vec::new(),
        };
        let step = |step: &Step| StepRecord {
            condition: step.condition.clone(),
            because: step.because.iter().map(|p| self.proof(p)).collect(),
        };
        match &proof.how {
            How::Given(origin) => record.given = Some(origin.clone()),
            How::Above => record.above = true,
            How::NothingSaysSo => record.nothing_says_so = true,
            How::Rule { rule, variables, conditions, computed } => {
                record.by = Some(self.rule(*rule));
                record.variables = variables.iter().map(|(n, v)| [n.clone(), v.clone()]).collect();
                record.conditions = conditions.iter().map(step).collect();
                record.computed = computed.as_ref().map(step);
                record.evidence = self.evidence(*rule);
            }
        }
        record
    }

    /// What a rule rests on: the facts that it names, with their sources, or its own.
    fn evidence(&self, rule: usize) -> Vec<EvidenceRecord> {
        let Some(about) = self.situation.about.get(rule) else { return Vec::new() };
        let facts = &self.situation.system.facts;
        let mut all: Vec<EvidenceRecord> = about
            .evidence
            .iter()
            .map(|text| {
                let fact = facts.iter().find(|f| f.name == *text);
                let source = fact.and_then(|f| self.source_of(&f.name)).or(about.source.clone());
                EvidenceRecord {
                    text: text.clone(),
                    fact: fact
                        .map(|f| json::place(&self.situation.sources, f.place.file, f.place.span)),
                    source,
                }
            })
            .collect();
        if let (Some(source), true) = (&about.source, all.is_empty()) {
            all.push(EvidenceRecord {
                text: about.reason.clone().unwrap_or_default(),
                fact: None,
                source: Some(source.clone()),
            });
        }
        all
    }

    /// What a fact names as its source, or the fact of the measurement that holds under the same condition.
    fn source_of(&self, name: &str) -> Option<String> {
        let facts = self.situation.engine.base().tables.iter().find(|t| t.name == FACTS)?;
        let column = |name: &str| facts.fields.iter().position(|f| f == name);
        let field = |row: &spak_rules::Row, name: &str| {
            Some(row.values.get(column(name)?)?.as_ref()?.to_string().trim_matches('"').to_owned())
        };
        let own = facts.rows.iter().find(|r| field(r, "name").as_deref() == Some(name))?;
        field(own, "source").or_else(|| {
            let when = field(own, "when")?;
            let measured = facts.rows.iter().find(|r| {
                field(r, "kind").as_deref() == Some("measurement")
                    && field(r, "when").as_ref() == Some(&when)
            });
            field(measured?, "source")
        })
    }

    fn missing(&self, number: usize, deeper: usize) -> Option<MissingRecord> {
        let about = self.situation.about.get(number)?;
        let rule = self.rule(number);
        let words = about.words.first();
        let words = words.map(|w| format!("`{w}` is said in words, which nothing can check"));
        if let Some(why) = about.out.clone().or(words) {
            return Some(MissingRecord {
                rule,
                not_applied: Some(why),
                overruled: None,
                conditions: Vec::new(),
            });
        }
        let Some(Missing { conditions, .. }) = self.situation.engine.why_not(number) else {
            let said = self.situation.diagnostics.iter().find(|d| {
                d.primary.file == about.place.file
                    && d.primary.span.start >= about.place.span.start
                    && d.primary.span.end <= about.place.span.end
            });
            let why = said.map_or_else(|| "it says nothing".to_owned(), |d| d.message.clone());
            return Some(MissingRecord {
                rule,
                not_applied: Some(why),
                overruled: None,
                conditions: Vec::new(),
            });
        };
        let conditions = conditions.into_iter().map(|(condition, failure)| {
            let mut record = FailureRecord {
                condition,
                outcome: String::new(),
                values: Vec::new(),
                why: None,
                rows: None,
                rules: Vec::new(),
            };
            if matches!(failure, Failure::Fails(_) | Failure::Unknown(_)) && deeper > 0 {
                record.rules = self.would_make(&record.condition, deeper - 1);
            }
            record.outcome = match failure {
                Failure::Holds => "holds",
                Failure::Fails(values) => {
                    record.values = values.into_iter().map(|(n, v)| [n, v]).collect();
                    "fails"
                }
                Failure::Unknown(why) => {
                    record.why = Some(why);
                    "unknown"
                }
                Failure::Rows(here, further) => {
                    record.rows = Some([here, further]);
                    "rows"
                }
                Failure::OfConfigs => "of configs",
            }
            .to_owned();
            record
        });
        Some(MissingRecord {
            rule,
            not_applied: None,
            overruled: None,
            conditions: conditions.collect(),
        })
    }

    /// Rules that conclude what a condition asks for, and did not.
    fn would_make(&self, condition: &str, deeper: usize) -> Vec<MissingRecord> {
        let Some(expr) = spak_expr::parse(condition, 0).expr else { return Vec::new() };
        let mut names = spak_expr::free_names(&expr);
        names.extend(spak_expr::called_functions(&expr));
        let rules = self.situation.engine.rules().iter().enumerate();
        let would = rules.filter(|(_, rule)| {
            rule.then.iter().any(|claim| match claim {
                Claim::Holds(name, _) | Claim::Value(name, _) => names.contains(name),
                Claim::Advice(_) => false,
            })
        });
        let silent = would.filter(|(n, _)| !self.situation.engine.applies(*n));
        silent.filter_map(|(number, _)| self.missing(number, deeper)).collect()
    }

    /// Rules that apply, and whose value another rule's priority has put aside.
    fn overruled(&self, all: &Conclusions, asked: &Asked) -> Vec<MissingRecord> {
        let Some((name, wanted)) = &asked.name else { return Vec::new() };
        let value = all.values.iter().find(|v| v.name == *name);
        let Some(value) = value.filter(|v| wanted.as_ref().is_none_or(|w| *w != v.value)) else {
            return Vec::new();
        };
        let by = value.by.first().map(|n| self.rule(*n));
        let overruled = value.overruled.iter().map(|number| MissingRecord {
            rule: self.rule(*number),
            not_applied: None,
            overruled: by.clone(),
            conditions: Vec::new(),
        });
        overruled.collect()
    }

    fn unsettled(&self, all: &Conclusions, asked: Option<&Asked>) -> Vec<UnsettledRecord> {
        let is_asked =
            |name: &str| asked.is_none_or(|a| a.name.as_ref().is_some_and(|(n, _)| n == name));
        let unsettled = all.unsettled.iter().filter(|u| is_asked(&u.name));
        unsettled
            .map(|u| UnsettledRecord {
                name: u.name.clone(),
                values: u
                    .values
                    .iter()
                    .map(|(value, by)| ValueRecord {
                        value: value.to_string(),
                        by: by.map(|n| self.rule(n)),
                    })
                    .collect(),
            })
            .collect()
    }

    fn prose(&self) -> Vec<ProseRecord> {
        let mut all = Vec::new();
        for (number, about) in self.situation.about.iter().enumerate() {
            if about.origin != Origin::Rule {
                continue;
            }
            for words in &about.words {
                all.push(ProseRecord {
                    rule: self.rule(number),
                    key: "when".to_owned(),
                    text: words.clone(),
                });
            }
            for (key, text) in &about.prose {
                all.push(ProseRecord {
                    rule: self.rule(number),
                    key: key.clone(),
                    text: text.clone(),
                });
            }
        }
        all
    }

    fn conflicts(&self) -> Vec<ConflictRecord> {
        let engine = &self.situation.engine;
        let claims = claims_of(engine.rules(), &self.situation.about);
        let (found, _) = conflicts(engine.base(), &claims);
        let record = |c: &spak_rules::Conflict| ConflictRecord {
            rules: [self.rule(c.first), self.rule(c.second)],
            say: [c.says.clone(), c.other.clone()],
            case: c.case.0.iter().map(|(n, v)| [n.clone(), v.to_string()]).collect(),
        };
        found.iter().map(record).collect()
    }
}

/// Advice as it would stand in a rule.
fn said(advice: &Advice<spak_expr::Value>) -> String {
    match advice {
        Advice::Recommend(name, value) | Advice::Choose(name, value) => format!("{name} = {value}"),
        Advice::Prefer(name, values) => {
            let values: Vec<String> = values.iter().map(ToString::to_string).collect();
            format!("{name} in [{}]", values.join(", "))
        }
        Advice::Avoid(formula) | Advice::Forbid(formula) => spak_expr::print(formula),
        Advice::Warn(text) => text.clone(),
    }
}
