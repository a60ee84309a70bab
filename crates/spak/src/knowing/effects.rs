//! What conclusions do to a space: how many configs each removes, or puts first. Counted, not enumerated.

use spak_expr::{CompareOp, Expr, ExprKind, UnaryOp, Value};
use spak_rules::{Advice, Advised};
use spak_space::{BigUint, Constraint, Limits, Problem, Space};

/// What a conclusion does to the configs of a space.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Effect {
    /// They are removed; else they come first.
    pub(crate) removed: bool,
    /// How many.
    pub(crate) count: BigUint,
    /// Of how many.
    pub(crate) of: BigUint,
}

/// The effect of each piece of advice; `None` where it is about no config of the space, or the space is too
/// large to tell.
pub(crate) fn effects(problem: &Problem, advice: &[Advised]) -> Vec<Option<Effect>> {
    let all = count(problem, &[]);
    let Some(of) = all.filter(|_| !problem.parameters.is_empty()) else {
        return vec![None; advice.len()];
    };
    advice.iter().map(|a| effect(problem, a, &of)).collect()
}

fn effect(problem: &Problem, advised: &Advised, of: &BigUint) -> Option<Effect> {
    let (removed, about) = match &advised.advice {
        Advice::Avoid(formula) | Advice::Forbid(formula) => (true, formula.clone()),
        Advice::Choose(name, value) => (true, not(is(problem, name, value)?)),
        Advice::Recommend(name, value) => (false, is(problem, name, value)?),
        Advice::Prefer(..) | Advice::Warn(_) => return None,
    };
    let mut conditions = vec![about];
    conditions.extend(advised.only_where.clone());
    // What only a binary says is known after compiling.
    let is_known = |name: &String| {
        problem.parameters.iter().any(|p| p.name == *name) || problem.symbols.contains_key(name)
    };
    let names = conditions.iter().flat_map(spak_expr::free_names);
    let about_configs = names.into_iter().all(|name| is_known(&name));
    let count = about_configs.then(|| count(problem, &conditions)).flatten()?;
    Some(Effect { removed, count, of: of.clone() })
}

/// How many configs there are for which all of these hold as well.
fn count(problem: &Problem, conditions: &[Expr]) -> Option<BigUint> {
    let mut with = problem.clone();
    with.constraints.extend(
        conditions
            .iter()
            .map(|expr| Constraint { text: spak_expr::print(expr), expr: expr.clone() }),
    );
    Space::within(&with, Limits::default()).ok().map(|space| space.count())
}

/// That a dimension has a value; `None` where there is no such dimension.
fn is(problem: &Problem, name: &str, value: &Value) -> Option<Expr> {
    problem.parameters.iter().find(|p| p.name == name)?;
    equals(name, value)
}

/// `name == value`
fn equals(name: &str, value: &Value) -> Option<Expr> {
    let span = spak_syntax::Span::default();
    let value = spak_expr::parse(&value.to_string(), 0).expr?;
    let name = Expr::new(span, ExprKind::Name(name.to_owned()));
    Some(Expr::new(span, ExprKind::Compare(Box::new(name), vec![(CompareOp::Equal, value)])))
}

/// That something does not hold.
fn not(expr: Expr) -> Expr {
    Expr::new(expr.span, ExprKind::Unary(UnaryOp::Not, Box::new(expr)))
}
