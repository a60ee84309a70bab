//! The codes of this crate's diagnostics.

use spak_syntax::diagnostic::Code;

/// A rule needs that something does not hold, or a name's value, and that rests on the rule itself.
pub const RULE_CIRCLE: Code = Code("rule-circle");
/// A value that is computed gets back to where it was computed from.
pub const RULE_WITHOUT_END: Code = Code("rule-without-end");
/// `for` names something that there is nothing of.
pub const UNKNOWN_SOURCE: Code = Code("unknown-source");
/// A variable of a rule that nothing gives values to.
pub const UNBOUND_VARIABLE: Code = Code("unbound-variable");
/// What holds is asked for, or concluded, with another number of arguments than elsewhere.
pub const WRONG_ARITY: Code = Code("wrong-arity");
/// One name is concluded to have a value, and to hold.
pub const TWO_KINDS_OF_NAME: Code = Code("two-kinds-of-name");
/// What a rule says of configs cannot be written as a condition over them.
pub const NOT_ABOUT_CONFIGS: Code = Code("not-about-configs");
/// Two rules that can fire together say different things.
pub const RULE_CONFLICT: Code = Code("rule-conflict");
/// A learnt rule names as its evidence a fact that there is not.
pub const MISSING_EVIDENCE: Code = Code("missing-evidence");

/// All of them.
pub const ALL: &[Code] = &[
    RULE_CIRCLE,
    RULE_WITHOUT_END,
    UNKNOWN_SOURCE,
    UNBOUND_VARIABLE,
    WRONG_ARITY,
    TWO_KINDS_OF_NAME,
    NOT_ABOUT_CONFIGS,
    RULE_CONFLICT,
    MISSING_EVIDENCE,
];
