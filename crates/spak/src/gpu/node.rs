//! Runs a bundle on the GPU of this machine: checks, times, and writes each trial into the trace when it is known.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use spak_node::{Expectation, GpuFacts, Judge, Parts, Runner, RunnerError};
use spak_records::bundle::{Bundle, BundledCandidate, BundledEntry, NodeProgram};
use spak_records::node::{NodeAnswer, Order};
use spak_records::store::Store;
use spak_records::trace::{Header, Record, RunStart, Stamp};
use spak_records::{
    Check, ContentHash, Device, Measurement, Outcome, Problem, Rejection, Stage, Trial, Workload,
};
use spak_run::summarize;

use crate::engine::drive::now;

/// Changes when trials of before are not comparable any more.
const JUDGE: &str = "gpu-judge-1";

/// What is shown while it runs.
pub(crate) enum Told<'a> {
    /// A candidate's trial on a timed problem came out.
    Trial { trial: &'a Trial, workload: Option<&'a str>, at: usize, all: usize },
    /// A trial of the trace was taken.
    Kept { at: usize, all: usize },
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ended {
    pub(crate) measured: usize,
    pub(crate) rejected: usize,
    pub(crate) kept: usize,
    pub(crate) was_stopped: bool,
}

/// A run of a bundle.
pub(crate) struct Run<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) parts: &'a Path,
    pub(crate) trace: &'a Path,
    pub(crate) cancel: &'a AtomicBool,
    /// Seconds for all of it.
    pub(crate) seconds: f64,
}

/// The best program of a problem so far.
struct Incumbent {
    program: NodeProgram,
    config: ContentHash,
    median: u64,
}

struct Work<'a> {
    run: &'a Run<'a>,
    judge: Judge,
    parts: Parts,
    shared: PathBuf,
    expectations: BTreeMap<usize, Expectation>,
    incumbents: BTreeMap<usize, Incumbent>,
    seed: u64,
}

/// A GPU as traces know it.
fn device(facts: &GpuFacts) -> Device {
    Device {
        name: facts.name.clone(),
        architecture: format!("sm_{}", facts.architecture),
        features: Vec::new(),
        cores: facts.processors,
        caches: vec![facts.l2],
        system: format!("CUDA {}.{}", facts.driver / 1000, facts.driver % 1000 / 10),
    }
}

