//! Predictions as a stranger asks for them: machines, configs, pictures, and what is wrong with either.

use crate::support::Folder;

const DESIGN: &str = r#"system FMHA {
    import "std/hardware/h200"
    workload Prefill {
        family: attention_forward
        dtype: bf16
        batch: 2
        num_heads: 32
        seq_len: 8192
        head_dim: 128
        causal: true
    }
    workload Square { family: matmul, dtype: bf16, m: 8192, n: 8192, k: 8192 }
    tuning_space {
        tile_m: [64, 128]
        tile_n: [64, 128]
        stages: [1, 2]
    }
}
"#;

fn folder() -> Folder {
    Folder::with("fmha.dsl", DESIGN)
}

#[test]
fn the_design_s_own_machine_is_taken_and_the_bound_is_a_formula() {
    let ran = folder().spak(&["predict", "fmha.dsl"]).ended(0);
    assert!(ran.out.contains("Prefill of fmha.dsl on H200"), "{}", ran.out);
    // Half of 4 * 2 * 32 * 128 * 8192^2 and half a row more, at 989.4 TFLOPS * 1980 / 1830.
    assert!(ran.out.contains("no run takes less than 1.027 ms"), "{}", ran.out);
    assert!(
        ran.out
            .contains("4 FLOP * 2 * 32 * 128 * 33558528.0 / (989.4 TFLOPS * 1980 MHz / 1830 MHz)"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("limited by matrix units, BF16"), "{}", ran.out);
}

#[test]
fn machines_are_found_by_name_in_any_spelling_and_slips_are_named() {
    let folder = folder();
    for (name, shown) in [("rtx5090", "RTX5090"), ("h100-sxm", "H100_SXM"), ("M4_Max", "M4_Max")] {
        let ran = folder.spak(&["predict", "fmha.dsl", "--hardware", name]).ended(0);
        assert!(ran.out.contains(&format!("on {shown}\n")), "{}", ran.out);
    }
    let cases: &[(&[&str], &str)] = &[
        (&["--hardware", "H20"], "did you mean `H200`?"),
        (&["--workload", "Prefil"], "did you mean `Prefill`?"),
        (&["--config", "tile_q=64"], "did you mean `tile_m`?"),
        (&["--config", "tile_m=65"], "the design gives `tile_m` the values 64, 128"),
        (&["--config", "tile_m"], "`tile_m` is no `name=value`"),
        (&["--compiled", "register=4"], "did you mean `registers`?"),
        (&["--compiled", "threads=128"], "needs `registers` and `threads`"),
        (&["--plot", "a.pdf"], "a picture is a `.svg` or a `.png` file"),
    ];
    for (arguments, words) in cases {
        let ran = folder.spak(&[&["predict", "fmha.dsl"], *arguments].concat()).ended(2);
        assert!(ran.err.contains(words), "{arguments:?}: {}", ran.err);
    }
}

#[test]
fn several_machines_of_one_design_have_to_be_told_apart() {
    let folder = folder();
    folder.write("two.dsl", DESIGN.replace("h200", "h100"));
    let ran = folder.spak(&["predict", "two.dsl"]).ended(2);
    assert!(ran.err.contains("name one with `--hardware`: H100_PCIe, H100_SXM"), "{}", ran.err);
}

#[test]
fn a_figure_that_cannot_be_is_shown_in_its_place() {
    let folder = folder();
    let own = r#"hardware Mine { sm_count: 10, memory_bandwidth: 672 GB, bf16_rat: 60 TFLOPS, l2_cache: 4 MiB }
    workload Prefill"#;
    let text =
        DESIGN.replace("import \"std/hardware/h200\"\n", "").replace("workload Prefill", own);
    folder.write("own.dsl", text);
    let ran = folder.spak(&["predict", "own.dsl"]).ended(1);
    assert!(ran.err.contains("own.dsl:2:") || ran.err.contains("own.dsl:3:"), "{}", ran.err);
    assert!(ran.err.contains("`memory_bandwidth` is bytes, and a bandwidth"), "{}", ran.err);
    assert!(ran.err.contains("did you mean `bf16_rate`?"), "{}", ran.err);
    assert!(ran.out.contains("no bound: no ceiling is known"), "{}", ran.out);
    assert!(ran.out.contains("no `bf16_rate`: products of bf16 are not bounded"), "{}", ran.out);
}

#[test]
fn a_machine_of_another_file_is_blamed_in_that_file() {
    let folder = folder();
    folder.write("card.dsl", "hardware Card { sm_count: 10, bf16_rate: 60 GB }\n");
    let ran = folder.spak(&["predict", "fmha.dsl", "--hardware", "card.dsl"]).ended(1);
    assert!(ran.err.contains("card.dsl:1:"), "{}", ran.err);
    assert!(ran.err.contains("`bf16_rate` is bytes, and a rate"), "{}", ran.err);
    let (code, value) = folder.json(&["predict", "fmha.dsl", "--hardware", "card.dsl"]);
    assert_eq!((code, value["diagnostics"][0]["place"]["file"].as_str()), (1, Some("card.dsl")));
}

#[test]
fn a_design_with_errors_is_not_predicted_from() {
    let folder = folder();
    folder
        .write("broken.dsl", DESIGN.replace("dtype: bf16\n", "dtype: \n").replace("}\n}\n", "}\n"));
    let (code, value) = folder.json(&["predict", "broken.dsl"]);
    assert_eq!((code, value["format"].as_str()), (1, Some("spak.check")));
}

#[test]
fn json_has_what_people_see_and_several_configs() {
    let configs = ["--config", "tile_m=64,tile_n=128", "--config", "tile_m=128"];
    let arguments = [
        &["predict", "fmha.dsl", "--compiled", "registers=128,shared_memory=82KiB,threads=512"][..],
        &configs,
    ]
    .concat();
    let (_, value) = folder().json(&arguments);
    assert_eq!(value["format"], "spak.predict");
    let predictions = value["predictions"].as_array().unwrap();
    assert_eq!(predictions.len(), 2);
    assert_eq!(predictions[1]["config"]["tile_m"], 128);
    let quantities = predictions[0]["quantities"].as_array().unwrap();
    let occupancy = quantities.iter().find(|q| q["name"] == "occupancy").unwrap();
    assert_eq!(
        (occupancy["value"].as_f64(), &occupancy["certainty"]),
        (Some(0.25), &"exact".into())
    );
    let bound = &predictions[0]["bound"];
    assert_eq!(bound["limited_by"], "matrix_rate");
    assert!((bound["ns"].as_f64().unwrap() / 1.0273e6 - 1.0).abs() < 1e-3, "{bound}");
    assert!(predictions[0]["estimate"]["ns"].as_f64() >= bound["ns"].as_f64());
}

#[test]
fn pictures_are_written_in_both_formats() {
    let folder = folder();
    folder.spak(&["predict", "fmha.dsl", "--plot", "roof.svg"]).ended(0);
    let svg = folder.read("roof.svg");
    assert!(
        svg.contains("<title>Prefill on H200</title>")
            && svg.contains("matrix units, BF16, 1070 TFLOPS")
    );
    folder.spak(&["predict", "fmha.dsl", "--plot", "roof.png"]).ended(0);
    assert!(std::fs::read(folder.join("roof.png")).unwrap().starts_with(b"\x89PNG"));
}

/// The example in a folder, and the bound of its seed on this processor in nanoseconds; `None`, which is
/// said, where there is none.
fn bound_here() -> Option<(Folder, f64)> {
    let folder =
        Folder::with("fmha.dsl", include_str!("../../../../examples/fmha/fmha_system_v0.dsl"));
    let (_, value) = folder.json(&["predict", "fmha.dsl"]);
    let Some(bound) = value["predictions"][0]["bound"]["ns"].as_f64() else {
        eprintln!("skipped: this processor has no bound: {}", value["notes"]);
        return None;
    };
    Some((folder, bound))
}

/// A trace that claims more than the processor can do is not believed.
#[test]
fn a_trial_that_is_faster_than_the_bound_is_impossible() {
    let Some((folder, bound)) = bound_here() else { return };
    // Two calibrations differ by a few parts in a hundred, not by a factor.
    for (ns, code) in [(bound / 20.0, 1), (bound * 50.0, 0)] {
        folder.write(".spak/traces/fmha.jsonl", trace(ns as u64));
        let ran = folder.spak(&["predict", "fmha.dsl"]).ended(code);
        assert!(ran.out.contains("measured: 1 trials of this problem"), "{}", ran.out);
        assert_eq!(ran.out.contains("IMPOSSIBLE: impossible: "), code == 1, "{}", ran.out);
    }
}

#[test]
fn the_report_of_a_run_names_impossible_results() {
    let Some((folder, bound)) = bound_here() else { return };
    folder.write(".spak/traces/fmha.jsonl", trace((bound / 20.0) as u64));
    let mut command =
        folder.command(&["loop", "fmha.dsl", "--trials", "1", "--seconds", "3", "--keep-design"]);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    let error = String::from_utf8_lossy(&output.stderr);
    assert_eq!(said.matches("IMPOSSIBLE: impossible: ").count(), 1, "{said}{error}");
}

/// The first trial of a recorded trace, as if this machine had taken `ns` for it.
fn trace(ns: u64) -> String {
    let device = spak_run::detect_device();
    let id = spak_records::trace::id_of(&device);
    let mut out = String::new();
    for line in include_str!("../../../../docs/results/fmha.jsonl").lines() {
        let mut line: serde_json::Value = serde_json::from_str(line).unwrap();
        let kind = line["type"].as_str().unwrap_or_default().to_owned();
        match kind.as_str() {
            "device" => line["data"] = serde_json::to_value(&device).unwrap(),
            "run" => line["data"]["device"] = serde_json::to_value(&id).unwrap(),
            "trial" => {
                line["data"]["outcome"]["measured"]["min_ns"] = ns.into();
                line["data"]["outcome"]["measured"]["median_ns"] = ns.into();
            }
            _ => {}
        }
        out.push_str(&format!("{line}\n"));
        if kind == "trial" {
            break;
        }
    }
    out
}
