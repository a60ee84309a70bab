//! Arithmetic of floats and integers, one element at a time.

use spak_tileir::{Argument, Arguments, Array, Element, Limits, run};

use crate::fixtures::module;
use crate::random::Numbers;

/// Runs a kernel of two vectors of 64 numbers, and gives the rows of its results.
fn results(name: &str, x: &Array, y: &Array, out: Element, rows: u64) -> Vec<Vec<f64>> {
    let module = module(name);
    let kernel = module.functions[0].name.clone();
    let out = Array::of_numbers(out, &[rows, 64], &vec![f64::NAN; rows as usize * 64]);
    let mut arguments = Arguments::new([x.clone(), y.clone(), out].map(Argument::Array));
    run(&module, &kernel, [1, 1, 1], &mut arguments, &Limits::default())
        .unwrap_or_else(|error| panic!("{name}: {error}\n{module}"));
    arguments.array(2).unwrap().numbers().chunks(64).map(<[f64]>::to_vec).collect()
}

fn truth(holds: bool) -> f64 {
    f64::from(u8::from(holds))
}

/// A function of two numbers, in double precision.
type Function = fn(f64, f64) -> f64;

/// The functions of `floats.py`, in its order.
const FLOATS: &[(&str, Function)] = &[
    ("a + b", |a, b| a + b),
    ("a - b", |a, b| a - b),
    ("a * b", |a, b| a * b),
    ("a / b", |a, b| a / b),
    ("a % b", |a, b| a.rem_euclid(b)),
    ("a // b", |a, b| (a / b).floor()),
    ("pow(b, a)", |a, b| b.powf(a)),
    ("atan2(a, b)", f64::atan2),
    ("minimum", f64::min),
    ("maximum", f64::max),
    ("abs", |a, _| a.abs()),
    ("-a", |a, _| -a),
    ("floor", |a, _| a.floor()),
    ("ceil", |a, _| a.ceil()),
    ("exp", |a, _| a.exp()),
    ("exp2", |a, _| a.exp2()),
    ("log", |_, b| b.ln()),
    ("log2", |_, b| b.log2()),
    ("sqrt", |_, b| b.sqrt()),
    ("rsqrt", |_, b| 1.0 / b.sqrt()),
    ("sin", |a, _| a.sin()),
    ("cos", |a, _| a.cos()),
    ("tan", |a, _| a.tan()),
    ("sinh", |a, _| a.sinh()),
    ("cosh", |a, _| a.cosh()),
    ("tanh", |a, _| a.tanh()),
    ("a < b", |a, b| truth(a < b)),
    ("a <= b", |a, b| truth(a <= b)),
    ("a > b", |a, b| truth(a > b)),
    ("a >= b", |a, b| truth(a >= b)),
    ("a == b", |a, b| truth(a == b)),
    ("a != b", |a, b| truth(a != b)),
    ("where(a > 0, a, b)", |a, b| if a > 0.0 { a } else { b }),
    ("isnan", |a, _| truth(a.is_nan())),
    ("pow(a, int(floor(b)))", |a, b| a.powf(b.floor())),
    ("a * b + a", |a, b| a.mul_add(b, a)),
];

#[test]
fn functions_of_floats_are_as_near_as_their_type_can_be() {
    for (name, element, digits) in [
        ("floats_f32", Element::F32, 24),
        ("floats_f16", Element::F16, 11),
        ("floats_bf16", Element::BF16, 8),
        ("floats_f64", Element::F64, 53),
    ] {
        let mut numbers = Numbers::new(11);
        let mut a = numbers.take(64, -4.0, 4.0);
        let mut b = numbers.take(64, 0.25, 3.0);
        a[0] = 1.5;
        b[0] = 1.5;
        let x = Array::of_numbers(element, &[64], &a);
        let y = Array::of_numbers(element, &[64], &b);
        let out = if element == Element::F64 { Element::F64 } else { Element::F32 };
        let results = results(name, &x, &y, out, 64);
        let (a, b) = (x.numbers(), y.numbers());
        for ((what, function), row) in FLOATS.iter().zip(&results) {
            for ((a, b), found) in a.iter().zip(&b).zip(row) {
                let mut expected = function(*a, *b);
                if *what == "a // b" {
                    // The quotient is rounded to the type first.
                    let quotient = Array::of_numbers(element, &[1], &[a / b]).numbers()[0];
                    expected = quotient.floor();
                }
                // Half a place, and a little for functions of double precision that are no nearer than their type; the
                // remainder is a difference of rounded numbers.
                let places = match (*what, element) {
                    ("a % b", _) => 2.0,
                    (_, Element::F64) => 2.0,
                    _ => 0.505,
                };
                let place = expected
                    .abs()
                    .max(2.0 * b * truth(*what == "a % b"))
                    .max(1e-4)
                    .log2()
                    .floor()
                    .exp2();
                let tolerance = places * place * 2.0_f64.powi(1 - digits);
                assert!(
                    (found - expected).abs() <= tolerance,
                    "{name}: {what} of {a} and {b} is {found}, not {expected}"
                );
            }
        }
    }
}

