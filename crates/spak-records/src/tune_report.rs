//! What `spak tune --replay` prints with `--output json`.

use serde::{Deserialize, Serialize};

use crate::config::Config;

/// Result of `spak tune --replay`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct ReplayReport {
    /// Runs of each strategy on each space.
    pub repeats: u64,
    /// The first seed; the n-th run has this one plus n.
    pub seed: u64,
    /// How many configs were measured at once.
    pub workers: u64,
    /// The margin at which runs were stopped, where that was tried; a fraction of the best value.
    pub margin: Option<f64>,
    /// The recorded spaces.
    pub spaces: Vec<RecordedSpaceRecord>,
    /// For each strategy how it did, the first one named first.
    pub strategies: Vec<StrategyRecord>,
}

/// A recorded space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RecordedSpaceRecord {
    /// The file as the user named it.
    pub file: String,
    /// `T4`, …
    pub kind: String,
    /// What was measured, with its unit; lower is better.
    pub objective: String,
    /// Recorded configs.
    pub configs: u64,
    /// Those that could be measured.
    pub measured: u64,
    /// The best recorded value.
    pub optimum: f64,
    /// The config that has it.
    pub best: Config,
}

/// How one strategy did.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StrategyRecord {
    /// Its name.
    pub name: String,
    /// Mean of the scores over time: 0 is random search, 1 the optimum from the start. Nothing where random search cannot be
    /// improved on.
    pub score: Option<f64>,
    /// Mean of the scores over evaluations.
    pub score_by_evaluations: Option<f64>,
    /// In the order of the spaces.
    pub spaces: Vec<StrategyOnSpace>,
}

/// How one strategy did on one space.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StrategyOnSpace {
    /// The published score, over recorded time; nothing where random search cannot be improved on.
    pub score: Option<f64>,
    /// The same over evaluations.
    pub score_by_evaluations: Option<f64>,
    /// Evaluations after which half of the runs were within 2 % of the optimum.
    pub evaluations_to_near: Option<u64>,
    /// Share of the runs that were within 2 % of the optimum after a tenth of the configs.
    pub near_in_a_tenth: f64,
    /// Share of the runs that found the optimum.
    pub found: f64,
    /// Milliseconds of processor time that one run took, scoring not included.
    pub milliseconds_per_run: f64,
    /// What stopping at the margin did, where that was tried.
    pub stopping: Option<StoppingRecord>,
}

/// What stopping at a margin saves and costs; means over the runs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct StoppingRecord {
    /// Share of the runs that were stopped before their end.
    pub stopped: f64,
    /// Evaluations of a run.
    pub evaluations: f64,
    /// Evaluations of a run that is not stopped.
    pub evaluations_unstopped: f64,
    /// Recorded seconds of a run.
    pub seconds: f64,
    /// Recorded seconds of a run that is not stopped.
    pub seconds_unstopped: f64,
    /// How much better the best value is when the run is not stopped, as a fraction of it.
    pub lost: Option<f64>,
    /// How much better the optimum is than the best value, as a fraction of the optimum.
    pub left: Option<f64>,
    /// Share of the stopped runs for which the optimum was no better than the margin promised.
    pub kept: Option<f64>,
}
