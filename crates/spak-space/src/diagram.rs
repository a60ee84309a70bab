//! One component as a counted AND/OR diagram.

use std::sync::OnceLock;

use num_bigint::BigUint;

use crate::grow::Layer;
use crate::number::Number;
use crate::tree::Position;

/// A component whose dead ends are gone.
#[derive(Clone, Debug)]
pub(crate) struct Diagram {
    /// Variables are parameters of the problem here.
    pub(crate) positions: Vec<Position>,
    pub(crate) layers: Vec<Layer>,
    counts: Counts,
}

#[derive(Clone, Debug)]
enum Counts {
    Small(Tally<u128>),
    Large(Tally<BigUint>),
}

/// How many configs there are below each node.
#[derive(Clone, Debug)]
struct Tally<N> {
    below: Vec<Vec<N>>,
    /// For each edge how many configs the earlier edges of its node have; made when first needed.
    before: OnceLock<Vec<Vec<N>>>,
}

impl Diagram {
    pub(crate) fn new(positions: Vec<Position>, mut layers: Vec<Layer>) -> Self {
        trim(&positions, &mut layers);
        let counts = match Tally::of(&positions, &layers) {
            Some(tally) => Counts::Small(tally),
            None => match Tally::of(&positions, &layers) {
                Some(tally) => Counts::Large(tally),
                // Never: there is no largest one.
                None => Counts::Large(Tally { below: Vec::new(), before: OnceLock::new() }),
            },
        };
        Self { positions, layers, counts }
    }

    /// Whether no config is left.
    pub(crate) fn is_empty(&self) -> bool {
        self.count() == BigUint::from(0_u32)
    }

    pub(crate) fn edges(&self) -> usize {
        self.layers.iter().map(|layer| layer.values.len()).sum()
    }

    pub(crate) fn nodes(&self) -> usize {
        self.layers.iter().map(|layer| layer.starts.len().saturating_sub(1)).sum()
    }

    pub(crate) fn count(&self) -> BigUint {
        match &self.counts {
            Counts::Small(tally) => BigUint::from(tally.total()),
            Counts::Large(tally) => tally.total(),
        }
    }

    /// As [`Self::count`], when 128 bits hold it.
    pub(crate) fn small_count(&self) -> Option<u128> {
        match &self.counts {
            Counts::Small(tally) => Some(tally.total()),
            Counts::Large(_) => None,
        }
    }

    /// The config of a rank below the count: its value index at each position is put into `config` by
    /// parameter.
    pub(crate) fn unrank(&self, rank: &BigUint, config: &mut [u32]) {
        match &self.counts {
            Counts::Small(tally) => {
                let rank = u128::from_big(rank).unwrap_or(0);
                tally.unrank(&self.positions, &self.layers, rank, config);
            }
            Counts::Large(tally) => {
                tally.unrank(&self.positions, &self.layers, rank.clone(), config);
            }
        }
    }

    /// As [`Self::unrank`] where the count has 128 bits.
    pub(crate) fn unrank_small(&self, rank: u128, config: &mut [u32]) {
        match &self.counts {
            Counts::Small(tally) => tally.unrank(&self.positions, &self.layers, rank, config),
            Counts::Large(_) => self.unrank(&BigUint::from(rank), config),
        }
    }

    /// The rank of a config; `None` when it is not valid.
    pub(crate) fn rank(&self, config: &[u32]) -> Option<BigUint> {
        match &self.counts {
            Counts::Small(tally) => {
                tally.rank(&self.positions, &self.layers, config).map(|rank| rank.to_big())
            }
            Counts::Large(tally) => tally.rank(&self.positions, &self.layers, config),
        }
    }

    /// As [`Self::rank`] where the count has 128 bits.
    pub(crate) fn rank_small(&self, config: &[u32]) -> Option<u128> {
        match &self.counts {
            Counts::Small(tally) => tally.rank(&self.positions, &self.layers, config),
            Counts::Large(_) => None,
        }
    }

    pub(crate) fn contains(&self, config: &[u32]) -> bool {
        let mut nodes = vec![0_u32; self.positions.len()];
        for (at, position) in self.positions.iter().enumerate() {
            let Some(value) = config.get(position.variable as usize) else { return false };
            let Some(edge) = self.edge(at, nodes[at], *value) else { return false };
            let width = position.children.len();
            for (place, child) in position.children.iter().enumerate() {
                nodes[*child as usize] = self.layers[at].targets[edge * width + place];
            }
        }
        true
    }

