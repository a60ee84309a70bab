//! Every number a template prints is computed here, so that templates choose and never calculate.

mod attention;
mod matmul;

use minijinja::{Value as View, context};
use spak_records::Problem;

use crate::choices::Choices;
use crate::error::GenerateError;

/// First line of the header.
pub(crate) fn title(problem: &Problem) -> &'static str {
    match problem {
        Problem::Matmul { .. } => "C[m,n] = A[m,k] * B[k,n] in float32.",
        Problem::AttentionForward { .. } => {
            "O = softmax(Q * K^T / sqrt(head_dim) + mask) * V in float32."
        }
        // Kernels for a GPU are for any sizes, and have a head of their own.
        Problem::Operator(_) => "",
    }
}

/// The problem's sizes and flags by name.
pub(crate) fn sizes(problem: &Problem) -> View {
    match *problem {
        Problem::Matmul { m, n, k } => context! { m, n, k },
        Problem::AttentionForward {
            batch,
            heads,
            kv_heads,
            seq_len,
            kv_len,
            head_dim,
            causal,
            store_lse,
        } => {
            let causal = causal.is_some();
            context! { batch, heads, kv_heads, seq_len, kv_len, head_dim, causal, store_lse }
        }
        Problem::Operator(_) => context! {},
    }
}

/// Numbers derived from choices and problem.
pub(crate) fn numbers(choices: &Choices, problem: &Problem) -> View {
    match *problem {
        Problem::Matmul { .. } => matmul::numbers(choices),
        Problem::AttentionForward { head_dim, .. } => attention::numbers(choices, head_dim),
        Problem::Operator(_) => context! {},
    }
}

/// Refuses values that cannot stand together: the manifest's constraints, once more, so that no
/// caller who forgot to check them gets wrong code.
pub(crate) fn check(choices: &Choices, problem: &Problem) -> Result<(), GenerateError> {
    match problem {
        Problem::Matmul { .. } => matmul::check(choices),
        Problem::AttentionForward { .. } => attention::check(choices, problem),
        Problem::Operator(_) => Ok(()),
    }
}

fn conflict_unless(holds: bool, reason: &str) -> Result<(), GenerateError> {
    if holds { Ok(()) } else { Err(GenerateError::Conflict(reason.to_owned())) }
}

fn round_up(number: i64, step: i64) -> i64 {
    (number + step - 1) / step * step
}
