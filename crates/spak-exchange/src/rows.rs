//! Writes rows of values: CSV, JSON lines, a JSON array, and Parquet.

mod columns;
mod parquet;
mod text;

pub use self::parquet::write_parquet;
pub use columns::{Column, Kind, columns};
pub use text::{write_csv, write_json, write_json_lines};

/// Why rows could not be written.
#[derive(Debug)]
pub enum Error {
    /// The place that they were written to.
    Io(std::io::Error),
    /// A row has another number of values than there are columns, or a value of another kind than its
    /// column; rows are counted from 0.
    Row {
        /// Which row.
        row: u64,
        /// What is wrong with it.
        message: String,
    },
    /// The library that writes the format.
    Format(String),
}

impl std::fmt::Display for Error {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Io(e) => write!(f, "the rows cannot be written: {e}"),
            Self::Row { row, message } => write!(f, "row {row}: {message}"),
            Self::Format(message) => write!(f, "the rows cannot be written: {message}"),
        }
    }
}

impl std::error::Error for Error {}

impl From<std::io::Error> for Error {
    fn from(e: std::io::Error) -> Self {
        Self::Io(e)
    }
}

/// That a row has `found` values for `wanted` columns.
fn count(row: u64, found: usize, wanted: usize) -> Error {
    Error::Row { row, message: format!("{found} values for {wanted} columns") }
}
