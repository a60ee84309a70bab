//! What a strategy sees of a tuning space: domains, membership, samples, and what lies next to a point.
//!
//! A point is a slice with one index for each parameter, `point[p] < domains()[p].size`; what the
//! values are is known to the caller alone.

use crate::random::Random;

/// The domain of one parameter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Domain {
    /// How many values there are; indices are `0..size`.
    pub size: u32,
    /// Whether the order of the indices means something, as for numbers in ascending order.
    pub ordered: bool,
}

/// A finite space of points, some combinations of its domains being invalid.
///
/// Only the first three functions are needed. With `count`, `rank` and `unrank` strategies know
/// when the space is used up and never draw a point twice; without them they draw until they
/// have met nothing new for long.
pub trait Space: Sync {
    /// One domain for each parameter.
    fn domains(&self) -> &[Domain];

    /// Whether a point is valid; false if it has another length or an index outside its domain.
    fn contains(&self, point: &[u32]) -> bool;

    /// Writes a point drawn uniformly from the valid ones; false if there is none.
    /// `point` has one place for each parameter.
    fn sample(&self, random: &mut Random, point: &mut [u32]) -> bool;

    /// The number of valid points, where it is known and below 2^64.
    fn count(&self) -> Option<u64> {
        None
    }

    /// The position of a valid point in the space's own order.
    fn rank(&self, _point: &[u32]) -> Option<u64> {
        None
    }

    /// Writes the point with a rank below `count`; false if the space cannot.
    fn unrank(&self, _rank: u64, _point: &mut [u32]) -> bool {
        false
    }
}

/// Which points count as next to a point.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Neighbourhood {
    /// One parameter has any other value.
    Hamming,
    /// One parameter differs: by one valid step up or down if its domain is ordered (indices that
    /// are invalid here are stepped over), by anything if it is not.
    Adjacent,
    /// Every parameter differs by at most one index, at least one does: "strictly-adjacent" of
    /// Kernel Tuner's `Searchspace`.
    StrictlyAdjacent,
}

/// A list of points in one allocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Points {
    width: usize,
    data: Vec<u32>,
    count: usize,
}

impl Points {
    /// An empty list for points with `width` parameters.
    pub fn new(width: usize) -> Self {
        Self { width, data: Vec::new(), count: 0 }
    }

    /// How many points there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// Removes all points and keeps the memory.
    pub fn clear(&mut self) {
        self.data.clear();
        self.count = 0;
    }

    /// As [`Points::clear`]; the next points have `width` parameters.
    pub fn start(&mut self, width: usize) {
        self.clear();
        self.width = width;
    }

    /// Appends a point; one of another width is cut or filled with zeros.
    pub fn push(&mut self, point: &[u32]) {
        self.data.extend_from_slice(point.get(..self.width).unwrap_or(point));
        self.count += 1;
        if point.len() < self.width {
            self.data.resize(self.count * self.width, 0);
        }
    }

    /// The point at a position.
    pub fn get(&self, at: usize) -> Option<&[u32]> {
        if at >= self.count {
            return None;
        }
        self.data.get(at * self.width..(at + 1) * self.width)
    }

    /// Replaces the point at a position, if there is one.
    pub fn set(&mut self, at: usize, point: &[u32]) {
        if at < self.count
            && point.len() == self.width
            && let Some(place) = self.data.get_mut(at * self.width..(at + 1) * self.width)
        {
            place.copy_from_slice(point);
        }
    }

    /// The indices of all points, one point after another.
    pub fn flat(&self) -> &[u32] {
        &self.data
    }

    /// All points in order.
    pub fn iter(&self) -> impl Iterator<Item = &[u32]> {
        (0..self.count).filter_map(|at| self.get(at))
    }
}

/// No more neighbours than this are collected: boxes of "strictly adjacent" points grow as 3^parameters.
pub const MOST_NEIGHBOURS: usize = 4096;

/// Steps over invalid values that are taken to find an adjacent one.
pub(crate) const REACH: u32 = 256;

