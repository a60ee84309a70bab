//! What the tests of this crate share: where the corpora are, and an outline of a file that a person
//! can check by eye.
#![allow(dead_code, reason = "each test binary uses a part of it")]
#![expect(clippy::print_stderr, reason = "a test that is skipped says so")]
#![expect(clippy::panic, reason = "a test without its file stops")]

use std::path::{Path, PathBuf};

use spak_syntax::ast::{File, Head, Item, Value};

/// The files under `dir` that end with `.dsl`, by name.
pub(crate) fn designs_below(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_path_buf()];
    while let Some(dir) = open.pop() {
        let Ok(entries) = std::fs::read_dir(&dir) else { continue };
        for entry in entries.flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|e| e == "dsl") {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The folder of designs that are not part of this repository, or nothing (said aloud).
pub(crate) fn corpus() -> Option<PathBuf> {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    let dir = std::env::var_os("SPAK_CORPUS")
        .map_or_else(|| here.join("../../../shared/corpus"), PathBuf::from);
    if dir.is_dir() {
        return Some(dir);
    }
    eprintln!("SKIPPED: no corpus at {}; set SPAK_CORPUS to its folder", dir.display());
    None
}

/// The designs of this crate's tests.
pub(crate) fn dialects() -> Vec<PathBuf> {
    designs_below(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/dialects"))
}

/// The designs that users of this repository start from. Examples of packs are left out: most of their text is source of
/// other languages, whose quotes, braces and comments are not those of designs.
pub(crate) fn shipped() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut paths = designs_below(&root.join("examples"));
    paths.extend(designs_below(&root.join("std")));
    paths.retain(|path| !path.iter().any(|part| part == "cases"));
    paths
}

/// The designs of this repository and, when it is there, the corpus.
pub(crate) fn all_designs() -> Vec<PathBuf> {
    let mut paths = dialects();
    paths.extend(shipped());
    if let Some(dir) = corpus() {
        paths.extend(designs_below(&dir));
    }
    paths
}

/// The text of a file that is UTF-8.
pub(crate) fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

/// Every statement of a file, one a line, indented by depth: its kind, its head and its value.
pub(crate) fn outline(file: &File) -> String {
    let mut out = String::new();
    if let Some(front) = &file.front_matter {
        out.push_str(&format!("front matter, {} lines\n", front.text.lines().count()));
    }
    for item in &file.items {
        outline_item(item, 0, &mut out);
    }
    out
}

fn outline_item(item: &Item, depth: usize, out: &mut String) {
    let pad = "  ".repeat(depth);
    match item {
        Item::Block(block) => {
            out.push_str(&format!("{pad}block {}\n", words(&block.head)));
            block.items.iter().for_each(|i| outline_item(i, depth + 1, out));
        }
        Item::Section(block) => {
            out.push_str(&format!("{pad}section {}\n", words(&block.head)));
            block.items.iter().for_each(|i| outline_item(i, depth + 1, out));
        }
        Item::Pair(pair) => {
            out.push_str(&format!("{pad}pair {}: ", words(&pair.key)));
            outline_value(&pair.value, depth, out);
        }
        Item::Line(slot) => out.push_str(&format!("{pad}line {}\n", shown(&slot.text))),
    }
}

fn outline_value(value: &Value, depth: usize, out: &mut String) {
    match value {
        Value::Empty(_) => out.push_str("empty\n"),
        Value::Text(text) => out.push_str(&format!("text {}\n", shown(&text.value))),
        Value::Raw(slot) => out.push_str(&format!("raw {}\n", shown(&slot.text))),
        Value::Map(block) => {
            out.push_str(&format!("map {}\n", words(&block.head)));
            block.items.iter().for_each(|i| outline_item(i, depth + 1, out));
        }
        Value::List(_, values) if values.iter().all(is_word) => {
            let words: Vec<String> = values.iter().map(word).collect();
            out.push_str(&format!("list of {}: {}\n", values.len(), words.join(" | ")));
        }
        Value::List(_, values) => {
            out.push_str(&format!("list of {}\n", values.len()));
            for value in values {
                out.push_str(&"  ".repeat(depth + 1));
                out.push_str("- ");
                outline_value(value, depth + 1, out);
            }
        }
    }
}

fn is_word(value: &Value) -> bool {
    matches!(value, Value::Text(_) | Value::Raw(_))
}

fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => format!("{:?}", shown(&text.value)),
        Value::Raw(slot) => shown(&slot.text),
        _ => String::new(),
    }
}

/// The words of a head with one space between them.
fn words(head: &Head) -> String {
    let text = head.text();
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ")
}

/// The text on one line, cut after 60 characters.
fn shown(text: &str) -> String {
    let line: Vec<&str> = text.split_whitespace().collect();
    let line = line.join(" ");
    match line.char_indices().nth(60) {
        Some((cut, _)) => format!("{}…", &line[..cut]),
        None => line,
    }
}

/// The heads of all statements, at any depth, in order: what a broken text must still give.
pub(crate) fn heads(file: &File) -> Vec<String> {
    let mut out = Vec::new();
    file.items.iter().for_each(|i| heads_of(i, &mut out));
    out
}

fn heads_of(item: &Item, out: &mut Vec<String>) {
    match item {
        Item::Block(b) | Item::Section(b) => {
            out.push(b.head.text());
            b.items.iter().for_each(|i| heads_of(i, out));
        }
        Item::Pair(p) => {
            out.push(p.key.text());
            if let Value::Map(b) = &p.value {
                b.items.iter().for_each(|i| heads_of(i, out));
            }
        }
        Item::Line(slot) => out.push(shown(&slot.text)),
    }
}
