//! Views, pointers and atomics.

use std::num::NonZeroUsize;

use spak_tileir::{Argument, Arguments, Array, Element, Limits, run};

use crate::fixtures::module;

fn launch(name: &str, grid: u32, arrays: Vec<Array>, threads: usize) -> Arguments {
    let module = module(name);
    let mut arguments = Arguments::new(arrays.into_iter().map(Argument::Array));
    let limits = Limits { threads: NonZeroUsize::new(threads).unwrap(), ..Limits::default() };
    run(&module, name, [grid, 1, 1], &mut arguments, &limits)
        .unwrap_or_else(|error| panic!("{name}: {error}\n{module}"));
    arguments
}

fn counted(shape: &[u64]) -> Array {
    let count = shape.iter().product::<u64>() as u32;
    let numbers: Vec<f64> = (0..count).map(f64::from).collect();
    Array::of_numbers(Element::F32, shape, &numbers)
}

fn zeros(element: Element, shape: &[u64]) -> Array {
    let count = shape.iter().product::<u64>() as usize;
    Array::of_numbers(element, shape, &vec![0.0; count])
}

#[test]
fn tiles_of_views_are_padded_and_cut_off() {
    let x = counted(&[10, 12]);
    let arrays = vec![x, zeros(Element::F32, &[16, 64]), zeros(Element::I32, &[8])];
    let arguments = launch("views", 3, arrays, 1);
    let out = arguments.array(1).unwrap().numbers();
    // The last block sees what those before it stored.
    let now = |row: usize, column: usize, padding: f64| match (row, column) {
        (8..10, 8..12) => 5.0,
        (..10, ..12) => (row * 12 + column) as f64,
        _ => padding,
    };
    for at in 0..64 {
        let (row, column) = (at / 8, at % 8);
        let is = |result: usize, expected: f64| {
            let found = out[result * 64 + at];
            let same = found == expected || (found.is_nan() && expected.is_nan());
            assert!(same, "row {result}, element {at}: {found}, not {expected}");
        };
        is(0, now(row, column, f64::NAN));
        is(1, now(row + 8, column + 8, 0.0));
        // The first dimension of the tile and of its index is the second of the array.
        is(2, now(column + 8, row + 8, f64::NEG_INFINITY));
        is(3, now(row + 8, column, f64::NAN));
        is(4, now(column + 8, row, f64::INFINITY));
    }
    for at in 0..64 {
        let (row, column) = (at / 8, at % 8);
        let expected = if row < 5 { (row * 12 + column + 24) as f64 } else { -0.0 };
        assert_eq!(out[5 * 64 + at].to_bits(), expected.to_bits());
    }
    // A tile of 2 × 32 at (3, 1).
    for row in 0..16 {
        for column in 0..64 {
            if (6..8).contains(&row) {
                assert_eq!(out[row * 64 + column], if column >= 32 { 7.0 } else { 0.0 });
            }
        }
    }
    let x = arguments.array(0).unwrap().numbers();
    for (at, one) in x.iter().enumerate() {
        let stored = at / 12 >= 8 && at % 12 >= 8;
        assert_eq!(*one, if stored { 5.0 } else { at as f64 });
    }
    assert_eq!(arguments.array(2).unwrap().numbers()[..4], [2.0, 3.0, 12.0, 302.0]);
}

#[test]
fn what_nothing_pads_is_no_number() {
    let arrays = vec![counted(&[10]), zeros(Element::F32, &[16])];
    let out = launch("undetermined", 1, arrays, 1).array(1).unwrap().numbers();
    assert_eq!(out[9], 18.0);
    assert!(out[10..].iter().all(|one| one.is_nan()));
}

