//! Formulas compiled for evaluation over many configs.
//!
//! A program knows numbers, truth values, and texts as the numbers of an interner. Whatever it does not
//! know, errors included, it leaves to [`crate::eval`]: it gives no value rather than a different one.

mod compile;

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arithmetic::{arithmetic, floor_divide, negate, remainder};
use crate::builtins::Builtin;
use crate::compare::compare;
use crate::expr::{BinaryOp, CompareOp};
use crate::unit::Dimension;
use crate::value::{Quantity, Value};

/// How many values a program holds at once at most.
const STACK: usize = 32;

/// A value of a slot: 16 bytes, copied freely.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar {
    /// A truth value.
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// A float.
    Float(f64),
    /// A text, by its number in [`Symbols`].
    Text(u32),
    /// A magnitude in base units, and what it counts.
    Quantity(f64, Dimension),
}

/// Texts by numbers: the same number for the same text.
#[derive(Clone, Debug, Default)]
pub struct Symbols {
    numbers: BTreeMap<Arc<str>, u32>,
    texts: Vec<Arc<str>>,
}

impl Symbols {
    /// The number of `text`; `None` after four billion texts.
    pub fn number(&mut self, text: &str) -> Option<u32> {
        if let Some(number) = self.numbers.get(text) {
            return Some(*number);
        }
        let number = u32::try_from(self.texts.len()).ok()?;
        let text: Arc<str> = text.into();
        self.numbers.insert(text.clone(), number);
        self.texts.push(text);
        Some(number)
    }

    /// The text of a number.
    pub fn text(&self, number: u32) -> Option<&Arc<str>> {
        self.texts.get(number as usize)
    }

    /// The scalar for a value; `None` for lists, ranges and records.
    pub fn scalar(&mut self, value: &Value) -> Option<Scalar> {
        match value {
            Value::Bool(b) => Some(Scalar::Bool(*b)),
            Value::Int(i) => Some(Scalar::Int(*i)),
            Value::Float(f) => Some(Scalar::Float(*f)),
            Value::Quantity(q) => Some(Scalar::Quantity(q.magnitude, q.dimension)),
            Value::Text(text) => self.number(text).map(Scalar::Text),
            Value::Range(..) | Value::List(_) | Value::Record(_) => None,
        }
    }
}

/// A step of a program, on a stack of scalars.
#[derive(Clone, Copy, Debug)]
enum Op {
    Push(Scalar),
    Load(usize),
    Arithmetic(BinaryOp),
    Minus,
    Not,
    /// Makes the top a truth value.
    Truth,
    Compare(CompareOp),
    /// As `Compare` within a chain: goes on with the right side on the stack when it holds, else jumps
    /// with `false`.
    Chain(CompareOp, usize),
    /// Whether the top is among these constants; with bare words among them it has to be a text.
    Among {
        start: usize,
        end: usize,
        negated: bool,
        words: bool,
    },
    /// Jumps when the top is this truth value and keeps it, else drops it.
    JumpIf(bool, usize),
    /// Drops the top and jumps when it is false.
    Unless(usize),
    Jump(usize),
    Call(&'static Builtin, usize),
}

/// A compiled formula.
#[derive(Clone, Debug)]
pub struct Program {
    ops: Vec<Op>,
    constants: Vec<Scalar>,
}

impl Program {
    /// The value where the slots have these values; `None` when it has none, or none that a program can
    /// compute, which [`crate::eval`] then tells.
    pub fn run(&self, slots: &[Scalar]) -> Option<Scalar> {
        let mut stack = [Scalar::Bool(false); STACK];
        let mut height = 0_usize;
        let mut at = 0_usize;
        while let Some(op) = self.ops.get(at) {
            at += 1;
            match *op {
                Op::Push(scalar) => {
                    *stack.get_mut(height)? = scalar;
                    height += 1;
                }
                Op::Load(slot) => {
                    *stack.get_mut(height)? = *slots.get(slot)?;
                    height += 1;
                }
                Op::Arithmetic(op) => {
                    let (a, b) = two(&stack, height)?;
                    height -= 1;
                    *stack.get_mut(height - 1)? = binary(op, a, b)?;
                }
                Op::Compare(op) => {
                    let (a, b) = two(&stack, height)?;
                    height -= 1;
                    *stack.get_mut(height - 1)? = Scalar::Bool(holds(op, a, b)?);
                }
                Op::Chain(op, end) => {
                    let (a, b) = two(&stack, height)?;
                    height -= 1;
                    let goes_on = holds(op, a, b)?;
                    *stack.get_mut(height - 1)? = if goes_on { b } else { Scalar::Bool(false) };
                    if !goes_on {
                        at = end;
                    }
                }
                Op::Minus => {
                    let top = stack.get_mut(height.checked_sub(1)?)?;
                    *top = scalar(&negate(&value(*top)?).ok()?)?;
                }
                Op::Not | Op::Truth => {
                    let top = stack.get_mut(height.checked_sub(1)?)?;
                    *top = Scalar::Bool(truth(*top)? != matches!(op, Op::Not));
                }
                Op::Among { start, end, negated, words } => {
                    let top = stack.get_mut(height.checked_sub(1)?)?;
                    if words && !matches!(top, Scalar::Text(_)) {
                        return None;
                    }
                    let found = among(*top, self.constants.get(start..end)?)?;
                    *top = Scalar::Bool(found != negated);
                }
                Op::JumpIf(decisive, target) => {
                    height = height.checked_sub(1)?;
                    let top = truth(*stack.get(height)?)?;
                    if top == decisive {
                        *stack.get_mut(height)? = Scalar::Bool(top);
                        height += 1;
                        at = target;
                    }
                }
                Op::Unless(target) => {
                    height = height.checked_sub(1)?;
                    if !truth(*stack.get(height)?)? {
                        at = target;
                    }
                }
                Op::Jump(target) => at = target,
                Op::Call(function, count) => {
                    let base = height.checked_sub(count)?;
                    let result = call(function, stack.get(base..height)?)?;
                    *stack.get_mut(base)? = result;
                    height = base + 1;
                }
            }
        }
        stack.get(height.checked_sub(1)?).copied()
    }

