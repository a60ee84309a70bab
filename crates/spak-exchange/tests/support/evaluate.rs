//! A plain evaluator of formulas with Python's meaning, to compare a translation with Python itself.

use spak_expr::{BinaryOp, CompareOp, Expr, ExprKind, Number, UnaryOp};
use spak_records::Value;

/// The value of `expr`; `None` where Python raises an exception or a number leaves its type.
pub(crate) fn evaluate(expr: &Expr, config: &[(String, Value)]) -> Option<Value> {
    let of = |e: &Expr| evaluate(e, config);
    let boolean = |b: bool| Some(Value::Bool(b));
    match &expr.kind {
        ExprKind::Number(Number::Int(i)) => Some(Value::Int(*i)),
        ExprKind::Number(Number::Float(x)) => Some(Value::Float(*x)),
        ExprKind::Bool(b) => Some(Value::Bool(*b)),
        ExprKind::Text(s) => Some(Value::Text(s.clone())),
        ExprKind::Name(name) => config.iter().find(|(n, _)| n == name).map(|(_, v)| v.clone()),
        ExprKind::Unary(UnaryOp::Not, x) => boolean(!truth(&of(x)?)),
        ExprKind::Unary(UnaryOp::Minus, x) => match number(&of(x)?)? {
            Value::Int(i) => i.checked_neg().map(Value::Int),
            Value::Float(f) => Some(Value::Float(-f)),
            _ => None,
        },
        ExprKind::And(items) => {
            for item in items {
                if !truth(&of(item)?) {
                    return boolean(false);
                }
            }
            boolean(true)
        }
        ExprKind::Or(items) => {
            for item in items {
                if truth(&of(item)?) {
                    return boolean(true);
                }
            }
            boolean(false)
        }
        ExprKind::Conditional(c) => {
            of(if truth(&of(&c.condition)?) { &c.then } else { &c.otherwise })
        }
        ExprKind::Compare(first, rest) => {
            let mut left = of(first)?;
            for (op, right) in rest {
                let right = of(right)?;
                if !compare(*op, &left, &right)? {
                    return boolean(false);
                }
                left = right;
            }
            boolean(true)
        }
        ExprKind::List(items) => items.iter().map(of).collect::<Option<Vec<_>>>().map(Value::List),
        ExprKind::Binary(op, a, b) => binary(*op, &number(&of(a)?)?, &number(&of(b)?)?),
        ExprKind::Call(call) => {
            let arguments: Option<Vec<Value>> =
                call.arguments.iter().map(|a| of(&a.value)).collect();
            function(&call.function, &arguments?)
        }
        _ => None,
    }
}

pub(crate) fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        Value::Int(i) => *i != 0,
        Value::Float(x) => *x != 0.0,
        Value::Text(s) => !s.is_empty(),
        Value::List(list) => !list.is_empty(),
    }
}

fn number(value: &Value) -> Option<Value> {
    match value {
        Value::Bool(b) => Some(Value::Int(i64::from(*b))),
        Value::Int(_) | Value::Float(_) => Some(value.clone()),
        _ => None,
    }
}

fn compare(op: CompareOp, a: &Value, b: &Value) -> Option<bool> {
    if let (CompareOp::In | CompareOp::NotIn, Value::List(list)) = (op, b) {
        let mut found = false;
        for item in list {
            found = found || compare(CompareOp::Equal, a, item)?;
        }
        return Some(found == (op == CompareOp::In));
    }
    let ordering = match (number(a), number(b)) {
        (Some(Value::Int(a)), Some(Value::Int(b))) => Some(a.cmp(&b)),
        (Some(a), Some(b)) => a.as_float()?.partial_cmp(&b.as_float()?),
        _ => match (a, b) {
            (Value::Text(a), Value::Text(b)) => Some(a.cmp(b)),
            _ => None,
        },
    };
    match op {
        CompareOp::Equal => Some(ordering.is_some_and(|o| o.is_eq())),
        CompareOp::NotEqual => Some(!ordering.is_some_and(|o| o.is_eq())),
        CompareOp::Less => ordering.map(|o| o.is_lt()),
        CompareOp::LessEqual => ordering.map(|o| o.is_le()),
        CompareOp::Greater => ordering.map(|o| o.is_gt()),
        CompareOp::GreaterEqual => ordering.map(|o| o.is_ge()),
        CompareOp::In | CompareOp::NotIn => None,
    }
}

