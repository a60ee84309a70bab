//! Recorded spaces read from T4 results and from Kernel Tuner's caches, both `.json.gz`, for the examples of this crate.

use std::collections::BTreeMap;
use std::io::Read;

use serde_json::Value;
use spak_search::replay::{Recording, Row};
use spak_search::space::Domain;

/// A recording from a file; what it says wrong is an error text.
pub(crate) fn read(path: &str) -> Result<Recording, String> {
    let mut text = String::new();
    let file = std::fs::File::open(path).map_err(|error| format!("{path}: {error}"))?;
    flate2::read::GzDecoder::new(file)
        .read_to_string(&mut text)
        .map_err(|error| format!("{path}: {error}"))?;
    let json: Value = serde_json::from_str(&text).map_err(|error| format!("{path}: {error}"))?;
    let rows: Vec<(BTreeMap<String, Value>, Option<f64>, f64)> =
        if let Some(results) = json["results"].as_array() {
            results.iter().map(t4).collect()
        } else {
            let names: Vec<String> = json["tune_params_keys"]
                .as_array()
                .ok_or("neither T4 results nor a cache")?
                .iter()
                .filter_map(|name| name.as_str().map(str::to_owned))
                .collect();
            let cache = json["cache"].as_object().ok_or("no cache")?;
            cache.values().map(|entry| cached(&names, entry)).collect()
        };
    recording(&rows).map_err(|error| format!("{path}: {error}"))
}

fn t4(result: &Value) -> (BTreeMap<String, Value>, Option<f64>, f64) {
    let configuration = result["configuration"]
        .as_object()
        .map(|map| map.clone().into_iter().collect())
        .unwrap_or_default();
    let times = &result["times"];
    let runs: f64 = times["runtimes"]
        .as_array()
        .map_or(0.0, |runs| runs.iter().filter_map(Value::as_f64).sum());
    let other: f64 = ["compilation", "framework", "search_algorithm", "validation", "benchmark"]
        .iter()
        .filter_map(|key| times[key].as_f64())
        .sum();
    let value = result["measurements"]
        .as_array()
        .and_then(|all| all.iter().find(|one| one["name"] == "time"))
        .and_then(|one| one["value"].as_f64())
        .filter(|_| result["invalidity"] == "correct");
    (configuration, value, (runs + other) / 1000.0)
}

fn cached(names: &[String], entry: &Value) -> (BTreeMap<String, Value>, Option<f64>, f64) {
    let configuration = names.iter().map(|name| (name.clone(), entry[name].clone())).collect();
    let cost: f64 =
        ["compile_time", "verification_time", "benchmark_time", "strategy_time", "framework_time"]
            .iter()
            .filter_map(|key| entry[key].as_f64())
            .sum();
    (configuration, entry["time"].as_f64().filter(|time| *time < 1e19), cost / 1000.0)
}

fn recording(rows: &[(BTreeMap<String, Value>, Option<f64>, f64)]) -> Result<Recording, String> {
    let mut domains: BTreeMap<&str, Vec<&Value>> = BTreeMap::new();
    for (configuration, _, _) in rows {
        for (name, value) in configuration {
            let known = domains.entry(name).or_default();
            if !known.contains(&value) {
                known.push(value);
            }
        }
    }
    for values in domains.values_mut() {
        if values.iter().all(|value| value.is_number()) {
            values.sort_by(|a, b| a.as_f64().unwrap_or(0.0).total_cmp(&b.as_f64().unwrap_or(0.0)));
        }
    }
    let sizes = domains
        .values()
        .map(|values| Domain {
            size: values.len() as u32,
            ordered: values.iter().all(|value| value.is_number()),
        })
        .collect();
    let rows = rows
        .iter()
        .map(|(configuration, value, seconds)| Row {
            point: domains
                .iter()
                .filter_map(|(name, values)| {
                    let value = configuration.get(*name)?;
                    values.iter().position(|known| *known == value).map(|at| at as u32)
                })
                .collect(),
            value: *value,
            seconds: *seconds,
        })
        .collect();
    Recording::new(sizes, rows).map_err(|error| error.to_string())
}