/// Appends the valid neighbours of a point, which need not be valid itself, to `found`, in a fixed order;
/// at most [`MOST_NEIGHBOURS`] of them. Of the values of a large domain as many as its share of these are looked at, evenly
/// spaced, and an adjacent value is looked for within 256 steps.
pub fn neighbours(space: &dyn Space, point: &[u32], kind: Neighbourhood, found: &mut Points) {
    let domains = space.domains();
    if point.len() != domains.len() {
        return;
    }
    let mut work = point.to_vec();
    let share = (MOST_NEIGHBOURS / domains.len().max(1)).max(2) as u32;
    let values =
        |domain: &Domain| (0..domain.size).step_by(domain.size.div_ceil(share).max(1) as usize);
    match kind {
        Neighbourhood::Hamming => {
            for (parameter, domain) in domains.iter().enumerate() {
                for value in values(domain) {
                    try_value(space, point, &mut work, parameter, value, found);
                }
                restore(point, &mut work, parameter);
            }
        }
        Neighbourhood::Adjacent => {
            for (parameter, domain) in domains.iter().enumerate() {
                let here = point.get(parameter).copied().unwrap_or(0);
                if domain.ordered {
                    let _ = (0..here.min(domain.size))
                        .rev()
                        .take(REACH as usize)
                        .any(|value| try_value(space, point, &mut work, parameter, value, found));
                    let _ = (here.saturating_add(1)..domain.size)
                        .take(REACH as usize)
                        .any(|value| try_value(space, point, &mut work, parameter, value, found));
                } else {
                    for value in values(domain) {
                        try_value(space, point, &mut work, parameter, value, found);
                    }
                }
                restore(point, &mut work, parameter);
            }
        }
        Neighbourhood::StrictlyAdjacent => {
            let mut budget = MOST_NEIGHBOURS * 16;
            around(space, point, &mut work, 0, &mut budget, found);
        }
    }
}

fn restore(point: &[u32], work: &mut [u32], parameter: usize) {
    if let (Some(to), Some(from)) = (work.get_mut(parameter), point.get(parameter)) {
        *to = *from;
    }
}

fn try_value(
    space: &dyn Space,
    point: &[u32],
    work: &mut [u32],
    parameter: usize,
    value: u32,
    found: &mut Points,
) -> bool {
    if point.get(parameter) == Some(&value) || found.len() >= MOST_NEIGHBOURS {
        return false;
    }
    if let Some(place) = work.get_mut(parameter) {
        *place = value;
    }
    let valid = space.contains(work);
    if valid {
        found.push(work);
    }
    valid
}

/// All combinations of steps of at most one, parameter by parameter; ends when the budget of combinations is spent.
fn around(
    space: &dyn Space,
    point: &[u32],
    work: &mut [u32],
    parameter: usize,
    budget: &mut usize,
    found: &mut Points,
) {
    let domains = space.domains();
    let (Some(domain), Some(&here)) = (domains.get(parameter), point.get(parameter)) else {
        if *budget > 0 {
            *budget -= 1;
            if work != point && found.len() < MOST_NEIGHBOURS && space.contains(work) {
                found.push(work);
            }
        }
        return;
    };
    for value in [here, here.wrapping_sub(1), here.saturating_add(1)] {
        if value < domain.size && *budget > 0 {
            if let Some(place) = work.get_mut(parameter) {
                *place = value;
            }
            around(space, point, work, parameter + 1, budget, found);
        }
    }
    restore(point, work, parameter);
}

/// Makes a point valid by changing little: a random neighbour among the strictly adjacent, else the
/// adjacent, else the Hamming ones, as the constraint-aware operators of Kernel Tuner 1.5 do; then
/// two parameters at once; then a uniform sample. False only if the space is empty.
pub fn repair(
    space: &dyn Space,
    point: &mut [u32],
    random: &mut Random,
    scratch: &mut Points,
) -> bool {
    if space.contains(point) {
        return true;
    }
    for kind in [Neighbourhood::Adjacent, Neighbourhood::Hamming, Neighbourhood::StrictlyAdjacent] {
        // Boxes of more than a few hundred points are not worth their time.
        if kind == Neighbourhood::StrictlyAdjacent && space.domains().len() > 6 {
            continue;
        }
        scratch.clear();
        neighbours(space, point, kind, scratch);
        let at = random.index(scratch.len());
        if let Some(near) = scratch.get(at) {
            point.copy_from_slice(near);
            return true;
        }
    }
    let mut work = point.to_vec();
    for _ in 0..64 {
        work.copy_from_slice(point);
        for _ in 0..2 {
            change_one(space, &mut work, random);
        }
        if space.contains(&work) {
            point.copy_from_slice(&work);
            return true;
        }
    }
    space.sample(random, point)
}

/// Gives one random parameter a random other value; whether the result is valid is not looked at.
pub fn change_one(space: &dyn Space, point: &mut [u32], random: &mut Random) {
    let domains = space.domains();
    let parameter = random.index(domains.len());
    if let (Some(domain), Some(place)) = (domains.get(parameter), point.get_mut(parameter))
        && domain.size > 1
    {
        let other = random.below(domain.size - 1);
        *place = if other >= *place { other + 1 } else { other };
    }
}
