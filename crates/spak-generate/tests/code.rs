//! What the generated text is, without a compiler: golden files, what changes it, what it is safe from.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod support;

use std::path::Path;

use spak_generate::{Family, GenerateError, Templates, inert, render, unused};
use spak_records::{CausalAlignment, Config, Plan, Problem, Value};
use support::{attention, config, family, matmul, plan, source};

fn golden(name: &str, plan: &Plan) {
    let family = family(&plan.family).unwrap();
    let text = source(&family, plan).text;
    assert!(text.len() <= 20 << 10, "{name} has {} bytes", text.len());
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../templates/c");
    let path = folder.join(&plan.family).join("cases").join(name);
    if std::env::var_os("SPAK_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, &text).unwrap();
    }
    let stored = std::fs::read_to_string(&path).unwrap_or_default();
    // The whole of two long texts says little; the first difference says where to look.
    let difference = text.lines().zip(stored.lines()).find(|(now, then)| now != then);
    assert!(text == stored, "{name} differs at {difference:?}; SPAK_BLESS=1 accepts it");
}

fn causal_gqa() -> Problem {
    Problem::AttentionForward {
        batch: 1,
        heads: 8,
        kv_heads: 2,
        seq_len: 1024,
        kv_len: 1024,
        head_dim: 64,
        causal: Some(CausalAlignment::BottomRight),
        store_lse: true,
    }
}

#[test]
fn golden_attention() {
    let seed = config("softmax_scheme=naive");
    golden("naive_seed.c", &plan(attention(&seed, 64), seed));
    let plain = config(
        "softmax_scheme=online math_approximation=exp2 mask_fusion=no_mask data_packing=pack_k",
    );
    golden("online_auto.c", &plan(attention(&plain, 64), plain));
    let tuned = config(
        "softmax_scheme=online math_approximation=exp2 mask_fusion=fused_qk causal_tiles=skip \
         data_packing=pack_kv simd=vector threads=2 micro_m=2 micro_n=2 tile_m=64 tile_n=64",
    );
    golden("online_vector_gqa_lse.c", &plan(causal_gqa(), tuned));
    let wide = config(
        "softmax_scheme=online loop_order=kv_outer simd=vector accum_dtype=f64 threads=4 \
         parallel_loop=heads_and_rows micro_m=2 micro_n=1 unroll=2 prefetch=4",
    );
    golden("kv_outer_f64.c", &plan(attention(&wide, 20), wide));
}

#[test]
fn golden_matmul() {
    golden("ijk.c", &plan(matmul(), Config::default()));
    golden(
        "tiled_f64.c",
        &plan(matmul(), config("loop_order=tiled_ikj accum_dtype=f64 simd=vector")),
    );
    golden(
        "panels_b_packed.c",
        &plan(
            matmul(),
            config(
                "loop_order=panels_b data_packing=pack_ab tail_handling=padded_pack simd=vector \
                 micro_m=4 micro_n=2 unroll=2 prefetch=8 threads=4 parallel_loop=mn",
            ),
        ),
    );
    golden("panels_a_auto.c", &plan(matmul(), config("loop_order=panels_a data_packing=pack_b")));
}

/// Without the header, which names the config.
fn body(family: &Family, plan: &Plan) -> Option<String> {
    let text = render(family, &Templates::builtin(), plan).ok()?.text;
    text.split_once("*/").map(|(_, body)| body.to_owned())
}

/// For each axis and parameter there is a config in which each two of its values give different code.
#[test]
fn every_axis_and_parameter_changes_the_code() {
    let bases = [
        (
            "matmul",
            vec![
                "loop_order=panels_b data_packing=pack_ab simd=vector threads=4 micro_m=2",
                "loop_order=tiled_ikj",
                "threads=2",
            ],
        ),
        (
            "attention_forward",
            vec![
                "softmax_scheme=online data_packing=pack_k simd=vector threads=2 tile_n=64 micro_m=2",
                "softmax_scheme=online data_packing=pack_k simd=vector tile_n=192 threads=4 micro_m=2",
                "softmax_scheme=online mask_fusion=fused_qk",
            ],
        ),
    ];
    for (name, bases) in bases {
        let family = family(name).unwrap();
        let axes = family.axes.iter().map(|a| (&a.name, &a.values));
        let parameters = family.parameters.iter().map(|p| (&p.name, &p.values));
        for (name, values) in axes.chain(parameters).filter(|(name, _)| *name != "opt_level") {
            for value in values {
                let changes = bases.iter().any(|base| {
                    let one = with(&family, &config(base), name, value);
                    let bodies: Vec<_> = values
                        .iter()
                        .filter(|other| *other != value)
                        .map(|other| (one.clone(), with(&family, &config(base), name, other)))
                        .collect();
                    one.is_some() && bodies.iter().all(|(one, other)| one != other)
                });
                assert!(changes, "{name}={value} gives the same code as another value");
            }
        }
    }
}

fn with(family: &Family, base: &Config, name: &str, value: &Value) -> Option<String> {
    let mut config = base.clone();
    config.0.insert(name.to_owned(), value.clone());
    let problem = if family.name == "matmul" { matmul() } else { attention(&config, 64) };
    body(family, &plan(problem, config))
}

#[test]
fn parameters_without_effect_are_known() {
    let family = family("matmul").unwrap();
    let templates = Templates::builtin();
    let naive = inert(&family, &templates, &plan(matmul(), Config::default())).unwrap();
    for name in ["tile_m", "tile_n", "tile_k", "micro_m", "micro_n", "simd_width", "unroll"] {
        assert!(naive.iter().any(|n| n == name), "{name} is not in {naive:?}");
    }
    assert!(!naive.iter().any(|n| n == "loop_order" || n == "threads" || n == "simd"));
    let packed = config("loop_order=panels_b data_packing=pack_ab simd=vector");
    let packed = inert(&family, &templates, &plan(matmul(), packed)).unwrap();
    assert_eq!(packed, Vec::<String>::new());
}

