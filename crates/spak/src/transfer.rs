//! What a design of one operator tells of another operator, through what their names mean.
//!
//! What is foreseen is made from the source and from the sizes and arrays of the target. Only then is it compared with what the
//! target really has: its templates, or the names and values of a file of measurements.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use spak_exchange::results::Recorded;
use spak_model::system::System;
use spak_ontology::{
    Carried, Comparison, Dimension, Forecast, Found, Kind, Ontology, Side, carry, compare, foresee,
};
use spak_records::Value;
use spak_records::transfer_report::{
    ConditionRecord, LeftRecord, OperatorRecord, Shares, StepsRecord, TransferItem, TransferReport,
};

use crate::engine::specify::OF_BINARIES;
use crate::ontology::{self, Described};

mod draft;

pub(crate) use draft::draft;

/// A source, and what it was told to be.
pub(crate) struct Source {
    /// The design's file, or the operator's name.
    pub(crate) file: String,
    pub(crate) side: Side,
    /// What the design wants of dimensions that it names, in the words of the source; empty for a bare operator.
    pub(crate) wanted: BTreeMap<String, Vec<String>>,
    /// How many of the conditions are those of its templates: the others are the design's own.
    pub(crate) of_templates: usize,
    /// The sizes of its first workload.
    pub(crate) sizes: BTreeMap<String, Value>,
    /// Libraries that it imports by name.
    pub(crate) libraries: Vec<String>,
}

impl Source {
    /// A design.
    ///
    /// # Errors
    /// It does not say of which operator it is.
    pub(crate) fn of_design(
        ontology: &Ontology,
        file: &str,
        system: &System,
        libraries: Vec<String>,
    ) -> Result<Self> {
        let (side, wanted) = ontology::of_design(ontology, system)?;
        let backend = ontology::backend_of(&side.scope);
        let operator = side.scope.operator.clone().unwrap_or_default();
        let of_templates = ontology::family_side(ontology, &backend, &operator)?.constraints.len();
        let sizes = ontology::sizes(system);
        Ok(Self { file: file.to_owned(), side, wanted, of_templates, sizes, libraries })
    }

    /// All that templates can choose for an operator.
    pub(crate) fn of_operator(described: Described) -> Self {
        let of_templates = described.side.constraints.len();
        Self {
            file: described.operator,
            side: described.side,
            wanted: BTreeMap::new(),
            of_templates,
            sizes: BTreeMap::new(),
            libraries: Vec::new(),
        }
    }
}

/// All that was found out.
pub(crate) struct Transferred {
    pub(crate) report: TransferReport,
    pub(crate) carried: Vec<Carried>,
}

/// Compares what `source` foresees with what `target` has; `measured` says what that is instead of its templates.
pub(crate) fn transfer(
    ontology: &Ontology,
    source: &Source,
    target: &mut Described,
    measured: Option<(&str, &Recorded)>,
) -> Transferred {
    if let Some((_, recorded)) = measured {
        target.side.dimensions = dimensions(ontology, &target.side, recorded);
        target.side.constraints.clear();
    }
    let forecast = foresee(ontology, &source.side, &target.side);
    let comparison = compare(ontology, &forecast, &target.side);
    let later: BTreeSet<String> = OF_BINARIES.iter().map(|name| (*name).to_owned()).collect();
    let carried = carry(ontology, &source.side, &target.side, &later);
    let conditions = conditions(&source.side, &carried, &target.side);
    let report = TransferReport {
        source: operator(&source.side, &source.file),
        target: operator(&target.side, &target.file),
        measured: measured.map(|(file, _)| file.to_owned()),
        items: items(&comparison),
        uncovered: uncovered(&source.side, &target.side),
        left: left(forecast),
        shares: shares(&comparison),
        steps: steps(source, target, &comparison, &conditions, &carried),
        conditions,
        written: None,
    };
    Transferred { report, carried }
}

/// Names and values of a file of measurements. A size of the problem that was never varied is no choice.
fn dimensions(ontology: &Ontology, side: &Side, recorded: &Recorded) -> Vec<Dimension> {
    let is_size = |name: &str, values: &[Value]| {
        values.len() == 1 && (side.maps.0.contains_key(name) || side.values.contains(name))
    };
    let parameters = recorded.parameters.iter().filter(|p| !is_size(&p.name, &p.values));
    parameters
        .map(|parameter| {
            let found = ontology.known(&parameter.name, &side.scope);
            Dimension {
                name: parameter.name.clone(),
                is_axis: found.is_some_and(|found| found.concept.kind == Kind::Axis),
                values: parameter.values.iter().map(word).collect(),
            }
        })
        .collect()
}

