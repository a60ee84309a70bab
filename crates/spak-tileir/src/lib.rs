//! An interpreter of Tile IR: it reads the bytecode that the compiler of cuTile writes, and runs its kernels on a CPU with
//! every access checked.
//!
//! ```text
//! bytes --read--> Module --run(kernel, grid, arguments)--> the arrays as the kernel left them, and counts
//!                    `--to_string--> a text of it
//! ```
//!
//! It is for users without a GPU: whether a generated kernel computes what it should, reads or writes beside its arrays,
//! breaks what it told the compiler to assume, or uses an element that its padding leaves undetermined. What it takes is no
//! measure of what a GPU takes.
//!
//! A pure crate: no files, processes, environment or clock. No panic is reachable from bytes or arguments; sizes, nesting,
//! memory and work have limits.
//!
//! # Numbers
//!
//! - Elements of `f16`, `bf16`, `tf32` and the types of 8 and 4 bits are kept as `f32` with a value of their type, and each
//!   operation rounds its result to the type, to nearest even, or as the operation says.
//! - `exp`, `log`, `sin`, `tanh` and the like are computed in `f64` and rounded: the modes `approx` and `full`, of which the
//!   specification says only how far they may be off, are as precise as the others. `flush_to_zero` flushes.
//! - A product of matrices rounds each operand to its type and accumulates in `f32` (`f64` for `f64`, wrapping `i32` for
//!   integers); accumulators of `f16` are rounded once, at the end.
//! - A conversion to a float of 8 bits saturates at the largest finite value, which is the one mode that the hardware has.
//! - An element that the padding leaves undetermined is NaN, or [`POISON`] in each byte of an integer.
//!
//! # What is an error here and undefined on a GPU
//!
//! An access beside the array it came from, a tile index beside the index space of its view, a tile over the edge of an
//! array that was said to be inside (`check_bounds=False`), an assumption that does not hold, a division of an integer by
//! zero, a wrap-around that was said not to happen, a step of a loop that is not positive.
//!
//! Tokens and memory orders have no effect: a block runs its operations in program order, and accesses of several blocks
//! to one place are relaxed atomics, in an order that depends on the threads.
#![warn(clippy::indexing_slicing, clippy::string_slice)]

mod kinds;
mod module;
mod number;
mod print;
mod read;
mod run;

pub use kinds::{
    AtomicMode, Bounds, FloatBinary, FloatUnary, IntegerBinary, IntegerUnary, Kind, Overflow,
    Predicate, Scalar, Signedness,
};
pub use module::{
    Block, Element, Function, Global, Layout, Location, Module, Operand, Operation, Padding, Type,
    TypeId, ValueId, Version, View,
};
pub use number::{Format, Mode};
pub use read::{ReadError, read};
pub use run::{
    Argument, ArgumentError, Arguments, Array, Limits, POISON, Place, RunError, Statistics,
    Trouble, run,
};
