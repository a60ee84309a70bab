//! `spak learn --from` on sweeps that other programs made.

use std::path::{Path, PathBuf};

use expect_test::expect;
use serde_json::Value;

use crate::schemas::faults;
use crate::support::Folder;

fn shared(path: &str) -> Option<PathBuf> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared").join(path);
    if path.exists() {
        return Some(path.canonicalize().unwrap());
    }
    eprintln!("SKIPPED: there is no {}", path.display());
    None
}

const PROTOTYPE: &str = "corpus/prototype/examples/KernelEngineer/FMHAv4";

/// What JSON has under a key of each element.
fn texts(list: &Value, keys: &[&str]) -> String {
    let line = |one: &Value| {
        let parts: Vec<String> = keys
            .iter()
            .map(|key| match &one[*key] {
                Value::String(text) => text.clone(),
                other => other.to_string(),
            })
            .collect();
        parts.join(" | ")
    };
    list.as_array().unwrap().iter().map(|one| line(one) + "\n").collect()
}

#[test]
fn the_sweep_of_the_prototype_shows_what_its_authors_wrote_and_what_it_does_not() {
    let Some(folder) = shared(PROTOTYPE) else { return };
    let own = Folder::new();
    own.write("sweep.json", std::fs::read(folder.join("last_engineering_trace.json")).unwrap());
    own.write("v4.dsl", std::fs::read(folder.join("fmha_system_v4.dsl")).unwrap());
    let before = own.read("v4.dsl");
    let names = ["--rename", "k_lat=k_load_latency", "--rename", "v_lat=v_load_latency"];
    let arguments = [&["learn", "v4.dsl", "--from", "sweep.json"], names.as_slice()].concat();
    let (code, report) = own.json(&arguments);
    assert_eq!(code, 0, "{report}");
    assert_eq!(faults(&report), Vec::<String>::new());
    let sweep = &report["sweeps"][0];
    assert_eq!(sweep["given"], serde_json::json!(["causal"]));
    assert_eq!(sweep["noise"]["repeated"], true);
    expect![[r#""#]].assert_eq(&texts(&sweep["findings"], &["kind", "sentence", "witness"]));
    expect![[r#""#]].assert_eq(&texts(&sweep["rules"], &["name", "when", "key", "advice"]));
    // What the authors wrote by hand: the tile is there, the latencies are not.
    expect![[r#""#]].assert_eq(&texts(&report["judged"], &["rule", "says", "at", "held"]));

    // What was learnt stands in the design, which is good and says it once.
    assert_eq!(report["written"], true);
    let after = own.read("v4.dsl");
    for line in before.lines().filter(|line| !line.trim().is_empty()) {
        assert!(after.contains(line), "`{line}` is gone");
    }
    for part in [
        "fact swept_on_nvidia_geforce_rtx_5070() {",
        "return device == \"NVIDIA GeForce RTX 5070\"",
        "avoid: \"tile_m = 128\"",
        "witness: \"#0 #8\"",
    ] {
        assert!(after.contains(part), "no `{part}` in:\n{after}");
    }
    own.spak(&["check", "v4.dsl"]).ended(0);
    let again = own.json(&arguments).1;
    assert_eq!((&again["written"], &again["diff"]), (&Value::Bool(false), &Value::from("")));
    assert_eq!(own.read("v4.dsl"), after);
}

/// How findings of one recorded space hold on another.
fn elsewhere(from: &str, on: &str) -> Option<String> {
    let (from, on) = (shared(&format!("tuning/{from}"))?, shared(&format!("tuning/{on}"))?);
    let folder = Folder::new();
    let (from, on) = (from.to_string_lossy(), on.to_string_lossy());
    let (code, report) = folder.json(&["learn", "--from", &from, "--holds-on", &on, "--halves"]);
    assert_eq!(code, 0, "{report}");
    let sweep = &report["sweeps"][0];
    let other = &sweep["elsewhere"][0];
    let part = |x: &Value| x.as_f64().map_or("-".to_owned(), |x| format!("{x:.3}"));
    let left = |of: &Value, how: &str| {
        let of = &of["followed"][how];
        format!(
            "{} of {}, best {}, median {}",
            of["left"],
            of["configs"],
            part(&of["best"]),
            part(&of["median"])
        )
    };
    let counts = |of: &Value| {
        format!(
            "{} hold, {} fade, {} contradicted, {} untold",
            of["hold"], of["fade"], of["contradicted"], of["untold"]
        )
    };
    Some(format!(
        "{} findings, {} rules\nhalves: {}; precision {}, slope {}\nelsewhere: {}; precision {}\n\
         avoiding here: {}\navoiding there: {}\nchoosing here: {}\nchoosing there: {}\n{}",
        sweep["findings"].as_array().unwrap().len(),
        sweep["rules"].as_array().unwrap().len(),
        counts(&sweep["halves"]["counts"]),
        part(&sweep["halves"]["precision"]),
        part(&sweep["halves"]["slope"]),
        counts(&other["counts"]),
        part(&other["precision"]),
        left(sweep, "avoiding"),
        left(other, "avoiding"),
        left(sweep, "choosing"),
        left(other, "choosing"),
        texts(&sweep["rules"], &["key", "advice", "confidence", "support"]),
    ))
}

#[test]
fn what_a_convolution_shows_on_one_device_holds_in_part_on_another() {
    let (a100, w6600) = ("convolution_A100_T4.json.gz", "convolution_W6600_T4.json.gz");
    let Some(there) = elsewhere(a100, w6600) else { return };
    expect![[r#""#]].assert_eq(&there);
    let Some(back) = elsewhere(w6600, a100) else { return };
    expect![[r#""#]].assert_eq(&back);
}

#[test]
fn what_dedispersion_shows_on_one_device_holds_in_part_on_another() {
    let (a100, w6600) = ("dedispersion_A100_T4.json.gz", "dedispersion_W6600_T4.json.gz");
    let Some(there) = elsewhere(a100, w6600) else { return };
    expect![[r#""#]].assert_eq(&there);
    let Some(back) = elsewhere(w6600, a100) else { return };
    expect![[r#""#]].assert_eq(&back);
}

#[test]
fn what_cannot_be_learnt_from_is_said() {
    let folder =
        Folder::with("a.json", r#"{"full_history": [{"x": 1, "ms": -1}, {"x": 2, "ms": 1}]}"#);
    let ran = folder.spak(&["learn", "--from", "a.json"]).ended(1);
    assert!(ran.err.contains("bad-entry") && ran.err.contains("a.json:1:33"), "{}", ran.err);
    folder.write("none.json", r#"{"full_history": [{"x": 1, "y": 2}]}"#);
    let ran = folder.spak(&["learn", "--from", "none.json"]).ended(1);
    assert!(ran.err.contains("does not say what was measured"), "{}", ran.err);
    let ran = folder.spak(&["learn"]).ended(2);
    assert!(ran.err.contains("--from"), "{}", ran.err);
    // Without a device nothing is written: it would hold everywhere.
    folder.write("few.json", r#"{"full_history": [{"x": 1, "ms": 1.5}, {"x": 2, "ms": 1.25}]}"#);
    folder.write("d.dsl", "system D {\n    tuning_space {\n        x: [1, 2]\n    }\n}\n");
    let ran = folder.spak(&["learn", "d.dsl", "--from", "few.json"]).ended(2);
    assert!(ran.err.contains("say `--device NAME`"), "{}", ran.err);
    let ran = folder.spak(&["learn", "--from", "few.json"]).ended(0);
    assert!(ran.out.contains("of x nothing is claimed: 1 pairs at most"), "{}", ran.out);
}
