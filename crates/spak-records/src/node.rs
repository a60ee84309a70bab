//! What the judge on a node and the process of a candidate say to each other.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::bundle::{InputKernels, NodeProgram};
use crate::gpu::ArrayPlan;
use crate::value::Value;

/// What a candidate's process is asked, a line each.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// Make room for a program's arrays, fill its inputs, load its kernels; what stood in the place goes.
    Place {
        /// 0 for the candidate, 1 for the incumbent.
        place: usize,
        /// The program.
        program: NodeProgram,
        /// Seed of the inputs.
        seed: u64,
    },
    /// Poison outputs and scratch, start the kernels, wait.
    Run {
        /// Which program.
        place: usize,
    },
    /// Let the judge look at an output where it is.
    Share {
        /// Of which program.
        place: usize,
        /// Which array, by its place.
        array: usize,
    },
    /// Write an output into the shared file.
    Fetch {
        /// Of which program.
        place: usize,
        /// Which array, by its place.
        array: usize,
    },
    /// Time these programs by turns, each after the cache was cleared.
    Time {
        /// Which.
        places: Vec<usize>,
        /// The most samples of each.
        samples: u32,
        /// Seconds in all, about.
        seconds: f64,
    },
    /// Start a program again and again.
    Repeat {
        /// Which.
        place: usize,
        /// For how long, at least.
        seconds: f64,
    },
    /// Say what an operator can be compared with, and let go of what is placed; for the process with PyTorch only.
    Offer {
        /// The operator.
        operator: String,
        /// The text of its `baselines.py`.
        script: String,
    },
    /// Place something that is no candidate; for the process with PyTorch only.
    Other {
        /// Where.
        place: usize,
        /// What.
        #[serde(flatten)]
        other: Box<OtherProgram>,
    },
}

/// A program that is no candidate's binary.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OtherProgram {
    /// A name that was offered, or `jit`: the module `source`, compiled when it is started.
    pub name: String,
    /// The operator.
    pub operator: String,
    /// Values of the problem.
    pub values: BTreeMap<String, Value>,
    /// The problem's arrays.
    pub arrays: Vec<ArrayPlan>,
    /// Numbers by the names that `launch` has for them.
    pub scalars: BTreeMap<String, Value>,
    /// The part with the module.
    pub source: Option<String>,
    /// What computes inputs that follow from others.
    pub inputs: Option<InputKernels>,
    /// Seed of the inputs.
    pub seed: u64,
}

/// What it answers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NodeAnswer {
    /// It can be asked.
    Ready,
    /// It is done; inputs are as they were.
    Done,
    /// The kernels changed their inputs.
    InputsChanged(String),
    /// Where an output is.
    Shared(SharedMemory),
    /// Nanoseconds of each sample, by place and in order.
    Times(Vec<Vec<u64>>),
    /// How often a program was started, and how long that took.
    Repeated {
        /// How often.
        runs: u64,
        /// How long.
        seconds: f64,
    },
    /// What there is to compare with.
    Offers {
        /// Versions of what it runs in, by name.
        software: BTreeMap<String, String>,
        /// Names.
        names: Vec<String>,
    },
    /// Something that is no candidate is placed.
    Placed {
        /// What it chose by itself, if it says so.
        note: Option<String>,
        /// Whether it computes nothing, and only shows what the memory can do.
        is_ceiling: bool,
    },
    /// The driver says no.
    Failed(String),
}

/// Memory of a GPU that another process of the same machine may open.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SharedMemory {
    /// The driver's name of the allocation, its bytes in hexadecimal.
    pub handle: String,
    /// Bytes from its beginning.
    pub offset: u64,
}
