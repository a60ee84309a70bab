//! What is known before the search begins: the design's knowledge in the form that a search can use.

use std::collections::BTreeMap;

use spak_records::{Config, Value};

/// What is already known about a space.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Guidance {
    /// Configs to start from, the most trusted one first.
    pub recommended: Vec<Recommendation>,
    /// Values not to try.
    pub avoid: Vec<Avoid>,
    /// Values of a dimension to try first, in this order; the others follow.
    pub preferred: BTreeMap<String, Vec<Value>>,
    /// How much a dimension was seen to matter: time of its worst value over time of its best (2.0: half the speed).
    pub influence: BTreeMap<String, f64>,
}

/// A config to start from.
#[derive(Clone, Debug, PartialEq)]
pub struct Recommendation {
    /// Its values; a dimension without one has the seed's.
    pub config: Config,
    /// The fact or rule that recommends it, as a person would look it up.
    pub source: String,
}

/// A value not to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Avoid {
    /// The dimension.
    pub dimension: String,
    /// The value.
    pub value: Value,
    /// Other values in whose presence this holds; empty: always.
    pub when: Config,
    /// The fact or rule that says so.
    pub source: String,
}

impl Avoid {
    /// Whether `config` is of the kind to avoid.
    pub fn covers(&self, config: &Config) -> bool {
        config.get(&self.dimension) == Some(&self.value)
            && self.when.0.iter().all(|(name, value)| config.get(name) == Some(value))
    }
}
