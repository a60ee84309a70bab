//! The lines of a trace: a header, then `{"type": …, "run": …, "seq": …, "time": …, "data": …}`, one a line.
//!
//! A trace is only ever appended to. What a reader does not know it skips and counts; what is broken it
//! skips, counts and names by line number. Two traces joined with `cat` are a trace again.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::comparison::Comparison;
use crate::config::Workload;
use crate::hash::ContentHash;
use crate::protocol::Observation;
use crate::trial::{Device, Toolchain, Trial};
use crate::value::Value;

/// The format's name, as it stands in the header.
pub const FORMAT: &str = "spak.trace";
/// The version that is written. The reader also takes the one before it, once there is one.
pub const VERSION: u32 = 1;

/// Longest line that is written and read, in bytes; a longer one is skipped as corrupt without being held.
pub const LONGEST_LINE: usize = 16 << 20;

/// The first line of a trace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Header {
    /// [`FORMAT`].
    pub format: String,
    /// Version of the format, counted apart from the tool's.
    pub version: u32,
    /// What wrote it (`spak 0.1.0`).
    #[serde(default)]
    pub tool: String,
    /// RFC 3339 time at which it was begun.
    #[serde(default)]
    pub created: String,
}

impl Header {
    /// The header that `tool` writes at the time `created` (RFC 3339).
    pub fn new(tool: &str, created: &str) -> Self {
        Self {
            format: FORMAT.to_owned(),
            version: VERSION,
            tool: tool.to_owned(),
            created: created.to_owned(),
        }
    }
}

/// What the caller knows about a line: which run it belongs to and when it is written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Id of the run.
    pub run: String,
    /// RFC 3339 time.
    pub time: String,
}

/// One line after the header.
#[derive(Clone, Debug, PartialEq)]
pub struct Line {
    /// Number of the line in its file, from 1; unlike `seq` it changes when files are joined.
    pub number: u64,
    /// Id of the run it belongs to; empty for lines about the file itself.
    pub run: String,
    /// Position among the lines of its file when it was written; a run and a `seq` name a line for good.
    pub seq: u64,
    /// RFC 3339 time; empty if it was not given.
    pub time: String,
    /// What it says.
    pub record: Record,
}

/// What a line says.
#[derive(Clone, Debug, PartialEq)]
pub enum Record {
    /// A machine, later named by [`id_of`] it.
    Device(Device),
    /// A compiler, later named by [`id_of`] it.
    Toolchain(Toolchain),
    /// A run begins, or goes on after an interruption.
    Run(RunStart),
    /// A config was measured or rejected.
    Trial(Box<Trial>),
    /// The run took over the outcome of an earlier trial instead of measuring it again.
    Reused(Reused),
    /// Contenders were timed by turns.
    Comparison(Box<Comparison>),
    /// A typed observation by a program or by SPAK.
    Observation(Observed),
    /// Anything else worth keeping: a change of phase, a repair of the file.
    Event(Event),
}

/// A run and what its trials have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct RunStart {
    /// Name of the design's system.
    pub system: String,
    /// The design's path as the user gave it.
    pub design_path: String,
    /// Hash of the design's normal form at the start.
    pub design: ContentHash,
    /// Seed of the search.
    pub seed: u64,
    /// Id of the device, whose line stands before this one.
    pub device: ContentHash,
    /// Id of the toolchain, whose line stands before this one.
    pub toolchain: ContentHash,
    /// The problem that is timed.
    pub workload: Workload,
    /// Whether the run goes on after an interruption.
    pub resumed: bool,
}

/// A stored outcome that a run took over.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Reused {
    /// Key of the trial.
    pub key: ContentHash,
}

/// An observation and what it was made on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Observed {
    /// The observation.
    #[serde(flatten)]
    pub observation: Observation,
    /// Id of the config that was running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub config: Option<ContentHash>,
    /// Id of the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub device: Option<ContentHash>,
}

/// Something that happened.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Event {
    /// A stable kebab-case name (`phase`, `repaired`).
    pub name: String,
    /// Its details.
    #[serde(default)]
    pub fields: BTreeMap<String, Value>,
}

/// The key of any record by its content: how lines name a device or a toolchain.
pub fn id_of<T: Serialize>(record: &T) -> ContentHash {
    ContentHash::of_text(&serde_json::to_string(record).unwrap_or_default())
}

/// One line as it was understood.
#[derive(Clone, Debug, PartialEq)]
pub enum Decoded {
    /// The header, at the beginning or where two files were joined.
    Header(Header),
    /// A line, and how many of its fields are not known here.
    Line(Line, u64),
    /// A type that is not known here.
    Unknown(String),
    /// Not a line of a trace, and why.
    Corrupt(String),
}

