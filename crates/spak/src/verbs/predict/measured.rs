//! What a design's trace holds, against the bounds of its trials.

use std::path::Path;

use spak_predict::{Caches, Dtype, Hardware, Request, impossible, predict};
use spak_records::prediction::MeasuredRecord;
use spak_records::store::Trace;
use spak_records::{Device, Outcome, Problem};

use crate::engine::paths::Paths;

/// Every trial of `problem` on `device` with its bound on `hardware`; `None` when there is none.
///
/// # Errors
/// Why the trace cannot be read, or a trial not predicted.
pub(super) fn compare(
    design: &Path,
    device: &Device,
    hardware: &Hardware,
    problem: &Problem,
) -> Result<Option<MeasuredRecord>, String> {
    let path = Paths::of(design).trace;
    if !path.is_file() {
        return Ok(None);
    }
    let trace = Trace::read(&path).map_err(|e| e.to_string())?;
    let is_here = |run: &str| {
        let start = trace.run(run)?;
        let there = trace.device(&start.device)?;
        Some(
            there.name == device.name
                && there.cores == device.cores
                && there.caches == device.caches,
        )
    };
    let mut fastest: Option<MeasuredRecord> = None;
    let (mut all_ns, mut wrong) = (Vec::new(), Vec::new());
    for (line, trial) in trace.trials() {
        let Outcome::Measured(measured) = &trial.outcome else { continue };
        if trial.problem != *problem || is_here(&line.run) != Some(true) {
            continue;
        }
        let config = &trial.config;
        // Kernels are made in f32. Calls are repeated, so their data may be in a cache.
        let (dtype, caches) = (Dtype::F32, Caches::Any);
        let found = predict(&Request { problem, dtype, config, hardware, caches, compiled: None })?;
        let Some(bound) = found.bound else { continue };
        let median = measured.median_ns as f64;
        all_ns.push(median);
        if let Some(mut found) = impossible(measured.min_ns as f64, &bound) {
            found.message.push_str(&format!("; line {} of the trace, {config}", line.number));
            wrong.push(found);
        }
        if fastest.as_ref().is_none_or(|f| median < f.ns) {
            fastest = Some(MeasuredRecord {
                trials: 0,
                config: config.clone(),
                ns: median,
                of_bound: bound.ns / median,
                all_ns: Vec::new(),
                impossible: Vec::new(),
            });
        }
    }
    all_ns.sort_by(f64::total_cmp);
    Ok(fastest.map(|fastest| MeasuredRecord {
        trials: all_ns.len() as u64,
        all_ns,
        impossible: wrong,
        ..fastest
    }))
}
