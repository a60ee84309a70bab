//! Cache files of Kernel Tuner: a header, then `"cache": {"16,1": {"block_size_x": 16, "time": ..}}`.

use serde::de::{DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, Visitor};
use spak_records::Value;

use super::build::{Builder, Entry};
use super::t4::{time, times, visitor};
use crate::item::Item;

/// Reads a whole file into a builder; `true` when entries stood before the names of the parameters
/// and were left out, so that the file must be read again now that these are known.
pub(super) struct File<'b>(pub(super) &'b mut Builder);
visitor!(File, bool);

impl<'de> Visitor<'de> for File<'_> {
    type Value = bool;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object with `cache`")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<bool, A::Error> {
        let mut again = false;
        let mut names: Option<Vec<String>> = None;
        while let Some(key) = map.next_key::<String>()? {
            key.clone_into(&mut self.0.section);
            match key.as_str() {
                "device_name" => self.0.device = map.next_value()?,
                "kernel_name" => self.0.kernel = map.next_value()?,
                "tune_params_keys" => {
                    let keys: Vec<String> = map.next_value()?;
                    if !self.0.name_parameters(&keys) {
                        return Err(A::Error::custom("there are too many parameters"));
                    }
                    names = Some(keys);
                }
                "tune_params" => map.next_value_seed(Domains(&mut *self.0))?,
                "objective" => match map.next_value::<Option<Item>>()? {
                    Some(Item(Value::Text(name))) => self.0.objectives(&[name]),
                    Some(Item(Value::List(list))) => {
                        let list: Vec<String> =
                            list.iter().filter_map(|v| v.as_text().map(str::to_owned)).collect();
                        self.0.objectives(&list);
                    }
                    _ => {}
                },
                "cache" if self.0.has_parameters() => {
                    map.next_value_seed(Cache(&mut *self.0))?;
                }
                "cache" => {
                    again = true;
                    map.next_value::<IgnoredAny>()?;
                }
                _ => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        if names.is_none() && !self.0.has_parameters() {
            return Err(A::Error::custom("the file names no parameters in `tune_params_keys`"));
        }
        Ok(again)
    }
}

struct Domains<'b>(&'b mut Builder);
visitor!(Domains, ());

impl<'de> Visitor<'de> for Domains<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of parameters and their values")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let values: Vec<Item> = map.next_value()?;
            if !self.0.declare(&name, values.into_iter().map(|Item(v)| v).collect()) {
                return Err(A::Error::custom("there are too many parameters"));
            }
        }
        Ok(())
    }
}

struct Cache<'b>(&'b mut Builder);
visitor!(Cache, ());

impl<'de> Visitor<'de> for Cache<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an object of entries")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            self.0.place.clear();
            self.0.place.push_str(&key);
            map.next_value_seed(Row(&mut *self.0))?;
        }
        Ok(())
    }
}

struct Row<'b>(&'b mut Builder);
visitor!(Row, ());

impl<'de> Visitor<'de> for Row<'_> {
    type Value = ();
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("an entry with a value for each parameter")
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        let mut entry = Entry::default();
        while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
            let cost = &mut entry.cost;
            match &*key {
                "compile_time" => cost.compilation = time(&mut map)?,
                "benchmark_time" => cost.benchmark = time(&mut map)?,
                "framework_time" => cost.framework = time(&mut map)?,
                "strategy_time" => cost.search = time(&mut map)?,
                "verification_time" => cost.validation = time(&mut map)?,
                "times" => cost.runtimes = times(&mut map)?,
                "timestamp" => entry.timestamp = map.next_value()?,
                name if self.0.is_parameter(name) => {
                    let Item(value) = map.next_value()?;
                    self.0.value(name, value).map_err(A::Error::custom)?;
                }
                name => match map.next_value::<Option<Anything>>()? {
                    Some(Anything::Item(Value::Text(word))) => {
                        self.0.failed_as(&word);
                        // An error stands where a number would: the metric exists all the same.
                        if name != "__error__" {
                            self.0.measurement(name, None, None);
                        }
                    }
                    Some(Anything::Item(value)) if value.as_float().is_some() => {
                        let unit = if name.starts_with("time") { Some("ms") } else { None };
                        self.0.measurement(name, unit, value.as_float());
                    }
                    _ => {}
                },
            }
        }
        self.0.end_row(entry).map_err(A::Error::custom)
    }
}

/// A value that counts when it is simple.
enum Anything {
    Item(Value),
    Other,
}

impl<'de> serde::Deserialize<'de> for Anything {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        d.deserialize_any(AnythingVisitor)
    }
}

struct AnythingVisitor;

impl<'de> Visitor<'de> for AnythingVisitor {
    type Value = Anything;
    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a value")
    }
    fn visit_bool<E>(self, b: bool) -> Result<Anything, E> {
        Ok(Anything::Item(Value::Bool(b)))
    }
    fn visit_i64<E>(self, i: i64) -> Result<Anything, E> {
        Ok(Anything::Item(Value::Int(i)))
    }
    fn visit_u64<E>(self, u: u64) -> Result<Anything, E> {
        Ok(Anything::Item(Value::Float(u as f64)))
    }
    fn visit_f64<E>(self, x: f64) -> Result<Anything, E> {
        Ok(Anything::Item(Value::Float(x)))
    }
    fn visit_str<E>(self, s: &str) -> Result<Anything, E> {
        Ok(Anything::Item(Value::Text(s.to_owned())))
    }
    fn visit_unit<E>(self) -> Result<Anything, E> {
        Ok(Anything::Other)
    }
    fn visit_seq<A: serde::de::SeqAccess<'de>>(self, mut seq: A) -> Result<Anything, A::Error> {
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Anything::Other)
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Anything, A::Error> {
        while map.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(Anything::Other)
    }
}
