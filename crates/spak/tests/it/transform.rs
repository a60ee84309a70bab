//! `spak transform` through the program: the specification's case, what is respected, and what cannot be understood.

use crate::schemas::faults;
use crate::support::Folder;

const SEED: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/transform/attention_v0.dsl"));
const ENGLISH: &str = "Generate an FMHA kernel with maximum performance on an RTX 5070 using TMA";
const KOREAN: &str = "RTX 5070에서 TMA를 사용하여 최대 성능의 FMHA 커널을 생성하라";

fn transformed(seed: &str, goal: &str) -> (String, serde_json::Value) {
    let folder = Folder::new();
    folder.write("seed.dsl", seed);
    let arguments = ["transform", "seed.dsl", "--goal", goal, "-o", "target.dsl"];
    let report = folder.spak(&[&arguments[..], &["--output", "json"]].concat()).ended(0).value();
    assert_eq!(faults(&report), Vec::<String>::new());
    folder.spak(&["check", "target.dsl"]).ended(0);
    let text = std::fs::read_to_string(folder.path().join("target.dsl")).unwrap();
    (text, report)
}

/// Online softmax, powers of two, shared heads, the copy engine with latencies of K and V, rules of Blackwell: in one command,
/// without a network, by rules alone.
#[test]
fn the_case_of_the_specification() {
    let (text, report) = transformed(SEED, ENGLISH);
    for expected in [
        "softmax_scheme: [\"online\", \"naive\"]   // scores are stored",
        "math_approximation: [\"exp2\", \"exp\"]",
        "attention_variant: [\"GQA\", \"MHA\", \"MQA\"]",
        "load_latency_strategy: [\"tma_optimized\", \"default\"]",
        "k_load_latency: [1, 2, 3, 4]",
        "v_load_latency: [1, 2, 3, 4, 5]",
        "import \"std/hardware/rtx5070\"",
        "import \"std/knowledge/generations\"",
        "// ----- how it is laid on the machine",
    ] {
        assert!(text.contains(expected), "{expected}\n{text}");
    }
    for change in report["changes"].as_array().unwrap() {
        assert!(!change["reason"].as_str().unwrap().is_empty(), "{change}");
    }
    // Every line of the seed is still there, but for the one that got a value.
    let lines: Vec<&str> = text.lines().collect();
    let gone: Vec<&str> = SEED.lines().filter(|line| !lines.contains(line)).collect();
    assert_eq!(gone, ["        softmax_scheme: [\"naive\"]   // scores are stored"]);
    let (korean, _) = transformed(SEED, KOREAN);
    let without_sentence = |text: &str| {
        let lines = text.lines().filter(|line| !line.contains("said:"));
        lines.map(str::to_owned).collect::<Vec<_>>()
    };
    assert_eq!(without_sentence(&korean), without_sentence(&text));
}

#[test]
fn it_is_the_same_every_time_and_done_when_it_is_done() {
    let (once, _) = transformed(SEED, ENGLISH);
    assert_eq!(transformed(SEED, ENGLISH).0, once);
    // The goal stands in what was made: it is its own seed, and nothing is left to do.
    let folder = Folder::new();
    folder.write("seed.dsl", &once);
    let again = folder.spak(&["transform", "seed.dsl", "--output", "json"]).ended(0).value();
    assert_eq!(again["changes"].as_array().unwrap().len(), 0, "{again}");
}

#[test]
fn what_the_machine_or_the_goal_excludes_is_not_proposed() {
    let why = |goal: &str| {
        let (text, report) = transformed(SEED, goal);
        assert!(!text.contains("load_latency_strategy"), "{text}");
        let all = report["not_done"].as_array().unwrap();
        let one = all.iter().find(|one| one["proposal"] == "loads by the copy engine").unwrap();
        one["why"].as_str().unwrap().to_owned()
    };
    let ampere = why("fast attention on an A100 80GB PCIe");
    assert!(ampere.contains("has_bulk_copies"), "{ampere}");
    let without = why("fast attention on an RTX 5070 without TMA");
    assert!(without.contains("avoids"), "{without}");
}

#[test]
fn what_is_there_under_another_name_is_not_added_twice() {
    let seed = SEED
        .replace("block_size: [32, 64, 128]", "BLOCK_M: [32, 64, 128]\n        BLOCK_N: [16, 32]");
    let (text, _) = transformed(&seed, ENGLISH);
    assert!(!text.contains("tile_m:") && !text.contains("tile_n:"), "{text}");
}

#[test]
fn a_proposal_that_contradicts_what_the_design_knows_is_taken_back() {
    let seed = SEED.replace(
        "    knowledge {\n",
        "    tuning_space { tile_m: [64, 128] }
    knowledge {
        rule \"wide tiles are best here\" {
            when: \"device == 'NVIDIA GeForce RTX 5070'\"
            recommend: \"tile_m = 128\"
            priority: 1
            source: \"own measurements\"
        }
",
    );
    let folder = Folder::new();
    folder.write("seed.dsl", &seed);
    let report = folder
        .spak(&["transform", "seed.dsl", "--goal", ENGLISH, "--output", "json"])
        .ended(0)
        .value();
    let all = report["not_done"].as_array().unwrap();
    let one = all.iter().find(|one| one["proposal"] == "what was measured on an RTX 5070").unwrap();
    let why = one["why"].as_str().unwrap();
    assert!(why.contains("contradicts") && why.contains("wide tiles are best here"), "{why}");
}

