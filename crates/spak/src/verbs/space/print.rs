//! The report for people.

use anyhow::Result;
use spak_records::Value;
use spak_records::space_report::{ConflictRecord, ConstraintRecord, CountRecord, SpaceReport};

use crate::output;

/// A value that needs this many characters is cut.
const MAX_LINE: usize = 96;

/// A list of values that needs this many characters is cut.
const MAX_VALUES: usize = 56;

pub(super) fn report(report: &SpaceReport) -> Result<()> {
    let mut out = format!(
        "{}: {}, {}\n",
        report.name,
        counted(report.parameters.len(), "parameter"),
        counted(report.constraints.len(), "constraint")
    );
    let (all, valid) = (roughly(&report.combinations), roughly(&report.count));
    let share = match report.exact && all > 0.0 && all.is_finite() {
        true => format!(" ({} %)", significant(100.0 * valid / all)),
        false => String::new(),
    };
    let kind = if report.exact { "valid" } else { "or more valid; the search was not finished" };
    out.push_str(&format!(
        "{} combinations, {}{share} {kind}\n",
        grouped(&report.combinations),
        grouped(&report.count)
    ));
    if report.edges > 0 {
        out.push_str(&format!(
            "counted in a diagram of {} edges\n",
            grouped(&CountRecord::Number(report.edges))
        ));
    }
    out.push('\n');
    // Who asks about a value or a config wants that answer.
    let is_asked = !report.why.is_empty() || report.config.is_some();
    if !is_asked {
        parameters(report, &mut out);
        constraints(report, &mut out);
        super::ruled::print(report, &mut out);
    }
    if let Some(conflict) = &report.conflict {
        out.push_str("no config is valid: ");
        blame(report, conflict, &mut out);
    }
    answers(report, &mut out);
    if let Some(example) = report.example.as_ref().filter(|_| !is_asked) {
        // In the order of the file, as everything else.
        let named = |name: &String| Some(format!("{name}={}", example.0.get(name)?));
        let values: Vec<String> = report.parameters.iter().filter_map(|p| named(&p.name)).collect();
        out.push_str(&format!("an example: {}\n", values.join(" ")));
    }
    for note in &report.notes {
        out.push_str(&format!("note: {note}\n"));
    }
    output::result(&out)
}

fn parameters(report: &SpaceReport, out: &mut String) {
    let rows = report.parameters.iter().map(|p| {
        let survive = p.survive.map_or("?".to_owned(), |n| n.to_string());
        let never: Vec<Option<&Value>> = p.killed.iter().map(|k| k.value.as_ref()).collect();
        // Of an empty space no value is listed: the reason is told once.
        let listed_all = |n: u64| never.is_empty() || n + never.len() as u64 >= p.values;
        let more = p.survive.is_some_and(|n| !listed_all(n));
        vec![p.name.clone(), p.values.to_string(), survive, listed(&never, " ", more)]
    });
    out.push_str(&output::table(&["parameter", "values", "survive", "never valid"], rows));
    out.push_str("\n\n");
    let conditional = report.parameters.iter().filter_map(|p| Some((&p.name, p.when.as_ref()?)));
    let there: String =
        conditional.map(|(name, when)| format!("{name} is there only when {when}\n")).collect();
    if !there.is_empty() {
        out.push_str(&there);
        out.push('\n');
    }
    for parameter in &report.parameters {
        // Values killed by the same constraints are told together.
        let mut told: Vec<(&[u32], Vec<Option<&Value>>)> = Vec::new();
        for killed in parameter.killed.iter().filter(|k| !k.by.is_empty()) {
            let value = killed.value.as_ref();
            match told.iter_mut().find(|(by, _)| *by == killed.by.as_slice()) {
                Some((_, values)) => values.push(value),
                None => told.push((&killed.by, vec![value])),
            }
        }
        for (by, values) in told {
            out.push_str(&format!(
                "{} = {} is excluded by\n",
                parameter.name,
                listed(&values, ", ", false)
            ));
            lines(report, by, out);
        }
    }
    if report.parameters.iter().any(|p| p.killed.iter().any(|k| !k.by.is_empty())) {
        out.push('\n');
    }
}

fn constraints(report: &SpaceReport, out: &mut String) {
    // Those of rules have a table of their own.
    let own = report.constraints.iter().take(super::ruled::first(report));
    if own.len() == 0 {
        return;
    }
    let is_known = |c: &ConstraintRecord| c.removes_alone.is_some() && c.only_it_removes.is_some();
    let is_whole = own.clone().all(is_known);
    let rows = own.map(|c| {
        vec![cut(&c.text), shown(&c.removes_alone), shown(&c.only_it_removes), String::new()]
    });
    out.push_str(&output::table(&["constraint", "alone removes", "only it removes", ""], rows));
    out.push_str(if is_whole { "\n\n" } else { "\n?: not counted, it would take too long\n\n" });
}

/// A count, or that it is not known.
pub(super) fn shown(count: &Option<CountRecord>) -> String {
    count.as_ref().map_or("?".to_owned(), grouped)
}

