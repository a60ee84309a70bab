//! The figures of the documents: measured by one command, kept in `docs/results`, and quoted from there.
//!
//! `cargo xtask figures` builds the program from nothing, runs what README.md tells a reader to run in
//! a folder of its own, and keeps what was printed and the trace. `cargo xtask quote` puts excerpts of
//! that between `<!-- figures: NAME -->` and `<!-- /figures -->`. `cargo xtask tidy` fails when a
//! document quotes something else, or when a kept table does not agree with its trace.

mod front_end;
pub(crate) mod quotes;
mod spaces;
mod trace;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::run::root;

/// Where figures are kept.
pub(crate) const RESULTS: &str = "docs/results";
/// The design of the front page.
const DEMONSTRATION: &str = "examples/fmha/fmha_system_v0.dsl";
/// The guide whose design is run as its text says.
const GUIDE: &str = "docs/guide/first-design.md";

/// Measures everything anew; takes about ten minutes on two cores that do nothing else.
pub(crate) fn measure() -> Result<()> {
    let work = root().join("target/figures");
    if work.exists() {
        std::fs::remove_dir_all(&work)?;
    }
    std::fs::create_dir_all(&work)?;
    let began = Instant::now();
    let build = work.join("build");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--target-dir"]).arg(&build).current_dir(root());
    if !cargo.status()?.success() {
        bail!("the program cannot be built");
    }
    let mut times = vec![("build_seconds", began.elapsed().as_secs_f64())];
    let spak = build.join("release/spak");

    demonstration(&spak, &work, &mut times)?;
    guide(&spak, &work)?;
    keep("bench.txt", &said(&spak, &["bench"], &root())?)?;
    front_end::measure(&work)?;
    spaces::measure(&spak)?;
    keep_times(&times)?;
    quotes::write()
}

fn keep_times(times: &[(&str, f64)]) -> Result<()> {
    let lines: Vec<String> = times.iter().map(|(n, s)| format!("  \"{n}\": {s:.1}")).collect();
    keep("times.json", &format!("{{\n{}\n}}\n", lines.join(",\n")))
}

/// Measures the two runs of the front page anew, with the program as it is built; how long building takes
/// stays as it is.
pub(crate) fn measure_front_page() -> Result<()> {
    let work = root().join("target/figures");
    if work.exists() {
        std::fs::remove_dir_all(&work)?;
    }
    std::fs::create_dir_all(&work)?;
    let mut cargo = Command::new("cargo");
    if !cargo.args(["build", "--release"]).current_dir(root()).status()?.success() {
        bail!("the program cannot be built");
    }
    let kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(kept("times.json"))?)?;
    let built = kept["build_seconds"].as_f64().context("times.json has no build_seconds")?;
    let mut times = vec![("build_seconds", built)];
    demonstration(&root().join("target/release/spak"), &work, &mut times)?;
    keep_times(&times)?;
    quotes::write()
}

/// The two runs of the front page, on a copy of the seed design.
fn demonstration(spak: &Path, work: &Path, times: &mut Vec<(&str, f64)>) -> Result<()> {
    let design = work.join(DEMONSTRATION);
    std::fs::create_dir_all(design.parent().context("it lies in a folder")?)?;
    std::fs::copy(root().join(DEMONSTRATION), &design)?;
    for (name, key) in [("fmha_first", "loop_seconds"), ("fmha_again", "again_seconds")] {
        let began = Instant::now();
        keep(&format!("{name}.txt"), &said(spak, &["loop", DEMONSTRATION], work)?)?;
        times.push((key, began.elapsed().as_secs_f64()));
    }
    let path = work.join("examples/fmha/.spak/traces/fmha_system_v0.jsonl");
    keep("fmha.jsonl", &trace::compact(&std::fs::read_to_string(path)?)?)
}

/// The design of the guide, run twice as the guide says.
fn guide(spak: &Path, work: &Path) -> Result<()> {
    let text = std::fs::read_to_string(root().join(GUIDE))?;
    let (_, after) = text.split_once("```dsl file=matmul.dsl\n").context("the guide's design")?;
    let (design, _) = after.split_once("```").context("the end of the guide's design")?;
    let folder = work.join("guide");
    std::fs::create_dir_all(&folder)?;
    std::fs::write(folder.join("matmul.dsl"), design)?;
    for name in ["guide_first.txt", "guide_again.txt"] {
        keep(name, &said(spak, &["loop", "matmul.dsl", "--seconds", "20"], &folder)?)?;
    }
    let path = folder.join(".spak/traces/matmul.jsonl");
    keep("guide.jsonl", &trace::compact(&std::fs::read_to_string(path)?)?)
}

/// What the program says to a person: standard error, then standard output without observations.
fn said(spak: &Path, arguments: &[&str], folder: &Path) -> Result<String> {
    println!("== spak {}", arguments.join(" "));
    let output = Command::new(spak).args(arguments).current_dir(folder).output()?;
    if !output.status.success() {
        bail!("{}{}", String::from_utf8_lossy(&output.stderr), output.status);
    }
    let mut text = String::from_utf8(output.stderr)?;
    let results = String::from_utf8(output.stdout)?;
    for line in results.lines().filter(|line| !line.starts_with("__SPAK_TRACE__")) {
        text.push_str(line);
        text.push('\n');
    }
    Ok(text)
}

fn kept(name: &str) -> PathBuf {
    root().join(RESULTS).join(name)
}

fn keep(name: &str, text: &str) -> Result<()> {
    let path = kept(name);
    std::fs::create_dir_all(root().join(RESULTS))?;
    std::fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))
}