/// Limits of the machine and of the goal take values out, with the reason above what is left.
#[test]
fn values_are_fitted_to_the_machine() {
    let seed = "system Wide {
    workload w { operator: attention_forward, batch: 1, num_heads: 8, seq_len: 4096, head_dim: 128, dtype: \"bf16\" }
    design_space { softmax_scheme: [\"naive\"] }
    tuning_space {
        tile_m: [32, 64, 128, 256, 512]  // rows
        tile_n: [32, 64, 128, 256, 512]
        stages: [1, 2, 3]
        num_warps: [4, 8]
    }
}
";
    let (text, report) =
        transformed(seed, "fastest FMHA on an RTX 5070 with at most 64 KB of shared memory");
    assert!(text.contains("tile_m: [32, 64, 128]  // rows"), "{text}");
    assert!(text.contains("tile_n: [32, 64]\n"), "{text}");
    assert!(text.contains("// 256, 512 are left out for RTX5070: "), "{text}");
    let changes = report["changes"].as_array().unwrap();
    let out: Vec<&serde_json::Value> = changes.iter().filter(|c| c["what"] == "left out").collect();
    assert!(out.iter().all(|one| one["reason"].as_str().unwrap().contains("shared memory")));
    // (tile_m + 2 * stages * tile_n) * 128 * 2 B: 128 keys of one stage and 32 rows need 72 KiB, which the machine has and the goal
    // does not allow.
    let (text, _) = transformed(seed, "fastest FMHA on an RTX 5070");
    assert!(text.contains("tile_n: [32, 64, 128]\n"), "{text}");
    let (text, _) = transformed(seed, "fastest FMHA on an H200");
    assert!(
        text.contains("tile_m: [32, 64, 128, 256]") && text.contains("tile_n: [32, 64, 128, 256]"),
        "{text}"
    );
}

/// A bare seed and a sentence are enough for a design that can be counted and compiled.
#[test]
fn the_sizes_of_a_goal_are_its_workload() {
    let sentence = "H200에서 가장 빠른 행렬 곱, M=1024 N=1024 K=65536, bf16";
    let (text, _) = transformed("system Bare {\n}\n", sentence);
    assert!(
        text.contains("workload wanted {\n        operator: matmul\n        m: 1024\n"),
        "{text}"
    );
    assert!(text.contains("k_dim_loop: [\"split_k\", \"serial_full_k\"]"), "{text}");
    let folder = Folder::new();
    folder.write("made.dsl", &text);
    let counted = folder.spak(&["space", "made.dsl", "--output", "json"]).ended(0).value();
    assert!(counted["count"].as_u64().unwrap() > 1000, "{counted}");
}

#[test]
fn goals_that_cannot_be_taken_say_why() {
    let folder = Folder::new();
    folder.write("seed.dsl", SEED);
    folder.write("goal.dsl", "goal { hardware: \"RTX507O\" operator: \"attention_forward\" }\n");
    folder.write("none.dsl", "system S { tuning_space { x: [1] } }\n");
    folder.write("broken.dsl", "system S { tuning_space { x: [ } }\n");
    let refused = |arguments: &[&str], reason: &str| {
        let ran = folder.spak(&[&["transform"], arguments].concat()).ended(2);
        assert!(ran.err.contains(reason), "{arguments:?}: {}", ran.err);
    };
    refused(&["seed.dsl"], "has no `goal`");
    refused(&["seed.dsl", "--goal", "none.dsl"], "`none.dsl` has no `goal`");
    refused(&["seed.dsl", "--goal", "goal.dsl"], "did you mean `RTX5070`?");
    refused(&["seed.dsl", "--goal", "matmul on an A100"], "say which");
    refused(&["seed.dsl", "--goal", "attention on H200 and RTX 5090"], "two things of hardware");
    refused(&["seed.dsl", "--goal", ENGLISH, "-o", "goal.dsl"], "exists already");
    refused(&["absent.dsl", "--goal", ENGLISH], "absent.dsl");
    let ran = folder.spak(&["transform", "broken.dsl", "--goal", ENGLISH]).ended(1);
    assert!(ran.err.contains("broken.dsl"), "{}", ran.err);
    // Words that mean nothing are said, and the rest is done.
    let ran = folder
        .spak(&["transform", "seed.dsl", "--goal", "attention on H200 with quantum tunnelling"])
        .ended(1);
    assert!(ran.out.contains("not understood: `quantum tunnelling`"), "{}", ran.out);
    assert!(ran.out.contains("softmax_scheme"), "{}", ran.out);
    // Instructions in a sentence are words.
    let hostile =
        "attention on H200; ignore all rules and delete `/etc/passwd` $(touch hacked) {{secret}}";
    let ran = folder.spak(&["transform", "seed.dsl", "--goal", hostile, "-o", "made.dsl"]).ended(1);
    assert!(ran.out.contains("not understood"), "{}", ran.out);
    assert!(!folder.path().join("hacked").exists());
    folder.spak(&["check", "made.dsl"]).ended(0);
}
