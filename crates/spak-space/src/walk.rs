//! Going through a space: every config in the order of ranks, samples, parts for workers, neighbours.

use std::collections::BTreeMap;

use num_bigint::BigUint;
use rand::{Rng, RngExt};

use crate::diagram::Diagram;
use crate::space::{Factor, Space};

/// Which configs are next to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Neighbourhood {
    /// All that differ in one parameter.
    Hamming,
    /// All that differ in one parameter by one step of its values, in the order they are declared.
    Adjacent,
    /// All that differ by at most one step in every parameter.
    Box,
}

impl Space {
    /// Every config, lazily, in the order of ranks.
    pub fn configs(&self) -> Configs<'_> {
        let mut levels = Vec::new();
        for factor in &self.factors {
            let first = levels.len();
            match factor {
                Factor::Diagram(diagram) => {
                    levels.extend((0..diagram.positions.len()).map(|at| Level {
                        source: Source::Position(diagram, at, first),
                        node: 0,
                        edge: 0,
                    }));
                }
                Factor::Free(parameter, size) => {
                    let source = Source::Free(*parameter, *size);
                    levels.push(Level { source, node: 0, edge: 0 });
                }
                Factor::Empty => {
                    return Configs { levels: Vec::new(), config: Vec::new(), state: State::Done };
                }
            }
        }
        let state = if self.is_empty() { State::Done } else { State::Before };
        Configs { levels, config: vec![0; self.sizes.len()], state }
    }

    /// Configs drawn uniformly without replacement; ends when there are none left.
    ///
    /// Takes memory for what was drawn, not for what there is.
    pub fn sample<'s, R: Rng>(&'s self, random: &'s mut R) -> impl Iterator<Item = Vec<u32>> + 's {
        let mut ranks = Shuffled::new(self.count());
        std::iter::from_fn(move || {
            let rank = ranks.next(random)?;
            self.unrank(&rank)
        })
    }

    /// The ranks that worker `worker` of `workers` looks at: every config is looked at by one worker,
    /// and of the configs that share their first values in rank order every worker gets as many, but
    /// for one.
    pub fn share(&self, worker: u64, workers: u64) -> impl Iterator<Item = BigUint> + use<> {
        let (count, step) = (self.count(), BigUint::from(workers.max(1)));
        let mut next = BigUint::from(worker);
        std::iter::from_fn(move || {
            if next >= count {
                return None;
            }
            let rank = next.clone();
            next += &step;
            Some(rank)
        })
    }

    /// The valid configs next to `config`, which need not be valid itself.
    pub fn neighbours(&self, config: &[u32], neighbourhood: Neighbourhood) -> Vec<Vec<u32>> {
        let mut found = Vec::new();
        if config.len() != self.sizes.len() {
            return found;
        }
        if neighbourhood == Neighbourhood::Box {
            self.boxed(config, &mut found);
            return found;
        }
        let mut other = config.to_vec();
        for (parameter, size) in self.sizes.iter().enumerate() {
            let own = config[parameter];
            let range = match neighbourhood {
                Neighbourhood::Adjacent => own.saturating_sub(1)..(own + 2).min(*size),
                _ => 0..*size,
            };
            for value in range.filter(|value| *value != own) {
                other[parameter] = value;
                if self.contains(&other) {
                    found.push(other.clone());
                }
            }
            other[parameter] = own;
        }
        found
    }

    /// Only what survives in each factor is combined, so that many parameters cost no power of three.
    fn boxed(&self, config: &[u32], found: &mut Vec<Vec<u32>>) {
        let near = |parameter: u32, value: u32| {
            config.get(parameter as usize).is_some_and(|own| own.abs_diff(value) <= 1)
        };
        let mut all: Vec<Vec<u32>> = vec![config.to_vec()];
        for factor in &self.factors {
            let mut next = Vec::new();
            for start in &all {
                match factor {
                    Factor::Diagram(diagram) => diagram.near(start, &near, &mut next),
                    Factor::Free(parameter, size) => {
                        for value in (0..*size).filter(|value| near(*parameter, *value)) {
                            let mut other = start.clone();
                            other[*parameter as usize] = value;
                            next.push(other);
                        }
                    }
                    Factor::Empty => {}
                }
            }
            all = next;
        }
        found.extend(all.into_iter().filter(|other| other != config));
    }
}

impl Diagram {
    /// The configs of this component all of whose values are `near`.
    fn near(&self, start: &[u32], near: &dyn Fn(u32, u32) -> bool, found: &mut Vec<Vec<u32>>) {
        let mut open: Vec<(usize, Vec<u32>, Vec<u32>)> =
            vec![(0, vec![0; self.positions.len()], start.to_vec())];
        while let Some((at, nodes, config)) = open.pop() {
            let Some(position) = self.positions.get(at) else {
                found.push(config);
                continue;
            };
            let layer = &self.layers[at];
            let node = nodes[at] as usize;
            let width = position.children.len();
            for edge in layer.starts[node] as usize..layer.starts[node + 1] as usize {
                let value = layer.values[edge];
                if !near(position.variable, value) {
                    continue;
                }
                let (mut nodes, mut config) = (nodes.clone(), config.clone());
                config[position.variable as usize] = value;
                for (place, child) in position.children.iter().enumerate() {
                    nodes[*child as usize] = layer.targets[edge * width + place];
                }
                open.push((at + 1, nodes, config));
            }
        }
    }
}

