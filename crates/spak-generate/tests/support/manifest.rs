//! Spaces and constraints of a built-in manifest, for tests and examples.

use spak_generate::{Axis, Constraint, Family, Parameter, families};
use spak_records::Value;

/// Reads `name: [values]` lines of a built-in manifest: enough for tests, which must not depend on
/// the language's own reader.
pub(crate) fn family(name: &str) -> Option<Family> {
    let manifest = families().into_iter().find(|m| m.family == name)?;
    let mut family = Family { name: name.to_owned(), ..Family::default() };
    let mut tuning = false;
    let mut formula = String::new();
    for line in manifest.text.lines().map(str::trim) {
        if line.starts_with("tuning_space") {
            tuning = true;
        }
        let Some((key, rest)) = line.split_once(": ") else { continue };
        if let Some(list) = rest.strip_prefix('[').and_then(|r| r.strip_suffix(']')) {
            let values = list.split(", ").map(value).collect();
            let name = key.to_owned();
            if tuning {
                family.parameters.push(Parameter { name, values });
            } else {
                family.axes.push(Axis { name, values });
            }
        } else if key == "require" {
            formula = rest.trim_matches('"').replace("\\\"", "\"");
        } else if key == "reason" {
            let reason = rest.trim_matches('"').replace("\\\"", "\"");
            family.constraints.push(Constraint { formula: std::mem::take(&mut formula), reason });
        }
    }
    Some(family)
}

/// A value as a manifest or a command line writes it.
pub(crate) fn value(text: &str) -> Value {
    match text.trim_matches('"') {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        word => word.parse().map_or_else(|_| Value::from(word), Value::Int),
    }
}
