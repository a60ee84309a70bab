//! A kernel from a design alone: every axis that the family's template has code for is taken from the design, and what it has no
//! code for is said.

use std::collections::BTreeMap;

use minijinja::{Value as View, context};
use spak_records::Value;

use crate::error::GenerateError;
use crate::family::Family;
use crate::render::{comment_safe, environment, failed, shown};
use crate::templates::Templates;

/// What a design says, as far as code can be made from it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Wanted {
    /// The name of the design.
    pub system: String,
    /// Design axes and tuning parameters with their values, the chosen one first.
    pub dimensions: Vec<(String, Vec<Value>)>,
}

/// A kernel made from a design.
#[derive(Clone, Debug, PartialEq)]
pub struct Regenerated {
    /// The source.
    pub text: String,
    /// What the template took, by the name it has there.
    pub taken: Vec<Taken>,
    /// What the design says and the source does not have.
    pub left_out: Vec<LeftOut>,
}

/// One choice of the source.
#[derive(Clone, Debug, PartialEq)]
pub struct Taken {
    /// The axis or parameter of the template.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The name in the design that it follows; none where the design says nothing, or nothing that there is code for.
    pub from: Option<String>,
}

/// Something of the design that the source does not have.
#[derive(Clone, Debug, PartialEq)]
pub struct LeftOut {
    /// The axis or parameter of the design.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// Why.
    pub reason: String,
}

/// Makes the source of a design by the template `<backend>/<family>/kernel.py.j2`.
///
/// # Errors
/// No template of this name, or one that fails.
pub fn regenerate(
    backend: &str,
    family: &Family,
    templates: &Templates,
    wanted: &Wanted,
) -> Result<Regenerated, GenerateError> {
    let name = format!("{backend}/{}/kernel.py.j2", family.name);
    if templates.get(&name).is_none() {
        let known = templates.iter().map(|(name, _)| name);
        return Err(GenerateError::NoTemplate {
            wanted: name,
            known: known.filter(|n| n.ends_with("kernel.py.j2")).map(str::to_owned).collect(),
        });
    }
    let (taken, left_out) = choose(family, wanted);
    let of = |is_axis: bool| -> BTreeMap<&str, View> {
        let its = taken.iter().filter(|one| family.axis(&one.name).is_some() == is_axis);
        its.map(|one| (one.name.as_str(), shown(&one.value))).collect()
    };
    let config_lines: Vec<String> = taken
        .iter()
        .map(|one| comment_safe(&format!("{}: {}", one.name, plain(&one.value))))
        .collect();
    let view = context! {
        spak => context! {
            system => comment_safe(&wanted.system),
            family => comment_safe(&family.name),
            config_lines => lines(&config_lines),
        },
        axis => View::from(of(true)),
        tune => View::from(of(false)),
    };
    let text = environment(templates)
        .and_then(|environment| environment.get_template(&name)?.render(view))
        .map_err(|error| failed(&name, &error))?;
    Ok(Regenerated { text, taken, left_out })
}

pub(crate) fn choose(family: &Family, wanted: &Wanted) -> (Vec<Taken>, Vec<LeftOut>) {
    let (mut taken, mut left_out) = (Vec::new(), Vec::new());
    let mut used: Vec<&str> = Vec::new();
    let mut left = |name: &str, value: &Value, reason: String| {
        left_out.push(LeftOut { name: name.to_owned(), value: value.clone(), reason });
    };
    let said = |name: &str| {
        let mut exact = wanted.dimensions.iter().filter(|(own, _)| own == name);
        exact.next().or_else(|| wanted.dimensions.iter().find(|(own, _)| usual(own) == name))
    };
    let axes = family.axes.iter().map(|axis| (&axis.name, &axis.values, true));
    let parameters = family.parameters.iter().map(|p| (&p.name, &p.values, false));
    for (name, values, is_axis) in axes.chain(parameters) {
        let default = values.first().cloned().unwrap_or(Value::Int(0));
        let given = said(name).and_then(|(own, values)| Some((own, values.first()?)));
        let Some((own, value)) = given else {
            taken.push(Taken { name: name.clone(), value: default, from: None });
            continue;
        };
        used.push(own);
        let known = values.iter().find(|known| plain(known) == plain(value));
        // Sizes need not be among those that the template proposes; what is not set takes the default.
        let is_size = !is_axis && matches!(value, Value::Int(size) if *size >= 0);
        let (value, is_known) = match known {
            Some(known) => (known.clone(), true),
            None if is_size => (value.clone(), true),
            None if !is_axis && plain(value) == "unset" => (default, true),
            None => {
                let has: Vec<String> = values.iter().map(plain).collect();
                let reason = format!(
                    "the template has no code for it; it has: {}; `{}` was taken",
                    has.join(", "),
                    plain(&default)
                );
                left(own, value, reason);
                (default, false)
            }
        };
        taken.push(Taken { name: name.clone(), value, from: is_known.then(|| own.to_owned()) });
    }
    for (name, values) in &wanted.dimensions {
        if let Some(value) = values.first().filter(|_| !used.contains(&name.as_str())) {
            left(name, value, "the template has no such axis or parameter".to_owned());
        }
    }
    (taken, left_out)
}

/// The name that a template has for a size: `TILE_M`, `TILE_SIZE_M` and `BLOCK_M` are `tile_m`.
pub(crate) fn usual(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.strip_prefix("tile_size_").or_else(|| name.strip_prefix("block_size_")) {
        Some(rest) => format!("tile_{rest}"),
        None if name == "block_size" => "tile_size".to_owned(),
        None => name.strip_prefix("block_").map_or(name.clone(), |rest| format!("tile_{rest}")),
    }
}

/// A value without quotes.
pub(crate) fn plain(value: &Value) -> String {
    value.as_text().map_or_else(|| value.to_string(), str::to_owned)
}

/// Texts, several on a line.
pub(crate) fn lines(texts: &[String]) -> Vec<String> {
    const WIDTH: usize = 110;
    let mut lines: Vec<String> = Vec::new();
    for text in texts {
        match lines.last_mut() {
            Some(line) if line.chars().count() + text.chars().count() + 2 <= WIDTH => {
                line.push_str("; ");
                line.push_str(text);
            }
            _ => lines.push(text.clone()),
        }
    }
    lines
}
