//! `spak transfer` through the program: what is written, and what is said of input that cannot be used.

use std::path::Path;

use crate::schemas::faults;
use crate::support::Folder;

const FMHA: &str = "system FMHA {
    import \"std/hardware/h200\"
    workload w { operator: attention_forward, batch: 2, num_heads: 32, seq_len: 8192, head_dim: 128, causal: true }
    design_space { scheduling: [\"tile_per_cta\", \"static_persistent\"] num_worker_warps: [\"unset\", \"8\"] }
    tuning_space { tile_m: [64, 128] tile_n: [64, 128] occupancy: [1, 2] }
    constraint registers { require: tile_m * tile_n <= 16384 reason: \"a \\\"tile\\\" stays in registers\" }
}
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write("fmha.dsl", FMHA);
    folder
}

#[test]
fn a_design_is_begun_with_the_words_of_the_target() {
    let folder = folder();
    let ran = folder
        .spak(&["transfer", "fmha.dsl", "softmax", "-o", "rows.dsl", "--output", "json"])
        .ended(0);
    let report = ran.value();
    assert_eq!(faults(&report), Vec::<String>::new());
    assert_eq!(report["written"], "rows.dsl");
    let text = std::fs::read_to_string(folder.path().join("rows.dsl")).unwrap();
    assert!(text.starts_with("// Begun from fmha.dsl (attention_forward)"), "{text}");
    assert!(text.contains("system rows {") && text.contains("import \"std/hardware/h200\""));
    assert!(text.contains("operator: softmax") && text.contains("rows: 8192"), "{text}");
    assert!(text.contains("scheduling: [\"tile_per_cta\", \"static_persistent\"]"), "{text}");
    assert!(text.contains("require: rows_per_tile * tile_size <= 16384"), "{text}");
    assert!(text.contains("reason: \"a \\\"tile\\\" stays in registers\""), "{text}");
    folder.spak(&["check", "rows.dsl"]).ended(0);
    // It is not written over.
    let again = folder.spak(&["transfer", "fmha.dsl", "matmul", "-o", "rows.dsl"]).ended(2);
    assert!(again.err.contains("exists already"), "{}", again.err);
    assert_eq!(std::fs::read_to_string(folder.path().join("rows.dsl")).unwrap(), text);
}

#[test]
fn what_cannot_be_carried_over_says_why() {
    let folder = folder();
    let refused = |arguments: &[&str], reason: &str| {
        let ran = folder.spak(&[&["transfer"], arguments].concat()).ended(2);
        assert!(ran.err.contains(reason), "{arguments:?}: {}", ran.err);
        assert_eq!(ran.out, "");
    };
    refused(&["fmha.dsl", "layer_nrom"], "did you mean `layer_norm`");
    refused(&["fmha.dsl", "attention_forward"], "nothing to carry over");
    refused(&["none.dsl", "softmax"], "cannot read `none.dsl`");
    folder.write("bare.dsl", "system Bare { tuning_space { tile_m: [1, 2] } }\n");
    refused(&["bare.dsl", "softmax"], "says of no operator");
    refused(&["fmha.dsl", "bare.dsl"], "describes no operator");
    folder.write("odd.dsl", "system Odd { workload w { operator: stencil } }\n");
    refused(&["odd.dsl", "softmax"], "nothing is known of the operator `stencil`");
    folder.write("own.dsl", "operator stencil { values: [\"rows\"] maps { rows: [\"rows\"] } }\n");
    refused(&["fmha.dsl", "own.dsl"], "`--measured FILE` does");
    folder.write("garbage.json", "{\"results\": 1");
    refused(&["fmha.dsl", "own.dsl", "--measured", "garbage.json"], "garbage.json");
    refused(&["fmha.dsl", "own.dsl", "--measured", "none.json"], "cannot read `none.json`");
}

#[test]
fn a_broken_source_is_told_and_what_it_has_is_used() {
    let folder = folder();
    folder.write("broken.dsl", FMHA.replace("occupancy: [1, 2]", "occupancy: [1, 2] tile_m: [7]"));
    let ran = folder.spak(&["transfer", "broken.dsl", "softmax"]);
    assert!(ran.out.contains("axes and parameters found"), "{}{}", ran.out, ran.err);
}

/// The convolution of the benchmark hub: what attention cannot know of it is pointed out.
#[test]
fn the_dimensions_of_a_filter_are_pointed_out() {
    let shared = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../../shared/tuning/convolution_A100_T4.json.gz");
    if !shared.exists() {
        eprintln!("skipped: {} is not there", shared.display());
        return;
    }
    let operator = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/transfer/convolution.dsl");
    let folder = folder();
    let measured = shared.to_string_lossy();
    let arguments = ["--measured", &measured, "--backend", "cuda", "--output", "json"];
    let report = folder
        .spak(&[&["transfer", "fmha.dsl", operator], &arguments[..]].concat())
        .ended(0)
        .value();
    let uncovered = report["uncovered"].to_string();
    assert!(uncovered.contains("filter_width") && uncovered.contains("filter_height"));
    let missing: Vec<&str> = report["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["found"] == "missing")
        .map(|item| item["name"].as_str().unwrap())
        .collect();
    assert!(missing.contains(&"use_shmem") && !missing.contains(&"filter_width"), "{missing:?}");
}

/// The table of `docs/results/transfer` is what its traces say, by the program.
#[test]
fn the_figures_between_operators_are_those_of_the_traces() {
    const OPERATORS: [&str; 5] = ["attention", "layer_norm", "matmul", "rms_norm", "softmax"];
    let kept = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/results/transfer");
    let folder = Folder::new();
    for name in OPERATORS {
        let name = format!("{name}.jsonl.gz");
        folder.write(&name, std::fs::read(kept.join(&name)).unwrap());
    }
    let cell = |value: &serde_json::Value| {
        let evaluations = value["spaces"][0]["evaluations_to_near"].as_u64();
        let score = value["spaces"][0]["score"].as_f64().unwrap();
        format!("{} ({score:.2})", evaluations.map_or("–".to_owned(), |count| count.to_string()))
    };
    let mut table = String::from("| told of | ");
    table.push_str(&OPERATORS.join(" | "));
    table.push_str(" |\n|---|---|---|---|---|---|\n");
    let mut cold = vec![String::new(); OPERATORS.len()];
    let mut rows = Vec::new();
    for told in OPERATORS {
        let mut row = format!("| {told} |");
        for (nth, target) in OPERATORS.into_iter().enumerate() {
            if told == target {
                row.push_str(" |");
                continue;
            }
            let replay = format!("{target}.jsonl.gz");
            let knowing = format!("{told}.jsonl.gz");
            let report = folder
                .spak(&[
                    "tune",
                    "--replay",
                    &replay,
                    "--knowing",
                    &knowing,
                    "--strategy",
                    "thorough",
                    "--output",
                    "json",
                ])
                .ended(0)
                .value();
            let of = |name: &str| {
                let mut strategies = report["strategies"].as_array().unwrap().iter();
                cell(strategies.find(|one| one["name"] == name).unwrap())
            };
            cold[nth] = of("thorough");
            row.push_str(&format!(" {} |", of("thorough, knowing")));
        }
        rows.push(row);
    }
    table.push_str(&format!("| nothing | {} |\n{}\n", cold.join(" | "), rows.join("\n")));
    let page = kept.join("README.md");
    let text = std::fs::read_to_string(&page).unwrap();
    let (before, rest) = text.split_once("<!-- table -->\n").unwrap();
    let (_, after) = rest.split_once("<!-- end -->").unwrap();
    let made = format!("{before}<!-- table -->\n{table}<!-- end -->{after}");
    if std::env::var_os("SPAK_BLESS").is_some() {
        std::fs::write(&page, made).unwrap();
    } else {
        assert_eq!(made, text, "SPAK_BLESS=1 writes the table anew");
    }
}
