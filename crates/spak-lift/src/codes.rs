//! The diagnostics of packs.

use spak_syntax::Code;

/// A condition whose variables nothing gives a value.
pub const PATTERN_UNBOUND_VARIABLE: Code = Code("pattern-unbound-variable");
/// A relation, predicate or operation that does not exist.
pub const UNKNOWN_RELATION: Code = Code("unknown-relation");
/// A predicate that calls itself.
pub const RECURSIVE_PREDICATE: Code = Code("recursive-predicate");
/// A condition that is none of patterns.
pub const BAD_PATTERN: Code = Code("bad-pattern");

/// An example of a pack that cannot be tried.
pub const BAD_EXAMPLE: Code = Code("bad-example");
/// An example of a pack in which patterns find something else than it says.
pub const FAILED_EXAMPLE: Code = Code("failed-example");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    PATTERN_UNBOUND_VARIABLE,
    UNKNOWN_RELATION,
    RECURSIVE_PREDICATE,
    BAD_PATTERN,
    BAD_EXAMPLE,
    FAILED_EXAMPLE,
];
