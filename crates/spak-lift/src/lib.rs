//! Reads kernels and says which design they are: patterns, which are data, are solved over the graph of
//! values that a front end made of a source.
//!
//! [`Pack::load`] reads patterns from a design, [`Engine`] finds them in a program. Design:
//! `docs/decisions/0011-lifting.md`.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod codes;
mod compile;
mod dtype;
mod engine;
mod example;
mod facts;
mod finding;
mod holes;
mod kinds;
mod labels;
mod pack;
mod ready;
pub mod relations;
mod render;
mod roles;
mod solve;
mod term;

pub use engine::{Engine, Limits, Miss, side_by_side};
pub use example::{Coverage, Example, Expected, Language, Verdict, examples, judge};
pub use finding::{Finding, Note, Report};
pub use holes::{Hole, holes, template};
pub use labels::labels;
pub use pack::{Case, Pack, Pattern, Per};
pub use relations::{RELATIONS, Relation};
pub use render::render;
