//! `spak learn`: what a trace says, as facts and rules in the design.

mod sweeps;
mod worthy;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_knowledge::Context;
use spak_model::system::System;
use spak_records::learn_report::{LearnReport, Lesson};
use spak_records::store::Trace;
use spak_records::trace::{Record, RunStart};
use spak_records::{Device, Problem, Toolchain, Trial, Workload};

use crate::engine::learn::{Learnt, share, write_into};
use crate::engine::paths::Paths;
use crate::engine::specify::specify_for;
use crate::engine::stamp::{Designs, designs_of};
use crate::engine::{drive, traces};
use crate::exit::Status;
use crate::gpu::design::CUTILE;
use crate::gpu::operator;
use crate::output::{self, Format, json};
use crate::verbs::check;
use crate::worth::Threshold;
use worthy::Worthy;

/// What `spak learn` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design; what is learnt is written into it. Not needed with `--from`.
    design: Option<PathBuf>,
    /// Traces of nodes or of the loop (`.jsonl`, `.jsonl.gz`).
    #[arg(conflicts_with = "from")]
    traces: Vec<PathBuf>,
    /// Learn from a table: a trace, or what another program measured (T4, a cache of Kernel Tuner, a sweep of flat records).
    #[arg(long, value_name = "FILE")]
    from: Vec<PathBuf>,
    /// Say of each finding whether it holds in this file, too.
    #[arg(long, value_name = "FILE", requires = "from")]
    holds_on: Vec<PathBuf>,
    /// Also learn from one half of the configs, and try that on the other.
    #[arg(long, requires = "from")]
    halves: bool,
    /// A name that the problem gives: nothing is recommended for it, and its numbers are tried for scaling.
    #[arg(long, value_name = "NAME", requires = "from")]
    given: Vec<String>,
    /// What a name of the files is called in the design (`v_lat=v_load_latency`).
    #[arg(long, value_name = "NAME=NAME", requires = "from")]
    rename: Vec<String>,
    /// The device that the files were measured on, if they do not name it.
    #[arg(long, value_name = "NAME", requires = "from")]
    device: Option<String>,
    /// Higher values of what was measured are better, whatever it is called.
    #[arg(long, requires = "from")]
    maximize: bool,
    /// Say what each rule is worth: recorded trials are searched again with and without it. Rules that save too little, or
    /// that lose the best, are not written; those that stand are retired
    #[arg(long)]
    measure_utility: bool,
    /// The trials that a rule has to save.
    #[arg(long, value_name = "N", default_value_t = 1.0, requires = "measure_utility")]
    least_saved: f64,
    /// The part of the best speed that a rule may lose.
    #[arg(long, value_name = "PART", default_value_t = 0.02, requires = "measure_utility")]
    most_lost: f64,
    /// Only this workload; all of them by default.
    #[arg(long)]
    workload: Option<String>,
    /// What holds for all designs on a machine is written into this library as well, which is made if there is none.
    #[arg(long, value_name = "FILE")]
    library: Option<PathBuf>,
    /// Show what would be learnt, but leave the design as it is.
    #[arg(long)]
    keep_design: bool,
}

/// Trials of one machine and compiler.
struct Series<'a> {
    device: &'a Device,
    toolchain: &'a Toolchain,
    /// The last run of them, which facts name as their source.
    run: &'a str,
    trials: Vec<Trial>,
}

impl Options {
    /// What rules have to be worth, if that is asked.
    fn threshold(&self) -> Result<Option<Threshold>> {
        let (saved, lost) = (self.least_saved, self.most_lost);
        if !saved.is_finite() {
            bail!("`--least-saved` is a number of trials, not {saved}");
        }
        if !(0.0..1.0).contains(&lost) {
            bail!("`--most-lost` is a part of the best speed between 0 and 1, not {lost}");
        }
        Ok(self.measure_utility.then_some(Threshold { saved, lost }))
    }
}

/// Learns from each trace in turn; problems are a design with errors, or traces that say nothing about it.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if !options.from.is_empty() {
        return sweeps::run(options, format);
    }
    let Some(target) = options.design.as_ref().filter(|_| !options.traces.is_empty()) else {
        bail!(
            "learning takes a design and traces of it, or tables of other programs with `--from`"
        );
    };
    let (mut lessons, mut others, mut left_out) = (Vec::new(), BTreeSet::new(), Vec::new());
    for path in &options.traces {
        let (design, found) = check::checked(target)?;
        if found.iter().any(|d| d.severity == spak_syntax::Severity::Error) {
            check::show(target, &design, &found, format)?;
            return Ok(Status::Problems);
        }
        let name = System::of(&design.resolved.entries).name.unwrap_or_default();
        let trace = traces::read(path)?;
        left_out.extend(traces::left_out(&path.to_string_lossy(), &trace));
        others.extend(others_of(&trace, &name));
        let workload = options.workload.as_deref();
        let how = How { writes: !options.keep_design, threshold: options.threshold()? };
        let learnt = taught(target, path, workload, how)?;
        lessons.extend(learnt.into_iter().flatten());
    }
    let shared = match &options.library {
        Some(library) => teach_library(library, &options.traces, !options.keep_design)?,
        None => Vec::new(),
    };
    let report = LearnReport {
        design: target.to_string_lossy().into_owned(),
        written: !options.keep_design
            && lessons.iter().chain(&shared).any(|lesson| !lesson.diff.is_empty()),
        lessons,
        library: options.library.as_ref().map(|path| path.to_string_lossy().into_owned()),
        shared,
        left_out,
        other_designs: others.into_iter().collect(),
    };
    traces::say_left_out(&report.left_out);
    match format {
        Format::Human => print(&report, options.keep_design)?,
        Format::Json => json::result("spak.learn-report", &report)?,
    }
    let is_whole = report.left_out.is_empty() && !report.lessons.is_empty();
    Ok(if is_whole { Status::Fine } else { Status::Problems })
}

