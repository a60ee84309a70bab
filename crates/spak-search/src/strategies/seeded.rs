//! Search that begins with what is believed, and stops believing what turns out wrong.
//!
//! Another strategy does the searching. Before it the recommended points are measured. Then every second question is *leant*:
//! what the other strategy asks for is moved into the preferred values and out of the avoided ones. Leant and plain trials are
//! compared: once there are some of each, and the plain ones have the better median, the values are disbelieved and
//! only the other strategy is heard. Everything measured is told to it either way.

use crate::memory::Outcome;
use crate::space::{Points, Space, repair};
use crate::strategy::{Strategy, View, Wish};

/// What is believed about a space.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Knowledge {
    /// Points said to be good. Those that are invalid are repaired.
    pub points: Vec<Vec<u32>>,
    /// Values said to be good, as (parameter, index). Several of one parameter: any of them.
    pub preferred: Vec<(usize, u32)>,
    /// Values said to be bad, as (parameter, index).
    pub avoided: Vec<(usize, u32)>,
    /// Leant and plain trials, each, after which they are compared.
    pub trust: usize,
}

/// The state of a seeded search.
#[derive(Clone)]
pub struct SeededSearch {
    knowledge: Knowledge,
    inner: Box<dyn Strategy>,
    next: usize,
    turn: bool,
    leant: Vec<f64>,
    plain: Vec<f64>,
    last: Last,
    believed: bool,
    scratch: Points,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Last {
    Recommended,
    Leant,
    Plain,
}

impl std::fmt::Debug for SeededSearch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SeededSearch").field("believed", &self.believed).finish_non_exhaustive()
    }
}

impl Knowledge {
    /// A search with this knowledge, done by another strategy.
    pub fn start(self, inner: Box<dyn Strategy>) -> SeededSearch {
        let believed = !(self.preferred.is_empty() && self.avoided.is_empty());
        SeededSearch {
            knowledge: self,
            inner,
            next: 0,
            turn: false,
            leant: Vec::new(),
            plain: Vec::new(),
            last: Last::Plain,
            believed,
            scratch: Points::default(),
        }
    }

    /// Moves a point into the preferred and out of the avoided values; what is out of range is left out.
    fn lean(&self, space: &dyn Space, point: &mut [u32], view_random: &mut crate::random::Random) {
        for (parameter, (index, domain)) in point.iter_mut().zip(space.domains()).enumerate() {
            let of = |list: &[(usize, u32)]| -> Vec<u32> {
                list.iter()
                    .filter(|(at, value)| *at == parameter && *value < domain.size)
                    .map(|pair| pair.1)
                    .collect()
            };
            let (preferred, avoided) = (of(&self.preferred), of(&self.avoided));
            if !preferred.is_empty() && !preferred.contains(index) {
                *index = view_random.choose(&preferred).copied().unwrap_or(*index);
            }
            for _ in 0..8 {
                if !avoided.contains(index) {
                    break;
                }
                *index = view_random.below(domain.size);
            }
        }
    }
}

impl SeededSearch {
    /// Whether the values given are still believed.
    pub fn believed(&self) -> bool {
        self.believed
    }

    fn judge(&mut self) {
        let enough = self.knowledge.trust.max(3);
        if self.believed && self.leant.len() >= enough && self.plain.len() >= enough {
            let (leant, plain) = (middle(&mut self.leant), middle(&mut self.plain));
            // A tie of failures says nothing.
            if plain < leant {
                self.believed = false;
            }
        }
    }
}

fn middle(values: &mut [f64]) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::INFINITY)
}

impl Strategy for SeededSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        self.scratch = Points::new(point.len());
        while let Some(seed) = self.knowledge.points.get(self.next) {
            self.next += 1;
            self.last = Last::Recommended;
            let fits = seed.len() == point.len()
                && seed
                    .iter()
                    .zip(view.space.domains())
                    .all(|(&index, domain)| index < domain.size);
            if fits {
                point.copy_from_slice(seed);
                if repair(view.space, point, view.random, &mut self.scratch) {
                    return Wish::Try { samples: 0 };
                }
            }
        }
        let wish = self.inner.ask(view, point);
        self.last = Last::Plain;
        if wish == Wish::Nothing || !self.believed {
            return wish;
        }
        self.turn = !self.turn;
        if self.turn {
            let own = point.to_vec();
            self.knowledge.lean(view.space, point, view.random);
            self.last = Last::Leant;
            if !repair(view.space, point, view.random, &mut self.scratch)
                || view.memory.find(point).is_some()
            {
                point.copy_from_slice(&own);
                self.last = Last::Plain;
                return wish;
            }
            // Another point has another rank.
            if matches!(wish, Wish::New { .. }) {
                return Wish::New { rank: None };
            }
        }
        wish
    }

    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome) {
        match self.last {
            Last::Recommended => {}
            Last::Leant => self.leant.push(outcome.value()),
            Last::Plain => self.plain.push(outcome.value()),
        }
        // The first comparison counts, and again whenever as many have been added.
        let size = self.leant.len().min(self.plain.len());
        if size > 0 && size.is_multiple_of(self.knowledge.trust.max(3)) {
            self.judge();
        }
        self.inner.tell(view, point, outcome);
    }
}
