//! What `spak run` says.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::Value;
use crate::report::DiagnosticRecord;

/// A loop, and what came of it.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct ProgramReport {
    /// The design.
    pub design: String,
    /// The loop.
    pub name: String,
    /// `agent_loop`, `engineering_loop`, `service_loop`, `task`.
    pub kind: String,
    /// What is wrong with it, by place.
    pub diagnostics: Vec<DiagnosticRecord>,
    /// Effects that it would have, in order: with `--dry-run` alone.
    pub effects: Vec<EffectRecord>,
    /// Whether it came to its end and succeeded.
    pub fine: bool,
    /// How it ended, in words.
    pub how: Vec<String>,
    /// Effects that were done now.
    pub performed: u64,
    /// Effects whose outcome was in the journal.
    pub remembered: u64,
    /// The variables in the end.
    pub values: BTreeMap<String, String>,
    /// What was searched.
    pub sweeps: Vec<SweepRecord>,
    /// Where every effect and its outcome is.
    pub journal: String,
}

/// An effect that a loop would have.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct EffectRecord {
    /// Where in the program.
    pub at: String,
    /// What.
    pub effect: String,
    /// What the policy says of it.
    pub verdict: String,
}

/// A search.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct SweepRecord {
    /// The loop.
    pub name: String,
    /// What counts.
    pub metric: String,
    /// Whether more of it is better.
    pub maximize: bool,
    /// Points of the grid.
    pub of: u64,
    /// Those that were measured, in order.
    pub points: Vec<PointRecord>,
    /// The number of the best one.
    pub best: Option<u64>,
    /// The same as T4, for `spak learn --from` and `spak tune --replay`.
    pub written: Option<String>,
}

/// A point.
#[derive(Clone, Debug, Default, Serialize, schemars::JsonSchema)]
pub struct PointRecord {
    /// Its number in the grid.
    pub number: u64,
    /// Its values.
    pub values: BTreeMap<String, Value>,
    /// `ok`, `invalid`, `failed`, `timeout`, `denied`.
    pub status: String,
    /// The median of its repetitions.
    pub metric: Option<f64>,
    /// Why it has none, or is not accepted.
    pub note: String,
    /// Seconds of all repetitions.
    pub seconds: f64,
}
