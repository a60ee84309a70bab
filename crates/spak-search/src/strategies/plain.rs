//! Strategies that do not learn: all points in order, or all points in random order.

use crate::memory::Outcome;
use crate::random::Permutation;
use crate::strategy::{Strategy, View, Wish};

/// All points in the order of their ranks. A space that cannot unrank is walked combination by combination.
#[derive(Debug, Clone, Default)]
pub struct Exhaustive {
    next: u64,
    odometer: Option<Vec<u32>>,
    ended: bool,
}

impl Strategy for Exhaustive {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        if view.space.unrank(self.next, point) {
            self.next += 1;
            return Wish::Try { samples: 0 };
        }
        if view.space.count().is_some_and(|count| self.next >= count) {
            return Wish::Nothing;
        }
        while self.step(view) {
            let Some(odometer) = &self.odometer else { break };
            if view.space.contains(odometer) {
                point.copy_from_slice(odometer);
                return Wish::Try { samples: 0 };
            }
        }
        Wish::Nothing
    }

    fn tell(&mut self, _: &mut View<'_>, _: &[u32], _: Outcome) {}
}

impl Exhaustive {
    /// The next combination of the domains, valid or not.
    fn step(&mut self, view: &View<'_>) -> bool {
        let domains = view.space.domains();
        let Some(odometer) = &mut self.odometer else {
            self.odometer = Some(vec![0; domains.len()]);
            return domains.iter().all(|domain| domain.size > 0);
        };
        if self.ended {
            return false;
        }
        for (index, domain) in odometer.iter_mut().zip(domains).rev() {
            *index += 1;
            if *index < domain.size {
                return true;
            }
            *index = 0;
        }
        self.ended = true;
        false
    }
}

/// All points in random order, none twice.
#[derive(Debug, Clone, Default)]
pub struct RandomOrder {
    order: Option<Permutation>,
    next: u64,
}

impl Strategy for RandomOrder {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        if let Some(count) = view.space.count() {
            let order = self.order.get_or_insert_with(|| Permutation::new(count, view.random));
            let Some(rank) = order.at(self.next) else {
                return Wish::Nothing;
            };
            if view.space.unrank(rank, point) {
                self.next += 1;
                return Wish::Try { samples: 0 };
            }
        }
        if view.space.sample(view.random, point) { Wish::Try { samples: 0 } } else { Wish::Nothing }
    }

    fn tell(&mut self, _: &mut View<'_>, _: &[u32], _: Outcome) {}
}
