//! A trace of SPAK's own as a table to learn from.
//!
//! Times of trials far apart are not compared with each other, since clocks drift: rows have levels, which all trials of a
//! problem give together. What a binary needs is no choice and no column.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};
use spak_learn::{Factor, Goal, Input, Outcome, Role, Row, Table};
use spak_records::store::Trace;
use spak_records::{Config, ContentHash, Device, Levels, Measurement, Problem, Trial, Value};

use super::table::{Naming, Source};
use crate::engine::traces;

/// What stands for a parameter that a config does not have.
const ABSENT: &str = "(absent)";
/// How a trace begins.
const BEGINNING: &str = "{\"format\":\"spak.trace\"";

/// What came of a config on a problem.
struct Observed {
    /// Values of the problem and of the config.
    values: BTreeMap<String, Value>,
    outcome: Outcome,
    spread: Option<f64>,
    id: String,
}

/// Whether a file is a trace.
pub(super) fn is_trace(text: &str) -> bool {
    text.starts_with(BEGINNING)
}

/// The table of a trace: values of its problems are given, those of configs are choices.
///
/// # Errors
/// A trace that cannot be read, or of several devices, or in which nothing was measured.
pub(super) fn source(path: &Path, naming: &Naming) -> Result<Source> {
    let trace = traces::read(path)?;
    let file = path.to_string_lossy().into_owned();
    let device = only_device(&trace, &file)?;
    let levels = Levels::of(trace.trials().map(|(_, trial)| trial));
    let mut seen: BTreeSet<(String, &ContentHash)> = BTreeSet::new();
    let mut observed: Vec<Observed> = Vec::new();
    let mut given: BTreeSet<String> = BTreeSet::new();
    for (line, trial) in trace.trials() {
        let problem = problem_values(&trace, &line.run, trial);
        let (outcome, spread) = match &trial.outcome {
            // A level has all that is known of a config: a second trial of it is in it.
            spak_records::Outcome::Measured(measurement) => {
                let Some(log) = levels.log_ns(&trial.problem, &trial.config_id) else { continue };
                if !seen.insert((format!("{:?}", trial.problem), &trial.config_id)) {
                    continue;
                }
                (Outcome::Measured(log.exp()), deviation(measurement))
            }
            spak_records::Outcome::Rejected(rejection) => {
                (Outcome::Rejected(rejection.reason.clone()), None)
            }
        };
        given.extend(problem.keys().map(|name| naming.name(name)));
        let values = problem.iter().chain(&trial.config.0);
        let values = values.map(|(name, value)| (naming.name(name), value.clone())).collect();
        let id = trial.key.short().to_owned();
        observed.push(Observed { values, outcome, spread, id });
    }
    let (factors, fixed) = factors(&observed, &given, naming);
    let rows = observed
        .into_iter()
        .map(|own| Row {
            at: factors.iter().map(|factor| position(factor, &own.values)).collect(),
            id: own.id,
            outcome: own.outcome,
            baseline: None,
            spread: own.spread,
        })
        .collect();
    let metric = "time ns".to_owned();
    let input = Input { factors, metric, goal: Goal::Less, rows, quantum: 0.0, baseline: None };
    let table = Table::new(input).map_err(|error| anyhow::anyhow!("`{file}`: {error}"))?;
    let kind = "SPAK trace".to_owned();
    Ok(Source { file, kind, device: naming.device().or(device), fixed: Config(fixed), table })
}

/// The names that vary, with their values, and those that do not.
fn factors(
    observed: &[Observed],
    given: &BTreeSet<String>,
    naming: &Naming,
) -> (Vec<Factor>, BTreeMap<String, Value>) {
    let names: BTreeSet<&String> = observed.iter().flat_map(|own| own.values.keys()).collect();
    let (mut factors, mut fixed) = (Vec::new(), BTreeMap::new());
    for name in names {
        let mut values: Vec<Value> = Vec::new();
        for own in observed {
            let value = own.values.get(name).cloned().unwrap_or_else(absent);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values.sort_by(|a, b| match (a.as_float(), b.as_float()) {
            (Some(a), Some(b)) => a.total_cmp(&b),
            _ => a.to_string().cmp(&b.to_string()),
        });
        match values.as_slice() {
            [one] => {
                fixed.insert(name.clone(), one.clone());
            }
            _ => {
                let is_given = given.contains(name) || naming.is_given(name);
                let role = if is_given { Role::Given } else { Role::Choice };
                factors.push(Factor { name: name.clone(), values, role });
            }
        }
    }
    (factors, fixed)
}

fn position(factor: &Factor, values: &BTreeMap<String, Value>) -> u32 {
    let value = values.get(&factor.name).cloned().unwrap_or_else(absent);
    factor.values.iter().position(|known| *known == value).unwrap_or(0) as u32
}

fn absent() -> Value {
    Value::Text(ABSENT.to_owned())
}

/// What the problem of a trial says.
fn problem_values(trace: &Trace, run: &str, trial: &Trial) -> BTreeMap<String, Value> {
    match &trial.problem {
        Problem::Operator(problem) => problem.values.clone(),
        _ => trace.run(run).map(|run| run.workload.0.clone()).unwrap_or_default(),
    }
}

/// What all runs of a trace were made on.
fn only_device(trace: &Trace, file: &str) -> Result<Option<String>> {
    let runs: BTreeSet<&str> = trace.trials().map(|(line, _)| line.run.as_str()).collect();
    let devices: Vec<&Device> = runs
        .iter()
        .filter_map(|run| trace.run(run).and_then(|run| trace.device(&run.device)))
        .collect();
    let names: BTreeSet<&str> = devices.iter().map(|device| device.name.as_str()).collect();
    if names.len() > 1 {
        let names: Vec<&str> = names.into_iter().collect();
        bail!(
            "`{file}` has trials of {}; times of one say nothing of another: learn from a trace of each",
            names.join(" and ")
        );
    }
    Ok(names.into_iter().next().map(str::to_owned))
}

/// How far a median may be off, relative to it: a 95 % interval is nearly four standard deviations wide.
fn deviation(measurement: &Measurement) -> Option<f64> {
    let [low, high] = measurement.median_ci_ns.map(|ns| ns as f64);
    let median = measurement.median_ns as f64;
    (median > 0.0 && high >= low).then(|| (high - low) / median / 3.92)
}
