//! Metamodels of operators: from their descriptions and from template families.

use anyhow::{Context as _, Result};
use spak_generate::Family;
use spak_model::entry::Entry;
use spak_model::vocabulary::Kind;
use spak_model::{Literal, resolve};
use spak_ontology::{Dimension, Ontology, Scope, Side};
use spak_records::Value;
use spak_syntax::FileId;

use crate::engine::family;
use crate::ontology::NoFiles;

pub(super) fn description(
    operator: &str,
) -> Option<&'static spak_generate::operators::Description> {
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

/// Sizes, values and arrays of an `operator` block.
pub(super) fn of_entry(ontology: &Ontology, entry: &Entry, side: &mut Side) {
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
fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

/// A literal as words are compared: without quotes.
pub(super) fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    }
}
