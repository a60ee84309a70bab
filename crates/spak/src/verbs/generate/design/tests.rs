//! Every value that a family's template says it has code for makes source that is Python and a kernel.

use std::path::Path;

use spak_generate::regenerate::{Regenerated, Wanted, regenerate};
use spak_generate::{Family, Templates};
use spak_python::Source;
use spak_records::Value;
use spak_syntax::FileId;

use super::together;
use crate::engine::family::load_for;

const FAMILIES: [&str; 13] = [
    "attention_backward",
    "attention_decode",
    "attention_forward",
    "cross_entropy",
    "layer_norm",
    "layer_norm_backward",
    "linear",
    "matmul",
    "rms_norm",
    "rms_norm_backward",
    "rope",
    "softmax",
    "swiglu",
];

/// Axes that mean something only where another one has a value: family (any, if empty), axis, the other one and its value.
const TOGETHER: [(&str, &str, &str, &str); 20] = [
    ("attention_forward", "lse_base", "lse_storage", "3d_tile_store"),
    ("cross_entropy", "softmax_scheme", "row_passes", "single_pass"),
    ("cross_entropy", "row_passes", "softmax_scheme", "full_row"),
    ("layer_norm_backward", "row_passes", "bwd_decomposition", "split_two_kernels"),
    ("rms_norm_backward", "row_passes", "bwd_decomposition", "split_two_kernels"),
    ("swiglu", "half_selection", "tensor_layout", "concatenated"),
    ("softmax", "rowsum_reduction", "softmax_scheme", "three_pass"),
    ("softmax", "rowsum_reduction", "row_passes", "reload"),
    ("softmax", "softmax_scheme", "row_passes", "reload"),
    ("softmax", "row_passes", "softmax_scheme", "three_pass"),
    ("softmax", "tail_handling", "x_load_path", "gather"),
    ("softmax", "gather_scatter_bounds_check", "x_load_path", "gather"),
    ("softmax", "x_load_path", "tail_handling", "bounds_check"),
    ("rms_norm", "tail_handling", "x_load_path", "gather"),
    ("rms_norm", "gather_scatter_bounds_check", "x_load_path", "gather"),
    ("rms_norm", "x_load_path", "tail_handling", "bounds_check"),
    ("layer_norm", "tail_handling", "x_load_path", "gather"),
    ("layer_norm", "gather_scatter_bounds_check", "x_load_path", "gather"),
    ("layer_norm", "x_load_path", "tail_handling", "bounds_check"),
    ("layer_norm", "x_load_path", "variance_algorithm", "e_x2_minus_mean2"),
];

/// What a kernel of one value is compared with has the same others.
fn companions(family: &str, axis: &str) -> Vec<(&'static str, Value)> {
    let all = TOGETHER.iter().filter(|(of, own, ..)| *of == family && *own == axis);
    let mut found: Vec<(&str, Value)> =
        all.map(|(_, _, name, value)| (*name, Value::from(*value))).collect();
    if family == "layer_norm" && found.iter().any(|(name, _)| *name == "x_load_path") {
        found.push(("variance_algorithm", Value::from("e_x2_minus_mean2")));
    }
    if axis == "gather_scatter_bounds_check" {
        found.push(("tail_handling", Value::from("constexpr_bounds_check")));
    }
    found
}

fn made(family: &Family, dimensions: &[(&str, Value)]) -> Regenerated {
    let dimensions =
        dimensions.iter().map(|(name, value)| ((*name).to_owned(), vec![value.clone()]));
    let wanted = Wanted { system: "Test".to_owned(), dimensions: dimensions.collect() };
    regenerate("cutile", family, &Templates::builtin(), &wanted).unwrap()
}

/// The kernels of a source are called like their family, with more behind it where they are several.
fn are_of(kernels: &[String], family: &str) -> bool {
    let is_of = |name: &String| {
        name.strip_prefix(family).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'))
    };
    !kernels.is_empty() && kernels.iter().all(is_of)
}

fn kernels(text: &str) -> Vec<String> {
    let source = Source { file: FileId(0), module: "made", package: false, wanted: true, text };
    let reading = spak_python::read(&[source]);
    assert!(reading.errors.is_empty(), "{:?}\n{text}", reading.errors);
    reading.program.kernels.iter().map(|kernel| kernel.name.clone()).collect()
}

#[test]
fn what_comes_of_the_defaults_is_kept() {
    for name in FAMILIES {
        let text = made(&load_for("cutile", name).unwrap(), &[]).text;
        let path = format!("../../templates/cutile/{name}/cases/default.py");
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        if std::env::var_os("SPAK_BLESS").is_some() {
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, &text).unwrap();
        }
        let kept = std::fs::read_to_string(&path).unwrap_or_default();
        assert!(text == kept, "{name} makes something else; SPAK_BLESS=1 accepts it");
        assert!(are_of(&kernels(&text), name), "{name}: {:?}", kernels(&text));
    }
}

#[test]
fn every_value_that_there_is_code_for_makes_a_kernel_of_its_own() {
    for name in FAMILIES {
        let family = load_for("cutile", name).unwrap();
        for axis in &family.axes {
            let mut texts: Vec<String> = Vec::new();
            // One latency is like another.
            let most = if axis.name.ends_with("_latency") { 2 } else { usize::MAX };
            for value in axis.values.iter().take(most) {
                let mut dimensions = companions(name, &axis.name);
                dimensions.push((&axis.name, value.clone()));
                let made = made(&family, &dimensions);
                assert_eq!(made.left_out, []);
                if together(&family, &made).is_err() {
                    continue;
                }
                let kernels = kernels(&made.text);
                assert!(are_of(&kernels, name), "{}: {value}: {kernels:?}", axis.name);
                // The lines that name the choices are no code.
                let code = made.text.lines().filter(|line| !line.starts_with("# ")).collect();
                assert!(!texts.contains(&code), "{name}: {} = {value} changes nothing", axis.name);
                texts.push(code);
            }
            assert!(
                !texts.is_empty(),
                "{name}: {} has no value that goes with the others",
                axis.name
            );
        }
    }
}

#[test]
fn what_the_template_does_not_have_is_said() {
    let family = load_for("cutile", "softmax").unwrap();
    let text = |text: &str| Value::from(text);
    let made = made(
        &family,
        &[
            ("x_padding_mode", text("zero")),
            ("row_tile_rule", text("next_pow2")),
            ("BLOCK_SIZE", Value::Int(256)),
            ("occupancy", text("unset")),
        ],
    );
    let said: Vec<(&str, bool)> = made
        .left_out
        .iter()
        .map(|one| (one.name.as_str(), one.reason.contains("neg_inf")))
        .collect();
    assert_eq!(said, [("x_padding_mode", true), ("row_tile_rule", false)]);
    let size = made.taken.iter().find(|one| one.name == "tile_size").unwrap();
    assert_eq!((&size.value, size.from.as_deref()), (&Value::Int(256), Some("BLOCK_SIZE")));
    assert!(made.text.contains("@ct.kernel\ndef softmax"));
}
