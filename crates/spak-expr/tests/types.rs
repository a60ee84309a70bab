//! What is found wrong without values.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use expect_test::{Expect, expect};
use spak_expr::{Value, infer, infer_condition, parse};

fn space() -> BTreeMap<String, Vec<Value>> {
    let ints = |values: &[i64]| values.iter().map(|v| Value::Int(*v)).collect::<Vec<_>>();
    let texts = |values: &[&str]| values.iter().map(|v| Value::from(*v)).collect::<Vec<_>>();
    BTreeMap::from([
        ("tile_m".to_owned(), ints(&[32, 64, 128])),
        ("tile_n".to_owned(), ints(&[32, 64, 128])),
        ("causal".to_owned(), vec![Value::Bool(false), Value::Bool(true)]),
        ("softmax_scheme".to_owned(), texts(&["online", "naive"])),
        ("dtype".to_owned(), texts(&["f16", "f32"])),
        (
            "memory".to_owned(),
            vec![spak_expr::eval(&parse("48 KiB", 0).expr.unwrap(), &spak_expr::Empty).unwrap()],
        ),
    ])
}

fn table(texts: &[&str], expected: Expect) {
    let mut out = String::new();
    for text in texts {
        let expr = parse(text, 0).expr.unwrap();
        let (found, diagnostics) = infer(&expr, &space());
        out += &format!("{text} : {found:?}\n");
        for d in diagnostics {
            let span = d.primary.span;
            out += &format!(
                "    {} {} {}..{}: {} [{}] -> {}\n",
                d.severity.name(),
                d.code.0,
                span.start,
                span.end,
                d.message,
                d.reason,
                d.repair
            );
        }
    }
    expected.assert_eq(&out);
}

#[test]
fn types_and_units_are_checked_without_values() {
    table(
        &[
            "tile_m * tile_n * bytes_of(dtype) <= memory",
            "tile_m * tile_n <= memory",
            "cdiv(tile_m, 3) + 1",
            "tile_m / 2",
            "2 ** tile_m",
            "12 GB + 3 s",
            "900 GB/s * 1 ms",
            "tile_m + softmax_scheme",
            "\"a\" + \"b\"",
            "not softmax_scheme",
            "tile_m and causal",
            "log2(12 GB)",
            "sqrt(12 GB)",
            "max(1 GB, 2)",
            "tile_m // 0",
            "bytes_of(\"fp17\")",
            "cdiv(tile_m)",
            "cdvi(tile_m, 2)",
            "tile_q >= 3",
            "tile_m in 3",
            "tile_m == \"online\"",
            "tile_m[0]",
            "forall i in 0..tile_m: i < tile_n",
            "forall i in causal: i",
            "5 if causal else 4",
            "softmax_scheme in [1, 2]",
            "[1, 2.5]",
        ],
        expect![[r#"
            tile_m * tile_n * bytes_of(dtype) <= memory : Bool
            tile_m * tile_n <= memory : Bool
                error unit-mismatch 0..25: `<=` mixes a plain number and bytes [only quantities of the same kind can be added or compared] -> write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)
            cdiv(tile_m, 3) + 1 : Int
            tile_m / 2 : Float
            2 ** tile_m : Unknown
            12 GB + 3 s : Unknown
                error unit-mismatch 0..11: `+` mixes bytes and a time [only quantities of the same kind can be added or compared] -> write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)
            900 GB/s * 1 ms : Quantity(Dimension([1, 0, 0, 0, 0, 0, 0]))
            tile_m + softmax_scheme : Unknown
                error type-mismatch 9..23: `+` needs numbers, and this is a text [] -> use a number; texts and lists are compared with `==` and `in`
            "a" + "b" : Text
            not softmax_scheme : Bool
                error type-mismatch 4..18: this is a text and not true or false [] -> compare it with something, such as `!= 0`
            tile_m and causal : Bool
            log2(12 GB) : Float
                error unit-mismatch 0..11: `log2` needs a plain number, and this is bytes [only quantities of the same kind can be added or compared] -> write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)
            sqrt(12 GB) : Unknown
                error unit-mismatch 0..11: the square root of bytes has no unit [only quantities of the same kind can be added or compared] -> write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)
            max(1 GB, 2) : Unknown
                error unit-mismatch 0..12: `max` mixes bytes and a plain number [only quantities of the same kind can be added or compared] -> write the unit (`48 KiB`), or divide by one to get a plain number (`x / 1 KiB`)
            tile_m // 0 : Unknown
                error division-by-zero 0..11: this divides by zero [the divisor is written as 0] -> write another divisor
            bytes_of("fp17") : Unknown
                error domain-error 0..16: `fp17` is not a dtype [the size of an element is known for the usual dtypes] -> write "fp16"
            cdiv(tile_m) : Unknown
                error wrong-argument-count 0..12: `cdiv` takes 2 arguments and has 1 here [] -> it gives the quotient rounded up: `cdiv(10, 4)` is 3
            cdvi(tile_m, 2) : Unknown
                error unknown-function 0..4: there is no function `cdvi` [] -> write `cdiv(…)`
            tile_q >= 3 : Bool
                error unknown-name 0..6: nothing is called `tile_q` here [] -> write `tile_m`, or declare `tile_q`
            tile_m in 3 : Bool
                error type-mismatch 0..11: `in` needs a list on its right, and this is a plain number [] -> write the values as a list: `x in [1, 2, 4]`
            tile_m == "online" : Bool
                error type-mismatch 0..18: `==` compares a plain number with a text [values of different kinds are never equal and have no order] -> compare values of one kind
            tile_m[0] : Unknown
                error type-mismatch 0..9: only lists have elements, and this is a plain number [] -> 
            forall i in 0..tile_m: i < tile_n : Bool
            forall i in causal: i : Bool
                error type-mismatch 12..18: a variable needs a list or range, and this is a truth value [] -> 
            5 if causal else 4 : Int
            softmax_scheme in [1, 2] : Bool
                error type-mismatch 0..24: `in` compares a text with a plain number [values of different kinds are never equal and have no order] -> compare values of one kind
            [1, 2.5] : List(Float)
        "#]],
    );
}

