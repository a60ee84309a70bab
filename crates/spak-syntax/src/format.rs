//! The layout of a design, made uniform. Only trivia and separators change; a check at the end
//! compares what the text says before and after, and keeps the text when in doubt.
//!
//! The author decides what stands on one line and where empty lines are; the formatter decides
//! indentation (four spaces a level), the spaces around `:` and `,` and where braces stand. Formulas,
//! prose and texts keep the spacing they were written with.

mod bodies;
mod entries;
mod lists;
mod printer;
mod sameness;

use crate::codes::NOT_FORMATTED;
use crate::diagnostic::{Diagnostic, Severity};
use crate::parser::{Parse, parse};
use crate::span::Span;

/// A formatted text and what was wrong with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Formatted {
    /// The text in its uniform layout; as it was when `diagnostics` is not empty.
    pub text: String,
    /// The syntax errors that keep the text from being formatted, or one note that formatting it
    /// would have changed its meaning.
    pub diagnostics: Vec<Diagnostic>,
}

/// The uniform layout of `text`, which must be UTF-8 without replacement for bytes that are not.
///
/// Formatting twice changes nothing more. A text with syntax errors comes back as it is, since its
/// structure is only guessed.
pub fn format(text: &str) -> Formatted {
    let before = parse(text);
    if before.diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Formatted { text: text.to_owned(), diagnostics: before.diagnostics };
    }
    let formatted = layout(&before);
    if sameness::says_the_same(&before, &parse(&formatted)) {
        return Formatted { text: formatted, diagnostics: Vec::new() };
    }
    let note = Diagnostic::note(NOT_FORMATTED, Span::at(0), "this file is left as it is")
        .because("its uniform layout would be read differently from what it says now")
        .repair("give braces and statements that share a line lines of their own");
    Formatted { text: text.to_owned(), diagnostics: vec![note] }
}

fn layout(parse: &Parse) -> String {
    let root = parse.tree.root();
    let mut printer = printer::Printer::new(&root);
    printer.file(&root);
    printer.finish()
}
