//! The first questions of the default strategy: some candidates, of which a Gaussian process says what they promise.
//!
//! Half of what comes new into the pool are random points, half are children of the best. Which share of its doubt counts for
//! a candidate is drawn anew for every question, so that some questions look for what is best and some for what is unknown.

use crate::kriging::Kriging;
use crate::space::{Domain, Points, Space};
use crate::strategy::View;

/// The candidates.
#[derive(Debug, Clone, Default)]
pub(super) struct Pool {
    model: Kriging,
    points: Points,
    /// What each promised when the last question was asked, lower is better; infinite for what was measured.
    promises: Vec<f32>,
    targets: Vec<f32>,
    /// The outcomes, best first.
    order: Vec<u32>,
    /// Of the natural numbers, as far as they were needed.
    logarithms: Vec<f32>,
    /// Whether all points of the space are candidates.
    is_all: bool,
}

impl Pool {
    /// No candidates; there is room for outcomes up to `most`.
    pub(super) fn new(domains: &[Domain], most: usize, size: usize, reach: f32) -> Self {
        let mut points = Points::new(domains.len());
        let nothing = vec![0; domains.len()];
        (0..size).for_each(|_| points.push(&nothing));
        Self {
            model: Kriging::new(domains, most, size, reach),
            points,
            promises: vec![f32::INFINITY; size],
            targets: Vec::new(),
            order: Vec::new(),
            logarithms: Vec::new(),
            is_all: false,
        }
    }

    /// Candidates that are all points of a space, if there are at most `size` and it can name them.
    pub(super) fn all(space: &dyn Space, most: usize, size: usize, reach: f32) -> Option<Self> {
        let count =
            usize::try_from(space.count()?).ok().filter(|count| (1..=size).contains(count))?;
        let mut pool = Self::new(space.domains(), most, count, reach);
        let mut point = vec![0; space.domains().len()];
        for at in 0..count {
            if !space.unrank(at as u64, &mut point) {
                return None;
            }
            pool.points.set(at, &point);
            pool.model.propose(at, &point);
            pool.mark(at, f32::NEG_INFINITY);
        }
        pool.is_all = true;
        Some(pool)
    }

    /// Takes in all outcomes: `told` are their points one after another, `values` what came of them, lower is better.
    pub(super) fn learn(&mut self, told: &[u32], values: &[f32], width: usize) {
        for at in self.model.len()..values.len() {
            if let Some(point) = told.get(at * width..(at + 1) * width) {
                self.model.observe(point);
            }
        }
        // The logarithm of the rank: it can be forecast in any space, and the best places count most.
        let value = |at: u32| values.get(at as usize).copied().unwrap_or(f32::INFINITY);
        // All but the last are mostly in order from the question before, which such a sort makes use of.
        self.order.extend(self.order.len() as u32..values.len() as u32);
        self.order.sort_by(|&a, &b| value(a).total_cmp(&value(b)));
        self.logarithms.extend((self.logarithms.len()..=2 * values.len()).map(|n| (n as f32).ln()));
        self.targets.clear();
        self.targets.resize(values.len(), 0.0);
        let mut first = 0;
        for equal in self.order.chunk_by(|&a, &b| value(a) == value(b)) {
            // Equal values share the middle of their ranks.
            let target = self.logarithms.get(2 * first + equal.len()).copied().unwrap_or(0.0);
            first += equal.len();
            for &at in equal {
                if let Some(place) = self.targets.get_mut(at as usize) {
                    *place = target;
                }
            }
        }
        self.model.value(&self.targets);
    }

    /// Writes the candidate that promises most; false if there is none that was not measured.
    /// `fresh` candidates come new into the pool before. `child` writes a new point that was not measured, or says that it
    /// found none.
    pub(super) fn choose(
        &mut self,
        view: &mut View<'_>,
        curiosity: f32,
        fresh: usize,
        point: &mut [u32],
        mut child: impl FnMut(&mut View<'_>, &mut [u32]) -> bool,
    ) -> bool {
        let fresh = if self.is_all { 0 } else { fresh.max(self.unused()) };
        for _ in 0..fresh {
            let found = if view.random.word() & 1 == 0 {
                view.space.sample(view.random, point)
            } else {
                child(view, point)
            };
            if found {
                let worst = self.worst();
                self.points.set(worst, point);
                self.model.propose(worst, point);
                self.mark(worst, f32::NEG_INFINITY);
            }
        }
        let deviations = curiosity * view.random.unit() as f32;
        let promises = self.model.promises(deviations);
        let mut best: Option<(f32, usize)> = None;
        for (at, (known, &promise)) in self.promises.iter_mut().zip(promises).enumerate() {
            let Some(candidate) = self.points.get(at) else { break };
            // What was never set, or found to be measured, stays what it is until it is replaced.
            if *known == f32::INFINITY {
                continue;
            }
            *known = promise;
            if best.is_none_or(|(least, _)| promise < least) {
                if view.memory.find(candidate).is_some() {
                    *known = f32::INFINITY;
                } else {
                    best = Some((promise, at));
                }
            }
        }
        let chosen = best.and_then(|(_, at)| Some((at, self.points.get(at)?)));
        let Some((at, candidate)) = chosen else { return false };
        point.copy_from_slice(candidate);
        self.mark(at, f32::INFINITY);
        true
    }

    fn mark(&mut self, at: usize, promise: f32) {
        if let Some(place) = self.promises.get_mut(at) {
            *place = promise;
        }
    }

    fn unused(&self) -> usize {
        self.promises.iter().filter(|promise| **promise == f32::INFINITY).count()
    }

    fn worst(&self) -> usize {
        let (mut worst, mut place) = (f32::NEG_INFINITY, 0);
        for (at, &promise) in self.promises.iter().enumerate() {
            if promise > worst {
                (worst, place) = (promise, at);
            }
        }
        place
    }
}
