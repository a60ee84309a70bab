//! `mean_t f(t)`: calls whose name says over which variable they aggregate.

use crate::expr::{Argument, Call, Expr};

/// What `mean_t`, `sum_i` or `E_x` aggregates with and over which variable: `("mean", "t")`.
pub(crate) fn aggregation(function: &str) -> Option<(&str, &str)> {
    let (kind, variable) = function.split_once('_')?;
    let is_known = matches!(
        kind,
        "mean" | "avg" | "sum" | "prod" | "max" | "min" | "E" | "Σ" | "∑" | "Π" | "∏"
    );
    let mut letters = variable.chars();
    let is_letter = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
    (is_known && is_letter).then_some((kind, variable))
}

impl Call {
    /// The aggregation that the call is: its kind, its variable and its operand.
    pub(crate) fn aggregation(&self) -> Option<(&str, &str, &Expr)> {
        let (kind, variable) = aggregation(&self.function)?;
        match self.arguments.as_slice() {
            [Argument { name: None, value }] => Some((kind, variable, value)),
            _ => None,
        }
    }
}
