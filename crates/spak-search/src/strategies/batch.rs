//! A list of points whose outcomes are wanted, for strategies that work in generations.

use crate::memory::Outcome;
use crate::space::Points;

/// Points with the values told for them, infinite for failures.
#[derive(Debug, Clone, Default)]
pub(crate) struct Batch {
    pub(crate) points: Points,
    pub(crate) values: Vec<f64>,
}

impl Batch {
    pub(crate) fn new(width: usize) -> Self {
        Self { points: Points::new(width), values: Vec::new() }
    }

    /// Writes the first point that has no value yet; false if all have one.
    pub(crate) fn ask(&self, point: &mut [u32]) -> bool {
        match self.points.get(self.values.len()) {
            Some(next) => {
                point.copy_from_slice(next);
                true
            }
            None => false,
        }
    }

    /// Takes the value of the point asked for, or of the one that was tried in its place.
    pub(crate) fn tell(&mut self, point: &[u32], outcome: Outcome) {
        let at = self.values.len();
        if at < self.points.len() {
            self.points.set(at, point);
            self.values.push(outcome.value());
        }
    }

    pub(crate) fn len(&self) -> usize {
        self.points.len()
    }

    pub(crate) fn value(&self, at: usize) -> f64 {
        self.values.get(at).copied().unwrap_or(f64::INFINITY)
    }

    pub(crate) fn point(&self, at: usize) -> &[u32] {
        self.points.get(at).unwrap_or(&[])
    }

    /// The position of the best, 0 of none.
    pub(crate) fn best(&self) -> usize {
        let mut best = (0, self.value(0));
        for (at, &value) in self.values.iter().enumerate() {
            if value < best.1 {
                best = (at, value);
            }
        }
        best.0
    }

    /// The positions from best to worst.
    pub(crate) fn ranking(&self) -> Vec<usize> {
        let mut order = Vec::new();
        self.rank(&mut order);
        order
    }

    /// Writes the positions from best to worst. An order from before is mostly right still, and takes less time to put right.
    pub(crate) fn rank(&self, order: &mut Vec<usize>) {
        if order.len() != self.len() {
            order.clear();
            order.extend(0..self.len());
        }
        order.sort_by(|&a, &b| self.compare(a, b));
    }

    /// Puts the one position right that has another value than when all were ranked.
    pub(crate) fn rank_one(&self, order: &mut [usize], changed: usize) {
        let Some(mut at) = order.iter().position(|&other| other == changed) else { return };
        let worse = |order: &[usize], a: usize, b: usize| {
            let pair = order.get(a).zip(order.get(b));
            pair.is_some_and(|(&a, &b)| self.compare(a, b).is_gt())
        };
        while at > 0 && worse(order, at - 1, at) {
            order.swap(at - 1, at);
            at -= 1;
        }
        while worse(order, at, at + 1) {
            order.swap(at, at + 1);
            at += 1;
        }
    }

    /// Better ones first, equal ones by their positions.
    fn compare(&self, a: usize, b: usize) -> std::cmp::Ordering {
        self.value(a).total_cmp(&self.value(b)).then(a.cmp(&b))
    }

    pub(crate) fn set(&mut self, at: usize, point: &[u32], value: f64) {
        self.points.set(at, point);
        if let Some(place) = self.values.get_mut(at) {
            *place = value;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::Random;

    #[test]
    fn putting_one_right_is_ranking_all() {
        let mut random = Random::new(5);
        let mut batch = Batch::new(1);
        let mut order = Vec::new();
        for at in 0..8 {
            batch.points.push(&[at]);
            batch.values.push(f64::INFINITY);
        }
        batch.rank(&mut order);
        for _ in 0..500 {
            let changed = random.index(8);
            batch.set(changed, &[0], f64::from(random.below(6)));
            batch.rank_one(&mut order, changed);
            assert_eq!(order, batch.ranking());
        }
    }
}
