//! A genetic algorithm on index vectors.

use crate::memory::Outcome;
use crate::space::{Points, change_one, repair};
use crate::strategies::batch::Batch;
use crate::strategies::latin::design;
use crate::strategy::{Strategy, View, Wish};

/// Options of the genetic algorithm.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Genetic {
    /// Individuals in a generation.
    pub population: usize,
    /// The best ones that live on unchanged.
    pub elite: usize,
    /// Individuals of which the best becomes a parent.
    pub tournament: usize,
    /// The chance of a child to have one parameter changed; repeated until it fails.
    pub mutation: f64,
}

impl Default for Genetic {
    fn default() -> Self {
        Self { population: 20, elite: 2, tournament: 3, mutation: 0.4 }
    }
}

/// The state of the genetic algorithm.
#[derive(Debug, Clone)]
pub struct GeneticSearch {
    options: Genetic,
    now: Option<Batch>,
    scratch: Points,
}

impl Genetic {
    /// A strategy with these options.
    pub fn start(self) -> GeneticSearch {
        GeneticSearch { options: self, now: None, scratch: Points::default() }
    }
}

impl GeneticSearch {
    fn parent<'b>(&self, from: &'b Batch, view: &mut View<'_>) -> &'b [u32] {
        let mut best = view.random.index(from.len());
        for _ in 1..self.options.tournament {
            let other = view.random.index(from.len());
            if from.value(other) < from.value(best) {
                best = other;
            }
        }
        from.point(best)
    }

    fn breed(&mut self, from: &Batch, view: &mut View<'_>, width: usize) -> Batch {
        let mut next = Batch::new(width);
        for &at in from.ranking().iter().take(self.options.elite.min(self.options.population / 2)) {
            next.points.push(from.point(at));
        }
        let mut child = vec![0; width];
        self.scratch = Points::new(width);
        while next.len() < self.options.population.max(2) {
            let (a, b) = (self.parent(from, view), self.parent(from, view));
            for ((index, &a), &b) in child.iter_mut().zip(a).zip(b) {
                *index = if view.random.word() & 1 == 0 { a } else { b };
            }
            while view.random.chance(self.options.mutation.clamp(0.0, 0.9)) {
                change_one(view.space, &mut child, view.random);
            }
            if !repair(view.space, &mut child, view.random, &mut self.scratch) {
                break;
            }
            next.points.push(&child);
        }
        next
    }
}

impl Strategy for GeneticSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let mut now = match self.now.take() {
            Some(now) => now,
            None => design(view, self.options.population.max(2)),
        };
        if !now.ask(point) {
            now = self.breed(&now, view, point.len());
        }
        let asked = now.ask(point);
        self.now = Some(now);
        if asked { Wish::Try { samples: 0 } } else { Wish::Nothing }
    }

    fn tell(&mut self, _: &mut View<'_>, point: &[u32], outcome: Outcome) {
        if let Some(now) = &mut self.now {
            now.tell(point, outcome);
        }
    }
}
