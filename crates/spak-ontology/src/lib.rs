//! Concepts: what the names of axes, parameters, sizes and operands mean, by operator, back end and language.
//!
//! [`Ontology::read`] takes `concept`, `group` and `spelling` blocks of libraries and designs, [`Ontology::meaning`] says what a
//! name means somewhere, [`foresee`] says what a design of one operator tells of another. Design: `docs/decisions/0022-ontology.md`.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod codes;
mod compare;
mod concept;
mod constraints;
mod foresee;
mod lookup;
mod maps;
mod problems;
mod reach;
mod read;
mod sides;
mod substitute;

pub use compare::{Comparison, Found, Item, Steps, compare};
pub use concept::{Alias, Concept, Group, Kind, Name, Ontology, Spelling};
pub use constraints::{Carried, carry, respelled};
pub use foresee::{Forecast, Foreseen, Left, foresee};
pub use lookup::{Lookup, Meaning, Scope};
pub use maps::{Maps, maps};
pub use reach::{MAX_WAYS, ways};
pub use sides::{Dimension, Side};
pub use substitute::substituted;
