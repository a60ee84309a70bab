//! A search that plays itself again over the recorded trials, and what it has learnt at each moment of that.
//!
//! Everything the strategy looks at is what had come out at that moment of the play, never what stands
//! later in the history: only so is the play the same each time.

use std::collections::{BTreeMap, BTreeSet};

use spak_records::run::DoneReason;
use spak_records::{Config, Outcome, Trial};

use crate::random::Random;
use crate::relative::{Relative, Relatives};
use crate::search::{Decision, Next, Proposal, Search, SearchOptions, SkipReason, Skipped};
use crate::space::{self, Dimension, Point};

/// Spaces of at most so many combinations are listed when that helps: whether a config is valid can take
/// milliseconds, and a person waits for it.
const LISTED: u128 = 512;
/// Draws before a random valid config is given up.
const DRAWS: usize = 500;

/// Why the play stops.
pub(crate) enum Stop {
    /// The outcomes of these are needed.
    Need(Vec<Proposal>),
    /// The strategy is at its end.
    Done(DoneReason),
}

/// What came out at a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Known {
    Measured(Relative),
    Rejected,
}

/// A config that the strategy would like to see tried.
pub(crate) struct Wish {
    pub(crate) point: Point,
    pub(crate) why: String,
}

/// The play.
pub(crate) struct Replay<'a> {
    pub(crate) search: &'a Search<'a>,
    pub(crate) dimensions: &'a [Dimension],
    pub(crate) random: Random,
    /// The best point so far.
    pub(crate) incumbent: Option<Point>,
    pub(crate) round: u32,
    history: BTreeMap<Point, &'a Trial>,
    known: BTreeMap<Point, Known>,
    order: Vec<Point>,
    relatives: Relatives,
    /// Points that differ in one dimension only, by that dimension and the point with 0 there.
    lines: BTreeMap<(usize, Point), Vec<usize>>,
    /// For a dimension and value: least time ratio to another value with all else equal, and how many there were.
    ratios: BTreeMap<(usize, usize), (f64, usize)>,
    /// Rejections of a value where another value worked with all else equal.
    rejections: BTreeMap<(usize, usize), usize>,
    /// For a dimension: largest time ratio between two of its values with all else equal.
    effects: BTreeMap<usize, f64>,
    skipped: BTreeMap<(String, SkipReason), Skipped>,
}

impl<'a> Replay<'a> {
    /// The play before its first move.
    pub(crate) fn new(search: &'a Search<'a>, trials: &'a [Trial]) -> Self {
        let dimensions = search.space.dimensions();
        let mut history = BTreeMap::new();
        for trial in trials {
            if let Some(point) = space::point_of(dimensions, &trial.config) {
                history.entry(point).or_insert(trial);
            }
        }
        Self {
            search,
            dimensions,
            random: Random::new(search.options.seed),
            incumbent: None,
            round: 0,
            history,
            known: BTreeMap::new(),
            order: Vec::new(),
            relatives: Relatives::default(),
            lines: BTreeMap::new(),
            ratios: BTreeMap::new(),
            rejections: BTreeMap::new(),
            effects: BTreeMap::new(),
            skipped: BTreeMap::new(),
        }
    }

    /// Plays until an outcome is missing or nothing is left to do.
    pub(crate) fn play(mut self) -> Decision {
        let next = match self.strategy() {
            Stop::Need(proposals) => Next::Try(proposals),
            Stop::Done(reason) => Next::Done(reason),
        };
        let relative = self.incumbent.as_ref().and_then(|point| self.time(point));
        Decision {
            next,
            incumbent: self.incumbent.as_ref().map(|point| self.config(point)),
            relative_time: relative.map(|relative| relative.time),
            round: self.round,
            skipped: self.skipped.into_values().collect(),
        }
    }

