//! Values that no machine word holds, and operations on them: mixed domains, whole numbers beyond 64
//! bits, functions, and whatever only the evaluator of expressions knows.

use std::collections::BTreeMap;

use num_bigint::BigInt;
use spak_expr::{BinaryOp, CompareOp, Env, Expr, Value, arithmetic, builtins, compare};

use crate::Dialect;

/// A value, or that there is none.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Slow {
    Value(Value),
    /// A whole number beyond 64 bits; Python has those.
    Big(BigInt),
    /// Division by zero, an argument a function is not defined for, operands that do not go together.
    None,
}

/// An operation on such values.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum SlowOp {
    Binary(BinaryOp),
    Compare(CompareOp),
    Negate,
    Call(String),
    /// The first one when there is a value at all; conditions are computed apart.
    Select,
    /// A whole expression by its number, over parameters whose names it knows.
    Opaque(u32),
}

/// An expression that is evaluated as it stands.
#[derive(Clone, Debug)]
pub(crate) struct Opaque {
    pub(crate) expr: Expr,
    /// The names of its operands, in their order.
    pub(crate) names: Vec<String>,
}

/// Slow values by number, the same number for the same value.
#[derive(Clone, Debug, Default)]
pub(crate) struct Pool {
    values: Vec<Slow>,
    numbers: BTreeMap<String, u32>,
}

impl Pool {
    pub(crate) fn number(&mut self, value: Slow) -> u32 {
        // `Debug` tells 1, 1.0, true and "1" apart, and every float from every other.
        let key = format!("{value:?}");
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.values.len() as u32;
        self.numbers.insert(key, number);
        self.values.push(value);
        number
    }

    pub(crate) fn value(&self, number: u32) -> &Slow {
        self.values.get(number as usize).unwrap_or(&Slow::None)
    }
}

struct Named<'a> {
    names: &'a [String],
    values: &'a [Slow],
}

impl Env for Named<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        let at = self.names.iter().position(|n| n == name)?;
        match self.values.get(at)? {
            Slow::Value(value) => Some(value.clone()),
            Slow::Big(_) | Slow::None => None,
        }
    }
}

/// The result of an operation; what fails is [`Slow::None`].
pub(crate) fn apply(dialect: Dialect, op: &SlowOp, operands: &[Slow], opaque: &[Opaque]) -> Slow {
    // Of a choice, the branch that is not taken may have no value.
    if *op != SlowOp::Select && operands.contains(&Slow::None) {
        return Slow::None;
    }
    let result = match (op, operands) {
        (SlowOp::Binary(op), [a, b]) => binary(dialect, *op, a, b),
        (SlowOp::Compare(op), [a, b]) => {
            relation(dialect, *op, a, b).map(|b| Slow::Value(b.into()))
        }
        (SlowOp::Negate, [a]) => {
            binary(dialect, BinaryOp::Subtract, &Slow::Value(Value::Int(0)), a)
        }
        (SlowOp::Select, [condition, a, b]) => match truth(dialect, condition) {
            Some(true) => Some(a.clone()),
            Some(false) => Some(b.clone()),
            None => None,
        },
        (SlowOp::Call(name), operands) => call(name, operands),
        (SlowOp::Opaque(index), operands) => opaque.get(*index as usize).and_then(|opaque| {
            let env = Named { names: &opaque.names, values: operands };
            spak_expr::eval(&opaque.expr, &env).ok().map(Slow::Value)
        }),
        _ => None,
    };
    result.unwrap_or(Slow::None)
}

/// The truth value of a value, if it has one.
pub(crate) fn truth(dialect: Dialect, value: &Slow) -> Option<bool> {
    match value {
        Slow::Value(Value::Float(x)) if dialect == Dialect::Python => Some(*x != 0.0),
        Slow::Value(Value::Text(text)) if dialect == Dialect::Python => Some(!text.is_empty()),
        Slow::Value(value) => value.as_bool(),
        Slow::Big(_) => Some(true),
        Slow::None => None,
    }
}

fn binary(dialect: Dialect, op: BinaryOp, a: &Slow, b: &Slow) -> Option<Slow> {
    if let (Slow::Value(a), Slow::Value(b)) = (a, b) {
        if let Ok(value) = arithmetic::arithmetic(op, a, b) {
            return Some(Slow::Value(value));
        }
        // In Python floats may become infinite, where the expressions of a design have a fault.
        if dialect == Dialect::Python
            && let (Some(x), Some(y)) = (a.as_float(), b.as_float())
            && (matches!(a, Value::Float(_)) || matches!(b, Value::Float(_)))
        {
            return match op {
                BinaryOp::Add => Some(x + y),
                BinaryOp::Subtract => Some(x - y),
                BinaryOp::Multiply => Some(x * y),
                BinaryOp::Divide if y != 0.0 => Some(x / y),
                _ => None,
            }
            .map(|x| Slow::Value(Value::Float(x)));
        }
    }
    if dialect != Dialect::Python {
        return None;
    }
    let (a, b) = (big(a)?, big(b)?);
    let zero = BigInt::from(0);
    let result = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::FloorDivide | BinaryOp::Remainder if b == zero => return None,
        BinaryOp::FloorDivide | BinaryOp::Remainder => {
            let (mut quotient, mut rest) = (&a / &b, &a % &b);
            if rest != zero && (rest < zero) != (b < zero) {
                quotient -= 1;
                rest += &b;
            }
            if op == BinaryOp::Remainder { rest } else { quotient }
        }
        BinaryOp::Power => {
            let exponent = u32::try_from(&b).ok()?;
            // No domain needs more, and the memory is bounded.
            if a.bits().saturating_mul(u64::from(exponent)) > 1 << 16 {
                return None;
            }
            a.pow(exponent)
        }
        _ => return None,
    };
    Some(small(result))
}

