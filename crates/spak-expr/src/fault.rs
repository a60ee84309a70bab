//! Why a value could not be computed, before it is known where.

use spak_syntax::{Code, Diagnostic, Span};

use crate::codes::{
    ARITHMETIC_OVERFLOW, DIVISION_BY_ZERO, DOMAIN_ERROR, TYPE_MISMATCH, UNIT_MISMATCH,
};

/// A diagnostic without its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// The kind.
    pub code: Code,
    /// The fact, in one phrase.
    pub message: String,
    /// Why; may be empty.
    pub reason: String,
    /// What to do; may be empty.
    pub repair: String,
}

impl From<Box<Fault>> for Fault {
    fn from(fault: Box<Fault>) -> Self {
        *fault
    }
}

/// A value, or why there is none. Boxed, so that a success stays small.
pub type Fallible<T> = Result<T, Box<Fault>>;

impl Fault {
    /// A fault with a message.
    pub fn new(code: Code, message: impl Into<String>) -> Box<Self> {
        let message = message.into();
        Box::new(Self { code, message, reason: String::new(), repair: String::new() })
    }

    /// With the reason and the repair.
    #[must_use]
    pub fn with(mut self: Box<Self>, reason: &str, repair: impl Into<String>) -> Box<Self> {
        reason.clone_into(&mut self.reason);
        self.repair = repair.into();
        self
    }

    /// The diagnostic, now that the place is known.
    pub fn at(self, span: Span) -> Box<Diagnostic> {
        let diagnostic = Diagnostic::error(self.code, span, self.message);
        Box::new(diagnostic.because(self.reason).repair(self.repair))
    }

    pub(crate) fn overflow(what: &str) -> Box<Self> {
        Self::new(ARITHMETIC_OVERFLOW, format!("{what} is out of range")).with(
            "whole numbers have 64 bits and floats end at 1.8e308; results never wrap around",
            "use floats for magnitudes, or bound the operands",
        )
    }

    pub(crate) fn division_by_zero() -> Box<Self> {
        Self::new(DIVISION_BY_ZERO, "this divides by zero")
            .with("the divisor is 0 here", "exclude it first: `d == 0 or n % d == 0`")
    }

    pub(crate) fn domain(message: impl Into<String>) -> Box<Self> {
        Self::new(DOMAIN_ERROR, message).with(
            "the function has no value there",
            "exclude such arguments first, with `and` or `if`",
        )
    }

    pub(crate) fn types(message: impl Into<String>) -> Box<Self> {
        Self::new(TYPE_MISMATCH, message)
    }

    pub(crate) fn units(message: impl Into<String>) -> Box<Self> {
        Self::new(UNIT_MISMATCH, message).with(
            "only quantities of the same kind can be added or compared",
            "write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)",
        )
    }
}
