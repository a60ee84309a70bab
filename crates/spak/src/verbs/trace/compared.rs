//! What others need of the time that the best of ours takes.

use std::collections::BTreeMap;

use spak_records::comparison::{Comparison, Contender};
use spak_records::store::Trace;
use spak_records::trace::Record;
use spak_records::{Measurement, Outcome};

use crate::engine::report::{duration, problem};
use crate::output;

/// The comparisons of these runs, in order.
pub(super) fn of(trace: &Trace, runs: &[String]) -> Vec<Comparison> {
    let lines = trace.lines.iter().filter(|line| runs.contains(&line.run));
    lines
        .filter_map(|line| match &line.record {
            Record::Comparison(comparison) => Some((**comparison).clone()),
            _ => None,
        })
        .collect()
}

fn measurement(contender: &Contender) -> Option<&Measurement> {
    match &contender.outcome {
        Outcome::Measured(measurement) => Some(measurement),
        Outcome::Rejected(_) => None,
    }
}

/// The fastest contender of a name.
fn fastest<'a>(comparison: &'a Comparison, name: &str) -> Option<&'a Measurement> {
    let its = comparison.contenders.iter().filter(|contender| contender.name == name);
    its.filter_map(measurement).min_by_key(|measurement| measurement.median_ns)
}

/// A row for each problem: the time and the rate of ours, and the times of others in ours; geometric means last.
pub(super) fn table(comparisons: &[Comparison]) -> String {
    let mut others: Vec<&str> = Vec::new();
    for contender in comparisons.iter().flat_map(|comparison| &comparison.contenders) {
        let name = contender.name.as_str();
        if name != "candidate" && !others.contains(&name) {
            others.push(name);
        }
    }
    let mut logs: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    let mut rows = Vec::new();
    for comparison in comparisons {
        let ours = fastest(comparison, "candidate");
        let name = comparison.workload.clone();
        let mut row = vec![name.unwrap_or_else(|| problem(&comparison.problem))];
        row.push(ours.map(|m| duration(m.median_ns)).unwrap_or_default());
        row.push(ours.map(|m| format!("{:.1}", m.tflops)).unwrap_or_default());
        for other in &others {
            let pair = ours.zip(fastest(comparison, other));
            let ratio = pair.map(|(ours, its)| its.median_ns as f64 / ours.median_ns.max(1) as f64);
            if let Some(ratio) = ratio {
                logs.entry(other).or_default().push(ratio.ln());
            }
            row.push(ratio.map(|ratio| format!("{ratio:.3}")).unwrap_or_default());
        }
        rows.push(row);
    }
    if comparisons.len() > 1 {
        let mut row = vec!["geometric mean".to_owned(), String::new(), String::new()];
        row.extend(others.iter().map(|other| {
            let logs = logs.get(other).map(Vec::as_slice).unwrap_or_default();
            let mean = logs.iter().sum::<f64>() / logs.len().max(1) as f64;
            if logs.is_empty() { String::new() } else { format!("{:.3}", mean.exp()) }
        }));
        rows.push(row);
    }
    let mut heads = vec!["by turns: time of others / ours", "ours", "TFLOPS"];
    heads.extend(&others);
    format!("\n\n{}", output::table(&heads, rows.into_iter()))
}
