//! `C = A·B` in float64, one row at a time.
//!
//! Tolerance of `C[i,j]`: `factor(k)·Σₚ|A[i,p]||B[p,j]|`, and what flushing subnormal numbers may
//! cost: `2^-126·Σₚ(|A[i,p]| + |B[p,j]| + 2)`.

use spak_records::Problem;

use super::bounds::{Rounding, SMALLEST_NORMAL};
use super::{Expected, ExpectedRow};

/// The reference of row `row`, in all columns or in `columns`.
pub fn expected_row(
    problem: &Problem,
    inputs: &[Vec<f32>],
    row: usize,
    columns: Option<&[usize]>,
    rounding: Rounding,
) -> ExpectedRow {
    let (Problem::Matmul { n, k, .. }, [a, b]) = (problem, inputs) else {
        return ExpectedRow::default();
    };
    let (Ok(n), Ok(k)) = (usize::try_from(*n), usize::try_from(*k)) else {
        return ExpectedRow::default();
    };
    let Some(a) = a.get(row * k..(row + 1) * k) else { return ExpectedRow::default() };
    let factor = rounding.factor(k);
    let element = |column: usize, sum: Sum| Expected {
        output: 0,
        index: row * n + column,
        value: sum.value,
        tolerance: factor * sum.magnitude + SMALLEST_NORMAL * (sum.operands + 2.0 * k as f64),
    };
    let elements = match columns {
        Some(columns) => columns
            .iter()
            .map(|&column| {
                let mut sum = Sum::default();
                for (a, b) in a.iter().zip(b.iter().skip(column).step_by(n)) {
                    sum.add(f64::from(*a), f64::from(*b));
                }
                element(column, sum)
            })
            .collect(),
        None => {
            // Row by row of B: that is how it lies in memory.
            let mut sums = vec![Sum::default(); n];
            for (a, b) in a.iter().zip(b.chunks_exact(n)) {
                for (sum, b) in sums.iter_mut().zip(b) {
                    sum.add(f64::from(*a), f64::from(*b));
                }
            }
            sums.into_iter().enumerate().map(|(column, sum)| element(column, sum)).collect()
        }
    };
    ExpectedRow { elements }
}

#[derive(Clone, Copy, Default)]
struct Sum {
    value: f64,
    magnitude: f64,
    operands: f64,
}

impl Sum {
    fn add(&mut self, a: f64, b: f64) {
        let product = a * b;
        self.value += product;
        self.magnitude += product.abs();
        self.operands += a.abs() + b.abs();
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Rounding, expected_row};
    use spak_records::Problem;

    #[test]
    fn a_small_product_by_hand_and_by_columns() {
        let problem = Problem::Matmul { m: 2, n: 3, k: 2 };
        let inputs = vec![vec![1.0, 2.0, 3.0, 4.0], vec![5.0, 6.0, 7.0, 8.0, 9.0, 10.0]];
        let row = expected_row(&problem, &inputs, 1, None, Rounding::Independent);
        let values: Vec<f64> = row.elements.iter().map(|e| e.value).collect();
        assert_eq!(values, [47.0, 54.0, 61.0]);
        let some = expected_row(&problem, &inputs, 1, Some(&[2, 0]), Rounding::Independent);
        assert_eq!(some.elements, [row.elements[2], row.elements[0]]);
    }
}
