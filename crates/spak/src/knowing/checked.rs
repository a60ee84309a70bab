//! What `spak check` says of rules: those that nothing can evaluate, and those that contradict each other.

use std::collections::BTreeMap;

use spak_knowledge::Program;
use spak_model::formula::to_value;
use spak_model::space::declared;
use spak_model::system::System;
use spak_rules::{Base, Conflict, Engine, Known, Limits, Table, conflicts};
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
            let mut diagnostic = contradiction(conflict, &names, second.span);
            diagnostic.related.push(Label {
                file: first.file,
                span: first.span,
                text: format!("says {}", conflict.says),
            });
            diagnostics.push(diagnostic.in_file(second.file));
        }
    }
    diagnostics
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
