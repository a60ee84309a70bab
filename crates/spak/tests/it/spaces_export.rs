//! A space taken to another tool and back: what is written has the same configs, also for Kernel Tuner.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::Folder;

const DESIGN: &str = r#"
system Gemm {
    hardware A100 { shared_memory_per_block: 163 KiB }

    workload square { n: 4096 }

    tuning_space {
        tile_m: [16, 32, 48, 64, 128, 256]
        tile_n: [16, 32, 64, 128]
        stages: [1, 2, 3, 4]
        split: [0.25, 0.5, 1.0]
        scheme: ["naive", "online"]
        fast: [false, true]
    }

    constraint "tiles of all stages fit shared memory" {
        require: (tile_m + tile_n) * 64 * stages * bytes_of("bf16") <= A100.shared_memory_per_block
    }
    constraint "whole tiles" { require: n % tile_m == 0 and is_pow2(tile_n) }
    constraint "online needs stages" { require: scheme == "online" => stages in 2..3 }
    constraint "rounding" { require: cdiv(n, tile_m) * split <= 40 or not fast }
}
"#;

/// The configs of a file as texts, in the order of their parameters' names.
fn configs(folder: &Folder, file: &str) -> BTreeSet<String> {
    let rows = folder.spak(&["space", file, "--enumerate", "--output", "json"]).ended(0).value();
    rows["configs"].as_array().unwrap().iter().map(Value::to_string).collect()
}

#[test]
fn a_design_is_the_same_space_in_every_format() {
    let folder = Folder::with("gemm.dsl", DESIGN);
    let all = configs(&folder, "gemm.dsl");
    assert!(all.len() > 100, "{}", all.len());
    for (format, file) in [("t1", "gemm.t1.json"), ("dictionary", "gemm.json")] {
        folder.spak(&["space", "gemm.dsl", "--export", format, "-o", file]).ended(0);
        assert_eq!(configs(&folder, file), all, "{format}");
        // From one format to the other.
        folder.spak(&["space", file, "--export", "t1", "-o", "again.json"]).ended(0);
        assert_eq!(configs(&folder, "again.json"), all, "{format}");
    }
    let printed = folder.spak(&["space", "gemm.dsl", "--export", "dictionary"]).ended(0).out;
    assert_eq!(printed, folder.read("gemm.json"));
    let written: Value = serde_json::from_str(&printed).unwrap();
    assert_eq!(written["tune_params"]["fast"], json!([false, true]));
}

#[test]
fn what_a_format_cannot_say_is_an_error_and_nothing_is_written() {
    let folder = Folder::new();
    folder
        .write("mixed.json", json!({ "params": { "a": [1, "x"] }, "constraints": [] }).to_string());
    let ran = folder.spak(&["space", "mixed.json", "--export", "t1", "-o", "out.json"]).ended(2);
    assert!(ran.err.contains("`a`"), "{}", ran.err);
    assert!(!folder.join("out.json").exists());
    folder.spak(&["space", "mixed.json", "--export", "dictionary"]).ended(0);
}

/// What Kernel Tuner's default solver makes of the values and restrictions of T1.
const SEARCHSPACE: &str = r#"
import json, sys
from kernel_tuner.searchspace import Searchspace
t1 = json.load(open(sys.argv[1]))["ConfigurationSpace"]
params = {p["Name"]: eval(p["Values"]) for p in t1["TuningParameters"]}
space = Searchspace(params, [c["Expression"] for c in t1["Conditions"]], 1024)
print(space.size)
"#;

#[test]
fn kernel_tuner_counts_as_many_configs() {
    let python = std::env::var("SPAK_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let has = |python: &str| {
        let asked = Command::new(python).args(["-c", "import kernel_tuner"]).output();
        asked.is_ok_and(|o| o.status.success())
    };
    if !has(&python) {
        eprintln!("SKIPPED: Kernel Tuner's count; `SPAK_PYTHON` names no Python that has it");
        return;
    }
    let folder = Folder::with("gemm.dsl", DESIGN);
    let all = configs(&folder, "gemm.dsl");
    folder.spak(&["space", "gemm.dsl", "--export", "t1", "-o", "gemm.json"]).ended(0);
    let file = folder.join("gemm.json");
    assert_eq!(counted(&python, &file), all.len().to_string());
}

fn counted(python: &str, file: &Path) -> String {
    let output = Command::new(python).args(["-c", SEARCHSPACE]).arg(file).output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8_lossy(&output.stderr).into_owned();
    said.lines().last().unwrap_or_else(|| panic!("{errors}")).to_owned()
}

#[test]
fn what_is_not_always_there_is_held_at_its_first_value() {
    let folder = Folder::with(
        "w.dsl",
        "system S {
    design_space { scheme: [\"naive\", \"online\"] }
    tuning_space {
        tile: [32, 64]
        stages: [1, 2, 3] when scheme == \"online\"
        depth: [1, 2] when stages > 1
    }
    constraint { require: stages * tile * depth <= 128 }
}
",
    );
    let (_, space) = folder.json(&["space", "w.dsl"]);
    // naive: 2; online: stages 1 with 2 tiles, 2 with depth 1 and 32, 64 or depth 2 and 32, 3 with depth 1 and 32.
    assert_eq!(space["count"], 2 + 2 + 3 + 1, "{space}");
    for format in ["t1", "dictionary"] {
        let out = format!("{format}.json");
        folder.spak(&["space", "w.dsl", "--export", format, "-o", &out]).ended(0);
        let (code, again) = folder.json(&["space", &out]);
        assert_eq!((code, &again["count"]), (0, &space["count"]), "{again}");
    }
}

#[test]
fn what_the_loop_measured_is_replayed() {
    let folder = Folder::with(
        "m.dsl",
        "system S {
    workload W { family: matmul, m: 40, n: 40, k: 40 }
    design_space { loop_order: [\"ijk\", \"tiled_ikj\"] }
    tuning_space { tile_m: [16, 32] }
}
",
    );
    folder.spak(&["loop", "m.dsl", "--seconds", "60", "--keep-design"]).ended(0);
    let trace = ".spak/traces/m.jsonl";
    let (code, report) = folder.json(&["trace", trace]);
    assert_eq!(code, 0, "{report}");
    let run = &report["runs"][0];
    assert_eq!((&run["trials"], &run["system"]), (&3.into(), &"S".into()), "{report}");
    folder.spak(&["trace", trace, "--export", "t4", "-o", "m_T4.json"]).ended(0);
    let (code, replay) = folder.json(&["tune", "--replay", "m_T4.json", "--repeats", "2"]);
    assert_eq!(code, 0, "{replay}");
    let space = &replay["spaces"][0];
    assert_eq!((&space["configs"], &space["measured"]), (&3.into(), &3.into()), "{replay}");
    assert_eq!(space["best"], run["best"], "{replay}");
    folder.spak(&["trace", trace, "--run", "none"]).ended(2);
    folder.spak(&["trace", "m.dsl"]).ended(2);
}
