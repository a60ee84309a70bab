//! Local search: walk to better neighbours until there is none, then begin elsewhere.

use crate::memory::Outcome;
use crate::space::{Neighbourhood, Points, change_one, neighbours, repair};
use crate::strategy::{Strategy, View, Wish};

/// Where to go on after a local optimum.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restart {
    /// At a random point: multi-start local search.
    Random,
    /// At the best local optimum so far with so many parameters changed: iterated local search (Lourenço, Martin and Stützle 2003).
    Kick(usize),
}

/// Options of local search.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Local {
    /// Whether all neighbours are measured before the best is taken (steepest), or the first better one is taken.
    pub steepest: bool,
    /// What counts as a neighbour.
    pub neighbourhood: Neighbourhood,
    /// What happens at a local optimum.
    pub restart: Restart,
}

impl Default for Local {
    fn default() -> Self {
        Self { steepest: false, neighbourhood: Neighbourhood::Hamming, restart: Restart::Kick(2) }
    }
}

/// The state of local search.
#[derive(Debug, Clone)]
pub struct LocalSearch {
    options: Local,
    here: Option<(Vec<u32>, f64)>,
    home: Option<(Vec<u32>, f64)>,
    best: Option<(Vec<u32>, f64)>,
    near: Points,
    order: Vec<usize>,
    next: usize,
    starting: bool,
}

impl Local {
    /// A strategy with these options.
    pub fn start(self) -> LocalSearch {
        LocalSearch {
            options: self,
            here: None,
            home: None,
            best: None,
            near: Points::default(),
            order: Vec::new(),
            next: 0,
            starting: false,
        }
    }
}

impl LocalSearch {
    fn look_around(&mut self, view: &mut View<'_>, point: &[u32]) {
        self.near = Points::new(point.len());
        neighbours(view.space, point, self.options.neighbourhood, &mut self.near);
        self.order = (0..self.near.len()).collect();
        view.random.shuffle(&mut self.order);
        self.next = 0;
        self.best = None;
    }

    fn begin(&mut self, view: &mut View<'_>, point: &mut [u32]) -> bool {
        self.starting = true;
        match (self.options.restart, &self.home) {
            (Restart::Kick(changes), Some((home, _))) if home.len() == point.len() => {
                point.copy_from_slice(home);
                for _ in 0..changes.max(1) {
                    change_one(view.space, point, view.random);
                }
                repair(view.space, point, view.random, &mut self.near)
            }
            _ => view.space.sample(view.random, point),
        }
    }
}

impl Strategy for LocalSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        if let Some((here, value)) = self.here.take() {
            let next = self.order.get(self.next).and_then(|&at| self.near.get(at));
            if let Some(near) = next {
                point.copy_from_slice(near);
                self.next += 1;
                self.here = Some((here, value));
                return Wish::Try { samples: 0 };
            }
            match self.best.take() {
                Some((better, its)) if its < value => {
                    self.look_around(view, &better);
                    self.here = Some((better, its));
                    return self.ask(view, point);
                }
                _ => {
                    if self.home.as_ref().is_none_or(|home| value <= home.1) {
                        self.home = Some((here, value));
                    }
                }
            }
        }
        if self.begin(view, point) { Wish::Try { samples: 0 } } else { Wish::Nothing }
    }

    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let value = outcome.value();
        if std::mem::take(&mut self.starting) || self.here.is_none() {
            if value.is_finite() {
                self.here = Some((point.to_vec(), value));
                self.look_around(view, point);
            }
            return;
        }
        let current = self.here.as_ref().map_or(f64::INFINITY, |here| here.1);
        if value >= current {
            return;
        }
        if self.options.steepest {
            if self.best.as_ref().is_none_or(|best| value < best.1) {
                self.best = Some((point.to_vec(), value));
            }
        } else {
            self.here = Some((point.to_vec(), value));
            self.look_around(view, point);
        }
    }
}
