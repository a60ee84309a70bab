//! What `spak trace` prints with `--output json`.

use serde::{Deserialize, Serialize};

use crate::comparison::Comparison;
use crate::config::Config;

/// Result of `spak trace`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TraceReport {
    /// The file as the user named it.
    pub file: String,
    /// What wrote it; `null` when it does not say.
    pub written_by: Option<String>,
    /// Lines that were understood.
    pub lines: u64,
    /// Lines that are no record.
    pub broken_lines: u64,
    /// The runs in the order in which they began.
    pub runs: Vec<TracedRun>,
    /// What was timed by turns with contenders of other makes, in order.
    #[serde(default)]
    pub comparisons: Vec<Comparison>,
}

/// One run of the loop.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TracedRun {
    /// Its id.
    pub run: String,
    /// When it began, as RFC 3339.
    pub time: String,
    /// The system of the design; empty when it has no name.
    pub system: String,
    /// Where the design was.
    pub design: String,
    /// The problem in words; empty before the first trial.
    pub problem: String,
    /// The device; empty when the trace does not say.
    pub device: String,
    /// Its trials, reused ones included.
    pub trials: u64,
    /// Those that were accepted and timed.
    pub measured: u64,
    /// The shortest median time of a call in nanoseconds.
    pub best_ns: Option<u64>,
    /// The config that has it.
    pub best: Option<Config>,
    /// The same for each problem of a run that has several.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub problems: Vec<TracedProblem>,
    /// Where energy was measured: configs that no other one of their problem beats in both time and energy.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub efficient: Vec<TracedEfficiency>,
}

/// A config on the front of time and energy.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TracedEfficiency {
    /// The problem in words.
    pub problem: String,
    /// The config.
    pub config: Config,
    /// Nanoseconds of a call, comparable within the problem whatever the clocks did.
    pub ns: u64,
    /// Millijoules of a call.
    pub energy_mj: f64,
}

/// A problem of a run.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct TracedProblem {
    /// In words.
    pub problem: String,
    /// Its trials, reused ones included.
    pub trials: u64,
    /// Those that were accepted and timed.
    pub measured: u64,
    /// The shortest median time of a call in nanoseconds.
    pub best_ns: Option<u64>,
    /// What that is in TFLOPS.
    pub best_tflops: Option<f64>,
    /// The config that has it.
    pub best: Option<Config>,
}