/// What a trace teaches a design about its workloads, or the one that is named; nothing if the design has errors.
///
/// # Errors
/// Files that cannot be read or written, a design without workloads.
pub(crate) fn teach(
    design: &Path,
    path: &Path,
    workload: Option<&str>,
    writes: bool,
) -> Result<Option<Vec<Lesson>>> {
    taught(design, path, workload, How { writes, threshold: None })
}

/// How it is learnt.
#[derive(Clone, Copy)]
struct How {
    /// Whether the design is changed.
    writes: bool,
    /// What rules have to be worth, if that is measured.
    threshold: Option<Threshold>,
}

fn taught(
    design: &Path,
    path: &Path,
    workload: Option<&str>,
    how: How,
) -> Result<Option<Vec<Lesson>>> {
    let paths = Paths::of(design);
    let trace = traces::read(path)?;
    let (checked, found) = check::checked(design)?;
    if found.iter().any(|d| d.severity == spak_syntax::Severity::Error) {
        return Ok(None);
    }
    let system = System::of(&checked.resolved.entries);
    let names: Vec<Option<String>> = match workload {
        Some(name) => vec![Some(name.to_owned())],
        None if system.workloads.is_empty() => bail!("the design has no workload"),
        None => system.workloads.iter().map(|workload| workload.name.clone()).collect(),
    };
    let mut lessons = Vec::new();
    let designs = designs_of(&trace);
    for series in series(&trace, system.name.as_deref()) {
        for name in &names {
            let of = (design, path, name.as_deref());
            let paths = how.writes.then_some(&paths);
            lessons.extend(lesson(of, (&series, &designs), (paths, how.threshold))?);
        }
    }
    Ok(Some(lessons))
}

/// What traces teach a library for all designs on a machine, whatever designs they are of.
///
/// # Errors
/// Files that cannot be read or written.
pub(crate) fn teach_library(
    library: &Path,
    paths: &[impl AsRef<Path>],
    writes: bool,
) -> Result<Vec<Lesson>> {
    let traces: Vec<Trace> =
        paths.iter().map(|path| traces::read(path.as_ref())).collect::<Result<_>>()?;
    let mut all: Vec<Series<'_>> = Vec::new();
    for one in traces.iter().flat_map(|trace| series(trace, None)) {
        let known = all.iter_mut().find(|s| s.device == one.device && s.toolchain == one.toolchain);
        match known {
            Some(known) => {
                known.run = one.run;
                known.trials.extend(one.trials);
            }
            None => all.push(one),
        }
    }
    let own = Paths::of(library);
    let mut lessons = Vec::new();
    for Series { device, toolchain, run, trials } in &all {
        let Some(problem) = trials.first().map(|trial| trial.problem.clone()) else { continue };
        let context = Context {
            device: (*device).clone(),
            toolchain: (*toolchain).clone(),
            problem,
            workload: Workload::default(),
            workload_name: None,
            trace: (*run).to_owned(),
            date: drive::today(),
            seed: None,
            dimensions: Vec::new(),
        };
        if let Some(learnt) = share(library, trials, &context, writes.then_some(&own))? {
            let names: Vec<String> =
                paths.iter().map(|path| path.as_ref().to_string_lossy().into_owned()).collect();
            lessons.push(told_of(&names.join(", "), device, None, trials.len(), learnt));
        }
    }
    Ok(lessons)
}

/// Names of designs in a trace that are called otherwise.
fn others_of(trace: &Trace, system: &str) -> Vec<String> {
    let runs = trace.lines.iter().filter_map(|line| match &line.record {
        Record::Run(start) if start.system != system => Some(start.system.clone()),
        _ => None,
    });
    runs.collect()
}

