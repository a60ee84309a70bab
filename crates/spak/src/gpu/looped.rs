//! The loop on a GPU: configs are chosen and compiled here, tried there, and what came of them is in the design before
//! others are chosen.
//!
//! Nothing is kept but the trace and the design: a loop that was cut off counts the trials that there are, and goes on.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use spak_records::bundle::Schedule;
use spak_records::learn_report::Lesson;
use spak_records::node_report::{BestOfLoop, GpuLoopReport};
use spak_records::{Config, ContentHash, Levels, Outcome, Problem, Trial, file};

use crate::engine::paths::Paths;
use crate::engine::report::{duration, problem};
use crate::engine::traces;
use crate::exit::Status;
use crate::gpu::bundle::{leave_out, make, write};
use crate::gpu::errand::Errand;
use crate::gpu::node::Wanted;
use crate::gpu::opened::{Opened, Which, open};
use crate::gpu::propose::{Dropped, Known, propose};
use crate::gpu::twins::program_of;
use crate::output::{self, Format, json};
use crate::verbs::check::plural;
use crate::verbs::learn::{teach, teach_library};
use crate::verbs::node::say;

/// The name of this machine, where another one is not named.
const HERE: &str = "local";

/// A loop over one workload of a design.
pub(crate) struct Looped<'a> {
    pub(crate) design: &'a Path,
    /// What is compiled, and for what.
    pub(crate) which: Which,
    /// The most configs that are compiled in a round.
    pub(crate) most: usize,
    /// `local`, or `user@host`.
    pub(crate) node: &'a str,
    /// What connects to it.
    pub(crate) ssh: &'a str,
    /// The most trials, those of before included.
    pub(crate) trials: usize,
    /// How often configs are chosen anew.
    pub(crate) rounds: usize,
    /// Seconds for the trials of a round.
    pub(crate) seconds: f64,
    /// The Python there whose PyTorch the best is compared with.
    pub(crate) compare: Option<&'a str>,
    pub(crate) writes: bool,
    /// What holds for all designs on the machine is written into it, too.
    pub(crate) library: Option<&'a Path>,
    pub(crate) cancel: &'static AtomicBool,
}

