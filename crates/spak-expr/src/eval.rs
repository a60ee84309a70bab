//! Values of expressions.

mod aggregate;
mod quantify;

use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Span};

use crate::arithmetic::{arithmetic, negate};
use crate::builtins::{self, BUILTINS};
use crate::codes::{EVALUATION_TOO_LONG, INDEX_OUT_OF_RANGE, UNKNOWN_FUNCTION, UNKNOWN_NAME};
use crate::compare::compare;
use crate::env::Env;
use crate::expr::{BinaryOp, Call, CompareOp, Expr, ExprKind, Number, UnaryOp};
use crate::fault::{Fallible, Fault};
use crate::value::{Quantity, Value};

/// What an evaluation may take, and how it compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// How many nodes may be visited and list elements read.
    pub steps: u64,
    /// Floats this close count as equal: relative to the larger magnitude, absolute below 1.
    pub tolerance: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 10_000_000, tolerance: 0.0 }
    }
}

/// Whether a condition holds, and what shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Whether it holds.
    pub holds: bool,
    /// The values of the quantified variables that decided: a counter-example when a `for all` does not
    /// hold, an example when an `exists` does; empty when no quantifier decided.
    pub witness: Vec<(String, Value)>,
}

/// The value of an expression.
///
/// # Errors
/// When it has none; the diagnostic says where and why.
pub fn eval(expr: &Expr, env: &dyn Env) -> Result<Value, Box<Diagnostic>> {
    Evaluation::new(env, Limits::default()).value(expr)
}

/// The value of an expression within given limits.
///
/// # Errors
/// When it has none, or takes longer than allowed.
pub fn eval_with(expr: &Expr, env: &dyn Env, limits: Limits) -> Result<Value, Box<Diagnostic>> {
    Evaluation::new(env, limits).value(expr)
}

/// Whether a condition holds, with the values that decide it.
///
/// # Errors
/// When it has no value, takes longer than allowed, or is no condition.
pub fn check(expr: &Expr, env: &dyn Env, limits: Limits) -> Result<Verdict, Box<Diagnostic>> {
    let mut evaluation = Evaluation::new(env, limits);
    let holds = evaluation.truth(expr)?;
    Ok(Verdict { holds, witness: evaluation.witness })
}

type Evaluated<T> = Result<T, Box<Diagnostic>>;

/// One evaluation under way.
struct Evaluation<'e> {
    env: &'e dyn Env,
    steps_left: u64,
    limits: Limits,
    /// Quantified variables and their current values, innermost last.
    bound: Vec<(&'e str, Value)>,
    witness: Vec<(String, Value)>,
}

impl<'e> Evaluation<'e> {
    fn new(env: &'e dyn Env, limits: Limits) -> Self {
        let (steps_left, bound, witness) = (limits.steps, Vec::new(), Vec::new());
        Self { env, steps_left, limits, bound, witness }
    }

    fn spend(&mut self, steps: u64, span: Span) -> Evaluated<()> {
        match self.steps_left.checked_sub(steps) {
            Some(left) => {
                self.steps_left = left;
                Ok(())
            }
            None => Err(Box::new(
                Diagnostic::error(EVALUATION_TOO_LONG, span, "this takes too long to evaluate")
                    .because(format!("an evaluation ends after {} steps", self.limits.steps))
                    .repair("make the domains of its variables smaller"),
            )),
        }
    }

