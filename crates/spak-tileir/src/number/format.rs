//! Formats of up to 32 bits by their parameters, with quick ways for the common ones.

use super::{Exact, Mode};
use crate::module::Element;

/// A floating-point format of up to 32 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    exponent: u32,
    mantissa: u32,
    special: Special,
    signed: bool,
}

/// What the largest exponent stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Special {
    /// Infinities and NaN.
    Ieee,
    /// NaN where the mantissa is all ones, and else finite values.
    OneNan,
    /// Finite values.
    Finite,
}

impl Format {
    /// The format of an element; `None` where it is no float, or one of 64 bits or a power of two, which are other things.
    pub fn of(element: Element) -> Option<Self> {
        let (exponent, mantissa, special, signed) = match element {
            Element::F16 => (5, 10, Special::Ieee, true),
            Element::BF16 => (8, 7, Special::Ieee, true),
            Element::F32 => (8, 23, Special::Ieee, true),
            Element::TF32 => (8, 10, Special::Ieee, true),
            Element::F8E4M3 => (4, 3, Special::OneNan, true),
            Element::F8E5M2 => (5, 2, Special::Ieee, true),
            Element::F4E2M1 => (2, 1, Special::Finite, true),
            Element::F8E5M3 => (5, 3, Special::OneNan, false),
            _ => return None,
        };
        Some(Self { exponent, mantissa, special, signed })
    }

    fn bias(self) -> i32 {
        (1 << (self.exponent - 1)) - 1
    }

    fn sign_bit(self) -> u32 {
        if self.signed { 1 << (self.exponent + self.mantissa) } else { 0 }
    }

    /// Whether what is too large becomes the largest value: so do all conversions to 8 bits that the hardware has.
    fn saturates(self) -> bool {
        self.exponent + self.mantissa < 8
    }

    /// The bits of the largest finite value.
    fn largest(self) -> u32 {
        let all = (1_u32 << (self.exponent + self.mantissa)) - 1;
        match self.special {
            Special::Ieee => all - (1 << self.mantissa),
            Special::OneNan => all - 1,
            Special::Finite => all,
        }
    }

    /// The value that bits stand for, exactly; a NaN keeps its sign and what it carries.
    pub fn value(self, bits: u32) -> f64 {
        let magnitude = bits & ((1_u32 << (self.exponent + self.mantissa)) - 1);
        let sign = if bits & self.sign_bit() != 0 { 1_u64 << 63 } else { 0 };
        let field = magnitude >> self.mantissa;
        let fraction = u64::from(magnitude & ((1 << self.mantissa) - 1));
        if magnitude > self.largest() {
            let payload = match self.special {
                Special::Ieee => fraction << (52 - self.mantissa),
                _ => 1 << 51,
            };
            return f64::from_bits(sign | 0x7ff << 52 | payload);
        }
        let (whole, field) = if field == 0 { (0, 1) } else { (1 << self.mantissa, field) };
        let exponent = field as i32 - self.bias() - self.mantissa as i32;
        let value = (whole | fraction) as f64 * power_of_two(exponent);
        f64::from_bits(value.to_bits() | sign)
    }

    /// The bits of the value that `mode` says. What is too large for a format becomes infinity, or the largest value where
    /// the mode points away from infinity, where there is none, and in formats of 8 bits, whose conversions saturate.
    pub fn bits(self, exact: Exact, mode: Mode) -> u32 {
        let x = exact.value;
        let sign = if x.is_sign_negative() { self.sign_bit() } else { 0 };
        if x.is_nan() {
            return sign | self.nan(x);
        }
        if x.is_sign_negative() && !self.signed {
            return if x == 0.0 { 0 } else { self.nan(x) };
        }
        if x.is_infinite() {
            return sign | self.overflow(mode, x, true);
        }
        let magnitude = self.magnitude(exact, mode);
        sign | if magnitude > self.largest() { self.overflow(mode, x, false) } else { magnitude }
    }

