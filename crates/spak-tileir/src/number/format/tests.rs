//! Formats against a formula that knows nothing of bits: the nearest of all values of a format.

#![expect(clippy::indexing_slicing, reason = "tests may fail")]

use super::{Format, bits_of, narrow, round, value_of};
use crate::module::Element;
use crate::number::{Exact, Mode};

/// Formats of which all values can be listed.
const SMALL: [Element; 7] = [
    Element::F16,
    Element::BF16,
    Element::F8E4M3,
    Element::F8E5M2,
    Element::F4E2M1,
    Element::F8E5M3,
    Element::F8E8M0,
];

/// Values by the definition of a format: exponent, mantissa, sign, as powers of two.
fn by_definition(element: Element, bits: u32) -> f64 {
    let (exponent, mantissa, bias) = match element {
        Element::F16 => (5, 10, 15),
        Element::BF16 => (8, 7, 127),
        Element::F8E4M3 => (4, 3, 7),
        Element::F8E5M2 => (5, 2, 15),
        Element::F4E2M1 => (2, 1, 1),
        Element::F8E5M3 => (5, 3, 15),
        _ => return if bits == 0xff { f64::NAN } else { 2.0_f64.powi(bits as i32 - 127) },
    };
    let field = (bits >> mantissa) & ((1 << exponent) - 1);
    let fraction = f64::from(bits & ((1 << mantissa) - 1)) / f64::from(1_u32 << mantissa);
    let sign = if bits >> (exponent + mantissa) & 1 == 1 { -1.0 } else { 1.0 };
    let last = field == (1 << exponent) - 1;
    let ieee = matches!(element, Element::F16 | Element::BF16 | Element::F8E5M2);
    if last && ieee {
        return if fraction == 0.0 { sign * f64::INFINITY } else { f64::NAN };
    }
    let one_nan = matches!(element, Element::F8E4M3 | Element::F8E5M3);
    if last && one_nan && bits & ((1 << mantissa) - 1) == (1 << mantissa) - 1 {
        return f64::NAN;
    }
    match field {
        0 => sign * fraction * 2.0_f64.powi(1 - bias),
        _ => sign * (1.0 + fraction) * 2.0_f64.powi(field as i32 - bias),
    }
}

fn all_bits(element: Element) -> std::ops::Range<u32> {
    0..1 << element.bits()
}

#[test]
fn all_values_are_those_of_the_definition_and_come_back() {
    for element in SMALL {
        for bits in all_bits(element) {
            let expected = by_definition(element, bits);
            let value = value_of(element, bits);
            if expected.is_nan() {
                assert!(value.is_nan(), "{element:?} {bits:#x}");
            } else {
                assert_eq!(f64::from(value).to_bits(), expected.to_bits(), "{element:?} {bits:#x}");
            }
            assert_eq!(bits_of(element, value), bits, "{element:?} {bits:#x}");
            if let Some(format) = Format::of(element) {
                let exact = format.value(bits);
                assert!(exact == expected || (exact.is_nan() && expected.is_nan()));
            }
        }
    }
}

/// The finite values of a format that has a sign, from the smallest on, with their bits.
fn sorted(element: Element) -> Vec<(f64, u32)> {
    let mut all: Vec<(f64, u32)> =
        all_bits(element).map(|bits| (by_definition(element, bits), bits)).collect();
    all.retain(|(value, bits)| value.is_finite() && (*value != 0.0 || *bits == 0));
    all.sort_by(|left, right| left.0.total_cmp(&right.0));
    all
}

/// The value that a mode says, by looking at all of them.
fn by_search(all: &[(f64, u32)], x: f64, mode: Mode) -> f64 {
    let above = all.partition_point(|(value, _)| *value < x);
    if let Some((value, _)) = all.get(above)
        && *value == x
    {
        return x;
    }
    let (below, below_bits) = all[above - 1];
    let (above, _) = all[above];
    match mode {
        Mode::Down => below,
        Mode::Up => above,
        Mode::Zero => {
            if x > 0.0 {
                below
            } else {
                above
            }
        }
        _ => match (x - below).total_cmp(&(above - x)) {
            std::cmp::Ordering::Less => below,
            std::cmp::Ordering::Greater => above,
            std::cmp::Ordering::Equal if mode == Mode::NearestAway => {
                if x > 0.0 {
                    above
                } else {
                    below
                }
            }
            std::cmp::Ordering::Equal if below_bits & 1 == 0 => below,
            std::cmp::Ordering::Equal => above,
        },
    }
}

