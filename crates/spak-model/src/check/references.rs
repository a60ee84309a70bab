//! Do names of loops, observations and template places lead somewhere?

use std::collections::{BTreeMap, BTreeSet};

use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId, Label, Span};

use crate::codes::{LLM_IN_ENGINEERING_LOOP, LLM_IN_SERVICE_LOOP, UNKNOWN_REFERENCE, UNKNOWN_TYPE};
use crate::entry::{Content, Entry};
use crate::literal::Literal;
use crate::reading::Reading;
use crate::system::System;
use crate::vocabulary::Kind;

/// Places that every template may use.
const GIVEN_PLACES: &[&str] = &["date", "time", "run", "trace", "design", "device", "config"];

pub(super) fn check(entries: &[Entry], system: &System, found: &mut Vec<Diagnostic>) {
    predicates(system, found);
    let mut loops = Loops::default();
    loops_of(entries, &mut loops.by_name);
    for entry in entries {
        walk(entry, system, &mut loops, found);
    }
}

/// The observations that predicates are about.
fn predicates(system: &System, found: &mut Vec<Diagnostic>) {
    let cases: Vec<String> =
        system.cases.iter().map(|c| format!("{}.{}", c.variant, c.name)).collect();
    for fact in &system.facts {
        for (_, ty) in &fact.parameters {
            let Some((variant, _)) = ty.split_once('.') else { continue };
            // Without a schema nothing can be said: the observations are somebody else's.
            if cases.is_empty() || cases.contains(ty) {
                continue;
            }
            let known = suggest(ty, cases.iter().map(String::as_str));
            let hint = known.map_or_else(
                || format!("declare it: `variant {variant} {{ case … }}` in `trace_schema`"),
                |k| format!("did you mean `{k}`?"),
            );
            found.push(
                Diagnostic::error(
                    UNKNOWN_TYPE,
                    fact.place.span,
                    format!("there is no observation `{ty}`"),
                )
                .because(format!("`{}` is about observations of that kind", fact.name))
                .repair(hint)
                .in_file(fact.place.file),
            );
        }
    }
}

fn walk<'a>(entry: &'a Entry, system: &System, loops: &mut Loops<'a>, found: &mut Vec<Diagnostic>) {
    match entry.kind {
        Some(Kind::AgentLoop | Kind::Task) => places(entry, system, found),
        Some(Kind::EngineeringLoop) => {
            search_places(entry, found);
            strict(entry, entry, loops, found);
        }
        Some(Kind::ServiceLoop) => strict(entry, entry, loops, found),
        _ => {}
    }
    if entry.key() == "emit" {
        emitted(entry, system, found);
    }
    if entry.kind == Some(Kind::Tool) && entry.key() == "tool.engineering_loop" {
        called_loop(entry, system, found);
    }
    for child in entry.children() {
        walk(child, system, loops, found);
    }
}

fn unknown(file: FileId, span: Span, what: String, why: &str, repair: String) -> Diagnostic {
    Diagnostic::warning(UNKNOWN_REFERENCE, span, what).because(why).repair(repair).in_file(file)
}

/// `emit TraceItem.Case` names a case of the schema.
fn emitted(entry: &Entry, system: &System, found: &mut Vec<Diagnostic>) {
    let Some(slot) = entry.slot() else { return };
    let Reading::Name(name) = &slot.reading else { return };
    let Some((variant, case)) = name.trim().split_once('.') else { return };
    let known: Vec<&str> =
        system.cases.iter().filter(|c| c.variant == variant).map(|c| c.name.as_str()).collect();
    if known.is_empty() || known.contains(&case) {
        return;
    }
    let repair = match suggest(case, known.iter().copied()) {
        Some(near) => format!("did you mean `{variant}.{near}`?"),
        None => format!("declare `case {case}` in `variant {variant}`"),
    };
    let what = format!("`{variant}` has no case `{case}`");
    found.push(unknown(
        entry.file,
        slot.span,
        what,
        "what is emitted is checked against the schema",
        repair,
    ));
}

