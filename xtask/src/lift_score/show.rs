//! Scores as tables for a person.

use std::collections::BTreeMap;

use super::axes::{Item, Outcome, Said, Verdict};
use super::ratio::Ratio;
use super::score::{Bar, Counts, Score, all};
use super::statements::Scored as Statement;
use super::tuning::{Scored as Tuning, condition};

/// The table of all files, then the bars.
pub(crate) fn summary(counts: &[(&str, Counts)], bars: &[Bar]) -> String {
    let head = [
        "file",
        "kernels",
        "P0",
        "P1",
        "P2",
        "all",
        "exact line",
        "whole rows",
        "precision",
        "beyond",
        "tuning",
        "constraints",
        "dead",
    ];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    rows.extend(counts.iter().map(|(name, counts)| cells(name, counts)));
    let mut text = table(&rows);
    text.push('\n');
    let mut rows = vec![["bar", "reached", "asked", ""].map(str::to_owned).to_vec()];
    for bar in bars {
        let met = if bar.met { "met" } else { "MISSED" };
        rows.push(vec![bar.name.clone(), bar.reached.clone(), bar.asked.clone(), met.to_owned()]);
    }
    text + &table(&rows)
}

fn cells(name: &str, counts: &Counts) -> Vec<String> {
    let of = |counts: &BTreeMap<String, Ratio>, priority: &str| {
        counts.get(priority).copied().unwrap_or_default().to_string()
    };
    vec![
        name.to_owned(),
        format!("{}/{}", counts.kernels.hit, counts.kernels.of),
        of(&counts.recall, "P0"),
        of(&counts.recall, "P1"),
        of(&counts.recall, "P2"),
        all(&counts.recall).to_string(),
        all(&counts.strict).to_string(),
        counts.whole.to_string(),
        counts.precision.to_string(),
        counts.beyond.to_string(),
        counts.tuning.to_string(),
        counts.constraints.to_string(),
        counts.dead.to_string(),
    ]
}

/// Columns as wide as their widest cell.
fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let cells = row.iter().zip(&widths).map(|(cell, &width)| format!("{cell:width$}"));
        text.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        text.push('\n');
    }
    text
}

/// Everything that a person may want to check in one file.
pub(crate) fn details(score: &Score<'_>) -> String {
    let truth = score.truth;
    let mut text = format!("\n## {}: {}\n", truth.name, truth.file);
    if score.family.as_ref() != Some(&truth.family) {
        let said = score.family.as_deref().unwrap_or("nothing");
        text.push_str(&format!("family: {said} was said, {} is true\n", truth.family));
    }
    let missed = score.axes.items.iter().filter(|item| item.outcome < Outcome::Near);
    section(&mut text, "missed", missed.map(|item| miss(score, item)));
    let wrong =
        score.axes.said.iter().filter(|s| s.verdict.counts() && s.verdict != Verdict::Right);
    section(&mut text, "wrong", wrong.map(finding));
    let beyond = score.axes.said.iter().filter(|said| !said.verdict.counts());
    section(&mut text, "beyond the truth", beyond.map(finding));
    section(&mut text, "tuning", score.tuning.iter().map(tuning));
    section(&mut text, "constraints", score.constraints.iter().map(statement));
    section(&mut text, "dead or misleading", score.dead.iter().map(statement));
    text
}

fn section(text: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    let lines: Vec<String> = lines.collect();
    if !lines.is_empty() {
        text.push_str(&format!("{title} ({})\n", lines.len()));
        for line in lines {
            text.push_str(&format!("  {line}\n"));
        }
    }
}

/// The name of a kernel in the source.
fn name<'s>(score: &Score<'s>, kernel: &'s str) -> &'s str {
    let names = score.truth.kernels.get(kernel);
    names.and_then(|names| names.first()).map_or(kernel, String::as_str)
}

/// An item that was not found, and why.
pub(crate) fn miss(score: &Score<'_>, item: &Item<'_>) -> String {
    let row = item.row;
    let why = match item.outcome {
        Outcome::Silent => "nothing said".to_owned(),
        Outcome::OtherLine => format!("line: {}", item.said.join(", ")),
        _ => format!("value: {}", item.said.join(", ")),
    };
    let role = about(&row.roles.join("|"));
    let condition = row.condition.as_ref().map(|c| format!(" when {c}")).unwrap_or_default();
    let doubt = row.doubt.as_ref().map(|doubt| format!("; doubt: {doubt}")).unwrap_or_default();
    format!(
        "{} {} {}{role} in {} ({}) = {} at {:?}{condition}: {why}{doubt}",
        row.id,
        row.priority,
        row.axis,
        item.kernel,
        name(score, item.kernel),
        row.value,
        row.lines
    )
}

/// A finding and what became of it.
pub(crate) fn finding(said: &Said) -> String {
    let role = about(said.role.as_deref().unwrap_or(""));
    let kernel = said.kernel.as_deref().unwrap_or("no kernel");
    let lines: Vec<_> = said.lines.iter().collect();
    format!(
        "{}: {}{role} in {kernel} = {} at {lines:?}",
        said.verdict.word(),
        said.axis,
        said.value
    )
}

fn about(role: &str) -> String {
    if role.is_empty() { String::new() } else { format!(" of {role}") }
}

/// A row of configs and what it was matched with.
pub(crate) fn tuning(scored: &Tuning<'_>) -> String {
    let row = scored.row;
    let place = condition(&row.arch, row.key.as_deref(), &row.other);
    let found = match &scored.matched {
        Some(matched) => {
            let matched: Vec<_> = matched.iter().cloned().collect();
            format!("found as [{}]", matched.join("] ["))
        }
        None => format!("MISSED on {}", scored.lacking.join(" ")),
    };
    let (parameters, values) = (row.parameters.join(","), row.values.len());
    format!(
        "{} {} [{place}] {parameters}, {values} configs at {:?}: {found}",
        row.name, row.kernel, row.lines
    )
}

/// A statement and what it was matched with.
pub(crate) fn statement(scored: &Statement<'_>) -> String {
    let truth = scored.truth;
    let kind = truth.kind.as_deref().unwrap_or("dead");
    let found = scored.matched.as_ref().map_or("MISSED".to_owned(), |found| {
        format!("found as \"{}\" at {:?}", found.text, found.lines)
    });
    format!("{} {kind}: {} at {:?}: {found}", truth.id, truth.text, truth.lines)
}
