//! What a config must cost before it runs: bytes, operations, resources, and a bound on its time.
//!
//! [`predict`] takes a problem, a config and a machine and returns records. The bound rests on work that
//! nothing can avoid and on rates that nothing can exceed; the estimate beside it says what it assumes.
//! Families ([`family`]) and machines ([`Hardware`]) are data: a new one changes nothing else.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod bound;
mod ceiling;
mod dtype;
mod estimate;
pub mod family;
mod formula;
mod hardware;
mod occupancy;
mod options;
mod predict;
pub mod words;

pub use bound::{bound, impossible};
pub use ceiling::{Ceiling, Ceilings};
pub use dtype::Dtype;
pub use family::{Case, Family};
pub use formula::{Symbol, Symbols};
pub use hardware::{Complaint, FIGURES, Hardware, Kind, kind_of};
pub use occupancy::{Launch, Occupancy, occupancy};
pub use options::{Accumulators, Caches, Exponentials, Options, Precision};
pub use predict::{Request, predict};
