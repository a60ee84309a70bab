//! One measured config: what was tried, what came out, and on what.

use serde::{Deserialize, Serialize};

use crate::config::Config;
use crate::hash::ContentHash;
use crate::problem::Problem;

/// The machine a trial ran on. Two trials are comparable only when their devices are equal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Device {
    /// Name as the machine gives it (`Intel(R) Xeon(R) Processor`).
    pub name: String,
    /// `x86_64`, `aarch64`.
    pub architecture: String,
    /// Instruction set extensions that generated code may use, sorted.
    pub features: Vec<String>,
    /// Cores that candidates may use.
    pub cores: u32,
    /// Sizes of the data caches of one core, from the first level on, in bytes; empty if unknown.
    pub caches: Vec<u64>,
    /// Operating system and release.
    pub system: String,
}

/// What turned source into a program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Toolchain {
    /// Command (`gcc`).
    pub compiler: String,
    /// First line of its version text.
    pub version: String,
    /// All flags of every candidate.
    pub flags: Vec<String>,
}

/// One config that was tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Trial {
    /// Hash over everything that can change the answer: source, flags, device, toolchain, problem,
    /// harness and judge version.
    pub key: ContentHash,
    /// The id of `config`.
    pub config_id: ContentHash,
    /// The config.
    pub config: Config,
    /// Hash of the generated source.
    pub source: ContentHash,
    /// What was timed.
    pub problem: Problem,
    /// What came out.
    pub outcome: Outcome,
    /// Wall-clock seconds the trial took, everything included.
    pub seconds: f64,
    /// What its binaries need of a GPU; none elsewhere, and in traces of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub needs: Option<Needs>,
}

/// No device computes faster than this, in 10^12 operations a second: an exaflop is a room full of them.
const MOST_TFLOPS: f64 = 1e6;
/// A rate and a time that say this much different things are not of one measurement.
const MOST_DISAGREEMENT: f64 = 1.05;

impl Trial {
    /// What is impossible about its numbers, in words; such a trial was not measured, or its units were mixed up, and nothing
    /// may be learnt from it. `None` is the usual answer.
    pub fn impossible(&self) -> Option<String> {
        if !(self.seconds.is_finite() && self.seconds >= 0.0) {
            return Some(format!("it took {:e} seconds", self.seconds));
        }
        let Outcome::Measured(m) = &self.outcome else { return None };
        let [low, high] = m.median_ci_ns;
        let ns = m.median_ns;
        if ns == 0 {
            return Some("a call takes no time".to_owned());
        }
        if m.samples == 0 {
            return Some("its median is of no samples".to_owned());
        }
        if low > ns || high < ns {
            return Some(format!(
                "its median of {ns} ns is not within its own interval, {low} to {high} ns"
            ));
        }
        if m.min_ns > ns {
            return Some(format!(
                "its fastest sample, {} ns, is slower than its median, {ns} ns",
                m.min_ns
            ));
        }
        if m.incumbent_median_ns == Some(0) {
            return Some("a call of what it was timed beside takes no time".to_owned());
        }
        let rate = m.tflops;
        if !(rate.is_finite() && (0.0..=MOST_TFLOPS).contains(&rate)) {
            return Some(format!("nothing computes at {rate} TFLOPS"));
        }
        let own = self.problem.flops() / ns as f64 / 1e3;
        let ratio = rate / own;
        let agrees = (1.0 / MOST_DISAGREEMENT..=MOST_DISAGREEMENT).contains(&ratio);
        (rate > 0.0 && own > 0.0 && !agrees).then(|| {
            format!("{ns} ns are {own:.3} TFLOPS on its problem, and it says {rate:.3}: one of them has another unit")
        })
    }
}

/// What the kernels of a config need of a GPU: of each resource as much as the one that needs most.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Needs {
    /// Registers of a thread.
    pub registers: u32,
    /// Bytes of local memory of a thread: spills, and arrays with computed indices.
    pub local_memory: u32,
    /// Bytes of shared memory of a block.
    pub shared_memory: u64,
    /// Threads of a block.
    pub threads: u32,
    /// A hash of what the GPU sees of the kernels and of how they are started: trials with the same one timed the same program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<ContentHash>,
}

/// What came out of a trial.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It computed the right thing and was timed.
    Measured(Measurement),
    /// It was not accepted; the search goes on.
    Rejected(Rejection),
}

/// Times and checks of an accepted candidate.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Measurement {
    /// Median time of one call in nanoseconds, as the judge saw it.
    pub median_ns: u64,
    /// Lower and upper bound of the distribution-free 95 % confidence interval of the median.
    pub median_ci_ns: [u64; 2],
    /// Fastest sample.
    pub min_ns: u64,
    /// Number of samples.
    pub samples: u32,
    /// `flops / median` in 10^12 per second.
    pub tflops: f64,
    /// Median of the incumbent's samples that were interleaved with these, if there was one.
    pub incumbent_median_ns: Option<u64>,
    /// Id of that incumbent's config.
    pub incumbent: Option<ContentHash>,
    /// Every comparison with the reference that it passed.
    pub checks: Vec<Check>,
    /// How the GPU was while it was timed; none elsewhere, and where nobody could look.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<Conditions>,
    /// Energy of one call in millijoules, without pauses between calls.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub energy_mj: Option<f64>,
}

/// How a GPU was while something was timed, as the driver's management library tells it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Conditions {
    /// Median clock of the multiprocessors in MHz.
    pub clock_mhz: u32,
    /// The highest clock that they have.
    pub max_clock_mhz: u32,
    /// Median power in watts.
    pub power_w: f64,
    /// Degrees Celsius at the end.
    pub temperature_c: u32,
    /// What kept the clock down, by the library's names (`sw-power-cap`), in order.
    pub throttled: Vec<String>,
}

/// One comparison with the float64 reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Check {
    /// On which problem.
    pub problem: Problem,
    /// Seed of its random inputs.
    pub seed: u64,
    /// Largest absolute difference from the reference over the compared elements.
    pub max_error: f64,
    /// Largest ratio of a difference to the tolerance of its element; at most 1 passes.
    pub worst_ratio: f64,
    /// How many elements were compared.
    pub compared: u64,
}

/// Why a candidate was not accepted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Rejection {
    /// Where it failed.
    pub stage: Stage,
    /// A stable kebab-case reason (`wrong-result`, `timeout`, `compile-error`).
    pub reason: String,
    /// What exactly, in a sentence, with numbers.
    pub detail: String,
}

/// The steps a candidate goes through, in order.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    /// The config could not be lowered or the template refused it.
    Generate,
    /// The compiler refused it, crashed or took too long.
    Compile,
    /// The program could not be started or left the protocol.
    Start,
    /// It computed something else than the reference.
    Check,
    /// It failed while it was timed, or its times cannot be believed.
    Time,
}
