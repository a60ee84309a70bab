//! Which proposals a design calls for: conditions put to the rule engine, with the facts of libraries.

use spak_expr::{Expr, ExprKind, Value};
use spak_knowledge::Program;
use spak_model::formula::to_value;
use spak_model::system::{Record, System};
use spak_model::{Literal, Reading, Resolved, resolve};
use spak_ontology::Scope;
use spak_rules::{Base, Claim, Engine, Failure, Known, Limits, Rule};
use spak_syntax::{FileId, Span};
use spak_transform::{Goal, Proposal};

use super::Machine;
use crate::ontology::{self, NoFiles};
use crate::verbs::library;

/// The facts that conditions of proposals may name.
const FACTS: &str = "std/knowledge/generations";

/// For each proposal that it belongs into the design, or why not; nothing for one of another operator, which nobody would look for.
pub(super) fn ask(
    resolved: &Resolved,
    goal: &Goal,
    machine: Option<&Machine>,
    proposals: &[(&str, Proposal)],
) -> Vec<Result<(), Option<String>>> {
    let system = System::of(&resolved.entries);
    let ontology = ontology::with(&ontology::own(&resolved.entries));
    let base = base(&system, goal, machine);
    let operator = goal.operator.as_deref();
    let scope = Scope { operator: goal.operator.clone(), backend: None };
    let mut rules = facts();
    rules.extend(of_the_design(&system, &ontology, &scope));
    for (name, all) in [("uses", &goal.uses), ("avoids", &goal.avoids)] {
        rules.push(holds(name, &[""]));
        rules.extend(all.iter().map(|one| holds(name, &[one])));
    }
    // The number of its rule, or why it has none.
    let mut asked: Vec<Result<usize, Option<String>>> = Vec::new();
    for (_, proposal) in proposals {
        let is_for = |operator: &str| proposal.of.iter().any(|of| ontology.covers(of, operator));
        let not_for = match operator {
            _ if proposal.of.is_empty() => None,
            Some(operator) if is_for(operator) => None,
            Some(_) => Some(None),
            None => Some(Some("nothing says which operator this is".to_owned())),
        };
        let when = proposal.when.as_deref().map(|text| spak_expr::parse(text, 0).expr);
        asked.push(match (not_for, when) {
            (Some(why), _) => Err(why),
            (None, Some(None)) => Err(Some("its condition is no formula".to_owned())),
            (None, when) => {
                let mut rule = holds("proposed", &[&proposal.name]);
                rule.when = when.flatten().into_iter().collect();
                rules.push(rule);
                Ok(rules.len() - 1)
            }
        });
    }
    let (mut engine, complaints) = Engine::new(base, rules, Limits::default());
    engine.conclude();
    let answer = |asked: Result<usize, Option<String>>| {
        let rule = asked?;
        if engine.applies(rule) {
            return Ok(());
        }
        if let Some(complaint) = complaints.iter().find(|complaint| complaint.rule == rule) {
            return Err(Some(complaint.diagnostic.message.clone()));
        }
        let failed: Vec<String> = engine
            .why_not(rule)
            .into_iter()
            .flat_map(|missing| missing.conditions)
            .filter_map(|(condition, failure)| failed(&condition, failure))
            .collect();
        Err(Some(failed.join("; ")))
    };
    asked.into_iter().map(answer).collect()
}

/// What became of a condition that does not hold.
fn failed(condition: &str, failure: Failure) -> Option<String> {
    match failure {
        Failure::Holds => None,
        Failure::Unknown(why) => Some(format!("`{condition}` cannot be said: {why}")),
        Failure::Fails(values) if !values.is_empty() => {
            // What holds or does not is the condition again.
            let values = values.iter().filter(|(name, _)| *name != condition);
            let values: Vec<String> =
                values.map(|(name, value)| format!("{name} is {value}")).collect();
            let values =
                if values.is_empty() { String::new() } else { format!(": {}", values.join(", ")) };
            Some(format!("`{condition}` does not hold{values}"))
        }
        Failure::Fails(_) | Failure::Rows(..) | Failure::OfConfigs => {
            Some(format!("`{condition}` does not hold"))
        }
    }
}

