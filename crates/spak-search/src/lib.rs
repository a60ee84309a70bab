//! Search strategies behind one ask/tell interface, replayed on recorded spaces and scored.
//!
//! A [`space::Space`] is what a strategy sees of a tuning space; a [`strategies::Method`] is a strategy with options; a
//! [`search::Search`] runs one: ask for a point, measure it, tell the outcome. [`replay::Recording`] is a space that was
//! measured completely, [`compare::compare`] scores a method on it, and [`winner::winner`] says which config has won.
//! Everything is a function of its arguments and a seed.

pub mod compare;
pub mod forecast;
mod forest;
mod isotonic;
mod kriging;
pub mod memory;
pub mod random;
pub mod replay;
pub mod score;
pub mod search;
pub mod space;
pub mod stopping;
pub mod strategies;
pub mod strategy;
pub mod table;
pub mod winner;
