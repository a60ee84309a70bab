//! Observations on standard output, SPAK's own and those of users' programs.

use expect_test::expect;
use proptest::prelude::*;
use spak_records::protocol::{Envelope, Observation, emit, scan, scan_text};
use spak_records::{ContentHash, Value};

fn shown(text: &str) -> String {
    let mut out = String::new();
    for result in scan_text(text) {
        out += &match result {
            Ok(scanned) => {
                let fields = spak_records::Config(scanned.observation.fields);
                let empty = scanned.empty_fields;
                format!("{}: {fields} {empty:?}\n", scanned.observation.case)
            }
            Err(e) => format!("error: {e}\n"),
        };
    }
    out
}

/// The lines are those that the first prototype's programs print, and what went wrong around them.
#[test]
fn lines_as_programs_print_them() {
    expect![[r#"
        Performance: tflops=135.03, time_ms=1 []
        Correctness: max_diff=0.0, passed=true []
        Analysis: note=스필 없음 ["cause"]
        Sweep: best.tile_m=64, best.tile_n=64, points=[1, 2] []
        A: x=1 []
        B: x=2 []
        Odd: list=[{"a":1}] []
        error: what follows __SPAK_TRACE__ is not a JSON object: expected value at line 1 column 11
        error: what follows __SPAK_TRACE__ is not a JSON object: EOF while parsing a value at line 1 column 5
        error: what follows __SPAK_TRACE__ is not a JSON object: it is `[1]`
        error: what follows __SPAK_TRACE__ is not a JSON object: nothing follows
        error: the object after __SPAK_TRACE__ has no text under "type"
        error: the object after __SPAK_TRACE__ has no text under "type"
    "#]]
    .assert_eq(&shown(concat!(
        "compiling...\n",
        "__SPAK_TRACE__{\"type\":\"Performance\",\"tflops\":135.03,\"time_ms\":1}\n",
        " 40%|####  |\r\u{1b}[2K__SPAK_TRACE__ {\"type\": \"Correctness\", \"passed\": true, \"max_diff\": 0.0} done\r\n",
        "__SPAK_TRACE__{\"type\":\"Analysis\",\"note\":\"스필 없음\",\"cause\":null}\n",
        "__SPAK_TRACE__{\"type\":\"Sweep\",\"points\":[1,2],\"best\":{\"tile_m\":64,\"tile_n\":64}}\n",
        "__SPAK_TRACE__{\"type\":\"A\",\"x\":1}__SPAK_TRACE__{\"type\":\"B\",\"x\":2}\n",
        "__SPAK_TRACE__{\"type\":\"Odd\",\"list\":[{\"a\":1}]}\n",
        "__SPAK_TRACE__{\"tflops\":NaN}\n",
        "__SPAK_TRACE__{\"a\":\n",
        "__SPAK_TRACE__[1]\n",
        "__SPAK_TRACE__\n",
        "__SPAK_TRACE__{\"tflops\":1}\n",
        "__SPAK_TRACE__{\"type\":7}\n",
        "no marker {\"type\":\"X\"}\n",
    )));
}

#[test]
fn hostile_lines_end_in_an_error() {
    let deep = format!(
        "__SPAK_TRACE__{{\"type\":\"D\",{}1{}}}",
        "\"a\":{\"a\":".repeat(20),
        "}".repeat(20)
    );
    assert!(scan(&deep).unwrap().is_err());
    let deeper = format!("__SPAK_TRACE__{}", "{\"a\":".repeat(100_000));
    assert!(scan(&deeper).unwrap().is_err());
    let long = format!("__SPAK_TRACE__{{\"type\":\"{}\"}}", "x".repeat(2 << 20));
    assert!(scan(&long).unwrap().is_err());
    let markers = "__SPAK_TRACE__".repeat(50_000);
    assert_eq!(scan_text(&markers).filter(Result::is_err).count(), 50_000);
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Int),
        (-1e300..1e300).prop_map(Value::Float),
        any::<String>().prop_map(Value::Text),
    ];
    leaf.prop_recursive(2, 8, 4, |inner| {
        proptest::collection::vec(inner, 0..4).prop_map(Value::List)
    })
}

proptest! {
    #[test]
    fn what_is_emitted_is_scanned(
        case in any::<String>(),
        fields in proptest::collection::btree_map("[a-zA-Z][a-z_0-9]{0,9}", value(), 0..6),
        noise in "[^_]*",
        with_envelope in any::<bool>(),
    ) {
        let mut fields = fields;
        fields.remove("type");
        let observation = Observation { case, fields };
        let envelope = with_envelope.then(|| Envelope {
            run: "r1".to_owned(),
            seq: 3,
            time: "2026-08-30T12:00:00Z".to_owned(),
            config: Some(ContentHash::of_text("config")),
            device: None,
        });
        let line = emit(&observation, envelope.as_ref());
        prop_assert!(!line.contains('\n'));
        let scanned = scan(&format!("{noise}{line}{noise}")).unwrap().unwrap();
        prop_assert_eq!(scanned.observation, observation);
        prop_assert_eq!(scanned.envelope, envelope);
    }

    #[test]
    fn any_text_is_scanned_to_its_end(text in any::<String>(), tail in ".{0,40}") {
        let _ = scan_text(&text).count();
        let _ = scan_text(&format!("__SPAK_TRACE__{tail}")).count();
    }
}
