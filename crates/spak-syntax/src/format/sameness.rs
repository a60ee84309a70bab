//! Whether two texts say the same: the same words, statements and comments in the same order.

use std::fmt::Write as _;

use crate::ast::{self, Block, Head, Item, Value};
use crate::diagnostic::{Diagnostic, Severity};
use crate::parser::Parse;
use crate::tree::{Element, Kind};

pub(super) fn says_the_same(before: &Parse, after: &Parse) -> bool {
    let comment = |kind: Kind| kind.is_comment();
    let word = |kind: Kind| !kind.is_trivia() && !matches!(kind, Kind::Comma | Kind::Semicolon);
    let broken = |d: &Diagnostic| d.severity == Severity::Error;
    !after.diagnostics.iter().any(broken)
        && tokens(before, comment) == tokens(after, comment)
        && tokens(before, word) == tokens(after, word)
        && meaning(before) == meaning(after)
}

/// All tokens of some kinds, without spaces at their ends.
fn tokens(parse: &Parse, wanted: impl Fn(Kind) -> bool) -> Vec<(Kind, String)> {
    let tokens = parse.tree.root().descendants_with_tokens().filter_map(Element::into_token);
    tokens
        .filter(|t| wanted(t.kind()))
        .map(|t| (t.kind(), t.text().trim_end().replace("\r\n", "\n")))
        .collect()
}

/// Everything a file says, without places and spaces.
fn meaning(parse: &Parse) -> String {
    let file = ast::file(parse);
    let mut out = String::new();
    if let Some(front) = &file.front_matter {
        out.push_str(&front.text.replace("\r\n", "\n"));
    }
    items(&file.items, &mut out);
    out
}

fn items(items: &[Item], out: &mut String) {
    for item in items {
        match item {
            Item::Block(b) => block("block", b, out),
            Item::Section(b) => block("section", b, out),
            Item::Pair(p) => {
                out.push_str("pair ");
                head(&p.key, out);
                value(&p.value, out);
            }
            Item::Line(slot) => {
                out.push_str("line ");
                words(&slot.text, out);
            }
        }
    }
}

fn block(kind: &str, block: &Block, out: &mut String) {
    out.push_str(kind);
    head(&block.head, out);
    out.push('{');
    items(&block.items, out);
    out.push('}');
}

fn head(head: &Head, out: &mut String) {
    for word in &head.words {
        // Writing to a string cannot fail.
        let _ = write!(out, " {:?}", word.kind);
        words(&word.text, out);
    }
}

fn value(value: &Value, out: &mut String) {
    match value {
        Value::Empty(_) => out.push_str(" empty"),
        Value::Text(text) => {
            let _ = write!(out, " text {:?}", text.value);
        }
        Value::List(_, values) => {
            out.push('[');
            values.iter().for_each(|v| self::value(v, out));
            out.push(']');
        }
        Value::Map(b) => block("map", b, out),
        Value::Raw(slot) => {
            out.push_str(" raw ");
            words(&slot.text, out);
        }
    }
}

/// `text` with one space for any number of them.
fn words(text: &str, out: &mut String) {
    for word in text.split_whitespace() {
        out.push_str(word);
        out.push(' ');
    }
    out.push('\n');
}
