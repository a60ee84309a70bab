//! `spak lift --explain`: what was found in its place, and what came nearest where nothing was.

use serde_json::Value;

use crate::support::spak_in as spak;

const ROWS: &str = "\
import cuda.tile as ct


@ct.kernel
def rows(X, Y, N: ct.Constant[int]):
    x = ct.load(X, index=(ct.bid(0), 0), shape=(1, N), latency=4)
    peak = ct.max(x, axis=1, keepdims=True)
    p = ct.exp(x - peak)

    # Somewhere else.



    total = ct.sum(p, axis=1, keepdims=True)
    ct.store(Y, index=(ct.bid(0), 0), tile=p / total)


@ct.kernel
def other(X, Y, N: ct.Constant[int]):
    x = ct.load(X, index=(ct.bid(0), 0), shape=(1, N))
    p = ct.exp(x * 2.0)
    ct.store(Y, index=(ct.bid(0), 0), tile=p / ct.max(p, axis=1, keepdims=True))
";

fn explained(arguments: &[&str]) -> (i32, String, String) {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.py"), ROWS).unwrap();
    spak(folder.path(), &[&["lift", "rows.py", "--explain"], arguments].concat())
}

#[test]
fn a_finding_is_shown_in_its_place() {
    let (code, out, err) = explained(&["softmax_scheme", "--kernel", "rows"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    for part in [
        "found: rows: softmax_scheme is full_row",
        "--> rows.py:7:12",
        // One line before what is marked, one after it, and what is far away by itself.
        " 6 |     x = ct.load(X",
        " 7 |     peak = ct.max(x, axis=1, keepdims=True)\n   |            ^^^^",
        "::: rows.py:14:13",
        "15 |     ct.store(",
        "= why: ",
        "= otherwise: online, two_pass",
        "= confidence: 0.95",
        "= pattern: Lift_Softmax.softmax_scheme, case \"full_row\" (library std/lift/softmax:",
    ] {
        assert!(out.contains(part), "{part}\n{out}");
    }
    assert!(!out.contains("Somewhere else") && !out.contains("missing"), "{out}");
}

#[test]
fn what_is_not_found_is_said_with_what_came_nearest() {
    let (code, out, _) = explained(&["softmax_scheme", "--kernel", "other"]);
    assert_eq!(code, 1);
    assert!(out.starts_with("missing: other: softmax_scheme is not found; "), "{out}");
    assert!(out.contains("= nearest: case ") && out.contains("= fails: "), "{out}");
    let (code, out, _) = explained(&["softmax_scheme", "--output", "json"]);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["findings"].as_array().unwrap().len(), 1);
    assert_eq!(report["findings"][0]["value"], "full_row");
    assert_eq!(report["findings"][0]["places"][0]["line"], 7);
    let miss = &report["nearest"][0];
    assert_eq!(miss["kernel"], "other");
    assert!(miss["held"].as_u64().unwrap() < miss["conditions"].as_u64().unwrap());
    assert_eq!(miss["written"]["file"], "library std/lift/softmax");
    assert!(!miss["condition"].as_str().unwrap().is_empty());
}

#[test]
fn one_operand_can_be_asked_for() {
    let (code, out, _) = explained(&["x.load_latency", "--kernel", "rows"]);
    assert_eq!(code, 0);
    assert!(out.starts_with("found: rows: load_latency of x is 4\n"), "{out}");
    let (code, out, _) = explained(&["q.load_latency", "--kernel", "rows"]);
    assert_eq!((code, out.as_str()), (1, "load_latency of q is not found; it is found of x\n"));
}

#[test]
fn names_that_are_not_there_are_said() {
    for (arguments, why) in [
        (&["sofmax_scheme"][..], "did you mean `softmax_scheme`"),
        (&["softmax_scheme", "--kernel", "othr"], "did you mean `other`"),
        (&["nothing_like_it_at_all"], "no pattern gives the axis"),
    ] {
        let (code, _, err) = explained(arguments);
        assert_eq!(code, 2);
        assert!(err.contains(why), "{err}");
    }
}
