//! Correctness, before any time is taken.

use std::sync::atomic::AtomicBool;
use std::time::Duration;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_records::{Check, Problem, Rejection, Stage};

use crate::candidate_memory::CandidateMemory;
use crate::compile::Program;
use crate::error::RunError;
use crate::fault::{Fault, Stop};
use crate::inputs::Distribution;
use crate::layout::Layout;
use crate::options::RunOptions;
use crate::reason;
use crate::sandbox::Isolation;
use crate::session::{DIRTY_WORKSPACE, Session};
use crate::shapes::checked_problems;
use crate::verify::{Selection, compare};

/// A program that passed.
#[derive(Clone, Debug)]
pub struct CheckReport {
    /// Every comparison.
    pub checks: Vec<Check>,
    /// What was enforced on its processes.
    pub isolation: Isolation,
    /// Fastest call on the timed problem, if that was among the checked ones.
    pub fastest_call: Option<Duration>,
}

/// Checks `program` on the problems derived from `timed`; `progress` gets the number done and of all.
///
/// The inner `Err` is the candidate's failure. `seed` makes the inputs; the same seed makes the same.
///
/// # Errors
/// Only what SPAK itself could not do, and `Cancelled`.
pub fn check(
    program: &Program,
    timed: &Problem,
    options: &RunOptions,
    seed: u64,
    progress: &mut dyn FnMut(usize, usize),
    cancel: &AtomicBool,
) -> Result<Result<CheckReport, Rejection>, RunError> {
    let mut report =
        CheckReport { checks: Vec::new(), isolation: Isolation::default(), fastest_call: None };
    let mut problems = checked_problems(timed);
    if !options.check.timed_problem {
        problems.pop();
    }
    let mut seeds = ChaCha8Rng::seed_from_u64(seed);
    let count = problems.len();
    for (index, (problem, distributions)) in problems.iter().enumerate() {
        progress(index, count);
        let mut pass = Pass {
            program,
            problem,
            options,
            cancel,
            seed: seeds.next_u64(),
            is_timed: problem == timed,
            started: false,
        };
        if let Err(stop) = pass.run(distributions, &mut report) {
            let stage = if pass.started { Stage::Check } else { Stage::Start };
            return stop.rejection(stage).map(Err);
        }
    }
    progress(count, count);
    Ok(Ok(report))
}

/// The checks on one problem, in one process.
struct Pass<'a> {
    program: &'a Program,
    problem: &'a Problem,
    options: &'a RunOptions,
    cancel: &'a AtomicBool,
    seed: u64,
    is_timed: bool,
    started: bool,
}

impl Pass<'_> {
    fn run(
        &mut self,
        distributions: &[Distribution],
        report: &mut CheckReport,
    ) -> Result<(), Stop> {
        let mut rng = ChaCha8Rng::seed_from_u64(self.seed);
        let limit = self.options.check.buffer_limit;
        let layout = Layout::new(self.problem, distributions.len(), limit)?;
        let buffers = CandidateMemory::new(self.problem, layout, distributions, &mut rng)?;
        let mut session = Session::start(self.program, buffers, self.options, self.cancel)?;
        self.started = true;
        report.isolation = session.isolation().clone();
        for slot in 0..distributions.len() {
            self.call(&mut session, slot, &[], &mut rng, report)?;
        }
        // The same buffers with other contents, wholly and in part.
        let cached = Self::old_answer(&session);
        session.buffers.change_all(0, &mut rng);
        session.buffers.poison(0);
        self.repeat(&mut session, &cached, &[], &mut rng, report)?;
        let cached = Self::old_answer(&session);
        let changed = session.buffers.change_one_row(0, &mut rng);
        session.buffers.poison(0);
        let focus = changed.first().copied().into_iter().collect::<Vec<_>>();
        self.repeat(&mut session, &cached, &focus, &mut rng, report)?;
        session.finish()
    }

    /// A call on changed inputs of slot 0; a wrong answer that is the old one has its own reason.
    fn repeat(
        &self,
        session: &mut Session<'_>,
        old: &[Vec<u32>],
        focus: &[usize],
        rng: &mut ChaCha8Rng,
        report: &mut CheckReport,
    ) -> Result<(), Stop> {
        let Err(stop) = self.call(session, 0, focus, rng, report) else {
            return Ok(());
        };
        Err(match stop {
            Stop::Fault(fault)
                if fault.reason == reason::WRONG_RESULT && Self::old_answer(session) == old =>
            {
                Fault::new(
                    reason::CACHED_RESULT,
                    format!("it gave the answer to the inputs before: {}", fault.detail),
                )
                .into()
            }
            other => other,
        })
    }

    /// All outputs of slot 0.
    fn old_answer(session: &Session<'_>) -> Vec<Vec<u32>> {
        let outputs = &session.buffers.layout.outputs;
        outputs
            .iter()
            .enumerate()
            .map(|(index, buffer)| session.buffers.output(0, index, 0, buffer.elements))
            .collect()
    }

    /// One call on one slot and everything that can be said about it.
    fn call(
        &self,
        session: &mut Session<'_>,
        slot: usize,
        focus: &[usize],
        rng: &mut ChaCha8Rng,
        report: &mut CheckReport,
    ) -> Result<(), Stop> {
        let timeout = self.options.check.call_limit(self.problem);
        let time = session.run(slot, 1, DIRTY_WORKSPACE, timeout)?;
        // A thread that would finish the work behind the answer's back is stopped here.
        session.freeze()?;
        session.buffers.verify_guards(slot)?;
        session.buffers.verify_inputs(slot)?;
        let operations = self.options.check.reference_operations;
        let selection = Selection::whole(self.problem, operations, focus, rng);
        let threads = std::thread::available_parallelism().map_or(1, usize::from);
        let found = compare(self.problem, &session.buffers, slot, &selection, threads);
        session.thaw();
        if let Some(fault) = found.fault(self.problem, reason::WRONG_RESULT) {
            let how = session.buffers.distribution(slot);
            let detail = format!("{} with {how:?} inputs", fault.detail);
            return Err(Fault::new(fault.reason, detail).into());
        }
        if self.is_timed {
            let fastest = report.fastest_call.map_or(time.judge, |t| t.min(time.judge));
            report.fastest_call = Some(fastest);
        }
        report.checks.push(Check {
            problem: self.problem.clone(),
            seed: self.seed,
            max_error: found.max_error,
            worst_ratio: found.worst_ratio,
            compared: found.compared,
        });
        Ok(())
    }
}
