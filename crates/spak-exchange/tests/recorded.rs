//! Results as other tools record them.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]
#![expect(clippy::print_stderr, reason = "skipped inputs are told")]

use std::io::Write as _;
use std::path::PathBuf;

use expect_test::expect;
use proptest::prelude::*;
use spak_exchange::results::{
    Cost, Failure, Format, Metric, Outcome, Parameter, Recorded, Row, read, write_t4,
};
use spak_records::Value;

const T4: &str = r#"{
  "schema_version": "1.0.0",
  "results": [
    {"timestamp": "t0", "configuration": {"x": 32, "layout": "row"},
     "times": {"compilation": 900.0, "framework": 100, "search_algorithm": 0, "validation": 0, "runtimes": [4, 3.5]},
     "invalidity": "correct", "correctness": 1,
     "measurements": [{"name": "time", "value": 3.75, "unit": "ms"}, {"name": "power", "value": 80, "unit": "W"}],
     "objectives": ["time"]},
    {"configuration": {"layout": "col", "x": 16},
     "times": {"compilation_time": 8000.0, "benchmark": 20.0, "framework": 2.0},
     "invalidity": "compile", "correctness": 0,
     "measurements": [{"name": "time", "value": "CompilationFailedConfig", "unit": ""}], "objectives": ["time"]},
    {"configuration": {"x": 64, "layout": "row"}, "times": {}, "invalidity": "correct", "correctness": 0,
     "measurements": [{"name": "time", "value": 1.0}], "objectives": ["time"]},
    {"configuration": {"x": 16, "layout": "row"}, "times": {"runtimes": "none"}, "invalidity": "correct", "correctness": 1,
     "measurements": [{"name": "time", "value": NaN}, {"name": "power", "value": [1, 2]}], "objectives": ["time"]}
  ],
  "metadata": {"timeunit": "miliseconds"}
}"#;

const CACHE: &str = r#"{
"device_name": "Some GPU",
"kernel_name": "vector_add",
"problem_size": 100,
"tune_params_keys": ["block_size_x", "tile"],
"tune_params": {"block_size_x": [256, 128], "tile": [1]},
"objective": "time",
"cache": {
"128,1": {"block_size_x": 128, "tile": 1, "time": 0.5, "times": [0.4, 0.6], "compile_time": 440.0, "verification_time": 1, "benchmark_time": 1.5, "GFLOP/s": 7, "strategy_time": 2, "framework_time": 0.5, "timestamp": "t"},
"256,1": {"block_size_x": 256, "tile": 1, "time": "RuntimeFailedConfig", "compile_time": 300.0, "verification_time": 0, "benchmark_time": 0.25, "strategy_time": 0, "framework_time": 2.0, "timestamp": "t"}}
}"#;

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

#[test]
fn t4_is_read() {
    let r = read(T4.as_bytes()).unwrap().recorded;
    assert_eq!(r.format, Format::T4);
    let metric = |name: &str, unit: &str| Metric { name: name.to_owned(), unit: unit.to_owned() };
    assert_eq!(r.metrics, [metric("time", "ms"), metric("power", "W")]);
    // Numbers are sorted, texts stand as they occur.
    assert_eq!(r.parameters[0].values, [16, 32, 64].map(Value::Int));
    assert_eq!(r.parameters[1].values, ["row", "col"].map(Value::from));
    let configs: Vec<&[u32]> = r.rows.iter().map(|row| row.config.as_slice()).collect();
    assert_eq!(configs, [&[1, 0][..], &[0, 1], &[2, 0], &[0, 0]]);
    let outcomes: Vec<Outcome> = r.rows.iter().map(|row| row.outcome).collect();
    let failed = Outcome::Failed;
    assert_eq!(
        outcomes,
        [
            Outcome::Measured,
            failed(Failure::Compile),
            failed(Failure::Correctness),
            failed(Failure::Unknown)
        ]
    );
    assert_eq!(r.objective(&r.rows[0]), Some(3.75));
    assert_eq!(r.objective(&r.rows[2]), None);
    assert_eq!(r.rows[0].measured, [Some(3.75), Some(80.0)]);
    // Milliseconds become seconds; without `benchmark`, the runs are what measuring took.
    let totals: Vec<f64> = r.rows.iter().map(|row| row.cost.total()).collect();
    for (found, expected) in totals.iter().zip([1.0075, 8.022, 0.0, 0.0]) {
        assert!((found - expected).abs() < 1e-12, "{found} {expected}");
    }
    let values: Vec<&Value> = r.values(&r.rows[1]).collect();
    assert_eq!(values, [&Value::Int(16), &Value::from("col")]);
}

#[test]
fn a_cache_is_read() {
    let r = read(CACHE.as_bytes()).unwrap().recorded;
    assert_eq!((r.device.as_deref(), r.kernel.as_deref()), (Some("Some GPU"), Some("vector_add")));
    // The order of the declared values counts.
    assert_eq!(r.parameters[0].values, [256, 128].map(Value::Int));
    assert_eq!(r.rows[0].config, [1, 0]);
    assert_eq!(r.objective(&r.rows[0]), Some(0.5));
    assert_eq!(r.rows[1].outcome, Outcome::Failed(Failure::Runtime));
    let cost = &r.rows[0].cost;
    assert!((cost.total() - 0.445).abs() < 1e-12, "{}", cost.total());
    assert_eq!(cost.runtimes.len(), 2);
}

