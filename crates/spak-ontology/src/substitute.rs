//! Names in formulas put in the place of others.

use std::collections::BTreeMap;

use spak_expr::{Expr, ExprKind};
use spak_syntax::Span;

/// `expr` with names replaced; what is put in stands where the name stood. Variables of quantifiers are no such names.
pub fn substituted(expr: Expr, stands: &BTreeMap<String, Expr>) -> Expr {
    replaced(expr, stands, &mut Vec::new())
}

fn replaced(expr: Expr, stands: &BTreeMap<String, Expr>, bound: &mut Vec<String>) -> Expr {
    if stands.is_empty() {
        return expr;
    }
    if let ExprKind::Name(name) = &expr.kind {
        return match stands.get(name).filter(|_| !bound.contains(name)) {
            Some(other) => placed(other.clone(), expr.span),
            None => expr,
        };
    }
    let before = bound.len();
    if let ExprKind::Quantified(q) = &expr.kind {
        bound.extend(q.bindings.iter().flat_map(|b| b.variables.iter().map(|v| v.name.clone())));
    }
    let expr = expr.map_children(&mut |child| replaced(child, stands, bound));
    bound.truncate(before);
    expr
}

/// The same expression, all of it at one place.
fn placed(expr: Expr, span: Span) -> Expr {
    let expr = expr.map_children(&mut |child| placed(child, span));
    Expr::new(span, expr.kind)
}
