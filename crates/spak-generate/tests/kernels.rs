//! Generated code computes the right thing: every axis value, pairs of values, ragged sizes, two
//! compilers, sanitizers.

#![expect(clippy::unwrap_used, reason = "these are tests")]

mod support;

use spak_generate::{Family, Templates, render};
use spak_records::{Config, Plan};
use support::{Bench, attention, config, family, matmul, pairwise, plan, ragged, source};

/// Configs around which one value at a time is changed: the defaults, and ones near the fastest.
const MATMUL: [&str; 3] = [
    "",
    "loop_order=panels_b data_packing=pack_ab tail_handling=padded_pack simd=vector threads=2 \
     micro_m=6 micro_n=2 simd_width=8 tile_m=24 tile_n=48 tile_k=32 unroll=2 prefetch=4",
    "loop_order=panels_a data_packing=pack_b simd=vector accum_dtype=f64 threads=4 parallel_loop=mn \
     tile_m=32 tile_n=64 tile_k=64",
];
const ATTENTION: [&str; 3] = [
    "",
    "softmax_scheme=online math_approximation=exp2 mask_fusion=fused_qk causal_tiles=skip \
     data_packing=pack_kv simd=vector threads=2 micro_m=6 micro_n=2 tile_m=24 tile_n=32 unroll=2 \
     prefetch=2 attention_variant=GQA kernel_mode=training",
    "softmax_scheme=online loop_order=kv_outer simd=vector data_packing=none threads=2 \
     parallel_loop=heads_and_rows simd_width=16 accum_dtype=f64 attention_variant=MQA",
];

fn plan_of(family: &Family, config: &Config, head_dim: i64) -> Option<Plan> {
    let problem = if family.name == "matmul" { matmul() } else { attention(config, head_dim) };
    let plan = plan(problem, config.clone());
    render(family, &Templates::builtin(), &plan).is_ok().then_some(plan)
}

/// Each base, and each base with one value changed.
fn one_at_a_time(family: &Family, bases: &[&str]) -> Vec<Config> {
    let mut configs = Vec::new();
    let mut add = |config: Config| {
        if plan_of(family, &config, 20).is_some() && !configs.contains(&config) {
            configs.push(config);
        }
    };
    for base in bases {
        let base = config(base);
        add(base.clone());
        let axes = family.axes.iter().map(|a| (&a.name, &a.values));
        for (name, values) in axes {
            for value in values {
                let mut changed = base.clone();
                changed.0.insert(name.clone(), value.clone());
                add(changed);
            }
        }
    }
    configs
}

fn check_one_at_a_time(name: &str, bases: &[&str], head_dim: i64) {
    let family = family(name).unwrap();
    let configs = one_at_a_time(&family, bases);
    for axis in &family.axes {
        for value in &axis.values {
            let tested = configs.iter().any(|c| match c.get(&axis.name) {
                Some(v) => v == value,
                None => axis.values.first() == Some(value),
            });
            assert!(tested, "no config has {}={value}", axis.name);
        }
    }
    let Some(bench) = Bench::new("cc", &["-O2", "-march=native"]) else { return };
    for config in &configs {
        let plan = plan_of(&family, config, head_dim).unwrap();
        bench.check(&source(&family, &plan), config, &ragged(&plan));
    }
}

fn check_pairs(
    name: &str,
    compiler: &str,
    flags: &[&'static str],
    every: usize,
    head_dims: &[i64],
) {
    let Some(bench) = Bench::new(compiler, flags) else { return };
    let family = family(name).unwrap();
    let configs = pairwise(&family, &|config| plan_of(&family, config, 20).is_some());
    assert!(configs.len() > 20, "only {} configs", configs.len());
    for (i, config) in configs.iter().enumerate().step_by(every) {
        let plan = plan_of(&family, config, head_dims[i / every % head_dims.len()]).unwrap();
        bench.check(&source(&family, &plan), config, &ragged(&plan));
    }
}

const SANITIZED: [&str; 5] = [
    "-O1",
    "-g",
    "-fsanitize=address,undefined",
    "-fno-sanitize-recover=all",
    "-fno-omit-frame-pointer",
];

#[test]
fn every_axis_value_of_matmul_is_right() {
    check_one_at_a_time("matmul", &MATMUL, 0);
}

#[test]
fn every_axis_value_of_attention_is_right() {
    check_one_at_a_time("attention_forward", &ATTENTION, 20);
}

#[test]
fn pairs_of_matmul_values_are_clean_under_sanitizers() {
    check_pairs("matmul", "cc", &SANITIZED, 2, &[0]);
}

#[test]
fn pairs_of_attention_values_are_clean_under_sanitizers() {
    check_pairs("attention_forward", "cc", &SANITIZED, 2, &[20, 64, 3, 1, 33]);
}

#[test]
fn clang_agrees_on_matmul() {
    check_pairs("matmul", "clang", &["-O2", "-march=native"], 3, &[0]);
}

#[test]
fn clang_agrees_on_attention() {
    check_pairs("attention_forward", "clang", &["-O2", "-march=native"], 3, &[64, 20]);
}
