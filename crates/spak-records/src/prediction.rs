//! What `spak predict` prints: quantities, a bound, an estimate, and what each of them rests on.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::value::Value;

/// Result of `spak predict`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PredictReport {
    /// The design as the user named it.
    pub file: String,
    /// Name of the workload, if it has one.
    pub workload: Option<String>,
    /// The machine.
    pub hardware: HardwareRecord,
    /// What is to be said about the machine's description.
    pub notes: Vec<String>,
    /// One for each config that was asked for.
    pub predictions: Vec<Prediction>,
    /// What the design's trace holds of this problem on this machine, compared with its bounds; `None` when
    /// that is nothing.
    pub measured: Option<MeasuredRecord>,
}

/// Which machine, and where its figures are from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct HardwareRecord {
    /// Its name (`H200`).
    pub name: String,
    /// The source of its figures in words.
    pub source: Option<String>,
    /// Where the description was found: the file as the user named it, a library, `this machine`.
    pub found: String,
}

/// What a config must cost before it runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Prediction {
    /// The operator family.
    pub family: String,
    /// The problem by the names that designs use.
    pub problem: BTreeMap<String, Value>,
    /// The config.
    pub config: Config,
    /// Everything counted, with units.
    pub quantities: Vec<QuantityRecord>,
    /// The highest rates that the bound divides by.
    pub ceilings: Vec<CeilingRecord>,
    /// No run can take less; `None` when no ceiling is known.
    pub bound: Option<BoundRecord>,
    /// What a run may take: no bound; `None` when too little is known.
    pub estimate: Option<EstimateRecord>,
    /// What the bound does not consider, because a figure is missing.
    pub lacks: Vec<String>,
}

/// One counted quantity.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct QuantityRecord {
    /// What is counted (`operations`).
    pub name: String,
    /// How many of `unit`.
    pub value: f64,
    /// The unit; empty for plain numbers.
    pub unit: String,
    /// As it is read best (`4.4 TFLOP`).
    pub text: String,
    /// Whether it follows from the problem and the config, or from assumptions about the kernel.
    pub certainty: Certainty,
    /// As a formula with names, if it has one.
    pub formula: Option<String>,
    /// What it rests on, when there is something to say.
    pub note: Option<String>,
}

/// How sure a quantity is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// It follows from the problem, the config and the rules of the machine.
    Exact,
    /// Nothing can need less.
    AtLeast,
    /// It rests on assumptions about how a kernel is made.
    Estimated,
}

/// One ceiling.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct CeilingRecord {
    /// The symbol in formulas (`matrix_rate`).
    pub symbol: String,
    /// In words (`matrix units, bf16`).
    pub label: String,
    /// How many of `unit`.
    pub value: f64,
    /// The unit (`TFLOPS`, `GB/s`, `10^9/s`).
    pub unit: String,
    /// As a formula of the description's figures.
    pub formula: String,
}

/// A time that no run can beat.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct BoundRecord {
    /// Nanoseconds.
    pub ns: f64,
    /// With names.
    pub formula: String,
    /// With numbers; it evaluates to `ns`.
    pub numbers: String,
    /// The symbol of the ceiling that decides.
    pub limited_by: String,
    /// That ceiling in words.
    pub limited_by_label: String,
    /// Each ceiling's own time.
    pub terms: Vec<TermRecord>,
    /// What holds for every kernel it speaks of.
    pub assumes: Vec<String>,
}

/// One ceiling's time.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TermRecord {
    /// The ceiling.
    pub ceiling: String,
    /// In words.
    pub label: String,
    /// Nanoseconds.
    pub ns: f64,
    /// With names.
    pub formula: String,
    /// With numbers.
    pub numbers: String,
}

/// What a run may take.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct EstimateRecord {
    /// Nanoseconds; never below the bound.
    pub ns: f64,
    /// What decides, in words.
    pub limited_by: String,
    /// Time of each part in nanoseconds.
    pub parts: Vec<PartRecord>,
    /// What it rests on.
    pub assumes: Vec<String>,
}

/// A part of an estimate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct PartRecord {
    /// What takes the time.
    pub name: String,
    /// Nanoseconds.
    pub ns: f64,
}

/// Recorded trials against their bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct MeasuredRecord {
    /// How many trials were measured.
    pub trials: u64,
    /// The config of the fastest.
    pub config: Config,
    /// Its median time in nanoseconds.
    pub ns: f64,
    /// The bound of its config divided by that time: at most 1, if it is possible.
    pub of_bound: f64,
    /// Median times of all of them in nanoseconds, from the fastest on.
    pub all_ns: Vec<f64>,
    /// Trials that were faster than their bound allows.
    pub impossible: Vec<ImpossibleRecord>,
}

/// A measured time that cannot be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ImpossibleRecord {
    /// What was measured, in nanoseconds.
    pub measured_ns: f64,
    /// What nothing can beat, in nanoseconds.
    pub bound_ns: f64,
    /// Both in a sentence.
    pub message: String,
}
