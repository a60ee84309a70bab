//! Concepts for people: one in full, or many with a line or two for each.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use spak_ontology::Kind;
use spak_records::concepts_report::{ConceptRecord, ConceptsReport, NamingRecord, UseRecord};
use spak_records::report::PlaceRecord;

use crate::verbs::check::plural;

/// The report as text.
pub(super) fn report(report: &ConceptsReport) -> String {
    let mut text = String::new();
    match (&report.asked, report.concepts.as_slice()) {
        (None, []) => text.push_str("it has no concepts\n"),
        (None, all) => listed(&mut text, all, report.operator.is_some()),
        (Some(name), all) => {
            if let [_, _, ..] = all {
                let names: Vec<&str> = all.iter().map(|one| one.name.as_str()).collect();
                let names = names.join(" and ");
                let _ = writeln!(text, "`{name}` is {names}, depending on the operator\n");
            }
            let full: Vec<String> = all.iter().map(full).collect();
            text.push_str(&full.join("\n"));
        }
    }
    text
}

fn listed(text: &mut String, all: &[ConceptRecord], is_of_one: bool) {
    for kind in Kind::ALL {
        let its: Vec<&ConceptRecord> = all.iter().filter(|one| one.kind == kind.name()).collect();
        if its.is_empty() {
            continue;
        }
        let _ = writeln!(text, "{}", headed(kind));
        for one in its {
            let _ = writeln!(text, "  {:<26} {}", one.name, one.says);
            let names: Vec<String> = match is_of_one && !one.used_by.is_empty() {
                true => one.used_by.iter().map(used).collect(),
                false => one
                    .names
                    .iter()
                    .map(|n| format!("{}: {}", n.scope, n.names.join(", ")))
                    .collect(),
            };
            if !names.is_empty() {
                let _ = writeln!(text, "  {:<26}   {}", "", names.join("; "));
            }
        }
    }
    let _ = writeln!(text, "{}", plural(all.len(), "concept"));
}

fn headed(kind: Kind) -> &'static str {
    match kind {
        Kind::Dimension => "dimensions of problems",
        Kind::Operand => "operands",
        Kind::Axis => "axes",
        Kind::Parameter => "parameters",
        Kind::Property => "properties of problems",
    }
}

/// Who, and what it is called there.
fn used(one: &UseRecord) -> String {
    let who = one.backend.as_deref().unwrap_or("the operator");
    format!("{who}: {}", one.names.join(", "))
}

fn full(one: &ConceptRecord) -> String {
    let mut text = String::new();
    let mut about = vec![one.kind.clone()];
    about.extend(one.unit.as_ref().map(|unit| format!("in {unit}")));
    about.extend(one.along.as_ref().map(|along| format!("along `{along}`")));
    about.extend(one.broader.as_ref().map(|broader| format!("a kind of `{broader}`")));
    if !one.of.is_empty() {
        about.push(format!("of {}", one.of.join(", ")));
    }
    let _ = writeln!(text, "{}  ({})", one.name, about.join("; "));
    let _ = writeln!(text, "  {}", one.says);
    let _ = writeln!(text, "  {}", placed(&one.place));
    if !one.names.is_empty() {
        let _ = writeln!(text, "  called");
    }
    for names in &one.names {
        let (scope, called, at) = (&names.scope, names.names.join(", "), placed(&names.place));
        let _ = writeln!(text, "    {scope:<20} {called:<28} {at}");
    }
    if !one.spellings.is_empty() {
        let _ = writeln!(text, "  written");
    }
    for spelling in &one.spellings {
        let (language, words) = (&spelling.language, spelling.words.join(", "));
        let _ = writeln!(text, "    {language:<20} {words:<28} for {}", spelling.word);
    }
    for (value, others) in &one.values {
        let _ = writeln!(text, "  its value {value} is {}, too", others.join(" and "));
    }
    if !one.used_by.is_empty() {
        let _ = writeln!(text, "  used by");
    }
    for one in &one.used_by {
        let operator = one.operator.as_deref().unwrap_or("the design");
        let by = match &one.backend {
            Some(backend) => format!("{operator} in {backend}"),
            None => operator.to_owned(),
        };
        let _ = writeln!(text, "    {by:<34} {}", one.names.join(", "));
    }
    if !one.lifted.is_empty() {
        let _ = writeln!(text, "  found by spak lift as {}", one.lifted.join(", "));
    }
    let (certain, others): (Vec<_>, Vec<_>) = one.rules.iter().partition(|rule| rule.certain);
    if !certain.is_empty() {
        let _ = writeln!(text, "  named by rules");
    }
    let (libraries, own): (Vec<&NamingRecord>, Vec<&NamingRecord>) =
        certain.into_iter().partition(|rule| rule.place.file.starts_with("library "));
    for rule in own {
        let (names, at) = (rule.names.join(", "), placed(&rule.place));
        let _ = writeln!(text, "    {names:<34} {at}: {}", rule.rule);
    }
    for same in libraries.chunk_by(|a, b| a.place.file == b.place.file) {
        let names: BTreeSet<&str> =
            same.iter().flat_map(|rule| &rule.names).map(String::as_str).collect();
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let lines: Vec<String> = same.iter().map(|rule| rule.place.line.to_string()).collect();
        let file = same.first().map_or("", |rule| rule.place.file.as_str());
        let _ = writeln!(text, "    {names:<34} {file}:{}", lines.join(", "));
    }
    if !others.is_empty() {
        let others = plural(others.len(), "rule");
        let _ =
            writeln!(text, "  {others} with a name that may mean it, depending on the operator");
    }
    text
}

fn placed(place: &PlaceRecord) -> String {
    format!("{}:{}:{}", place.file, place.line, place.column)
}
