//! `spak lift FILE --into DESIGN`: what a design lacks comes in, and what it says otherwise is said.

use serde_json::Value;

use crate::support::spak_in as spak;

const ROWS: &str = "\
import cuda.tile as ct


@ct.kernel
def rows(X, Y, N: ct.Constant[int]):
    x = ct.load(X, index=(ct.bid(0), 0), shape=(1, N), latency=4)
    p = ct.exp(x - ct.max(x, axis=1, keepdims=True))
    ct.store(Y, index=(ct.bid(0), 0), tile=p / ct.sum(p, axis=1, keepdims=True))


@ct.kernel
def other(X, Y, N: ct.Constant[int]):
    ct.store(Y, index=(ct.bid(0),), tile=ct.load(X, index=(ct.bid(0),), shape=(N,)))
";

const DESIGN: &str = "\
// Mine.
system rows {
    design_space {
        softmax_scheme: [\"online\"]    // to be tried
        x_load_latency: [\"3\"]

        mine: [1, 2]
    }
    constraint { require: mine == 1 }
}
";

#[test]
fn what_a_design_lacks_comes_in_once() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("rows.dsl");
    std::fs::write(folder.path().join("rows.py"), ROWS).unwrap();
    std::fs::write(&at, DESIGN).unwrap();
    // The design has the name of one of the kernels.
    let lift = ["lift", "rows.py", "--into", "rows.dsl"];
    let (code, out, err) = spak(folder.path(), &lift);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.contains("+ softmax_scheme = full_row\n") && out.contains("no conflicts"), "{out}");
    let text = std::fs::read_to_string(&at).unwrap();
    for line in [
        "        softmax_scheme: [\"online\", \"full_row\"]    // to be tried\n",
        "        x_load_latency: [\"3\", \"4\"]\n\n        mine: [1, 2]\n        ",
        "        y_store_latency: [\"unset\"]    // 8\n",
        "        fact \"softmax_scheme is full_row\" {\n",
        "            source: \"rows.py:7, 8\"\n",
    ] {
        assert!(text.contains(line), "{line}\n{text}");
    }
    let (_, checked, _) = spak(folder.path(), &["check", "rows.dsl"]);
    // `mine` had a warning before.
    assert!(checked.contains("no errors, 1 warning"), "{checked}");
    assert_eq!(spak(folder.path(), &["fmt", "--check", "rows.dsl"]).0, 0);
    let (code, out, _) = spak(folder.path(), &lift);
    assert_eq!((code, out.as_str()), (0, "rows.dsl: unchanged; no conflicts\n"));
    assert_eq!(std::fs::read_to_string(&at).unwrap(), text);
}

#[test]
fn what_a_design_says_otherwise_is_said_and_kept() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("rows.dsl");
    std::fs::write(folder.path().join("rows.py"), ROWS).unwrap();
    let design = DESIGN
        .replace("mine == 1", "softmax_scheme != \"full_row\"")
        .replace("[\"3\"]", "[true, false]");
    std::fs::write(&at, design).unwrap();
    let lift = ["lift", "rows.py", "--into", "rows.dsl", "--output", "json"];
    let (code, out, _) = spak(folder.path(), &lift);
    assert_eq!(code, 1);
    let report: Value = serde_json::from_str(&out).unwrap();
    let said = report["diagnostics"].as_array().unwrap();
    let place = |part: &str| {
        let one = said.iter().find(|one| one["message"].as_str().unwrap().contains(part));
        one.unwrap_or_else(|| panic!("{part}: {said:#?}"))["place"]["line"].as_u64().unwrap()
    };
    assert_eq!(place("this excludes softmax_scheme = full_row"), 9);
    assert_eq!(place("`x_load_latency` cannot be 4"), 5);
    let text = std::fs::read_to_string(&at).unwrap();
    assert!(
        text.contains("[\"online\"]    // to be tried") && text.contains("[true, false]"),
        "{text}"
    );
}

#[test]
fn a_kernel_has_to_be_chosen_and_the_design_to_be_readable() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("rows.py"), ROWS).unwrap();
    for (design, arguments, why) in [
        ("system Mine {\n}\n", &[][..], "choose with `--kernel`: rows, other"),
        ("system Mine {\n}\n", &["--kernel", "rosw"], "there is no kernel `rosw`"),
        ("system rows {\n    design_space {\n", &[], "has errors"),
        ("system rows { design_space { a: [1] } }\n", &[], "stands on one line"),
    ] {
        std::fs::write(folder.path().join("d.dsl"), design).unwrap();
        let lift = [&["lift", "rows.py", "--into", "d.dsl"], arguments].concat();
        let (code, _, err) = spak(folder.path(), &lift);
        assert_eq!(code, 2, "{err}");
        assert!(err.contains(why), "{why}: {err}");
        assert_eq!(std::fs::read_to_string(folder.path().join("d.dsl")).unwrap(), design);
    }
}
