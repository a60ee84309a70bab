//! Metamodels of operators: from template families, from designs, from descriptions of operators.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_generate::Family;
use spak_model::entry::Entry;
use spak_model::system::{Space, System};
use spak_model::vocabulary::Kind;
use spak_model::{Literal, resolve};
use spak_ontology::{Dimension, Maps, Ontology, Scope, Side};
use spak_records::Value;
use spak_syntax::{FileId, Severity};

use crate::engine::{family, symbols};
use crate::ontology::NoFiles;
use crate::project;

/// An operator with what can be chosen of it.
pub(crate) struct Described {
    pub(crate) operator: String,
    pub(crate) side: Side,
    /// Whether the dimensions are those of templates, so that kernels can be generated.
    pub(crate) has_templates: bool,
    /// Where the description stands.
    pub(crate) file: String,
}

/// What writes the kernels of a design: what it is for says so.
pub(crate) fn backend_of(scope: &Scope) -> String {
    scope.backend.clone().unwrap_or_else(|| "c".to_owned())
}

/// The operator `wanted`, by its name or in a `.dsl` file, as `backend` writes it.
///
/// # Errors
/// There is no such operator or file, or the description is broken.
pub(crate) fn described(ontology: &Ontology, wanted: &str, backend: &str) -> Result<Described> {
    if wanted.ends_with(".dsl") {
        return from_file(ontology, wanted, backend);
    }
    // Names it with what there is, if there is no such operator.
    crate::gpu::operator::load(wanted)?;
    let side = family_side(ontology, backend, wanted)?;
    let has_templates = !side.dimensions.is_empty();
    let file = description(wanted).map_or("", |one| one.path).to_owned();
    Ok(Described { operator: wanted.to_owned(), side, has_templates, file })
}

fn description(operator: &str) -> Option<&'static spak_generate::operators::Description> {
    spak_generate::operators::operators().iter().find(|one| one.name == operator)
}

/// What templates of `backend` can choose for `operator`; without templates its sizes and arrays alone.
///
/// # Errors
/// A description that comes with the program is broken.
pub(crate) fn family_side(ontology: &Ontology, backend: &str, operator: &str) -> Result<Side> {
    let mut side = Side {
        scope: Scope { operator: Some(operator.to_owned()), backend: Some(backend.to_owned()) },
        ..Side::default()
    };
    if let Some(description) = description(operator) {
        let resolved = resolve(FileId(0), description.text, &mut NoFiles);
        let entry = resolved.entries.iter().find(|entry| entry.kind == Some(Kind::Operator));
        of_entry(ontology, entry.context("an operator is not described")?, &mut side);
    }
    let has_templates =
        spak_generate::families().iter().any(|m| m.backend == backend && m.family == operator);
    if has_templates {
        of_family(&family::load_for(backend, operator)?, &mut side);
    }
    Ok(side)
}

/// An `operator` block of a file.
fn from_file(ontology: &Ontology, path: &str, backend: &str) -> Result<Described> {
    let design = project::open(Path::new(path))?;
    let broken = design.resolved.diagnostics.iter().find(|d| d.severity == Severity::Error);
    if let Some(broken) = broken {
        bail!("{path}: {}; `spak check {path}` shows where", broken.message);
    }
    let entry = operator_of(&design.resolved.entries).with_context(|| {
        format!("{path} describes no operator: there is no `operator` with `values`")
    })?;
    let name = entry.name_text().with_context(|| format!("{path}: the operator has no name"))?;
    let mut side = family_side(ontology, backend, name)?;
    let has_templates = !side.dimensions.is_empty();
    of_entry(ontology, entry, &mut side);
    Ok(Described { operator: name.to_owned(), side, has_templates, file: path.to_owned() })
}

fn operator_of(entries: &[Entry]) -> Option<&Entry> {
    let mut found = entries.iter().filter_map(|entry| match entry.kind {
        Some(Kind::Operator) => {
            entry.children().iter().any(|c| c.key() == "values").then_some(entry)
        }
        Some(Kind::System) => operator_of(entry.children()),
        _ => None,
    });
    found.next()
}