    /// The edge of a node with this value.
    fn edge(&self, at: usize, node: u32, value: u32) -> Option<usize> {
        edge_of(&self.layers[at], node, value)
    }

    /// For each position and each value how many configs have it.
    pub(crate) fn marginals(&self) -> Vec<Vec<(u32, BigUint)>> {
        match &self.counts {
            Counts::Small(tally) => tally.marginals(&self.positions, &self.layers),
            Counts::Large(tally) => tally.marginals(&self.positions, &self.layers),
        }
        // What goes through a node is no more than the total, which the type holds.
        .unwrap_or_default()
    }
}

fn edge_of(layer: &Layer, node: u32, value: u32) -> Option<usize> {
    let (start, end) = bounds(layer, node);
    let found = layer.values.get(start..end)?.binary_search(&value).ok()?;
    Some(start + found)
}

fn bounds(layer: &Layer, node: u32) -> (usize, usize) {
    (layer.starts[node as usize] as usize, layer.starts[node as usize + 1] as usize)
}

/// Takes out every edge that leads to no config.
fn trim(positions: &[Position], layers: &mut [Layer]) {
    let mut alive: Vec<Vec<bool>> = vec![Vec::new(); positions.len()];
    for at in (0..positions.len()).rev() {
        let children = &positions[at].children;
        let layer = &mut layers[at];
        let count = layer.starts.len().saturating_sub(1);
        let mut here = vec![false; count];
        if children.is_empty() {
            for (node, is_alive) in here.iter_mut().enumerate() {
                *is_alive = layer.starts[node] < layer.starts[node + 1];
            }
            alive[at] = here;
            continue;
        }
        let width = children.len();
        let mut kept = 0_usize;
        let mut begin = 0_usize;
        for (node, is_alive) in here.iter_mut().enumerate() {
            let end = layer.starts[node + 1] as usize;
            layer.starts[node] = kept as u32;
            for edge in begin..end {
                let leads = children.iter().enumerate().all(|(i, child)| {
                    alive[*child as usize][layer.targets[edge * width + i] as usize]
                });
                if leads {
                    layer.values[kept] = layer.values[edge];
                    layer.targets.copy_within(edge * width..(edge + 1) * width, kept * width);
                    kept += 1;
                    *is_alive = true;
                }
            }
            begin = end;
        }
        if let Some(last) = layer.starts.last_mut() {
            *last = kept as u32;
        }
        layer.values.truncate(kept);
        layer.targets.truncate(kept * width);
        alive[at] = here;
    }
}

impl<N: Number> Tally<N> {
    /// `None` when a count leaves the type.
    fn of(positions: &[Position], layers: &[Layer]) -> Option<Self> {
        let mut below: Vec<Vec<N>> = vec![Vec::new(); positions.len()];
        for at in (0..positions.len()).rev() {
            let (position, layer) = (&positions[at], &layers[at]);
            let count = layer.starts.len().saturating_sub(1);
            let mut here = Vec::with_capacity(count);
            for node in 0..count {
                let (start, end) = bounds(layer, node as u32);
                let mut sum = N::zero();
                for edge in start..end {
                    sum = sum.plus(&weight(position, layer, edge, &below)?)?;
                }
                here.push(sum);
            }
            below[at] = here;
        }
        Some(Self { below, before: OnceLock::new() })
    }

    fn total(&self) -> N {
        self.below.first().and_then(|root| root.first()).cloned().unwrap_or_else(N::zero)
    }

    fn before(&self, positions: &[Position], layers: &[Layer]) -> &[Vec<N>] {
        self.before.get_or_init(|| {
            positions
                .iter()
                .zip(layers)
                .map(|(position, layer)| {
                    let mut sums = Vec::with_capacity(layer.values.len());
                    for node in 0..layer.starts.len().saturating_sub(1) {
                        let (start, end) = bounds(layer, node as u32);
                        let mut sum = N::zero();
                        for edge in start..end {
                            sums.push(sum.clone());
                            let weight = weight(position, layer, edge, &self.below);
                            sum = weight.and_then(|w| sum.plus(&w)).unwrap_or_else(N::zero);
                        }
                    }
                    sums
                })
                .collect()
        })
    }

