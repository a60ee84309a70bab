//! Runs a bundle on the GPU of this machine: checks, times, and writes each trial into the trace when it is known.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, anyhow};
use spak_node::{GpuFacts, Judge, Parts, Runner, RunnerError};
use spak_records::bundle::{Bundle, BundledCandidate, BundledEntry};
use spak_records::comparison::Comparison;
use spak_records::node_report::NodeReport;
use spak_records::store::Store;
use spak_records::trace::{Header, Record, RunStart, Stamp};
use spak_records::{Check, ContentHash, Device, Needs, Outcome, Problem, Trial, Workload};

use crate::engine::drive::now;
use crate::gpu::choose;
use crate::gpu::examine::{Examiner, Found, Server, Start};
use crate::gpu::taken::take;
use crate::gpu::trying::Work;
use crate::gpu::twins::{Started, program};

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

impl Ended {
    /// As a run says it for programs.
    pub(crate) fn of(report: &NodeReport) -> Self {
        let count = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        Self {
            measured: count(report.measured),
            rejected: count(report.rejected),
            kept: count(report.kept),
            compared: count(report.compared),
            was_stopped: report.stopped,
        }
    }

    /// For programs.
    pub(crate) fn report(self, bundle: &Path, trace: &Path, host: Option<&str>) -> NodeReport {
        NodeReport {
            bundle: bundle.to_string_lossy().into_owned(),
            trace: trace.to_string_lossy().into_owned(),
            host: host.map(str::to_owned),
            measured: self.measured as u64,
            rejected: self.rejected as u64,
            kept: self.kept as u64,
            compared: self.compared as u64,
            stopped: self.was_stopped,
        }
    }
}

/// What is wanted of a run.
#[derive(Clone, Copy)]
pub(crate) struct Wanted<'a> {
    /// Seconds for all of it.
    pub(crate) seconds: f64,
    /// The most trials of each workload, chosen by a search; all candidates without it.
    pub(crate) trials: Option<usize>,
    /// The Python there whose PyTorch candidates are compared with.
    pub(crate) compare: Option<&'a str>,
    /// How many of the best of each problem are compared, each also as the just-in-time compiler makes it.
    pub(crate) best: usize,
}

/// A run of a bundle.
pub(crate) struct Run<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) parts: &'a Path,
    pub(crate) trace: &'a Path,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) wanted: Wanted<'a>,
}

/// A run as far as it has come.
struct Session {
    store: Store,
    name: String,
    device: Device,
    /// Keys of all trials that the bundle may have on this machine; of a search only.
    keys: Vec<ContentHash>,
    ended: Ended,
    begin: Instant,
    at: usize,
    all: usize,
}

/// A candidate's own process, started when it is needed, and what was found out in it.
struct Process<'a> {
    server: Server<'a>,
    checked: BTreeMap<usize, Found<Check>>,
}

