//! What the trainer computes with: `f32` or `f64`.

use std::fmt::Debug;
use std::iter::Sum;
use std::ops::{Add, AddAssign, Div, DivAssign, Mul, MulAssign, Neg, Sub, SubAssign};

/// A matrix inside a slice: where it begins and how far apart its rows and columns are.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View {
    pub(crate) start: usize,
    pub(crate) row: usize,
    pub(crate) column: usize,
}

impl View {
    /// A matrix of `columns` columns, row by row.
    pub(crate) fn rows(columns: usize) -> Self {
        Self { start: 0, row: columns, column: 1 }
    }

    /// The same matrix with rows and columns exchanged.
    pub(crate) fn transposed(self) -> Self {
        Self { row: self.column, column: self.row, ..self }
    }

    /// How many numbers a slice must have to hold `rows` by `columns` of this view.
    fn needs(self, rows: usize, columns: usize) -> usize {
        if rows == 0 || columns == 0 {
            return 0;
        }
        self.start + (rows - 1) * self.row + (columns - 1) * self.column + 1
    }
}

/// `f32` or `f64`, with what kernels need of them.
pub trait Number:
    Copy
    + Debug
    + Default
    + PartialOrd
    + Send
    + Sync
    + 'static
    + Add<Output = Self>
    + Sub<Output = Self>
    + Mul<Output = Self>
    + Div<Output = Self>
    + Neg<Output = Self>
    + AddAssign
    + SubAssign
    + MulAssign
    + DivAssign
    + Sum
{
    /// 0.
    const ZERO: Self;
    /// 1.
    const ONE: Self;
    /// Bytes of one number in a checkpoint.
    const BYTES: usize;
    /// The nearest number of this kind.
    fn of(value: f64) -> Self;
    /// The same value in double precision.
    fn double(self) -> f64;
    /// The square root.
    fn root(self) -> Self;
    /// e to the power of this.
    fn exponential(self) -> Self;
    /// The larger of two; the other one if one is not a number.
    fn larger(self, other: Self) -> Self;
    /// Neither infinite nor not a number.
    fn finite(self) -> bool;
    /// Appends the bytes, lowest first.
    fn write(self, into: &mut Vec<u8>);
    /// Reads what [`Number::write`] wrote; 0 if there are too few bytes.
    fn read(bytes: &[u8]) -> Self;
    /// `c = alpha a b + beta c` on pointers, with distances between rows and columns of each.
    ///
    /// # Safety
    ///
    /// The pointers must be valid for all elements that sizes and distances reach.
    #[expect(unsafe_code, reason = "what the library of matrix products takes")]
    #[doc(hidden)]
    unsafe fn raw_product(
        size: [usize; 3],
        alpha: Self,
        a: (*const Self, [isize; 2]),
        b: (*const Self, [isize; 2]),
        beta: Self,
        c: (*mut Self, [isize; 2]),
    );
}

/// `c = alpha a b + beta c` where `a` is `m` by `k`, `b` is `k` by `n`, and each is a view of its slice.
pub(crate) fn product<N: Number>(
    [m, k, n]: [usize; 3],
    alpha: N,
    (a, a_view): (&[N], View),
    (b, b_view): (&[N], View),
    beta: N,
    (c, c_view): (&mut [N], View),
) {
    assert!(a_view.needs(m, k) <= a.len(), "left matrix is larger than its slice");
    assert!(b_view.needs(k, n) <= b.len(), "right matrix is larger than its slice");
    assert!(c_view.needs(m, n) <= c.len(), "result is larger than its slice");
    let strides = |view: View| [view.row.cast_signed(), view.column.cast_signed()];
    // SAFETY: the three assertions are the largest offsets that are reached, and `c` is borrowed alone.
    #[expect(unsafe_code, reason = "the product takes pointers; bounds were checked above")]
    unsafe {
        N::raw_product(
            [m, k, n],
            alpha,
            (a.as_ptr().wrapping_add(a_view.start), strides(a_view)),
            (b.as_ptr().wrapping_add(b_view.start), strides(b_view)),
            beta,
            (c.as_mut_ptr().wrapping_add(c_view.start), strides(c_view)),
        );
    }
}

