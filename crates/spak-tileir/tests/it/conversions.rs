//! Conversions between types.

use spak_tileir::{Argument, Arguments, Array, Element, Limits, POISON, run};

use crate::fixtures::module;
use crate::random::Numbers;

#[test]
fn elements_become_those_of_other_types() {
    let mut numbers = Numbers::new(2);
    let mut x = numbers.take(64, -60.0, 60.0);
    x[..10].copy_from_slice(&[0.0, -0.0, 1.0, 300.0, 1000.0, 1e6, 70_000.0, -500.0, 1e-7, 0.3]);
    let array = Array::of_numbers(Element::F32, &[64], &x);
    let x = array.numbers();
    let module = module("conversions");
    let floats = Array::of_numbers(Element::F32, &[16, 64], &[f64::NAN; 1024]);
    let wholes = Array::of_numbers(Element::I64, &[16, 64], &[0.0; 1024]);
    let mut arguments = Arguments::new([array, floats, wholes].map(Argument::Array));
    run(&module, "conversions", [1, 1, 1], &mut arguments, &Limits::default())
        .unwrap_or_else(|error| panic!("{error}\n{module}"));
    let floats = arguments.array(1).unwrap().numbers();
    let wholes = arguments.array(2).unwrap().numbers();
    let to = |element: Element, x: f64| Array::of_numbers(element, &[1], &[x]).numbers()[0];
    let poison8 = f64::from(POISON as i8);
    let poison32 = f64::from(i32::from_ne_bytes([POISON; 4]));
    for (at, x) in x.iter().enumerate() {
        let float = |row: usize| floats[row * 64 + at];
        let whole = |row: usize| wholes[row * 64 + at];
        assert_eq!(float(0), to(Element::F16, *x));
        assert_eq!(float(1), to(Element::BF16, *x));
        assert_eq!(float(2), to(Element::TF32, *x));
        assert_eq!(float(3), to(Element::F8E4M3, *x).clamp(-448.0, 448.0));
        assert_eq!(float(4), to(Element::F8E5M2, *x));
        assert_eq!(float(5), to(Element::F16, *x));
        assert_eq!(whole(0), x.trunc() + 0.0);
        assert_eq!(whole(1), if x.trunc().abs() < 128.0 { x.trunc() + 0.0 } else { poison8 });
        assert_eq!(whole(2), if x.abs() < 256.0 { x.abs().trunc() } else { f64::from(POISON) });
        assert_eq!(whole(3), f64::from((*x as f32).to_bits() as i32));
        assert_eq!(whole(4), f64::from((*x as f32).to_bits()));
        let upper = (to(Element::BF16, *x) as f32).to_bits() >> 16;
        assert_eq!(whole(5), f64::from(upper as u16 as i16));
        let thousand = f64::from(*x as f32 * 1000.0).trunc() + 0.0;
        let thousand = if thousand.abs() < 2_147_483_648.0 { thousand } else { poison32 };
        assert_eq!(float(6), f64::from(thousand as f32));
        assert_eq!(float(7), f64::from(thousand as i32 as u32 as f32));
        assert_eq!(float(8), to(Element::BF16, thousand));
        assert_eq!(whole(6), f64::from(thousand as i32 as i16));
        assert_eq!(whole(7), f64::from(thousand as i32 as u8));
        assert_eq!(whole(8), f64::from(thousand as i32 as u8));
        assert_eq!(whole(9), f64::from(u8::from(thousand != 0.0)));
        assert_eq!(float(9), to(Element::F16, *x));
    }
    // The first 32 halves as bytes.
    let halves = Array::of_numbers(Element::F16, &[32], &x[..32]).bytes;
    let expected: Vec<f64> = halves.iter().map(|byte| f64::from(*byte)).collect();
    assert_eq!(wholes[640..704], expected);
}
