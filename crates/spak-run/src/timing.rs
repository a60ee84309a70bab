//! Times that can be believed: judge's clock, fresh inputs before every sample, spot checks after it,
//! candidate and incumbent by turns.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_records::{Problem, Rejection, Stage};

use crate::awake::Awake;
use crate::candidate_memory::CandidateMemory;
use crate::compile::Program;
use crate::error::RunError;
use crate::fault::{Fault, Stop};
use crate::inputs::Distribution;
use crate::layout::Layout;
use crate::options::{RunOptions, TimeOptions};
use crate::reason;
use crate::record::{Record, Timed};
use crate::session::Session;
use crate::verify::{Selection, compare};

/// Most calls in one sample.
const MOST_CALLS: usize = 4096;
/// Calls in the warm-up, at most.
const MOST_WARM_UPS: usize = 1000;
/// A call may take this many times its time in the check before it counts as hanging.
const PATIENCE: u32 = 20;
/// Programs with calls longer than this are started once only: starting them again costs more than
/// the placement of their memory can change.
const LONG_CALL: Duration = Duration::from_millis(200);
/// Elements of each output of each timed call that are probed for the poison.
const PROBES: usize = 4;

/// Times of a candidate and of the incumbent beside it.
#[derive(Clone, Debug)]
pub struct TimeReport {
    /// The candidate.
    pub candidate: Timed,
    /// The incumbent, if there was one and it did not fail.
    pub incumbent: Option<Timed>,
    /// Why the incumbent failed, if it did; the candidate was then timed alone.
    pub incumbent_failed: Option<Rejection>,
}

/// No call is taken to be shorter: clocks and round trips are not that exact.
const SHORTEST_CALL: Duration = Duration::from_nanos(50);

/// Times `program` on `problem`, by turns with `incumbent`; `call_time` is about what one call takes.
///
/// The inner `Err` is the candidate's failure. `progress` gets the number of samples so far.
///
/// # Errors
/// Only what SPAK itself could not do, and `Cancelled`.
#[expect(
    clippy::too_many_arguments,
    reason = "two programs, what to do with them, and two channels back"
)]
pub fn time(
    program: &Program,
    incumbent: Option<&Program>,
    problem: &Problem,
    call_time: Option<Duration>,
    options: &RunOptions,
    seed: u64,
    progress: &mut dyn FnMut(u32),
    cancel: &AtomicBool,
) -> Result<Result<TimeReport, Rejection>, RunError> {
    let long = call_time.is_some_and(|call| call > LONG_CALL);
    let launches = if long { 1 } else { options.time.launches.max(1) };
    let mut race = Race {
        candidate: Record::default(),
        incumbent: incumbent.map(|_| Record::default()),
        incumbent_failed: None,
        round: 0,
    };
    let began = Instant::now();
    for launch in 0..launches {
        let start = |program: &Program, seed: u64, record: Record| {
            // Its batch follows from its own warm-up; the candidate's call time is only a first guess.
            let seed = seed.wrapping_add(2 * u64::from(launch));
            Player::start(program, problem, call_time, record, options, seed, cancel)
        };
        let candidate = match start(program, seed, std::mem::take(&mut race.candidate)) {
            Ok(player) => player,
            Err(stop) => return stop.rejection(Stage::Time).map(Err),
        };
        let rival = match incumbent.zip(race.incumbent.take()) {
            None => None,
            Some((program, record)) => match start(program, seed.wrapping_add(1), record) {
                Ok(player) => Some(player),
                Err(stop) => {
                    race.incumbent_failed = Some(stop.rejection(Stage::Time)?);
                    None
                }
            },
        };
        let part = f64::from(launch + 1) / f64::from(launches);
        if let Err(stop) = race.run(candidate, rival, began, part, &options.time, progress) {
            return stop.rejection(Stage::Time).map(Err);
        }
        if race.is_hopeless(&options.time) {
            break;
        }
    }
    if let Err(fault) = race.candidate.believable(problem, options) {
        return Ok(Err(fault.at(Stage::Time)));
    }
    let Some(candidate) = race.candidate.timed() else {
        let fault = Fault::new(reason::TIMEOUT, "no sample was taken");
        return Ok(Err(fault.at(Stage::Time)));
    };
    let incumbent = race.incumbent.as_ref().and_then(Record::timed);
    Ok(Ok(TimeReport { candidate, incumbent, incumbent_failed: race.incumbent_failed }))
}

/// Samples of both programs over all launches.
struct Race {
    candidate: Record,
    incumbent: Option<Record>,
    incumbent_failed: Option<Rejection>,
    round: u32,
}

