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
/// Products of vectors are added up in so many sums, which a processor computes at once.
const LANES: usize = 8;
/// The variance of what parameters do not explain, in units of what they do.
const NOISE: f32 = 0.03;
/// The share of the variance that comes from parameters one by one.
const ALONE: f32 = 0.5;

/// A parameter that has more than one value.
#[derive(Debug, Clone, Copy)]
struct Axis {
    parameter: usize,
    size: u32,
}

impl Axis {
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

/// Vectors of growing length in one allocation.
#[derive(Debug, Clone, Default)]
struct Vectors {
    room: usize,
    data: Vec<f32>,
}

impl Vectors {
    fn new(count: usize, room: usize) -> Self {
        Self { room, data: vec![0.0; count * room] }
    }

    fn get(&self, at: usize, length: usize) -> &[f32] {
        self.data.get(at * self.room..at * self.room + length).unwrap_or(&[])
    }

    fn get_mut(&mut self, at: usize, length: usize) -> &mut [f32] {
        self.data.get_mut(at * self.room..at * self.room + length).unwrap_or(&mut [])
    }
}

/// The process, and its values at the candidates.
#[derive(Debug, Clone, Default)]
pub(crate) struct Kriging {
    axes: Vec<Axis>,
    /// For each axis the correlation of values at each distance.
    correlation: Vec<f32>,
    /// For each axis the places of the points that have outcomes.
    columns: Vec<u8>,
    /// L without its diagonal, which is kept as reciprocals.
    factor: Vectors,
    diagonal: Vec<f32>,
    /// L⁻¹ of ones, and of the outcomes less their mean.
    ones: Vec<f32>,
    residual: Vec<f32>,
    mean: f32,
    scale: f32,
    /// The places of the candidates, for each L⁻¹k, and the squares of that added up.
    places: Vec<u8>,
    solved: Vectors,
    explained: Vec<f32>,
    /// Of the point in hand: its places, its covariances with those that have outcomes, and what these are made from.
    here: Vec<u8>,
    near: Vec<f32>,
    alone: Vec<f32>,
}

impl Kriging {
    /// Nothing is known yet; there is room for so many outcomes and candidates.
    pub(crate) fn new(domains: &[Domain], outcomes: usize, candidates: usize) -> Self {
        let (mut axes, mut correlation) = (Vec::new(), Vec::new());
        for (parameter, domain) in domains.iter().enumerate().filter(|(_, d)| d.size > 1) {
            axes.push(Axis { parameter, size: domain.size });
            let last = ((domain.size as usize).min(CELLS) - 1) as f32;
            correlation.extend((0..CELLS).map(|distance| match (distance, domain.ordered) {
                (0, _) => 1.0,
                (_, true) => (-(distance as f32) / last).exp(),
                (_, false) => (-1.0f32).exp(),
            }));
        }
        Self {
            columns: vec![0; outcomes * axes.len()],
            factor: Vectors::new(outcomes, outcomes),
            places: vec![0; candidates * axes.len()],
            solved: Vectors::new(candidates, outcomes),
            explained: vec![0.0; candidates],
            axes,
            correlation,
            ..Self::default()
        }
    }

    /// Outcomes taken in.
    pub(crate) fn len(&self) -> usize {
        self.diagonal.len()
    }

    /// Takes a point in hand.
    fn take(&mut self, point: &[u32]) {
        self.here.clear();
        self.here.extend(self.axes.iter().map(|axis| axis.place(point)));
        let count = self.len();
        self.near.clear();
        self.near.resize(count, 1.0);
        self.alone.clear();
        self.alone.resize(count, 0.0);
        let columns = self.columns.chunks_exact(self.factor.room.max(1));
        let tables = self.correlation.chunks_exact(CELLS);
        for ((column, &place), table) in columns.zip(&self.here).zip(tables) {
            let Ok(table) = <&[f32; CELLS]>::try_from(table) else { continue };
            for ((together, alone), &other) in self.near.iter_mut().zip(&mut self.alone).zip(column)
            {
                let value = table[place.abs_diff(other) as usize % CELLS];
                *together *= value;
                *alone += value;
            }
        }
        let share = ALONE / self.axes.len().max(1) as f32;
        for (near, alone) in self.near.iter_mut().zip(&self.alone) {
            *near = (1.0 - ALONE) * *near + share * alone;
        }
    }

    /// Makes a point the candidate at a place of the pool.
    pub(crate) fn propose(&mut self, at: usize, point: &[u32]) {
        self.take(point);
        let solved = self.solved.get_mut(at, self.diagonal.len());
        let explained = solve(&self.factor, &self.diagonal, &self.near, solved);
        if let Some(place) = self.explained.get_mut(at) {
            *place = explained;
        }
        let width = self.axes.len();
        if let Some(places) = self.places.get_mut(at * width..(at + 1) * width) {
            places.copy_from_slice(&self.here);
        }
    }

