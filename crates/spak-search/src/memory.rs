//! What has been measured so far, found by point.

use crate::space::Points;
use crate::table::hash;

/// What came of measuring a point.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    /// It ran.
    Measured {
        /// The objective; lower is better. Not finite means failed.
        value: f64,
        /// From how many samples the value was taken.
        samples: u32,
    },
    /// It did not compile, launch, end in time or compute the right thing.
    Failed,
}

impl Outcome {
    /// The value, infinite for a failure, so that outcomes can be compared.
    pub fn value(&self) -> f64 {
        match self {
            Self::Measured { value, .. } if value.is_finite() => *value,
            _ => f64::INFINITY,
        }
    }

    /// Whether it failed.
    pub fn failed(&self) -> bool {
        self.value().is_infinite()
    }

    /// How many samples are behind it; a failure needs no more.
    pub fn samples(&self) -> u32 {
        match self {
            Self::Measured { samples, .. } if !self.failed() => *samples,
            _ => u32::MAX,
        }
    }
}

/// All trials of a search, in the order of their first measurement.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    points: Points,
    outcomes: Vec<Outcome>,
    slots: Vec<u32>,
    best: Option<usize>,
}

impl Memory {
    /// No trials of points with `width` parameters.
    pub fn new(width: usize) -> Self {
        Self { points: Points::new(width), outcomes: Vec::new(), slots: vec![0; 1024], best: None }
    }

    /// How many different points were measured.
    pub fn len(&self) -> usize {
        self.outcomes.len()
    }

    /// Whether nothing was measured.
    pub fn is_empty(&self) -> bool {
        self.outcomes.is_empty()
    }

    /// The trial of a point.
    pub fn find(&self, point: &[u32]) -> Option<usize> {
        self.slot(point).ok()
    }

    /// The trial of a point, or the free slot that is its own.
    fn slot(&self, point: &[u32]) -> Result<usize, usize> {
        let mask = self.slots.len().wrapping_sub(1);
        let mut at = hash(point) as usize & mask;
        loop {
            let known = self.slots.get(at).and_then(|slot| slot.checked_sub(1));
            let Some(trial) = known.map(|trial| trial as usize) else { return Err(at) };
            if self.points.get(trial) == Some(point) {
                return Ok(trial);
            }
            at = (at + 1) & mask;
        }
    }

    /// What is known of a point.
    pub fn outcome_of(&self, point: &[u32]) -> Option<Outcome> {
        self.find(point).and_then(|trial| self.outcomes.get(trial)).copied()
    }

    /// The outcomes, one for each trial.
    pub fn outcomes(&self) -> &[Outcome] {
        &self.outcomes
    }

    /// The points, one for each trial.
    pub fn points(&self) -> &Points {
        &self.points
    }

    /// The trial with the lowest value, the first of equal ones; `None` while nothing succeeded.
    pub fn best(&self) -> Option<usize> {
        self.best
    }

    /// The lowest value so far, infinite while nothing succeeded.
    pub fn best_value(&self) -> f64 {
        self.best.and_then(|trial| self.outcomes.get(trial)).map_or(f64::INFINITY, Outcome::value)
    }

    /// Stores an outcome; one from more samples replaces what was known. Returns the trial.
    pub fn record(&mut self, point: &[u32], outcome: Outcome) -> usize {
        // Before the slot is looked for, which would be another one afterwards.
        if (self.outcomes.len() + 1) * 2 > self.slots.len() {
            self.grow();
        }
        let slot = match self.slot(point) {
            Ok(trial) => {
                self.replace(trial, outcome);
                return trial;
            }
            Err(slot) => slot,
        };
        let trial = self.outcomes.len();
        self.points.push(point);
        self.outcomes.push(outcome);
        if let Some(slot) = self.slots.get_mut(slot) {
            *slot = trial as u32 + 1;
        }
        if outcome.value() < self.best_value() {
            self.best = Some(trial);
        }
        trial
    }

    fn replace(&mut self, trial: usize, outcome: Outcome) {
        if let Some(known) = self.outcomes.get_mut(trial) {
            *known = outcome;
        }
        self.best = (0..self.outcomes.len())
            .filter(|&trial| self.value(trial).is_finite())
            .min_by(|&a, &b| self.value(a).total_cmp(&self.value(b)));
    }

    /// The value of a trial, infinite if it failed or is none.
    pub fn value(&self, trial: usize) -> f64 {
        self.outcomes.get(trial).map_or(f64::INFINITY, Outcome::value)
    }

    fn grow(&mut self) {
        let size = (self.slots.len() * 4).max(1024);
        self.slots.clear();
        self.slots.resize(size, 0);
        for trial in 0..self.outcomes.len() {
            let free = self.points.get(trial).and_then(|point| self.slot(point).err());
            if let Some(slot) = free.and_then(|at| self.slots.get_mut(at)) {
                *slot = trial as u32 + 1;
            }
        }
    }
}
