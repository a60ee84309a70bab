//! Hypotheses and their correction: three families that share one chance of a false claim.

use crate::interact::Dependence;
use crate::limits::Refusing;
use crate::scaling::Power;
use crate::stats::holm;
use crate::values::{Contrast, Wins};

/// The chance of one or more false claims about a table.
pub const LEVEL: f64 = 0.05;
/// What each family has of it: values, dependences, scaling and limits.
pub(crate) const SHARES: [f64; 3] = [0.5, 0.3, 0.2];

/// A hypothesis that was tested.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    /// Not corrected, then corrected: to be compared with [`LEVEL`].
    pub(crate) p: f64,
    pub(crate) draft: Draft,
}

/// What would be claimed.
#[derive(Clone, Debug)]
pub(crate) enum Draft {
    Contrast(Contrast),
    NeverBest {
        factor: usize,
        value: u32,
        wins: Wins,
    },
    Monotone {
        factor: usize,
        rising: bool,
    },
    Threshold {
        factor: usize,
        cut: u32,
        rising: bool,
    },
    /// The difference between two values is not the same everywhere.
    Dependence(Dependence),
    /// Another value is best.
    Crossing(Dependence),
    Power(Power),
    Refusing(Refusing),
}

impl Candidate {
    pub(crate) fn new(p: f64, draft: Draft) -> Self {
        Self { p, draft }
    }
}

/// Corrects a family by Holm and by its share of the level.
pub(crate) fn corrected(mut family: Vec<Candidate>, share: f64) -> Vec<Candidate> {
    let p: Vec<f64> = family.iter().map(|c| c.p).collect();
    for (candidate, p) in family.iter_mut().zip(holm(&p)) {
        candidate.p = (p / share).min(1.0);
    }
    family
}

/// The level of one interval, so that all of a family hold together.
pub(crate) fn level_of_each(share: f64, tests: usize) -> f64 {
    LEVEL * share / tests.max(1) as f64
}