    /// The bits of a finite value without its sign, as if exponents had no end.
    fn magnitude(self, exact: Exact, mode: Mode) -> u32 {
        let x = exact.value.abs();
        if x == 0.0 {
            return 0;
        }
        // `x` is `significand * 2^(exponent - 52 - 8)`; the lowest of the 8 bits says on which side the exact value lies.
        let bits = x.to_bits();
        let field = (bits >> 52) as i32;
        let fraction = bits & ((1 << 52) - 1);
        let (whole, exponent) = if field == 0 { (0, -1022) } else { (1 << 52, field - 1023) };
        let outwards = i64::from(exact.rest) * if exact.value.is_sign_negative() { -1 } else { 1 };
        let significand = ((whole | fraction) << 8).wrapping_add_signed(outwards.signum());
        let smallest = 1 - self.bias();
        // How many of its bits lie below the last place of the result.
        let below = 60 - self.mantissa as i32 + (smallest - exponent).max(0);
        let kept = if below >= 64 { 0 } else { significand >> below };
        let (rest, half) = if below > 64 {
            (1, 2)
        } else if below == 64 {
            (significand >> 1, 1 << 62)
        } else {
            (significand & ((1 << below) - 1), 1 << (below - 1))
        };
        let negative = exact.value.is_sign_negative();
        let up = match mode {
            Mode::Zero | Mode::IntegerToZero => false,
            Mode::Down => negative && rest != 0,
            Mode::Up => !negative && rest != 0,
            Mode::NearestAway => rest >= half,
            _ => rest > half || (rest == half && kept & 1 == 1),
        };
        // A carry out of the mantissa counts the exponent up, as it should.
        let steps = (exponent - smallest).max(0) as u64;
        let magnitude = (steps << self.mantissa) + kept + u64::from(up);
        u32::try_from(magnitude).unwrap_or(u32::MAX)
    }

    fn nan(self, x: f64) -> u32 {
        let all = (1_u32 << (self.exponent + self.mantissa)) - 1;
        match self.special {
            Special::Ieee => {
                let payload = (x.to_bits() >> (52 - self.mantissa)) as u32;
                let payload = payload & ((1 << self.mantissa) - 1);
                let quiet = 1 << (self.mantissa - 1);
                (self.largest() + 1) | if payload == 0 { quiet } else { payload }
            }
            Special::OneNan => all,
            // There is no NaN; the hardware gives the largest value.
            Special::Finite => all,
        }
    }

    fn overflow(self, mode: Mode, x: f64, infinite: bool) -> u32 {
        let inwards = match mode {
            Mode::Zero | Mode::IntegerToZero => true,
            Mode::Down => x.is_sign_positive(),
            Mode::Up => x.is_sign_negative(),
            _ => false,
        };
        match self.special {
            Special::Ieee if infinite || !(inwards || self.saturates()) => self.largest() + 1,
            _ => self.largest(),
        }
    }
}

/// `2^exponent`, which lies within the normal values of `f64` for all formats here.
fn power_of_two(exponent: i32) -> f64 {
    f64::from_bits(((exponent + 1023) as u64) << 52)
}

/// The value of an element of up to 32 bits that is kept as `f32`.
pub(crate) fn value_of(element: Element, bits: u32) -> f32 {
    match element {
        Element::F32 | Element::TF32 => f32::from_bits(bits),
        Element::BF16 => f32::from_bits(bits << 16),
        Element::F16 => from_half(bits as u16),
        // The upper half of a half.
        Element::F8E5M2 => from_half((bits << 8) as u16),
        // All ones are NaN; else the power of two of the bits, the smallest of which is no normal `f32`.
        Element::F8E8M0 => match bits & 0xff {
            0xff => f32::NAN,
            0 => f32::from_bits(1 << 22),
            field => f32::from_bits(field << 23),
        },
        _ => Format::of(element).map_or(0.0, |format| format.value(bits) as f32),
    }
}

