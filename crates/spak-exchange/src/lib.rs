//! Tuning spaces and results in the formats of other tools, such as T1 and T4 of Kernel Tuner.
//!
//! [`space::read`] reads a space, [`python::restriction`] one of its restrictions, [`results::read`]
//! what was measured. All are functions of bytes; what is wrong comes back with its place.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod bytes;
pub mod codes;
mod domain;
mod item;
mod json;
pub mod python;
pub mod results;
pub mod rows;
pub mod space;

use std::borrow::Cow;

/// The text that places are offsets in: decompressed when the file is, without a byte order mark; `None`
/// when it has none.
pub fn text(bytes: &[u8]) -> Option<Cow<'_, str>> {
    bytes::text(bytes, bytes::MAX_BYTES).ok()
}
