//! One spelling for formulas that mean the same.

use crate::expr::{CompareOp, Expr, ExprKind, Number, UnaryOp};
use crate::unit::Unit;

/// The expression that all spellings of this meaning share: `a > b` as `b < a`, conditions joined by
/// `and` or `or` flat, sorted and each once, the sides of `==` and `!=` sorted, `not not a` as `a`, and
/// quantities in base units. Applying it again changes nothing.
pub fn normal(expr: &Expr) -> Expr {
    normalize(expr.clone())
}

fn normalize(expr: Expr) -> Expr {
    // `KL(p || q)` is no condition, and no `KL(q || p)`.
    if let ExprKind::Call(mut call) = expr.kind {
        for argument in &mut call.arguments {
            let span = argument.value.span;
            let kind = std::mem::replace(&mut argument.value.kind, ExprKind::Bool(true));
            argument.value = match kind {
                ExprKind::Or(items) => {
                    Expr::new(span, ExprKind::Or(items.into_iter().map(normalize).collect()))
                }
                kind => normalize(Expr::new(span, kind)),
            };
        }
        return Expr::new(expr.span, ExprKind::Call(call));
    }
    let expr = expr.map_children(&mut normalize);
    let span = expr.span;
    let kind = match expr.kind {
        ExprKind::And(items) => return joined(span, items, true),
        ExprKind::Or(items) => return joined(span, items, false),
        ExprKind::Compare(first, rest) => comparison(*first, rest),
        ExprKind::Unary(UnaryOp::Not, operand) => match operand.kind {
            // `not not a` is a truth value; `a` is the same one when it is a condition.
            ExprKind::Unary(UnaryOp::Not, inner) if inner.is_condition() => inner.kind,
            kind => ExprKind::Unary(UnaryOp::Not, Box::new(Expr::new(operand.span, kind))),
        },
        ExprKind::Quantity(number, unit) => quantity(number, unit),
        kind => kind,
    };
    Expr::new(span, kind)
}

fn joined(span: spak_syntax::Span, items: Vec<Expr>, is_and: bool) -> Expr {
    let mut flat = Vec::with_capacity(items.len());
    for item in items {
        match (item.kind, is_and) {
            (ExprKind::And(inner), true) | (ExprKind::Or(inner), false) => flat.extend(inner),
            (kind, _) => flat.push(Expr::new(item.span, kind)),
        }
    }
    let mut keyed: Vec<(String, Expr)> = flat.into_iter().map(|e| (e.to_string(), e)).collect();
    keyed.sort_by(|a, b| a.0.cmp(&b.0));
    keyed.dedup_by(|a, b| a.0 == b.0);
    let mut items: Vec<Expr> = keyed.into_iter().map(|(_, e)| e).collect();
    match items.pop() {
        // `a and a` is the condition `a`; of what is no condition it would only be its truth value.
        Some(only) if items.is_empty() && only.is_condition() => only,
        Some(last) => {
            if items.is_empty() {
                items.push(last.clone());
            }
            items.push(last);
            Expr::new(span, if is_and { ExprKind::And(items) } else { ExprKind::Or(items) })
        }
        None => Expr::new(span, ExprKind::Bool(is_and)),
    }
}

fn comparison(first: Expr, rest: Vec<(CompareOp, Expr)>) -> ExprKind {
    let descends = |op: &CompareOp| matches!(op, CompareOp::Greater | CompareOp::GreaterEqual);
    let is_descending = rest.iter().all(|(op, _)| descends(op));
    let is_equality = matches!(
        rest.as_slice(),
        [(CompareOp::Equal | CompareOp::NotEqual, second)] if order(second) < order(&first)
    );
    if !is_descending && !is_equality {
        return ExprKind::Compare(Box::new(first), rest);
    }
    // Backwards: each operator goes before what was its left side.
    let mut operands = vec![first];
    let mut operators = Vec::with_capacity(rest.len());
    for (op, operand) in rest {
        operators.push(mirrored(op));
        operands.push(operand);
    }
    let mut backwards = operands.into_iter().rev();
    let start = backwards.next();
    let rest: Vec<(CompareOp, Expr)> = operators.into_iter().rev().zip(backwards).collect();
    match start {
        Some(start) => ExprKind::Compare(Box::new(start), rest),
        None => ExprKind::Bool(true),
    }
}

/// Which side of an equality comes first: names before values, as a person writes it.
fn order(expr: &Expr) -> (bool, String) {
    (expr.is_literal(), expr.to_string())
}

/// The operator with its sides exchanged.
pub(crate) fn mirrored(op: CompareOp) -> CompareOp {
    match op {
        CompareOp::Less => CompareOp::Greater,
        CompareOp::LessEqual => CompareOp::GreaterEqual,
        CompareOp::Greater => CompareOp::Less,
        CompareOp::GreaterEqual => CompareOp::LessEqual,
        other => other,
    }
}

fn quantity(number: Number, unit: Unit) -> ExprKind {
    let magnitude = number.as_float() * unit.factor();
    match Unit::base(unit.dimension()) {
        Some(base) if magnitude.is_finite() => match crate::value::whole(magnitude) {
            Some(whole) => ExprKind::Quantity(Number::Int(whole), base),
            None => ExprKind::Quantity(Number::Float(magnitude), base),
        },
        _ => ExprKind::Quantity(number, unit),
    }
}
