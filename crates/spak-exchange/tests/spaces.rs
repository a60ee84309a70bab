//! Spaces as other tools describe them.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

use std::fmt::Write as _;

use expect_test::expect;
use proptest::prelude::*;
use spak_exchange::space::{Format, Parameter, Restriction, TuningSpace, read, write_t1};
use spak_records::Value;
use spak_syntax::{Severity, Span};

const T1: &str = r#"{
  "General": {"BenchmarkName": "stencil", "OutputFormat": "JSON"},
  "ConfigurationSpace": {
    "TuningParameters": [
      {"Name": "block_size_x", "Type": "int", "Values": "[1, 2, 4] + list(range(32, 1024+1, 32))", "Default": 256},
      {"Name": "tile", "Type": "uint", "Values": "[2**i for i in range(0, 4)] ", "Default": [1]},
      {"Name": "shared", "Type": "bool", "Values": "[True, False]"},
      {"Name": "layout", "Type": "string", "Values": "['row', 'col']", "Default": "row"},
      {"Name": "scale", "Type": "float", "Values": [0.5, 1]}
    ],
    "Conditions": [
      {"Expression": "block_size_x * tile <= 1024", "Parameters": ["block_size_x"]},
      {"Parameters": ["layout"], "Expression": "layout == \"row\" or not shared"}
    ]
  },
  "KernelSpecification": {"KernelName": "stencil_kernel"}
}"#;

fn shown(text: &str) -> String {
    let mut out = String::new();
    match read(text.as_bytes()) {
        Err(d) => writeln!(out, "error[{}] {} ({})", d.code.0, d.message, d.repair).unwrap(),
        Ok(read) => {
            for p in &read.space.parameters {
                let count = p.values.len();
                let first: Vec<String> = p.values.iter().take(6).map(Value::to_string).collect();
                writeln!(out, "{}: {count} values {}", p.name, first.join(", ")).unwrap();
            }
            for r in &read.space.restrictions {
                let expr = r.expr.as_ref().map_or("?".to_owned(), ToString::to_string);
                writeln!(out, "{} = {expr} of {:?}", r.place.slice(text), r.parameters).unwrap();
            }
            for d in &read.diagnostics {
                let at = d.primary.span.slice(text).chars().take(40).collect::<String>();
                let (severity, code) = (d.severity.name(), d.code.0);
                writeln!(out, "{severity}[{code}] at `{at}`: {}", d.message).unwrap();
            }
        }
    }
    out
}