    /// Whether the condition holds where the slots have these values; `None` as for [`Program::run`].
    pub fn holds(&self, slots: &[Scalar]) -> Option<bool> {
        truth(self.run(slots)?)
    }
}

fn two(stack: &[Scalar; STACK], height: usize) -> Option<(Scalar, Scalar)> {
    Some((*stack.get(height.checked_sub(2)?)?, *stack.get(height - 1)?))
}

fn truth(scalar: Scalar) -> Option<bool> {
    match scalar {
        Scalar::Bool(b) => Some(b),
        Scalar::Int(i) => Some(i != 0),
        _ => None,
    }
}

fn value(scalar: Scalar) -> Option<Value> {
    match scalar {
        Scalar::Bool(b) => Some(Value::Bool(b)),
        Scalar::Int(i) => Some(Value::Int(i)),
        Scalar::Float(f) => Some(Value::Float(f)),
        Scalar::Quantity(magnitude, dimension) => {
            Some(Value::Quantity(Quantity { magnitude, dimension }))
        }
        Scalar::Text(_) => None,
    }
}

fn scalar(value: &Value) -> Option<Scalar> {
    match value {
        Value::Bool(b) => Some(Scalar::Bool(*b)),
        Value::Int(i) => Some(Scalar::Int(*i)),
        Value::Float(f) => Some(Scalar::Float(*f)),
        Value::Quantity(q) => Some(Scalar::Quantity(q.magnitude, q.dimension)),
        _ => None,
    }
}

#[inline]
fn binary(op: BinaryOp, a: Scalar, b: Scalar) -> Option<Scalar> {
    if let (Scalar::Int(a), Scalar::Int(b)) = (a, b) {
        match op {
            BinaryOp::Add => return a.checked_add(b).map(Scalar::Int),
            BinaryOp::Subtract => return a.checked_sub(b).map(Scalar::Int),
            BinaryOp::Multiply => return a.checked_mul(b).map(Scalar::Int),
            BinaryOp::FloorDivide => return floor_divide(a, b).map(Scalar::Int),
            BinaryOp::Remainder if b != 0 => return Some(Scalar::Int(remainder(a, b))),
            _ => {}
        }
    }
    scalar(&arithmetic(op, &value(a)?, &value(b)?).ok()?)
}

#[inline]
fn holds(op: CompareOp, a: Scalar, b: Scalar) -> Option<bool> {
    match (a, b) {
        (Scalar::Int(a), Scalar::Int(b)) => Some(match op {
            CompareOp::Equal => a == b,
            CompareOp::NotEqual => a != b,
            CompareOp::Less => a < b,
            CompareOp::LessEqual => a <= b,
            CompareOp::Greater => a > b,
            CompareOp::GreaterEqual => a >= b,
            CompareOp::In | CompareOp::NotIn => return None,
        }),
        (Scalar::Text(a), Scalar::Text(b)) => match op {
            CompareOp::Equal => Some(a == b),
            CompareOp::NotEqual => Some(a != b),
            _ => None,
        },
        _ => compare(op, &value(a)?, &value(b)?, 0.0).ok(),
    }
}

/// Values of another kind than `item` are not the same.
fn among(item: Scalar, constants: &[Scalar]) -> Option<bool> {
    for constant in constants {
        if matches!(item, Scalar::Text(_)) != matches!(constant, Scalar::Text(_)) {
            continue;
        }
        if holds(CompareOp::Equal, *constant, item)? {
            return Some(true);
        }
    }
    Some(false)
}

fn call(function: &'static Builtin, arguments: &[Scalar]) -> Option<Scalar> {
    match (function.name, arguments) {
        ("min", [Scalar::Int(a), Scalar::Int(b)]) => return Some(Scalar::Int(*a.min(b))),
        ("max", [Scalar::Int(a), Scalar::Int(b)]) => return Some(Scalar::Int(*a.max(b))),
        ("cdiv", [Scalar::Int(a), Scalar::Int(b)]) => {
            return floor_divide(a.checked_neg()?, *b)?.checked_neg().map(Scalar::Int);
        }
        _ => {}
    }
    let values: Option<Vec<Value>> = arguments.iter().map(|a| value(*a)).collect();
    scalar(&function.call(&values?).ok()?)
}
