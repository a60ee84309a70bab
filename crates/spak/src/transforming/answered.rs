//! An answer into a seed: each part by itself, through the same gates as what rules propose. Nothing of it is believed, and what an
//! architect has no right to change is not looked at further.

use std::collections::BTreeMap;
use std::path::Path;

use spak_model::entry::{Content, Entry};
use spak_model::normal;
use spak_model::system::System;
use spak_model::vocabulary::Kind;
use spak_model::{Domain, Literal, Resolved, resolve};
use spak_records::transform_report::ChangeRecord;
use spak_syntax::edit::apply;
use spak_syntax::{Diagnostic, FileId, Severity};
use spak_transform::merge::take_out;
use spak_transform::prompt::Refused;
use spak_transform::{Proposal, proposals};

use super::placed::put;
use super::{Begun, Draft, fitted};
use crate::ontology::NoFiles;
use crate::output::diagnostics;
use crate::project::Sources;
use crate::verbs::library;

/// Parts of an answer that are looked at; one of more is no design that anybody reads.
const PARTS: usize = 200;
/// Characters of a reason.
const REASON: usize = 300;
/// Words by which an answer is looked for among its blocks.
const NAMES: &[&str] = &["dsl", "snf", "spak"];

/// What came of an answer.
pub(super) struct Taken {
    pub(super) text: String,
    pub(super) changes: Vec<ChangeRecord>,
    pub(super) refused: Vec<Refused>,
}

/// What of some insights was taken into a design.
pub(crate) struct Known {
    pub(crate) text: String,
    pub(crate) taken: Vec<String>,
    pub(crate) refused: Vec<String>,
}

/// Puts what a loop learnt into the design at `path`: statements of knowledge through the gates, words as a hint.
///
/// # Errors
/// The design has errors.
pub(crate) fn know(path: &Path, text: &str, insights: &str) -> anyhow::Result<Known> {
    let draft = Draft { path, text: text.to_owned() };
    let goal = spak_transform::Goal::default();
    let begun = super::unchanged(draft, goal)?;
    let by = "learnt by a loop";
    let plain = insights.trim();
    let is_code = resolve(FileId(0), plain, &mut NoFiles)
        .entries
        .iter()
        .any(|entry| entry.kind.is_some() && !entry.is_line());
    let fenced = match is_code {
        true if plain.starts_with("knowledge") || plain.contains("```") => plain.to_owned(),
        true => format!("knowledge {{\n{plain}\n}}\n"),
        // Words stay words, whatever they say: quotes and braces of theirs close nothing.
        false => {
            let words: String = plain
                .chars()
                .map(|c| if matches!(c, '"' | '{' | '}' | '\n' | '\r' | '\\') { ' ' } else { c })
                .collect();
            let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
            if words.is_empty() {
                anyhow::bail!("there is nothing to integrate");
            }
            let name = spak_records::ContentHash::of_text(&words).short().to_owned();
            format!(
                "knowledge {{\n    hint \"{by} {name}\" {{\n        suggestion: \"{words}\"\n        reason: \"{by}\"\n    }}\n}}\n"
            )
        }
    };
    let taken = take(&begun, &fenced, by)?;
    Ok(Known {
        text: taken.text,
        taken: taken.changes.into_iter().map(|change| change.name).collect(),
        refused: taken
            .refused
            .into_iter()
            .map(|one| format!("{}: {}", one.what, one.why))
            .collect(),
    })
}

/// A part of an answer.
struct Part {
    /// What people call it.
    what: String,
    proposal: Proposal,
    /// The diagnostics within it.
    broken: Vec<Diagnostic>,
}

