//! What the metamodel of one operator tells of another's, through concepts alone.

use std::collections::BTreeMap;

use crate::concept::{Concept, Ontology};
use crate::sides::Side;

/// Something that the target should have, going by the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Foreseen {
    /// What it is.
    pub concept: String,
    /// The array of the target that it is about, if it is about one.
    pub operand: Option<String>,
    /// What it should be called, the best guess first.
    pub names: Vec<String>,
    /// Whether it says what the kernel is.
    pub is_axis: bool,
    /// The dimensions of the source that say so.
    pub from: Vec<String>,
    /// What it should be able to be, in the first words for each value.
    pub values: Vec<String>,
}

/// A dimension of the source that tells nothing of the target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// Its name.
    pub name: String,
    /// What it is, if that is known.
    pub concept: Option<String>,
    /// Why.
    pub why: String,
}

/// All that a source tells of a target.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forecast {
    /// What the target should have.
    pub foreseen: Vec<Foreseen>,
    /// What it should not.
    pub left: Vec<Left>,
}

/// What each concept of the source is there.
struct Uses<'o, 's> {
    concept: &'o Concept,
    is_axis: bool,
    /// Name, array, values in the first words for them.
    dimensions: Vec<(&'s str, Option<String>, Vec<String>)>,
}

/// What `source` tells of an operator of which the scope, the sizes and the arrays of `target` are known. Its dimensions are not
/// looked at.
pub fn foresee(ontology: &Ontology, source: &Side, target: &Side) -> Forecast {
    let mut forecast = Forecast::default();
    let mut uses: BTreeMap<&str, Uses<'_, '_>> = BTreeMap::new();
    let mut order: Vec<&str> = Vec::new();
    for dimension in &source.dimensions {
        let Some(meaning) = ontology.known(&dimension.name, &source.scope) else {
            forecast.left.push(Left {
                name: dimension.name.clone(),
                concept: None,
                why: "no concept says what it is".to_owned(),
            });
            continue;
        };
        let concept = meaning.concept;
        if let Some(why) = unfit(ontology, concept, target) {
            forecast.left.push(Left {
                name: dimension.name.clone(),
                concept: Some(concept.name.clone()),
                why,
            });
            continue;
        }
        let values = dimension.values.iter().map(|v| concept.value(v).to_owned()).collect();
        let all = uses.entry(&concept.name).or_insert_with(|| {
            order.push(&concept.name);
            Uses { concept, is_axis: dimension.is_axis, dimensions: Vec::new() }
        });
        all.dimensions.push((&dimension.name, meaning.operand, values));
    }
    for name in order {
        let Some(uses) = uses.get(name) else { continue };
        plain(ontology, uses, target, &mut forecast);
        of_operands(ontology, uses, source, target, &mut forecast);
    }
    forecast
}

/// Why a concept cannot be one of the target's.
fn unfit(ontology: &Ontology, concept: &Concept, target: &Side) -> Option<String> {
    let operator = target.scope.operator.as_deref().unwrap_or_default();
    if !ontology.applies(concept, operator) {
        return Some(format!("only {} has it", concept.of.join(", ")));
    }
    if !ontology.is_had_by(concept, target.scope.backend.as_deref()) {
        return Some(format!("only {} has it", concept.by.join(", ")));
    }
    let along = concept.along.as_ref().filter(|along| !target.maps.has(along))?;
    Some(format!("it lies along `{along}`, which {operator} does not have"))
}

fn plain(ontology: &Ontology, uses: &Uses<'_, '_>, target: &Side, forecast: &mut Forecast) {
    let its: Vec<_> = uses.dimensions.iter().filter(|(_, operand, _)| operand.is_none()).collect();
    if its.is_empty() {
        return;
    }
    forecast.foreseen.push(Foreseen {
        concept: uses.concept.name.clone(),
        operand: None,
        names: ontology.names(uses.concept, &target.scope, &[]),
        is_axis: uses.is_axis,
        from: its.iter().map(|(name, _, _)| (*name).to_owned()).collect(),
        values: joined(its.iter().map(|(_, _, values)| values.as_slice())),
    });
}

/// What is about an array is told of each array of the target that is the same to its kernel, or the same in a broader sense.
fn of_operands(
    ontology: &Ontology,
    uses: &Uses<'_, '_>,
    source: &Side,
    target: &Side,
    forecast: &mut Forecast,
) {
    let role = |side: &Side, array: &str| ontology.role(array, &side.scope).cloned();
    let its: Vec<(&str, Concept, &[String])> = uses
        .dimensions
        .iter()
        .filter_map(|(name, operand, values)| {
            Some((*name, role(source, operand.as_deref()?)?, values.as_slice()))
        })
        .collect();
    if its.is_empty() {
        return;
    }
    let before = forecast.foreseen.len();
    for array in &target.operands {
        let Some(is) = role(target, array) else { continue };
        let same: Vec<_> = its.iter().filter(|(_, role, _)| role.name == is.name).collect();
        let broader = || -> Vec<_> {
            let alike = |role: &Concept| role.broader.is_some() && role.broader == is.broader;
            its.iter().filter(|(_, role, _)| alike(role)).collect()
        };
        let from = if same.is_empty() { broader() } else { same };
        let names = ontology.names(uses.concept, &target.scope, std::slice::from_ref(array));
        if from.is_empty() || names.is_empty() {
            continue;
        }
        forecast.foreseen.push(Foreseen {
            concept: uses.concept.name.clone(),
            operand: Some(array.clone()),
            names,
            is_axis: uses.is_axis,
            from: from.iter().map(|(name, _, _)| (*name).to_owned()).collect(),
            values: joined(from.iter().map(|(_, _, values)| *values)),
        });
    }
    if forecast.foreseen.len() == before {
        let operator = target.scope.operator.as_deref().unwrap_or_default();
        for (name, role, _) in its {
            forecast.left.push(Left {
                name: name.to_owned(),
                concept: Some(uses.concept.name.clone()),
                why: format!("{operator} has no array that is `{}`", role.name),
            });
        }
    }
}

fn joined<'v>(all: impl Iterator<Item = &'v [String]>) -> Vec<String> {
    let mut values: Vec<String> = Vec::new();
    for value in all.flatten() {
        if !values.contains(value) {
            values.push(value.clone());
        }
    }
    values
}
