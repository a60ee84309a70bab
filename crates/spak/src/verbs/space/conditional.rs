//! A space whose parameters are always there, with as many configs: what is not there has its first value.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, bail};
use spak_expr::{Expr, ExprKind, UnaryOp, free_names};
use spak_records::Value;
use spak_space::{Constraint, Parameter, Problem};

/// The same space for tools that know no conditional parameters.
///
/// # Errors
/// When a value cannot be written as a formula.
pub(super) fn unconditional(problem: &Problem) -> Result<Problem> {
    let mut flat = problem.clone();
    let presence = presence(&problem.parameters)?;
    for parameter in &mut flat.parameters {
        parameter.when = None;
    }
    for constraint in &mut flat.constraints {
        let named = free_names(&constraint.expr);
        let absent: Vec<Expr> =
            named.iter().filter_map(|name| presence.get(name.as_str())).map(negated).collect();
        if !absent.is_empty() {
            let says = absent.into_iter().chain([constraint.expr.clone()]).collect();
            constraint.expr = Expr::new(constraint.expr.span, ExprKind::Or(says));
            constraint.text = spak_expr::print(&constraint.expr);
        }
    }
    for parameter in &problem.parameters {
        let Some(there) = presence.get(parameter.name.as_str()) else { continue };
        let pinned = is_first(parameter)?;
        let expr = Expr::new(there.span, ExprKind::Or(vec![there.clone(), pinned]));
        flat.constraints.push(Constraint { text: spak_expr::print(&expr), expr });
    }
    Ok(flat)
}

/// When each conditional parameter is there: its condition, and that what the condition names is there.
fn presence(parameters: &[Parameter]) -> Result<BTreeMap<&str, Expr>> {
    let mut known: BTreeMap<&str, Expr> = BTreeMap::new();
    let mut open: Vec<&Parameter> = parameters.iter().filter(|p| p.when.is_some()).collect();
    let is_conditional = |name: &str| parameters.iter().any(|p| p.name == name && p.when.is_some());
    while !open.is_empty() {
        let before = open.len();
        open.retain(|parameter| {
            let Some(when) = &parameter.when else { return false };
            let mut parts = Vec::new();
            for name in free_names(when).iter().filter(|name| is_conditional(name)) {
                match known.get(name.as_str()) {
                    Some(there) => parts.push(there.clone()),
                    None => return true,
                }
            }
            parts.push(when.clone());
            let there = match parts.as_slice() {
                [only] => only.clone(),
                _ => Expr::new(when.span, ExprKind::And(parts)),
            };
            known.insert(&parameter.name, there);
            false
        });
        if open.len() == before {
            bail!("the conditions of parameters depend on each other");
        }
    }
    Ok(known)
}

fn negated(expr: &Expr) -> Expr {
    Expr::new(expr.span, ExprKind::Unary(UnaryOp::Not, Box::new(expr.clone())))
}

/// `name == first value`
fn is_first(parameter: &Parameter) -> Result<Expr> {
    let first = parameter.values.first().context("a parameter without values")?;
    let is_quantity = matches!(
        parameter.meanings.as_ref().and_then(|m| m.first()),
        Some(spak_expr::Value::Quantity(_))
    );
    let literal = match first {
        Value::Text(text) if !is_quantity => serde_json::to_string(text)?,
        Value::Float(x) => format!("{x:?}"),
        other => other.to_string(),
    };
    let text = format!("{} == {literal}", parameter.name);
    let parsed = spak_expr::parse(&text, 0);
    parsed.expr.filter(|_| parsed.diagnostics.is_empty()).with_context(|| {
        format!("`{}` has a first value that no formula can name: {first}", parameter.name)
    })
}
