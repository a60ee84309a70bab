//! Random numbers: Python's own generator for exact replication, keyed streams for everything else.

mod keyed;
mod python;

pub use keyed::{Stream, Use};
pub use python::PythonRandom;