impl Looped<'_> {
    /// Runs the loop; a problem is a design with errors, or one of which nothing could be measured.
    ///
    /// # Errors
    /// No compiler, no machine, a node that cannot be reached, files that cannot be written.
    pub(crate) fn go(&self, format: Format) -> Result<Status> {
        let paths = Paths::of(self.design);
        file::make_folder(paths.trace.parent().context("a design without a folder")?)?;
        let size = self.trials.div_ceil(self.rounds.max(1)).max(1);
        let Some(first) = open(&self.which.only_one(), format)? else {
            return Ok(Status::Problems);
        };
        let workload = first.design.workloads.first().context("the design has no workload")?;
        let problem = Problem::Operator(workload.problem.clone());
        let known = || known(&paths.trace, &problem, &first.target.architecture);
        let (mut lessons, mut before, mut dropped) = (0, None, Dropped::default());
        loop {
            // Where the loop is, the trace says; what it teaches is in the design before anything is chosen.
            let trials = known()?;
            let Some(more) = self.learn(&paths, &trials)? else { return Ok(Status::Problems) };
            lessons += more;
            if before.is_some() {
                output::aside(&told(&trials, more));
            }
            let left = self.trials.saturating_sub(trials.len());
            let is_stuck = before == Some(trials.len());
            if left == 0 || is_stuck || self.cancel.load(Ordering::Relaxed) {
                break;
            }
            before = Some(trials.len());
            let bundle = self.bundle_path(&paths, trials.len() / size);
            let wanted = (size - trials.len() % size).min(left);
            match self.pack(&bundle, (&trials, &mut dropped), wanted, format)? {
                None => return Ok(Status::Problems),
                Some(0) => break,
                Some(_) => self.run(&bundle, &paths.trace, None, None)?,
            }
        }
        let trials = known()?;
        // In a run of its own, so that one which was cut off is done by the same command.
        let last = self.bundle_path(&paths, trials.len().saturating_sub(1) / size);
        if self.compare.is_some() && last.exists() && !self.cancel.load(Ordering::Relaxed) {
            self.run(&last, &paths.trace, Some(0), self.compare)?;
        }
        self.end(&problem, &trials, lessons, format)
    }

    /// Where the bundle of a round is.
    fn bundle_path(&self, paths: &Paths, round: usize) -> PathBuf {
        let stem = paths.trace.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let root = paths.trace.parent().and_then(Path::parent).unwrap_or(Path::new("."));
        let workload = self.which.workload().map(|name| format!("-{name}")).unwrap_or_default();
        root.join("bundles").join(format!("{stem}{workload}-{}.spak", round + 1))
    }

    /// Facts and rules that are new or have new figures; nothing if the design has errors.
    fn learn(&self, paths: &Paths, trials: &[Trial]) -> Result<Option<usize>> {
        if !self.writes || trials.is_empty() {
            return Ok(Some(0));
        }
        let lessons = teach(self.design, &paths.trace, self.which.workload(), true)?;
        if let Some(library) = self.library {
            teach_library(library, &[&paths.trace], true)?;
        }
        let new =
            |all: Vec<Lesson>| all.iter().map(|one| one.added.len() + one.replaced.len()).sum();
        Ok(lessons.map(new))
    }

    /// Makes the bundle of `wanted` configs that are tried next; how many there are. Nothing if the design has errors.
    fn pack(
        &self,
        bundle: &Path,
        (trials, dropped): (&[Trial], &mut Dropped),
        wanted: usize,
        format: Format,
    ) -> Result<Option<usize>> {
        let which = self.which.only_one();
        let Some(opened) = open(&which, format)? else { return Ok(None) };
        let ready = self.choose(&opened, (trials, dropped), wanted, format)?;
        if ready.is_empty() {
            return Ok(Some(0));
        }
        // What others are timed beside.
        let best = best(trials).map(|(_, trial)| trial.config.clone());
        let all: Vec<Config> = best.into_iter().chain(ready.iter().cloned()).collect();
        let mut opened = opened.with(&all);
        opened.add_checks()?;
        let batch = opened.compile(&which, false, format)?;
        let schedule = Schedule { seed: which.seed(), ..Schedule::default() };
        let mut packed = make(
            self.design,
            &opened.design.workloads,
            1,
            &batch,
            &opened.target,
            (&opened.installed, &opened.cache, &opened.toolchain),
            schedule,
        )?;
        let trace = Paths::of(self.design).trace;
        if trace.exists() {
            leave_out(&mut packed, &trace)?;
        }
        file::make_folder(bundle.parent().context("a bundle without a folder")?)?;
        write(&packed, bundle)?;
        Ok(Some(ready.len()))
    }

    /// Configs that are tried next: `wanted` of them, each a program that may run and was not tried, if as many are found.
    fn choose(
        &self,
        opened: &Opened,
        (trials, dropped): (&[Trial], &mut Dropped),
        wanted: usize,
        format: Format,
    ) -> Result<Vec<Config>> {
        let which = self.which.only_one();
        let workload = opened.design.workloads.first().context("the design has no workload")?;
        let mut ready: Vec<Config> = Vec::new();
        let mut programs: BTreeSet<ContentHash> =
            trials.iter().filter_map(program_of).cloned().collect();
        let (mut compiled, mut failed, mut twins) = (0, 0, 0);
        // What may run, and what it is, is found out by compiling it; others come in its place.
        while ready.len() < wanted && compiled < self.most {
            let known = Known { trials, dropped, waiting: &ready };
            let count = (wanted - ready.len()).min(self.most - compiled);
            let configs = propose(workload, &known, count, which.seed());
            if configs.is_empty() {
                break;
            }
            compiled += configs.len();
            let mut batch = opened.with(&configs);
            batch.add_checks()?;
            let batch = batch.compile(&which, false, format)?;
            for config in configs {
                match batch.program(&config) {
                    None => {
                        failed += 1;
                        dropped.failed.insert(config.id());
                    }
                    Some(program) if !programs.insert(program.clone()) => {
                        twins += 1;
                        dropped.twins.add(&config, program);
                    }
                    Some(_) => ready.push(config),
                }
            }
        }
        for (count, what) in
            [(failed, "have no binary that may run"), (twins, "are programs that are tried anyway")]
        {
            if count > 0 {
                output::aside(&format!("{} of {compiled} {what}\n", plural(count, "config")));
            }
        }
        Ok(ready)
    }

    fn end(
        &self,
        of: &Problem,
        trials: &[Trial],
        lessons: usize,
        format: Format,
    ) -> Result<Status> {
        let found = best(trials).map(|(level_ns, trial)| {
            let tflops = match of {
                Problem::Operator(of) => of.flops as f64 / level_ns as f64 / 1e3,
                _ => 0.0,
            };
            BestOfLoop { config: trial.config.clone(), level_ns, tflops }
        });
        let stopped = self.cancel.load(Ordering::Relaxed);
        let is_fine = found.is_some() && !stopped;
        match (format, found) {
            (Format::Json, best) => json::result(
                "spak.gpu-loop-report",
                &GpuLoopReport {
                    design: self.design.to_string_lossy().into_owned(),
                    trace: Paths::of(self.design).trace.to_string_lossy().into_owned(),
                    node: self.node.to_owned(),
                    workload: self.which.workload().map(str::to_owned),
                    problem: of.clone(),
                    trials: trials.len() as u64,
                    best,
                    lessons: lessons as u64,
                    stopped,
                },
            )?,
            (Format::Human, None) => output::result("nothing was measured\n")?,
            (Format::Human, Some(best)) => output::result(&format!(
                "{}\nbest of {} trials: {} ({:.1} TFLOPS)\n{}\n{lessons} facts and rules are new or have new figures\n",
                problem(of),
                trials.len(),
                duration(best.level_ns),
                best.tflops,
                best.config,
            ))?,
        }
        Ok(if is_fine { Status::Fine } else { Status::Problems })
    }

    fn run(
        &self,
        bundle: &Path,
        trace: &Path,
        trials: Option<usize>,
        compare: Option<&str>,
    ) -> Result<()> {
        let wanted = Wanted { seconds: self.seconds, trials, compare, best: 1 };
        let errand = Errand { bundle, trace, wanted };
        let host = (self.node != HERE).then_some(self.node);
        errand.run(host, self.ssh, self.cancel, &mut |told| say(&told)).map(drop)
    }
}

