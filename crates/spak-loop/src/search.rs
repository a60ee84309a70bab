//! Which config to try next, as a function of the space, of what is known and of the trials so far.
//!
//! The search keeps no state between calls: it plays itself again from the beginning, taking outcomes from
//! the history, until it needs one that is not there. A search that was killed therefore goes on exactly
//! where it was, however many trials of a batch were done, and nothing on disk can disagree with it.

use std::cell::{OnceCell, RefCell};
use std::collections::BTreeMap;

use spak_records::run::{DoneReason, Planned, Progress};
use spak_records::{Config, Trial};

use crate::guidance::Guidance;
use crate::replay::Replay;
use crate::space::{Point, Space};

/// The trials of one run in the order in which they came out.
///
/// All are of one problem on one device; the caller sees to that.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct History {
    trials: Vec<Trial>,
}

impl History {
    /// The history of recorded trials, to go on after an interruption.
    pub fn of(trials: Vec<Trial>) -> Self {
        Self { trials }
    }

    /// Adds what came out next.
    pub fn tell(&mut self, trial: Trial) {
        self.trials.push(trial);
    }

    /// The trials in order.
    pub fn trials(&self) -> &[Trial] {
        &self.trials
    }

    /// Median wall-clock seconds of a trial; 0 without trials.
    fn typical_seconds(&self) -> f64 {
        let mut seconds: Vec<f64> = self.trials.iter().map(|trial| trial.seconds).collect();
        seconds.sort_by(f64::total_cmp);
        seconds.get(seconds.len() / 2).copied().unwrap_or(0.0)
    }
}

/// What the caller still grants; `None`: no limit.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Remaining {
    /// Trials that may still be made.
    pub trials: Option<u64>,
    /// Wall-clock seconds.
    pub seconds: Option<f64>,
}

impl Remaining {
    /// As much of `next` as there is time and there are trials for.
    pub fn grant(&self, history: &History, next: Next) -> Next {
        let Next::Try(mut proposals) = next else { return next };
        let granted = self.trials.unwrap_or(u64::MAX);
        let typical = history.typical_seconds();
        let out_of_time = self.seconds.is_some_and(|s| s <= 0.0 || s < typical);
        if granted == 0 {
            return Next::Done(DoneReason::TrialBudget);
        }
        if out_of_time {
            return Next::Done(DoneReason::TimeBudget);
        }
        let in_time = match self.seconds {
            Some(seconds) if typical > 0.0 => (seconds / typical).max(1.0) as u64,
            _ => u64::MAX,
        };
        proposals.truncate(usize::try_from(granted.min(in_time)).unwrap_or(usize::MAX));
        Next::Try(proposals)
    }
}

/// How the search goes about it.
#[derive(Clone, Debug, PartialEq)]
pub struct SearchOptions {
    /// Seed of its random choices.
    pub seed: u64,
    /// Least gain that makes a new incumbent (0.01: 1 %), beside a difference larger than its uncertainty.
    pub minimal_gain: f64,
    /// Neighbours that a recommended config is compared with before it is believed.
    pub confirm_neighbours: usize,
    /// Most values of one dimension that are tried in one round.
    pub values_a_round: usize,
    /// How many of the most influential dimensions are changed two at a time.
    pub pair_dimensions: usize,
    /// Values of each of the two that are combined.
    pub pair_values: usize,
    /// Searches from random configs after the first one has converged.
    pub restarts: u32,
    /// Random configs tried when neither the seed nor its neighbours work.
    pub rescue_configs: u32,
    /// A value that was never less than this many times slower than another one is not tried again in later rounds.
    pub hopeless_ratio: f64,
}

