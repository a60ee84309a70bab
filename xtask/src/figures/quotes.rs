//! Excerpts of what is kept, between marks in the documents.

use std::path::PathBuf;

use anyhow::{Context, Result};

use super::{kept, trace};
use crate::run::root;

/// Documents with figures.
const DOCUMENTS: [&str; 4] =
    ["README.md", "README.ko.md", "docs/guide/first-design.md", "docs/guide/tuning-a-space.md"];
/// Longer lines are cut in an excerpt.
const WIDTH: usize = 138;

/// Puts the excerpts into all documents.
pub(crate) fn write() -> Result<()> {
    for (path, old, new) in documents()? {
        if old != new {
            std::fs::write(&path, new)?;
            println!("{} quotes the new figures", path.display());
        }
    }
    Ok(())
}

/// Adds what is wrong with figures in documents and with the kept reports.
pub(crate) fn check(broken: &mut Vec<String>) -> Result<()> {
    for (path, old, new) in documents()? {
        if old != new {
            let shown = path.strip_prefix(root()).unwrap_or(&path).display().to_string();
            broken.push(format!(
                "{shown}: figures differ from docs/results; `cargo xtask quote` copies them"
            ));
        }
    }
    let reports = [
        ("fmha_first.txt", "fmha.jsonl", 0),
        ("fmha_again.txt", "fmha.jsonl", 1),
        ("guide_first.txt", "guide.jsonl", 0),
        ("guide_again.txt", "guide.jsonl", 1),
    ];
    for (report, of, run) in reports {
        for wrong in trace::disagreements(&read(report)?, &read(of)?, run)? {
            broken.push(format!("docs/results/{report}: {wrong}: not so in {of}"));
        }
    }
    Ok(())
}

/// Path, text, and text with the excerpts of today, for each document.
fn documents() -> Result<Vec<(PathBuf, String, String)>> {
    let read = |name: &str| {
        let path = root().join(name);
        let old = std::fs::read_to_string(&path)?;
        let new = quoted(&old).with_context(|| name.to_owned())?;
        Ok((path, old, new))
    };
    DOCUMENTS.into_iter().map(read).collect()
}

fn read(name: &str) -> Result<String> {
    std::fs::read_to_string(kept(name)).with_context(|| format!("docs/results/{name}"))
}

fn quoted(text: &str) -> Result<String> {
    const OPEN: &str = "<!-- figures: ";
    const CLOSE: &str = "<!-- /figures -->";
    let mut parts = text.split(OPEN);
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(" -->").context("a mark without an end")?;
        let (old, rest) = rest.split_once(CLOSE).with_context(|| format!("{name} has no end"))?;
        let new = excerpt(name)?;
        let new = if old.starts_with('\n') { format!("\n{new}\n") } else { new };
        out.push_str(&format!("{OPEN}{name} -->{new}{CLOSE}{rest}"));
    }
    Ok(out)
}

fn excerpt(name: &str) -> Result<String> {
    Ok(match name {
        "build-minutes" => minutes("build_seconds")?,
        "loop-minutes" => minutes("loop_seconds")?,
        "again-minutes" => minutes("again_seconds")?,
        "loop" => fenced("text", &run(&read("fmha_first.txt")?, 3)),
        "diff" => fenced("diff", &change(&read("fmha_first.txt")?, 36)),
        "again" => fenced("text", &run(&read("fmha_again.txt")?, 3)),
        "bench" => fenced("text", &read("bench.txt")?),
        "spaces" => fenced("text", &read("spaces.txt")?),
        "spaces-large" => fenced("text", &read("spaces_large.txt")?),
        "replay" => fenced("text", &read("replay.txt")?),
        "front-end" => fenced("text", &read("front_end.txt")?),
        "guide" => fenced("text", &run(&read("guide_first.txt")?, 4)),
        "guide-diff" => fenced("diff", &change(&read("guide_first.txt")?, 30)),
        "guide-again" => fenced("text", &run(&read("guide_again.txt")?, 4)),
        "guide-rule" => fenced("text", &rule(&read("guide_first.txt")?)?),
        _ => anyhow::bail!("no figures are called `{name}`"),
    })
}

