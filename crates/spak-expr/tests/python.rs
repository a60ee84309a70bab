//! Values agree with Python's, bit for bit; `python/generate.py` wrote what Python gives.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;

use spak_expr::{Program, Scalar, Symbols, Value, eval, parse};

fn names() -> BTreeMap<String, Value> {
    let values = [
        ("a", Value::Int(7)),
        ("b", Value::Int(-3)),
        ("c", Value::Int(64)),
        ("x", Value::Float(2.5)),
        ("y", Value::Float(-0.75)),
        ("p", Value::Bool(true)),
        ("q", Value::Bool(false)),
        ("s", Value::from("online")),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// Of a hexadecimal float as Python writes it, `-0x1.8p+1`.
fn hex_float(text: &str) -> f64 {
    let (sign, text) = text.strip_prefix('-').map_or((1.0, text), |rest| (-1.0, rest));
    let (mantissa, exponent) = text.strip_prefix("0x").unwrap().split_once('p').unwrap();
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = u64::from_str_radix(&format!("{whole}{fraction}"), 16).unwrap();
    let exponent: i32 = exponent.parse().unwrap();
    // The digits have at most 53 bits, so both steps are exact unless the result is subnormal.
    sign * digits as f64 * 2.0_f64.powi(exponent - 4 * fraction.len() as i32)
}

/// Python knows whole numbers of any size and has other names for errors.
fn agrees(expected: &str, found: &Result<Value, Box<spak_syntax::Diagnostic>>) -> bool {
    match (expected.split_once(' '), found) {
        (Some(("error", kind)), Err(d)) => match kind {
            "zero" => d.code.0 == "division-by-zero",
            "overflow" => d.code.0 == "arithmetic-overflow",
            _ => matches!(d.code.0, "domain-error" | "type-mismatch"),
        },
        (Some(("float", hex)), Ok(Value::Float(f))) => hex_float(hex).to_bits() == f.to_bits(),
        (None, Ok(Value::Int(i))) => *expected == i.to_string(),
        (None, Ok(Value::Bool(b))) => *expected == b.to_string(),
        _ => false,
    }
}

#[test]
fn values_are_those_of_python() {
    let env = names();
    let table = include_str!("python/expected.tsv");
    let (mut compared, mut wrong) = (0, Vec::new());
    for line in table.lines() {
        let (text, expected) = line.split_once('\t').unwrap();
        let expr = parse(text, 0).expr.unwrap_or_else(|| panic!("{text} is not read"));
        let found = eval(&expr, &env);
        compared += 1;
        if !agrees(expected, &found) {
            wrong.push(format!("{text}: Python gives {expected}, found {found:?}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {compared}:\n{}", wrong.len(), wrong.join("\n"));
    assert!(compared > 400, "the table has only {compared} expressions");
}

#[test]
fn programs_give_the_same_values() {
    let env = names();
    let slots: Vec<&str> = env.keys().map(String::as_str).collect();
    let mut symbols = Symbols::default();
    let values: Vec<Scalar> = env.values().map(|v| symbols.scalar(v).unwrap()).collect();
    let mut compiled = 0;
    for line in include_str!("python/expected.tsv").lines() {
        let (text, _) = line.split_once('\t').unwrap();
        let expr = parse(text, 0).expr.unwrap();
        let Some(program) = Program::compile(&expr, &slots, &mut symbols) else { continue };
        compiled += 1;
        match (program.run(&values), eval(&expr, &env)) {
            (None, Err(_)) => {}
            (Some(Scalar::Float(a)), Ok(Value::Float(b))) => {
                assert_eq!(a.to_bits(), b.to_bits(), "{text}");
            }
            (Some(a), Ok(b)) => assert_eq!(Some(a), symbols.scalar(&b), "{text}"),
            // Programs know texts by number and so not their order.
            (None, Ok(_)) if text.contains('\'') => {}
            (None, Ok(_)) => panic!("{text}: the program has no value"),
            (Some(a), Err(_)) => panic!("{text}: the program has the value {a:?}"),
        }
    }
    assert!(compiled > 300, "only {compiled} compiled");
}
