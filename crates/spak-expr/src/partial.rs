//! What remains of an expression when some names are known.

use spak_syntax::Span;

use crate::env::{Empty, Env};
use crate::eval::eval;
use crate::expr::{BinaryOp, Conditional, Expr, ExprKind, Number, Quantified};
use crate::unit::Unit;
use crate::value::Value;

/// The expression with the names that `env` knows replaced by their values and everything computed
/// that does not need the others.
///
/// Parts whose value is an error are left as they are, so that evaluation still reports them.
pub fn partial(expr: &Expr, env: &dyn Env) -> Expr {
    fold(expr.clone(), env, &mut Vec::new())
}

fn fold(expr: Expr, env: &dyn Env, bound: &mut Vec<String>) -> Expr {
    let span = expr.span;
    if let ExprKind::Name(name) = &expr.kind {
        let root = name.split('.').next().unwrap_or(name);
        if bound.iter().any(|b| b == root) {
            return expr;
        }
        let literal = env.lookup(name).and_then(|value| literal(&value, span));
        return literal.unwrap_or(expr);
    }
    if let ExprKind::Quantified(q) = expr.kind {
        return Expr::new(span, ExprKind::Quantified(Box::new(fold_quantified(*q, env, bound))));
    }
    let expr = Expr::new(span, with_words(expr.kind, env, bound));
    if let ExprKind::Call(call) = &expr.kind
        && let Some((_, variable, _)) = call.aggregation()
        && env.lookup(variable).is_none()
    {
        // What it ranges over comes from what it indexes, which has to stay.
        return expr;
    }
    let folded = expr.map_children(&mut |child| fold(child, env, bound));
    match folded.kind {
        ExprKind::And(items) => joined(span, items, true),
        ExprKind::Or(items) => joined(span, items, false),
        ExprKind::Binary(BinaryOp::Implies, a, b) => implication(span, *a, *b),
        ExprKind::Conditional(c) => conditional(span, *c),
        kind => computed(Expr::new(span, kind)),
    }
}

/// Bare words beside names of texts become texts, as evaluation takes them, before the names go.
fn with_words(kind: ExprKind, env: &dyn Env, bound: &[String]) -> ExprKind {
    let ExprKind::Compare(mut first, mut rest) = kind else { return kind };
    let is_bound = |name: &str| bound.iter().any(|b| Some(b.as_str()) == name.split('.').next());
    let is_word = |e: &Expr| {
        e.as_name().is_some_and(|n| !n.contains('.') && !is_bound(n) && env.lookup(n).is_none())
    };
    let names_text = |e: &Expr| {
        let value = e.as_name().filter(|n| !is_bound(n)).and_then(|n| env.lookup(n));
        matches!(value, Some(Value::Text(_)))
    };
    let mut left_names_text = names_text(&first);
    if rest.first().is_some_and(|(_, e)| names_text(e)) {
        quote_words(&mut first, &is_word);
    }
    for (_, operand) in &mut rest {
        let right_names_text = names_text(operand);
        if left_names_text {
            quote_words(operand, &is_word);
        }
        left_names_text = right_names_text;
    }
    ExprKind::Compare(first, rest)
}

/// Makes texts of the expression, or of the elements of the list, that are bare words.
fn quote_words(expr: &mut Expr, is_word: &dyn Fn(&Expr) -> bool) {
    let candidates = match &mut expr.kind {
        ExprKind::List(items) => items.as_mut_slice(),
        _ => std::slice::from_mut(expr),
    };
    for candidate in candidates {
        if is_word(candidate) {
            candidate.kind = ExprKind::Text(candidate.as_name().unwrap_or("").to_owned());
        }
    }
}

/// Domains come before the variables they introduce; what the variables index stays, as it may be
/// what gives them their values.
fn fold_quantified(mut q: Quantified, env: &dyn Env, bound: &mut Vec<String>) -> Quantified {
    let outer = bound.len();
    for binding in &mut q.bindings {
        binding.domain = binding.domain.take().map(|domain| fold(domain, env, bound));
        bound.extend(binding.variables.iter().map(|v| v.name.clone()));
    }
    let indexes = q.bindings.iter().any(|b| b.domain.is_none());
    if !indexes {
        q.body = fold(q.body, env, bound);
    }
    bound.truncate(outer);
    q
}

