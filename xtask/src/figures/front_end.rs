//! How fast designs are read and checked: what the benchmarks of the crates found, as one table.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::keep;
use crate::run::root;

/// Benchmarks: a crate and the name of one in it.
const BENCHMARKS: [(&str, &str); 2] = [("spak-model", "check"), ("spak", "process")];

/// Runs the benchmarks and keeps their medians.
pub(super) fn measure(work: &Path) -> Result<()> {
    let home = work.join("criterion");
    for (package, bench) in BENCHMARKS {
        println!("== cargo bench -p {package} --bench {bench}");
        let mut cargo = Command::new("cargo");
        cargo.args(["bench", "--quiet", "--package", package, "--bench", bench]);
        cargo.env("CRITERION_HOME", &home).current_dir(root());
        if !cargo.output()?.status.success() {
            bail!("the benchmark {bench} of {package} fails");
        }
    }
    let mut found = Vec::new();
    rows(&home, &mut found)?;
    found.sort_by(|a, b| {
        (&a.group, a.median).partial_cmp(&(&b.group, b.median)).unwrap_or(std::cmp::Ordering::Equal)
    });
    let mut table =
        format!("{:<64} {:>10}   95 % interval of the median\n", "reading and checking", "median");
    for row in &found {
        let name = format!("{}: {}", row.group, row.name);
        table.push_str(&format!(
            "{name:<64} {:>7.2} ms   {:.2} to {:.2} ms\n",
            row.median, row.low, row.high
        ));
    }
    keep("front_end.txt", &table)
}

/// A benchmark; times in milliseconds.
struct Row {
    group: String,
    name: String,
    median: f64,
    low: f64,
    high: f64,
}

/// Everything measured below a folder; criterion writes two files for each benchmark.
fn rows(folder: &Path, found: &mut Vec<Row>) -> Result<()> {
    let estimates = folder.join("estimates.json");
    if folder.ends_with("new") && estimates.is_file() {
        let read = |path: &Path| -> Result<serde_json::Value> {
            Ok(serde_json::from_str(&std::fs::read_to_string(path)?)?)
        };
        let (about, figures) = (read(&folder.join("benchmark.json"))?, read(&estimates)?);
        let text = |key: &str| about[key].as_str().unwrap_or_default().to_owned();
        let median = &figures["median"];
        let milliseconds =
            |value: &serde_json::Value| value.as_f64().map(|ns| ns / 1e6).context("no median");
        found.push(Row {
            group: text("group_id"),
            name: text("function_id"),
            median: milliseconds(&median["point_estimate"])?,
            low: milliseconds(&median["confidence_interval"]["lower_bound"])?,
            high: milliseconds(&median["confidence_interval"]["upper_bound"])?,
        });
        return Ok(());
    }
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            rows(&path, found)?;
        }
    }
    Ok(())
}
