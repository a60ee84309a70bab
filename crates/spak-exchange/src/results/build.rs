//! Collects rows while a file streams past, and finishes them when all of it is known.

use spak_records::Value;

use super::{Cost, Failure, Format, Metric, Outcome, Parameter, Recorded, Row};
use crate::domain::{Seen, ascending};

/// More rows than this are not read.
const MAX_ROWS: usize = 1 << 24;
/// More parameters or metrics than this are not read.
const MAX_COLUMNS: usize = 4096;

/// What is known so far.
#[derive(Debug, Default)]
pub(super) struct Builder {
    pub(super) kernel: Option<String>,
    pub(super) device: Option<String>,
    names: Vec<String>,
    seen: Vec<Seen>,
    /// The domains were declared, so their order counts.
    declared: bool,
    metrics: Vec<Metric>,
    objectives: Vec<usize>,
    rows: Vec<Row>,
    /// Seconds in the unit of the times.
    pub(super) time_unit: Option<f64>,
    /// Which entry of the file is being read.
    pub(super) section: String,
    /// Where the reader is in a row: the last entry that was begun.
    pub(super) place: String,
    /// The row that is being read.
    config: Vec<Option<u32>>,
    measured: Vec<Option<f64>>,
    failed_as: Option<Failure>,
}

/// One row as the file has it, besides its config and measurements.
#[derive(Debug, Default)]
pub(super) struct Entry {
    pub(super) failure: Option<Failure>,
    pub(super) cost: Cost,
    pub(super) timestamp: Option<String>,
}

impl Builder {
    /// The path of the entry that is being read.
    pub(super) fn path(&self, list: &str) -> String {
        if self.section != list {
            return self.section.clone();
        }
        let dot = if self.place.is_empty() { "" } else { "." };
        format!("{list}[{}]{dot}{}", self.rows.len(), self.place)
    }

    /// Declares a parameter with its values; `false` when there are too many.
    pub(super) fn declare(&mut self, name: &str, values: Vec<Value>) -> bool {
        self.declared = true;
        let Some(at) = self.parameter(name, false) else { return false };
        if let Some(seen) = self.seen.get_mut(at) {
            for value in values {
                seen.position(value);
            }
        }
        true
    }

    /// Names the parameters, when the rows do not do so themselves.
    pub(super) fn name_parameters(&mut self, names: &[String]) -> bool {
        names.iter().all(|name| self.parameter(name, false).is_some())
    }

    /// Whether `name` is a parameter.
    pub(super) fn is_parameter(&self, name: &str) -> bool {
        self.names.iter().any(|n| n == name)
    }

    pub(super) fn has_parameters(&self) -> bool {
        !self.names.is_empty()
    }

    fn parameter(&mut self, name: &str, in_row: bool) -> Option<usize> {
        // Rows name parameters in the same order, so the next one is most likely the one meant.
        let next = self.config.iter().position(Option::is_none).unwrap_or(0);
        if in_row && self.names.get(next).is_some_and(|n| n == name) {
            return Some(next);
        }
        if let Some(at) = self.names.iter().position(|n| n == name) {
            return Some(at);
        }
        if self.names.len() >= MAX_COLUMNS || !self.rows.is_empty() {
            return None;
        }
        self.names.push(name.to_owned());
        self.seen.push(Seen::default());
        Some(self.names.len() - 1)
    }

    /// Notes a value of the row that is being read.
    ///
    /// # Errors
    /// When the first row has no such parameter, or this row has it twice.
    pub(super) fn value(&mut self, name: &str, value: Value) -> Result<(), String> {
        let at = self.parameter(name, true).ok_or_else(|| {
            format!("`{name}` is not a parameter of the first entry; every entry has the same ones")
        })?;
        let Some(seen) = self.seen.get_mut(at) else { return Ok(()) };
        let (position, _) = seen.position(value);
        if self.config.len() < self.names.len() {
            self.config.resize(self.names.len(), None);
        }
        match self.config.get_mut(at) {
            Some(slot @ None) => *slot = Some(position),
            _ => return Err(format!("`{name}` has two values in this entry")),
        }
        Ok(())
    }

    /// Notes a number that was measured; what is not finite counts as not measured.
    pub(super) fn measurement(&mut self, name: &str, unit: Option<&str>, value: Option<f64>) {
        let Some(at) = self.metric(name, unit) else { return };
        if self.measured.len() <= at {
            self.measured.resize(at + 1, None);
        }
        if let Some(slot) = self.measured.get_mut(at) {
            *slot = value.filter(|x| x.is_finite());
        }
    }

    /// Notes the name of an error that stands where a number should.
    pub(super) fn failed_as(&mut self, word: &str) {
        self.failed_as = failure_of(word).or(self.failed_as);
    }

