//! What the verbs print with `--output json`: one object with a format name and a version.
//!
//! Positions are byte offsets (0-based, half-open) into the decoded text, with 1-based line and column
//! in characters. New fields may be added to a version; existing ones keep their meaning.

use serde::{Deserialize, Serialize};

use crate::value::Value;

/// The outermost object of every verb's JSON output.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Envelope<T> {
    /// `spak.check`, `spak.fmt`, …
    pub format: String,
    /// Version of that format.
    pub version: u32,
    /// The result.
    #[serde(flatten)]
    pub data: T,
}

/// Why a verb could not do its work; printed in place of its result, with exit code 2 or 70.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ErrorReport {
    /// The whole reason in one sentence, as it stands on standard error.
    pub message: String,
    /// 2: it could not be done; 70: a bug in SPAK.
    pub exit_code: u8,
}

/// Result of `spak schema` without a format.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SchemasReport {
    /// Name of every format that has a schema.
    pub formats: Vec<String>,
}

/// A place in a file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PlaceRecord {
    /// The file as the user named it.
    pub file: String,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
    /// 1-based line of the first byte.
    pub line: u32,
    /// 1-based column of the first byte, in characters.
    pub column: u32,
}

/// One diagnostic.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DiagnosticRecord {
    /// Stable kebab-case name of the kind; `spak explain CODE` tells more.
    pub code: String,
    /// `error`, `warning` or `note`.
    pub severity: String,
    /// The fact, in one phrase.
    pub message: String,
    /// Where.
    pub place: PlaceRecord,
    /// Other places that explain it.
    pub related: Vec<RelatedRecord>,
    /// Why it is so.
    pub reason: String,
    /// What to do about it.
    pub repair: String,
    /// Edits that make the repair, when it is mechanical.
    pub fix: Vec<FixRecord>,
}

/// A place with a few words about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RelatedRecord {
    /// Where.
    pub place: PlaceRecord,
    /// What is there.
    pub text: String,
}

/// A replacement of some text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FixRecord {
    /// First byte to replace.
    pub start: u32,
    /// One past the last.
    pub end: u32,
    /// The new text.
    pub text: String,
}

/// Result of `spak check`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CheckReport {
    /// One entry for each file that was named.
    pub files: Vec<CheckedFile>,
    /// Number of errors in all files.
    pub errors: u64,
    /// Number of warnings in all files.
    pub warnings: u64,
    /// Files that could not be read; the exit code is then 2.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub unread: Vec<UnreadFile>,
}

/// One checked file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CheckedFile {
    /// The file as the user named it.
    pub file: String,
    /// Hash of the normal form.
    pub design: String,
    /// How many slots are formal, semiformal and prose.
    pub slots: SlotCounts,
    /// Prose or half formal slots that could be written so that they are checkable.
    pub rewrites: Vec<RewriteRecord>,
    /// Everything said about it.
    pub diagnostics: Vec<DiagnosticRecord>,
}

/// A file that could not be read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct UnreadFile {
    /// The file as the user named it.
    pub file: String,
    /// Why not.
    pub message: String,
}

/// How formal a design is.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema,
)]
pub struct SlotCounts {
    /// Parsed, and evaluated where it applies.
    pub formal: u64,
    /// Structure parsed, part evaluated.
    pub semiformal: u64,
    /// Kept, searched, shown.
    pub prose: u64,
}

/// A slot that could be more formal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RewriteRecord {
    /// Where.
    pub place: PlaceRecord,
    /// As it is.
    pub text: String,
    /// As it could be.
    pub rewrite: String,
}

/// Result of `spak fmt`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FormatReport {
    /// One entry for each file that was named.
    pub files: Vec<FormattedFile>,
}

/// One formatted file.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct FormattedFile {
    /// The file as the user named it.
    pub file: String,
    /// `unchanged`, `changed`, or `skipped` for a file with syntax errors.
    pub status: String,
}

/// Result of `spak hash`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HashReport {
    /// One entry for each file that was named.
    pub files: Vec<HashedFile>,
}

/// The hash of one design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HashedFile {
    /// The file as the user named it.
    pub file: String,
    /// Hash of the normal form of the resolved design.
    pub design: String,
}

/// Result of `spak diff`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct DiffReport {
    /// The old file.
    pub old: String,
    /// The new file.
    pub new: String,
    /// The differences by path.
    pub changes: Vec<ChangeRecord>,
}

/// One difference of meaning.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ChangeRecord {
    /// Kinds and names from the outside in.
    pub path: Vec<String>,
    /// `added`, `removed`, `changed` or `reordered`.
    pub what: String,
    /// What it was, in normal form.
    pub before: Option<String>,
    /// What it is, in normal form.
    pub after: Option<String>,
    /// Where it was.
    pub old: Option<PlaceRecord>,
    /// Where it is.
    pub new: Option<PlaceRecord>,
}

/// Result of `spak toolchain`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ToolchainReport {
    /// Each toolchain that SPAK knows.
    pub toolchains: Vec<ToolchainState>,
}

/// One toolchain.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ToolchainState {
    /// Its name.
    pub name: String,
    /// The version that this program installs.
    pub version: String,
    /// `installed`, `absent` or `broken`.
    pub state: String,
    /// Its folder, if there is one.
    pub folder: Option<String>,
    /// The version of Python that it runs in.
    pub python: Option<String>,
    /// Its packages with their versions.
    pub packages: std::collections::BTreeMap<String, String>,
    /// What is wrong with it.
    pub problem: Option<String>,
}

/// Result of `spak lock`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LockReport {
    /// The lock file.
    pub file: String,
    /// `written`, `unchanged`, or `stale` with `--check`.
    pub status: String,
    /// What it pins.
    pub imports: Vec<LockedImport>,
}

