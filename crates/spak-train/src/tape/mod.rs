//! The tape: what was computed, in order, so that slopes can be found by going back.
//!
//! Values are matrices of rows. Parameters are not on the tape: operations name them, and their slopes are added to a
//! slice that is laid out as they are. A tape is used again for the next batch and keeps its memory.

mod backward;
mod pool;

use crate::kernels::{self, Angles, Heads};
use crate::number::{Number, View, product};
use crate::parameters::{Layout, ParameterId};
use crate::spec::{Activation, NormKind};

use pool::Pool;

/// Entry number of a table that adds nothing.
pub(crate) const NO_ENTRY: u32 = u32::MAX;

/// A value on the tape.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Value(usize);

/// How a value was made.
#[derive(Debug)]
enum Operation<N> {
    /// Sums of entries of tables, one of each table a row.
    Entries(Vec<(ParameterId, Vec<u32>)>),
    /// `x wᵀ`.
    Linear {
        x: usize,
        w: ParameterId,
    },
    /// `a + b`.
    Add {
        a: usize,
        b: usize,
    },
    /// A parameter's row added to each row.
    AddRow {
        x: usize,
        table: ParameterId,
        row: usize,
    },
    Norm {
        kind: NormKind,
        x: usize,
        gain: Option<ParameterId>,
        normal: Vec<N>,
        scales: Vec<N>,
    },
    Activate {
        kind: Activation,
        x: usize,
    },
    Gate {
        a: usize,
        b: usize,
    },
    Rotate {
        x: usize,
        time: usize,
    },
    Attend {
        q: usize,
        k: usize,
        v: usize,
        layout: Heads,
        shares: Vec<N>,
    },
    CrossEntropy {
        scores: usize,
        slopes: Vec<N>,
    },
    /// Weighted sum of single numbers.
    Total(Vec<(usize, N)>),
}

#[derive(Debug)]
struct Node<N> {
    operation: Operation<N>,
    columns: usize,
    values: Vec<N>,
    slope: Option<Vec<N>>,
}

/// Operations in the order in which they were done.
#[derive(Debug)]
pub(crate) struct Tape<N> {
    nodes: Vec<Node<N>>,
    pool: Pool<N>,
}

impl<N: Number> Tape<N> {
    pub(crate) fn new() -> Self {
        Self { nodes: Vec::new(), pool: Pool::new() }
    }

    /// Forgets everything but the memory.
    pub(crate) fn clear(&mut self) {
        for node in self.nodes.drain(..) {
            self.pool.give(node.values);
            if let Some(slope) = node.slope {
                self.pool.give(slope);
            }
            match node.operation {
                Operation::Norm { normal, scales, .. } => {
                    self.pool.give(normal);
                    self.pool.give(scales);
                }
                Operation::Attend { shares: kept, .. }
                | Operation::CrossEntropy { slopes: kept, .. } => self.pool.give(kept),
                _ => {}
            }
        }
    }

    fn push(&mut self, operation: Operation<N>, columns: usize, values: Vec<N>) -> Value {
        self.nodes.push(Node { operation, columns, values, slope: None });
        Value(self.nodes.len() - 1)
    }

    /// The numbers of a value, row by row.
    pub(crate) fn values(&self, value: Value) -> &[N] {
        &self.nodes[value.0].values
    }

    /// The only number of a value.
    pub(crate) fn single(&self, value: Value) -> N {
        self.nodes[value.0].values.first().copied().unwrap_or(N::ZERO)
    }

    /// The shares of each attention on the tape: sequence, head, row, column.
    pub(crate) fn shares(&self) -> impl Iterator<Item = (Heads, &[N])> {
        self.nodes.iter().filter_map(|node| match &node.operation {
            Operation::Attend { layout, shares, .. } => Some((*layout, shares.as_slice())),
            _ => None,
        })
    }

    fn rows(&self, value: Value) -> usize {
        let node = &self.nodes[value.0];
        node.values.len() / node.columns.max(1)
    }

    /// For each row the sum of one entry of each table; [`NO_ENTRY`] adds nothing.
    pub(crate) fn entries(
        &mut self,
        (layout, all): (&Layout, &[N]),
        tables: Vec<(ParameterId, Vec<u32>)>,
    ) -> Value {
        let rows = tables.first().map_or(0, |(_, ids)| ids.len());
        let columns = tables.first().map_or(0, |(table, _)| layout.get(*table).columns);
        let mut values = self.pool.zeros(rows * columns);
        for (table, ids) in &tables {
            let table = layout.of(*table, all);
            for (row, id) in values.chunks_exact_mut(columns).zip(ids) {
                if *id != NO_ENTRY {
                    let at = *id as usize * columns;
                    for (a, b) in row.iter_mut().zip(&table[at..at + columns]) {
                        *a += *b;
                    }
                }
            }
        }
        self.push(Operation::Entries(tables), columns, values)
    }