#[test]
fn entries_before_the_names_of_parameters_count() {
    let swapped = r#"{"cache": {"1": {"x": 1, "time": 2.0}}, "tune_params_keys": ["x"]}"#;
    let r = read(swapped.as_bytes()).unwrap().recorded;
    assert_eq!((r.rows.len(), r.metrics.len()), (1, 1));
}

#[test]
fn compressed_results_are_the_same() {
    for text in [T4, CACHE] {
        let plain = read(text.as_bytes()).unwrap().recorded;
        let packed = gzip(text.as_bytes());
        assert_eq!(read(&packed).unwrap().recorded, plain);
        // Two members after each other are one text.
        let (a, b) = text.as_bytes().split_at(100);
        assert_eq!(read(&[gzip(a), gzip(b)].concat()).unwrap().recorded, plain);
        for cut in 2..packed.len() {
            let fault = read(&packed[..cut]).unwrap_err();
            assert!(fault.message.contains("line"), "{}", fault.message);
        }
    }
}

#[test]
fn a_cache_that_was_not_closed_is_read_with_a_warning() {
    let whole = read(CACHE.as_bytes()).unwrap().recorded;
    let open = CACHE.strip_suffix("}\n}").unwrap();
    for (text, rows) in [
        (open.to_owned(), 2),
        (format!("{open},"), 2),
        (format!("{open}\n}}"), 2),
        (format!("{open},\n"), 2),
        (format!("{open},\n\"512,1\": {{\"block_size_x\": 512, \"ti"), 2),
        (open[..open.len() - 30].to_owned(), 1),
    ] {
        let read = read(text.as_bytes()).unwrap();
        assert_eq!(read.diagnostics.len(), 1, "{text}");
        assert_eq!(read.recorded.rows[..], whole.rows[..rows], "{text}");
    }
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let mut out = String::new();
    let row = |inside: &str| {
        format!(
            "{{\"results\": [{{\"configuration\": {{\"x\": 1}}, \"times\": {{}}, \"invalidity\": \"correct\", \"correctness\": 1}},\n {{{inside}}}]}}"
        )
    };
    for text in [
        String::new(),
        "[1]".to_owned(),
        "{\"a\": 1}".to_owned(),
        "{\"results\": [".to_owned(),
        "{\"results\": 3}".to_owned(),
        row("\"configuration\": {\"y\": 1}"),
        row("\"configuration\": {}"),
        row("\"configuration\": {\"x\": 1, \"x\": 2}"),
        row("\"configuration\": {\"x\": {}}"),
        row("\"configuration\": {\"x\": 1}, \"times\": [1]"),
        row("\"configuration\": {\"x\": 1}, \"measurements\": [{\"name\": 3}]"),
        row("\"configuration\": {\"x\": 1}, \"invalidity\": 3"),
        "{\"results\": [], \"metadata\": {\"timeunit\": \"fortnights\"}}".to_owned(),
        "{\"cache\": {\"1\": {\"x\": 1}}}".to_owned(),
        "{\"tune_params_keys\": [\"x\"], \"cache\": {\"1\": {\"y\": 1}}}".to_owned(),
        "{\"tune_params_keys\": [\"x\"], \"cache\": {\"1\": {\"x\": 1,}}}".to_owned(),
    ] {
        use std::fmt::Write as _;
        match read(text.as_bytes()) {
            Ok(read) => {
                writeln!(out, "{text}\n  read with {:?}\n", read.diagnostics.len()).unwrap();
            }
            Err(d) => {
                assert!(d.primary.span.end as usize <= text.len());
                writeln!(out, "{text}\n  {}: {}\n", d.code.0, d.message).unwrap();
            }
        }
    }
    expect![[r#"

          unknown-format: this is no file of results that is read

        [1]
          unknown-format: this is no file of results that is read

        {"a": 1}
          unknown-format: this is no file of results that is read

        {"results": [
          bad-json: EOF while parsing a list in `results[0]`, line 1, column 13

        {"results": 3}
          bad-entry: invalid type: integer `3`, expected a list of results in `results[0]`, line 1, column 13

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {"y": 1}}]}
          bad-entry: `y` is not a parameter of the first entry; every entry has the same ones in `results[1].configuration`, line 2, column 27

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {}}]}
          bad-entry: this entry lacks a parameter that the first entry has in `results[1].configuration`, line 2, column 22

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {"x": 1, "x": 2}}]}
          bad-entry: `x` has two values in this entry in `results[1].configuration`, line 2, column 35

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {"x": {}}}]}
          bad-entry: invalid type: map, expected a number, text, truth value or list in `results[1].configuration`, line 2, column 27

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {"x": 1}, "times": [1]}]}
          bad-entry: invalid type: sequence, expected an object of times in `results[1].times`, line 2, column 39

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {"x": 1}, "measurements": [{"name": 3}]}]}
          bad-entry: invalid type: integer `3`, expected a string in `results[1].measurements`, line 2, column 56

        {"results": [{"configuration": {"x": 1}, "times": {}, "invalidity": "correct", "correctness": 1},
         {"configuration": {"x": 1}, "invalidity": 3}]}
          bad-entry: invalid type: integer `3`, expected a string in `results[1].invalidity`, line 2, column 44

        {"results": [], "metadata": {"timeunit": "fortnights"}}
          bad-entry: `fortnights` is not a unit of time in `metadata`, line 1, column 55

        {"cache": {"1": {"x": 1}}}
          bad-entry: the file names no parameters in `tune_params_keys` in `cache[0]`, line 1, column 26

        {"tune_params_keys": ["x"], "cache": {"1": {"y": 1}}}
          bad-entry: this entry lacks a parameter that the first entry has in `cache[0].1`, line 1, column 51

        {"tune_params_keys": ["x"], "cache": {"1": {"x": 1,}}}
          bad-json: trailing comma in `cache[0].1`, line 1, column 52

    "#]].assert_eq(&out);
}

