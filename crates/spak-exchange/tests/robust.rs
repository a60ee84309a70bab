//! Any bytes are read to an end, with a place for what is wrong.

use std::path::PathBuf;

use proptest::prelude::*;
use spak_exchange::{python, results, space};

/// Everything that can be done with bytes.
fn exercise(bytes: &[u8]) {
    if let Ok(read) = space::read(bytes) {
        let _ = space::write_t1(&read.space);
        for d in &read.diagnostics {
            assert!(d.primary.span.start <= d.primary.span.end);
            assert!(!d.message.is_empty());
        }
        for r in &read.space.restrictions {
            assert!(r.expr.is_some() || !read.is_whole());
            assert!(r.parameters.iter().all(|at| *at < read.space.parameters.len()));
        }
    }
    if let Ok(read) = results::read(bytes) {
        let r = &read.recorded;
        for row in &r.rows {
            assert_eq!(r.values(row).count(), r.parameters.len());
            assert_eq!(row.measured.len(), r.metrics.len());
            assert!(row.cost.total() >= 0.0);
        }
        // What was read can be written and read again.
        let again = results::read(results::write_t4(r).as_bytes());
        assert_eq!(again.map(|a| a.recorded.rows.len()).ok(), Some(r.rows.len()));
    }
    let text = String::from_utf8_lossy(bytes);
    let read = python::restriction(&text);
    for d in &read.diagnostics {
        assert!(d.primary.span.end as usize <= text.len(), "{text}");
        assert!(text.is_char_boundary(d.primary.span.start as usize), "{text}");
    }
    if let Some(expr) = &read.expr {
        for (_, at) in spak_expr::name_uses(expr) {
            assert!(!at.slice(&text).is_empty(), "{text}");
        }
    }
    let _ = python::values(&text);
}

/// Files as they are found, when they are there, and small ones of each format.
fn seeds() -> Vec<Vec<u8>> {
    let mut seeds: Vec<Vec<u8>> = [
        r#"{"params": {"x": [1, 2], "y": ["a", null]}, "constraints": ["x & (x - 1) == 0", "y in ('a', 'b')"]}"#,
        r#"{"ConfigurationSpace": {"TuningParameters": [{"Name": "x", "Type": "int", "Values": "[2**i for i in range(3)]", "Default": 1}], "Conditions": [{"Expression": "x < 3", "Parameters": ["x"]}]}}"#,
        r#"{"results": [{"configuration": {"x": 1}, "times": {"compilation": 1.5, "runtimes": [1, 2]}, "invalidity": "correct", "correctness": 1, "measurements": [{"name": "time", "value": NaN, "unit": "ms"}], "objectives": ["time"]}], "metadata": {"timeunit": "ms"}}"#,
        r#"{"tune_params_keys": ["x"], "tune_params": {"x": [1, 2]}, "objective": "time", "cache": {"1": {"x": 1, "time": 0.5, "times": [1], "compile_time": 2}, "2": {"x": 2, "time": "InvalidConfig"}}}"#,
        "lambda p: p['x'] * -2 ** 3 <= 4 and not (y in [1, 2] or z) if a else b",
        "a && !(b || c) && min(x, y) >> 1 != ~3",
    ]
    .iter()
    .map(|s| s.as_bytes().to_vec())
    .collect();
    let shared = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    for file in ["spaces/gemm.json", "spaces/hotspot.json"] {
        seeds.extend(std::fs::read(shared.join(file)));
    }
    if let Ok(bytes) = std::fs::read(shared.join("tuning/convolution_A100_T4.json.gz")) {
        seeds.push(bytes[..4000].to_vec());
    }
    seeds
}

/// Pieces that matter to some reader.
const PIECES: [&[u8]; 24] = [
    b"{",
    b"}",
    b"[",
    b"]",
    b"\"",
    b",",
    b":",
    b"\\",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"null",
    b"(",
    b")",
    b"not ",
    b"&&",
    b"!",
    b"\xff",
    b"\x1f\x8b\x08",
    b"\n",
    b"'",
    b"999999999999999999999",
    b" for i in range(9)",
    "é".as_bytes(),
];

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn any_bytes_are_read(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        exercise(&bytes);
    }

    #[test]
    fn any_pieces_are_read(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..40)) {
        exercise(&pieces.concat());
    }

    #[test]
    fn mutated_files_are_read(
        seed in prop::sample::select(seeds()),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0_usize..12, prop::option::of(prop::sample::select(&PIECES[..]))), 1..5),
        end in prop::option::of(any::<prop::sample::Index>()),
    ) {
        let mut bytes = seed;
        for (at, remove, insert) in edits {
            let at = at.index(bytes.len() + 1);
            let to = (at + remove).min(bytes.len());
            bytes.splice(at..to, insert.unwrap_or_default().iter().copied());
        }
        if let Some(end) = end {
            bytes.truncate(end.index(bytes.len() + 1));
        }
        exercise(&bytes);
    }

    #[test]
    fn any_python_like_text_is_read(text in "[a-c0-9 ()\\[\\]{}'\",.:=<>!&|^~*/%+-]{0,60}|(not |and |or |if |else |in |is |lambda |for |f'|[a-c(),1-3 +*<=]){1,30}") {
        exercise(text.as_bytes());
    }
}
