//! A trace small enough to keep, and whether a table agrees with it.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::Value;

/// `text` without the events of the loop and the observations, which repeat trials, and with only the
/// worst check of each trial.
pub(crate) fn compact(text: &str) -> Result<String> {
    let mut out = String::new();
    for line in text.lines() {
        let mut item: Value = serde_json::from_str(line).context("a line of the trace")?;
        match item["type"].as_str() {
            Some("event" | "observation") => continue,
            Some("trial") => keep_worst_check(&mut item),
            _ => {}
        }
        out.push_str(&serde_json::to_string(&item)?);
        out.push('\n');
    }
    Ok(out)
}

fn keep_worst_check(trial: &mut Value) {
    let checks = &mut trial["data"]["outcome"]["measured"]["checks"];
    let Some(all) = checks.as_array_mut() else { return };
    let ratio = |check: &Value| check["worst_ratio"].as_f64().unwrap_or(f64::INFINITY);
    all.sort_by(|a, b| ratio(b).total_cmp(&ratio(a)));
    all.truncate(1);
}

/// Every row of the ranking in `report` whose median or rate is not that of the trial in `trace`.
///
/// Runs count their trials from one, so a row is looked for in the run of the same number: `run` 0 is
/// the first of the trace.
pub(crate) fn disagreements(report: &str, trace: &str, run: usize) -> Result<Vec<String>> {
    let mut runs: Vec<String> = Vec::new();
    let mut trials: BTreeMap<usize, (f64, f64)> = BTreeMap::new();
    for line in trace.lines() {
        let item: Value = serde_json::from_str(line)?;
        let Some(name) = item["run"].as_str() else { continue };
        if runs.last().is_none_or(|last| last != name) {
            runs.push(name.to_owned());
            if runs.len() == run + 1 {
                trials.clear();
            }
        }
        if item["type"] != "trial" || runs.len() != run + 1 {
            continue;
        }
        let measured = &item["data"]["outcome"]["measured"];
        let ms = measured["median_ns"].as_f64().unwrap_or(f64::NAN) / 1e6;
        let gflops = measured["tflops"].as_f64().unwrap_or(f64::NAN) * 1e3;
        trials.insert(trials.len() + 1, (ms, gflops));
    }
    let mut wrong = Vec::new();
    let mut rows = 0;
    for line in report.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        // rank, trial, median, unit, low, unit, …, high, unit, rate, speedup, …
        let [_, trial, median, unit, _, _, "…", _, _, rate, ..] = words.as_slice() else {
            continue;
        };
        let Ok(trial) = trial.parse::<usize>() else { continue };
        let scale = match *unit {
            "s" => 1e3,
            "ms" => 1.0,
            "us" | "µs" => 1e-3,
            _ => continue,
        };
        let (median, rate): (f64, f64) = (median.parse::<f64>()? * scale, rate.parse()?);
        rows += 1;
        let agrees = trials.get(&trial).is_some_and(|(ms, gflops)| {
            (median / ms - 1.0).abs() < 0.006 && (rate - gflops).abs() < 0.0501
        });
        if !agrees {
            wrong.push(format!("trial {trial}: {median} ms and {rate} GFLOP/s"));
        }
    }
    if rows == 0 {
        wrong.push("it has no ranking".to_owned());
    }
    Ok(wrong)
}

#[cfg(test)]
mod tests {
    use super::{compact, disagreements};

    const TRACE: &str = r#"{"format":"spak.trace","version":1}
{"type":"device","run":"a","data":{}}
{"type":"event","run":"a","data":{}}
{"type":"trial","run":"a","data":{"outcome":{"measured":{"median_ns":2000000,"tflops":0.0111,"checks":[{"worst_ratio":0.1},{"worst_ratio":0.5}]}}}}
{"type":"trial","run":"b","data":{"outcome":{"measured":{"median_ns":3000000,"tflops":0.0222,"checks":[]}}}}
"#;

    #[test]
    fn the_worst_check_stays_and_events_go() {
        let short = compact(TRACE).unwrap();
        assert!(short.contains("0.5") && !short.contains("0.1}") && !short.contains("event"));
    }

    #[test]
    fn a_row_that_the_trace_does_not_have_is_found() {
        let row = " 1   1   2.00 ms   1.9 ms … 2.1 ms   11.1   1.00x   the seed\n";
        assert_eq!(disagreements(row, TRACE, 0).unwrap(), Vec::<String>::new());
        assert_eq!(disagreements(row, TRACE, 1).unwrap().len(), 1);
        assert_eq!(disagreements("", TRACE, 0).unwrap(), ["it has no ranking"]);
    }
}
