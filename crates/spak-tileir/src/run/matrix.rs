//! Products of matrices.

use std::rc::Rc;

use super::error::Trouble;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, own};
use crate::kinds::Signedness;
use crate::module::Element;
use crate::number::round;

/// How many rows of the right matrix are read for each pass over a row of the result.
const TOGETHER: usize = 4;

/// `batches` products of an `m × k` and a `k × n` matrix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sizes {
    batches: usize,
    m: usize,
    n: usize,
    k: usize,
}

impl Sizes {
    /// Of two matrices and what is added to their product.
    pub(super) fn of(left: &Tile, right: &Tile, more: &Tile) -> Result<Self, Trouble> {
        let split = |tile: &Tile| match tile.shape.as_slice() {
            [rows, columns] => Ok([1, *rows, *columns]),
            [batches, rows, columns] => Ok([*batches, *rows, *columns]),
            _ => Err(MALFORMED),
        };
        let ([batches, m, k], right, more) = (split(left)?, split(right)?, split(more)?);
        let n = right[2];
        match right == [batches, k, n] && more == [batches, m, n] {
            true => Ok(Self { batches, m, n, k }),
            false => Err(MALFORMED),
        }
    }

    pub(super) fn multiplications(self) -> u64 {
        [self.batches, self.m, self.n, self.k].iter().map(|one| *one as u64).product()
    }
}

/// For each row of the result: the rows of the right matrix times the elements of the left one's row, several at a time.
fn product<T: Copy>(
    sizes: Sizes,
    left: &[T],
    right: &[T],
    more: &mut [T],
    together: impl Fn(&mut [T], [T; TOGETHER], [&[T]; TOGETHER]),
    single: impl Fn(&mut [T], T, &[T]),
) {
    let Sizes { m, n, k, .. } = sizes;
    let of_batches = left.chunks_exact(m * k).zip(right.chunks_exact(k * n));
    for ((left, right), more) in of_batches.zip(more.chunks_exact_mut(m * n)) {
        for (row, result) in left.chunks_exact(k).zip(more.chunks_exact_mut(n)) {
            let factors = row.chunks_exact(TOGETHER);
            let blocks = right.chunks_exact(n * TOGETHER);
            let (factors_left, rows_left) = (factors.remainder(), blocks.remainder());
            for (factors, block) in factors.zip(blocks) {
                let (first, rest) = block.split_at(n);
                let (second, rest) = rest.split_at(n);
                let (third, fourth) = rest.split_at(n);
                if let [a, b, c, d] = factors {
                    together(result, [*a, *b, *c, *d], [first, second, third, fourth]);
                }
            }
            for (factor, row) in factors_left.iter().zip(rows_left.chunks_exact(n)) {
                single(result, *factor, row);
            }
        }
    }
}

macro_rules! product_of {
    ($sizes:expr, $left:expr, $right:expr, $more:expr, |$sum:ident, $a:ident, $b:ident| $result:expr) => {
        product(
            $sizes,
            $left,
            $right,
            $more,
            |result, [a, b, c, d], [first, second, third, fourth]| {
                let rows = first.iter().zip(second).zip(third).zip(fourth);
                for (sum, (((first, second), third), fourth)) in result.iter_mut().zip(rows) {
                    let add = |$sum, $a, $b| $result;
                    *sum = add(add(add(add(*sum, a, *first), b, *second), c, *third), d, *fourth);
                }
            },
            |result, factor, row| {
                for (sum, one) in result.iter_mut().zip(row) {
                    let ($sum, $a, $b) = (*sum, factor, *one);
                    *sum = $result;
                }
            },
        )
    };
}

/// A product of floats and a sum.
pub(super) fn floats(
    sizes: Sizes,
    left: &Tile,
    right: &Tile,
    more: Rc<Tile>,
) -> Result<Data, Trouble> {
    let Tile { element, mut data, .. } = own(more);
    match (&left.data, &right.data, &mut data) {
        (Data::F32(left), Data::F32(right), Data::F32(more)) => {
            product_of!(sizes, left, right, more, |sum, a, b| sum + a * b);
            if element != Element::F32 {
                more.iter_mut().for_each(|one| *one = round(element, *one));
            }
        }
        (Data::F64(left), Data::F64(right), Data::F64(more)) => {
            product_of!(sizes, left, right, more, |sum, a, b| sum + a * b);
        }
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

/// A product of integers of 8 bits and a sum of 32 bits.
pub(super) fn integers(
    sizes: Sizes,
    (left, of_left): (&Tile, Signedness),
    (right, of_right): (&Tile, Signedness),
    more: Rc<Tile>,
) -> Result<Data, Trouble> {
    let wide = |tile: &Tile, signedness| match (&tile.data, signedness) {
        (Data::I8(all), Signedness::Signed) => {
            Ok(all.iter().map(|one| i32::from(*one)).collect::<Vec<i32>>())
        }
        (Data::I8(all), Signedness::Unsigned) => {
            Ok(all.iter().map(|one| i32::from(*one as u8)).collect())
        }
        _ => Err(MALFORMED),
    };
    let (left, right) = (wide(left, of_left)?, wide(right, of_right)?);
    let mut data = own(more).data;
    let Data::I32(more) = &mut data else { return Err(MALFORMED) };
    product_of!(sizes, &left, &right, more, |sum, a, b| {
        i32::wrapping_add(sum, i32::wrapping_mul(a, b))
    });
    Ok(data)
}

/// A matrix whose elements are multiplied with scales, each for a block of neighbours along the inner dimension of a
/// product: along the columns of the left matrix, along the rows of the right one.
pub(super) fn scaled(matrix: Rc<Tile>, scales: &Tile, left: bool) -> Result<Rc<Tile>, Trouble> {
    let shape = &matrix.shape;
    let ([.., rows, columns], [.., rows_of, columns_of]) =
        (shape.as_slice(), scales.shape.as_slice())
    else {
        return Err(MALFORMED);
    };
    let (rows, columns, rows_of, columns_of) = (*rows, *columns, *rows_of, *columns_of);
    let fits = if left { rows == rows_of } else { columns == columns_of };
    let whole = rows_of > 0 && columns_of > 0 && rows % rows_of == 0 && columns % columns_of == 0;
    if !fits
        || !whole
        || matrix.data.len() / (rows * columns) != scales.data.len() / (rows_of * columns_of)
    {
        return Err(MALFORMED);
    }
    let (down, across) = (rows / rows_of, columns / columns_of);
    let mut tile = own(matrix);
    let (Data::F32(all), Data::F32(scales)) = (&mut tile.data, &scales.data) else {
        return Err(MALFORMED);
    };
    for (at, one) in all.iter_mut().enumerate() {
        let (batch, row, column) = (at / (rows * columns), at / columns % rows, at % columns);
        let place = (batch * rows_of + row / down) * columns_of + column / across;
        *one *= scales.get(place).copied().ok_or(MALFORMED)?;
    }
    tile.element = Element::F32;
    Ok(Rc::new(tile))
}
