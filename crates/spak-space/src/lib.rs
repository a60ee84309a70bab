//! Tuning spaces as decision diagrams: count, rank, sample and explain without enumerating.
//!
//! A [`Problem`] says what a space is made from, a [`Space`] is the result. `docs/decisions/0007` says
//! why it is made this way.

mod bounds;
pub mod codes;
mod dag;
mod diagram;
mod evaluate;
mod explain;
mod grow;
mod lower;
mod make;
mod number;
mod order;
mod pack;
mod parts;
mod problem;
mod program;
mod slow;
mod space;
mod stream;
mod table;
mod tree;
mod walk;

pub use explain::{Conflict, Explainer, Killed, Removal, Undefined};
pub use make::{Limits, MakeError};
pub use num_bigint::BigUint;
pub use pack::Layout;
pub use parts::Part;
pub use problem::{Constraint, Dialect, Parameter, Problem};
pub use space::Space;
pub use stream::{Streamed, Walked};
pub use walk::{Configs, Neighbourhood, Shuffled};
