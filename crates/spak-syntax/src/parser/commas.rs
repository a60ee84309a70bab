//! Which commas end a statement, and which stand inside of it.

use super::Parser;
use super::scan::LINE_WORDS;
use crate::tree::Kind;

/// How far around a comma is looked, in tokens.
const MAX_AROUND: usize = 64;

/// Operators that make what follows the colon of a quantifier a formula.
const RELATIONS: &[&str] =
    &["=", "==", "!=", "<", ">", "<=", ">=", "=>", "->", "≤", "≥", "≠", "≈", "⇒", "→", "∈", "⊆"];

impl Parser<'_> {
    /// Whether the comma at `index` ends a statement.
    pub(super) fn comma_separates(&self, index: usize, after_colon: bool) -> bool {
        let Some(brace) = self.open.last().and_then(|o| o.brace) else { return false };
        if self.joins_variables(index) || self.joins_names(index) || self.joins_results(index) {
            return false;
        }
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

    /// Whether the comma at `index` stands between the variables of a quantifier: `for all i, j: j > i`,
    /// `for i, x in items`.
    fn joins_variables(&self, index: usize) -> bool {
        let Some(quantifier) = self.quantifier_before(index) else { return false };
        let has_range = (quantifier..index).any(|i| self.text_at(i) == "in");
        let mut at = index + 1;
        while at < index + MAX_AROUND {
            match self.kind_at(at) {
                Some(Kind::Word) if self.text_at(at) == "in" && !has_range => return true,
                Some(Kind::Colon) => return self.is_formula(at + 1),
                Some(Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace) => {
                    match self.close_of(at) {
                        Some(close) => at = close,
                        None => return false,
                    }
                }
                None
                | Some(Kind::Newline | Kind::LineComment | Kind::RightBrace | Kind::Semicolon) => {
                    return false;
                }
                Some(Kind::Text | Kind::LongText) => return false,
                Some(_) => {}
            }
            at += 1;
        }
        false
    }

    /// Index of the quantifier before the comma at `index` whose colon has not come yet.
    fn quantifier_before(&self, index: usize) -> Option<usize> {
        for at in (self.at.max(index.saturating_sub(MAX_AROUND))..index).rev() {
            if let Some(Kind::Colon | Kind::LeftBrace | Kind::Newline) = self.kind_at(at) {
                return None;
            }
            let found = match self.text_at(at) {
                "forall" | "exists" | "∀" | "∃" => true,
                "for" | "For" => {
                    let before = (self.at..at)
                        .rev()
                        .find(|i| !self.kind_at(*i).is_some_and(Kind::is_trivia));
                    let begins = before.is_none_or(|i| {
                        matches!(self.kind_at(i), Some(Kind::Colon | Kind::Operator))
                    });
                    begins || self.text_at(at + 2) == "all"
                }
                _ => false,
            };
            if found {
                return Some(at);
            }
        }
        None
    }

    /// Whether a relation stands in the tokens from `from` to the next comma or the end.
    fn is_formula(&self, from: usize) -> bool {
        let ends = |kind: Option<Kind>| {
            matches!(
                kind,
                None | Some(
                    Kind::Comma
                        | Kind::Semicolon
                        | Kind::Newline
                        | Kind::LeftBrace
                        | Kind::RightBrace
                )
            )
        };
        let mut at = from;
        while at < from + MAX_AROUND && !ends(self.kind_at(at)) {
            if RELATIONS.contains(&self.text_at(at)) {
                return true;
            }
            at = self.close_of(at).unwrap_or(at) + 1;
        }
        false
    }

    /// Whether the comma at `index` stands between names that get values together: `h, m = F(h, m)`.
    fn joins_names(&self, index: usize) -> bool {
        let mut at = self.at;
        while at < self.at + MAX_AROUND {
            match self.kind_at(at) {
                Some(Kind::Word | Kind::Whitespace | Kind::Comma) => {}
                Some(Kind::Operator) if self.text_at(at) == "." => {}
                Some(Kind::LeftBracket) => match self.close_of(at) {
                    Some(close) => at = close,
                    None => break,
                },
                _ => break,
            }
            at += 1;
        }
        at > index && self.text_at(at) == "="
    }

    /// Whether the comma at `index` stands between results: `return a, b`.
    fn joins_results(&self, index: usize) -> bool {
        let mut next = index + 1;
        while self.kind_at(next) == Some(Kind::Whitespace) {
            next += 1;
        }
        let ends = matches!(
            self.kind_at(next),
            None | Some(Kind::Newline | Kind::LineComment | Kind::RightBrace | Kind::Comma)
        );
        let colon =
            if self.kind_at(next + 1) == Some(Kind::Whitespace) { next + 2 } else { next + 1 };
        self.text_at(self.at) == "return"
            && !ends
            && !LINE_WORDS.contains(&self.text_at(next))
            && self.kind_at(colon) != Some(Kind::Colon)
    }
}