#[test]
fn rounding_finds_the_value_that_a_search_finds() {
    let modes = [Mode::NearestEven, Mode::Zero, Mode::Down, Mode::Up, Mode::NearestAway];
    for element in [Element::F16, Element::F8E4M3, Element::F8E5M2, Element::F4E2M1] {
        let all = sorted(element);
        let step = if element == Element::F16 { 17 } else { 1 };
        for pair in all.windows(2).step_by(step) {
            let (low, high) = (pair[0].0, pair[1].0);
            let middle = f64::midpoint(low, high);
            for x in
                [low, middle, middle.next_up(), middle.next_down(), low.next_up(), high.next_down()]
            {
                for mode in modes {
                    let bits = narrow(element, Exact::of(x), mode);
                    let found = f64::from(value_of(element, bits));
                    assert_eq!(found, by_search(&all, x, mode), "{element:?} {x:e} {mode:?}");
                }
            }
        }
    }
}

#[test]
fn the_quick_ways_round_as_the_slow_one() {
    // Singles around each half of the upper bits, of all exponents.
    for element in [Element::F16, Element::BF16, Element::TF32] {
        for upper in 0..=0xffff_u32 {
            for lower in
                [0, 1, 0x7ff, 0x800, 0x0fff, 0x1000, 0x1001, 0x7fff, 0x8000, 0x8001, 0xffff]
            {
                let x = f32::from_bits(upper << 16 | lower);
                let slow =
                    value_of(element, narrow(element, Exact::of(f64::from(x)), Mode::NearestEven));
                let quick = round(element, x);
                assert!(
                    quick.to_bits() == slow.to_bits() || (quick.is_nan() && slow.is_nan()),
                    "{element:?} {x:e}: {quick:e}, not {slow:e}"
                );
            }
        }
    }
}

#[test]
fn what_is_too_large_becomes_infinity_or_the_largest() {
    let to = |element, x: f64, mode| value_of(element, narrow(element, Exact::of(x), mode));
    assert_eq!(to(Element::F16, 65520.0, Mode::NearestEven), f32::INFINITY);
    assert_eq!(to(Element::F16, 65519.0, Mode::NearestEven), 65504.0);
    assert_eq!(to(Element::F16, 1e9, Mode::Zero), 65504.0);
    assert_eq!(to(Element::F16, -1e9, Mode::Up), -65504.0);
    assert_eq!(to(Element::F8E4M3, 1e9, Mode::NearestEven), 448.0);
    assert_eq!(to(Element::F8E4M3, f64::NEG_INFINITY, Mode::NearestEven), -448.0);
    assert_eq!(to(Element::F8E5M2, f64::INFINITY, Mode::NearestEven), 57344.0);
    assert!(to(Element::F8E5M2, f64::NAN, Mode::NearestEven).is_nan());
    assert_eq!(to(Element::F8E8M0, 5.0, Mode::Up), 8.0);
    assert_eq!(to(Element::F8E8M0, 5.0, Mode::Zero), 4.0);
}

#[test]
fn the_side_of_an_exact_number_decides() {
    let half = 1.0 + 2.0_f64.powi(-11);
    let to = |rest| {
        let bits = narrow(Element::F16, Exact { value: half, rest }, Mode::NearestEven);
        f64::from(value_of(Element::F16, bits))
    };
    assert_eq!(to(0), 1.0);
    assert_eq!(to(-1), 1.0);
    assert_eq!(to(1), 1.0 + 2.0_f64.powi(-10));
    // Two sums and a quotient that no double has.
    assert_eq!(Exact::add(1.0, 2.0_f64.powi(-80)), Exact { value: 1.0, rest: 1 });
    assert_eq!(Exact::add(1.0, -(2.0_f64.powi(-80))), Exact { value: 1.0, rest: -1 });
    let third = Exact::div(-1.0, 3.0);
    assert_eq!(third.rest, if third.value.mul_add(3.0, 1.0) > 0.0 { -1 } else { 1 });
}

proptest::proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig { cases: 2000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn singles_come_back_from_each_format(bits: u32) {
        let x = f32::from_bits(bits);
        for element in [Element::F16, Element::BF16, Element::TF32, Element::F8E4M3, Element::F8E5M2] {
            let once = round(element, x);
            assert_eq!(round(element, once).to_bits(), once.to_bits());
            let back = value_of(element, bits_of(element, once));
            assert!(back.to_bits() == once.to_bits() || (back.is_nan() && once.is_nan()));
            if !x.is_nan() && once.is_finite() && x.is_finite() && once.abs() < 400.0 {
                // Rounding keeps the order of numbers.
                let more = round(element, x.next_up());
                assert!(more >= once);
            }
        }
    }
}
