//! What is proposed for attention on an H200, on times of which the best is known. They follow what such kernels took there:
//! tiles that go with their warps, blocks that fit twice, and values that cost a tenth or a factor of forty.

use std::collections::BTreeSet;
use std::path::Path;

use spak_records::{Config, ContentHash, Needs, Problem, Toolchain, Trial};

use super::{Dropped, Known, propose};
use crate::gpu::design::{CUTILE, GpuWorkload, open};
use crate::gpu::fixture;

/// Milliseconds of the best config.
const BEST: f64 = 1.80;

fn workload() -> GpuWorkload {
    let path =
        Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/gpu/fmha_seed_h200.dsl"));
    let toolchain =
        Toolchain { compiler: CUTILE.to_owned(), version: "1".to_owned(), flags: Vec::new() };
    let Ok(Ok(design)) = open(path, None, &fixture::device(), &toolchain) else {
        panic!("the example cannot be opened")
    };
    design.workloads.into_iter().next().expect("a workload")
}

fn number(config: &Config, name: &str) -> i64 {
    config.get(name).and_then(spak_records::Value::as_int).expect("a number")
}

fn is(config: &Config, name: &str, value: &str) -> bool {
    config.get(name).and_then(spak_records::Value::as_text).expect("a text") == value
}

/// Milliseconds; nothing where a binary spills so much that it is not tried.
fn time(config: &Config) -> Option<f64> {
    let (m, n) = (number(config, "tile_m"), number(config, "tile_n"));
    let (blocks, ctas) = (number(config, "occupancy"), number(config, "num_ctas"));
    let has_eight = is(config, "num_worker_warps", "8");
    let area = m * n / if has_eight { 2 } else { 1 };
    if area > 64 * 256 {
        return None;
    }
    let mut time = BEST;
    time *= match (m, n, has_eight) {
        (64, 128, false) => 1.0,
        (128, 64, true) => 1.06,
        (64, 64, false) => 1.10,
        (128, 128, true) => 1.08,
        (128, 64, false) => 1.07,
        (256, 64, true) => 1.13,
        (_, _, true) if area < 64 * 64 => 1.8,
        _ => 1.45,
    };
    time *= match blocks {
        2 => 1.0,
        3 => 1.02,
        1 => 1.37,
        _ => 1.25,
    };
    time *= if ctas == 2 { if m == 64 { 40.0 } else { 1.05 } } else { 1.0 };
    for (name, value, factor) in [
        ("causal_tile_skipping", "full_loop", 2.0),
        ("causal_work_order", "ascending", 1.02),
        ("mask_form", "additive_pre_softmax", 1.03),
        ("mask_region", "every_tile", 1.12),
        ("mask_region", "predicated_tail_splittable", 1.03),
        ("in_loop_constant_tiles", "in_loop", 1.01),
        ("scheduling", "static_persistent", 1.10),
        ("v_load_placement", "with_k", 1.005),
    ] {
        if is(config, name, value) {
            time *= factor;
        }
    }
    Some(time)
}

fn trial(config: &Config, problem: &Problem) -> Option<Trial> {
    let ns = (time(config)? * 1e6) as u64;
    let mut trial = fixture::trial(&fixture::bundle(&[1]), 0, 0, Some(ns));
    trial.config_id = config.id();
    trial.config = config.clone();
    trial.problem = problem.clone();
    Some(trial)
}

/// Every config is a program of its own.
fn own(config: &Config) -> ContentHash {
    config.id()
}

/// Trials of a loop of `rounds`, and how many configs had to be compiled for them, some of which are one `program`.
fn looped(
    workload: &GpuWorkload,
    (rounds, size, seed): (usize, usize, u64),
    program: fn(&Config) -> ContentHash,
) -> (Vec<Trial>, usize) {
    let problem = Problem::Operator(workload.problem.clone());
    let (mut trials, mut dropped): (Vec<Trial>, Dropped) = Default::default();
    let mut programs = BTreeSet::new();
    for _ in 0..rounds {
        let mut ready: Vec<Config> = Vec::new();
        while ready.len() < size {
            let known = Known { trials: &trials, dropped: &dropped, waiting: &ready };
            let configs = propose(workload, &known, size - ready.len(), seed);
            assert!(!configs.is_empty());
            for config in configs {
                assert!(trials.iter().all(|trial| trial.config_id != config.id()));
                assert!(!ready.contains(&config) && !dropped.failed.contains(&config.id()));
                assert!(!dropped.twins.has(&config.id()));
                if time(&config).is_none() {
                    dropped.failed.insert(config.id());
                } else if programs.insert(program(&config)) {
                    ready.push(config);
                } else {
                    dropped.twins.add(&config, &program(&config));
                }
            }
        }
        for config in &ready {
            let mut trial = trial(config, &problem).expect("what has a time is ready");
            trial.needs = Some(Needs { program: Some(program(config)), ..Needs::default() });
            trials.push(trial);
        }
    }
    let compiled = trials.len() + dropped.failed.len() + dropped.twins.configs().count();
    (trials, compiled)
}

fn best(trials: &[Trial]) -> f64 {
    let times = trials.iter().filter_map(|trial| time(&trial.config));
    times.fold(f64::INFINITY, f64::min)
}

#[test]
fn forty_trials_come_near_the_best_of_forty_thousand_configs() {
    let workload = workload();
    let mut over: Vec<f64> = (0..3)
        .map(|seed| {
            let (trials, compiled) = looped(&workload, (8, 5, seed), own);
            assert_eq!(trials.len(), 40);
            assert_eq!(trials[0].config, workload.specified.canonical(&workload.specified.seed()));
            assert!(compiled <= 80, "{compiled} compiled");
            best(&trials) / BEST
        })
        .collect();
    over.sort_by(f64::total_cmp);
    assert!(over[1] < 1.07, "{over:?}");
}

#[test]
fn a_loop_that_was_cut_off_asks_the_same_as_if_it_had_not_been() {
    let workload = workload();
    let (trials, _) = looped(&workload, (2, 8, 3), own);
    let known = Known { trials: &trials, dropped: &Dropped::default(), waiting: &[] };
    assert_eq!(propose(&workload, &known, 8, 3), propose(&workload, &known, 8, 3));
    assert!(propose(&workload, &known, 0, 3).is_empty());
}

#[test]
fn what_is_the_same_program_is_compiled_and_not_tried() {
    // As for kernels that need so few registers that the hint changes nothing.
    let but_for_the_hint = |config: &Config| {
        let mut config = config.clone();
        config.0.remove("occupancy");
        config.0.remove("num_worker_warps");
        config.id()
    };
    let workload = workload();
    let (trials, compiled) = looped(&workload, (4, 8, 1), but_for_the_hint);
    let programs: BTreeSet<ContentHash> =
        trials.iter().map(|trial| but_for_the_hint(&trial.config)).collect();
    assert_eq!((trials.len(), programs.len()), (32, 32));
    assert!(compiled > 32, "some were the same");
}
