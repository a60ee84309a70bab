//! Why, and why not.

use expect_test::expect;
use spak_rules::{Engine, Failure, How, Limits, Proof, Shown};

use crate::words::{base, rule, table};

fn engine() -> Engine {
    let mut situation =
        base(&["intensity = 80", "ridge = 200", "limit = 10", "tile_m in [32, 64]"]);
    situation.tables.push(table(
        "trials",
        &["tile", "ms"],
        &[&["64", "8"], &["128", "30"], &["128", "40"], &["32", "9"]],
    ));
    let rules = [
        "low intensity: when intensity < ridge; conclude bound = 'memory'",
        "slow: for t in trials; when t.ms > limit; conclude slow(t)",
        "wide is slow: for t in trials; when slow(t) and t.tile > 100; conclude wide_is_slow",
        "use bulk: when bound == 'memory' and wide_is_slow; unless small; recommend path = 'bulk'",
        "small: when intensity < 3; conclude small",
        "never: when bound == 'compute' and intensity > 1 and sm_count > 3; recommend path = 'direct'",
        "none: for t in trials; when t.tile == 64 and t.ms > 20; conclude odd(t)",
    ];
    let rules = rules.iter().map(|r| rule(r)).collect();
    let (mut engine, complaints) = Engine::new(situation, rules, Limits::default());
    assert!(complaints.is_empty(), "{complaints:?}");
    engine.conclude();
    engine
}

fn tree(engine: &Engine, proofs: &[Proof], depth: usize, out: &mut String) {
    for proof in proofs {
        let indent = "  ".repeat(depth);
        match &proof.how {
            How::Given(origin) => out.push_str(&format!("{indent}{} ({origin})\n", proof.what)),
            How::Above => out.push_str(&format!("{indent}{} (above)\n", proof.what)),
            How::NothingSaysSo => {
                out.push_str(&format!("{indent}{} (nothing says so)\n", proof.what));
            }
            How::Rule { rule, variables, conditions, computed } => {
                let name = engine.rules().get(*rule).map_or("?", |r| r.name.as_str());
                let of: Vec<String> = variables.iter().map(|(n, v)| format!("{n} = {v}")).collect();
                out.push_str(&format!("{indent}{} by `{name}` {}\n", proof.what, of.join(", ")));
                for step in conditions.iter().chain(computed) {
                    out.push_str(&format!("{indent}  - {}\n", step.condition));
                    tree(engine, &step.because, depth + 2, out);
                }
            }
        }
    }
}

#[test]
fn a_proof_goes_back_to_what_is_given() {
    let engine = engine();
    let mut out = String::new();
    tree(&engine, &engine.why_rule(3, 5, &mut Shown::default()), 0, &mut out);
    tree(&engine, &engine.why_value("bound", &mut Shown::default()), 0, &mut out);
    tree(
        &engine,
        &engine.why_holds("slow", Some(&["trials 2".to_owned()]), &mut Shown::default()),
        0,
        &mut out,
    );
    expect![[r#"
        `use bulk` applies by `use bulk` 
          - bound == "memory"
            bound = "memory" by `low intensity` 
              - intensity < ridge
                intensity = 80 (the test)
                ridge = 200 (the test)
          - wide_is_slow
            wide_is_slow by `wide is slow` t = trials 1
              - slow(t)
                slow(trials 1) by `slow` t = trials 1
                  - t.ms > limit
                    t.ms = 30 (trials 1) (line 1)
                    limit = 10 (the test)
              - t.tile > 100
                t.tile = 128 (trials 1) (line 1)
          - not (small)
            not small (nothing says so)
        bound = "memory" by `low intensity` 
          - intensity < ridge
            intensity = 80 (the test)
            ridge = 200 (the test)
        slow(trials 2) by `slow` t = trials 2
          - t.ms > limit
            t.ms = 40 (trials 2) (line 2)
            limit = 10 (the test)
    "#]]
    .assert_eq(&out);
}

#[test]
fn what_failed_is_said_with_its_values() {
    let engine = engine();
    let mut out = String::new();
    for rule in [4, 5, 6] {
        let missing = engine.why_not(rule).expect("the rule");
        for (condition, failure) in &missing.conditions {
            let what = match failure {
                Failure::Holds => "holds".to_owned(),
                Failure::Fails(values) => format!("fails: {values:?}"),
                Failure::Unknown(why) => format!("unknown: {why}"),
                Failure::Rows(reached, passed) => format!("{passed} of {reached}"),
                Failure::OfConfigs => "of configs".to_owned(),
            };
            out.push_str(&format!("{rule}: {condition}: {what}\n"));
        }
    }
    expect![[r#"
        4: intensity < 3: fails: [("intensity", "80")]
        5: bound == "compute": fails: [("bound", "\"memory\"")]
        5: intensity > 1: holds
        5: sm_count > 3: unknown: `sm_count` has no value here
        6: t.tile == 64: 1 of 1
        6: t.ms > 20: 0 of 1
    "#]]
    .assert_eq(&out);
}