    /// `x wᵀ`, where `w` has a row for each output.
    pub(crate) fn linear(
        &mut self,
        (layout, all): (&Layout, &[N]),
        x: Value,
        w: ParameterId,
    ) -> Value {
        let (rows, inputs) = (self.rows(x), self.nodes[x.0].columns);
        let outputs = layout.get(w).rows;
        let mut values = self.pool.any(rows * outputs);
        product(
            [rows, inputs, outputs],
            N::ONE,
            (&self.nodes[x.0].values, View::rows(inputs)),
            (layout.of(w, all), View::rows(inputs).transposed()),
            N::ZERO,
            (&mut values, View::rows(outputs)),
        );
        self.push(Operation::Linear { x: x.0, w }, outputs, values)
    }

    pub(crate) fn add(&mut self, a: Value, b: Value) -> Value {
        let mut values = self.pool.copy(&self.nodes[a.0].values);
        kernels::add(&mut values, &self.nodes[b.0].values);
        let columns = self.nodes[a.0].columns;
        self.push(Operation::Add { a: a.0, b: b.0 }, columns, values)
    }

    /// Adds row `row` of a table to each row.
    pub(crate) fn add_row(
        &mut self,
        (layout, all): (&Layout, &[N]),
        x: Value,
        table: ParameterId,
        row: usize,
    ) -> Value {
        let columns = self.nodes[x.0].columns;
        let mut values = self.pool.copy(&self.nodes[x.0].values);
        let added = &layout.of(table, all)[row * columns..(row + 1) * columns];
        kernels::add_row(&mut values, added);
        self.push(Operation::AddRow { x: x.0, table, row }, columns, values)
    }

    pub(crate) fn norm(
        &mut self,
        (layout, all): (&Layout, &[N]),
        x: Value,
        (kind, epsilon): (NormKind, f64),
        gain: Option<ParameterId>,
    ) -> Value {
        let columns = self.nodes[x.0].columns;
        let count = self.nodes[x.0].values.len();
        let mut normal = self.pool.any(count);
        let mut scales = self.pool.any(count / columns.max(1));
        let from = &self.nodes[x.0].values;
        let (values, normal) = if let Some(gain) = gain {
            let mut values = self.pool.any(count);
            let gain = Some((layout.of(gain, all), values.as_mut_slice()));
            kernels::normalise(kind, epsilon, columns, from, (&mut normal, &mut scales), gain);
            (values, normal)
        } else {
            // Without a gain the normal rows are the result, and are not kept twice.
            kernels::normalise(kind, epsilon, columns, from, (&mut normal, &mut scales), None);
            (normal, Vec::new())
        };
        self.push(Operation::Norm { kind, x: x.0, gain, normal, scales }, columns, values)
    }

    pub(crate) fn activate(&mut self, kind: Activation, x: Value) -> Value {
        let mut values = self.pool.any(self.nodes[x.0].values.len());
        kernels::activate(kind, &mut values, &self.nodes[x.0].values);
        let columns = self.nodes[x.0].columns;
        self.push(Operation::Activate { kind, x: x.0 }, columns, values)
    }

    /// `silu(a) b`.
    pub(crate) fn gate(&mut self, a: Value, b: Value) -> Value {
        let mut values = self.pool.any(self.nodes[a.0].values.len());
        kernels::gate(&mut values, &self.nodes[a.0].values, &self.nodes[b.0].values);
        let columns = self.nodes[a.0].columns;
        self.push(Operation::Gate { a: a.0, b: b.0 }, columns, values)
    }

    /// Turns the heads of each row by its position in a sequence of `time` rows.
    pub(crate) fn rotate(&mut self, x: Value, time: usize, angles: &Angles<N>) -> Value {
        let mut values = self.pool.copy(&self.nodes[x.0].values);
        let columns = self.nodes[x.0].columns;
        kernels::rotate(&mut values, columns, time, angles, false);
        self.push(Operation::Rotate { x: x.0, time }, columns, values)
    }

    pub(crate) fn attend(&mut self, layout: Heads, [q, k, v]: [Value; 3]) -> Value {
        let Heads { batch, time, heads, width, .. } = layout;
        let mut shares = self.pool.any(batch * heads * time * time);
        let mut values = self.pool.any(batch * time * width);
        let of = |value: Value| self.nodes[value.0].values.as_slice();
        kernels::attend(layout, (of(q), of(k), of(v)), &mut shares, &mut values);
        let operation = Operation::Attend { q: q.0, k: k.0, v: v.0, layout, shares };
        self.push(operation, width, values)
    }

    /// The weighted sum of the rows' cross entropies: a single number.
    pub(crate) fn cross_entropy(&mut self, scores: Value, targets: &[u32], weights: &[N]) -> Value {
        let columns = self.nodes[scores.0].columns;
        let mut slopes = self.pool.any(self.nodes[scores.0].values.len());
        let from = &self.nodes[scores.0].values;
        let loss = kernels::cross_entropy(&mut slopes, from, columns, targets, weights);
        let mut values = self.pool.any(1);
        values[0] = loss;
        self.push(Operation::CrossEntropy { scores: scores.0, slopes }, 1, values)
    }

    /// The weighted sum of single numbers.
    pub(crate) fn total(&mut self, parts: &[(Value, N)]) -> Value {
        let mut values = self.pool.zeros(1);
        for (part, weight) in parts {
            values[0] += self.single(*part) * *weight;
        }
        let parts = parts.iter().map(|(part, weight)| (part.0, *weight)).collect();
        self.push(Operation::Total(parts), 1, values)
    }
}
