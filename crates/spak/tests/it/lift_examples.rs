//! `spak lift test`: the examples of the packs that come with the program hold, and one that does not is shown.

use serde_json::Value;

use crate::support::spak_in as spak;

const PACK: &str = r#"system Own {
    pattern stored_exponential {
        says: "whether what is stored is an exponential"
        values: ["yes", "no"]
        case "yes" {
            when: s == store(value=x) and x == exp2(_)
            evidence: [s]
        }
    }
    pattern unseen {
        case "yes" { when: s == atomic() }
    }
"#;

const CASES: &str = r#"
    example "an exponential" {
        source: """
            import cuda.tile as ct

            @ct.kernel
            def k(x, y, N: ct.Constant[int]):
                t = ct.load(x, index=(0,), shape=(N,))
                ct.store(y, index=(0,), tile=ct.exp2(t))
            """
        finds { stored_exponential: "yes" }
    }
    example "a logarithm" {
        from: "an exponential"
        with { "ct.exp2": "ct.log2" }
        lacks: [stored_exponential]
    }
"#;

fn tried(pack: &str) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("own.dsl"), pack).unwrap();
    spak(folder.path(), &["lift", "test", "own.dsl"])
}

#[test]
fn the_examples_of_the_packs_that_come_with_the_program_hold() {
    let folder = tempfile::tempdir().unwrap();
    let (code, out, err) = spak(folder.path(), &["lift", "test", "--output", "json"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["diagnostics"], serde_json::json!([]));
    let packs = report["packs"].as_array().unwrap();
    let sum = |key: &str| packs.iter().map(|pack| pack[key].as_u64().unwrap()).sum::<u64>();
    assert!(sum("expected") > 500, "{}", sum("expected"));
    assert_eq!(sum("failed"), 0);
    // Each pattern is tried both ways.
    for pack in packs {
        for key in ["untested", "only_found"] {
            assert_eq!(pack[key], serde_json::json!([]), "{}: {key}", pack["pack"]);
        }
    }
}

#[test]
fn patterns_without_examples_are_named() {
    let (code, out, err) = tried(&format!("{PACK}{CASES}}}\n"));
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("1: unseen"), "{out}");
    assert!(out.contains("2 of 2 expectations hold; 1 of 2 patterns are untested"), "{out}");
}

#[test]
fn an_example_that_does_not_hold_is_shown_where_it_stands() {
    let wrong = CASES.replace("lacks: [stored", "finds: [stored");
    let (code, out, err) = tried(&format!("{PACK}{wrong}}}\n"));
    assert_eq!(code, 1, "{out}");
    assert!(
        err.contains("failed-example") && err.contains("`stored_exponential` is not found"),
        "{err}"
    );
    assert!(err.contains("own.dsl:28:16") && err.contains("in this example"), "{err}");
    let wrong = CASES.replace("\"ct.exp2\": \"ct.log2\"", "\"exp2\": \"exp2\"");
    let (code, _, err) = tried(&format!("{PACK}{wrong}}}\n"));
    assert_eq!(code, 1);
    assert!(err.contains("is found as \"yes\"") && err.contains("line 6 of the source"), "{err}");
}

#[test]
fn an_example_that_cannot_be_tried_is_said() {
    for (old, new, why) in [
        ("from: \"an exponential\"", "from: \"an exponentail\"", "did you mean \"an exponential\""),
        ("\"ct.exp2\":", "\"ct.exp3\":", "does not stand in the source"),
        (
            "lacks: [stored_exponential]",
            "lacks: [stored_exponentail]",
            "did you mean `stored_exponential`",
        ),
        (
            "{ stored_exponential: \"yes\" }",
            "{ stored_exponential: \"yes\" x.unseen: \"yes\" }",
            "write a `,`",
        ),
        (
            "lacks: [stored_exponential]",
            "lacks { stored_exponential: \"yse\" }",
            "none of the values",
        ),
        ("def k(", "def k((", "cannot be read"),
        ("        from: \"an exponential\"\n", "", "has no source"),
    ] {
        assert!(CASES.contains(old), "{old}");
        let (code, _, err) = tried(&format!("{PACK}{}}}\n", CASES.replace(old, new)));
        assert_eq!(code, 1, "{new}");
        assert!(err.contains("bad-example") && err.contains(why), "{new}: {err}");
    }
}

#[test]
fn examples_stand_beside_a_pack_and_sources_beside_them() {
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    std::fs::create_dir_all(at("packs/cases")).unwrap();
    std::fs::write(at("packs/own.dsl"), format!("{PACK}}}\n")).unwrap();
    let source = "import cuda.tile as ct\n\n@ct.kernel\ndef k(x, y):\n    ct.store(y, index=(0,), tile=ct.exp2(ct.load(x, index=(0,), shape=(8,))))\n";
    std::fs::write(at("packs/cases/one.py"), source).unwrap();
    let cases = "system Own_Cases {\n    example \"in a file\" {\n        file: \"one.py\"\n        finds { stored_exponential: \"yes\" }\n    }\n}\n";
    std::fs::write(at("packs/cases/own.dsl"), cases).unwrap();
    for named in ["packs/own.dsl", "packs"] {
        let (code, out, err) = spak(folder.path(), &["lift", "test", named]);
        assert_eq!((code, err.as_str()), (0, ""), "{out}");
        assert!(out.contains("1 of 1 expectations hold"), "{out}");
    }
    std::fs::remove_file(at("packs/cases/one.py")).unwrap();
    let (code, _, err) = spak(folder.path(), &["lift", "test", "packs"]);
    assert_eq!(code, 1);
    assert!(err.contains("`one.py` cannot be read"), "{err}");
}
