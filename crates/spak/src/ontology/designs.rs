//! Metamodels of operators in files of users and of whole designs: where a transfer begins and ends.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_model::entry::Entry;
use spak_model::system::{Space, System};
use spak_model::vocabulary::Kind;
use spak_ontology::{Dimension, Maps, Ontology, Scope, Side};
use spak_records::Value;
use spak_syntax::Severity;

use crate::engine::symbols;
use crate::ontology::described::{description, family_side, of_entry, plain};
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
