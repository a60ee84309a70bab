//! Constants from their bytes, and what kernels print.

use std::rc::Rc;

use super::error::Trouble;
use super::tile::{Data, Tile};
use crate::module::Element;
use crate::read::little_endian;

/// As many texts of a run are kept.
pub(super) const MOST_TEXTS: usize = 1000;
/// As many bytes of one of them.
const MOST_BYTES: usize = 4096;

/// The elements of a constant: one for all, or each; truth values are eight in a byte unless there is one for all.
pub(super) fn constant(element: Element, count: usize, bytes: &[u8]) -> Result<Data, Trouble> {
    let malformed = Trouble::Malformed("a constant of other elements than its type");
    let size = match element {
        Element::TF32 => 3,
        _ => element.bytes(),
    };
    let bits = |part: &[u8]| match element {
        // The three bytes hold the 19 bits that are kept in the upper ones here.
        Element::TF32 => little_endian(part) << 13,
        _ => little_endian(part),
    };
    if element == Element::Pointer {
        return Err(malformed);
    }
    if bytes.len() == size {
        let one = bits(bytes);
        // Of eight truth values or fewer the byte may hold each; one for all is all zeros or all ones.
        let each = element == Element::I1 && !matches!(one, 0 | 0xff);
        if !each {
            return Ok(Data::splat(element, one, count));
        }
    }
    if element == Element::I1 {
        return match bytes.len() == count.div_ceil(8) {
            true => {
                let one =
                    |at: usize| bytes.get(at / 8).is_some_and(|byte| byte >> (at % 8) & 1 != 0);
                Ok(Data::I1((0..count).map(one).collect()))
            }
            false => Err(malformed),
        };
    }
    match bytes.len() == count.saturating_mul(size) {
        true => Ok(Data::collect(element, bytes.chunks_exact(size).map(bits))),
        false => Err(malformed),
    }
}

/// A text as a kernel prints it: each expression that begins with `%` stands for an operand.
pub(super) fn printed(format: &str, operands: &[Rc<Tile>]) -> String {
    let mut text = String::new();
    let mut operands = operands.iter();
    let mut rest = format.chars().peekable();
    while let Some(one) = rest.next() {
        if text.len() >= MOST_BYTES {
            break;
        }
        if one != '%' {
            text.push(one);
            continue;
        }
        if rest.next_if_eq(&'%').is_some() {
            text.push('%');
            continue;
        }
        let conversion = rest.by_ref().find(char::is_ascii_alphabetic);
        // Lengths such as `ll` and `h` stand before the conversion.
        let mut last = conversion;
        while matches!(last, Some('l' | 'h')) {
            last = rest.next();
        }
        match operands.next() {
            Some(tile) => text.push_str(&elements(tile, last == Some('u'))),
            None => text.push('?'),
        }
    }
    let mut end = text.len().min(MOST_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text
}

/// The elements of a tile, in brackets if it is none.
fn elements(tile: &Tile, unsigned: bool) -> String {
    const SHOWN: usize = 64;
    fn first<T: ToString>(all: &[T]) -> Vec<String> {
        all.iter().take(SHOWN).map(ToString::to_string).collect()
    }
    let mut all = match (&tile.data, unsigned) {
        (Data::F32(all), _) => first(all),
        (Data::F64(all), _) => first(all),
        (Data::I1(_), _) => first(&tile.data.bits(tile.element)),
        (data, true) => first(&data.bits(tile.element)),
        (data, false) => first(&data.integers().unwrap_or_default()),
    };
    if tile.shape.is_empty() {
        return all.into_iter().next().unwrap_or_default();
    }
    if tile.data.len() > SHOWN {
        all.push("…".to_owned());
    }
    format!("[{}]", all.join(", "))
}
