//! Spaces that nobody would write by hand: an error with its place, or less said, and never a wrong count
//! or a long wait ([`Folder::spak`] fails a test that takes longer than ten seconds).

use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use crate::support::Folder;

/// Parameters `p0`, `p1`, … with whole numbers from 1.
fn parameters(count: usize, values: i64) -> Value {
    let domain: Vec<i64> = (1..=values).collect();
    Value::Object((0..count).map(|i| (format!("p{i}"), json!(domain))).collect::<Map<_, _>>())
}

fn joined(count: usize, operator: &str) -> String {
    let names: Vec<String> = (0..count).map(|i| format!("p{i}")).collect();
    names.join(operator)
}

fn space(parameters: &Value, restrictions: &[&str]) -> String {
    json!({ "tune_params": parameters, "restrictions": restrictions }).to_string()
}

/// What `spak space` says of a file.
fn said(bytes: impl AsRef<[u8]>) -> (i32, Value) {
    let folder = Folder::new();
    folder.write("space.json", bytes);
    folder.json(&["space", "space.json"])
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn what_cannot_be_read_is_refused_with_a_code_and_a_place() {
    let two = json!({ "a": [1, 2], "b": [1, 2] });
    let t1 = |values: &str| {
        json!({ "ConfigurationSpace": { "TuningParameters": [
            { "Name": "x", "Type": "int", "Values": values }], "Conditions": [] } })
        .to_string()
    };
    let deep = format!("{}1{} > 1", "(".repeat(100_000), ")".repeat(100_000));
    let cases: Vec<(&str, String, &str)> = vec![
        ("growth without end", t1("[i for i in range(10 ** 12)]"), "not-translatable"),
        ("a number without end", t1("[9 ** 9 ** 9 ** 9]"), "not-translatable"),
        ("a value that is used before it is there", t1("[y, 2]"), "not-translatable"),
        ("an unknown parameter", space(&two, &["a < c"]), "unknown-name"),
        ("a function of one's own", space(&two, &["is_good(a, b)"]), "unknown-function"),
        ("a program", space(&two, &["__import__('os').abort()"]), "not-translatable"),
        ("an assignment", space(&two, &["a = b"]), "not-python"),
        ("a function definition", space(&two, &["def f(p):\n return p['a'] > 1"]), "not-python"),
        ("a lambda within", space(&two, &["(lambda q: q)(a)"]), "not-translatable"),
        ("brackets without end", space(&two, &[&deep]), "expression-too-deep"),
        ("lists without end", "[".repeat(1_000_000), "bad-json"),
        ("objects without end", "{\"tune_params\":".repeat(100_000), "bad-json"),
        ("a number of 100,000 digits", format!("{{\"a\": [1{}]}}", "0".repeat(100_000)), "bad-json"),
        ("not a number", "{\"a\": [NaN, 1.0]}".to_owned(), "bad-json"),
        ("nothing", String::new(), "bad-json"),
        ("half of a file", space(&parameters(4, 50), &["p0 < p1"])[..100].to_owned(), "bad-json"),
        ("a list", "[]".to_owned(), "unknown-format"),
        ("null", "null".to_owned(), "unknown-format"),
        ("no entries", "{}".to_owned(), "unknown-format"),
        ("a parameter twice", "{\"tune_params\": {\"a\": [1], \"a\": [2]}}".to_owned(), "bad-entry"),
        ("parameters twice", "{\"params\": {\"a\": [1]}, \"params\": {\"b\": [2]}}".to_owned(), "bad-entry"),
        ("no values", space(&json!({ "a": [] }), &[]), "bad-entry"),
        ("too many parameters", space(&parameters(5000, 1), &[]), "bad-entry"),
        ("no list of parameters", "{\"ConfigurationSpace\": {\"TuningParameters\": null}}".to_owned(), "bad-entry"),
        ("no text", "{\"ConfigurationSpace\": {\"TuningParameters\": [], \"Conditions\": [{\"Expression\": 5}]}}".to_owned(), "bad-entry"),
    ];
    for (what, text, code) in cases {
        let (exit, said) = said(&text);
        assert_eq!(exit, 1, "{what}: {said}");
        let errors = said["diagnostics"].as_array().unwrap();
        assert!(
            errors.iter().any(|d| d["severity"] == "error" && d["code"] == code),
            "{what}: {errors:?}"
        );
        assert_eq!(said["exact"], false, "{what}: no count is claimed");
    }
}

#[test]
fn damaged_files_are_refused_and_unusual_ones_are_read() {
    let text = space(&parameters(2, 4), &["p0 < p1"]);
    let whole = gzip(text.as_bytes());
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    let lines = text.replace(',', ",\r\n").into_bytes();
    for bytes in [text.clone().into_bytes(), whole.clone(), marked, lines] {
        let (exit, said) = said(bytes);
        assert_eq!((exit, &said["count"], &said["exact"]), (0, &json!(6), &json!(true)));
    }
    let cut = whole[..whole.len() - 10].to_vec();
    let mut changed = whole.clone();
    let end = changed.len() - 6;
    changed[end] ^= 0xff;
    let wide: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for bytes in [cut, changed, [whole.clone(), b"more".to_vec()].concat(), gzip(&whole), wide] {
        let (exit, said) = said(bytes);
        assert_eq!(exit, 1, "{said}");
        let code = said["diagnostics"][0]["code"].as_str().unwrap();
        assert!(code == "bad-gzip" || code == "bad-json", "{said}");
    }
}

#[test]
fn a_small_file_that_decompresses_to_a_large_one_is_refused() {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    let spaces = vec![b' '; 1 << 20];
    for _ in 0..200 {
        encoder.write_all(&spaces).unwrap();
    }
    let (exit, said) = said(encoder.finish().unwrap());
    assert_eq!((exit, &said["diagnostics"][0]["code"]), (1, &json!("bad-gzip")));
}

#[test]
fn contradictions_are_named_by_the_fewest_constraints() {
    let (exit, said) =
        said(space(&parameters(4, 5), &["p3 > 0", "p0 > p1", "p1 > p2", "p2 > p0", "p3 < 5"]));
    assert_eq!((exit, &said["count"]), (1, &json!(0)));
    assert_eq!(
        said["conflict"],
        json!({ "constraints": [1, 2, 3], "smallest": true, "conditional": [] })
    );
}

#[test]
fn what_has_no_value_is_not_valid_and_said() {
    let cases = [
        (json!({ "a": [0, 1, 2], "b": [0, 4] }), "b % a == 0", 4),
        (json!({ "a": ["1", "2"], "b": [1, 2] }), "a < b", 0),
        (json!({ "a": [-1, 70, 3] }), "1 << a > 3", 2),
    ];
    for (parameters, restriction, count) in cases {
        let (exit, said) = said(space(&parameters, &[restriction]));
        assert_eq!((exit, &said["count"]), (1, &json!(count)), "{restriction}");
        assert_eq!(said["diagnostics"][0]["code"], "condition-without-value", "{restriction}");
    }
    // Floats that are whole are the numbers that they are.
    let (exit, said) =
        said(space(&json!({ "a": [1.0, 2.0, 2.5], "b": [1, 2, 3] }), &["b % a == 0"]));
    assert_eq!((exit, &said["count"]), (0, &json!(4)));
}

#[test]
fn wide_domains_are_counted() {
    let wide: Vec<i64> = (1..=200_000).collect();
    let (exit, said) =
        said(space(&json!({ "a": wide, "b": [1, 2, 3, 4] }), &["a * b <= 400000", "a % 3 == 0"]));
    let expected: i64 = (1..=4).map(|b| (400_000 / b).min(200_000) / 3).sum();
    assert_eq!((exit, &said["count"], &said["exact"]), (0, &json!(expected), &json!(true)));
    let killed = said["parameters"][0]["killed"].as_array().unwrap();
    assert_eq!(killed[0], json!({ "value": 1, "by": [1] }), "{}", killed[0]);
}

/// The number of ways to reach each remainder by choosing a value of each of `count` parameters.
fn remainders(count: usize, values: u64, modulus: usize) -> Vec<u128> {
    let mut ways = vec![0_u128; modulus];
    ways[0] = 1;
    for _ in 0..count {
        let mut next = vec![0_u128; modulus];
        for (rest, n) in ways.iter().enumerate() {
            for value in 1..=values {
                next[(rest + value as usize) % modulus] += n;
            }
        }
        ways = next;
    }
    ways
}

#[test]
fn conditions_over_thirty_parameters_are_counted_or_said_to_be_too_much() {
    let restriction = format!("({}) % 31 == 3", joined(30, " + "));
    let (_, sum) = said(space(&parameters(30, 8), &[&restriction]));
    assert_eq!(sum["exact"], true);
    let expected = remainders(30, 8, 31)[3];
    let counted = sum["count"].as_str().map_or(sum["count"].to_string(), str::to_owned);
    assert_eq!(counted, expected.to_string());
    // These have no small diagram.
    let products = [
        (parameters(25, 40), format!("({}) % 1009 == 1", joined(25, " * "))),
        (parameters(30, 1000), format!("{} == 15000", joined(30, " + "))),
        (parameters(20, 30), format!("{} < 3.7", joined(20, " / 7 * "))),
    ];
    for (parameters, restriction) in products {
        let folder = Folder::new();
        folder.write("space.json", space(&parameters, &[&restriction]));
        let (exit, said) = folder.json(&["space", "space.json", "--max-edges", "100000"]);
        assert_eq!(said["exact"], false, "{restriction}");
        assert!(said["notes"][0].as_str().unwrap().contains("lower bounds"), "{}", said["notes"]);
        assert_eq!(exit, 0, "{restriction}: some config is found: {}", said["count"]);
    }
}

#[test]
fn questions_about_a_space_that_is_too_dense_are_answered_as_far_as_they_can_be() {
    let pairs: Vec<String> = (0..7)
        .flat_map(|i| (i + 1..7).map(move |j| format!("p{i} * p{j} * {}", 7 + 31 * i + 17 * j)))
        .collect();
    let folder = Folder::new();
    let restriction = format!("({}) % 10007 < 4000", pairs.join(" + "));
    folder.write("space.json", space(&parameters(7, 20), &[&restriction, "p0 != 7"]));
    let dense = ["space", "space.json", "--max-edges", "20000"];
    let (exit, said) = folder.json(&[&dense[..], &["--why", "p0=3"]].concat());
    assert_eq!(exit, 0);
    assert!(said["why"][0]["count"].as_u64().unwrap() > 0, "{}", said["why"]);
    // One condition alone excludes this one, however dense the other is.
    let (_, said) = folder.json(&[&dense[..], &["--why", "p0=7"]].concat());
    assert_eq!(said["why"][0]["count"], 0, "{}", said["why"]);
    assert_eq!(said["why"][0]["excluded"]["constraints"], json!([1]));
}

#[test]
fn constraints_by_the_thousand_end() {
    let texts: Vec<String> =
        (0..1000).map(|k| format!("p{} * p{} != {}", k % 13, k * 7 % 17, k % 60)).collect();
    let restrictions: Vec<&str> = texts.iter().map(String::as_str).collect();
    let folder = Folder::new();
    folder.write("space.json", space(&parameters(17, 6), &restrictions));
    let (_, said) = folder.json(&["space", "space.json", "--max-edges", "20000"]);
    assert!(said["count"] != 0 || said["exact"] == true, "{}", said["notes"]);
}

#[test]
fn elements_of_lists_are_known() {
    let folder = Folder::new();
    let parameters = json!({
        "dim": [0, 1, 2],
        "threads": [32, 64, 128],
        "order": [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]],
    });
    let restrictions = ["threads <= (128, 64, 32)[dim]", "order[0] < order[2]"];
    folder.write("space.json", space(&parameters, &restrictions));
    let (_, said) = folder.json(&["space", "space.json"]);
    // 3 + 2 + 1 of the first two, half of the orders.
    assert_eq!((&said["count"], &said["exact"]), (&json!(18), &json!(true)), "{said}");
}
