//! The loop on a GPU: configs are compiled here, tried there, and what came of them is in the design before others are chosen.
//!
//! Nothing is kept but the trace and the design: a loop that was cut off counts the trials that there are, and goes on.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result, bail};
use spak_records::bundle::Schedule;
use spak_records::{Levels, Outcome, Problem, Trial, file};

use crate::engine::paths::Paths;
use crate::engine::report::{duration, problem};
use crate::engine::traces;
use crate::exit::Status;
use crate::gpu::bundle::{leave_out, make, unpack, write};
use crate::gpu::node::Run;
use crate::gpu::opened::{Which, open};
use crate::gpu::remote::{Errand, Remote};
use crate::output::{self, Format};
use crate::verbs::learn::teach;
use crate::verbs::node::say;

/// The name of this machine, where another one is not named.
const HERE: &str = "local";

/// A loop over one workload of a design.
pub(crate) struct Looped<'a> {
    pub(crate) design: &'a Path,
    /// Which configs are compiled, and for what.
    pub(crate) which: Which,
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
    pub(crate) cancel: &'static AtomicBool,
}

/// What a round came to.
struct Round {
    trials: usize,
    best: Option<u64>,
    lessons: usize,
}

impl Looped<'_> {
    /// Runs the loop; a problem is a design with errors, or one of which nothing could be measured.
    ///
    /// # Errors
    /// No compiler, no machine, a node that cannot be reached, files that cannot be written.
    pub(crate) fn go(&self, format: Format) -> Result<Status> {
        let paths = Paths::of(self.design);
        let folder = paths.trace.parent().context("a design without a folder")?;
        file::make_folder(folder)?;
        let mut rounds: Vec<Round> = Vec::new();
        let size = self.trials.div_ceil(self.rounds.max(1)).max(1);
        let Some(first) = open(&self.which.only_one(), format)? else {
            return Ok(Status::Problems);
        };
        let workload = first.design.workloads.first().context("the design has no workload")?;
        let of = Problem::Operator(workload.problem.clone());
        loop {
            // Where the loop is, the trace says.
            let trials = known(&paths.trace, &of)?;
            let round = trials.len() / size;
            let wanted = (size - trials.len() % size).min(self.trials.saturating_sub(trials.len()));
            if wanted == 0 || self.cancel.load(Ordering::Relaxed) {
                break;
            }
            let which = self.which.of_round(round as u64);
            let Some(mut opened) = open(&which, format)? else { return Ok(Status::Problems) };
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
            if paths.trace.exists() {
                leave_out(&mut packed, &paths.trace)?;
            }
            let bundle = bundle_path(&paths, round);
            file::make_folder(bundle.parent().context("a bundle without a folder")?)?;
            write(&packed, &bundle)?;
            // The best of before is in the bundle again, and counts as tried.
            let kept = usize::from(trials.iter().any(is_measured));
            let is_last = trials.len() + wanted >= self.trials;
            let compare = self.compare.filter(|_| is_last);
            self.run(&bundle, &paths.trace, wanted + kept, compare)?;
            let now = known(&paths.trace, &of)?;
            let lessons = match self.writes {
                true => teach(self.design, &paths.trace, self.which.workload(), true)?.map(|all| {
                    all.iter().map(|one| one.added.len() + one.replaced.len()).sum::<usize>()
                }),
                false => Some(0),
            };
            let Some(lessons) = lessons else { return Ok(Status::Problems) };
            let found = Round { trials: now.len(), best: best(&now).map(|(ns, _)| ns), lessons };
            output::aside(&told(round + 1, &found));
            let is_stuck = now.len() == trials.len();
            rounds.push(found);
            if is_stuck {
                output::aside("nothing else to try\n");
                break;
            }
        }
        let trials = known(&paths.trace, &of)?;
        self.end(&trials, &rounds)
    }

    fn end(&self, trials: &[Trial], rounds: &[Round]) -> Result<Status> {
        let Some((ns, best)) = best(trials) else {
            output::result("nothing was measured\n")?;
            return Ok(Status::Problems);
        };
        let tflops = match &best.problem {
            Problem::Operator(of) => of.flops as f64 / ns as f64 / 1e3,
            _ => 0.0,
        };
        let lessons: usize = rounds.iter().map(|round| round.lessons).sum();
        output::result(&format!(
            "{}\nbest of {} trials: {} ({tflops:.1} TFLOPS)\n{}\n{lessons} facts and rules are new or have new figures\n",
            problem(&best.problem),
            trials.len(),
            duration(ns),
            best.config,
        ))?;
        Ok(if self.cancel.load(Ordering::Relaxed) { Status::Problems } else { Status::Fine })
    }

    fn run(&self, bundle: &Path, trace: &Path, trials: usize, compare: Option<&str>) -> Result<()> {
        if self.node == HERE {
            let folder = tempfile::tempdir()?;
            let bundle = unpack(bundle, folder.path())?;
            let run = Run {
                bundle: &bundle,
                parts: folder.path(),
                trace,
                cancel: self.cancel,
                seconds: self.seconds,
                trials: Some(trials),
                python: compare,
                best: 1,
            };
            run.go(&mut |told| say(&told))?;
            return Ok(());
        }
        let mut arguments = vec!["--seconds".to_owned(), self.seconds.to_string()];
        arguments.extend(["--trials".to_owned(), trials.to_string()]);
        arguments.extend(compare.into_iter().flat_map(|p| ["--compare".to_owned(), p.to_owned()]));
        match Remote::new(self.node, self.ssh)?.run(&Errand { bundle, trace, arguments })? {
            0 | 1 => Ok(()),
            code => bail!(
                "the run on {} ended with {code}; what it measured is in `{}`, and the same command goes on",
                self.node,
                trace.display()
            ),
        }
    }
}

/// Where the bundle of a round is.
fn bundle_path(paths: &Paths, round: usize) -> PathBuf {
    let stem = paths.trace.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let root = paths.trace.parent().and_then(Path::parent).unwrap_or(Path::new("."));
    root.join("bundles").join(format!("{stem}-{}.spak", round + 1))
}

/// The different trials of a problem.
fn known(trace: &Path, of: &Problem) -> Result<Vec<Trial>> {
    if !trace.exists() {
        return Ok(Vec::new());
    }
    let trace = traces::read(trace)?;
    let mut trials: Vec<Trial> = Vec::new();
    for (_, trial) in trace.trials().filter(|(_, trial)| trial.problem == *of) {
        if !trials.iter().any(|known| known.key == trial.key) {
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

fn told(round: usize, found: &Round) -> String {
    let best = found.best.map_or_else(|| "nothing measured".to_owned(), duration);
    format!("round {round}: {} trials, best {best}, {} lessons\n", found.trials, found.lessons)
}
