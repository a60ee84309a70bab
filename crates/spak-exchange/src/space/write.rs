//! Writes a space as T1.

use serde_json::{Map, Value as Json, json};
use spak_records::Value;

use super::TuningSpace;
use crate::item::NONE;

/// Why a space cannot be written as T1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unwritable {
    /// The parameter with this name has no values, or values of kinds that T1 has no common type for.
    Parameter(String),
}

impl std::fmt::Display for Unwritable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Parameter(name) => {
                write!(
                    f,
                    "T1 has no type for the values of `{name}`: they must all be numbers, or all texts"
                )
            }
        }
    }
}

impl std::error::Error for Unwritable {}

/// The space as T1 of the TuningSchema, version 1.0.0, indented.
///
/// `Values` is a Python list in a text, as the schema wants it. Texts of restrictions are written as
/// they are, so they must be Python. `KernelSpecification`, which T1 needs and a space does not have,
/// holds the name only. A space that was read from T1 reads back the same, apart from places.
///
/// # Errors
/// When a parameter has values that T1 has no type for.
pub fn write_t1(space: &TuningSpace) -> Result<String, Unwritable> {
    let mut parameters = Vec::with_capacity(space.parameters.len());
    for p in &space.parameters {
        let kind = type_of(&p.values).ok_or_else(|| Unwritable::Parameter(p.name.clone()))?;
        let mut entry = Map::new();
        entry.insert("Name".to_owned(), json!(p.name));
        entry.insert("Type".to_owned(), json!(kind));
        entry.insert("Values".to_owned(), json!(python_list(&p.values)));
        if let Some(default) = &p.default {
            entry.insert("Default".to_owned(), json!(default));
        }
        parameters.push(Json::Object(entry));
    }
    let conditions: Vec<Json> = space
        .restrictions
        .iter()
        .map(|r| {
            let names: Vec<&str> = r
                .parameters
                .iter()
                .filter_map(|at| space.parameters.get(*at))
                .map(|p| p.name.as_str())
                .collect();
            json!({"Expression": r.text, "Parameters": names})
        })
        .collect();
    let name = space.name.as_deref().unwrap_or("");
    let general = match &space.name {
        Some(name) => json!({"BenchmarkName": name, "FormatVersion": 1}),
        None => json!({"FormatVersion": 1}),
    };
    let whole = json!({
        "General": general,
        "ConfigurationSpace": {"TuningParameters": parameters, "Conditions": conditions},
        "KernelSpecification": {"KernelName": name},
    });
    Ok(format!("{whole:#}\n"))
}

fn type_of(values: &[Value]) -> Option<&'static str> {
    let all = |fits: fn(&Value) -> bool| !values.is_empty() && values.iter().all(fits);
    if all(|v| matches!(v, Value::Bool(_))) {
        Some("bool")
    } else if all(|v| matches!(v, Value::Int(_) | Value::Bool(_))) {
        Some("int")
    } else if all(|v| matches!(v, Value::Int(_) | Value::Float(_) | Value::Bool(_))) {
        Some("float")
    } else if all(|v| matches!(v, Value::Text(_))) {
        Some("string")
    } else {
        None
    }
}

/// Values as a Python list.
fn python_list(values: &[Value]) -> String {
    let mut out = String::from("[");
    for (at, value) in values.iter().enumerate() {
        if at > 0 {
            out.push_str(", ");
        }
        match value {
            Value::Bool(true) => out.push_str("True"),
            Value::Bool(false) => out.push_str("False"),
            Value::Int(i) => out.push_str(&i.to_string()),
            // The shortest digits that read back the same.
            Value::Float(x) => out.push_str(&format!("{x:?}")),
            Value::Text(s) if s == NONE => out.push_str(NONE),
            Value::Text(s) => quote(s, &mut out),
            Value::List(items) => out.push_str(&python_list(items)),
        }
    }
    out.push(']');
    out
}

/// A text as Python has it.
pub(crate) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    quote(text, &mut out);
    out
}

/// The space as a dictionary for Kernel Tuner, a parameter and a restriction a line.
pub fn write_dictionary(space: &TuningSpace) -> String {
    let text = |text: &str| Json::from(text).to_string();
    let mut out = String::from("{\n");
    if let Some(name) = &space.name {
        out.push_str(&format!("  \"name\": {},\n", text(name)));
    }
    let parameters: Vec<String> = space
        .parameters
        .iter()
        .map(|p| format!("\n    {}: {}", text(&p.name), json!(p.values)))
        .collect();
    let restrictions: Vec<String> =
        space.restrictions.iter().map(|r| format!("\n    {}", text(&r.text))).collect();
    out.push_str(&format!("  \"tune_params\": {{{}\n  }},\n", parameters.join(",")));
    out.push_str(&format!("  \"restrictions\": [{}\n  ]\n}}\n", restrictions.join(",")));
    out
}

fn quote(text: &str, out: &mut String) {
    out.push('\'');
    for c in text.chars() {
        match c {
            '\\' | '\'' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() => out.push_str(&format!("\\U{:08x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('\'');
}
