//! Global memory: arrays at made-up addresses, in cells that several threads may use.
//!
//! Each array has a region of 2^44 bytes to itself, in the middle of which it begins; an address says which array it came
//! from and how far from its beginning it lies, also where that is before the beginning or behind the end.

use std::sync::atomic::{AtomicU8, AtomicU16, AtomicU32, AtomicU64, Ordering::Relaxed};

use super::error::Trouble;
use super::tile::Data;
use crate::module::Element;
use crate::number::{bits_of, value_of};

/// Bits of an address within the region of an array.
const REGION: u32 = 44;
/// Where an array begins in its region.
const MIDDLE: u64 = 1 << (REGION - 1);

/// All arrays.
#[derive(Debug, Default)]
pub(super) struct Memory {
    arrays: Vec<Cells>,
}

/// The bytes of an array, in cells of the size of its elements.
#[derive(Debug)]
pub(super) enum Cells {
    Of8(Vec<AtomicU8>),
    Of16(Vec<AtomicU16>),
    Of32(Vec<AtomicU32>),
    Of64(Vec<AtomicU64>),
}

/// Elements of an array that lie equally far apart, of which each is in it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Run<'m> {
    cells: &'m Cells,
    first: usize,
    step: isize,
    count: usize,
}

impl Memory {
    /// Takes an array in, and says at which address it begins.
    pub(super) fn add(&mut self, element: Element, bytes: &[u8]) -> u64 {
        let cells = match element.bytes() {
            1 => Cells::Of8(bytes.iter().map(|byte| AtomicU8::new(*byte)).collect()),
            2 => {
                Cells::Of16(bytes.chunks(2).map(|part| AtomicU16::new(word(part) as u16)).collect())
            }
            4 => {
                Cells::Of32(bytes.chunks(4).map(|part| AtomicU32::new(word(part) as u32)).collect())
            }
            _ => Cells::Of64(bytes.chunks(8).map(|part| AtomicU64::new(word(part))).collect()),
        };
        self.arrays.push(cells);
        (self.arrays.len() as u64) << REGION | MIDDLE
    }

    /// Writes an array's bytes back.
    pub(super) fn copy_to(&self, array: usize, bytes: &mut [u8]) {
        match self.arrays.get(array) {
            Some(Cells::Of8(cells)) => {
                bytes.iter_mut().zip(cells).for_each(|(to, cell)| *to = cell.load(Relaxed));
            }
            Some(Cells::Of16(cells)) => bytes.chunks_mut(2).zip(cells).for_each(|(to, cell)| {
                to.copy_from_slice(cell.load(Relaxed).to_le_bytes().get(..to.len()).unwrap_or(&[]));
            }),
            Some(Cells::Of32(cells)) => bytes.chunks_mut(4).zip(cells).for_each(|(to, cell)| {
                to.copy_from_slice(cell.load(Relaxed).to_le_bytes().get(..to.len()).unwrap_or(&[]));
            }),
            Some(Cells::Of64(cells)) => bytes.chunks_mut(8).zip(cells).for_each(|(to, cell)| {
                to.copy_from_slice(cell.load(Relaxed).to_le_bytes().get(..to.len()).unwrap_or(&[]));
            }),
            None => {}
        }
    }

    /// `count` elements, `step` elements apart, from the one `offset` elements behind an address on.
    ///
    /// # Errors
    /// When one of them does not lie in the array that the address came from.
    pub(super) fn run(
        &self,
        address: u64,
        element: Element,
        offset: i128,
        step: i64,
        count: usize,
    ) -> Result<Run<'_>, Trouble> {
        let array = (address >> REGION).wrapping_sub(1);
        let from = i128::from(address & ((1 << REGION) - 1)) - i128::from(MIDDLE);
        let from = from.saturating_add(offset.saturating_mul(element.bytes() as i128));
        let cells = usize::try_from(array).ok().and_then(|array| self.arrays.get(array));
        let Some(cells) = cells else { return Err(Trouble::NoArray { address }) };
        let size = element.bytes();
        let end = (cells.len() * cells.size()) as i128;
        let behind = (count.max(1) as i128 - 1) * i128::from(step) * size as i128;
        let last = from.saturating_add(behind);
        let inside = |at: i128| at >= 0 && at <= end - size as i128;
        if !inside(from) || !inside(last) {
            let at = if inside(from) { last } else { from };
            return Err(Trouble::Outside {
                array: array as usize,
                at: i64::try_from(at).unwrap_or(i64::MAX),
                size,
                length: end as u64,
            });
        }
        if cells.size() != size || from % size as i128 != 0 {
            return Err(Trouble::OtherElements { array: array as usize, size, of: cells.size() });
        }
        let first = (from / size as i128) as usize;
        Ok(Run { cells, first, step: step as isize, count })
    }
}

/// A number with its lowest byte first.
fn word(bytes: &[u8]) -> u64 {
    bytes.iter().rev().fold(0, |value, byte| value << 8 | u64::from(*byte))
}