#[test]
fn comparisons_that_never_hold_are_warned_about() {
    table(
        &[
            "softmax_scheme == \"onlin\"",
            "softmax_scheme == onlin",
            "softmax_scheme == online",
            "softmax_scheme in [online, naive]",
            "softmax_scheme in [online, naif]",
            "softmax_scheme != \"fast\"",
            "tile_m == 48",
            "48 == tile_m",
            "tile_m in [32, 48, 64]",
            "tile_m > 128",
            "128 < tile_m",
            "32 <= tile_m <= 64",
            "tile_m >= 128",
            "tile_m == 64.0",
        ],
        expect![[r#"
            softmax_scheme == "onlin" : Bool
                warning impossible-comparison 18..25: `softmax_scheme` is never "onlin" [its values are "online", "naive"] -> write "online", or add "onlin" to the values of `softmax_scheme`
            softmax_scheme == onlin : Bool
                warning impossible-comparison 18..23: `softmax_scheme` is never "onlin" [its values are "online", "naive"] -> write "online", or add "onlin" to the values of `softmax_scheme`
            softmax_scheme == online : Bool
            softmax_scheme in [online, naive] : Bool
            softmax_scheme in [online, naif] : Bool
                warning impossible-comparison 27..31: `softmax_scheme` is never "naif" [its values are "online", "naive"] -> write "naive", or add "naif" to the values of `softmax_scheme`
            softmax_scheme != "fast" : Bool
                warning impossible-comparison 18..24: `softmax_scheme` is never "fast" [its values are "online", "naive"] -> add "fast" to the values of `softmax_scheme`, or compare with one of them
            tile_m == 48 : Bool
                warning impossible-comparison 10..12: `tile_m` is never 48 [its values are 32, 64, 128] -> add 48 to the values of `tile_m`, or compare with one of them
            48 == tile_m : Bool
                warning impossible-comparison 0..2: `tile_m` is never 48 [its values are 32, 64, 128] -> add 48 to the values of `tile_m`, or compare with one of them
            tile_m in [32, 48, 64] : Bool
            tile_m > 128 : Bool
                warning impossible-comparison 0..12: `tile_m` is never > 128 [its values are 32, 64, 128] -> compare with a value in its range, or remove the comparison
            128 < tile_m : Bool
                warning impossible-comparison 0..12: `tile_m` is never > 128 [its values are 32, 64, 128] -> compare with a value in its range, or remove the comparison
            32 <= tile_m <= 64 : Bool
            tile_m >= 128 : Bool
            tile_m == 64.0 : Bool
        "#]],
    );
}

#[test]
fn deep_expressions_are_inferred_in_linear_time() {
    let sum = vec!["tile_m"; 90].join(" + ");
    assert!(infer_condition(&parse(&format!("{sum} < 3"), 0).expr.unwrap(), &space()).is_empty());
    let nested = format!("{}tile_m{}", "pow(".repeat(90), ", 1)".repeat(90));
    let (_, diagnostics) = infer(&parse(&nested, 0).expr.unwrap(), &space());
    assert!(diagnostics.is_empty());
}
