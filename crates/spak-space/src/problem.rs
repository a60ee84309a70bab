//! What a space is made from: parameters with their values, conditions, and what names stand for.

use std::collections::BTreeMap;

use spak_expr::Expr;
use spak_records::Value;

use crate::lower::to_expression_value;

/// What formulas mean where the two languages differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dialect {
    /// As in a design: units, 64 bits, values of different kinds cannot be compared.
    Design,
    /// As in a restriction of Kernel Tuner: whole numbers of any size, values of different kinds are
    /// different.
    Python,
}

/// A parameter with the values it may take.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name; no two parameters share one.
    pub name: String,
    /// Its values, each once, in the order they were declared.
    pub values: Vec<Value>,
    /// What the values stand for in conditions, where they are more than they look like: `64 KiB` is shown
    /// as a text and compared as a quantity. One for each value.
    pub meanings: Option<Vec<spak_expr::Value>>,
    /// It has a value only where this holds; elsewhere it is absent, and conditions that name it hold.
    pub when: Option<Expr>,
}

impl Parameter {
    /// One that is always there.
    pub fn new(name: impl Into<String>, values: Vec<Value>) -> Self {
        Self { name: name.into(), values, meanings: None, when: None }
    }
}

impl Parameter {
    /// What each value stands for in conditions.
    pub fn meaning(&self) -> Vec<spak_expr::Value> {
        let plain = || self.values.iter().map(to_expression_value).collect();
        let own = self.meanings.as_ref().filter(|m| m.len() == self.values.len());
        own.cloned().unwrap_or_else(plain)
    }
}

/// A condition that every config must satisfy.
#[derive(Clone, Debug, PartialEq)]
pub struct Constraint {
    /// As it was written.
    pub text: String,
    /// What it says.
    pub expr: Expr,
}

/// A space in words.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    /// In the order they were declared.
    pub parameters: Vec<Parameter>,
    /// In the order they were declared.
    pub constraints: Vec<Constraint>,
    /// What other names stand for: workload, hardware, constants.
    pub symbols: BTreeMap<String, spak_expr::Value>,
    /// What the formulas mean.
    pub dialect: Dialect,
}
