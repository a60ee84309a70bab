//! Stage: loops of a design as programs. They are read out of the model, checked, and interpreted; every action on the world is an
//! effect that somebody else performs. Decision 0024.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

pub mod check;
pub mod command;
mod condition;
pub mod interpret;
pub mod metric;
mod read;
mod script;
pub mod sweep;
pub mod template;

pub use interpret::{Ended, Stop, World};
pub use read::scripts;
pub use script::{Action, Handler, Measure, Script, Search, Statement, Step};
