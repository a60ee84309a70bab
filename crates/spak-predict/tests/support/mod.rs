//! Machines and problems for tests.
#![allow(dead_code, reason = "each test file uses a part")]

use std::collections::BTreeMap;

use spak_predict::Hardware;
use spak_records::{CausalAlignment, Config, Problem, Value};

/// Figures as they stand in a description: `key: value` by line, a value being an expression.
pub(crate) fn fields(text: &str) -> Vec<(String, spak_expr::Value)> {
    let lines = text.lines().filter_map(|line| line.trim().split_once(": "));
    lines
        .map(|(key, value)| {
            // Behind a figure stands where it is from.
            let value = value.split_once("  // ").map_or(value, |(value, _)| value.trim_end());
            let expr = spak_expr::parse(value, 0).expr.unwrap();
            let value = spak_expr::eval(&expr, &spak_expr::Empty).unwrap();
            (key.to_owned(), value)
        })
        .collect()
}

/// A machine by figures, none of which may be refused.
pub(crate) fn machine(name: &str, text: &str) -> Hardware {
    let fields = fields(text);
    let (hardware, complaints) =
        Hardware::read(name, fields.iter().map(|(k, v)| (k.as_str(), v.clone())));
    assert!(complaints.is_empty(), "{name}: {complaints:?}");
    hardware
}

/// The libraries that come with the program.
pub(crate) fn texts() -> [&'static str; 8] {
    [
        include_str!("../../../../std/hardware/a100.dsl"),
        include_str!("../../../../std/hardware/b200.dsl"),
        include_str!("../../../../std/hardware/h100.dsl"),
        include_str!("../../../../std/hardware/h200.dsl"),
        include_str!("../../../../std/hardware/rtx4090.dsl"),
        include_str!("../../../../std/hardware/rtx5070.dsl"),
        include_str!("../../../../std/hardware/rtx5090.dsl"),
        include_str!("../../../../std/hardware/apple.dsl"),
    ]
}

/// Every record of the libraries that come with the program.
pub(crate) fn library() -> Vec<Hardware> {
    let mut found = Vec::new();
    for text in texts() {
        for block in text.split("    hardware ").skip(1) {
            let (name, rest) = block.split_once(" {\n").unwrap();
            found.push(machine(name, rest.split_once("\n    }").unwrap().0));
        }
    }
    found
}

/// The record `name` of the libraries.
pub(crate) fn hardware(name: &str) -> Hardware {
    library().into_iter().find(|h| h.name == name).unwrap()
}

/// A config of whole numbers and texts.
pub(crate) fn config(values: &[(&str, i64)], texts: &[(&str, &str)]) -> Config {
    let mut all: BTreeMap<String, Value> =
        values.iter().map(|(k, v)| ((*k).to_owned(), Value::Int(*v))).collect();
    all.extend(texts.iter().map(|(k, v)| ((*k).to_owned(), Value::Text((*v).to_owned()))));
    Config(all)
}

/// An attention problem with as many keys as queries.
pub(crate) fn attention(
    batch: i64,
    heads: i64,
    kv_heads: i64,
    seq_len: i64,
    head_dim: i64,
    causal: bool,
) -> Problem {
    Problem::AttentionForward {
        batch,
        heads,
        kv_heads,
        seq_len,
        kv_len: seq_len,
        head_dim,
        causal: causal.then_some(CausalAlignment::BottomRight),
        store_lse: false,
    }
}
