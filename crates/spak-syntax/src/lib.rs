//! Stage 1: text to lossless tree, and edits back to text; one file at a time.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod diagnostic;
pub mod edit;
pub mod source;
pub mod span;

pub use diagnostic::{Code, Diagnostic, Label, Severity};
pub use edit::Edit;
pub use source::{LineIndex, Source};
pub use span::{FileId, Span};
