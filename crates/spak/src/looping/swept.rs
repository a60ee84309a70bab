//! A sweep as records, and as the table of results that other verbs read.

use std::collections::BTreeMap;

use spak_exchange::results::{
    Cost, Failure, Format, Metric, Outcome, Parameter, Recorded, Row, write_t4,
};
use spak_records::Value;
use spak_records::program_report::{PointRecord, SweepRecord};
use spak_script::interpret::Sweep;
use spak_script::sweep::{Point, PointStatus, best};

/// A sweep as records.
pub(crate) fn record(sweep: &Sweep) -> SweepRecord {
    let point = |point: &Point| PointRecord {
        number: point.number,
        values: point.values.iter().map(|(name, value)| (name.clone(), value.record())).collect(),
        status: point.status.word().to_owned(),
        metric: point.metric(),
        note: point.note.clone(),
        seconds: point.seconds,
    };
    SweepRecord {
        name: sweep.name.clone(),
        metric: sweep.metric.clone(),
        maximize: sweep.maximize,
        of: sweep.of,
        points: sweep.points.iter().map(point).collect(),
        best: best(&sweep.points, sweep.maximize).map(|point| point.number),
        written: None,
    }
}

/// A sweep as T4.
pub(crate) fn t4(sweep: &Sweep) -> String {
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut rows = Vec::new();
    for point in &sweep.points {
        let mut config = Vec::with_capacity(point.values.len());
        for (at, (name, value)) in point.values.iter().enumerate() {
            if parameters.len() <= at {
                parameters.push(Parameter { name: name.clone(), values: Vec::new() });
            }
            let value: Value = value.record();
            let Some(parameter) = parameters.get_mut(at) else { continue };
            let known = parameter.values.iter().position(|one| *one == value);
            let position = known.unwrap_or_else(|| {
                parameter.values.push(value);
                parameter.values.len() - 1
            });
            config.push(position as u32);
        }
        let outcome = match point.status {
            PointStatus::Ok => Outcome::Measured,
            PointStatus::Invalid => Outcome::Failed(Failure::Correctness),
            PointStatus::Timeout => Outcome::Failed(Failure::Timeout),
            PointStatus::Denied => Outcome::Failed(Failure::Unknown),
            PointStatus::Failed => Outcome::Failed(Failure::Runtime),
        };
        let metric = point.metric().filter(|_| point.status == PointStatus::Ok);
        let cost = Cost { benchmark: Some(point.seconds), ..Cost::default() };
        rows.push(Row { config, outcome, measured: vec![metric], cost, timestamp: None });
    }
    write_t4(&Recorded {
        format: Format::T4,
        kernel: Some(sweep.name.clone()),
        device: None,
        parameters,
        metrics: vec![Metric { name: sweep.metric.clone(), unit: String::new() }],
        objectives: vec![0],
        rows,
    })
}

/// A sweep for people: the best points first, and how many of the others ended how.
pub(crate) fn print(record: &SweepRecord) -> String {
    const SHOWN: usize = 10;
    let mut points: Vec<&PointRecord> =
        record.points.iter().filter(|point| point.status == "ok").collect();
    points.sort_by(|a, b| {
        let order = a.metric.unwrap_or(0.0).total_cmp(&b.metric.unwrap_or(0.0));
        if record.maximize { order.reverse() } else { order }
    });
    let mut ended: BTreeMap<&str, usize> = BTreeMap::new();
    for point in &record.points {
        *ended.entry(point.status.as_str()).or_default() += 1;
    }
    let ended: Vec<String> = ended.iter().map(|(word, count)| format!("{count} {word}")).collect();
    let mut text = format!(
        "{}: {} of {} points, {}\n",
        record.name,
        record.points.len(),
        record.of,
        ended.join(", ")
    );
    for point in points.iter().take(SHOWN) {
        let values: Vec<String> =
            point.values.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let metric = point.metric.unwrap_or_default();
        text.push_str(&format!("  {} {metric}  {}\n", record.metric, values.join(" ")));
    }
    if points.len() > SHOWN {
        text.push_str(&format!("  and {} more\n", points.len() - SHOWN));
    }
    let failed = record.points.iter().find(|point| point.status != "ok");
    if let Some(failed) = failed {
        text.push_str(&format!("  point {}, {}: {}\n", failed.number, failed.status, failed.note));
    }
    text
}
