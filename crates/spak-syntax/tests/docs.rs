//! The examples of the documentation are read: without a diagnostic, or with the one they are about.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use spak_syntax::{Source, codes, format, parse};

fn language_docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language")
}

/// The fenced `dsl` examples of a page: the words behind `dsl` and the text.
fn examples(page: &str) -> Vec<(String, String)> {
    let mut examples = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match &mut open {
            None => {
                if let Some(words) = line.strip_prefix("```dsl") {
                    open = Some((words.trim().to_owned(), String::new()));
                }
            }
            Some(_) if line == "```" => examples.extend(open.take()),
            Some((_, text)) => {
                text.push_str(line);
                text.push('\n');
            }
        }
    }
    assert!(open.is_none(), "an example does not end");
    examples
}

/// The codes of everything said about `bytes`, by reading and by formatting.
fn said_about(bytes: &[u8]) -> BTreeSet<&'static str> {
    let source = Source::decode(bytes);
    let parsed = parse(source.text());
    let formatted = format(source.text());
    let all =
        parsed.diagnostics.into_iter().chain(formatted.diagnostics).chain(source.diagnostic());
    all.map(|d| d.code.0).collect()
}

/// `\xNN` in `text` as the byte it names.
fn with_bytes(text: &str) -> Vec<u8> {
    let mut parts = text.split("\\x");
    let mut bytes = parts.next().unwrap_or("").as_bytes().to_vec();
    for part in parts {
        let (digits, rest) = part.split_at(2);
        bytes.push(u8::from_str_radix(digits, 16).unwrap());
        bytes.extend(rest.as_bytes());
    }
    bytes
}

fn check(name: &str, words: &str, text: &str) {
    let bytes = if words.contains("bytes") { with_bytes(text) } else { text.as_bytes().to_vec() };
    let said = said_about(&bytes);
    // Warnings may be those of later stages.
    let ours = |code: &&str| codes::ALL.iter().any(|known| known.0 == *code);
    let expected: Vec<&str> = words
        .split_whitespace()
        .filter_map(|w| w.strip_prefix("error=").or(w.strip_prefix("warning=").filter(ours)))
        .collect();
    for code in &expected {
        assert!(said.contains(code), "{name}: {said:?} said about\n{text}");
    }
    let is_silent = said.is_empty() || !expected.is_empty();
    assert!(is_silent, "{name}: {said:?} said about\n{text}");
}

#[test]
fn every_example_of_the_syntax_page_is_read() {
    let page = std::fs::read_to_string(language_docs().join("syntax.md")).unwrap();
    let examples = examples(&page);
    assert!(examples.len() > 15);
    for (words, text) in &examples {
        check("syntax.md", words, text);
    }
}

#[test]
fn every_code_has_a_page_whose_example_shows_it() {
    for code in codes::ALL {
        let path = language_docs().join("diagnostics").join(format!("{}.md", code.0));
        let page =
            std::fs::read_to_string(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
        assert_eq!(page.lines().next(), Some(format!("# {}", code.0).as_str()));
        let examples = examples(&page);
        assert!(
            examples.iter().any(|(w, _)| {
                w.split_whitespace().any(|word| word.ends_with(&format!("={}", code.0)))
            }),
            "{}",
            code.0
        );
        for (words, text) in &examples {
            check(code.0, words, text);
        }
    }
}
