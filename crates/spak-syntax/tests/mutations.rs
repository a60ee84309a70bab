//! One sign is taken out of a well-formed design: there is an error near its place, and every
//! statement outside of the damaged one keeps its parents.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use std::collections::BTreeMap;

use spak_syntax::ast::{self, Item, Value};
use spak_syntax::tree::{Element, Kind};
use spak_syntax::{LineIndex, Severity, parse};

/// Each statement: the heads of all it stands in and its own, and its place.
fn paths(text: &str) -> Vec<(String, std::ops::Range<usize>)> {
    fn add(item: &Item, above: &str, out: &mut Vec<(String, std::ops::Range<usize>)>) {
        let words = match item {
            Item::Line(slot) => slot.text.split_whitespace().collect::<Vec<_>>().join(" "),
            _ => item.head().unwrap().text(),
        };
        let path = format!("{above} / {words}");
        let span = item.span();
        let items = match item {
            Item::Block(b) | Item::Section(b) => b.items.as_slice(),
            Item::Pair(p) => match &p.value {
                Value::Map(b) => b.items.as_slice(),
                _ => &[],
            },
            Item::Line(_) => &[],
        };
        items.iter().for_each(|i| add(i, &path, out));
        out.push((path, span.start as usize..span.end as usize));
    }
    let mut out = Vec::new();
    ast::file(&parse(text)).items.iter().for_each(|i| add(i, "", &mut out));
    out
}

struct Damage {
    /// Where the sign stands that is taken out.
    at: usize,
    sign: char,
}

/// The braces, brackets and quotes of a text that mean something.
fn signs(text: &str) -> Vec<Damage> {
    let root = parse(text).tree.root();
    let mut out = Vec::new();
    for token in root.descendants_with_tokens().filter_map(Element::into_token) {
        let range = token.text_range();
        let (start, end) = (usize::from(range.start()), usize::from(range.end()));
        match token.kind() {
            Kind::LeftBrace | Kind::RightBrace | Kind::LeftBracket | Kind::RightBracket => {
                out.push(Damage { at: start, sign: token.text().chars().next().unwrap() });
            }
            Kind::Text if token.text().starts_with('"') && !token.text().contains('\\') => {
                out.push(Damage { at: start, sign: '"' });
                out.push(Damage { at: end - 1, sign: '"' });
            }
            _ => {}
        }
    }
    out
}

/// Whether each `}` that begins a line stands below the line of its `{`, and content deeper: what the
/// recovery of braces goes by.
fn is_indented_as_nested(text: &str) -> bool {
    let root = parse(text).tree.root();
    let mut open = Vec::new();
    let indent_at = |at: usize| {
        let line = &text[text[..at].rfind('\n').map_or(0, |i| i + 1)..];
        (line.len() - line.trim_start().len(), line.trim_start().starts_with('}'))
    };
    root.descendants_with_tokens().filter_map(Element::into_token).all(|token| {
        let (indent, closes) = indent_at(token.text_range().start().into());
        match token.kind() {
            Kind::LeftBrace => {
                open.push(indent);
                true
            }
            Kind::RightBrace => open.pop().is_some_and(|above| !closes || above == indent),
            kind if kind.is_trivia() || closes => true,
            _ => open.last().is_none_or(|above| indent >= *above),
        }
    })
}

/// Whether the statement below a `}` is indented deeper than it, as if the block went on.
fn below_is_deeper(text: &str, damage: &Damage) -> bool {
    let line = text[..damage.at].rfind('\n').map_or(0, |i| i + 1);
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut below = text[line..].lines().skip(1).filter(|l| !l.trim().is_empty());
    let below = below.find(|l| !l.trim_start().starts_with("//"));
    damage.sign == '}' && below.is_some_and(|l| indent(l) > indent(&text[line..]))
}

/// Whether a bracket stands among words, where it need not have a partner.
fn is_in_prose(text: &str, damage: &Damage) -> bool {
    let line = text[..damage.at].rfind('\n').map_or(0, |i| i + 1);
    let line = text[line..].lines().next().unwrap();
    let words: Vec<&str> = line.split(' ').collect();
    let is_word = |w: &str| {
        let w = w.split('[').next().unwrap();
        !w.is_empty() && w.chars().all(|c| c.is_alphabetic() || c == '/')
    };
    matches!(damage.sign, '[' | ']')
        && words.windows(2).any(|w| is_word(w[0]) && is_word(w[1].trim_matches(['[', ']'])))
        && !line.contains(": [")
}

