//! Tiles: elements of one type in a shape, in a vector of the type that holds them.

use std::rc::Rc;

use crate::module::Element;
use crate::number::{bits_of, value_of};

/// What a byte of an integer is that nothing said: the elements of a tile beside its array, those that a mask leaves out.
pub const POISON: u8 = 0xa5;

/// Elements in a shape; the last dimension is dense.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Tile {
    pub(super) element: Element,
    pub(super) shape: Vec<usize>,
    pub(super) data: Data,
}

/// Elements, by what holds them. Floats of less than 32 bits are kept as `f32` with a value of their type.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Data {
    I1(Vec<bool>),
    /// Of 4 bits, too, with their sign.
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    /// Addresses, too.
    I64(Vec<i64>),
    F32(Vec<f32>),
    F64(Vec<f64>),
}

/// Runs an expression with the vector in `data`, whatever its type.
macro_rules! with_data {
    ($data:expr, $vector:ident => $then:expr) => {
        match $data {
            $crate::run::tile::Data::I1($vector) => $then,
            $crate::run::tile::Data::I8($vector) => $then,
            $crate::run::tile::Data::I16($vector) => $then,
            $crate::run::tile::Data::I32($vector) => $then,
            $crate::run::tile::Data::I64($vector) => $then,
            $crate::run::tile::Data::F32($vector) => $then,
            $crate::run::tile::Data::F64($vector) => $then,
        }
    };
}

/// Makes data of the same kind as `data` from an expression over its vector.
macro_rules! map_data {
    ($data:expr, $vector:ident => $then:expr) => {
        match $data {
            $crate::run::tile::Data::I1($vector) => $crate::run::tile::Data::I1($then),
            $crate::run::tile::Data::I8($vector) => $crate::run::tile::Data::I8($then),
            $crate::run::tile::Data::I16($vector) => $crate::run::tile::Data::I16($then),
            $crate::run::tile::Data::I32($vector) => $crate::run::tile::Data::I32($then),
            $crate::run::tile::Data::I64($vector) => $crate::run::tile::Data::I64($then),
            $crate::run::tile::Data::F32($vector) => $crate::run::tile::Data::F32($then),
            $crate::run::tile::Data::F64($vector) => $crate::run::tile::Data::F64($then),
        }
    };
}

/// Makes data from an expression over two vectors of the same kind; `None` where they are of two kinds.
macro_rules! map_two {
    ($left:expr, $right:expr, $a:ident, $b:ident => $then:expr) => {{
        use $crate::run::tile::Data;
        match ($left, $right) {
            (Data::I1($a), Data::I1($b)) => Some(Data::I1($then)),
            (Data::I8($a), Data::I8($b)) => Some(Data::I8($then)),
            (Data::I16($a), Data::I16($b)) => Some(Data::I16($then)),
            (Data::I32($a), Data::I32($b)) => Some(Data::I32($then)),
            (Data::I64($a), Data::I64($b)) => Some(Data::I64($then)),
            (Data::F32($a), Data::F32($b)) => Some(Data::F32($then)),
            (Data::F64($a), Data::F64($b)) => Some(Data::F64($then)),
            _ => None,
        }
    }};
}

pub(super) use {map_data, map_two};

/// How many elements a shape has.
pub(super) fn elements(shape: &[usize]) -> usize {
    shape.iter().product()
}

/// For each dimension of a dense shape, how many elements apart neighbours are.
pub(super) fn dense(shape: &[usize]) -> Vec<usize> {
    let mut step = 1;
    let mut strides: Vec<usize> = Vec::with_capacity(shape.len());
    for size in shape.iter().rev() {
        strides.push(step);
        step *= size;
    }
    strides.reverse();
    strides
}

impl Data {
    pub(super) fn len(&self) -> usize {
        with_data!(self, vector => vector.len())
    }

    /// As many elements as wanted, all with these bits.
    pub(super) fn splat(element: Element, bits: u64, count: usize) -> Self {
        match element {
            Element::I1 => Self::I1(vec![bits & 1 != 0; count]),
            Element::I4 => Self::I8(vec![((bits as i8) << 4) >> 4; count]),
            Element::I8 => Self::I8(vec![bits as i8; count]),
            Element::I16 => Self::I16(vec![bits as i16; count]),
            Element::I32 => Self::I32(vec![bits as i32; count]),
            Element::I64 | Element::Pointer => Self::I64(vec![bits as i64; count]),
            Element::F64 => Self::F64(vec![f64::from_bits(bits); count]),
            _ => Self::F32(vec![value_of(element, bits as u32); count]),
        }
    }

