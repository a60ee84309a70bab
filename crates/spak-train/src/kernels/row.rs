//! Sums over rows and of rows.

use crate::number::Number;
use crate::wide::{LANES, wide};

wide! {
    /// `into += from`.
    pub(crate) fn add(into: &mut [N], from: &[N]) {
        for (a, b) in into.iter_mut().zip(from) {
            *a += *b;
        }
    }
}

wide! {
    /// `values *= factor`.
    pub(crate) fn scale(values: &mut [N], factor: N) {
        for value in values {
            *value *= factor;
        }
    }
}

wide! {
    /// Adds `row` to each row of `values`.
    pub(crate) fn add_row(values: &mut [N], row: &[N]) {
        for values in values.chunks_exact_mut(row.len().max(1)) {
            for (a, b) in values.iter_mut().zip(row) {
                *a += *b;
            }
        }
    }
}

wide! {
    /// Adds the sum of all rows to `row`.
    pub(crate) fn sum_rows(row: &mut [N], values: &[N]) {
        for values in values.chunks_exact(row.len().max(1)) {
            for (a, b) in row.iter_mut().zip(values) {
                *a += *b;
            }
        }
    }
}

/// The sum of products of two rows, over partial sums.
#[inline(always)]
pub(crate) fn dot<N: Number>(a: &[N], b: &[N]) -> N {
    let mut sums = [N::ZERO; LANES];
    let (mut a_parts, mut b_parts) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    for (a, b) in (&mut a_parts).zip(&mut b_parts) {
        for lane in 0..LANES {
            sums[lane] += a[lane] * b[lane];
        }
    }
    let mut total = N::ZERO;
    for (a, b) in a_parts.remainder().iter().zip(b_parts.remainder()) {
        total += *a * *b;
    }
    for sum in sums {
        total += sum;
    }
    total
}

/// The sum of a row, over partial sums.
#[inline(always)]
pub(crate) fn total<N: Number>(a: &[N]) -> N {
    let mut sums = [N::ZERO; LANES];
    let mut parts = a.chunks_exact(LANES);
    for a in &mut parts {
        for lane in 0..LANES {
            sums[lane] += a[lane];
        }
    }
    let mut total = N::ZERO;
    for a in parts.remainder() {
        total += *a;
    }
    for sum in sums {
        total += sum;
    }
    total
}

/// The sum of squares, in double precision.
pub(crate) fn square_sum<N: Number>(values: &[N]) -> f64 {
    values.iter().map(|v| v.double() * v.double()).sum()
}