/// Back to 64 bits when it fits.
fn small(value: BigInt) -> Slow {
    match i64::try_from(&value) {
        Ok(i) => Slow::Value(Value::Int(i)),
        Err(_) => Slow::Big(value),
    }
}

fn big(value: &Slow) -> Option<BigInt> {
    match value {
        Slow::Value(Value::Int(i)) => Some(BigInt::from(*i)),
        Slow::Value(Value::Bool(b)) => Some(BigInt::from(i64::from(*b))),
        Slow::Big(value) => Some(value.clone()),
        _ => None,
    }
}

fn relation(dialect: Dialect, op: CompareOp, a: &Slow, b: &Slow) -> Option<bool> {
    if let (Slow::Value(a), Slow::Value(b)) = (a, b) {
        if let Ok(truth) = compare::compare(op, a, b, 0.0) {
            return Some(truth);
        }
        // Python finds values of different kinds different; a design does not compare them.
        return match (dialect, op) {
            (Dialect::Python, CompareOp::Equal) => Some(false),
            (Dialect::Python, CompareOp::NotEqual) => Some(true),
            _ => None,
        };
    }
    let order = match (big(a), big(b)) {
        (Some(a), Some(b)) => a.cmp(&b),
        // A whole number beyond 64 bits against a float: far enough apart, or not decided.
        (Some(_), None) | (None, Some(_)) => {
            let sign = |value: &Slow| match value {
                Slow::Big(value) if *value < BigInt::from(0) => Some(-1.0),
                Slow::Big(_) => Some(1.0),
                _ => None,
            };
            let float = |value: &Slow| match value {
                Slow::Value(value) => value.as_float().filter(|x| x.abs() < 9.0e18),
                _ => None,
            };
            let (x, y) = (sign(a).or_else(|| float(a))?, sign(b).or_else(|| float(b))?);
            match (sign(a), sign(b)) {
                (Some(_), _) => x.partial_cmp(&0.0)?,
                _ => 0.0.partial_cmp(&y)?,
            }
        }
        (None, None) => return None,
    };
    Some(match op {
        CompareOp::Equal => order.is_eq(),
        CompareOp::NotEqual => order.is_ne(),
        CompareOp::Less => order.is_lt(),
        CompareOp::LessEqual => order.is_le(),
        CompareOp::Greater => order.is_gt(),
        CompareOp::GreaterEqual => order.is_ge(),
        CompareOp::In | CompareOp::NotIn => return None,
    })
}

/// Functions of the expression language, and those that only Python's restrictions have.
fn call(name: &str, operands: &[Slow]) -> Option<Slow> {
    let bits = |f: fn(BigInt, BigInt) -> BigInt| match operands {
        [a, b] => Some(small(f(big(a)?, big(b)?))),
        _ => None,
    };
    match name {
        "bit_and" => bits(|a, b| a & b),
        "bit_or" => bits(|a, b| a | b),
        "bit_xor" => bits(|a, b| a ^ b),
        "bit_not" => match operands {
            [a] => Some(small(-big(a)? - 1)),
            _ => None,
        },
        "shift_left" | "shift_right" => match operands {
            [a, b] => {
                let shift = u32::try_from(&big(b)?).ok().filter(|s| *s <= 1 << 12)?;
                let a = big(a)?;
                Some(small(if name == "shift_left" { a << shift } else { a >> shift }))
            }
            _ => None,
        },
        "bool" => match operands {
            [a] => truth(Dialect::Python, a).map(|b| Slow::Value(b.into())),
            _ => None,
        },
        "trunc" => call("int", operands),
        _ => {
            let values: Option<Vec<Value>> = operands
                .iter()
                .map(|operand| match operand {
                    Slow::Value(value) => Some(value.clone()),
                    _ => None,
                })
                .collect();
            builtins::find(name)?.call(&values?).ok().map(Slow::Value)
        }
    }
}

/// Whether there is a function of this name.
pub(crate) fn is_function(name: &str) -> bool {
    const PYTHON: [&str; 8] =
        ["bit_and", "bit_or", "bit_xor", "bit_not", "shift_left", "shift_right", "bool", "trunc"];
    PYTHON.contains(&name) || builtins::find(name).is_some()
}
