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
    /// Who was asked, when somebody was.
    pub asked: Option<AskedRecord>,
}

/// Whom a design is by, and what that cost.
#[derive(Clone, Debug, Default, PartialEq, Serialize, schemars::JsonSchema)]
pub struct AskedRecord {
    /// The proposer by its name in the configuration.
    pub proposer: String,
    /// The models that answered, as they call themselves.
    pub models: Vec<String>,
    /// Questions.
    pub rounds: u32,
    /// Answers that came out of the transcript and not from the proposer.
    pub replayed: u32,
    /// Tokens of questions and of answers.
    pub tokens: [u64; 2],
    /// Whether some of these were estimated, at four characters each.
    pub is_estimate: bool,
    /// Money, where prices are configured.
    pub money: f64,
    /// Seconds of waiting for answers.
    pub seconds: f64,
    /// How it ended: what passed, or which limit ended it.
    pub how: String,
    /// Whether parts of the answer were not taken.
    pub is_partial: bool,
    /// Where every question and answer is.
    pub transcript: String,
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
