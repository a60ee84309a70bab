//! Where a statement ends before its line does: at `;`, and in a body on one line where the next
//! statement plainly begins.

use super::Parser;
use super::scan::LINE_WORDS;
use crate::tree::Kind;

/// Words that are a whole value.
pub(super) const LITERALS: &[&str] = &["true", "false", "none", "null"];

/// Words that go on with the value they stand behind.
const GOING_ON: &[&str] = &[
    "if", "else", "for", "in", "is", "not", "of", "to", "per", "where", "when", "as", "from",
    "with",
];

/// How many words and names a head has that is looked for behind a value.
const MAX_HEAD_WORDS: usize = 3;

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
            && (self.key_follows(end)
                || self.kind_at(end - 1) == Some(Kind::Text) && self.block_follows(end))
    }

    /// Whether the value from `value` to before `end`, in a body on one line, is all of it, since a
    /// further statement follows: `{ axiom: "x" tuning_space { deep: [1] } }`.
    pub(super) fn statement_begins(&self, value: usize, end: usize) -> bool {
        let last = end - 1;
        let complete = match self.kind_at(last) {
            Some(Kind::Text | Kind::LongText | Kind::RightBracket) => true,
            Some(Kind::Number) => last == value || self.is_negative_number(value, last),
            Some(Kind::Word) => last == value && LITERALS.contains(&self.text_at(last)),
            _ => false,
        };
        complete
            && self.in_one_line_body(last)
            && (self.block_follows(end) || self.action_follows(end) || self.named_key_follows(end))
    }

    /// Whether the tokens from `value` to `last` are a number below zero.
    pub(super) fn is_negative_number(&self, value: usize, last: usize) -> bool {
        last == value + 1 && self.text_at(value) == "-" && self.kind_at(last) == Some(Kind::Number)
    }

    /// Whether the statement is `import "…"`, or in a body on one line `emit "…"` or `return "…"`, and
    /// ends before `end`, since a further one follows: `import "x" import "y"`.
    pub(super) fn action_ends(&self, end: usize) -> bool {
        let here = match self.text_at(self.at) {
            "import" => true,
            "emit" | "return" => self.in_one_line_body(self.at),
            _ => false,
        };
        let text = end - 1;
        here && text == self.at + 2
            && matches!(self.kind_at(text), Some(Kind::Text))
            && (self.key_follows(end)
                || self.block_follows(end)
                || self.action_follows(end)
                || self.named_key_follows(end))
    }

    /// Whether the head of a block stands behind what ends before `end`: a word, or a word and names,
    /// and a brace.
    fn block_follows(&self, end: usize) -> bool {
        if self.kind_at(end + 1) != Some(Kind::Word) || self.goes_on_with(end + 1) {
            return false;
        }
        let mut at = end;
        for _ in 0..MAX_HEAD_WORDS {
            match self.name_end(at + 1).filter(|_| self.kind_at(at) == Some(Kind::Whitespace)) {
                Some(end) => at = end,
                None => break,
            }
        }
        let brace = if self.kind_at(at) == Some(Kind::Whitespace) { at + 1 } else { at };
        at > end && self.kind_at(brace) == Some(Kind::LeftBrace)
    }

    /// Index behind the name that begins at `index`: a text, or a path with an optional group.
    fn name_end(&self, index: usize) -> Option<usize> {
        match self.kind_at(index)? {
            Kind::Text => return Some(index + 1),
            Kind::Word | Kind::Number => {}
            _ => return None,
        }
        let mut end = index + 1;
        while matches!(self.text_at(end), "." | "-")
            && matches!(self.kind_at(end + 1), Some(Kind::Word | Kind::Number))
        {
            end += 2;
        }
        if self.kind_at(end) == Some(Kind::LeftParen)
            && let Some(close) = self.close_of(end)
        {
            end = close + 1;
        }
        Some(end)
    }

    /// Whether a statement of one word and what it is done with stands behind what ends before `end`.
    fn action_follows(&self, end: usize) -> bool {
        let operand = self.kind_at(end + 3);
        self.kind_at(end) == Some(Kind::Whitespace)
            && self.kind_at(end + 2) == Some(Kind::Whitespace)
            && match self.text_at(end + 1) {
                "import" => operand == Some(Kind::Text),
                "emit" | "return" => {
                    matches!(operand, Some(Kind::Word | Kind::Number | Kind::Text))
                }
                "let" => operand == Some(Kind::Word),
                _ => false,
            }
    }

    /// Whether a space, a word and a colon stand behind what ends before `end`.
    fn key_follows(&self, end: usize) -> bool {
        self.kind_at(end) == Some(Kind::Whitespace)
            && self.kind_at(end + 1) == Some(Kind::Word)
            && self.kind_at(end + 2) == Some(Kind::Colon)
            && self.kind_at(end + 3) == Some(Kind::Whitespace)
    }

    /// Whether a space, a word, a name and a colon stand behind what ends before `end`: `step 1: …`.
    fn named_key_follows(&self, end: usize) -> bool {
        self.kind_at(end) == Some(Kind::Whitespace)
            && self.kind_at(end + 1) == Some(Kind::Word)
            && !self.goes_on_with(end + 1)
            && self.kind_at(end + 2) == Some(Kind::Whitespace)
            && matches!(self.kind_at(end + 3), Some(Kind::Word | Kind::Number | Kind::Text))
            && self.kind_at(end + 4) == Some(Kind::Colon)
            && self.kind_at(end + 5) == Some(Kind::Whitespace)
    }

    /// Whether the word at `index` goes on with the value before it: `5 if causal`.
    fn goes_on_with(&self, index: usize) -> bool {
        self.joins(index) || GOING_ON.contains(&self.text_at(index))
    }

    /// Whether the body that is being read was opened on the line of the token at `index`.
    pub(super) fn in_one_line_body(&self, index: usize) -> bool {
        let brace = self.open.last().and_then(|o| o.brace);
        brace.is_some_and(|brace| self.lines.get(brace) == self.lines.get(index))
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
