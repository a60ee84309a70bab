//! Kernels of a GPU judged without one: the interpreter of Tile IR runs them, and what they leave is compared with references
//! in float64.
//!
//! ```text
//! common.cu + reference.cu --compiler of C++--> Reference --+--> Expectation: inputs, and what outputs should be
//! bytecode of Tile IR --candidate::run(inputs)--> outputs --+--> findings
//! ```
//!
//! References are the CUDA C++ that a node runs, compiled for the CPU between the two files in `host/`, so that there is one
//! judgement. They run in a process of their own.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod candidate;
mod compiler;
mod error;
mod judge;
mod orders;
mod reference;

pub use candidate::{Left, Work, run};
pub use compiler::Compiler;
pub use error::VerifyError;
pub use judge::{Agreement, Expectation, compare, expect};
pub use reference::Reference;
