//! Formulas with names, the same with numbers put in, and their values.
//!
//! Both texts are expressions of the language, so a reader can evaluate either by hand or with it.

use std::collections::BTreeMap;

use spak_expr::{Dimension, Value};

use crate::hardware::plain;

/// What one name stands for.
#[derive(Clone, Debug, PartialEq)]
pub struct Symbol {
    /// An expression of numbers only (`64`, `989.4 TFLOPS * 1980 MHz / 1830 MHz`).
    pub numbers: String,
    /// Its value.
    pub value: Value,
}

/// Names with their values.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Symbols(BTreeMap<String, Symbol>);

impl Symbols {
    /// Gives `name` the value of the expression `numbers`, in which earlier names may occur.
    ///
    /// # Errors
    /// A sentence when it has no value.
    pub fn define(&mut self, name: &str, numbers: &str) -> Result<(), String> {
        let value = self.value(numbers)?;
        let numbers = self.with_numbers(numbers);
        self.0.insert(name.to_owned(), Symbol { numbers, value });
        Ok(())
    }

    /// Gives `name` the value of the formula `text` as one number: a formula that uses it stays short.
    ///
    /// # Errors
    /// A sentence when it has no value.
    pub fn fix(&mut self, name: &str, text: &str) -> Result<(), String> {
        let value = self.value(text)?;
        let numbers = match &value {
            Value::Quantity(q) if q.dimension == Dimension::BYTES => format!("{q}"),
            Value::Float(number) => format!("{number:?}"),
            other => other.as_float().map_or_else(|| self.with_numbers(text), plain),
        };
        self.0.insert(name.to_owned(), Symbol { numbers, value });
        Ok(())
    }

    /// Gives `name` a whole number.
    pub fn set(&mut self, name: &str, number: i64) {
        let symbol = Symbol { numbers: number.to_string(), value: Value::Int(number) };
        self.0.insert(name.to_owned(), symbol);
    }

    /// What `name` stands for.
    pub fn get(&self, name: &str) -> Option<&Symbol> {
        self.0.get(name)
    }

    /// The value of `text`.
    ///
    /// # Errors
    /// A sentence when it has none.
    pub fn value(&self, text: &str) -> Result<Value, String> {
        let parse = spak_expr::parse(text, 0);
        let Some(expr) = parse.expr else {
            let first = parse.diagnostics.first().map(|d| d.message.clone());
            return Err(format!("`{text}` is no formula: {}", first.unwrap_or_default()));
        };
        let env: BTreeMap<String, Value> =
            self.0.iter().map(|(name, s)| (name.clone(), s.value.clone())).collect();
        spak_expr::eval(&expr, &env).map_err(|d| format!("`{text}` has no value: {}", d.message))
    }

    /// The value of `text` in base units of `dimension`; a plain number counts when that has none.
    ///
    /// # Errors
    /// A sentence when it has no value, or one that counts something else.
    pub fn amount(&self, text: &str, dimension: Dimension) -> Result<f64, String> {
        match self.value(text)? {
            Value::Quantity(q) if q.dimension == dimension => Ok(q.magnitude),
            other if dimension.is_none() => other
                .as_float()
                .ok_or_else(|| format!("`{text}` is {}, not a number", other.describe())),
            other => Err(format!("`{text}` is {}, not {}", other.describe(), dimension.describe())),
        }
    }

    /// `text` with the numbers of all names put in, in parentheses where they are more than one number.
    pub fn with_numbers(&self, text: &str) -> String {
        let is_word = |c: char| c.is_alphanumeric() || c == '_';
        let mut out = String::with_capacity(text.len() + 32);
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            let end = match is_word(first) {
                true => rest.find(|c| !is_word(c)).unwrap_or(rest.len()),
                false => first.len_utf8(),
            };
            let (word, behind) = rest.split_at(end);
            rest = behind;
            match self.0.get(word).filter(|_| !first.is_ascii_digit()) {
                Some(symbol) if symbol.numbers.contains(['*', '/', '+']) => {
                    out.push('(');
                    out.push_str(&symbol.numbers);
                    out.push(')');
                }
                Some(symbol) => out.push_str(&symbol.numbers),
                None => out.push_str(word),
            }
        }
        out
    }
}
