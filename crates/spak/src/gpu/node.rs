//! Runs a bundle on the GPU of this machine: checks, times, and writes each trial into the trace when it is known.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow, bail};
use spak_node::{GpuFacts, Judge, Parts, Runner, RunnerError};
use spak_records::bundle::{Bundle, BundledCandidate, BundledEntry, NodeProgram};
use spak_records::comparison::Comparison;
use spak_records::node::Order;
use spak_records::store::Store;
use spak_records::trace::{Header, Record, RunStart, Stamp};
use spak_records::{
    Check, ContentHash, Device, Measurement, Outcome, Problem, Stage, Trial, Workload,
};
use spak_run::summarize;

use crate::engine::drive::now;
use crate::gpu::examine::{Examiner, Found, Server, measured, rejected};

/// Changes when trials of before are not comparable any more.
pub(crate) const JUDGE: &str = "gpu-judge-2";

/// What is shown while it runs.
pub(crate) enum Told<'a> {
    /// A candidate's trial on a timed problem came out.
    Trial { trial: &'a Trial, workload: Option<&'a str>, at: usize, all: usize },
    /// A trial of the trace was taken.
    Kept { at: usize, all: usize },
    /// A comparison came out.
    Compared(&'a Comparison),
    /// Something that did not keep it from going on.
    Note(String),
}

/// How a run ended.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Ended {
    pub(crate) measured: usize,
    pub(crate) rejected: usize,
    pub(crate) kept: usize,
    pub(crate) compared: usize,
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
    /// The Python whose PyTorch candidates are compared with.
    pub(crate) python: Option<&'a str>,
    /// How many of the best of each problem are compared, each also as the just-in-time compiler makes it.
    pub(crate) best: usize,
}

/// The best program of a problem so far.
struct Incumbent {
    program: NodeProgram,
    config: ContentHash,
    median: u64,
}

struct Work<'a> {
    examiner: Examiner<'a>,
    incumbents: BTreeMap<usize, Incumbent>,
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
        let shared = folder.path().join("output");
        let examiner = Examiner::new(self.bundle, judge, parts, &shared, seed);
        let mut work = Work { examiner, incumbents: BTreeMap::new() };
        let start = || self.candidate_process(&shared);
        let patience = Duration::from_secs_f64(self.bundle.schedule.patience);
        let begin = Instant::now();
        let mut ended = Ended::default();
        let all = self.bundle.candidates.len() * timed.len();
        let mut at = 0;
        for candidate in &self.bundle.candidates {
            // A process for each candidate, started when it is needed.
            let mut server = Server::new(&start, patience);
            let mut checked: BTreeMap<usize, Found<Check>> = BTreeMap::new();
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
                    match work.trial(candidate, *problem, entry, &mut server, &mut checked)? {
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
        if let Some(python) = self.python {
            ended.compared =
                self.compare(python, &mut work.examiner, &mut store, (&name, &device), told)?;
        }
        Ok(ended)
    }

    /// A process for candidates.
    fn candidate_process(&self, shared: &Path) -> std::result::Result<Runner, RunnerError> {
        let program =
            std::env::current_exe().map_err(|error| RunnerError::Start(error.to_string()))?;
        let mut command = Command::new(program);
        command.args(["node", "candidate"]).arg(self.parts);
        command.arg(&self.bundle.common).arg(shared);
        Runner::start(command)
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
        server: &mut Server<'_>,
        checked: &mut BTreeMap<usize, Found<Check>>,
    ) -> Result<Found<Measurement>> {
        let bundle = self.examiner.bundle;
        let operator = bundle.problems.get(problem).map(|p| &p.problem.operator);
        let mut checks = Vec::new();
        let small = candidate.entries.iter().filter(|small| {
            let its = bundle.problems.get(small.problem);
            its.is_some_and(|p| !p.is_timed && Some(&p.problem.operator) == operator)
        });
        for one in small.chain([entry]) {
            // The last one is placed in any case, since it is timed next.
            let is_last = one.problem == problem;
            let known = checked.get(&one.problem).filter(|known| !is_last || known.is_err());
            let result = match known {
                Some(known) => known.clone(),
                None => {
                    let result = self.check(one, server)?;
                    checked.insert(one.problem, result.clone());
                    result
                }
            };
            match result {
                Ok(check) => checks.push(check),
                Err(rejection) => return Ok(Err(rejection)),
            }
        }
        let mut places = vec![0];
        if let Some(incumbent) = self.incumbents.get(&problem) {
            let program = incumbent.program.clone();
            let order = Order::Place { place: 1, program, seed: self.examiner.seed() };
            match server.done(&order, Stage::Time)? {
                Ok(()) => places.push(1),
                Err(rejection) => return Ok(Err(rejection)),
            }
        }
        let seconds = bundle.schedule.seconds;
        let (times, seen) = match self.examiner.time(server, places, seconds)? {
            Ok(found) => found,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let flops = bundle.problems.get(problem).map_or(0, |p| p.problem.flops);
        let own = times.first().map(Vec::as_slice).unwrap_or_default();
        let Some(mut measurement) = measured(own, flops, checks, seen.as_ref()) else {
            return Ok(Err(rejected(Stage::Time, "no-time", "no sample was taken".to_owned())));
        };
        if let Some(other) = times.get(1).and_then(|samples| summarize(samples)) {
            measurement.incumbent_median_ns = Some(other.median_ns);
            measurement.incumbent = self.incumbents.get(&problem).map(|i| i.config.clone());
        }
        match self.examiner.energy(server, 0)? {
            Ok(energy) => measurement.energy_mj = energy,
            Err(rejection) => return Ok(Err(rejection)),
        }
        Ok(Ok(measurement))
    }

    /// Whether a candidate computes a problem right; it stands at place 0 afterwards.
    fn check(&mut self, entry: &BundledEntry, server: &mut Server<'_>) -> Result<Found<Check>> {
        let program = entry.program.clone();
        let order = Order::Place { place: 0, program, seed: self.examiner.seed() };
        if let Err(rejection) = server.done(&order, Stage::Check)? {
            return Ok(Err(rejection));
        }
        let found = self.examiner.check(server, 0, entry.problem, &entry.program.arrays)?;
        Ok(found.map(|(check, _)| check))
    }
}
