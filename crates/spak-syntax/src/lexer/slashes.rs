//! `//` behind an operand: a comment, or an integer division.
//!
//! In doubt it is a comment, and a warning says so. It is a division only where it has the same space
//! on both sides, what follows reads as the rest of a formula, and either a comment would swallow the
//! bracket that closes one of its line, or its statement is a formula anyway.

use super::{Lexer, is_word_continue, prefix_len};
use crate::codes::{DOUBTFUL_COMMENT, HIDDEN_BRACE};
use crate::diagnostic::{Code, Diagnostic};
use crate::span::Span;
use crate::tree::Kind;

/// How many tokens before and bytes behind the slashes are looked at.
const MAX_BEFORE: usize = 64;
const MAX_BEHIND: usize = 256;

/// Words that begin or name a formula.
const FORMAL_WORDS: &[&str] = &[
    "return",
    "require",
    "requires",
    "when",
    "assert",
    "let",
    "if",
    "elif",
    "while",
    "until",
    "unless",
    "forbid",
    "constraint",
    "condition",
    "guard",
    "where",
    "stop",
    "ensure",
    "expect",
    "assume",
];

/// Operators that only formulas have.
const FORMAL_OPERATORS: &[&str] =
    &["=", ":=", "==", "!=", "<=", ">=", "<", ">", "+", "*", "%", "&&", "||", "≤", "≥", "≠"];

/// What stands before the slashes on their line.
#[derive(Default)]
struct Before {
    /// `{`, `(` and `[` that are open there.
    open: usize,
    braces: usize,
    /// The statement is a formula.
    formal: bool,
    /// The dividend is a name with `_` in it, or at least a name.
    snake: bool,
    name: bool,
}

/// What stands behind the slashes, when it reads as a formula.
struct Behind {
    /// More than one operand.
    operators: bool,
    /// The only operand is a number.
    number: bool,
    /// The only operand can hardly be a word of a language: `n_heads`, `d2`, `t.x`, `f(x)`, `B`.
    identifier: bool,
    snake: bool,
}

impl Lexer<'_> {
    /// Whether the `//` at hand, which could be either, is a division. Says so when it is a comment and
    /// could well be one.
    pub(super) fn divides_here(&mut self) -> bool {
        let line = self.rest().lines().next().unwrap_or("").get(2..).unwrap_or("");
        let cut = (0..=MAX_BEHIND.min(line.len())).rev().find(|i| line.is_char_boundary(*i));
        let line = line.get(..cut.unwrap_or(0)).unwrap_or("");
        let before = self.before_slashes();
        let same_space = self.tokens.last().is_some_and(|space| {
            let behind = prefix_len(line, |c| c == ' ');
            space.kind == Kind::Whitespace && behind == (space.span.end - space.span.start) as usize
        });
        let Some(behind) = behind(line).filter(|_| same_space) else { return false };
        if before.open > 0 && closes_more(line, false) {
            return true;
        }
        let strong = behind.operators || behind.number || behind.identifier && before.name;
        if before.formal && strong {
            return true;
        }
        let snakes = before.snake && behind.snake;
        if before.formal || before.name && (behind.operators || behind.number || snakes) {
            self.doubt(
                DOUBTFUL_COMMENT,
                2 + line.trim_end().len(),
                "this is read as a comment",
                "it could be an integer division as well",
                "write a division in parentheses, `(a // b)`, or put the comment on a line of its own",
            );
        }
        false
    }

    /// Warns of a comment that holds the `}` of a block of its line; `len` is its length.
    pub(super) fn hidden_brace(&mut self, len: usize) {
        let comment = self.rest().get(..len.min(MAX_BEHIND)).unwrap_or("");
        if closes_more(comment, true) && self.before_slashes().braces > 0 {
            self.doubt(
                HIDDEN_BRACE,
                len,
                "this comment hides a `}`",
                "the block that was opened on this line needs it",
                "write the `}` before the comment",
            );
        }
    }

    fn doubt(&mut self, code: Code, len: usize, message: &str, reason: &str, repair: &str) {
        let span = Span::new(self.at as u32, (self.at + len) as u32);
        self.report(Diagnostic::warning(code, span, message).because(reason).repair(repair));
    }

    fn before_slashes(&self) -> Before {
        let mut found = Before::default();
        let mut depth = 0usize;
        let mut in_statement = true;
        let last = self.tokens.iter().rev().find(|t| t.kind != Kind::Whitespace);
        if let Some(last) = last.filter(|t| t.kind == Kind::Word) {
            let name = last.span.slice(self.text);
            found.name = !matches!(name, "int" | "float" | "bool" | "string" | "str");
            found.snake = name.trim_matches('_').contains('_');
        }
        for token in self.tokens.iter().rev().take(MAX_BEFORE) {
            let text = token.span.slice(self.text);
            match token.kind {
                Kind::Newline => break,
                Kind::RightBrace | Kind::RightParen | Kind::RightBracket => depth += 1,
                Kind::LeftBrace | Kind::LeftParen | Kind::LeftBracket if depth > 0 => depth -= 1,
                Kind::LeftBrace => {
                    found.open += 1;
                    found.braces += 1;
                    in_statement = false;
                }
                Kind::LeftParen | Kind::LeftBracket => found.open += 1,
                Kind::Semicolon => in_statement = false,
                Kind::Word => found.formal |= in_statement && FORMAL_WORDS.contains(&text),
                Kind::Operator => found.formal |= in_statement && FORMAL_OPERATORS.contains(&text),
                _ => {}
            }
        }
        found
    }
}

