//! A small forest of randomised trees over index vectors: the model behind the default strategy.
//!
//! Extremely randomised trees (Geurts, Ernst and Wehenkel 2006): every node draws a few cuts and keeps the one
//! that explains most variance. They need no scaling, take ordered and unordered parameters, follow interactions
//! and cliffs, and are cheap enough to be grown again while a search runs.

use crate::random::Random;
use crate::space::Domain;

/// How trees are grown.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Growth {
    pub(crate) trees: usize,
    /// Cuts drawn for each node.
    pub(crate) cuts: usize,
    /// Nodes with at most so many points are not cut.
    pub(crate) leaf: usize,
}

#[derive(Debug, Clone, Copy)]
struct Node {
    /// What goes left; the parameter is [`LEAF`] in leaves.
    cut: Cut,
    /// Of a cut the left child, the right one following it.
    link: u32,
    /// Rows in a leaf.
    count: u32,
    /// The sum of their values.
    sum: f32,
}

/// Indices of a parameter from `from` on, `span` of them, go left: all below some index, or one value.
/// One comparison without a branch says which; chance decides, so a processor could not foresee a branch.
#[derive(Debug, Clone, Copy)]
struct Cut {
    parameter: u32,
    from: u32,
    span: u32,
}

impl Cut {
    #[inline]
    fn goes_left(self, index: u32) -> bool {
        index.wrapping_sub(self.from) < self.span
    }
}

const LEAF: u32 = u32::MAX;
const EMPTY: Node =
    Node { cut: Cut { parameter: LEAF, from: 0, span: 0 }, link: 0, count: 0, sum: 0.0 };

/// A grown forest. Rows can be added; they are divided further in the leaf they fall into.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forest {
    nodes: Vec<Node>,
    roots: Vec<u32>,
    order: Vec<u32>,
    /// The parameters that have more than one value.
    axes: Vec<u32>,
    stack: Vec<(u32, u32, u32)>,
}

/// What a forest is grown from: `points` has `width` indices for each value.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sample<'a> {
    pub(crate) points: &'a [u32],
    pub(crate) values: &'a [f32],
    pub(crate) width: usize,
}

impl Sample<'_> {
    fn index(&self, row: u32, parameter: u32) -> u32 {
        self.points.get(row as usize * self.width + parameter as usize).copied().unwrap_or(0)
    }

    fn value(&self, row: u32) -> f32 {
        self.values.get(row as usize).copied().unwrap_or(0.0)
    }
}

impl Forest {
    /// Grows anew from a sample.
    pub(crate) fn grow(
        &mut self,
        sample: Sample<'_>,
        domains: &[Domain],
        growth: Growth,
        random: &mut Random,
    ) {
        self.nodes.clear();
        self.roots.clear();
        self.axes.clear();
        self.axes
            .extend((0..).zip(domains).filter(|(_, domain)| domain.size > 1).map(|(at, _)| at));
        for _ in 0..growth.trees {
            self.order.clear();
            self.order.extend(0..sample.values.len() as u32);
            let root = self.nodes.len() as u32;
            self.roots.push(root);
            self.nodes.push(EMPTY);
            self.stack.push((root, 0, sample.values.len() as u32));
            self.split(sample, domains, growth, random);
        }
    }

    /// Takes in a point with its value: the leaves that it falls into know it from now on.
    pub(crate) fn add(&mut self, point: &[u32], value: f32) {
        for &root in &self.roots {
            let mut at = root;
            while let Some(node) = self.nodes.get_mut(at as usize) {
                if node.cut.parameter == LEAF {
                    node.count += 1;
                    node.sum += value;
                    break;
                }
                let index = point.get(node.cut.parameter as usize).copied().unwrap_or(0);
                at = node.link + u32::from(!node.cut.goes_left(index));
            }
        }
    }

