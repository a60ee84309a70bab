//! The space of a file of another tool: T1, or a dictionary of parameters and restrictions.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context as _, Result};
use spak_exchange::space;
use spak_space::{Constraint, Dialect, Parameter, Problem};
use spak_syntax::{FileId, Severity};

use crate::project::Sources;
use crate::tuning::{Origin, Subject, rules};

/// Reads the file; places are offsets in it.
pub(super) fn open(path: &Path, hardware: Option<&str>) -> Result<Subject> {
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
    let mut sources = Sources::default();
    let shown = path.to_string_lossy().into_owned();
    let read = space::read(&bytes);
    // What is no text has no places to show.
    let text = read.as_ref().ok().and_then(|_| spak_exchange::text(&bytes));
    let text = text.or_else(|| std::str::from_utf8(&bytes).ok().map(Into::into));
    let file = sources.add(path, &shown, &text.unwrap_or_default());
    let mut subject = Subject {
        sources,
        name: path.file_stem().map_or_else(|| shown.clone(), |s| s.to_string_lossy().into_owned()),
        problem: Problem {
            parameters: Vec::new(),
            constraints: Vec::new(),
            symbols: hardware.map_or_else(|| Ok(BTreeMap::new()), rules::machine)?,
            dialect: Dialect::Python,
        },
        origins: Vec::new(),
        ontology: crate::ontology::with(&[]),
        scope: spak_ontology::Scope::default(),
        rules: Vec::new(),
        notes: Vec::new(),
        diagnostics: Vec::new(),
    };
    match read {
        Ok(read) => take(&mut subject, read, file),
        Err(diagnostic) => subject.diagnostics.push(diagnostic.in_file(file)),
    }
    Ok(subject)
}

fn take(subject: &mut Subject, read: space::Read, file: FileId) {
    subject.diagnostics = read.diagnostics.into_iter().map(|d| d.in_file(file)).collect();
    if let Some(name) = read.space.name {
        subject.name = name;
    }
    let parameters = read.space.parameters.into_iter();
    subject.problem.parameters = parameters.map(|p| Parameter::new(p.name, p.values)).collect();
    for restriction in read.space.restrictions {
        // One that could not be translated is an error already.
        let Some(expr) = restriction.expr else { continue };
        let place = restriction.place;
        subject.origins.push(Origin { file, span: place, base: place.start, reason: None });
        subject.problem.constraints.push(Constraint { text: restriction.text, expr });
    }
    if subject.problem.constraints.is_empty()
        && !subject.diagnostics.iter().any(|d| d.severity == Severity::Error)
    {
        subject.notes.push("the file has no restrictions".to_owned());
    }
}
