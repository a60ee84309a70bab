//! `spak verify`: whether kernels of a design compute what they should, on small problems and without a GPU.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_records::verify_report::{VerifiedRun, VerifiedState, VerifyReport};
use spak_records::{Config, ContentHash, Value};
use spak_verify::Compiler;

use crate::exit::Status;
use crate::gpu::bundle::check_problems;
use crate::gpu::compile::Batch;
use crate::gpu::design::GpuWorkload;
use crate::gpu::opened::{Opened, Which, bar, open};
use crate::gpu::verify::Verifier;
use crate::output::{self, Format, json};
use crate::verbs::check::plural;

/// What `spak verify` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    which: Which,
    /// A Python module in place of the generated ones, such as one of these that was changed.
    #[arg(long, value_name = "FILE")]
    source: Option<PathBuf>,
    /// The compiler of C++ for references; the first of c++, g++ and clang++ by default.
    #[arg(long, value_name = "COMMAND", env = "SPAK_CXX")]
    cxx: Option<String>,
    /// Where to write the sources that findings speak of.
    #[arg(short = 'o', long = "out", value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Verifies; a problem is a design with errors, anything that is wrong, or nothing that was run.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let Some(report) = judged(options, format)? else { return Ok(Status::Problems) };
    match format {
        Format::Human => print(&report)?,
        Format::Json => json::result("spak.verify-report", &report)?,
    }
    let has = |state| report.runs.iter().any(|run| run.state == state);
    let is_fine = has(VerifiedState::Right) && !has(VerifiedState::Wrong);
    Ok(if is_fine { Status::Fine } else { Status::Problems })
}

/// Level 4 of a design, for verbs that make one: what is wrong with a few of its kernels, in words; that none could be run is wrong
/// as well.
///
/// # Errors
/// The design has no problem to be run on, or there is no compiler for it here.
pub(crate) fn faults(design: &Path, hardware: Option<&str>, limit: u64) -> Result<Vec<String>> {
    let which = Which::new(design.to_owned(), None, hardware.map(str::to_owned)).limited(limit);
    let options = Options { which, source: None, cxx: None, out: None };
    let Some(report) = judged(&options, Format::Json)? else {
        return Ok(vec!["the design has errors".to_owned()]);
    };
    let mut faults: Vec<String> = Vec::new();
    for run in report.runs.iter().filter(|run| run.state == VerifiedState::Wrong) {
        let why = match (&run.finding, &run.reason) {
            (Some(finding), _) => finding.message.clone(),
            (None, Some(reason)) => reason.clone(),
            (None, None) => "its result is wrong".to_owned(),
        };
        faults.push(format!("{}: {why}", run.config));
    }
    if faults.is_empty() && !report.runs.iter().any(|run| run.state == VerifiedState::Right) {
        let first = report.runs.iter().find_map(|run| run.reason.clone());
        faults.push(first.unwrap_or_else(|| "no kernel of it could be run".to_owned()));
    }
    Ok(faults)
}

/// Runs and judges kernels; nothing if the design has errors, which are shown.
fn judged(options: &Options, format: Format) -> Result<Option<VerifyReport>> {
    let compiler = Compiler::find(options.cxx.as_deref())?;
    let mut which = options.which.clone();
    which.few();
    let Some(mut opened) = open(&which, format)? else { return Ok(None) };
    if let Some(path) = &options.source {
        let text = std::fs::read_to_string(path);
        let text: Rc<str> =
            text.with_context(|| format!("cannot read `{}`", path.display()))?.into();
        for workload in &mut opened.design.workloads {
            workload.given = Some(Rc::clone(&text));
        }
        // One text is one kernel, whatever the config.
        let mut seen = BTreeSet::new();
        opened.pairs.retain(|(at, _)| seen.insert(*at));
    }
    let own = opened.design.workloads.len();
    make_small(&mut opened)?;
    let begin = Instant::now();
    let batch = opened.compile(&which, true, format)?;
    let compiled = begin.elapsed().as_secs_f64();
    let folder = opened.cache.root().join("references");
    let seed = which.seed();
    let mut verifier = Verifier::new(&opened.design.workloads, &compiler, folder, seed);
    let begin = Instant::now();
    let bar = bar(format, "runs");
    bar.set_length(batch.compiled.len() as u64);
    let mut runs = Vec::with_capacity(batch.compiled.len());
    for one in &batch.compiled {
        runs.push(verifier.judge(one, &batch)?);
        bar.inc(1);
    }
    bar.finish_and_clear();
    let report = VerifyReport {
        design: which.file().to_string_lossy().into_owned(),
        architecture: opened.target.architecture.clone(),
        toolchain: opened.toolchain.version.clone(),
        reference_compiler: compiler.version().to_owned(),
        seed,
        space: opened.space,
        runs,
        seconds: [compiled, begin.elapsed().as_secs_f64()],
        notes: notes(opened.design.workloads.get(..own).unwrap_or_default()),
    };
    if let Some(folder) = &options.out {
        write(&batch, &report, folder)?;
    }
    Ok(Some(report))
}

