//! What `spak space` prints with `--output json`.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::value::Value;

/// A count of configs: a JSON number up to 2^64 - 1, a text of decimal digits beyond.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(untagged)]
pub enum CountRecord {
    /// Up to 2^64 - 1.
    Number(u64),
    /// Decimal digits.
    Digits(String),
}

/// Result of `spak space`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SpaceReport {
    /// The file as the user named it.
    pub file: String,
    /// What the space is called.
    pub name: String,
    /// All combinations of values, valid or not.
    pub combinations: CountRecord,
    /// Valid configs; a lower bound unless `exact`.
    pub count: CountRecord,
    /// Whether `count` is exact.
    pub exact: bool,
    /// Milliseconds from the text to the count.
    pub milliseconds: f64,
    /// Nodes and edges of the diagram; 0 when the space is streamed.
    pub nodes: u64,
    /// See `nodes`.
    pub edges: u64,
    /// In the order they are declared.
    pub parameters: Vec<ParameterRecord>,
    /// In the order they are declared.
    pub constraints: Vec<ConstraintRecord>,
    /// Rules that were laid over the space (`--rules`), applied or not.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub rules: Vec<RuleRecord>,
    /// With rules that apply: the configs that are valid without them; `null` when that is not known.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub without_rules: Option<CountRecord>,
    /// A valid config, if there is one.
    pub example: Option<Config>,
    /// When there is none: constraints that cannot hold together.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub conflict: Option<ConflictRecord>,
    /// Answers to `--why`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub why: Vec<WhyRecord>,
    /// The answer to `--config`.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub config: Option<ConfigRecord>,
    /// What was left out, and why.
    pub notes: Vec<String>,
}

/// A parameter and which of its values survive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ParameterRecord {
    /// Its name.
    pub name: String,
    /// How many values it has.
    pub values: u64,
    /// The condition under which it is there; `null` for one that always is.
    pub when: Option<String>,
    /// How many of them some valid config has; with a streamed space `null`.
    pub survive: Option<u64>,
    /// Surviving values with how many configs have each, at most 256 of them.
    pub surviving: Vec<SurvivorRecord>,
    /// Values that no valid config has, with who excludes them, at most 256 of them.
    pub killed: Vec<KilledRecord>,
}

/// A value that survives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SurvivorRecord {
    /// The value; `null` for absent.
    pub value: Option<Value>,
    /// Combinations that have it, whatever the constraints say.
    pub of: CountRecord,
    /// Valid configs that have it.
    pub count: CountRecord,
}

/// A value that does not survive.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct KilledRecord {
    /// The value; `null` for absent.
    pub value: Option<Value>,
    /// Indices of constraints that exclude it together, a smallest set of them; empty when that could
    /// not be told.
    pub by: Vec<u32>,
}

/// A constraint and what it removes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ConstraintRecord {
    /// As it was written.
    pub text: String,
    /// Why it is there, if the file says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Combinations that it removes when no other constraint is there.
    pub removes_alone: Option<CountRecord>,
    /// Configs that only it removes: they satisfy all others.
    pub only_it_removes: Option<CountRecord>,
    /// Configs that satisfy all other constraints and for which this one has no value; they are not
    /// valid.
    pub without_value: CountRecord,
}

/// A rule that was laid over the space.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RuleRecord {
    /// Its name.
    pub name: String,
    /// The library or the file that it is from.
    pub from: String,
    /// What it requires, as it was written.
    pub text: String,
    /// Why, if its file says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// Where that is known from, if its file says.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub source: Option<String>,
    /// The index of the constraint that it became, which says what it removes; `null` when it does not
    /// apply.
    pub constraint: Option<u32>,
    /// Names that the space lacks.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub lacks: Vec<String>,
    /// Why it does not apply, in words.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub does_not_apply: Option<String>,
}

/// Constraints that cannot hold together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ConflictRecord {
    /// Their indices.
    pub constraints: Vec<u32>,
    /// Whether no smaller set is in conflict; otherwise none of them can be left out.
    pub smallest: bool,
    /// Of parameters that were given values: the names of those that are there only under a condition.
    pub conditional: Vec<String>,
}

/// What becomes of a value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct WhyRecord {
    /// The parameter.
    pub parameter: String,
    /// Its value.
    pub value: Value,
    /// Valid configs that have it.
    pub count: CountRecord,
    /// When there are none: who excludes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excluded: Option<ConflictRecord>,
    /// For each constraint how many combinations with the value it leaves when it is the only one.
    pub leaves: Vec<CountRecord>,
}

/// What becomes of a config.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ConfigRecord {
    /// What was given.
    pub config: Config,
    /// Whether it is valid; one that leaves parameters open is when it can be completed.
    pub valid: bool,
    /// How many valid configs have these values.
    pub count: CountRecord,
    /// Indices of the constraints that a whole config breaks.
    pub breaks: Vec<u32>,
    /// For one that leaves parameters open and cannot be completed: who excludes it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub excluded: Option<ConflictRecord>,
}

/// Result of `spak bench --spaces`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SpaceBenchReport {
    /// Its version.
    pub kernel_tuner: String,
    /// Its version.
    pub pyatf: String,
    /// How often each was constructed; the first time does not count.
    pub turns: u32,
    /// A row for each file.
    pub rows: Vec<SpaceBenchRow>,
}

/// How long one space takes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SpaceBenchRow {
    /// The file without its folder and ending.
    pub space: String,
    /// All combinations of values.
    pub combinations: CountRecord,
    /// Valid configs.
    pub count: CountRecord,
    /// Edges of the diagram.
    pub edges: u64,
    /// From the bytes of the file to the exact count.
    pub spak_index: SpaceTime,
    /// The same, and every config written into memory.
    pub spak_rows: SpaceTime,
    /// Kernel Tuner's construction.
    pub kernel_tuner: SpaceTime,
    /// pyATF's construction.
    pub pyatf: SpaceTime,
}

/// Seconds over several turns.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct SpaceTime {
    /// The middle one.
    pub median: Option<f64>,
    /// The fastest.
    pub least: Option<f64>,
    /// The slowest.
    pub most: Option<f64>,
    /// Why there is none, or what is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub note: Option<String>,
}
