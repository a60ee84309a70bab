//! Conclusions from facts and rules: what follows, why, why not, and which rules contradict each other.
//!
//! [`Base`] is what is known of a situation, [`Rule`]s say what follows, [`Engine`] concludes.
//! `docs/decisions/0018` says why it is made this way. Nothing here executes anything or reads a file:
//! texts of rules are data.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod atoms;
mod base;
pub mod codes;
mod compile;
mod conflict;
mod engine;
mod evaluate;
mod explain;
mod formula;
mod graph;
mod join;
mod open;
mod relation;
mod rule;
mod strata;
mod table;

pub use base::{Base, Known, Row, Table};
pub use conflict::{Case, Conflict, conflicts};
pub use engine::{
    Advised, Concluded, Conclusions, Engine, Held, Limits, Support, Undecided, Unsettled,
};
pub use explain::{Failure, How, Missing, Proof, Shown, Step};
pub use rule::{Advice, Claim, Complaint, Domain, Over, Rule};
