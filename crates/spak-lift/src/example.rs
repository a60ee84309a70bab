//! Examples of packs: kernels with what the patterns find in them, and what they do not.
//!
//! ```text
//! example "name" {
//!     source: """…"""                     // or file: "beside.py", or from: "an example above"
//!     language: "cuda"                    // "python" where nothing is said, and what `file` ends with
//!     with { "what stands there": "what stands there instead" }
//!     finds { pattern: "value"  q.pattern: ["value", "other"] }     // or finds: [pattern]
//!     lacks { pattern: "value" }                                    // or lacks: [pattern]
//! }
//! ```

mod judge;

use std::collections::BTreeMap;

use spak_model::vocabulary::Kind;
use spak_model::{Entry, Files, Literal, Reading};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId, Span};

use crate::codes::BAD_EXAMPLE;

pub use judge::{Verdict, judge};

/// What an example is written in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Language {
    /// Python: cuTile or Triton.
    #[default]
    Python,
    /// CUDA C++.
    Cuda,
}

/// A kernel with what patterns find in it, and what they do not.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Its name.
    pub name: String,
    /// The source of the kernel.
    pub source: String,
    /// What it is written in.
    pub language: Language,
    /// What is expected.
    pub expected: Vec<Expected>,
    /// The file it stands in.
    pub file: FileId,
    /// Its head.
    pub span: Span,
}

/// Something that is found in an example, or that is not.
#[derive(Clone, Debug, PartialEq)]
pub struct Expected {
    /// A pattern, or the axis of several.
    pub pattern: String,
    /// The operand, if one is named.
    pub role: Option<String>,
    /// The value; any if there is none.
    pub value: Option<String>,
    /// Whether it is found.
    pub is_found: bool,
    /// Where it is said.
    pub span: Span,
}

/// The examples of a resolved design, in order, with what is wrong with them.
pub fn examples(entries: &[Entry], files: &mut dyn Files) -> (Vec<Example>, Vec<Diagnostic>) {
    let systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
    let items = entries.iter().chain(systems.flat_map(|s| s.children()));
    let mut found = Vec::new();
    let mut all: Vec<Example> = Vec::new();
    // Those of rules say what is given, and have no source.
    let of_rules = |e: &&Entry| e.children().iter().any(|c| c.key() == "given");
    for entry in items.filter(|e| e.kind == Some(Kind::Example)).filter(|e| !of_rules(e)) {
        if let Some(example) = example(entry, &all, files, &mut found) {
            all.push(example);
        }
    }
    (all, found)
}

fn wrong(entry: &Entry, span: Span, message: String, repair: &str) -> Diagnostic {
    Diagnostic::error(BAD_EXAMPLE, span, message).repair(repair).in_file(entry.file)
}

fn example(
    entry: &Entry,
    before: &[Example],
    files: &mut dyn Files,
    found: &mut Vec<Diagnostic>,
) -> Option<Example> {
    let (mut source, mut language) = source(entry, before, files, found)?;
    for slot in entry.slots("language") {
        language = match word(&slot.reading).as_deref() {
            Some("python") => Language::Python,
            Some("cuda") => Language::Cuda,
            _ => {
                let message = "an example is written in `python` or in `cuda`".to_owned();
                found.push(wrong(entry, slot.span, message, "write one of these"));
                return None;
            }
        };
    }
    for edit in entry.children().iter().filter(|e| e.key() == "with").flat_map(Entry::children) {
        let old = edit.head.words.first().map_or("", |word| word.text.as_str());
        let new = edit.slot().and_then(|slot| word(&slot.reading)).unwrap_or_default();
        if old.is_empty() || !source.contains(old) {
            let message = format!("`{old}` does not stand in the source of this example");
            found.push(wrong(entry, edit.head.span, message, "write it as the source does"));
            return None;
        }
        source = source.replace(old, &new);
    }
    let mut expected = Vec::new();
    for (key, is_found) in [("finds", true), ("lacks", false)] {
        for part in entry.children().iter().filter(|e| e.key() == key) {
            expect(part, is_found, &mut expected);
        }
    }
    let is_several = |one: &&Expected| one.value.as_ref().is_some_and(|v| v.contains('"'));
    if let Some(one) = expected.iter().find(is_several) {
        // The next pair of the line was taken for a part of the value.
        let message = format!("what `{}` is found as is no single value", one.pattern);
        found.push(wrong(entry, one.span, message, "write a `,` between what stands on one line"));
        return None;
    }
    let name = entry.name_text().unwrap_or("").to_owned();
    Some(Example { name, source, language, expected, file: entry.file, span: entry.head.span })
}

