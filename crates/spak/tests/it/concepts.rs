//! Concepts as they are shown, rules that name them, and designs that add names to them.

use expect_test::expect;

use crate::schemas::faults;
use crate::support::Folder;

/// Attention calls the step of its loop `tile_n`, and each operand has a latency.
const ATTENTION: &str = r#"system Fmha {
    workload Prefill { family: attention_forward, num_heads: 8, seq_len: 1024, head_dim: 128, causal: true }
    design_space {
        q_load_latency: [1, 2, 3]
        k_load_latency: [1, 2, 3]
        v_load_latency: [1, 2, 3]
    }
    tuning_space { tile_m: [32, 64, 128], tile_n: [32, 64, 128] }
    knowledge {
        rule "loads wait" { when: "seq_len >= 512", recommend: "load_latency = 3" }
        rule "short steps" { when: "row_tile > 64", forbid: "reduction_tile > 64" }
        rule "elsewhere" { when: "seq_len >= 512", forbid: "swizzle_group_size > 4" }
    }
}
"#;

#[test]
fn a_rule_about_a_concept_is_one_rule_for_each_name_that_the_design_has() {
    let folder = Folder::with("a.dsl", ATTENTION);
    let out = folder.spak(&["why", "a.dsl"]).ended(0).out;
    expect![[r#"
        rule `loads wait` (a.dsl:10):
          recommend k_load_latency = 3  (81 of 243 configs come first)
          recommend q_load_latency = 3  (81 of 243 configs come first)
          recommend v_load_latency = 3  (81 of 243 configs come first)
        rule `short steps` (a.dsl:11):
          forbid tile_n > 64 where tile_m > 64  (27 of 243 configs are not tried)

        cannot be decided here:
          rule `elsewhere` (a.dsl:12): `swizzle_group_size` has no value here
    "#]]
    .assert_eq(&out);
    // What somebody asks about may be called as elsewhere.
    let out = folder.spak(&["why", "a.dsl", "reduction_tile"]).ended(0).out;
    expect![[r#"
        rule `short steps` (a.dsl:11):
          forbid tile_n > 64 where tile_m > 64  (27 of 243 configs are not tried)

        `short steps` applies, by rule `short steps` (a.dsl:11)
          because tile_m > 64
    "#]]
    .assert_eq(&out);
    let err = folder.spak(&["why", "a.dsl", "load_latency"]).ended(2).err;
    expect![[r#"
        spak: `load_latency` is 3 dimensions of this design; ask for one of them: k_load_latency, q_load_latency, v_load_latency
    "#]].assert_eq(&err);
}

#[test]
fn one_concept_is_another_word_in_another_operator() {
    let design = ATTENTION.replace("q_load_latency: [1, 2, 3]", "scheme: [\"online\"]");
    let folder = Folder::with("a.dsl", &design);
    let out = folder.spak(&["check", "a.dsl"]).ended(0);
    assert_eq!(out.err, "", "{}", out.out);
    // The same words are another thing in a matrix product.
    let product = r#"system Product {
        workload W { family: matmul, m: 64, n: 64, k: 64 }
        tuning_space { tile_m: [32, 64], tile_n: [32, 64], tile_k: [32, 64] }
        knowledge { rule "short steps" { forbid: "reduction_tile > 32" } }
    }"#;
    let folder = Folder::with("a.dsl", product);
    let out = folder.spak(&["why", "a.dsl"]).ended(0).out;
    expect![[r#"
        rule `short steps` (a.dsl:4):
          forbid tile_k > 32  (4 of 8 configs are not tried)
    "#]]
    .assert_eq(&out);
}

#[test]
fn a_rule_over_spaces_may_name_concepts() {
    let folder = Folder::with("a.dsl", ATTENTION);
    let rules = r#"system Rules {
        constraint "loads of this device are short" { require: "load_latency <= 2", reason: "measured" }
        constraint "steps fit" { require: "reduction_tile * 2 <= 128" }
        constraint "groups" { require: "swizzle_group_size <= 8" }
    }"#;
    folder.write("rules.dsl", rules);
    let out = folder.spak(&["space", "a.dsl", "--rules", "rules.dsl"]).ended(0).out;
    expect![[r#"
        Fmha: 5 parameters, 4 constraints
        243 combinations, 48 (19.8 %) valid
        counted in a diagram of 8 edges

         parameter        values   survive   never valid
        ─────────────────────────────────────────────────
         q_load_latency        3         2   3
         k_load_latency        3         2   3
         v_load_latency        3         2   3
         tile_m                3         3
         tile_n                3         2   128

        q_load_latency = 3 is excluded by
            q_load_latency <= 2
              because of the rule "loads of this device are short": measured
        k_load_latency = 3 is excluded by
            k_load_latency <= 2
              because of the rule "loads of this device are short": measured
        v_load_latency = 3 is excluded by
            v_load_latency <= 2
              because of the rule "loads of this device are short": measured
        tile_n = 128 is excluded by
            reduction_tile * 2 <= 128
              because of the rule "steps fit"

         rule                             alone removes   only it removes   requires
        ──────────────────────────────────────────────────────────────────────────────────────────────
         loads of this device are short              81                24   k_load_latency <= 2
         loads of this device are short              81                24   q_load_latency <= 2
         loads of this device are short              81                24   v_load_latency <= 2
         steps fit                                   81                24   reduction_tile * 2 <= 128

        without the rules 243 configs are valid, with them 48
        does not apply: groups: no `swizzle_group_size`

        an example: q_load_latency=1 k_load_latency=1 v_load_latency=1 tile_m=32 tile_n=32
    "#]].assert_eq(&out);
}

#[test]
fn a_design_gives_a_concept_a_name_of_its_own() {
    let own = r#"system Own {
    concept row_tile { aliases { my_sum: ["height"] } }
    group rows { operators: ["my_sum"] }
    workload W { family: my_sum, rows: 8 }
    tuning_space { height: [1, 2, 4] }
    knowledge { rule "low" { forbid: "row_tile > 2" } }
}
"#;
    let folder = Folder::with("a.dsl", own);
    assert_eq!(folder.spak(&["check", "a.dsl"]).ended(0).err, "");
    let out = folder.spak(&["why", "a.dsl"]).ended(0).out;
    assert!(out.contains("forbid height > 2"), "{out}");
    // A name that something else has already is told with its place.
    let twice = own.replace("[\"height\"]", "[\"tile_size\"]").replace("my_sum: ", "rows: ");
    let folder = Folder::with("a.dsl", &twice);
    let err = folder.spak(&["check", "a.dsl"]).ended(1).err;
    expect![[r#"
        error[two-meanings]: `tile_size` is both `row_tile` and `reduction_tile` in `rows` (the other is in std/ontology/tiles)
         --> a.dsl:2:34
          |
        2 |     concept row_tile { aliases { rows: ["tile_size"] } }
          |                                  ^^^^^^^^^^^^^^^^^^^
          |
          = note: what is said of one of them would be said of the other
          = help: give it to one of the two, or say in which operator it is which

    "#]]
    .assert_eq(&err);
}

#[test]
fn what_a_name_means_depends_on_the_operator() {
    let folder = Folder::new();
    let out = folder.spak(&["knowledge", "concepts", "tile_n"]).ended(0).out;
    assert!(out.starts_with("`tile_n` is column_tile and reduction_tile, depending on"), "{out}");
    let out = folder.spak(&["knowledge", "concepts", "BLOCK_N", "--operator", "matmul"]).ended(0);
    assert!(out.out.starts_with("column_tile  (parameter; in elements; along `columns`)"));
    assert!(out.out.contains("library std/ontology/tiles:"), "{}", out.out);
    let (code, said) =
        folder.json(&["knowledge", "concepts", "tile_n", "--operator", "attention_forward"]);
    assert_eq!(code, 0);
    assert_eq!(faults(&said), Vec::<String>::new());
    let concept = &said["concepts"][0];
    assert_eq!(concept["name"], "reduction_tile");
    let backends: Vec<&str> = concept["used_by"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["backend"].as_str().unwrap())
        .collect();
    assert_eq!(backends, ["c", "cutile"]);
    for (asked, said) in [
        (&["til_m"][..], "nothing is called `til_m`; did you mean `"),
        (
            &["tile_n", "--operator", "softmax"],
            "`softmax` calls nothing `tile_n`; elsewhere it is `column_tile` or `reduction_tile`",
        ),
        (&["--operator", "sofmax"], "there is no operator `sofmax`; did you mean `softmax`?"),
    ] {
        let asked = [&["knowledge", "concepts"][..], asked].concat();
        let err = folder.spak(&asked).ended(2).err;
        assert!(err.contains(said), "{err}");
    }
}

#[test]
fn what_an_operator_calls_things_is_listed() {
    let folder = Folder::new();
    let (_, said) = folder.json(&["knowledge", "concepts", "--operator", "softmax"]);
    assert_eq!(faults(&said), Vec::<String>::new());
    let all = said["concepts"].as_array().unwrap();
    let named = |name: &str| all.iter().find(|concept| concept["name"] == name);
    assert_eq!(named("load_latency").unwrap()["used_by"][0]["names"][0], "x_load_latency");
    // One size may be two dimensions.
    for dimension in ["columns", "reduction"] {
        assert_eq!(named(dimension).unwrap()["used_by"][0]["names"][0], "columns");
    }
    assert!(named("rescale_policy").is_none(), "only attention has it");
    // Nothing comes with SPAK for a convolution; what others call things is known all the same.
    let out = folder.spak(&["knowledge", "concepts", "--operator", "convolution"]).ended(0).out;
    assert!(out.contains("convolution: use_shmem"), "{out}");
    let (_, said) = folder.json(&["knowledge", "concepts"]);
    assert!(said["concepts"].as_array().unwrap().len() > 150);
}

#[test]
fn concepts_of_a_design_are_shown_with_their_places() {
    let own = "system Own {
    concept row_tile { aliases { my_sum: [\"height\"] } }
    group rows { operators: [\"my_sum\"] }
    workload W { family: my_sum, rows: 8 }
    tuning_space { height: [1, 2, 4] }
    knowledge { rule \"low\" { forbid: \"height > 2\" } }
}
";
    let folder = Folder::with("a.dsl", own);
    let out = folder.spak(&["knowledge", "concepts", "height", "--of", "a.dsl"]).ended(0).out;
    // Places in the libraries change with them.
    let own_lines: Vec<&str> = out.lines().filter(|line| !line.contains("library ")).collect();
    expect![[r#"
        row_tile  (parameter; in elements; along `rows`)
          rows of the result that a block makes at a time
          called
            my_sum               height                       a.dsl:2:34
          used by
            my_sum                             height
          found by spak lift as rows_per_tile
          named by rules
            height                             a.dsl:6:17: low"#]]
    .assert_eq(&own_lines.join("\n"));
    let broken = own.replace("my_sum: [\"height\"]", "my_smu: [\"height\"]");
    folder.write("b.dsl", &broken);
    let ran = folder.spak(&["knowledge", "concepts", "row_tile", "--of", "b.dsl"]).ended(1);
    expect![[r#"
        error[unknown-concept]: `row_tile` has names in `my_smu`, which is no scope
         --> b.dsl:2:34
          |
        2 |     concept row_tile { aliases { my_smu: ["height"] } }
          |                                  ^^^^^^^^^^^^^^^^^^
          |
          = note: a name that is looked for nowhere is never found
          = help: did you mean `my_sum`?

    "#]]
    .assert_eq(&ran.err);
}
