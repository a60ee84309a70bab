//! Any text is read as a formula; what was read prints to a text that reads and evaluates the same,
//! over any values, without a panic and within its limits.
#![no_main]

use std::collections::BTreeMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use spak_expr::{Limits, Options, Value, check, eval_with, parse_prefix, parse_with, print};

#[derive(Arbitrary, Debug)]
enum Given {
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    Range(i64, i64),
    List(Vec<i64>),
    Matrix([[f64; 2]; 2]),
    Record(bool, f64),
}

impl Given {
    fn value(&self) -> Value {
        match self {
            Self::Bool(b) => Value::Bool(*b),
            Self::Int(i) => Value::Int(*i),
            Self::Float(f) => Value::Float(*f),
            Self::Text(t) => Value::Text(t.as_str().into()),
            Self::Range(from, to) => Value::Range(*from, *to),
            Self::List(items) => Value::list(items.iter().map(|i| Value::Int(*i))),
            Self::Matrix(rows) => Value::matrix(rows),
            Self::Record(passed, speed) => Value::Record(
                BTreeMap::from([
                    ("passed".to_owned(), Value::Bool(*passed)),
                    ("speed".to_owned(), Value::Float(*speed)),
                ])
                .into(),
            ),
        }
    }
}

#[derive(Arbitrary, Debug)]
struct Input<'a> {
    allow_equals: bool,
    implicit_multiplication: bool,
    values: [Given; 5],
    text: &'a str,
}

fuzz_target!(|input: Input<'_>| {
    let options = Options {
        allow_equals: input.allow_equals,
        implicit_multiplication: input.implicit_multiplication,
    };
    let names = ["a", "b", "c", "m", "t"];
    let env: BTreeMap<String, Value> =
        names.iter().map(|n| (*n).to_owned()).zip(input.values.iter().map(Given::value)).collect();
    let limits = Limits { steps: 20_000, ..Limits::default() };

    let parsed = parse_with(input.text, 0, options);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.primary.span;
        assert!(input.text.get(span.start as usize..span.end as usize).is_some());
    }
    if let Some(prefix) = parse_prefix(input.text, 0, options) {
        assert!(input.text.get(prefix.rest.start as usize..prefix.rest.end as usize).is_some());
    }
    let Some(expr) = parsed.expr else { return };
    let printed = print(&expr);
    // Products are printed with their `*`, and `2 B` is two bytes.
    let spelled_out = Options { implicit_multiplication: false, ..options };
    let again = parse_with(&printed, 0, spelled_out);
    let Some(second) = again.expr else { panic!("{printed:?} does not read again") };
    assert_eq!(print(&second), printed);

    let first = eval_with(&expr, &env, limits);
    let second = eval_with(&second, &env, limits);
    match (&first, &second) {
        // Debug output, since a NaN equals no NaN.
        (Ok(a), Ok(b)) => assert_eq!(format!("{a:?}"), format!("{b:?}"), "{printed}"),
        (Err(a), Err(b)) => assert_eq!(a.code, b.code, "{printed}"),
        _ => panic!("{printed}: {first:?} and {second:?}"),
    }
    let _ = check(&expr, &env, limits);
});
