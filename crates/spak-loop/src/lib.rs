//! The loop over a design as values: an explicit state machine, a search that follows from its trials, and their analysis.
//!
//! Nothing here reads, writes, runs or looks at a clock. The caller executes effects and tells what came of them.

pub mod analyse;
pub mod guidance;
pub mod machine;
mod moves;
mod random;
pub mod relative;
mod replay;
pub mod search;
pub mod space;

pub use analyse::{Analysis, analyse, analyse_with};
pub use guidance::{Avoid, Guidance, Recommendation};
pub use machine::{Effect, Event, IllegalEvent, resume, step};
pub use search::{
    Decision, History, Next, Proposal, Remaining, Search, SearchOptions, SkipReason, Skipped,
};
pub use space::{Candidates, Count, Dimension, DimensionKind, ProductSpace, Space, count};
