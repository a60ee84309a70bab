//! The diagnostics of this crate.

use spak_syntax::Code;

/// A file that is not the JSON it should be: a syntax error, or an end that comes too early.
pub const BAD_JSON: Code = Code("bad-json");
/// A `.gz` file that does not decompress, or to more than is read.
pub const BAD_GZIP: Code = Code("bad-gzip");
/// JSON that is none of the formats that are read.
pub const UNKNOWN_FORMAT: Code = Code("unknown-format");
/// An entry that its format needs and that is absent, or that is something else than the format says.
pub const BAD_ENTRY: Code = Code("bad-entry");
/// Something was left out or understood in a way that should be known.
pub const DOUBTFUL_ENTRY: Code = Code("doubtful-entry");
/// A restriction that is not a Python expression.
pub const NOT_PYTHON: Code = Code("not-python");
/// A Python expression that has no counterpart in a formula.
pub const NOT_TRANSLATABLE: Code = Code("not-translatable");

/// Every code that only this crate has.
pub const ALL: &[Code] =
    &[BAD_JSON, BAD_GZIP, UNKNOWN_FORMAT, BAD_ENTRY, DOUBTFUL_ENTRY, NOT_PYTHON, NOT_TRANSLATABLE];
