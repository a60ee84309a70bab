//! Going back over a tape: the slope of a single number by everything that it was made of.

use super::{NO_ENTRY, Node, Operation, Pool, Tape, Value};
use crate::kernels::{self, Angles};
use crate::number::{Number, View, product};
use crate::parameters::Layout;

impl<N: Number> Tape<N> {
    /// Adds the slope of `of` by each parameter to `slopes`, which is laid out as the parameters are.
    ///
    /// Angles are those that [`Tape::rotate`] was given.
    pub(crate) fn backward(
        &mut self,
        (layout, all): (&Layout, &[N]),
        of: Value,
        angles: Option<&Angles<N>>,
        slopes: &mut [N],
    ) {
        let one = self.pool.any(1);
        self.nodes[of.0].slope = Some(one);
        if let Some(slope) = &mut self.nodes[of.0].slope {
            slope[0] = N::ONE;
        }
        for at in (0..=of.0).rev() {
            let (before, rest) = self.nodes.split_at_mut(at);
            let node = &mut rest[0];
            // What nothing depends on has no slope.
            let Some(slope) = node.slope.take() else { continue };
            let mut step = Step { before, pool: &mut self.pool, layout, all, angles };
            let kept = step.back(node, slope, slopes);
            if let Some(kept) = kept {
                self.pool.give(kept);
            }
        }
    }
}

/// What one operation reads and writes on the way back.
struct Step<'a, N> {
    before: &'a mut [Node<N>],
    pool: &'a mut Pool<N>,
    layout: &'a Layout,
    all: &'a [N],
    angles: Option<&'a Angles<N>>,
}

impl<N: Number> Step<'_, N> {
    /// The slope of an earlier value, taken out to be added to; zero if nothing was added yet.
    fn take(&mut self, at: usize) -> Vec<N> {
        let count = self.before[at].values.len();
        self.before[at].slope.take().unwrap_or_else(|| self.pool.zeros(count))
    }

    /// Adds a slope to an earlier value's, or moves it there if that has none; gives back what is not needed.
    fn pass(&mut self, at: usize, slope: Vec<N>) -> Option<Vec<N>> {
        if let Some(own) = &mut self.before[at].slope {
            kernels::add(own, &slope);
            return Some(slope);
        }
        self.before[at].slope = Some(slope);
        None
    }

    /// Hands a node's slope to what it was made of; returns the slice if it is free.
    fn back(&mut self, node: &Node<N>, mut slope: Vec<N>, slopes: &mut [N]) -> Option<Vec<N>> {
        match &node.operation {
            Operation::Entries(tables) => {
                for (table, ids) in tables {
                    let into = self.layout.of_mut(*table, slopes);
                    for (row, id) in slope.chunks_exact(node.columns).zip(ids) {
                        if *id != NO_ENTRY {
                            let at = *id as usize * node.columns;
                            for (a, b) in into[at..at + node.columns].iter_mut().zip(row) {
                                *a += *b;
                            }
                        }
                    }
                }
                Some(slope)
            }
            Operation::Linear { x, w } => {
                self.linear(*x, *w, node.columns, &slope, slopes);
                Some(slope)
            }
            Operation::Add { a, b } => {
                let copy = self.pool.copy(&slope);
                if let Some(free) = self.pass(*b, copy) {
                    self.pool.give(free);
                }
                self.pass(*a, slope)
            }
            Operation::AddRow { x, table, row } => {
                let into = self.layout.of_mut(*table, slopes);
                let at = row * node.columns;
                kernels::sum_rows(&mut into[at..at + node.columns], &slope);
                self.pass(*x, slope)
            }
            Operation::Norm { kind, x, gain, normal, scales } => {
                let mut into = self.take(*x);
                let normal = if gain.is_some() { normal } else { &node.values };
                let gain = gain
                    .map(|id| (self.layout.of(id, self.all), &mut *self.layout.of_mut(id, slopes)));
                let kept = (normal.as_slice(), scales.as_slice());
                kernels::normalise_backward(*kind, node.columns, &mut into, &mut slope, kept, gain);
                self.before[*x].slope = Some(into);
                Some(slope)
            }
            Operation::Activate { kind, x } => {
                kernels::activate_backward(*kind, &mut slope, &self.before[*x].values);
                self.pass(*x, slope)
            }
            Operation::Gate { a, b } => {
                let (mut a_slope, mut b_slope) = (self.take(*a), self.take(*b));
                let (a_values, b_values) = (&self.before[*a].values, &self.before[*b].values);
                kernels::gate_backward(&mut a_slope, &mut b_slope, &slope, a_values, b_values);
                self.before[*a].slope = Some(a_slope);
                self.before[*b].slope = Some(b_slope);
                Some(slope)
            }
            Operation::Rotate { x, time } => {
                if let Some(angles) = self.angles {
                    kernels::rotate(&mut slope, node.columns, *time, angles, true);
                }
                self.pass(*x, slope)
            }
            Operation::Attend { q, k, v, layout, shares } => {
                let (mut dq, mut dk, mut dv) = (self.take(*q), self.take(*k), self.take(*v));
                let of = |at: &usize| self.before[*at].values.as_slice();
                let inputs = (of(q), of(k), of(v));
                let into = [dq.as_mut_slice(), dk.as_mut_slice(), dv.as_mut_slice()];
                kernels::attend_backward(*layout, inputs, shares, &slope, into);
                self.before[*q].slope = Some(dq);
                self.before[*k].slope = Some(dk);
                self.before[*v].slope = Some(dv);
                Some(slope)
            }
            Operation::CrossEntropy { scores, slopes: kept } => {
                let mut own = self.pool.copy(kept);
                kernels::scale(&mut own, slope[0]);
                if let Some(free) = self.pass(*scores, own) {
                    self.pool.give(free);
                }
                Some(slope)
            }
            Operation::Total(parts) => {
                for (part, weight) in parts {
                    let mut own = self.take(*part);
                    own[0] += slope[0] * *weight;
                    self.before[*part].slope = Some(own);
                }
                Some(slope)
            }
        }
    }

    /// `dx += dy w` and `dw += dyᵀ x`.
    fn linear(
        &mut self,
        x: usize,
        w: crate::parameters::ParameterId,
        outputs: usize,
        slope: &[N],
        slopes: &mut [N],
    ) {
        let inputs = self.before[x].columns;
        let rows = slope.len() / outputs.max(1);
        let count = self.before[x].values.len();
        let (mut into, beta) = match self.before[x].slope.take() {
            Some(own) => (own, N::ONE),
            None => (self.pool.any(count), N::ZERO),
        };
        product(
            [rows, outputs, inputs],
            N::ONE,
            (slope, View::rows(outputs)),
            (self.layout.of(w, self.all), View::rows(inputs)),
            beta,
            (&mut into, View::rows(inputs)),
        );
        product(
            [outputs, rows, inputs],
            N::ONE,
            (slope, View::rows(outputs).transposed()),
            (&self.before[x].values, View::rows(inputs)),
            N::ONE,
            (self.layout.of_mut(w, slopes), View::rows(inputs)),
        );
        self.before[x].slope = Some(into);
    }
}