/// The value of an expression all of whose parts are values.
fn computed(expr: Expr) -> Expr {
    let is_ready = match &expr.kind {
        ExprKind::Quantified(_) | ExprKind::Name(_) => false,
        ExprKind::Call(call) if crate::builtins::find(&call.function).is_none() => false,
        ExprKind::Range(..) => false,
        _ => !expr.is_literal() && expr.children().iter().all(|c| c.is_literal()),
    };
    if !is_ready {
        return expr;
    }
    let value = eval(&expr, &Empty).ok();
    value.and_then(|value| literal(&value, expr.span)).unwrap_or(expr)
}

fn truth(expr: &Expr) -> Option<bool> {
    match expr.kind {
        ExprKind::Bool(b) => Some(b),
        ExprKind::Number(Number::Int(i)) => Some(i != 0),
        _ => None,
    }
}

/// Items that cannot decide are dropped, and nothing after one that does is kept.
fn joined(span: Span, items: Vec<Expr>, is_and: bool) -> Expr {
    let mut kept = Vec::with_capacity(items.len());
    for item in items {
        match truth(&item) {
            Some(value) if value == is_and => {}
            Some(_) if kept.is_empty() => return Expr::new(span, ExprKind::Bool(!is_and)),
            Some(_) => {
                kept.push(Expr::new(item.span, ExprKind::Bool(!is_and)));
                break;
            }
            None => kept.push(item),
        }
    }
    match kept.pop() {
        None => Expr::new(span, ExprKind::Bool(is_and)),
        Some(only) if kept.is_empty() && only.is_condition() => only,
        Some(last) => {
            if kept.is_empty() {
                kept.push(Expr::new(span, ExprKind::Bool(is_and)));
            }
            kept.push(last);
            Expr::new(span, if is_and { ExprKind::And(kept) } else { ExprKind::Or(kept) })
        }
    }
}

fn implication(span: Span, a: Expr, b: Expr) -> Expr {
    match (truth(&a), truth(&b)) {
        (Some(false), _) => Expr::new(span, ExprKind::Bool(true)),
        (Some(true), Some(b)) => Expr::new(span, ExprKind::Bool(b)),
        (Some(true), None) if b.is_condition() => b,
        _ => Expr::new(span, ExprKind::Binary(BinaryOp::Implies, Box::new(a), Box::new(b))),
    }
}

fn conditional(span: Span, c: Conditional) -> Expr {
    // A range that becomes an element of a list would stand for its values.
    let is_range = |e: &Expr| matches!(e.kind, ExprKind::Range(..));
    match truth(&c.condition) {
        Some(true) if !is_range(&c.then) => c.then,
        Some(false) if !is_range(&c.otherwise) => c.otherwise,
        _ => Expr::new(span, ExprKind::Conditional(Box::new(c))),
    }
}

/// The expression that a value is written as; `None` for what cannot be written exactly.
pub(crate) fn literal(value: &Value, span: Span) -> Option<Expr> {
    let kind = match value {
        Value::Bool(b) => ExprKind::Bool(*b),
        Value::Int(i) => ExprKind::Number(Number::Int(*i)),
        Value::Float(f) if f.is_finite() => ExprKind::Number(Number::Float(*f)),
        Value::Text(text) => ExprKind::Text(text.to_string()),
        Value::Quantity(q) if q.magnitude.is_finite() => {
            ExprKind::Quantity(Number::Float(q.magnitude), Unit::base(q.dimension)?)
        }
        Value::List(items) => {
            let items: Option<Vec<Expr>> = items.iter().map(|v| literal(v, span)).collect();
            ExprKind::List(items?)
        }
        // A range as an element of a list would stand for its values.
        Value::Float(_) | Value::Quantity(_) | Value::Record(_) | Value::Range(..) => return None,
    };
    Some(Expr::new(span, kind))
}
