//! Small transformers trained on a CPU, with the same bits on every run.
//!
//! A [`Spec`] says what is trained, on what, and how; a [`Corpus`] holds the data; a
//! [`Trainer`] goes step by step and can be stopped and resumed at any of them. [`Asked`] asks a
//! trained network, and [`checks`] measures whether it keeps its invariants. Decision 0027 says why the tape is our
//! own and the matrix products are not.

#![expect(
    clippy::cast_precision_loss,
    reason = "counts of steps, rows and columns are far below 2^52"
)]

pub mod checks;
mod data;
mod evaluate;
mod kernels;
pub mod microgpt;
mod model;
mod number;
mod optimiser;
mod parameters;
mod problem;
mod random;
pub mod spec;
mod tape;
mod trainer;
mod wide;
pub mod zero_shot;

pub use data::{AdditionProblem, Corpus, Part, Set};
pub use evaluate::{Asked, Draw};
pub use model::Model;
pub use number::Number;
pub use parameters::{Layout, Parameter};
pub use problem::{Checked, Problem};
pub use random::{PythonRandom, Stream, Use};
pub use spec::Spec;
pub use trainer::{StepReport, Stop, Trainer, checkpoint, folder};
