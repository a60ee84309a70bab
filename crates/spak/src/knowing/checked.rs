//! What `spak check` says of rules: those that nothing can evaluate, and those that contradict each other.

use std::collections::BTreeMap;

use spak_knowledge::{About, Origin, Program};
use spak_model::formula::to_value;
use spak_model::space::declared;
use spak_model::system::System;
use spak_rules::{Base, Conflict, Engine, Known, Limits, Table, conflicts};
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Label};

use super::situation::{later, located};
use crate::engine::symbols;
use crate::project::Design;

/// Dimensions of more values are taken to be open without their values being looked at.
const MAX_VALUES: u64 = 4096;

/// What is wrong with the rules of a design.
pub(crate) fn checked(design: &Design) -> Vec<Diagnostic> {
    let system = System::of(&design.resolved.entries);
    let mut program = Program::of(&system, &|_| String::new());
    if program.rules.is_empty() {
        return Vec::new();
    }
    let known = symbols::declared(&system, system.workloads.first());
    let values: BTreeMap<String, spak_expr::Value> =
        known.iter().map(|(name, literal)| (name.clone(), to_value(literal))).collect();
    let space = declared(&system, values.clone(), MAX_VALUES);
    let mut base =
        Base { tables: std::mem::take(&mut program.tables), later: later(), ..Base::default() };
    for (name, value) in values {
        base.values.insert(name, Known { value, origin: String::new() });
    }
    for parameter in &space.problem.parameters {
        base.dimensions.insert(parameter.name.clone(), parameter.meaning());
    }
    let own = crate::ontology::own(&design.resolved.entries);
    crate::ontology::reach(&mut program, &base, &system, &own);
    base.tables.push(Table { name: "trials".to_owned(), ..Table::default() });
    let (found, _) = conflicts(&base, &program.claims());
    let (_, complaints) = Engine::new(base, program.rules, Limits::default());
    let mut diagnostics = located(complaints, &program.about);
    for conflict in &found {
        let places =
            [conflict.first, conflict.second].map(|n| program.about.get(n).map(|a| a.place));
        if let [Some(first), Some(second)] = places {
            let names = [first, second].map(|place| {
                let rules = system.rules.iter().map(|r| (r.place, r.name.as_str()));
                let facts = system.facts.iter().map(|f| (f.place, f.name.as_str()));
                let own = rules.chain(facts).find(|(p, _)| *p == place);
                own.map_or_else(String::new, |(_, name)| name.to_owned())
            });
            // The other rule may stand in another file: its label keeps its own.
            let mut diagnostic = contradiction(conflict, &names, second.span).in_file(second.file);
            diagnostic.related.push(Label {
                file: first.file,
                span: first.span,
                text: format!("says {}", conflict.says),
            });
            diagnostics.push(diagnostic);
        }
    }
    diagnostics.extend(without_evidence(&system, &program.about));
    diagnostics
}

/// Learnt rules that rest on facts that there are not: what they say can be asked of nobody.
fn without_evidence(system: &System, about: &[About]) -> Vec<Diagnostic> {
    let facts: Vec<&str> = system.facts.iter().map(|fact| fact.name.as_str()).collect();
    let is_name = |text: &str| text.chars().all(|c| c.is_alphanumeric() || c == '_');
    let mut found = Vec::new();
    for own in about.iter().filter(|a| a.origin == Origin::Rule && a.learned) {
        for name in own.evidence.iter().filter(|n| is_name(n) && !facts.contains(&n.as_str())) {
            let near = suggest(name, facts.iter().copied());
            let repair = near.map_or_else(
                || "learn it anew from its trials, or take the rule out".to_owned(),
                |near| format!("did you mean `{near}`?"),
            );
            let message = format!("this rule rests on `{name}`, and there is no such fact");
            found.push(
                Diagnostic::warning(spak_rules::codes::MISSING_EVIDENCE, own.place.span, message)
                    .because("a learnt rule is worth what its evidence is worth")
                    .repair(repair)
                    .in_file(own.place.file),
            );
        }
    }
    found
}

fn contradiction(
    conflict: &Conflict,
    [first, second]: &[String; 2],
    span: spak_syntax::Span,
) -> Diagnostic {
    let case: Vec<String> = conflict.case.0.iter().map(|(n, v)| format!("{n} = {v}")).collect();
    let case = match case.is_empty() {
        true => "both always apply".to_owned(),
        false => format!("both apply where {}", case.join(", ")),
    };
    Diagnostic::warning(
        spak_rules::codes::RULE_CONFLICT,
        span,
        format!("`{first}` says {}, and `{second}` says {}", conflict.says, conflict.other),
    )
    .because(case)
    .repair(
        "give the one that counts a higher `priority`, or let their conditions exclude each other",
    )
}
