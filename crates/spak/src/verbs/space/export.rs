//! The space as a file of another tool, so that a design can be taken there.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_exchange::space::{Format, Parameter, Restriction, TuningSpace};
use spak_records::{Value, file};
use spak_space::{Constraint, Dialect, Limits, Problem, Space};
use spak_syntax::Span;

use super::Made;
use crate::output;
use crate::tuning::Subject;

/// Combinations that a restriction lists at most when it has no formula in Python.
const MAX_LISTED: usize = 4096;

/// What a space can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Export {
    /// T1 of the TuningSchema, which Kernel Tuner and KTT read.
    T1,
    /// A dictionary of parameters and restrictions, as Kernel Tuner takes them.
    Dictionary,
}

/// Writes the space to `path`, or to standard output.
///
/// # Errors
/// When the format cannot say it, or would say something else: the text is read back and counted.
pub(super) fn write(
    subject: &Subject,
    made: &Made,
    export: Export,
    path: Option<&Path>,
) -> Result<()> {
    let space = translated(subject)?;
    let text = match export {
        Export::T1 => spak_exchange::space::write_t1(&space)?,
        Export::Dictionary => spak_exchange::space::write_dictionary(&space),
    };
    if let Made::Exact(original) = made {
        let again = read_back(&text)?;
        if again.count() != original.count() {
            bail!(
                "written so, the space would have {} configs instead of {}: its conditions mean something else in Python",
                again.count(),
                original.count()
            );
        }
    }
    match path {
        Some(path) => file::replace(path, text.as_bytes())
            .with_context(|| format!("cannot write `{}`", path.display())),
        None => output::result(&text),
    }
}

fn read_back(text: &str) -> Result<Space> {
    let read = match spak_exchange::space::read(text.as_bytes()) {
        Ok(read) if read.is_whole() => read,
        Ok(read) => {
            let first = read.diagnostics.first().map_or("", |d| d.message.as_str());
            bail!("what would be written cannot be read again: {first}");
        }
        Err(diagnostic) => {
            bail!("what would be written cannot be read again: {}", diagnostic.message)
        }
    };
    let restrictions = read.space.restrictions.into_iter();
    let problem = Problem {
        parameters: read
            .space
            .parameters
            .into_iter()
            .map(|p| spak_space::Parameter::new(p.name, p.values))
            .collect(),
        constraints: restrictions
            .filter_map(|r| Some(Constraint { expr: r.expr?, text: r.text }))
            .collect(),
        symbols: std::collections::BTreeMap::new(),
        dialect: Dialect::Python,
    };
    Ok(Space::of(&problem)?)
}

/// The space with its conditions in Python.
fn translated(subject: &Subject) -> Result<TuningSpace> {
    let problem = &super::conditional::unconditional(&subject.problem)?;
    let mut restrictions = Vec::new();
    for constraint in &problem.constraints {
        restrictions.push(restriction(problem, constraint)?);
    }
    let parameters = problem.parameters.iter().map(|p| Parameter {
        name: p.name.clone(),
        values: p.values.clone(),
        default: None,
        place: Span::default(),
    });
    Ok(TuningSpace {
        format: Format::Dictionary,
        name: Some(subject.name.clone()),
        parameters: parameters.collect(),
        restrictions,
    })
}

fn restriction(problem: &Problem, constraint: &Constraint) -> Result<Restriction> {
    let known = spak_expr::partial(&constraint.expr, &problem.symbols);
    let names = spak_expr::free_names(&known);
    let is_parameter = |name: &String| problem.parameters.iter().any(|p| p.name == *name);
    let positions = problem.parameters.iter().enumerate();
    let parameters: Vec<usize> =
        positions.filter(|(_, p)| names.contains(&p.name)).map(|(at, _)| at).collect();
    let has_meaning =
        |at: &usize| problem.parameters.get(*at).is_some_and(|p| p.meanings.is_some());
    let text = if problem.dialect == Dialect::Python {
        constraint.text.clone()
    } else {
        let plain = names.iter().all(is_parameter) && !parameters.iter().any(has_meaning);
        match spak_exchange::python::written(&known).filter(|_| plain) {
            Some(text) => text,
            None => listed(problem, constraint, &parameters)?,
        }
    };
    Ok(Restriction { text, expr: None, parameters, place: Span::default() })
}

/// A condition that Python has no formula for, as the combinations that satisfy it.
fn listed(problem: &Problem, constraint: &Constraint, parameters: &[usize]) -> Result<String> {
    let own: Vec<spak_space::Parameter> =
        parameters.iter().filter_map(|at| problem.parameters.get(*at)).cloned().collect();
    let too_many = || {
        format!(
            "`{}` is no formula in Python, and too many combinations satisfy it to list them",
            constraint.text
        )
    };
    if own.is_empty() {
        bail!("`{}` has no formula in Python", constraint.text);
    }
    let alone = Problem {
        parameters: own.clone(),
        constraints: vec![constraint.clone()],
        ..problem.clone()
    };
    let space = Space::within(&alone, Limits::default()).with_context(too_many)?;
    let mut rows = BTreeSet::new();
    for config in space.configs() {
        if rows.len() >= MAX_LISTED {
            bail!(too_many());
        }
        let cells: Vec<String> = own
            .iter()
            .zip(config)
            .filter_map(|(p, index)| Some(python(p.values.get(index as usize)?)))
            .collect();
        rows.insert(match cells.as_slice() {
            [one] => one.clone(),
            several => format!("({})", several.join(", ")),
        });
    }
    let names: Vec<&str> = own.iter().map(|p| p.name.as_str()).collect();
    let rows: Vec<String> = rows.into_iter().collect();
    Ok(match names.as_slice() {
        _ if rows.is_empty() => "False".to_owned(),
        [one] => format!("{one} in [{}]", rows.join(", ")),
        several => format!("({}) in [{}]", several.join(", "), rows.join(", ")),
    })
}

fn python(value: &Value) -> String {
    match value {
        Value::Bool(true) => "True".to_owned(),
        Value::Bool(false) => "False".to_owned(),
        Value::Float(x) => format!("{x:?}"),
        Value::Text(text) => format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'")),
        other => other.to_string(),
    }
}
