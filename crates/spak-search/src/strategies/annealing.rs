//! Simulated annealing over neighbours, cooled geometrically and heated again.

use crate::memory::Outcome;
use crate::space::{Points, change_one, repair};
use crate::strategy::{Strategy, View, Wish};

/// Options of simulated annealing (Kirkpatrick, Gelatt and Vecchi 1983).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Annealing {
    /// The first temperature, in terms of relative change: at 0.5 a point twice as bad is taken with probability exp(-2).
    pub hot: f64,
    /// The last temperature; the search then begins again from its best point, hot.
    pub cold: f64,
    /// What a step multiplies the temperature with.
    pub cooling: f64,
}

impl Default for Annealing {
    fn default() -> Self {
        Self { hot: 0.5, cold: 0.005, cooling: 0.975 }
    }
}

/// The state of simulated annealing.
#[derive(Debug, Clone)]
pub struct AnnealingSearch {
    options: Annealing,
    temperature: f64,
    here: Option<(Vec<u32>, f64)>,
    scratch: Points,
}

impl Annealing {
    /// A strategy with these options.
    pub fn start(self) -> AnnealingSearch {
        AnnealingSearch {
            options: self,
            temperature: self.hot,
            here: None,
            scratch: Points::default(),
        }
    }
}

impl Strategy for AnnealingSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let Some((here, _)) = &self.here else {
            let found = view.space.sample(view.random, point);
            return if found { Wish::Try { samples: 0 } } else { Wish::Nothing };
        };
        point.copy_from_slice(here);
        for _ in 0..64 {
            change_one(view.space, point, view.random);
            if view.space.contains(point) {
                return Wish::Try { samples: 0 };
            }
            point.copy_from_slice(here);
        }
        self.scratch = Points::new(point.len());
        change_one(view.space, point, view.random);
        if repair(view.space, point, view.random, &mut self.scratch) {
            Wish::Try { samples: 0 }
        } else {
            Wish::Nothing
        }
    }

    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let value = outcome.value();
        let current = self.here.as_ref().map_or(f64::INFINITY, |here| here.1);
        let worse = (value - current) / current.abs().max(f64::MIN_POSITIVE);
        if value < current
            || (value.is_finite() && view.random.chance((-worse / self.temperature).exp()))
        {
            self.here = Some((point.to_vec(), value));
        }
        self.temperature *= self.options.cooling.clamp(0.0, 0.999_999);
        if self.temperature < self.options.cold {
            self.temperature = self.options.hot;
            let best = view.memory.best().and_then(|trial| view.memory.points().get(trial));
            self.here = best.map(|best| (best.to_vec(), view.memory.best_value()));
        }
    }
}
