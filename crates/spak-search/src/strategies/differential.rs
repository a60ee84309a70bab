//! Differential evolution on indices, rounded.

use crate::memory::Outcome;
use crate::space::{Points, repair};
use crate::strategies::batch::Batch;
use crate::strategies::latin::design;
use crate::strategy::{Strategy, View, Wish};

/// Options of differential evolution (Storn and Price 1997), variant best/1/bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Differential {
    /// Individuals.
    pub population: usize,
    /// The weight of a difference.
    pub weight: f64,
    /// The chance of each parameter to come from the mutant.
    pub crossover: f64,
}

impl Default for Differential {
    fn default() -> Self {
        Self { population: 20, weight: 0.7, crossover: 0.7 }
    }
}

/// The state of differential evolution.
#[derive(Debug, Clone)]
pub struct DifferentialSearch {
    options: Differential,
    population: Option<Batch>,
    next: usize,
    trying: bool,
    scratch: Points,
}

impl Differential {
    /// A strategy with these options.
    pub fn start(self) -> DifferentialSearch {
        DifferentialSearch {
            options: self,
            population: None,
            next: 0,
            trying: false,
            scratch: Points::default(),
        }
    }
}

/// An index at a float place: rounded and kept in the domain. Unordered domains have no differences to
/// follow, so whoever computes with them draws among the values it was given instead.
pub(crate) fn settle(place: f64, size: u32) -> u32 {
    // A cast cuts off towards zero, and takes what is below zero for zero.
    ((place + 0.5) as u32).min(size.saturating_sub(1))
}

impl DifferentialSearch {
    fn mutant(&mut self, view: &mut View<'_>, all: &Batch, point: &mut [u32]) -> bool {
        let mut pick = || all.point(view.random.index(all.len()));
        let (a, b) = (pick(), pick());
        let best = all.point(all.best());
        let own = all.point(self.next);
        let must = view.random.index(point.len());
        for (parameter, (index, domain)) in point.iter_mut().zip(view.space.domains()).enumerate() {
            let of = |point: &[u32]| point.get(parameter).copied().unwrap_or(0);
            *index = if parameter != must && !view.random.chance(self.options.crossover) {
                of(own)
            } else if domain.ordered {
                let difference = f64::from(of(a)) - f64::from(of(b));
                settle(f64::from(of(best)) + self.options.weight * difference, domain.size)
            } else if of(a) == of(b) {
                of(best)
            } else {
                of(a)
            };
        }
        self.scratch = Points::new(point.len());
        repair(view.space, point, view.random, &mut self.scratch)
    }
}

impl Strategy for DifferentialSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let count = self.options.population.max(4);
        let all = match self.population.take() {
            Some(all) => all,
            None => design(view, count),
        };
        let mut asked = all.ask(point);
        self.trying = !asked;
        if self.trying && all.len() > 0 {
            self.next = (self.next + 1) % all.len();
            asked = self.mutant(view, &all, point);
        }
        self.population = Some(all);
        if asked { Wish::Try { samples: 0 } } else { Wish::Nothing }
    }

    fn tell(&mut self, _: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let Some(all) = &mut self.population else { return };
        if !self.trying {
            all.tell(point, outcome);
        } else if outcome.value() <= all.value(self.next) {
            all.set(self.next, point, outcome.value());
        }
    }
}
