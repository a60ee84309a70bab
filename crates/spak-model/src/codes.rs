//! The diagnostics of this stage.

use spak_syntax::Code;

/// A dimension without values.
pub const EMPTY_DOMAIN: Code = Code("empty-domain");
/// The same value twice in one domain.
pub const DUPLICATE_VALUE: Code = Code("duplicate-value");
/// Values of different types in one domain.
pub const MIXED_DOMAIN: Code = Code("mixed-domain");
/// A range that cannot be read or runs backwards.
pub const BAD_RANGE: Code = Code("bad-range");
/// A value that cannot be one of a dimension.
pub const BAD_VALUE: Code = Code("bad-value");
/// What stands for the values of a dimension cannot be read as such.
pub const UNREADABLE_DOMAIN: Code = Code("unreadable-domain");
/// A line in a space that is no dimension.
pub const NOT_A_DIMENSION: Code = Code("not-a-dimension");
/// Dimensions whose conditions depend on each other, or on themselves.
pub const CIRCULAR_CONDITION: Code = Code("circular-condition");
/// A block that the language does not know.
pub const UNKNOWN_BLOCK: Code = Code("unknown-block");
/// A key that nothing reads.
pub const UNKNOWN_KEY: Code = Code("unknown-key");
/// A type that is not declared.
pub const UNKNOWN_TYPE: Code = Code("unknown-type");
/// A key without a value.
pub const MISSING_VALUE: Code = Code("missing-value");
/// A block that needs a name and has none.
pub const MISSING_NAME: Code = Code("missing-name");
/// Two items of one kind with the same name.
pub const DUPLICATE_NAME: Code = Code("duplicate-name");
/// The text is not a design at all.
pub const NOT_A_DESIGN: Code = Code("not-a-design");
/// There is nothing in the file.
pub const EMPTY_DESIGN: Code = Code("empty-design");
/// A formula slot holds prose.
pub const PROSE_IN_FORMULA: Code = Code("prose-in-formula");
/// A loop, case or template place refers to something that does not exist.
pub const UNKNOWN_REFERENCE: Code = Code("unknown-reference");
/// The front matter cannot be read.
pub const BAD_FRONT_MATTER: Code = Code("bad-front-matter");
/// A value of the wrong kind for its slot.
pub const WRONG_TYPE: Code = Code("wrong-type");
/// A service loop reaches a language model.
pub const LLM_IN_SERVICE_LOOP: Code = Code("llm-in-service-loop");
/// An engineering loop reaches a language model.
pub const LLM_IN_ENGINEERING_LOOP: Code = Code("llm-in-engineering-loop");
/// A rule recommends a value that the dimension does not have.
pub const VALUE_OUTSIDE_DOMAIN: Code = Code("value-outside-domain");
/// No config satisfies all constraints.
pub const EMPTY_SPACE: Code = Code("empty-space");
/// A value of a dimension that no config has.
pub const DEAD_VALUE: Code = Code("dead-value");

/// An imported file cannot be read.
pub const IMPORT_NOT_FOUND: Code = Code("import-not-found");
/// Files that import each other.
pub const IMPORT_CYCLE: Code = Code("import-cycle");
/// An inherited item is replaced without a reason.
pub const OVERRIDE_WITHOUT_REASON: Code = Code("override-without-reason");
/// An `override` of something that is not inherited.
pub const OVERRIDES_NOTHING: Code = Code("overrides-nothing");
/// An imported file is not the one that the lock file pins.
pub const LOCK_MISMATCH: Code = Code("lock-mismatch");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    EMPTY_DOMAIN,
    DUPLICATE_VALUE,
    MIXED_DOMAIN,
    BAD_RANGE,
    BAD_VALUE,
    UNREADABLE_DOMAIN,
    NOT_A_DIMENSION,
    UNKNOWN_BLOCK,
    UNKNOWN_KEY,
    UNKNOWN_TYPE,
    MISSING_VALUE,
    MISSING_NAME,
    DUPLICATE_NAME,
    NOT_A_DESIGN,
    EMPTY_DESIGN,
    PROSE_IN_FORMULA,
    UNKNOWN_REFERENCE,
    BAD_FRONT_MATTER,
    WRONG_TYPE,
    LLM_IN_SERVICE_LOOP,
    LLM_IN_ENGINEERING_LOOP,
    VALUE_OUTSIDE_DOMAIN,
    EMPTY_SPACE,
    CIRCULAR_CONDITION,
    DEAD_VALUE,
    IMPORT_NOT_FOUND,
    IMPORT_CYCLE,
    OVERRIDE_WITHOUT_REASON,
    OVERRIDES_NOTHING,
    LOCK_MISMATCH,
];
