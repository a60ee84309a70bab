//! Knowledge that goes stale: what changed is told, witnesses are measured again, and what no longer holds is demoted.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::Value;

use crate::support::{Folder, Ran, finish};

/// Two kernels of which one is many times slower, whatever the machine does.
const DESIGN: &str = r#"// A product, by hand.
system Small {
    workload Square { family: matmul, m: 192, n: 192, k: 192 }
    design_space { loop_order: ["ijk", "tiled_ikj"] }  // what it is
    tuning_space { tile_m: [64], tile_n: [64], tile_k: [32] }
}
"#;

/// A folder whose design has learnt from a short loop.
fn learnt() -> Folder {
    let folder = Folder::with("mm.dsl", DESIGN);
    folder.spak(&["loop", "mm.dsl", "--seconds", "60"]).ended(0);
    let text = folder.read("mm.dsl");
    assert!(text.contains("loop_order = 'tiled_ikj' is "), "{text}");
    folder
}

/// The program where `gcc` says that it is of another version.
fn with_other_compiler(folder: &Folder, arguments: &[&str]) -> Ran {
    let script = "#!/bin/sh\nif [ \"$1\" = --version ]; then echo 'gcc (Other) 99.1.0'; exit 0; fi\nPATH=${PATH#*:} exec gcc \"$@\"\n";
    folder.write("bin/gcc", script);
    let executable = std::fs::Permissions::from_mode(0o755);
    std::fs::set_permissions(folder.join("bin/gcc"), executable).unwrap();
    let path = std::env::var("PATH").unwrap();
    let mut command = folder.command(arguments);
    command.env("PATH", format!("{}:{path}", folder.join("bin").display()));
    finish(command)
}

fn states(report: &Value) -> Vec<(String, String)> {
    let items = report.pointer("/files/0/items").and_then(Value::as_array).cloned();
    let text = |item: &Value, key: &str| item[key].as_str().unwrap_or_default().to_owned();
    items.unwrap_or_default().iter().map(|i| (text(i, "name"), text(i, "state"))).collect()
}

#[track_caller]
fn all_are(report: &Value, state: &str) {
    let states = states(report);
    assert!(states.len() >= 3 && states.iter().all(|(_, s)| s == state), "{states:?}");
}

#[test]
fn another_compiler_makes_it_stale_and_the_witnesses_decide() {
    let folder = learnt();
    let before = folder.read("mm.dsl");
    let (code, report) = folder.json(&["knowledge", "check", "mm.dsl"]);
    assert_eq!((code, &report["format"]), (0, &Value::from("spak.knowledge-check")));
    all_are(&report, "current");
    let check = ["knowledge", "check", "mm.dsl", "--output", "json"];

    let stale = with_other_compiler(&folder, &check).ended(1);
    all_are(&stale.value(), "stale");
    let reason = stale.value()["files"][0]["items"][0]["reasons"][0].as_str().unwrap().to_owned();
    assert!(reason.starts_with("the compiler was gcc"), "{reason}");
    assert!(reason.contains("and is gcc (Other) 99.1.0"), "{reason}");
    assert_eq!(folder.read("mm.dsl"), before, "asking changes nothing");

    let shown =
        with_other_compiler(&folder, &["knowledge", "check", "mm.dsl", "--run", "--keep-design"]);
    assert!(shown.ended(0).out.contains("was not changed"));
    assert_eq!(folder.read("mm.dsl"), before);
    let held = with_other_compiler(&folder, &[&check[..], &["--run"]].concat()).ended(0);
    all_are(&held.value(), "held");
    // One stamp for all of the scope, and nothing else.
    let after = folder.read("mm.dsl");
    let old: Vec<&str> = before.lines().filter(|line| !after.contains(line.trim())).collect();
    assert!(old.len() == 1 && old[0].contains("toolchain: "), "{old:?}");
    assert!(after.contains("toolchain: \"gcc (Other) 99.1.0"), "{after}");
    assert!(after.contains("witnessed: \"on "), "{after}");
    let again = with_other_compiler(&folder, &check).ended(0);
    all_are(&again.value(), "current");
    // Where the old compiler is, the trials that were made with it are enough: nothing is measured twice.
    let back = folder.spak(&check).ended(0);
    all_are(&back.value(), "held");
    assert_eq!(folder.read("mm.dsl").matches("gcc (Other)").count(), 0);
    folder.spak(&["check", "mm.dsl"]).ended(0);
}

