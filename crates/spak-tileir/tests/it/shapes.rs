//! Tiles in other shapes, and folds over their dimensions.

use spak_tileir::{Argument, Arguments, Array, Element, Limits, run};

use crate::fixtures::module;
use crate::random::Numbers;

fn launch(name: &str, arrays: Vec<Array>) -> Arguments {
    let module = module(name);
    let mut arguments = Arguments::new(arrays.into_iter().map(Argument::Array));
    run(&module, name, [1, 1, 1], &mut arguments, &Limits::default())
        .unwrap_or_else(|error| panic!("{name}: {error}\n{module}"));
    arguments
}

fn zeros(element: Element, shape: &[u64]) -> Array {
    let count = shape.iter().product::<u64>() as usize;
    Array::of_numbers(element, shape, &vec![0.0; count])
}

#[test]
fn tiles_change_their_shapes() {
    let x: Vec<f64> = (0..128).map(f64::from).collect();
    let array = Array::of_numbers(Element::F32, &[8, 16], &x);
    let arguments = launch("shapes", vec![array, zeros(Element::F32, &[16, 128])]);
    let out = arguments.array(1).unwrap().numbers();
    let a = |row: usize, column: usize| x[row * 16 + column];
    let expected: [&dyn Fn(usize) -> f64; 14] = [
        &|at| x[at],
        &|at| a(at % 8, at / 8),
        // (4, 2, 16) as (16, 4, 2).
        &|at| x[at / 2 % 4 * 32 + at % 2 * 16 + at / 8],
        &|at| a(3, at % 16),
        &|at| a(at / 16, 5),
        &|at| x[(at + 64) % 128],
        &|at| a(at / 16, (at + 8) % 16),
        &|at| at as f64,
        &|at| 3.0 + 2.0 * at as f64,
        &|_| 2.5,
        &|at| [1.0, 2.0, 3.0, 5.0][at / 32],
        &|at| if at / 64 == 1 && (8..12).contains(&(at % 16)) { -1.0 } else { x[at] },
        &|at| [1.0, 0.0, 0.0, 1.0][at % 4],
        &|at| 2.0 * x[at],
    ];
    for (row, expected) in expected.iter().enumerate() {
        for at in 0..128 {
            assert_eq!(out[row * 128 + at], expected(at), "row {row}, element {at}");
        }
    }
}

#[test]
fn tiles_are_folded() {
    let mut numbers = Numbers::new(4);
    let mut x = numbers.take(128, -2.0, 2.0);
    // Zeros for the fold that looks for others, and twice the same for the places of extremes.
    for at in (0..128).filter(|at| at % 16 > 9) {
        x[at] = 0.0;
    }
    x[5] = 3.0;
    x[7] = 3.0;
    let array = Array::of_numbers(Element::F32, &[8, 16], &x);
    let x = array.numbers();
    let arrays = vec![array, zeros(Element::F32, &[16, 128]), zeros(Element::I32, &[8, 16])];
    let arguments = launch("folds", arrays);
    let out = arguments.array(1).unwrap().numbers();
    let places = arguments.array(2).unwrap().numbers();
    let row = |row: usize| x[row * 16..][..16].to_vec();
    let column = |column: usize| (0..8).map(|row| x[row * 16 + column]).collect::<Vec<f64>>();
    let near = |result: usize, at: usize, expected: f64| {
        let found = out[result * 128 + at];
        assert!(
            (found - expected).abs() <= 2e-5 * expected.abs().max(1.0),
            "{result} {at}: {found} {expected}"
        );
    };
    for at in 0..8 {
        let all = row(at);
        near(0, at, all.iter().sum());
        near(2, at, all.iter().copied().fold(f64::MIN, f64::max));
        near(4, at, all.iter().product());
        // `later(one, other)` keeps the earlier one unless that is 0, so the first that is not 0 remains.
        let first = all.iter().copied().find(|one| *one != 0.0).unwrap_or(0.0);
        near(9, at, first);
        let mut sum = 0.0;
        for (place, one) in all.iter().enumerate() {
            sum += one;
            near(6, at * 16 + place, sum);
            near(10, at * 16 + place, first);
        }
        // Each later pair is the outer function: `later(earlier(x))`.
        let (mut slope, mut offset) = (1.0, 0.0);
        for one in &all {
            (slope, offset) = (one * slope, one * offset + one + 1.0);
        }
        near(11, at, slope);
        near(12, at, offset);
        let half = out[13 * 128 + at];
        assert!((half - all.iter().sum::<f64>()).abs() < 0.05);
        let most = all.iter().copied().fold(f64::MIN, f64::max);
        let place = all.iter().position(|one| *one == most).unwrap();
        assert_eq!(places[at], place as f64);
        assert_eq!(places[32 + at], all.iter().map(|one| one.trunc()).sum::<f64>());
    }
    for at in 0..16 {
        let all = column(at);
        near(1, at, all.iter().sum());
        near(3, at, all.iter().copied().fold(f64::MAX, f64::min));
        let least = all.iter().copied().fold(f64::MAX, f64::min);
        let place = all.iter().position(|one| *one == least).unwrap();
        assert_eq!(places[16 + at], place as f64);
        let (mut behind, mut product) = (0.0, 1.0);
        for place in 0..8 {
            behind += all[7 - place];
            near(7, (7 - place) * 16 + at, behind);
            product *= all[place];
            near(8, place * 16 + at, product);
        }
    }
    near(5, 0, x.iter().sum());
}
