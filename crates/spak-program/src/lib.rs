//! What the source of kernels computes: one graph of values for every language.
//!
//! A front end writes a [`Program`]; patterns read it. Nothing here knows a language or an API.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod architecture;
mod builder;
mod cases;
mod constant;
mod describe;
mod evaluate;
mod graph;
mod host;
mod op;
mod print;
mod tuning;

pub use architecture::{ARCHITECTURES, architecture_of};
pub use builder::{Builder, POSITIONS, given};
pub use cases::Case;
pub use constant::Constant;
pub use evaluate::{Assumptions, Evaluated, binary, unary};
pub use graph::{
    Argument, Condition, Kernel, KernelId, KernelMade, Loop, LoopId, LoopKind, Node, NodeId,
    Parameter, ParameterKind, Program, Remark, Scope, ScopeId, ScopeKind, Site,
};
pub use host::{Config, Configs, ConfigsId, Hint, Launch, LaunchId, LaunchKind, Strategy};
pub use op::Op;
pub use print::print;
pub use tuning::TuningRow;
