//! Lists of values as T1 writes them: `[1, 2, 4]`, `list(range(32, 1025, 32))`, `[2**i for i in ..]`.

use ruff_python_ast::{self as ast, CmpOp, Expr as Python, Operator};
use ruff_text_size::Ranged as _;
use spak_records::Value;
use spak_syntax::{Diagnostic, Span};

use super::compare::{range, sequence};
use super::{parsed, span};
use crate::codes::NOT_TRANSLATABLE;
use crate::item::NONE;

/// The most values of a list.
const MAX_VALUES: usize = 1 << 22;
/// The most operations that are spent on one text.
const MAX_STEPS: usize = 1 << 23;
/// The deepest expression.
const MAX_LEVELS: usize = 48;

/// Computes a Python expression of constants that is a list, tuple, set or range.
///
/// # Errors
/// When it is not such an expression, or gives more than 4 million values; places are byte offsets
/// in `text`.
pub fn values(text: &str) -> Result<Vec<Value>, Box<Diagnostic>> {
    let parsed = parsed(text)?;
    let mut evaluation = Evaluation { bound: Vec::new(), steps: 0 };
    match evaluation.value(&parsed.expr, 0)? {
        Value::List(list) => Ok(list),
        other => {
            let at = span(parsed.expr.range());
            let message = format!("this is the single value {other}, not a list");
            Err(Box::new(
                Diagnostic::error(NOT_TRANSLATABLE, at, message).repair("write `[value]`"),
            ))
        }
    }
}

struct Evaluation<'p> {
    /// Variables of comprehensions, the innermost last.
    bound: Vec<(&'p str, Value)>,
    steps: usize,
}

type Result1<T> = Result<T, Box<Diagnostic>>;

fn fault(at: Span, message: impl Into<String>) -> Box<Diagnostic> {
    Box::new(
        Diagnostic::error(NOT_TRANSLATABLE, at, message)
            .because("values are computed from constants, ranges and comprehensions")
            .repair("write the values out: `[1, 2, 4]`"),
    )
}

