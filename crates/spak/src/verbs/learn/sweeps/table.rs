//! A file of results as a table to learn from.

use std::collections::BTreeMap;

use anyhow::{Result, bail};
use spak_exchange::codes::BAD_ENTRY;
use spak_exchange::results::{self, Recorded};
use spak_learn::{Factor, Goal, Input, Outcome, Role, Row, Table};
use spak_model::Literal;
use spak_model::system::System;
use spak_records::{Config, Value};
use spak_syntax::{Diagnostic, Span};

use super::super::Options;
use crate::verbs::check;

/// More decimals than this are not how a number was rounded.
const MOST_DECIMALS: usize = 6;

/// A file that can be learnt from.
pub(super) struct Source {
    pub(super) file: String,
    pub(super) kind: String,
    pub(super) device: Option<String>,
    /// Names with one value in all rows.
    pub(super) fixed: Config,
    pub(super) table: Table,
}

/// What names and values of files are called in a design, and what the user says of them.
#[derive(Default)]
pub(super) struct Naming {
    renamed: BTreeMap<String, String>,
    given: Vec<String>,
    /// Names whose values are `true` and `false` in the design: 0 and 1 mean these.
    truths: Vec<String>,
    device: Option<String>,
    maximize: bool,
}

impl Naming {
    pub(super) fn of(options: &Options) -> Result<Self> {
        let mut naming = Self {
            given: options.given.clone(),
            device: options.device.clone(),
            maximize: options.maximize,
            ..Self::default()
        };
        for text in &options.rename {
            match text.split_once('=') {
                Some((from, to)) if !from.is_empty() && !to.is_empty() => {
                    naming.renamed.insert(from.trim().to_owned(), to.trim().to_owned());
                }
                _ => bail!(
                    "`--rename` is told as `name in the file=name in the design`, not `{text}`"
                ),
            }
        }
        if let Some(design) = &options.design {
            let (design, _) = check::checked(design)?;
            let system = System::of(&design.resolved.entries);
            naming.truths = system
                .dimensions
                .iter()
                .filter(|d| {
                    let values = d.domain.values().unwrap_or_default();
                    !values.is_empty() && values.iter().all(|v| matches!(v, Literal::Bool(_)))
                })
                .map(|d| d.name.clone())
                .collect();
        }
        Ok(naming)
    }

    pub(super) fn is_given(&self, name: &str) -> bool {
        self.given.iter().any(|given| given == name)
    }

    /// The device, if the user says which.
    pub(super) fn device(&self) -> Option<String> {
        self.device.clone()
    }

    pub(super) fn name(&self, name: &str) -> String {
        self.renamed.get(name).cloned().unwrap_or_else(|| name.to_owned())
    }

    fn value(&self, name: &str, value: &Value) -> Value {
        match value {
            Value::Int(bit @ (0 | 1)) if self.truths.iter().any(|t| t == name) => {
                Value::Bool(*bit == 1)
            }
            other => other.clone(),
        }
    }
}

/// The table of a file.
///
/// # Errors
/// When it does not say what was measured, or nothing was.
pub(super) fn source(
    file: String,
    recorded: &Recorded,
    naming: &Naming,
) -> Result<Source, Box<Diagnostic>> {
    let wrong = |message: String| Box::new(Diagnostic::error(BAD_ENTRY, Span::at(0), message));
    let objective = recorded.objectives.first().copied();
    let Some(metric) = objective.and_then(|at| recorded.metrics.get(at)) else {
        return Err(wrong(format!("`{file}` does not say what was measured")));
    };
    let baseline = recorded.metrics.iter().position(|other| other.is_baseline_of(metric));
    let (mut factors, mut kept, mut fixed) = (Vec::new(), Vec::new(), BTreeMap::new());
    for (index, parameter) in recorded.parameters.iter().enumerate() {
        let name = naming.name(&parameter.name);
        let values: Vec<Value> =
            parameter.values.iter().map(|value| naming.value(&name, value)).collect();
        match values.as_slice() {
            [one] => {
                fixed.insert(name, one.clone());
            }
            _ => {
                let is_given = naming.given.iter().any(|g| *g == name || *g == parameter.name);
                let role = if is_given { Role::Given } else { Role::Choice };
                factors.push(Factor { name, values, role });
                kept.push(index);
            }
        }
    }
    let mut decimals = 0;
    let rows: Vec<Row> = recorded
        .rows
        .iter()
        .enumerate()
        .map(|(index, row)| {
            let outcome = match (row.outcome, recorded.objective(row)) {
                (_, Some(value)) if value > 0.0 => {
                    decimals = decimals.max(digits(value));
                    Outcome::Measured(value)
                }
                (results::Outcome::Failed(failure), _) => {
                    Outcome::Rejected(failure.name().to_owned())
                }
                _ => Outcome::Rejected("a time that is not positive".to_owned()),
            };
            let baseline = baseline.and_then(|b| row.measured.get(b).copied().flatten());
            Row {
                id: format!("#{index}"),
                at: kept.iter().filter_map(|p| row.config.get(*p).copied()).collect(),
                outcome,
                baseline: baseline.filter(|x| *x > 0.0),
                spread: spread(&row.cost.runtimes),
            }
        })
        .collect();
    let goal = if naming.maximize || metric.is_rate() { Goal::More } else { Goal::Less };
    let input = Input {
        factors,
        metric: format!("{} {}", metric.name, metric.unit).trim().to_owned(),
        goal,
        rows,
        quantum: if decimals <= MOST_DECIMALS { 0.1_f64.powi(decimals as i32) } else { 0.0 },
        baseline: baseline.and_then(|at| recorded.metrics.get(at)).map(|m| m.name.clone()),
    };
    let table = Table::new(input).map_err(|e| wrong(format!("`{file}`: {e}")))?;
    Ok(Source {
        file,
        kind: recorded.format.name().to_owned(),
        device: naming.device.clone().or_else(|| recorded.device.clone()),
        fixed: Config(fixed),
        table,
    })
}

/// How far the mean of runs may be off, relative to it: half the distance of the means of their first and their second half, so that
/// what drifts slowly counts (batch means).
fn spread(runs: &[f64]) -> Option<f64> {
    let (first, second) = runs.split_at_checked(runs.len() / 2)?;
    let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
    let (first, second) = (mean(first), mean(second));
    let whole = mean(runs);
    (runs.len() > 3 && whole > 0.0).then(|| 0.5 * (first - second).abs() / whole)
}

/// How many decimals a number has as it is written.
fn digits(value: f64) -> usize {
    let text = format!("{value}");
    text.split_once('.').map_or(0, |(_, digits)| digits.len())
}