/// The bits of an element of up to 32 bits that is kept as `f32` with a value of its type.
pub(crate) fn bits_of(element: Element, value: f32) -> u32 {
    match element {
        Element::F32 | Element::TF32 => value.to_bits(),
        Element::BF16 => value.to_bits() >> 16,
        Element::F8E8M0 => match value.is_nan() {
            true => 0xff,
            false => value.to_bits() >> 23 & 0xff,
        },
        // A conversion of a NaN would change what it carries.
        Element::F16 | Element::F8E5M2 if value.is_nan() => {
            let half = value.to_bits() >> 16 & 0x8000 | 0x7c00 | value.to_bits() >> 13 & 0x3ff;
            if element == Element::F16 { half } else { half >> 8 }
        }
        _ => Format::of(element)
            .map_or(0, |format| format.bits(Exact::of_single(value), Mode::NearestEven)),
    }
}

/// Rounds to a value of a type that is kept as `f32`, to the nearest, of two to the even one.
pub(crate) fn round(element: Element, value: f32) -> f32 {
    match element {
        Element::F32 => value,
        Element::BF16 => round_bits(value, 16),
        Element::TF32 => round_bits(value, 13),
        Element::F16 => round_half(value),
        _ => value_of(element, narrow(element, Exact::of_single(value), Mode::NearestEven)),
    }
}

/// The bits of the value of a type of up to 32 bits that a mode says.
pub(crate) fn narrow(element: Element, exact: Exact, mode: Mode) -> u32 {
    match Format::of(element) {
        Some(format) if element == Element::TF32 => format.bits(exact, mode) << 13,
        Some(format) if exact.value.is_infinite() && format.saturates() => {
            format.bits(Exact::of(f64::MAX.copysign(exact.value)), mode)
        }
        Some(format) => format.bits(exact, mode),
        None => power_bits(exact.value, mode),
    }
}

/// The power of two next to a number that is not negative, up or down as the mode says.
fn power_bits(x: f64, mode: Mode) -> u32 {
    if x.is_nan() || x.is_infinite() || x < 0.0 {
        return 0xff;
    }
    let field = (x.to_bits() >> 52) as i32 - 1023 + 127;
    let more = x.to_bits() & ((1 << 52) - 1) != 0;
    let up = match mode {
        Mode::Up => more,
        Mode::Zero | Mode::Down => false,
        _ => x.to_bits() & (1 << 51) != 0,
    };
    let field = field + i32::from(up);
    if field > 254 { 0xff } else { field.max(0) as u32 }
}

/// Clears the lowest bits of a single, and adds one above them where they were more than half.
fn round_bits(value: f32, below: u32) -> f32 {
    let bits = value.to_bits();
    if value.is_nan() {
        // A NaN whose upper bits are none would become infinity.
        let kept = bits >> below << below;
        return f32::from_bits(if kept & 0x7f_ffff == 0 { kept | 1 << 22 } else { kept });
    }
    let half = (1_u32 << (below - 1)) - 1 + (bits >> below & 1);
    f32::from_bits(bits.wrapping_add(half) >> below << below)
}

fn round_half(value: f32) -> f32 {
    let magnitude = value.abs();
    if magnitude < 6.103_515_6e-5 {
        // Below the normal halves all are multiples of 2^-24, the last place of numbers from a half to one.
        return ((magnitude + 0.75) - 0.75).copysign(value);
    }
    let rounded = round_bits(value, 13);
    if rounded.abs() > 65504.0 { f32::INFINITY.copysign(value) } else { rounded }
}

fn from_half(bits: u16) -> f32 {
    let sign = u32::from(bits & 0x8000) << 16;
    let rest = u32::from(bits & 0x7fff) << 13;
    let value = match rest >= 0x1f << 23 {
        true => f32::from_bits(rest | 0xff << 23),
        // Moves the exponent by the difference of the biases; what is no normal half becomes exact, too.
        false => f32::from_bits(rest) * f32::from_bits((254 - 15) << 23),
    };
    f32::from_bits(value.to_bits() | sign)
}

#[cfg(test)]
mod tests;