fn minutes(key: &str) -> Result<String> {
    let times: serde_json::Value = serde_json::from_str(&read("times.json")?)?;
    let seconds = times[key].as_f64().with_context(|| format!("times.json has no {key}"))?;
    Ok(format!("{:.1}", seconds / 60.0))
}

fn fenced(language: &str, text: &str) -> String {
    let cut = |line: &str| match line.char_indices().nth(WIDTH) {
        Some((at, _)) => format!("{}…", line.get(..at).unwrap_or(line)),
        None => line.to_owned(),
    };
    let lines: Vec<String> = text.trim_end().lines().map(|line| cut(line.trim_end())).collect();
    format!("```{language}\n{}\n```", lines.join("\n"))
}

/// A run without its middle: the first and last trials, `best` rows of the ranking and its last one,
/// and how it ended.
fn run(report: &str, best: usize) -> String {
    let before_change = report.split("\n--- ").next().unwrap_or(report);
    let (trials, after) = before_change.split_once("\n\n").unwrap_or((before_change, ""));
    let (ranking, end) = after.split_once("\n\n").unwrap_or((after, ""));
    let (head, tried): (Vec<&str>, Vec<&str>) =
        trials.lines().partition(|line| !line.starts_with("  "));
    let rows: Vec<String> = rows(ranking);
    let (header, rows) = rows.split_at_checked(1).unwrap_or((&[], &rows));
    let mut out = head.join("\n");
    out.push('\n');
    out.push_str(&ends(&tried, 3, 2));
    out.push('\n');
    out.push_str(&header.concat());
    out.push_str(&ends(rows, best, 1));
    out.push('\n');
    out.push_str(end);
    out
}

/// The first and the last of `lines`, with a mark where some are left out.
fn ends<S: AsRef<str>>(lines: &[S], first: usize, last: usize) -> String {
    let all = lines.len() <= first + last + 1;
    let kept = lines.iter().enumerate().filter_map(|(index, line)| {
        let line = line.as_ref().trim_end_matches('\n');
        if all || index < first || index + last >= lines.len() {
            Some(format!("{line}\n"))
        } else {
            (index == first).then(|| "…\n".to_owned())
        }
    });
    kept.collect()
}

/// The table's header and its rows, each with the lines that it goes on over.
fn rows(table: &str) -> Vec<String> {
    let mut rows: Vec<String> = Vec::new();
    for line in table.lines() {
        let begins = line.trim_start().starts_with(|c: char| c.is_ascii_digit())
            && line.chars().nth(1).is_some_and(|c| c != ' ');
        let is_row = begins && line.contains(" … ");
        let is_note = !line.starts_with(' ') && !line.starts_with('─');
        match rows.last_mut() {
            Some(last) if !is_row && !is_note => {
                last.push_str(line);
                last.push('\n');
            }
            _ if is_note => {}
            _ => rows.push(format!("{line}\n")),
        }
    }
    rows
}

/// The first `count` lines of the change.
fn change(report: &str, count: usize) -> String {
    let Some(at) = report.find("\n--- ") else { return String::new() };
    let text = report.get(at + 1..).unwrap_or_default();
    let (change, _) = text.split_once("\n\n").unwrap_or((text, ""));
    let lines: Vec<&str> = change.lines().collect();
    match lines.get(..count) {
        // It ends with a whole item.
        Some(first) => {
            let end = first.iter().rposition(|line| *line == "+").unwrap_or(count);
            format!("{}\n…", first.get(..end).unwrap_or(first).join("\n"))
        }
        None => lines.join("\n"),
    }
}

/// The first effect that a run found, with the rule that rests on it.
fn rule(report: &str) -> Result<String> {
    let lines = report.lines().filter_map(|line| line.strip_prefix('+'));
    let lines: Vec<&str> =
        lines.map(|line| line.strip_prefix("        ").unwrap_or(line)).collect();
    let is_effect = |line: &&str| line.starts_with("fact ") && line.contains("_effect_");
    let start = lines.iter().position(is_effect).context("no effect was learnt")?;
    let mut items = 0;
    let mut out = Vec::new();
    for line in lines.iter().skip(start) {
        out.push(*line);
        items += usize::from(*line == "}");
        if items == 2 {
            break;
        }
    }
    Ok(out.join("\n"))
}