/// Takes of an answer what passes; `by` is who gave it.
///
/// # Errors
/// The machine of the goal is not known.
pub(super) fn take(begun: &Begun<'_, '_>, answer: &str, by: &str) -> anyhow::Result<Taken> {
    let mut taken =
        Taken { text: begun.draft.text.clone(), changes: Vec::new(), refused: Vec::new() };
    let blocks = spak_llm::blocks::blocks(answer);
    let Some(block) = spak_llm::blocks::best(&blocks, NAMES) else {
        taken.refuse("the answer", "it is empty", String::new());
        return Ok(taken);
    };
    if !block.is_closed {
        taken.refuse("the answer", "it was cut off before its end", String::new());
    }
    let mut sources = Sources::default();
    let file = sources.add(Path::new("answer.dsl"), "answer.dsl", block.text);
    let resolved = resolve(file, block.text, &mut NoFiles);
    // What it imports is not followed here.
    let broken: Vec<Diagnostic> = spak_syntax::parse(block.text)
        .diagnostics
        .into_iter()
        .filter(|found| found.severity == Severity::Error)
        .collect();
    let (seed, _) = begun.draft.read();
    let mut parts = Parts { text: block.text, by, seed: &seed, found: Vec::new(), out: Vec::new() };
    parts.of(&resolved.entries, &broken);
    let Parts { found, out, .. } = parts;
    for (what, why) in out {
        taken.refuse(&what, &why, String::new());
    }
    if found.is_empty() && taken.refused.is_empty() {
        let shown = diagnostics::render(&sources, &broken, false);
        taken.refuse("the answer", "there is no design in it", shown);
    }
    if found.len() > PARTS {
        let why = format!("it has {} parts, and {PARTS} are looked at", found.len());
        taken.refuse("the answer", &why, String::new());
    }
    // What is wrong outside of every part keeps none from being taken, and is said.
    let is_inside = |one: &Diagnostic| {
        found.iter().any(|part| part.broken.iter().any(|b| b.primary.span == one.primary.span))
    };
    let outside: Vec<Diagnostic> = broken.iter().filter(|one| !is_inside(one)).cloned().collect();
    if !outside.is_empty() {
        let shown = diagnostics::render(&sources, &outside, false);
        taken.refuse("the answer", "it cannot be read as a whole", shown);
    }
    for part in found.into_iter().take(PARTS) {
        if !part.broken.is_empty() {
            let shown = diagnostics::render(&sources, &part.broken, false);
            taken.refuse(&part.what, "it cannot be read", shown);
            continue;
        }
        taken.put(begun, &part);
    }
    taken.leave_out(begun, &resolved, block.text, by)?;
    if begun.machine.is_some() {
        let draft = Draft { path: begun.draft.path, text: taken.text.clone() };
        let (text, changes) = fitted::fit(&draft, &begun.goal)?;
        taken.text = text;
        taken.changes.extend(changes);
    }
    Ok(taken)
}

impl Taken {
    fn refuse(&mut self, what: &str, why: &str, shown: String) {
        let (what, why) = (what.to_owned(), why.to_owned());
        self.refused.push(Refused { what, why, shown });
    }

    fn put(&mut self, begun: &Begun<'_, '_>, part: &Part) {
        let draft = Draft { path: begun.draft.path, text: self.text.clone() };
        let (resolved, _) = draft.read();
        match put(&draft, &resolved, &part.proposal, &begun.goal) {
            Ok((_, changes)) if changes.is_empty() => {}
            Ok(_) if part.proposal.reason.is_empty() => self.refuse(
                &part.what,
                "nothing says why: end its line with a comment, or give it a `reason`",
                String::new(),
            ),
            Ok((text, changes)) => {
                self.text = text;
                self.changes.extend(changes);
            }
            // What the seed has is no news.
            Err(back) if back.shown.is_empty() && back.why == super::placed::ALL_THERE => {}
            Err(back) => self.refuse(&part.what, &back.why, back.shown),
        }
    }

    /// Values that the answer does not have any more go where its comment names them; the others stay.
    fn leave_out(
        &mut self,
        begun: &Begun<'_, '_>,
        answer: &Resolved,
        text: &str,
        by: &str,
    ) -> anyhow::Result<()> {
        let (seed, _) = begun.draft.read();
        let answered = System::of(&answer.entries);
        let own = System::of(&seed.entries);
        for dimension in own.dimensions.iter().filter(|d| d.place.file == FileId(0)) {
            let Some(now) = answered.dimensions.iter().find(|d| d.name == dimension.name) else {
                continue;
            };
            let stay = values(&now.domain);
            let gone: Vec<String> =
                values(&dimension.domain).into_iter().filter(|one| !stay.contains(one)).collect();
            if gone.is_empty() {
                continue;
            }
            let reason = comment(text, now.place.span).unwrap_or_default();
            let (named, kept): (Vec<_>, Vec<_>) =
                gone.into_iter().partition(|value| reason.contains(value.as_str()));
            if !kept.is_empty() {
                let why = format!(
                    "{} of the seed stay: the comment of the line does not say why they should go",
                    kept.join(", ")
                );
                self.refuse(&dimension.name, &why, String::new());
            }
            let draft = Draft { path: begun.draft.path, text: self.text.clone() };
            let own = draft.own();
            let note = format!("{reason} ({by})");
            let edit = take_out(draft.seed(&own), &dimension.name, &named, &note);
            if let Some(edit) = edit {
                self.text = apply(&self.text, &[edit])?;
                self.changes.push(ChangeRecord {
                    what: "left out".to_owned(),
                    name: dimension.name.clone(),
                    values: named,
                    proposal: by.to_owned(),
                    reason,
                    ..ChangeRecord::default()
                });
            }
        }
        Ok(())
    }
}