    fn value(&mut self, expr: &'e Expr) -> Evaluated<Value> {
        self.spend(1, expr.span)?;
        match &expr.kind {
            ExprKind::Number(Number::Int(i)) => Ok(Value::Int(*i)),
            ExprKind::Number(Number::Float(f)) => Ok(Value::Float(*f)),
            ExprKind::Quantity(n, unit) => {
                let quantity = Quantity::of(n.as_float(), *unit);
                if quantity.magnitude.is_finite() {
                    Ok(Value::Quantity(quantity))
                } else {
                    Err(Fault::overflow("this quantity").at(expr.span))
                }
            }
            ExprKind::Bool(b) => Ok(Value::Bool(*b)),
            ExprKind::Text(text) => Ok(Value::from(text.as_str())),
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Unary(UnaryOp::Minus, operand) => {
                let value = self.value(operand)?;
                at(negate(&value), expr.span)
            }
            ExprKind::Unary(UnaryOp::Not, operand) => Ok(Value::Bool(!self.truth(operand)?)),
            ExprKind::Binary(BinaryOp::Implies, condition, conclusion) => {
                Ok(Value::Bool(!self.truth(condition)? || self.truth(conclusion)?))
            }
            ExprKind::Binary(op, a, b) => {
                let (left, right) = (self.value(a)?, self.value(b)?);
                if *op == BinaryOp::MatrixProduct {
                    return self.matrix_product(expr.span, &left, &right);
                }
                at(arithmetic(*op, &left, &right), expr.span)
            }
            ExprKind::And(items) => self.first_that_is(items, false),
            ExprKind::Or(items) => self.first_that_is(items, true),
            ExprKind::Compare(first, rest) => self.comparison(expr, first, rest),
            ExprKind::Conditional(c) => {
                if self.truth(&c.condition)? {
                    self.value(&c.then)
                } else {
                    self.value(&c.otherwise)
                }
            }
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Index(base, indices) => {
                let base = self.value(base)?;
                let indices: Vec<Value> =
                    indices.iter().map(|i| self.value(i)).collect::<Evaluated<_>>()?;
                at(index(base, &indices), expr.span)
            }
            ExprKind::Field(base, field) => {
                let base = self.value(base)?;
                let found = field.split('.').try_fold(base.clone(), |value, f| value.field(f));
                found.ok_or_else(|| {
                    let message = format!("{} has no field `{field}`", base.describe());
                    Box::new(Diagnostic::error(UNKNOWN_NAME, expr.span, message))
                })
            }
            ExprKind::List(items) => self.list(items),
            ExprKind::Range(low, high) => {
                let (low, high) = (self.bound_of_range(low)?, self.bound_of_range(high)?);
                Ok(Value::Range(low, high))
            }
            ExprKind::Quantified(q) => self.quantified(q).map(Value::Bool),
        }
    }

    /// The truth value of a condition.
    fn truth(&mut self, expr: &'e Expr) -> Evaluated<bool> {
        let value = self.value(expr)?;
        value.as_bool().ok_or_else(|| {
            let message = format!("this is {} and not true or false", value.describe());
            let fault = Fault::types(message);
            fault.with("", "compare it with something, such as `!= 0`").at(expr.span)
        })
    }

    fn first_that_is(&mut self, items: &'e [Expr], decisive: bool) -> Evaluated<Value> {
        for item in items {
            if self.truth(item)? == decisive {
                return Ok(Value::Bool(decisive));
            }
        }
        Ok(Value::Bool(!decisive))
    }

    fn comparison(
        &mut self,
        expr: &'e Expr,
        first: &'e Expr,
        rest: &'e [(CompareOp, Expr)],
    ) -> Evaluated<Value> {
        let (mut left, mut left_expr) = (self.side(first, rest.first().map(|(_, e)| e))?, first);
        for (op, operand) in rest {
            let right = self.side(operand, Some(left_expr))?;
            let cost = |v: &Value| if let Value::List(items) = v { items.len() as u64 } else { 0 };
            self.spend(cost(&left).saturating_add(cost(&right)), expr.span)?;
            if !at(compare(*op, &left, &right, self.limits.tolerance), expr.span)? {
                return Ok(Value::Bool(false));
            }
            (left, left_expr) = (right, operand);
        }
        Ok(Value::Bool(true))
    }

