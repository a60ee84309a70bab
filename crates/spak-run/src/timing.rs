//! Times that can be believed: judge's clock, fresh inputs before every sample, spot checks after it,
//! candidate and incumbent by turns.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_records::{Problem, Rejection, Stage};

use crate::candidate_memory::CandidateMemory;
use crate::compile::Program;
use crate::error::RunError;
use crate::fault::{Fault, Stop};
use crate::inputs::Distribution;
use crate::layout::Layout;
use crate::options::{RunOptions, TimeOptions};
use crate::reason;
use crate::session::Session;
use crate::statistics::{Summary, summarize};
use crate::verify::{Selection, compare};

/// Most calls in one sample.
const MOST_CALLS: usize = 4096;
/// Calls in the warm-up, at most.
const MOST_WARM_UPS: usize = 1000;
/// A call may take this many times its time in the check before it counts as hanging.
const PATIENCE: u32 = 20;
/// Elements of each output of each timed call that are probed for the poison.
const PROBES: usize = 4;

/// One timed program.
#[derive(Clone, Debug)]
pub struct Timed {
    /// Nanoseconds of one call, over the samples.
    pub summary: Summary,
    /// Calls in each sample.
    pub calls: u32,
    /// Median of what the program claimed for one call; the judge's number is what counts.
    pub claimed_median_ns: u64,
    /// Median time of an empty round trip, which each sample contains once.
    pub round_trip_ns: u64,
    /// Elements compared with the reference after timed calls.
    pub compared: u64,
}

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
    let start = |program: &Program, seed: u64, call_time: Option<Duration>| {
        Player::start(program, problem, call_time, options, seed, cancel)
    };
    let mut candidate = match start(program, seed, call_time) {
        Ok(player) => player,
        Err(stop) => return stop.rejection(Stage::Time).map(Err),
    };
    let mut incumbent_failed = None;
    // Its batch follows from its own warm-up; the candidate's call time is a first guess.
    let rival = incumbent.map(|program| start(program, seed.wrapping_add(1), call_time));
    let mut incumbent = match rival {
        None => None,
        Some(Ok(player)) => Some(player),
        Some(Err(stop)) => {
            incumbent_failed = Some(stop.rejection(Stage::Time)?);
            None
        }
    };

    let began = Instant::now();
    let mut round = 0u32;
    while wants_more(&candidate, incumbent.as_ref(), began.elapsed(), &options.time) {
        // A B, B A, A B …: a drift of the machine hits both alike.
        for turn in 0..2 {
            if (turn + round).is_multiple_of(2) {
                if let Err(stop) = candidate.sample(&options.time) {
                    return stop.rejection(Stage::Time).map(Err);
                }
            } else if let Some(Err(stop)) = incumbent.as_mut().map(|i| i.sample(&options.time)) {
                incumbent_failed = Some(stop.rejection(Stage::Time)?);
                incumbent = None;
            }
        }
        round += 1;
        progress(round);
    }
    if let Err(stop) = candidate.believable(problem, options) {
        return stop.rejection(Stage::Time).map(Err);
    }
    let incumbent = incumbent.as_ref().and_then(Player::timed);
    let Some(candidate) = candidate.timed() else {
        let fault = Fault::new(reason::TIMEOUT, "no sample was taken");
        return Ok(Err(fault.at(Stage::Time)));
    };
    Ok(Ok(TimeReport { candidate, incumbent, incumbent_failed }))
}

fn wants_more(
    candidate: &Player<'_>,
    incumbent: Option<&Player<'_>>,
    spent: Duration,
    options: &TimeOptions,
) -> bool {
    let taken = u32::try_from(candidate.samples.len()).unwrap_or(u32::MAX);
    if taken >= options.max_samples {
        return false;
    }
    let fastest = candidate.samples.iter().min().copied().unwrap_or(0);
    let slowest = incumbent.and_then(|i| i.samples.iter().max().copied());
    let hopeless = slowest.is_some_and(|s| fastest as f64 > s as f64 * options.hopeless_ratio);
    let wanted = if hopeless { options.hopeless_samples } else { options.min_samples };
    // Without an incumbent to lose against, a very slow program still ends after a few samples.
    let overdue = spent > options.budget * 4 && taken >= options.hopeless_samples;
    taken < wanted.max(1) && !overdue || !hopeless && spent < options.budget
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
    samples: Vec<u64>,
    claims: Vec<u64>,
    pings: Vec<u64>,
    /// Smallest difference between the judge's time of a batch and the claimed one, in nanoseconds.
    smallest_gap: u64,
    compared: u64,
    flush: Vec<u8>,
}