/// The values of a dimension as words.
fn values(domain: &Domain) -> Vec<String> {
    let word = |literal: &Literal| match literal {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    };
    domain.values().unwrap_or_default().iter().map(word).collect()
}

/// The parts of an answer.
struct Parts<'a> {
    text: &'a str,
    by: &'a str,
    seed: &'a Resolved,
    found: Vec<Part>,
    /// What is not taken whatever it says, and why.
    out: Vec<(String, String)>,
}

impl Parts<'_> {
    fn of(&mut self, entries: &[Entry], broken: &[Diagnostic]) {
        for entry in entries {
            match entry.kind {
                Some(Kind::System) => self.of(entry.children(), broken),
                Some(Kind::DesignSpace) => self.space("design_space", entry.children(), broken),
                Some(Kind::TuningSpace) => self.space("tuning_space", entry.children(), broken),
                Some(Kind::Knowledge) => {
                    for one in entry.children() {
                        self.knowledge(one, broken);
                    }
                }
                Some(Kind::Constraint) => {
                    let fragment = entry.span.slice(self.text).to_owned();
                    let reason = slot(entry, "reason").or_else(|| comment(self.text, entry.span));
                    let name = entry.name_text().unwrap_or("a constraint").to_owned();
                    self.add(name, fragment, entry, reason, Vec::new(), broken);
                }
                Some(Kind::Import) => self.import(entry, broken),
                Some(Kind::Proposal) => {
                    for proposal in proposals(std::slice::from_ref(entry), self.text) {
                        let broken = inside(broken, entry);
                        self.found.push(Part { what: proposal.name.clone(), proposal, broken });
                    }
                }
                // The goal is the user's, and stands in the draft.
                Some(Kind::Goal) | None => {}
                Some(_) if self.is_of_the_seed(entry) => {}
                Some(_) => {
                    let word = entry.head.text();
                    self.out.push((
                        format!("`{word}`"),
                        "an architect changes spaces, knowledge and constraints, and nothing else"
                            .to_owned(),
                    ));
                }
            }
        }
    }

    /// Whether the seed has the same, word for word or by meaning.
    fn is_of_the_seed(&self, entry: &Entry) -> bool {
        let wanted = normal::text(std::slice::from_ref(entry));
        let mut todo: Vec<&Entry> = self.seed.entries.iter().collect();
        while let Some(one) = todo.pop() {
            if one.kind == entry.kind && normal::text(std::slice::from_ref(one)) == wanted {
                return true;
            }
            if one.kind == Some(Kind::System) {
                todo.extend(one.children());
            }
        }
        false
    }

    fn space(&mut self, block: &str, dimensions: &[Entry], broken: &[Diagnostic]) {
        for one in dimensions {
            match &one.content {
                Content::Slot(_) if one.head.text().is_empty() => {}
                Content::Slot(_) => {
                    let text = one.span.slice(self.text).trim().trim_end_matches(',');
                    let fragment = format!("{block} {{\n    {text}\n}}\n");
                    let reason = comment(self.text, one.span);
                    self.add(one.head.text(), fragment, one, reason, Vec::new(), broken);
                }
                Content::Block(children) => self.space(block, children, broken),
            }
        }
    }

    fn knowledge(&mut self, one: &Entry, broken: &[Diagnostic]) {
        let name = one.name_text().map_or_else(|| one.key().to_owned(), str::to_owned);
        let reason = ["reason", "source", "evidence", "description"]
            .into_iter()
            .find_map(|key| slot(one, key))
            .or_else(|| comment(self.text, one.span));
        if one.kind == Some(Kind::Fact) && !self.is_there(one) {
            let has_source = one.slots("source").next().is_some();
            if !has_source {
                self.out.push((
                    name,
                    "a fact is what was measured or published: say where with `source`, or make it a rule".to_owned(),
                ));
                return;
            }
        }
        let fragment = format!("knowledge {{\n{}\n}}\n", one.span.slice(self.text));
        self.add(name, fragment, one, reason, Vec::new(), broken);
    }

    /// Whether the seed has a statement of this kind and name.
    fn is_there(&self, one: &Entry) -> bool {
        let mut todo: Vec<&Entry> = self.seed.entries.iter().collect();
        while let Some(entry) = todo.pop() {
            if entry.kind == one.kind && entry.name_text() == one.name_text() {
                return true;
            }
            todo.extend(entry.children());
        }
        false
    }

    fn import(&mut self, entry: &Entry, broken: &[Diagnostic]) {
        let text = entry.span.slice(self.text);
        let spec = text.split(['"', '\'']).nth(1).unwrap_or_default().to_owned();
        if library::find(&spec).is_none() {
            let why = "an answer imports libraries that come with SPAK, and nothing else";
            self.out.push(("`import`".to_owned(), why.to_owned()));
            return;
        }
        let reason = comment(self.text, entry.span);
        self.add(spec.clone(), String::new(), entry, reason, vec![spec], broken);
    }

    fn add(
        &mut self,
        what: String,
        fragment: String,
        entry: &Entry,
        reason: Option<String>,
        imports: Vec<String>,
        broken: &[Diagnostic],
    ) {
        let reason: String = reason.unwrap_or_default().chars().take(REASON).collect();
        let proposal = Proposal {
            name: self.by.to_owned(),
            of: Vec::new(),
            when: None,
            imports,
            fragment,
            reason: reason.split_whitespace().collect::<Vec<_>>().join(" "),
            source: slot(entry, "source").unwrap_or_default(),
            place: spak_model::system::Place { file: entry.file, span: entry.span },
        };
        self.found.push(Part { what, proposal, broken: inside(broken, entry) });
    }
}

