//! What the judge on a node and the process of a candidate say to each other.

use serde::{Deserialize, Serialize};

use crate::bundle::NodeProgram;

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
    /// Nanoseconds of each sample, by place and in order.
    Times(Vec<Vec<u64>>),
    /// The driver says no.
    Failed(String),
}
