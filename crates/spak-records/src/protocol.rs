//! The lines by which a running program tells what it observed: `__SPAK_TRACE__{"type":"Performance","tflops":1.5}`.
//!
//! SPAK prints them, and so do users' own programs, among whatever else they print.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hash::ContentHash;
use crate::value::Value;

/// What an observation line starts with.
pub const MARKER: &str = "__SPAK_TRACE__";

/// The reserved field in which SPAK's own lines carry their [`Envelope`].
const ENVELOPE_FIELD: &str = "_spak";

/// Longest observation line that is read, in bytes.
pub const LONGEST_LINE: usize = 1 << 20;

/// How deep objects may lie in each other.
const DEEPEST_OBJECT: usize = 16;

/// One typed observation: a case of a design's `trace_schema` with its fields.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Observation {
    /// Name of the case (`Performance`).
    pub case: String,
    /// Values by field name; a field `b` of an object `a` is named `a.b`.
    pub fields: BTreeMap<String, Value>,
}

/// Where and when an observation was made; added by SPAK, never by the observed program.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Envelope {
    /// Id of the run.
    pub run: String,
    /// Number of the observation within the run.
    pub seq: u64,
    /// RFC 3339 time, as the caller's clock gave it.
    pub time: String,
    /// Id of the config that was running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ContentHash>,
    /// Id of the device it ran on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<ContentHash>,
}

/// One observation line that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Scanned {
    /// What was observed.
    pub observation: Observation,
    /// Present on lines that SPAK printed.
    pub envelope: Option<Envelope>,
    /// Fields whose value is `null`, in order; they are absent from the observation.
    pub empty_fields: Vec<String>,
}

/// Why a line that carries the marker is not an observation.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ScanError {
    /// What follows the marker is not a JSON object.
    #[error("what follows {MARKER} is not a JSON object: {why}")]
    NotAnObject {
        /// What the parser said.
        why: String,
    },
    /// The object has no `type`.
    #[error("the object after {MARKER} has no text under \"type\"")]
    NoType,
    /// The line is longer than [`LONGEST_LINE`].
    #[error("the line holds {bytes} bytes, more than the {LONGEST_LINE} that are read")]
    TooLong {
        /// Length of the line in bytes.
        bytes: usize,
    },
    /// Objects lie too deep in each other.
    #[error("the field `{field}` lies more than {DEEPEST_OBJECT} objects deep")]
    TooDeep {
        /// The field's dotted name.
        field: String,
    },
}

/// The line for `observation`, without a line end; `envelope` is for lines that SPAK itself prints.
///
/// A number that JSON cannot hold (NaN, an infinity) is written as `null`, which reads back as an empty field; a field
/// named `type` or `_spak` has no place in a line and is left out.
pub fn emit(observation: &Observation, envelope: Option<&Envelope>) -> String {
    let mut object = serde_json::Map::new();
    object.insert("type".to_owned(), observation.case.clone().into());
    for (name, value) in &observation.fields {
        if name != "type" && name != ENVELOPE_FIELD {
            object.insert(name.clone(), serde_json::to_value(value).unwrap_or_default());
        }
    }
    if let Some(envelope) = envelope {
        let value = serde_json::to_value(envelope).unwrap_or_default();
        object.insert(ENVELOPE_FIELD.to_owned(), value);
    }
    format!("{MARKER}{}", serde_json::Value::Object(object))
}

/// The first observation of `line`; `None` when the line has no marker.
///
/// Other output may stand before the marker and after the object: progress bars and unflushed prints put it there.
///
/// # Errors
/// Why what follows the marker is not an observation; the caller records that, since silence would hide it.
pub fn scan(line: &str) -> Option<Result<Scanned, ScanError>> {
    scan_from(line).map(|(result, _)| result)
}

/// Every observation of `text`, which may have any number of lines and several markers on one, in order.
pub fn scan_text(text: &str) -> impl Iterator<Item = Result<Scanned, ScanError>> {
    text.lines().flat_map(|line| {
        let mut rest = line;
        std::iter::from_fn(move || {
            let (result, after) = scan_from(rest)?;
            rest = after;
            Some(result)
        })
    })
}

fn scan_from(line: &str) -> Option<(Result<Scanned, ScanError>, &str)> {
    let (_, after) = line.split_once(MARKER)?;
    if line.len() > LONGEST_LINE {
        return Some((Err(ScanError::TooLong { bytes: line.len() }), ""));
    }
    let mut values = serde_json::Deserializer::from_str(after).into_iter::<serde_json::Value>();
    let parsed = values.next();
    let rest = after.get(values.byte_offset()..).unwrap_or_default();
    let not_an_object = |why: String| Err(ScanError::NotAnObject { why });
    let result = match parsed {
        Some(Ok(serde_json::Value::Object(object))) => observation_of(object),
        Some(Ok(other)) => not_an_object(format!("it is `{other}`")),
        Some(Err(e)) => not_an_object(e.to_string()),
        None => not_an_object("nothing follows".to_owned()),
    };
    Some((result, rest))
}

fn observation_of(
    mut object: serde_json::Map<String, serde_json::Value>,
) -> Result<Scanned, ScanError> {
    let Some(serde_json::Value::String(case)) = object.remove("type") else {
        return Err(ScanError::NoType);
    };
    let envelope =
        object.remove(ENVELOPE_FIELD).and_then(|value| serde_json::from_value(value).ok());
    let mut scanned = Scanned {
        observation: Observation { case, fields: BTreeMap::new() },
        envelope,
        empty_fields: Vec::new(),
    };
    flatten(object, "", 0, &mut scanned)?;
    Ok(scanned)
}

fn flatten(
    object: serde_json::Map<String, serde_json::Value>,
    prefix: &str,
    depth: usize,
    into: &mut Scanned,
) -> Result<(), ScanError> {
    for (key, value) in object {
        let name = format!("{prefix}{key}");
        if depth >= DEEPEST_OBJECT {
            return Err(ScanError::TooDeep { field: name });
        }
        match value {
            serde_json::Value::Null => into.empty_fields.push(name),
            serde_json::Value::Object(inner) => {
                flatten(inner, &format!("{name}."), depth + 1, into)?;
            }
            other => {
                // A list that holds an object or a null has no value of its own: it is kept as its text.
                let text = other.to_string();
                let value = serde_json::from_value(other).unwrap_or(Value::Text(text));
                into.observation.fields.insert(name, value);
            }
        }
    }
    Ok(())
}
