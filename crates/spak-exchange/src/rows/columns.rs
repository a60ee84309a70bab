//! What the columns of rows hold.

use spak_records::Value;

/// The kind of all values of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Truth values.
    Bool,
    /// Whole numbers.
    Int,
    /// Numbers; whole ones among them are written as floats.
    Float,
    /// Texts; where a column has values of several kinds, all of them as texts.
    Text,
}

/// A column.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: Kind,
}

impl Kind {
    /// The narrowest kind that all `values` are of; `Text` when there are none.
    pub fn of<'v>(values: impl IntoIterator<Item = &'v Value>) -> Self {
        let kind = |value: &Value| match value {
            Value::Bool(_) => Self::Bool,
            Value::Int(_) => Self::Int,
            Value::Float(_) => Self::Float,
            Value::Text(_) | Value::List(_) => Self::Text,
        };
        let joined = |a: Self, b: Self| match (a, b) {
            (a, b) if a == b => a,
            (Self::Int, Self::Float) | (Self::Float, Self::Int) => Self::Float,
            _ => Self::Text,
        };
        values.into_iter().map(kind).reduce(joined).unwrap_or(Self::Text)
    }
}

/// Columns for parameters with these names and values.
pub fn columns<'v>(parameters: impl IntoIterator<Item = (&'v str, &'v [Value])>) -> Vec<Column> {
    let column =
        |(name, values): (&str, &[Value])| Column { name: name.to_owned(), kind: Kind::of(values) };
    parameters.into_iter().map(column).collect()
}