/// Whether a quote is left behind something that begins with a digit: that is read as inches (`a 6" pipe`).
fn leaves_inches(text: &str, damage: &Damage) -> bool {
    let start = text[..damage.at].rfind('\n').map_or(0, |i| i + 1);
    let end = text[damage.at..].find('\n').map_or(text.len(), |i| damage.at + i);
    let mut word = start;
    let mut inches = false;
    for (offset, sign) in text[start..end].char_indices() {
        let at = start + offset;
        if sign == '"' && at != damage.at {
            inches |= text[word..at].starts_with(|c: char| c.is_ascii_digit());
        }
        if !sign.is_alphanumeric() && sign != '_' {
            word = at + sign.len_utf8();
        }
    }
    damage.sign == '"' && inches
}

/// What is wrong about the parse of `text` without one sign.
fn complaint(
    text: &str,
    before: &[(String, std::ops::Range<usize>)],
    damage: &Damage,
) -> Option<String> {
    let mut damaged = text.to_owned();
    damaged.remove(damage.at);
    let parse = parse(&damaged);
    let index = LineIndex::new(&damaged);
    let line = index.line_column(&damaged, damage.at as u32).0;
    let errors = parse.diagnostics.iter().filter(|d| d.severity == Severity::Error);
    let lines = errors.flat_map(|d| std::iter::once(&d.primary).chain(&d.related));
    let distance = lines.map(|l| index.line_column(&damaged, l.span.start).0.abs_diff(line)).min();
    let block = |(_, span): &&(String, std::ops::Range<usize>)| span.contains(&damage.at);
    let hurt = before.iter().filter(block).map(|(_, s)| s.clone()).min_by_key(|s| s.len());
    let hurt = hurt.unwrap_or(0..0);
    let lines_of_block = text[hurt.clone()].matches('\n').count() as u32;
    match distance {
        None => return Some("no error".to_owned()),
        Some(distance) if distance > 1 && distance > lines_of_block => {
            return Some(format!("the error is {distance} lines away"));
        }
        Some(_) => {}
    }
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for (path, _) in paths(&damaged) {
        *left.entry(path).or_default() += 1;
    }
    // What shares a line with the sign cannot be told from what it damages.
    let first = text[..damage.at].rfind('\n').map_or(0, |i| i + 1);
    let last = text[damage.at..].find('\n').map_or(text.len(), |i| damage.at + i);
    let outside = |span: &std::ops::Range<usize>| {
        (span.end <= hurt.start || span.start >= hurt.end) && !(first..last).contains(&span.start)
    };
    for (path, _) in before.iter().filter(|(_, span)| outside(span)) {
        match left.get_mut(path).filter(|count| **count > 0) {
            Some(count) => *count -= 1,
            None => return Some(format!("lost: {path}")),
        }
    }
    None
}

#[test]
fn without_one_sign_there_is_an_error_near_it_and_the_rest_is_read() {
    let mut tried = 0;
    let mut wrong = Vec::new();
    for path in support::all_designs() {
        let text = support::read(&path);
        if !parse(&text).diagnostics.is_empty() {
            continue;
        }
        let before = paths(&text);
        let by_indentation = is_indented_as_nested(&text);
        for damage in signs(&text) {
            if below_is_deeper(&text, &damage) {
                continue;
            }
            let is_told_apart = matches!(damage.sign, '{' | '}') && !by_indentation
                || is_in_prose(&text, &damage)
                || leaves_inches(&text, &damage);
            if is_told_apart {
                continue;
            }
            tried += 1;
            if let Some(complaint) = complaint(&text, &before, &damage) {
                let line = text[..damage.at].matches('\n').count();
                wrong.push(format!(
                    "{}:{}: without `{}`: {complaint}\n    {}",
                    path.file_name().unwrap().display(),
                    line + 1,
                    damage.sign,
                    text.lines().nth(line).unwrap().trim()
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of {tried}:\n{}", wrong.len(), wrong.join("\n"));
}