#[test]
fn what_a_witness_does_not_show_any_more_is_demoted_and_leads_nothing() {
    let folder = learnt();
    // As if another machine had been the other way round.
    let text = folder.read("mm.dsl");
    let line =
        text.lines().find(|l| l.contains("witness: \"loop_order = 'tiled_ikj' is ")).unwrap();
    let turned = text.replace(
        line.trim(),
        "witness: \"loop_order = 'ijk' is 3.000x faster than loop_order = 'tiled_ikj' at tile_m = 64, tile_n = 64, tile_k = 32\" // noted",
    );
    folder.write("mm.dsl", &turned);
    let ran = folder.spak(&["knowledge", "check", "mm.dsl", "--run", "--all"]).ended(1);
    assert!(ran.out.contains("where 3.00x is claimed"), "{ran:?}");
    assert!(ran.out.contains("demoted now"), "{ran:?}");
    let demoted = folder.read("mm.dsl");
    assert_eq!(
        demoted.matches("status: \"demoted\"").count(),
        3,
        "best, effect and rule: {demoted}"
    );
    assert!(
        demoted.contains("// A product, by hand.") && demoted.contains("// noted"),
        "{demoted}"
    );
    assert!(demoted.contains("rests on `loop_order_effect_"), "{demoted}");
    folder.spak(&["check", "mm.dsl"]).ended(0);
    // It is said once; then nothing is left to do.
    let again = folder.spak(&["knowledge", "check", "mm.dsl"]).ended(0);
    assert!(again.out.contains("out before") && !again.out.contains("stale"), "{again:?}");
    let why_not = folder.spak(&["why-not", "mm.dsl", "loop_order on square"]);
    assert!(!why_not.out.contains("panicked"));
    let looped = folder.spak(&["loop", "mm.dsl", "--seconds", "1", "--keep-design"]);
    assert!(looped.err.contains("demoted or retired: nothing follows"), "{looped:?}");
    assert!(!looped.err.contains("known:"), "nothing leads: {looped:?}");

    // Trials that were made with what demoted it may bring it back; others may not.
    let other =
        demoted.replace("demoted_with: \"toolchain gcc", "demoted_with: \"toolchain gcc 1.0");
    for (text, stays) in [(&other, true), (&demoted, false)] {
        folder.write("mm.dsl", text);
        folder.spak(&["learn", "mm.dsl", ".spak/traces/mm.jsonl"]).ended(0);
        let learnt = folder.read("mm.dsl");
        assert_eq!(learnt.contains("status: \"demoted\""), stays, "{learnt}");
    }
}

#[test]
fn what_changed_is_told_as_far_as_it_reaches_the_witness() {
    let folder = learnt();
    let text = folder.read("mm.dsl");
    let reasons = |folder: &Folder, code: i32| {
        let (found, report) = folder.json(&["knowledge", "check", "mm.dsl"]);
        assert_eq!(found, code, "{report:#}");
        report["files"][0]["items"][0]["reasons"].clone()
    };
    // A value more: the witness is a config all the same.
    folder.write("mm.dsl", text.replace("tile_m: [64]", "tile_m: [64, 128]"));
    assert_eq!(reasons(&folder, 0), serde_json::json!([]));
    folder.write("mm.dsl", text.replace("tile_m: [64]", "tile_m: [128]"));
    let said = reasons(&folder, 1).to_string();
    assert!(said.contains("64 is none of the values of `tile_m`"), "{said}");
    // While the trials are there the code is made again; without them there is only the hash.
    let at = text.find("templates: \"").unwrap() + "templates: \"".len();
    let mut other = text.clone();
    other.replace_range(at..at + 12, "0123456789ab");
    folder.write("mm.dsl", &other);
    assert_eq!(reasons(&folder, 0), serde_json::json!([]));
    let trace = folder.read(".spak/traces/mm.jsonl");
    std::fs::remove_file(folder.join(".spak/traces/mm.jsonl")).unwrap();
    let said = reasons(&folder, 1).to_string();
    assert!(said.contains("the templates make other code"), "{said}");
    folder.write("mm.dsl", &text);
    assert_eq!(reasons(&folder, 0), serde_json::json!([]), "the witness outlives its trace");
    // A trial that somebody took out of the trace.
    let key = text.split("shown_by: \"").nth(1).unwrap().get(..12).unwrap().to_owned();
    let less: Vec<&str> = trace.lines().filter(|l| !l.contains(&format!(":{key}"))).collect();
    assert!(less.len() < trace.lines().count());
    folder.write("less.jsonl", less.join("\n") + "\n");
    let (code, report) = folder.json(&["knowledge", "check", "mm.dsl", "--trace", "less.jsonl"]);
    assert_eq!(code, 1);
    let said = report["files"][0]["items"][0]["reasons"].to_string();
    assert!(said.contains(&format!("its trial {key} is gone from `less.jsonl`")), "{said}");
}

const GPU_TRACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_seed.jsonl.gz");
const GPU_DESIGN: &str = include_str!("../../../../examples/gpu/fmha_seed_h200.dsl");

fn unpacked(path: &str) -> String {
    use std::io::Read as _;
    let mut text = String::new();
    let file = std::fs::File::open(path).unwrap();
    flate2::read::MultiGzDecoder::new(file).read_to_string(&mut text).unwrap();
    text
}