/// What a library says follows from what is known of a machine.
fn facts() -> Vec<Rule> {
    let Some(text) = library::find(FACTS) else { return Vec::new() };
    let resolved = resolve(FileId(0), text, &mut NoFiles);
    let system = System::of(&resolved.entries);
    let predicates = System { facts: system.facts, ..System::default() };
    Program::of(&predicates, &|_| FACTS.to_owned()).rules
}

/// What is known of the situation of a seed: the problem, the machine, the goal.
pub(super) fn situation(begun: &super::Begun<'_, '_>, resolved: &Resolved) -> Base {
    base(&System::of(&resolved.entries), &begun.goal, begun.machine)
}

/// What stands for names: the problem, the machine, the goal.
fn base(system: &System, goal: &Goal, machine: Option<&Machine>) -> Base {
    let mut base = Base::default();
    let mut add = |name: String, value: Value, origin: &str| {
        base.values.entry(name).or_insert(Known { value, origin: origin.to_owned() });
    };
    for (name, value) in &goal.workload {
        let value = spak_expr::parse(value, 0).expr;
        if let Some(value) = value.and_then(|e| spak_expr::eval(&e, &spak_expr::Empty).ok()) {
            add(name.clone(), value, "the goal");
        }
    }
    if let Some(operator) = &goal.operator {
        add("operator".to_owned(), Value::Text(operator.as_str().into()), "the goal");
        add("family".to_owned(), Value::Text(operator.as_str().into()), "the goal");
    }
    let fields = |record: &Record| -> Vec<(String, Value)> {
        let value = |reading: &Reading| match reading {
            Reading::Literal(literal) => Some(to_value(literal)),
            Reading::Words(text) | Reading::Name(text) => Some(Value::Text(text.as_str().into())),
            _ => None,
        };
        let fields = record.fields.iter();
        fields.filter_map(|(key, slot)| Some((key.clone(), value(&slot.reading)?))).collect()
    };
    for (name, value) in system.workloads.first().map(fields).unwrap_or_default() {
        add(name, value, "the workload of the seed");
    }
    let wanted = |record: &&Record| goal.hardware.is_none() || record.name == goal.hardware;
    let record = match machine {
        Some(machine) => Some(&machine.record),
        None => system.hardware.iter().find(wanted),
    };
    for (name, value) in record.map(fields).unwrap_or_default() {
        for (field, alias) in
            [("device_name", "device"), ("architecture", "architecture"), ("sm_count", "cores")]
        {
            if name == field {
                add(alias.to_owned(), value.clone(), "the machine");
            }
        }
        add(format!("hardware.{name}"), value, "the machine");
    }
    base
}

/// `has_axis`, `has_value` and `has_concept` of a design.
fn of_the_design(system: &System, ontology: &spak_ontology::Ontology, scope: &Scope) -> Vec<Rule> {
    let mut rules =
        vec![holds("has_axis", &[""]), holds("has_value", &["", ""]), holds("has_concept", &[""])];
    for dimension in &system.dimensions {
        let found = ontology.known(&dimension.name, scope);
        let concept = found.map(|meaning| meaning.concept);
        rules.push(holds("has_axis", &[&dimension.name]));
        rules.extend(concept.map(|concept| holds("has_concept", &[&concept.name])));
        for value in dimension.domain.values().unwrap_or_default() {
            let value = match value {
                Literal::Text(text) => text.clone(),
                other => other.to_string(),
            };
            rules.push(holds("has_value", &[&dimension.name, &value]));
        }
    }
    rules
}

fn holds(name: &str, arguments: &[&str]) -> Rule {
    let text = |text: &&str| Expr::new(Span::at(0), ExprKind::Text((*text).into()));
    Rule {
        name: name.to_owned(),
        priority: 0,
        over: Vec::new(),
        when: Vec::new(),
        unless: Vec::new(),
        then: vec![Claim::Holds(name.to_owned(), arguments.iter().map(text).collect())],
        span: Span::at(0),
    }
}
