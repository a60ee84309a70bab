//! What is known of one operator: its dimensions, its sizes, its arrays, its conditions.

use std::collections::BTreeSet;

use crate::lookup::Scope;
use crate::maps::Maps;

/// An axis or a parameter with the words for its values.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dimension {
    /// Its name.
    pub name: String,
    /// Whether it says what the kernel is, and not how it is laid on the machine.
    pub is_axis: bool,
    /// What it may be.
    pub values: Vec<String>,
}

/// The metamodel of an operator.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Side {
    /// The operator, and who writes its kernels.
    pub scope: Scope,
    /// Which of its sizes is which dimension.
    pub maps: Maps,
    /// Names of what its problems have: sizes, flags, types.
    pub values: BTreeSet<String>,
    /// Names of its arrays.
    pub operands: Vec<String>,
    /// Axes and parameters in order.
    pub dimensions: Vec<Dimension>,
    /// Conditions over them, as they are written, with the reason for each.
    pub constraints: Vec<(String, String)>,
}

impl Side {
    /// The dimension called `name`.
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|dimension| dimension.name == name)
    }
}