impl Cells {
    fn size(&self) -> usize {
        match self {
            Self::Of8(_) => 1,
            Self::Of16(_) => 2,
            Self::Of32(_) => 4,
            Self::Of64(_) => 8,
        }
    }

    fn len(&self) -> usize {
        match self {
            Self::Of8(cells) => cells.len(),
            Self::Of16(cells) => cells.len(),
            Self::Of32(cells) => cells.len(),
            Self::Of64(cells) => cells.len(),
        }
    }
}

/// The cells of a run, one after the other.
fn each<'c, T>(cells: &'c [T], run: Run<'_>) -> impl Iterator<Item = &'c T> + use<'c, T> {
    let Run { first, step, count, .. } = run;
    let dense = if step == 1 { cells.get(first..) } else { None };
    let mut at = first;
    let mut spread = move || {
        let cell = cells.get(at);
        at = at.wrapping_add_signed(step);
        cell
    };
    let mut dense = dense.map(<[T]>::iter);
    let next = move || match &mut dense {
        Some(cells) => cells.next(),
        None => spread(),
    };
    std::iter::from_fn(next).take(count)
}

impl Run<'_> {
    /// Adds its elements to a tile's.
    pub(super) fn load(self, element: Element, data: &mut Data) {
        match (self.cells, data) {
            (Cells::Of32(cells), Data::F32(all)) => {
                all.extend(each(cells, self).map(|cell| f32::from_bits(cell.load(Relaxed))));
            }
            (Cells::Of16(cells), Data::F32(all)) => all.extend(
                each(cells, self).map(|cell| value_of(element, u32::from(cell.load(Relaxed)))),
            ),
            (Cells::Of8(cells), Data::F32(all)) => all.extend(
                each(cells, self).map(|cell| value_of(element, u32::from(cell.load(Relaxed)))),
            ),
            (Cells::Of64(cells), Data::F64(all)) => {
                all.extend(each(cells, self).map(|cell| f64::from_bits(cell.load(Relaxed))));
            }
            (Cells::Of8(cells), Data::I1(all)) => {
                all.extend(each(cells, self).map(|cell| cell.load(Relaxed) != 0));
            }
            (Cells::Of8(cells), Data::I8(all)) => {
                all.extend(each(cells, self).map(|cell| cell.load(Relaxed) as i8));
            }
            (Cells::Of16(cells), Data::I16(all)) => {
                all.extend(each(cells, self).map(|cell| cell.load(Relaxed) as i16));
            }
            (Cells::Of32(cells), Data::I32(all)) => {
                all.extend(each(cells, self).map(|cell| cell.load(Relaxed) as i32));
            }
            (Cells::Of64(cells), Data::I64(all)) => {
                all.extend(each(cells, self).map(|cell| cell.load(Relaxed) as i64));
            }
            _ => {}
        }
    }

    /// Writes elements of a tile, from `from` on.
    pub(super) fn store(self, element: Element, data: &Data, from: usize) {
        match (self.cells, data) {
            (Cells::Of32(cells), Data::F32(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(one.to_bits(), Relaxed)),
            (Cells::Of16(cells), Data::F32(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(bits_of(element, *one) as u16, Relaxed)),
            (Cells::Of8(cells), Data::F32(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(bits_of(element, *one) as u8, Relaxed)),
            (Cells::Of64(cells), Data::F64(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(one.to_bits(), Relaxed)),
            (Cells::Of8(cells), Data::I1(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(u8::from(*one), Relaxed)),
            (Cells::Of8(cells), Data::I8(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(*one as u8, Relaxed)),
            (Cells::Of16(cells), Data::I16(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(*one as u16, Relaxed)),
            (Cells::Of32(cells), Data::I32(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(*one as u32, Relaxed)),
            (Cells::Of64(cells), Data::I64(all)) => each(cells, self)
                .zip(all.iter().skip(from))
                .for_each(|(cell, one)| cell.store(*one as u64, Relaxed)),
            _ => {}
        }
    }

    /// Replaces the bits of its first element by what `change` makes of them, in one step, and gives those that were there.
    pub(super) fn update(self, change: impl Fn(u64) -> u64) -> u64 {
        match self.cells {
            Cells::Of8(cells) => cells.get(self.first).map_or(0, |cell| {
                let change = |bits| Some(change(u64::from(bits)) as u8);
                u64::from(cell.fetch_update(Relaxed, Relaxed, change).unwrap_or(0))
            }),
            Cells::Of16(cells) => cells.get(self.first).map_or(0, |cell| {
                let change = |bits| Some(change(u64::from(bits)) as u16);
                u64::from(cell.fetch_update(Relaxed, Relaxed, change).unwrap_or(0))
            }),
            Cells::Of32(cells) => cells.get(self.first).map_or(0, |cell| {
                let change = |bits| Some(change(u64::from(bits)) as u32);
                u64::from(cell.fetch_update(Relaxed, Relaxed, change).unwrap_or(0))
            }),
            Cells::Of64(cells) => cells.get(self.first).map_or(0, |cell| {
                let change = |bits| Some(change(bits));
                cell.fetch_update(Relaxed, Relaxed, change).unwrap_or(0)
            }),
        }
    }
}
