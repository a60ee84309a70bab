//! Lines in pieces: words, texts in quotes, what stands in parentheses, parts between separators.

use spak_syntax::Span;
use spak_syntax::ast::{HeadWord, Slot, WordKind};

use super::first_word;

/// The keys of a line with their values; none when it does not begin with one.
pub(super) fn keyed(slot: &Slot, keys: &[&str], several: bool) -> Vec<(HeadWord, Slot)> {
    let (first, rest) = first_word(slot);
    let next = rest.text.trim_start().chars().next();
    let is_value = |c: char| c.is_alphanumeric() || matches!(c, '_' | '"' | '\'' | '(' | '¬' | '∀');
    if !keys.contains(&first.text.as_str())
        || !rest.text.starts_with([' ', '\t'])
        || !next.is_some_and(is_value)
        || first.text == "if" && rest.text.contains("=>")
    {
        return Vec::new();
    }
    let mut parts = Vec::new();
    let (mut key, mut start) = (first, 0);
    let (mut quote, mut before) = (None, ' ');
    let text = rest.text.as_str();
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, c) if several && c.is_alphabetic() && before.is_whitespace() => {
                let front = text.get(start..at).unwrap_or("").trim_end();
                if let Some(word) = next_key(text.get(at..).unwrap_or(""), front, keys) {
                    parts.push((key, part(&rest, start, start + front.len())));
                    let from = rest.span.start + at as u32;
                    let span = Span::new(from, from + word.len() as u32);
                    key = HeadWord { span, text: word.to_owned(), kind: WordKind::Name };
                    start = at + word.len();
                }
            }
            (None, _) => {}
        }
        before = c;
    }
    parts.push((key, part(&rest, start, text.len())));
    parts
}

/// The key that `behind` begins with: `then` behind anything, any other behind a text in quotes only.
fn next_key<'t>(behind: &'t str, front: &str, keys: &[&str]) -> Option<&'t str> {
    let word = behind.split(|c: char| !(c.is_alphanumeric() || c == '_')).next()?;
    let is_next = word == "then" || front.ends_with(['"', '\'']);
    (is_next && keys.contains(&word) && !front.is_empty()).then_some(word)
}

/// Some bytes of a slot, without blanks around them.
pub(super) fn part(slot: &Slot, start: usize, end: usize) -> Slot {
    let text = slot.text.get(start..end).unwrap_or("").to_owned();
    let at = slot.span.start + start as u32;
    trimmed(&Slot { span: Span::new(at, at + text.len() as u32), text })
}

/// What stands behind a sign at the start of a slot.
pub(super) fn behind_sign(slot: &Slot, sign: char) -> Option<Slot> {
    let rest = slot.text.trim_start().strip_prefix(sign)?;
    let start = slot.text.len() - rest.len();
    Some(part(slot, start, slot.text.len()))
}

/// A slot without blanks around it.
pub(super) fn trimmed(slot: &Slot) -> Slot {
    let lead = slot.text.len() - slot.text.trim_start().len();
    let text = slot.text.trim().to_owned();
    let start = slot.span.start + lead as u32;
    Slot { span: Span::new(start, start + text.len() as u32), text }
}

/// The one text in quotes that a slot is.
pub(super) fn quoted(slot: &Slot) -> Option<Slot> {
    let slot = trimmed(slot);
    for quote in ['"', '\''] {
        let inner = slot.text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
        if let Some(inner) = inner.filter(|t| !t.contains(quote)) {
            let start = slot.span.start + 1;
            let span = Span::new(start, start + inner.len() as u32);
            return Some(Slot { span, text: inner.to_owned() });
        }
    }
    None
}

/// A slot without the quotes around it.
pub(super) fn unquoted(slot: &Slot) -> Slot {
    quoted(slot).unwrap_or_else(|| trimmed(slot))
}

/// The text in quotes that a slot begins with, and what follows.
pub(super) fn quoted_word(slot: &Slot) -> Option<(HeadWord, Slot)> {
    let inner = slot.text.strip_prefix('"')?;
    let close = inner.find('"')?;
    let start = slot.span.start;
    let word = HeadWord {
        span: Span::new(start, start + close as u32 + 2),
        text: inner.get(..close)?.to_owned(),
        kind: WordKind::Text,
    };
    Some((word, part(slot, close + 2, slot.text.len())))
}

/// `Name(arguments) rest`: the name, what stands in parentheses right behind it, and the rest.
pub(super) fn called(slot: &Slot) -> Option<(HeadWord, Option<HeadWord>, Slot)> {
    let (name, rest) = first_word(slot);
    if name.text.is_empty() {
        return None;
    }
    let Some(inner) = rest.text.strip_prefix('(') else { return Some((name, None, rest)) };
    let mut depth = 1_i32;
    let (close, _) = inner.char_indices().find(|(_, c)| {
        depth += match c {
            '(' => 1,
            ')' => -1,
            _ => 0,
        };
        depth == 0
    })?;
    let start = rest.span.start + 1;
    let arguments = HeadWord {
        span: Span::new(start, start + close as u32),
        text: inner.get(..close)?.to_owned(),
        kind: WordKind::Group,
    };
    let behind = part(&rest, close + 2, rest.text.len());
    Some((name, Some(arguments), behind))
}

/// The parts of a slot between separators outside of brackets and quotes.
pub(super) fn separated(slot: &Slot, separator: char) -> Vec<Slot> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_i32, None, 0);
    for (at, c) in slot.text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, c) if c == separator && depth == 0 => {
                parts.push(part(slot, start, at));
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(part(slot, start, slot.text.len()));
    parts
}
