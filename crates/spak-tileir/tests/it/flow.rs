//! Loops, branches and early returns, and what kernels say.

use spak_tileir::{Argument, Arguments, Array, Element, Limits, Statistics, run};

use crate::fixtures::module;

fn control(limit: i64) -> Vec<f64> {
    let module = module("control");
    let x = Array::of_numbers(Element::I32, &[8], &[4.0, 9.0, 2.0, 5.0, 7.0, 5.0, 0.0, 1.0]);
    let out = Array::of_numbers(Element::I32, &[16], &[0.0; 16]);
    let list = [Argument::Array(x), Argument::Array(out), Argument::Integer(limit)];
    let mut arguments = Arguments::new(list);
    run(&module, "control", [1, 1, 1], &mut arguments, &Limits::default())
        .unwrap_or_else(|error| panic!("{error}\n{module}"));
    arguments.array(1).unwrap().numbers()
}

#[test]
fn loops_and_branches_do_what_python_does() {
    for limit in [1, 6, 27, 2000] {
        let out = control(limit);
        assert_eq!(out[0], (0..limit).step_by(2).sum::<i64>() as f64);
        let (mut value, mut steps) = (limit, 0);
        while value != 1 {
            value = if value % 2 == 0 { value / 2 } else { 3 * value + 1 };
            steps += 1;
            if steps > 100 {
                break;
            }
        }
        assert_eq!(out[1], f64::from(steps));
        assert_eq!(out[2..6], [9.0 + 5.0 + 7.0 + 5.0 + 1.0, 3.0, -1.0, 5.0]);
        assert_eq!(out[7], if limit > 1000 { 0.0 } else { 1.0 });
    }
}

#[test]
fn kernels_print() {
    let module = module("assertions");
    let out = Array::of_numbers(Element::I32, &[16], &[0.0; 16]);
    let mut arguments = Arguments::new([Argument::Array(out), Argument::Integer(12)]);
    let statistics = run(&module, "assertions", [1, 1, 1], &mut arguments, &Limits::default());
    let Statistics { printed, stored, blocks, .. } = statistics.unwrap();
    assert_eq!(printed, ["limit 12 of 1.5\n"]);
    assert_eq!((stored, blocks), (4, 1));
    assert_eq!(arguments.array(0).unwrap().numbers()[0], 25.0);
}