fn answers(report: &SpaceReport, out: &mut String) {
    for why in &report.why {
        out.push_str(&format!(
            "{}={}: {} valid configs have it\n",
            why.parameter,
            why.value,
            grouped(&why.count)
        ));
        if let Some(conflict) = &why.excluded {
            out.push_str("it is excluded: ");
            blame(report, conflict, out);
        } else {
            for (constraint, leaves) in report.constraints.iter().zip(&why.leaves) {
                out.push_str(&format!(
                    "  {:>16} left by {}\n",
                    grouped(leaves),
                    cut(&constraint.text)
                ));
            }
        }
    }
    let Some(config) = &report.config else { return };
    let is_open =
        config.excluded.is_some() || config.count != CountRecord::Number(u64::from(config.valid));
    match (config.valid, is_open) {
        (true, false) => out.push_str("the config is valid\n"),
        (true, true) => {
            out.push_str(&format!("{} valid configs have these values\n", grouped(&config.count)));
        }
        (false, _) => {
            if let Some(conflict) = &config.excluded {
                out.push_str("no valid config has these values: ");
                blame(report, conflict, out);
            } else {
                out.push_str("the config breaks\n");
                lines(report, &config.breaks, out);
            }
        }
    }
}

fn blame(report: &SpaceReport, conflict: &ConflictRecord, out: &mut String) {
    let whens = conflict.conditional.iter().filter_map(|name| {
        let parameter = report.parameters.iter().find(|p| p.name == *name)?;
        Some(format!("    {name} is there only when {}\n", parameter.when.as_ref()?))
    });
    let whens: String = whens.collect();
    if conflict.constraints.is_empty() {
        out.push_str("something is not there with the other values\n");
        out.push_str(&whens);
        return;
    }
    out.push_str(match (conflict.constraints.len(), conflict.smallest) {
        (1, _) => "this constraint alone forbids it\n",
        (_, true) => "these cannot hold together, and no fewer do it\n",
        (_, false) => "these cannot hold together, and none can be left out\n",
    });
    lines(report, &conflict.constraints, out);
    out.push_str(&whens);
}

fn lines(report: &SpaceReport, constraints: &[u32], out: &mut String) {
    for index in constraints {
        let Some(constraint) = report.constraints.get(*index as usize) else { continue };
        out.push_str(&format!("    {}\n", constraint.text));
        if let Some(reason) = &constraint.reason {
            out.push_str(&format!("      because {reason}\n"));
        }
    }
}

/// Values with runs of neighbouring whole numbers drawn together; of long lists the beginning and the
/// end.
fn listed(values: &[Option<&Value>], between: &str, more: bool) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = values;
    while let Some((first, after)) = rest.split_first() {
        let run = match first {
            Some(Value::Int(from)) => {
                let next = |(at, v): (i64, &Option<&Value>)| *v == Some(&Value::Int(from + at));
                (1..).zip(after).take_while(|(at, v)| next((*at, v))).count()
            }
            _ => 0,
        };
        let shown = |v: &Option<&Value>| v.map_or("absent".to_owned(), ToString::to_string);
        match after.get(run.saturating_sub(1)).filter(|_| run >= 2) {
            Some(last) => parts.push(format!("{}..{}", shown(first), shown(last))),
            None => parts.push(shown(first)),
        }
        rest = after.get(if run >= 2 { run } else { 0 }..).unwrap_or_default();
    }
    if more {
        parts.push("…".to_owned());
    }
    let whole = parts.join(between);
    if whole.chars().count() <= MAX_VALUES {
        return whole;
    }
    let last = parts.pop().filter(|last| last.chars().count() < MAX_VALUES / 2).unwrap_or_default();
    let mut out = String::new();
    for part in parts {
        if out.chars().count() + part.chars().count() + last.chars().count() > MAX_VALUES {
            break;
        }
        out.push_str(&part);
        out.push_str(between);
    }
    if last == "…" { format!("{out}…") } else { format!("{out}…{between}{last}") }
}

/// A count as a float.
fn roughly(count: &CountRecord) -> f64 {
    match count {
        CountRecord::Number(number) => *number as f64,
        CountRecord::Digits(digits) => digits.parse().unwrap_or(f64::INFINITY),
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}

fn cut(text: &str) -> String {
    if text.chars().count() <= MAX_LINE {
        return text.to_owned();
    }
    text.chars().take(MAX_LINE - 1).chain(['…']).collect()
}

fn significant(x: f64) -> String {
    if x == 0.0 {
        return "0".to_owned();
    }
    if x.abs() < 1e-4 {
        return format!("{x:.2e}");
    }
    let digits = (2 - x.abs().log10().floor() as i32).clamp(0, 12) as usize;
    format!("{x:.digits$}")
}

/// With a comma every three digits.
pub(crate) fn grouped(count: &CountRecord) -> String {
    let digits = match count {
        CountRecord::Number(number) => number.to_string(),
        CountRecord::Digits(digits) => digits.clone(),
    };
    let mut out = String::with_capacity(digits.len() * 4 / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}
