//! Looking ahead over one statement without taking it.

use super::Parser;
use crate::tree::Kind;

/// Words that begin a formula or an action, so that a colon later on the line is part of it.
pub(super) const LINE_WORDS: &[&str] = &[
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
const JOINING_OPERATORS: &[&str] = &[
    "+", "&&", "||", "|", "==", "!=", "<=", ">=", "≤", "≥", "≠", "∧", "∨", "·", "×", "⊙", "->",
    "=>", "→", "⇒",
];

/// Words that stand between two operands, as the operators above do.
const JOINING_WORDS: &[&str] = &["and", "or", "implies", "AND", "OR"];

/// Operators after which a statement cannot end.
const OPEN_ENDED_OPERATORS: &[&str] = &["+", "&&", "||", "==", "=", "∧", "∨"];

/// Words that a condition and a block follow: `if score > 3 { … }`.
const CONTROL_WORDS: &[&str] =
    &["if", "elif", "while", "until", "when", "unless", "for", "foreach", "repeat", "loop", "case"];

/// Operators that stand behind an operand in braces: `x{i} >= 3`.
const BEHIND_SUBSCRIPT: &[&str] =
    &["=", "==", "!=", "<=", ">=", "<", ">", "+", "*", "^", ":=", "≤", "≥", "≠", "≈", "∈", "∝"];

/// How far an `if` is looked for in the statement that a line with `else` may continue, in tokens.
const MAX_CONDITIONAL: usize = 256;

/// The longest type in angle brackets that is looked over, in tokens.
const MAX_GENERIC: usize = 64;

/// Signs that names are written with (`a-b`, `$x`, `C++`, `∇L`).
const KEY_SIGNS: &str = ".-$@?*/+&%#~!∇∂√∑∏°·";

impl Parser<'_> {
    /// Looks over the statement that begins at the current token.
    pub(super) fn scan(&self) -> Shape {
        let mut shape = Shape { end: self.at, colon: None, brace: None };
        let mut index = self.at;
        // A brace behind an operator opens a set in a formula (`θ ∈ {γ: ℝ[D]}`), not a block.
        let mut in_formula = false;
        let mut control = false;
        let mut value = None;
        while let Some(kind) = self.kind_at(index) {
            let begin = index;
            match kind {
                Kind::Newline | Kind::LineComment => match self.goes_on_at(index, shape.end) {
                    Some(next) => {
                        index = next;
                        continue;
                    }
                    None => break,
                },
                Kind::RightBrace => break,
                Kind::Semicolon if !self.is_prose_semicolon(index) => break,
                Kind::Comma if self.comma_separates(index, shape.colon.is_some()) => break,
                Kind::Colon if shape.colon.is_none() && self.colon_separates(index) => {
                    shape.colon = Some(index);
                    in_formula = false;
                }
                Kind::Operator => match self.generic_end(index) {
                    Some(end) => index = end,
                    None => in_formula |= !PLAIN_OPERATORS.contains(&self.text_at(index)),
                },
                Kind::Word if !in_formula && CONTROL_WORDS.contains(&self.text_at(index)) => {
                    control |= !matches!(self.text_at(self.at), "return" | "let" | "emit");
                }
                Kind::LeftBrace => {
                    let formula = self.brace_is_placeholder(index)
                        || self.brace_is_operand(index)
                        || in_formula && !(control && self.brace_opens_block(index));
                    match self.same_line_close(index).filter(|_| formula) {
                        Some(close) => index = close,
                        None => {
                            shape.brace = Some(index);
                            break;
                        }
                    }
                }
                Kind::LeftParen | Kind::LeftBracket => {
                    let close = self.close_of(index);
                    index = close.or_else(|| self.open_list_end(index)).unwrap_or(index);
                }
                _ => {}
            }
            index += 1;
            if !self.kind_at(index - 1).is_some_and(Kind::is_trivia) {
                shape.end = index;
                let behind_colon = shape.colon.is_some_and(|colon| begin > colon);
                if behind_colon && value.is_none() {
                    value = Some(begin);
                }
                let ends = match value {
                    Some(v) if v == begin || self.is_negative_number(v, begin) => {
                        self.next_field_begins(index) || self.statement_begins(v, index)
                    }
                    Some(v) => in_formula && self.field_ends_formula(v, index),
                    None => shape.colon.is_none() && self.action_ends(index),
                };
                if ends {
                    break;
                }
            }
        }
        shape
    }

    /// Where the statement, whose last token so far stands before `end`, goes on behind the line end or
    /// the comment at `from`: over comments, and over an empty line.
    fn goes_on_at(&self, from: usize, end: usize) -> Option<usize> {
        let nothing_yet = end == self.at || self.kind_at(end - 1) == Some(Kind::Colon);
        if nothing_yet {
            return None;
        }
        let (mut next, mut line_is_empty, mut empty_lines) = (from, false, 0);
        loop {
            match self.kind_at(next)? {
                Kind::Newline => {
                    empty_lines += u32::from(line_is_empty);
                    line_is_empty = true;
                }
                Kind::Whitespace => {}
                kind if kind.is_trivia() => line_is_empty = false,
                _ => break,
            }
            next += 1;
        }
        let other_line = self.lines.get(next) > self.lines.get(from);
        let deeper = other_line && self.line_indent(next) > self.line_indent(self.at);
        if !deeper || empty_lines > 1 {
            return None;
        }
        let last = end - 1;
        let joins = self.joins(next) || self.text_at(next) == "else" && self.is_conditional(end);
        let open_ended =
            match self.kind_at(last) {
                Some(Kind::Operator) => OPEN_ENDED_OPERATORS.contains(&self.text_at(last)),
                Some(Kind::Word) => last > self.at && JOINING_WORDS.contains(&self.text_at(last)),
                _ => false,
            } && !matches!(self.kind_at(next), Some(Kind::LeftBrace | Kind::RightBrace));
        // Behind an empty line `+ …` is an item of a list where the lines are sentences.
        let prose = || self.is_sentence(self.at, end.min(self.at + MAX_CONDITIONAL));
        ((joins || open_ended) && (empty_lines == 0 || !prose())).then_some(next)
    }

    /// Whether the statement before token `end` is a value with a condition (`5 if causal`).
    fn is_conditional(&self, end: usize) -> bool {
        (self.at + 1..end).take(MAX_CONDITIONAL).any(|i| self.text_at(i) == "if")
    }

    /// Whether the token at `index` only stands between two operands.
    pub(super) fn joins(&self, index: usize) -> bool {
        match self.kind_at(index) {
            Some(Kind::Operator) => JOINING_OPERATORS.contains(&self.text_at(index)),
            Some(Kind::Word) => JOINING_WORDS.contains(&self.text_at(index)),
            _ => false,
        }
    }

    /// Index of the `>` that closes the `<` at `index`, when it stands between a type and its
    /// arguments (`map<string, int>`): glued to names, on one line.
    pub(super) fn generic_end(&self, index: usize) -> Option<usize> {
        let glued = index > self.at
            && self.text_at(index) == "<"
            && self.kind_at(index - 1) == Some(Kind::Word)
            && self.kind_at(index + 1) == Some(Kind::Word);
        let mut depth = 0u32;
        for at in (index..).take(if glued { MAX_GENERIC } else { 0 }) {
            match (self.kind_at(at)?, self.text_at(at)) {
                (Kind::Operator, "<") => depth += 1,
                (Kind::Operator, ">") if depth == 1 => {
                    let behind = self.kind_at(at + 1);
                    let operand =
                        matches!(behind, Some(Kind::Word | Kind::Number | Kind::LeftParen));
                    return Some(at).filter(|_| !operand);
                }
                (Kind::Operator, ">") => depth -= 1,
                (Kind::Operator, "." | "?" | "|" | "*" | "&")
                | (
                    Kind::Word
                    | Kind::Number
                    | Kind::Comma
                    | Kind::Whitespace
                    | Kind::LeftBracket
                    | Kind::RightBracket,
                    _,
                ) => {}
                _ => return None,
            }
        }
        None
    }

    /// Index of the last token of the list that begins at `index`, is the value of a pair, and has no
    /// `]`: the deeper lines below it are its elements.
    fn open_list_end(&self, index: usize) -> Option<usize> {
        let mut before = index.checked_sub(1)?;
        while self.kind_at(before).is_some_and(Kind::is_trivia) && before > self.at {
            before -= 1;
        }
        let is_list = self.kind_at(index) == Some(Kind::LeftBracket)
            && self.kind_at(before) == Some(Kind::Colon)
            && self.next_line(index + 1).is_some_and(|next| {
                self.indent_at(next).is_some_and(|i| i > self.line_indent(index))
            });
        let line = self.lines.get(index).copied().filter(|_| is_list)?;
        let below = self.outline.not_deeper(line).unwrap_or(self.tokens.len());
        let (mut last, mut at) = (index, index + 1);
        while at < below {
            match self.kind_at(at) {
                Some(Kind::RightBrace) => break,
                Some(Kind::LeftBrace) => {
                    at = self.close_of(at).filter(|close| *close < below).unwrap_or(at);
                }
                _ => {}
            }
            if !self.kind_at(at).is_some_and(Kind::is_trivia) {
                last = at;
            }
            at += 1;
        }
        Some(last)
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

    /// Whether the brace at `index` is glued to a sign, as in `/places/{id}` and `${name}`.
    fn brace_is_placeholder(&self, index: usize) -> bool {
        index > self.at && matches!(self.text_at(index - 1), "/" | "$" | "=")
    }

    /// Whether the brace at `index` holds an index, an exponent or a set: `m_{i+1}`, `x^{2}`,
    /// `x{i} >= 3`, `x in {1, 2}`.
    fn brace_is_operand(&self, index: usize) -> bool {
        if index == self.at || self.same_line_close(index).is_none() {
            return false;
        }
        let before = self.text_at(index - 1);
        if self.kind_at(index - 1) == Some(Kind::Whitespace) {
            // A set: `if x in {1, 2} => …`.
            return index - 1 > self.at && self.text_at(index - 2) == "in";
        }
        match self.kind_at(index - 1) {
            Some(Kind::Word) if before.ends_with('_') => true,
            Some(Kind::Operator) => before == "^",
            Some(Kind::Word) => BEHIND_SUBSCRIPT.contains(&self.behind_close(index).1),
            _ => false,
        }
    }

    /// What stands on the line behind the brace that closes the one at `index`.
    fn behind_close(&self, index: usize) -> (Option<Kind>, &str) {
        let mut next = self.close_of(index).map_or(self.tokens.len(), |close| close + 1);
        while self.kind_at(next) == Some(Kind::Whitespace) {
            next += 1;
        }
        (self.kind_at(next), self.text_at(next))
    }

    /// Whether the brace at `index`, behind a condition, opens the block that the condition is for: it
    /// stands behind an operand, and nothing is calculated with what it holds.
    fn brace_opens_block(&self, index: usize) -> bool {
        let mut before = index;
        while before > self.at && self.kind_at(before - 1).is_some_and(Kind::is_trivia) {
            before -= 1;
        }
        let operand = before > self.at
            && self.kind_at(before - 1) != Some(Kind::Operator)
            && self.text_at(before - 1) != "in";
        operand && !matches!(self.behind_close(index).0, Some(Kind::Operator | Kind::Text))
    }

    /// Index of the bracket that closes the one at `index`.
    pub(super) fn close_of(&self, index: usize) -> Option<usize> {
        self.close.get(index).copied().flatten().map(|c| c as usize)
    }

    fn same_line_close(&self, brace: usize) -> Option<usize> {
        self.close_of(brace).filter(|close| self.lines.get(*close) == self.lines.get(brace))
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