    /// One side of a comparison. A bare word that nothing defines stands for itself beside a name
    /// whose value is a text: `softmax_scheme == online`, `softmax_scheme in [online, naive]`.
    fn side(&mut self, expr: &'e Expr, other: Option<&'e Expr>) -> Evaluated<Value> {
        let candidates = match &expr.kind {
            ExprKind::Name(_) => std::slice::from_ref(expr),
            ExprKind::List(items) => items.as_slice(),
            _ => return self.value(expr),
        };
        let is_word = |e: &Expr| {
            e.as_name().is_some_and(|word| !word.contains('.') && self.find(word).is_none())
        };
        let name = other.and_then(Expr::as_name).filter(|_| candidates.iter().any(is_word));
        if !matches!(name.and_then(|n| self.find(n)), Some(Value::Text(_))) {
            return self.value(expr);
        }
        if let Some(word) = expr.as_name() {
            return Ok(Value::from(word));
        }
        let words: Vec<bool> = candidates.iter().map(is_word).collect();
        self.spend(candidates.len() as u64, expr.span)?;
        let mut values = Vec::with_capacity(candidates.len());
        for (item, is_word) in candidates.iter().zip(words) {
            match item.as_name().filter(|_| is_word) {
                Some(word) => values.push(Value::from(word)),
                None => values.push(self.value(item)?),
            }
        }
        Ok(Value::from(values))
    }

    fn find(&self, name: &str) -> Option<Value> {
        let follow = |value: Value, fields: &str| {
            fields.split('.').try_fold(value, |value, field| value.field(field))
        };
        if !self.bound.is_empty() {
            let (first, fields) = name.split_once('.').unwrap_or((name, ""));
            if let Some((_, value)) = self.bound.iter().rev().find(|(bound, _)| *bound == first) {
                let value = value.clone();
                return if fields.is_empty() { Some(value) } else { follow(value, fields) };
            }
        }
        if let Some(value) = self.env.lookup(name) {
            return Some(value);
        }
        // The longest beginning that names a record with the remaining fields.
        name.rmatch_indices('.').find_map(|(dot, _)| {
            let (record, fields) = name.split_at_checked(dot)?;
            follow(self.env.lookup(record)?, fields.get(1..)?)
        })
    }

    fn name(&self, name: &str, span: Span) -> Evaluated<Value> {
        self.find(name).ok_or_else(|| {
            let bound = self.bound.iter().map(|(name, _)| (*name).to_owned());
            Box::new(unknown_name(name, span, bound.chain(self.env.names()).collect()))
        })
    }

    fn call(&mut self, call: &'e Call, span: Span) -> Evaluated<Value> {
        if let Some((kind, variable, operand)) = call.aggregation()
            && self.find(&call.function).is_none()
            && self.env.lookup(variable).is_none()
        {
            return self.aggregate(call, (kind, variable, operand), span);
        }
        let arguments: Vec<Value> =
            call.arguments.iter().map(|a| self.value(&a.value)).collect::<Evaluated<_>>()?;
        let cost = arguments.iter().filter_map(|v| match v {
            Value::List(_) | Value::Range(..) => v.length(),
            _ => None,
        });
        self.spend(cost.fold(0, u64::saturating_add).min(1 << 20), span)?;
        if let Some(value) = self.env.call(&call.function, &arguments) {
            return at(value, span);
        }
        if let Some(function) = builtins::find(&call.function) {
            return at(function.call(&arguments), span);
        }
        match self.find(&call.function) {
            Some(table @ (Value::List(_) | Value::Range(..))) => at(index(table, &arguments), span),
            _ => Err(Box::new(unknown_function(call, self.env.functions()))),
        }
    }

    fn list(&mut self, items: &'e [Expr]) -> Evaluated<Value> {
        let mut values = Vec::with_capacity(items.len());
        for item in items {
            match (&item.kind, self.value(item)?) {
                (ExprKind::Range(..), Value::Range(low, high)) => {
                    let length = Value::Range(low, high).length().unwrap_or(0);
                    self.spend(length, item.span)?;
                    values.extend((low..=high).map(Value::Int));
                }
                (_, value) => values.push(value),
            }
        }
        Ok(Value::from(values))
    }