#[test]
fn a_value_without_code_is_refused_with_those_that_have() {
    let family = family("attention_forward").unwrap();
    let refuse = |text: &str| {
        let config = config(text);
        let plan = plan(attention(&Config::default(), 64), config);
        render(&family, &Templates::builtin(), &plan).unwrap_err().to_string()
    };
    expect_test::expect![[r#"
        backend `c` has no code of `attention_forward` for `accum_dtype: f16`; it has: f32, f64 (C11 has no 16-bit floating type, and sums of float32 products kept in 11 bits fail any check)
        backend `c` has no code of `attention_forward` for `softmax_scheme: lazy`; it has: naive, online
        `tile_m` is `0`, but has to be a whole number from 1 to 65536
        `tile_m` is `many`, but has to be a whole number from 1 to 65536
        `simd_width` is `5`, but has to be 4, 8 or 16 floats
        `softmax_scheme: naive` needs `loop_order: q_outer`: a row's maximum is known only after all of its keys
        `mask_fusion: no_mask` lets every query see every key, but the problem is causal
        `kernel_mode: training` is for problems that store LSE, and `inference` for those that do not
        `tile_n` is not a multiple of `simd_width` times `micro_n`: a tile of keys consists of whole packed panels"#]]
    .assert_eq(
        &[
            "accum_dtype=FP16",
            "softmax_scheme=lazy",
            "tile_m=0",
            "tile_m=many",
            "simd_width=5",
            "loop_order=kv_outer",
            "mask_fusion=no_mask",
            "kernel_mode=training",
            "simd=vector data_packing=pack_k tile_n=40",
        ]
        .map(refuse)
        .join("\n"),
    );
}

#[test]
fn what_a_design_leaves_open_follows_problem_and_manifest() {
    let family = family("attention_forward").unwrap();
    let text = source(&family, &plan(causal_gqa(), config("accum_dtype=FP32"))).text;
    assert!(text.contains("attention_variant = GQA") && text.contains("kernel_mode = training"));
    assert!(text.contains("softmax_scheme = naive") && text.contains("accum_dtype = f32"));
}

#[test]
fn names_the_family_does_not_know_are_listed() {
    let family = family("attention_forward").unwrap();
    let config = config("occupancy=2 softmax_scheme=naive tile_d=64 tile_m=32");
    assert_eq!(unused(&family, &plan(causal_gqa(), config)), ["occupancy", "tile_d"]);
}

#[test]
fn the_header_holds_whatever_a_design_is_called() {
    let family = family("matmul").unwrap();
    let mut plan = plan(matmul(), config("occupancy=*/int"));
    plan.system = "어텐션 */ #error \\\n // x".to_owned();
    let text = source(&family, &plan).text;
    let (header, body) = text.split_once("*/").unwrap();
    assert!(header.contains("어텐션 * / #error") && header.contains("occupancy=* /int"));
    assert!(
        header.contains(plan.design.as_str()) && header.contains("edit the design, not this file")
    );
    assert!(body.starts_with("\n#include"), "{}", &body[..80]);
    assert!(!header.contains('\\'));
}

#[test]
fn equal_plans_give_equal_files() {
    let family = family("matmul").unwrap();
    let plan = plan(matmul(), config("loop_order=ikj opt_level=2"));
    let (a, b) = (source(&family, &plan), source(&family, &plan));
    assert_eq!(a, b);
    assert_eq!(a.name, format!("matmul_{}.c", plan.config.id().short()));
    assert_eq!(a.flags, ["-O2"]);
}

#[test]
fn broken_templates_are_errors() {
    let family = family("matmul").unwrap();
    let plan = plan(matmul(), Config::default());
    let error = |text: &str| {
        let mut templates = Templates::builtin();
        templates.insert("c/matmul/kernel.c.j2", text);
        render(&family, &templates, &plan).unwrap_err()
    };
    for text in [
        "{% if %}",
        "{{ axis.no_such_axis }}",
        "{% include 'c/matmul/kernel.c.j2' %}",
        "{% for i in range(9999) %}{% for j in range(9999) %}x{% endfor %}{% endfor %}",
        "{% include 'c/none.j2' %}",
    ] {
        let error = error(text);
        assert!(matches!(error, GenerateError::Template { .. }), "{text}: {error}");
    }
    let mut other = plan.clone();
    other.backend = "triton".to_owned();
    let error = render(&family, &Templates::builtin(), &other).unwrap_err().to_string();
    assert!(error.starts_with("no template `triton/matmul/kernel.py.j2`; there are: "), "{error}");
    assert!(error.contains("cutile/matmul/kernel.py.j2"), "{error}");
    other.family = "attention_forward".to_owned();
    let mismatch = render(&family, &Templates::builtin(), &other).unwrap_err();
    assert!(matches!(mismatch, GenerateError::FamilyMismatch { .. }));
}

#[test]
fn a_users_template_goes_over_the_built_in_one() {
    let family = family("matmul").unwrap();
    let mut templates = Templates::builtin();
    templates.insert(
        "c/matmul/kernel.c.j2",
        "m={{ problem.m }} tile={{ tune.tile_m }} {{ axis.simd }}\n",
    );
    let text = render(&family, &templates, &plan(matmul(), config("tile_m=7"))).unwrap().text;
    assert_eq!(text, "m=256 tile=7 auto\n");
}