    fn metric(&mut self, name: &str, unit: Option<&str>) -> Option<usize> {
        if let Some(at) = self.metrics.iter().position(|m| m.name == name) {
            if let (Some(unit), Some(metric)) = (unit, self.metrics.get_mut(at))
                && metric.unit.is_empty()
            {
                unit.clone_into(&mut metric.unit);
            }
            return Some(at);
        }
        if self.metrics.len() >= MAX_COLUMNS {
            return None;
        }
        let unit = unit.unwrap_or_default().to_owned();
        self.metrics.push(Metric { name: name.to_owned(), unit });
        Some(self.metrics.len() - 1)
    }

    /// Names what was tuned for; the first file entry that does so counts.
    pub(super) fn objectives(&mut self, names: &[String]) {
        if self.objectives.is_empty() {
            let found: Vec<usize> = names.iter().filter_map(|n| self.metric(n, None)).collect();
            self.objectives = found;
        }
    }

    /// Ends the row that is being read.
    ///
    /// # Errors
    /// When it lacks a parameter that the first row has, or there are too many rows.
    pub(super) fn end_row(&mut self, entry: Entry) -> Result<(), String> {
        self.config.resize(self.names.len(), None);
        let config: Option<Vec<u32>> = self.config.drain(..).collect();
        let Some(config) = config else {
            return Err("this entry lacks a parameter that the first entry has".to_owned());
        };
        if config.is_empty() {
            return Err("this entry has no parameters".to_owned());
        }
        if self.rows.len() >= MAX_ROWS {
            return Err(format!("more than {MAX_ROWS} entries are not read"));
        }
        let failure = self.failed_as.take().or(entry.failure);
        self.rows.push(Row {
            config,
            outcome: failure.map_or(Outcome::Measured, Outcome::Failed),
            measured: std::mem::take(&mut self.measured),
            cost: entry.cost,
            timestamp: entry.timestamp,
        });
        self.place.clear();
        Ok(())
    }

    /// Everything, now that all of the file is read. `fallback` is the unit of times in seconds when
    /// the file names none.
    pub(super) fn finish(mut self, format: Format, fallback: f64) -> Recorded {
        if self.objectives.is_empty() {
            let time = self.metrics.iter().position(|m| m.name == "time");
            self.objectives =
                time.or((!self.metrics.is_empty()).then_some(0)).into_iter().collect();
        }
        let unit = self.time_unit.unwrap_or(fallback);
        let first = self.objectives.first().copied();
        for row in &mut self.rows {
            row.measured.resize(self.metrics.len(), None);
            row.cost.scale(unit);
            let objective = first.and_then(|at| row.measured.get(at).copied().flatten());
            if row.outcome == Outcome::Measured && objective.is_none() {
                row.outcome = Outcome::Failed(Failure::Unknown);
            }
        }
        let declared = self.declared;
        let mut parameters = Vec::with_capacity(self.names.len());
        for (at, (name, seen)) in self.names.into_iter().zip(self.seen).enumerate() {
            let mut values = seen.values();
            if !declared && let Some(order) = ascending(&values) {
                for row in &mut self.rows {
                    if let Some(slot) = row.config.get_mut(at)
                        && let Some(to) = order.get(*slot as usize)
                    {
                        *slot = *to;
                    }
                }
                let mut sorted: Vec<(u32, Value)> = order.into_iter().zip(values).collect();
                sorted.sort_by_key(|(to, _)| *to);
                values = sorted.into_iter().map(|(_, value)| value).collect();
            }
            parameters.push(Parameter { name, values });
        }
        Recorded {
            format,
            kernel: self.kernel,
            device: self.device,
            parameters,
            metrics: self.metrics,
            objectives: self.objectives,
            rows: self.rows,
        }
    }
}

impl Cost {
    fn scale(&mut self, unit: f64) {
        let parts = [
            &mut self.compilation,
            &mut self.benchmark,
            &mut self.framework,
            &mut self.search,
            &mut self.validation,
        ];
        for part in parts {
            *part = part.map(|x| x * unit);
        }
        for run in &mut self.runtimes {
            *run *= unit;
        }
    }
}

/// The failure that a word of T4 or the name of an error of Kernel Tuner stands for.
pub(super) fn failure_of(word: &str) -> Option<Failure> {
    Some(match word {
        "compile" | "CompilationFailedConfig" => Failure::Compile,
        "runtime" | "RuntimeFailedConfig" => Failure::Runtime,
        "correctness" => Failure::Correctness,
        "constraints" | "InvalidConfig" => Failure::Constraints,
        "timeout" => Failure::Timeout,
        "ErrorConfig" => Failure::Unknown,
        _ => return None,
    })
}
