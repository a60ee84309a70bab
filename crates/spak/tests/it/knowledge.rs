//! What designs know: why it follows, why not, where it contradicts itself, and libraries of it.

use expect_test::expect;
use serde_json::Value;

use crate::support::Folder;

const DESIGN: &str = r#"system Fmha {
    workload Prefill { family: attention_forward, num_heads: 8, seq_len: 1024, head_dim: 128, causal: true }
    design_space { scheme: ["naive", "online"] }
    tuning_space { tile_m: [32, 64, 128], tile_n: [32, 64, 128], stages: 1..4 }
    knowledge {
        fact long_rows() { return seq_len >= 512 }
        fact measured { kind: "measurement", when: "long_rows", source: "trace run-7" }
        fact effect { kind: "effect", when: "long_rows", best: "online" }
        rule "long" { when: "long_rows", recommend: "scheme = 'online'", evidence: "effect" }
        rule "work" { conclude: "intensity = seq_len / 2" }
        rule "low" { when: "intensity < 300", conclude: "bound = 'memory'" }
        rule "deep" { when: "bound == 'memory'", recommend: "stages = 4" }
        rule "full" { when: "tile_m * head_dim > 64 * 128", forbid: "stages > 2" }
        rule "words" { when: "the registers are full", apply: "Use fewer." }
    }
}
"#;

