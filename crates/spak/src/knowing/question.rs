//! What somebody asks about: a rule by its name, a name or dimension, or something that holds.

use std::collections::BTreeSet;

use anyhow::{Result, bail};
use spak_expr::{ExprKind, Value};
use spak_rules::{Advice, Claim, Conclusions};

use super::situation::Situation;

/// A question in words: `tile_m`, `tile_m = 64`, `slow(trial 12)`, `Hide Latency`.
pub(crate) struct Question<'q>(pub(crate) &'q str);

/// What a question is about.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    /// Rules that are called so, by number.
    pub(crate) rules: Vec<usize>,
    /// A name, and the value that was asked for.
    pub(crate) name: Option<(String, Option<Value>)>,
    /// What holds, and of what.
    pub(crate) holds: Option<(String, Option<Vec<String>>)>,
}

impl Question<'_> {
    /// Looks for what is meant among the rules and what they speak of.
    ///
    /// # Errors
    /// Nothing is called so.
    pub(crate) fn asked(&self, situation: &Situation) -> Result<Asked> {
        let text = self.0.trim();
        let mut asked = Asked { rules: situation.rules_called(text), ..Asked::default() };
        let claims = || situation.engine.rules().iter().flat_map(|rule| &rule.then);
        let concludes = |name: &str| {
            claims()
                .any(|claim| matches!(claim, Claim::Value(n, _) | Claim::Holds(n, _) if n == name))
        };
        let advises = |name: &str| {
            let of = |advice: &Advice<spak_expr::Expr>| match advice {
                Advice::Avoid(e) | Advice::Forbid(e) => spak_expr::free_names(e).contains(name),
                other => other.dimension() == Some(name),
            };
            claims().any(|claim| matches!(claim, Claim::Advice(advice) if of(advice)))
        };
        if let Some((name, arguments)) = text.split_once('(').filter(|(name, _)| concludes(name)) {
            let arguments = arguments.trim_end().trim_end_matches(')').split(',');
            let arguments = arguments.map(|a| a.trim().to_owned()).collect();
            asked.holds = Some((name.to_owned(), Some(arguments)));
            return Ok(asked);
        }
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name.trim(), Some(value.trim_start_matches('=').trim())),
            None => (text, None),
        };
        let known = situation.engine.base();
        let called = called(situation, name, &|name| concludes(name) || advises(name))?;
        let name = called.as_deref().unwrap_or(name);
        if concludes(name) || advises(name) || known.dimensions.contains_key(name) {
            asked.name = Some((name.to_owned(), value.and_then(read)));
            asked.holds = Some((name.to_owned(), None));
        }
        if asked.rules.is_empty() && asked.name.is_none() {
            let rules = situation.engine.rules().iter().map(|rule| rule.name.as_str());
            let dimensions = known.dimensions.keys().map(String::as_str);
            match spak_syntax::diagnostic::suggest(text, rules.chain(dimensions)) {
                Some(near) => {
                    bail!("no rule and no name is called `{text}`; did you mean `{near}`?")
                }
                None => bail!(
                    "no rule is called `{text}`, and no rule says anything about such a name; without a question everything that follows is shown"
                ),
            }
        }
        Ok(asked)
    }
}

/// What the design calls a thing that is asked for in another word, or by its concept.
///
/// # Errors
/// The design has several of them.
fn called(
    situation: &Situation,
    name: &str,
    is_known: &dyn Fn(&str) -> bool,
) -> Result<Option<String>> {
    let dimensions: BTreeSet<String> = situation.engine.base().dimensions.keys().cloned().collect();
    if dimensions.contains(name) || is_known(name) {
        return Ok(None);
    }
    let reached = situation.ontology.reached(name, &situation.scope, &dimensions);
    match reached.as_slice() {
        [] => Ok(None),
        [only] => Ok(Some(only.clone())),
        several => bail!(
            "`{name}` is {} of this design; ask for one of them: {}",
            match several.len() {
                2 => "two dimensions".to_owned(),
                n => format!("{n} dimensions"),
            },
            several.join(", ")
        ),
    }
}

fn read(text: &str) -> Option<Value> {
    let expr = spak_expr::parse(text, 0).expr?;
    match &expr.kind {
        ExprKind::Name(word) => Some(Value::Text(word.as_str().into())),
        _ => spak_expr::eval(&expr, &spak_expr::Empty).ok(),
    }
}

impl Asked {
    /// Whether a piece of advice is about what was asked.
    pub(crate) fn covers(&self, advice: &Advice<Value>) -> bool {
        let Some((name, wanted)) = &self.name else { return false };
        match advice {
            Advice::Recommend(n, value) | Advice::Choose(n, value) => {
                n == name && wanted.as_ref().is_none_or(|w| w == value)
            }
            Advice::Prefer(n, _) => n == name,
            Advice::Avoid(e) | Advice::Forbid(e) => spak_expr::free_names(e).contains(name),
            Advice::Warn(_) => false,
        }
    }

    /// The numbers of rules that would conclude what was asked and do not.
    pub(crate) fn silent(&self, situation: &Situation, all: &Conclusions) -> Vec<usize> {
        let name = self.name.as_ref().map(|(name, _)| name.as_str());
        let name = name.or(self.holds.as_ref().map(|(name, _)| name.as_str()));
        let mut spoke: Vec<usize> = all.values.iter().flat_map(|v| v.by.clone()).collect();
        spoke.extend(all.holds.iter().map(|h| h.by));
        spoke.extend(all.advice.iter().flat_map(|a| a.by.clone()));
        let rules = situation.engine.rules().iter().enumerate();
        let would = rules.filter(|(number, rule)| {
            self.rules.contains(number)
                || rule.then.iter().any(|claim| match claim {
                    Claim::Value(n, _) | Claim::Holds(n, _) => Some(n.as_str()) == name,
                    Claim::Advice(Advice::Avoid(e) | Advice::Forbid(e)) => {
                        name.is_some_and(|n| spak_expr::free_names(e).contains(n))
                    }
                    Claim::Advice(advice) => {
                        advice.dimension().is_some() && advice.dimension() == name
                    }
                })
        });
        would.map(|(number, _)| number).filter(|number| !spoke.contains(number)).collect()
    }
}