#[test]
fn recorded_spaces_are_read() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../../shared/tuning");
    let Ok(entries) = std::fs::read_dir(&folder) else {
        eprintln!("SKIPPED: no recorded spaces at {}", folder.display());
        return;
    };
    for entry in entries {
        let path = entry.unwrap().path();
        let read = read(&std::fs::read(&path).unwrap()).unwrap();
        let r = read.recorded;
        assert!(read.diagnostics.is_empty(), "{:?}", read.diagnostics);
        // Counts as published for these files; each was searched by brute force.
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let expected = match name.as_str() {
            "convolution_A100_T4.json.gz" => (4362, 4201, 10),
            "convolution_W6600_T4.json.gz" => (4362, 4362, 10),
            "dedispersion_A100_T4.json.gz" | "dedispersion_W6600_T4.json.gz" => (11130, 11130, 8),
            _ => continue,
        };
        let measured = r.rows.iter().filter(|row| r.objective(row).is_some()).count();
        assert_eq!((r.rows.len(), measured, r.parameters.len()), expected, "{name}");
        assert!(r.rows.iter().all(|row| row.cost.total() > 0.0));
    }
}

fn recorded() -> impl Strategy<Value = Recorded> {
    let times = prop::option::of(0.0_f64..1e9);
    let cost = (
        times.clone(),
        times.clone(),
        times.clone(),
        times.clone(),
        times,
        prop::collection::vec(0.0_f64..1e3, 0..4),
    )
        .prop_map(|(compilation, benchmark, framework, search, validation, runtimes)| Cost {
            compilation,
            benchmark,
            framework,
            search,
            validation,
            runtimes,
        });
    let failure = prop_oneof![
        Just(Failure::Compile),
        Just(Failure::Runtime),
        Just(Failure::Correctness),
        Just(Failure::Constraints),
        Just(Failure::Timeout)
    ];
    let outcome = prop_oneof![3 => Just(Outcome::Measured), 1 => failure.prop_map(Outcome::Failed)];
    let row = (
        0_u32..3,
        0_u32..2,
        outcome,
        any::<(i32, Option<i16>)>(),
        cost,
        prop::option::of("\\PC{0,9}"),
    );
    prop::collection::vec(row, 1..12).prop_map(|rows| {
        let mut rows: Vec<Row> = rows
            .into_iter()
            .map(|(x, s, outcome, (time, power), cost, timestamp)| Row {
                config: vec![x, s],
                measured: vec![
                    (outcome == Outcome::Measured).then(|| f64::from(time) / 7.0),
                    power.map(f64::from),
                ],
                outcome,
                cost,
                timestamp,
            })
            .collect();
        // Values are numbered as they occur, so every one must, and texts in this order.
        for (row, config) in rows.iter_mut().zip([[0, 0], [1, 1], [2, 0]]) {
            row.config = config.to_vec();
        }
        let xs = rows.len().min(3);
        let texts = rows.len().min(2);
        Recorded {
            format: Format::T4,
            kernel: None,
            device: None,
            parameters: vec![
                Parameter {
                    name: "x".to_owned(),
                    values: vec![Value::Int(-1), Value::Float(0.1), Value::Int(7)][..xs].to_vec(),
                },
                Parameter {
                    name: "s ü\"".to_owned(),
                    values: vec![Value::from("b"), Value::from("a\n")][..texts].to_vec(),
                },
            ],
            metrics: vec![
                Metric { name: "time".to_owned(), unit: "ms".to_owned() },
                Metric { name: "power".to_owned(), unit: String::new() },
            ],
            objectives: vec![0],
            rows,
        }
    })
}

proptest! {
    #[test]
    fn what_is_written_as_t4_reads_back(recorded in recorded()) {
        let back = read(write_t4(&recorded).as_bytes()).unwrap().recorded;
        prop_assert_eq!(back, recorded);
    }
}