impl Race {
    /// Samples by turns until `part` of what is wanted has been taken.
    fn run(
        &mut self,
        mut candidate: Player<'_>,
        mut rival: Option<Player<'_>>,
        began: Instant,
        part: f64,
        options: &TimeOptions,
        progress: &mut dyn FnMut(u32),
    ) -> Result<(), Stop> {
        if let Some(rival) = &mut rival {
            candidate.share_batch_with(rival);
        }
        loop {
            // A B, B A, A B …: a drift of the machine hits both alike.
            for turn in 0..2 {
                if (turn + self.round).is_multiple_of(2) {
                    candidate.sample(options)?;
                } else if let Some(Err(stop)) = rival.as_mut().map(|r| r.sample(options)) {
                    self.incumbent_failed = Some(stop.rejection(Stage::Time)?);
                    rival = None;
                }
            }
            self.round += 1;
            progress(self.round);
            let other = rival.as_ref().map(|r| &r.record);
            if !wants_more(&candidate.record, other, began.elapsed(), part, options) {
                break;
            }
        }
        self.candidate = candidate.record;
        self.incumbent = rival.map(|r| r.record);
        Ok(())
    }

    fn is_hopeless(&self, options: &TimeOptions) -> bool {
        is_hopeless(&self.candidate, self.incumbent.as_ref(), options)
    }
}

fn is_hopeless(candidate: &Record, incumbent: Option<&Record>, options: &TimeOptions) -> bool {
    let fastest = candidate.samples.iter().min().copied().unwrap_or(0);
    let slowest = incumbent.and_then(|i| i.samples.iter().max().copied());
    slowest.is_some_and(|s| fastest as f64 > s as f64 * options.hopeless_ratio)
}

fn wants_more(
    candidate: &Record,
    incumbent: Option<&Record>,
    spent: Duration,
    part: f64,
    options: &TimeOptions,
) -> bool {
    let taken = u32::try_from(candidate.samples.len()).unwrap_or(u32::MAX);
    let share = |count: u32| (f64::from(count) * part).ceil() as u32;
    if is_hopeless(candidate, incumbent, options) {
        return taken < options.hopeless_samples;
    }
    // A program that is slow without an incumbent to lose against still ends after a few samples.
    let overdue = spent > options.budget * 4 && taken >= share(options.hopeless_samples);
    let wanted = taken < share(options.min_samples) && !overdue;
    wanted || taken < share(options.max_samples) && spent < options.budget.mul_f64(part)
}

/// One program with a batch of buffer sets.
struct Player<'a> {
    session: Session<'a>,
    problem: &'a Problem,
    rng: ChaCha8Rng,
    /// Slot of the next call.
    next: usize,
    /// Calls in a sample; never more than there are slots.
    calls: usize,
    timeout: Duration,
    record: Record,
    flush: Vec<u8>,
}

impl<'a> Player<'a> {
    fn start(
        program: &Program,
        problem: &'a Problem,
        call_time: Option<Duration>,
        record: Record,
        options: &RunOptions,
        seed: u64,
        cancel: &'a AtomicBool,
    ) -> Result<Self, Stop> {
        let limit = options.check.buffer_limit;
        let one = Layout::new(problem, 1, limit)?;
        let fits = usize::try_from(options.time.batch_bytes).unwrap_or(usize::MAX) / one.stride;
        // Two at least, so that the slot of the next sample is never the one of the last.
        let slots = |call: Duration| {
            let wanted = batch(options.time.min_sample, call.max(SHORTEST_CALL)).saturating_mul(2);
            wanted.min(fits).clamp(2, MOST_CALLS)
        };
        let guessed = slots(call_time.unwrap_or(options.time.min_sample));
        let mut this = Self::with_slots(program, problem, guessed, options, seed, cancel)?;
        let call = this.warm_up(options)?;
        // A sample of fewer calls than it takes to fill its time would be mostly the round trip.
        if slots(call) >= guessed.saturating_mul(2) {
            this = Self::with_slots(program, problem, slots(call), options, seed, cancel)?;
            this.warm_up(options)?;
        }
        this.record = record;
        Ok(this)
    }

