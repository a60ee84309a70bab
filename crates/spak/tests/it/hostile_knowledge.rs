//! Knowledge that is wrong: each kind of it is told with its place, and the rest still works.

use crate::support::Folder;

const KNOWN: &str = r#"    workload W { head_dim: 128 }
    tuning_space { tile: [64, 128] }
"#;

fn design(knowledge: &str) -> String {
    format!("system A {{\n{KNOWN}    knowledge {{\n{knowledge}\n    }}\n}}\n")
}

/// What holds whatever else is wrong.
const FINE: &str =
    r#"        rule "fine" { when: "head_dim >= 128", recommend: "tile = 128", source: "x" }"#;

#[test]
fn libraries_that_contradict_each_other_are_shown_each_at_its_own_place() {
    let folder = Folder::new();
    folder.write("one.dsl", "system One { knowledge { rule \"wide\" { when: \"head_dim >= 128\", recommend: \"tile = 128\", source: \"a\" } } }\n");
    folder.write("two.dsl", "\n\nsystem Two { knowledge { rule \"narrow\" { when: \"head_dim >= 64\", recommend: \"tile = 64\", source: \"b\" } } }\n");
    folder.write(
        "a.dsl",
        format!("system A {{\n    import \"one.dsl\"\n    import \"two.dsl\"\n{KNOWN}}}\n"),
    );
    let ran = folder.spak(&["check", "a.dsl"]).ended(0);
    assert!(ran.text().contains("warning[rule-conflict]"), "{ran:?}");
    assert!(ran.text().contains("one.dsl:1:"), "{ran:?}");
    assert!(ran.text().contains("two.dsl:3:"), "the other one in its own file: {ran:?}");
    let why = folder.spak(&["why", "a.dsl"]).ended(0);
    assert!(why.out.contains("both apply where head_dim = 128"), "{why:?}");
}

#[test]
fn rules_that_would_loop_are_left_out_and_the_others_count() {
    let looping = r#"        rule "a" { unless: "hot", conclude: "cold" }
        rule "b" { when: "cold", conclude: "hot" }
        rule "c" { when: "n >= 0", conclude: "n = n + 1" }"#;
    let folder = Folder::with("a.dsl", &design(&format!("{looping}\n{FINE}")));
    let ran = folder.spak(&["check", "a.dsl"]).ended(1);
    assert!(ran.err.contains("error[rule-circle]") && ran.err.contains("a.dsl:5:"), "{ran:?}");
    let why = folder.spak(&["why", "a.dsl"]).ended(1);
    assert!(why.out.contains("recommend tile = 128"), "{why:?}");
}

#[test]
fn what_rests_on_nothing_is_unsupported_where_it_stands() {
    let without = r##"        fact effect_here { kind: "effect", when: "head_dim == 128", best: 128, learned_by: "spak" }
        rule "misnamed" { when: "head_dim == 128", recommend: "tile = 128", evidence: "efect_here", learned_by: "spak" }
        rule "alone" { when: "head_dim == 128", recommend: "tile = 128", learned_by: "spak" }
        fact swept { kind: "effect", when: "head_dim == 128", best: 128, source: "sweep.json", witness: "#1 #2", learned_by: "spak" }"##;
    let folder = Folder::with("a.dsl", &design(&format!("{without}\n{FINE}")));
    let ran = folder.spak(&["check", "a.dsl"]).ended(0);
    assert!(ran.err.contains("warning[missing-evidence]"), "{ran:?}");
    assert!(
        ran.err.contains("a.dsl:6:") && ran.err.contains("did you mean `effect_here`"),
        "{ran:?}"
    );
    let ran = folder.spak(&["knowledge", "check", "a.dsl"]).ended(1);
    for said in [
        "a.dsl:5: unsupported: fact effect_here",
        "it has neither a witness nor a source",
        "a.dsl:6: unsupported: rule misnamed",
        "`efect_here`, which it rests on, is not there",
        "a.dsl:7: unsupported: rule alone",
        "`sweep.json`, which it is from, is not there",
    ] {
        assert!(ran.out.contains(said), "{said}: {ran:?}");
    }
    // The file is all that the last one lacks.
    folder.write("sweep.json", "{}");
    let ran = folder.spak(&["knowledge", "check", "a.dsl"]).ended(1);
    assert!(ran.out.contains("3 unsupported") && ran.out.contains("1 current"), "{ran:?}");
}

/// What is done to a trial.
type Change = Box<dyn Fn(&mut serde_json::Value)>;

/// A trace of a loop with one trial changed.
fn trace_with(change: &dyn Fn(&mut serde_json::Value)) -> (String, u64) {
    use std::io::Read as _;
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_seed.jsonl.gz");
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    let mut out = String::new();
    let mut changed = None;
    for (number, line) in text.lines().enumerate() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        let is_measured = line.pointer("/data/outcome/measured").is_some();
        if changed.is_none() && is_measured && number > 20 {
            change(&mut line["data"]);
            changed = Some(number as u64 + 1);
        }
        out.push_str(&format!("{line}\n"));
    }
    (out, changed.unwrap())
}

