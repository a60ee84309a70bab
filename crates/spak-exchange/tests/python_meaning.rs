//! Restrictions mean what Python says they mean.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stderr, reason = "skipped inputs are told")]

#[path = "support/evaluate.rs"]
mod evaluate;

use std::path::PathBuf;

use evaluate::{evaluate, truth};
use spak_exchange::python::{restriction, values};
use spak_records::Value;

/// `config a=1 s='row'`
fn config(line: &str) -> Vec<(String, Value)> {
    let value = |text: &str| match text {
        "True" => Value::Bool(true),
        "False" => Value::Bool(false),
        text if text.starts_with('\'') => Value::Text(text.trim_matches('\'').to_owned()),
        text => {
            text.parse().map(Value::Int).unwrap_or_else(|_| Value::Float(text.parse().unwrap()))
        }
    };
    let pairs = line.split(' ').map(|pair| pair.split_once('=').unwrap());
    pairs.map(|(name, text)| (name.to_owned(), value(text))).collect()
}

#[test]
fn translated_restrictions_hold_where_python_says_so() {
    let expected = include_str!("python/expected.tsv");
    let (configs, rows): (Vec<&str>, Vec<&str>) =
        expected.lines().partition(|line| line.starts_with("config "));
    let configs: Vec<_> =
        configs.iter().map(|c| config(c.strip_prefix("config ").unwrap())).collect();
    assert!(rows.len() > 500 && configs.len() == 5);
    let mut wrong = Vec::new();
    for row in rows {
        let (text, results) = row.split_once('\t').unwrap();
        let read = restriction(text);
        let Some(expr) = read.expr else { panic!("{text}: {:?}", read.diagnostics) };
        for (config, expected) in configs.iter().zip(results.chars()) {
            let found = match evaluate(&expr, config) {
                None => 'E',
                Some(value) if truth(&value) => '1',
                Some(_) => '0',
            };
            if found != expected {
                wrong.push(format!(
                    "{text} => {expr}: Python says {expected}, here {found} for {config:?}"
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{} of them: {:#?}", wrong.len(), &wrong[..wrong.len().min(10)]);
}

#[test]
fn published_restrictions_are_the_formulas_that_they_look_like() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/spaces");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no published spaces at {}", folder.display());
        return;
    };
    let mut count = 0;
    for entry in entries {
        let read =
            spak_exchange::space::read(&std::fs::read(entry.unwrap().path()).unwrap()).unwrap();
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        for r in &read.space.restrictions {
            let own = spak_expr::parse(&r.text, 0).expr.unwrap();
            assert_eq!(r.expr.as_ref().unwrap(), &own, "{}", r.text);
            let names: Vec<_> =
                r.parameters.iter().map(|at| read.space.parameters[*at].name.clone()).collect();
            let free = spak_expr::free_names(&own);
            assert_eq!(names.len(), free.len());
            assert!(names.iter().all(|n| free.contains(n)));
            count += 1;
        }
    }
    assert!(count >= 60, "{count}");
}

#[test]
fn lists_of_values_are_computed() {
    let ints = |list: &[i64]| list.iter().map(|i| Value::Int(*i)).collect::<Vec<_>>();
    for (text, expected) in [
        ("[1, 2, 4] ", vec![1, 2, 4]),
        ("(1, 2)", vec![1, 2]),
        ("1, 2", vec![1, 2]),
        ("list(range(1,9))", (1..9).collect()),
        ("range(5)", (0..5).collect()),
        ("range(10, 0, -3)", vec![10, 7, 4, 1]),
        ("[2**i for i in range(0, 6)]", vec![1, 2, 4, 8, 16, 32]),
        ("[1] + [2 * i for i in range(1,4)]", vec![1, 2, 4, 6]),
        ("[1, 2, 4, 8, 16] + list(range(32, 1024+1, 496))", vec![1, 2, 4, 8, 16, 32, 528, 1024]),
        ("[128+64*i for i in range(3)]", vec![128, 192, 256]),
        ("[i for i in range(20) if i % 3 == 0 and not i == 9]", vec![0, 3, 6, 12, 15, 18]),
        ("[i * j for i in (1, 2) for j in (3, 5)]", vec![3, 5, 6, 10]),
        ("[a + b for a, b in [(1, 2), (3, 4)]]", vec![3, 7]),
        ("sorted({4, 2}) * 2", vec![2, 4, 2, 4]),
        (
            "[-7 // 2, -7 % 3, 7 >> 1, 1 << 4, 6 & 3, 6 | 1, 6 ^ 3, ~0]",
            vec![-4, 2, 3, 16, 2, 7, 5, -1],
        ),
        ("[int(5 / 2), len([1, 2]), min(3, 1), max([3, 1]), abs(-2)]", vec![2, 2, 1, 3, 2]),
    ] {
        assert_eq!(values(text).unwrap(), ints(&expected), "{text}");
    }
    assert_eq!(
        values("[True, 0.5, 'a', None, 1e3]").unwrap(),
        [Value::Bool(true), Value::Float(0.5), "a".into(), "None".into(), Value::Float(1000.0)]
    );
}

#[test]
fn lists_that_are_not_constants_or_too_long_are_refused() {
    for text in [
        "5",
        "x",
        "[x]",
        "[1",
        "",
        "open('f')",
        "list(range(10**9))",
        "[0] * 10**9",
        "[[0] * 1000] * 1000000",
        "[i for i in range(4000) for j in range(4000)]",
        "__import__('os')",
        "[1 / 0]",
        "[9**99]",
        "[a for a in [list(range(1000000))] for i in range(1000)]",
        "range(1, 2, 0)",
        "[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]",
    ] {
        let fault = values(text).unwrap_err();
        assert!(fault.primary.span.end as usize <= text.len(), "{text}");
    }
}
