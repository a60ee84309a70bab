//! Where a statement ends before its line does: at `;`, at `,`, and in a body on one line where the next
//! statement plainly begins.

use super::Parser;
use super::scan::LINE_WORDS;
use crate::tree::Kind;

impl Parser<'_> {
    /// Whether the value that ends before `end` is all of it, since a further field follows on the
    /// line: `{ cmd: "make" output: log }`. Behind a text that is certain; behind a word, a number or
    /// a list only in a body on one line.
    pub(super) fn next_field_begins(&self, end: usize) -> bool {
        let last = end - 1;
        let plain = match self.kind_at(last) {
            Some(Kind::Text | Kind::LongText) => true,
            Some(Kind::Word | Kind::Number | Kind::RightBracket) => self.in_one_line_body(last),
            _ => false,
        };
        plain && self.key_follows(end)
    }

    /// Whether the formula from `value` to before `end`, in a body on one line, ends there because the
    /// next field follows: `{ when: a > 3 recommend: "…" }`.
    pub(super) fn field_ends_formula(&self, value: usize, end: usize) -> bool {
        let operand = matches!(
            self.kind_at(end - 1),
            Some(
                Kind::Word
                    | Kind::Number
                    | Kind::Text
                    | Kind::LongText
                    | Kind::RightBracket
                    | Kind::RightParen
            )
        );
        // `forall i in 0 .. n: …` has its colon inside.
        operand
            && !LINE_WORDS.contains(&self.text_at(value))
            && !self.joins(end - 1)
            && self.in_one_line_body(end - 1)
            && self.key_follows(end)
    }

    /// Whether the list that ends before `end`, in a body on one line, is the whole value, since a block
    /// follows: `{ tile_n: [8] group { deep: [1] } }`.
    pub(super) fn block_begins(&self, end: usize) -> bool {
        let mut at = end;
        let mut words = 0;
        while self.kind_at(at) == Some(Kind::Whitespace)
            && matches!(self.kind_at(at + 1), Some(Kind::Word | Kind::Text))
        {
            words += 1;
            at += 2;
        }
        let brace = if self.kind_at(at) == Some(Kind::Whitespace) { at + 1 } else { at };
        self.kind_at(end - 1) == Some(Kind::RightBracket)
            && self.in_one_line_body(end - 1)
            && (1..=2).contains(&words)
            && self.kind_at(end + 1) == Some(Kind::Word)
            && self.kind_at(brace) == Some(Kind::LeftBrace)
    }

    /// Whether a space, a word and a colon stand behind what ends before `end`.
    fn key_follows(&self, end: usize) -> bool {
        self.kind_at(end) == Some(Kind::Whitespace)
            && self.kind_at(end + 1) == Some(Kind::Word)
            && self.kind_at(end + 2) == Some(Kind::Colon)
            && self.kind_at(end + 3) == Some(Kind::Whitespace)
    }

    /// Whether the body that is being read was opened on the line of the token at `index`.
    fn in_one_line_body(&self, index: usize) -> bool {
        let brace = self.open.last().and_then(|o| o.brace);
        brace.is_some_and(|brace| self.lines.get(brace) == self.lines.get(index))
    }

    /// Whether the comma at `index` ends a statement.
    pub(super) fn comma_separates(&self, index: usize, after_colon: bool) -> bool {
        let Some(brace) = self.open.last().and_then(|o| o.brace) else { return false };
        if self.lines.get(brace) == self.lines.get(index) {
            return true;
        }
        let mut next = index + 1;
        while self.kind_at(next) == Some(Kind::Whitespace) {
            next += 1;
        }
        match self.kind_at(next) {
            None | Some(Kind::Newline | Kind::LineComment | Kind::RightBrace) => true,
            Some(Kind::Word | Kind::Number | Kind::Text) if after_colon => {
                let mut colon = next + 1;
                while self.kind_at(colon) == Some(Kind::Whitespace) {
                    colon += 1;
                }
                self.kind_at(colon) == Some(Kind::Colon)
            }
            Some(_) => false,
        }
    }

    /// Whether the `;` at `index` stands in a sentence: glued to a word, with words behind it that begin
    /// no statement.
    pub(super) fn is_prose_semicolon(&self, index: usize) -> bool {
        !self.in_one_line_body(index)
            && index > self.at
            && self.kind_at(index - 1) == Some(Kind::Word)
            && self.kind_at(index + 1) == Some(Kind::Whitespace)
            && self.kind_at(index + 2) == Some(Kind::Word)
            && !LINE_WORDS.contains(&self.text_at(index + 2))
            && self.kind_at(index + 3) == Some(Kind::Whitespace)
            && self.kind_at(index + 4) == Some(Kind::Word)
            && self.kind_at(index + 5) != Some(Kind::Colon)
    }
}
