//! A transfer for people: what is to be decided first, counts last.

use std::fmt::Write as _;

use spak_records::transfer_report::{ConditionRecord, TransferItem, TransferReport};

/// The most values of a dimension that are shown.
const MOST_VALUES: usize = 8;

/// The report as text; what came out as foreseen only when `all` is asked for.
pub(super) fn report(report: &TransferReport, all: bool) -> String {
    let (source, target) = (&report.source.operator, &report.target.operator);
    let mut text = format!("{source} ({}) tells of {target}", report.source.file);
    if let Some(measured) = &report.measured {
        let _ = write!(text, " as in {measured}");
    }
    text.push_str(":\n");
    section(&mut text, report, "missing", &format!("{source} cannot tell of"), |item| {
        format!("{}: {}", item.name, values(&item.values))
    });
    for (dimension, sizes) in &report.uncovered {
        let _ = writeln!(
            text,
            "  and of whatever lies along `{dimension}` ({}): its problems have no such dimension",
            sizes.join(", ")
        );
    }
    section(&mut text, report, "other-values", "known, with other values", |item| {
        let struck = match item.struck.as_slice() {
            [] => String::new(),
            struck => format!("; not {}", values(struck)),
        };
        let new: Vec<String> =
            item.values.iter().filter(|v| !item.foreseen.contains(v)).cloned().collect();
        let new = match new.as_slice() {
            [] => String::new(),
            new => format!("; also {}", values(new)),
        };
        let known = match item.foreseen.as_slice() {
            [] => "none of its values".to_owned(),
            known => values(known),
        };
        format!("{}{}: {known}{new}{struck}", item.name, from(item))
    });
    section(&mut text, report, "not-there", "foreseen, and not there", |item| {
        format!("{}{}", item.name, from(item))
    });
    if all {
        section(&mut text, report, "filled", "as foreseen", |item| {
            format!("{}{}: {}", item.name, from(item), values(&item.values))
        });
        if !report.left.is_empty() {
            text.push_str("\nof no use there\n");
        }
        for left in &report.left {
            let _ = writeln!(text, "  {}: {}", left.name, left.why);
        }
    }
    conditions(&mut text, report, all);
    counts(&mut text, report);
    text
}

fn section(
    text: &mut String,
    report: &TransferReport,
    found: &str,
    head: &str,
    line: impl Fn(&TransferItem) -> String,
) {
    let mut its = report.items.iter().filter(|item| item.found == found).peekable();
    if its.peek().is_some() {
        let _ = writeln!(text, "\n{head}");
    }
    for item in its {
        let _ = writeln!(text, "  {}", line(item));
    }
}

/// What told of it, when that has another name.
fn from(item: &TransferItem) -> String {
    match item.from.as_slice() {
        [] => String::new(),
        [one] if *one == item.name => String::new(),
        names => format!(" (from {})", names.join(", ")),
    }
}

fn values(all: &[String]) -> String {
    match all.split_at_checked(MOST_VALUES) {
        Some((first, rest)) if !rest.is_empty() => {
            format!("{} and {} more", first.join(", "), rest.len())
        }
        _ => all.join(", "),
    }
}

fn conditions(text: &mut String, report: &TransferReport, all: bool) {
    let shown = |one: &&ConditionRecord| all || matches!(one.found.as_str(), "added" | "missing");
    let mut its = report.conditions.iter().filter(shown).peekable();
    if its.peek().is_some() {
        text.push_str("\nconditions\n");
    }
    for one in its {
        let formula = |text: &Option<String>| text.clone().unwrap_or_default();
        let _ = match one.found.as_str() {
            "left" => writeln!(text, "  left: {} ({})", formula(&one.source), one.why),
            found => writeln!(text, "  {found}: {}", formula(&one.target)),
        };
    }
}

fn saved(part: f64) -> String {
    let percent = (part.abs() * 100.0).round();
    format!("{percent} % {}", if part < 0.0 { "more" } else { "fewer" })
}

fn counts(text: &mut String, report: &TransferReport) {
    let (shares, steps) = (report.shares, report.steps);
    let _ = writeln!(
        text,
        "\n{} of {} axes and parameters found ({:.0} %), {} of them with just their values ({:.0} % of all); {} missing, {} foreseen and not there",
        shares.filled + shares.other_values,
        shares.all,
        shares.found * 100.0,
        shares.filled,
        shares.prefilled * 100.0,
        shares.missing,
        shares.not_there,
    );
    let _ = writeln!(
        text,
        "decisions until the metamodel is complete: {} from an empty page, {} from here ({}), {} with a look at each thing that was filled in ({})",
        steps.cold,
        steps.transferred,
        saved(steps.saved),
        steps.reviewed,
        saved(steps.saved_with_review),
    );
    if let Some(written) = &report.written {
        let _ =
            writeln!(text, "{written}: a design to go on from; `spak check {written}` reads it");
    }
}