    pub(crate) fn options(&self) -> &'a SearchOptions {
        &self.search.options
    }

    pub(crate) fn config(&self, point: &Point) -> Config {
        space::config_at(self.dimensions, point)
    }

    /// The measured relative time at `point`.
    pub(crate) fn time(&self, point: &Point) -> Option<Relative> {
        match self.known.get(point)? {
            Known::Measured(relative) => Some(*relative),
            Known::Rejected => None,
        }
    }

    pub(crate) fn is_known(&self, point: &Point) -> bool {
        self.known.contains_key(point)
    }

    /// How many configs came out so far.
    pub(crate) fn tried(&self) -> usize {
        self.order.len()
    }

    /// Why the config that came out first was rejected.
    pub(crate) fn first_rejection(&self) -> Option<String> {
        match &self.history.get(self.order.first()?)?.outcome {
            Outcome::Rejected(rejection) => {
                Some(format!("{}: {}", rejection.reason, rejection.detail))
            }
            Outcome::Measured(_) => None,
        }
    }

    /// The largest observed effect of a dimension (1.0: none); what knowledge says until something was observed.
    pub(crate) fn effect(&self, dimension: usize) -> f64 {
        let told = || {
            let name = &self.dimensions.get(dimension)?.name;
            self.search.guidance.influence.get(name).copied().filter(|ratio| ratio.is_finite())
        };
        self.effects.get(&dimension).copied().or_else(told).unwrap_or(1.0)
    }

    /// Has the wishes come out, all compared with `reference`.
    ///
    /// # Errors
    /// [`Stop::Need`] with those that have not.
    pub(crate) fn await_all(
        &mut self,
        wishes: Vec<Wish>,
        reference: Option<&Point>,
    ) -> Result<(), Stop> {
        let mut missing = Vec::new();
        let mut wanted = BTreeSet::new();
        let incumbent = reference.map(|point| self.config(point));
        for wish in &wishes {
            if !self.history.contains_key(&wish.point) && wanted.insert(wish.point.clone()) {
                missing.push(Proposal {
                    config: self.config(&wish.point),
                    why: wish.why.clone(),
                    incumbent: incumbent.clone(),
                });
            }
        }
        if !missing.is_empty() {
            return Err(Stop::Need(missing));
        }
        for wish in wishes {
            self.learn(wish.point);
        }
        Ok(())
    }

    fn learn(&mut self, point: Point) {
        if self.known.contains_key(&point) {
            return;
        }
        let Some(trial) = self.history.get(&point) else { return };
        let known = match &trial.outcome {
            Outcome::Measured(measurement) => {
                Known::Measured(self.relatives.add(&trial.config.id(), measurement))
            }
            Outcome::Rejected(_) => Known::Rejected,
        };
        self.known.insert(point.clone(), known);
        for dimension in 0..point.len() {
            self.compare_along(dimension, &point, known);
        }
        self.order.push(point);
    }

    /// Compares the new point with all known ones that differ from it in this dimension only.
    fn compare_along(&mut self, dimension: usize, point: &Point, known: Known) {
        let Some(value) = point.get(dimension).copied() else { return };
        let at = |value: usize| {
            let mut other = point.clone();
            if let Some(slot) = other.get_mut(dimension) {
                *slot = value;
            }
            other
        };
        let others = self.lines.entry((dimension, at(0))).or_default();
        let compared = others.clone();
        others.push(value);
        for other in compared {
            match (known, self.known.get(&at(other))) {
                (Known::Measured(mine), Some(Known::Measured(theirs))) => {
                    let ratio = mine.time / theirs.time;
                    for (value, ratio) in [(value, ratio), (other, 1.0 / ratio)] {
                        let entry = self.ratios.entry((dimension, value)).or_insert((ratio, 0));
                        *entry = (entry.0.min(ratio), entry.1 + 1);
                    }
                    let effect = self.effects.entry(dimension).or_insert(1.0);
                    *effect = effect.max(ratio).max(1.0 / ratio);
                }
                (Known::Rejected, Some(Known::Measured(_))) => {
                    *self.rejections.entry((dimension, value)).or_default() += 1;
                }
                (Known::Measured(_), Some(Known::Rejected)) => {
                    *self.rejections.entry((dimension, other)).or_default() += 1;
                }
                (Known::Rejected, Some(Known::Rejected) | None) | (Known::Measured(_), None) => {}
            }
        }
    }

    /// In how many trials this value lost clearly or was rejected, if it never did anything else.
    pub(crate) fn hopeless(&self, dimension: usize, value: usize) -> Option<usize> {
        let rejected = self.rejections.get(&(dimension, value)).copied().unwrap_or(0);
        match self.ratios.get(&(dimension, value)) {
            Some((least, trials)) => {
                (*least >= self.options().hopeless_ratio).then_some(trials + rejected)
            }
            // One rejection may be due to what stood beside it.
            None => (rejected >= 2).then_some(rejected),
        }
    }

    /// Notes that `what` was passed over.
    pub(crate) fn skip(&mut self, point: &Point, what: String, why: SkipReason) {
        let config = self.config(point);
        self.skipped.entry((what.clone(), why.clone())).or_insert(Skipped { config, what, why });
    }

    /// Whether `point` may be tried coming from `from`; if not, that is noted under `what`.
    ///
    /// Knowledge against a value that `from` has already is no reason: the search is there to leave it.
    pub(crate) fn permitted(&mut self, point: &Point, from: Option<&Point>, what: &str) -> bool {
        if self.is_known(point) {
            return true;
        }
        let config = self.config(point);
        let from = from.map(|from| self.config(from));
        let known = self.search.guidance.avoid.iter().find(|avoid| {
            avoid.covers(&config) && !from.as_ref().is_some_and(|from| avoid.covers(from))
        });
        if let Some(avoid) = known {
            let source = avoid.source.clone();
            let mut what = format!("{} = {}", avoid.dimension, avoid.value);
            if !avoid.when.0.is_empty() {
                what = format!("{what} with {}", avoid.when);
            }
            self.skip(point, what, SkipReason::Known { source });
            return false;
        }
        if let Err(why) = self.validity(point) {
            self.skip(point, what.to_owned(), SkipReason::Invalid { why });
            return false;
        }
        true
    }

    /// The point that stands for `point`.
    pub(crate) fn canonical(&self, point: Point) -> Point {
        if let Some(known) = self.search.canonical.borrow().get(&point) {
            return known.clone();
        }
        let config = self.search.space.canonical(&self.config(&point));
        let canonical = space::point_of(self.dimensions, &config).unwrap_or_else(|| point.clone());
        self.search.canonical.borrow_mut().insert(point, canonical.clone());
        canonical
    }

    /// Whether the space allows `point`.
    pub(crate) fn validity(&self, point: &Point) -> Result<(), String> {
        if let Some(known) = self.search.valid.borrow().get(point) {
            return known.clone();
        }
        let valid = self.search.space.validity(&self.config(point));
        self.search.valid.borrow_mut().insert(point.clone(), valid.clone());
        valid
    }

    /// Every point that is valid and not to be avoided, for spaces small enough to be listed.
    pub(crate) fn listed(&self) -> Option<&'a [Point]> {
        let listed = self.search.listed.get_or_init(|| {
            if let Some(candidates) = self.search.space.candidates() {
                let all = Some(candidates.count()).filter(|count| *count <= LISTED)?;
                let points = (0..all).filter_map(|number| candidates.at(number));
                return Some(points.filter(|point| self.is_open(point)).collect());
            }
            let combinations = space::combinations(self.dimensions)?;
            (combinations <= LISTED).then(|| {
                space::points(self.dimensions).filter(|point| self.is_open(point)).collect()
            })
        });
        listed.as_deref()
    }

    /// A random point that is valid, not to be avoided and not known; `None` when there is none, or none was found.
    pub(crate) fn random_point(&mut self) -> Option<Point> {
        if let Some(listed) = self.listed() {
            let unknown: Vec<&Point> = listed.iter().filter(|p| !self.is_known(p)).collect();
            let at = self.random.below(unknown.len());
            return unknown.get(at).copied().cloned();
        }
        for _ in 0..DRAWS {
            let drawn = self.drawn()?;
            let point = self.canonical(drawn);
            if !self.is_known(&point) && self.is_open(&point) {
                return Some(point);
            }
        }
        None
    }

    /// A random combination that may be valid as far as the space knows.
    fn drawn(&mut self) -> Option<Point> {
        match self.search.space.candidates() {
            Some(candidates) => candidates.at(self.random.below_wide(candidates.count())),
            None => {
                let dimensions = self.dimensions.iter();
                Some(dimensions.map(|d| self.random.below(d.values.len())).collect())
            }
        }
    }

    fn is_open(&self, point: &Point) -> bool {
        let config = self.config(point);
        let avoided = self.search.guidance.avoid.iter().any(|avoid| avoid.covers(&config));
        !avoided && self.validity(point).is_ok()
    }
}