impl<'p> Evaluation<'p> {
    fn value(&mut self, python: &'p Python, level: usize) -> Result1<Value> {
        let at = span(python.range());
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(fault(at, format!("these values take more than {MAX_STEPS} steps")));
        }
        if level > MAX_LEVELS {
            return Err(fault(at, format!("this is nested more than {MAX_LEVELS} levels deep")));
        }
        let level = level + 1;
        match python {
            Python::NumberLiteral(n) => match &n.value {
                ast::Number::Int(i) => i
                    .as_i64()
                    .map(Value::Int)
                    .ok_or_else(|| fault(at, format!("the whole number {i} is beyond 64 bits"))),
                ast::Number::Float(x) if x.is_finite() => Ok(Value::Float(*x)),
                _ => Err(fault(at, "this number is not a finite real one")),
            },
            Python::BooleanLiteral(b) => Ok(Value::Bool(b.value)),
            Python::StringLiteral(s) => Ok(Value::Text(s.value.to_str().to_owned())),
            Python::NoneLiteral(_) => Ok(Value::Text(NONE.to_owned())),
            Python::Name(name) => {
                let bound = self.bound.iter().rev().find(|(n, _)| *n == name.id.as_str());
                let value = bound.map(|(_, v)| v.clone()).ok_or_else(|| {
                    fault(at, format!("`{}` is not defined here", name.id.as_str()))
                })?;
                self.steps += weight(&value);
                Ok(value)
            }
            Python::List(_) | Python::Tuple(_) | Python::Set(_) => {
                let elements =
                    sequence(python).ok_or_else(|| fault(at, "`*` is not known here"))?;
                let list: Result1<Vec<Value>> =
                    elements.iter().map(|e| self.value(e, level)).collect();
                list.map(Value::List)
            }
            Python::UnaryOp(unary) => {
                let operand = self.value(&unary.operand, level)?;
                unary_op(at, unary.op, &operand)
            }
            Python::BinOp(binary) => {
                let a = self.value(&binary.left, level)?;
                let b = self.value(&binary.right, level)?;
                match (binary.op, &a, &b) {
                    (Operator::Mult, list @ Value::List(_), Value::Int(n))
                    | (Operator::Mult, Value::Int(n), list @ Value::List(_)) => {
                        self.repeated(at, list, *n)
                    }
                    _ => binary_op(at, binary.op, a, b),
                }
            }
            Python::BoolOp(junction) => self.junction(at, junction, level),
            Python::Compare(compare) => self.compare(at, compare, level).map(Value::Bool),
            Python::If(c) => {
                let holds = truth(&self.value(&c.test, level)?);
                self.value(if holds { &c.body } else { &c.orelse }, level)
            }
            Python::Call(call) => self.call(at, call, level),
            Python::ListComp(ast::ExprListComp { elt, generators, .. })
            | Python::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Python::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                let mut list = Vec::new();
                self.comprehension(elt, generators, level, &mut list)?;
                Ok(Value::List(list))
            }
            _ => Err(fault(at, "this is not an expression of constants")),
        }
    }

    fn comprehension(
        &mut self,
        element: &'p Python,
        generators: &'p [ast::Comprehension],
        level: usize,
        list: &mut Vec<Value>,
    ) -> Result1<()> {
        let Some((first, rest)) = generators.split_first() else {
            if list.len() >= MAX_VALUES {
                let message = format!("this gives more than {MAX_VALUES} values");
                return Err(fault(span(element.range()), message));
            }
            list.push(self.value(element, level)?);
            return Ok(());
        };
        if level > MAX_LEVELS {
            return Err(fault(span(element.range()), "too many `for` in one comprehension"));
        }
        let at = span(first.iter.range());
        let Value::List(items) = self.value(&first.iter, level)? else {
            return Err(fault(at, "this is not a list"));
        };
        for item in items {
            let depth = self.bound.len();
            match (&first.target, item) {
                (Python::Name(name), item) => self.bound.push((name.id.as_str(), item)),
                (target, Value::List(parts)) => {
                    let names = sequence(target).unwrap_or_default();
                    if names.len() != parts.len() {
                        return Err(fault(at, "its elements do not fit the variables"));
                    }
                    for (name, part) in names.iter().zip(parts) {
                        let Python::Name(name) = name else {
                            return Err(fault(at, "only plain variables are known"));
                        };
                        self.bound.push((name.id.as_str(), part));
                    }
                }
                _ => return Err(fault(at, "its elements do not fit the variables")),
            }
            let mut holds = true;
            for condition in &first.ifs {
                holds = holds && truth(&self.value(condition, level)?);
            }
            if holds {
                self.comprehension(element, rest, level + 1, list)?;
            }
            self.bound.truncate(depth);
        }
        Ok(())
    }

    /// `[0] * 3`
    fn repeated(&mut self, at: Span, list: &Value, times: i64) -> Result1<Value> {
        let times = usize::try_from(times).unwrap_or(0);
        self.steps = self.steps.saturating_add(weight(list).saturating_mul(times));
        let Value::List(items) = list else { return Err(fault(at, "this is not a list")) };
        if self.steps > MAX_STEPS {
            return Err(fault(at, "this gives too many values"));
        }
        let copies = items.iter().cycle().take(items.len() * times);
        Ok(Value::List(copies.cloned().collect()))
    }

    fn junction(&mut self, at: Span, j: &'p ast::ExprBoolOp, level: usize) -> Result1<Value> {
        let mut last = None;
        for operand in &j.values {
            let value = self.value(operand, level)?;
            if truth(&value) != (j.op == ast::BoolOp::And) {
                return Ok(value);
            }
            last = Some(value);
        }
        last.ok_or_else(|| fault(at, "nothing is joined here"))
    }

    fn compare(&mut self, at: Span, c: &'p ast::ExprCompare, level: usize) -> Result1<bool> {
        let mut left = self.value(&c.left, level)?;
        for (op, right) in c.ops.iter().zip(&c.comparators) {
            let right = self.value(right, level)?;
            let equal = |a: &Value, b: &Value| same(a, b);
            let holds = match (op, left.as_float(), right.as_float()) {
                (CmpOp::Eq, ..) => equal(&left, &right),
                (CmpOp::NotEq, ..) => !equal(&left, &right),
                (CmpOp::Lt, Some(a), Some(b)) => a < b,
                (CmpOp::LtE, Some(a), Some(b)) => a <= b,
                (CmpOp::Gt, Some(a), Some(b)) => a > b,
                (CmpOp::GtE, Some(a), Some(b)) => a >= b,
                (CmpOp::In | CmpOp::NotIn, ..) => {
                    let Value::List(list) = &right else {
                        return Err(fault(at, "`in` needs a list"));
                    };
                    self.steps += list.len();
                    list.iter().any(|v| equal(&left, v)) == (*op == CmpOp::In)
                }
                _ => return Err(fault(at, "these values cannot be compared so")),
            };
            if !holds {
                return Ok(false);
            }
            left = right;
        }
        Ok(true)
    }

    fn call(&mut self, at: Span, call: &'p ast::ExprCall, level: usize) -> Result1<Value> {
        let Python::Name(name) = &*call.func else {
            return Err(fault(at, "only known functions can be called here"));
        };
        if !call.arguments.keywords.is_empty() {
            return Err(fault(at, "named arguments are not known here"));
        }
        let arguments: Result1<Vec<Value>> =
            call.arguments.args.iter().map(|a| self.value(a, level)).collect();
        let arguments = arguments?;
        let unknown = || fault(at, format!("this call of `{}` is not known", name.id.as_str()));
        match (name.id.as_str(), arguments.as_slice()) {
            ("range", bounds) => {
                let bounds: Option<Vec<i64>> = bounds.iter().map(Value::as_int).collect();
                let (start, end, step) = match *bounds.ok_or_else(unknown)? {
                    [end] => (0, end, 1),
                    [start, end] => (start, end, 1),
                    [start, end, step] if step != 0 => (start, end, step),
                    _ => return Err(unknown()),
                };
                let list = range(start, end, step, MAX_VALUES as i64).ok_or_else(|| {
                    fault(at, format!("this gives more than {MAX_VALUES} values"))
                })?;
                // Ranges inside of comprehensions add up.
                self.steps += list.len();
                Ok(Value::List(list.into_iter().map(Value::Int).collect()))
            }
            ("list" | "tuple" | "set", [Value::List(_)]) => {
                arguments.into_iter().next().ok_or_else(unknown)
            }
            ("list" | "tuple" | "set", []) => Ok(Value::List(Vec::new())),
            ("sorted", [Value::List(list)]) => {
                let mut keys: Vec<crate::domain::Key> =
                    list.iter().cloned().map(crate::domain::Key).collect();
                keys.sort();
                Ok(Value::List(keys.into_iter().map(|k| k.0).collect()))
            }
            ("len", [Value::List(list)]) => Ok(Value::Int(list.len() as i64)),
            ("int", [x]) => match x {
                Value::Int(i) => Ok(Value::Int(*i)),
                Value::Float(f) if f.abs() < 9e18 => Ok(Value::Int(f.trunc() as i64)),
                _ => Err(unknown()),
            },
            ("float", [x]) => x.as_float().map(Value::Float).ok_or_else(unknown),
            ("str", [x @ (Value::Int(_) | Value::Text(_))]) => Ok(Value::Text(x.to_string())),
            ("abs", [Value::Int(i)]) => i.checked_abs().map(Value::Int).ok_or_else(unknown),
            ("pow", [a, b]) => binary_op(at, Operator::Pow, a.clone(), b.clone()),
            ("min" | "max", [Value::List(list)]) => {
                extreme(name.id.as_str() == "max", list).ok_or_else(unknown)
            }
            ("min" | "max", several) => {
                extreme(name.id.as_str() == "max", several).ok_or_else(unknown)
            }
            _ => Err(unknown()),
        }
    }
}