    /// Elements with the bits that an iterator gives.
    pub(super) fn collect(element: Element, bits: impl Iterator<Item = u64>) -> Self {
        match element {
            Element::I1 => Self::I1(bits.map(|one| one & 1 != 0).collect()),
            Element::I4 => Self::I8(bits.map(|one| ((one as i8) << 4) >> 4).collect()),
            Element::I8 => Self::I8(bits.map(|one| one as i8).collect()),
            Element::I16 => Self::I16(bits.map(|one| one as i16).collect()),
            Element::I32 => Self::I32(bits.map(|one| one as i32).collect()),
            Element::I64 | Element::Pointer => Self::I64(bits.map(|one| one as i64).collect()),
            Element::F64 => Self::F64(bits.map(f64::from_bits).collect()),
            _ => Self::F32(bits.map(|one| value_of(element, one as u32)).collect()),
        }
    }

    /// The bits of each element, without its sign above them.
    pub(super) fn bits(&self, element: Element) -> Vec<u64> {
        match self {
            Self::I1(all) => all.iter().map(|one| u64::from(*one)).collect(),
            Self::I8(all) if element == Element::I4 => {
                all.iter().map(|one| u64::from(*one as u8 & 0xf)).collect()
            }
            Self::I8(all) => all.iter().map(|one| u64::from(*one as u8)).collect(),
            Self::I16(all) => all.iter().map(|one| u64::from(*one as u16)).collect(),
            Self::I32(all) => all.iter().map(|one| u64::from(*one as u32)).collect(),
            Self::I64(all) => all.iter().map(|one| *one as u64).collect(),
            Self::F32(all) => all.iter().map(|one| u64::from(bits_of(element, *one))).collect(),
            Self::F64(all) => all.iter().map(|one| one.to_bits()).collect(),
        }
    }

    /// Each element as a number with a sign; `None` where they are floats.
    pub(super) fn integers(&self) -> Option<Vec<i64>> {
        Some(match self {
            Self::I1(all) => all.iter().map(|one| -i64::from(*one)).collect(),
            Self::I8(all) => all.iter().map(|one| i64::from(*one)).collect(),
            Self::I16(all) => all.iter().map(|one| i64::from(*one)).collect(),
            Self::I32(all) => all.iter().map(|one| i64::from(*one)).collect(),
            Self::I64(all) => all.clone(),
            Self::F32(_) | Self::F64(_) => return None,
        })
    }

    /// The element that stands for nothing: NaN where there is one, else [`POISON`] in each byte.
    pub(super) fn poison(element: Element, count: usize) -> Self {
        match element {
            Element::F64 => Self::F64(vec![f64::NAN; count]),
            Element::F4E2M1 => Self::splat(element, u64::from(POISON), count),
            _ if element.is_float() => Self::F32(vec![f32::NAN; count]),
            _ => Self::splat(element, u64::from_ne_bytes([POISON; 8]), count),
        }
    }
}

impl Tile {
    pub(super) fn scalar(element: Element, bits: u64) -> Self {
        Self { element, shape: Vec::new(), data: Data::splat(element, bits, 1) }
    }

    /// Its one element as a number with a sign.
    pub(super) fn integer(&self) -> Option<i64> {
        match &self.data {
            Data::I1(all) => all.first().map(|one| i64::from(*one)),
            Data::I8(all) => all.first().map(|one| i64::from(*one)),
            Data::I16(all) => all.first().map(|one| i64::from(*one)),
            Data::I32(all) => all.first().map(|one| i64::from(*one)),
            Data::I64(all) => all.first().copied(),
            Data::F32(_) | Data::F64(_) => None,
        }
    }

    /// Its one element as a number without one.
    pub(super) fn unsigned(&self) -> Option<u64> {
        match &self.data {
            Data::I1(all) => all.first().map(|one| u64::from(*one)),
            Data::I8(all) => all.first().map(|one| u64::from(*one as u8)),
            Data::I16(all) => all.first().map(|one| u64::from(*one as u16)),
            Data::I32(all) => all.first().map(|one| u64::from(*one as u32)),
            Data::I64(all) => all.first().map(|one| *one as u64),
            Data::F32(_) | Data::F64(_) => None,
        }
    }
}

/// A tile that nothing else holds, or a copy of it.
pub(super) fn own(tile: Rc<Tile>) -> Tile {
    Rc::try_unwrap(tile).unwrap_or_else(|shared| (*shared).clone())
}
