//! Looking ahead over one statement without taking it.

use super::Parser;
use crate::tree::Kind;

/// Words that begin a formula or an action, so that a colon later on the line is part of it.
const LINE_WORDS: &[&str] = &[
    "for", "For", "forall", "exists", "if", "let", "return", "emit", "while", "until", "loop",
    "every", "stop",
];

/// Operators that occur in heads; any other makes the words before a brace a formula.
const PLAIN_OPERATORS: &[&str] = &[".", "-", "$", "@", "#", "*", "->", "=>", "/", "?", "!"];

/// What was found on the way to the end of a statement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Index behind the last token of the statement's own line, trailing spaces and comments excluded.
    pub(super) end: usize,
    /// The first colon outside brackets.
    pub(super) colon: Option<usize>,
    /// The first opening brace outside brackets; the statement's head ends there.
    pub(super) brace: Option<usize>,
}

impl Parser<'_> {
    /// Looks over the statement that begins at the current token.
    pub(super) fn scan(&self) -> Shape {
        let mut shape = Shape { end: self.at, colon: None, brace: None };
        let mut index = self.at;
        // A brace behind an operator opens a set in a formula (`θ ∈ {γ: ℝ[D]}`), not a block.
        let mut in_formula = false;
        while let Some(kind) = self.kind_at(index) {
            match kind {
                Kind::Newline | Kind::LineComment | Kind::Semicolon | Kind::RightBrace => break,
                Kind::Comma if self.comma_separates(index, shape.colon.is_some()) => break,
                Kind::Colon if shape.colon.is_none() => {
                    shape.colon = Some(index);
                    in_formula = false;
                }
                Kind::Operator => in_formula |= !PLAIN_OPERATORS.contains(&self.text_at(index)),
                Kind::LeftBrace => match self.same_line_close(index).filter(|_| in_formula) {
                    Some(close) => index = close,
                    None => {
                        shape.brace = Some(index);
                        break;
                    }
                },
                Kind::LeftParen | Kind::LeftBracket => {
                    index = self.close_of(index).unwrap_or(index);
                }
                _ => {}
            }
            index += 1;
            if !self.kind_at(index - 1).is_some_and(Kind::is_trivia) {
                shape.end = index;
            }
        }
        shape
    }

    /// Index of the bracket that closes the one at `index`.
    pub(super) fn close_of(&self, index: usize) -> Option<usize> {
        self.close.get(index).copied().flatten().map(|c| c as usize)
    }

    fn same_line_close(&self, brace: usize) -> Option<usize> {
        self.close_of(brace).filter(|close| self.lines.get(*close) == self.lines.get(brace))
    }

    /// Whether the comma at `index` ends a statement.
    fn comma_separates(&self, index: usize, after_colon: bool) -> bool {
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

    /// Whether the tokens before `colon` can be the key of a pair: one name, or a word and a name
    /// (`state h`, `step 1`, `rule "x"`). Longer ones are prose with a colon in it.
    pub(super) fn is_key(&self, colon: usize) -> bool {
        let mut parts = 0;
        let mut glued = false;
        let mut named = false;
        let mut index = self.at;
        let first_is_line_word = LINE_WORDS.contains(&self.text_at(self.at));
        while index < colon {
            let kind = self.kind_at(index).unwrap_or(Kind::Newline);
            match kind {
                Kind::Whitespace => {
                    glued = false;
                    index += 1;
                    continue;
                }
                Kind::Word | Kind::Number | Kind::Text | Kind::Template => named = true,
                Kind::Operator
                    if matches!(self.text_at(index), "." | "-" | "$" | "@" | "?" | "*" | "/") => {}
                Kind::LeftParen | Kind::LeftBracket => match self.close_of(index) {
                    Some(close) if close < colon => index = close,
                    _ => return false,
                },
                _ => return false,
            }
            parts += u32::from(!glued);
            glued = true;
            index += 1;
        }
        named && (parts == 1 || parts == 2 && !first_is_line_word)
    }

    /// Index of the first token from `from` on that begins a line and is no comment.
    pub(super) fn next_line(&self, from: usize) -> Option<usize> {
        let next = self.after_trivia(from);
        self.indents.get(next).copied().flatten().map(|_| next)
    }

    /// How far the line is indented that the token at `index` begins.
    pub(super) fn indent_at(&self, index: usize) -> Option<u32> {
        self.indents.get(index).copied().flatten()
    }

    /// How far the line is indented on which the token at `index` stands.
    pub(super) fn line_indent(&self, index: usize) -> u32 {
        let line = self.lines.get(index).copied().unwrap_or(0);
        self.line_indents.get(line as usize).copied().unwrap_or(0)
    }
}
