//! A Gaussian process over a pool of candidates: the model behind the first questions of the default strategy.
//!
//! What is asked is which of some candidates promises most, again after every outcome. So not the process but its
//! values at the candidates are kept: with the covariance matrix of the outcomes factored as L Lᵀ, each candidate has the
//! vector L⁻¹k of its covariances, which an outcome makes one number longer, and its mean and variance are products of such
//! vectors (Rasmussen and Williams 2006, algorithm 2.1). An outcome costs outcomes × candidates multiplications, a new candidate
//! outcomes² / 2.
//!
//! The covariance of two points is half the product and half the mean of what their parameters say: what parameters do together and
//! what each does alone. Nothing in it is fitted, because tens of outcomes hardly say more; fitting a length for every parameter
//! was tried, gained nothing that could be told from chance, and took most of the time.

use crate::space::Domain;

/// So many places within a domain are told apart.
const CELLS: usize = 64;
/// Vectors are worked on in blocks of so many numbers, which a processor computes at once.
const LANES: usize = 16;
/// The variance of what parameters do not explain, in units of what they do.
const NOISE: f32 = 0.03;
/// The share of the variance that comes from parameters one by one.
const ALONE: f32 = 0.5;

/// A parameter that has more than one value.
#[derive(Debug, Clone, Copy)]
struct Axis {
    parameter: usize,
    size: u32,
    /// Its places are numbered from here on among those of all axes.
    first: usize,
}

impl Axis {
    fn places(self) -> usize {
        (self.size as usize).min(CELLS)
    }

    /// An index as one of at most [`CELLS`] places.
    fn place(self, point: &[u32]) -> u8 {
        let index = point.get(self.parameter).copied().unwrap_or(0).min(self.size - 1);
        if self.size as usize <= CELLS {
            index as u8
        } else {
            (u64::from(index) * (CELLS as u64 - 1) / u64::from(self.size - 1)) as u8
        }
    }
}

type Block = [f32; LANES];

/// Vectors of one length in blocks. What was not set is 0.
#[derive(Debug, Clone, Default)]
struct Vectors {
    /// Blocks of each.
    blocks: usize,
    data: Vec<Block>,
}

impl Vectors {
    fn new(count: usize, length: usize) -> Self {
        let blocks = length.div_ceil(LANES);
        Self { blocks, data: vec![[0.0; LANES]; count * blocks] }
    }

    fn get(&self, at: usize) -> &[Block] {
        self.data.get(at * self.blocks..(at + 1) * self.blocks).unwrap_or(&[])
    }

    fn get_mut(&mut self, at: usize) -> &mut [Block] {
        self.data.get_mut(at * self.blocks..(at + 1) * self.blocks).unwrap_or(&mut [])
    }

    fn set(&mut self, vector: usize, at: usize, value: f32) {
        if let Some(block) = self.data.get_mut(vector * self.blocks + at / LANES) {
            block[at % LANES] = value;
        }
    }
}

/// The process, and its values at the candidates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kriging {
    axes: Vec<Axis>,
    /// For each axis the correlation of values at each distance.
    correlation: Vec<f32>,
    /// For each place of each axis its correlation with the outcomes' places.
    shares: Vectors,
    /// The columns of L below its diagonal, which is kept as reciprocals.
    factor: Vectors,
    diagonal: Vec<f32>,
    /// Room for so many outcomes.
    room: usize,
    /// L⁻¹ of ones, and of the outcomes less their mean.
    ones: Vec<Block>,
    residual: Vec<Block>,
    mean: f32,
    scale: f32,
    /// For each axis the places of the candidates.
    places: Vec<u8>,
    /// For each outcome its number in each candidate's L⁻¹k; and the squares of these added up for each candidate.
    solved: Vectors,
    explained: Vec<Block>,
    promises: Vec<Block>,
    /// Of the point in hand: its places, its covariances, and what these are made from.
    here: Vec<u8>,
    near: Vec<Block>,
    alone: Vec<Block>,
}

