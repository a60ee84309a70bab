//! What a node is sent: plans, the hashes of binaries, and the order of work.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::compiling::{Argument, Array};
use crate::config::Config;
use crate::gpu::ArrayPlan;
use crate::hash::ContentHash;
use crate::problem::OperatorProblem;
use crate::trial::Toolchain;
use crate::value::Value;

/// The format's name.
pub const FORMAT: &str = "spak.bundle";
/// The version that is written.
pub const VERSION: u32 = 2;

/// The table of contents of a bundle; the parts stand beside it by their hashes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Bundle {
    /// [`FORMAT`].
    pub format: String,
    /// [`VERSION`].
    pub version: u32,
    /// What wrote it.
    pub tool: String,
    /// When, RFC 3339.
    pub created: String,
    /// `sm_90`.
    pub architecture: String,
    /// The compiler of the candidates.
    pub toolchain: Toolchain,
    /// Name of the design's system.
    pub system: String,
    /// The design's path as the user gave it.
    pub design_path: String,
    /// Hash of the design's normal form.
    pub design: ContentHash,
    /// The part with the judge's own kernels.
    pub common: String,
    /// What is computed.
    pub problems: Vec<BundledProblem>,
    /// By what.
    pub candidates: Vec<BundledCandidate>,
    /// How.
    pub schedule: Schedule,
}

/// A problem with its reference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BundledProblem {
    /// The workload's name.
    pub workload: Option<String>,
    /// The problem.
    pub problem: OperatorProblem,
    /// The part with the reference.
    pub reference: String,
    /// What the reference is given besides arrays.
    pub numbers: Vec<f64>,
    /// Numbers by the names that a source's `launch` has for them.
    pub scalars: BTreeMap<String, Value>,
    /// The problem's arrays as its description has them.
    pub arrays: Vec<ArrayPlan>,
    /// Whether candidates are timed on it; on the others they are only checked.
    pub is_timed: bool,
    /// What the design knows of good configs.
    #[serde(default, skip_serializing_if = "BundledKnowledge::is_empty")]
    pub knowledge: BundledKnowledge,
}

/// What a search is led by.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct BundledKnowledge {
    /// Configs that facts or rules recommend, the most trusted one first.
    pub recommended: Vec<Config>,
    /// Values of a dimension to try first.
    pub preferred: BTreeMap<String, Vec<Value>>,
}

impl BundledKnowledge {
    /// Whether nothing is known.
    pub fn is_empty(&self) -> bool {
        self.recommended.is_empty() && self.preferred.is_empty()
    }
}

/// A config with its binaries.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BundledCandidate {
    /// The config.
    pub config: Config,
    /// Hash of its source.
    pub source: ContentHash,
    /// The part with its source.
    pub text: String,
    /// How it computes problems; those it does not fit are not there.
    pub entries: Vec<BundledEntry>,
}

/// A candidate for a problem.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BundledEntry {
    /// Which problem, by its place.
    pub problem: usize,
    /// What is started.
    pub program: NodeProgram,
}

/// Kernels over arrays.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NodeProgram {
    /// The problem's arrays as the kernels see them.
    pub arrays: Vec<ArrayPlan>,
    /// Arrays that kernels leave to later ones.
    pub scratch: Vec<Array>,
    /// Kernels in the order in which they are started.
    pub kernels: Vec<NodeKernel>,
    /// What computes inputs that follow from others; nothing where no input does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub inputs: Option<InputKernels>,
}

/// Where the kernels of inputs are that follow from others. The candidate's process computes them as the judge does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InputKernels {
    /// The part with the problem's reference.
    pub part: String,
    /// What its kernels are given besides arrays.
    pub numbers: Vec<f64>,
}

/// A kernel that is started.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodeKernel {
    /// The part that it is in.
    pub part: String,
    /// Its name there.
    pub kernel: String,
    /// Blocks along each axis.
    pub grid: [u64; 3],
    /// What it is given.
    pub arguments: Vec<Argument>,
}

/// How candidates are tried.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Schedule {
    /// Seed of inputs.
    pub seed: u64,
    /// The most samples of a trial.
    pub samples: u32,
    /// Seconds that timing a trial may take.
    pub seconds: f64,
    /// Seconds after which a kernel that does not end is given up.
    pub patience: f64,
    /// Rows of each output that are compared at most.
    pub rows: u64,
    /// Seconds for which a candidate runs without pause while the energy it takes is read; 0 for not at all.
    pub energy: f64,
}

impl Default for Schedule {
    fn default() -> Self {
        Self { seed: 0, samples: 30, seconds: 0.5, patience: 20.0, rows: 1024, energy: 0.0 }
    }
}
