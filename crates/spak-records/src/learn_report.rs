//! What `spak learn` says.

use serde::Serialize;

use crate::worth_report::WorthReport;

/// What traces taught a design.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct LearnReport {
    /// The design's path as the user gave it.
    pub design: String,
    /// What was learnt, by trace, machine and workload, in the order in which it was written.
    pub lessons: Vec<Lesson>,
    /// Whether the design, or the library, was changed.
    pub written: bool,
    /// The library for all designs, if one was named.
    pub library: Option<String>,
    /// What was learnt for it.
    pub shared: Vec<Lesson>,
    /// Lines of the traces that nothing was learnt from, since they are broken or say what cannot be.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub left_out: Vec<LeftOutLine>,
    /// Names of other designs that the traces are of.
    pub other_designs: Vec<String>,
}

/// A line of a trace that was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct LeftOutLine {
    /// The trace.
    pub trace: String,
    /// The line, from 1.
    pub line: u64,
    /// Why.
    pub why: String,
}

/// What the trials of one machine taught about one workload.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct Lesson {
    /// The trace.
    pub trace: String,
    /// The machine.
    pub device: String,
    /// The workload's name; `null` if it has none.
    pub workload: Option<String>,
    /// Trials of this workload.
    pub trials: u64,
    /// Names of facts and rules that are new.
    pub added: Vec<String>,
    /// Those that have new figures.
    pub replaced: Vec<String>,
    /// Those that stand as they were.
    pub unchanged: Vec<String>,
    /// Those that no longer hold and were taken out.
    pub removed: Vec<String>,
    /// What the rules that lead here are worth to a search, if that was measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub worth: Option<WorthReport>,
    /// The change of the design as a unified diff.
    pub diff: String,
}
