//! Two lifted kernels, or one and a design, axis by axis.

use std::collections::BTreeSet;

use spak_model::Literal;
use spak_model::system::{Space, System};
use spak_records::lift_report::{AxisDifference, LiftedFile, LiftedKernel};

use crate::lifting::parts::Parts;

/// One side of a comparison: what each axis and each parameter is, and which lines say so.
pub(crate) struct Side(Vec<Decision>);

struct Decision {
    name: String,
    kind: &'static str,
    values: Vec<String>,
    lines: Vec<u32>,
}

const AXIS: &str = "axis";
const PARAMETER: &str = "parameter";

impl Side {
    /// What a kernel's source has.
    pub(crate) fn of_kernel(file: &LiftedFile, kernel: &LiftedKernel) -> Self {
        let parts = Parts::of(file, kernel, &BTreeSet::new());
        let mut all: Vec<Decision> = Vec::new();
        for axis in parts.axes {
            let mut values = axis.values;
            // In which order values were found is not what a kernel is.
            values.sort();
            all.push(Decision { name: axis.name, kind: AXIS, values, lines: axis.lines });
        }
        let rows = file.tuning.iter().filter(|row| row.kernel == kernel.name);
        let lines: BTreeSet<u32> = rows.flat_map(|row| row.lines.iter().copied()).collect();
        for (name, values) in parts.parameters {
            let lines = lines.iter().copied().collect();
            all.push(Decision { name, kind: PARAMETER, values, lines });
        }
        Self(all)
    }

    /// What a design has: of an axis the value that it starts with, of a parameter all of them. `line` says where a
    /// dimension is written.
    pub(crate) fn of_design(
        system: &System,
        line: &dyn Fn(&spak_model::system::Place) -> u32,
    ) -> Self {
        let all = system.dimensions.iter().map(|dimension| {
            let values = dimension.domain.values().unwrap_or_default();
            let mut values: Vec<String> = values.iter().map(plain).collect();
            let kind = match dimension.space {
                Space::Design => {
                    values.truncate(1);
                    AXIS
                }
                Space::Tuning => PARAMETER,
            };
            let lines = vec![line(&dimension.place)];
            Decision { name: dimension.name.clone(), kind, values, lines }
        });
        Self(all.collect())
    }

    /// Axis by axis: those of the old side in its order, then those that only the new one has.
    pub(crate) fn compare(&self, new: &Self) -> Vec<AxisDifference> {
        let find = |side: &'_ Self, one: &Decision| -> Option<usize> {
            side.0.iter().position(|other| other.name == one.name)
        };
        let record = |state: &str, old: Option<&Decision>, new: Option<&Decision>| {
            let one = old.or(new);
            AxisDifference {
                axis: one.map_or(String::new(), |one| one.name.clone()),
                kind: one.map_or(String::new(), |one| one.kind.to_owned()),
                state: state.to_owned(),
                old: old.map_or(Vec::new(), |one| one.values.clone()),
                new: new.map_or(Vec::new(), |one| one.values.clone()),
                old_lines: old.map_or(Vec::new(), |one| one.lines.clone()),
                new_lines: new.map_or(Vec::new(), |one| one.lines.clone()),
            }
        };
        let mut all: Vec<AxisDifference> = Vec::new();
        for one in &self.0 {
            let other = find(new, one).and_then(|at| new.0.get(at));
            let state = match other {
                Some(other) if other.values == one.values => "same",
                Some(_) => "differs",
                None => "only-old",
            };
            all.push(record(state, Some(one), other));
        }
        let added = new.0.iter().filter(|one| find(self, one).is_none());
        all.extend(added.map(|one| record("only-new", None, Some(one))));
        all
    }
}

fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        literal => literal.to_string(),
    }
}
