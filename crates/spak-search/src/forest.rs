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
    /// The parameter, with [`EQUAL`] set if the cut is "is this value"; [`LEAF`] for leaves.
    test: u32,
    /// Below this (or equal to it) goes left.
    cut: u32,
    /// Of a cut the left child, the right one following it; of a leaf its first row, plus one.
    link: u32,
    /// Rows in a leaf.
    count: u32,
    /// The sum of their values.
    sum: f32,
}

const LEAF: u32 = u32::MAX;
const EQUAL: u32 = 1 << 31;
const EMPTY: Node = Node { test: LEAF, cut: 0, link: 0, count: 0, sum: 0.0 };

/// A grown forest. Rows can be added; they are divided further in the leaf they fall into.
#[derive(Debug, Clone, Default)]
pub(crate) struct Forest {
    nodes: Vec<Node>,
    roots: Vec<u32>,
    /// For each tree and row the next row of its leaf, plus one.
    next: Vec<Vec<u32>>,
    order: Vec<u32>,
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
        self.next.resize_with(growth.trees, Vec::new);
        for tree in 0..growth.trees {
            self.order.clear();
            self.order.extend(0..sample.values.len() as u32);
            let root = self.nodes.len() as u32;
            self.roots.push(root);
            self.nodes.push(EMPTY);
            if let Some(next) = self.next.get_mut(tree) {
                next.clear();
                next.resize(sample.values.len(), 0);
            }
            self.stack.push((root, 0, sample.values.len() as u32));
            self.split(tree, sample, domains, growth, random);
        }
    }

    /// Takes in the last row of the sample.
    pub(crate) fn add(
        &mut self,
        sample: Sample<'_>,
        domains: &[Domain],
        growth: Growth,
        random: &mut Random,
    ) {
        let Some(row) = (sample.values.len() as u32).checked_sub(1) else { return };
        let value = sample.value(row);
        for tree in 0..self.roots.len() {
            let Some(&root) = self.roots.get(tree) else { continue };
            let mut at = root;
            while let Some(node) = self.nodes.get(at as usize) {
                if node.test == LEAF {
                    break;
                }
                let index = sample.index(row, node.test & !EQUAL);
                at = node.link + u32::from(!goes_left(index, node.test, node.cut));
            }
            let (Some(node), Some(next)) =
                (self.nodes.get_mut(at as usize), self.next.get_mut(tree))
            else {
                continue;
            };
            next.resize(row as usize + 1, 0);
            if let Some(place) = next.last_mut() {
                *place = node.link;
            }
            node.link = row + 1;
            node.count += 1;
            node.sum += value;
            if node.count as usize > growth.leaf {
                self.order.clear();
                let mut link = node.link;
                while let Some(row) = link.checked_sub(1) {
                    self.order.push(row);
                    link = next.get(row as usize).copied().unwrap_or(0);
                }
                self.stack.push((at, 0, self.order.len() as u32));
                self.split(tree, sample, domains, growth, random);
            }
        }
    }

    /// Cuts what is on the stack until only leaves are left.
    fn split(
        &mut self,
        tree: usize,
        sample: Sample<'_>,
        domains: &[Domain],
        growth: Growth,
        random: &mut Random,
    ) {
        while let Some((node, from, to)) = self.stack.pop() {
            let Some(rows) = self.order.get_mut(from as usize..to as usize) else { continue };
            let left = self.nodes.len() as u32;
            let Some(place) = self.nodes.get_mut(node as usize) else { continue };
            let Some((test, cut)) = best_cut(sample, domains, growth, rows, random) else {
                *place = Node { count: rows.len() as u32, ..EMPTY };
                for &row in rows.iter() {
                    place.sum += sample.value(row);
                    if let Some(next) =
                        self.next.get_mut(tree).and_then(|next| next.get_mut(row as usize))
                    {
                        *next = place.link;
                    }
                    place.link = row + 1;
                }
                continue;
            };
            *place = Node { test, cut, link: left, count: 0, sum: 0.0 };
            let mut middle = 0;
            for at in 0..rows.len() {
                if rows
                    .get(at)
                    .is_some_and(|&row| goes_left(sample.index(row, test & !EQUAL), test, cut))
                {
                    rows.swap(at, middle);
                    middle += 1;
                }
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
                if node.test == LEAF {
                    sum += node.sum / node.count.max(1) as f32;
                    break;
                }
                let index = point.get((node.test & !EQUAL) as usize).copied().unwrap_or(0);
                at = node.link + u32::from(!goes_left(index, node.test, node.cut));
            }
        }
        sum / self.roots.len().max(1) as f32
    }
}

/// The best of a few random cuts of these rows; `None` if they are few or alike.
fn best_cut(
    sample: Sample<'_>,
    domains: &[Domain],
    growth: Growth,
    rows: &[u32],
    random: &mut Random,
) -> Option<(u32, u32)> {
    if rows.len() <= growth.leaf {
        return None;
    }
    let (mut sum, mut low, mut high) = (0.0f32, f32::INFINITY, f32::NEG_INFINITY);
    for &row in rows {
        let value = sample.value(row);
        sum += value;
        low = low.min(value);
        high = high.max(value);
    }
    if high <= low {
        return None;
    }
    let mut best: Option<(f32, u32, u32)> = None;
    let (mut found, mut tries) = (0, 0);
    // The many nodes of a few rows would take most of the time, for little.
    let cuts = if rows.len() <= 4 { growth.cuts.min(2) } else { growth.cuts };
    while found < cuts && tries < cuts * 4 {
        tries += 1;
        let Some((test, cut)) = draw(sample, domains, rows, random) else { continue };
        found += 1;
        let (mut left, mut count) = (0.0f32, 0u32);
        for &row in rows {
            let goes = u32::from(goes_left(sample.index(row, test & !EQUAL), test, cut));
            left += sample.value(row) * goes as f32;
            count += goes;
        }
        let other = rows.len() as u32 - count;
        if count == 0 || other == 0 {
            continue;
        }
        let right = sum - left;
        let gain = left * left / count as f32 + right * right / other as f32;
        if best.is_none_or(|(known, _, _)| gain > known) {
            best = Some((gain, test, cut));
        }
    }
    best.map(|(_, test, cut)| (test, cut))
}

#[inline]
fn goes_left(index: u32, test: u32, cut: u32) -> bool {
    if test & EQUAL == 0 { index < cut } else { index == cut }
}

/// A random cut that can divide these rows: between two of them by a random parameter in which they differ.
fn draw(
    sample: Sample<'_>,
    domains: &[Domain],
    rows: &[u32],
    random: &mut Random,
) -> Option<(u32, u32)> {
    let parameter = random.index(sample.width) as u32;
    let domain = domains.get(parameter as usize)?;
    if domain.size < 2 {
        return None;
    }
    let (&a, &b) = (random.choose(rows)?, random.choose(rows)?);
    let (a, b) = (sample.index(a, parameter), sample.index(b, parameter));
    if a == b {
        return None;
    }
    if !domain.ordered {
        return Some((parameter | EQUAL, a));
    }
    let (low, high) = (a.min(b), a.max(b));
    Some((parameter, low + 1 + random.below(high - low)))
}
