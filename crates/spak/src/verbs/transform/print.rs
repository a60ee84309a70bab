//! A transformation for people: the goal as it was understood, each change with its reason, and the change of the text.

use std::fmt::Write as _;

use similar::TextDiff;
use spak_records::transform_report::{AskedRecord, TransformReport};

use crate::verbs::check;

/// The report, with the difference where no file was written.
pub(super) fn report(report: &TransformReport, before: &str, after: &str, all: bool) -> String {
    let mut text = report.goal.clone();
    for left in &report.not_understood {
        let _ = writeln!(text, "not understood: `{left}`");
    }
    text.push('\n');
    let mut last = "";
    for change in &report.changes {
        if change.proposal != last {
            let _ = writeln!(text, "{}: {}", change.proposal, change.reason);
            if !change.source.is_empty() {
                let _ = writeln!(text, "  source: {}", change.source);
            }
            last = &change.proposal;
        }
        let values = match change.values.as_slice() {
            [] => String::new(),
            values => format!(": {}", values.join(", ")),
        };
        let _ = writeln!(text, "  {} {}{values}", change.what, change.name);
    }
    if report.changes.is_empty() {
        text.push_str("nothing is proposed: the design has all that libraries know of\n");
    }
    if let Some(asked) = &report.asked {
        text.push_str(&format!("\n{}", by(asked)));
    }
    // What somebody who was asked said in vain is told always.
    let all = all || report.asked.is_some();
    if all && !report.not_done.is_empty() {
        text.push_str("\nnot done\n");
        for one in &report.not_done {
            let _ = writeln!(text, "  {}: {}", one.proposal, one.why);
        }
    }
    match &report.written {
        Some(written) => {
            let _ = writeln!(
                text,
                "\n{written}: written; `spak diff {} {written}` shows what it means",
                report.seed
            );
        }
        None => {
            let diff = TextDiff::from_lines(before, after);
            let _ = write!(text, "\n{}", diff.unified_diff().context_radius(2));
        }
    }
    text
}

/// Whom it is by, and what that cost.
fn by(asked: &AskedRecord) -> String {
    let replayed = match asked.replayed {
        0 => String::new(),
        replayed => format!(", {replayed} of them recorded"),
    };
    let [input, output] = asked.tokens;
    let about = if asked.is_estimate { "about " } else { "" };
    let money = match asked.money {
        money if money > 0.0 => format!(", {money:.4} of money"),
        _ => String::new(),
    };
    format!(
        "{} ({}): {}{replayed}, {about}{input} tokens asked and {output} answered{money}; {}\n{}: all questions and answers\n",
        asked.proposer,
        asked.models.join(", "),
        check::plural(asked.rounds as usize, "round"),
        asked.how,
        asked.transcript
    )
}