/// The trace with what `change` does to each line, as if it came back from a node with another driver.
fn came_back(change: impl Fn(&mut Value)) -> String {
    let text = unpacked(GPU_TRACE).replace("CUDA 13.0", "CUDA 14.0");
    let mut lines: Vec<Value> =
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    // Lines name a device by its content.
    let old = lines.iter().find(|l| l["type"] == "run").unwrap()["data"]["device"].clone();
    let device = lines.iter().find(|l| l["type"] == "device").unwrap()["data"].clone();
    let device: spak_records::Device = serde_json::from_value(device).unwrap();
    let new = spak_records::trace::id_of(&device).as_str().to_owned();
    for line in lines.iter_mut().skip(1) {
        if line["data"]["device"] == old {
            line["data"]["device"] = Value::from(new.clone());
        }
        line["run"] = Value::from("node-again");
        change(line);
    }
    lines.iter().map(|line| format!("{line}\n")).collect()
}

#[test]
fn a_trace_that_came_back_from_a_node_decides() {
    let folder = Folder::with("fmha.dsl", GPU_DESIGN);
    folder.spak(&["learn", "fmha.dsl", GPU_TRACE]).ended(0);
    let text = folder.read("fmha.dsl");
    assert!(text.contains("driver: \"CUDA 13.0\""), "{text}");
    // A machine that is not here is not spoken of without a trace; what is compiled with may be.
    let alone = folder.spak(&["knowledge", "check", "fmha.dsl"]);
    assert!(
        alone.out.contains("about other machines") || alone.out.contains("the compiler was"),
        "{alone:?}"
    );

    folder.write("back.jsonl", came_back(|_| {}));
    let check = ["knowledge", "check", "fmha.dsl", "--against", "back.jsonl"];
    let (code, report) = folder.json(&check);
    assert_eq!(code, 1);
    let reasons = report["files"][0]["items"][0]["reasons"].to_string();
    assert!(reasons.contains("the driver was CUDA 13.0 and is CUDA 14.0"), "{reasons}");
    let (code, report) = folder.json(&[&check[..], &["--trace", "back.jsonl"]].concat());
    let states = states(&report);
    assert!(states.iter().filter(|(_, state)| state == "held").count() >= 3, "{states:?}");
    assert!(states.iter().all(|(_, state)| state != "demoted"), "{states:?}");
    assert_eq!(code, i32::from(states.iter().any(|(_, s)| s == "untold" || s == "stale")));

    // With the new driver all are equally fast.
    folder.write("fmha.dsl", &text);
    let flat = came_back(|line| {
        if let Some(measured) = line.pointer_mut("/data/outcome/measured") {
            let ratio = measured["median_ns"].as_f64().unwrap() / 2e6;
            measured["median_ns"] = Value::from(2_000_000);
            measured["median_ci_ns"] = serde_json::json!([1_990_000, 2_010_000]);
            measured["min_ns"] = Value::from(1_980_000);
            measured["tflops"] = Value::from(measured["tflops"].as_f64().unwrap() * ratio);
            if measured["incumbent"].is_string() {
                measured["incumbent_median_ns"] = Value::from(2_000_000);
            }
        }
    });
    folder.write("flat.jsonl", flat);
    let arguments =
        ["knowledge", "check", "fmha.dsl", "--against", "flat.jsonl", "--trace", "flat.jsonl"];
    let ran = folder.spak(&arguments).ended(1);
    let after = folder.read("fmha.dsl");
    assert!(after.matches("status: \"demoted\"").count() >= 3, "{ran:?}");
    assert!(after.contains("1.00x (0.9"), "what was measured is said: {after}");
    assert!(after.contains("demoted_by: \"it rests on `spills_cutile_on_h200_132c`"), "{after}");
    folder.spak(&["check", "fmha.dsl"]).ended(0);
}

#[test]
fn witnesses_are_packed_for_a_node() {
    let Some(cache) = crate::gpu::cache() else { return };
    let folder = Folder::with("fmha.dsl", GPU_DESIGN);
    folder.spak(&["learn", "fmha.dsl", GPU_TRACE]).ended(0);
    let check = ["knowledge", "check", "fmha.dsl", "--bundle", "w.spak"];
    let nothing = crate::gpu::run(&folder, &cache, &check);
    // What is compiled with may be another version than that of the trace: then it is stale, and packed at once.
    if nothing.code == 2 {
        assert!(nothing.err.contains("no witness has to be measured on a GPU"), "{nothing:?}");
    }
    let all = [&check[..], &["--all", "--output", "json"]].concat();
    let packed = crate::gpu::run(&folder, &cache, &all);
    let configs = packed.value()["bundle"]["configs"].as_u64().unwrap();
    assert!((2..=8).contains(&configs), "the two of each witness, and no more: {packed:?}");
    assert!(folder.join("w.spak").metadata().unwrap().len() > 1000);
}