/// Numbers below a count in a random order, made as they are asked for: a Fisher-Yates shuffle that
/// remembers only what it moved.
#[derive(Clone, Debug)]
pub struct Shuffled {
    left: BigUint,
    moved: BTreeMap<BigUint, BigUint>,
}

impl Shuffled {
    /// The numbers below `count`.
    pub fn new(count: BigUint) -> Self {
        Self { left: count, moved: BTreeMap::new() }
    }

    /// The next one; `None` after the last.
    pub fn next<R: Rng>(&mut self, random: &mut R) -> Option<BigUint> {
        if self.left == BigUint::from(0_u32) {
            return None;
        }
        let drawn = below(&self.left, random);
        self.left -= 1_u32;
        let last = self.moved.remove(&self.left).unwrap_or_else(|| self.left.clone());
        if drawn == self.left {
            return Some(last);
        }
        Some(match self.moved.insert(drawn.clone(), last) {
            Some(moved) => moved,
            None => drawn,
        })
    }
}

/// A uniform number below `bound`, which is not 0: bits are drawn until they are below it.
fn below<R: Rng>(bound: &BigUint, random: &mut R) -> BigUint {
    if let Ok(bound) = u64::try_from(bound) {
        return BigUint::from(random.random_range(0..bound.max(1)));
    }
    let bits = bound.bits();
    loop {
        let words = bits.div_ceil(32);
        let mut digits: Vec<u32> = (0..words).map(|_| random.random()).collect();
        if let Some(last) = digits.last_mut()
            && !bits.is_multiple_of(32)
        {
            *last &= (1 << (bits % 32)) - 1;
        }
        let drawn = BigUint::new(digits);
        if drawn < *bound {
            return drawn;
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum State {
    Before,
    Within,
    Done,
}

#[derive(Clone, Debug)]
struct Level<'s> {
    source: Source<'s>,
    node: u32,
    edge: usize,
}

#[derive(Clone, Copy, Debug)]
enum Source<'s> {
    /// A position of a diagram whose root is this level.
    Position(&'s Diagram, usize, usize),
    Free(u32, u32),
}

/// See [`Space::configs`]. [`Configs::advance`] goes on without making a vector for each config.
#[derive(Clone, Debug)]
pub struct Configs<'s> {
    levels: Vec<Level<'s>>,
    config: Vec<u32>,
    state: State,
}

impl Configs<'_> {
    /// The next config; it is the same slice with other contents each time.
    pub fn advance(&mut self) -> Option<&[u32]> {
        let from = match self.state {
            State::Done => return None,
            State::Before => 0,
            State::Within => match self.step() {
                Some(level) => level + 1,
                None => {
                    self.state = State::Done;
                    return None;
                }
            },
        };
        self.state = State::Within;
        for level in from..self.levels.len() {
            self.enter(level);
        }
        Some(&self.config)
    }

    /// The deepest level that has another value goes to it.
    fn step(&mut self) -> Option<usize> {
        for at in (0..self.levels.len()).rev() {
            let level = &mut self.levels[at];
            let has_more = match level.source {
                Source::Position(diagram, position, _) => {
                    level.edge + 1
                        < diagram.layers[position].starts[level.node as usize + 1] as usize
                }
                Source::Free(_, size) => level.edge + 1 < size as usize,
            };
            if has_more {
                level.edge += 1;
                self.take(at);
                return Some(at);
            }
        }
        None
    }

    /// Puts a level on the first value of its node.
    fn enter(&mut self, at: usize) {
        let level = &mut self.levels[at];
        level.edge = match level.source {
            Source::Position(diagram, position, _) => {
                diagram.layers[position].starts[level.node as usize] as usize
            }
            Source::Free(..) => 0,
        };
        self.take(at);
    }

    /// Puts the value of a level into the config, and the nodes that it leads to into their levels.
    #[inline]
    fn take(&mut self, at: usize) {
        let Level { source, edge, .. } = self.levels[at];
        match source {
            Source::Position(diagram, place, root) => {
                let (position, layer) = (&diagram.positions[place], &diagram.layers[place]);
                self.config[position.variable as usize] = layer.values[edge];
                let width = position.children.len();
                for (i, child) in position.children.iter().enumerate() {
                    self.levels[root + *child as usize].node = layer.targets[edge * width + i];
                }
            }
            Source::Free(parameter, _) => self.config[parameter as usize] = edge as u32,
        }
    }
}

impl Iterator for Configs<'_> {
    type Item = Vec<u32>;

    fn next(&mut self) -> Option<Vec<u32>> {
        self.advance().map(<[u32]>::to_vec)
    }
}
