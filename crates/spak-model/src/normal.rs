//! The normal form: one text for all designs that mean the same, which can be read again.
//!
//! What does not change the meaning is gone: layout, comments, the order of independent statements,
//! aliases of words and types, ranges written as lists, `&&` for `and`, typed steps, where a group was
//! written as a section or as a block, in how many blocks a space was written. What does is kept in order:
//! the values of a dimension (the first is where the design starts), steps of a loop, statements of a
//! computation, lines of prose.

mod items;
mod order;
mod slot;
mod spacing;

use std::fmt::Write as _;

use spak_syntax::ast::{HeadWord, WordKind};

use crate::entry::Entry;
use crate::literal::Literal;
use crate::reading::{Reading, SlotReading};
use crate::vocabulary::{Expect, KEYWORDS, Kind};

pub(crate) use items::{Inside, Item, items};
pub(crate) use order::Order;
pub use slot::slot_text;

/// The normal form of some statements, as text: one item a line, indented.
pub fn text(entries: &[Entry]) -> String {
    let mut out = String::new();
    write_items(&mut out, None, &items(None, entries), Order::No, 0);
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
    let mut out = String::new();
    let mut is_plain = true;
    for (i, word) in entry.head.words.iter().enumerate() {
        if i > 0 {
            out.push(' ');
        }
        match (i, entry.kind) {
            (0, Some(kind)) => out.push_str(canonical_word(kind, &word.text)),
            _ => is_plain &= write_word(&mut out, word),
        }
    }
    if is_plain { out } else { spacing::spaced(&out, order::is_statement(entry)) }
}

/// The word of the language that a statement begins with, in its first spelling; the key of one that the
/// language does not know.
pub fn kind_word(entry: &Entry) -> &str {
    match entry.kind {
        Some(kind) => canonical_word(kind, entry.key()),
        None => entry.key(),
    }
}

/// Writes a word of a head so that it is read as one again; whether it needs no spacing.
fn write_word(out: &mut String, word: &HeadWord) -> bool {
    let is_plain = is_plain(&word.text);
    let _ = match word.kind {
        WordKind::Group => write!(out, "({})", word.text),
        WordKind::Text if !is_plain => write!(out, "{}", Literal::Text(word.text.clone())),
        _ => write!(out, "{}", word.text),
    };
    is_plain && word.kind != WordKind::Group
}

/// A key that is only known as text.
fn word_text(text: &str) -> String {
    let is_words = text.split(' ').all(|w| {
        is_plain(w) || !w.is_empty() && w.chars().all(|c| c.is_alphanumeric() || "_.-".contains(c))
    });
    if is_words { text.to_owned() } else { Literal::Text(text.to_owned()).to_string() }
}

/// Whether a text is one name with or without quotes.
fn is_plain(text: &str) -> bool {
    text.starts_with(|c: char| c.is_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_alphanumeric() || c == '_')
        && !matches!(text, "extends" | "refines")
}

/// The first spelling of a kind is the canonical one; where the word itself says something it is kept.
fn canonical_word(kind: Kind, word: &str) -> &str {
    use Kind as K;
    let says_more = matches!(
        kind,
        K::Part | K::Record | K::Tool | K::Llm | K::If | K::Step | K::Task | K::Success
    );
    if says_more {
        return word;
    }
    KEYWORDS.iter().find(|k| k.kind == kind).map_or(word, |k| k.word)
}

/// The content of an entry in normal form, without its identity.
pub fn content(entry: &Entry) -> String {
    let items = items(None, std::slice::from_ref(entry));
    items.iter().map(|item| item_content(item, Order::No)).collect()
}

/// The content of an item in normal form; `order` is that of what it stands in.
pub(crate) fn item_content(item: &Item<'_>, order: Order) -> String {
    let mut out = String::new();
    match &item.inside {
        Inside::Slot(slot) => out.push_str(&slot_text(slot)),
        Inside::Condition(slot) => {
            let _ = writeln!(out, "{}: {}", items::condition_key(item.entry), slot_text(slot));
        }
        Inside::Block(_) => {
            let children = item.children().unwrap_or_default();
            let inside = Order::inside(order, item.entry);
            write_items(&mut out, Some(item.entry), &children, inside, 0);
        }
    }
    out
}

fn write_items(
    out: &mut String,
    parent: Option<&Entry>,
    all: &[Item<'_>],
    order: Order,
    depth: usize,
) {
    let mut independent: Vec<String> = Vec::new();
    let mut sequence: Vec<String> = Vec::new();
    for item in all {
        let mut text = String::new();
        write_item(&mut text, parent, item, order, depth);
        if order.keeps(item.entry) { sequence.push(text) } else { independent.push(text) }
    }
    independent.sort();
    for text in independent.iter().chain(&sequence) {
        out.push_str(text);
    }
}

fn write_item(
    out: &mut String,
    parent: Option<&Entry>,
    item: &Item<'_>,
    order: Order,
    depth: usize,
) {
    let indent = "  ".repeat(depth);
    let identity = item.identity(parent);
    let _ = match &item.inside {
        Inside::Slot(slot) => {
            let text = slot_text(slot);
            match (identity.as_str(), text.as_str()) {
                ("", _) => writeln!(out, "{indent}{text}"),
                (word, text) if is_action(word, parent, slot) => {
                    writeln!(out, "{indent}{word} {text}")
                }
                (_, "") => writeln!(out, "{indent}{identity}:"),
                _ => writeln!(out, "{indent}{identity}: {text}"),
            }
        }
        Inside::Condition(slot) => {
            let key = items::condition_key(item.entry);
            let _ = writeln!(out, "{indent}{identity} {{\n{indent}  {key}: {}", slot_text(slot));
            writeln!(out, "{indent}}}")
        }
        Inside::Block(children) if children.is_empty() && is_line(item.entry) => {
            writeln!(out, "{indent}{identity}")
        }
        Inside::Block(children) if children.is_empty() => writeln!(out, "{indent}{identity} {{}}"),
        Inside::Block(_) => {
            let _ = writeln!(out, "{indent}{identity} {{");
            let children = item.children().unwrap_or_default();
            let inside = Order::inside(order, item.entry);
            write_items(out, Some(item.entry), &children, inside, depth + 1);
            writeln!(out, "{indent}}}")
        }
    };
}

/// Whether `return x`, `emit x` is read as `return: x` is.
fn is_action(word: &str, parent: Option<&Entry>, slot: &SlotReading) -> bool {
    let is_fact = parent.is_some_and(|p| p.kind == Some(Kind::Fact));
    match word {
        "return" => is_fact == (slot.expect == Expect::Condition) && slot.expect != Expect::Domain,
        "emit" => {
            matches!(slot.reading, Reading::Name(_) | Reading::Literal(Literal::Text(_)))
        }
        _ => false,
    }
}

/// Whether an item without anything inside is written on a line of its own.
fn is_line(entry: &Entry) -> bool {
    matches!(entry.kind, Some(Kind::Import | Kind::Extends | Kind::Artifact))
}
