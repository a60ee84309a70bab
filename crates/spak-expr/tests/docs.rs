//! The examples of the documentation: each expression has the value, or gets the diagnostic, that its
//! page says; and each code of this crate has a page with an example that triggers it.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use spak_expr::{Options, Value, codes, eval, infer_condition, normal, parse_with};

fn docs() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../docs/language")
}

/// The names that the examples use, as `expressions.md` introduces them.
fn names() -> BTreeMap<String, Value> {
    let record = BTreeMap::from([
        ("speedup".to_owned(), Value::Float(0.4)),
        ("tflops".to_owned(), Value::Int(45)),
    ]);
    let weights = [[1.0, 0.0, 0.0], [0.5, 0.5, 0.0], [0.25, 0.25, 0.5]];
    let values = [
        ("tile_m", Value::Int(64)),
        ("tile_n", Value::Int(128)),
        ("tile_k", Value::Int(32)),
        ("seq_len", Value::Int(4096)),
        ("causal", Value::Bool(true)),
        ("dtype", Value::from("bf16")),
        ("softmax_scheme", Value::from("online")),
        ("h", Value::from(vec![10_i64, 20, 30])),
        ("attention_weight", Value::matrix(&weights)),
        ("t", Value::Record(Arc::new(record))),
    ];
    values.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn space() -> BTreeMap<String, Vec<Value>> {
    let ints = |values: &[i64]| values.iter().map(|v| Value::Int(*v)).collect::<Vec<_>>();
    BTreeMap::from([
        ("tile_m".to_owned(), ints(&[32, 64, 128])),
        ("tile_n".to_owned(), ints(&[32, 64, 128])),
        ("softmax_scheme".to_owned(), vec![Value::from("online"), Value::from("naive")]),
    ])
}

/// What an example gives: its value, or the code of the diagnostic.
fn outcome(text: &str, words: &str) -> String {
    let equals = words.contains("equals") || words.contains("normal");
    let parse = parse_with(text, 0, Options { allow_equals: equals, ..Options::default() });
    if let Some(diagnostic) = parse.diagnostics.first() {
        return diagnostic.code.0.to_owned();
    }
    let expr = parse.expr.unwrap();
    if words.contains("normal") {
        return normal(&expr).to_string();
    }
    if words.contains("static") {
        let said = infer_condition(&expr, &space());
        return said.first().map_or("nothing", |d| d.code.0).to_owned();
    }
    match eval(&expr, &names()) {
        Ok(value) => value.to_string(),
        Err(diagnostic) => diagnostic.code.0.to_owned(),
    }
}

/// The expressions of a page with what they should give, and the words after `expr`.
fn examples(page: &str) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    let mut words: Option<&str> = None;
    for line in page.lines() {
        match (line.strip_prefix("```"), words) {
            (Some(fence), None) => {
                words = Some(fence.strip_prefix("expr").map_or("other", str::trim));
            }
            (Some(_), Some(_)) => words = None,
            (None, Some(kind)) if kind != "other" && !line.is_empty() => {
                let (text, expected) =
                    line.split_once("  # => ").unwrap_or_else(|| panic!("{line}"));
                found.push((text.to_owned(), expected.to_owned(), kind.to_owned()));
            }
            _ => {}
        }
    }
    found
}

#[test]
fn the_guide_says_what_happens() {
    let page = std::fs::read_to_string(docs().join("expressions.md")).unwrap();
    let examples = examples(&page);
    assert!(examples.len() > 60, "only {} examples", examples.len());
    let wrong: Vec<String> = examples
        .iter()
        .map(|(text, expected, words)| (text, expected, outcome(text, words)))
        .filter(|(_, expected, found)| *expected != found)
        .map(|(text, expected, found)| format!("{text}: written {expected}, found {found}"))
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_code_has_a_page_whose_examples_trigger_it() {
    for code in codes::ALL {
        let file = docs().join("diagnostics").join(format!("{}.md", code.0));
        let page =
            std::fs::read_to_string(&file).unwrap_or_else(|e| panic!("{}: {e}", file.display()));
        assert!(page.starts_with(&format!("# {}\n", code.0)), "{}", file.display());
        let mut triggers = 0;
        for (text, expected, words) in examples(&page) {
            assert_eq!(outcome(&text, &words), expected, "{}: {text}", code.0);
            triggers += usize::from(expected == code.0);
        }
        assert!(triggers > 0, "{} has no example that triggers it", code.0);
    }
}

#[test]
fn each_function_is_in_the_guide() {
    let page = std::fs::read_to_string(docs().join("expressions.md")).unwrap();
    let missing: BTreeSet<&str> = spak_expr::builtins::BUILTINS
        .iter()
        .map(|b| b.name)
        .filter(|name| !page.contains(&format!("`{name}(")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let sorted = spak_expr::builtins::BUILTINS.is_sorted_by_key(|b| b.name);
    assert!(sorted, "functions are found by binary search");
}
