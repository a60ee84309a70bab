//! Compilers of GPU kernels: installed into SPAK's own cache when somebody asks for them, reached through workers that live
//! on, and asked once for each kernel.
//!
//! ```text
//! requirements/cutile.txt --install--> cache/toolchains/cutile-1.7.0-HASH
//! Job (source, kernel, parameters, architecture) --Pool of workers--> Outcome, kept in cache/compiled by the job's hash
//! ```
//!
//! A kernel is compiled for a problem: the compiler specialises it on which strides are 1 and on what strides, sizes and
//! addresses can be divided by. Its own just-in-time path reads these off the arguments of a launch, `worker.py` off the
//! problem by the same rules, so that a kernel compiled ahead of time is the same kernel; a test compares the two.
//!
//! The compiler of cuTile works on machines without a GPU. What it says of a kernel, that it takes too long included, is a
//! result and kept; that a worker died is none.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod error;
mod folder;
mod install;
mod installed;
mod job;
mod kept;
mod pins;
mod planner;
mod pool;
mod python;
mod reference;
mod worker;

pub use error::ToolchainError;
pub use folder::Cache;
pub use install::{Step, install};
pub use installed::{Installed, State, state};
pub use job::{Outcome, key};
pub use kept::Kept;
pub use pins::{CUTILE, Pins};
pub use planner::Planner;
pub use pool::{Pool, Progress};
pub use reference::reference;
