//! Arithmetic of integers, one element at a time, and what is assumed of them.

use std::cmp::Ordering;
use std::rc::Rc;

use super::error::Trouble;
use super::steps::MALFORMED;
use super::tile::{Data, Tile, dense, own};
use crate::kinds::{Bounds, IntegerBinary, IntegerUnary, Overflow, Predicate, Signedness};
use crate::number::Mode;

/// What the integers of each width can do.
trait Integer: Copy {
    const BITS: u32;
    fn signed(self) -> i64;
    fn unsigned(self) -> u64;
    /// The lowest bits of a number.
    fn cut(bits: u64) -> Self;
}

macro_rules! integer {
    ($($signed:ty, $unsigned:ty;)*) => {$(
        impl Integer for $signed {
            const BITS: u32 = <$signed>::BITS;
            fn signed(self) -> i64 {
                i64::from(self)
            }
            fn unsigned(self) -> u64 {
                u64::from(self as $unsigned)
            }
            fn cut(bits: u64) -> Self {
                bits as $signed
            }
        }
    )*};
}

integer! { i8, u8; i16, u16; i32, u32; i64, u64; }

impl Predicate {
    /// Whether it holds of two that are so ordered.
    pub(super) fn holds(self, order: Ordering) -> bool {
        match self {
            Self::Equal => order == Ordering::Equal,
            Self::NotEqual => order != Ordering::Equal,
            Self::Less => order == Ordering::Less,
            Self::LessOrEqual => order != Ordering::Greater,
            Self::Greater => order == Ordering::Greater,
            Self::GreaterOrEqual => order != Ordering::Less,
        }
    }
}