impl Kriging {
    /// Nothing is known yet; there is room for so many outcomes and candidates. What two values of a parameter have in common
    /// falls to `exp(-reach)` from one end of its domain to the other.
    pub(crate) fn new(domains: &[Domain], outcomes: usize, candidates: usize, reach: f32) -> Self {
        let (mut axes, mut correlation) = (Vec::<Axis>::new(), Vec::new());
        for (parameter, domain) in domains.iter().enumerate().filter(|(_, d)| d.size > 1) {
            let first = axes.last().map_or(0, |axis| axis.first + axis.places());
            let axis = Axis { parameter, size: domain.size, first };
            axes.push(axis);
            let last = (axis.places() - 1) as f32;
            correlation.extend((0..CELLS).map(|distance| match (distance, domain.ordered) {
                (0, _) => 1.0,
                (_, true) => (-reach * distance as f32 / last).exp(),
                (_, false) => (-reach).exp(),
            }));
        }
        let places = axes.last().map_or(0, |axis| axis.first + axis.places());
        let solved = Vectors::new(outcomes, candidates);
        Self {
            shares: Vectors::new(places, outcomes),
            factor: Vectors::new(outcomes, outcomes),
            room: outcomes,
            places: vec![0; solved.blocks * LANES * axes.len()],
            explained: vec![[0.0; LANES]; solved.blocks],
            promises: vec![[0.0; LANES]; solved.blocks],
            ones: vec![[0.0; LANES]; outcomes.div_ceil(LANES)],
            solved,
            axes,
            correlation,
            ..Self::default()
        }
    }

    /// Outcomes taken in.
    pub(crate) fn len(&self) -> usize {
        self.diagonal.len()
    }

    /// Takes a point in hand, with its covariances with the outcomes.
    fn take(&mut self, point: &[u32]) {
        self.here.clear();
        self.here.extend(self.axes.iter().map(|axis| axis.place(point)));
        let blocks = self.len().div_ceil(LANES);
        reset(&mut self.near, blocks, 1.0);
        reset(&mut self.alone, blocks, 0.0);
        for (axis, &place) in self.axes.iter().zip(&self.here) {
            let shares = self.shares.get(axis.first + place as usize);
            for ((near, alone), shares) in self.near.iter_mut().zip(&mut self.alone).zip(shares) {
                *near = pairwise(near, shares, |near, share| near * share);
                *alone = pairwise(alone, shares, |alone, share| alone + share);
            }
        }
        blend(&mut self.near, &self.alone, self.axes.len());
    }

    /// Makes a point the candidate at a place of the pool.
    pub(crate) fn propose(&mut self, at: usize, point: &[u32]) {
        self.take(point);
        let explained = solve(&self.factor, &self.diagonal, &mut self.near);
        if let Some(block) = self.explained.get_mut(at / LANES) {
            block[at % LANES] = explained;
        }
        let values = self.near.iter().flatten().take(self.diagonal.len());
        for (outcome, &value) in values.enumerate() {
            self.solved.set(outcome, at, value);
        }
        let columns = self.places.chunks_exact_mut((self.solved.blocks * LANES).max(1));
        for (column, &here) in columns.zip(&self.here) {
            if let Some(place) = column.get_mut(at) {
                *place = here;
            }
        }
    }

    /// Takes in that a point has an outcome; which one is for [`Kriging::value`]. Does nothing when there is no room.
    pub(crate) fn observe(&mut self, point: &[u32]) {
        let count = self.len();
        if count >= self.room {
            return;
        }
        self.take(point);
        // The new row of L is what the vector of a candidate would be.
        let explained = solve(&self.factor, &self.diagonal, &mut self.near);
        let row = std::mem::take(&mut self.near);
        let diagonal = (1.0 + NOISE - explained).max(NOISE * 0.1).sqrt().recip();
        let one = (1.0 - dot(&row, &self.ones)) * diagonal;
        if let Some(block) = self.ones.get_mut(count / LANES) {
            block[count % LANES] = one;
        }
        self.extend_candidates(&row, count, diagonal);
        for (column, &value) in row.iter().flatten().take(count).enumerate() {
            self.factor.set(column, count, value);
        }
        self.near = row;
        let tables = self.correlation.chunks_exact(CELLS);
        for ((axis, &here), table) in self.axes.iter().zip(&self.here).zip(tables) {
            for place in 0..axis.places() {
                let share = table.get(place.abs_diff(here.into())).copied().unwrap_or(0.0);
                self.shares.set(axis.first + place, count, share);
            }
        }
        self.diagonal.push(diagonal);
    }

    /// Makes the vectors of all candidates longer by the number of the outcome in hand, whose row of L is given.
    fn extend_candidates(&mut self, row: &[Block], count: usize, diagonal: f32) {
        let mut left = vec![[1.0; LANES]; self.solved.blocks];
        reset(&mut self.alone, self.solved.blocks, 0.0);
        let columns = self.places.chunks_exact((self.solved.blocks * LANES).max(1));
        let tables = self.correlation.chunks_exact(CELLS);
        for ((column, &here), table) in columns.zip(&self.here).zip(tables) {
            let Ok(table) = <&[f32; CELLS]>::try_from(table) else { continue };
            let sums = left.as_flattened_mut().iter_mut().zip(self.alone.as_flattened_mut());
            for ((together, alone), &place) in sums.zip(column) {
                let value = table[here.abs_diff(place) as usize % CELLS];
                *together *= value;
                *alone += value;
            }
        }
        blend(&mut left, &self.alone, self.axes.len());
        combine(&self.solved, row, count, -1.0, &mut left);
        let last = self.solved.get_mut(count).iter_mut();
        for ((last, left), explained) in last.zip(&left).zip(&mut self.explained) {
            *last = left.map(|left| left * diagonal);
            *explained = pairwise(explained, last, |sum, last| sum + last * last);
        }
    }