    /// Cuts what is on the stack until only leaves are left.
    fn split(
        &mut self,
        sample: Sample<'_>,
        domains: &[Domain],
        growth: Growth,
        random: &mut Random,
    ) {
        while let Some((node, from, to)) = self.stack.pop() {
            let Some(rows) = self.order.get_mut(from as usize..to as usize) else { continue };
            let left = self.nodes.len() as u32;
            let Some(place) = self.nodes.get_mut(node as usize) else { continue };
            let Some(cut) = best_cut(sample, domains, &self.axes, growth, rows, random) else {
                let sum = rows.iter().map(|&row| sample.value(row)).sum();
                *place = Node { count: rows.len() as u32, sum, ..EMPTY };
                continue;
            };
            *place = Node { cut, link: left, count: 0, sum: 0.0 };
            let mut middle = 0;
            for at in 0..rows.len() {
                let Some(&row) = rows.get(at) else { break };
                rows.swap(at, middle);
                middle += usize::from(cut.goes_left(sample.index(row, cut.parameter)));
            }
            self.nodes.extend([EMPTY, EMPTY]);
            let middle = from + middle as u32;
            self.stack.push((left, from, middle));
            self.stack.push((left + 1, middle, to));
        }
    }

    /// The mean of the trees' predictions.
    pub(crate) fn predict(&self, point: &[u32]) -> f32 {
        let mut sum = 0.0f32;
        for &root in &self.roots {
            let mut at = root;
            while let Some(node) = self.nodes.get(at as usize) {
                if node.cut.parameter == LEAF {
                    sum += node.sum / node.count.max(1) as f32;
                    break;
                }
                let index = point.get(node.cut.parameter as usize).copied().unwrap_or(0);
                at = node.link + u32::from(!node.cut.goes_left(index));
            }
        }
        sum / self.roots.len().max(1) as f32
    }
}

/// The best of a few random cuts of these rows; `None` if they are few or alike.
fn best_cut(
    sample: Sample<'_>,
    domains: &[Domain],
    axes: &[u32],
    growth: Growth,
    rows: &[u32],
    random: &mut Random,
) -> Option<Cut> {
    if rows.len() <= growth.leaf {
        return None;
    }
    let (mut sum, mut low, mut high) = (0.0f32, f32::INFINITY, f32::NEG_INFINITY);
    for &row in rows {
        let value = sample.value(row);
        sum += value;
        low = if value < low { value } else { low };
        high = if value > high { value } else { high };
    }
    if high <= low {
        return None;
    }
    let mut best: Option<(f32, Cut)> = None;
    let (mut found, mut tries) = (0, 0);
    // The many nodes of a few rows would take most of the time, for little.
    let cuts = if rows.len() <= 4 { growth.cuts.min(2) } else { growth.cuts };
    while found < cuts && tries < cuts * 4 {
        tries += 1;
        let Some(cut) = draw(sample, domains, axes, rows, random) else { continue };
        found += 1;
        let (mut left, mut count) = (0.0f32, 0u32);
        for &row in rows {
            let goes = u8::from(cut.goes_left(sample.index(row, cut.parameter)));
            left += sample.value(row) * f32::from(goes);
            count += u32::from(goes);
        }
        let other = rows.len() as u32 - count;
        if count == 0 || other == 0 {
            continue;
        }
        let right = sum - left;
        let gain = left * left / count as f32 + right * right / other as f32;
        if best.is_none_or(|(known, _)| gain > known) {
            best = Some((gain, cut));
        }
    }
    best.map(|(_, cut)| cut)
}

/// A random cut that can divide these rows: between two of them by a random parameter in which they differ.
fn draw(
    sample: Sample<'_>,
    domains: &[Domain],
    axes: &[u32],
    rows: &[u32],
    random: &mut Random,
) -> Option<Cut> {
    let &parameter = random.choose(axes)?;
    let domain = domains.get(parameter as usize)?;
    let (&a, &b) = (random.choose(rows)?, random.choose(rows)?);
    let (a, b) = (sample.index(a, parameter), sample.index(b, parameter));
    if a == b {
        return None;
    }
    if !domain.ordered {
        return Some(Cut { parameter, from: a, span: 1 });
    }
    let (low, high) = (a.min(b), a.max(b));
    Some(Cut { parameter, from: 0, span: low + 1 + random.below(high - low) })
}
