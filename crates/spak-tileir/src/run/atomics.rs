//! What an atomic access makes of the bits that it finds.

use super::error::Trouble;
use crate::kinds::AtomicMode;
use crate::module::Element;
use crate::number::{bits_of, round, value_of};

/// The function from the bits that are there and those that are given to those that will be there.
pub(super) fn change(mode: AtomicMode, element: Element) -> Result<fn(u64, u64) -> u64, Trouble> {
    let function: fn(u64, u64) -> u64 = match (mode, element) {
        (AtomicMode::Exchange, _) => |_, given| given,
        (AtomicMode::And, Element::I32 | Element::I64) => |found, given| found & given,
        (AtomicMode::Or, Element::I32 | Element::I64) => |found, given| found | given,
        (AtomicMode::Xor, Element::I32 | Element::I64) => |found, given| found ^ given,
        // The bits above those of the element are cut off.
        (AtomicMode::Add, Element::I32 | Element::I64) => u64::wrapping_add,
        (AtomicMode::UnsignedMax, Element::I32 | Element::I64) => u64::max,
        (AtomicMode::UnsignedMin, Element::I32 | Element::I64) => u64::min,
        (AtomicMode::Max, Element::I32) => |a, b| (a as i32).max(b as i32) as u64,
        (AtomicMode::Min, Element::I32) => |a, b| (a as i32).min(b as i32) as u64,
        (AtomicMode::Max, Element::I64) => |a, b| (a as i64).max(b as i64) as u64,
        (AtomicMode::Min, Element::I64) => |a, b| (a as i64).min(b as i64) as u64,
        (AtomicMode::AddFloat, Element::F64) => {
            |a, b| (f64::from_bits(a) + f64::from_bits(b)).to_bits()
        }
        (AtomicMode::AddFloat, Element::F32) => |a, b| sum(Element::F32, a, b),
        (AtomicMode::AddFloat, Element::F16) => |a, b| sum(Element::F16, a, b),
        (AtomicMode::AddFloat, Element::BF16) => |a, b| sum(Element::BF16, a, b),
        _ => {
            let what = format!("an atomic {mode:?} of {}", element.name());
            return Err(Trouble::Unsupported(what));
        }
    };
    Ok(function)
}

fn sum(element: Element, a: u64, b: u64) -> u64 {
    let sum = value_of(element, a as u32) + value_of(element, b as u32);
    u64::from(bits_of(element, round(element, sum)))
}
