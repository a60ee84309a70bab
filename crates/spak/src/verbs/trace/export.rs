//! Trials as results of another tool.

use std::collections::BTreeSet;
use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_exchange::results::{
    Cost, Failure, Format, Metric, Outcome, Parameter, Recorded, Row, write_t4,
};
use spak_records::store::Trace;
use spak_records::{Stage, Trial, Value, file};

use crate::output;

/// What the trials can be written as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Export {
    /// T4 of the TuningSchema, which Kernel Tuner and its benchmark hub use.
    T4,
}

/// Writes the trials of these runs to `path`, or to standard output; of a config that several runs tried,
/// the first trial counts.
///
/// # Errors
/// When there are none, or they are of several problems or machines.
pub(super) fn write(
    trace: &Trace,
    runs: &[String],
    export: Export,
    path: Option<&Path>,
) -> Result<()> {
    let Export::T4 = export;
    let text = write_t4(&recorded(trace, runs)?);
    match path {
        Some(path) => file::replace(path, text.as_bytes())
            .with_context(|| format!("cannot write `{}`", path.display())),
        None => output::result(&text),
    }
}

fn recorded(trace: &Trace, runs: &[String]) -> Result<Recorded> {
    let starts = runs.iter().filter_map(|run| trace.run(run));
    let devices: BTreeSet<&str> = starts.clone().map(|start| start.device.as_str()).collect();
    if devices.len() > 1 {
        bail!("the runs are of {} machines; name one with `--run`", devices.len());
    }
    let mut seen = BTreeSet::new();
    let mut trials: Vec<(&str, &Trial)> = Vec::new();
    for line in trace.lines.iter().filter(|line| runs.contains(&line.run)) {
        if let spak_records::trace::Record::Trial(trial) = &line.record
            && seen.insert(trial.config_id.as_str())
        {
            trials.push((&line.time, trial));
        }
    }
    let Some((_, first)) = trials.first() else { bail!("there are no trials in these runs") };
    if trials.iter().any(|(_, trial)| trial.problem != first.problem) {
        bail!("the trials are of several problems, and T4 holds one; name a run with `--run`");
    }
    let parameters = parameters(&trials);
    let device = starts.filter_map(|start| trace.device(&start.device)).next();
    let system = runs.iter().filter_map(|run| trace.run(run)).next();
    Ok(Recorded {
        format: Format::T4,
        kernel: system.map(|start| start.system.clone()),
        device: device.map(|device| device.name.clone()),
        metrics: vec![
            Metric { name: "time".to_owned(), unit: "ms".to_owned() },
            Metric { name: "GFLOP/s".to_owned(), unit: "GFLOP/s".to_owned() },
        ],
        objectives: vec![0],
        rows: trials.iter().map(|(time, trial)| row(&parameters, time, trial)).collect(),
        parameters,
    })
}

/// Every name that a config has, with the values that occur; a config without it has the text `None`, as
/// Kernel Tuner writes what is not there.
fn parameters(trials: &[(&str, &Trial)]) -> Vec<Parameter> {
    let mut names: Vec<&String> = Vec::new();
    for name in trials.iter().flat_map(|(_, trial)| trial.config.0.keys()) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let values = |name: &String| {
        let mut values: Vec<Value> = Vec::new();
        for (_, trial) in trials {
            let value = value_of(trial, name);
            if !values.contains(&value) {
                values.push(value);
            }
        }
        values
    };
    names.iter().map(|name| Parameter { name: (*name).clone(), values: values(name) }).collect()
}

fn value_of(trial: &Trial, name: &str) -> Value {
    trial.config.get(name).cloned().unwrap_or_else(|| Value::Text("None".to_owned()))
}

fn row(parameters: &[Parameter], time: &str, trial: &Trial) -> Row {
    let place = |p: &Parameter| {
        let value = value_of(trial, &p.name);
        p.values.iter().position(|v| *v == value).unwrap_or(0) as u32
    };
    let (outcome, measured, runtimes) = match &trial.outcome {
        spak_records::Outcome::Measured(m) => {
            let milliseconds = m.median_ns as f64 / 1e6;
            (Outcome::Measured, vec![Some(milliseconds), Some(m.tflops * 1e3)], Vec::new())
        }
        spak_records::Outcome::Rejected(rejection) => {
            (Outcome::Failed(failure(rejection)), vec![None, None], Vec::new())
        }
    };
    Row {
        config: parameters.iter().map(place).collect(),
        outcome,
        measured,
        // What a trial took is not taken apart.
        cost: Cost { benchmark: Some(trial.seconds), runtimes, ..Cost::default() },
        timestamp: (!time.is_empty()).then(|| time.to_owned()),
    }
}

fn failure(rejection: &spak_records::Rejection) -> Failure {
    match (rejection.stage, rejection.reason.as_str()) {
        (_, "timeout" | "compile-timeout") => Failure::Timeout,
        (Stage::Generate, _) => Failure::Constraints,
        (Stage::Compile, _) => Failure::Compile,
        (Stage::Check, _) => Failure::Correctness,
        (Stage::Start | Stage::Time, _) => Failure::Runtime,
    }
}
