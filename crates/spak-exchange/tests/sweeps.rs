//! Sweeps of flat records: what is taken for a value, what for a measurement, and what is refused.
#![expect(clippy::print_stderr, reason = "skipped inputs are told")]

use std::path::PathBuf;

use expect_test::expect;
use spak_exchange::results::{Failure, Format, Outcome, read};

const SWEEP: &str = r#"{
  "type": "AnySweep",
  "full_history": [
    {"tile": 64, "v_latency": 2, "mode": "a", "torch_tflops": 9.5, "tflops": 10.25, "gpu": "G", "passed": true},
    {"tile": 128, "v_latency": 2, "mode": "b", "torch_tflops": 9.5, "tflops": 11, "gpu": "G", "passed": true},
    {"tile": 64, "v_latency": 4, "mode": "a", "torch_tflops": null, "tflops": -1, "gpu": "G", "passed": false}
  ]
}"#;

#[test]
fn names_and_values_say_what_is_measured() {
    let r = read(SWEEP.as_bytes()).unwrap().recorded;
    assert_eq!((r.format, r.device.as_deref()), (Format::Sweep, Some("G")));
    let names: Vec<&str> = r.parameters.iter().map(|p| p.name.as_str()).collect();
    // A latency is a choice: it has no unit in its name, and no fractions.
    assert_eq!(names, ["tile", "v_latency", "mode"]);
    let metrics: Vec<&str> = r.metrics.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(metrics, ["torch_tflops", "tflops"]);
    assert_eq!(r.objectives, [1]);
    assert!(r.metrics[1].is_rate() && r.metrics[0].is_baseline_of(&r.metrics[1]));
    assert_eq!(r.objective(&r.rows[0]), Some(10.25));
    assert_eq!(r.rows[2].outcome, Outcome::Failed(Failure::Correctness));
    assert_eq!(r.objective(&r.rows[2]), None);
}

#[test]
fn what_is_impossible_is_said_with_its_place() {
    let mut out = String::new();
    for row in [
        r#"{"x": 1, "ms": -2.5}"#,
        r#"{"x": 1, "ms": 0}"#,
        r#"{"x": 1, "ms": NaN}"#,
        r#"{"x": 1, "ms": null}"#,
        r#"{"x": 1}"#,
        r#"{"ms": 1}"#,
        r#"{"x": 1, "ms": 1, "passed": 1}"#,
        r#"{"x": {}, "ms": 1}"#,
        r#"{"x": 1, "x": 2, "ms": 1}"#,
        r#"{"x": 1, "y": 1, "ms": 1}"#,
        r#"[1]"#,
        r#"{"x": 1, "ms": 1, "passed": false}"#,
        r#"{"x": 1, "ms": -1, "passed": false}"#,
    ] {
        use std::fmt::Write as _;
        let text = format!("{{\"full_history\": [{{\"x\": 2, \"ms\": 1.5}},\n {row}]}}");
        let said = match read(text.as_bytes()) {
            Ok(read) => format!("{} rows", read.recorded.rows.len()),
            Err(d) => {
                assert!(d.primary.span.end as usize <= text.len());
                format!("{}: {}", d.code.0, d.message)
            }
        };
        writeln!(out, "{row}\n  {said}").unwrap();
    }
    expect![[r#"
        {"x": 1, "ms": -2.5}
          bad-entry: `full_history[1].ms`: an accepted row was measured, and this is below zero, line 2, column 17
        {"x": 1, "ms": 0}
          bad-entry: `full_history[1].ms`: an accepted row was measured, and this is zero, line 2, column 17
        {"x": 1, "ms": NaN}
          bad-entry: `full_history[1].ms`: an accepted row was measured, and this is no number, line 2, column 17
        {"x": 1, "ms": null}
          bad-entry: `full_history[1].ms`: an accepted row was measured, and this is no number, line 2, column 17
        {"x": 1}
          bad-entry: `full_history[1]`: this record lacks `ms`, which others have, line 2, column 8
        {"ms": 1}
          bad-entry: `full_history[1]`: this record lacks `x`, which others have, line 2, column 9
        {"x": 1, "ms": 1, "passed": 1}
          bad-entry: `full_history[1].passed`: this is neither `true` nor `false`, line 2, column 30
        {"x": {}, "ms": 1}
          bad-entry: `full_history[1].x`: a value is a number, text or truth value, line 2, column 8
        {"x": 1, "x": 2, "ms": 1}
          bad-entry: `full_history[1]`: `x` stands here twice, line 2, column 16
        {"x": 1, "y": 1, "ms": 1}
          bad-entry: `full_history[0]`: this record lacks `y`, which others have, line 1, column 25
        [1]
          bad-entry: invalid type: sequence, expected an object in `full_history[1]`, line 2, column 2
        {"x": 1, "ms": 1, "passed": false}
          2 rows
        {"x": 1, "ms": -1, "passed": false}
          2 rows
    "#]].assert_eq(&out);
}

#[test]
fn the_sweep_of_the_prototype_is_read() {
    let path = "../../../shared/corpus/prototype/examples/KernelEngineer/FMHAv4/last_engineering_trace.json";
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    let Ok(bytes) = std::fs::read(&path) else {
        eprintln!("SKIPPED: no sweep at {}", path.display());
        return;
    };
    let r = read(&bytes).unwrap().recorded;
    let names: Vec<&str> = r.parameters.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["tile_m", "tile_n", "k_lat", "v_lat", "causal"]);
    let metrics: Vec<&str> = r.metrics.iter().map(|m| m.name.as_str()).collect();
    assert_eq!(metrics, ["tflops", "torch_tflops", "speedup"]);
    assert_eq!((r.objectives.as_slice(), r.rows.len()), (&[0][..], 32));
    assert_eq!(r.device.as_deref(), Some("NVIDIA GeForce RTX 5070"));
}
