//! The default strategy: evolve what was best, let a small forest pick the offspring, begin anew when stuck.
//!
//! Episodes. Each begins with a few points far from everything measured in it and from the best of earlier ones, then keeps a
//! list of its best points (the elite) and asks for offspring of these. An episode that has not improved for a while ends;
//! the next one starts from the best points of all earlier episodes together, the one after that from new points again,
//! and on its own: without the forest, which would lead it to where the others were. Patience grows from round to round.
//! So neither a narrow valley that was found early nor one that was missed is the end.
//!
//! Offspring. Two parents agree in the parameters that matter and differ in those that do not or that are not settled yet;
//! mostly, a child differs from one parent only where the parents differ, with the other's value or with any value of the domain, as in
//! differential evolution and estimation of distributions. Otherwise one parameter of one parent changes, or the child is a
//! random point.
//!
//! Choice. For the first trials a Gaussian process chooses among many candidates (see `pool`). For some hundred trials after that,
//! of 1, 2 or 4 children, as chance has it, the one is measured that a forest (see `forest`) predicts to be best: it costs less
//! time for more trials. The forest is grown from all episodes. It is often right about regions and never about needles;
//! drawing the number of children anew each time is how the two are balanced without a parameter to fit. The next best of
//! several stand again for later questions, which is as good as twice the children.

use std::cell::Cell;

use crate::forest::{Forest, Growth, Sample};
use crate::memory::{Memory, Outcome};
use crate::random::Random;
use crate::space::{Domain, Space};
use crate::strategies::start::spread;
use crate::strategy::{Strategy, View, Wish};

mod pool;
mod standing;

use pool::Pool;
use standing::Standing;

/// Options of the default strategy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Guided {
    /// Points that an episode begins with.
    pub first: usize,
    /// Random points of which the farthest from the others is taken, for each of the first points; an eighth of
    /// that for those of later episodes, of which there are many.
    pub spread: usize,
    /// Trials for which a Gaussian process chooses. Its time grows with their square.
    pub modelled: usize,
    /// Candidates among which it chooses.
    pub pool: usize,
    /// The most candidates that come new into the pool for a question,
    pub fresh: usize,
    /// and how many outcomes times new candidates are worth their time.
    pub worth: usize,
    /// Up to so many standard deviations count for a candidate.
    pub curiosity: f32,
    /// How little the process takes the two ends of a domain to have in common: `exp(-reach)`.
    pub reach: f32,
    /// Size of the elite.
    pub elites: usize,
    /// The share of children that are random points.
    pub strangers: f64,
    /// The share of children that have two parents.
    pub mixed: f64,
    /// Of these the share that have any value, not the other parent's, where the parents differ.
    pub varied: f64,
    /// Up to 2 to this power children are drawn for one question, at least 1.
    pub doublings: u32,
    /// So many of the best children that were not measured stand again for the next question.
    pub standing: usize,
    /// Trees in the forest.
    pub trees: usize,
    /// Cuts drawn for each node of a tree.
    pub cuts: usize,
    /// Most points in a leaf.
    pub leaf: usize,
    /// The forest grows anew when there are so many times the trials it was grown from; until then its leaves take
    /// in what comes.
    pub regrow: f64,
    /// So many trials it takes in and chooses for. After that one child is drawn and measured: what a forest knows
    /// of a place where so much was measured is no longer worth its time.
    pub forest: usize,
    /// Trials without improvement that end the first episode.
    pub patience: usize,
    /// The next one has so many times the patience.
    pub longer: f64,
    /// Size of the elite of later episodes that begin anew.
    pub lone_elites: usize,
}

impl Default for Guided {
    fn default() -> Self {
        Self {
            first: 4,
            spread: 32,
            modelled: 48,
            pool: 64,
            fresh: 16,
            worth: 192,
            curiosity: 8.0,
            reach: 1.0,
            elites: 16,
            strangers: 0.2,
            mixed: 0.6,
            varied: 0.8,
            doublings: 2,
            standing: 3,
            trees: 2,
            cuts: 3,
            leaf: 2,
            regrow: 4.0,
            forest: 512,
            patience: 50,
            longer: 1.3,
            lone_elites: 4,
        }
    }
}

impl Guided {
    /// For trials that take seconds: the process chooses for hundreds of them, among all points of the space if there are at
    /// most [`Self::pool`] of them, which takes milliseconds a question.
    ///
    /// On a model of attention's kernels (41,472 configs, 16 seeds, asked in batches of five) the best of 20 trials is 10.5 %
    /// above the best there is, 16 % at worst, and the best of 40 is 5.4 %. With a pool of 256 and a reach of 1 it is 10.7 %,
    /// 45 % at worst, and 4.5 %.
    pub fn thorough() -> Self {
        Self {
            pool: 16_384,
            fresh: 256,
            worth: usize::MAX,
            modelled: 384,
            curiosity: 4.0,
            reach: 0.3,
            ..Self::default()
        }
    }
}