#[test]
fn rounding_goes_where_it_is_told() {
    let mut numbers = Numbers::new(5);
    let element = Element::F32;
    let mut a = numbers.take(64, -100.0, 100.0);
    let b = numbers.take(64, 0.001, 10.0);
    a[63] = f64::NAN;
    let x = Array::of_numbers(element, &[64], &a);
    let y = Array::of_numbers(element, &[64], &b);
    let rows = results("directed", &x, &y, element, 32);
    let (a, b) = (x.numbers(), y.numbers());
    // The exact results and the directions of `floats.py`: −1 down, 1 up, 0 towards zero.
    let functions: [(Function, i32); 12] = [
        (|a, b| a + b, 0),
        (|a, b| a + b, -1),
        (|a, b| a + b, 1),
        (|a, b| a * b, 0),
        (|a, b| a * b, -1),
        (|a, b| a * b, 1),
        (|a, b| a / b, 0),
        (|a, b| a / b, -1),
        (|a, b| a / b, 1),
        (|_, b| b.sqrt(), -1),
        (|_, b| b.sqrt(), 1),
        (|a, b| a - b, 1),
    ];
    for (number, (function, direction)) in functions.into_iter().enumerate() {
        for at in 0..63 {
            // In double precision sums and products of these numbers are exact, and quotients and roots near enough to
            // lie on the right side of each single.
            let exact = function(a[at], b[at]);
            let near = exact as f32;
            let direction =
                if direction == 0 { if exact > 0.0 { -1 } else { 1 } } else { direction };
            let expected = match (direction, f64::from(near)) {
                (1, rounded) if rounded < exact => near.next_up(),
                (-1, rounded) if rounded > exact => near.next_down(),
                _ => near,
            };
            let found = rows[number][at];
            assert_eq!(found, f64::from(expected), "row {number} of {} and {}", a[at], b[at]);
        }
    }
    // Small products are no normal numbers and are flushed, with their sign.
    for at in 0..63 {
        let product = (b[at] as f32) * -2e-38;
        let expected = if product.is_subnormal() { 0.0_f32.copysign(product) } else { product };
        assert_eq!((rows[12][at] as f32).to_bits(), expected.to_bits());
    }
    assert!(rows[12].iter().take(63).any(|one| *one == 0.0));
    assert!(rows[13][63].is_nan());
    assert_eq!(rows[13][0], a[0].max(b[0]));
}

/// The functions of `integers.py`, in its order, over numbers with as many bits as wanted.
fn integers(a: i128, b: i128, bits: u32) -> Vec<i128> {
    let floor = |a: i128, b: i128| a.div_euclid(b) - i128::from(b < 0 && a.rem_euclid(b) != 0);
    let shift = (b & 7) as u32;
    let logical = a >> shift;
    // The compiler takes the absolute value of a number without a sign as if it had one.
    let half = 1 << (bits - 1);
    let with_sign = if a >= half { a - 2 * half } else { a };
    vec![
        a + b,
        a - b,
        a * b,
        floor(a, b),
        -floor(-a, b),
        a - floor(a, b) * b,
        a.min(b),
        a.max(b),
        a & b,
        a | b,
        a ^ b,
        a << shift,
        logical,
        !a,
        -a,
        with_sign.abs(),
        i128::from(a < b),
        i128::from(a >= b),
        i128::from(a == b),
        if a < b && b > 2 { a } else { b },
    ]
}

#[test]
fn functions_of_integers_wrap_around() {
    for (name, element, signed) in [
        ("integers_i32", Element::I32, true),
        ("integers_u32", Element::I32, false),
        ("integers_i8", Element::I8, true),
        ("integers_u16", Element::I16, false),
        ("integers_i64", Element::I64, true),
    ] {
        let bits = element.bits();
        let mut numbers = Numbers::new(9);
        let mut raw =
            |small: bool| -> Vec<u64> {
                (0..64)
                    .map(|at| {
                        if small || at % 3 == 0 { numbers.bits() % 23 + 1 } else { numbers.bits() }
                    })
                    .collect()
            };
        let (mut a, mut b) = (raw(false), raw(false));
        a[0] = 7;
        b[0] = 7;
        b.iter_mut().for_each(|one| *one |= 1);
        let array = |all: &[u64]| {
            let bytes =
                all.iter().flat_map(|one| one.to_le_bytes().into_iter().take(element.bytes()));
            Array::dense(element, &[64], bytes.collect())
        };
        let (x, y) = (array(&a), array(&b));
        let module = module(name);
        let out = Array::dense(Element::I64, &[64, 64], vec![0; 64 * 64 * 8]);
        let mut arguments = Arguments::new([x, y, out].map(Argument::Array));
        run(&module, "integers", [1, 1, 1], &mut arguments, &Limits::default())
            .unwrap_or_else(|error| panic!("{name}: {error}\n{module}"));
        let out = &arguments.array(2).unwrap().bytes;
        let cut = |value: i128| -> i128 {
            let kept = value & ((1 << bits) - 1);
            if signed && kept >> (bits - 1) == 1 { kept - (1 << bits) } else { kept }
        };
        for (at, (a, b)) in a.iter().zip(&b).enumerate() {
            let (a, b) = (cut(i128::from(*a)), cut(i128::from(*b)));
            for (row, expected) in integers(a, b, bits).into_iter().enumerate() {
                let bytes = out[(row * 64 + at) * 8..][..8].try_into().unwrap();
                let found = i128::from(i64::from_le_bytes(bytes));
                assert_eq!(found, cut(expected), "{name}: row {row} of {a} and {b}");
            }
        }
    }
}
