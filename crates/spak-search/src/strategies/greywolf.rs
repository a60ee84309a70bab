//! A pack that follows its three best members, with a tabu list and annealed acceptance.
//!
//! The idea is "adaptive tabu grey wolf" of "Automated Algorithm Design for Auto-Tuning Optimizers" (arXiv:2510.17899), the best
//! optimizer of Kernel Tuner 1.5: recombination from the three leaders (Mirjalili, Mirjalili and Lewis 2014), random shaking that grows
//! while nothing improves, no return to recent points, and new members when nothing helps. Unlike there the
//! temperature needs no budget: it falls with the trials since the last restart.

use std::collections::VecDeque;

use crate::memory::Outcome;
use crate::space::{Domain, Neighbourhood, Points, REACH, Space, change_one, neighbours, repair};
use crate::strategies::batch::Batch;
use crate::strategies::latin::design;
use crate::strategy::{Strategy, View, Wish};
use crate::table::hash;

/// So many parameters get one of four sources from one random word.
const PARAMETERS: usize = 32;

/// Options of the pack.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GreyWolf {
    /// Members of the pack, at least 4.
    pub pack: usize,
    /// Recent points that are not visited again.
    pub tabu: usize,
    /// The chance of a child to be shaken; it doubles while nothing improves.
    pub shake: f64,
    /// Rounds of the pack without improvement after which the worst third is replaced.
    pub stagnation: u32,
    /// The first temperature, in terms of relative change.
    pub hot: f64,
}

impl Default for GreyWolf {
    fn default() -> Self {
        Self { pack: 8, tabu: 24, shake: 0.2, stagnation: 10, hot: 0.2 }
    }
}

/// The state of the pack.
#[derive(Debug, Clone)]
pub struct GreyWolfSearch {
    options: GreyWolf,
    pack: Option<Batch>,
    next: usize,
    hunting: bool,
    /// Hashes of recent points.
    tabu: VecDeque<u64>,
    best: f64,
    rounds: u32,
    /// The number of rounds that a temperature was last taken for, and the temperature.
    heat: (u32, f64),
    /// The members from best to worst, but for the one that moved last.
    ranking: Vec<usize>,
    moved: Moved,
    scratch: Points,
}

/// Which members have moved since they were ranked.
#[derive(Debug, Clone, Copy)]
enum Moved {
    None,
    One(usize),
    All,
}

impl GreyWolf {
    /// A strategy with these options.
    pub fn start(self) -> GreyWolfSearch {
        GreyWolfSearch {
            options: self,
            pack: None,
            next: 0,
            hunting: false,
            tabu: VecDeque::new(),
            best: f64::INFINITY,
            rounds: 0,
            heat: (0, self.hot),
            ranking: Vec::new(),
            moved: Moved::All,
            scratch: Points::default(),
        }
    }
}

impl GreyWolfSearch {
    /// Writes where the member at `self.next` goes.
    fn hunt(
        &mut self,
        view: &mut View<'_>,
        pack: &Batch,
        ranking: &[usize],
        point: &mut [u32],
    ) -> bool {
        let leader = |place: usize| ranking.get(place).map_or(&[][..], |&at| pack.point(at));
        let sources = [leader(0), leader(1), leader(2), pack.point(self.next)];
        for (start, part) in (0..).step_by(PARAMETERS).zip(point.chunks_mut(PARAMETERS)) {
            let mut bits = view.random.word();
            for (parameter, index) in (start..).zip(part) {
                let from = sources.get((bits & 3) as usize).and_then(|s| s.get(parameter));
                *index = from.copied().unwrap_or(0);
                bits >>= 2;
            }
        }
        let restless = f64::from(self.rounds) / f64::from(self.options.stagnation.max(1));
        self.scratch.start(point.len());
        let mut is_valid = false;
        if view.random.chance((self.options.shake * (1.0 + restless)).min(0.5)) {
            if view.random.chance(0.15) {
                change_one(view.space, point, view.random);
            } else {
                is_valid = self.move_to(view, point, Neighbourhood::Adjacent);
            }
        }
        if !is_valid && !repair(view.space, point, view.random, &mut self.scratch) {
            return false;
        }
        if self.tabu.contains(&hash(point)) {
            self.move_to(view, point, Neighbourhood::Hamming);
        }
        true
    }

