//! Stage 2: trees to one resolved, checked model.
//!
//! Input: the parsed files of a project. Output: [`System`]s whose every statement has a place in the
//! structure and is classified as formal, semiformal or prose, plus diagnostics. No I/O.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod assignment;
pub mod check;
pub mod codes;
pub mod diff;
pub mod domain;
pub mod entry;
pub mod formula;
pub mod front_matter;
pub mod literal;
pub mod normal;
pub mod observation;
pub mod over;
pub mod reading;
pub mod resolve;
pub mod space;
pub mod system;
pub mod types;
pub mod vocabulary;

pub use domain::Domain;
pub use entry::{Content, Entry};
pub use formula::Formula;
pub use literal::Literal;
pub use reading::{Class, Reading, SlotReading};
pub use resolve::{Files, Resolved, resolve};
pub use system::System;
pub use types::Type;
