//! Search that begins with what was measured elsewhere: on another device, for another problem.
//!
//! Another strategy does the searching, and makes the first few questions, which lie far from each other. Then what was
//! measured elsewhere leads: of each source the logarithms of its values are the mean of a Gaussian process here, so that what
//! differs here (all is twice as slow, wide tiles are worse) is learnt as a difference, which is smoother than what is learnt
//! about (Kennedy and O'Hagan 2000, with a factor of one). Of several sources the one leads whose differences vary least on
//! what was measured, and none if they vary as much as what was measured. It leads for a few questions, and for as many more whenever one of them was the best so far;
//! then it is not asked again. So knowledge that holds is followed to its end, and knowledge that does not costs a few
//! questions. Everything measured is told to the other strategy either way.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::forest::{Forest, Growth, Sample};
use crate::kriging::Kriging;
use crate::memory::Outcome;
use crate::random::Random;
use crate::space::{Domain, Points, Space};
use crate::strategy::{Strategy, View, Wish};

/// Questions of the other strategy before anything leads.
const FIRST: usize = 4;
/// A source leads where what it leaves unexplained of the outcomes is less than this part of their variation.
const EXPLAINS: f32 = 0.9;
/// A best that is so much better than the one before is progress.
const PROGRESS: f64 = 0.995;
/// Outcomes that the models of sources have room for: a source that leads for longer is asked with what it has.
const ROOM: usize = 96;
/// Up to so many standard deviations of a difference count for a candidate.
const CURIOSITY: f64 = 2.0;
/// See [`Kriging::new`].
const REACH: f32 = 0.3;
/// Seed of the forests that say what a source would have at points that it does not have.
const SEED: u64 = 17;

/// What was measured elsewhere, at points of this space.
#[derive(Debug, Clone, Default)]
pub struct Source {
    known: BTreeMap<Box<[u32]>, f32>,
    forest: Forest,
    /// The points, best first.
    best: Vec<Box<[u32]>>,
}

impl PartialEq for Source {
    fn eq(&self, other: &Self) -> bool {
        self.known == other.known
    }
}

impl Source {
    /// A source of points and values, lower is better; what failed there has no value. Points outside of the domains and values
    /// that are not finite are left out.
    pub fn new(
        domains: &[Domain],
        rows: impl IntoIterator<Item = (Vec<u32>, Option<f64>)>,
    ) -> Self {
        let fits = |point: &[u32]| {
            point.len() == domains.len() && point.iter().zip(domains).all(|(at, d)| *at < d.size)
        };
        let (mut known, mut failed) = (BTreeMap::new(), Vec::new());
        for (point, value) in rows.into_iter().filter(|(point, _)| fits(point)) {
            match value.and_then(logarithm) {
                Some(value) => {
                    known.insert(point.into_boxed_slice(), value);
                }
                None => failed.push(point.into_boxed_slice()),
            }
        }
        let worst = known.values().copied().fold(f32::NEG_INFINITY, f32::max);
        if known.is_empty() {
            return Self::default();
        }
        known.extend(failed.into_iter().map(|point| (point, worst)));
        let mut best: Vec<(f32, &Box<[u32]>)> = known.iter().map(|(p, v)| (*v, p)).collect();
        best.sort_by(|a, b| a.0.total_cmp(&b.0).then_with(|| a.1.cmp(b.1)));
        let points: Vec<u32> = best.iter().flat_map(|(_, point)| point.iter().copied()).collect();
        let values: Vec<f32> = best.iter().map(|(value, _)| *value).collect();
        let best = best.into_iter().map(|(_, point)| point.clone()).collect();
        let mut forest = Forest::default();
        let sample = Sample { points: &points, values: &values, width: domains.len() };
        let growth = Growth { trees: 16, cuts: 8, leaf: 2 };
        forest.grow(sample, domains, growth, &mut Random::new(SEED));
        Self { known, forest, best }
    }

    /// How many points it has.
    pub fn len(&self) -> usize {
        self.known.len()
    }

    /// Whether nothing was measured there.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty()
    }

    /// The logarithm of the value there, or what it would be.
    fn at(&self, point: &[u32]) -> f32 {
        self.known.get(point).copied().unwrap_or_else(|| self.forest.predict(point))
    }
}

/// The logarithm of a value, in the order of values that have one sign.
fn logarithm(value: f64) -> Option<f32> {
    let scaled = if value > 0.0 { value.ln() } else { -(-value).max(f64::MIN_POSITIVE).ln() };
    (value.is_finite() && scaled.is_finite()).then_some(scaled as f32)
}

/// What is known from elsewhere, and how it is used.
#[derive(Debug, Clone, PartialEq)]
pub struct Informed {
    /// The sources.
    pub sources: Arc<Vec<Source>>,
    /// Questions for which a source leads without having found a new best.
    pub grace: usize,
    /// Candidates that are looked at: all points of the space if there are at most so many, else half of them the best of the
    /// sources and half random ones.
    pub candidates: usize,
}

impl Informed {
    /// These sources, which lead for four questions if they find nothing.
    pub fn by(sources: Vec<Source>) -> Self {
        let sources = sources.into_iter().filter(|source| !source.is_empty()).collect();
        Self { sources: Arc::new(sources), grace: 4, candidates: 16_384 }
    }

    /// A search that another strategy goes on with.
    pub fn start(self, inner: Box<dyn Strategy>) -> InformedSearch {
        InformedSearch {
            left: if self.sources.is_empty() { 0 } else { self.grace },
            informed: self,
            inner,
            points: Points::default(),
            leads: Vec::new(),
            targets: Vec::new(),
            best: f64::INFINITY,
            is_led: false,
        }
    }
}

