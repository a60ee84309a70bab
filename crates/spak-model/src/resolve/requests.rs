//! Which other files and systems a file asks for.

use spak_syntax::Span;
use spak_syntax::ast::{Head, WordKind};

use crate::entry::Entry;
use crate::reading::Reading;
use crate::vocabulary::Kind;

/// An import as written.
pub(super) struct Request {
    /// The file, the library or the system that is meant.
    pub(super) spec: String,
    /// The system of that file, where it is said (`extends Base from "base.dsl"`).
    pub(super) system: Option<String>,
    pub(super) inherits: bool,
    /// `refines Y` of a mathematical model names a model, not necessarily a file.
    pub(super) may_be_absent: bool,
    pub(super) span: Span,
    /// The system that asks; `None` for the file.
    pub(super) by: Option<Span>,
}

/// Every import of a file, at the top, directly inside a system or in a module of it.
pub(super) fn requests(entries: &[Entry]) -> Vec<Request> {
    let mut out = Vec::new();
    for entry in entries {
        let by = (entry.kind == Some(Kind::System)).then_some(entry.span);
        if by.is_some() {
            out.extend(head_extends(&entry.head).map(|r| Request { by, ..r }));
        }
        if by.is_some() || is_module(entry) {
            inside(entry, by, &mut out);
        } else {
            out.extend(statement(entry));
        }
    }
    out
}

fn inside(entry: &Entry, by: Option<Span>, out: &mut Vec<Request>) {
    for child in entry.children() {
        if is_module(child) {
            // What a module takes in is known in all of the design.
            let imports = child.children().iter().filter_map(statement).filter(|r| !r.inherits);
            out.extend(imports.map(|r| Request { by, ..r }));
        } else {
            out.extend(statement(child).map(|r| Request { by, ..r }));
        }
    }
}

pub(super) fn is_module(entry: &Entry) -> bool {
    entry.kind == Some(Kind::Part) && matches!(entry.key(), "module" | "Module")
}

/// Where the head of a system begins to say what it starts from.
pub(super) fn head_end(head: &Head) -> Option<usize> {
    head.words.iter().position(|w| matches!(w.text.as_str(), "extends" | "refines"))
}

/// `system B extends "a.dsl"`, `system B extends A from "a.dsl"`.
fn head_extends(head: &Head) -> Option<Request> {
    let at = head_end(head)?;
    let (word, spec) = (head.words.get(at)?, head.words.get(at + 1)?);
    let from = head.words.get(at + 2).filter(|w| w.text == "from").and(head.words.get(at + 3));
    Some(Request {
        spec: from.unwrap_or(spec).text.clone(),
        system: from.map(|_| spec.text.clone()),
        inherits: true,
        may_be_absent: word.text == "refines",
        span: from.unwrap_or(spec).span,
        by: None,
    })
}

/// `import "a.dsl"`, `extends: "a.dsl"`.
fn statement(entry: &Entry) -> Option<Request> {
    let inherits = match entry.kind {
        Some(Kind::Import) => false,
        Some(Kind::Extends) => true,
        _ => return None,
    };
    let words = &entry.head.words;
    // `import nvidia from "std/hardware/nvidia"`
    let from = words.iter().position(|w| w.text == "from" && w.kind == WordKind::Name);
    let from = from.and_then(|at| words.get(at + 1)).filter(|w| w.kind == WordKind::Text);
    let (spec, span) = match from.or_else(|| words.get(1)) {
        Some(word) => (word.text.clone(), word.span),
        None => match &entry.slot()?.reading {
            Reading::Words(text) | Reading::Name(text) => (text.clone(), entry.slot()?.span),
            Reading::Literal(literal) => (literal.as_text()?.to_owned(), entry.slot()?.span),
            _ => return None,
        },
    };
    let may_be_absent = entry.key() == "refines";
    Some(Request { spec, system: None, inherits, may_be_absent, span, by: None })
}
