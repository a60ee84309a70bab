//! Asks processes on a node to compute and to be timed, and judges what they compute.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow, bail};
use spak_node::{Expectation, Judge, Memory, Parts, Runner, RunnerError, Seen, Verdict, Watch};
use spak_records::bundle::Bundle;
use spak_records::gpu::ArrayPlan;
use spak_records::node::{NodeAnswer, Order};
use spak_records::{Check, ContentHash, Measurement, Problem, Rejection, Stage};
use spak_run::summarize;

/// What a step ends with: what it found, or why the candidate is not accepted.
pub(crate) type Found<T> = std::result::Result<T, Rejection>;

/// Samples by place, and how the GPU was.
pub(crate) type Timed = (Vec<Vec<u64>>, Option<Seen>);

/// How a process is started.
pub(crate) type Start<'a> = &'a dyn Fn() -> std::result::Result<Runner, RunnerError>;

/// A process that is started when it is first asked, and again after it is gone.
pub(crate) struct Server<'a> {
    start: Start<'a>,
    runner: Option<Runner>,
    patience: Duration,
}

impl<'a> Server<'a> {
    pub(crate) fn new(start: Start<'a>, patience: Duration) -> Self {
        Self { start, runner: None, patience }
    }

    /// Whether there is a process, with all that was placed in it.
    pub(crate) fn is_up(&self) -> bool {
        self.runner.is_some()
    }

    /// Ends the process; the next question starts another one.
    pub(crate) fn end(&mut self) {
        self.runner = None;
    }

    /// Asks; after an error the process is gone.
    pub(crate) fn ask(&mut self, order: &Order) -> std::result::Result<NodeAnswer, RunnerError> {
        let mut runner = match self.runner.take() {
            Some(runner) => runner,
            None => (self.start)()?,
        };
        let answer = runner.ask(order, self.patience)?;
        self.runner = Some(runner);
        Ok(answer)
    }

    /// Asks for something that ends in `Done` or in a reason to reject a candidate.
    pub(crate) fn done(&mut self, order: &Order, stage: Stage) -> Result<Found<()>> {
        match self.ask(order) {
            Ok(NodeAnswer::Done) => Ok(Ok(())),
            Ok(other) => Ok(Err(self.refused(other, stage)?)),
            Err(error) => Ok(Err(lost(stage, &error))),
        }
    }

    /// The rejection that an answer means; what the driver said against a kernel is never asked again in its process.
    pub(crate) fn refused(&mut self, answer: NodeAnswer, stage: Stage) -> Result<Rejection> {
        match answer {
            NodeAnswer::InputsChanged(array) => {
                let detail = format!("the kernel wrote into its input `{array}`");
                Ok(rejected(stage, "inputs-changed", detail))
            }
            NodeAnswer::Failed(error) => {
                self.end();
                Ok(rejected(stage, "driver-error", error))
            }
            other => bail!("the process of a candidate answers {other:?}"),
        }
    }
}

/// What an examination needs, and what it remembers of problems.
pub(crate) struct Examiner<'a> {
    pub(crate) bundle: &'a Bundle,
    pub(crate) judge: Judge,
    pub(crate) watch: Option<Watch>,
    parts: Parts,
    shared: PathBuf,
    seed: u64,
    expectations: BTreeMap<usize, Expectation>,
    /// Whether outputs were seen in the memory of processes so far.
    looks_into_memory: bool,
}

impl<'a> Examiner<'a> {
    /// Outputs come through the file `shared`, inputs are drawn from `seed`.
    pub(crate) fn new(
        bundle: &'a Bundle,
        judge: Judge,
        parts: Parts,
        shared: &Path,
        seed: u64,
    ) -> Self {
        let watch = Watch::of(&judge.facts().bus);
        let expectations = BTreeMap::new();
        let shared = shared.to_owned();
        let looks_into_memory = true;
        Self { bundle, judge, watch, parts, shared, seed, expectations, looks_into_memory }
    }

    /// The seed of inputs.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }

    /// Outputs come through this file from now on.
    pub(crate) fn read_from(&mut self, shared: &Path) {
        shared.clone_into(&mut self.shared);
    }

    /// Runs what stands at a place once and compares its outputs; also their hash.
    ///
    /// # Errors
    /// The judge itself fails.
    pub(crate) fn check(
        &mut self,
        server: &mut Server<'_>,
        place: usize,
        problem: usize,
        arrays: &[ArrayPlan],
    ) -> Result<Found<(Check, ContentHash)>> {
        let bundled = self.bundle.problems.get(problem).context("no such problem")?;
        if !self.expectations.contains_key(&problem) {
            let rows = self.bundle.schedule.rows;
            let expectation = self.judge.expect(bundled, arrays, &self.parts, self.seed, rows);
            let expectation = expectation.map_err(|error| anyhow!("the reference: {error}"))?;
            self.expectations.insert(problem, expectation);
        }
        if let Err(rejection) = server.done(&Order::Run { place }, Stage::Check)? {
            return Ok(Err(rejection));
        }
        let mut check = Check {
            problem: Problem::Operator(bundled.problem.clone()),
            seed: self.seed,
            max_error: 0.0,
            worst_ratio: 0.0,
            compared: 0,
        };
        let mut sums = Vec::new();
        for (array, plan) in arrays.iter().enumerate().filter(|(_, plan)| plan.is_output()) {
            let output = match self.output(server, place, array, plan)? {
                Ok(output) => output,
                Err(rejection) => return Ok(Err(rejection)),
            };
            let expectation = self.expectations.get(&problem).context("no expectation")?;
            let compared = self.judge.compare(expectation, array, plan, &output);
            let (verdict, sum) = compared.map_err(|error| anyhow!("comparing: {error}"))?;
            sums.push(sum.to_le_bytes());
            if !verdict.is_right() {
                let (reason, what) = told(&verdict);
                let detail = format!("`{}` of {:?}: {what}", plan.name, bundled.problem.values);
                return Ok(Err(rejected(Stage::Check, reason, detail)));
            }
            check.max_error = check.max_error.max(verdict.worst_error);
            check.worst_ratio = check.worst_ratio.max(verdict.worst_ratio);
            check.compared += verdict.compared;
        }
        let outputs = ContentHash::of_parts(sums.iter().map(<[u8; 8]>::as_slice));
        Ok(Ok((check, outputs)))
    }