fn called_loop(entry: &Entry, system: &System, found: &mut Vec<Diagnostic>) {
    let Some(slot) = entry.slots("name").next() else { return };
    let Some(name) = text_of(&slot.reading) else { return };
    if system.loops.iter().any(|l| l.name == name) {
        return;
    }
    let repair = match suggest(name, system.loops.iter().map(|l| l.name.as_str())) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("declare `engineering_loop {name} {{ … }}`"),
    };
    let what = format!("there is no loop `{name}`");
    found.push(unknown(entry.file, slot.span, what, "the step would have nothing to run", repair));
}

fn text_of(reading: &Reading) -> Option<&str> {
    match reading {
        Reading::Name(name) | Reading::Words(name) | Reading::Literal(Literal::Text(name)) => {
            Some(name)
        }
        _ => None,
    }
}

/// Places in an engineering loop are its parameters.
fn search_places(entry: &Entry, found: &mut Vec<Diagnostic>) {
    let mut parameters: BTreeSet<String> =
        entry.of_kind(Kind::Parameter).filter_map(|p| p.name_text().map(str::to_owned)).collect();
    for measure in entry.of_kind(Kind::Measure) {
        report_places(measure, &mut parameters, found);
    }
}

/// Places in an agent loop are states, what earlier steps put out, and what is always given.
fn places(entry: &Entry, system: &System, found: &mut Vec<Diagnostic>) {
    let mut known: BTreeSet<String> = system.states.iter().map(|(name, _)| name.clone()).collect();
    known.extend(entry.of_kind(Kind::State).filter_map(|s| s.name_text().map(str::to_owned)));
    known.remove("");
    for step in entry.children() {
        let bound = loop_names(step, &known);
        known.extend(bound.iter().cloned());
        report_places(step, &mut known, found);
        outputs(step, &mut known);
        for name in &bound {
            known.remove(name);
        }
    }
}

/// The names that `for x in [1, 2]`, `foreach k, v in files` binds, which are not known outside of it.
fn loop_names(entry: &Entry, known: &BTreeSet<String>) -> Vec<String> {
    let is_loop = matches!(entry.key(), "for" | "For" | "foreach" | "each" | "on" | "for_each");
    let words = entry.head.words.iter().skip(1).take_while(|w| w.text != "in" && w.text != "∈");
    let parts = words.flat_map(|w| w.text.split(|c: char| !(c.is_alphanumeric() || c == '_')));
    let names = parts.filter(|n| is_loop && !n.is_empty() && !known.contains(*n));
    names.map(str::to_owned).collect()
}

fn outputs(entry: &Entry, known: &mut BTreeSet<String>) {
    for child in entry.children() {
        if child.key() == "output_var"
            && let Some(name) = child.slot().and_then(|s| text_of(&s.reading))
        {
            known.insert(name.to_owned());
        }
        outputs(child, known);
    }
}

fn report_places(entry: &Entry, known: &mut BTreeSet<String>, found: &mut Vec<Diagnostic>) {
    for child in entry.children() {
        match &child.content {
            Content::Slot(slot) => {
                let Reading::Template(_, places) = &slot.reading else { continue };
                for place in places {
                    let stem = place.split('.').next().unwrap_or(place);
                    let given = GIVEN_PLACES.contains(&stem)
                        || matches!(stem, "axiom" | "heuristic" | "prediction");
                    if given || known.contains(place) || known.contains(stem) {
                        continue;
                    }
                    let repair = match suggest(place, known.iter().map(String::as_str)) {
                        Some(near) => format!("did you mean `{{{{{near}}}}}`?"),
                        None => "name an `output_var` of an earlier step, a state or a parameter"
                            .to_owned(),
                    };
                    let what = format!("nothing fills in `{{{{{place}}}}}`");
                    let why = "a text with an open place is not run or sent";
                    found.push(unknown(child.file, slot.span, what, why, repair));
                }
            }
            Content::Block(_) => {
                let bound = loop_names(child, known);
                known.extend(bound.iter().cloned());
                report_places(child, known, found);
                // What an action puts out is known to the ones after it.
                outputs(child, known);
                for name in &bound {
                    known.remove(name);
                }
            }
        }
    }
}