/// Sizes, values and arrays of an `operator` block.
fn of_entry(ontology: &Ontology, entry: &Entry, side: &mut Side) {
    let (maps, _) = spak_ontology::maps(ontology, entry);
    side.maps = maps;
    let literals = |key: &'static str| entry.slots(key).flat_map(|slot| words(&slot.reading));
    let names = literals("values").chain(literals("optional"));
    side.values =
        names.map(|text| text.split('=').next().unwrap_or_default().trim().to_owned()).collect();
    let arrays = entry.children().iter().filter(|c| matches!(c.key(), "input" | "output"));
    side.operands = arrays.filter_map(|array| array.name_text().map(str::to_owned)).collect();
}

fn words(reading: &spak_model::Reading) -> Vec<String> {
    match reading {
        spak_model::Reading::Literal(Literal::List(items)) => items.iter().map(plain).collect(),
        spak_model::Reading::List(items) => items.iter().flat_map(words).collect(),
        spak_model::Reading::Literal(one) => vec![plain(one)],
        spak_model::Reading::Name(text) | spak_model::Reading::Words(text) => vec![text.clone()],
        spak_model::Reading::Formula(formula) => vec![formula.text.clone()],
        _ => Vec::new(),
    }
}

fn of_family(family: &Family, side: &mut Side) {
    let axes = family.axes.iter().map(|axis| (&axis.name, true, &axis.values));
    let parameters = family.parameters.iter().map(|one| (&one.name, false, &one.values));
    side.dimensions = axes
        .chain(parameters)
        .map(|(name, is_axis, values)| Dimension {
            name: name.clone(),
            is_axis,
            values: values.iter().map(word).collect(),
        })
        .collect();
    let all = family.constraints.iter();
    side.constraints = all.map(|c| (c.formula.clone(), c.reason.clone())).collect();
}

/// A value as designs write it.
pub(crate) fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A literal as words are compared: without quotes.
pub(crate) fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// The metamodel of a design: what its templates can choose, and what it adds; and what the design itself wants of each dimension
/// that it names.
///
/// # Errors
/// The design says nowhere of which operator it is.
pub(crate) fn of_design(
    ontology: &Ontology,
    system: &System,
) -> Result<(Side, BTreeMap<String, Vec<String>>)> {
    let scope = super::scope(system);
    let operator = scope
        .operator
        .clone()
        .context("the design says of no operator; a `workload` with `operator: NAME` does")?;
    let mut side = family_side(ontology, &backend_of(&scope), &operator)?;
    if side.maps == Maps::default() && side.dimensions.is_empty() {
        bail!("nothing is known of the operator `{operator}`: no description, and no templates");
    }
    let mut wanted = BTreeMap::new();
    for dimension in &system.dimensions {
        let values: Vec<String> =
            dimension.domain.values().unwrap_or_default().iter().map(plain).collect();
        wanted.insert(dimension.name.clone(), values.clone());
        match side.dimensions.iter_mut().find(|known| known.name == dimension.name) {
            Some(known) => {
                let known_values: BTreeSet<String> = known.values.iter().cloned().collect();
                known.values.extend(values.into_iter().filter(|v| !known_values.contains(v)));
            }
            None => side.dimensions.push(Dimension {
                name: dimension.name.clone(),
                is_axis: dimension.space == Space::Design,
                values,
            }),
        }
    }
    for constraint in &system.constraints {
        let reason = constraint.reason.clone().or_else(|| constraint.name.clone());
        for slot in &constraint.slots {
            if let spak_model::Reading::Formula(formula) = &slot.reading {
                side.constraints.push((formula.text.clone(), reason.clone().unwrap_or_default()));
            }
        }
    }
    Ok((side, wanted))
}

/// The sizes of a design's first workload.
pub(crate) fn sizes(system: &System) -> BTreeMap<String, Value> {
    system.workloads.first().map(symbols::workload).map(|workload| workload.0).unwrap_or_default()
}