/// Spaces of at most so many points have a bit for each of them: 2 MiB at most.
const RANKS: u64 = 1 << 24;

/// A trial with its value on the scale of the model.
type Ranked = (f32, u32);

/// The state of the default strategy.
#[derive(Debug, Clone)]
pub struct GuidedSearch {
    options: Guided,
    scale: Scale,
    pool: Option<Pool>,
    /// The rank of the last point that was looked up and found to be new, and what was asked with it.
    found: Cell<Option<u64>>,
    asked: Option<u64>,
    asked_point: Vec<u32>,
    /// One bit for each rank of the space, set when it was measured; empty if there are too many.
    seen: Vec<u64>,
    forest: Forest,
    /// The values of the trials so far on the scale of the models; their points are those of the memory.
    values: Vec<f32>,
    /// How large the sample was when the forest was grown.
    grown: usize,
    /// The best of this episode, ascending.
    elites: Vec<Ranked>,
    /// The best of all episodes that ended, ascending.
    archive: Vec<Ranked>,
    /// Trials of this episode since its best one.
    since: usize,
    patience: f64,
    /// Whether this episode begins with new points, and the size of the sample when it began.
    anew: bool,
    begun: usize,
    work: Vec<u32>,
    standing: Standing,
}

impl Guided {
    /// A strategy with these options.
    pub fn start(self) -> GuidedSearch {
        GuidedSearch {
            options: self,
            scale: Scale::default(),
            pool: None,
            found: Cell::new(None),
            asked: None,
            asked_point: Vec::new(),
            seen: Vec::new(),
            forest: Forest::default(),
            values: Vec::new(),
            grown: 0,
            elites: Vec::new(),
            archive: Vec::new(),
            since: 0,
            patience: self.patience as f64,
            anew: true,
            begun: 0,
            work: Vec::new(),
            standing: Standing::default(),
        }
    }
}

/// How values are seen by the model: as logarithms, because what tuning does multiplies, while all have the
/// same sign; linear otherwise.
#[derive(Debug, Clone, Copy, Default)]
struct Scale {
    positive: bool,
    negative: bool,
    worst: f32,
}

impl Scale {
    /// The value for the model. The order of values is kept as long as all have one sign.
    fn of(&mut self, outcome: Outcome) -> f32 {
        let value = outcome.value();
        if value.is_infinite() {
            return self.worst;
        }
        self.positive |= value >= 0.0;
        self.negative |= value < 0.0;
        let scaled = match (self.positive, self.negative) {
            (true, false) => value.max(f64::MIN_POSITIVE).ln(),
            (false, true) => -(-value).max(f64::MIN_POSITIVE).ln(),
            _ => value,
        };
        // Beyond the range of f32 all is equally bad.
        let scaled = scaled.clamp(-1e30, 1e30) as f32;
        self.worst = self.worst.max(scaled);
        scaled
    }

    fn mixed(&self) -> bool {
        self.positive && self.negative
    }
}

impl GuidedSearch {
    fn regrow(&mut self, view: &mut View<'_>) {
        let points = view.memory.points().flat();
        let sample = Sample { points, values: &self.values, width: self.work.len() };
        let growth = Growth {
            trees: self.options.trees,
            cuts: self.options.cuts,
            leaf: self.options.leaf.max(1),
        };
        self.forest.grow(sample, view.space.domains(), growth, view.random);
        self.grown = self.values.len();
    }

    /// Ends the episode.
    fn turn(&mut self) {
        self.since = 0;
        self.archive.append(&mut self.elites);
        self.archive.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        self.archive.dedup();
        self.archive.truncate(self.options.elites * 2);
        self.anew = !self.anew;
        if self.anew {
            self.begun = self.values.len();
            self.patience *= self.options.longer.max(1.0);
        } else {
            self.elites.clone_from(&self.archive);
        }
    }

