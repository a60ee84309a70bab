//! Conditions of one operator, said of another.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{CompareOp, Expr, ExprKind, free_names};

use crate::concept::Ontology;
use crate::sides::Side;
use crate::substitute::substituted;

/// A condition of the source, and what it is for the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Carried {
    /// As the source has it.
    pub text: String,
    /// Why the source has it.
    pub reason: String,
    /// As the target can have it, or why it cannot.
    pub said: Result<String, String>,
}

/// What each condition of `source` is for `target`. `later` are names that mean the same for every kernel (`local_memory`).
pub fn carry(
    ontology: &Ontology,
    source: &Side,
    target: &Side,
    later: &BTreeSet<String>,
) -> Vec<Carried> {
    let carried = source.constraints.iter().map(|(text, reason)| {
        let said = match spak_expr::parse(text, 0).expr {
            Some(expr) => respelled(ontology, &expr, source, target, later),
            None => Err("it is no formula".to_owned()),
        };
        let said = said.map(|expr| spak_expr::print(&expr));
        Carried { text: text.clone(), reason: reason.clone(), said }
    });
    carried.collect()
}

/// A formula over the names of `source` over those of `target`.
///
/// # Errors
/// A name or a value in it that the target has nothing for.
pub fn respelled(
    ontology: &Ontology,
    expr: &Expr,
    source: &Side,
    target: &Side,
    later: &BTreeSet<String>,
) -> Result<Expr, String> {
    let mut stands = BTreeMap::new();
    for name in free_names(expr) {
        let is_same = later.contains(&name)
            || ["hardware.", "workload."].iter().any(|prefix| name.starts_with(prefix));
        if !is_same {
            let other = there(ontology, &name, source, target)?;
            stands.insert(name, other);
        }
    }
    for (name, value) in words(expr) {
        let Some(dimension) = stands.get(&name).and_then(|other| target.dimension(other)) else {
            continue;
        };
        let concept = ontology.known(&name, &source.scope).map(|meaning| meaning.concept);
        let known = |word: &&str| dimension.values.iter().any(|v| v == word);
        let others = concept.map_or_else(|| vec![value.as_str()], |c| c.words(&value));
        if !others.iter().any(known) {
            return Err(format!("`{}` is never `{value}` there", dimension.name));
        }
        // Other words for a value would have to be put in by place.
        if !known(&value.as_str()) {
            return Err(format!("`{value}` of `{name}` has another name there"));
        }
    }
    let names = stands.into_iter().map(|(name, other)| {
        let named = Expr::new(expr.span, ExprKind::Name(other));
        (name, named)
    });
    Ok(substituted(expr.clone(), &names.collect()))
}

/// What the target calls what the source calls `name`.
fn there(ontology: &Ontology, name: &str, source: &Side, target: &Side) -> Result<String, String> {
    let operator = target.scope.operator.as_deref().unwrap_or_default();
    if let Some(dimensions) = source.maps.0.get(name) {
        let size = dimensions.iter().find_map(|dimension| target.maps.sizes(dimension).next());
        return size.map(str::to_owned).ok_or_else(|| {
            format!("{operator} has no size that is `{}`", dimensions.join("` or `"))
        });
    }
    let Some(meaning) = ontology.known(name, &source.scope) else {
        return Err(format!("no concept says what `{name}` is"));
    };
    let role = |side: &Side, array: &str| ontology.role(array, &side.scope).map(|c| c.name.clone());
    let wanted = meaning.operand.as_deref().map(|array| role(source, array));
    let is_it = |other: &&str| {
        ontology.known(other, &target.scope).is_some_and(|found| {
            let is = found.operand.as_deref().map(|array| role(target, array));
            found.concept.name == meaning.concept.name && is == wanted
        })
    };
    let dimensions = target.dimensions.iter().map(|dimension| dimension.name.as_str());
    let mut all = dimensions.chain(target.values.iter().map(String::as_str)).filter(is_it);
    match (all.next(), all.next()) {
        (Some(only), None) => Ok(only.to_owned()),
        (Some(first), Some(second)) => {
            Err(format!("`{name}` is both `{first}` and `{second}` there"))
        }
        (None, _) => Err(format!("{operator} has no `{}`", meaning.concept.name)),
    }
}

/// Names that a formula compares with texts, and the texts.
fn words(expr: &Expr) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut todo = vec![expr];
    while let Some(expr) = todo.pop() {
        todo.extend(expr.children());
        let ExprKind::Compare(first, rest) = &expr.kind else { continue };
        for (operator, other) in rest {
            if !matches!(
                operator,
                CompareOp::Equal | CompareOp::NotEqual | CompareOp::In | CompareOp::NotIn
            ) {
                continue;
            }
            for (name, value) in [(&**first, other), (other, &**first)] {
                let Some(name) = name.as_name() else { continue };
                let items = match &value.kind {
                    ExprKind::List(items) => items.iter().collect(),
                    _ => vec![value],
                };
                found.extend(items.into_iter().filter_map(|item| match &item.kind {
                    ExprKind::Text(text) => Some((name.to_owned(), text.to_string())),
                    _ => None,
                }));
            }
        }
    }
    found
}
