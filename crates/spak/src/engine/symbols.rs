//! What names stand for while conditions are evaluated: the config, the problem, the machine.

use std::collections::BTreeMap;

use spak_model::Literal;
use spak_model::formula::{self, Formula};
use spak_records::Value;

/// Values by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Symbols(pub(crate) BTreeMap<String, Value>);

impl Symbols {
    /// These symbols and the values of a config, which go first.
    pub(crate) fn with(&self, config: &BTreeMap<String, Value>) -> Self {
        let mut all = self.0.clone();
        all.extend(config.iter().map(|(k, v)| (k.clone(), v.clone())));
        Self(all)
    }

    fn lookup(&self, name: &str) -> Option<Literal> {
        self.0.get(name).map(literal)
    }

    /// Whether `formula` holds.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub(crate) fn holds(&self, formula: &Formula) -> Result<bool, String> {
        formula.holds(&|name| self.lookup(name)).map_err(|d| d.message)
    }

    /// Whether the formula in `text` holds; `None` when that cannot be said.
    pub(crate) fn holds_text(&self, text: &str) -> Option<bool> {
        self.holds(&formula::parse(text)?).ok()
    }

    /// The value of the expression in `text`; `None` when it has none here.
    pub(crate) fn value_text(&self, text: &str) -> Option<Value> {
        let formula = formula::parse(text)?;
        formula.value(&|name| self.lookup(name)).ok().map(|l| crate::verbs::show::value(&l))
    }
}

/// A record value as a literal of the model.
pub(crate) fn literal(value: &Value) -> Literal {
    match value {
        Value::Bool(b) => Literal::Bool(*b),
        Value::Int(i) => Literal::Int(*i),
        Value::Float(f) => Literal::Float(*f),
        Value::Text(s) => Literal::Text(s.clone()),
        Value::List(items) => Literal::List(items.iter().map(literal).collect()),
    }
}