/// One pinned file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LockedImport {
    /// Path relative to the lock file, or a library name.
    pub path: String,
    /// Hash of its text.
    pub hash: String,
}

/// The lock file.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Lock {
    /// `spak.lock`.
    pub format: String,
    /// Version of the format, 1.
    pub version: u32,
    /// Every imported file, sorted by path.
    pub imports: Vec<LockedImport>,
}

/// Result of `spak new`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NewReport {
    /// The files that were written.
    pub files: Vec<String>,
}

/// Result of `spak explain`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ExplainReport {
    /// The code.
    pub code: String,
    /// Its page, in Markdown.
    pub page: String,
}

/// Result of `spak show`: the model of one design.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ShowReport {
    /// The file as the user named it.
    pub file: String,
    /// Hash of the normal form.
    pub design: String,
    /// Declared name of the system.
    pub name: Option<String>,
    /// What the file says about itself.
    pub front_matter: std::collections::BTreeMap<String, Value>,
    /// Every statement, inherited ones included, in order.
    pub statements: Vec<StatementRecord>,
}

/// One statement of a design with its meaning.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StatementRecord {
    /// Kind and name as in the normal form; empty for a line.
    pub head: String,
    /// The word of the language it begins with (`rule`), for a statement that the language knows.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub kind: Option<String>,
    /// Its name, if it has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub name: Option<String>,
    /// What stands in parentheses behind the name.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub arguments: Option<String>,
    /// Where.
    pub place: PlaceRecord,
    /// Its slot, if it has one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub slot: Option<SlotRecord>,
    /// The statements inside.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub statements: Vec<StatementRecord>,
    /// Why it replaces an inherited one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub override_reason: Option<String>,
}

/// What a slot says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SlotRecord {
    /// `formal`, `semiformal` or `prose`.
    pub class: String,
    /// `literal`, `list`, `map`, `schedule`, `domain`, `type`, `formula`, `partial`, `warning`, `assignments`,
    /// `template`, `name`, `words`, `open` or `nothing`.
    pub kind: String,
    /// The slot in normal form.
    pub normal: String,
    /// The half of a `partial` or a `warning` that is a formula, in normal form.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub formula: Option<String>,
    /// The values, for a literal, list, schedule or domain that can be listed.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub values: Vec<Value>,
    /// Words that belong to it and are not formal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
}

impl<T> Envelope<T> {
    /// `data` in version 1 of `format`.
    pub fn v1(format: &str, data: T) -> Self {
        Self { format: format.to_owned(), version: 1, data }
    }
}

/// Result of `spak loop`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LoopReport {
    /// The design as the user named it.
    pub design: String,
    /// Id of the run in the trace.
    pub run: String,
    /// The trace.
    pub trace: String,
    /// Why it ended, in a sentence.
    pub reason: String,
    /// Whether the user interrupted it, so that the same command goes on.
    pub interrupted: bool,
    /// Trials that this process measured; the others were in the trace.
    pub measured: u64,
    /// How many trials it took until one was within 2 % of the best time.
    pub trials_to_near_best: Option<u64>,
    /// How many times faster the best config is than the seed: the ratio of the two times below, or,
    /// when they were not measured by turns at the end, what all trials say; null when the design's first
    /// values together were not measured.
    pub speedup: Option<f64>,
    /// Median time of one call of the best config in nanoseconds, by turns with the seed.
    pub best_ns: Option<u64>,
    /// Median time of one call of the seed in nanoseconds, by turns with the best config.
    pub seed_ns: Option<u64>,
    /// The best config.
    pub best: Option<crate::config::Config>,
    /// Every trial of the run in order.
    pub trials: Vec<LoopTrial>,
    /// Results in the trace that were faster than their bound on this processor, in sentences: something
    /// is wrong with how they were measured.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub impossible: Vec<String>,
    /// Why what was learnt could not be written into the design (exit code 2).
    pub not_written: Option<String>,
    /// Facts and rules that are new in the design.
    pub added: Vec<String>,
    /// Those with new figures.
    pub replaced: Vec<String>,
    /// Those that stand as they were.
    pub unchanged: Vec<String>,
    /// Those that no longer hold and were taken out.
    pub removed: Vec<String>,
    /// The change of the design as a unified diff.
    pub diff: String,
}

/// One trial of a run, in brief; the trace has all of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct LoopTrial {
    /// Its key in the trace.
    pub key: crate::hash::ContentHash,
    /// The config.
    pub config: crate::config::Config,
    /// 1 for the fastest.
    pub rank: Option<u64>,
    /// Over the seed; null when that was not measured.
    pub speedup: Option<f64>,
    /// Median time of one call in nanoseconds.
    pub median_ns: Option<u64>,
    /// Why it was rejected.
    pub rejected: Option<String>,
}

/// Result of `spak bench`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BenchReport {
    /// The machine.
    pub device: String,
    /// Cores that both sides used.
    pub cores: u32,
    /// The compiler of the generated kernels.
    pub compiler: String,
    /// The library on the other side.
    pub baseline: String,
    /// One row a problem.
    pub rows: Vec<BenchRow>,
}

/// Both sides of one problem, measured by turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BenchRow {
    /// What was computed.
    pub problem: crate::problem::Problem,
    /// The config of the generated kernel.
    pub config: crate::config::Config,
    /// Median time of one call of the generated kernel in nanoseconds.
    pub spak_ns: u64,
    /// Median time of one call of the library in nanoseconds.
    pub baseline_ns: u64,
    /// 10^9 operations per second of the generated kernel.
    pub spak_gflops: f64,
    /// 10^9 operations per second of the library.
    pub baseline_gflops: f64,
    /// How many times faster the generated kernel is.
    pub ratio: f64,
}
