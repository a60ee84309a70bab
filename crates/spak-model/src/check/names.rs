//! Names in formulas.

use spak_syntax::Diagnostic;

use crate::system::System;

pub(super) fn check(_system: &System, _found: &mut Vec<Diagnostic>) {}
