//! Traces of SPAK's own as recorded spaces: one for each problem in them.
//!
//! Times of trials far apart are not compared with each other, since clocks drift: a config has the level that all trials of
//! its problem give together. What trying it cost is what its trial took.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use anyhow::{Result, bail};
use spak_exchange::results::{Cost, Failure, Format, Metric, Outcome, Parameter, Recorded, Row};
use spak_records::store::Trace;
use spak_records::{Config, ContentHash, Levels, Problem, Trial, Value};

use crate::engine::traces;

/// How a trace begins, when it is not compressed.
const BEGINNING: &[u8] = b"{\"format\":\"spak.trace\"";
/// Fewer configs than these are no space to search.
const FEWEST: usize = 8;
/// What stands for a parameter that a config does not have.
const ABSENT: &str = "(absent)";

/// A problem of a trace, as a space that was measured in part.
pub(super) struct Traced {
    /// Which problem of the file it is, in words that are shorter than all of its values: what it has that others do not.
    pub(super) label: String,
    /// The operator that is computed.
    pub(super) operator: String,
    /// Its configs.
    pub(super) recorded: Recorded,
}

/// Whether a file is a trace.
pub(super) fn is_trace(bytes: &[u8]) -> bool {
    spak_exchange::text(bytes).is_some_and(|text| text.as_bytes().starts_with(BEGINNING))
}

/// The problems of a trace of which at least so many configs were tried that there is something to search.
///
/// # Errors
/// It cannot be read, or has no such problem.
pub(super) fn read(path: &Path) -> Result<Vec<Traced>> {
    let trace = traces::read(path)?;
    let shown = path.display();
    traces::say_left_out(&traces::left_out(&shown.to_string(), &trace));
    let possible = || trace.trials().map(|(_, trial)| trial).filter(|t| t.impossible().is_none());
    let levels = Levels::of(possible());
    let mut problems: Vec<&Problem> = Vec::new();
    for trial in possible() {
        if !problems.contains(&&trial.problem) {
            problems.push(&trial.problem);
        }
    }
    let labels = labels(&trace, &problems);
    let all = problems.into_iter().zip(labels).filter_map(|(problem, label)| {
        let trials: Vec<&Trial> = possible().filter(|trial| trial.problem == *problem).collect();
        let recorded = recorded(&trace, &levels, problem, &trials)?;
        (recorded.rows.len() >= FEWEST).then(|| Traced {
            label,
            operator: problem.family().to_owned(),
            recorded,
        })
    });
    let all: Vec<Traced> = all.collect();
    if all.is_empty() {
        bail!(
            "`{shown}`: no problem has {FEWEST} configs that were tried, so that nothing can be searched"
        );
    }
    Ok(all)
}

/// Each config of a problem once; nothing if none was measured.
fn recorded(
    trace: &Trace,
    levels: &Levels<'_>,
    problem: &Problem,
    trials: &[&Trial],
) -> Option<Recorded> {
    let names: BTreeSet<&String> = trials.iter().flat_map(|trial| trial.config.0.keys()).collect();
    let parameters: Vec<Parameter> = names
        .into_iter()
        .map(|name| {
            let mut values: Vec<Value> = Vec::new();
            for trial in trials {
                let value = value(&trial.config, name);
                if !values.contains(&value) {
                    values.push(value);
                }
            }
            values.sort_by(|a, b| match (a.as_float(), b.as_float()) {
                (Some(a), Some(b)) => a.total_cmp(&b),
                _ => a.to_string().cmp(&b.to_string()),
            });
            Parameter { name: name.clone(), values }
        })
        .collect();
    let mut seen: BTreeSet<&ContentHash> = BTreeSet::new();
    let rows: Vec<Row> = trials
        .iter()
        .filter(|trial| seen.insert(&trial.config_id))
        .map(|trial| {
            let level = levels.log_ns(problem, &trial.config_id).map(|log| log.exp() / 1e6);
            let at = |p: &Parameter| {
                let own = value(&trial.config, &p.name);
                p.values.iter().position(|known| *known == own).unwrap_or(0) as u32
            };
            Row {
                config: parameters.iter().map(at).collect(),
                // A config may have been refused once and measured later: what it took then is known.
                outcome: match level {
                    Some(_) => Outcome::Measured,
                    None => Outcome::Failed(Failure::Unknown),
                },
                measured: vec![level],
                cost: Cost { benchmark: Some(trial.seconds), ..Cost::default() },
                timestamp: None,
            }
        })
        .collect();
    rows.iter().any(|row| row.outcome == Outcome::Measured).then(|| Recorded {
        format: Format::Trace,
        kernel: Some(problem.family().to_owned()),
        device: device(trace),
        parameters,
        metrics: vec![Metric { name: "time".to_owned(), unit: "ms".to_owned() }],
        objectives: vec![0],
        rows,
    })
}

fn value(config: &Config, name: &str) -> Value {
    config.get(name).cloned().unwrap_or_else(|| Value::Text(ABSENT.to_owned()))
}

fn device(trace: &Trace) -> Option<String> {
    let (line, _) = trace.trials().next()?;
    let run = trace.run(&line.run)?;
    trace.device(&run.device).map(|device| device.name.clone())
}

/// For each problem the values that not all of them have in common.
fn labels(trace: &Trace, problems: &[&Problem]) -> Vec<String> {
    let values: Vec<BTreeMap<String, Value>> =
        problems.iter().map(|problem| of(trace, problem)).collect();
    let is_common = |name: &str, value: &Value| values.iter().all(|v| v.get(name) == Some(value));
    values
        .iter()
        .map(|own| {
            let own = own.iter().filter(|(name, value)| !is_common(name, value));
            let words: Vec<String> = own.map(|(name, value)| format!("{name}={value}")).collect();
            words.join(" ")
        })
        .collect()
}

fn of(trace: &Trace, problem: &Problem) -> BTreeMap<String, Value> {
    match problem {
        Problem::Operator(problem) => problem.values.clone(),
        _ => {
            let mut trials = trace.trials().filter(|(_, trial)| trial.problem == *problem);
            let run = trials.next().and_then(|(line, _)| trace.run(&line.run));
            run.map(|run| run.workload.0.clone()).unwrap_or_default()
        }
    }
}
