//! Successive halving: many points with few samples, the best of them with more.

use crate::memory::Outcome;
use crate::strategies::batch::Batch;
use crate::strategies::start::spread;
use crate::strategy::{Strategy, View, Wish};

/// Options of successive halving (Jamieson and Talwalkar 2016), repeated with new points.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Halving {
    /// Points in the first rung.
    pub points: usize,
    /// Samples of each of them; at least 1.
    pub samples: u32,
    /// One of so many goes to the next rung, with so many times the samples; at least 2.
    pub factor: u32,
}

impl Default for Halving {
    fn default() -> Self {
        Self { points: 27, samples: 3, factor: 3 }
    }
}

/// The state of successive halving.
#[derive(Debug, Clone)]
pub struct HalvingSearch {
    options: Halving,
    rung: Batch,
    samples: u32,
    work: Vec<u32>,
}

impl Halving {
    /// A strategy with these options.
    pub fn start(self) -> HalvingSearch {
        HalvingSearch { options: self, rung: Batch::default(), samples: 0, work: Vec::new() }
    }
}

impl HalvingSearch {
    /// The best of a rung that is complete, or new points when one is left.
    fn next_rung(&mut self, view: &mut View<'_>, point: &mut [u32]) -> bool {
        let factor = self.options.factor.max(2);
        let keep = self.rung.len() / factor as usize;
        let mut next = Batch::new(point.len());
        if keep == 0 {
            self.samples = self.options.samples.max(1);
            self.work.resize(point.len(), 0);
            for _ in 0..self.options.points.max(1) {
                let known = 0..0;
                if !spread(view, known, 1, point, &mut self.work) {
                    return false;
                }
                next.points.push(point);
            }
        } else {
            self.samples = self.samples.saturating_mul(factor);
            for &at in self.rung.ranking().iter().take(keep) {
                if self.rung.value(at).is_finite() {
                    next.points.push(self.rung.point(at));
                }
            }
        }
        self.rung = next;
        true
    }
}

impl Strategy for HalvingSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        // A rung of nothing but failures is followed by an empty one, and that by new points.
        for _ in 0..3 {
            if self.rung.ask(point) {
                return Wish::Try { samples: self.samples };
            }
            if !self.next_rung(view, point) {
                return Wish::Nothing;
            }
        }
        Wish::Nothing
    }

    fn tell(&mut self, _: &mut View<'_>, point: &[u32], outcome: Outcome) {
        self.rung.tell(point, outcome);
    }
}
