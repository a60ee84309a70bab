//! What conditions of a design know while the loop runs: sizes, machines with their units, and that a
//! fact about one problem says nothing about another.

use crate::support::Folder;

#[test]
fn quantities_of_machines_and_problems_keep_their_units() {
    let folder = Folder::with(
        "m.dsl",
        "system S {
    hardware Box { l1: 32 KiB, l2: 1 MiB }
    workload W { family: matmul, m: 40, n: 40, k: 40, budget: 4 KiB }
    design_space { loop_order: [\"ijk\", \"tiled_ikj\"] }
    tuning_space { tile_m: [16, 32] }
    constraint \"the tile\" { require: tile_m * k * bytes_of(dtype) <= Box.l2 and tile_m * k * 4 B <= hardware.l1 }
    constraint \"the budget\" { require: tile_m * tile_m * 4 B <= workload.budget and W.m == m }
    constraint \"no seed\" { require: loop_order != \"ijk\" or l1 < 1 KiB }
}
",
    );
    let (code, report) = folder.json(&["loop", "m.dsl", "--trials", "8", "--seconds", "30"]);
    assert_eq!(code, 0, "{report}");
    let trials = report["trials"].as_array().unwrap();
    assert!(!trials.is_empty());
    assert!(trials.iter().all(|t| t["config"]["loop_order"] == "tiled_ikj"), "{report}");
}

#[test]
fn a_fact_holds_for_its_problem_only() {
    let folder = Folder::with(
        "a.dsl",
        "system S {
    workload Full { family: attention_forward, num_heads: 2, seq_len: 32, head_dim: 16 }
    workload Masked { family: attention_forward, num_heads: 2, seq_len: 32, head_dim: 16, causal: true }
    workload Longer { family: attention_forward, num_heads: 2, seq_len: 32, head_dim: 16, kv_len: 40 }
    design_space { simd: [\"auto\", \"vector\"] }
}
",
    );
    let run = |workload: &str| {
        let ran = folder.spak(&[
            "loop",
            "a.dsl",
            "--workload",
            workload,
            "--trials",
            "2",
            "--seconds",
            "30",
        ]);
        ran.ended(0).err
    };
    assert!(!run("Full").contains("known: "));
    for other in ["Masked", "Longer"] {
        let said = run(other);
        assert!(!said.contains("known: ") && !said.contains("note: rule"), "{other}: {said}");
    }
    assert!(run("Full").contains("known: best_full"));
    folder.spak(&["check", "a.dsl"]).ended(0);
}

#[test]
fn what_is_not_there_is_not_varied() {
    let folder = Folder::with(
        "c.dsl",
        "system S {
    workload W { family: matmul, m: 40, n: 40, k: 40 }
    design_space { loop_order: [\"tiled_ikj\"] }
    tuning_space {
        tile_m: [16, 32]
        tile_n: [16, 32, 48] when tile_m == 32
    }
    constraint { require: tile_n != 48 }
}
",
    );
    let ran = folder
        .spak(&["loop", "c.dsl", "--trials", "12", "--seconds", "60", "--keep-design"])
        .ended(0);
    assert!(ran.err.contains("note: 3 of 6 combinations satisfy the constraints"), "{}", ran.err);
    let (code, report) = folder.json(&[
        "loop",
        "c.dsl",
        "--trials",
        "12",
        "--seconds",
        "60",
        "--keep-design",
        "--ignore-knowledge",
    ]);
    assert_eq!(code, 0, "{report}");
    let trials = report["trials"].as_array().unwrap();
    let mut tried: Vec<(i64, i64)> = trials
        .iter()
        .map(|t| {
            let value = |name: &str| t["config"][name].as_i64().unwrap();
            (value("tile_m"), value("tile_n"))
        })
        .collect();
    tried.sort_unstable();
    tried.dedup();
    assert_eq!(tried, [(16, 16), (32, 16), (32, 32)], "{report}");
    let (code, space) = folder.json(&["space", "c.dsl"]);
    assert_eq!((code, &space["count"]), (0, &serde_json::json!(3)), "{space}");
}