/// e to the power of `x` in single precision, within 2 units of the last place.
///
/// The processor has no such instruction, and a call for each number costs more than the matrix products around it;
/// this form has no branch, so that loops over it become vector instructions. Reduction by multiples of ln 2 in two
/// parts and a polynomial of degree 7 on ±ln(2)/2 (W. J. Cody, W. Waite, Software Manual for the Elementary
/// Functions, 1980; the coefficients are those of a Taylor series, whose remainder there is 6e-9).
#[inline(always)]
fn exponential_single(x: f32) -> f32 {
    const HIGH: f32 = 0.693_359_4;
    const LOW: f32 = -2.121_944_4e-4;
    const ROUND: f32 = 12_582_912.0; // 1.5 * 2^23: adding it rounds to a whole number.
    let x_in = if x > 88.0 { 88.0 } else { x };
    let x_in = if x_in < -87.0 { -87.0 } else { x_in };
    let shifted = x_in * std::f32::consts::LOG2_E + ROUND;
    let whole = shifted - ROUND;
    let r = (x_in - whole * HIGH) - whole * LOW;
    let p = 1.0 / 5040.0;
    let p = p * r + 1.0 / 720.0;
    let p = p * r + 1.0 / 120.0;
    let p = p * r + 1.0 / 24.0;
    let p = p * r + 1.0 / 6.0;
    let p = p * r + 0.5;
    let p = p * r + 1.0;
    let p = p * r + 1.0;
    // The low bits of `shifted` are the whole number.
    let exponent = (shifted.to_bits() << 23).wrapping_add(0x3f80_0000);
    let power = p * f32::from_bits(exponent);
    if x < -87.0 { 0.0 } else { power }
}

macro_rules! number {
    ($type:ty, $product:path, $exponential:expr, $of:expr) => {
        impl Number for $type {
            const ZERO: Self = 0.0;
            const ONE: Self = 1.0;
            const BYTES: usize = size_of::<$type>();
            #[inline(always)]
            fn of(value: f64) -> Self {
                $of(value)
            }
            #[inline(always)]
            fn double(self) -> f64 {
                f64::from(self)
            }
            #[inline(always)]
            fn root(self) -> Self {
                self.sqrt()
            }
            #[inline(always)]
            fn exponential(self) -> Self {
                $exponential(self)
            }
            #[inline(always)]
            fn larger(self, other: Self) -> Self {
                if self > other { self } else { other }
            }
            #[inline(always)]
            fn finite(self) -> bool {
                self.is_finite()
            }
            fn write(self, into: &mut Vec<u8>) {
                into.extend_from_slice(&self.to_le_bytes());
            }
            fn read(bytes: &[u8]) -> Self {
                bytes.try_into().map_or(0.0, Self::from_le_bytes)
            }
            #[expect(unsafe_code, reason = "passes the caller's promise on")]
            unsafe fn raw_product(
                [m, k, n]: [usize; 3],
                alpha: Self,
                (a, [a_row, a_column]): (*const Self, [isize; 2]),
                (b, [b_row, b_column]): (*const Self, [isize; 2]),
                beta: Self,
                (c, [c_row, c_column]): (*mut Self, [isize; 2]),
            ) {
                // SAFETY: the caller's promise.
                unsafe {
                    $product(
                        m, k, n, alpha, a, a_row, a_column, b, b_row, b_column, beta, c, c_row,
                        c_column,
                    );
                }
            }
        }
    };
}

#[expect(clippy::cast_possible_truncation, reason = "rounding to single precision is meant")]
#[inline(always)]
fn single(value: f64) -> f32 {
    value as f32
}

number!(f32, matrixmultiply::sgemm, exponential_single, single);
number!(f64, matrixmultiply::dgemm, f64::exp, std::convert::identity);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_single_exponential_is_within_two_units_of_the_last_place() {
        let mut worst = 0.0_f64;
        for i in -870_000..=880_000_i32 {
            let x = single(f64::from(i) * 1e-4);
            let exact = f64::from(x).exp();
            let got = f64::from(exponential_single(x));
            worst = worst.max((got - exact).abs() / (exact * f64::from(f32::EPSILON)));
        }
        assert!(worst < 2.0, "{worst} units");
        assert_eq!(exponential_single(f32::NEG_INFINITY), 0.0);
        assert!(exponential_single(f32::NAN).is_nan());
    }

    #[test]
    fn products_of_views_are_what_sums_say() {
        let a: Vec<f64> = (0..12).map(f64::from).collect();
        let b: Vec<f64> = (0..20).map(|i| f64::from(i) * 0.5).collect();
        let mut c = vec![1.0; 15];
        // a is 3 by 4; b holds a 5 by 4 matrix that is taken transposed.
        product(
            [3, 4, 5],
            2.0,
            (&a, View::rows(4)),
            (&b, View::rows(4).transposed()),
            1.0,
            (&mut c, View::rows(5)),
        );
        for row in 0..3 {
            for column in 0..5 {
                let sum: f64 = (0..4).map(|i| a[row * 4 + i] * b[column * 4 + i]).sum();
                assert_eq!(c[row * 5 + column], 1.0 + 2.0 * sum);
            }
        }
    }
}
