//! What is known before any rule is asked: values, tables of rows, dimensions that are still open.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::Value;

/// All that rules start from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Base {
    /// What names stand for (`head_dim`, `hardware.sm_count`).
    pub values: BTreeMap<String, Known>,
    /// Facts with fields, observations, trials.
    pub tables: Vec<Table>,
    /// Names whose value is open, with the values that they may have. One that also has a value in
    /// [`Base::values`] is not open.
    pub dimensions: BTreeMap<String, Vec<Value>>,
    /// Names that get a value of each config later, such as what a binary says: conditions over configs may
    /// have them in them.
    pub later: BTreeSet<String>,
}

/// A value, and who says so.
#[derive(Clone, Debug, PartialEq)]
pub struct Known {
    /// The value.
    pub value: Value,
    /// Where it is from, in words for a proof (`workload Prefill`, `the machine`).
    pub origin: String,
}

/// Rows of one kind.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// What `for: "t in NAME"` calls it.
    pub name: String,
    /// Names of the fields, each once.
    pub fields: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// One fact, observation or trial.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Row {
    /// How proofs call it (`trial 12`, `fact optimal_rtx5070`).
    pub name: String,
    /// One for each field of its table; `None` where it has none.
    pub values: Vec<Option<Value>>,
    /// Where it is from (`fmha.jsonl, line 12`).
    pub origin: String,
}

impl Base {
    /// The value of `name`, if it is known.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).map(|known| &known.value)
    }

    /// Whether `name` is a dimension that has no value yet.
    pub fn is_open(&self, name: &str) -> bool {
        self.dimensions.contains_key(name) && !self.values.contains_key(name)
    }
}
