//! One search: a strategy, what it has learnt, and when it ends.
//!
//! `ask` and `tell` are for one measurement at a time, `ask_batch` and `tell_job` (see `jobs`) for several at once.

use crate::forecast::Forecast;
use crate::memory::{Memory, Outcome};
use crate::random::{Permutation, Random};
use crate::space::Space;
use crate::strategy::{Strategy, View, Wish};

mod jobs;

pub use jobs::{Job, MOST_JOBS};

/// When a search ends before it has seen everything. Without limits it sees everything.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Limits {
    /// The most measurements (repeated ones count, answers from memory do not).
    pub trials: Option<u64>,
    /// The most seconds spent on measuring, as told.
    pub seconds: Option<f64>,
    /// End when the forecast of the best remaining gain, as a fraction of the best value, is below this.
    pub margin: Option<f64>,
    /// End when a value at or below this was found.
    pub target: Option<f64>,
}

/// Why a search ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Stop {
    /// The space has no valid point.
    Empty,
    /// Every valid point was measured.
    Exhausted,
    /// So many draws in a row met nothing new that the space counts as used up; its size is unknown.
    NothingNew,
    /// The strategy had nothing more to ask.
    Finished,
    /// The limit of measurements was reached.
    Trials,
    /// The limit of time was reached.
    Seconds,
    /// The forecast of the remaining gain is below the margin.
    Margin(Forecast),
    /// The target value was found.
    Target,
}

/// What a search wants measured.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Question<'a> {
    /// The point.
    pub point: &'a [u32],
    /// From at least so many samples; 0 leaves it to the caller.
    pub samples: u32,
    /// The rank of the point in its space, if the strategy had to look it up anyway.
    pub rank: Option<u64>,
}

/// So many answers from memory in a row make the search try something new.
const STALLED: u32 = 4;
/// So many samples of a space of unknown size without anything new end the search.
const DRAWS: u32 = 20_000;

