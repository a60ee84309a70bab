//! What `spak transcript` says.

use serde::Serialize;

use crate::transcript::Entry;

/// A transcript as it was read.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct TranscriptReport {
    /// What it is about.
    pub about: String,
    /// What it was written by.
    pub tool: String,
    /// Lines that could not be read, by number from 1.
    pub broken: Vec<u64>,
    /// Whether its last line was torn off.
    pub torn: bool,
    /// Its lines, without the header.
    pub entries: Vec<Entry>,
}