    fn bound_of_range(&mut self, expr: &'e Expr) -> Evaluated<i64> {
        let value = self.value(expr)?;
        value.as_int().ok_or_else(|| {
            let message = format!("a range has whole bounds, and this is {}", value.describe());
            Fault::types(message).at(expr.span)
        })
    }

    fn matrix_product(&mut self, span: Span, a: &Value, b: &Value) -> Evaluated<Value> {
        let cost = a.length().zip(b.length()).map_or(0, |(n, m)| n.saturating_mul(m));
        self.spend(cost, span)?;
        at(matrix_product(a, b), span)
    }
}

fn at<T>(result: Fallible<T>, span: Span) -> Evaluated<T> {
    result.map_err(|fault| fault.at(span))
}

pub(crate) fn unknown_name(name: &str, span: Span, known: Vec<String>) -> Diagnostic {
    let near = suggest(name, known.iter().map(String::as_str));
    let diagnostic =
        Diagnostic::error(UNKNOWN_NAME, span, format!("nothing is called `{name}` here"));
    match near {
        Some(near) => diagnostic.repair(format!("write `{near}`, or declare `{name}`")),
        None => diagnostic.repair(format!("declare `{name}`, or put it in quotes if it is a text")),
    }
}

pub(crate) fn unknown_function(call: &Call, known: Vec<String>) -> Diagnostic {
    let name = &call.function;
    let all = BUILTINS.iter().map(|b| b.name).chain(known.iter().map(String::as_str));
    let near = suggest(name, all);
    let message = format!("there is no function `{name}`");
    let diagnostic = Diagnostic::error(UNKNOWN_FUNCTION, call.name_span, message);
    match near {
        Some(near) => diagnostic.repair(format!("write `{near}(…)`")),
        None => diagnostic.repair("supply its values when the formula is evaluated"),
    }
}

/// An element of a list, or of a list of lists with several indices.
pub(crate) fn index(base: Value, indices: &[Value]) -> Fallible<Value> {
    indices.iter().try_fold(base, |value, index| {
        let Some(length) = value.length().filter(|_| value.as_text().is_none()) else {
            let message = format!("only lists have elements, and this is {}", value.describe());
            return Err(Fault::types(message));
        };
        let Some(i) = index.as_int() else {
            return Err(Fault::types(format!(
                "an index is a whole number, not {}",
                index.describe()
            )));
        };
        value.at(i).ok_or_else(|| {
            let message = format!("there is no element {i} in a list of {length}");
            Fault::new(INDEX_OUT_OF_RANGE, message)
                .with("elements are counted from 0, and not from the end", "bound the index")
        })
    })
}

fn matrix_product(a: &Value, b: &Value) -> Fallible<Value> {
    let shape = || Fault::types("`@` needs two matrices whose inner sizes agree");
    let (Value::List(rows), Value::List(inner)) = (a, b) else { return Err(shape()) };
    let width = inner.first().and_then(Value::length).ok_or_else(shape)?;
    let mut product = Vec::with_capacity(rows.len());
    for row in rows.iter() {
        let Value::List(row) = row else { return Err(shape()) };
        if row.len() != inner.len() {
            return Err(shape());
        }
        let mut out = Vec::new();
        for column in 0..i64::try_from(width).map_err(|_| shape())? {
            let mut total = Value::Int(0);
            for (x, others) in row.iter().zip(inner.iter()) {
                let y = others.at(column).ok_or_else(shape)?;
                total = arithmetic(BinaryOp::Add, &total, &arithmetic(BinaryOp::Multiply, x, &y)?)?;
            }
            out.push(total);
        }
        product.push(Value::from(out));
    }
    Ok(Value::from(product))
}
