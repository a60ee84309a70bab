//! What `spak transform` says.

use serde::Serialize;

/// A seed, a goal, and what became of them.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct TransformReport {
    /// The seed's file.
    pub seed: String,
    /// The design that was written.
    pub written: Option<String>,
    /// The goal as a block.
    pub goal: String,
    /// Parts of a sentence that were not understood.
    pub not_understood: Vec<String>,
    /// What was done, in order.
    pub changes: Vec<ChangeRecord>,
    /// Proposals that do not belong into this design, or could not be put into it.
    pub not_done: Vec<NotDone>,
}

/// One change of the design.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct ChangeRecord {
    /// `added`, `extended`, `imported`.
    pub what: String,
    /// The dimension, the rule, the library.
    pub name: String,
    /// Values that are new.
    pub values: Vec<String>,
    /// The proposal that it is of.
    pub proposal: String,
    /// Where that stands.
    pub library: String,
    /// Why.
    pub reason: String,
    /// Where that is from.
    pub source: String,
}

/// What was considered.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct NotDone {
    /// The proposal.
    pub proposal: String,
    /// Where it stands.
    pub library: String,
    /// Which condition failed, or what would be wrong.
    pub why: String,
}