/// The diagnostics that begin within a statement.
fn inside(broken: &[Diagnostic], entry: &Entry) -> Vec<Diagnostic> {
    let within = |one: &&Diagnostic| {
        let at = one.primary.span.start;
        (entry.span.start..=entry.span.end).contains(&at)
    };
    broken.iter().filter(within).cloned().collect()
}

/// The words under a key.
fn slot(entry: &Entry, key: &str) -> Option<String> {
    let slot = entry.slots(key).next()?;
    let text = normal::slot_text(slot);
    let text = text.trim().trim_matches('"').trim().to_owned();
    (!text.is_empty()).then_some(text)
}

/// The comment behind a statement on its last line, else that of the lines above it.
fn comment(text: &str, span: spak_syntax::Span) -> Option<String> {
    let behind = text.get(span.end as usize..)?.lines().next().unwrap_or_default();
    let behind = behind.split_once("//").map(|(_, comment)| comment.trim().to_owned());
    if let Some(behind) = behind.filter(|comment| !comment.is_empty()) {
        return Some(behind);
    }
    // A comment within the statement's own last line, when the statement reaches to its end.
    let own = span.slice(text).lines().last().unwrap_or_default();
    if let Some((_, comment)) = own.split_once("//") {
        return Some(comment.trim().to_owned());
    }
    let before = text.get(..span.start as usize)?;
    let above: Vec<&str> = before
        .lines()
        .rev()
        .skip(usize::from(!before.ends_with('\n')))
        .map_while(|line| line.trim().strip_prefix("//"))
        .map(str::trim)
        .collect();
    let words: Vec<&str> = above.into_iter().rev().collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// Changes by what they are of, in words, for a transcript and for whoever is asked again.
pub(super) fn in_words(changes: &[ChangeRecord]) -> Vec<String> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for change in changes {
        all.entry(change.what.as_str()).or_default().push(&change.name);
    }
    all.into_iter().map(|(what, names)| format!("{what}: {}", names.join(", "))).collect()
}