/// How many values there are in a value.
fn weight(value: &Value) -> usize {
    match value {
        Value::List(list) => 1 + list.iter().map(weight).sum::<usize>(),
        _ => 1,
    }
}

fn extreme(greatest: bool, list: &[Value]) -> Option<Value> {
    let keys = list.iter().cloned().map(crate::domain::Key);
    if greatest { keys.max() } else { keys.min() }.map(|k| k.0)
}

fn same(a: &Value, b: &Value) -> bool {
    crate::domain::Key(a.clone()) == crate::domain::Key(b.clone())
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        Value::Int(i) => *i != 0,
        Value::Float(x) => *x != 0.0,
        Value::Text(s) => !s.is_empty() && s != NONE,
        Value::List(list) => !list.is_empty(),
    }
}

/// A truth value as the number that Python takes it for.
fn number(value: Value) -> Value {
    match value {
        Value::Bool(b) => Value::Int(i64::from(b)),
        other => other,
    }
}

fn unary_op(at: Span, op: ast::UnaryOp, operand: &Value) -> Result1<Value> {
    let result = match (op, number(operand.clone())) {
        (ast::UnaryOp::Not, _) => Some(Value::Bool(!truth(operand))),
        (ast::UnaryOp::USub, Value::Int(i)) => i.checked_neg().map(Value::Int),
        (ast::UnaryOp::USub, Value::Float(x)) => Some(Value::Float(-x)),
        (ast::UnaryOp::UAdd, x @ (Value::Int(_) | Value::Float(_))) => Some(x),
        (ast::UnaryOp::Invert, Value::Int(i)) => Some(Value::Int(!i)),
        _ => None,
    };
    result.ok_or_else(|| fault(at, "this operator does not apply to this value"))
}

