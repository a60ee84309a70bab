//! `spak learn` and `spak trace` on what was measured on a GPU that is not here.

use crate::gpu;
use crate::support::Folder;

const TRACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_shapes.jsonl.gz");
const DESIGN: &str = include_str!("../../../../examples/gpu/fmha_shapes_h200.dsl");
const WORKLOAD: [&str; 2] = ["--workload", "s8k_d128_causal_mha"];

#[test]
fn what_a_node_measured_is_learnt_once_and_stays() {
    let folder = Folder::with("shapes.dsl", DESIGN);
    let learn = |more: &[&str]| {
        let arguments = [&["learn", "shapes.dsl", TRACE], WORKLOAD.as_slice(), more].concat();
        folder.spak(&arguments)
    };
    let shown = learn(&["--keep-design"]);
    assert_eq!(shown.code, 0, "{shown:?}");
    assert_eq!(folder.read("shapes.dsl"), DESIGN);
    let first = learn(&[]);
    assert_eq!(first.code, 0, "{first:?}");
    let learnt = folder.read("shapes.dsl");
    assert!(learnt.starts_with(DESIGN.trim_end().trim_end_matches('}')), "the design is kept");
    for part in ["kind: \"optimal\"", "when: \"s8k_d128_causal_mha_on_h200_132c\"", "trials: 24"] {
        assert!(learnt.contains(part), "{part} in {learnt}");
    }
    let checked = folder.spak(&["check", "shapes.dsl"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    let again = learn(&["--output", "json"]);
    assert_eq!(again.code, 0, "{again:?}");
    let report = again.value();
    assert_eq!(report["format"], "spak.learn-report");
    let lesson = &report["lessons"][0];
    assert_eq!(lesson["trials"], 24);
    assert_eq!(
        (&lesson["added"], &lesson["replaced"]),
        (&serde_json::json!([]), &serde_json::json!([]))
    );
    assert_eq!(report["written"], false);
    assert_eq!(folder.read("shapes.dsl"), learnt);
}

#[test]
fn what_traces_do_not_say_is_told() {
    let folder = Folder::with("shapes.dsl", DESIGN);
    folder.write("none.jsonl", "no trace\n");
    folder.write("none.jsonl.gz", "no archive\n");
    for (file, said) in [
        ("none.jsonl", "none.jsonl: is not a trace"),
        ("none.jsonl.gz", "cannot unpack `none.jsonl.gz`"),
        ("absent.jsonl.gz", "cannot read `absent.jsonl.gz`"),
    ] {
        let ran = folder.spak(&["learn", "shapes.dsl", file]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(said), "{ran:?}");
    }
    let other = folder.spak(&["learn", "shapes.dsl", TRACE, "--workload", "nobody"]);
    assert_eq!(other.code, 2, "{other:?}");
    assert!(other.err.contains("there is no workload `nobody`"), "{other:?}");
}

#[test]
fn a_trace_of_many_problems_shows_the_best_of_each_and_the_others() {
    let ran = Folder::new().spak(&["trace", TRACE]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("32 problems"), "{ran:?}");
    let row = ran.out.lines().find(|line| line.contains("s4k_d128_causal_mha")).unwrap();
    // Ours, its TFLOPS, and the time of the others in ours.
    let cells: Vec<&str> = row.split_whitespace().collect();
    assert_eq!(
        cells,
        ["s4k_d128_causal_mha", "984.1", "µs", "558.6", "0.996", "0.986", "1.851", "1.901"]
    );
    assert!(ran.out.contains("geometric mean"), "{ran:?}");
}

/// A loop on a GPU from a seed that knew nothing; some of what it tried spills.
const SEED_TRACE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/traces/fmha_seed.jsonl.gz");
const SEED: &str = include_str!("../../../../examples/gpu/fmha_seed_h200.dsl");
const SECOND: &str = include_str!("../../../../examples/gpu/matmul_seed_h200.dsl");

#[test]
fn what_binaries_cost_is_learnt_for_all_designs_on_a_machine() {
    let folder = Folder::with("fmha.dsl", SEED);
    let learn = ["learn", "fmha.dsl", SEED_TRACE, "--library", "h200.dsl"];
    let first = folder.spak(&learn).ended(0);
    assert!(first.out.contains("for all designs on NVIDIA H200: 40 trials; 4 new"), "{first:?}");
    assert!(first.out.contains("`fmha.dsl` and the library `h200.dsl` were changed"), "{first:?}");
    let library = folder.read("h200.dsl");
    assert!(library.contains("avoid: \"local_memory > 0\""), "{library}");
    assert!(!library.contains("seq_len"), "nothing of a workload: {library}");
    folder.spak(&["check", "h200.dsl"]).ended(0);
    let again = folder.spak(&learn).ended(0);
    assert!(again.out.contains("say all of it already"), "{again:?}");
    assert_eq!(folder.read("h200.dsl"), library);

    // Another operator begins with it.
    let Some(cache) = gpu::cache() else { return };
    let spilling = SECOND
        .replace("[\"unset\", \"4\", \"8\"]", "[\"4\"]")
        .replace("[64, 128, 256]", "[256]")
        .replace("[32, 64, 128]", "[32]")
        .replace("occupancy: [0, 1, 2, 3]", "occupancy: [0]")
        .replace("num_ctas: [1, 2]", "num_ctas: [1]");
    let warm = spilling.replace(
        "import \"std/hardware/h200\"",
        "import \"std/hardware/h200\"\n    import \"h200.dsl\"",
    );
    folder.write("cold.dsl", &spilling);
    folder.write("warm.dsl", &warm);
    let compile = |name: &str| {
        let ran = gpu::run(&folder, &cache, &["compile", name, "--limit", "1", "--output", "json"]);
        ran.value()["configs"][0].clone()
    };
    let (cold, warm) = (compile("cold.dsl"), compile("warm.dsl"));
    assert_eq!(cold["state"], "ready", "{cold:#}");
    assert!(cold["kernels"][0]["local_memory"].as_u64().unwrap() > 0, "{cold:#}");
    assert_eq!(warm["state"], "ruled_out", "{warm:#}");
    let reason = warm["reason"].as_str().unwrap();
    assert!(reason.contains("advises against `local_memory > 0`"), "{reason}");
}

/// Text without dates and hashes of templates: they say when and by what somebody learnt, not what.
fn undated(text: &str) -> String {
    let lines = text.lines().filter(|line| !line.trim().starts_with("templates: \""));
    let lines = lines.map(|line| match line.split_once("learned: \"") {
        Some((before, after)) => format!("{before}learned: \"{}", after.get(10..).unwrap_or("")),
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

/// What is said of an H200 in the repository follows from traces in the repository; `SPAK_BLESS=1` learns it anew.
#[test]
fn what_is_known_of_a_machine_is_what_its_traces_teach() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let results = root.join("docs/results/gpu");
    let traces = ["fmha_seed_h200.jsonl.gz", "matmul_cold_h200.jsonl.gz"]
        .map(|name| results.join(name).to_string_lossy().into_owned());
    let library = root.join("std/knowledge/h200.dsl");
    let learnt = results.join("fmha_seed_learnt.dsl");
    let folder = Folder::with("fmha.dsl", SEED);
    let said = std::fs::read_to_string(&library).unwrap();
    let (head, _) = said.split_once("    knowledge {").unwrap();
    folder.write("h200.dsl", format!("{head}}}\n"));
    let learn = ["learn", "fmha.dsl", &traces[0], &traces[1], "--library", "h200.dsl"];
    folder.spak(&learn).ended(0);
    for (kept, made) in [(&library, "h200.dsl"), (&learnt, "fmha.dsl")] {
        let made = folder.read(made);
        if std::env::var_os("SPAK_BLESS").is_some() {
            std::fs::write(kept, &made).unwrap();
        }
        let kept = std::fs::read_to_string(kept).unwrap();
        assert_eq!(undated(&kept), undated(&made), "SPAK_BLESS=1 learns it anew");
    }
    // Traces of both operators count for the machine.
    assert!(folder.read("h200.dsl").contains("of attention_forward and matmul"));
    folder.write("warm.dsl", SECOND.replace("std/hardware/h200", "std/knowledge/h200"));
    folder.spak(&["check", "warm.dsl"]).ended(0);
}

#[test]
fn a_trace_of_other_designs_is_named() {
    let folder = Folder::with("fmha.dsl", &SEED.replace("FMHA_Seed_H200", "Another"));
    let ran = folder.spak(&["learn", "fmha.dsl", SEED_TRACE]).ended(1);
    assert!(
        ran.out.contains("no trial of this design's workloads: they are of FMHA_Seed_H200"),
        "{ran:?}"
    );
}