impl<'a> Process<'a> {
    fn new(start: Start<'a>, patience: Duration) -> Self {
        Self { server: Server::new(start, patience), checked: BTreeMap::new() }
    }
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
        let (common, architecture) = (&self.bundle.common, &self.bundle.architecture);
        let judge = Judge::open(&parts, common, architecture).map_err(|error| anyhow!(error))?;
        let note = &mut |note| told(Told::Note(note));
        let Some(_taken) = take(&judge.facts().bus, self.cancel, note)? else {
            return Ok(Ended { was_stopped: true, ..Ended::default() });
        };
        let device = device(judge.facts());
        let timed: Vec<usize> = (0..self.bundle.problems.len())
            .filter(|at| self.bundle.problems.get(*at).is_some_and(|p| p.is_timed))
            .collect();
        let mut session = self.begin(device, &timed)?;
        let memory = Path::new("/dev/shm");
        let folder =
            if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
        let folder = folder.context("no folder for what processes share")?;
        let seed = self.bundle.schedule.seed ^ rand::random::<u64>();
        let shared = folder.path().join("output");
        let examiner = Examiner::new(self.bundle, judge, parts, &shared, seed);
        let mut work = Work::new(examiner);
        let start = || self.candidate_process(&shared);
        let patience = Duration::from_secs_f64(self.bundle.schedule.patience);
        match self.wanted.trials {
            None => {
                for candidate in &self.bundle.candidates {
                    let mut process = Process::new(&start, patience);
                    for problem in &timed {
                        let at = (candidate, *problem);
                        self.step(&mut session, &mut work, at, &mut process, told)?;
                    }
                }
            }
            Some(limit) => {
                for problem in &timed {
                    self.recall(&session, &mut work, *problem)?;
                    while let Some(candidate) = self.chosen(&session, *problem, limit) {
                        let mut process = Process::new(&start, patience);
                        let at = (candidate, *problem);
                        self.step(&mut session, &mut work, at, &mut process, told)?;
                        if session.ended.was_stopped {
                            break;
                        }
                    }
                }
            }
        }
        if session.ended.was_stopped {
            return Ok(session.ended);
        }
        if let Some(python) = self.wanted.compare {
            let (name, device) = (session.name.as_str(), &session.device);
            let run = (name, device);
            session.ended.compared =
                self.compare(python, &mut work.examiner, &mut session.store, run, told)?;
        }
        Ok(session.ended)
    }

    /// Opens the trace and says in it what is run.
    fn begin(&self, device: Device, timed: &[usize]) -> Result<Session> {
        let header = Header::new(concat!("spak ", env!("CARGO_PKG_VERSION")), &now());
        let mut store = Store::open(self.trace, &header)?;
        let stamp = |run: &str| Stamp { run: run.to_owned(), time: now() };
        let name = format!("node-{}", now());
        let device_id = store.device(&stamp(&name), &device)?;
        let toolchain_id = store.toolchain(&stamp(&name), &self.bundle.toolchain)?;
        for at in timed {
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
        let keys = self.wanted.trials.map_or_else(Vec::new, |_| self.keys(&device));
        Ok(Session {
            store,
            name,
            device,
            keys,
            ended: Ended::default(),
            begin: Instant::now(),
            at: 0,
            all: self.most(timed),
        })
    }

    /// The most trials that there can be.
    fn most(&self, timed: &[usize]) -> usize {
        let of = |problem: &usize| {
            let has = |c: &&BundledCandidate| c.entries.iter().any(|e| e.problem == *problem);
            let count = self.bundle.candidates.iter().filter(has).count();
            self.wanted.trials.map_or(count, |limit| count.min(limit))
        };
        timed.iter().map(of).sum()
    }

    /// The candidate that comes next in a search, by what the trace has of this machine.
    fn chosen(&self, session: &Session, problem: usize, limit: usize) -> Option<&BundledCandidate> {
        let trials: Vec<&Trial> =
            session.keys.iter().filter_map(|key| session.store.trial(key)).collect();
        let at = choose::next(self.bundle, problem, &trials, limit)?;
        self.bundle.candidates.get(at)
    }

    /// What the trace has of a problem: the best of it is what others are timed beside.
    fn recall(&self, session: &Session, work: &mut Work<'_>, problem: usize) -> Result<()> {
        for candidate in &self.bundle.candidates {
            for entry in candidate.entries.iter().filter(|entry| entry.problem == problem) {
                let key = trial_key(self.bundle, candidate, entry, &session.device)?;
                if let Some(known) = session.store.trial(&key) {
                    work.remember(problem, entry, known);
                }
            }
        }
        Ok(())
    }

    /// Keys of all trials that this bundle may have on a machine.
    fn keys(&self, device: &Device) -> Vec<ContentHash> {
        let each =
            self.bundle.candidates.iter().flat_map(|candidate| {
                candidate.entries.iter().map(move |entry| (candidate, entry))
            });
        each.filter_map(|(candidate, entry)| trial_key(self.bundle, candidate, entry, device).ok())
            .collect()
    }

    /// Tries a candidate on a problem, if it has an entry for it and the trace has no trial of it.
    fn step(
        &self,
        session: &mut Session,
        work: &mut Work<'_>,
        (candidate, problem): (&BundledCandidate, usize),
        process: &mut Process<'_>,
        told: &mut dyn FnMut(Told<'_>),
    ) -> Result<()> {
        let Some(entry) = candidate.entries.iter().find(|e| e.problem == problem) else {
            return Ok(());
        };
        let is_late = session.begin.elapsed().as_secs_f64() > self.wanted.seconds;
        if is_late || self.cancel.load(Ordering::Relaxed) {
            session.ended.was_stopped = true;
            return Ok(());
        }
        session.at += 1;
        let (at, all) = (session.at, session.all);
        let key = trial_key(self.bundle, candidate, entry, &session.device)?;
        let stamp = || Stamp { run: session.name.clone(), time: now() };
        if let Some(known) = session.store.trial(&key).cloned() {
            work.remember(problem, entry, &known);
            session.store.reuse(&stamp(), &key)?;
            session.ended.kept += 1;
            told(Told::Kept { at, all });
            return Ok(());
        }
        let since = Instant::now();
        let outcome = match work.trial(
            candidate,
            problem,
            entry,
            &mut process.server,
            &mut process.checked,
        )? {
            Ok(measurement) => Outcome::Measured(measurement),
            Err(rejection) => Outcome::Rejected(rejection),
        };
        let bundled = self.bundle.problems.get(problem).context("no such problem")?;
        let trial = Trial {
            key,
            config_id: candidate.config.id(),
            config: candidate.config.clone(),
            source: candidate.source.clone(),
            problem: Problem::Operator(bundled.problem.clone()),
            outcome,
            seconds: since.elapsed().as_secs_f64(),
            needs: self.needs(entry),
        };
        match trial.outcome {
            Outcome::Measured(_) => session.ended.measured += 1,
            Outcome::Rejected(_) => session.ended.rejected += 1,
        }
        session.store.append(&stamp(), Record::Trial(Box::new(trial.clone())))?;
        work.remember(problem, entry, &trial);
        told(Told::Trial { trial: &trial, workload: bundled.workload.as_deref(), at, all });
        Ok(())
    }

    /// What the binaries of an entry say; nothing if one cannot be read, which its trial has said.
    fn needs(&self, entry: &BundledEntry) -> Option<Needs> {
        let parts = Parts::at(self.parts);
        let mut all = Needs::default();
        let mut binaries = Vec::new();
        for kernel in &entry.program.kernels {
            let bytes = parts.read(&kernel.part).ok()?;
            let binary = spak_cubin::read(&bytes).ok()?;
            binaries.push(bytes);
            let found = binary.kernels.into_iter().find(|one| one.name == kernel.kernel)?;
            let threads = found.threads.map_or(0, |axes| axes.iter().product());
            all.registers = all.registers.max(found.registers.unwrap_or(0));
            all.local_memory = all.local_memory.max(found.local);
            all.shared_memory = all.shared_memory.max(found.shared);
            all.threads = all.threads.max(threads);
        }
        let kernels = entry.program.kernels.iter().zip(&binaries);
        let started = kernels.map(|(one, binary)| Started {
            kernel: &one.kernel,
            grid: one.grid,
            arguments: &one.arguments,
            binary,
        });
        all.program = program(&entry.program.arrays, &entry.program.scratch, started);
        Some(all)
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
}

/// Tells a trial from all whose answer may be another.
pub(crate) fn trial_key(
    bundle: &Bundle,
    candidate: &BundledCandidate,
    entry: &BundledEntry,
    device: &Device,
) -> Result<ContentHash> {
    let problem = bundle.problems.get(entry.problem).context("no such problem")?;
    let parts = [
        JUDGE.to_owned(),
        serde_json::to_string(&entry.program)?,
        serde_json::to_string(&problem.problem)?,
        serde_json::to_string(device)?,
        serde_json::to_string(&bundle.toolchain)?,
        candidate.config.id().as_str().to_owned(),
    ];
    Ok(ContentHash::of_parts(parts.iter().map(String::as_bytes)))
}
