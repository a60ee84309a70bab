//! The space of a design: its axes and parameters, its formal constraints, its workload and hardware.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use spak_expr::free_names;
use spak_model::formula::to_value;
use spak_model::reading::Reading;
use spak_model::system::{Dimension, Record, System};
use spak_space::{Constraint, Dialect, Parameter, Problem};
use spak_syntax::{FileId, Severity};

use crate::engine::symbols;
use crate::tuning::{Origin, Subject, rules};
use crate::verbs::check;
use crate::verbs::show::value;

/// Domains of more values are not listed one by one.
const MAX_VALUES: u64 = 1 << 21;

/// Reads, resolves and checks the design.
pub(super) fn open(path: &Path, workload: Option<&str>, hardware: Option<&str>) -> Result<Subject> {
    let (design, diagnostics) = check::checked(path)?;
    let system = System::of(&design.resolved.entries);
    let mut notes = Vec::new();
    let record = chosen(&system, workload, &mut notes)?;
    let known = symbols::declared(&system, record);
    let machine = hardware.map(|wanted| rules::machine(Some((&design, &system)), wanted));
    let machine = machine.transpose()?.unwrap_or_default();
    let mut subject = Subject {
        sources: design.sources,
        name: system.name.clone().unwrap_or_else(|| path.display().to_string()),
        problem: Problem {
            parameters: Vec::new(),
            constraints: Vec::new(),
            symbols: known
                .iter()
                .map(|(name, literal)| (name.clone(), to_value(literal)))
                .chain(machine)
                .collect(),
            dialect: Dialect::Design,
        },
        origins: Vec::new(),
        rules: Vec::new(),
        notes,
        diagnostics,
    };
    if subject.diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Ok(subject);
    }
    for dimension in &system.dimensions {
        subject.parameter(dimension, record)?;
    }
    subject.constraints(&system);
    Ok(subject)
}

/// The workload that the space is for: the one that was asked for, or the first.
fn chosen<'s>(
    system: &'s System,
    wanted: Option<&str>,
    notes: &mut Vec<String>,
) -> Result<Option<&'s Record>> {
    let name = |record: &Record| record.name.clone().unwrap_or_else(|| "without a name".to_owned());
    let Some(wanted) = wanted else {
        if let [first, _, ..] = system.workloads.as_slice() {
            notes.push(format!("the space is for the workload `{}`, the first one", name(first)));
        }
        return Ok(system.workloads.first());
    };
    let found = system.workloads.iter().find(|w| w.name.as_deref() == Some(wanted));
    if found.is_none() {
        let names: Vec<String> = system.workloads.iter().map(name).collect();
        bail!("there is no workload `{wanted}`; there are: {}", names.join(", "));
    }
    Ok(found)
}

impl Subject {
    fn parameter(&mut self, dimension: &Dimension, workload: Option<&Record>) -> Result<()> {
        let name = &dimension.name;
        let listed = dimension.domain.count().is_some_and(|count| count <= MAX_VALUES);
        let Some(values) = dimension.domain.values().filter(|_| listed) else {
            bail!(
                "the values of `{name}` cannot be listed; give it a list, or a range of at most {MAX_VALUES} whole numbers"
            );
        };
        let mut values: Vec<_> = values.iter().map(value).collect();
        // What the workload says of a dimension is not there to be chosen.
        if let Some(fixed) = workload.and_then(|w| w.literal(name)).map(value) {
            if !values.contains(&fixed) {
                bail!("the workload wants `{name}` to be {fixed}, which is none of its values");
            }
            self.notes.push(format!("the workload fixes `{name}` to {fixed}"));
            values = vec![fixed];
        }
        self.problem.symbols.remove(name);
        self.problem.parameters.push(Parameter::new(name.clone(), values));
        Ok(())
    }

    fn constraints(&mut self, system: &System) {
        let dimensions: BTreeMap<&str, ()> =
            system.dimensions.iter().map(|d| (d.name.as_str(), ())).collect();
        for condition in &system.constraints {
            for slot in &condition.slots {
                let Reading::Formula(formula) = &slot.reading else {
                    if !matches!(slot.reading, Reading::Nothing) {
                        let text = spak_model::normal::slot_text(slot);
                        self.notes.push(format!("not formal, so not applied: {text}"));
                    }
                    continue;
                };
                let text = formula.text.trim().to_owned();
                let names = free_names(&formula.expr);
                let is_known = |name: &String| {
                    dimensions.contains_key(name.as_str())
                        || self.problem.symbols.contains_key(name)
                };
                let is_word = |name: &String| !name.contains('.') && is_text(system, name);
                if let Some(name) = names.iter().find(|n| !is_known(n) && !is_word(n)) {
                    self.notes
                        .push(format!("not applied, since `{name}` has no value here: {text}"));
                    continue;
                }
                if !names.iter().any(|name| dimensions.contains_key(name.as_str())) {
                    // It says something about the problem and nothing about the space.
                    self.notes.push(format!("about no axis and no parameter: {text}"));
                }
                let reason = condition.reason.clone().or_else(|| condition.name.clone());
                let file: FileId = condition.place.file;
                self.origins.push(Origin { file, span: slot.span, base: 0, reason });
                self.problem.constraints.push(Constraint { text, expr: formula.expr.clone() });
            }
        }
    }
}

/// Whether a bare word is a value of some dimension.
fn is_text(system: &System, word: &str) -> bool {
    system.dimensions.iter().any(|dimension| match &dimension.domain {
        spak_model::Domain::Values(values) => {
            values.iter().any(|v| matches!(v, spak_model::Literal::Text(text) if text == word))
        }
        _ => false,
    })
}
