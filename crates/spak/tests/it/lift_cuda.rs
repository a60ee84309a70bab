//! `spak lift` for CUDA C++, through the binary: what is found in three kernels, templates, odd texts.

use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::support::spak_in as spak;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Where the kernels are that examples of packs begin from.
fn kernels() -> PathBuf {
    root().join("std/lift/cases")
}

/// Lifts one of the kernels, and looks for axes with their values and one of their lines.
fn finds(name: &str, family: &str, expected: &[(&str, &str, u64)]) {
    let (code, out, err) = spak(&kernels(), &["lift", name, "--output", "json"]);
    assert_eq!(code, 0, "{err}");
    let report: Value = serde_json::from_str(&out).unwrap();
    let file = &report["files"][0];
    assert_eq!(
        (&file["language"], &file["kernels"][0]["family"]),
        (&"cuda".into(), &family.into())
    );
    let found: Vec<(&str, &str, Vec<u64>)> = file["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| {
            let lines = one["lines"].as_array().unwrap().iter().filter_map(Value::as_u64);
            (one["axis"].as_str().unwrap(), one["value"].as_str().unwrap(), lines.collect())
        })
        .collect();
    for (axis, value, line) in expected {
        let here = |one: &&(&str, &str, Vec<u64>)| {
            one.0 == *axis && one.1 == *value && one.2.contains(line)
        };
        assert!(found.iter().any(|one| here(&one)), "{axis} {value} {line} is not in {found:?}");
    }
}

#[test]
fn decisions_of_a_softmax_are_found() {
    finds(
        "softmax_kernel.cu",
        "softmax",
        &[
            ("thread_reduction", "shuffle", 9),
            ("unroll", "4", 52),
            ("min_blocks_per_sm", "4", 22),
            ("num_warps", "8", 4),
            ("row_passes", "reload", 54),
            ("normalization_division", "reciprocal_multiply", 51),
            ("math_approximation", "exp2_unfolded", 42),
            ("scheduling", "tile_per_cta", 25),
        ],
    );
}

#[test]
fn decisions_of_a_product_of_matrices_are_found() {
    finds(
        "matmul_kernel.cu",
        "matmul",
        &[
            ("load_path", "cp_async", 32),
            ("load_path", "cp_async", 36),
            ("copies_in_flight", "1", 40),
            ("min_blocks_per_sm", "2", 13),
            ("scalar_specialization", "constexpr", 12),
            ("k_dim_loop", "serial_full_k", 29),
            ("accum_dtype", "f32", 22),
            ("output_cast", "hard_coded", 59),
            ("grid_mapping", "grid_2d", 66),
        ],
    );
}

#[test]
fn decisions_of_attention_are_found() {
    finds(
        "attention_kernel.cu",
        "attention_forward",
        &[
            ("softmax_scheme", "online", 55),
            ("rowsum_reduction", "per_iteration", 52),
            ("rescale_policy", "unconditional", 56),
            ("score_scale_placement", "after_mma_before_max", 45),
            ("normalization_placement", "epilogue", 62),
            ("math_approximation", "exp2_folded", 49),
            ("lse_base", "log2", 64),
            ("stationary_operand", "q_stationary", 28),
            ("num_warps", "tuned", 72),
        ],
    );
}

/// Makes a template of a file and fills it with what the file has.
fn comes_back(folder: &Path, file: &Path) {
    let source = std::fs::read(file).unwrap();
    let file = file.to_string_lossy();
    let made = folder.join("made.j2");
    let _ = std::fs::remove_file(&made);
    let (_, _, err) = spak(folder, &["lift", &file, "--template", "made.j2"]);
    assert!(made.exists(), "{file}: {err}");
    let (code, out, err) = spak(folder, &["generate", "made.j2"]);
    assert_eq!(code, 0, "{file}: {err}");
    assert!(out.as_bytes() == source, "{file} does not come back as it is");
}

#[test]
fn templates_give_kernels_back_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    for name in ["softmax_kernel.cu", "matmul_kernel.cu", "attention_kernel.cu"] {
        comes_back(folder.path(), &kernels().join(name));
    }
    let published = root().join("target/packages/flash-attn-2.8.3/csrc/flash_attn/src");
    let names = ["flash_fwd_launch_template.h", "softmax.h", "block_info.h", "static_switch.h"];
    for name in names {
        match published.join(name) {
            path if path.exists() => comes_back(folder.path(), &path),
            _ => eprintln!("SKIPPED: flash-attn is not there; `cargo xtask packages` fetches it"),
        }
    }
}

#[test]
fn templates_of_odd_texts_come_back_too() {
    let plain = std::fs::read_to_string(kernels().join("softmax_kernel.cu"));
    let plain = plain.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("odd.cu");
    let over_lines = "#define TWICE(x) \\\n    ((x) + \\\r\n     (x))\n// {{ y }} {% z %} \u{e9}\n";
    let texts = [
        plain.replace('\n', "\r\n"),
        format!("\u{feff}{plain}"),
        format!("{over_lines}{plain}// {{# no end of the last line #}}"),
        format!("\u{feff}{}", over_lines.replace("\r\n", "\n").replace('\n', "\r\n")),
        "\r\n\r\n__global__ void k(int* a) { a[0] = 3; }\r".to_owned(),
        String::new(),
    ];
    for text in texts {
        std::fs::write(&path, text).unwrap();
        comes_back(folder.path(), &path);
    }
}

#[test]
fn the_same_is_found_with_other_ends_of_lines() {
    let folder = tempfile::tempdir().unwrap();
    let source = kernels().join("attention_kernel.cu");
    let plain = std::fs::read_to_string(source).unwrap();
    let found = |text: &str| {
        std::fs::write(folder.path().join("a.cu"), text).unwrap();
        let (code, out, err) = spak(folder.path(), &["lift", "a.cu", "--output", "json"]);
        assert_eq!(code, 0, "{err}");
        serde_json::from_str::<Value>(&out).unwrap()["files"][0]["findings"].clone()
    };
    assert_eq!(found(&plain.replace('\n', "\r\n")), found(&plain));
}

#[test]
fn what_is_not_utf8_is_read_but_makes_no_template() {
    let folder = tempfile::tempdir().unwrap();
    let text = b"// caf\xe9\n__global__ void k(int* a) { a[0] = 3; }\n";
    std::fs::write(folder.path().join("latin.cu"), text).unwrap();
    let (code, out, err) = spak(folder.path(), &["lift", "latin.cu"]);
    assert_eq!(code, 0, "{err}");
    assert!(out.contains("k (line 2)"), "{out}");
    let (code, _, err) = spak(folder.path(), &["lift", "latin.cu", "--template", "k.j2"]);
    assert_eq!(code, 2);
    assert!(err.contains("`latin.cu` is not UTF-8"), "{err}");
    assert!(!folder.path().join("k.j2").exists());
}
