//! Stage: one interface to whatever answers a prompt: servers, commands, people, recordings. Decision 0023.
//!
//! Nothing here knows designs. What is asked and answered are records ([`spak_records::transcript`]); what an answer is worth is
//! decided by who asked.

pub mod blocks;
mod budget;
mod config;
mod error;
mod provider;
mod secret;

pub use budget::{Budget, Price, Spent};
pub use config::{Config, ConfigError, Named, Proposers};
pub use error::AskError;
pub use provider::{Asking, HandOff, Proposer};
pub use secret::Secret;