/// The trials of designs of this name, or of all, by machine and compiler.
fn series<'a>(trace: &'a Trace, system: Option<&str>) -> Vec<Series<'a>> {
    let mut all: Vec<Series<'a>> = Vec::new();
    let runs = trace.lines.iter().filter_map(|line| match &line.record {
        Record::Run(start) if system.is_none_or(|system| start.system == system) => {
            Some((line.run.as_str(), start))
        }
        _ => None,
    });
    let mut of_run: Vec<(&str, usize)> = Vec::new();
    for (run, start) in runs {
        let RunStart { device, toolchain, .. } = start;
        let Some((device, toolchain)) = trace.device(device).zip(trace.toolchain(toolchain)) else {
            continue;
        };
        let known = all.iter().position(|s| s.device == device && s.toolchain == toolchain);
        let at = known.unwrap_or_else(|| {
            all.push(Series { device, toolchain, run, trials: Vec::new() });
            all.len() - 1
        });
        if let Some(series) = all.get_mut(at) {
            series.run = run;
        }
        of_run.push((run, at));
    }
    for (line, trial) in trace.trials().filter(|(_, trial)| trial.impossible().is_none()) {
        let at = of_run.iter().find(|(run, _)| *run == line.run).map(|(_, at)| *at);
        if let Some(series) = at.and_then(|at| all.get_mut(at)) {
            let problem = as_described_now(&trial.problem);
            series.trials.push(Trial { problem, ..trial.clone() });
        }
    }
    all
}

/// The problem with the values that its operator has got since: what an older trace does not say has its default.
fn as_described_now(problem: &Problem) -> Problem {
    let Problem::Operator(of) = problem else { return problem.clone() };
    let described = operator::load(&of.operator)
        .and_then(|operator| operator.problem(&Workload(of.values.clone())));
    described.map_or_else(|_| problem.clone(), Problem::Operator)
}

/// What a series teaches about a workload; nothing if it has no trial of it.
fn lesson(
    (design, path, workload): (&Path, &Path, Option<&str>),
    (series, designs): (&Series<'_>, &Designs),
    (paths, threshold): (Option<&Paths>, Option<Threshold>),
) -> Result<Option<Lesson>> {
    let backend = if series.toolchain.compiler == CUTILE { CUTILE } else { "c" };
    let Series { device, toolchain, .. } = series;
    // Anew each time: the lesson before may have changed the design.
    let specified = specify_for(backend, design, workload, device, toolchain)?;
    let specified = specified.ok().context("what was learnt has broken the design")?;
    let trials = series.trials.iter().filter(|trial| trial.problem == specified.problem).count();
    if trials == 0 {
        return Ok(None);
    }
    let context = specified.context(device, toolchain, series.run, &drive::today());
    let learned = spak_knowledge::learn(&series.trials, &context);
    let learned = specified.stamped(learned, &series.trials, designs);
    let workload = specified.workload_name.clone();
    let shown = path.to_string_lossy();
    let Some(threshold) = threshold else {
        let learnt = write_into(design, &learned, paths)?;
        return Ok(Some(told_of(&shown, device, workload, trials, learnt)));
    };
    let of = Worthy { backend, design, workload: workload.as_deref(), device, toolchain };
    let (learnt, worth) = of.write(learned, &series.trials, threshold, paths)?;
    let mut lesson = told_of(&shown, device, workload, trials, learnt);
    lesson.worth = worth;
    Ok(Some(lesson))
}

fn told_of(
    trace: &str,
    device: &Device,
    workload: Option<String>,
    trials: usize,
    learnt: Learnt,
) -> Lesson {
    Lesson {
        trace: trace.to_owned(),
        device: device.name.clone(),
        workload,
        trials: trials as u64,
        added: learnt.added,
        replaced: learnt.replaced,
        unchanged: learnt.unchanged,
        removed: learnt.removed,
        worth: None,
        diff: learnt.diff,
    }
}

fn print(report: &LearnReport, is_kept: bool) -> Result<()> {
    if report.lessons.is_empty() {
        let others = match report.other_designs.as_slice() {
            [] => String::new(),
            names => format!(": they are of {}", names.join(", ")),
        };
        let text = format!("the traces have no trial of this design's workloads{others}\n");
        return output::result(&text);
    }
    let mut text = String::new();
    for lesson in &report.lessons {
        text.push_str(&told(lesson, lesson.workload.as_deref().unwrap_or("the workload")));
    }
    for lesson in &report.shared {
        text.push_str(&told(lesson, "for all designs"));
    }
    let library = report.library.as_deref().filter(|_| !report.shared.is_empty());
    let shown = match library {
        Some(library) => format!("the design `{}` and the library `{library}`", report.design),
        None => format!("the design `{}`", report.design),
    };
    let verb =
        |one: &str, two: &str| if library.is_some() { two.to_owned() } else { one.to_owned() };
    text.push_str(&if report.written {
        format!("{shown} {} changed as shown\n", verb("was", "were"))
    } else if is_kept {
        format!("{shown} {} not changed (`--keep-design`)\n", verb("was", "were"))
    } else {
        format!("{shown} {} all of it already\n", verb("says", "say"))
    });
    output::result(&text)
}

/// A lesson in a line, and its change.
fn told(lesson: &Lesson, of: &str) -> String {
    let mut text = format!(
        "{of} on {}: {} trials; {} new, {} with new figures, {} as they were, {} taken out\n",
        lesson.device,
        lesson.trials,
        lesson.added.len(),
        lesson.replaced.len(),
        lesson.unchanged.len(),
        lesson.removed.len()
    );
    if let Some(worth) = &lesson.worth {
        text.push_str(&worthy::table(worth));
    }
    if !lesson.diff.is_empty() {
        text.push_str(&format!("\n{}\n", lesson.diff));
    }
    text
}
