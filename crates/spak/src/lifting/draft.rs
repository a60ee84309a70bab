//! The draft of a design from what was lifted of one kernel.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use spak_records::lift_report::{LiftedFile, LiftedKernel};
use spak_syntax::Diagnostic;

use crate::lifting::parts::{Axis, NUMBERED, Parts, Statement, alike, identifier, quoted};
use crate::verbs::check;

/// How far what stands in a block is indented.
const STEP: &str = "    ";

/// The text of a design for one kernel of a file, laid out as `spak fmt` does.
pub(crate) fn draft(file: &LiftedFile, kernel: &LiftedKernel) -> String {
    write(&parts(file, kernel), file, kernel)
}

/// What a design gets from a kernel of a file. What its source demands of names that the design does not have, or has
/// with words for values, is told in words: there is nothing to compare.
pub(crate) fn parts(file: &LiftedFile, kernel: &LiftedKernel) -> Parts {
    let mut words = BTreeSet::new();
    loop {
        let parts = Parts::of(file, kernel, &words);
        let before = words.len();
        words.extend(doubted(&write(&parts, file, kernel)));
        if words.len() == before {
            return parts;
        }
    }
}

/// The numbers of the invariants whose assertions `spak check` has something to say about.
fn doubted(text: &str) -> Vec<usize> {
    let number = |one: Diagnostic| {
        let before = text.get(..one.primary.span.start as usize)?;
        let (above, line) = before.rsplit_once('\n')?;
        let head = above.lines().last().filter(|_| line.trim_start().starts_with("assert:"))?;
        head.trim()
            .strip_prefix("invariant ")?
            .strip_prefix(NUMBERED)?
            .split(' ')
            .next()?
            .parse()
            .ok()
    };
    check::text_of(Path::new("draft.dsl"), text).into_iter().filter_map(number).collect()
}

fn write(parts: &Parts, file: &LiftedFile, kernel: &LiftedKernel) -> String {
    let mut text = String::new();
    let _ = writeln!(
        text,
        "// Lifted from {}, kernel {} ({}). The first value of each axis is what the source does.",
        parts.source, kernel.name, file.language
    );
    let _ = writeln!(text, "system {} {{", identifier(&kernel.name));
    let mut lines = Vec::new();
    lines.extend(parts.family.iter().flat_map(|family| workload(family)));
    block(&mut lines, "design_space", parts.axes.iter().map(axis_line));
    let parameters = parts.parameters.iter().map(|(name, values)| parameter_line(name, values));
    block(&mut lines, "tuning_space", parameters);
    lines.extend(parts.configs.iter().flat_map(|one| one.lines(STEP)));
    block(&mut lines, "knowledge", statements(&parts.invariants));
    let facts: Vec<Statement> = parts.facts.iter().chain(&parts.hazards).cloned().collect();
    block(&mut lines, "knowledge", statements(&numbered(facts)));
    for line in lines {
        let _ = writeln!(text, "{STEP}{line}");
    }
    text.push_str("}\n");
    spak_syntax::format(&text).text
}

/// The same with a number behind each name that was there before.
fn numbered(mut all: Vec<Statement>) -> Vec<Statement> {
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for one in &mut all {
        let count = times.entry(one.name.clone()).or_default();
        *count += 1;
        if *count > 1 {
            let _ = write!(one.name, " {count}");
        }
    }
    all
}

fn statements(all: &[Statement]) -> impl Iterator<Item = String> {
    all.iter().flat_map(|one| one.lines(STEP))
}

/// A block of lines, if there are any.
fn block(lines: &mut Vec<String>, head: &str, inside: impl Iterator<Item = String>) {
    let inside: Vec<String> = inside.collect();
    if !inside.is_empty() {
        lines.push(format!("{head} {{"));
        lines.extend(inside.iter().map(|line| format!("{STEP}{line}")));
        lines.push("}".to_owned());
    }
}

/// The problem that a kernel of a family solves.
pub(super) fn workload(family: &str) -> Vec<String> {
    let operator = format!("{STEP}operator: {}", quoted(family));
    vec!["workload Lifted {".to_owned(), operator, "}".to_owned()]
}

/// An axis with its values, what the source has first, and its lines.
pub(super) fn axis_line(axis: &Axis) -> String {
    let values: Vec<&String> = axis.values.iter().chain(&axis.others).collect();
    let lines: Vec<String> = axis.lines.iter().map(ToString::to_string).collect();
    format!("{}: [{}]    // {}", axis.name, alike(&values).join(", "), lines.join(" "))
}

/// A parameter with its values.
pub(super) fn parameter_line(name: &str, values: &[String]) -> String {
    let values: Vec<&String> = values.iter().collect();
    format!("{name}: [{}]", alike(&values).join(", "))
}