#[test]
fn rows_are_gathered_and_scattered() {
    let rows = [3.0, 0.0, 9.0, 10.0, 4.0, 4.0, -1.0, 1.0];
    let at =
        Array::of_numbers(Element::I32, &[8], &rows.map(|row| if row < 0.0 { 1e6 } else { row }));
    let arrays = vec![counted(&[10, 12]), at, zeros(Element::F32, &[16, 8])];
    let module = module("gathering");
    let mut arguments = Arguments::new(arrays.into_iter().map(Argument::Array));
    run(&module, "gathering", [1, 1, 1], &mut arguments, &Limits::default())
        .unwrap_or_else(|error| panic!("{error}\n{module}"));
    let out = arguments.array(2).unwrap().numbers();
    let tile = |row: usize, column: usize| match rows[row] {
        of if (0.0..10.0).contains(&of) => of * 12.0 + column as f64 + 2.0,
        _ => 0.0,
    };
    // Row `r` of the tile went to row `r`, and, with 1 added, to row `rows[r] + 8` where there is one.
    let mut expected: Vec<f64> = (0..64).map(|at| tile(at / 8, at % 8)).collect();
    expected.resize(128, 0.0);
    for (row, to) in rows.iter().enumerate().filter(|(_, to)| (0.0..8.0).contains(*to)) {
        for column in 0..8 {
            expected[(*to as usize + 8) * 8 + column] = tile(row, column) + 1.0;
        }
    }
    assert_eq!(out, expected);
}

#[test]
fn tiles_may_overlap() {
    let arrays = vec![counted(&[21]), zeros(Element::F32, &[8, 8])];
    let out = launch("overlapping", 1, arrays, 1).array(1).unwrap().numbers();
    for row in 0..7 {
        for column in 0..8 {
            let at = row * 3 + column;
            assert_eq!(out[row * 8 + column], if at < 21 { at as f64 } else { 0.0 });
        }
    }
}

#[test]
fn elements_are_gathered_and_scattered() {
    let places: Vec<f64> = (0..16).map(|at| f64::from(at * 5 % 16 - 3)).collect();
    let at = Array::of_numbers(Element::I32, &[16], &places);
    let arrays = vec![counted(&[10, 12]), at, zeros(Element::F32, &[4, 16])];
    let arguments = launch("pointers", 1, arrays, 1);
    let out = arguments.array(2).unwrap().numbers();
    for (at, place) in places.iter().enumerate() {
        let inside = (0.0..10.0).contains(place);
        assert_eq!(out[at], if inside { place * 12.0 + 3.0 } else { 0.0 });
        let expected = if inside && *place < 5.0 { place * 12.0 + 2.0 } else { -2.0 };
        assert_eq!(out[16 + at], expected);
    }
    let x = arguments.array(0).unwrap().numbers();
    for row in 0..10 {
        let stored = row > 1 && places.contains(&f64::from(row));
        assert_eq!(x[row as usize * 12], if stored { f64::from(row) } else { f64::from(row * 12) });
    }
    for at in 0..16 {
        assert_eq!(out[32 + at], x[at * 2]);
    }
}

#[test]
fn atomics_count_every_block_on_any_threads() {
    let blocks = 9_u32;
    for threads in [1, 3] {
        let arrays = vec![
            zeros(Element::F32, &[4]),
            Array::of_numbers(Element::I32, &[8], &[0.0, 0.0, 0.0, 0.0, 0.0, -1.0, 0.0, -1.0]),
            zeros(Element::BF16, &[4]),
            zeros(Element::I32, &[4]),
            zeros(Element::I32, &[16]),
        ];
        let arguments = launch("atomics", blocks, arrays, threads);
        let numbers = |at: usize| arguments.array(at).unwrap().numbers();
        let sums = f64::from(blocks) * 0.5;
        assert_eq!(numbers(0), [sums, sums, sums + 18.0, sums + 18.0]);
        let all = numbers(1);
        assert_eq!(all[..3], [36.0, 8.0, -8.0]);
        assert_eq!(all[3..5], [511.0, 511.0]);
        assert_eq!(all[5], f64::from((0..9).fold(-1, |all, block| all & (-2 - block))));
        // One block found 0 and wrote its number; the others found that number.
        let winner = all[6];
        let old = numbers(4);
        for (block, seen) in old.iter().take(9).enumerate() {
            let expected = if block as f64 + 1.0 == winner { 0.0 } else { winner };
            assert!(*seen == expected || (*seen == 0.0 && threads > 1 && expected == 0.0));
        }
        assert!((0.0..9.0).contains(&all[7]));
        assert_eq!(numbers(2)[1], 9.0);
        let bytes = arguments.array(3).unwrap().bytes[..4].try_into().unwrap();
        assert_eq!(u32::from_le_bytes(bytes), 3_000_000_008);
    }
}
