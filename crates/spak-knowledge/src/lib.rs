//! Facts and rules from traces, and back into designs: pure functions over trials and texts.
//!
//! [`learn`] compares measured configs pairwise and states only what their spread carries;
//! [`write_back`] puts it into a design as text edits; [`read_back`] reads facts and rules, learned or
//! written by hand, as advice.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod advice;
mod context;
mod design;
mod effects;
mod entries;
mod facts;
mod finding;
mod knowledge;
mod learn;
mod pairs;
mod program;
mod read_back;
mod rejects;
mod resting;
mod rules;
mod sample;
mod scope;
mod spills;
mod stamp;
mod stats;
mod superseded;
mod verdict;
mod witness;
mod witnessing;
mod wording;
mod write_back;

pub use advice::{Advice, Assignment, Term};
pub use context::{Context, Dimension};
pub use design::{Layout, first_block};
pub use effects::{EQUAL_WITHIN, LEAST_EFFECT, LEAST_LOSS, LEVEL, MIN_PAIRS_LOSS};
pub use finding::{Finding, Optimal, Ratio};
pub use knowledge::{
    Compared, Entry, Fact, Grounds, LEARNED_BY, Learned, Measured, Role, Rule, Written, confidence,
};
pub use learn::{learn, learn_of_machine};
pub use pairs::MIN_PAIRS_UNKNOWN_SPREAD;
pub use program::{About, FACTS, Origin, Program, claims_of};
pub use read_back::{Choice, Guidance, Known, guidance, read_back, read_items};
pub use rejects::MIN_REJECTED;
pub use resting::{DEMOTED, RETIRED, Resting, resting};
pub use sample::MIN_SAMPLES;
pub use scope::Scope;
pub use stamp::Stamp;
pub use verdict::{Again, Ran, Verdict, verdict};
pub use witness::{Relation, Witness};
pub use witnessing::Shown;
pub use write_back::{
    Became, Edited, Mark, Told, ToldStatement, WriteError, write_back, write_marks, write_told,
};