fn binary(op: BinaryOp, a: &Value, b: &Value) -> Option<Value> {
    if let (Value::Int(a), Value::Int(b)) = (a, b) {
        let (a, b) = (*a, *b);
        let whole = match op {
            BinaryOp::Add => a.checked_add(b),
            BinaryOp::Subtract => a.checked_sub(b),
            BinaryOp::Multiply => a.checked_mul(b),
            BinaryOp::FloorDivide => {
                let q = a.checked_div(b)?;
                Some(if a % b != 0 && (a < 0) != (b < 0) { q - 1 } else { q })
            }
            BinaryOp::Remainder => {
                a.checked_rem(b).map(|r| if r != 0 && (r < 0) != (b < 0) { r + b } else { r })
            }
            BinaryOp::Power if b >= 0 => a.checked_pow(u32::try_from(b).ok()?),
            _ => None,
        };
        if !(op == BinaryOp::Divide || op == BinaryOp::Power && b < 0) {
            return whole.map(Value::Int);
        }
    }
    let (a, b) = (a.as_float()?, b.as_float()?);
    let x = match op {
        BinaryOp::Add => a + b,
        BinaryOp::Subtract => a - b,
        BinaryOp::Multiply => a * b,
        BinaryOp::Power => a.powf(b),
        _ if b == 0.0 => return None,
        BinaryOp::Divide => a / b,
        BinaryOp::FloorDivide => ((a - python_mod(a, b)) / b).round(),
        BinaryOp::Remainder => python_mod(a, b),
        _ => return None,
    };
    x.is_finite().then_some(Value::Float(x))
}

fn python_mod(a: f64, b: f64) -> f64 {
    let rest = a % b;
    if rest != 0.0 && (rest < 0.0) != (b < 0.0) { rest + b } else { rest }
}

fn function(name: &str, arguments: &[Value]) -> Option<Value> {
    let numbers: Option<Vec<Value>> = arguments.iter().map(number).collect();
    let floats = || -> Option<Vec<f64>> { numbers.as_ref()?.iter().map(Value::as_float).collect() };
    let ints = || -> Option<Vec<i64>> { numbers.as_ref()?.iter().map(Value::as_int).collect() };
    let whole = |x: f64| (x.abs() < 9e18).then_some(Value::Int(x as i64));
    match (name, arguments) {
        ("bool", [x]) => Some(Value::Bool(truth(x))),
        ("min" | "max", _) => {
            let mut best = arguments.first()?.clone();
            for x in arguments {
                let op = if name == "min" { CompareOp::Less } else { CompareOp::Greater };
                if compare(op, x, &best)? {
                    best = x.clone();
                }
            }
            Some(best)
        }
        ("abs", _) => match numbers?.first()? {
            Value::Int(i) => i.checked_abs().map(Value::Int),
            x => Some(Value::Float(x.as_float()?.abs())),
        },
        ("int" | "trunc", _) => whole(floats()?.first()?.trunc()),
        ("round", _) => whole(floats()?.first()?.round_ties_even()),
        ("floor", _) => whole(floats()?.first()?.floor()),
        ("ceil", _) => whole(floats()?.first()?.ceil()),
        ("float", _) => floats()?.first().map(|x| Value::Float(*x)),
        ("sqrt", _) => floats()?.first().filter(|x| **x >= 0.0).map(|x| Value::Float(x.sqrt())),
        ("log2", _) => floats()?.first().filter(|x| **x > 0.0).map(|x| Value::Float(x.log2())),
        ("bit_not", _) => ints()?.first().map(|i| Value::Int(!i)),
        (_, [_, _]) => {
            let [a, b] = *ints()? else { return None };
            Some(Value::Int(match name {
                "bit_and" => a & b,
                "bit_or" => a | b,
                "bit_xor" => a ^ b,
                "shift_left" if a == 0 && b >= 0 => 0,
                "shift_left" if (0..63).contains(&b) => a.checked_mul(1 << b)?,
                "shift_right" if b >= 0 => a >> b.min(63),
                "gcd" => {
                    let (mut a, mut b) = (a.abs(), b.abs());
                    while b != 0 {
                        (a, b) = (b, a % b);
                    }
                    a
                }
                _ => return None,
            }))
        }
        _ => None,
    }
}
