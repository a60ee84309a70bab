//! The names and functions that an expression uses.

use std::collections::BTreeSet;

use spak_syntax::Span;

use crate::expr::{Expr, ExprKind};

/// The names an expression needs from outside, sorted; quantified variables are not among them, and
/// neither are the functions it calls (see [`called_functions`]).
pub fn free_names(expr: &Expr) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    let mut bound = Vec::new();
    collect(expr, &mut bound, &mut |name, _| {
        names.insert(name.to_owned());
    });
    names
}

/// Every use of a name from outside, with its place, in the order they are written.
pub fn name_uses(expr: &Expr) -> Vec<(String, Span)> {
    let mut uses = Vec::new();
    collect(expr, &mut Vec::new(), &mut |name, span| uses.push((name.to_owned(), span)));
    uses
}

fn collect<'e>(expr: &'e Expr, bound: &mut Vec<&'e str>, found: &mut dyn FnMut(&'e str, Span)) {
    match &expr.kind {
        ExprKind::Name(name) => {
            let root = name.split('.').next().unwrap_or(name);
            if !bound.contains(&root) {
                found(name, expr.span);
            }
        }
        ExprKind::Quantified(q) => {
            let outer = bound.len();
            for binding in &q.bindings {
                if let Some(domain) = &binding.domain {
                    collect(domain, bound, found);
                }
                bound.extend(binding.variables.iter().map(|v| v.name.as_str()));
            }
            collect(&q.body, bound, found);
            bound.truncate(outer);
        }
        ExprKind::Call(call) if call.aggregation().is_some() => {
            let outer = bound.len();
            bound.extend(call.aggregation().map(|(_, variable, _)| variable));
            for child in expr.children() {
                collect(child, bound, found);
            }
            bound.truncate(outer);
        }
        _ => {
            for child in expr.children() {
                collect(child, bound, found);
            }
        }
    }
}

/// The functions an expression calls, sorted.
pub fn called_functions(expr: &Expr) -> BTreeSet<String> {
    let mut functions = BTreeSet::new();
    let mut todo = vec![expr];
    while let Some(e) = todo.pop() {
        if let ExprKind::Call(call) = &e.kind {
            functions.insert(call.function.clone());
        }
        todo.extend(e.children());
    }
    functions
}
