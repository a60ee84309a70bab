//! Bayesian optimisation with Gaussian processes, by the library `egobox-ego`.
//!
//! The library suggests one point at a time in the box of the domains: ordered parameters are whole numbers, unordered ones are categories.
//! It knows nothing of constraints, so a suggestion that is invalid becomes the nearest valid point by repair. A Gaussian
//! process costs the cube of its points: it is fitted to the best and the latest ones, not to more than a limit, and a replayed
//! run takes seconds, not a millisecond. Meant for measurements that are worth that.

use egobox_ego::{EgorServiceBuilder, XType};
use ndarray::Array2;

use crate::memory::Outcome;
use crate::space::{Domain, Points, repair};
use crate::strategies::batch::Batch;
use crate::strategies::latin::design;
use crate::strategy::{Strategy, View, Wish};

/// Options of Bayesian optimisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Bayesian {
    /// Points of a Latin hypercube to begin with; at least 3.
    pub first: usize,
    /// Most points that the Gaussian process is fitted to.
    pub most: usize,
}

impl Default for Bayesian {
    fn default() -> Self {
        Self { first: 12, most: 60 }
    }
}

/// The state of Bayesian optimisation.
#[derive(Debug, Clone)]
pub struct BayesianSearch {
    options: Bayesian,
    begin: Option<Batch>,
    scratch: Points,
}

impl Bayesian {
    /// A strategy with these options.
    pub fn start(self) -> BayesianSearch {
        BayesianSearch { options: self, begin: None, scratch: Points::default() }
    }
}

impl BayesianSearch {
    /// The suggestion of the library, one place for each parameter that has a choice; `None` if it has none.
    fn suggestion(&self, view: &mut View<'_>, free: &[(usize, Domain)]) -> Option<Vec<f64>> {
        let (x, y) = self.data(view, free)?;
        let types: Vec<XType> = free
            .iter()
            .map(|(_, domain)| {
                let last = i32::try_from(domain.size - 1).unwrap_or(i32::MAX);
                // Categories become one dimension each, so many of them are treated as numbers.
                if domain.ordered || domain.size > 16 {
                    XType::Int(0, last)
                } else {
                    XType::Enum(domain.size as usize)
                }
            })
            .collect();
        let seed = view.random.word();
        let suggest = move || {
            let service = EgorServiceBuilder::optimize()
                .configure(|config| config.seed(seed).n_start(5))
                .min_within_mixint_space(&types)
                .ok()?;
            let suggested = service.suggest(&x, &y);
            Some(suggested.row(0).to_vec())
        };
        // The library panics where its linear algebra fails; a search goes on without it.
        std::panic::catch_unwind(std::panic::AssertUnwindSafe(suggest)).ok().flatten()
    }

    /// The best half and the latest half of what is fitted to, with logarithms of values where all are positive;
    /// failures count as the worst success.
    fn data(
        &self,
        view: &View<'_>,
        free: &[(usize, Domain)],
    ) -> Option<(Array2<f64>, Array2<f64>)> {
        let memory = view.memory;
        let most = self.options.most.max(4);
        let mut trials: Vec<usize> = (0..memory.len()).collect();
        trials.sort_by(|&a, &b| memory.value(a).total_cmp(&memory.value(b)).then(a.cmp(&b)));
        if trials.len() > most {
            let mut latest = trials.split_off(most / 2);
            latest.sort_unstable();
            trials.extend(latest.split_off(latest.len() - most.div_ceil(2)));
        }
        let worst = trials
            .iter()
            .map(|&trial| memory.value(trial))
            .filter(|value| value.is_finite())
            .fold(f64::NEG_INFINITY, f64::max);
        if worst == f64::NEG_INFINITY {
            return None;
        }
        let positive = trials.iter().all(|&trial| memory.value(trial) > 0.0);
        let (mut x, mut y) = (Vec::new(), Vec::new());
        for &trial in &trials {
            let point = memory.points().get(trial)?;
            x.extend(free.iter().map(|&(at, _)| f64::from(point.get(at).copied().unwrap_or(0))));
            let value = if memory.value(trial).is_finite() { memory.value(trial) } else { worst };
            y.push(if positive { value.ln() } else { value });
        }
        let x = Array2::from_shape_vec((trials.len(), free.len()), x).ok()?;
        Some((x, Array2::from_shape_vec((trials.len(), 1), y).ok()?))
    }
}

impl Strategy for BayesianSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let first = self.options.first.max(3);
        let begin = self.begin.get_or_insert_with(|| design(view, first));
        if begin.ask(point) {
            return Wish::Try { samples: 0 };
        }
        let free: Vec<(usize, Domain)> = view
            .space
            .domains()
            .iter()
            .copied()
            .enumerate()
            .filter(|(_, domain)| domain.size > 1)
            .collect();
        if !view.space.sample(view.random, point) {
            return Wish::Nothing;
        }
        if let Some(suggested) = self.suggestion(view, &free) {
            for (&(at, domain), place) in free.iter().zip(suggested) {
                if let Some(index) = point.get_mut(at) {
                    *index = (place.round().max(0.0) as u32).min(domain.size - 1);
                }
            }
            self.scratch = Points::new(point.len());
            let repaired = repair(view.space, point, view.random, &mut self.scratch);
            // What it knows already it suggests again; a new point tells it more.
            if (!repaired || view.memory.find(point).is_some())
                && !view.space.sample(view.random, point)
            {
                return Wish::Nothing;
            }
        }
        Wish::Try { samples: 0 }
    }

    fn tell(&mut self, _: &mut View<'_>, point: &[u32], outcome: Outcome) {
        if let Some(begin) = &mut self.begin {
            begin.tell(point, outcome);
        }
    }
}
