//! Arithmetic of floats, one element at a time.

use std::rc::Rc;

use super::error::Trouble;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, own};
use crate::kinds::{FloatBinary, FloatUnary, Predicate};
use crate::module::Element;
use crate::number::{Exact, Mode, directed, round};

fn flush_all(element: Element, flush: bool, all: &mut [f32]) {
    if flush && element == Element::F32 {
        for one in all.iter_mut().filter(|one| one.is_subnormal()) {
            *one = 0.0_f32.copysign(*one);
        }
    }
}

/// Rounds results to their type.
fn round_all(element: Element, flush: bool, all: &mut [f32]) {
    if element != Element::F32 {
        all.iter_mut().for_each(|one| *one = round(element, *one));
    }
    flush_all(element, flush, all);
}

/// A function of one element, as the nearest value or as a mode says.
pub(super) fn unary(
    what: FloatUnary,
    mode: Mode,
    flush: bool,
    tile: Rc<Tile>,
) -> Result<Data, Trouble> {
    let Tile { element, mut data, .. } = own(tile);
    match &mut data {
        Data::F32(all) => {
            flush_all(element, flush, all);
            match what {
                FloatUnary::Abs => all.iter_mut().for_each(|one| *one = one.abs()),
                FloatUnary::Neg => all.iter_mut().for_each(|one| *one = -*one),
                FloatUnary::Ceil => all.iter_mut().for_each(|one| *one = one.ceil()),
                FloatUnary::Floor => all.iter_mut().for_each(|one| *one = one.floor()),
                FloatUnary::Sqrt if mode.is_nearest() => {
                    all.iter_mut().for_each(|one| *one = one.sqrt());
                }
                FloatUnary::Sqrt => all.iter_mut().for_each(|one| {
                    *one = directed(element, Exact::sqrt(f64::from(*one)), mode) as f32;
                }),
                _ => {
                    let function = function(what);
                    all.iter_mut().for_each(|one| *one = function(f64::from(*one)) as f32);
                }
            }
            round_all(element, flush, all);
        }
        Data::F64(all) => match what {
            FloatUnary::Sqrt if !mode.is_nearest() => {
                all.iter_mut().for_each(|one| *one = directed(element, Exact::sqrt(*one), mode));
            }
            _ => {
                let function = function(what);
                all.iter_mut().for_each(|one| *one = function(*one));
            }
        },
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

fn function(what: FloatUnary) -> fn(f64) -> f64 {
    match what {
        FloatUnary::Abs => f64::abs,
        FloatUnary::Neg => |x| -x,
        FloatUnary::Ceil => f64::ceil,
        FloatUnary::Floor => f64::floor,
        FloatUnary::Cos => f64::cos,
        FloatUnary::Cosh => f64::cosh,
        FloatUnary::Exp => f64::exp,
        FloatUnary::Exp2 => f64::exp2,
        FloatUnary::Log => f64::ln,
        FloatUnary::Log2 => f64::log2,
        FloatUnary::Rsqrt => |x| 1.0 / x.sqrt(),
        FloatUnary::Sin => f64::sin,
        FloatUnary::Sinh => f64::sinh,
        FloatUnary::Sqrt => f64::sqrt,
        FloatUnary::Tan => f64::tan,
        FloatUnary::Tanh => f64::tanh,
    }
}

/// A function of two elements.
pub(super) fn binary(
    what: FloatBinary,
    mode: Mode,
    flush: bool,
    left: Rc<Tile>,
    right: &Tile,
) -> Result<Data, Trouble> {
    if left.data.len() != right.data.len() || left.element != right.element {
        return Err(MALFORMED);
    }
    let Tile { element, mut data, .. } = own(left);
    match (&mut data, &right.data) {
        (Data::F32(left), Data::F32(right)) => {
            flush_all(element, flush, left);
            let mut flushed;
            let right = if flush && element == Element::F32 {
                flushed = right.clone();
                flush_all(element, true, &mut flushed);
                &flushed
            } else {
                right
            };
            if mode.is_nearest() {
                of_singles(what, left, right);
            } else {
                for (one, other) in left.iter_mut().zip(right) {
                    let exact = exact(what, f64::from(*one), f64::from(*other));
                    *one = directed(element, exact.ok_or(MALFORMED)?, mode) as f32;
                }
            }
            round_all(element, flush, left);
        }
        (Data::F64(left), Data::F64(right)) => {
            if mode.is_nearest() {
                of_doubles(what, left, right);
            } else {
                for (one, other) in left.iter_mut().zip(right) {
                    *one = directed(element, exact(what, *one, *other).ok_or(MALFORMED)?, mode);
                }
            }
        }
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

fn exact(what: FloatBinary, left: f64, right: f64) -> Option<Exact> {
    Some(match what {
        FloatBinary::Add => Exact::add(left, right),
        FloatBinary::Sub => Exact::add(left, -right),
        FloatBinary::Mul => Exact::mul(left, right),
        FloatBinary::Div => Exact::div(left, right),
        _ => return None,
    })
}

/// Runs a function over two vectors; each function is a loop of its own, so that it becomes vector instructions.
macro_rules! over {
    ($left:expr, $right:expr, |$a:ident, $b:ident| $result:expr) => {
        for (one, other) in $left.iter_mut().zip($right) {
            let ($a, $b) = (*one, *other);
            *one = $result;
        }
    };
}

fn of_singles(what: FloatBinary, left: &mut [f32], right: &[f32]) {
    match what {
        FloatBinary::Add => over!(left, right, |a, b| a + b),
        FloatBinary::Sub => over!(left, right, |a, b| a - b),
        FloatBinary::Mul => over!(left, right, |a, b| a * b),
        FloatBinary::Div => over!(left, right, |a, b| a / b),
        FloatBinary::Rem => over!(left, right, |a, b| a % b),
        FloatBinary::Pow => over!(left, right, |a, b| f64::from(a).powf(f64::from(b)) as f32),
        FloatBinary::Atan2 => over!(left, right, |a, b| f64::from(a).atan2(f64::from(b)) as f32),
        FloatBinary::Max { nan } => {
            over!(left, right, |a, b| extreme(f64::from(a), f64::from(b), nan, 1.0) as f32);
        }
        FloatBinary::Min { nan } => {
            over!(left, right, |a, b| extreme(f64::from(a), f64::from(b), nan, -1.0) as f32);
        }
    }
}

fn of_doubles(what: FloatBinary, left: &mut [f64], right: &[f64]) {
    match what {
        FloatBinary::Add => over!(left, right, |a, b| a + b),
        FloatBinary::Sub => over!(left, right, |a, b| a - b),
        FloatBinary::Mul => over!(left, right, |a, b| a * b),
        FloatBinary::Div => over!(left, right, |a, b| a / b),
        FloatBinary::Rem => over!(left, right, |a, b| a % b),
        FloatBinary::Pow => over!(left, right, |a, b| a.powf(b)),
        FloatBinary::Atan2 => over!(left, right, |a, b| a.atan2(b)),
        FloatBinary::Max { nan } => over!(left, right, |a, b| extreme(a, b, nan, 1.0)),
        FloatBinary::Min { nan } => over!(left, right, |a, b| extreme(a, b, nan, -1.0)),
    }
}

/// The larger of two numbers, or with the side −1 the smaller; 0 is larger than −0.
fn extreme(a: f64, b: f64, nan: bool, side: f64) -> f64 {
    if a.is_nan() || b.is_nan() {
        return match (nan, a.is_nan()) {
            (true, _) => f64::NAN,
            (false, true) => b,
            (false, false) => a,
        };
    }
    let first = a * side > b * side || (a == b && a.is_sign_positive() == (side > 0.0));
    if first { a } else { b }
}

/// A product and a sum, rounded once.
pub(super) fn fma(
    mode: Mode,
    flush: bool,
    left: Rc<Tile>,
    right: &Tile,
    more: &Tile,
) -> Result<Data, Trouble> {
    let same = left.element == right.element && left.element == more.element;
    let lengths = [left.data.len(), right.data.len(), more.data.len()];
    if !same || lengths.iter().any(|length| *length != lengths[0]) {
        return Err(MALFORMED);
    }
    let Tile { element, mut data, .. } = own(left);
    match (&mut data, &right.data, &more.data) {
        (Data::F32(left), Data::F32(right), Data::F32(more)) => {
            let (mut right, mut more) = (right.clone(), more.clone());
            flush_all(element, flush, left);
            flush_all(element, flush, &mut right);
            flush_all(element, flush, &mut more);
            for ((one, other), third) in left.iter_mut().zip(&right).zip(&more) {
                *one = if element == Element::F32 && mode.is_nearest() {
                    one.mul_add(*other, *third)
                } else {
                    let exact = Exact::fma(f64::from(*one), f64::from(*other), f64::from(*third));
                    directed(element, exact, mode) as f32
                };
            }
            flush_all(element, flush, left);
        }
        (Data::F64(left), Data::F64(right), Data::F64(more)) => {
            for ((one, other), third) in left.iter_mut().zip(right).zip(more) {
                *one = match mode.is_nearest() {
                    true => one.mul_add(*other, *third),
                    false => directed(element, Exact::fma(*one, *other, *third), mode),
                };
            }
        }
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

/// A power with a whole exponent.
pub(super) fn power(base: Rc<Tile>, exponent: &Tile) -> Result<Data, Trouble> {
    let exponents = exponent.data.integers().filter(|all| all.len() == base.data.len());
    let exponents = exponents.ok_or(MALFORMED)?;
    let Tile { element, mut data, .. } = own(base);
    match &mut data {
        Data::F32(all) => {
            over!(all, &exponents, |base, exponent| f64::from(base).powf(exponent as f64) as f32);
            round_all(element, false, all);
        }
        Data::F64(all) => over!(all, &exponents, |base, exponent| base.powf(exponent as f64)),
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

/// A comparison; one with a NaN is true only if it is unordered.
pub(super) fn compare(
    predicate: Predicate,
    ordered: bool,
    left: &Tile,
    right: &Tile,
) -> Result<Data, Trouble> {
    fn all<T: PartialOrd + Copy>(
        p: Predicate,
        ordered: bool,
        left: &[T],
        right: &[T],
    ) -> Vec<bool> {
        let compare = |(a, b): (&T, &T)| match a.partial_cmp(b) {
            Some(order) => p.holds(order),
            None => !ordered,
        };
        left.iter().zip(right).map(compare).collect()
    }
    if left.data.len() != right.data.len() {
        return Err(MALFORMED);
    }
    match (&left.data, &right.data) {
        (Data::F32(left), Data::F32(right)) => Ok(Data::I1(all(predicate, ordered, left, right))),
        (Data::F64(left), Data::F64(right)) => Ok(Data::I1(all(predicate, ordered, left, right))),
        _ => Err(MALFORMED),
    }
}
