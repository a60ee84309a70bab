//! Rules as a design says them, and into a design.

use std::path::Path;

use anyhow::{Result, bail};
use spak_knowledge::{
    Entry, LEARNED_BY, Mark, Role, Scope, Told, ToldStatement, Written, write_marks, write_told,
};
use spak_learn::{Advice, Rule, Shown, literal};
use spak_records::sweep_report::{OptimumRecord, SweepRecord, SweepRule};
use spak_records::{ContentHash, Value, file};

use super::super::worthy;
use super::records::{self, figures};
use super::table::Source;
use crate::engine::drive;
use crate::engine::paths::Paths;

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
        evidence: findings.map(|f| records::subject(&f.claim)).collect(),
        support: rule.support as u64,
        confidence: rule.confidence,
        influence: rule.influence,
        witness: rule.witness.clone(),
        counter_examples: rule.counter_examples.clone(),
    }
}

/// Writes what was learnt into a design: the best configs, the rules, the findings that they rest on, and what was seen of names
/// that are given or make no difference.
///
/// # Errors
/// Files that cannot be read or written, and files that do not say which device they are of.
pub(super) fn write(
    design: &Path,
    of: &[(&Source, &SweepRecord)],
    keeps_design: bool,
) -> Result<Edit> {
    let mut told = Vec::new();
    for (source, sweep) in of {
        let Some(device) = &source.device else {
            bail!(
                "`{}` does not say which device it was measured on, so that nothing can be written: say `--device NAME`",
                source.file
            );
        };
        told.push(statements(source, device, sweep));
    }
    let before = file::read_text(design, 16 << 20)?;
    let edited = write_told(&before, &told).map_err(|e| anyhow::anyhow!("{e}"))?;
    let worth = of.iter().filter_map(|(_, sweep)| sweep.worth.as_ref());
    let marks: Vec<Mark> = worth.flat_map(worthy::marks).collect();
    let edited = write_marks(&edited.text, &marks).map_err(|e| anyhow::anyhow!("{e}"))?;
    let changed = edited.text != before;
    if changed && !keeps_design {
        // What a person wrote is never lost, whatever is wrong with the edit.
        let paths = Paths::of(design);
        let kept = paths.earlier.join(format!("{}.dsl", ContentHash::of_text(&before).short()));
        file::make_folder(&paths.earlier)?;
        file::replace(&kept, before.as_bytes())?;
        file::replace(design, edited.text.as_bytes())?;
    }
    let shown = design.display();
    let diff = similar::TextDiff::from_lines(&before, &edited.text);
    let diff = diff
        .unified_diff()
        .context_radius(2)
        .header(&format!("{shown} (before)"), &format!("{shown}"))
        .to_string();
    Ok(Edit { written: changed && !keeps_design, diff: if changed { diff } else { String::new() } })
}

fn entry(key: &str, value: Written, role: Role) -> Entry {
    Entry { key: key.to_owned(), value, role }
}

/// A text that is the claim: another one is another claim.
fn claim(key: &str, text: impl Into<String>) -> Entry {
    entry(key, Written::Text(text.into()), Role::Claim { same: Vec::new() })
}

/// A text that says more; another one is no difference on its own.
fn text(key: &str, text: impl Into<String>) -> Entry {
    entry(key, Written::Text(text.into()), Role::Provenance)
}

fn number(key: &str, value: impl ToString, role: Role) -> Entry {
    entry(key, Written::Bare(value.to_string()), role)
}

