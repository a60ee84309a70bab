//! What `spak compile` says.

use serde::Serialize;

use crate::config::Config;
use crate::hash::ContentHash;

/// Configs of a design, compiled for an architecture.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CompileReport {
    /// The design's path as the user gave it.
    pub design: String,
    /// `sm_90`.
    pub architecture: String,
    /// The compiler and its version.
    pub toolchain: String,
    /// Valid configs of the design; more than those tried if there was a limit. Absent when they cannot be numbered.
    pub space: Option<u64>,
    /// What was compiled, by config.
    pub configs: Vec<CompiledConfig>,
    /// Kernels that were asked for, each once.
    pub kernels: u64,
    /// Of these, how many were answered from what was kept.
    pub kept: u64,
    /// Wall-clock seconds of compiling.
    pub seconds: f64,
    /// What else is to know.
    pub notes: Vec<String>,
}

/// A config for one workload.
#[derive(Clone, Debug, Serialize, schemars::JsonSchema)]
pub struct CompiledConfig {
    /// The workload's name; absent if it has none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workload: Option<String>,
    /// The config.
    pub config: Config,
    /// What came of it.
    pub state: CompiledState,
    /// Why, unless it is ready.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Its kernels in the order in which they are started.
    pub kernels: Vec<KernelNeeds>,
    /// A hash of what the GPU sees of its kernels and of how they are started: configs with the same one are one program. Absent
    /// if there is a kernel without a binary.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub program: Option<ContentHash>,
}

/// What came of a config.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, schemars::JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CompiledState {
    /// It can run.
    Ready,
    /// The design's conditions on binaries leave it out.
    RuledOut,
    /// The architecture has too little for it.
    DoesNotFit,
    /// The compiler took longer than it was given.
    TimedOut,
    /// The compiler, or the kernel's own host side, does not take it.
    Refused,
}

impl CompiledState {
    /// In words.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::RuledOut => "ruled out",
            Self::DoesNotFit => "does not fit",
            Self::TimedOut => "timed out",
            Self::Refused => "refused",
        }
    }
}

/// What a kernel needs, as its binary says.
#[derive(Clone, Debug, PartialEq, Serialize, schemars::JsonSchema)]
pub struct KernelNeeds {
    /// Its name.
    pub kernel: String,
    /// Registers of a thread.
    pub registers: u32,
    /// Bytes of local memory of a thread: spills, and arrays with computed indices.
    pub local_memory: u32,
    /// Bytes of shared memory of a block.
    pub shared_memory: u64,
    /// Threads of a block.
    pub threads: u32,
    /// Blocks that a multiprocessor holds at once; `null` for an architecture that is not known.
    pub resident_blocks: Option<u32>,
    /// Bytes of instructions.
    pub code_size: u64,
    /// Seconds that compiling took when it was done.
    pub seconds: f64,
}
