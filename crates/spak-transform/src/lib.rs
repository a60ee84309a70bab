//! From a seed and a goal to a design. Design: `docs/decisions/0025-transform.md`.
//!
//! A [`Goal`] is a block of a design; [`Words::read`] makes one out of a sentence. No files, no clock, no network here.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod card;
pub mod goal;
pub mod merge;
mod phrase;
pub mod prompt;
pub mod proposal;
mod quantity;
pub mod sentence;
pub mod words;

pub use goal::{Goal, Objective};
pub use proposal::{Proposal, proposals};
pub use sentence::Understood;
pub use words::Words;