/// The statements about one file.
fn statements(source: &Source, device: &str, sweep: &SweepRecord) -> Told {
    let name = format!("swept_on_{}", records::slug(device));
    let scope = Scope { name: name.clone(), terms: scope(source) };
    let shown = Path::new(&source.file).file_name().map(|n| n.to_string_lossy().into_owned());
    let learned_by = || claim("learned_by", LEARNED_BY);
    let mut statements = vec![ToldStatement {
        keyword: "fact",
        name: format!("measured_{name}"),
        entries: vec![
            claim("kind", "measurement"),
            claim("when", name.clone()),
            number("trials", sweep.measured + sweep.rejected, Role::Support),
            text("noise", format!("{:.2}% {}", 100.0 * sweep.noise.deviation, sweep.noise.from)),
            text("source", shown.unwrap_or_default()),
            text("learned", drive::today()),
            learned_by(),
        ],
    }];
    for optimum in &sweep.optima {
        let setting: Vec<(String, Value)> = optimum.setting.clone().0.into_iter().collect();
        let at: Vec<String> = setting.iter().map(equals).collect();
        let when: Vec<String> = std::iter::once(name.clone()).chain(at).collect();
        let words: Vec<String> = setting.iter().map(|(n, v)| format!("{n} {v}")).collect();
        let subject = records::slug(&format!("best {}", words.join(" ")));
        let terms: Vec<String> =
            optimum.config.0.iter().map(|(n, v)| format!("{n} = {}", literal(v))).collect();
        statements.push(ToldStatement {
            keyword: "fact",
            name: format!("{subject}_{name}"),
            entries: vec![
                text("description", best(optimum, sweep)),
                claim("kind", "optimal"),
                claim("when", when.join(" && ")),
                claim("config", terms.join(", ")),
                number("configs", optimum.measured, Role::Support),
                text("witness", optimum.witness.join(" ")),
                learned_by(),
            ],
        });
    }
    let rests_on = |subject: &String| sweep.rules.iter().any(|r| r.evidence.contains(subject));
    let is_given =
        |subject: &str| sweep.given.iter().any(|g| subject.starts_with(&records::slug(g)));
    for finding in &sweep.findings {
        if !rests_on(&finding.subject) && !is_given(&finding.subject) && finding.kind != "equal" {
            continue;
        }
        let mut entries = vec![
            text("description", format!("{}.", finding.sentence)),
            claim("kind", finding.kind.clone()),
            claim("when", name.clone()),
        ];
        if let Some([mean, low, high]) = finding.effect {
            let role = Role::Estimate { low, high };
            entries.push(number("cost_ratio", format!("{mean:.3}"), role));
        }
        entries.push(number("support", finding.support, Role::Support));
        if !finding.counter_examples.is_empty() {
            entries.push(text("counter_examples", finding.counter_examples.join(" ")));
        }
        // That there is nothing takes all rows to show.
        if finding.kind != "equal" {
            entries.push(text("witness", finding.witness.join(" ")));
        }
        entries.push(learned_by());
        statements.push(ToldStatement {
            keyword: "fact",
            name: format!("{}_{name}", finding.subject),
            entries,
        });
    }
    let formula = scope.formula();
    let own = self::scope(source).iter().map(equals).collect::<Vec<_>>().join(" && ");
    let worth = sweep.worth.as_ref();
    let is_kept = |rule: &&SweepRule| {
        worth.is_none_or(|w| w.rules.iter().all(|own| own.rule != rule.name || own.kept))
    };
    for rule in sweep.rules.iter().filter(is_kept) {
        let rest = rule.when.strip_prefix(&own).unwrap_or(&formula);
        let evidence: Vec<String> =
            rule.evidence.iter().map(|subject| format!("{subject}_{name}")).collect();
        let mut entries = vec![
            claim("when", format!("{name}{rest}")),
            claim(&rule.key, rule.advice.clone()),
            text("evidence", evidence.join(", ")),
            number("support", rule.support, Role::Support),
            number("confidence", format!("{:.2}", rule.confidence), Role::Provenance),
            text("witness", rule.witness.join(" ")),
        ];
        if !rule.counter_examples.is_empty() {
            entries.push(text("counter_examples", rule.counter_examples.join(" ")));
        }
        entries.push(learned_by());
        statements.push(ToldStatement { keyword: "rule", name: rule.name.clone(), entries });
    }
    Told { scope, statements }
}

/// The sentence of a best config.
fn best(optimum: &OptimumRecord, sweep: &SweepRecord) -> String {
    let [low, high] = optimum.interval;
    let equal = match optimum.equal.len() {
        0 => String::new(),
        1 => " 1 other config cannot be told from it.".to_owned(),
        n => format!(" {n} other configs cannot be told from it."),
    };
    format!(
        "The best of {} configs has {} {} ({} to {}).{equal}",
        optimum.measured,
        sweep.metric,
        figures(optimum.value),
        figures(low),
        figures(high)
    )
}