/// Whether `line` closes a bracket that it does not open; only braces count when `braces`.
fn closes_more(line: &str, braces: bool) -> bool {
    let mut open = Vec::new();
    line.chars().any(|c| match c {
        '{' | '(' | '[' => {
            open.push(c);
            false
        }
        '}' | ')' | ']' => open.pop().is_none() && (c == '}' || !braces),
        _ => false,
    })
}

/// What `line` is as the rest of a formula that begins with an operand; `None` when it is prose.
fn behind(line: &str) -> Option<Behind> {
    let mut rest = line.trim_start();
    let mut found = Behind { operators: false, number: false, identifier: false, snake: false };
    let (mut depth, mut operand_next) = (0u32, true);
    let mut operands = 0;
    while let Some(c) = rest.chars().next() {
        let mut len = c.len_utf8();
        match c {
            ' ' | '\t' => {}
            '#' => break,
            '/' if rest.starts_with("//") => break,
            _ if operand_next => match c {
                '(' => depth += 1,
                '-' | '!' if operands > 0 => {}
                '0'..='9' => {
                    len = prefix_len(rest, |c| is_word_continue(c) || c == '.');
                    found.number |= operands == 0;
                    (operands, operand_next) = (operands + 1, false);
                }
                c if is_word_continue(c) => {
                    len = prefix_len(rest, |c| is_word_continue(c) || c == '.');
                    let name = rest.get(..len).unwrap_or("");
                    if name.ends_with('.') || is_joining(name) {
                        return None;
                    }
                    if operands == 0 {
                        found.snake = name.trim_matches('_').contains('_');
                        found.identifier = name.chars().count() == 1
                            || name.contains(|c: char| c == '_' || c == '.' || c.is_ascii_digit());
                    }
                    (operands, operand_next) = (operands + 1, false);
                }
                _ => return None,
            },
            '(' | '[' => {
                found.identifier |= operands == 1;
                depth += 1;
                operand_next = true;
            }
            ')' | ']' if depth > 0 => depth -= 1,
            ')' | ']' | '}' => break,
            ',' if depth > 0 => operand_next = true,
            ',' | ';' => break,
            c if is_word_continue(c) => {
                len = prefix_len(rest, is_word_continue);
                if !is_joining(rest.get(..len).unwrap_or("")) {
                    return None;
                }
                found.operators = true;
                operand_next = true;
            }
            _ => {
                let signs = [
                    "==", "!=", "<=", ">=", "&&", "||", "=>", "**", "+", "-", "*", "/", "%", "<",
                    ">",
                ];
                len = signs.iter().find(|s| rest.starts_with(**s))?.len();
                found.operators = true;
                operand_next = true;
            }
        }
        rest = rest.get(len..).unwrap_or("");
    }
    (!operand_next && operands > 0).then_some(found)
}

fn is_joining(word: &str) -> bool {
    matches!(word, "and" | "or" | "if" | "else")
}