/// The different trials of a problem on GPUs of an architecture.
fn known(trace: &Path, of: &Problem, architecture: &str) -> Result<Vec<Trial>> {
    if !trace.exists() {
        return Ok(Vec::new());
    }
    let trace = traces::read(trace)?;
    let is_there = |run: &str| {
        let device = trace.run(run).and_then(|run| trace.device(&run.device));
        device.is_some_and(|device| architecture.starts_with(&device.architecture))
    };
    let mut trials: Vec<Trial> = Vec::new();
    for (line, trial) in trace.trials().filter(|(_, trial)| trial.problem == *of) {
        if is_there(&line.run) && !trials.iter().any(|known| known.key == trial.key) {
            trials.push(trial.clone());
        }
    }
    Ok(trials)
}

fn is_measured(trial: &Trial) -> bool {
    matches!(trial.outcome, Outcome::Measured(_))
}

/// The best of them beside each other, whatever the clocks did, with its level in nanoseconds.
fn best(trials: &[Trial]) -> Option<(u64, &Trial)> {
    let levels = Levels::of(trials);
    let measured = trials.iter().filter(|trial| is_measured(trial));
    measured
        .filter_map(|trial| Some((levels.log_ns(&trial.problem, &trial.config_id)?, trial)))
        .min_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(log, trial)| (log.exp().round() as u64, trial))
}

fn told(trials: &[Trial], lessons: usize) -> String {
    let best = best(trials).map_or_else(|| "nothing measured".to_owned(), |(ns, _)| duration(ns));
    format!("{} trials, best {best}, {lessons} lessons\n", trials.len())
}
