//! `spak lift` and `spak generate`, through the binary: packages, broken files, links that go round, packs of one's own, templates.

use serde_json::Value;

use crate::support::spak_in as spak;

const KERNEL: &str = r#"
import math
from types import SimpleNamespace
import cuda.tile as ct
import torch
from .helpers import scaled

@ct.kernel
def k(x, y, N: ct.Constant[int]):
    tile = ct.load(x, index=(ct.bid(0),), shape=(N,), latency=3)
    ct.store(y, index=(ct.bid(0),), tile=ct.exp2(scaled(tile)))

def configs():
    if torch.cuda.get_device_capability()[0] < 9:
        yield SimpleNamespace(N=64)
    else:
        yield SimpleNamespace(N=128)

def run(x, y):
    c = list(configs())[0]
    ct.launch(None, (math.ceil(x.shape[0] / c.N),), k, (x, y, c.N))
"#;

fn package() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path().join("pack");
    std::fs::create_dir(&at).unwrap();
    std::fs::write(at.join("__init__.py"), "").unwrap();
    std::fs::write(at.join("kernels.py"), KERNEL).unwrap();
    std::fs::write(at.join("helpers.py"), "def scaled(t):\n    return t * 1.4426950408889634\n")
        .unwrap();
    folder
}

#[test]
fn a_file_is_lifted_with_what_it_imports() {
    let folder = package();
    let (code, out, err) = spak(folder.path(), &["lift", "pack/kernels.py", "--output", "json"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["files"].as_array().unwrap().len(), 1);
    let file = &report["files"][0];
    assert_eq!(file["language"], "cutile");
    assert_eq!(file["kernels"][0]["name"], "k");
    assert_eq!(file["kernels"][0]["inlined"][0], "scaled");
    let found = file["findings"].as_array().unwrap();
    let base = found.iter().find(|one| one["axis"] == "math_approximation").unwrap();
    // The factor is in the other file.
    assert_eq!(base["value"], "exp2_folded");
    let rows = file["tuning"].as_array().unwrap();
    assert_eq!(rows.len(), 2, "{rows:?}");
    assert_eq!(rows[0]["condition"]["arch"], serde_json::json!(["sm_80", "sm_86", "sm_89"]));
    assert_eq!(rows[0]["values"], serde_json::json!([["64"]]));
}

#[test]
fn folders_with_links_that_go_round_and_broken_files_are_read_as_far_as_they_go() {
    let folder = package();
    std::os::unix::fs::symlink(folder.path(), folder.path().join("pack/round")).unwrap();
    std::fs::write(folder.path().join("pack/broken.py"), "def f(:\n  pass\n").unwrap();
    std::fs::write(folder.path().join("pack/bytes.py"), b"# \xff\xfe\nx = 1\n").unwrap();
    let (code, out, err) = spak(folder.path(), &["lift", "pack"]);
    assert_eq!(code, 1);
    assert!(out.contains("\nk (line"), "{out}");
    assert!(err.contains("pack/broken.py:1: this is not Python"), "{err}");
}

#[test]
fn what_cannot_be_lifted_is_said() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("plain.py"), "x = 1\n").unwrap();
    std::fs::create_dir(folder.path().join("empty")).unwrap();
    let (code, out, _) = spak(folder.path(), &["lift", "plain.py"]);
    assert_eq!((code, out.as_str()), (0, "no kernels were found\n"));
    for (path, why) in [("empty", "has no source of kernels"), ("nowhere.py", "No such file")] {
        let (code, _, err) = spak(folder.path(), &["lift", path]);
        assert_eq!(code, 2);
        assert!(err.contains(why), "{err}");
    }
}

#[test]
fn patterns_of_ones_own_are_read_like_those_that_come_with_it() {
    let folder = package();
    let pack = "system Mine {\n    pattern doubling {\n        says: \"what is stored is an exponential\"\n        \
                case \"yes\" {\n            when: s == store(value=x) and x == exp2(_)\n            \
                evidence: [s]\n        }\n    }\n}\n";
    std::fs::write(folder.path().join("mine.dsl"), pack).unwrap();
    let arguments = ["lift", "pack/kernels.py", "--pack", "mine.dsl", "--output", "json"];
    let (code, out, _) = spak(folder.path(), &arguments);
    assert_eq!(code, 0);
    let report: Value = serde_json::from_str(&out).unwrap();
    let found = report["files"][0]["findings"].as_array().unwrap();
    assert!(found.iter().any(|one| one["pattern"] == "Mine.doubling"), "{found:?}");
    std::fs::write(folder.path().join("mine.dsl"), pack.replace("store(", "stroe(")).unwrap();
    let (code, _, err) = spak(folder.path(), &arguments);
    assert_eq!(code, 2);
    assert!(err.contains("mine.dsl"), "{err}");
}

