//! Writes results as T4.

use serde::ser::{Serialize, SerializeMap as _, SerializeSeq as _, Serializer};
use spak_records::Value;

use super::{Cost, Metric, Outcome, Recorded, Row};

/// The results as T4 of the TuningSchema, version 1.0.0, on one line; times in seconds.
///
/// What was read from T4 reads back the same, except that values are sorted anew, and that times are
/// those of a file in seconds: scaling them may change their last digit once.
pub fn write_t4(recorded: &Recorded) -> String {
    // Only a map with keys that are not texts could fail, and there is none.
    let mut text = serde_json::to_string(&File(recorded)).unwrap_or_default();
    text.push('\n');
    text
}

struct File<'r>(&'r Recorded);

impl Serialize for File<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(3))?;
        map.serialize_entry("schema_version", "1.0.0")?;
        map.serialize_entry("metadata", &Metadata { timeunit: "seconds" })?;
        map.serialize_entry("results", &Rows(self.0))?;
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Metadata {
    timeunit: &'static str,
}

struct Rows<'r>(&'r Recorded);

impl Serialize for Rows<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut seq = serializer.serialize_seq(Some(self.0.rows.len()))?;
        for row in &self.0.rows {
            seq.serialize_element(&Entry { recorded: self.0, row })?;
        }
        seq.end()
    }
}

struct Entry<'r> {
    recorded: &'r Recorded,
    row: &'r Row,
}

impl Serialize for Entry<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self { recorded, row } = *self;
        let mut map = serializer.serialize_map(None)?;
        if let Some(timestamp) = &row.timestamp {
            map.serialize_entry("timestamp", timestamp)?;
        }
        map.serialize_entry("configuration", &Configuration(self))?;
        map.serialize_entry("times", &Times(&row.cost))?;
        let (invalidity, correctness) = match row.outcome {
            Outcome::Measured => ("correct", 1),
            Outcome::Failed(failure) => (failure.name(), 0),
        };
        map.serialize_entry("invalidity", invalidity)?;
        map.serialize_entry("correctness", &correctness)?;
        let measurements: Vec<Measurement<'_>> =
            recorded.metrics.iter().zip(&row.measured).map(Measurement::of).collect();
        map.serialize_entry("measurements", &measurements)?;
        let objectives: Vec<&str> = recorded
            .objectives
            .iter()
            .filter_map(|at| recorded.metrics.get(*at))
            .map(|m| m.name.as_str())
            .collect();
        map.serialize_entry("objectives", &objectives)?;
        map.end()
    }
}

struct Configuration<'r>(&'r Entry<'r>);

impl Serialize for Configuration<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Entry { recorded, row } = self.0;
        serializer.collect_map(
            recorded.parameters.iter().map(|p| p.name.as_str()).zip(recorded.values(row)),
        )
    }
}

struct Times<'r>(&'r Cost);

impl Serialize for Times<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = [
            ("compilation", self.0.compilation),
            ("benchmark", self.0.benchmark),
            ("framework", self.0.framework),
            ("search_algorithm", self.0.search),
            ("validation", self.0.validation),
        ];
        let mut map = serializer.serialize_map(None)?;
        for (name, seconds) in parts {
            if let Some(seconds) = seconds {
                map.serialize_entry(name, &seconds)?;
            }
        }
        map.serialize_entry("runtimes", &self.0.runtimes)?;
        map.end()
    }
}

#[derive(serde::Serialize)]
struct Measurement<'r> {
    name: &'r str,
    value: Value,
    unit: &'r str,
}

impl<'r> Measurement<'r> {
    fn of((metric, value): (&'r Metric, &Option<f64>)) -> Self {
        // What was not measured is a text, as Kernel Tuner writes the name of an error there.
        let value = value.map_or_else(|| Value::from("unmeasured"), Value::Float);
        Self { name: &metric.name, value, unit: &metric.unit }
    }
}
