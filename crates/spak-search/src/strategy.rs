//! The interface that every strategy has.

use crate::memory::{Memory, Outcome};
use crate::random::Random;
use crate::space::Space;

/// What a strategy may look at and draw from.
#[derive(Debug)]
pub struct View<'a> {
    /// The space.
    pub space: &'a dyn Space,
    /// Everything measured so far.
    pub memory: &'a Memory,
    /// Random numbers of this search.
    pub random: &'a mut Random,
}

impl std::fmt::Debug for dyn Space + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Space").field("domains", &self.domains()).finish_non_exhaustive()
    }
}

/// What a strategy wants next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wish {
    /// The outcome of the point it wrote, from at least so many samples (0: however many the caller takes).
    Try {
        /// Samples.
        samples: u32,
    },
    /// The outcome of the point it wrote, which it knows to be valid and not to be measured yet.
    New {
        /// The rank of the point, if the strategy knows it.
        rank: Option<u64>,
    },
    /// Nothing: it has nothing left to try.
    Nothing,
}

/// A search strategy: a state that asks for points and is told outcomes.
///
/// After every [`Wish::Try`] and [`Wish::New`] comes exactly one `tell`. It may be about another point than the one
/// asked for: when a strategy keeps asking for what is known, the search tries something new
/// instead and tells that. A strategy that asks for an invalid point is told that it failed.
pub trait Strategy: Send + Copied {
    /// Writes the next point into `point`, which has one place for each parameter.
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish;

    /// Takes the outcome of a point.
    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome);
}

/// A strategy can be copied, so that it can be tried what it would ask if something had been told.
/// Every strategy that is `Clone` has this.
pub trait Copied {
    /// The same state again.
    fn copied(&self) -> Box<dyn Strategy>;
}

impl<S: Strategy + Clone + 'static> Copied for S {
    fn copied(&self) -> Box<dyn Strategy> {
        Box::new(self.clone())
    }
}

impl Clone for Box<dyn Strategy> {
    fn clone(&self) -> Self {
        (**self).copied()
    }
}