    /// An elite point, better ones more often: the place is the lower of two random ones.
    fn elite<'v>(&self, memory: &'v Memory, random: &mut Random) -> Option<&'v [u32]> {
        let place = random.index(self.elites.len()).min(random.index(self.elites.len()));
        memory.points().get(self.elites.get(place)?.1 as usize)
    }

    /// Whether this episode is one that begins anew after others: it goes its own way, with a small elite, no random points
    /// and no forest, which would lead it to where the others were.
    fn alone(&self) -> bool {
        self.anew && self.begun > 0
    }

    /// Whether a point is valid and not measured. Its rank is kept in `found`, if that had to be looked up.
    fn is_new(&self, space: &dyn Space, memory: &Memory, point: &[u32]) -> bool {
        if self.seen.is_empty() {
            return space.contains(point) && memory.find(point).is_none();
        }
        let Some(rank) = space.rank(point) else { return false };
        let word = usize::try_from(rank / 64).ok().and_then(|at| self.seen.get(at));
        let is_new = word.is_some_and(|word| word >> (rank % 64) & 1 == 0);
        if is_new {
            self.found.set(Some(rank));
        }
        is_new
    }

    fn mark_seen(&mut self, space: &dyn Space, point: &[u32]) {
        if self.values.is_empty()
            && let Some(count) = space.count().filter(|&count| count <= RANKS)
            && space.rank(point).is_some()
        {
            self.seen = vec![0; count.div_ceil(64) as usize];
        }
        // What is told may be about another point than what was asked.
        let asked = self.asked.take().filter(|_| self.asked_point == point);
        if !self.seen.is_empty()
            && let Some(rank) = asked.or_else(|| space.rank(point))
            && let Some(word) = self.seen.get_mut((rank / 64) as usize)
        {
            *word |= 1 << (rank % 64);
        }
    }

    /// Writes the candidate of the pool that promises most.
    fn consult(&mut self, view: &mut View<'_>, point: &mut [u32]) -> bool {
        let options = self.options;
        let mut pool = self.pool.take().unwrap_or_else(|| {
            let (most, size) = (options.modelled.min(4096), options.pool.max(1));
            Pool::all(view.space, most, size, options.reach)
                .unwrap_or_else(|| Pool::new(view.space.domains(), most, size, options.reach))
        });
        pool.learn(view.memory.points().flat(), &self.values, point.len());
        let fresh = (options.worth / self.values.len().max(1)).clamp(2, options.fresh.max(2));
        let chosen = pool
            .choose(view, options.curiosity, fresh, point, |view, child| self.child(view, child));
        self.pool = Some(pool);
        // The last one that was looked up is another candidate.
        self.found.set(None);
        chosen
    }

    /// Writes the best of some children and of those that stand; false if there is none.
    fn best_child(&mut self, view: &mut View<'_>, children: u32, point: &mut [u32]) -> bool {
        for _ in 0..children {
            if self.child(view, point) {
                self.standing.enter(self.forest.predict(point), point, self.options.standing + 1);
            }
        }
        while self.standing.leave(point) {
            // One that has stood for a while may have been measured meanwhile.
            if self.is_new(view.space, view.memory, point) {
                return true;
            }
        }
        false
    }

    /// Writes a child that was not measured yet; false if this attempt gave none.
    fn child(&self, view: &mut View<'_>, child: &mut [u32]) -> bool {
        let is_new = |child: &[u32]| self.is_new(view.space, view.memory, child);
        let domains = view.space.domains();
        let kind = view.random.unit();
        let (strangers, mixed) = if self.alone() {
            (0.0, self.options.mixed / 2.0)
        } else {
            (self.options.strangers, self.options.mixed)
        };
        if kind < strangers {
            return view.space.sample(view.random, child)
                && self.is_new(view.space, view.memory, child);
        }
        let Some(parent) = self.elite(view.memory, view.random) else { return false };
        child.copy_from_slice(parent);
        if kind < strangers + mixed {
            let Some(other) = self.elite(view.memory, view.random) else { return false };
            let varied = view.random.chance(self.options.varied);
            let mut bits = view.random.word();
            for ((index, &theirs), domain) in child.iter_mut().zip(other).zip(domains) {
                if *index != theirs {
                    if bits & 1 == 1 {
                        *index =
                            if varied { vary(domain, *index, theirs, view.random) } else { theirs };
                    }
                    bits = bits.rotate_right(1);
                }
            }
            if is_new(child) {
                return true;
            }
        }
        // Four steps away at most: near, and away from what is known.
        (0..4).any(|_| {
            step(domains, child, view.random);
            is_new(child)
        })
    }
}

/// Another value where two parents differ. Numbers come every second time from around the parents, as far beyond them as half of what
/// lies between them (the blend crossover of Eshelman and Schaffer 1993); otherwise it is any value.
fn vary(domain: &Domain, a: u32, b: u32, random: &mut Random) -> u32 {
    if !domain.ordered || random.word() & 1 == 0 {
        return random.below(domain.size);
    }
    let beyond = a.abs_diff(b).div_ceil(2);
    let low = a.min(b).saturating_sub(beyond);
    let high = a.max(b).saturating_add(beyond).min(domain.size - 1);
    low + random.below(high - low + 1)
}