/// The text of `record` as a line with its line end.
///
/// # Errors
/// Why the record would not read back as it is: JSON has no NaN and no infinity.
pub fn encode(record: &Record, stamp: &Stamp, seq: u64) -> Result<String, String> {
    let (name, data) = match record {
        Record::Device(data) => ("device", serde_json::to_value(data)),
        Record::Toolchain(data) => ("toolchain", serde_json::to_value(data)),
        Record::Run(data) => ("run", serde_json::to_value(data)),
        Record::Trial(data) => ("trial", serde_json::to_value(data)),
        Record::Reused(data) => ("reused", serde_json::to_value(data)),
        Record::Comparison(data) => ("comparison", serde_json::to_value(data)),
        Record::Observation(data) => ("observation", serde_json::to_value(data)),
        Record::Event(data) => ("event", serde_json::to_value(data)),
    };
    let wire = Wire {
        name: name.to_owned(),
        run: stamp.run.clone(),
        seq,
        time: stamp.time.clone(),
        data: data.map_err(|e| e.to_string())?,
    };
    let mut text = serde_json::to_string(&wire).map_err(|e| e.to_string())?;
    if text.len() > LONGEST_LINE {
        return Err(format!("it takes {} bytes, and a line holds {LONGEST_LINE}", text.len()));
    }
    // What cannot be read back must not count as stored.
    match decode(text.as_bytes(), 0) {
        Decoded::Line(line, _) if line.record == *record => {}
        Decoded::Corrupt(why) => return Err(why),
        Decoded::Line(..) | Decoded::Header(_) | Decoded::Unknown(_) => {
            return Err(format!("this {name} holds a value that JSON cannot"));
        }
    }
    text.push('\n');
    Ok(text)
}

/// What the line `number` says; `bytes` without its line end.
pub fn decode(bytes: &[u8], number: u64) -> Decoded {
    let object = match serde_json::from_slice::<serde_json::Value>(bytes) {
        Ok(serde_json::Value::Object(object)) => object,
        Ok(_) => return Decoded::Corrupt("it is not a JSON object".to_owned()),
        Err(e) => return Decoded::Corrupt(e.to_string()),
    };
    if object.contains_key("format") {
        return match serde_json::from_value(serde_json::Value::Object(object)) {
            Ok(header) => Decoded::Header(header),
            Err(e) => Decoded::Corrupt(e.to_string()),
        };
    }
    let outer_unknown = object.keys().filter(|key| !Wire::FIELDS.contains(&key.as_str())).count();
    let wire: Wire = match serde_json::from_value(serde_json::Value::Object(object)) {
        Ok(wire) => wire,
        Err(e) => return Decoded::Corrupt(e.to_string()),
    };
    let read = match wire.name.as_str() {
        "device" => typed(&wire.data, Record::Device),
        "toolchain" => typed(&wire.data, Record::Toolchain),
        "run" => typed(&wire.data, Record::Run),
        "trial" => typed(&wire.data, |trial| Record::Trial(Box::new(trial))),
        "reused" => typed(&wire.data, Record::Reused),
        "comparison" => typed(&wire.data, |one| Record::Comparison(Box::new(one))),
        "observation" => typed(&wire.data, Record::Observation),
        "event" => typed(&wire.data, Record::Event),
        _ => return Decoded::Unknown(wire.name),
    };
    match read {
        Ok((record, unknown)) => {
            let Wire { run, seq, time, .. } = wire;
            Decoded::Line(Line { number, run, seq, time, record }, unknown + outer_unknown as u64)
        }
        Err(e) => Decoded::Corrupt(format!("as a {}: {e}", wire.name)),
    }
}

/// The outer object of a line.
#[derive(Serialize, Deserialize)]
struct Wire {
    #[serde(rename = "type")]
    name: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    run: String,
    #[serde(default)]
    seq: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    time: String,
    data: serde_json::Value,
}

impl Wire {
    const FIELDS: [&str; 5] = ["type", "run", "seq", "time", "data"];
}

fn typed<T: Serialize + for<'de> Deserialize<'de>>(
    data: &serde_json::Value,
    wrap: impl FnOnce(T) -> Record,
) -> Result<(Record, u64), serde_json::Error> {
    let value = T::deserialize(data)?;
    let unknown = fields_beyond(data, &serde_json::to_value(&value)?);
    Ok((wrap(value), unknown))
}

/// How many fields of `read` are not in `known`, which is what was understood of it.
///
/// The recursion is bounded by serde_json's own limit of 128 levels. Empty fields that are not written
/// again are no news.
fn fields_beyond(read: &serde_json::Value, known: &serde_json::Value) -> u64 {
    match (read, known) {
        (serde_json::Value::Object(read), serde_json::Value::Object(known)) => read
            .iter()
            .map(|(key, value)| match known.get(key) {
                Some(known) => fields_beyond(value, known),
                None => u64::from(!value.is_null()),
            })
            .sum(),
        (serde_json::Value::Array(read), serde_json::Value::Array(known)) => {
            read.iter().zip(known).map(|(read, known)| fields_beyond(read, known)).sum()
        }
        _ => 0,
    }
}
