//! What is said about a text that is no expression.

use spak_syntax::{Diagnostic, Span};

use super::{Parser, shorten};
use crate::codes::{BAD_NUMBER, EXPECTED_EXPRESSION, UNCLOSED_BRACKET, UNKNOWN_UNIT};
use crate::lexer::{Kind, Token};
use crate::unit::Unit;

impl Parser<'_> {
    pub(super) fn bad_number(&self) -> Box<Diagnostic> {
        let written = shorten(self.token.text(self.text));
        Box::new(
            Diagnostic::error(BAD_NUMBER, self.here(), format!("`{written}` is not a number"))
                .because(format!(
                    "whole numbers go up to {}, floats up to {:e}, and `_` stands between digits",
                    i64::MAX,
                    f64::MAX
                ))
                .repair("write a smaller number, or a float such as 1e20"),
        )
    }

    pub(super) fn unknown_unit(&self) -> Box<Diagnostic> {
        let written = self.token.text(self.text);
        let at = written.find(|c: char| c.is_alphabetic() && c != 'e').unwrap_or(0);
        let unit = written.get(at..).unwrap_or("");
        let repair = match spak_syntax::diagnostic::suggest(unit, Unit::symbols()) {
            Some(near) => format!("write `{}{near}`", written.get(..at).unwrap_or("")),
            None => "leave out the unit, or write a space before a name".to_owned(),
        };
        let message = format!("`{}` is not a unit", shorten(unit));
        Box::new(
            Diagnostic::error(UNKNOWN_UNIT, self.here(), message)
                .because(
                    "letters right after a number are its unit, such as KiB, GB/s, ms or TFLOPS",
                )
                .repair(repair),
        )
    }

    /// The next token is not what the text needs here.
    pub(super) fn unexpected(&self, wanted: &str) -> Box<Diagnostic> {
        let found = shorten(self.token.text(self.text));
        match self.token.kind {
            Kind::Bad(BAD_NUMBER) => self.bad_number(),
            Kind::Bad(UNKNOWN_UNIT) => self.unknown_unit(),
            Kind::Bad(code) if code == spak_syntax::codes::UNCLOSED_TEXT => Box::new(
                Diagnostic::error(code, self.here(), "this text has no closing quote")
                    .repair("close it with the quote it starts with"),
            ),
            Kind::End => {
                let message = format!("the formula ends where {wanted} is expected");
                Box::new(
                    Diagnostic::error(EXPECTED_EXPRESSION, self.here(), message)
                        .repair("complete it, or quote it if it is prose"),
                )
            }
            _ => Box::new(
                Diagnostic::error(
                    EXPECTED_EXPRESSION,
                    self.here(),
                    format!("`{found}` stands where {wanted} is expected"),
                )
                .repair("complete the formula, or quote it if it is prose"),
            ),
        }
    }

    pub(super) fn unexpected_at(&self, span: Span, wanted: &str) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(EXPECTED_EXPRESSION, span, format!("{wanted} is missing here")))
    }

    pub(super) fn unclosed(&self, open: Token, close: &str) -> Box<Diagnostic> {
        if matches!(self.token.kind, Kind::Bad(_)) {
            return self.unexpected(&format!("`{close}`"));
        }
        let opened = open.text(self.text);
        let found = match self.token.kind {
            Kind::End => "the formula ends".to_owned(),
            _ => format!("`{}` comes", shorten(self.token.text(self.text))),
        };
        let message = format!("`{opened}` is not closed: {found} where `{close}` is expected");
        Box::new(
            Diagnostic::error(UNCLOSED_BRACKET, self.here(), message)
                .related(open.span(self.base), "opened here")
                .repair(format!("add `{close}`")),
        )
    }
}
