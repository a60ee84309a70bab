//! What `spak node run` and `spak loop --node` say when they end.

use serde::{Deserialize, Serialize};

use crate::{Config, Problem};

/// How a run of a bundle ended.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct NodeReport {
    /// The bundle's path as the user gave it.
    pub bundle: String,
    /// The trace, which has all that was measured.
    pub trace: String,
    /// The machine that it ran on, if that was another one.
    pub host: Option<String>,
    /// Trials that were accepted and timed.
    pub measured: u64,
    /// Trials that were not accepted.
    pub rejected: u64,
    /// Trials that the trace had before.
    pub kept: u64,
    /// Workloads whose best were compared with what others have.
    pub compared: u64,
    /// Whether something is left to be done, which the same command does.
    pub stopped: bool,
}

/// How a loop on a GPU ended.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct GpuLoopReport {
    /// The design's path as the user gave it.
    pub design: String,
    /// The trace, which has all that was measured.
    pub trace: String,
    /// The machine: `local`, or as the user gave it.
    pub node: String,
    /// The workload's name; `null` if it has none.
    pub workload: Option<String>,
    /// What was timed.
    pub problem: Problem,
    /// All trials of this problem, those of before included.
    pub trials: u64,
    /// The fastest of them; `null` if none was accepted.
    pub best: Option<BestOfLoop>,
    /// Facts and rules of the design that are new or have new figures.
    pub lessons: u64,
    /// Whether it was stopped before all trials were made.
    pub stopped: bool,
}

/// The fastest config of a loop.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct BestOfLoop {
    /// The config.
    pub config: Config,
    /// Nanoseconds of a call, the drift of the machine's clock taken out.
    pub level_ns: u64,
    /// Rate at that time in 10^12 floating-point operations per second.
    pub tflops: f64,
}
