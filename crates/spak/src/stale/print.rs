//! What a check found, for people: what needs to be done first, and a line for all that is well.

use anyhow::Result;
use spak_records::standing_report::{StandingItem, StandingReport};

use crate::output;
use crate::verbs::check::plural;

/// Prints the report; `keeps` when texts were not to be changed.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn print(report: &StandingReport, keeps: bool) -> Result<()> {
    let mut text = String::new();
    for file in &report.files {
        for item in file.items.iter().filter(|item| is_told(item)) {
            told(&mut text, item);
        }
        if !file.diff.is_empty() {
            text.push_str(&format!("\n{}\n", file.diff));
            text.push_str(&match (file.written, keeps) {
                (true, _) => format!("`{}` was changed as shown\n", file.file),
                (false, true) => format!("`{}` was not changed (`--keep-design`)\n", file.file),
                (false, false) => format!("`{}` cannot be changed\n", file.file),
            });
        }
    }
    let counts = &report.counts;
    let all = [
        (counts.current, "current"),
        (counts.held, "held"),
        (counts.stale, "stale"),
        (counts.untold, "untold"),
        (counts.unsupported, "unsupported"),
        (counts.elsewhere, "about other machines"),
        (counts.demoted, "demoted now"),
        (counts.out, "out before"),
    ];
    let parts: Vec<String> =
        all.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")).collect();
    let total: u64 = all.iter().map(|(n, _)| n).sum();
    let total = plural(usize::try_from(total).unwrap_or(usize::MAX), "learnt statement");
    let parts = if parts.is_empty() { String::new() } else { format!(": {}", parts.join(", ")) };
    text.push_str(&format!("{total}{parts}\n"));
    if let Some(bundle) = &report.bundle {
        let configs = plural(usize::try_from(bundle.configs).unwrap_or(usize::MAX), "config");
        text.push_str(&format!("{}: {configs} for a node\n", bundle.file));
    }
    output::result(&text)
}

/// Of what is well, and of what is elsewhere, only the number is told.
fn is_told(item: &StandingItem) -> bool {
    !matches!(item.state.as_str(), "current" | "elsewhere")
}

fn told(text: &mut String, item: &StandingItem) {
    let StandingItem { place, state, keyword, name, .. } = item;
    text.push_str(&format!("{}:{}: {state}: {keyword} {name}\n", place.file, place.line));
    // What held is told by what was seen; why it was asked is no matter any more.
    if state == "held" {
        let seen = item.witnesses.iter().filter_map(|w| Some((&w.text, w.seen.as_ref()?)));
        seen.for_each(|(witness, seen)| {
            text.push_str(&format!("  {}: {seen}\n", super::claim(witness)));
        });
        return;
    }
    for reason in &item.reasons {
        text.push_str(&format!("  {reason}\n"));
    }
}