impl Run<'_> {
    /// Runs every candidate on every timed problem that the trace has no trial of yet.
    ///
    /// # Errors
    /// No driver, another architecture, a trace that cannot be written; what goes wrong with a candidate is a trial.
    pub(crate) fn go(&self, told: &mut dyn FnMut(Told<'_>)) -> Result<Ended> {
        let parts = Parts::at(self.parts);
        let judge = Judge::open(&parts, &self.bundle.common).map_err(|error| anyhow!(error))?;
        let device = device(judge.facts());
        let wanted = self.bundle.architecture.trim_end_matches(['a', 'f']);
        if device.architecture != wanted {
            bail!(
                "the bundle is for {wanted}, and the GPU here is {} ({}); compile it for that with `--arch {}`",
                device.name,
                device.architecture,
                device.architecture
            );
        }
        let header = Header::new(concat!("spak ", env!("CARGO_PKG_VERSION")), &now());
        let mut store = Store::open(self.trace, &header)?;
        let stamp = |run: &str| Stamp { run: run.to_owned(), time: now() };
        let name = format!("node-{}", now());
        let device_id = store.device(&stamp(&name), &device)?;
        let toolchain_id = store.toolchain(&stamp(&name), &self.bundle.toolchain)?;
        let timed: Vec<usize> = (0..self.bundle.problems.len())
            .filter(|at| self.bundle.problems.get(*at).is_some_and(|p| p.is_timed))
            .collect();
        for at in &timed {
            let Some(problem) = self.bundle.problems.get(*at) else { continue };
            let start = RunStart {
                system: self.bundle.system.clone(),
                design_path: self.bundle.design_path.clone(),
                design: self.bundle.design.clone(),
                seed: self.bundle.schedule.seed,
                device: device_id.clone(),
                toolchain: toolchain_id.clone(),
                workload: Workload(problem.problem.values.clone()),
                resumed: false,
            };
            store.append(&stamp(&name), Record::Run(start))?;
        }
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.context("no folder for what processes share")?;
        let seed = self.bundle.schedule.seed ^ rand::random::<u64>();
        let mut work = Work {
            run: self,
            judge,
            parts,
            shared: folder.path().join("output"),
            expectations: BTreeMap::new(),
            incumbents: BTreeMap::new(),
            seed,
        };
        let begin = Instant::now();
        let mut ended = Ended::default();
        let all = self.bundle.candidates.len() * timed.len();
        let mut at = 0;
        for candidate in &self.bundle.candidates {
            // A process for each candidate, started when it is needed.
            let mut process: Option<Runner> = None;
            let mut checked: BTreeMap<usize, Result<Check, Rejection>> = BTreeMap::new();
            for problem in &timed {
                at += 1;
                let is_late = begin.elapsed().as_secs_f64() > self.seconds;
                if is_late || self.cancel.load(Ordering::Relaxed) {
                    ended.was_stopped = true;
                    return Ok(ended);
                }
                let Some(entry) = candidate.entries.iter().find(|e| e.problem == *problem) else {
                    continue;
                };
                let key = self.key(candidate, entry, &device)?;
                if let Some(known) = store.trial(&key).cloned() {
                    work.remember(*problem, entry, &known);
                    store.reuse(&stamp(&name), &key)?;
                    ended.kept += 1;
                    told(Told::Kept { at, all });
                    continue;
                }
                let since = Instant::now();
                let outcome =
                    match work.trial(candidate, *problem, entry, &mut process, &mut checked)? {
                        Ok(measurement) => Outcome::Measured(measurement),
                        Err(rejection) => Outcome::Rejected(rejection),
                    };
                let bundled = self.bundle.problems.get(*problem).context("no such problem")?;
                let trial = Trial {
                    key,
                    config_id: candidate.config.id(),
                    config: candidate.config.clone(),
                    source: candidate.source.clone(),
                    problem: Problem::Operator(bundled.problem.clone()),
                    outcome,
                    seconds: since.elapsed().as_secs_f64(),
                };
                work.remember(*problem, entry, &trial);
                match trial.outcome {
                    Outcome::Measured(_) => ended.measured += 1,
                    Outcome::Rejected(_) => ended.rejected += 1,
                }
                store.append(&stamp(&name), Record::Trial(Box::new(trial.clone())))?;
                told(Told::Trial { trial: &trial, workload: bundled.workload.as_deref(), at, all });
            }
        }
        Ok(ended)
    }

    /// Tells a trial from all whose answer may be another.
    fn key(
        &self,
        candidate: &BundledCandidate,
        entry: &BundledEntry,
        device: &Device,
    ) -> Result<ContentHash> {
        let problem = self.bundle.problems.get(entry.problem).context("no such problem")?;
        let parts = [
            JUDGE.to_owned(),
            serde_json::to_string(&entry.program)?,
            serde_json::to_string(&problem.problem)?,
            serde_json::to_string(device)?,
            serde_json::to_string(&self.bundle.toolchain)?,
            candidate.config.id().as_str().to_owned(),
        ];
        Ok(ContentHash::of_parts(parts.iter().map(String::as_bytes)))
    }
}

