//! Kernels of a bundle on a GPU: checked against a reference in float64, timed, each candidate in a process of its own.
//!
//! ```text
//! judge (context of its own): inputs, reference, comparison, verdict
//!    | orders, a line each                          ^ answers, outputs through a file in memory
//!    v                                              |
//! candidate's process: kernels of the candidate and of the incumbent, started by turns and timed by events
//! ```
//!
//! A kernel that crashes its context takes its process along, and one trial. `libcuda` is loaded when it is needed.

mod arrays;
mod candidate;
mod driver;
mod judge;
mod parts;
mod runner;
mod share;
mod turns;
mod watch;

pub use candidate::serve;
pub use driver::{Arguments, DriverError, Event, Gpu, GpuFacts, Kernel, Memory, Module};
pub use judge::{Expectation, Judge, Verdict};
pub use parts::Parts;
pub use runner::{Runner, RunnerError};
pub use watch::{Seen, Watch};

/// The program, in Python, of the process with what candidates are compared with; see its head for what it is told.
pub const CONTENDERS: &str = include_str!("contenders.py");
