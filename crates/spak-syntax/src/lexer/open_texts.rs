//! Texts that do not end: where the quote is most likely missing, so that the rest of the line is read
//! as what it is.

use super::texts::{indent_of, statement_may_end};
use super::{Lexer, is_word_continue, is_word_start, prefix_len};
use crate::codes::UNCLOSED_TEXT;
use crate::diagnostic::Diagnostic;
use crate::edit::Edit;
use crate::span::Span;
use crate::tree::Kind;

impl Lexer<'_> {
    /// How far the line is indented that is being read.
    pub(super) fn indent_here(&self) -> usize {
        let before = self.text.get(..self.at).unwrap_or("");
        let start = before.rfind(['\n', '\r']).map_or(0, |newline| newline + 1);
        indent_of(self.text.get(start..).unwrap_or(""))
    }

    /// Goes back to the text on this line whose quote is missing, when that is plain: it holds a comma,
    /// and a word is glued to its end, as in `["a", "b, "c"]`. The line ends `line_end` behind the quote
    /// at hand.
    pub(super) fn reopen_earlier_text(&mut self, line_end: usize) -> bool {
        if !self.glued_to_word() || self.at < self.no_reopening_before {
            return false;
        }
        let mut found = None;
        let mut behind = None;
        for (index, token) in self.tokens.iter().enumerate().rev() {
            match token.kind {
                Kind::Newline => break,
                Kind::Text if behind == Some(Kind::Word) => {
                    let text = token.span.slice(self.text);
                    let len = text.find(',').filter(|len| *len > 1 && text.ends_with('"'));
                    if let Some(len) = len {
                        found = Some((index, token.span.start as usize, len));
                    }
                }
                _ => {}
            }
            behind = Some(token.kind);
        }
        let Some((index, start, len)) = found else { return false };
        self.no_reopening_before = self.at + line_end;
        // What ran over from this line was the wrong half of it.
        self.no_text_end_before = 0;
        self.tokens.truncate(index);
        self.diagnostics.retain(|d| (d.primary.span.start as usize) < start);
        self.at = start;
        let span = Span::new(start as u32, (start + len) as u32);
        self.report(
            Diagnostic::error(UNCLOSED_TEXT, span, "this text does not end")
                .because("the next quote on the line opens another text")
                .repair("close it with `\"`")
                .fix(Edit::insert(span.end, "\"")),
        );
        self.push(Kind::Text, len);
        true
    }

    /// Reads the quote at hand as one that closes nothing, when it stands behind a word and a statement
    /// can end there: `role: GPU expert"`.
    pub(super) fn closes_nothing(&mut self) -> bool {
        let behind = self.rest().get(1..).unwrap_or("");
        if !self.glued_to_word() || !statement_may_end(behind) {
            return false;
        }
        self.report_lone_quote();
        self.push(Kind::Operator, 1);
        true
    }

    pub(super) fn report_lone_quote(&mut self) {
        let span = Span::new(self.at as u32, self.at as u32 + 1);
        self.report(
            Diagnostic::error(UNCLOSED_TEXT, span, "this `\"` ends no text")
                .because("a text in quotes begins with `\"`, and none does on this line")
                .repair("write the `\"` that it should close, or remove it"),
        );
    }

    fn glued_to_word(&self) -> bool {
        self.tokens.last().is_some_and(|t| t.kind == Kind::Word)
    }

    /// How long the text at hand is likely to be, which has no end on its line: it ends before the next
    /// field of the line, or before the brackets that close what was opened on it.
    pub(super) fn likely_len(&mut self, line_end: usize) -> usize {
        if self.at < self.no_reopening_before {
            return line_end;
        }
        self.no_reopening_before = self.at + line_end;
        let open: Vec<char> = self.open_on_line();
        let line = self.rest().get(..line_end).unwrap_or("");
        if open.last() == Some(&'}')
            && let Some(len) = next_field(line)
        {
            return len;
        }
        let line = line.find(" //").map_or(line, |comment| line.get(..comment).unwrap_or(line));
        let mut rest = line.trim_end();
        let mut shortest = line_end;
        let closers = rest.chars().rev().take_while(|c| matches!(c, '}' | ']' | ')' | ' ')).count();
        let tail: Vec<char> = rest.chars().rev().take(closers).filter(|c| *c != ' ').collect();
        // What closes last was opened first.
        for closer in tail.iter().zip(&open).take_while(|(a, b)| a == b).map(|(a, _)| *a) {
            rest = rest.strip_suffix(closer).unwrap_or(rest).trim_end();
            shortest = rest.len();
        }
        if shortest > 1 { shortest } else { line_end }
    }

    /// What closes the brackets that were opened on this line and are open, the outermost first.
    fn open_on_line(&self) -> Vec<char> {
        let line = self.tokens.iter().rev().take_while(|t| t.kind != Kind::Newline);
        let mut tokens: Vec<Kind> = line.map(|t| t.kind).collect();
        tokens.reverse();
        let mut open = Vec::new();
        for kind in tokens {
            match kind {
                Kind::LeftBrace => open.push('}'),
                Kind::LeftBracket => open.push(']'),
                Kind::LeftParen => open.push(')'),
                Kind::RightBrace | Kind::RightBracket | Kind::RightParen => {
                    open.pop();
                }
                _ => {}
            }
        }
        open
    }

    /// How long the long text at hand is likely to be, which does not end: with the lines below it that
    /// are deeper than the line it begins on.
    pub(super) fn likely_long_len(&self) -> usize {
        let rest = self.rest();
        let indent = self.indent_here();
        let mut len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let mut at = len;
        for line in rest.get(len..).unwrap_or("").split_inclusive('\n') {
            let words = line.trim();
            if !words.is_empty() {
                if indent_of(line) <= indent || words.contains("\"\"\"") {
                    break;
                }
                len = at + line.trim_end().len();
            }
            at += line.len();
        }
        len
    }
}

/// Where the next field begins in the text that `line` begins with: the comma of `, timeout: 900`.
fn next_field(line: &str) -> Option<usize> {
    line.match_indices(',').map(|(comma, _)| comma).find(|comma| {
        let rest = line.get(comma + 1..).unwrap_or("").trim_start();
        let key =
            if rest.starts_with(is_word_start) { prefix_len(rest, is_word_continue) } else { 0 };
        *comma > 1 && key > 0 && rest.get(key..).is_some_and(|r| r.starts_with(": "))
    })
}
