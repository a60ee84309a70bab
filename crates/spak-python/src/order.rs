//! The order of known values.

use std::cmp::Ordering;

use spak_program::Constant;

/// How two known values are ordered, if they are comparable.
pub(crate) fn compare_constants(a: &Constant, b: &Constant) -> Option<Ordering> {
    match (a, b) {
        (Constant::Text(a), Constant::Text(b)) => Some(a.cmp(b)),
        _ => a.number()?.partial_cmp(&b.number()?),
    }
}
