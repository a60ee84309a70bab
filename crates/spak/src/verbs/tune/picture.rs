//! Convergence of the strategies, one picture for each space.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use spak_plot::{Convergence, Sample, Series};
use spak_search::replay::{Recording, Run};

use super::recorded::Space;
use super::table::short;
use crate::verbs::predict::picture;

/// Evaluations at which curves are drawn.
const CORNERS: usize = 120;

/// Where the picture of one of `count` spaces goes: with several spaces their names become part of it.
pub(super) fn place(path: &Path, space: &Space, count: usize) -> PathBuf {
    if count == 1 {
        return path.to_owned();
    }
    let stem = path.file_stem().map_or_else(String::new, |s| s.to_string_lossy().into_owned());
    let ending = path.extension().map_or_else(String::new, |e| e.to_string_lossy().into_owned());
    path.with_file_name(format!("{stem}-{}.{ending}", short(&space.record.file)))
}

/// No two of the pictures may have the same name.
pub(super) fn distinct(path: &Path, spaces: &[Space]) -> Result<()> {
    let mut places: Vec<PathBuf> =
        spaces.iter().map(|space| place(path, space, spaces.len())).collect();
    places.sort();
    if let Some(pair) = places.windows(2).find(|pair| pair.first() == pair.last()) {
        let name = pair.first().map(|p| p.display().to_string()).unwrap_or_default();
        bail!("two spaces would be drawn into `{name}`: their files have the same name");
    }
    Ok(())
}

/// Writes the picture of one space: for each strategy its runs.
pub(super) fn write(
    path: &Path,
    space: &Space,
    strategies: &[(String, &[Run])],
    workers: usize,
) -> Result<()> {
    let recording = &space.recording;
    let sorted = recording.sorted();
    // What is worse than half of all configs is of no interest, and would hide what is.
    let worst = sorted.get(sorted.len() / 2).copied().unwrap_or(f64::INFINITY);
    let chart = Convergence {
        title: format!("{}: the best so far", short(&space.record.file)),
        subtitle: format!(
            "median and quartiles of {} runs{}; drawn no worse than the median config",
            strategies.first().map_or(0, |s| s.1.len()),
            if workers > 1 { format!(", {workers} at once") } else { String::new() },
        ),
        x: "evaluations".to_owned(),
        y: format!("best {}", space.record.objective),
        log_x: true,
        series: strategies
            .iter()
            .map(|(name, runs)| Series {
                name: name.clone(),
                samples: samples(recording, runs, space.sign, worst),
            })
            .collect(),
        reference: Some(("optimum".to_owned(), space.record.optimum)),
    };
    picture::write(&chart.scene(), path)
}

/// Quartiles of the best so far, at evaluations that are evenly far apart on a logarithmic axis.
fn samples(recording: &Recording, runs: &[Run], sign: f64, worst: f64) -> Vec<Sample> {
    let longest = runs.iter().map(|run| run.rows.len()).max().unwrap_or(0);
    let best: Vec<Vec<f64>> = runs
        .iter()
        .map(|run| {
            let mut best = f64::INFINITY;
            run.rows
                .iter()
                .map(|&row| {
                    best = best.min(recording.outcome(row).value());
                    best
                })
                .collect()
        })
        .collect();
    let mut corners: Vec<usize> = (0..CORNERS)
        .map(|at| (longest as f64).powf(at as f64 / (CORNERS - 1) as f64).round() as usize)
        .filter(|&at| at > 0)
        .collect();
    corners.dedup();
    corners
        .into_iter()
        .filter_map(|at| {
            // A run that has ended keeps its best.
            let mut values: Vec<f64> = best
                .iter()
                .filter_map(|best| best.get(at - 1).or(best.last()))
                .map(|value| value.min(worst))
                .collect();
            values.sort_unstable_by(f64::total_cmp);
            let part = |share: f64| {
                let place = share * values.len().saturating_sub(1) as f64;
                values.get(place.round() as usize).map(|value| sign * value)
            };
            let (a, b) = (part(0.25)?, part(0.75)?);
            Some(Sample { at: at as f64, low: a.min(b), middle: part(0.5)?, high: a.max(b) })
        })
        .collect()
}
