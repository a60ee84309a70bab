//! What a table of measurements shows: effects, dependences, limits, and whether they hold elsewhere.
//!
//! [`Table::new`] takes observations from wherever they come, [`learn`] says what they show, each finding with its
//! error, support, counter-examples and the rows that show it; [`holds`] tries a finding on another table; [`advice`] is what
//! follows for whoever chooses. Nothing here knows of designs, devices or files (decision 0019).
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod advise;
mod compare;
mod elsewhere;
mod family;
mod finding;
mod halves;
mod interact;
mod learn;
mod limits;
mod noise;
mod optimum;
mod proposal;
mod scaling;
pub mod stats;
mod table;
mod tell;
mod values;
mod witness;
mod wording;

pub use advise::{Advice, Followed, Rule, advice, followed};
pub use compare::MIN_PAIRS;
pub use elsewhere::{Held, Tried, holds};
pub use family::LEVEL;
pub use finding::{Claim, Finding, Optimum, Ratio, Shown, TooFew};
pub use halves::{Calibration, Halves, calibrated};
pub use learn::learn;
pub use limits::MIN_REFUSED;
pub use noise::{Noise, Source};
pub use proposal::{Compared, Proposal, Verdict, judged};
pub use table::{Factor, Goal, Input, Outcome, Role, Row, Table, TableError};
pub use wording::{literal, sentence};
