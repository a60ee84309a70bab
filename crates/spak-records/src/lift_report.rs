//! What `spak lift` prints with `--output json`.

use serde::{Deserialize, Serialize};

use crate::report::PlaceRecord;

/// Result of `spak lift`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftReport {
    /// The files that were asked for, in order.
    pub files: Vec<LiftedFile>,
}

/// One file.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftedFile {
    /// As the user named it, or as it was found in a folder.
    pub path: String,
    /// `cutile`, `triton`; `python` when it has no kernel.
    pub language: String,
    /// The family of operators of its main kernel: one that is no backward pass if there is any, then the one with
    /// the most launches, then the one with the most findings; `null` if none was recognised.
    #[serde(default)]
    pub family: Option<String>,
    /// Kernels that are launched, or that nobody calls.
    pub kernels: Vec<LiftedKernel>,
    /// Decisions that were found.
    pub findings: Vec<FindingRecord>,
    /// Explicit parameters and their values.
    pub tuning: Vec<TuningRecord>,
    /// What must hold, asserted or implied.
    pub constraints: Vec<ConstraintRecord>,
    /// What a reviewer would want to know.
    pub hazards: Vec<HazardRecord>,
    /// What could not be read or followed.
    pub notes: Vec<NoteRecord>,
}

/// A kernel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftedKernel {
    /// Its name.
    pub name: String,
    /// The file that it is defined in, if that is another one, which this one imports and launches it from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Where its definition begins.
    pub line: u32,
    /// The family of operators that it belongs to; `null` if none was recognised.
    pub family: Option<String>,
    /// Device functions that are a part of it.
    pub inlined: Vec<String>,
}

/// A decision.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FindingRecord {
    /// What was decided.
    pub axis: String,
    /// How.
    pub value: String,
    /// The kernel; `null` if it is about all.
    pub kernel: Option<String>,
    /// The operand, for a decision about one.
    pub role: Option<String>,
    /// Lines that show it, ascending.
    pub lines: Vec<u32>,
    /// From 0 to 1.
    pub confidence: f64,
    /// Why, in a sentence.
    pub because: String,
    /// How else it could have been decided.
    pub alternatives: Vec<String>,
    /// Under what it holds, as a formula; `null` for always.
    pub condition: Option<String>,
    /// The pattern that found it.
    pub pattern: String,
}

/// Values of explicit parameters.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TuningRecord {
    /// The kernel.
    pub kernel: String,
    /// Where and when.
    pub condition: TuningCondition,
    /// `exhaustive`, `first`, `heuristic` or `fixed`.
    pub strategy: String,
    /// Names, in order.
    pub parameters: Vec<String>,
    /// One list for each config, in the order of the parameters.
    pub values: Vec<Vec<String>>,
    /// Parameters that reach neither the kernel nor its launch.
    pub dead: Vec<String>,
    /// Lines that say so, ascending.
    pub lines: Vec<u32>,
}

/// Where and when values are taken.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TuningCondition {
    /// Architectures (`sm_90`).
    pub arch: Vec<String>,
    /// What the list is looked up by, if that decides alone.
    pub key: Option<String>,
    /// Everything else, as a formula; empty for always.
    pub other: String,
}

/// Something that must hold.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ConstraintRecord {
    /// `asserted`, `implied`, `computed`, `contract`, `hardware`, `API` or `hazard`.
    pub kind: String,
    /// As a formula where there is one.
    pub statement: String,
    /// The kernel; `null` if it is about all.
    pub kernel: Option<String>,
    /// Lines that say so, ascending.
    pub lines: Vec<u32>,
    /// The pattern that found it.
    pub pattern: String,
}

/// Something dead, misleading or dangerous.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HazardRecord {
    /// `hint_never_launched`, `unused_parameter`, `clone_drift`…
    pub kind: String,
    /// What it is, in a sentence.
    pub item: String,
    /// The kernel; `null` if it is about all.
    pub kernel: Option<String>,
    /// Lines that show it, ascending.
    pub lines: Vec<u32>,
    /// The pattern that found it.
    pub pattern: String,
}

