//! Tuning spaces as decision diagrams: count, rank, sample and explain without enumerating.

pub mod codes;
mod dag;
mod evaluate;
mod grow;
mod lower;
mod problem;
mod slow;
mod table;

pub use problem::{Constraint, Dialect, Parameter, Problem};
mod diagram;
mod make;
mod number;
mod order;
mod program;
mod space;
mod tree;

pub use make::{Limits, MakeError};
pub use space::Space;
