//! Which names of a design a name of a rule reaches.

use std::collections::{BTreeMap, BTreeSet};

use crate::concept::Ontology;
use crate::lookup::Scope;

/// A rule is not put to the engine more often than this: each concept in it multiplies the ways in which it can be read.
pub const MAX_WAYS: usize = 64;

impl Ontology {
    /// What a design with these dimensions calls the thing that a rule calls `name`: the name itself where the design has it,
    /// else the word in another spelling, else, where `name` is a concept, each dimension that means it.
    ///
    /// A name that is an alias of some operator reaches nothing but its spellings: it means what it means there.
    pub fn reached(&self, name: &str, scope: &Scope, dimensions: &BTreeSet<String>) -> Vec<String> {
        if dimensions.contains(name) {
            return vec![name.to_owned()];
        }
        let spelled = self.spelled(name).into_iter().find(|word| dimensions.contains(*word));
        if let Some(word) = spelled {
            return vec![word.to_owned()];
        }
        if self.concept(name).is_none() {
            return Vec::new();
        }
        let means = |dimension: &&String| {
            self.known(dimension, scope).is_some_and(|meaning| meaning.concept.name == name)
        };
        dimensions.iter().filter(means).cloned().collect()
    }
}

/// Each way to give every name one of those that it reaches; `None` when there are more than [`MAX_WAYS`]. Without names there is
/// one way, with a name that reaches nothing there is none.
pub fn ways(reached: &BTreeMap<String, Vec<String>>) -> Option<Vec<BTreeMap<String, String>>> {
    let mut all = vec![BTreeMap::new()];
    for (name, choices) in reached {
        let count = all.len().checked_mul(choices.len()).filter(|count| *count <= MAX_WAYS)?;
        let mut next = Vec::with_capacity(count);
        for way in &all {
            for choice in choices {
                let mut way: BTreeMap<String, String> = way.clone();
                way.insert(name.clone(), choice.clone());
                next.push(way);
            }
        }
        all = next;
    }
    Some(all)
}
