//! Shared: every value that is written to disk or crosses a process, with its version.

mod append;
pub mod bundle;
pub mod comparison;
pub mod compile_report;
pub mod compiling;
pub mod concepts_report;
pub mod config;
pub mod dtype;
pub mod engineer_report;
pub mod file;
pub mod gpu;
pub mod hash;
pub mod journal;
pub mod knowledge_report;
pub mod learn_report;
pub mod levels;
pub mod lift_report;
mod lines;
pub mod node;
pub mod node_report;
pub mod page_report;
pub mod plan;
pub mod prediction;
pub mod problem;
pub mod program_report;
pub mod protocol;
pub mod report;
pub mod run;
pub mod space_report;
pub mod standing_report;
pub mod store;
pub mod sweep_report;
pub mod trace;
pub mod trace_report;
pub mod transcript;
pub mod transcript_report;
pub mod transfer_report;
pub mod transform_report;
pub mod trial;
pub mod tune_report;
pub mod value;
pub mod verify_report;
pub mod worth_report;

pub use config::{Config, Workload};
pub use dtype::Dtype;
pub use hash::ContentHash;
pub use levels::{Levels, front};
pub use plan::{Artifact, Plan};
pub use problem::{CausalAlignment, OperatorProblem, Problem};
pub use trial::{
    Check, Conditions, Device, Measurement, Needs, Outcome, Rejection, Stage, Toolchain, Trial,
};
pub use value::Value;