    fn with_slots(
        program: &Program,
        problem: &'a Problem,
        slots: usize,
        options: &RunOptions,
        seed: u64,
        cancel: &'a AtomicBool,
    ) -> Result<Self, Stop> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let layout = Layout::new(problem, slots, options.check.buffer_limit)?;
        let buffers = CandidateMemory::new(problem, layout, &[Distribution::Normal], &mut rng)?;
        let session = Session::start(program, buffers, options, cancel)?;
        let flush = vec![0u8; options.time.flush_bytes.unwrap_or(0)];
        Ok(Self {
            session,
            problem,
            rng,
            next: 0,
            calls: 1,
            timeout: options.check.call_limit(problem),
            record: Record::default(),
            flush,
        })
    }

    /// Calls until the time for it is over; sets the size of the batch from the fastest of them, and gives
    /// the time of one call.
    fn warm_up(&mut self, options: &RunOptions) -> Result<Duration, Stop> {
        let began = Instant::now();
        let mut fastest = Duration::MAX;
        for _ in 0..MOST_WARM_UPS {
            let time = self.session.run(self.next, 1, 0, self.timeout)?.judge;
            self.next = (self.next + 1) % self.session.buffers.layout.slots;
            fastest = fastest.min(time);
            if began.elapsed() >= options.time.warm_up {
                break;
            }
        }
        let round_trip = (0..5).map(|_| self.session.ping()).collect::<Result<Vec<_>, _>>()?;
        let round_trip = round_trip.into_iter().min().unwrap_or_default();
        let call = fastest.saturating_sub(round_trip).max(SHORTEST_CALL);
        self.calls = batch(options.time.min_sample, call).min(self.session.buffers.layout.slots);
        let batch_time = call.saturating_mul(u32::try_from(self.calls).unwrap_or(u32::MAX));
        self.timeout = batch_time.saturating_mul(PATIENCE).max(Duration::from_secs(5));
        self.session.freeze()?;
        Ok(call)
    }

    /// Gives both programs batches of the same size unless they differ much in speed, so that the
    /// round trip weighs the same in both.
    fn share_batch_with(&mut self, other: &mut Player<'_>) {
        let slots = self.session.buffers.layout.slots.min(other.session.buffers.layout.slots);
        let (small, large) = (self.calls.min(other.calls), self.calls.max(other.calls));
        if large <= 4 * small {
            self.calls = large.min(slots);
            other.calls = large.min(slots);
        }
    }

    /// One sample. Before and after it the program is stopped, so it sees changed inputs only while
    /// the clock runs, and what it has not written by its answer it will not write before the check.
    fn sample(&mut self, options: &TimeOptions) -> Result<(), Stop> {
        // Before the inputs change, since nothing that the program does here is timed.
        self.session.thaw();
        let ping = self.session.ping()?;
        self.session.freeze()?;
        let awake = Awake::start();
        let slots = self.session.buffers.layout.slots;
        let first = self.next;
        self.next = (first + self.calls) % slots;
        let mut focus = Vec::new();
        let watched = (first + self.rng.random_range(0..self.calls)) % slots;
        for call in 0..self.calls {
            let slot = (first + call) % slots;
            if slot == watched && self.rng.random_bool(0.25) {
                focus = self.session.buffers.change_one_row(slot, &mut self.rng);
                focus.truncate(1);
            } else {
                self.session.buffers.change_all(slot, &mut self.rng);
            }
            self.session.buffers.poison(slot);
        }
        if options.flush_bytes.is_some() {
            for line in self.flush.chunks_mut(64) {
                line.fill(line.first().map_or(0, |b| b.wrapping_add(1)));
            }
            std::hint::black_box(&self.flush);
        }
        drop(awake);
        let time = self.session.wake_and_run(first, self.calls, self.timeout)?;
        self.session.freeze()?;

        let calls = self.calls as u64;
        let judge_ns = u64::try_from(time.judge.as_nanos()).unwrap_or(u64::MAX);
        if time.claimed_ns > judge_ns {
            let detail = format!(
                "it claims {} ns for a batch that the judge saw end after {judge_ns} ns",
                time.claimed_ns
            );
            return Err(Stop::fault(reason::TIMER_MISMATCH, detail));
        }
        self.record.calls = self.calls;
        self.record.samples.push(judge_ns / calls);
        self.record.claims.push(time.claimed_ns / calls);
        self.record.gaps.push(judge_ns - time.claimed_ns);
        self.record.pings.push(u64::try_from(ping.as_nanos()).unwrap_or(u64::MAX));
        self.spot_check(first, watched, &focus)
    }

    fn spot_check(&mut self, first: usize, watched: usize, focus: &[usize]) -> Result<(), Stop> {
        let slots = self.session.buffers.layout.slots;
        for call in 0..self.calls {
            let slot = (first + call) % slots;
            self.session.buffers.probe_written(slot, PROBES, &mut self.rng)?;
        }
        self.session.buffers.verify_guards(watched)?;
        self.session.buffers.verify_inputs(watched)?;
        let selection = Selection::spot(self.problem, focus, &mut self.rng);
        let found = compare(self.problem, &self.session.buffers, watched, &selection, 1);
        self.record.compared += found.compared;
        match found.fault(self.problem, reason::CACHED_RESULT) {
            None => Ok(()),
            Some(fault) => {
                let detail =
                    format!("right when it was checked, wrong when it was timed: {}", fault.detail);
                Err(Fault::new(fault.reason, detail).into())
            }
        }
    }
}

/// How many calls of `call` fill `sample`.
fn batch(sample: Duration, call: Duration) -> usize {
    let calls = sample.as_nanos().div_ceil(call.as_nanos().max(1));
    usize::try_from(calls).unwrap_or(MOST_CALLS).clamp(1, MOST_CALLS)
}