    /// An output, where the process has it if the driver lets the judge look there, else through the shared file.
    fn output(
        &mut self,
        server: &mut Server<'_>,
        place: usize,
        array: usize,
        plan: &ArrayPlan,
    ) -> Result<Found<Memory>> {
        if self.looks_into_memory {
            match server.ask(&Order::Share { place, array }) {
                Ok(NodeAnswer::Shared(shared)) => {
                    if let Ok(memory) = self.judge.open_output(&shared, plan) {
                        return Ok(Ok(memory));
                    }
                }
                Ok(_) => {}
                Err(error) => return Ok(Err(lost(Stage::Check, &error))),
            }
            self.looks_into_memory = false;
        }
        if let Err(rejection) = server.done(&Order::Fetch { place, array }, Stage::Check)? {
            return Ok(Err(rejection));
        }
        let bytes = std::fs::read(&self.shared).context("the output cannot be read")?;
        let taken = self.judge.take_output(&bytes, plan);
        Ok(Ok(taken.map_err(|error| anyhow!("the judge's memory: {error}"))?))
    }

    /// Times what stands at these places, by turns: samples of each, and how the GPU was.
    ///
    /// # Errors
    /// An answer that is none.
    pub(crate) fn time(
        &self,
        server: &mut Server<'_>,
        places: Vec<usize>,
        seconds: f64,
    ) -> Result<Found<Timed>> {
        let order = Order::Time { places, samples: self.bundle.schedule.samples, seconds };
        let (answer, seen) = self.watched(|| server.ask(&order));
        match answer {
            Ok(NodeAnswer::Times(times)) => Ok(Ok((times, seen))),
            Ok(other) => Ok(Err(server.refused(other, Stage::Time)?)),
            Err(error) => Ok(Err(lost(Stage::Time, &error))),
        }
    }

    /// Millijoules of one call, if they are asked for and can be known.
    ///
    /// # Errors
    /// An answer that is none.
    pub(crate) fn energy(
        &self,
        server: &mut Server<'_>,
        place: usize,
    ) -> Result<Found<Option<f64>>> {
        let seconds = self.bundle.schedule.energy;
        if seconds <= 0.0 || self.watch.is_none() {
            return Ok(Ok(None));
        }
        let (answer, seen) = self.watched(|| server.ask(&Order::Repeat { place, seconds }));
        match answer {
            Ok(NodeAnswer::Repeated { runs, seconds }) => {
                let watts = seen.and_then(|seen| seen.watts);
                Ok(Ok(watts.map(|watts| watts * seconds / runs.max(1) as f64 * 1e3)))
            }
            Ok(other) => Ok(Err(server.refused(other, Stage::Time)?)),
            Err(error) => Ok(Err(lost(Stage::Time, &error))),
        }
    }

    fn watched<T>(&self, work: impl FnOnce() -> T) -> (T, Option<Seen>) {
        match &self.watch {
            Some(watch) => watch.during(work),
            None => (work(), None),
        }
    }
}

/// A measurement of samples; none without any.
pub(crate) fn measured(
    samples: &[u64],
    flops: u64,
    checks: Vec<Check>,
    seen: Option<&Seen>,
) -> Option<Measurement> {
    let own = summarize(samples)?;
    Some(Measurement {
        median_ns: own.median_ns,
        median_ci_ns: own.median_ci_ns,
        min_ns: own.min_ns,
        samples: own.samples,
        tflops: flops as f64 / own.median_ns.max(1) as f64 / 1e3,
        incumbent_median_ns: None,
        incumbent: None,
        checks,
        conditions: seen.map(|seen| seen.conditions.clone()),
        energy_mj: None,
    })
}

fn told(verdict: &Verdict) -> (&'static str, String) {
    if verdict.not_numbers > 0 {
        let count = verdict.not_numbers;
        return (
            "output-not-written",
            format!("{count} elements are no numbers or were not written"),
        );
    }
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
}

pub(crate) fn rejected(stage: Stage, reason: &str, detail: String) -> Rejection {
    Rejection { stage, reason: reason.to_owned(), detail }
}

/// A process that gave no answer: what its kernel did ended it.
pub(crate) fn lost(stage: Stage, error: &RunnerError) -> Rejection {
    let reason = match error {
        RunnerError::Late(_) => "timeout",
        RunnerError::Gone(_) => "crash",
        RunnerError::Start(_) => "no-process",
    };
    rejected(stage, reason, error.to_string())
}