impl SearchOptions {
    /// Options for some tens to some hundreds of trials.
    ///
    /// On recorded spaces of GPU kernels (convolution and dedispersion on six GPUs each, 4,362 and 11,130 valid
    /// configs, 20 random starts) other values of these options made no difference beyond the scatter, except
    /// `restarts`: 1, 3 and 5 of them took 79, 135 and 187 trials to 0.894, 0.927 and 0.941 of the optimum's speed;
    /// random search has 0.862 after 100 trials and 0.901 after 200.
    pub fn standard(seed: u64) -> Self {
        Self {
            seed,
            minimal_gain: 0.01,
            confirm_neighbours: 4,
            values_a_round: 8,
            pair_dimensions: 3,
            pair_values: 2,
            restarts: 2,
            rescue_configs: 16,
            hopeless_ratio: 1.5,
        }
    }
}

/// A config to try.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The config.
    pub config: Config,
    /// Why, in a phrase.
    pub why: String,
    /// The config to interleave its samples with; the same for all proposals of one decision.
    pub incumbent: Option<Config>,
}

impl From<Proposal> for Planned {
    fn from(proposal: Proposal) -> Self {
        let Proposal { config, why, incumbent } = proposal;
        Self { config, why, incumbent, progress: Progress::Proposed }
    }
}

/// A value that was passed over, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Skipped {
    /// The config that would have been tried.
    pub config: Config,
    /// What is not to be tried (`tile_m = 128`), in words.
    pub what: String,
    /// Why not.
    pub why: SkipReason,
}

/// Why something was not tried.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SkipReason {
    /// The design knows better.
    Known {
        /// The fact or rule.
        source: String,
    },
    /// A constraint, a rule or the template forbids it.
    Invalid {
        /// Which, in a sentence.
        why: String,
    },
    /// It lost clearly wherever it was tried in this run.
    Hopeless {
        /// In how many trials.
        trials: usize,
    },
}

/// What to do now.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// Try these configs, in this order; after any number of them the next decision goes on with the others.
    Try(Vec<Proposal>),
    /// Try nothing more.
    Done(DoneReason),
}

/// What the search says after the trials so far.
#[derive(Clone, Debug, PartialEq)]
pub struct Decision {
    /// What to do now.
    pub next: Next,
    /// The config to keep, once something worked.
    pub incumbent: Option<Config>,
    /// The incumbent's time over the baseline's; the baseline is the first config that worked, as a rule the seed.
    pub relative_time: Option<f64>,
    /// Rounds over the dimensions begun so far.
    pub round: u32,
    /// What was passed over so far, each value once for each reason.
    pub skipped: Vec<Skipped>,
}

/// A search over one space.
pub struct Search<'a> {
    pub(crate) space: &'a dyn Space,
    pub(crate) guidance: Guidance,
    pub(crate) options: SearchOptions,
    /// Tests are the caller's and may be slow; the same one is never asked twice.
    pub(crate) valid: RefCell<BTreeMap<Point, Result<(), String>>>,
    /// The points that stand for others, found once.
    pub(crate) canonical: RefCell<BTreeMap<Point, Point>>,
    /// The points that may be tried, once they were needed; `None` inside: there are too many to list.
    pub(crate) listed: OnceCell<Option<Vec<Point>>>,
}

impl std::fmt::Debug for Search<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Search")
            .field("guidance", &self.guidance)
            .field("options", &self.options)
            .finish_non_exhaustive()
    }
}

impl<'a> Search<'a> {
    /// A search of `space` that starts from what `guidance` knows.
    pub fn new(space: &'a dyn Space, guidance: Guidance, options: SearchOptions) -> Self {
        Self {
            space,
            guidance,
            options,
            valid: RefCell::default(),
            canonical: RefCell::default(),
            listed: OnceCell::new(),
        }
    }

    /// What to do after the trials in `history`; trials of configs outside the space are passed over.
    pub fn next(&self, history: &History, remaining: &Remaining) -> Decision {
        let mut decision = Replay::new(self, history.trials()).play();
        decision.next = remaining.grant(history, decision.next);
        decision
    }
}
