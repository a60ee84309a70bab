//! Stage 1: text to lossless tree, and edits back to text; one file at a time.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod ast;
pub mod codes;
pub mod diagnostic;
pub mod edit;
pub mod format;
mod lexer;
pub mod parser;
pub mod source;
pub mod span;
pub mod tree;

pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use edit::Edit;
pub use format::{Formatted, format};
pub use parser::{Parse, parse};
pub use source::{LineIndex, Source};
pub use span::{FileId, Span};
pub use tree::Tree;
