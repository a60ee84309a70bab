//! Rules about concepts, put to the engine once for each spelling that a design has.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Expr, ExprKind, free_names};
use spak_knowledge::Program;
use spak_model::entry::Entry;
use spak_model::system::System;
use spak_ontology::{Ontology, Scope, substituted, ways};
use spak_rules::{Advice, Base, Claim, Domain, Rule};

/// Puts rules whose names are concepts, or other spellings of dimensions of `base`, in terms of these dimensions; rules that
/// could be read in too many ways stay as they are, and so reach nothing. `own` are the design's own concepts.
pub(crate) fn reach(program: &mut Program, base: &Base, system: &System, own: &[Entry]) {
    let dimensions: BTreeSet<String> = base.dimensions.keys().cloned().collect();
    let known = known(program, base);
    let is_open =
        |name: &String| !known.contains(name) && !dimensions.contains(name) && !name.contains('.');
    // Most rules name dimensions as they are: without an open name nobody asks what words mean.
    let open: Vec<BTreeSet<String>> = program
        .rules
        .iter()
        // Of what was demoted nothing follows, in whatever spelling.
        .map(|rule| match rule.then.is_empty() {
            true => BTreeSet::new(),
            false => names(rule).into_iter().filter(|name| is_open(name)).collect(),
        })
        .collect();
    if open.iter().all(BTreeSet::is_empty) {
        return;
    }
    let (ontology, scope) = (super::with(own), super::scope(system));
    let (mut rules, mut about) = (Vec::new(), Vec::new());
    let each = program.rules.drain(..).zip(program.about.drain(..)).zip(open);
    for ((rule, beside), open) in each {
        for rule in respelled(rule, &open, &ontology, &scope, &dimensions) {
            rules.push(rule);
            about.push(beside.clone());
        }
    }
    (program.rules, program.about) = (rules, about);
}

/// The rule in each way in which its open names can be read.
fn respelled(
    rule: Rule,
    open: &BTreeSet<String>,
    ontology: &Ontology,
    scope: &Scope,
    dimensions: &BTreeSet<String>,
) -> Vec<Rule> {
    let variables: BTreeSet<&String> = rule.over.iter().flat_map(|over| &over.names).collect();
    let reached: BTreeMap<String, Vec<String>> = open
        .iter()
        .filter(|name| !variables.contains(name))
        .map(|name| (name.clone(), ontology.reached(name, scope, dimensions)))
        .filter(|(_, all)| !all.is_empty())
        .collect();
    match ways(&reached) {
        Some(ways) if !reached.is_empty() => {
            ways.iter().map(|way| renamed(rule.clone(), way)).collect()
        }
        _ => vec![rule],
    }
}

/// What names stand for that are no dimensions.
fn known(program: &Program, base: &Base) -> BTreeSet<String> {
    let mut known: BTreeSet<String> = base.values.keys().chain(&base.later).cloned().collect();
    known.extend(base.tables.iter().chain(&program.tables).map(|table| table.name.clone()));
    for rule in &program.rules {
        known.extend(rule.then.iter().filter_map(|claim| match claim {
            Claim::Value(name, _) | Claim::Holds(name, _) => Some(name.clone()),
            Claim::Advice(_) => None,
        }));
    }
    known
}

/// Names in conditions and conclusions, those of what is ranged over left out.
pub(super) fn names(rule: &Rule) -> BTreeSet<String> {
    let mut all: BTreeSet<String> =
        rule.when.iter().chain(&rule.unless).flat_map(free_names).collect();
    for claim in &rule.then {
        match claim {
            Claim::Value(_, expr) => all.extend(free_names(expr)),
            Claim::Holds(_, arguments) => all.extend(arguments.iter().flat_map(free_names)),
            Claim::Advice(advice) => {
                all.extend(advice.dimension().map(str::to_owned));
                if let Advice::Avoid(expr) | Advice::Forbid(expr) = advice {
                    all.extend(free_names(expr));
                }
            }
        }
    }
    for over in &rule.over {
        if let Domain::Named(name) = &over.domain {
            all.remove(name);
        }
    }
    all
}

fn renamed(rule: Rule, way: &BTreeMap<String, String>) -> Rule {
    let stands: BTreeMap<String, Expr> = way
        .iter()
        .map(|(name, other)| (name.clone(), Expr::new(rule.span, ExprKind::Name(other.clone()))))
        .collect();
    let in_formula = |expr: Expr| substituted(expr, &stands);
    let name = |name: String| way.get(&name).cloned().unwrap_or(name);
    let advice = |advice: Advice<Expr>| match advice {
        Advice::Recommend(of, value) => Advice::Recommend(name(of), value),
        Advice::Choose(of, value) => Advice::Choose(name(of), value),
        Advice::Prefer(of, values) => Advice::Prefer(name(of), values),
        Advice::Avoid(expr) => Advice::Avoid(in_formula(expr)),
        Advice::Forbid(expr) => Advice::Forbid(in_formula(expr)),
        Advice::Warn(text) => Advice::Warn(text),
    };
    let claim = |claim: Claim| match claim {
        Claim::Value(of, expr) => Claim::Value(of, in_formula(expr)),
        Claim::Holds(of, arguments) => {
            Claim::Holds(of, arguments.into_iter().map(in_formula).collect())
        }
        Claim::Advice(said) => Claim::Advice(advice(said)),
    };
    Rule {
        when: rule.when.into_iter().map(in_formula).collect(),
        unless: rule.unless.into_iter().map(in_formula).collect(),
        then: rule.then.into_iter().map(claim).collect(),
        ..rule
    }
}
