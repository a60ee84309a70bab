//! One slip in a well-indented design gives one error at its place, and all other statements are read.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::path::PathBuf;

use spak_syntax::{Diagnostic, LineIndex, ast, parse};

/// Designs in braces whose indentation shows the structure: what the recovery can go by.
fn well_indented() -> Vec<PathBuf> {
    let braces = |p: &PathBuf| {
        let name = p.file_name().unwrap().to_string_lossy().into_owned();
        let own = ["a_decode", "b_triage", "d_quoted", "l1_", "l3_"];
        let corpus = ["fmha_system_v1", "fmha_system_v2", "fmha_system_v4", "matmul_system_v2"];
        let more = ["NanoGPT_System", "microgpt_system", "coaching_agent", "hello", "lifted"];
        own.iter().chain(&corpus).chain(&more).any(|prefix| name.starts_with(prefix))
    };
    let mut found: Vec<PathBuf> = support::all_designs().into_iter().filter(braces).collect();
    found.extend(support::shipped());
    found.sort();
    found.dedup();
    found
}

fn lines_of(text: &str, diagnostic: &Diagnostic) -> Vec<u32> {
    let index = LineIndex::new(text);
    std::iter::once(diagnostic.primary.span)
        .chain(diagnostic.related.iter().map(|l| l.span))
        .map(|span| index.line_column(text, span.start).0)
        .collect()
}

fn heads(text: &str) -> Vec<String> {
    support::heads(&ast::file(&parse(text)))
}

/// The 1-based line of the block whose closing brace stands alone at `close`.
fn opening_line(text: &str, close: usize) -> Option<u32> {
    let indent = close - text[..close].rfind('\n').map_or(0, |i| i + 1);
    let before: Vec<&str> = text[..close].lines().collect();
    let (line, _) = before.iter().enumerate().rev().skip(1).find(|(_, line)| {
        let stands = line.len() - line.trim_start().len();
        !line.trim().is_empty() && stands == indent && line.contains('{')
    })?;
    Some(line as u32 + 1)
}

#[test]
fn a_missing_closing_brace_is_one_error_at_its_block() {
    let mut tried = 0;
    for path in well_indented() {
        let text = support::read(&path);
        let expected = heads(&text);
        for (close, _) in text.match_indices('}') {
            let line_start = text[..close].rfind('\n').map_or(0, |i| i + 1);
            let alone = text[close + 1..].lines().next().is_none_or(|l| l.trim().is_empty());
            if !text[line_start..close].trim().is_empty() || !alone {
                continue;
            }
            let Some(opened) = opening_line(&text, close) else { continue };
            let mut damaged = text.clone();
            damaged.remove(close);
            let parse = parse(&damaged);
            let line = text[..close].matches('\n').count() + 1;
            let place = format!("{} without the brace in line {line}", path.display());
            let [error] = parse.diagnostics.as_slice() else {
                panic!("{place}: {:?}", parse.diagnostics)
            };
            assert_eq!(error.code.0, "unclosed-block", "{place}");
            assert!(lines_of(&damaged, error).contains(&opened), "{place}: {error:?}");
            assert_eq!(heads(&damaged), expected, "{place}");
            let repaired = spak_syntax::edit::apply(&damaged, &error.fix).unwrap();
            assert!(spak_syntax::parse(&repaired).diagnostics.is_empty(), "{place}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn a_surplus_closing_brace_is_one_error_at_its_place() {
    let mut tried = 0;
    for path in well_indented() {
        let text = support::read(&path);
        let expected = heads(&text);
        // Behind each block that ends on a line of its own, a brace as deep as its content.
        for (close, _) in text.match_indices("    }\n") {
            let line_start = text[..close].rfind('\n').map_or(0, |i| i + 1);
            if !text[line_start..close].trim().is_empty() {
                continue;
            }
            let mut damaged = text.clone();
            let indent = close + 4 - line_start;
            damaged.insert_str(close, &format!("{}}}\n{}", " ".repeat(8), " ".repeat(indent - 4)));
            let parse = parse(&damaged);
            let line = text[..close].matches('\n').count() + 1;
            let place = format!("{} with one more brace in line {line}", path.display());
            let [error] = parse.diagnostics.as_slice() else {
                panic!("{place}: {:?}", parse.diagnostics)
            };
            assert_eq!(error.code.0, "unmatched-brace", "{place}");
            assert_eq!(lines_of(&damaged, error), [line as u32], "{place}");
            assert_eq!(heads(&damaged), expected, "{place}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn a_missing_closing_quote_is_an_error_in_its_line() {
    let mut tried = 0;
    for path in well_indented() {
        let text = support::read(&path);
        let expected = heads(&text);
        for (quote, _) in text.match_indices("\"\n") {
            let line_start = text[..quote].rfind('\n').map_or(0, |i| i + 1);
            let line = &text[line_start..quote];
            // A value in quotes that is the whole rest of its line; not the end of a longer text.
            let in_front_matter = text.starts_with("---") && text[..quote].lines().count() < 7;
            let Some((_, value)) = line.split_once(": \"") else { continue };
            if value.contains('"') || in_front_matter {
                continue;
            }
            let mut damaged = text.clone();
            damaged.remove(quote);
            let parse = parse(&damaged);
            let number = text[..quote].matches('\n').count() as u32 + 1;
            let place = format!("{} without the quote in line {number}", path.display());
            let [error] = parse.diagnostics.as_slice() else {
                panic!("{place}: {:?}", parse.diagnostics)
            };
            assert_eq!(error.code.0, "unclosed-text", "{place}");
            assert_eq!(lines_of(&damaged, error), [number], "{place}");
            assert_eq!(heads(&damaged), expected, "{place}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}

#[test]
fn a_missing_closing_bracket_is_an_error_in_its_line() {
    let mut tried = 0;
    for path in well_indented() {
        let text = support::read(&path);
        let expected = heads(&text);
        for (bracket, _) in text.match_indices("]\n") {
            let line_start = text[..bracket].rfind('\n').map_or(0, |i| i + 1);
            let in_front_matter = text.starts_with("---") && text[..bracket].lines().count() < 7;
            if !text[line_start..bracket].contains(": [") || in_front_matter {
                continue;
            }
            let mut damaged = text.clone();
            damaged.remove(bracket);
            let parse = parse(&damaged);
            let number = text[..bracket].matches('\n').count() as u32 + 1;
            let place = format!("{} without the bracket in line {number}", path.display());
            let [error] = parse.diagnostics.as_slice() else {
                panic!("{place}: {:?}", parse.diagnostics)
            };
            assert_eq!(error.code.0, "unclosed-list", "{place}");
            assert_eq!(lines_of(&damaged, error), [number], "{place}");
            assert_eq!(heads(&damaged), expected, "{place}");
            tried += 1;
        }
    }
    assert!(tried > 30, "{tried}");
}