    /// Says what the outcomes are, in the order in which they were taken in.
    pub(crate) fn value(&mut self, outcomes: &[f32]) {
        let count = self.len().min(outcomes.len());
        let blocks = self.diagonal.len().div_ceil(LANES);
        reset(&mut self.residual, blocks, 0.0);
        for (place, outcome) in self.residual.iter_mut().flatten().zip(outcomes) {
            *place = *outcome;
        }
        solve(&self.factor, &self.diagonal, &mut self.residual);
        // The mean that fits best, given how the outcomes vary together.
        let weight = dot(&self.ones, &self.ones).max(f32::MIN_POSITIVE);
        self.mean = dot(&self.residual, &self.ones) / weight;
        for (residual, ones) in self.residual.iter_mut().zip(&self.ones) {
            *residual = pairwise(residual, ones, |residual, one| residual - self.mean * one);
        }
        self.scale = dot(&self.residual, &self.residual) / count.max(1) as f32;
    }

    /// What the candidates promise: their means less so many standard deviations; lower is better.
    pub(crate) fn promises(&mut self, deviations: f32) -> &[f32] {
        self.promises.fill([self.mean; LANES]);
        combine(&self.solved, &self.residual, self.diagonal.len(), 1.0, &mut self.promises);
        for (promises, explained) in self.promises.iter_mut().zip(&self.explained) {
            *promises = pairwise(promises, explained, |mean, explained| {
                mean - deviations * (self.scale * (1.0 - explained).max(0.0)).sqrt()
            });
        }
        self.promises.as_flattened()
    }
}

/// What an operation makes of the numbers of two blocks, place by place.
#[inline(always)]
fn pairwise(a: &Block, b: &Block, operation: impl Fn(f32, f32) -> f32) -> Block {
    std::array::from_fn(|at| operation(a[at], b[at]))
}

fn reset(vector: &mut Vec<Block>, blocks: usize, value: f32) {
    vector.clear();
    vector.resize(blocks, [value; LANES]);
}

/// Covariances from the products and the sums of what so many parameters say.
fn blend(together: &mut [Block], alone: &[Block], axes: usize) {
    let share = ALONE / axes.max(1) as f32;
    for (together, alone) in together.iter_mut().zip(alone) {
        *together = pairwise(together, alone, |a, b| (1.0 - ALONE) * a + share * b);
    }
}

/// Adds to `sums` the first `count` vectors, each times its weight and `sign`.
fn combine(vectors: &Vectors, weights: &[Block], count: usize, sign: f32, sums: &mut [Block]) {
    for (block, sums) in sums.iter_mut().enumerate() {
        let mut kept = *sums;
        let rows = vectors.data.get(block..).unwrap_or(&[]).iter().step_by(vectors.blocks.max(1));
        for (row, weight) in rows.zip(weights.as_flattened().iter().take(count)) {
            let weight = sign * weight;
            kept = pairwise(&kept, row, |sum, value| sum + weight * value);
        }
        *sums = kept;
    }
}

/// Solves L v = k in place; the squares of v added up.
fn solve(factor: &Vectors, diagonal: &[f32], vector: &mut [Block]) -> f32 {
    let mut explained = 0.0;
    let mut columns = factor.data.chunks_exact(factor.blocks.max(1));
    for (from, diagonals) in diagonal.chunks(LANES).enumerate() {
        let Some((block, rest)) = vector.get_mut(from..).and_then(<[Block]>::split_first_mut)
        else {
            break;
        };
        for ((lane, diagonal), column) in diagonals.iter().enumerate().zip(&mut columns) {
            // The column is 0 down to its diagonal, so its blocks from there on can be taken whole.
            let Some((first, below)) = column.get(from..).and_then(<[Block]>::split_first) else {
                break;
            };
            let value = block[lane % LANES] * diagonal;
            explained += value * value;
            *block = pairwise(block, first, |left, factor| left - value * factor);
            block[lane % LANES] = value;
            for (rest, below) in rest.iter_mut().zip(below) {
                *rest = pairwise(rest, below, |left, factor| left - value * factor);
            }
        }
    }
    explained
}

