//! What follows, why, and why not, for people.

use std::fmt::Write as _;

use spak_records::knowledge_report::{
    ConclusionRecord, FailureRecord, MissingRecord, ProofRecord, RuleRef, WhyReport,
};

/// The report as text.
pub(crate) fn print(report: &WhyReport) -> String {
    let mut out = String::new();
    // What one rule says stands together.
    let mut groups: Vec<(&[RuleRef], Vec<&ConclusionRecord>)> = Vec::new();
    for conclusion in &report.conclusions {
        match groups.iter_mut().find(|(by, _)| *by == conclusion.by.as_slice()) {
            Some((_, own)) => own.push(conclusion),
            None => groups.push((&conclusion.by, vec![conclusion])),
        }
    }
    for (by, conclusions) in groups {
        let _ = writeln!(out, "{}:", list(by));
        for conclusion in conclusions {
            line(&mut out, conclusion);
        }
    }
    if report.conclusions.is_empty() && report.proofs.is_empty() && report.missing.is_empty() {
        out.push_str("nothing follows here\n");
    }
    for proof in &report.proofs {
        out.push('\n');
        tree(&mut out, proof, 0);
    }
    for missing in &report.missing {
        out.push('\n');
        absent(&mut out, missing, 0);
    }
    for unsettled in &report.unsettled {
        let values: Vec<String> = unsettled
            .values
            .iter()
            .map(|v| match &v.by {
                Some(rule) => format!("{} by {}", v.value, short(rule)),
                None => format!("{} is given", v.value),
            })
            .collect();
        let _ = writeln!(
            out,
            "\n`{}` has no value: {}, and nothing says which counts (`priority`)",
            unsettled.name,
            values.join(", ")
        );
    }
    for conflict in &report.conflicts {
        let [a, b] = &conflict.rules;
        let [x, y] = &conflict.say;
        let case: Vec<String> = conflict.case.iter().map(|[n, v]| format!("{n} = {v}")).collect();
        let _ = writeln!(out, "\n{} says {x}, and {} says {y}", short(a), short(b));
        let _ = match case.is_empty() {
            true => writeln!(out, "  both always apply"),
            false => writeln!(out, "  both apply where {}", case.join(", ")),
        };
    }
    section(
        &mut out,
        "cannot be decided here:",
        report.undecided.iter().map(|u| format!("{}: {}", short(&u.rule), u.why)),
    );
    section(
        &mut out,
        "for people, never executed:",
        report.prose.iter().map(|p| format!("{}, {}: {}", short(&p.rule), p.key, p.text)),
    );
    if report.cut_off {
        out.push_str("\nmore follows than is concluded; the rest was cut off\n");
    }
    out.trim_start_matches('\n').to_owned()
}

fn section(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        let _ = writeln!(out, "\n{title}");
        for line in lines {
            let _ = writeln!(out, "  {line}");
        }
    }
}

fn short(rule: &RuleRef) -> String {
    format!("{} `{}` ({}:{})", rule.kind, rule.name, rule.place.file, rule.place.line)
}

fn line(out: &mut String, conclusion: &ConclusionRecord) {
    let what = match conclusion.kind.as_str() {
        "value" | "holds" => conclusion.what.clone(),
        key => format!("{key} {}", conclusion.what),
    };
    let only = conclusion.only_where.as_ref();
    let only = only.map_or_else(String::new, |c| format!(" where {c}"));
    let effect = conclusion.configs.as_ref().map(|configs| {
        let effect = match configs.effect.as_str() {
            "removed" => "are not tried",
            _ => "come first",
        };
        let (count, of) = (with_commas(&configs.count), with_commas(&configs.of));
        format!("  ({count} of {of} configs {effect})")
    });
    let _ = writeln!(out, "  {what}{only}{}", effect.unwrap_or_default());
    if !conclusion.overruled.is_empty() {
        let _ = writeln!(out, "    against {}", list(&conclusion.overruled));
    }
}

/// `1,234,567`
fn with_commas(digits: &str) -> String {
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn list(rules: &[RuleRef]) -> String {
    rules.iter().map(short).collect::<Vec<_>>().join(", ")
}

fn tree(out: &mut String, proof: &ProofRecord, depth: usize) {
    let indent = "  ".repeat(depth);
    let of: Vec<String> = proof.variables.iter().map(|[n, v]| format!("{n} = {v}")).collect();
    let of = if of.is_empty() { String::new() } else { format!(", {}", of.join(", ")) };
    let why = match (&proof.given, &proof.by) {
        (Some(origin), _) => format!("  ({origin})"),
        (None, Some(rule)) => format!(", by {}{of}", short(rule)),
        (None, None) if proof.above => "  (above)".to_owned(),
        (None, None) => ", since no rule that applies says otherwise".to_owned(),
    };
    let _ = writeln!(out, "{indent}{}{why}", proof.what);
    for step in &proof.conditions {
        let _ = writeln!(out, "{indent}  because {}", step.condition);
        for because in &step.because {
            tree(out, because, depth + 2);
        }
    }
    if let Some(step) = &proof.computed {
        let _ = writeln!(out, "{indent}  from {}", step.condition);
        for because in &step.because {
            tree(out, because, depth + 2);
        }
    }
    for evidence in &proof.evidence {
        let place = evidence.fact.as_ref();
        let place = place.map_or_else(String::new, |p| format!(" ({}:{})", p.file, p.line));
        let _ = match (evidence.text.as_str(), &evidence.source) {
            ("", Some(source)) => writeln!(out, "{indent}  source: {source}"),
            (text, Some(source)) => {
                writeln!(out, "{indent}  evidence: {text}{place}, from {source}")
            }
            (text, None) => writeln!(out, "{indent}  evidence: {text}{place}"),
        };
    }
}

fn absent(out: &mut String, missing: &MissingRecord, depth: usize) {
    let indent = "    ".repeat(depth);
    let rule = short(&missing.rule);
    if let Some(by) = &missing.overruled {
        let _ = writeln!(out, "{indent}{rule} applies, and {} has a higher priority", short(by));
        return;
    }
    if let Some(why) = &missing.not_applied {
        let _ = writeln!(out, "{indent}{rule} is not applied: {why}");
        return;
    }
    let fails = |f: &FailureRecord| {
        matches!(f.outcome.as_str(), "fails" | "unknown") || f.rows.is_some_and(|[_, n]| n == 0)
    };
    let word =
        if missing.conditions.iter().any(fails) { "does not apply" } else { "says nothing more" };
    let _ = writeln!(out, "{indent}{rule} {word}:");
    for condition in &missing.conditions {
        let outcome = match condition.outcome.as_str() {
            "fails" => {
                let values: Vec<String> =
                    condition.values.iter().map(|[n, v]| format!("{n} = {v}")).collect();
                let values = values.join(", ");
                if values.is_empty() { "no".to_owned() } else { format!("no: {values}") }
            }
            "unknown" => format!("unknown: {}", condition.why.clone().unwrap_or_default()),
            "holds" => "yes".to_owned(),
            "rows" => {
                let [here, further] = condition.rows.unwrap_or_default();
                format!("{further} of {here}")
            }
            other => other.to_owned(),
        };
        let _ = writeln!(out, "{indent}  {}  {outcome}", condition.condition);
        for rule in &condition.rules {
            absent(out, rule, depth + 1);
        }
    }
}
