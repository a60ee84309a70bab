//! Particle swarm optimisation on indices, rounded.

use crate::memory::Outcome;
use crate::space::{Points, repair};
use crate::strategies::batch::Batch;
use crate::strategies::differential::settle;
use crate::strategies::latin::design;
use crate::strategy::{Strategy, View, Wish};

/// Options of the particle swarm (Kennedy and Eberhart 1995), with the constants of Clerc and Kennedy 2002 as defaults.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Swarm {
    /// Particles.
    pub particles: usize,
    /// How much of its velocity a particle keeps.
    pub inertia: f64,
    /// The pull of a particle's own best point.
    pub own: f64,
    /// The pull of the best point of all.
    pub social: f64,
}

impl Default for Swarm {
    fn default() -> Self {
        Self { particles: 20, inertia: 0.7298, own: 1.496, social: 1.496 }
    }
}

/// The state of the swarm.
#[derive(Debug, Clone)]
pub struct SwarmSearch {
    options: Swarm,
    /// The best point of each particle.
    best: Option<Batch>,
    places: Vec<f64>,
    velocities: Vec<f64>,
    next: usize,
    moving: bool,
    scratch: Points,
}

impl Swarm {
    /// A strategy with these options.
    pub fn start(self) -> SwarmSearch {
        SwarmSearch {
            options: self,
            best: None,
            places: Vec::new(),
            velocities: Vec::new(),
            next: 0,
            moving: false,
            scratch: Points::default(),
        }
    }
}

impl SwarmSearch {
    fn fly(&mut self, view: &mut View<'_>, best: &Batch, point: &mut [u32]) -> bool {
        let width = point.len();
        if self.places.is_empty() {
            self.places = best.points.iter().flatten().map(|&index| f64::from(index)).collect();
            self.velocities = vec![0.0; self.places.len()];
        }
        let leader = best.best();
        let (own, all) = (best.point(self.next), best.point(leader));
        let from = self.next * width;
        for (parameter, ((index, domain), (&own, &all))) in
            point.iter_mut().zip(view.space.domains()).zip(own.iter().zip(all)).enumerate()
        {
            let (Some(place), Some(velocity)) =
                (self.places.get_mut(from + parameter), self.velocities.get_mut(from + parameter))
            else {
                continue;
            };
            let pull = |to: u32, weight: f64| weight * (f64::from(to) - *place);
            let (r1, r2) = (view.random.unit(), view.random.unit());
            *velocity = self.options.inertia * *velocity
                + pull(own, self.options.own * r1)
                + pull(all, self.options.social * r2);
            let limit = f64::from(domain.size) * 0.5;
            *velocity = velocity.clamp(-limit, limit);
            *place = (*place + *velocity).clamp(0.0, f64::from(domain.size.saturating_sub(1)));
            *index = settle(*place, domain.size);
        }
        self.scratch = Points::new(width);
        repair(view.space, point, view.random, &mut self.scratch)
    }
}

impl Strategy for SwarmSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let count = self.options.particles.max(2);
        let best = match self.best.take() {
            Some(best) => best,
            None => design(view, count),
        };
        let mut asked = best.ask(point);
        self.moving = !asked;
        if self.moving && best.len() > 0 {
            self.next = (self.next + 1) % best.len();
            asked = self.fly(view, &best, point);
        }
        self.best = Some(best);
        if asked { Wish::Try { samples: 0 } } else { Wish::Nothing }
    }

    fn tell(&mut self, _: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let Some(best) = &mut self.best else { return };
        if !self.moving {
            best.tell(point, outcome);
        } else if outcome.value() <= best.value(self.next) {
            best.set(self.next, point, outcome.value());
        }
    }
}
