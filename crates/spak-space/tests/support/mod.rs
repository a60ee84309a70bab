//! Problems in short.

use std::collections::BTreeMap;

use spak_records::Value;
use spak_space::{Constraint, Dialect, Parameter, Problem};

/// Whole numbers by name, and conditions as text.
pub(crate) fn problem(
    parameters: &[(&str, impl AsRef<[i64]>)],
    constraints: &[impl AsRef<str>],
    dialect: Dialect,
) -> Problem {
    let parameter = |(name, values): &(&str, _)| {
        let values: &[i64] = AsRef::as_ref(values);
        Parameter::new(*name, values.iter().map(|v| Value::Int(*v)).collect())
    };
    let constraint = |text: &str| Constraint {
        text: text.to_owned(),
        expr: spak_expr::parse(text, 0).expr.unwrap(),
    };
    Problem {
        parameters: parameters.iter().map(parameter).collect(),
        constraints: constraints.iter().map(|text| constraint(text.as_ref())).collect(),
        symbols: BTreeMap::new(),
        dialect,
    }
}