impl<'a> Player<'a> {
    fn start(
        program: &Program,
        problem: &'a Problem,
        call_time: Option<Duration>,
        options: &RunOptions,
        seed: u64,
        cancel: &'a AtomicBool,
    ) -> Result<Self, Stop> {
        let mut rng = ChaCha8Rng::seed_from_u64(seed);
        let limit = options.check.buffer_limit;
        let one = Layout::new(problem, 1, limit)?;
        let fits = usize::try_from(options.time.batch_bytes).unwrap_or(usize::MAX) / one.stride;
        // Two at least, so that the slot of the next sample is never the one of the last.
        let guess = call_time.unwrap_or(options.time.min_sample).max(Duration::from_nanos(50));
        let wanted = batch(options.time.min_sample, guess).saturating_mul(2);
        let slots = wanted.min(fits).clamp(2, MOST_CALLS);
        let layout = Layout::new(problem, slots, limit)?;
        let buffers = CandidateMemory::new(problem, layout, &[Distribution::Normal], &mut rng)?;
        let session = Session::start(program, buffers, options, cancel)?;
        let flush = vec![0u8; options.time.flush_bytes.unwrap_or(0)];
        let mut this = Self {
            session,
            problem,
            rng,
            next: 0,
            calls: 1,
            timeout: options.check.call_timeout,
            samples: Vec::new(),
            claims: Vec::new(),
            pings: Vec::new(),
            smallest_gap: u64::MAX,
            compared: 0,
            flush,
        };
        this.warm_up(options)?;
        Ok(this)
    }

    /// Calls until the time for it is over; sets the size of the batch from the fastest of them.
    fn warm_up(&mut self, options: &RunOptions) -> Result<(), Stop> {
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
        let call = fastest.saturating_sub(round_trip).max(Duration::from_nanos(50));
        self.calls = batch(options.time.min_sample, call).min(self.session.buffers.layout.slots);
        let batch_time = call.saturating_mul(u32::try_from(self.calls).unwrap_or(u32::MAX));
        self.timeout = batch_time.saturating_mul(PATIENCE).max(Duration::from_secs(5));
        self.session.freeze()
    }

    /// One sample. Before and after it the program is stopped, so it sees changed inputs only while
    /// the clock runs, and what it has not written by its answer it will not write before the check.
    fn sample(&mut self, options: &TimeOptions) -> Result<(), Stop> {
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
        self.session.thaw();
        let ping = self.session.ping()?;
        let time = self.session.run(first, self.calls, 0, self.timeout)?;
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
        self.samples.push(judge_ns / calls);
        self.claims.push(time.claimed_ns / calls);
        self.smallest_gap = self.smallest_gap.min(judge_ns - time.claimed_ns);
        self.pings.push(u64::try_from(ping.as_nanos()).unwrap_or(u64::MAX));
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
        self.compared += found.compared;
        match found.fault(self.problem, reason::CACHED_RESULT) {
            None => Ok(()),
            Some(fault) => {
                let detail =
                    format!("right when it was checked, wrong when it was timed: {}", fault.detail);
                Err(Fault::new(fault.reason, detail).into())
            }
        }
    }

    /// Whether the samples as a whole are possible.
    fn believable(&self, problem: &Problem, options: &RunOptions) -> Result<(), Stop> {
        let Some(timed) = self.timed() else { return Ok(()) };
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let peak = options.time.peak_flops.unwrap_or(cores as f64 * 64.0 * 6e9);
        let rate = problem.flops() / (timed.summary.min_ns.max(1) as f64 * 1e-9);
        // A clock tick of 1 ns says nothing about calls of a few nanoseconds.
        if rate > peak && timed.summary.min_ns > 20 || rate > 1000.0 * peak {
            let detail = format!(
                "{} ns a call would be {:.1} GFLOP/s, but the peak is {:.1}",
                timed.summary.min_ns,
                rate / 1e9,
                peak / 1e9
            );
            return Err(Stop::fault(reason::IMPOSSIBLE_TIME, detail));
        }
        // What the judge's sample holds beside the calls is the round trip. On a busy machine it may
        // be woken late now and then, but not every time: a clock that lies does so every time.
        let batch = timed.summary.median_ns.saturating_mul(self.calls as u64);
        let slack = (batch / 4).max(20 * timed.round_trip_ns).max(500_000);
        if self.smallest_gap > slack {
            let detail = format!(
                "by its own clock every batch takes at least {} ns less than by the judge's ({batch} ns), \
                 but an empty round trip only takes {} ns",
                self.smallest_gap, timed.round_trip_ns
            );
            return Err(Stop::fault(reason::TIMER_MISMATCH, detail));
        }
        Ok(())
    }

    fn timed(&self) -> Option<Timed> {
        let median = |values: &[u64]| summarize(values).map(|s| s.median_ns);
        Some(Timed {
            summary: summarize(&self.samples)?,
            calls: u32::try_from(self.calls).unwrap_or(u32::MAX),
            claimed_median_ns: median(&self.claims)?,
            round_trip_ns: median(&self.pings)?,
            compared: self.compared,
        })
    }
}

/// How many calls of `call` fill `sample`.
fn batch(sample: Duration, call: Duration) -> usize {
    let calls = sample.as_nanos().div_ceil(call.as_nanos().max(1));
    usize::try_from(calls).unwrap_or(MOST_CALLS).clamp(1, MOST_CALLS)
}
