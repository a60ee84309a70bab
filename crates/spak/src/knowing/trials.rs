//! Trials of traces as rows that rules speak of.

use std::collections::BTreeMap;
use std::path::PathBuf;

use anyhow::Result;
use spak_expr::Value;
use spak_records::store::Trace;
use spak_records::{Outcome, Trial};
use spak_rules::{Base, Row, Table};

use crate::engine::traces;

/// The table of trials.
const TRIALS: &str = "trials";

/// Adds the table of trials: values of the config and of the problem, `median_ns`, `accepted`, `device`, and what
/// the binary needs.
pub(super) fn add(base: &mut Base, paths: &[PathBuf]) -> Result<()> {
    let mut rows: Vec<(Row, BTreeMap<String, Value>)> = Vec::new();
    for path in paths {
        let trace = traces::read(path)?;
        for (line, trial) in trace.trials() {
            let row = Row {
                name: format!("trial {}", trial.config_id.short()),
                values: Vec::new(),
                origin: format!("{}:{}", path.display(), line.number),
            };
            rows.push((row, fields(&trace, &line.run, trial)));
        }
    }
    let mut names: Vec<String> = rows.iter().flat_map(|(_, f)| f.keys().cloned()).collect();
    names.sort();
    names.dedup();
    let filled = rows.into_iter().map(|(row, fields)| {
        let values = names.iter().map(|n| fields.get(n).cloned()).collect();
        Row { values, ..row }
    });
    let rows = filled.collect();
    base.tables.push(Table { name: TRIALS.to_owned(), fields: names, rows });
    Ok(())
}

/// What a trial says; of equal names the config's counts.
fn fields(trace: &Trace, run: &str, trial: &Trial) -> BTreeMap<String, Value> {
    let text = |text: &str| Value::Text(text.into());
    let mut fields = BTreeMap::new();
    for (name, value) in trial.problem.symbols() {
        fields.insert(name.to_owned(), of(&value));
    }
    fields.insert("family".to_owned(), text(trial.problem.family()));
    if let Some(start) = trace.run(run) {
        let device = trace.device(&start.device);
        fields.extend(device.map(|d| ("device".to_owned(), text(&d.name))));
        let compiler = trace.toolchain(&start.toolchain);
        fields.extend(compiler.map(|t| ("compiler".to_owned(), text(&t.compiler))));
    }
    match &trial.outcome {
        Outcome::Measured(measured) => {
            fields.insert("accepted".to_owned(), Value::Bool(true));
            fields.insert("median_ns".to_owned(), Value::Float(measured.median_ns as f64));
            fields.insert("tflops".to_owned(), Value::Float(measured.tflops));
        }
        Outcome::Rejected(rejection) => {
            fields.insert("accepted".to_owned(), Value::Bool(false));
            fields.insert("reason".to_owned(), text(&rejection.reason));
        }
    }
    if let Some(needs) = &trial.needs {
        let shared = i64::try_from(needs.shared_memory).unwrap_or(i64::MAX);
        for (name, value) in [
            ("registers", i64::from(needs.registers)),
            ("local_memory", i64::from(needs.local_memory)),
            ("shared_memory", shared),
            ("block_threads", i64::from(needs.threads)),
        ] {
            fields.insert(name.to_owned(), Value::Int(value));
        }
    }
    fields.extend(trial.config.0.iter().map(|(name, value)| (name.clone(), of(value))));
    fields
}

fn of(value: &spak_records::Value) -> Value {
    spak_model::formula::to_value(&crate::engine::symbols::literal(value))
}