    /// Takes in that a point has an outcome; which one is for [`Kriging::value`]. Does nothing when there is no room.
    pub(crate) fn observe(&mut self, point: &[u32]) {
        let count = self.len();
        if count >= self.factor.room {
            return;
        }
        self.take(point);
        // The new row of L is what the vector of a candidate would be.
        let mut row = vec![0.0; count];
        let explained = solve(&self.factor, &self.diagonal, &self.near, &mut row);
        let diagonal = (1.0 + NOISE - explained).max(NOISE * 0.1).sqrt().recip();
        self.ones.push((1.0 - dot(&row, &self.ones)) * diagonal);
        let width = self.axes.len();
        for (at, explained) in self.explained.iter_mut().enumerate() {
            let places = self.places.get(at * width..(at + 1) * width).unwrap_or(&[]);
            let left = covariance(&self.correlation, &self.here, places);
            let solved = self.solved.get_mut(at, count + 1);
            if let Some((last, known)) = solved.split_last_mut() {
                *last = (left - dot(&row, known)) * diagonal;
                *explained += *last * *last;
            }
        }
        self.factor.get_mut(count, count).copy_from_slice(&row);
        let columns = self.columns.chunks_exact_mut(self.factor.room.max(1));
        for (column, place) in columns.zip(&self.here) {
            if let Some(to) = column.get_mut(count) {
                *to = *place;
            }
        }
        self.diagonal.push(diagonal);
    }

    /// Says what the outcomes are, in the order in which they were taken in.
    pub(crate) fn value(&mut self, outcomes: &[f32]) {
        self.residual.clear();
        for (row, (outcome, diagonal)) in outcomes.iter().zip(&self.diagonal).enumerate() {
            let known = dot(self.factor.get(row, row), &self.residual);
            self.residual.push((outcome - known) * diagonal);
        }
        // The mean that fits best, given how the outcomes vary together.
        let weight = dot(&self.ones, &self.ones).max(f32::MIN_POSITIVE);
        self.mean = dot(&self.residual, &self.ones) / weight;
        for (place, one) in self.residual.iter_mut().zip(&self.ones) {
            *place -= self.mean * one;
        }
        self.scale = dot(&self.residual, &self.residual) / self.residual.len().max(1) as f32;
    }

    /// What a candidate promises: its mean less so many standard deviations; lower is better.
    pub(crate) fn promise(&self, at: usize, deviations: f32) -> f32 {
        let mean = self.mean + dot(&self.residual, self.solved.get(at, self.residual.len()));
        let left = 1.0 - self.explained.get(at).copied().unwrap_or(0.0);
        mean - deviations * (self.scale * left.max(0.0)).sqrt()
    }
}

/// Solves L v = k; the squares of v added up.
fn solve(factor: &Vectors, diagonal: &[f32], near: &[f32], solved: &mut [f32]) -> f32 {
    let mut explained = 0.0;
    for (row, (near, diagonal)) in near.iter().zip(diagonal).enumerate() {
        let Some((known, rest)) = solved.split_at_mut_checked(row) else { break };
        let value = (near - dot(factor.get(row, row), known)) * diagonal;
        explained += value * value;
        if let Some(place) = rest.first_mut() {
            *place = value;
        }
    }
    explained
}

fn covariance(correlation: &[f32], a: &[u8], b: &[u8]) -> f32 {
    let (mut together, mut alone) = (1.0f32, 0.0f32);
    for ((&a, &b), table) in a.iter().zip(b).zip(correlation.chunks_exact(CELLS)) {
        let value = table.get(a.abs_diff(b) as usize).copied().unwrap_or(0.0);
        together *= value;
        alone += value;
    }
    (1.0 - ALONE) * together + ALONE / a.len().max(1) as f32 * alone
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    let length = a.len().min(b.len());
    let (a, b) = (a.get(..length).unwrap_or(&[]), b.get(..length).unwrap_or(&[]));
    let (left, right) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
    let rest: f32 = left.remainder().iter().zip(right.remainder()).map(|(a, b)| a * b).sum();
    let mut sums = [0.0f32; LANES];
    for (a, b) in left.zip(right) {
        for ((sum, a), b) in sums.iter_mut().zip(a).zip(b) {
            *sum += a * b;
        }
    }
    sums.iter().sum::<f32>() + rest
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
        let mut model = Kriging::new(&domains(), 12, 6);
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
            assert!((f64::from(model.promise(at, 0.0)) - expected).abs() < 1e-3);
            let promise = f64::from(model.promise(at, 2.0));
            assert!((promise - (expected - 2.0 * deviation)).abs() < 1e-3);
        }
    }

    #[test]
    fn there_is_room_for_so_much_and_no_more() {
        let mut random = Random::new(1);
        let mut model = Kriging::new(&domains(), 3, 2);
        for _ in 0..5 {
            model.observe(&drawn(&mut random));
            model.propose(1, &drawn(&mut random));
        }
        assert_eq!(model.len(), 3);
        model.value(&[1.0, 1.0, 1.0]);
        assert!((model.promise(1, 3.0) - 1.0).abs() < 1e-4);
        // Equal points, and domains in which nothing can differ.
        let mut same = Kriging::new(&[Domain { size: 1, ordered: true }], 4, 1);
        same.propose(0, &[0]);
        (0..4).for_each(|_| same.observe(&[0]));
        same.value(&[1.0, 2.0, 3.0, 4.0]);
        assert!(same.promise(0, 1.0).is_finite());
    }
}
