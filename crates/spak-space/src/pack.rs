//! Every config as one machine word: a byte or more for each parameter that has a choice.

use crate::space::{Factor, Space};

/// Trailing factors with at most this many configs are written once and repeated.
const MAX_SUFFIX: u128 = 1 << 12;

/// Where the value index of each parameter stands in a word of a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// For each parameter the first bit and the number of bits; none for one with a single value.
    pub fields: Vec<(u32, u32)>,
    /// Bits of a row.
    pub bits: u32,
}

/// A word that a row fits into.
trait Word: Copy + std::ops::BitOr<Output = Self> {
    fn digit(value: u32, shift: u32) -> Self;
    fn zero() -> Self;
}

impl Word for u64 {
    fn digit(value: u32, shift: u32) -> Self {
        Self::from(value) << (shift & 63)
    }
    fn zero() -> Self {
        0
    }
}

impl Word for u128 {
    fn digit(value: u32, shift: u32) -> Self {
        Self::from(value) << (shift & 127)
    }
    fn zero() -> Self {
        0
    }
}

impl Space {
    /// How rows are laid out: whole bytes, parameters in order.
    pub fn layout(&self) -> Layout {
        let mut fields = Vec::with_capacity(self.sizes.len());
        let mut bits = 0;
        for size in &self.sizes {
            let width = match size {
                0 | 1 => 0,
                2..=0x100 => 8,
                0x101..=0x1_0000 => 16,
                _ => 32,
            };
            fields.push((bits, width));
            bits += width;
        }
        Layout { fields, bits }
    }

    /// Writes every config, in the order of ranks, as a word of 64 bits; `false` when a row does not fit
    /// one. What was in `rows` is dropped, its memory is used.
    pub fn pack64(&self, rows: &mut Vec<u64>) -> bool {
        self.layout().bits <= 64 && self.pack(rows)
    }

    /// As [`Self::pack64`] with words of 128 bits.
    pub fn pack128(&self, rows: &mut Vec<u128>) -> bool {
        self.layout().bits <= 128 && self.pack(rows)
    }

    fn pack<W: Word>(&self, rows: &mut Vec<W>) -> bool {
        rows.clear();
        let Some(count) = self.small_count().and_then(|n| usize::try_from(n).ok()) else {
            return false;
        };
        if count == 0 {
            return true;
        }
        rows.reserve_exact(count);
        let layout = self.layout();
        // As many factors at the end as are small together are made once.
        let mut first = self.factors.len();
        let mut small = 1_u128;
        while let Some(before) = first.checked_sub(1) {
            let own = self.factors.get(before).and_then(|f| u128::try_from(f.count()).ok());
            match own.and_then(|own| small.checked_mul(own)) {
                Some(product) if product <= MAX_SUFFIX => small = product,
                _ => break,
            }
            first = before;
        }
        let mut suffix = Vec::new();
        write(&self.factors[first..], &layout, &[W::zero()], &mut suffix);
        if first == 0 {
            rows.extend_from_slice(&suffix);
        } else {
            write(&self.factors[..first], &layout, &suffix, rows);
        }
        true
    }
}

/// Every combination of the factors' configs, each followed by every word of `suffix`.
fn write<W: Word>(factors: &[Factor], layout: &Layout, suffix: &[W], rows: &mut Vec<W>) {
    let levels: Vec<(usize, usize)> = factors
        .iter()
        .enumerate()
        .flat_map(|(at, factor)| match factor {
            Factor::Diagram(diagram) => (0..diagram.positions.len()).map(|p| (at, p)).collect(),
            Factor::Free(..) | Factor::Empty => vec![(at, 0)],
        })
        .collect();
    let Some(last) = levels.len().checked_sub(1) else {
        rows.extend_from_slice(suffix);
        return;
    };
    // The level of the first position of each factor.
    let roots: Vec<usize> =
        (0..factors.len()).map(|at| levels.partition_point(|(factor, _)| *factor < at)).collect();
    let mut nodes = vec![0_u32; levels.len()];
    let mut edges = vec![0_usize; levels.len()];
    let mut ends = vec![0_usize; levels.len()];
    let mut words = vec![W::zero(); levels.len() + 1];
    let bounds = |level: usize, node: u32| -> (usize, usize) {
        let (factor, position) = levels[level];
        match &factors[factor] {
            Factor::Diagram(diagram) => {
                let starts = &diagram.layers[position].starts;
                (starts[node as usize] as usize, starts[node as usize + 1] as usize)
            }
            Factor::Free(_, size) => (0, *size as usize),
            Factor::Empty => (0, 0),
        }
    };
    let digit = |level: usize, edge: usize| -> W {
        let (factor, position) = levels[level];
        match &factors[factor] {
            Factor::Diagram(diagram) => {
                let variable = diagram.positions[position].variable as usize;
                W::digit(diagram.layers[position].values[edge], layout.fields[variable].0)
            }
            Factor::Free(parameter, _) => {
                W::digit(edge as u32, layout.fields[*parameter as usize].0)
            }
            Factor::Empty => W::zero(),
        }
    };
    (edges[0], ends[0]) = bounds(0, 0);
    let mut level = 0;
    loop {
        if level == last {
            let prefix = words[level];
            for edge in edges[level]..ends[level] {
                let word = prefix | digit(level, edge);
                rows.extend(suffix.iter().map(|end| word | *end));
            }
            edges[level] = ends[level];
        }
        if edges[level] >= ends[level] {
            let Some(above) = level.checked_sub(1) else { return };
            level = above;
            edges[level] += 1;
            continue;
        }
        let edge = edges[level];
        let (factor, position) = levels[level];
        if let Factor::Diagram(diagram) = &factors[factor] {
            let children = &diagram.positions[position].children;
            let targets = &diagram.layers[position].targets[edge * children.len()..];
            for (child, target) in children.iter().zip(targets) {
                nodes[roots[factor] + *child as usize] = *target;
            }
        }
        words[level + 1] = words[level] | digit(level, edge);
        level += 1;
        (edges[level], ends[level]) = bounds(level, nodes[level]);
    }
}
