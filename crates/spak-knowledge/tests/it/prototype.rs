//! The prototype's recorded sweep: 32 single measurements on an RTX 5070, imported as trials.

use crate::lab::{config, context, dimension, problem, shared, trial};
use spak_knowledge::{Learned, learn};
use spak_records::{Measurement, Outcome, Problem, Trial, Value, Workload};

const NAMES: [(&str, &str); 4] = [
    ("tile_m", "tile_m"),
    ("tile_n", "tile_n"),
    ("k_load_latency", "k_lat"),
    ("v_load_latency", "v_lat"),
];

fn sweep() -> Option<Vec<Trial>> {
    let path = shared()?
        .join("corpus/prototype/examples/KernelEngineer/FMHAv4/last_engineering_trace.json");
    let text = std::fs::read_to_string(path).ok()?;
    let trace: serde_json::Value = serde_json::from_str(&text).expect("the trace is JSON");
    let rows = trace["full_history"].as_array().expect("a list").clone();
    let imported = rows.iter().map(|row| {
        let number = |key: &str| row[key].as_i64().expect("a whole number");
        let values: Vec<(&str, Value)> =
            NAMES.iter().map(|(name, key)| (*name, Value::Int(number(key)))).collect();
        let problem = problem(number("causal") == 1);
        let tflops = row["tflops"].as_f64().expect("a rate");
        // The prototype counts the operations of the full square also for causal attention.
        let ns = |tflops: f64| (self::problem_flops() / tflops / 1e3) as u64;
        let measurement = Measurement {
            median_ns: ns(tflops),
            median_ci_ns: [ns(tflops); 2],
            min_ns: ns(tflops),
            samples: 1,
            tflops,
            incumbent_median_ns: None,
            incumbent: None,
            conditions: None,
            energy_mj: None,
            checks: Vec::new(),
        };
        trial(&config(&values), &problem, Outcome::Measured(measurement))
    });
    Some(imported.collect())
}

fn problem_flops() -> f64 {
    // Large enough that nanoseconds keep five digits.
    problem(false).flops() * 1000.0
}

fn learned(trials: &[Trial], target: Problem) -> Learned {
    let dimensions = vec![
        dimension("tile_m", &[32, 64, 128, 256].map(Value::Int)),
        dimension("tile_n", &[32, 64, 128, 256].map(Value::Int)),
        dimension("k_load_latency", &[1, 2, 3].map(Value::Int)),
        dimension("v_load_latency", &[1, 2, 3, 4, 5].map(Value::Int)),
    ];
    let mut context = context(dimensions);
    context.device.name = "NVIDIA GeForce RTX 5070".to_owned();
    context.device.cores = 48;
    context.toolchain.compiler = "tileiras".to_owned();
    context.toolchain.version = "not recorded".to_owned();
    context.toolchain.flags = Vec::new();
    context.workload = Workload(
        [("causal".to_owned(), Value::Bool(target == problem(true)))].into_iter().collect(),
    );
    context.problem = target;
    context.trace = "last_engineering_trace.json".to_owned();
    learn(trials, &context)
}

fn descriptions(learned: &Learned) -> String {
    let mut out = String::new();
    for fact in &learned.facts {
        let text = fact.entries.first().map(|e| e.rendered()).unwrap_or_default();
        out.push_str(text.trim_matches('"'));
        out.push('\n');
    }
    for rule in &learned.rules {
        let advice: Vec<String> = rule
            .entries
            .iter()
            .filter(|e| ["recommend", "avoid", "confidence", "support"].contains(&e.key.as_str()))
            .map(|e| format!("{}: {}", e.key, e.rendered()))
            .collect();
        out.push_str(&format!("rule {}\n", advice.join(", ")));
    }
    out
}

#[test]
fn the_sweep_of_the_prototype_teaches_what_its_pairs_support() {
    let Some(trials) = sweep() else {
        eprintln!("SKIPPED: the prototype's trace is not beside the repository");
        return;
    };
    assert_eq!(trials.len(), 32);
    let causal = learned(&trials, problem(true));
    expect_test::expect![[r#"
        The fastest of 16 measured configs takes 15.9 ms (1 sample, spread not known), 135 TFLOPS. 3 other configs cannot be told from it.
        tile_m = 64 is 2.44x faster than 128 (2.32x to 2.56x over 8 pairs). The fastest config with 128 takes 2.56x the best time.
        tile_n = 64 is 1.14x faster than 128 (1.09x to 1.20x over 8 pairs).
        k_load_latency makes no difference beyond 0.16% between 3 and 2 (8 pairs or more for each comparison).
        v_load_latency makes no difference beyond 0.13% between 5 and 4 (8 pairs or more for each comparison).
        causal = true takes 0.63x the time of causal = false (0.54x to 0.73x over 16 pairs), at 1.60x the TFLOPS. It depends on tile_m: 0.55x at 64 and 0.71x at 128.
        rule recommend: "tile_m = 64", avoid: "tile_m = 128", support: 8, confidence: 0.90
        rule recommend: "tile_n = 64", support: 8, confidence: 0.90
    "#]].assert_eq(&descriptions(&causal));
    let full = learned(&trials, problem(false));
    expect_test::expect![[r#"
        The fastest of 16 measured configs takes 29.3 ms (1 sample, spread not known), 73.2 TFLOPS. 3 other configs cannot be told from it.
        tile_m = 64 is 1.90x faster than 128 (1.79x to 2.02x over 8 pairs). The fastest config with 128 takes 2.02x the best time.
        tile_n = 64 is 1.09x faster than 128 (1.03x to 1.15x over 8 pairs).
        How much tile_m matters depends on tile_n: 128 takes 2.01x the time of 64 at tile_n = 64 (2.01x to 2.02x over 4 pairs) and 1.80x the time of 64 at tile_n = 128 (1.79x to 1.80x over 4 pairs).
        k_load_latency makes no difference beyond 0.21% between 2 and 3 (8 pairs or more for each comparison).
        v_load_latency makes no difference beyond 0.13% between 4 and 5 (8 pairs or more for each comparison).
        causal = true takes 0.63x the time of causal = false (0.54x to 0.73x over 16 pairs), at 1.60x the TFLOPS. It depends on tile_m: 0.55x at 64 and 0.71x at 128.
        rule recommend: "tile_m = 64", avoid: "tile_m = 128", support: 8, confidence: 0.90
        rule recommend: "tile_n = 64", support: 8, confidence: 0.90
    "#]].assert_eq(&descriptions(&full));
    for learned in [&causal, &full] {
        for measured in &learned.scopes {
            let noise = measured.entries.iter().find(|e| e.key == "noise").expect("it says so");
            assert!(noise.rendered().contains("single samples"), "{noise:?}");
        }
        let scopes: Vec<&str> = learned.scopes.iter().map(|m| m.scope.name.as_str()).collect();
        assert_eq!(scopes, ["prefill_on_rtx_5070_48c", "prefill_on_rtx_5070_48c_any_causal"]);
    }
}

#[test]
fn two_single_pairs_of_the_sweep_are_not_enough_for_a_claim_about_a_tile() {
    let Some(mut trials) = sweep() else {
        eprintln!("SKIPPED: the prototype's trace is not beside the repository");
        return;
    };
    // Two pairs are left: below the minimum for times of unknown spread.
    let keep = |t: &Trial| {
        t.config.get("tile_n") == Some(&Value::Int(64))
            && t.config.get("v_load_latency") == Some(&Value::Int(4))
    };
    trials.retain(keep);
    let learned = learned(&trials, problem(true));
    assert!(learned.rules.is_empty(), "{:#?}", learned.rules);
}
