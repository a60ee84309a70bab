//! The codes of this crate's diagnostics.

use spak_syntax::Code;

/// A condition divides by zero, or compares what cannot be compared, for some configs.
pub const CONDITION_WITHOUT_VALUE: Code = Code("condition-without-value");

/// Conditions name more parameters than the engine can connect.
pub const TOO_MANY_PARAMETERS: Code = Code("too-many-parameters");

/// Every code that only this crate has.
pub const ALL: &[Code] = &[CONDITION_WITHOUT_VALUE, TOO_MANY_PARAMETERS];
