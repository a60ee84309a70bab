//! The normal form: one text for all designs that mean the same.
//!
//! What does not change the meaning is gone: layout, comments, the order of independent statements,
//! aliases of words and types, ranges written as lists, `&&` for `and`, typed steps, where a group was
//! written as a section or as a block. What does is kept in order: the values of a dimension (the first
//! is where the design starts), steps of a loop, equations of a computation, lines of prose.

use std::fmt::Write as _;

use spak_syntax::ast::WordKind;

use crate::assignment::Assignment;
use crate::entry::{Content, Entry};
use crate::literal::Literal;
use crate::reading::{Reading, SlotReading};
use crate::vocabulary::{Expect, KEYWORDS, Kind};

/// The normal form of some statements, as text: one item a line, indented.
pub fn text(entries: &[Entry]) -> String {
    let mut out = String::new();
    write_block(&mut out, None, entries, 0);
    out
}

/// The hash of the normal form: `snf-v1:` and 32 hexadecimal digits.
pub fn hash(entries: &[Entry]) -> String {
    let hex = blake3::hash(text(entries).as_bytes()).to_hex();
    format!("snf-v1:{}", hex.get(..32).unwrap_or_default())
}

/// What an entry is called among its siblings: its kind and name. Siblings with equal identities are
/// told apart by their content only.
pub fn identity(entry: &Entry) -> String {
    if entry.is_line() {
        return String::new();
    }
    let mut words: Vec<String> = Vec::with_capacity(entry.head.words.len());
    // What a system extends is no part of its name: the base's items stand in it.
    let named = if entry.kind == Some(Kind::System) { 2 } else { usize::MAX };
    for (i, word) in entry.head.words.iter().take(named).enumerate() {
        words.push(match (i, entry.kind, word.kind) {
            (0, Some(kind), _) => canonical_word(kind, &word.text),
            (_, _, WordKind::Group) => format!("({})", squeezed(&word.text)),
            _ => word.text.clone(),
        });
    }
    words.join(" ")
}

/// The first spelling of a kind is the canonical one; parts and records keep their own word.
fn canonical_word(kind: Kind, word: &str) -> String {
    if matches!(kind, Kind::Part | Kind::Record | Kind::Tool | Kind::Llm | Kind::If)
        || word == "require"
    {
        return word.to_owned();
    }
    KEYWORDS.iter().find(|k| k.kind == kind).map_or_else(|| word.to_owned(), |k| k.word.to_owned())
}

/// The content of an entry in normal form, without its identity.
pub fn content(entry: &Entry) -> String {
    let mut out = String::new();
    match &entry.content {
        Content::Slot(slot) => out.push_str(&slot_text(slot)),
        Content::Block(children) => write_block(&mut out, entry.kind, children, 0),
    }
    out
}

fn write_block(out: &mut String, kind: Option<Kind>, children: &[Entry], depth: usize) {
    let mut independent: Vec<String> = Vec::new();
    let mut sequence: Vec<String> = Vec::new();
    for child in children {
        let mut text = String::new();
        write_entry(&mut text, child, depth);
        if is_ordered(kind, child) { sequence.push(text) } else { independent.push(text) }
    }
    independent.sort();
    for text in independent.iter().chain(&sequence) {
        out.push_str(text);
    }
}

/// Whether the place of `child` among its siblings matters.
pub fn is_ordered(parent: Option<Kind>, child: &Entry) -> bool {
    use Kind as K;
    if child.is_line() {
        return child.slot().is_none_or(|s| s.expect != Expect::Condition);
    }
    match parent {
        Some(K::Step | K::If | K::Success) => true,
        _ => matches!(child.kind, Some(K::Step | K::If | K::Tool | K::Llm)),
    }
}

fn write_entry(out: &mut String, entry: &Entry, depth: usize) {
    let indent = "  ".repeat(depth);
    let identity = identity(entry);
    match &entry.content {
        Content::Slot(slot) if identity.is_empty() => {
            let _ = writeln!(out, "{indent}{}", slot_text(slot));
        }
        Content::Slot(slot) => {
            let _ = writeln!(out, "{indent}{identity}: {}", slot_text(slot));
        }
        Content::Block(children) => {
            let _ = writeln!(out, "{indent}{identity} {{");
            write_block(out, entry.kind, children, depth + 1);
            let _ = writeln!(out, "{indent}}}");
        }
    }
}

/// A slot in normal form, on one line.
pub fn slot_text(slot: &SlotReading) -> String {
    reading_text(&slot.reading)
}

fn reading_text(reading: &Reading) -> String {
    match reading {
        Reading::Nothing => String::new(),
        Reading::Open => "...".to_owned(),
        Reading::Literal(literal) => literal.to_string(),
        Reading::List(items) => {
            let items: Vec<String> = items.iter().map(reading_text).collect();
            format!("[{}]", items.join(", "))
        }
        Reading::Schedule(steps) => joined(steps, " -> "),
        Reading::Domain(domain) => domain_text(domain),
        Reading::Type(ty, None) => ty.to_string(),
        Reading::Type(ty, Some(initial)) => format!("{ty} = {initial}"),
        Reading::Formula(formula) => formula.normal(),
        Reading::Partial(formula, rest) => format!("{} {}", formula.normal(), quoted(rest)),
        Reading::Warning(premise, conclusion) => {
            let premise = match premise {
                Ok(formula) => formula.normal(),
                Err(words) => quoted(words),
            };
            format!("if {premise} => {}", quoted(conclusion))
        }
        Reading::Assignments(items, rest) => {
            let mut items: Vec<String> = items.iter().map(assignment_text).collect();
            items.sort();
            let rest = if rest.is_empty() { String::new() } else { format!(" {}", quoted(rest)) };
            format!("{}{rest}", items.join(", "))
        }
        Reading::Template(text, _) => Literal::Text(text.clone()).to_string(),
        Reading::Name(name) => Literal::Text(name.clone()).to_string(),
        Reading::Words(text) => quoted(text),
    }
}

fn assignment_text(item: &Assignment) -> String {
    format!("{} = {}", item.name, item.value.normal())
}

fn domain_text(domain: &crate::domain::Domain) -> String {
    use crate::domain::Domain;
    match domain {
        Domain::Values(values) => format!("[{}]", joined(values, ", ")),
        Domain::Ints(low, high, step) => format!("int range [{low}, {high}] step {step}"),
        Domain::Reals(low, high) => format!("float range [{low}, {high}]"),
        Domain::Any(ty) => ty.clone(),
    }
}

fn joined(values: &[Literal], separator: &str) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(separator)
}

/// Prose with its white space squeezed: line breaks in prose are layout.
fn quoted(text: &str) -> String {
    Literal::Text(squeezed(text)).to_string()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