#[test]
fn a_template_gives_the_source_back_and_changes_only_what_is_set() {
    let folder = package();
    // What Jinja would take for its own, other ends of lines, no end of the last line.
    let source = KERNEL
        .replace("import math\n", "import math\r\nODD = '{{ x }} {% y %} {# z #}'\n")
        + "# the end";
    std::fs::write(folder.path().join("pack/kernels.py"), &source).unwrap();
    let (code, _, err) = spak(folder.path(), &["lift", "pack/kernels.py", "--template", "k.j2"]);
    assert_eq!((code, err.as_str()), (0, ""));
    let (code, out, _) = spak(folder.path(), &["generate", "k.j2"]);
    assert_eq!((code, &out), (0, &source));
    let (_, holes, _) = spak(folder.path(), &["generate", "k.j2", "--holes"]);
    assert!(["latency_1", "n_1", "n_2"].iter().all(|hole| holes.contains(hole)), "{holes}");
    let set = ["generate", "k.j2", "--set", "latency_1=7", "--set", "n_2=256"];
    let (code, out, _) = spak(folder.path(), &set);
    let expected = source.replace("latency=3", "latency=7").replace("N=128", "N=256");
    assert_eq!((code, out), (0, expected));
    for (set, why) in [("latncy_1=7", "did you mean `latency_1`"), ("n_1=a;b", "neither a number")]
    {
        let (code, _, err) = spak(folder.path(), &["generate", "k.j2", "--set", set]);
        assert_eq!(code, 2);
        assert!(err.contains(why), "{err}");
    }
}

#[test]
fn a_draft_is_in_order_and_never_overwrites() {
    let folder = package();
    let lift = ["lift", "pack/kernels.py", "--design", "k.dsl"];
    assert_eq!(spak(folder.path(), &lift).0, 0);
    let (code, out, _) = spak(folder.path(), &["check", "k.dsl"]);
    assert_eq!(code, 0);
    assert!(out.contains("no errors, no warnings"), "{out}");
    assert_eq!(spak(folder.path(), &["fmt", "--check", "k.dsl"]).0, 0);
    let design = std::fs::read_to_string(folder.path().join("k.dsl")).unwrap();
    for part in
        ["system k {", "math_approximation: [\"exp2_folded\"", "N: [64, 128]", "kernels.py:"]
    {
        assert!(design.contains(part), "{part}\n{design}");
    }
    let (code, _, err) = spak(folder.path(), &lift);
    assert_eq!(code, 2);
    assert!(err.contains("exists"), "{err}");
    // Each architecture has one of the two configs.
    let (_, out, _) = spak(folder.path(), &["space", "k.dsl", "--hardware", "H200"]);
    assert!(out.contains("(50.0 %) valid"), "{out}");
}

/// A pack that says of every kernel with an exponential which family it is.
fn family_pack(name: &str, family: &str, confidence: f64, evidence: &str) -> String {
    format!(
        "system Lift_{name} {{\n    pattern family_{family} {{\n        axis: \"family\"\n        \
         says: \"which operation a kernel is\"\n\n        case \"{family}\" {{\n            \
         when: e == exp2(_) and x == load()\n            evidence: [{evidence}]\n            \
         confidence: {confidence}\n            because: \"of {{e}}\"\n        }}\n    }}\n}}\n"
    )
}

#[test]
fn the_order_of_packs_decides_no_family() {
    let family = |packs: [String; 2], turned: bool| {
        let folder = package();
        let names = ["one.dsl", "two.dsl"];
        for (name, text) in names.iter().zip(&packs) {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        let [a, b] = if turned { [names[1], names[0]] } else { names };
        let arguments = ["lift", "pack/kernels.py", "--pack", a, "--pack", b, "--output", "json"];
        let (code, out, err) = spak(folder.path(), &arguments);
        assert_eq!((code, err.as_str()), (0, ""));
        let report: Value = serde_json::from_str(&out).unwrap();
        let file = &report["files"][0];
        assert_eq!(file["family"], file["kernels"][0]["family"]);
        file["family"].as_str().unwrap().to_owned()
    };
    for turned in [false, true] {
        let pack = |name, family, sure, evidence| family_pack(name, family, sure, evidence);
        // The surest, whatever shows it and whatever it is called.
        let packs = [pack("One", "alpha", 0.97, "e, x"), pack("Two", "beta", 0.98, "e")];
        assert_eq!(family(packs, turned), "beta");
        // As sure, in more lines.
        let packs = [pack("One", "alpha", 0.98, "e"), pack("Two", "beta", 0.98, "e, x")];
        assert_eq!(family(packs, turned), "beta");
        // As sure, in as many lines.
        let packs = [pack("One", "beta", 0.98, "e"), pack("Two", "alpha", 0.98, "e")];
        assert_eq!(family(packs, turned), "alpha");
    }
}
