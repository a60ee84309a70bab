//! What `spak verify` says.

use serde::Serialize;

use crate::config::Config;
use crate::problem::OperatorProblem;

/// Configs of a design, run on small problems without a GPU and compared with references.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct VerifyReport {
    /// The design's path as the user gave it.
    pub design: String,
    /// The architecture that kernels were made for.
    pub architecture: String,
    /// The compiler of the kernels and its version.
    pub toolchain: String,
    /// The compiler of the references, as it names itself.
    pub reference_compiler: String,
    /// The seed of inputs.
    pub seed: u64,
    /// Valid configs of the design; more than those tried if there was a limit. Absent when they cannot be numbered.
    pub space: Option<u64>,
    /// What came of each config on each problem.
    pub runs: Vec<VerifiedRun>,
    /// Wall-clock seconds of compiling, and of running and comparing.
    pub seconds: [f64; 2],
    /// What else is to know.
    pub notes: Vec<String>,
}

/// A config on a problem.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct VerifiedRun {
    /// The workload's name; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// The config.
    pub config: Config,
    /// What was computed.
    pub problem: OperatorProblem,
    /// What came of it.
    pub state: VerifiedState,
    /// Why there is no answer, if there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What is wrong, if something is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Kernels that were run.
    pub kernels: u64,
    /// Blocks that were run.
    pub blocks: u64,
    /// Operations on whole tiles that were run.
    pub operations: u64,
    /// Elements that were compared; 0 unless it is right.
    pub compared: u64,
    /// The largest difference.
    pub worst_error: f64,
    /// The largest ratio of a difference to its tolerance.
    pub worst_ratio: f64,
    /// Seconds that running took.
    pub seconds: f64,
}

/// What came of a config on a problem.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum VerifiedState {
    /// All outputs are within their tolerances, and nothing was done that must not be.
    Right,
    /// Something is wrong with it.
    Wrong,
    /// The kernels are not made for the problem: the design's host side says so, or the templates.
    NotForIt,
    /// The compiler does not take it, or took longer than it was given.
    NotCompiled,
}

impl VerifiedState {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Right => "right",
            Self::Wrong => "wrong",
            Self::NotForIt => "not made for it",
            Self::NotCompiled => "not compiled",
        }
    }
}

/// Something that is wrong with a kernel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct Finding {
    /// Of what kind.
    pub kind: FindingKind,
    /// All of it, in a sentence.
    pub message: String,
    /// The kernel, where one is to blame.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kernel: Option<String>,
    /// Its block, along x, y and z.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub block: Option<[u32; 3]>,
    /// The array that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub array: Option<String>,
    /// The first element that is wrong, by the axes of the operator's description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub index: Option<Vec<u64>>,
    /// The line of the generated source, from 1.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<u64>,
    /// What stands there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

/// Of what kind a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FindingKind {
    /// Elements are farther from the reference than roundings explain.
    WrongResult,
    /// Elements are no numbers, such as those that come from undetermined padding.
    NotANumber,
    /// Elements were not written.
    NotWritten,
    /// An input is not what it was before.
    InputsChanged,
    /// An access beside an array, or a tile that is not there.
    Outside,
    /// What the compiler was told to assume does not hold.
    Assumption,
    /// Something else whose result is not specified.
    Undefined,
    /// It took more work or memory than it may.
    Unfinished,
    /// The interpreter cannot run it.
    NotRun,
}

impl FindingKind {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::WrongResult => "wrong result",
            Self::NotANumber => "not a number",
            Self::NotWritten => "not written",
            Self::InputsChanged => "inputs changed",
            Self::Outside => "access beside an array",
            Self::Assumption => "broken assumption",
            Self::Undefined => "undefined",
            Self::Unfinished => "unfinished",
            Self::NotRun => "cannot be run",
        }
    }
}

impl Finding {
    /// One of which nothing is known but what it says.
    pub fn new(kind: FindingKind, message: String) -> Self {
        Self {
            kind,
            message,
            kernel: None,
            block: None,
            array: None,
            index: None,
            line: None,
            source: None,
        }
    }
}