/// In the place of the workloads the small problems that kernels for them are checked on, with the same configs.
fn make_small(opened: &mut Opened) -> Result<()> {
    let problems = check_problems(&opened.design.workloads)?;
    if problems.is_empty() {
        bail!(
            "the operators of the design have no small problems (`check`), on which kernels could be run"
        );
    }
    let mut pairs = Vec::new();
    for (at, problem) in problems {
        let Some(like) = opened.design.workloads.get(at) else { continue };
        let small = GpuWorkload { problem, ..like.clone() };
        let place = opened.design.workloads.len();
        let own = opened.pairs.iter().filter(|(of, _)| *of == at);
        pairs.extend(own.map(|(_, config)| (place, config.clone())));
        opened.design.workloads.push(small);
    }
    // Those of a config one after the other.
    let order: BTreeMap<_, usize> =
        opened.pairs.iter().enumerate().map(|(at, (_, config))| (config.id(), at)).collect();
    pairs.sort_by_key(|(_, config): &(usize, Config)| order.get(&config.id()).copied());
    opened.pairs = pairs;
    Ok(())
}

fn notes(workloads: &[GpuWorkload]) -> Vec<String> {
    let mut notes: Vec<String> = Vec::new();
    for note in workloads.iter().flat_map(|workload| &workload.specified.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    notes
}

/// What a source is called.
fn file_name(source: &str) -> String {
    format!("kernel_{}.py", ContentHash::of_text(source).short())
}

/// Writes the sources of what is wrong.
fn write(batch: &Batch, report: &VerifyReport, folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    for (one, run) in batch.compiled.iter().zip(&report.runs) {
        if run.state == VerifiedState::Wrong {
            std::fs::write(folder.join(file_name(&one.source)), &one.source)?;
        }
    }
    Ok(())
}

/// A row for each config on each problem, what is wrong below it.
fn print(report: &VerifyReport) -> Result<()> {
    let configs: Vec<&Config> = report.runs.iter().map(|run| &run.config).collect();
    let names = output::varied(&configs);
    let has_workloads = report.runs.iter().any(|run| run.workload.is_some());
    let mut head: Vec<&str> = if has_workloads { vec!["workload"] } else { Vec::new() };
    head.extend(names.iter().map(String::as_str));
    head.extend(["problem", "blocks", "compared", "of tolerance", "state"]);
    let rows = report.runs.iter().map(|run| {
        let mut row = Vec::new();
        if has_workloads {
            row.push(run.workload.clone().unwrap_or_default());
        }
        let value = |name: &String| run.config.get(name).map(ToString::to_string);
        row.extend(names.iter().map(|name| value(name).unwrap_or_default()));
        row.push(sizes(run));
        let is_right = run.state == VerifiedState::Right;
        let known = |text: String| if is_right { text } else { String::new() };
        row.push(known(run.blocks.to_string()));
        row.push(known(run.compared.to_string()));
        row.push(known(format!("{:.2}", run.worst_ratio)));
        let kind = run.finding.as_ref().map(|finding| finding.kind.name());
        let why = kind.or_else(|| run.reason.as_ref()?.lines().next());
        row.push(
            [Some(run.state.name()), why].into_iter().flatten().collect::<Vec<_>>().join(": "),
        );
        row
    });
    let mut text = output::table(&head, rows);
    text.push('\n');
    for run in &report.runs {
        let Some(finding) = &run.finding else { continue };
        let named = names.iter().filter_map(|name| Some((name, run.config.get(name)?)));
        let mut what: Vec<String> = named.map(|(name, value)| format!("{name} {value}")).collect();
        what.push(sizes(run));
        text.push_str(&format!("{}: {}\n", what.join(", "), finding.message));
    }
    let mut counts: BTreeMap<VerifiedState, usize> = BTreeMap::new();
    let mut verified = BTreeSet::new();
    for run in &report.runs {
        *counts.entry(run.state).or_default() += 1;
        if run.state == VerifiedState::Right {
            verified.insert(run.config.id());
        }
    }
    let all: BTreeSet<_> = configs.iter().map(|config| config.id()).collect();
    let counts: Vec<String> =
        counts.iter().map(|(state, count)| format!("{count} {}", state.name())).collect();
    text.push_str(&format!(
        "{} of {}, {}: {}; {:.0} s of compiling, {:.0} s of running\n",
        plural(all.len(), "config"),
        report.space.map_or_else(|| "a space that cannot be counted".to_owned(), |n| n.to_string()),
        plural(report.runs.len(), "run"),
        counts.join(", "),
        report.seconds[0],
        report.seconds[1],
    ));
    let idle = all.difference(&verified).count();
    if idle > 0 {
        text.push_str(&format!("{} right on no problem\n", plural(idle, "config")));
    }
    output::result(&text)?;
    for note in &report.notes {
        output::aside(&format!("note: {note}\n"));
    }
    Ok(())
}

/// The sizes and flags of a problem; what is a name or no flag is the same for all.
fn sizes(run: &VerifiedRun) -> String {
    let told = run.problem.values.iter().filter_map(|(name, value)| match value {
        Value::Int(size) => Some(format!("{name} {size}")),
        Value::Bool(true) => Some(name.clone()),
        _ => None,
    });
    told.collect::<Vec<_>>().join(", ")
}
