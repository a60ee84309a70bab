//! Any text is read to an end, and what is read prints back.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::collections::BTreeMap;
use std::time::Instant;

use proptest::prelude::*;
use spak_expr::{
    Limits, MAX_DEPTH, Options, Program, Scalar, Symbols, Value, eval_with, free_names, infer,
    normal, parse, parse_prefix, parse_with, partial, print,
};

const OPTIONS: [Options; 3] = [
    Options { allow_equals: false, implicit_multiplication: false },
    Options { allow_equals: true, implicit_multiplication: false },
    Options { allow_equals: true, implicit_multiplication: true },
];

/// Everything that can be done with a text.
fn exercise(text: &str) {
    let env: BTreeMap<String, Value> = BTreeMap::from([
        ("a".to_owned(), Value::Int(3)),
        ("x".to_owned(), Value::Float(0.5)),
        ("f".to_owned(), Value::from(vec![1_i64, 2])),
        ("s".to_owned(), Value::from("t")),
    ]);
    let types: BTreeMap<String, Vec<Value>> =
        env.iter().map(|(name, value)| (name.clone(), vec![value.clone()])).collect();
    for options in OPTIONS {
        if let Some(prefix) = parse_prefix(text, 0, options) {
            assert!(prefix.rest.end as usize <= text.len());
            assert_eq!(prefix.rest.slice(text).is_empty(), prefix.rest.is_empty());
        }
        let parse = parse_with(text, 0, options);
        assert_eq!(
            parse.expr.is_none(),
            parse.diagnostics.iter().any(|d| d.code.0 != "single-equals")
        );
        for d in &parse.diagnostics {
            let span = d.primary.span;
            assert!(text.get(span.start as usize..span.end as usize).is_some(), "{d:?}");
        }
        let Some(expr) = parse.expr else { continue };
        free_names(&expr);
        infer(&expr, &types);
        let limits = Limits { steps: 10_000, ..Limits::default() };
        let value = eval_with(&expr, &env, limits);

        let slots = ["a", "x", "s"];
        let mut symbols = Symbols::default();
        // `f` is a list, which is no slot.
        if !free_names(&expr).contains("f")
            && let Some(program) = Program::compile(&expr, &slots, &mut symbols)
        {
            let scalars: Vec<Scalar> =
                slots.iter().map(|n| symbols.scalar(&env[*n]).unwrap()).collect();
            if let Some(result) = program.run(&scalars) {
                let expected = symbols.scalar(value.as_ref().unwrap());
                assert_eq!(format!("{:?}", Some(result)), format!("{expected:?}"), "{text}");
            }
        }

        let printed = print(&expr);
        let again = parse_with(&printed, 0, Options::default());
        assert_eq!(again.expr.as_ref(), Some(&expr), "{text:?} printed as {printed:?}");

        let canonical = normal(&expr);
        assert_eq!(normal(&canonical), canonical, "{printed}");
        let read = parse_with(&print(&canonical), 0, Options::default()).expr;
        assert_eq!(read.as_ref(), Some(&canonical), "{canonical}");

        let folded = partial(&expr, &env);
        if let (Ok(before), Ok(after)) = (value, eval_with(&folded, &env, limits)) {
            let same = before == after || format!("{before:?}") == format!("{after:?}");
            assert!(same, "{printed} = {before}, folded {folded} = {after}");
        }
    }
}