fn word(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        other => other.to_string(),
    }
}

fn operator(side: &Side, file: &str) -> OperatorRecord {
    OperatorRecord {
        operator: side.scope.operator.clone().unwrap_or_default(),
        file: file.to_owned(),
        dimensions: side.dimensions.len() as u64,
    }
}

fn items(comparison: &Comparison) -> Vec<TransferItem> {
    let item = |item: &spak_ontology::Item| TransferItem {
        name: item.name.clone(),
        concept: item.concept.clone(),
        operand: item.operand.clone(),
        kind: if item.is_axis { "axis" } else { "parameter" }.to_owned(),
        found: item.found.name().to_owned(),
        from: item.from.clone(),
        values: item.values.clone(),
        foreseen: item.foreseen.clone(),
        struck: item.struck.clone(),
    };
    comparison.items.iter().map(item).collect()
}

fn left(forecast: Forecast) -> Vec<LeftRecord> {
    let record = |left: spak_ontology::Left| LeftRecord {
        name: left.name,
        concept: left.concept,
        why: left.why,
    };
    forecast.left.into_iter().map(record).collect()
}

/// Dimensions of the target's problem that the source's problem does not have: what lies along them it cannot know.
fn uncovered(source: &Side, target: &Side) -> Vec<(String, Vec<String>)> {
    let all: BTreeSet<&String> = target.maps.0.values().flatten().collect();
    let own = all.into_iter().filter(|dimension| !source.maps.has(dimension));
    own.map(|d| (d.clone(), target.maps.sizes(d).map(str::to_owned).collect())).collect()
}

/// What became of the source's conditions, and what the target has besides.
fn conditions(source: &Side, carried: &[Carried], target: &Side) -> Vec<ConditionRecord> {
    let mut rest: Vec<(String, &String)> =
        target.constraints.iter().map(|(text, reason)| (printed(text), reason)).collect();
    let mut all: Vec<ConditionRecord> = Vec::new();
    for one in carried {
        let (said, found, why) = match &one.said {
            Err(why) => (None, "left", why),
            Ok(said) => match rest.iter().position(|(text, _)| text == said) {
                Some(at) => {
                    rest.remove(at);
                    (Some(said), "same", &one.reason)
                }
                None => (Some(said), "added", &one.reason),
            },
        };
        all.push(ConditionRecord {
            source: Some(one.text.clone()),
            target: said.cloned(),
            found: found.to_owned(),
            why: why.clone(),
        });
    }
    debug_assert!(all.len() == source.constraints.len());
    all.extend(rest.into_iter().map(|(text, reason)| ConditionRecord {
        source: None,
        target: Some(text),
        found: "missing".to_owned(),
        why: reason.clone(),
    }));
    all
}

/// A formula as it is printed, so that blanks and quotes make no difference.
fn printed(text: &str) -> String {
    let parsed = spak_expr::parse(text, 0).expr;
    parsed.map_or_else(|| text.to_owned(), |expr| spak_expr::print(&expr))
}

fn shares(comparison: &Comparison) -> Shares {
    let (filled, other_values) =
        (comparison.count(Found::Filled), comparison.count(Found::OtherValues));
    let missing = comparison.count(Found::Missing);
    let all = filled + other_values + missing;
    let part = |of: u64| if all == 0 { 0.0 } else { of as f64 / all as f64 };
    Shares {
        all,
        filled,
        other_values,
        missing,
        not_there: comparison.count(Found::NotThere),
        found: part(filled + other_values),
        prefilled: part(filled),
    }
}

fn steps(
    source: &Source,
    target: &Described,
    comparison: &Comparison,
    conditions: &[ConditionRecord],
    carried: &[Carried],
) -> StepsRecord {
    let sizes = target.side.maps.0.len() as u64;
    let count = |found: &str| conditions.iter().filter(|one| one.found == found).count() as u64;
    // Conditions of templates that the target's templates do not have are wrong there; those of the design are its author's.
    let templates = carried.iter().zip(conditions).take(source.of_templates);
    let needless = templates.filter(|(_, one)| one.found == "added").count() as u64;
    let all = target.side.constraints.len() as u64;
    let steps = comparison.steps(sizes, all, count("same"), needless);
    let saved = |of: u64| match steps.cold {
        0 => 0.0,
        cold => 1.0 - of as f64 / cold as f64,
    };
    StepsRecord {
        cold: steps.cold,
        transferred: steps.transferred,
        reviewed: steps.reviewed,
        saved: saved(steps.transferred),
        saved_with_review: saved(steps.reviewed),
    }
}

#[cfg(test)]
mod tests;
