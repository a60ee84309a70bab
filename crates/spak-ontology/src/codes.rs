//! The codes of this crate's diagnostics.

use spak_syntax::diagnostic::Code;

/// A name that means two things in one scope.
pub const TWO_MEANINGS: Code = Code("two-meanings");
/// A concept, a group or a kind of concept that there is not.
pub const UNKNOWN_CONCEPT: Code = Code("unknown-concept");

/// All of them.
pub const ALL: &[Code] = &[TWO_MEANINGS, UNKNOWN_CONCEPT];
