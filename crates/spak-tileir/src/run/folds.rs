//! Reductions and scans, whose function is a block of operations.
//!
//! The function is associative, so neighbours are combined in pairs, then pairs with pairs: the block runs a number of
//! times that grows with the logarithm of the size, each time for as many elements as there are pairs. The order of the
//! elements is kept, since the function need not be commutative. Identities are not needed for that, and not used.

use std::rc::Rc;

use super::error::Trouble;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, elements, map_data, map_two};
use crate::module::Element;

/// Combines later elements with earlier ones, for each input one vector of each.
pub(super) type Combine<'c> =
    dyn FnMut(Vec<Data>, Vec<Data>, &[Element]) -> Result<Vec<Data>, Trouble> + 'c;

/// Folds tiles of one shape along a dimension, which a reduction removes and a scan keeps.
pub(super) fn fold(
    inputs: &[Rc<Tile>],
    dimension: usize,
    reverse: bool,
    scan: bool,
    combine: &mut Combine<'_>,
) -> Result<Vec<Tile>, Trouble> {
    let first = inputs.first().ok_or(MALFORMED)?;
    let size = *first.shape.get(dimension).ok_or(MALFORMED)?;
    if inputs.iter().any(|tile| tile.shape != first.shape) {
        return Err(MALFORMED);
    }
    let behind = first.shape.get(dimension + 1..).map_or(1, elements);
    let of: Vec<Element> = inputs.iter().map(|tile| tile.element).collect();
    // The folded dimension goes to the front, so that its elements are rows of vectors.
    let rows = |tile: &Rc<Tile>| map_data!(&tile.data, all => to_front(all, size, behind, reverse));
    let rows: Vec<Data> = inputs.iter().map(rows).collect();
    let lanes = first.data.len() / size.max(1);
    let folded = match scan {
        true => scanned(rows, size, lanes, &of, combine)?,
        false => reduced(rows, size, lanes, &of, combine)?,
    };
    let tiles = folded.into_iter().zip(of).map(|(data, element)| {
        let mut shape = first.shape.clone();
        let data = if scan {
            map_data!(data, all => from_front(&all, size, behind, reverse))
        } else {
            shape.remove(dimension);
            data
        };
        Tile { element, shape, data }
    });
    Ok(tiles.collect())
}

/// Elements `[before, size, behind]` as `[size, before, behind]`, along the first in reverse if so wanted.
fn to_front<T: Copy>(all: &[T], size: usize, behind: usize, reverse: bool) -> Vec<T> {
    let mut rows = Vec::with_capacity(all.len());
    for at in 0..size {
        let at = if reverse { size - 1 - at } else { at };
        for part in all.chunks_exact(size * behind) {
            rows.extend_from_slice(part.get(at * behind..(at + 1) * behind).unwrap_or(&[]));
        }
    }
    rows
}

/// The way back.
fn from_front<T: Copy>(rows: &[T], size: usize, behind: usize, reverse: bool) -> Vec<T> {
    let lanes = rows.len() / size.max(1);
    let mut all = Vec::with_capacity(rows.len());
    for part in 0..lanes / behind.max(1) {
        for at in 0..size {
            let at = if reverse { size - 1 - at } else { at };
            let start = at * lanes + part * behind;
            all.extend_from_slice(rows.get(start..start + behind).unwrap_or(&[]));
        }
    }
    all
}

/// The rows with even numbers, or with odd ones.
fn every_other(rows: &Data, lanes: usize, odd: bool) -> Data {
    map_data!(rows, all => {
        let rows = all.chunks_exact(lanes).skip(usize::from(odd)).step_by(2);
        rows.flatten().copied().collect()
    })
}

fn halves(rows: &[Data], lanes: usize) -> (Vec<Data>, Vec<Data>) {
    let pick = |odd| rows.iter().map(|rows| every_other(rows, lanes, odd)).collect();
    (pick(false), pick(true))
}

fn reduced(
    mut rows: Vec<Data>,
    mut size: usize,
    lanes: usize,
    of: &[Element],
    combine: &mut Combine<'_>,
) -> Result<Vec<Data>, Trouble> {
    // Sizes are powers of two.
    while size > 1 {
        let (earlier, later) = halves(&rows, lanes);
        rows = combine(later, earlier, of)?;
        size /= 2;
    }
    Ok(rows)
}

/// Each row combined with all before it: the pairs are scanned, which gives the odd rows; an even row is the odd one before
/// it and itself.
fn scanned(
    rows: Vec<Data>,
    size: usize,
    lanes: usize,
    of: &[Element],
    combine: &mut Combine<'_>,
) -> Result<Vec<Data>, Trouble> {
    if size <= 1 {
        return Ok(rows);
    }
    let (even, odd) = halves(&rows, lanes);
    let pairs = combine(odd, even.clone(), of)?;
    let pairs = scanned(pairs, size / 2, lanes, of, combine)?;
    let without = |rows: &Data, first: bool| -> Data {
        map_data!(rows, all => {
            let end = all.len() - lanes;
            let part = if first { all.get(lanes..) } else { all.get(..end) };
            part.unwrap_or(&[]).to_vec()
        })
    };
    let even = if size > 2 {
        let later = even.iter().map(|rows| without(rows, true)).collect();
        let earlier = pairs.iter().map(|rows| without(rows, false)).collect();
        let combined = combine(later, earlier, of)?;
        let joined = even.iter().zip(&combined).map(|(even, combined)| {
            map_two!(even, combined, first, rest => {
                first.iter().take(lanes).chain(rest).copied().collect()
            })
        });
        joined.collect::<Option<Vec<Data>>>().ok_or(MALFORMED)?
    } else {
        even
    };
    let woven = even.iter().zip(&pairs).map(|(even, odd)| {
        map_two!(even, odd, even, odd => {
            let rows = even.chunks_exact(lanes).zip(odd.chunks_exact(lanes));
            rows.flat_map(|(even, odd)| even.iter().chain(odd)).copied().collect()
        })
    });
    woven.collect::<Option<Vec<Data>>>().ok_or(MALFORMED)
}
