//! Parameters and their values: what is a value, which ones are equal, how many there may be.

use std::fmt::Display;

use spak_records::Value;
use spak_syntax::{Diagnostic, Span};

use super::Parameter;
use super::entries::{DEFAULT, Entries, NAME, TYPE, VALUES};
use crate::codes::{BAD_ENTRY, DOUBTFUL_ENTRY};
use crate::domain::Key;
use crate::item::NONE;
use crate::json::Node;
use crate::python;

/// The most values of one parameter.
const MAX_VALUES: usize = 1 << 22;
/// 2^63: whole numbers from here on are read as floats.
const BEYOND_64_BITS: f64 = 9_223_372_036_854_775_808.0;
/// The most parameters of a space.
const MAX_PARAMETERS: usize = 1 << 12;

/// The parameters of a space, in an object by name or a list of objects, and what is wrong with them.
pub(super) fn parameters(
    node: Node<'_>,
    path: &dyn Display,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Vec<Parameter>, Box<Diagnostic>> {
    let mut read = Vec::new();
    if node.is_list() {
        for (at, element) in node.elements(path)?.into_iter().enumerate() {
            let path = format_args!("{path}[{at}]");
            match described(element, &path, diagnostics) {
                Ok(parameter) => read.push(parameter),
                Err(diagnostic) => diagnostics.push(*diagnostic),
            }
        }
    } else {
        for (name, values) in node.members(path)? {
            let list = domain_or_none(values, &format_args!("{path}.{name}"), diagnostics);
            read.push(Parameter { name, values: list, default: None, place: values.span() });
        }
    }
    if read.len() > MAX_PARAMETERS {
        let message = format!("more than {MAX_PARAMETERS} parameters are not read");
        return Err(Box::new(node.fault(path, &message)));
    }
    for parameter in &mut read {
        distinct(parameter, diagnostics);
    }
    Ok(once(read, diagnostics))
}

/// `{"Name": .., "Type": .., "Values": .., "Default": ..}`
fn described(
    node: Node<'_>,
    path: &dyn Display,
    diagnostics: &mut Vec<Diagnostic>,
) -> Result<Parameter, Box<Diagnostic>> {
    let entries = Entries(node.members(path)?);
    let lacks = |what: &str| {
        Box::new(
            node.fault(path, &format!("a parameter needs `{what}`"))
                .repair("write `{\"Name\": \"x\", \"Type\": \"int\", \"Values\": \"[1, 2]\"}`"),
        )
    };
    let (name_key, name) = entries.find(NAME).ok_or_else(|| lacks("Name"))?;
    let name = name.string(&format_args!("{path}.{name_key}"))?.text;
    let (key, values) = entries.find(VALUES).ok_or_else(|| lacks("Values"))?;
    let list = domain_or_none(values, &format_args!("{path}.{key}"), diagnostics);
    // A default only helps a search; whatever it is, the space is the same.
    let default = entries.find(DEFAULT).and_then(|(key, node)| node.value(&key).ok());
    if let Some((key, kind)) = entries.find(TYPE)
        && kind.is_text()
    {
        let kind = kind.string(&format_args!("{path}.{key}"))?;
        diagnostics.extend(of_another_type(&name, &kind.text, &list, values.span()));
    }
    Ok(Parameter { name, values: list, default, place: values.span() })
}

/// A warning when a value is not of the type that is declared.
fn of_another_type(name: &str, kind: &str, values: &[Value], at: Span) -> Option<Diagnostic> {
    let fits = |value: &Value| match (kind, value) {
        ("int", Value::Int(_)) | ("float", Value::Int(_) | Value::Float(_)) => true,
        ("uint", Value::Int(i)) => *i >= 0,
        ("bool", Value::Bool(_)) | ("string", Value::Text(_)) => true,
        ("bool", Value::Int(i)) => matches!(i, 0 | 1),
        ("int" | "uint" | "float" | "bool" | "string", _) => false,
        _ => true,
    };
    let other = values.iter().find(|value| !fits(value))?;
    let message = format!("`{name}` is declared `{kind}` and has the value {other}");
    let warning = Diagnostic::warning(DOUBTFUL_ENTRY, at, message);
    Some(warning.because("the values count, not the declaration").repair("make them agree"))
}

/// The values of a parameter, none when they cannot be read: the parameter exists all the same.
fn domain_or_none(
    node: Node<'_>,
    path: &dyn Display,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<Value> {
    domain(node, path).unwrap_or_else(|diagnostic| {
        diagnostics.push(*diagnostic);
        Vec::new()
    })
}

/// The values of a parameter: a list, or a text with a Python list in it.
fn domain(node: Node<'_>, path: &dyn Display) -> Result<Vec<Value>, Box<Diagnostic>> {
    let values = if node.is_text() {
        let text = node.string(path)?;
        python::values(&text.text).map_err(|d| {
            let mut moved = text.relocated(*d);
            moved.message = format!("`{path}`: {}", moved.message);
            Box::new(moved)
        })?
    } else if node.is_list() {
        let values = node.values(path)?;
        // The reader of JSON makes floats of whole numbers that fit nothing else.
        if values.iter().any(|v| matches!(v, Value::Float(x) if x.abs() >= BEYOND_64_BITS)) {
            let fault = node.fault(path, "a number is beyond what 64 bits hold exactly");
            return Err(Box::new(fault.repair("write smaller numbers, or texts")));
        }
        values
    } else {
        let fault = node.fault(path, "the values of a parameter are a list");
        return Err(Box::new(fault.repair("write `[1, 2, 4]`, or `[value]` for a single one")));
    };
    if values.is_empty() {
        let fault = node.fault(path, "the parameter has no values, so the space is empty");
        return Err(Box::new(fault.repair("give it at least one value, or remove it")));
    }
    if values.len() > MAX_VALUES {
        let fault = node.fault(path, &format!("more than {MAX_VALUES} values are not read"));
        return Err(Box::new(fault));
    }
    if values.iter().any(|v| matches!(v, Value::Float(x) if !x.is_finite())) {
        return Err(Box::new(node.fault(path, "a value is not finite")));
    }
    Ok(values)
}

/// Leaves the first of equal values, and says what may not be meant.
fn distinct(parameter: &mut Parameter, diagnostics: &mut Vec<Diagnostic>) {
    let warn = |message: String| Diagnostic::warning(DOUBTFUL_ENTRY, parameter.place, message);
    let name = &parameter.name;
    let mut found = Vec::new();
    if parameter.values.iter().any(|v| v.as_text() == Some(NONE)) {
        found.push(
            warn(format!("`None` among the values of `{name}` is read as the text `None`"))
                .because(
                    "it can be compared with `==` and `in`; it has no order and counts as true",
                ),
        );
    }
    let texts = parameter.values.iter().filter(|v| v.as_text().is_some()).count();
    let lists = parameter.values.iter().filter(|v| matches!(v, Value::List(_))).count();
    if (texts > 0 || lists > 0)
        && texts != parameter.values.len()
        && lists != parameter.values.len()
    {
        let message = format!("the values of `{name}` are of different kinds");
        found.push(warn(message).because("comparing a text or list with a number has no order"));
    }
    if lists > 0 {
        let message = format!("values of `{name}` are lists");
        found.push(warn(message).because("Kernel Tuner takes tuples there, and lists not at all"));
    }
    if !distinct_integers(&parameter.values) {
        let before = parameter.values.len();
        let mut order: Vec<(Key, usize)> = parameter
            .values
            .iter()
            .enumerate()
            .map(|(at, value)| (Key(value.clone()), at))
            .collect();
        order.sort();
        // Stable: of equal values the first one of the file comes first.
        order.dedup_by(|later, first| later.0 == first.0);
        if order.len() < before {
            let more = before - order.len();
            order.sort_by_key(|(_, at)| *at);
            found.push(
                warn(format!("{more} values of `{name}` repeat another one"))
                    .because("equal values make equal configs: the first of them is kept"),
            );
            parameter.values = order.into_iter().map(|(key, _)| key.0).collect();
        }
    }
    diagnostics.extend(found);
}

/// Whether all are whole numbers and no two are equal; quick, because most domains are such.
fn distinct_integers(values: &[Value]) -> bool {
    let integers: Option<Vec<i64>> = values.iter().map(Value::as_int).collect();
    let Some(mut integers) = integers else { return false };
    integers.sort_unstable();
    integers.windows(2).all(|pair| matches!(pair, [a, b] if a < b))
}

/// Each parameter once; a second one of the same name is an error.
fn once(read: Vec<Parameter>, diagnostics: &mut Vec<Diagnostic>) -> Vec<Parameter> {
    let mut names = std::collections::BTreeMap::new();
    let mut kept: Vec<Parameter> = Vec::with_capacity(read.len());
    for parameter in read {
        if let Some(first) = names.insert(parameter.name.clone(), parameter.place) {
            let message = format!("the parameter `{}` is declared twice", parameter.name);
            diagnostics.push(
                Diagnostic::error(BAD_ENTRY, parameter.place, message)
                    .related(first, "also here")
                    .repair("remove one of them"),
            );
            continue;
        }
        kept.push(parameter);
    }
    kept
}
