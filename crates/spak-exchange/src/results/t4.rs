//! T4: `{"results": [{"configuration": .., "times": .., "measurements": [..]}], "metadata": ..}`.

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};

use super::Failure;
use super::build::{Builder, Entry, failure_of};
use crate::item::Item;
use spak_records::Value;

/// Reads a whole file into a builder.
pub(super) struct File<'b>(pub(super) &'b mut Builder);

macro_rules! visitor {
    ($name:ident, $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = $value;
            fn deserialize<D: Deserializer<'de>>(self, d: D) -> Result<$value, D::Error> {
                d.deserialize_any(self)
            }
        }
    };
}
pub(super) use visitor;

visitor!(File, ());

impl<'de> Visitor<'de> for File<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with `results`")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<String>()? {
            key.clone_into(&mut self.0.section);
            match key.as_str() {
                "results" => map.next_value_seed(Rows(&mut *self.0))?,
                "metadata" => {
                    let Metadata { timeunit } = map.next_value()?;
                    if let Some(unit) = timeunit {
                        let seconds = seconds_of(&unit).ok_or_else(|| {
                            A::Error::custom(format_args!("`{unit}` is not a unit of time"))
                        })?;
                        self.0.time_unit = Some(seconds);
                    }
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Metadata {
    #[serde(alias = "TimeUnit", alias = "time_unit")]
    timeunit: Option<String>,
}

/// The length of a unit of time in seconds; published files have a spelling of their own.
fn seconds_of(unit: &str) -> Option<f64> {
    Some(match unit.to_ascii_lowercase().as_str() {
        "seconds" | "second" | "s" => 1.0,
        "milliseconds" | "miliseconds" | "millisecond" | "ms" => 1e-3,
        "microseconds" | "microsecond" | "us" => 1e-6,
        "nanoseconds" | "nanosecond" | "ns" => 1e-9,
        _ => return None,
    })
}

struct Rows<'b>(&'b mut Builder);
visitor!(Rows, ());

impl<'de> Visitor<'de> for Rows<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of results")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut rows: A) -> Result<(), A::Error> {
        while rows.next_element_seed(Row(&mut *self.0))?.is_some() {}
        Ok(())
    }
}

struct Row<'b>(&'b mut Builder);
visitor!(Row, ());

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with `configuration`")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut entry = Entry::default();
        let mut correctness = None;
        while let Some(key) = map.next_key::<String>()? {
            key.clone_into(&mut self.0.place);
            match key.as_str() {
                "configuration" => map.next_value_seed(Configuration(&mut *self.0))?,
                "times" => map.next_value_seed(Times(&mut entry))?,
                "measurements" => map.next_value_seed(Measurements(&mut *self.0))?,
                "objectives" => {
                    let names: Vec<String> = map.next_value()?;
                    self.0.objectives(&names);
                }
                "timestamp" => entry.timestamp = map.next_value()?,
                "invalidity" => {
                    let word: String = map.next_value()?;
                    if word != "correct" {
                        entry.failure = Some(failure_of(&word).unwrap_or(Failure::Unknown));
                    }
                }
                "correctness" => correctness = map.next_value::<Option<Item>>()?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        let wrong = correctness.is_some_and(|Item(v)| {
            v == Value::Bool(false) || v.as_float().is_some_and(|x| x == 0.0)
        });
        if wrong && entry.failure.is_none() {
            entry.failure = Some(Failure::Correctness);
        }
        self.0.end_row(entry).map_err(A::Error::custom)
    }
}

struct Configuration<'b>(&'b mut Builder);
visitor!(Configuration, ());

impl<'de> Visitor<'de> for Configuration<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of parameters and their values")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let Item(value) = map.next_value()?;
            self.0.value(&name, value).map_err(A::Error::custom)?;
        }
        Ok(())
    }
}

struct Times<'e>(&'e mut Entry);
visitor!(Times, ());

impl<'de> Visitor<'de> for Times<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of times")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let cost = &mut self.0.cost;
        while let Some(key) = map.next_key::<String>()? {
            match key.as_str() {
                "compilation" | "compilation_time" => cost.compilation = time(&mut map)?,
                "benchmark" => cost.benchmark = time(&mut map)?,
                "framework" => cost.framework = time(&mut map)?,
                "search_algorithm" => cost.search = time(&mut map)?,
                "validation" => cost.validation = time(&mut map)?,
                "runtimes" => cost.runtimes = times(&mut map)?,
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(())
    }
}

/// A time: a number, or what stands for none (`null`, a text, not finite, negative).
pub(super) fn time<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Option<f64>, A::Error> {
    let Item(value) = map.next_value()?;
    Ok(value.as_float().filter(|x| x.is_finite() && *x >= 0.0))
}

/// Times of single runs; what is not a time is left out.
pub(super) fn times<'de, A: MapAccess<'de>>(map: &mut A) -> Result<Vec<f64>, A::Error> {
    let Runs(runs) = map.next_value()?;
    Ok(runs)
}

struct Runs(Vec<f64>);

impl<'de> serde::Deserialize<'de> for Runs {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(RunsVisitor)
    }
}

struct RunsVisitor;

impl<'de> Visitor<'de> for RunsVisitor {
    type Value = Runs;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of times")
    }
    fn visit_unit<E: serde::de::Error>(self) -> Result<Runs, E> {
        Ok(Runs(Vec::new()))
    }
    fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Runs, E> {
        Ok(Runs(Vec::new()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut runs: A) -> Result<Runs, A::Error> {
        let mut list = Vec::new();
        while let Some(Item(value)) = runs.next_element()? {
            list.extend(value.as_float().filter(|x| x.is_finite() && *x >= 0.0));
        }
        list.shrink_to_fit();
        Ok(Runs(list))
    }
}

struct Measurements<'b>(&'b mut Builder);
visitor!(Measurements, ());

impl<'de> Visitor<'de> for Measurements<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a list of measurements")
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while let Some(m) = items.next_element::<Measurement<'de>>()? {
            let Item(value) = m.value;
            if let Value::Text(word) = &value {
                self.0.failed_as(word);
            }
            self.0.measurement(&m.name, m.unit.as_deref(), value.as_float());
        }
        Ok(())
    }
}

#[derive(serde::Deserialize)]
struct Measurement<'a> {
    #[serde(borrow)]
    name: std::borrow::Cow<'a, str>,
    value: Item,
    #[serde(default, borrow)]
    unit: Option<std::borrow::Cow<'a, str>>,
}