/// Texts made of what formulas are made of, so that many are formulas.
fn formula_like() -> impl Strategy<Value = String> {
    let token = prop::sample::select(vec![
        "a",
        "x",
        "f",
        "s",
        "t.y",
        "τ",
        "0",
        "1",
        "2.5",
        "64",
        "1e-4",
        "12 GB",
        "5ms",
        "900 GB/s",
        "\"t\"",
        "'q'",
        "true",
        "False",
        "+",
        "-",
        "*",
        "/",
        "//",
        "%",
        "**",
        "^",
        "@",
        "<",
        "<=",
        ">",
        ">=",
        "==",
        "!=",
        "=",
        "in",
        "not in",
        "not ",
        "!",
        "and",
        "or",
        "&&",
        "||",
        "=>",
        "implies",
        "if",
        "else",
        "?",
        ":",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ",",
        "..",
        ".",
        "forall i:",
        "exists j in 0..2:",
        "for all i, j:",
        "min(",
        "cdiv(",
        "f(",
        "sum([",
        "range(",
        "is_pow2(",
        "log2(",
        "bytes_of(\"f16\")",
        "sum_i",
        "E_x",
        "s == t",
        "s in [t, u]",
        "i",
        "j",
        " ",
        "\t",
        "B",
        "h",
    ]);
    prop::collection::vec(token, 0..24).prop_map(|tokens| tokens.join(" "))
}