/// Changes one parameter: mostly to any other value, sometimes by a small step.
fn step(domains: &[Domain], point: &mut [u32], random: &mut Random) {
    for _ in 0..8 {
        let parameter = random.index(domains.len());
        let (Some(domain), Some(index)) = (domains.get(parameter), point.get_mut(parameter)) else {
            return;
        };
        if domain.size < 2 {
            continue;
        }
        // In a domain of a million values the neighbours would never be met by chance.
        if domain.ordered && random.below(8) < 1 + u32::from(domain.size > 64) * 3 {
            let scale = random.below(domain.size.ilog2().clamp(1, 31));
            let reach = 1 + random.below(1 << scale);
            let up = random.word() & 1 == 0;
            *index = if up {
                (*index).saturating_add(reach).min(domain.size - 1)
            } else {
                index.saturating_sub(reach)
            };
        } else {
            let other = random.below(domain.size - 1);
            *index = if other >= *index { other + 1 } else { other };
        }
        return;
    }
}

impl Strategy for GuidedSearch {
    fn ask(&mut self, view: &mut View<'_>, point: &mut [u32]) -> Wish {
        self.work.resize(point.len(), 0);
        // One that goes its own way is one of many, so it gets half the patience.
        let patience = if self.alone() { self.patience / 2.0 } else { self.patience };
        if self.since as f64 > patience {
            self.turn();
        }
        let mut work = std::mem::take(&mut self.work);
        self.found.set(None);
        let found;
        let told = self.values.len();
        let anew = self.begun > 0;
        let draws = if anew { self.options.spread / 8 } else { self.options.spread };
        if self.elites.is_empty() || told < self.begun + self.options.first {
            let known = (self.begun..told).chain(self.archive.iter().map(|elite| elite.1 as usize));
            found = spread(view, known, draws, point, &mut work)
                && self.is_new(view.space, view.memory, point);
        } else if told < self.options.modelled.min(4096) {
            found = self.consult(view, point);
        } else {
            let due = told as f64 >= self.grown as f64 * self.options.regrow;
            if due && told < self.options.forest {
                self.work.resize(point.len(), 0);
                self.regrow(view);
            }
            self.pool = None;
            let doublings = if self.alone() || told >= self.options.forest {
                0
            } else {
                self.options.doublings.min(16)
            };
            let children = 1u32 << view.random.below(doublings + 1);
            found = if children == 1 {
                self.child(view, point)
            } else {
                self.best_child(view, children, point)
            };
        }
        self.work = work;
        // What was measured before this search is met when it is asked for.
        if found && view.memory.len() == told {
            let rank = self.found.get();
            self.asked = rank;
            self.asked_point.clear();
            self.asked_point.extend_from_slice(point);
            Wish::New { rank }
        } else if found || view.space.sample(view.random, point) {
            Wish::Try { samples: 0 }
        } else {
            Wish::Nothing
        }
    }

    fn tell(&mut self, view: &mut View<'_>, point: &[u32], outcome: Outcome) {
        let trial = view.memory.len().saturating_sub(1);
        self.since += 1;
        if trial != self.values.len() || self.work.len() != point.len() {
            self.catch_up(view, point.len());
            return;
        }
        self.take(view, trial, point, outcome);
    }
}

impl GuidedSearch {
    /// Takes in trials that were measured before this search, or answered from memory.
    fn catch_up(&mut self, view: &mut View<'_>, width: usize) {
        self.work.resize(width, 0);
        while let (Some(point), Some(&outcome)) = (
            view.memory.points().get(self.values.len()),
            view.memory.outcomes().get(self.values.len()),
        ) {
            self.take(view, self.values.len(), point, outcome);
        }
    }

    fn take(&mut self, view: &mut View<'_>, trial: usize, point: &[u32], outcome: Outcome) {
        let mixed = self.scale.mixed();
        let value = self.scale.of(outcome);
        self.mark_seen(view.space, point);
        self.values.push(value);
        if self.scale.mixed() && !mixed {
            self.rescale(view);
            return;
        }
        if self.grown > 0 && trial < self.options.forest {
            self.forest.add(point, value);
        }
        if !outcome.failed() {
            self.rank(value, trial);
        }
    }

    fn rank(&mut self, value: f32, trial: usize) {
        let place = self.elites.partition_point(|elite| elite.0 <= value);
        if place == 0 {
            self.since = 0;
        }
        let most = if self.alone() { self.options.lone_elites } else { self.options.elites };
        let most = most.max(2);
        if place < most {
            self.elites.insert(place, (value, trial as u32));
            self.elites.truncate(most);
        }
    }

    /// The values turned out to have both signs: everything is seen linearly from now on.
    fn rescale(&mut self, view: &mut View<'_>) {
        self.elites.clear();
        self.archive.clear();
        let outcomes = view.memory.outcomes();
        self.scale.worst = f32::MIN;
        for trial in 0..self.values.len() {
            let outcome = outcomes.get(trial).copied().unwrap_or(Outcome::Failed);
            let value = self.scale.of(outcome);
            if let Some(place) = self.values.get_mut(trial) {
                *place = value;
            }
            if !outcome.failed() && trial >= self.begun {
                self.rank(value, trial);
            }
        }
        self.grown = 0;
    }
}
