//! The space of a design: its axes and parameters, its formal constraints, its workload and hardware.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use spak_model::Literal;
use spak_model::formula::to_value;
use spak_model::space::{LeftOut, declared};
use spak_model::system::{Record, System};
use spak_syntax::{Diagnostic, Severity};

use crate::engine::symbols;
use crate::ontology;
use crate::project::Design;
use crate::tuning::{Origin, Subject, rules};
use crate::verbs::check;

/// Domains of more values are not listed one by one.
const MAX_VALUES: u64 = 1 << 21;

/// Reads, resolves and checks the design.
pub(super) fn open(path: &Path, workload: Option<&str>, hardware: Option<&str>) -> Result<Subject> {
    let (design, diagnostics) = check::checked(path)?;
    of(design, diagnostics, &path.display().to_string(), workload, hardware)
}

/// The space of a design that was read and checked.
pub(super) fn of(
    design: Design,
    diagnostics: Vec<Diagnostic>,
    shown: &str,
    workload: Option<&str>,
    hardware: Option<&str>,
) -> Result<Subject> {
    let system = System::of(&design.resolved.entries);
    let mut notes = Vec::new();
    let record = chosen(&system, workload, &mut notes)?;
    let known = symbols::declared(&system, record);
    let mut symbols: BTreeMap<String, spak_expr::Value> =
        known.iter().map(|(name, literal)| (name.clone(), to_value(literal))).collect();
    if let Some(wanted) = hardware {
        rules::stand_on(&mut symbols, (&design, &system), wanted)?;
    }
    let declared = declared(&system, symbols, MAX_VALUES);
    let mut subject = Subject {
        sources: design.sources,
        name: system.name.clone().unwrap_or_else(|| shown.to_owned()),
        problem: declared.problem,
        origins: Vec::new(),
        ontology: ontology::with(&ontology::own(&design.resolved.entries)),
        scope: ontology::scope(&system),
        rules: Vec::new(),
        notes,
        diagnostics,
    };
    if subject.diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Ok(subject);
    }
    for left_out in &declared.left_out {
        subject.left_out(&system, left_out)?;
    }
    for (origin, constraint) in declared.origins.into_iter().zip(&subject.problem.constraints) {
        if !origin.is_about_the_space {
            subject.notes.push(format!("about no axis and no parameter: {}", constraint.text));
        }
        let spak_model::space::Origin { file, span, reason, .. } = origin;
        subject.origins.push(Origin { file, span, base: 0, reason });
    }
    subject.fix(record)?;
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
    /// What the workload says of a parameter is not there to be chosen.
    fn fix(&mut self, workload: Option<&Record>) -> Result<()> {
        for parameter in &mut self.problem.parameters {
            let name = &parameter.name;
            let Some(fixed) = workload.and_then(|w| w.literal(name)).map(Literal::record) else {
                continue;
            };
            let Some(at) = parameter.values.iter().position(|value| *value == fixed) else {
                bail!("the workload wants `{name}` to be {fixed}, which is none of its values");
            };
            self.notes.push(format!("the workload fixes `{name}` to {fixed}"));
            parameter.values = vec![fixed];
            if let Some(meanings) = &mut parameter.meanings {
                *meanings = meanings.get(at).cloned().into_iter().collect();
            }
        }
        Ok(())
    }

    fn left_out(&mut self, system: &System, what: &LeftOut) -> Result<()> {
        let name = |at: &usize| system.dimensions.get(*at).map_or("", |d| d.name.as_str());
        let note = match what {
            LeftOut::Unlisted(at) => bail!(
                "the values of `{}` cannot be listed; give it a list, or a range of at most {MAX_VALUES} whole numbers",
                name(at)
            ),
            LeftOut::Ambiguous(name) => bail!(
                "several dimensions are called `{name}`, and a config has one value of each name; rename one"
            ),
            LeftOut::Prose(text) => format!("not formal, so not applied: {text}"),
            LeftOut::Unknown { text, name } => {
                format!("not applied, since `{name}` has no value here: {text}")
            }
            LeftOut::Always(at) => {
                format!("when `{}` is there is said in words, which decide nothing", name(at))
            }
        };
        self.notes.push(note);
        Ok(())
    }
}
