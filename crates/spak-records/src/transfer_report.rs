//! What `spak transfer` says.

use serde::Serialize;

/// What a design of one operator tells of another operator.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct TransferReport {
    /// Where it was told from.
    pub source: OperatorRecord,
    /// What was asked for.
    pub target: OperatorRecord,
    /// The file of measurements whose names and values are the target's real ones, if one was named; else they are those of
    /// its templates.
    pub measured: Option<String>,
    /// Axes and parameters of the target in their order, then what was foreseen and is not there.
    pub items: Vec<TransferItem>,
    /// Dimensions of the target's problem along which the source has nothing, with the target's sizes that they are.
    pub uncovered: Vec<(String, Vec<String>)>,
    /// Axes and parameters of the source that tell nothing of the target.
    pub left: Vec<LeftRecord>,
    /// Conditions of the source, and those of the target that the source does not have.
    pub conditions: Vec<ConditionRecord>,
    /// How many of the target's axes and parameters came out how.
    pub shares: Shares,
    /// Decisions until the target's metamodel is complete.
    pub steps: StepsRecord,
    /// The design that was written.
    pub written: Option<String>,
}

/// An operator and where it is described.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct OperatorRecord {
    /// Its name.
    pub operator: String,
    /// A design, a description, or the name of one that comes with the program.
    pub file: String,
    /// Its axes and parameters.
    pub dimensions: u64,
}

/// An axis or a parameter, and whether the source could tell of it.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct TransferItem {
    /// Its name there, or what it should have been called.
    pub name: String,
    /// What it means, if that is known.
    pub concept: Option<String>,
    /// The array that it is about.
    pub operand: Option<String>,
    /// `axis` or `parameter`.
    pub kind: String,
    /// `filled`, `other-values`, `missing` or `not-there`.
    pub found: String,
    /// The names in the source that told of it.
    pub from: Vec<String>,
    /// What it can be.
    pub values: Vec<String>,
    /// Which of these were foreseen,
    pub foreseen: Vec<String>,
    /// and what was foreseen and it cannot be.
    pub struck: Vec<String>,
}

/// What tells nothing, and why.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct LeftRecord {
    /// Its name in the source.
    pub name: String,
    /// What it means.
    pub concept: Option<String>,
    /// Why the target has no use for it.
    pub why: String,
}

/// A condition over axes and parameters.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct ConditionRecord {
    /// As the source has it; nothing for one that only the target has.
    pub source: Option<String>,
    /// As the target has it, or could have it.
    pub target: Option<String>,
    /// `same` (both have it), `added` (the source has it, the target can), `left` (it cannot), `missing` (only the target has it).
    pub found: String,
    /// Why it was left, or why it is.
    pub why: String,
}

/// Counts of the target's axes and parameters.
#[derive(Clone, Copy, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct Shares {
    /// All that the target has.
    pub all: u64,
    /// Foreseen with just their values.
    pub filled: u64,
    /// Foreseen with other values.
    pub other_values: u64,
    /// Not foreseen.
    pub missing: u64,
    /// Foreseen, and not among them.
    pub not_there: u64,
    /// Part of all that was foreseen, 0 to 1.
    pub found: f64,
    /// Part of all that was foreseen with just its values, 0 to 1.
    pub prefilled: f64,
}

/// Decisions that a person takes; see `docs/decisions/0022-ontology.md`.
#[derive(Clone, Copy, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct StepsRecord {
    /// From an empty page.
    pub cold: u64,
    /// From what the source tells.
    pub transferred: u64,
    /// From it, with a look at each thing that was filled in.
    pub reviewed: u64,
    /// The part of the cold ones that is saved, 0 to 1; negative when it costs more than it saves.
    pub saved: f64,
    /// The same with the look at each thing.
    pub saved_with_review: f64,
}
