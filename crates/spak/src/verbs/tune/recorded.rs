//! A file of results as a space that strategies can be run against.

use anyhow::{Result, anyhow, bail};
use spak_exchange::results::Recorded;
use spak_records::Config;
use spak_records::tune_report::RecordedSpaceRecord;
use spak_search::replay::{Recording, Row};
use spak_search::space::Domain;

/// A recorded space that strategies can be run against.
pub(super) struct Space {
    pub(super) recording: Recording,
    pub(super) record: RecordedSpaceRecord,
    /// What a value is multiplied with so that lower is better.
    pub(super) sign: f64,
}

pub(super) fn space(shown: &str, recorded: &Recorded, maximize: bool) -> Result<Space> {
    let metric = recorded.objectives.first().and_then(|at| recorded.metrics.get(*at));
    let Some(metric) = metric else { bail!("`{shown}` does not say what was tuned for") };
    let sign = if maximize { -1.0 } else { 1.0 };
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
        .map(|row| Row {
            point: row.config.clone(),
            value: recorded.objective(row).map(|value| sign * value),
            seconds: row.cost.total(),
        })
        .collect();
    let recording = Recording::new(domains, rows).map_err(|e| anyhow!("`{shown}`: {e}"))?;
    let best = recorded
        .rows
        .iter()
        .filter_map(|row| Some((sign * recorded.objective(row)?, row)))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let config = best.map(|(_, row)| {
        let names = recorded.parameters.iter().map(|p| p.name.clone());
        Config(names.zip(recorded.values(row).cloned()).collect())
    });
    let record = RecordedSpaceRecord {
        file: shown.to_owned(),
        kind: recorded.format.name().to_owned(),
        objective: format!("{} {}", metric.name, metric.unit).trim().to_owned(),
        configs: recorded.rows.len() as u64,
        measured: recording.sorted().len() as u64,
        optimum: sign * recording.optimum(),
        best: config.unwrap_or_default(),
    };
    Ok(Space { recording, record, sign })
}
