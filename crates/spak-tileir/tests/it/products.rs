//! Products of matrices of each type.

use spak_tileir::{Argument, Arguments, Array, Element, Limits, run};

use crate::fixtures::module;
use crate::random::Numbers;

/// `batches` products of an `m × k` and a `k × n` matrix, and a sum.
fn product([batches, m, n, k]: [usize; 4], a: &[f64], b: &[f64], c: &[f64]) -> Vec<f64> {
    let mut out = Vec::new();
    for batch in 0..batches {
        for row in 0..m {
            for column in 0..n {
                let term =
                    |i: usize| a[(batch * m + row) * k + i] * b[(batch * k + i) * n + column];
                out.push(c[out.len()] + (0..k).map(term).sum::<f64>());
            }
        }
    }
    out
}

#[test]
fn products_of_each_type() {
    let integers = (-9.0, 9.0);
    for (name, of, sum, sizes, (low, high), tolerance) in [
        ("products_bf16", Element::BF16, Element::F32, [2, 32, 16, 64], (-1.0, 1.0), 1e-5),
        ("products_f8", Element::F8E4M3, Element::F32, [1, 16, 16, 32], (-1.0, 1.0), 1e-5),
        ("products_f64", Element::F64, Element::F64, [1, 16, 16, 16], (-1.0, 1.0), 1e-14),
        ("products_i8", Element::I8, Element::I32, [1, 16, 16, 32], integers, 0.0),
        ("products_u8", Element::I8, Element::I32, [1, 16, 16, 32], (100.0, 255.0), 0.0),
        ("products_f16", Element::F16, Element::F16, [1, 16, 16, 32], (-1.0, 1.0), 0.01),
    ] {
        let mut numbers = Numbers::new(6);
        let [batches, m, n, k] = sizes.map(|one| one as u64);
        let mut array = |element, shape: [u64; 3]| {
            let count = shape.iter().product::<u64>() as usize;
            Array::of_numbers(element, &shape, &numbers.take(count, low, high))
        };
        let arrays =
            [array(of, [batches, m, k]), array(of, [batches, k, n]), array(sum, [batches, m, n])];
        let values = arrays.clone().map(|array| match name {
            "products_u8" if array.element == Element::I8 => {
                array.bytes.iter().map(|byte| f64::from(*byte)).collect()
            }
            _ => array.numbers(),
        });
        let expected = product(sizes, &values[0], &values[1], &values[2]);
        let module = module(name);
        let mut arguments = Arguments::new(arrays.map(Argument::Array));
        run(&module, "product", [1, 1, 1], &mut arguments, &Limits::default())
            .unwrap_or_else(|error| panic!("{name}: {error}\n{module}"));
        let found = arguments.array(2).unwrap().numbers();
        for (found, expected) in found.iter().zip(&expected) {
            assert!((found - expected).abs() <= tolerance, "{name}: {found}, not {expected}");
        }
    }
}

#[test]
fn products_with_scales_for_blocks() {
    let mut numbers = Numbers::new(8);
    let mut array = |element, shape: [u64; 2], low: f64, high: f64| {
        let count = (shape[0] * shape[1]) as usize;
        Array::of_numbers(element, &shape, &numbers.take(count, low, high))
    };
    let x = array(Element::F8E5M2, [16, 64], -1.0, 1.0);
    let of_x = array(Element::F8E8M0, [16, 2], 0.25, 4.0);
    let y = array(Element::F8E5M2, [64, 16], -1.0, 1.0);
    let of_y = array(Element::F8E8M0, [2, 16], 0.25, 4.0);
    let out = array(Element::F32, [16, 16], 0.0, 0.0);
    let (a, b) = (x.numbers(), y.numbers());
    let (of_a, of_b) = (of_x.numbers(), of_y.numbers());
    let module = module("scaled");
    let mut arguments = Arguments::new([x, of_x, y, of_y, out].map(Argument::Array));
    run(&module, "scaled", [1, 1, 1], &mut arguments, &Limits::default())
        .unwrap_or_else(|error| panic!("{error}\n{module}"));
    let found = arguments.array(4).unwrap().numbers();
    for row in 0..16 {
        for column in 0..16 {
            let term = |i: usize| {
                let left = a[row * 64 + i] * of_a[row * 2 + i / 32];
                left * b[i * 16 + column] * of_b[i / 32 * 16 + column]
            };
            let expected = 1.0 + (0..64).map(term).sum::<f64>();
            let found = found[row * 16 + column];
            assert!((found - expected).abs() < 1e-3, "{found}, not {expected}");
        }
    }
}