fn dot(a: &[Block], b: &[Block]) -> f32 {
    let mut sums = [0.0f32; LANES];
    for (a, b) in a.iter().zip(b) {
        let products = pairwise(a, b, |a, b| a * b);
        sums = pairwise(&sums, &products, |sum, product| sum + product);
    }
    sums.iter().sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    fn domains() -> Vec<Domain> {
        let domain = |size, ordered| Domain { size, ordered };
        vec![domain(5, true), domain(1, true), domain(3, false), domain(200, true)]
    }

    fn drawn(random: &mut Random) -> Vec<u32> {
        domains().iter().map(|domain| random.below(domain.size)).collect()
    }

    /// Solves a x = b by elimination with pivots, in f64.
    fn eliminated(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Vec<f64> {
        let n = b.len();
        for column in 0..n {
            let pivot =
                (column..n).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()));
            a.swap(column, pivot.unwrap());
            b.swap(column, pivot.unwrap());
            for row in column + 1..n {
                let factor = a[row][column] / a[column][column];
                let above = a[column].clone();
                for (cell, above) in a[row].iter_mut().zip(above) {
                    *cell -= factor * above;
                }
                b[row] -= factor * b[column];
            }
        }
        let mut x = vec![0.0; n];
        for row in (0..n).rev() {
            let known: f64 = (row + 1..n).map(|at| a[row][at] * x[at]).sum();
            x[row] = (b[row] - known) / a[row][row];
        }
        x
    }

    #[test]
    fn promises_are_those_of_the_textbook() {
        let mut random = Random::new(3);
        let correlation = |a: &[u32], b: &[u32]| -> f64 {
            let far = |at: usize, last: f64| (f64::from(a[at].abs_diff(b[at])) / last).min(1.0);
            let place = |index: u32| f64::from(index * 63 / 199);
            let one = (-far(0, 4.0)).exp();
            let two = if a[2] == b[2] { 1.0 } else { (-1.0f64).exp() };
            let three = (-(place(a[3]) - place(b[3])).abs() / 63.0).exp();
            0.5 * one * two * three + 0.5 * (one + two + three) / 3.0
        };
        let mut model = Kriging::new(&domains(), 12, 6, 1.0);
        let candidates: Vec<Vec<u32>> = (0..6).map(|_| drawn(&mut random)).collect();
        let (mut points, mut outcomes) = (Vec::new(), Vec::new());
        // Candidates come before, between and after the outcomes.
        for step in 0..12 {
            if step % 2 == 0 {
                model.propose(step / 2, &candidates[step / 2]);
            }
            let point = drawn(&mut random);
            model.observe(&point);
            points.push(point);
            outcomes.push(random.unit());
        }
        let narrow: Vec<f32> = outcomes.iter().map(|&outcome| outcome as f32).collect();
        model.value(&narrow);
        let covariances: Vec<Vec<f64>> = (0..12)
            .map(|i| {
                (0..12)
                    .map(|j| {
                        correlation(&points[i], &points[j])
                            + if i == j { f64::from(NOISE) } else { 0.0 }
                    })
                    .collect()
            })
            .collect();
        let solve = |b: Vec<f64>| eliminated(covariances.clone(), b);
        let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
        let ones = solve(vec![1.0; 12]);
        let mean = product(&ones, &outcomes) / ones.iter().sum::<f64>();
        let centred: Vec<f64> = outcomes.iter().map(|outcome| outcome - mean).collect();
        let weights = solve(centred.clone());
        let scale = product(&weights, &centred) / 12.0;
        for (at, candidate) in candidates.iter().enumerate() {
            let near: Vec<f64> = points.iter().map(|p| correlation(candidate, p)).collect();
            let expected = mean + product(&near, &weights);
            let left = 1.0 - product(&near, &solve(near.clone()));
            let deviation = (scale * left).sqrt();
            assert!((f64::from(model.promises(0.0)[at]) - expected).abs() < 1e-3);
            let promise = f64::from(model.promises(2.0)[at]);
            assert!((promise - (expected - 2.0 * deviation)).abs() < 1e-3);
        }
    }

    #[test]
    fn there_is_room_for_so_much_and_no_more() {
        let mut random = Random::new(1);
        let mut model = Kriging::new(&domains(), 3, 2, 1.0);
        for _ in 0..5 {
            model.observe(&drawn(&mut random));
            model.propose(1, &drawn(&mut random));
        }
        assert_eq!(model.len(), 3);
        model.value(&[1.0, 1.0, 1.0]);
        assert!((model.promises(3.0)[1] - 1.0).abs() < 1e-4);
        // Equal points, and domains in which nothing can differ.
        let mut same = Kriging::new(&[Domain { size: 1, ordered: true }], 4, 1, 1.0);
        same.propose(0, &[0]);
        (0..4).for_each(|_| same.observe(&[0]));
        same.value(&[1.0, 2.0, 3.0, 4.0]);
        assert!(same.promises(1.0)[0].is_finite());
    }
}
