//! What was lifted of a kernel into a design that is there, as insertions into its text: nothing that stands there is
//! removed, reordered or laid out anew.
//!
//! What the design contradicts is not written, and said.

mod collect;
mod conflicts;
mod known;
mod layout;
#[cfg(test)]
#[expect(clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use spak_model::system::System;
use spak_model::{Entry, Literal};
use spak_syntax::ast::Block;
use spak_syntax::edit::apply;
use spak_syntax::{Diagnostic, Edit, FileId, Span, parse};

use crate::lifting::parts::Parts;
use collect::Merger;
use known::Known;
use layout::Places;

pub(crate) use conflicts::LIFT_CONFLICT;

/// A design with what was lifted.
pub(crate) struct Merged {
    /// The new text.
    pub(crate) text: String,
    /// What makes it out of the old one: insertions.
    pub(crate) edits: Vec<Edit>,
    /// What is new, by name.
    pub(crate) added: Vec<String>,
    /// What the design says otherwise, in its places.
    pub(crate) conflicts: Vec<Diagnostic>,
}

/// What a design says before anything is merged into it.
pub(crate) struct Design<'d> {
    /// Its text.
    pub(crate) text: &'d str,
    /// Its file.
    pub(crate) file: FileId,
    /// Its statements with all that it inherits and imports.
    pub(crate) entries: &'d [Entry],
}

/// Says what is wrong with the text of a design.
pub(crate) type Check<'c> = &'c mut dyn FnMut(&str) -> Vec<Diagnostic>;

/// One thing that may be written.
#[derive(Clone, Debug)]
struct Addition {
    /// What it is called.
    name: String,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// A value into the list that ends here.
    Value { at: u32, text: String },
    /// A line of the first block with this head.
    Line { block: &'static str, line: String },
    /// A block of the system itself.
    Block(Vec<String>),
    /// A statement of the knowledge.
    Knowledge(Vec<String>),
}

/// Merges what was lifted into a design.
///
/// # Errors
/// When the design has errors, or is laid out so that nothing can be inserted.
pub(crate) fn merge(
    design: &Design<'_>,
    parts: &Parts,
    check: Check<'_>,
) -> anyhow::Result<Merged> {
    let parsed = parse(design.text);
    let is_broken = parsed.diagnostics.iter().any(|d| d.severity == spak_syntax::Severity::Error);
    if is_broken {
        anyhow::bail!("nothing is written into a design that has errors");
    }
    let items = spak_syntax::ast::file(&parsed).items;
    let places = Places::of(design.text, &items)?;
    let mut merger = Merger {
        design,
        system: System::of(design.entries),
        known: Known::of(&items),
        items: &items,
        found: BTreeMap::new(),
        additions: Vec::new(),
        conflicts: Vec::new(),
        forbidden: BTreeSet::new(),
    };
    merger.collect(parts);
    let Merger { additions, mut conflicts, .. } = merger;
    let build = |kept: &[&Addition]| -> anyhow::Result<(String, Vec<Edit>)> {
        let edits = places.edits(kept);
        Ok((apply(design.text, &edits)?, edits))
    };
    let mut kept: Vec<&Addition> = additions.iter().collect();
    let (mut text, mut edits) = build(&kept)?;
    let before = said(&check(design.text));
    let agrees = |found: &[Diagnostic]| said(found).is_subset(&before);
    if !edits.is_empty() && !agrees(&check(&text)) {
        // One by one, until nothing more can come in.
        let mut left = std::mem::take(&mut kept);
        let mut reasons: BTreeMap<String, Diagnostic> = BTreeMap::new();
        loop {
            let count = left.len();
            left.retain(|one| {
                kept.push(one);
                let found = build(&kept).map(|(text, _)| check(&text)).unwrap_or_default();
                let new = found.into_iter().find(|d| !before.contains(&key(d)));
                if let Some(new) = new {
                    kept.pop();
                    reasons.insert(one.name.clone(), new);
                    return true;
                }
                false
            });
            if left.is_empty() || left.len() == count {
                break;
            }
        }
        let system = Span::at(places.system_start());
        for one in left {
            let why = reasons.get(&one.name).map_or("", |d| d.message.as_str());
            conflicts.push(conflicts::not_added(design.file, system, &one.name, why));
        }
        (text, edits) = build(&kept)?;
    }
    let added = kept.iter().map(|one| one.name.clone()).collect();
    Ok(Merged { text, edits, added, conflicts })
}

/// What a diagnostic says, wherever.
fn key(diagnostic: &Diagnostic) -> (&'static str, String) {
    (diagnostic.code.0, diagnostic.message.clone())
}

fn said(all: &[Diagnostic]) -> BTreeSet<(&'static str, String)> {
    all.iter().map(key).collect()
}

/// A value of the source as a value of a design.
fn written(value: &str) -> Literal {
    match value {
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        _ => match (value.parse::<i64>(), value.parse::<f64>()) {
            (Ok(number), _) => Literal::Int(number),
            (_, Ok(number)) if number.is_finite() => Literal::Float(number),
            _ => Literal::Text(value.to_owned()),
        },
    }
}

/// A value of a design as the source has it.
fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        literal => literal.to_string(),
    }
}

/// A block of the file with a name.
type Named<'a> = &'a Block;