/// What one source says of the candidates.
#[derive(Debug, Clone)]
struct Lead {
    /// Its own values at the candidates.
    prior: Vec<f32>,
    /// Those at what was measured here.
    told: Vec<f32>,
    model: Kriging,
}

/// The state of an informed search.
#[derive(Clone)]
pub struct InformedSearch {
    informed: Informed,
    inner: Box<dyn Strategy>,
    points: Points,
    leads: Vec<Lead>,
    /// Logarithms of what was measured here, what failed as the worst of it.
    targets: Vec<f32>,
    left: usize,
    best: f64,
    is_led: bool,
}

impl std::fmt::Debug for InformedSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("InformedSearch").field("left", &self.left).finish_non_exhaustive()
    }
}

impl InformedSearch {
    /// Gathers the candidates, and what each source says of them.
    fn prepare(&mut self, view: &mut View<'_>) {
        self.points = candidates(view, &self.informed);
        let domains = view.space.domains();
        for source in self.informed.sources.iter() {
            let mut model = Kriging::new(domains, ROOM, self.points.len(), REACH);
            for (at, point) in self.points.iter().enumerate() {
                model.propose(at, point);
            }
            let prior = self.points.iter().map(|point| source.at(point)).collect();
            self.leads.push(Lead { prior, told: Vec::new(), model });
        }
    }

    /// Takes in what was measured since the last question.
    fn catch_up(&mut self, view: &View<'_>) {
        for at in self.targets.len()..view.memory.len() {
            let (Some(point), Some(outcome)) =
                (view.memory.points().get(at), view.memory.outcomes().get(at))
            else {
                break;
            };
            let worst = self.targets.iter().copied().fold(f32::NEG_INFINITY, f32::max);
            let worst = if worst.is_finite() { worst } else { 0.0 };
            self.targets.push(logarithm(outcome.value()).unwrap_or(worst));
            for (source, lead) in self.informed.sources.iter().zip(&mut self.leads) {
                lead.told.push(source.at(point));
                lead.model.observe(point);
            }
        }
    }

    /// Writes the candidate that promises most by the source whose differences vary least.
    fn lead(&mut self, view: &mut View<'_>, point: &mut [u32]) -> bool {
        let targets = &self.targets;
        let differences = |lead: &Lead| -> Vec<f32> {
            targets.iter().zip(&lead.told).map(|(own, there)| own - there).collect()
        };
        let least = self
            .leads
            .iter_mut()
            .map(|lead| (variation(&differences(lead)), lead))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        // One whose differences vary as much as what it explains says nothing of this space.
        let Some((_, lead)) = least.filter(|(left, _)| *left < EXPLAINS * variation(targets))
        else {
            return false;
        };
        let told = differences(lead);
        lead.model.value(&told);
        let deviations = (CURIOSITY * view.random.unit()) as f32;
        let promises = lead.model.promises(deviations);
        let mut order: Vec<(f32, usize)> = promises
            .iter()
            .zip(&lead.prior)
            .enumerate()
            .map(|(at, (difference, there))| (difference + there, at))
            .collect();
        order.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (_, at) in order {
            let Some(candidate) = self.points.get(at) else { continue };
            if view.memory.find(candidate).is_none() {
                point.copy_from_slice(candidate);
                return true;
            }
        }
        false
    }
}

/// The sum of the squares of values about their mean.
fn variation(values: &[f32]) -> f32 {
    let mean = values.iter().sum::<f32>() / values.len().max(1) as f32;
    values.iter().map(|value| (value - mean) * (value - mean)).sum()
}

/// Points that may be asked for.
fn candidates(view: &mut View<'_>, informed: &Informed) -> Points {
    let width = view.space.domains().len();
    let (mut points, mut point) = (Points::new(width), vec![0; width]);
    let most = informed.candidates.max(1);
    if let Some(count) = view.space.count().filter(|count| *count <= most as u64) {
        for rank in 0..count {
            if view.space.unrank(rank, &mut point) {
                points.push(&point);
            }
        }
        if !points.is_empty() {
            return points;
        }
    }
    let share = most / 2 / informed.sources.len().max(1);
    let space: &dyn Space = view.space;
    for source in informed.sources.iter() {
        let valid = source.best.iter().filter(|point| space.contains(point));
        valid.take(share).for_each(|point| points.push(point));
    }
    for _ in 0..most / 2 {
        if view.space.sample(view.random, &mut point) {
            points.push(&point);
        }
    }
    points
}

impl Strategy for InformedSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        self.is_led = false;
        if self.left > 0 && view.memory.len() >= FIRST && view.memory.len() < ROOM {
            if self.leads.is_empty() {
                self.prepare(view);
            }
            self.catch_up(view);
            self.is_led = self.lead(view, point);
            if self.is_led {
                return Wish::Try { samples: 0 };
            }
        }
        self.inner.ask(view, point)
    }

    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let value = outcome.value();
        // Of values below zero the better one is farther from it.
        let is_progress = value < self.best - (1.0 - PROGRESS) * self.best.abs()
            || self.best.is_infinite() && value.is_finite();
        if self.is_led {
            self.left = if is_progress { self.informed.grace } else { self.left - 1 };
        }
        self.best = self.best.min(value);
        if self.left == 0 {
            // What is not asked again needs no memory.
            self.leads = Vec::new();
            self.points = Points::default();
        }
        self.inner.tell(view, point, outcome);
    }
}

#[cfg(test)]
mod tests;
