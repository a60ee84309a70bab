//! The same elements in other places: broadcast, permuted, cut out, put together.

use std::rc::Rc;

use super::error::Trouble;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, dense, elements, map_data, map_two, own};

/// A tile with one element as many times; `None` where it has none.
pub(super) fn spread(data: &Data, count: usize) -> Option<Data> {
    if data.len() == count {
        return Some(data.clone());
    }
    Some(map_data!(data, all => vec![*all.first()?; count]))
}

/// The elements of a shape in order, from `first` on in steps of `strides` elements; `None` where one is not there.
fn strided<T: Copy>(all: &[T], first: usize, shape: &[usize], strides: &[usize]) -> Option<Vec<T>> {
    let Some((inner, outer)) = shape.split_last() else { return Some(vec![*all.get(first)?]) };
    let step = *strides.last()?;
    let mut result = Vec::with_capacity(elements(shape));
    for start in starts(first, outer, strides) {
        match step {
            0 => result.extend(std::iter::repeat_n(*all.get(start)?, *inner)),
            1 => result.extend_from_slice(all.get(start..start + inner)?),
            _ => {
                let row = all.get(start..=start + (inner - 1) * step)?;
                result.extend(row.iter().step_by(step));
            }
        }
    }
    Some(result)
}

/// Where each of the rows begins that the outer dimensions count.
fn starts(first: usize, outer: &[usize], strides: &[usize]) -> impl Iterator<Item = usize> {
    let sizes: Vec<(usize, usize)> = outer.iter().copied().zip(strides.iter().copied()).collect();
    (0..elements(outer)).map(move |row| {
        let mut rest = row;
        let mut start = first;
        for (size, stride) in sizes.iter().rev() {
            start += rest % size * stride;
            rest /= size;
        }
        start
    })
}

/// Dimensions of one element in as many as wanted.
pub(super) fn broadcast(source: Rc<Tile>, shape: &[usize]) -> Result<Data, Trouble> {
    if source.shape == shape {
        return Ok(own(source).data);
    }
    let fits = |(from, to): (&usize, &usize)| from == to || *from == 1;
    if source.shape.len() != shape.len() || !source.shape.iter().zip(shape).all(fits) {
        return Err(MALFORMED);
    }
    let strides: Vec<usize> = dense(&source.shape)
        .into_iter()
        .zip(&source.shape)
        .map(|(stride, size)| if *size == 1 { 0 } else { stride })
        .collect();
    let data = map_data!(&source.data, all => strided(all, 0, shape, &strides).ok_or(MALFORMED)?);
    Ok(data)
}

/// Dimensions in another order.
pub(super) fn permute(source: Rc<Tile>, order: &[usize]) -> Result<Data, Trouble> {
    let from = dense(&source.shape);
    let pick = |of: &[usize]| -> Option<Vec<usize>> {
        order.iter().map(|axis| of.get(*axis).copied()).collect()
    };
    let mut sorted = order.to_vec();
    sorted.sort_unstable();
    if !sorted.into_iter().eq(0..source.shape.len()) {
        return Err(MALFORMED);
    }
    let (shape, strides) = (pick(&source.shape).ok_or(MALFORMED)?, pick(&from).ok_or(MALFORMED)?);
    let data = map_data!(&source.data, all => strided(all, 0, &shape, &strides).ok_or(MALFORMED)?);
    Ok(data)
}

/// One tile behind the other along a dimension.
pub(super) fn cat(left: &Tile, right: &Tile, dimension: usize) -> Result<Data, Trouble> {
    let chunk = |tile: &Tile| tile.shape.get(dimension..).map(elements).filter(|size| *size > 0);
    let (of_left, of_right) = (chunk(left).ok_or(MALFORMED)?, chunk(right).ok_or(MALFORMED)?);
    if left.data.len() / of_left != right.data.len() / of_right {
        return Err(MALFORMED);
    }
    let data = map_two!(&left.data, &right.data, a, b => {
        let mut all = Vec::with_capacity(a.len() + b.len());
        for (one, other) in a.chunks(of_left).zip(b.chunks(of_right)) {
            all.extend_from_slice(one);
            all.extend_from_slice(other);
        }
        all
    });
    data.ok_or(MALFORMED)
}

/// Where a part begins in a whole, by its number along each dimension.
fn part_start(whole: &[usize], part: &[usize], index: &[u64]) -> Result<usize, Trouble> {
    let divides = |(whole, part): (&usize, &usize)| *part > 0 && whole % part == 0;
    if whole.len() != part.len()
        || index.len() != part.len()
        || !whole.iter().zip(part).all(divides)
    {
        return Err(MALFORMED);
    }
    let space: Vec<u64> =
        whole.iter().zip(part).map(|(whole, part)| (whole / part) as u64).collect();
    if index.iter().zip(&space).any(|(at, count)| at >= count) {
        return Err(Trouble::Part { index: index.to_vec(), space });
    }
    let places = index.iter().zip(part).zip(dense(whole));
    Ok(places.map(|((at, size), stride)| *at as usize * size * stride).sum())
}

/// A part of a tile.
pub(super) fn extract(source: &Tile, shape: &[usize], index: &[u64]) -> Result<Data, Trouble> {
    let first = part_start(&source.shape, shape, index)?;
    let strides = dense(&source.shape);
    let data =
        map_data!(&source.data, all => strided(all, first, shape, &strides).ok_or(MALFORMED)?);
    Ok(data)
}

/// A tile with one part replaced.
pub(super) fn insert(part: &Tile, whole: Rc<Tile>, index: &[u64]) -> Result<Data, Trouble> {
    let first = part_start(&whole.shape, &part.shape, index)?;
    let strides = dense(&whole.shape);
    let Some((inner, outer)) = part.shape.split_last() else { return Ok(part.data.clone()) };
    let starts = starts(first, outer, &strides);
    let data = map_two!(own(whole).data, &part.data, all, part => {
        let mut all = all;
        for (start, row) in starts.zip(part.chunks(*inner)) {
            let place = all.get_mut(start..start + inner).ok_or(MALFORMED)?;
            place.copy_from_slice(row);
        }
        all
    });
    data.ok_or(MALFORMED)
}

/// The elements of one tile or another, as a third says.
pub(super) fn select(condition: &Tile, left: Rc<Tile>, right: &Tile) -> Result<Data, Trouble> {
    let Data::I1(condition) = &condition.data else { return Err(MALFORMED) };
    if left.data.len() != condition.len() || right.data.len() != condition.len() {
        return Err(MALFORMED);
    }
    let data = map_two!(own(left).data, &right.data, left, right => {
        let mut left = left;
        for ((one, other), holds) in left.iter_mut().zip(right).zip(condition) {
            if !holds {
                *one = *other;
            }
        }
        left
    });
    data.ok_or(MALFORMED)
}
