//! The diagnostics of this stage.

use crate::diagnostic::Code;
pub use crate::source::INVALID_UTF8;

/// A `"…"` or `"""…"""` that does not end.
pub const UNCLOSED_TEXT: Code = Code("unclosed-text");
/// A `/*` without `*/`.
pub const UNCLOSED_COMMENT: Code = Code("unclosed-comment");
/// A `---` at the start of the file without a second one.
pub const UNCLOSED_FRONT_MATTER: Code = Code("unclosed-front-matter");
/// A `{` without its `}`.
pub const UNCLOSED_BLOCK: Code = Code("unclosed-block");
/// A `}` without its `{`.
pub const UNMATCHED_BRACE: Code = Code("unmatched-brace");
/// A `(` or `[` of a head that is not closed, or a `)` or `]` that closes nothing.
pub const UNMATCHED_BRACKET: Code = Code("unmatched-bracket");
/// A `[` without its `]`.
pub const UNCLOSED_LIST: Code = Code("unclosed-list");
/// Blocks nested deeper than a design ever is.
pub const NESTING_TOO_DEEP: Code = Code("nesting-too-deep");
/// A mark that a merge of two versions left behind.
pub const MERGE_CONFLICT: Code = Code("merge-conflict");
/// A design in a fence of markdown.
pub const MARKDOWN_FENCE: Code = Code("markdown-fence");
/// A character that no text holds.
pub const NUL_CHARACTER: Code = Code("nul-character");
/// A comment that could be a division.
pub const DOUBTFUL_COMMENT: Code = Code("doubtful-comment");
/// A comment that hides the end of its block.
pub const HIDDEN_BRACE: Code = Code("hidden-brace");

/// More errors in one file than anyone reads.
pub const TOO_MANY_ERRORS: Code = Code("too-many-errors");

/// Formatting would change what the file says.
pub const NOT_FORMATTED: Code = Code("not-formatted");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    INVALID_UTF8,
    UNCLOSED_TEXT,
    UNCLOSED_COMMENT,
    UNCLOSED_FRONT_MATTER,
    UNCLOSED_BLOCK,
    UNMATCHED_BRACE,
    UNMATCHED_BRACKET,
    UNCLOSED_LIST,
    NESTING_TOO_DEEP,
    MERGE_CONFLICT,
    MARKDOWN_FENCE,
    NUL_CHARACTER,
    DOUBTFUL_COMMENT,
    HIDDEN_BRACE,
    TOO_MANY_ERRORS,
    NOT_FORMATTED,
];
