//! Conditions of branches, of points, and of success, over what is known by name.

use spak_expr::{Env, Fallible, Value, eval, parse};

use crate::template::Values;

/// Variables as values of formulas: what reads as a number or a truth value is one.
struct Known<'a> {
    values: &'a Values,
    exists: &'a dyn Fn(&str) -> bool,
}

impl Env for Known<'_> {
    fn lookup(&self, name: &str) -> Option<Value> {
        self.values.get(name).map(|text| of_text(text))
    }

    fn call(&self, function: &str, arguments: &[Value]) -> Option<Fallible<Value>> {
        match (function, arguments) {
            ("file_exists", [Value::Text(path)]) => Some(Ok(Value::Bool((self.exists)(path)))),
            _ => None,
        }
    }
}

fn of_text(text: &str) -> Value {
    let text = text.trim();
    if let Ok(n) = text.parse::<i64>() {
        return Value::Int(n);
    }
    match text.parse::<f64>() {
        Ok(x) if x.is_finite() => Value::Float(x),
        _ if text == "true" => Value::Bool(true),
        _ if text == "false" => Value::Bool(false),
        _ => Value::Text(text.into()),
    }
}

/// Whether a condition holds.
///
/// # Errors
/// Why that cannot be said.
pub(crate) fn holds(
    condition: &str,
    values: &Values,
    exists: &dyn Fn(&str) -> bool,
) -> Result<bool, String> {
    let parsed = parse(condition, 0);
    let Some(expr) = parsed.expr.filter(|_| parsed.diagnostics.is_empty()) else {
        return Err(format!("`{condition}` is no formula"));
    };
    match eval(&expr, &Known { values, exists }) {
        Ok(Value::Bool(holds)) => Ok(holds),
        Ok(other) => Err(format!("`{condition}` is {other}, and neither true nor false")),
        Err(fault) => Err(format!("`{condition}` cannot be said: {}", fault.message)),
    }
}
