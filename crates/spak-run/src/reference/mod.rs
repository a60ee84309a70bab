//! The answers in float64, and how far an honest float32 program may be from each of them.

pub mod attention;
pub mod bounds;
pub mod matmul;

use spak_records::Problem;

pub use bounds::Rounding;

/// What one row of the outputs should be.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ExpectedRow {
    /// Elements to compare.
    pub elements: Vec<Expected>,
}

/// What one element should be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Index of the output buffer.
    pub output: usize,
    /// Index of the element in it.
    pub index: usize,
    /// Reference value in float64.
    pub value: f64,
    /// Largest absolute difference that float32 arithmetic explains.
    pub tolerance: f64,
}

/// Number of output rows: `m`, or `batch · heads · seq_len`.
pub fn rows(problem: &Problem) -> usize {
    let rows = match *problem {
        Problem::Matmul { m, .. } => m,
        Problem::AttentionForward { batch, heads, seq_len, .. } => {
            batch.saturating_mul(heads).saturating_mul(seq_len)
        }
        Problem::Operator(_) => 0,
    };
    usize::try_from(rows).unwrap_or(0)
}

/// Multiply-add operations that the reference of one row needs, about.
pub fn row_operations(problem: &Problem) -> u64 {
    let operations = match *problem {
        Problem::Matmul { n, k, .. } => n.saturating_mul(k),
        Problem::AttentionForward { kv_len, head_dim, .. } => {
            kv_len.saturating_mul(head_dim).saturating_mul(4)
        }
        Problem::Operator(_) => 1,
    };
    operations.unsigned_abs().max(1)
}

/// The reference of one row; of a matrix product only the `columns`, if they are given.
pub fn expected_row(
    problem: &Problem,
    inputs: &[Vec<f32>],
    row: usize,
    columns: Option<&[usize]>,
    rounding: Rounding,
) -> ExpectedRow {
    match problem {
        Problem::Matmul { .. } => matmul::expected_row(problem, inputs, row, columns, rounding),
        Problem::AttentionForward { .. } => attention::expected_row(problem, inputs, row, rounding),
        // No buffers are ever laid out for it.
        Problem::Operator(_) => ExpectedRow::default(),
    }
}