impl Work<'_> {
    /// Keeps the best program of a problem.
    fn remember(&mut self, problem: usize, entry: &BundledEntry, trial: &Trial) {
        let Outcome::Measured(measurement) = &trial.outcome else { return };
        let known = self.incumbents.get(&problem);
        if known.is_none_or(|known| measurement.median_ns < known.median) {
            self.incumbents.insert(
                problem,
                Incumbent {
                    program: entry.program.clone(),
                    config: trial.config_id.clone(),
                    median: measurement.median_ns,
                },
            );
        }
    }

    /// One candidate on one problem: checked on the small problems, checked on this one, timed against the incumbent.
    fn trial(
        &mut self,
        candidate: &BundledCandidate,
        problem: usize,
        entry: &BundledEntry,
        process: &mut Option<Runner>,
        checked: &mut BTreeMap<usize, Result<Check, Rejection>>,
    ) -> Result<std::result::Result<Measurement, Rejection>> {
        let bundle = self.run.bundle;
        let operator = bundle.problems.get(problem).map(|p| &p.problem.operator);
        let mut checks = Vec::new();
        let small = candidate.entries.iter().filter(|small| {
            let its = bundle.problems.get(small.problem);
            its.is_some_and(|p| !p.is_timed && Some(&p.problem.operator) == operator)
        });
        for one in small.chain([entry]) {
            let known = checked.get(&one.problem).cloned();
            let result = match known {
                Some(known) => known,
                None => {
                    let result = self.check(one, process)?;
                    checked.insert(one.problem, result.clone());
                    result
                }
            };
            match result {
                Ok(check) => checks.push(check),
                Err(rejection) => return Ok(Err(rejection)),
            }
        }
        let times = match self.times(problem, process)? {
            Ok(times) => times,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let of = |at: usize| times.get(at).and_then(|samples| summarize(samples));
        let Some(own) = of(0) else {
            return Ok(Err(rejected(Stage::Time, "no-time", "no sample was taken".to_owned())));
        };
        let flops = bundle.problems.get(problem).map_or(0, |p| p.problem.flops);
        Ok(Ok(Measurement {
            median_ns: own.median_ns,
            median_ci_ns: own.median_ci_ns,
            min_ns: own.min_ns,
            samples: own.samples,
            tflops: flops as f64 / own.median_ns.max(1) as f64 / 1e3,
            incumbent_median_ns: of(1).map(|summary| summary.median_ns),
            incumbent: of(1).and(self.incumbents.get(&problem).map(|known| known.config.clone())),
            checks,
        }))
    }

    /// Whether a candidate computes a problem right.
    fn check(
        &mut self,
        entry: &BundledEntry,
        process: &mut Option<Runner>,
    ) -> Result<std::result::Result<Check, Rejection>> {
        let bundle = self.run.bundle;
        let problem = bundle.problems.get(entry.problem).context("no such problem")?;
        if !self.expectations.contains_key(&entry.problem) {
            let arrays = &entry.program.arrays;
            let rows = bundle.schedule.rows;
            let expectation = self.judge.expect(problem, arrays, &self.parts, self.seed, rows);
            let expectation = expectation.map_err(|error| anyhow!("the reference: {error}"))?;
            self.expectations.insert(entry.problem, expectation);
        }
        let place = Order::Place { place: 0, program: entry.program.clone(), seed: self.seed };
        for order in [place, Order::Run { place: 0 }] {
            match self.ask(process, &order) {
                Ok(NodeAnswer::Done) => {}
                Ok(NodeAnswer::InputsChanged(array)) => {
                    let detail = format!("the kernel wrote into its input `{array}`");
                    return Ok(Err(rejected(Stage::Check, "inputs-changed", detail)));
                }
                Ok(NodeAnswer::Failed(error)) => {
                    *process = None;
                    return Ok(Err(rejected(Stage::Check, "driver-error", error)));
                }
                Ok(other) => bail!("the candidate's process answers {other:?}"),
                Err(error) => return Ok(Err(lost(Stage::Check, &error))),
            }
        }
        let mut check = Check {
            problem: Problem::Operator(problem.problem.clone()),
            seed: self.seed,
            max_error: 0.0,
            worst_ratio: 0.0,
            compared: 0,
        };
        for (at, plan) in entry.program.arrays.iter().enumerate().filter(|(_, p)| p.is_output()) {
            match self.ask(process, &Order::Fetch { place: 0, array: at }) {
                Ok(NodeAnswer::Done) => {}
                Ok(other) => bail!("the candidate's process answers {other:?}"),
                Err(error) => return Ok(Err(lost(Stage::Check, &error))),
            }
            let bytes = std::fs::read(&self.shared).context("the output cannot be read")?;
            let expectation = self.expectations.get(&entry.problem).context("no expectation")?;
            let verdict = self.judge.compare(expectation, at, plan, &bytes);
            let verdict = verdict.map_err(|error| anyhow!("comparing: {error}"))?;
            if !verdict.is_right() {
                let (reason, what) = if verdict.not_numbers > 0 {
                    let count = verdict.not_numbers;
                    (
                        "output-not-written",
                        format!("{count} elements are no numbers or were not written"),
                    )
                } else {
                    (
                        "wrong-result",
                        format!(
                            "{} of {} compared elements are wrong, the first is number {}; the largest difference is {:.3e}, {:.1} times its tolerance",
                            verdict.wrong,
                            verdict.compared,
                            verdict.first,
                            verdict.worst_error,
                            verdict.worst_ratio
                        ),
                    )
                };
                let detail = format!("`{}` of {:?}: {what}", plan.name, problem.problem.values);
                return Ok(Err(rejected(Stage::Check, reason, detail)));
            }
            check.max_error = check.max_error.max(verdict.worst_error);
            check.worst_ratio = check.worst_ratio.max(verdict.worst_ratio);
            check.compared += verdict.compared;
        }
        Ok(Ok(check))
    }

    /// Times of the placed candidate and of the incumbent, by turns.
    fn times(
        &mut self,
        problem: usize,
        process: &mut Option<Runner>,
    ) -> Result<std::result::Result<Vec<Vec<u64>>, Rejection>> {
        let schedule = &self.run.bundle.schedule;
        let mut places = vec![0];
        if let Some(incumbent) = self.incumbents.get(&problem) {
            let program = incumbent.program.clone();
            let order = Order::Place { place: 1, program, seed: self.seed };
            match self.ask(process, &order) {
                Ok(NodeAnswer::Done) => places.push(1),
                Ok(NodeAnswer::Failed(error)) => {
                    *process = None;
                    return Ok(Err(rejected(Stage::Time, "driver-error", error)));
                }
                Ok(other) => bail!("the candidate's process answers {other:?}"),
                Err(error) => return Ok(Err(lost(Stage::Time, &error))),
            }
        }
        let order = Order::Time { places, samples: schedule.samples, seconds: schedule.seconds };
        match self.ask(process, &order) {
            Ok(NodeAnswer::Times(times)) => Ok(Ok(times)),
            Ok(NodeAnswer::Failed(error)) => {
                *process = None;
                Ok(Err(rejected(Stage::Time, "driver-error", error)))
            }
            Ok(other) => bail!("the candidate's process answers {other:?}"),
            Err(error) => Ok(Err(lost(Stage::Time, &error))),
        }
    }

    /// Asks the candidate's process; a new one if there is none.
    fn ask(
        &self,
        process: &mut Option<Runner>,
        order: &Order,
    ) -> std::result::Result<NodeAnswer, RunnerError> {
        let patience = Duration::from_secs_f64(self.run.bundle.schedule.patience);
        let mut runner = match process.take() {
            Some(runner) => runner,
            None => {
                let program = std::env::current_exe()
                    .map_err(|error| RunnerError::Start(error.to_string()))?;
                let mut command = Command::new(program);
                command.args(["node", "candidate"]).arg(self.run.parts);
                command.arg(&self.run.bundle.common).arg(&self.shared);
                Runner::start(command)?
            }
        };
        let answer = runner.ask(order, patience)?;
        *process = Some(runner);
        Ok(answer)
    }
}

fn rejected(stage: Stage, reason: &str, detail: String) -> Rejection {
    Rejection { stage, reason: reason.to_owned(), detail }
}

/// A process that gave no answer: what its kernel did ended it.
fn lost(stage: Stage, error: &RunnerError) -> Rejection {
    let reason = match error {
        RunnerError::Late(_) => "timeout",
        RunnerError::Gone(_) => "crash",
        RunnerError::Start(_) => "no-process",
    };
    rejected(stage, reason, error.to_string())
}
