//! Brackets and parentheses without a partner, where they cannot be prose; and what prose is.

use super::Parser;
use super::scan::LINE_WORDS;
use crate::codes::UNMATCHED_BRACKET;
use crate::diagnostic::Diagnostic;
use crate::edit::Edit;
use crate::tree::Kind;

/// How far two words in a row are looked for around a lone bracket, in tokens.
const MAX_SENTENCE: usize = 64;

impl Parser<'_> {
    /// Reports the `(` and `[` of the head before token `end` that nothing closes.
    pub(super) fn lone_openers(&mut self, end: usize) {
        for index in self.at..end {
            let closing = match self.kind_at(index) {
                Some(Kind::LeftParen) => ")",
                Some(Kind::LeftBracket) => "]",
                _ => continue,
            };
            if self.close_of(index).is_some() {
                continue;
            }
            self.reported_openers.insert(index);
            let (span, opening) = (self.span_at(index), self.text_at(index).to_owned());
            let behind = self.span_at(end - 1).end;
            self.report(
                Diagnostic::error(
                    UNMATCHED_BRACKET,
                    span,
                    format!("this `{opening}` is never closed"),
                )
                .because("the head ends before it is")
                .repair(format!("add `{closing}`"))
                .fix(Edit::insert(behind, closing)),
            );
        }
    }

    /// Reports each `)` and `]` that closes nothing, and each `[` that nothing closes, as well as the
    /// `(` behind `name =`, unless it stands in a sentence, numbers an item (`a) …`) or bounds an interval (`[0, 1)`).
    pub(super) fn lone_brackets(&mut self) {
        let mut closes = vec![false; self.tokens.len()];
        for close in self.close.iter().flatten() {
            if let Some(slot) = closes.get_mut(*close as usize) {
                *slot = true;
            }
        }
        let mut line = Segment::default();
        for index in 0..self.tokens.len() {
            match self.kind_at(index) {
                Some(Kind::Newline | Kind::LeftBrace | Kind::RightBrace) => {
                    self.end_of_segment(&mut line);
                    line = Segment { begin: index + 1, ..Segment::default() };
                }
                Some(Kind::Colon) => {
                    line = Segment { begin: index + 1, opener: line.opener, sentence: None };
                }
                Some(Kind::LeftParen | Kind::LeftBracket) if self.close_of(index).is_none() => {
                    line.opener = line.opener.or(Some(index));
                }
                Some(Kind::RightParen | Kind::RightBracket)
                    if closes.get(index) == Some(&false)
                        && line.opener.take().is_none()
                        && !self.is_in_sentence(&mut line)
                        && !self.is_sign_of_prose(index) =>
                {
                    self.lone_closer(index);
                }
                _ => {}
            }
        }
        self.end_of_segment(&mut line);
    }

    fn is_in_sentence(&self, line: &mut Segment) -> bool {
        let Segment { begin, .. } = *line;
        *line.sentence.get_or_insert_with(|| {
            let ends = |i: &usize| {
                matches!(self.kind_at(*i), Some(Kind::Newline | Kind::LeftBrace | Kind::RightBrace))
            };
            let end = (begin..begin + MAX_SENTENCE).find(ends);
            self.is_sentence(begin, end.unwrap_or(begin + MAX_SENTENCE))
        })
    }

    /// Reports the `[` of a segment that nothing closed, and the `(` where a name gets a value: what is
    /// open in another formula as a `(` is said by those who read formulas.
    fn end_of_segment(&mut self, line: &mut Segment) {
        let Some(opener) = line.opener else { return };
        let closing = match self.kind_at(opener) {
            Some(Kind::LeftBracket) => "]",
            _ if self.is_assignment(line.begin, opener) => ")",
            _ => return,
        };
        if self.reported_openers.contains(&opener) || self.is_in_sentence(line) {
            return;
        }
        let span = self.span_at(opener);
        let opening = self.text_at(opener).to_owned();
        self.report(
            Diagnostic::error(UNMATCHED_BRACKET, span, format!("this `{opening}` is never closed"))
                .because("the line ends before it is")
                .repair(format!("add `{closing}`")),
        );
    }

    /// Whether the tokens from `begin`, which begin a statement, are names and `=`, before the one at
    /// `opener`.
    fn is_assignment(&self, begin: usize, opener: usize) -> bool {
        let before = begin.checked_sub(1).and_then(|before| self.kind_at(before));
        let begins = before != Some(Kind::Colon);
        // An index in braces belongs to the name: `h{t+1} = …`.
        let mut named = before == Some(Kind::RightBrace);
        let mut at = begin;
        while at < opener {
            match self.kind_at(at) {
                Some(Kind::Operator) if self.text_at(at) == "=" => return begins && named,
                Some(Kind::Operator) if self.text_at(at) == "." => {}
                Some(Kind::Word) => named = true,
                Some(Kind::Whitespace | Kind::Comma | Kind::Number) => {}
                Some(Kind::LeftBracket | Kind::LeftParen) => match self.close_of(at) {
                    Some(close) => at = close,
                    None => return false,
                },
                _ => return false,
            }
            at += 1;
        }
        false
    }

    fn lone_closer(&mut self, index: usize) {
        let (span, text) = (self.span_at(index), self.text_at(index));
        let opening = if text == ")" { "(" } else { "[" };
        self.report(
            Diagnostic::error(UNMATCHED_BRACKET, span, format!("this `{text}` closes nothing"))
                .because(format!("no `{opening}` is open before it"))
                .repair(format!("remove it, or write the `{opening}` that it should close")),
        );
    }

    /// Whether the `)` at `index` is one of `a) first`, `1) first` and `:)`.
    fn is_sign_of_prose(&self, index: usize) -> bool {
        let Some(before) = index.checked_sub(1) else { return false };
        let label = matches!(self.kind_at(before), Some(Kind::Word | Kind::Number));
        let numbers = label
            && self.kind_at(index + 1) == Some(Kind::Whitespace)
            && match self.before_on_line(before).and_then(|i| self.kind_at(i)) {
                None | Some(Kind::Comma | Kind::Semicolon) => true,
                Some(_) => {
                    self.kind_at(before - 1) == Some(Kind::Whitespace)
                        && self.text_at(before).chars().count() == 1
                        && self.kind_at(index + 2) == Some(Kind::Word)
                }
            };
        let smiley = matches!(self.text_at(before), ":" | ";" | "-");
        self.kind_at(index) == Some(Kind::RightParen) && (numbers || smiley)
    }

    /// Index of the token before the one at `index` on its line, spaces apart.
    pub(super) fn before_on_line(&self, index: usize) -> Option<usize> {
        let mut before = index;
        while before > 0 {
            before -= 1;
            match self.kind_at(before) {
                Some(Kind::Newline) => return None,
                Some(Kind::Whitespace) => {}
                _ => return Some(before),
            }
        }
        None
    }

    /// Whether two words follow each other in the tokens before `end`, and none of them joins operands.
    pub(super) fn is_sentence(&self, from: usize, end: usize) -> bool {
        let is_word = |index: usize| {
            self.kind_at(index) == Some(Kind::Word) && !FORMULA_WORDS.contains(&self.text_at(index))
        };
        (from..end.saturating_sub(2)).any(|index| {
            is_word(index)
                && self.kind_at(index + 1) == Some(Kind::Whitespace)
                && is_word(index + 2)
        })
    }

    /// Index behind the last token of the line that begins at `from`, when it can only be a part of a
    /// sentence: words without a colon, braces, brackets or an assignment.
    pub(super) fn words_end(&self, from: usize) -> Option<usize> {
        let first = self.text_at(from);
        if self.kind_at(from) != Some(Kind::Word) || LINE_WORDS.contains(&first) {
            return None;
        }
        let (mut index, mut end) = (from, from);
        loop {
            match self.kind_at(index) {
                None | Some(Kind::Newline | Kind::LineComment) => break,
                Some(Kind::Whitespace | Kind::BlockComment) => {}
                Some(
                    Kind::Word
                    | Kind::Number
                    | Kind::Comma
                    | Kind::Semicolon
                    | Kind::LeftParen
                    | Kind::RightParen,
                ) => end = index + 1,
                Some(Kind::Operator) if self.text_at(index) != "=" => end = index + 1,
                Some(_) => return None,
            }
            index += 1;
        }
        // A call or a name on a line of its own is a statement.
        let continues = self.is_sentence(from, end);
        let opens_brace =
            self.next_line(end).is_some_and(|n| self.kind_at(n) == Some(Kind::LeftBrace));
        (continues && !opens_brace).then_some(end)
    }
}

/// Words that stand in formulas, before or between operands.
const FORMULA_WORDS: &[&str] = &[
    "and", "or", "not", "in", "if", "else", "for", "implies", "forall", "exists", "is", "list",
    "of", "range", "let", "return", "assert", "require", "when", "where", "emit",
];

/// A part of a line between colons and braces.
#[derive(Default)]
struct Segment {
    begin: usize,
    /// A `(` or `[` without a partner.
    opener: Option<usize>,
    /// Whether it is a sentence, when that is known.
    sentence: Option<bool>,
}