fn binary_op(at: Span, op: Operator, a: Value, b: Value) -> Result1<Value> {
    let result = match (op, number(a), number(b)) {
        (Operator::Add, Value::List(mut a), Value::List(b)) => {
            if a.len() + b.len() > MAX_VALUES {
                return Err(fault(at, format!("this gives more than {MAX_VALUES} values")));
            }
            a.extend(b);
            Some(Value::List(a))
        }
        (op, Value::Int(a), Value::Int(b)) => integers(op, a, b),
        (op, a, b) => match (a.as_float(), b.as_float()) {
            (Some(a), Some(b)) => floats(op, a, b),
            _ => None,
        },
    };
    result.ok_or_else(|| fault(at, "this has no value within 64 bits"))
}

fn integers(op: Operator, a: i64, b: i64) -> Option<Value> {
    let whole = match op {
        Operator::Add => a.checked_add(b),
        Operator::Sub => a.checked_sub(b),
        Operator::Mult => a.checked_mul(b),
        Operator::FloorDiv => {
            let quotient = a.checked_div(b)?;
            if a % b != 0 && (a < 0) != (b < 0) { quotient.checked_sub(1) } else { Some(quotient) }
        }
        Operator::Mod => {
            let rest = a.checked_rem(b)?;
            if rest != 0 && (rest < 0) != (b < 0) { rest.checked_add(b) } else { Some(rest) }
        }
        Operator::Pow if b >= 0 => a.checked_pow(u32::try_from(b).ok()?),
        Operator::LShift if (0..63).contains(&b) => a.checked_mul(1 << b),
        Operator::RShift if b >= 0 => Some(a >> b.min(63)),
        Operator::BitAnd => Some(a & b),
        Operator::BitOr => Some(a | b),
        Operator::BitXor => Some(a ^ b),
        _ => return floats(op, a as f64, b as f64),
    };
    whole.map(Value::Int)
}

fn floats(op: Operator, a: f64, b: f64) -> Option<Value> {
    let x = match op {
        Operator::Add => a + b,
        Operator::Sub => a - b,
        Operator::Mult => a * b,
        Operator::Div if b != 0.0 => a / b,
        Operator::FloorDiv if b != 0.0 => (a / b).floor(),
        Operator::Mod if b != 0.0 => a - b * (a / b).floor(),
        Operator::Pow => a.powf(b),
        _ => return None,
    };
    x.is_finite().then_some(Value::Float(x))
}