    fn unrank(&self, positions: &[Position], layers: &[Layer], rank: N, config: &mut [u32]) {
        let before = self.before(positions, layers);
        let mut open: Vec<(usize, u32, N)> = vec![(0, 0, rank)];
        while let Some((at, node, rank)) = open.pop() {
            let (position, layer) = (&positions[at], &layers[at]);
            let (start, end) = bounds(layer, node);
            let sums = &before[at][start..end];
            let edge = start + sums.partition_point(|sum| *sum <= rank).saturating_sub(1);
            if let Some(slot) = config.get_mut(position.variable as usize) {
                *slot = layer.values[edge];
            }
            let mut rest = rank.minus(&before[at][edge]);
            // The last child counts fastest.
            let width = position.children.len();
            for (place, child) in position.children.iter().enumerate().rev() {
                let node = layer.targets[edge * width + place];
                if place == 0 {
                    open.push((*child as usize, node, rest));
                    break;
                }
                let (quotient, digit) = rest.split(&self.below[*child as usize][node as usize]);
                open.push((*child as usize, node, digit));
                rest = quotient;
            }
        }
    }

    fn rank(&self, positions: &[Position], layers: &[Layer], config: &[u32]) -> Option<N> {
        let before = self.before(positions, layers);
        let mut nodes = vec![0_u32; positions.len()];
        let mut own: Vec<N> = Vec::with_capacity(positions.len());
        for (at, position) in positions.iter().enumerate() {
            let value = *config.get(position.variable as usize)?;
            let edge = edge_of(&layers[at], nodes[at], value)?;
            own.push(before[at][edge].clone());
            let width = position.children.len();
            for (place, child) in position.children.iter().enumerate() {
                nodes[*child as usize] = layers[at].targets[edge * width + place];
            }
        }
        // Ranks of subtrees, from the leaves up.
        for at in (0..positions.len()).rev() {
            let mut rank = N::zero();
            for child in &positions[at].children {
                let count = &self.below[*child as usize][nodes[*child as usize] as usize];
                rank = rank.times(count)?.plus(&own[*child as usize])?;
            }
            own[at] = own[at].plus(&rank)?;
        }
        own.first().cloned()
    }

    /// How many configs go through each edge, summed by value.
    fn marginals(
        &self,
        positions: &[Position],
        layers: &[Layer],
    ) -> Option<Vec<Vec<(u32, BigUint)>>> {
        // How many ways there are to everything that is not below a node.
        let mut around: Vec<Vec<N>> =
            self.below.iter().map(|nodes| vec![N::zero(); nodes.len()]).collect();
        if let Some(root) = around.first_mut().and_then(|nodes| nodes.first_mut()) {
            *root = N::one();
        }
        let mut found = Vec::with_capacity(positions.len());
        for (at, position) in positions.iter().enumerate() {
            let layer = &layers[at];
            let width = position.children.len();
            let mut by_value: std::collections::BTreeMap<u32, N> =
                std::collections::BTreeMap::new();
            for node in 0..layer.starts.len().saturating_sub(1) {
                let outside = around[at][node].clone();
                if outside == N::zero() {
                    continue;
                }
                let (start, end) = bounds(layer, node as u32);
                for edge in start..end {
                    let weight = weight(position, layer, edge, &self.below)?;
                    let through = outside.times(&weight)?;
                    let sum = by_value.entry(layer.values[edge]).or_insert_with(N::zero);
                    *sum = sum.plus(&through)?;
                    for (place, child) in position.children.iter().enumerate() {
                        let target = layer.targets[edge * width + place] as usize;
                        let mut others = outside.clone();
                        for (i, sibling) in position.children.iter().enumerate() {
                            if i != place {
                                let node = layer.targets[edge * width + i] as usize;
                                others = others.times(&self.below[*sibling as usize][node])?;
                            }
                        }
                        let slot = &mut around[*child as usize][target];
                        *slot = slot.plus(&others)?;
                    }
                }
            }
            found.push(by_value.into_iter().map(|(value, n)| (value, n.to_big())).collect());
        }
        Some(found)
    }
}

/// How many configs an edge leads to.
#[inline]
fn weight<N: Number>(
    position: &Position,
    layer: &Layer,
    edge: usize,
    below: &[Vec<N>],
) -> Option<N> {
    match position.children.as_slice() {
        [] => Some(N::one()),
        [child] => Some(below[*child as usize][layer.targets[edge] as usize].clone()),
        children => {
            let width = children.len();
            children.iter().enumerate().try_fold(N::one(), |all, (place, child)| {
                let node = layer.targets[edge * width + place] as usize;
                all.times(&below[*child as usize][node])
            })
        }
    }
}