/// A function of one element.
pub(super) fn unary(what: IntegerUnary, tile: Rc<Tile>) -> Result<Data, Trouble> {
    let mut data = own(tile).data;
    macro_rules! each {
        ($all:expr) => {
            $all.iter_mut().for_each(|one| match what {
                IntegerUnary::Abs => *one = one.wrapping_abs(),
                IntegerUnary::Neg => *one = one.wrapping_neg(),
            })
        };
    }
    match &mut data {
        Data::I8(all) => each!(all),
        Data::I16(all) => each!(all),
        Data::I32(all) => each!(all),
        Data::I64(all) => each!(all),
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

/// A function of two elements.
pub(super) fn binary(
    what: IntegerBinary,
    overflow: Overflow,
    left: Rc<Tile>,
    right: &Tile,
) -> Result<Data, Trouble> {
    if left.data.len() != right.data.len() || left.element != right.element {
        return Err(MALFORMED);
    }
    if left.element == crate::module::Element::I4 {
        return Err(Trouble::Unsupported("arithmetic of integers of 4 bits".to_owned()));
    }
    let mut data = own(left).data;
    match (&mut data, &right.data) {
        (Data::I1(left), Data::I1(right)) => of_truths(what, left, right)?,
        (Data::I8(left), Data::I8(right)) => of_integers(what, overflow, left, right)?,
        (Data::I16(left), Data::I16(right)) => of_integers(what, overflow, left, right)?,
        (Data::I32(left), Data::I32(right)) => of_integers(what, overflow, left, right)?,
        (Data::I64(left), Data::I64(right)) => of_integers(what, overflow, left, right)?,
        _ => return Err(MALFORMED),
    }
    Ok(data)
}

fn of_truths(what: IntegerBinary, left: &mut [bool], right: &[bool]) -> Result<(), Trouble> {
    let function: fn(bool, bool) -> bool = match what {
        IntegerBinary::And | IntegerBinary::Mul => |a, b| a & b,
        IntegerBinary::Or | IntegerBinary::Max(Signedness::Unsigned) => |a, b| a | b,
        IntegerBinary::Min(Signedness::Unsigned) => |a, b| a & b,
        IntegerBinary::Xor | IntegerBinary::Add | IntegerBinary::Sub => |a, b| a ^ b,
        _ => return Err(Trouble::Unsupported("such arithmetic of truth values".to_owned())),
    };
    left.iter_mut().zip(right).for_each(|(one, other)| *one = function(*one, *other));
    Ok(())
}

fn of_integers<T: Integer>(
    what: IntegerBinary,
    overflow: Overflow,
    left: &mut [T],
    right: &[T],
) -> Result<(), Trouble> {
    let pairs = left.iter_mut().zip(right);
    if overflow != Overflow::default() {
        for (one, other) in pairs {
            *one = T::cut(unwrapped(what, overflow, *one, *other)?);
        }
        return Ok(());
    }
    macro_rules! each {
        (|$a:ident, $b:ident| $result:expr) => {
            for (one, other) in pairs {
                let ($a, $b) = (*one, *other);
                *one = T::cut($result);
            }
        };
    }
    match what {
        IntegerBinary::Add => each!(|a, b| a.unsigned().wrapping_add(b.unsigned())),
        IntegerBinary::Sub => each!(|a, b| a.unsigned().wrapping_sub(b.unsigned())),
        IntegerBinary::Mul => each!(|a, b| a.unsigned().wrapping_mul(b.unsigned())),
        IntegerBinary::MulHigh => each!(|a, b| {
            ((u128::from(a.unsigned()) * u128::from(b.unsigned())) >> T::BITS) as u64
        }),
        IntegerBinary::And => each!(|a, b| a.unsigned() & b.unsigned()),
        IntegerBinary::Or => each!(|a, b| a.unsigned() | b.unsigned()),
        IntegerBinary::Xor => each!(|a, b| a.unsigned() ^ b.unsigned()),
        // Bits that are shifted out are gone, however many they are.
        IntegerBinary::ShiftLeft => each!(|a, b| match b.unsigned() {
            by @ 0..=63 => a.unsigned() << by,
            _ => 0,
        }),
        IntegerBinary::ShiftRight(Signedness::Unsigned) => each!(|a, b| match b.unsigned() {
            by @ 0..=63 => a.unsigned() >> by,
            _ => 0,
        }),
        IntegerBinary::ShiftRight(Signedness::Signed) => {
            each!(|a, b| (a.signed() >> b.unsigned().min(63)) as u64);
        }
        IntegerBinary::Max(Signedness::Signed) => each!(|a, b| a.signed().max(b.signed()) as u64),
        IntegerBinary::Min(Signedness::Signed) => each!(|a, b| a.signed().min(b.signed()) as u64),
        IntegerBinary::Max(Signedness::Unsigned) => each!(|a, b| a.unsigned().max(b.unsigned())),
        IntegerBinary::Min(Signedness::Unsigned) => each!(|a, b| a.unsigned().min(b.unsigned())),
        IntegerBinary::Div(signedness, mode) => each!(|a, b| divide(signedness, mode, a, b)?),
        IntegerBinary::Rem(signedness) => each!(|a, b| remainder(signedness, a, b)?),
    }
    Ok(())
}

/// A result of which was said that it does not wrap around.
fn unwrapped<T: Integer>(
    what: IntegerBinary,
    overflow: Overflow,
    a: T,
    b: T,
) -> Result<u64, Trouble> {
    let result = |a: i128, b: i128| match what {
        IntegerBinary::Add => a + b,
        IntegerBinary::Sub => a - b,
        // Two numbers of 64 bits may have a product that no 128 bits with a sign hold.
        IntegerBinary::Mul => a.saturating_mul(b),
        _ if !(0..64).contains(&b) => i128::MAX,
        _ => a << b,
    };
    let signed = result(
        i128::from(a.signed()),
        match what {
            IntegerBinary::ShiftLeft => i128::from(b.unsigned()),
            _ => i128::from(b.signed()),
        },
    );
    let unsigned = result(i128::from(a.unsigned()), i128::from(b.unsigned()));
    let half = 1_i128 << (T::BITS - 1);
    let wraps = overflow.no_signed && !(-half..half).contains(&signed)
        || overflow.no_unsigned && !(0..2 * half).contains(&unsigned);
    match wraps {
        true => Err(Trouble::WrapAround { left: a.signed(), right: b.signed() }),
        false => Ok(unsigned as u64),
    }
}

fn divide<T: Integer>(signedness: Signedness, mode: Mode, a: T, b: T) -> Result<u64, Trouble> {
    let undefined = || Trouble::Division { left: a.signed(), right: b.signed() };
    if signedness == Signedness::Unsigned {
        let (a, b) = (a.unsigned(), b.unsigned());
        let quotient = a.checked_div(b).ok_or_else(undefined)?;
        let more = mode == Mode::Up && quotient * b != a;
        return Ok(quotient + u64::from(more));
    }
    let (a, b) = (i128::from(a.signed()), i128::from(b.signed()));
    let smallest = -(1_i128 << (T::BITS - 1));
    if b == 0 || (a == smallest && b == -1) {
        return Err(undefined());
    }
    let (quotient, rest) = (a / b, a % b);
    let negative = (a < 0) != (b < 0);
    let step = match mode {
        Mode::Down if rest != 0 && negative => -1,
        Mode::Up if rest != 0 && !negative => 1,
        _ => 0,
    };
    Ok((quotient + step) as u64)
}

fn remainder<T: Integer>(signedness: Signedness, a: T, b: T) -> Result<u64, Trouble> {
    let undefined = || Trouble::Division { left: a.signed(), right: b.signed() };
    match signedness {
        Signedness::Unsigned => a.unsigned().checked_rem(b.unsigned()).ok_or_else(undefined),
        // Of the smallest number and −1 it is 0, in hardware and by the formula.
        Signedness::Signed if b.signed() == 0 => Err(undefined()),
        Signedness::Signed => Ok(a.signed().wrapping_rem(b.signed()) as u64),
    }
}

/// A comparison.
pub(super) fn compare(
    predicate: Predicate,
    signedness: Signedness,
    left: &Tile,
    right: &Tile,
) -> Result<Data, Trouble> {
    fn all<T: Integer>(p: Predicate, s: Signedness, left: &[T], right: &[T]) -> Vec<bool> {
        let compare = |(a, b): (&T, &T)| match s {
            Signedness::Signed => p.holds(a.signed().cmp(&b.signed())),
            Signedness::Unsigned => p.holds(a.unsigned().cmp(&b.unsigned())),
        };
        left.iter().zip(right).map(compare).collect()
    }
    if left.data.len() != right.data.len() {
        return Err(MALFORMED);
    }
    Ok(Data::I1(match (&left.data, &right.data) {
        (Data::I1(left), Data::I1(right)) => {
            // A truth value with a sign is 0 or −1.
            let order = |a: &bool, b: &bool| match signedness {
                Signedness::Unsigned => a.cmp(b),
                Signedness::Signed => b.cmp(a),
            };
            left.iter().zip(right).map(|(a, b)| predicate.holds(order(a, b))).collect()
        }
        (Data::I8(left), Data::I8(right)) => all(predicate, signedness, left, right),
        (Data::I16(left), Data::I16(right)) => all(predicate, signedness, left, right),
        (Data::I32(left), Data::I32(right)) => all(predicate, signedness, left, right),
        (Data::I64(left), Data::I64(right)) => all(predicate, signedness, left, right),
        _ => return Err(MALFORMED),
    }))
}

/// Checks what is assumed of a tile; within a group its elements rise by `step`.
pub(super) fn holds(tile: &Tile, bounds: Bounds, step: usize) -> Result<(), Trouble> {
    let all = tile.data.integers().ok_or(MALFORMED)?;
    match bounds {
        Bounds::Between { low, high } => {
            let beside = |one: &&i64| {
                low.is_some_and(|low| **one < low) || high.is_some_and(|high| **one > high)
            };
            match all.iter().find(beside) {
                None => Ok(()),
                Some(value) => {
                    let text = |bound: Option<i64>| {
                        bound.map_or_else(|| "?".to_owned(), |b| b.to_string())
                    };
                    let assumed = format!("between {} and {}", text(low), text(high));
                    Err(Trouble::Assumption { value: *value, assumed })
                }
            }
        }
        Bounds::Divisible { divisor, groups } => {
            let pointers = tile.element == crate::module::Element::Pointer;
            let rest = |value: i64| match pointers {
                true => (value as u64).checked_rem(divisor).unwrap_or(0) as i64,
                false => (i128::from(value) % i128::from(divisor)) as i64,
            };
            let fails = |value: i64, assumed: String| {
                let value = if pointers { rest(value) } else { value };
                Err(Trouble::Assumption { value, assumed })
            };
            let (every, along) = groups.unwrap_or((1, 0));
            let strides = dense(&tile.shape);
            let (stride, size) = match (strides.get(along), tile.shape.get(along)) {
                (Some(stride), Some(size)) => (*stride, *size),
                _ if groups.is_none() => (1, 1),
                _ => return Err(MALFORMED),
            };
            for (at, value) in all.iter().enumerate() {
                let place = (at / stride % size) as u64;
                if groups.is_none() || place.is_multiple_of(every) {
                    if rest(*value) != 0 {
                        return fails(*value, format!("a multiple of {divisor}"));
                    }
                } else if let Some(before) = at.checked_sub(stride).and_then(|at| all.get(at))
                    && value.wrapping_sub(*before) != step as i64
                {
                    return fails(*value, format!("{step} more than the element before it"));
                }
            }
            Ok(())
        }
    }
}
