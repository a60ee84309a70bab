//! The diagnostics of this stage.

use spak_syntax::Code;

/// Something else stands where a value should.
pub const EXPECTED_EXPRESSION: Code = Code("expected-expression");
/// A `(`, `[` or `{` of a formula without its partner.
pub const UNCLOSED_BRACKET: Code = Code("unclosed-bracket");
/// Words after a formula that has ended.
pub const TEXT_AFTER_FORMULA: Code = Code("text-after-formula");
/// A number that is not written as one, or that is too large to be represented.
pub const BAD_NUMBER: Code = Code("bad-number");
/// A number with a unit that is not known.
pub const UNKNOWN_UNIT: Code = Code("unknown-unit");
/// `=` where equality is written `==`.
pub const SINGLE_EQUALS: Code = Code("single-equals");
/// An expression nested deeper than anyone can read.
pub const EXPRESSION_TOO_DEEP: Code = Code("expression-too-deep");

/// A result that does not fit its type.
pub const ARITHMETIC_OVERFLOW: Code = Code("arithmetic-overflow");
/// A division or remainder by zero.
pub const DIVISION_BY_ZERO: Code = Code("division-by-zero");
/// A function applied to a value it is not defined for.
pub const DOMAIN_ERROR: Code = Code("domain-error");
/// Quantities of different kinds added or compared.
pub const UNIT_MISMATCH: Code = Code("unit-mismatch");
/// An operand of a type that the operator does not take.
pub const TYPE_MISMATCH: Code = Code("type-mismatch");
/// A name that nothing defines.
pub const UNKNOWN_NAME: Code = Code("unknown-name");
/// A function that nothing defines.
pub const UNKNOWN_FUNCTION: Code = Code("unknown-function");
/// A function called with too few or too many arguments.
pub const WRONG_ARGUMENT_COUNT: Code = Code("wrong-argument-count");
/// An index outside of its list.
pub const INDEX_OUT_OF_RANGE: Code = Code("index-out-of-range");
/// A quantified variable whose values cannot be told.
pub const UNKNOWN_DOMAIN: Code = Code("unknown-domain");
/// An evaluation that does not end within its budget.
pub const EVALUATION_TOO_LONG: Code = Code("evaluation-too-long");
/// A comparison with a value that the other side never has.
pub const IMPOSSIBLE_COMPARISON: Code = Code("impossible-comparison");

/// Every code of this crate.
pub const ALL: &[Code] = &[
    EXPECTED_EXPRESSION,
    UNCLOSED_BRACKET,
    TEXT_AFTER_FORMULA,
    BAD_NUMBER,
    UNKNOWN_UNIT,
    SINGLE_EQUALS,
    EXPRESSION_TOO_DEEP,
    ARITHMETIC_OVERFLOW,
    DIVISION_BY_ZERO,
    DOMAIN_ERROR,
    UNIT_MISMATCH,
    TYPE_MISMATCH,
    UNKNOWN_NAME,
    UNKNOWN_FUNCTION,
    WRONG_ARGUMENT_COUNT,
    INDEX_OUT_OF_RANGE,
    UNKNOWN_DOMAIN,
    EVALUATION_TOO_LONG,
    IMPOSSIBLE_COMPARISON,
];
