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

/// Operators that only stand between two operands: a line that begins with one, deeper than the
/// statement above, goes on with that statement.
const JOINING_OPERATORS: &[&str] =
    &["+", "&&", "||", "|", "==", "!=", "<=", ">=", "≤", "≥", "≠", "∧", "∨", "·", "×", "⊙"];

/// Operators after which a statement cannot end.
const OPEN_ENDED_OPERATORS: &[&str] = &["+", "&&", "||", "==", "=", "∧", "∨"];

/// Signs that names are written with (`a-b`, `$x`, `C++`, `∇L`).
const KEY_SIGNS: &str = ".-$@?*/+&%#~!∇∂√∑∏°·";

impl Parser<'_> {
    /// Looks over the statement that begins at the current token.
    pub(super) fn scan(&self) -> Shape {
        let mut shape = Shape { end: self.at, colon: None, brace: None };
        let mut index = self.at;
        // A brace behind an operator opens a set in a formula (`θ ∈ {γ: ℝ[D]}`), not a block.
        let mut in_formula = false;
        let mut value = None;
        while let Some(kind) = self.kind_at(index) {
            let begin = index;
            match kind {
                Kind::Newline if self.statement_goes_on(index, shape.end) => {}
                Kind::LineComment if self.statement_goes_on(index + 1, shape.end) => {}
                Kind::Newline | Kind::LineComment | Kind::RightBrace => break,
                Kind::Semicolon if !self.is_prose_semicolon(index) => break,
                Kind::Comma if self.comma_separates(index, shape.colon.is_some()) => break,
                Kind::Colon if shape.colon.is_none() && self.colon_separates(index) => {
                    shape.colon = Some(index);
                    in_formula = false;
                }
                Kind::Operator => in_formula |= !PLAIN_OPERATORS.contains(&self.text_at(index)),
                Kind::LeftBrace => {
                    let formula = in_formula || self.brace_is_placeholder(index);
                    match self.same_line_close(index).filter(|_| formula) {
                        Some(close) => index = close,
                        None => {
                            shape.brace = Some(index);
                            break;
                        }
                    }
                }
                Kind::LeftParen | Kind::LeftBracket => {
                    index = self.close_of(index).unwrap_or(index);
                }
                _ => {}
            }
            index += 1;
            if !self.kind_at(index - 1).is_some_and(Kind::is_trivia) {
                shape.end = index;
                if value.is_none() && shape.colon.is_some_and(|colon| begin > colon) {
                    value = Some(begin);
                    if self.next_field_begins(index) {
                        break;
                    }
                }
            }
        }
        shape
    }

    /// Whether the line after the line end at `newline` continues the statement, whose last token so
    /// far stands before `end`.
    fn statement_goes_on(&self, newline: usize, end: usize) -> bool {
        let nothing_yet = end == self.at || self.kind_at(end - 1) == Some(Kind::Colon);
        if nothing_yet || self.kind_at(newline) != Some(Kind::Newline) {
            return false;
        }
        let mut next = newline + 1;
        if self.kind_at(next) == Some(Kind::Whitespace) {
            next += 1;
        }
        let deeper = self.indent_at(next).is_some_and(|i| i > self.line_indent(self.at));
        let joins = self.kind_at(next) == Some(Kind::Operator)
            && JOINING_OPERATORS.contains(&self.text_at(next));
        let open_ended = self.kind_at(end - 1) == Some(Kind::Operator)
            && OPEN_ENDED_OPERATORS.contains(&self.text_at(end - 1))
            && !self
                .kind_at(next)
                .is_some_and(|k| k.is_trivia() || matches!(k, Kind::LeftBrace | Kind::RightBrace));
        deeper && (joins || open_ended)
    }

    /// Whether the colon at `index` can stand between a key and a value: not in `http://`, `/:id`,
    /// `12:30` and `:)`.
    fn colon_separates(&self, index: usize) -> bool {
        let glued_url = self.text_at(index + 1) == "/" && self.text_at(index + 2) == "/";
        let before = index.checked_sub(1).and_then(|i| self.kind_at(i));
        let after_slash = index > 0 && self.text_at(index - 1) == "/";
        let time = before == Some(Kind::Number) && self.kind_at(index + 1) == Some(Kind::Number);
        let smiley = self.kind_at(index + 1) == Some(Kind::RightParen);
        !glued_url && !after_slash && !time && !smiley
    }

    /// Whether the `;` at `index` stands in a sentence: glued to a word, with words behind it that begin
    /// no statement.
    fn is_prose_semicolon(&self, index: usize) -> bool {
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

    /// Whether the brace at `index` is glued to a sign, as in `/places/{id}` and `${name}`.
    fn brace_is_placeholder(&self, index: usize) -> bool {
        index > self.at && matches!(self.text_at(index - 1), "/" | "$" | "=")
    }

    /// Whether the value that ends before `end` is all of it, since a further field follows on the
    /// line: `{ cmd: "make" output: log }`. Behind a text that is certain; behind a word, a number or
    /// a list only in a body on one line.
    fn next_field_begins(&self, end: usize) -> bool {
        let last = end - 1;
        let plain = match self.kind_at(last) {
            Some(Kind::Text | Kind::LongText) => true,
            Some(Kind::Word | Kind::Number | Kind::RightBracket) => self.in_one_line_body(last),
            _ => false,
        };
        plain
            && self.kind_at(end) == Some(Kind::Whitespace)
            && self.kind_at(end + 1) == Some(Kind::Word)
            && self.kind_at(end + 2) == Some(Kind::Colon)
            && self.kind_at(end + 3) == Some(Kind::Whitespace)
    }

    /// Whether the body that is being read was opened on the line of the token at `index`.
    fn in_one_line_body(&self, index: usize) -> bool {
        let brace = self.open.last().and_then(|o| o.brace);
        brace.is_some_and(|brace| self.lines.get(brace) == self.lines.get(index))
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
        self.is_key_of(colon, 2)
    }

    /// Whether the tokens before `colon` can be the key of a map or a typed block, which may be longer:
    /// `step 3 (optional): tool.run {`.
    pub(super) fn is_map_key(&self, colon: usize, brace: usize) -> bool {
        self.after_trivia(colon + 1) == brace || self.is_key_of(colon, 4)
    }

    fn is_key_of(&self, colon: usize, most_parts: u32) -> bool {
        let mut parts = 0;
        let mut glued = false;
        let mut named = false;
        let mut index = self.at;
        let first_is_line_word = LINE_WORDS.contains(&self.text_at(self.at));
        while index < colon {
            let kind = self.kind_at(index).unwrap_or(Kind::Newline);
            match kind {
                Kind::Operator if parts <= 1 && self.is_bullet(index) => return false,
                Kind::Whitespace | Kind::BlockComment => {
                    glued = false;
                    index += 1;
                    continue;
                }
                Kind::Word | Kind::Number | Kind::Text | Kind::Template => named = true,
                Kind::Operator if KEY_SIGNS.contains(self.text_at(index)) => {}
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
        named && (parts == 1 || parts <= most_parts && !first_is_line_word)
    }

    /// Whether the token at `index` is the sign before an item of a list in prose (`- ask: whom?`, `1. ask:
    /// whom?`).
    fn is_bullet(&self, index: usize) -> bool {
        let numbered = index > self.at
            && self.kind_at(index - 1) == Some(Kind::Number)
            && self.text_at(index) == ".";
        let bullet = matches!(self.text_at(index), "-" | "*" | "+" | "•" | "–" | "—");
        (bullet || numbered) && self.kind_at(index + 1) == Some(Kind::Whitespace)
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