    /// Goes to a random neighbour by drawing one until it is valid: each is as likely as when all are listed first.
    /// False if none was met.
    fn step(&mut self, view: &mut View<'_>, point: &mut [u32], kind: Neighbourhood) -> bool {
        let domains = view.space.domains();
        // An ordered domain has a way down and a way up.
        let ways = |domain: &Domain| match kind {
            Neighbourhood::Adjacent if domain.ordered && domain.size > 1 => 2,
            _ => u64::from(domain.size.saturating_sub(1)),
        };
        let all: u64 = domains.iter().map(ways).sum();
        for _ in 0..16 {
            let mut way = view.random.rank(all);
            for (parameter, domain) in domains.iter().enumerate() {
                let here = ways(domain);
                if way >= here {
                    way -= here;
                    continue;
                }
                let Some(&before) = point.get(parameter) else { break };
                let met = if kind == Neighbourhood::Adjacent && domain.ordered {
                    adjacent(view.space, point, parameter, way == 0)
                } else {
                    let value = way as u32 + u32::from(way as u32 >= before);
                    set(view.space, point, parameter, value)
                };
                if met {
                    return true;
                }
                if let Some(index) = point.get_mut(parameter) {
                    *index = before;
                }
                break;
            }
        }
        false
    }

    /// Goes to a random neighbour, if there is one.
    fn move_to(&mut self, view: &mut View<'_>, point: &mut [u32], kind: Neighbourhood) -> bool {
        if kind != Neighbourhood::StrictlyAdjacent && self.step(view, point, kind) {
            return true;
        }
        self.scratch.clear();
        neighbours(view.space, point, kind, &mut self.scratch);
        let at = view.random.index(self.scratch.len());
        let near = self.scratch.get(at);
        if let Some(near) = near {
            point.copy_from_slice(near);
        }
        near.is_some()
    }

    /// The next member that is no leader; when the round is over, looks whether it brought anything.
    fn advance(&mut self, memory_best: f64, size: usize, ranking: &[usize]) -> bool {
        for _ in 0..size {
            self.next += 1;
            if self.next >= size {
                self.next = 0;
                if memory_best < self.best {
                    self.best = memory_best;
                    self.rounds = 0;
                } else {
                    self.rounds += 1;
                }
            }
            if !ranking.iter().take(3).any(|&leader| leader == self.next) {
                break;
            }
        }
        self.rounds >= self.options.stagnation
    }
}

/// Writes a value; whether the point is valid then.
fn set(space: &dyn Space, point: &mut [u32], parameter: usize, value: u32) -> bool {
    if let Some(index) = point.get_mut(parameter) {
        *index = value;
    }
    space.contains(point)
}

/// Goes to the next valid value of an ordered parameter, downwards or upwards; false if there is none within reach.
fn adjacent(space: &dyn Space, point: &mut [u32], parameter: usize, down: bool) -> bool {
    let size = space.domains().get(parameter).map_or(0, |domain| domain.size);
    let here = point.get(parameter).copied().unwrap_or(0);
    (1..=REACH)
        .map_while(|by| if down { here.checked_sub(by) } else { here.checked_add(by) })
        .take_while(|&value| value < size)
        .any(|value| set(space, point, parameter, value))
}

impl Strategy for GreyWolfSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        let count = self.options.pack.max(4);
        let mut pack = match self.pack.take() {
            Some(pack) => pack,
            None => design(view, count),
        };
        let mut asked = pack.ask(point);
        self.hunting = !asked;
        if self.hunting && pack.len() > 0 {
            let mut ranking = std::mem::take(&mut self.ranking);
            match std::mem::replace(&mut self.moved, Moved::None) {
                Moved::None if ranking.len() == pack.len() => {}
                Moved::One(member) if ranking.len() == pack.len() => {
                    pack.rank_one(&mut ranking, member);
                }
                _ => pack.rank(&mut ranking),
            }
            if self.advance(view.memory.best_value(), pack.len(), &ranking) {
                self.rounds = 0;
                for &worst in ranking.iter().rev().take(count.div_ceil(3)) {
                    pack.set(worst, &[], f64::INFINITY);
                }
                self.moved = Moved::All;
            }
            asked = if pack.value(self.next).is_infinite() {
                view.space.sample(view.random, point)
            } else {
                self.hunt(view, &pack, &ranking, point)
            };
            self.ranking = ranking;
        }
        self.pack = Some(pack);
        if asked { Wish::Try { samples: 0 } } else { Wish::Nothing }
    }

    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let Some(pack) = &mut self.pack else { return };
        while self.tabu.len() >= self.options.tabu.max(1) {
            self.tabu.pop_front();
        }
        self.tabu.push_back(hash(point));
        if !self.hunting {
            self.ranking.clear();
            pack.tell(point, outcome);
            return;
        }
        let (value, current) = (outcome.value(), pack.value(self.next));
        let accepted = value <= current
            || value.is_finite() && {
                let worse = (value - current) / current.abs().max(f64::MIN_POSITIVE);
                if self.heat.0 != self.rounds {
                    let cooled = (-f64::from(self.rounds) / 3.0).exp();
                    self.heat = (self.rounds, self.options.hot * cooled);
                }
                view.random.chance((-worse / self.heat.1.max(1e-9)).exp())
            };
        if accepted {
            self.moved = match self.moved {
                Moved::None => Moved::One(self.next),
                Moved::One(_) | Moved::All => Moved::All,
            };
            pack.set(self.next, point, value);
        }
    }
}