#[test]
fn t1_is_read() {
    let space = read(T1.as_bytes()).unwrap().space;
    assert_eq!((space.format, space.name.as_deref()), (Format::T1, Some("stencil")));
    assert_eq!(space.parameters[0].default, Some(Value::Int(256)));
    assert!((space.combinations() - 35.0 * 4.0 * 2.0 * 2.0 * 2.0).abs() < 0.5);
    assert_eq!(space.implied_thread_limit(1024).as_deref(), Some("block_size_x <= 1024"));
    expect![[r#"
        block_size_x: 35 values 1, 2, 4, 32, 64, 96
        tile: 4 values 1, 2, 4, 8
        shared: 2 values true, false
        layout: 2 values row, col
        scale: 2 values 0.5, 1
        block_size_x * tile <= 1024 = block_size_x * tile <= 1024 of [0, 1]
        layout == \"row\" or not shared = layout == "row" or not shared of [2, 3]
    "#]]
    .assert_eq(&shown(T1));
}

#[test]
fn dictionaries_are_read_by_any_of_their_names() {
    let expected = shown(r#"{"params": {"x": [1, 2], "y": [3]}, "constraints": ["x < y"]}"#);
    assert!(expected.contains("x < y = x < y of [0, 1]"), "{expected}");
    for text in [
        r#"{"tune_params": {"x": [1, 2], "y": [3]}, "restrictions": ["x < y"]}"#,
        r#"{"parameters": {"x": "[1, 2]", "y": "[3]"}, "restrictions": "x < y", "more": {"a": 1}}"#,
        r#"{"parameters": [{"name": "x", "values": [1, 2]}, {"name": "y", "values": [3]}], "conditions": [{"expression": "x < y"}]}"#,
        r#"{"device_name": "d", "tune_params_keys": ["x"], "tune_params": {"x": [1, 2], "y": [3]}, "constraints": ["x < y"], "cache": {}}"#,
    ] {
        assert_eq!(shown(text), expected, "{text}");
    }
    let bare = read(br#"{"x": [1, 2], "y": ["a"]}"#).unwrap().space;
    assert_eq!((bare.parameters.len(), bare.restrictions.len()), (2, 0));
}

#[test]
fn what_is_wrong_is_said_with_its_place() {
    let mut out = String::new();
    for text in [
        "",
        "[]",
        "{\"x\": 1}",
        "{\"results\": []}",
        "{\"params\": {\"x\": [1, 2}}",
        "{\"params\": {\"x\": [1, 2]}, \"constraints\": [\"x <\", \"xx > 1\", 3, \"y > 1\"]}",
        "{\"params\": {\n  \"x\": [],\n  \"y\": 3,\n  \"z\": [{}], \"x\": [1], \"x\": [2]}}",
        "{\"params\": {\"x\": [1, 1.0, true, 2, 1], \"y\": [1, \"a\", null], \"z\": [[1, 2], [3]]}}",
        "{\"params\": {\"x\": [99999999999999999999], \"y\": [1e999], \"z\": \"[1, 2\", \"w\": \"list(range(10**9))\"}}",
        "{\"ConfigurationSpace\": {\"TuningParameters\": [{\"Name\": \"x\"}, {\"Values\": \"[1]\"}, 3, {\"Name\": \"y\", \"Type\": \"int\", \"Values\": \"[0.5]\"}], \"Conditions\": [{}]}}",
        "{\"params\": {\"x\": [1, 2]}, \"constraints\": [\"x == \\\"a\\\" and\"]}",
    ] {
        writeln!(out, "# {text}\n{}", shown(text)).unwrap();
    }
    expect![[r##"
        # 
        error[bad-json] EOF while parsing a value, line 1, column 0 (fetch or write the file again)

        # []
        error[unknown-format] this describes no tuning space that is read (write `{"params": {"x": [1, 2]}, "constraints": ["x > 1"]}`)

        # {"x": 1}
        error[unknown-format] this describes no tuning space that is read (write `{"params": {"x": [1, 2]}, "constraints": ["x > 1"]}`)

        # {"results": []}
        error[unknown-format] this describes no tuning space that is read (write `{"params": {"x": [1, 2]}, "constraints": ["x > 1"]}`)

        # {"params": {"x": [1, 2}}
        error[bad-json] expected `,` or `]`, line 1, column 23 ()

        # {"params": {"x": [1, 2]}, "constraints": ["x <", "xx > 1", 3, "y > 1"]}
        x: 2 values 1, 2
        x < = ? of []
        xx > 1 = xx > 1 of []
        y > 1 = y > 1 of []
        error[not-python] at ``: this is not a Python expression: Expected an expression
        error[unknown-name] at `xx`: `xx` is not a parameter of this space
        error[bad-entry] at `3`: `constraints[2]`: a restriction is a text with a Python expression, line 1, column 60
        error[unknown-name] at `y`: `y` is not a parameter of this space

        # {"params": {
          "x": [],
          "y": 3,
          "z": [{}], "x": [1], "x": [2]}}
        x: 0 values 
        y: 0 values 
        z: 0 values 
        error[bad-entry] at `[]`: `params.x`: the parameter has no values, so the space is empty, line 2, column 8
        error[bad-entry] at `3`: `params.y`: the values of a parameter are a list, line 3, column 8
        error[bad-entry] at ``: invalid type: map, expected a number, text, truth value or list in `params.z`, line 4, column 10
        error[bad-entry] at `[1]`: the parameter `x` is declared twice
        error[bad-entry] at `[2]`: the parameter `x` is declared twice

        # {"params": {"x": [1, 1.0, true, 2, 1], "y": [1, "a", null], "z": [[1, 2], [3]]}}
        x: 2 values 1, 2
        y: 3 values 1, a, None
        z: 2 values [1, 2], [3]
        warning[doubtful-entry] at `[1, 1.0, true, 2, 1]`: 3 values of `x` repeat another one
        warning[doubtful-entry] at `[1, "a", null]`: `None` among the values of `y` is read as the text `None`
        warning[doubtful-entry] at `[1, "a", null]`: the values of `y` are of different kinds
        warning[doubtful-entry] at `[[1, 2], [3]]`: values of `z` are lists

        # {"params": {"x": [99999999999999999999], "y": [1e999], "z": "[1, 2", "w": "list(range(10**9))"}}
        x: 0 values 
        y: 0 values 
        z: 0 values 
        w: 0 values 
        error[bad-entry] at `[99999999999999999999]`: `params.x`: a number is beyond what 64 bits hold exactly, line 1, column 18
        error[bad-json] at ``: number out of range in `params.y`, line 1, column 52
        error[not-python] at ``: `params.z`: this is not a Python expression: unexpected EOF while parsing
        error[not-translatable] at `range(10**9)`: `params.w`: this gives more than 4194304 values

        # {"ConfigurationSpace": {"TuningParameters": [{"Name": "x"}, {"Values": "[1]"}, 3, {"Name": "y", "Type": "int", "Values": "[0.5]"}], "Conditions": [{}]}}
        y: 1 values 0.5
        error[bad-entry] at `{"Name": "x"}`: `ConfigurationSpace.TuningParameters[0]`: a parameter needs `Values`, line 1, column 46
        error[bad-entry] at `{"Values": "[1]"}`: `ConfigurationSpace.TuningParameters[1]`: a parameter needs `Name`, line 1, column 61
        error[bad-entry] at ``: invalid type: integer `3`, expected an object in `ConfigurationSpace.TuningParameters[2]`, line 1, column 80
        warning[doubtful-entry] at `"[0.5]"`: `y` is declared `int` and has the value 0.5
        error[bad-entry] at `{}`: `ConfigurationSpace.Conditions[0]`: a condition needs `Expression`, line 1, column 148

        # {"params": {"x": [1, 2]}, "constraints": ["x == \"a\" and"]}
        x: 2 values 1, 2
        x == \"a\" and = ? of []
        error[not-python] at `x == \"a\" and`: this is not a Python expression: Expected an expression

    "##]].assert_eq(&out);
}

#[test]
fn a_million_values_are_read() {
    for values in [
        (0..1_000_000).map(|i| i.to_string()).collect::<Vec<_>>(),
        (0..100_000_i64).map(|i| format!("{}.5", (i * 7919) % 1_000_003)).collect(),
        (0..100_000).map(|i| format!("\"v{i}\"")).collect(),
    ] {
        let count = values.len();
        let text = format!("{{\"params\": {{\"x\": [{}]}}}}", values.join(","));
        let read = read(text.as_bytes()).unwrap();
        assert!(read.diagnostics.is_empty());
        assert_eq!(read.space.parameters[0].values.len(), count);
    }
    let text = r#"{"params": {"x": "range(1000000)"}}"#;
    assert_eq!(read(text.as_bytes()).unwrap().space.parameters[0].values.len(), 1_000_000);
}

#[test]
fn a_restriction_over_many_parameters_is_read() {
    let names: Vec<String> = (0..60).map(|i| format!("p{i}")).collect();
    let params: Vec<String> = names.iter().map(|n| format!("\"{n}\": [0, 1]")).collect();
    let text = format!(
        r#"{{"params": {{{}}}, "constraints": ["{} > 30"]}}"#,
        params.join(","),
        names.join(" + ")
    );
    let read = read(text.as_bytes()).unwrap();
    assert!(read.is_whole(), "{:?}", read.diagnostics);
    assert_eq!(read.space.restrictions[0].parameters.len(), 60);
}

fn value() -> impl Strategy<Value = Vec<Value>> {
    let ints = prop::collection::btree_set(any::<i64>(), 1..6);
    let floats = prop::collection::vec(any::<f64>().prop_filter("finite", |x| x.is_finite()), 1..6);
    let texts = prop::collection::btree_set("\\PC{0,6}|['\"\\\\\n\r\t]{1,3}", 1..5);
    prop_oneof![
        ints.prop_map(|s| s
            .into_iter()
            .rev()
            .filter(|i| *i > i64::MIN)
            .map(Value::Int)
            .collect::<Vec<_>>()),
        floats.prop_map(|mut s| {
            s.sort_by(f64::total_cmp);
            s.dedup();
            s.into_iter().map(Value::Float).collect()
        }),
        texts.prop_map(|s| s.into_iter().map(Value::Text).collect()),
        Just(vec![Value::Bool(true), Value::Bool(false)]),
    ]
    .prop_filter("some", |v| !v.is_empty())
}

/// A space without places, as they are those of another text.
fn placeless(mut space: TuningSpace) -> TuningSpace {
    for p in &mut space.parameters {
        p.place = Span::default();
    }
    for r in &mut space.restrictions {
        r.place = Span::default();
    }
    space.format = Format::T1;
    space
}

proptest! {
    #[test]
    fn what_is_written_as_t1_reads_back(
        domains in prop::collection::vec(value(), 1..5),
        name in prop::option::of("\\PC{1,8}"),
        operators in prop::collection::vec(0_usize..4, 0..4),
    ) {
        let parameters: Vec<Parameter> = domains
            .into_iter()
            .enumerate()
            .map(|(at, values)| Parameter {
                name: format!("p_{at}"),
                default: values.first().cloned(),
                values,
                place: Span::default(),
            })
            .collect();
        let last = parameters.len() - 1;
        let restrictions = operators
            .into_iter()
            .map(|op| {
                let text = ["p_0 == p_{}", "p_0 in ('\\'', 2) or \"ü\" != p_{}", "not (p_{} and\n p_0)", "p_0 != 1.5 if p_{} else p_0"][op]
                    .replace("{}", &last.to_string());
                let expr = spak_exchange::python::restriction(&text).expr;
                assert!(expr.is_some());
                Restriction { text, expr, parameters: if last == 0 { vec![0] } else { vec![0, last] }, place: Span::default() }
            })
            .collect();
        let space = TuningSpace { format: Format::T1, name, parameters, restrictions };
        let written = write_t1(&space).unwrap();
        let back = read(written.as_bytes()).unwrap();
        prop_assert!(back.diagnostics.iter().all(|d| d.severity != Severity::Error), "{:?}", back.diagnostics);
        prop_assert_eq!(placeless(back.space), space);
    }
}

#[test]
fn a_space_that_was_read_reads_back_from_what_was_written() {
    let space = read(T1.as_bytes()).unwrap().space;
    let again = read(write_t1(&space).unwrap().as_bytes()).unwrap().space;
    assert_eq!(placeless(again), placeless(space));
}
