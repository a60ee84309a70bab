//! `spak diff` of kernels: axis by axis, with the lines of both.

use std::path::Path;

use serde_json::Value;

use crate::support::spak_in as spak;

const ROWS: &str = "\
import cuda.tile as ct


@ct.kernel
def rows(X, Y, N: ct.Constant[int]):
    x = ct.load(X, index=(ct.bid(0), 0), shape=(1, N), latency=4)
    p = ct.exp(x - ct.max(x, axis=1, keepdims=True))
    ct.store(Y, index=(ct.bid(0), 0), tile=p / ct.sum(p, axis=1, keepdims=True))
";

const OTHER: &str = "

@ct.kernel
def other(X, Y, N: ct.Constant[int]):
    ct.store(Y, index=(ct.bid(0),), tile=ct.load(X, index=(ct.bid(0),), shape=(N,)))
";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
    write("old.py", ROWS);
    // Other names, another order, a comment: the same kernel.
    let renamed =
        ROWS.replace("x = ct", "tile = ct").replace("(x - ct.max(x,", "(tile - ct.max(tile,");
    write(
        "renamed.py",
        &format!(
            "# Elsewhere.\n{}",
            renamed
                .replace("def rows(X, Y,", "def rows(A, B,")
                .replace("(X,", "(A,")
                .replace("(Y,", "(B,")
        ),
    );
    let new = ROWS.replace(", latency=4", "").replace(" - ct.max(x, axis=1, keepdims=True)", "");
    write("new.py", &new);
    write("both.py", &format!("{new}{OTHER}"));
    folder
}

fn json(folder: &Path, arguments: &[&str]) -> (i32, Value) {
    let (code, out, err) = spak(folder, &[&["diff", "--output", "json"], arguments].concat());
    (code, serde_json::from_str(&out).unwrap_or_else(|e| panic!("{e}: {out}{err}")))
}

#[test]
fn names_are_no_difference() {
    let folder = folder();
    let (code, out, err) = spak(folder.path(), &["diff", "old.py", "renamed.py"]);
    assert_eq!((code, err.as_str()), (0, ""), "{out}");
    assert!(out.starts_with("rows of old.py and rows of renamed.py\nall "), "{out}");
}

#[test]
fn kernels_differ_axis_by_axis() {
    let folder = folder();
    let (code, report) = json(folder.path(), &["old.py", "new.py"]);
    assert_eq!(code, 1);
    let axes = report["kernels"][0]["axes"].as_array().unwrap();
    let axis = |name: &str| axes.iter().find(|one| one["axis"] == name).unwrap();
    let one = axis("softmax_scheme");
    assert_eq!(one["state"], "differs");
    assert_eq!((&one["old"][0], &one["new"][0]), (&"full_row".into(), &"max_elided".into()));
    assert_eq!(one["old_lines"], serde_json::json!([7, 8]));
    assert_eq!(axis("x_load_latency")["state"], "differs");
    assert_eq!(axis("normalization_division")["state"], "same");
    let (_, out, _) = spak(folder.path(), &["diff", "old.py", "new.py"]);
    assert!(
        out.contains("~    softmax_scheme      full_row     7 8   max_elided")
            && !out.contains("normalization_division"),
        "{out}"
    );
    let (_, out, _) = spak(folder.path(), &["diff", "old.py", "new.py", "--all"]);
    assert!(out.contains("normalization_division"), "{out}");
}

#[test]
fn kernels_are_paired_by_name_or_chosen() {
    let folder = folder();
    let (code, report) = json(folder.path(), &["old.py", "both.py"]);
    assert_eq!(code, 1);
    assert_eq!(report["kernels"].as_array().unwrap().len(), 1);
    assert_eq!(report["only_new"], serde_json::json!(["other"]));
    for (arguments, pair) in [
        (&["old.py", "both.py:other"][..], ["rows", "other"]),
        (&["both.py", "both.py", "--kernel", "other"], ["other", "other"]),
        (&["both.py:rows", "both.py:other"], ["rows", "other"]),
    ] {
        let (_, report) = json(folder.path(), arguments);
        let kernel = &report["kernels"][0];
        assert_eq!([&kernel["old"], &kernel["new"]], [pair[0], pair[1]], "{arguments:?}");
    }
    let (code, _, err) = spak(folder.path(), &["diff", "old.py", "both.py:othr"]);
    assert_eq!(code, 2);
    assert!(err.contains("did you mean `other`"), "{err}");
}

#[test]
fn a_kernel_is_compared_with_a_design() {
    let folder = folder();
    assert_eq!(spak(folder.path(), &["lift", "old.py", "--design", "rows.dsl"]).0, 0);
    let (code, out, _) = spak(folder.path(), &["diff", "old.py", "rows.dsl"]);
    assert_eq!(code, 0, "{out}");
    let (code, report) = json(folder.path(), &["rows.dsl", "new.py"]);
    assert_eq!(code, 1);
    let axes = report["kernels"][0]["axes"].as_array().unwrap();
    let one = axes.iter().find(|one| one["axis"] == "softmax_scheme").unwrap();
    assert_eq!((&one["state"], &one["old"][0]), (&"differs".into(), &"full_row".into()));
    let (code, _, err) = spak(folder.path(), &["diff", "rows.dsl", "rows.dsl", "--all"]);
    assert_eq!(code, 2);
    assert!(err.contains("for sources of kernels"), "{err}");
}