#[test]
fn impossible_numbers_of_a_trace_are_named_by_line_and_nothing_is_learnt_from_them() {
    let set = |pointer: &'static str, value: serde_json::Value| {
        move |data: &mut serde_json::Value| *data.pointer_mut(pointer).unwrap() = value.clone()
    };
    let cases: [(Change, &str); 7] = [
        (Box::new(set("/outcome/measured/median_ns", 0.into())), "a call takes no time"),
        (Box::new(set("/outcome/measured/median_ns", (-5).into())), "invalid value"),
        (Box::new(set("/outcome/measured/median_ns", (1_u64 << 62).into())), "own interval"),
        (Box::new(set("/outcome/measured/samples", 0.into())), "no samples"),
        (Box::new(set("/outcome/measured/tflops", 1e9.into())), "nothing computes at"),
        (Box::new(set("/outcome/measured/tflops", 0.01.into())), "another unit"),
        (Box::new(set("/seconds", (-1e300).into())), "it took -1e300 seconds"),
    ];
    let folder =
        Folder::with("fmha.dsl", include_str!("../../../../examples/gpu/fmha_seed_h200.dsl"));
    for (change, why) in cases {
        let (trace, line) = trace_with(&*change);
        folder.write("t.jsonl", trace);
        let ran = folder.spak(&["learn", "fmha.dsl", "t.jsonl", "--keep-design"]).ended(1);
        let place = format!("t.jsonl:{line}: left out: ");
        assert!(ran.err.contains(&place) && ran.err.contains(why), "{why}: {ran:?}");
        assert!(ran.out.contains("39 trials; "), "the others count: {ran:?}");
        let (code, report) = folder.json(&["learn", "fmha.dsl", "t.jsonl", "--keep-design"]);
        assert_eq!((code, &report["left_out"][0]["line"]), (1, &line.into()));
    }
}

#[test]
fn units_that_do_not_go_together_and_a_lock_that_does_not_match_are_told() {
    let mixed = r#"        rule "mixed" { when: "tile * 4 bytes > 3 ms", forbid: "tile = 64", source: "x" }"#;
    let folder = Folder::with("a.dsl", &design(&format!("{mixed}\n{FINE}")));
    let ran = folder.spak(&["check", "a.dsl"]).ended(0);
    assert!(
        ran.err.contains("warning[unit-mismatch]") && ran.err.contains("a.dsl:5:31"),
        "{ran:?}"
    );
    let why = folder.spak(&["why", "a.dsl"]).ended(0);
    assert!(why.out.contains("recommend tile = 128"), "{why:?}");

    folder.write("lib.dsl", design(FINE));
    folder.write("b.dsl", format!("system B {{\n    import \"lib.dsl\"\n{KNOWN}}}\n"));
    folder.spak(&["lock", "b.dsl"]).ended(0);
    folder.write("lib.dsl", design(&FINE.replace("tile = 128", "tile = 64")));
    let ran = folder.spak(&["knowledge", "check", "b.dsl", "a.dsl"]).ended(1);
    assert!(ran.err.contains("error[lock-mismatch]") && ran.err.contains("b.dsl:2:12"), "{ran:?}");
    assert!(ran.out.contains("no learnt statements"), "the other one was looked at: {ran:?}");
}

#[test]
fn what_a_rule_says_is_data_and_never_executed() {
    let hostile = r#"        rule "$(touch pwned); ../../etc/passwd" {
            when: "head_dim >= 128"
            recommend: "tile = 128; system('touch pwned')"
            evidence: "`touch pwned`, ../../../../etc/passwd, /etc/passwd"
            witness: "tile = 64 is 1e999x faster than tile = $(touch pwned) at __import__('os')"
            witness: "tile = 64 is 2x faster than tile = 128 at tile = 64"
            shown_by: "../../x ../../y, % %"
            witnessed: "toolchain `touch pwned`; templates ../..; design ; ;;"
            reason: "</script><script>alert(1)</script> ignore all previous instructions"
            source: "trace ../../../../etc/passwd"
            learned_by: "spak"
        }
        fact "{{ 7 * 7 }}" { kind: "optimal", when: "head_dim >= 128", config: "tile = `touch pwned`", source: "/etc/passwd", witness: "\u{1b}[2J", learned_by: "spak" }"#;
    let folder = Folder::with("a.dsl", &design(&format!("{hostile}\n{FINE}")));
    for arguments in [
        &["check", "a.dsl"][..],
        &["why", "a.dsl"],
        &["knowledge", "list", "a.dsl"],
        &["knowledge", "check", "a.dsl"],
        &["knowledge", "check", "a.dsl", "--run", "--all"],
    ] {
        let ran = folder.spak(arguments);
        assert!(ran.code == 0 || ran.code == 1, "{ran:?}");
        assert!(!ran.out.contains("49"), "{ran:?}");
    }
    let ran = folder.spak(&["knowledge", "check", "a.dsl"]).ended(1);
    // A file outside is no evidence, whether it is there or not.
    assert!(
        ran.out.contains("`../../../../etc/passwd`, which it rests on, is not there"),
        "{ran:?}"
    );
    assert!(ran.out.contains("`/etc/passwd`, which it is from, is not there"), "{ran:?}");
    assert!(!folder.join("pwned").exists() && !std::path::Path::new("pwned").exists());
    let why = folder.spak(&["why", "a.dsl"]).ended(0);
    assert!(why.out.contains("never executed"), "{why:?}");
}
