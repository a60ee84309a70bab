//! The codes of this crate's diagnostics.

use spak_syntax::Code;

/// Conditions name more parameters than the engine can connect.
pub const TOO_MANY_PARAMETERS: Code = Code("too-many-parameters");