/// Something that was not read or followed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NoteRecord {
    /// What.
    pub text: String,
    /// Where.
    pub line: u32,
}

/// Result of `spak lift test`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftTestReport {
    /// The packs, in order.
    pub packs: Vec<TestedPack>,
}

/// What came of the examples of a pack.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TestedPack {
    /// The file, as it was named.
    pub file: String,
    /// The name of the pack.
    pub pack: String,
    /// How many patterns it has.
    pub patterns: u64,
    /// How many examples.
    pub examples: u64,
    /// How many things the examples say.
    pub expected: u64,
    /// How many of these are not so.
    pub failed: u64,
    /// Patterns that no example finds.
    pub untested: Vec<String>,
    /// Patterns that some example finds, and of which none says that they are not found.
    pub only_found: Vec<String>,
}

/// Result of `spak lift --explain`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftExplainReport {
    /// The axis that was asked for.
    pub axis: String,
    /// What was found for it.
    pub findings: Vec<ExplainedFinding>,
    /// For each kernel in which nothing was found, how near each pattern came, the nearest first.
    pub nearest: Vec<NearMiss>,
}

/// A decision with its places.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExplainedFinding {
    /// The decision.
    #[serde(flatten)]
    pub finding: FindingRecord,
    /// The case of the pattern.
    pub case: String,
    /// Where the source shows it.
    pub places: Vec<PlaceRecord>,
    /// Where the case is written.
    pub written: Option<PlaceRecord>,
}

/// How near a pattern came that found nothing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NearMiss {
    /// The kernel; `null` for a pattern that looks at whole files.
    pub kernel: Option<String>,
    /// The pattern.
    pub pattern: String,
    /// The case of which most conditions hold.
    pub case: String,
    /// How many of its conditions hold together.
    pub held: u64,
    /// How many it has.
    pub conditions: u64,
    /// The condition that does not hold with these.
    pub condition: String,
    /// Where it is written.
    pub written: PlaceRecord,
    /// What the conditions that hold were matched with.
    pub places: Vec<PlaceRecord>,
    /// Whether the search was ended before all was tried.
    pub is_cut: bool,
}

/// Result of `spak lift --into`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftIntoReport {
    /// The design.
    pub design: String,
    /// The file of the kernel.
    pub file: String,
    /// The kernel.
    pub kernel: String,
    /// What was added, by name; nothing of the design was changed.
    pub added: Vec<String>,
}

/// Result of `spak diff` where a side is the source of a kernel.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LiftDiffReport {
    /// The old side, as it was named.
    pub old: String,
    /// The new side, as it was named.
    pub new: String,
    /// The kernels that were compared.
    pub kernels: Vec<KernelDifference>,
    /// Kernels that only the old side has.
    pub only_old: Vec<String>,
    /// Kernels that only the new side has.
    pub only_new: Vec<String>,
}

/// Two kernels, or a kernel and a design.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct KernelDifference {
    /// The old kernel or design.
    pub old: String,
    /// The new kernel or design.
    pub new: String,
    /// Axis by axis.
    pub axes: Vec<AxisDifference>,
}

/// An axis or an explicit parameter of both sides.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct AxisDifference {
    /// Its name; that of an operand has the operand before it.
    pub axis: String,
    /// `axis` or `parameter`.
    pub kind: String,
    /// `same`, `differs`, `only-old` or `only-new`.
    pub state: String,
    /// What the old side has: of a design, what an axis starts with and all values of a parameter.
    pub old: Vec<String>,
    /// What the new side has.
    pub new: Vec<String>,
    /// Lines of the old side that show it, ascending.
    pub old_lines: Vec<u32>,
    /// Lines of the new side that show it, ascending.
    pub new_lines: Vec<u32>,
}
