//! Ten thousand rules of the kinds that libraries have, and a thousand facts of several kinds.

use spak_rules::{Base, Rule};

use crate::words::{base, rule, table};

pub(crate) fn many() -> (Base, Vec<Rule>) {
    let mut situation = base(&[
        "head_dim = 128",
        "seq_len = 4096",
        "causal = true",
        "device = \"d7\"",
        "tile in [0, 1, 2]",
    ]);
    let rows: Vec<[String; 3]> = (0..1000)
        .map(|i| [format!("\"k{}\"", i % 50), (i * 7 % 1000).to_string(), (i % 13).to_string()])
        .collect();
    let rows: Vec<Vec<&str>> =
        rows.iter().map(|r| r.iter().map(String::as_str).collect()).collect();
    let rows: Vec<&[&str]> = rows.iter().map(Vec::as_slice).collect();
    situation.tables.push(table("facts", &["kind", "ms", "n"], &rows));
    let rules = (0..10_000).map(|i| match i % 5 {
        0 => rule(&format!(
            "r{i}: when device == 'd{}' and head_dim > {}; recommend a{} = {}",
            i % 20,
            i % 300,
            i % 40,
            i % 4
        )),
        1 => rule(&format!("r{i}: when seq_len * {} > 9000 and causal; conclude c{i}", i % 7)),
        2 => rule(&format!("r{i}: when c{} and head_dim == 128; conclude d{i}", i - 1)),
        3 => rule(&format!(
            "r{i}: for f in facts; when f.kind == 'k{}' and f.ms > {}; conclude s{i}(f)",
            i % 50,
            i % 1000
        )),
        _ => rule(&format!(
            "r{i}: for f in facts; when s{}(f) and f.n == {}; avoid tile == f.n",
            i - 1,
            i % 13
        )),
    });
    (situation, rules.collect())
}
