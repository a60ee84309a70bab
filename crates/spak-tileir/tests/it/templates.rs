//! The kernels that SPAK generates, on shapes that its tiles do not divide.

use std::num::NonZeroUsize;

use spak_tileir::{Argument, Arguments, Array, Element, Limits, run};

use crate::fixtures::module;
use crate::random::Numbers;

fn threads(count: usize) -> Limits {
    Limits { threads: NonZeroUsize::new(count).unwrap(), ..Limits::default() }
}

/// Runs a kernel with the numbers that its arrays begin with, and gives those of one array afterwards.
fn output(name: &str, grid: [u32; 3], arguments: Vec<Argument>, at: usize) -> Vec<f64> {
    let module = module(name);
    let kernel = module.functions[0].name.clone();
    let mut arguments = Arguments::new(arguments);
    let statistics = run(&module, &kernel, grid, &mut arguments, &threads(2))
        .unwrap_or_else(|error| panic!("{name}: {error}\n{module}"));
    assert_eq!(statistics.blocks, grid.iter().map(|one| u64::from(*one)).product::<u64>());
    arguments.array(at).unwrap().numbers()
}

fn filled(element: Element, shape: &[u64], numbers: &mut Numbers) -> Array {
    let count = shape.iter().product::<u64>() as usize;
    Array::of_numbers(element, shape, &numbers.take(count, -1.0, 1.0))
}

/// An array that holds NaN wherever nothing is written.
fn empty(element: Element, shape: &[u64]) -> Array {
    let count = shape.iter().product::<u64>() as usize;
    Array::of_numbers(element, shape, &vec![f64::NAN; count])
}

fn close(name: &str, found: &[f64], expected: &[f64], tolerance: f64) {
    assert_eq!(found.len(), expected.len());
    for (at, (found, expected)) in found.iter().zip(expected).enumerate() {
        let apart = (found - expected).abs();
        assert!(apart <= tolerance, "{name}: element {at} is {found}, not {expected}");
    }
}

struct Attention {
    batches: usize,
    heads: usize,
    group: usize,
    queries: usize,
    keys: usize,
    width: usize,
}

impl Attention {
    /// Attention with a causal mask, in double precision.
    fn expected(&self, q: &[f64], k: &[f64], v: &[f64], scale: f64) -> Vec<f64> {
        let Self { batches, heads, group, queries, keys, width } = *self;
        let mut out = Vec::new();
        for head in 0..batches * heads {
            let other = (head / heads) * (heads / group) + head % heads / group;
            for row in 0..queries {
                let q = &q[(head * queries + row) * width..][..width];
                let visible = row + keys - queries + 1;
                let scores: Vec<f64> = (0..visible)
                    .map(|key| {
                        let k = &k[(other * keys + key) * width..][..width];
                        scale * q.iter().zip(k).map(|(a, b)| a * b).sum::<f64>()
                    })
                    .collect();
                let most = scores.iter().copied().fold(f64::MIN, f64::max);
                let weights: Vec<f64> = scores.iter().map(|one| (one - most).exp()).collect();
                let total: f64 = weights.iter().sum();
                for column in 0..width {
                    let value = |key: usize| v[(other * keys + key) * width + column];
                    let sum: f64 = weights.iter().enumerate().map(|(key, w)| w * value(key)).sum();
                    out.push(sum / total);
                }
            }
        }
        out
    }

    fn check(&self, name: &str, element: Element, tile: usize, tolerance: f64) {
        let mut numbers = Numbers::new(1);
        let [b, h, n, m, d] =
            [self.batches, self.heads, self.queries, self.keys, self.width].map(|one| one as u64);
        let of_keys = h / self.group as u64;
        let q = filled(element, &[b, h, n, d], &mut numbers);
        let k = filled(element, &[b, of_keys, m, d], &mut numbers);
        let v = filled(element, &[b, of_keys, m, d], &mut numbers);
        let scale = 1.0 / (self.width as f64).sqrt();
        let expected = self.expected(&q.numbers(), &k.numbers(), &v.numbers(), scale);
        let arguments = vec![
            Argument::Array(q),
            Argument::Array(k),
            Argument::Array(v),
            Argument::Array(empty(element, &[b, h, n, d])),
            Argument::Float(scale),
            Argument::Integer((self.keys - self.queries) as i64),
        ];
        let grid = [self.queries.div_ceil(tile) as u32, (b * h) as u32, 1];
        close(name, &output(name, grid, arguments, 3), &expected, tolerance);
    }
}

#[test]
fn attention() {
    let whole = Attention { batches: 1, heads: 2, group: 1, queries: 256, keys: 256, width: 64 };
    whole.check("attention", Element::BF16, 64, 0.01);
}

