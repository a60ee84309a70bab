//! Kernels of cuTile, read and run. Their bytecode stands in `tests/fixtures`, so that all of this runs without a compiler;
//! what is there is compared with what the compiler writes where there is one.
#![expect(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "tests may fail")]

mod arithmetic;
mod conversions;
mod errors;
mod fixtures;
mod flow;
mod hostile;
mod memory;
mod products;
mod random;
mod shapes;
mod templates;
