//! The arithmetic of layers, forward and backward, on slices.

mod activation;
mod attention;
mod loss;
mod norm;
mod rope;
mod row;

pub(crate) use activation::{activate, activate_backward, gate, gate_backward};
pub(crate) use attention::{Heads, attend, attend_backward};
pub(crate) use loss::cross_entropy;
pub(crate) use norm::{normalise, normalise_backward};
pub(crate) use rope::{Angles, rotate};
pub(crate) use row::{add, add_row, scale, square_sum, sum_rows};