/// Loops by name, for following calls.
#[derive(Default)]
struct Loops<'a> {
    by_name: BTreeMap<&'a str, &'a Entry>,
    /// The questions that calls of loops lead to, as far as they were followed.
    asked: BTreeMap<&'a str, Option<&'a Entry>>,
}

impl<'a> Loops<'a> {
    /// The first question to a language model that running `name` leads to.
    fn question(&mut self, name: &str) -> Option<&'a Entry> {
        let (name, called) = self.by_name.get_key_value(name)?;
        if let Some(known) = self.asked.get(name) {
            return *known;
        }
        let found = question(called, &self.by_name, &mut BTreeSet::from([*name]));
        self.asked.insert(name, found);
        found
    }
}

fn loops_of<'a>(entries: &'a [Entry], loops: &mut BTreeMap<&'a str, &'a Entry>) {
    for entry in entries {
        let is_loop = matches!(
            entry.kind,
            Some(Kind::AgentLoop | Kind::EngineeringLoop | Kind::ServiceLoop | Kind::Task)
        );
        if is_loop && let Some(name) = entry.name_text() {
            loops.entry(name).or_insert(entry);
        }
        loops_of(entry.children(), loops);
    }
}

/// The loop that an action runs: `tool.engineering_loop { name: "Tuner" }`.
fn callee(entry: &Entry) -> Option<(&str, Span)> {
    let runs_a_loop = entry.kind == Some(Kind::Tool)
        && matches!(
            entry.key(),
            "tool.engineering_loop"
                | "tool.agent_loop"
                | "tool.service_loop"
                | "tool.loop"
                | "tool.task"
        );
    if !runs_a_loop {
        return None;
    }
    let slot = entry.slots("name").next().or_else(|| entry.slot())?;
    text_of(&slot.reading).map(|name| (name, slot.span))
}

/// The first question to a language model that `entry` leads to through loops it runs.
fn question<'a>(
    entry: &'a Entry,
    loops: &BTreeMap<&'a str, &'a Entry>,
    visited: &mut BTreeSet<&'a str>,
) -> Option<&'a Entry> {
    for child in entry.children() {
        if child.kind == Some(Kind::Llm) {
            return Some(child);
        }
        let called = callee(child).and_then(|(name, _)| loops.get(name).copied());
        if let Some(called) = called
            && called.name_text().is_some_and(|name| visited.insert(name))
            && let Some(found) = question(called, loops, visited)
        {
            return Some(found);
        }
        if let Some(found) = question(child, loops, visited) {
            return Some(found);
        }
    }
    None
}

/// Service and engineering loops must not reach a language model, not through other loops either.
fn strict<'a>(
    origin: &Entry,
    entry: &'a Entry,
    loops: &mut Loops<'a>,
    found: &mut Vec<Diagnostic>,
) {
    let name = origin.name_text().unwrap_or("this loop");
    for child in entry.children() {
        if child.kind == Some(Kind::Llm) {
            found.push(
                asks(origin, child.head.span, format!("`{name}` asks a language model"))
                    .in_file(child.file),
            );
        }
        if let Some((called, span)) = callee(child)
            && let Some(question) = loops.question(called)
        {
            let message = format!("`{name}` runs `{called}`, which asks a language model");
            let mut diagnostic = asks(origin, span, message).in_file(child.file);
            diagnostic.related.push(Label {
                file: question.file,
                span: question.head.span,
                text: "asked here".to_owned(),
            });
            found.push(diagnostic);
        }
        strict(origin, child, loops, found);
    }
}

fn asks(origin: &Entry, span: Span, message: String) -> Diagnostic {
    match origin.kind {
        Some(Kind::EngineeringLoop) => Diagnostic::error(LLM_IN_ENGINEERING_LOOP, span, message)
            .because("a search can be repeated and gives the same result; an answer of a model cannot")
            .repair("ask in an agent loop, and let the search run over the parameters it proposes"),
        _ => Diagnostic::error(LLM_IN_SERVICE_LOOP, span, message)
            .because("a service loop answers in milliseconds and always the same way")
            .repair("move the question into an agent loop, and let it write a rule that this loop applies"),
    }
}