#[test]
fn what_follows_is_told_with_what_it_does_to_the_space() {
    let folder = Folder::with("a.dsl", DESIGN);
    let out = folder.spak(&["why", "a.dsl"]).ended(0).out;
    expect![[r#"
        rule `work` (a.dsl:10):
          intensity = 512.0
        fact `long_rows` (a.dsl:6):
          long_rows
        rule `long` (a.dsl:9):
          recommend scheme = "online"  (36 of 72 configs come first)
        rule `full` (a.dsl:13):
          forbid stages > 2 where tile_m * 128 > 8192  (12 of 72 configs are not tried)

        cannot be decided here:
          rule `deep` (a.dsl:12): `bound` has no value here

        for people, never executed:
          rule `words` (a.dsl:14), when: the registers are full
          rule `words` (a.dsl:14), apply: Use fewer.
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_proof_ends_at_what_is_given_and_at_the_evidence() {
    let folder = Folder::with("a.dsl", DESIGN);
    let out = folder.spak(&["why", "a.dsl", "scheme"]).ended(0).out;
    expect![[r#"
        rule `long` (a.dsl:9):
          recommend scheme = "online"  (36 of 72 configs come first)

        `long` applies, by rule `long` (a.dsl:9)
          because long_rows
            long_rows, by fact `long_rows` (a.dsl:6)
              because seq_len >= 512
                seq_len = 1024  (workload Prefill, a.dsl:2)
          evidence: effect (a.dsl:8), from trace run-7
    "#]]
    .assert_eq(&out);
}

#[test]
fn why_not_names_the_condition_and_follows_the_rules_behind_it() {
    let folder = Folder::with("a.dsl", DESIGN);
    let out = folder.spak(&["why-not", "a.dsl", "deep"]).ended(0).out;
    expect![[r#"
        rule `deep` (a.dsl:12) does not apply:
          bound == "memory"  unknown: `bound` has no value here
            rule `low` (a.dsl:11) does not apply:
              intensity < 300  no: intensity = 512.0
    "#]]
    .assert_eq(&out);
    // In another situation it does.
    let out = folder.spak(&["why", "a.dsl", "deep", "--given", "seq_len=400"]).ended(0).out;
    assert!(out.contains("`deep` applies"), "{out}");
    assert!(out.contains("seq_len = 400  (given on the command line)"), "{out}");
    let wrong = folder.spak(&["why-not", "a.dsl", "depe"]).ended(2).err;
    assert!(wrong.contains("did you mean `deep`?"), "{wrong}");
}

#[test]
fn a_config_that_is_excluded_says_by_whom() {
    let folder = Folder::with("a.dsl", DESIGN);
    let asked = ["why", "a.dsl", "stages", "--config", "tile_m=128"];
    let out = folder.spak(&asked).ended(0).out;
    assert!(out.contains("forbid stages > 2  ("), "{out}");
    assert!(out.contains("tile_m = 128  (the config that is asked about)"), "{out}");
    let wrong = folder.spak(&["why", "a.dsl", "--config", "tile_m=77"]).ended(2).err;
    assert!(wrong.contains("`tile_m=77` is none of the values of `tile_m`"), "{wrong}");
}

#[test]
fn rules_that_contradict_each_other_are_a_warning_with_a_case() {
    let folder = Folder::with(
        "a.dsl",
        "system A {\n    tuning_space { tile_m: [64, 128] }\n    workload W { head_dim: 128, causal: true }\n    knowledge {\n        rule \"a\" { when: \"causal\", recommend: \"tile_m = 64\" }\n        rule \"b\" { when: \"head_dim >= 64\", recommend: \"tile_m = 128\" }\n    }\n}\n",
    );
    let err = folder.spak(&["check", "a.dsl"]).ended(0).err;
    assert!(
        err.contains("warning[rule-conflict]: `a` says tile_m = 64, and `b` says tile_m = 128"),
        "{err}"
    );
    assert!(err.contains("both apply where causal = true, head_dim = 128"), "{err}");
}

#[test]
fn a_rule_that_means_nothing_is_an_error_and_the_others_count() {
    let folder = Folder::with(
        "a.dsl",
        "system A {\n    tuning_space { tile_m: [64, 128] }\n    knowledge {\n        rule \"circle\" { unless: \"p\", conclude: \"p\" }\n        rule \"rest\" { recommend: \"tile_m = 128\" }\n    }\n}\n",
    );
    let err = folder.spak(&["check", "a.dsl"]).ended(1).err;
    assert!(err.contains("error[rule-circle]"), "{err}");
    let out = folder.spak(&["why", "a.dsl"]).ended(1).out;
    assert!(out.contains("recommend tile_m = 128"), "{out}");
}

#[test]
fn trials_of_a_trace_are_rows() {
    let folder = Folder::with(
        "a.dsl",
        r#"system A {
    tuning_space { tile_m: [64, 128, 256], tile_n: [32, 64, 128] }
    knowledge {
        rule "spills" {
            for: "t in trials"
            when: "t.accepted and t.local_memory > 0"
            avoid: "tile_m == t.tile_m and tile_n == t.tile_n"
        }
    }
}
"#,
    );
    let trace =
        concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/results/gpu/fmha_seed_h200.jsonl.gz");
    let (code, value) = folder.json(&["why", "a.dsl", "--trace", trace]);
    assert_eq!(code, 0);
    let said = value.pointer("/conclusions").and_then(Value::as_array).map(Vec::len);
    assert!(said.is_some_and(|n| n > 0), "{value}");
    let proofs = folder.spak(&["why", "a.dsl", "spills", "--trace", trace]).ended(0).out;
    assert!(proofs.contains("t.local_memory = "), "{proofs}");
    assert!(proofs.contains("fmha_seed_h200.jsonl.gz:"), "{proofs}");
}

#[test]
fn the_libraries_that_come_with_the_program_hold_what_their_examples_say() {
    let folder = Folder::new();
    let out = folder.spak(&["knowledge", "test"]).ended(0).out;
    assert!(out.contains(" 0 wrong"), "{out}");
    assert!(!out.starts_with("0 examples"), "{out}");
}

#[test]
fn every_rule_of_the_libraries_says_where_it_is_from() {
    let folder = Folder::new();
    let (_, value) = folder.json(&["knowledge", "list"]);
    let items = value.pointer("/items").and_then(Value::as_array).cloned().unwrap_or_default();
    let rules: Vec<&Value> =
        items.iter().filter(|i| i.get("kind").and_then(Value::as_str) == Some("rule")).collect();
    assert!(rules.len() > 10, "{}", rules.len());
    for rule in rules {
        let has = |key: &str| rule.get(key).is_some_and(|v| !v.is_null());
        assert!(has("source") || has("evidence"), "{rule}");
    }
}

#[test]
fn an_example_that_says_otherwise_is_told_with_what_follows() {
    let folder = Folder::with(
        "lib.dsl",
        r#"system Lib {
    knowledge { rule "wide" { when: "head_dim > 64", recommend: "tile_m = 128", source: "a test" } }
    example "narrow" {
        given { head_dim: 64 }
        open: [tile_m]
        follows: ["recommend tile_m = 128"]
    }
    example "wide" {
        given { head_dim: 128 }
        open: [tile_m]
        lacks: ["recommend tile_m"]
    }
    example "right" {
        given { head_dim: 128 }
        open: [tile_m]
        follows: ["recommend tile_m = 128"]
        lacks: ["avoid"]
    }
}
"#,
    );
    let out = folder.spak(&["knowledge", "test", "lib.dsl"]).ended(1).out;
    expect![[r#"
        lib.dsl:3: narrow
          `recommend tile_m = 128` does not follow
        lib.dsl:8: wide
          `recommend tile_m = 128` follows
          what follows: recommend tile_m = 128
        3 examples, 2 wrong
    "#]]
    .assert_eq(&out);
}

#[test]
fn what_is_known_is_searched_shown_and_exported() {
    let folder = Folder::with("a.dsl", DESIGN);
    let out =
        folder.spak(&["knowledge", "search", "REGISTERS", "full", "--of", "a.dsl"]).ended(0).out;
    assert!(out.contains("words") && !out.contains("deep"), "{out}");
    folder.spak(&["knowledge", "search", "nobody-says-so"]).ended(1);
    let out = folder.spak(&["knowledge", "show", "low", "--of", "a.dsl"]).ended(0).out;
    assert!(out.contains("conclude: \"bound = 'memory'\""), "{out}");
    folder.spak(&["knowledge", "export", "a.dsl", "-o", "lib.dsl"]).ended(0);
    folder.write(
        "b.dsl",
        "system B {\n    import \"lib.dsl\"\n    workload W { seq_len: 4096, head_dim: 64 }\n    design_space { scheme: [\"naive\", \"online\"] }\n}\n",
    );
    let out = folder.spak(&["why", "b.dsl", "scheme"]).ended(0).out;
    assert!(out.contains("recommend scheme = \"online\""), "{out}");
    assert!(out.contains("(lib.dsl:"), "{out}");
}
