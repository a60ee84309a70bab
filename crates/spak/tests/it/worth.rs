//! What rules are worth: recorded trials searched again with and without each.

use serde_json::{Value, json};

use crate::support::Folder;

const DESIGN: &str = r#"system Kernel {
    workload Prefill { causal: 1 }
    tuning_space { tile: [32, 64, 128], warps: [4, 8], stages: [2, 3] }
}
"#;

/// A sweep in which one tile is best and another far behind, and the better number of stages depends on `causal`.
fn sweep() -> String {
    let mut rows = Vec::new();
    for (causal, base) in [(0, 75.0), (1, 120.0)] {
        for (tile, share) in [(32, 0.93), (64, 1.13), (128, 0.62)] {
            for warps in [4, 8] {
                for stages in [2, 3] {
                    let stages_share = if (causal == 1) == (stages == 3) { 1.0 } else { 0.945 };
                    // A thousandth or two that depends on the row alone.
                    let noise = 1.0 + 0.001 * (((rows.len() * 37) % 5) as f64 - 2.0);
                    rows.push(json!({
                        "tile": tile, "warps": warps, "stages": stages, "causal": causal,
                        "tflops": base * share * stages_share * noise,
                        "torch_tflops": base * (2.0 - noise), "passed": true,
                    }));
                }
            }
        }
    }
    json!({ "device": "SomeGPU", "full_history": rows }).to_string()
}

fn rules(report: &Value) -> Vec<(String, bool)> {
    let all = report.pointer("/sweeps/0/worth/rules").and_then(Value::as_array).cloned();
    let one = |rule: &Value| {
        (rule["rule"].as_str().unwrap_or_default().to_owned(), rule["kept"] == json!(true))
    };
    all.unwrap_or_default().iter().map(one).collect()
}

#[test]
fn rules_that_save_nothing_are_not_written_and_those_that_stand_are_retired() {
    let folder = Folder::with("kernel.dsl", DESIGN);
    folder.write("sweep.json", sweep());
    let learn = ["learn", "kernel.dsl", "--from", "sweep.json"];
    let measure = [&learn[..], &["--measure-utility"]].concat();
    let (code, report) = folder.json(&[&measure[..], &["--keep-design"]].concat());
    assert_eq!(code, 0, "{report:#}");
    let worth = &report["sweeps"][0]["worth"];
    assert_eq!((&worth["configs"], &worth["decides"]), (&json!(24), &json!(true)));
    assert!(
        worth["trials_with_all"].as_f64() < worth["trials_without_rules"].as_f64(),
        "{worth:#}"
    );
    // Nothing that the rules say leads away from the best.
    let all = worth["rules"].as_array().unwrap();
    assert!(all.len() >= 3 && all.iter().all(|rule| rule["lost"] == json!(0.0)), "{worth:#}");

    // A threshold that nothing reaches: facts are written, rules are not.
    let (_, report) = folder.json(&[&measure[..], &["--least-saved", "100"]].concat());
    assert!(rules(&report).iter().all(|(_, kept)| !kept), "{report:#}");
    let text = folder.read("kernel.dsl");
    assert!(text.contains("fact tile_") && !text.contains("rule \""), "{text}");

    // Without a threshold all are; with one, those that stand are retired with their number.
    folder.write("kernel.dsl", DESIGN);
    folder.spak(&learn).ended(0);
    let written = folder.read("kernel.dsl").matches("rule \"").count();
    assert!(written >= 3, "{written}");
    folder.spak(&[&measure[..], &["--least-saved", "100"]].concat()).ended(0);
    let retired = folder.read("kernel.dsl");
    assert_eq!(retired.matches("status: \"retired\"").count(), written, "{retired}");
    assert!(retired.contains("retired_by: \"saves "), "{retired}");
    folder.spak(&["check", "kernel.dsl"]).ended(0);
    let why = folder.spak(&["why", "kernel.dsl", "--given", "device=SomeGPU"]);
    assert!(!why.out.contains("rule `"), "what was retired leads nothing: {why:?}");
    // Learning alone does not bring them back; a lower threshold does.
    folder.spak(&learn).ended(0);
    assert_eq!(folder.read("kernel.dsl").matches("status: \"retired\"").count(), written);
    folder.spak(&[&measure[..], &["--least-saved", "0"]].concat()).ended(0);
    let back = folder.read("kernel.dsl");
    assert_eq!(back.matches("status: \"retired\"").count(), 0, "{back}");
    assert!(back.contains("saves_trials: "), "{back}");
}

#[test]
fn a_record_with_gaps_decides_nothing() {
    let design = include_str!("../../../../examples/gpu/fmha_seed_h200.dsl");
    let trace = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_seed.jsonl.gz");
    let folder = Folder::with("fmha.dsl", design);
    let plain = folder.spak(&["learn", "fmha.dsl", trace, "--keep-design"]).ended(0);
    let measured =
        folder.spak(&["learn", "fmha.dsl", trace, "--keep-design", "--measure-utility"]).ended(0);
    let rules = |out: &str| out.matches("+        rule \"").count();
    assert_eq!(rules(&plain.out), rules(&measured.out), "{measured:?}");
}

#[test]
fn a_threshold_is_a_number() {
    let folder = Folder::with("kernel.dsl", DESIGN);
    folder.write("sweep.json", sweep());
    for (arguments, said) in [
        (&["--least-saved", "NaN"][..], "is a number of trials"),
        (&["--most-lost", "1.5"], "between 0 and 1"),
    ] {
        let learn = ["learn", "kernel.dsl", "--from", "sweep.json", "--measure-utility"];
        let ran = folder.spak(&[&learn[..], arguments].concat()).ended(2);
        assert!(ran.err.contains(said), "{ran:?}");
    }
}
