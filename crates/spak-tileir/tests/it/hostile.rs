//! Bytecode that is cut off or has wrong bits: no panic, no endless loop, no more memory than allowed.

use std::num::NonZeroUsize;

use proptest::prelude::ProptestConfig;
use spak_tileir::{Argument, Arguments, Array, Element, Limits, Type, read, run};

use crate::fixtures::{bytes, jobs};
use crate::random::Numbers;

/// Little of everything.
const LIMITS: Limits = Limits { work: 1 << 16, memory: 1 << 20, threads: NonZeroUsize::MIN };

/// Reads bytes, and runs each kernel in them with arguments of the types that it takes.
fn try_all(bytes: &[u8]) {
    let Ok(module) = read(bytes) else { return };
    assert!(module.to_string().len() < 1 << 24);
    for function in &module.functions {
        let mut list = Vec::new();
        let mut parameters = function.body.arguments.iter().peekable();
        while let Some(id) = parameters.next() {
            match module.type_of(*id) {
                Some(Type::Tile { pointee: Some(to), .. }) => {
                    let mut extents = 0;
                    let is_extent = |id: &&spak_tileir::TypeId| {
                        matches!(
                            module.type_of(**id),
                            Some(Type::Tile { element: Element::I32, .. })
                        )
                    };
                    while parameters.next_if(is_extent).is_some() {
                        extents += 1;
                    }
                    let shape = vec![4; extents / 2];
                    let count = shape.iter().product::<u64>() as usize;
                    list.push(Argument::Array(Array::of_numbers(*to, &shape, &vec![1.0; count])));
                    list.extend((0..extents % 2).map(|_| Argument::Integer(3)));
                }
                Some(Type::Tile { element, .. }) if element.is_float() => {
                    list.push(Argument::Float(1.0));
                }
                _ => list.push(Argument::Integer(1)),
            }
        }
        let _ = run(&module, &function.name, [2, 1, 1], &mut Arguments::new(list), &LIMITS);
    }
}

#[test]
fn bytecode_that_breaks_off_is_an_error() {
    for name in ["attention", "control", "folds", "views"] {
        let bytes = bytes(name);
        assert!(read(&bytes).is_ok());
        for length in 0..bytes.len() {
            let error = read(&bytes[..length]).expect_err("a part is no whole");
            assert!(error.offset <= length);
        }
    }
}

#[test]
fn wrong_bits_do_no_harm() {
    let mut numbers = Numbers::new(1);
    for (name, _) in jobs() {
        let bytes = bytes(&name);
        for _ in 0..60 {
            let mut wrong = bytes.clone();
            for _ in 0..=numbers.bits() % 3 {
                let at = numbers.bits() as usize % wrong.len();
                match numbers.bits() % 3 {
                    0 => wrong[at] ^= 1 << (numbers.bits() % 8),
                    1 => wrong[at] = numbers.bits() as u8,
                    _ => wrong[at] = wrong[numbers.bits() as usize % bytes.len()],
                }
            }
            try_all(&wrong);
        }
    }
}

proptest::proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_behind_the_head_do_no_harm(
        bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400),
    ) {
        let mut file = b"\x7fTileIR\0\x0d\x04\0\0".to_vec();
        file.extend(bytes);
        try_all(&file);
    }
}