/// A search in progress. Ask, measure, tell, one point at a time.
///
/// Given the same space, strategy, seed and outcomes it asks the same questions.
#[derive(Clone)]
pub struct Search<'a> {
    space: &'a dyn Space,
    strategy: Box<dyn Strategy>,
    memory: Memory,
    random: Random,
    limits: Limits,
    point: Vec<u32>,
    /// Its rank, if the strategy knew it.
    rank: Option<u64>,
    /// The samples of the question that waits for its answer.
    pending: Option<u32>,
    trials: u64,
    seconds: f64,
    stop: Option<Stop>,
    /// When the forecast is due.
    look_again: u64,
    /// An order of all points for trying something new, with the next place in it.
    fresh: Option<(Permutation, u64)>,
    /// Questions that wait for their answers when several are asked at once, and the number of the next one.
    open: Vec<Job>,
    ticket: u64,
    /// This search as it would be if the open questions had been answered.
    ahead: Option<Box<Search<'a>>>,
    /// Whether the strategy has asked for something that was never measured.
    skipped: bool,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("trials", &self.trials)
            .field("stop", &self.stop)
            .finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// A search that has measured nothing yet.
    pub fn new(
        space: &'a dyn Space,
        strategy: Box<dyn Strategy>,
        seed: u64,
        limits: Limits,
    ) -> Self {
        let width = space.domains().len();
        Self {
            space,
            strategy,
            memory: Memory::new(width),
            random: Random::new(seed),
            limits,
            point: vec![0; width],
            rank: None,
            pending: None,
            trials: 0,
            seconds: 0.0,
            stop: None,
            look_again: 0,
            fresh: None,
            open: Vec::new(),
            ticket: 0,
            ahead: None,
            skipped: false,
        }
    }

    /// Adds a measurement from an earlier search; it costs nothing and the strategy meets it
    /// only when it asks for that point.
    pub fn remember(&mut self, point: &[u32], outcome: Outcome) {
        if self.space.contains(point) {
            self.memory.record(point, outcome);
        }
    }

    /// The next point to measure, or `None` when the search has ended.
    /// Asked twice without an answer in between, it says the same again.
    pub fn ask(&mut self) -> Option<Question<'_>> {
        let samples = match self.pending {
            Some(samples) => samples,
            None => self.next()?,
        };
        self.pending = Some(samples);
        Some(Question { point: &self.point, samples, rank: self.rank })
    }

    /// The outcome of what was asked last, and how many seconds it took to get.
    pub fn tell(&mut self, outcome: Outcome, seconds: f64) {
        if self.pending.take().is_none() {
            return;
        }
        self.trials += 1;
        if seconds > 0.0 {
            self.seconds += seconds;
        }
        self.memory.record(&self.point, outcome);
        self.pass_on(outcome);
    }

    /// Everything measured so far.
    pub fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Measurements so far.
    pub fn trials(&self) -> u64 {
        self.trials
    }

    /// Seconds told so far.
    pub fn seconds(&self) -> f64 {
        self.seconds
    }

    /// Why the search ended, once `ask` has said `None`.
    pub fn stop(&self) -> Option<Stop> {
        self.stop
    }

    fn pass_on(&mut self, outcome: Outcome) {
        let mut view = View { space: self.space, memory: &self.memory, random: &mut self.random };
        self.strategy.tell(&mut view, &self.point, outcome);
    }

    fn limit(&mut self) -> Option<Stop> {
        let limits = self.limits;
        if limits.trials.is_some_and(|most| self.trials >= most) {
            return Some(Stop::Trials);
        }
        if limits.seconds.is_some_and(|most| self.seconds >= most) {
            return Some(Stop::Seconds);
        }
        if limits.target.is_some_and(|target| self.memory.best_value() <= target) {
            return Some(Stop::Target);
        }
        let margin = limits.margin?;
        // The forecast looks at all trials, and changes slowly when there are many.
        if self.trials < self.look_again {
            return None;
        }
        self.look_again = self.trials + 1 + self.trials / 32;
        let forecast = Forecast::of(&self.memory, self.space.count())?;
        (forecast.gain < margin).then_some(Stop::Margin(forecast))
    }

    fn next(&mut self) -> Option<u32> {
        if self.stop.is_some() {
            return None;
        }
        self.stop = self.limit();
        self.question()
    }

    /// What the strategy asks that is not known, or `None` with a reason to stop.
    fn question(&mut self) -> Option<u32> {
        let mut stalled = 0;
        self.rank = None;
        while self.stop.is_none() {
            let mut view =
                View { space: self.space, memory: &self.memory, random: &mut self.random };
            let samples = match self.strategy.ask(&mut view, &mut self.point) {
                Wish::Nothing => {
                    // What it has asked for in vain may be what is left.
                    if self.skipped {
                        return self.something_new().then_some(0);
                    }
                    self.stop = Some(self.all_seen().unwrap_or(Stop::Finished));
                    break;
                }
                Wish::Try { samples } => samples,
                Wish::New { rank } => {
                    debug_assert!(self.memory.find(&self.point).is_none(), "measured before");
                    debug_assert!(self.space.contains(&self.point), "not a point of the space");
                    debug_assert!(
                        rank.is_none_or(|rank| Some(rank) == self.space.rank(&self.point))
                    );
                    self.rank = rank;
                    return Some(0);
                }
            };
            let known = match self.memory.outcome_of(&self.point) {
                Some(known) if known.samples() >= samples => known,
                Some(_) => return Some(samples),
                None => {
                    self.rank = self.space.rank(&self.point);
                    if self.rank.is_some() || self.space.contains(&self.point) {
                        return Some(samples);
                    }
                    Outcome::Failed
                }
            };
            stalled += 1;
            if stalled >= STALLED {
                if let Some(end) = self.all_seen() {
                    self.stop = Some(end);
                    break;
                }
                return self.something_new().then_some(0);
            }
            self.pass_on(known);
        }
        None
    }

    /// Whether nothing is left, as far as that is known without looking.
    fn all_seen(&self) -> Option<Stop> {
        match self.space.count()? {
            0 => Some(Stop::Empty),
            count if count <= self.memory.len() as u64 => Some(Stop::Exhausted),
            _ => None,
        }
    }

    /// Puts a point that was not measured yet into `self.point`; false, with a reason, if there is none.
    fn something_new(&mut self) -> bool {
        // Uniform draws mostly hit something new; the order of all points is for when they do not.
        let draws = if self.space.count().is_some() { 32 } else { DRAWS };
        for _ in 0..draws {
            if !self.space.sample(&mut self.random, &mut self.point) {
                self.stop = Some(Stop::Empty);
                return false;
            }
            if self.memory.find(&self.point).is_none() {
                return true;
            }
        }
        if let Some(count) = self.space.count() {
            let random = &mut self.random;
            let (order, next) =
                self.fresh.get_or_insert_with(|| (Permutation::new(count, random), 0));
            while let Some(rank) = order.at(*next) {
                if !self.space.unrank(rank, &mut self.point) {
                    break;
                }
                // It may be that something else is measured instead, so this one stays next until it is known.
                if self.memory.find(&self.point).is_none() {
                    return true;
                }
                *next += 1;
            }
        }
        self.stop = Some(self.all_seen().unwrap_or(Stop::NothingNew));
        false
    }
}