/// Formulas that are well formed.
fn formula() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec![
        "a",
        "x",
        "f",
        "s",
        "t.y",
        "0",
        "1",
        "-7",
        "64",
        "2.5",
        "1e300",
        "9223372036854775807",
        "12 GB",
        "5 ms",
        "989 TFLOPS",
        "\"t\"",
        "true",
        "false",
        "[]",
        "0..3",
        "[1, 2, 4]",
        "-9223372036854775808",
    ])
    .prop_map(str::to_owned);
    leaf.prop_recursive(6, 60, 3, |inner| {
        let binary = prop::sample::select(vec![
            "+", "-", "*", "/", "//", "%", "**", "@", "<", "<=", ">", ">=", "==", "!=", "in", "not in", "and", "or", "=>",
        ]);
        let function = prop::sample::select(vec![
            "abs", "all", "any", "bytes_of", "ceil", "exp", "exp2", "float", "floor", "int", "is_pow2", "len", "log", "log2",
            "mean", "next_pow2", "round", "row_sum", "sorted", "sqrt", "sum", "max", "min", "range", "f", "g",
        ]);
        let two = prop::sample::select(vec!["cdiv", "gcd", "lcm", "pow", "min", "max", "range", "f"]);
        prop_oneof![
            4 => (inner.clone(), binary, inner.clone()).prop_map(|(a, op, b)| format!("({a}) {op} ({b})")),
            1 => inner.clone().prop_map(|a| format!("-({a})")),
            1 => inner.clone().prop_map(|a| format!("not ({a})")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("({a}) if ({b}) else ({c})")),
            1 => (inner.clone(), inner.clone(), inner.clone())
                .prop_map(|(a, b, c)| format!("{a} and {b} or {c} and {a}")),
            1 => (inner.clone(), inner.clone(), inner.clone()).prop_map(|(a, b, c)| format!("({a}) < ({b}) <= ({c})")),
            1 => (function, inner.clone()).prop_map(|(f, a)| format!("{f}({a})")),
            1 => (two, inner.clone(), inner.clone()).prop_map(|(f, a, b)| format!("{f}({a}, {b})")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("({a})[{b}]")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("[{a}, {b}]")),
            1 => (inner.clone(), inner.clone()).prop_map(|(a, b)| format!("forall x in [{a}]: {b}")),
            1 => inner.clone().prop_map(|a| format!("exists i: f(i) == ({a})")),
            1 => inner.prop_map(|a| format!("({a}).y")),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_is_read(text in any::<String>()) {
        exercise(&text);
    }

    #[test]
    fn any_sequence_of_tokens_is_read(text in formula_like()) {
        exercise(&text);
    }

    #[test]
    fn formulas_print_back(text in formula()) {
        prop_assert!(parse(&text, 0).expr.is_some(), "{}", text);
        exercise(&text);
    }
}

#[test]
fn nesting_is_limited_in_every_direction() {
    let n = 100_000;
    for text in [
        "(".repeat(n),
        "[".repeat(n),
        "-".repeat(n) + "1",
        "not ".repeat(n) + "a",
        "!".repeat(n) + "a",
        "f(".repeat(n),
        "a[".repeat(n),
        vec!["1"; n].join("+"),
        vec!["2"; n].join("**"),
        vec!["a"; n].join("=>"),
        "a?".repeat(n),
        "a if b else ".repeat(n) + "c",
        "forall i in a: ".repeat(n) + "b",
        format!("forall {}: b", vec!["i"; n].join(", ")),
        format!("a{}", "[0]".repeat(n)),
    ] {
        let read = parse(&text, 0);
        let code = read.diagnostics.first().map(|d| d.code.0);
        assert!(
            matches!(code, Some("expression-too-deep" | "unclosed-bracket")),
            "{code:?} {}",
            &text[..20]
        );
        assert!(parse_prefix(&text, 0, Options::default()).is_none());
    }
    // Wide is not deep.
    assert!(parse(&format!("a[0]{}", ".b".repeat(n)), 0).expr.is_some());
    assert!(parse(&vec!["a"; n].join(" and "), 0).expr.is_some());
    assert!(parse(&format!("[{}]", vec!["1"; n].join(", ")), 0).expr.is_some());
    assert!(
        parse(&format!("{}a{}", "(".repeat(MAX_DEPTH - 1), ")".repeat(MAX_DEPTH - 1)), 0)
            .expr
            .is_some()
    );
}

#[test]
fn the_deepest_tree_fits_a_small_stack() {
    let text = format!("{}a{}", "-(".repeat(MAX_DEPTH / 2 - 1), ")".repeat(MAX_DEPTH / 2 - 1));
    let sum = vec!["a"; MAX_DEPTH - 1].join(" - ");
    let nested = format!("{}a{}", "abs(".repeat(MAX_DEPTH - 2), ")".repeat(MAX_DEPTH - 2));
    let quantified = format!("{}true", "forall i in 0..0: ".repeat(MAX_DEPTH / 2 - 1));
    let run = move || {
        for text in [text, sum, nested, quantified] {
            assert!(parse(&text, 0).expr.is_some(), "{:?}", parse(&text, 0).diagnostics);
            exercise(&text);
        }
    };
    let small = std::thread::Builder::new().stack_size(2 << 20).spawn(run).unwrap();
    small.join().unwrap();
}

#[test]
fn time_grows_with_the_length_only() {
    let time = |text: &str| {
        let start = Instant::now();
        let _ = parse_with(text, 0, OPTIONS[2]);
        let _ = parse(text, 0);
        let _ = parse_prefix(text, 0, OPTIONS[2]);
        start.elapsed()
    };
    for unit in [
        "a and ",
        "(a) or b_c and ",
        "[1, 2] == ",
        "\"a\" < ",
        "x_1 ",
        "a < b and not c ",
        "'",
        "{{",
        "1 + (",
        "f(g, ",
        "sum_i ",
        "sum_i (x_1 ",
        "min_i a_b + ",
    ] {
        // Eight times the length: quadratic time would be 64 times as long.
        let best = |length: usize| {
            let text = unit.repeat(length / unit.len());
            (0..3).map(|_| time(&text)).min().unwrap()
        };
        let (short, long) = (best(20_000), best(160_000));
        assert!(
            long < 24 * short.max(std::time::Duration::from_millis(1)),
            "{unit:?}: {short:?}, {long:?}"
        );
    }
    // Aggregations that cannot take what follows them, as deep as they may be.
    for end in ["(", "a *", "a_1 * )"] {
        let text = "sum_i ".repeat(180) + end;
        let taken = time(&text);
        assert!(taken.as_secs() < 20, "{taken:?}");
    }
}

/// Each enclosing expression that cannot end there must not read the rest anew: with chains inside of
/// `?` that took twice as long for every level.
#[test]
fn prose_behind_nested_operators_is_read_once() {
    for part in ["a = b ? ", "a > b = c ? ", "a and b and c ? ", "a if b = ", "a or b or c => d ? "]
    {
        let text = part.repeat(2000) + "the rest is prose";
        let options = Options { implicit_multiplication: true, ..Options::default() };
        let _ = spak_expr::parse_prefix(&text, 0, options);
        exercise(&part.repeat(60));
    }
}
