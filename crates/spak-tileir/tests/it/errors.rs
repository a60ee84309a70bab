//! What is undefined on a GPU is an error with a place.

use spak_tileir::{Argument, Arguments, Array, Element, Limits, Module, RunError, Trouble, run};

use crate::fixtures::module;

fn zeros(element: Element, shape: &[u64]) -> Argument {
    let count = shape.iter().product::<u64>() as usize;
    Argument::Array(Array::of_numbers(element, shape, &vec![0.0; count]))
}

fn fails(module: &Module, arguments: Vec<Argument>, limits: &Limits) -> RunError {
    let name = module.functions[0].name.clone();
    run(module, &name, [1, 1, 1], &mut Arguments::new(arguments), limits).unwrap_err()
}

fn said(name: &str, arguments: Vec<Argument>) -> String {
    fails(&module(name), arguments, &Limits::default()).to_string()
}

#[test]
fn an_access_beside_an_array_names_the_place() {
    let mut places = [0.0; 16];
    places[7] = 10.0;
    let at = || Argument::Array(Array::of_numbers(Element::I32, &[16], &places));
    let arguments = vec![zeros(Element::F32, &[10]), at(), zeros(Element::F32, &[16])];
    assert_eq!(
        said("beside", arguments),
        "kernel `beside`, block (0, 0, 0), load_ptr_tko at kernel.py:18: \
         an access of 4 bytes at byte 40 of array 0, which has 40 bytes"
    );
    places[7] = -1.0;
    let at = Argument::Array(Array::of_numbers(Element::I32, &[16], &places));
    let arguments = vec![zeros(Element::F32, &[10]), at, zeros(Element::F32, &[16])];
    let message = said("beside", arguments);
    assert!(
        message.ends_with("an access of 4 bytes at byte -4 of array 0, which has 40 bytes"),
        "{message}"
    );
}

#[test]
fn what_was_promised_is_checked() {
    let arguments = vec![zeros(Element::F32, &[10]), zeros(Element::F32, &[16])];
    let message = said("unchecked", arguments);
    assert!(message.ends_with(
        "a tile over the edge along dimension 0, where the bounds are said to need no check"
    ));
    let assertions = |limit| vec![zeros(Element::I32, &[16]), Argument::Integer(limit)];
    for (limit, what) in [
        (10, "assume at kernel.py:50: 10 is not a multiple of 4, as is assumed of it"),
        (100, "assert at kernel.py:51: the kernel asserts: too large"),
        (8, "divi at kernel.py:52: 100 divided by 0 is not defined"),
    ] {
        let message = said("assertions", assertions(limit));
        assert!(message.ends_with(what), "{message}");
    }
}

#[test]
fn a_tile_that_is_not_there_is_an_error() {
    // One block more than there are tiles of rows.
    let module = module("softmax");
    let list = [zeros(Element::BF16, &[5, 100]), zeros(Element::BF16, &[5, 100])];
    let mut arguments = Arguments::new(list);
    let error = run(&module, "softmax", [4, 1, 1], &mut arguments, &Limits::default()).unwrap_err();
    let RunError::Operation { place, trouble } = error else { panic!("{error}") };
    assert_eq!(place.block, [3, 0, 0]);
    assert_eq!(*trouble, Trouble::Index { index: vec![3, 0], space: vec![3, 1] });
}

#[test]
fn work_and_memory_have_limits() {
    let endless = module("endless");
    let limits = Limits { work: 1 << 20, ..Limits::default() };
    let RunError::Operation { trouble, .. } =
        fails(&endless, vec![zeros(Element::I32, &[16])], &limits)
    else {
        panic!("it did not begin")
    };
    assert_eq!(*trouble, Trouble::Work { limit: 1 << 20 });
    let limits = Limits { memory: 1000, ..Limits::default() };
    let list = vec![zeros(Element::BF16, &[5, 100]), zeros(Element::BF16, &[5, 100])];
    let message = fails(&module("softmax"), list, &limits).to_string();
    assert!(message.contains("bytes, and it may have 1000"), "{message}");
}

#[test]
fn arguments_that_are_not_the_kernels_are_said() {
    let softmax = |list| said("softmax", list);
    let one = || zeros(Element::BF16, &[5, 100]);
    assert_eq!(softmax(vec![one()]), "the kernel takes 10 values, and the arguments are 5");
    assert_eq!(
        softmax(vec![one(), zeros(Element::F16, &[5, 100])]),
        "value 5 of the kernel, of argument 1, is tile<ptr<bf16>>, and it is given an array of f16"
    );
    let mut short = Array::of_numbers(Element::BF16, &[5, 100], &[0.0; 500]);
    short.bytes.truncate(998);
    assert_eq!(
        softmax(vec![one(), Argument::Array(short)]),
        "argument 1: the last element of the array lies behind its bytes"
    );
    let module = module("softmax");
    let none = run(&module, "other", [1, 1, 1], &mut Arguments::default(), &Limits::default());
    assert_eq!(none.unwrap_err().to_string(), "there is no kernel `other`; there is softmax");
    let empty = run(&module, "softmax", [1, 0, 1], &mut Arguments::default(), &Limits::default());
    assert!(empty.unwrap_err().to_string().starts_with("a grid of [1, 0, 1] blocks"));
}