#[test]
fn attention_of_groups_on_shapes_that_no_tile_divides() {
    let name = "attention_ragged";
    let ragged = Attention { batches: 2, heads: 4, group: 2, queries: 100, keys: 116, width: 32 };
    ragged.check(name, Element::F16, 32, 0.002);
    let short = Attention { batches: 1, heads: 4, group: 4, queries: 1, keys: 3, width: 32 };
    // The module was compiled for groups of two heads; with one head of keys both groups are the same.
    let short = Attention { group: 2, ..short };
    short.check(name, Element::F16, 32, 0.002);
}

#[test]
fn products_of_matrices() {
    for (name, element, tile, tolerance) in
        [("matmul", Element::F16, [32, 64], 0.02), ("matmul_tf32", Element::F32, [32, 32], 0.02)]
    {
        for [m, n, k] in [[100, 51, 75], [37, 100, 5], [300, 4, 12]] {
            let mut numbers = Numbers::new(7);
            let a = filled(element, &[m, k], &mut numbers);
            let b = filled(element, &[k, n], &mut numbers);
            let (left, right) = (a.numbers(), b.numbers());
            let (m, n, k) = (m as usize, n as usize, k as usize);
            let mut expected = Vec::new();
            for row in 0..m {
                for column in 0..n {
                    expected.push((0..k).map(|i| left[row * k + i] * right[i * n + column]).sum());
                }
            }
            let blocks = m.div_ceil(tile[0]) * n.div_ceil(tile[1]);
            let c = empty(element, &[m as u64, n as u64]);
            let arguments = [a, b, c].map(Argument::Array).to_vec();
            close(name, &output(name, [blocks as u32, 1, 1], arguments, 2), &expected, tolerance);
        }
    }
}

/// Each row of a matrix through a function of it and of a row of numbers for the columns.
fn rows(x: &[f64], columns: usize, function: impl Fn(&[f64]) -> Vec<f64>) -> Vec<f64> {
    x.chunks(columns).flat_map(function).collect()
}

#[test]
fn normalisations_and_softmax() {
    // Five rows by tiles of two.
    let columns = 100_usize;
    let shape = [5, columns as u64];
    let mut numbers = Numbers::new(3);
    let x = filled(Element::F32, &shape, &mut numbers);
    let w = filled(Element::F32, &shape[1..], &mut numbers);
    let b = filled(Element::F32, &shape[1..], &mut numbers);
    let mean = |row: &[f64]| row.iter().sum::<f64>() / columns as f64;
    let (weights, shifts) = (w.numbers(), b.numbers());
    let expected = rows(&x.numbers(), columns, |row| {
        let middle = mean(row);
        let spread = mean(&row.iter().map(|x| (x - middle).powi(2)).collect::<Vec<_>>());
        let scale = 1.0 / (spread + 1e-5).sqrt();
        let column = |(x, (w, b)): (&f64, (&f64, &f64))| (x - middle) * scale * w + b;
        row.iter().zip(weights.iter().zip(&shifts)).map(column).collect()
    });
    let arguments = [empty(Element::F32, &shape), x, w, b].map(Argument::Array).to_vec();
    close("layer_norm", &output("layer_norm", [3, 1, 1], arguments, 0), &expected, 1e-5);

    let x = filled(Element::F16, &shape, &mut numbers);
    let w = filled(Element::F16, &shape[1..], &mut numbers);
    let weights = w.numbers();
    let expected = rows(&x.numbers(), columns, |row| {
        let square = mean(&row.iter().map(|x| x * x).collect::<Vec<_>>());
        let scale = 1.0 / (square + 1e-5).sqrt();
        row.iter().zip(&weights).map(|(x, w)| x * scale * (w + 0.5)).collect()
    });
    let arguments = [empty(Element::F16, &shape), x, w].map(Argument::Array).to_vec();
    close("rms_norm", &output("rms_norm", [3, 1, 1], arguments, 0), &expected, 2e-3);

    let x = filled(Element::BF16, &shape, &mut numbers);
    let expected = rows(&x.numbers(), columns, |row| {
        let most = row.iter().copied().fold(f64::MIN, f64::max);
        let weights: Vec<f64> = row.iter().map(|x| (x - most).exp()).collect();
        let total: f64 = weights.iter().sum();
        weights.iter().map(|one| one / total).collect()
    });
    let arguments = [empty(Element::BF16, &shape), x].map(Argument::Array).to_vec();
    close("softmax", &output("softmax", [3, 1, 1], arguments, 0), &expected, 2e-4);
}
