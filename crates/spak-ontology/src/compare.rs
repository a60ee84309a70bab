//! What was foreseen beside what is there, and what a person still has to decide.

use std::collections::BTreeSet;

use crate::concept::Ontology;
use crate::foresee::{Forecast, Foreseen};
use crate::sides::Side;

/// How a dimension of the target came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Found {
    /// It was foreseen with just these values.
    Filled,
    /// It was foreseen, and has other values.
    OtherValues,
    /// The source cannot tell.
    Missing,
    /// It was foreseen, and is not there.
    NotThere,
}

impl Found {
    /// As it is printed and in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Filled => "filled",
            Self::OtherValues => "other-values",
            Self::Missing => "missing",
            Self::NotThere => "not-there",
        }
    }
}

/// One dimension of the target, or one that was foreseen.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// Its name, or what it should have been called.
    pub name: String,
    /// What it is, if that is known.
    pub concept: Option<String>,
    /// The array that it is about.
    pub operand: Option<String>,
    /// Whether it says what the kernel is.
    pub is_axis: bool,
    /// How it came out.
    pub found: Found,
    /// The dimensions of the source that told.
    pub from: Vec<String>,
    /// What it really can be.
    pub values: Vec<String>,
    /// Which of these were foreseen.
    pub foreseen: Vec<String>,
    /// What was foreseen, and it cannot be.
    pub struck: Vec<String>,
}

/// All items: those of the target in its order, then what is not there.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Comparison {
    /// The items.
    pub items: Vec<Item>,
}

/// Decisions that a person takes until a metamodel is complete.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Steps {
    /// From an empty page: to name each dimension, to list its values, to state each condition, to map each size.
    pub cold: u64,
    /// From what was foreseen: two for each that is missing, one for each list of values that differs, one for each that has to
    /// be struck, one for each condition that is missing or has to be struck, and the mapping of sizes.
    pub transferred: u64,
    /// The same, and one for a look at each dimension and condition that was filled in.
    pub reviewed: u64,
}

/// Compares what was foreseen with what `target` has.
pub fn compare(ontology: &Ontology, forecast: &Forecast, target: &Side) -> Comparison {
    let mut used: BTreeSet<usize> = BTreeSet::new();
    let mut items = Vec::new();
    for dimension in &target.dimensions {
        let meaning = ontology.known(&dimension.name, &target.scope);
        // What is about no array in particular may be told of by any; what is part of a thing by the whole of it.
        let near = |foreseen: &Foreseen| {
            meaning.as_ref().and_then(|meaning| {
                let is_whole = meaning.concept.broader.as_ref() == Some(&foreseen.concept);
                match (meaning.concept.name == foreseen.concept, is_whole) {
                    (true, _) if meaning.operand == foreseen.operand => Some(0),
                    (true, _) if meaning.operand.is_none() => Some(1),
                    (false, true) if meaning.operand == foreseen.operand => Some(2),
                    _ => None,
                }
            })
        };
        let ranked = forecast.foreseen.iter().enumerate();
        let ranked = ranked.filter_map(|(at, foreseen)| Some((near(foreseen)?, at)));
        let found = ranked.min().map(|(_, at)| at);
        used.extend(found);
        let foreseen = found.and_then(|at| forecast.foreseen.get(at));
        let concept = meaning.as_ref().map(|meaning| meaning.concept);
        let first = |value: &String| match concept {
            Some(concept) => concept.value(value).to_owned(),
            None => value.clone(),
        };
        let own: BTreeSet<String> = dimension.values.iter().map(first).collect();
        let told = foreseen.map(|f| f.values.as_slice()).unwrap_or_default();
        let known = dimension.values.iter().filter(|value| told.contains(&first(value)));
        let known: Vec<String> = known.cloned().collect();
        let struck: Vec<String> = told.iter().filter(|v| !own.contains(*v)).cloned().collect();
        let is_same = struck.is_empty() && known.len() == dimension.values.len();
        items.push(Item {
            name: dimension.name.clone(),
            concept: concept.map(|concept| concept.name.clone()),
            operand: meaning.and_then(|meaning| meaning.operand),
            is_axis: dimension.is_axis,
            found: match (foreseen, is_same) {
                (None, _) => Found::Missing,
                (Some(_), true) => Found::Filled,
                (Some(_), false) => Found::OtherValues,
            },
            from: foreseen.map(|f| f.from.clone()).unwrap_or_default(),
            values: dimension.values.clone(),
            foreseen: known,
            struck,
        });
    }
    let rest = forecast.foreseen.iter().enumerate().filter(|(at, _)| !used.contains(at));
    items.extend(rest.map(|(_, foreseen)| Item {
        name: foreseen.names.first().cloned().unwrap_or_default(),
        concept: Some(foreseen.concept.clone()),
        operand: foreseen.operand.clone(),
        is_axis: foreseen.is_axis,
        found: Found::NotThere,
        from: foreseen.from.clone(),
        values: Vec::new(),
        foreseen: Vec::new(),
        struck: foreseen.values.clone(),
    }));
    Comparison { items }
}

impl Comparison {
    /// How many items came out so.
    pub fn count(&self, found: Found) -> u64 {
        self.items.iter().filter(|item| item.found == found).count() as u64
    }

    /// Decisions, with `sizes` to be mapped, `conditions` that the target has, of which `stated` were carried over, and
    /// `needless` ones that were carried over and are none of them.
    pub fn steps(&self, sizes: u64, conditions: u64, stated: u64, needless: u64) -> Steps {
        let (filled, other) = (self.count(Found::Filled), self.count(Found::OtherValues));
        let (missing, not_there) = (self.count(Found::Missing), self.count(Found::NotThere));
        let conditions_left = conditions.saturating_sub(stated);
        let transferred = 2 * missing + other + not_there + conditions_left + needless + sizes;
        Steps {
            cold: 2 * (filled + other + missing) + conditions + sizes,
            transferred,
            reviewed: transferred + filled + stated,
        }
    }
}