/// The source of an example before it is changed.
fn source(
    entry: &Entry,
    before: &[Example],
    files: &mut dyn Files,
    found: &mut Vec<Diagnostic>,
) -> Option<(String, Language)> {
    let mut all = Vec::new();
    for key in ["source", "file", "from"] {
        all.extend(entry.slots(key).map(|slot| (key, slot.span, word(&slot.reading))));
    }
    let [(key, span, Some(text))] = all.as_slice() else {
        let message = match all.len() {
            0 => "this example has no source",
            _ => "an example has one source",
        };
        let repair = "write one of `source: \"\"\"…\"\"\"`, `file: \"kernel.py\"` and `from: \"another example\"`";
        found.push(wrong(entry, entry.head.span, message.to_owned(), repair));
        return None;
    };
    match *key {
        "source" => Some((text.clone(), Language::Python)),
        "file" => match files.load(entry.file, text) {
            Ok((_, source)) => {
                let is_cuda = [".cu", ".cuh"].iter().any(|ending| text.ends_with(ending));
                Some((source, if is_cuda { Language::Cuda } else { Language::Python }))
            }
            Err(why) => {
                let message = format!("`{text}` cannot be read: {why}");
                found.push(wrong(entry, *span, message, "name a file beside this one"));
                None
            }
        },
        _ => {
            let known = before.iter().find(|example| example.name == *text);
            if known.is_none() {
                let names = before.iter().map(|example| example.name.as_str());
                let repair = match suggest(text, names) {
                    Some(near) => format!("did you mean \"{near}\"?"),
                    None => "an example starts from one that stands above it".to_owned(),
                };
                let message = format!("there is no example \"{text}\" above");
                found.push(wrong(entry, *span, message, &repair));
            }
            known.map(|example| (example.source.clone(), example.language))
        }
    }
}

/// What a `finds` or a `lacks` says: a block by pattern, or a list of patterns.
fn expect(entry: &Entry, is_found: bool, expected: &mut Vec<Expected>) {
    if let Some(slot) = entry.slot() {
        for name in words(&slot.reading) {
            expected.push(expected_of(&name, None, is_found, slot.span));
        }
    }
    for child in entry.children() {
        let Some(slot) = child.slot() else { continue };
        let mut values: Vec<Option<String>> = words(&slot.reading).into_iter().map(Some).collect();
        if values.is_empty() {
            values.push(None);
        }
        let name = child.head.words.first().map_or("", |word| word.text.as_str());
        for value in values {
            expected.push(expected_of(name, value, is_found, child.span));
        }
    }
}

fn expected_of(name: &str, value: Option<String>, is_found: bool, span: Span) -> Expected {
    let (role, pattern) = match name.rsplit_once('.') {
        Some((role, pattern)) => (Some(role.to_owned()), pattern.to_owned()),
        None => (None, name.to_owned()),
    };
    Expected { pattern, role, value, is_found, span }
}

fn word(reading: &Reading) -> Option<String> {
    Some(match reading {
        Reading::Words(text) | Reading::Name(text) | Reading::Template(text, _) => text.clone(),
        Reading::Literal(Literal::Text(text)) => text.clone(),
        Reading::Literal(literal) => literal.to_string(),
        Reading::Formula(formula) => formula.text.clone(),
        _ => return None,
    })
}

fn words(reading: &Reading) -> Vec<String> {
    match reading {
        Reading::List(items) => items.iter().filter_map(word).collect(),
        Reading::Open => Vec::new(),
        other => word(other).into_iter().collect(),
    }
}

/// How many examples find each pattern, and how many say that it is not found.
pub type Coverage = BTreeMap<String, (usize, usize)>;
