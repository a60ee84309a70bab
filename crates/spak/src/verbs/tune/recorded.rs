//! A file of results as a space that strategies can be run against.

use spak_exchange::codes::{BAD_ENTRY, DOUBTFUL_ENTRY};
use spak_exchange::results::{self, Recorded};
use spak_records::Config;
use spak_records::tune_report::RecordedSpaceRecord;
use spak_search::replay::{Recording, RecordingError, Row};
use spak_search::space::Domain;
use spak_search::table::TableError;
use spak_syntax::{Diagnostic, Span};

use super::elsewhere::Part;

/// A recorded space that strategies can be run against.
pub(super) struct Space {
    pub(super) recording: Recording,
    pub(super) record: RecordedSpaceRecord,
    /// What a value is multiplied with so that lower is better.
    pub(super) sign: f64,
    /// Its parameters, whose values have the indices of the recording's domains.
    pub(super) parameters: Vec<results::Parameter>,
    /// The operator that is computed, where the file says so.
    pub(super) operator: Option<String>,
}

/// The space, with warnings about rows that cannot be taken as they are.
///
/// # Errors
/// When there is nothing to search: no objective, no config that was measured, or a config that is there twice.
pub(super) fn space(
    part: &Part,
    maximize: bool,
) -> Result<(Space, Vec<Diagnostic>), Box<Diagnostic>> {
    let (shown, recorded) = (part.name.as_str(), &part.recorded);
    let metric = recorded.objectives.first().and_then(|at| recorded.metrics.get(*at));
    let Some(metric) = metric else {
        let problem = wrong(format!("`{shown}` does not say what was tuned for"));
        return Err(Box::new(problem.repair("name it in `objectives` of its entries")));
    };
    let sign = if maximize { -1.0 } else { 1.0 };
    // A time below zero was not measured.
    let is_time = !maximize && metric.name.eq_ignore_ascii_case("time");
    let usable = |value: f64| !(is_time && value < 0.0);
    let values: Vec<Option<f64>> =
        recorded.rows.iter().map(|row| recorded.objective(row)).collect();
    let impossible = values.iter().flatten().filter(|value| !usable(**value)).count();
    let free = recorded.rows.iter().filter(|row| row.cost.total() <= 0.0).count();
    let mut doubts = Vec::new();
    if impossible > 0 {
        let message = format!("{impossible} of {} configs have a negative time", values.len());
        doubts.push(
            doubtful(message).because("nothing takes less than no time: they count as failed"),
        );
    }
    if free > 0 {
        let message = format!("{free} of {} configs have no recorded cost", values.len());
        doubts.push(doubtful(message).because(
            "scores over time take them as free; the score by evaluations is not affected",
        ));
    }
    let domains = recorded
        .parameters
        .iter()
        .map(|p| {
            let numbers: Option<Vec<f64>> = p.values.iter().map(|v| v.as_float()).collect();
            let ordered = numbers.is_some_and(|n| n.is_sorted() || n.iter().rev().is_sorted());
            Domain { size: p.values.len() as u32, ordered }
        })
        .collect();
    let rows = recorded
        .rows
        .iter()
        .zip(&values)
        .map(|(row, value)| Row {
            point: row.config.clone(),
            value: value.filter(|value| usable(*value)).map(|value| sign * value),
            seconds: row.cost.total(),
        })
        .collect();
    let recording = Recording::new(domains, rows).map_err(|e| Box::new(refused(recorded, &e)))?;
    let best = recorded
        .rows
        .iter()
        .zip(&values)
        .filter_map(|(row, value)| Some((sign * value.filter(|value| usable(*value))?, row)))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let config = best.map(|(_, row)| config(recorded, row));
    let record = RecordedSpaceRecord {
        file: shown.to_owned(),
        kind: recorded.format.name().to_owned(),
        objective: format!("{} {}", metric.name, metric.unit).trim().to_owned(),
        configs: recorded.rows.len() as u64,
        measured: recording.sorted().len() as u64,
        optimum: sign * recording.optimum(),
        best: config.unwrap_or_default(),
    };
    let (parameters, operator) = (recorded.parameters.clone(), part.operator.clone());
    Ok((Space { recording, record, sign, parameters, operator }, doubts))
}

fn config(recorded: &Recorded, row: &results::Row) -> Config {
    let names = recorded.parameters.iter().map(|p| p.name.clone());
    Config(names.zip(recorded.values(row).cloned()).collect())
}

fn wrong(message: String) -> Diagnostic {
    Diagnostic::error(BAD_ENTRY, Span::at(0), message)
}

fn doubtful(message: String) -> Diagnostic {
    Diagnostic::warning(DOUBTFUL_ENTRY, Span::at(0), message)
}

/// Why the rows are no recording, with the config that is meant.
fn refused(recorded: &Recorded, error: &RecordingError) -> Diagnostic {
    match error {
        RecordingError::Table(TableError::Twice { row, first }) => {
            let config = recorded.rows.get(*row).map(|row| config(recorded, row));
            let values: Vec<String> = config
                .iter()
                .flat_map(|config| config.0.iter().map(|(name, value)| format!("{name}={value}")))
                .collect();
            wrong(format!(
                "entries {first} and {row}, counted from 0, are the same config: {}",
                values.join(" ")
            ))
            .because(
                "a search measures a config once, so which of the two it would meet is not said",
            )
            .repair("keep one of them")
        }
        RecordingError::AllFailed => wrong("no config was measured".to_owned())
            .because("without a best value there is nothing to search for"),
        other => wrong(other.to_string()),
    }
}
