//! Elements of one type as elements of another.

use std::rc::Rc;

use super::error::Trouble;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, own};
use crate::kinds::{Kind, Overflow, Signedness};
use crate::module::Element;
use crate::number::{Exact, Mode, directed, round};

/// The elements of a tile as those of another type.
pub(super) fn convert(kind: &Kind, source: &Tile, to: Element) -> Result<Data, Trouble> {
    match kind {
        Kind::FloatToFloat { mode } => float_to_float(source, to, *mode),
        Kind::FloatToInteger { signedness, saturating } => {
            float_to_integer(source, to, *signedness, *saturating)
        }
        Kind::IntegerToFloat { signedness, mode } => {
            let all = whole(source, *signedness)?;
            if !to.is_float() {
                return Err(MALFORMED);
            }
            let one = |value: i128| {
                let near = value as f64;
                let rest = (value - near as i128).signum() as i8;
                directed(to, Exact { value: near, rest }, *mode)
            };
            Ok(floats(to, all.into_iter().map(one)))
        }
        Kind::Extend(signedness) => {
            let all = whole(source, *signedness)?;
            Ok(Data::collect(to, all.into_iter().map(|one| one as u64)))
        }
        Kind::Truncate(overflow) => truncate(source, to, *overflow),
        // What is left keeps its bits.
        _ if source.element.bits() != to.bits() => Err(MALFORMED),
        _ => Ok(Data::collect(to, source.data.bits(source.element).into_iter())),
    }
}

/// Elements as whole numbers, with a sign or without.
fn whole(source: &Tile, signedness: Signedness) -> Result<Vec<i128>, Trouble> {
    if !source.element.is_integer() {
        return Err(MALFORMED);
    }
    match signedness {
        Signedness::Signed => {
            let all = source.data.integers().ok_or(MALFORMED)?;
            Ok(all.into_iter().map(i128::from).collect())
        }
        Signedness::Unsigned => {
            Ok(source.data.bits(source.element).into_iter().map(i128::from).collect())
        }
    }
}

/// Elements from values of their type.
fn floats(to: Element, values: impl Iterator<Item = f64>) -> Data {
    match to {
        Element::F64 => Data::F64(values.collect()),
        _ => Data::F32(values.map(|one| one as f32).collect()),
    }
}

fn float_to_float(source: &Tile, to: Element, mode: Mode) -> Result<Data, Trouble> {
    if !to.is_float() {
        return Err(MALFORMED);
    }
    Ok(match (&source.data, to) {
        (Data::F32(all), Element::F64) => {
            Data::F64(all.iter().map(|one| f64::from(*one)).collect())
        }
        (Data::F32(all), _) if mode.is_nearest() && to != Element::F8E8M0 => {
            Data::F32(all.iter().map(|one| round(to, *one)).collect())
        }
        (Data::F32(all), _) => {
            floats(to, all.iter().map(|one| directed(to, Exact::of(f64::from(*one)), mode)))
        }
        (Data::F64(all), _) => {
            floats(to, all.iter().map(|one| directed(to, Exact::of(*one), mode)))
        }
        _ => return Err(MALFORMED),
    })
}

/// Towards zero; what does not fit is not defined, unless it is said to become the nearest that fits.
fn float_to_integer(
    source: &Tile,
    to: Element,
    signedness: Signedness,
    saturating: bool,
) -> Result<Data, Trouble> {
    let all: Vec<f64> = match &source.data {
        Data::F32(all) => all.iter().map(|one| f64::from(*one)).collect(),
        Data::F64(all) => all.clone(),
        _ => return Err(MALFORMED),
    };
    if !to.is_integer() {
        return Err(MALFORMED);
    }
    let bits = to.bits();
    let (low, high) = match signedness {
        Signedness::Signed => (-(1_i128 << (bits - 1)), (1_i128 << (bits - 1)) - 1),
        Signedness::Unsigned => (0, (1_i128 << bits) - 1),
    };
    let poison = u64::from_ne_bytes([super::POISON; 8]);
    let one = |value: f64| {
        // Saturates at the ends of 128 bits, and makes 0 of NaN.
        let whole = value as i128;
        match (low..=high).contains(&whole) && !value.is_nan() {
            true => whole as u64,
            false if saturating => whole.clamp(low, high) as u64,
            false => poison,
        }
    };
    Ok(Data::collect(to, all.into_iter().map(one)))
}

fn truncate(source: &Tile, to: Element, overflow: Overflow) -> Result<Data, Trouble> {
    if !source.element.is_integer() || !to.is_integer() {
        return Err(MALFORMED);
    }
    if overflow != Overflow::default() {
        let half = 1_i128 << (to.bits() - 1);
        let signed = whole(source, Signedness::Signed)?;
        let unsigned = whole(source, Signedness::Unsigned)?;
        for (signed, unsigned) in signed.into_iter().zip(unsigned) {
            let wraps = overflow.no_signed && !(-half..half).contains(&signed)
                || overflow.no_unsigned && unsigned >= 2 * half;
            if wraps {
                return Err(Trouble::WrapAround { left: signed as i64, right: 0 });
            }
        }
    }
    Ok(Data::collect(to, source.data.bits(source.element).into_iter()))
}

/// Pointers some elements further.
pub(super) fn offset(pointers: Rc<Tile>, offsets: &Tile, size: usize) -> Result<Data, Trouble> {
    let offsets = offsets.data.integers().ok_or(MALFORMED)?;
    let mut data = own(pointers).data;
    match &mut data {
        Data::I64(all) if all.len() == offsets.len() => {
            for (pointer, offset) in all.iter_mut().zip(offsets) {
                *pointer = pointer.wrapping_add(offset.wrapping_mul(size as i64));
            }
        }
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

/// The bytes of elements, each with its lowest first; two of 4 bits share one.
pub(super) fn pack(source: &Tile) -> Data {
    let bits = source.data.bits(source.element);
    let bytes: Vec<i8> = match source.element.bits() {
        4 => bits.chunks(2).map(|two| nibbles(two) as i8).collect(),
        _ => {
            let size = source.element.bytes();
            let bytes = bits.iter().flat_map(|one| one.to_le_bytes().into_iter().take(size));
            bytes.map(|byte| byte as i8).collect()
        }
    };
    Data::I8(bytes)
}

fn nibbles(two: &[u64]) -> u64 {
    two.iter().rev().fold(0, |byte, one| byte << 4 | one & 0xf)
}

/// Elements from their bytes.
pub(super) fn unpack(source: &Tile, to: Element) -> Data {
    let bytes = source.data.bits(source.element);
    if to.bits() == 4 {
        return Data::collect(to, bytes.iter().flat_map(|byte| [byte & 0xf, byte >> 4 & 0xf]));
    }
    let word = |bytes: &[u64]| bytes.iter().rev().fold(0, |value, byte| value << 8 | byte & 0xff);
    Data::collect(to, bytes.chunks(to.bytes()).map(word))
}
