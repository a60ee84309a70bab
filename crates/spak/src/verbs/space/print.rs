//! The report for people.

use anyhow::Result;
use spak_records::space_report::{ConflictRecord, CountRecord, SpaceReport};

use crate::output;

/// A value that needs this many characters is cut.
const MAX_LINE: usize = 96;

pub(super) fn report(report: &SpaceReport) -> Result<()> {
    let mut out = format!(
        "{}: {}, {}\n",
        report.name,
        counted(report.parameters.len(), "parameter"),
        counted(report.constraints.len(), "constraint")
    );
    let share = match (&report.combinations, &report.count) {
        (CountRecord::Number(all), CountRecord::Number(valid)) if *all > 0 => {
            format!(" ({} %)", significant(100.0 * *valid as f64 / *all as f64))
        }
        _ => String::new(),
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
        let values: Vec<String> = example.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
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
        let never: Vec<String> = p
            .killed
            .iter()
            .map(|k| k.value.as_ref().map_or("absent".to_owned(), ToString::to_string))
            .collect();
        vec![p.name.clone(), p.values.to_string(), survive, cut(&never.join(" "))]
    });
    out.push_str(&output::table(&["parameter", "values", "survive", "never valid"], rows));
    out.push_str("\n\n");
    for parameter in &report.parameters {
        // Values killed by the same constraints are told together.
        let mut told: Vec<(&[u32], Vec<String>)> = Vec::new();
        for killed in parameter.killed.iter().filter(|k| !k.by.is_empty()) {
            let value = killed.value.as_ref().map_or("absent".to_owned(), ToString::to_string);
            match told.iter_mut().find(|(by, _)| *by == killed.by.as_slice()) {
                Some((_, values)) => values.push(value),
                None => told.push((&killed.by, vec![value])),
            }
        }
        for (by, values) in told {
            out.push_str(&format!(
                "{} = {} is excluded by\n",
                parameter.name,
                cut(&values.join(", "))
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
    let rows = own.map(|c| {
        vec![cut(&c.text), shown(&c.removes_alone), shown(&c.only_it_removes), String::new()]
    });
    out.push_str(&output::table(&["constraint", "alone removes", "only it removes", ""], rows));
    out.push_str("\n\n");
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
    out.push_str(match (conflict.constraints.len(), conflict.smallest) {
        (1, _) => "this constraint alone forbids it\n",
        (_, true) => "these cannot hold together, and no fewer do it\n",
        (_, false) => "these cannot hold together, and none can be left out\n",
    });
    lines(report, &conflict.constraints, out);
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
