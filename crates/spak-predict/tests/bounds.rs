//! Bounds against what was measured, against each other, and against their own formulas.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use proptest::prelude::*;
use spak_predict::{Caches, Dtype, Hardware, Request, impossible, predict};
use spak_records::prediction::Prediction;
use spak_records::{CausalAlignment, Config, Problem};
use support::{attention, config, hardware, library, machine};

fn predicted(problem: &Problem, dtype: Dtype, config: &Config, hardware: &Hardware) -> Prediction {
    let caches = Caches::Any;
    predict(&Request { problem, dtype, config, hardware, caches, compiled: None }).unwrap()
}

/// Every row of the recorded tables took at least as long as the bound, and the bound is not empty talk: the
/// fastest of them came within a factor of two of it.
#[test]
fn no_attention_on_an_h200_was_faster_than_the_bound() {
    let h200 = hardware("H200");
    let text = include_str!("h200/attention.tsv");
    let (mut rows, mut closest) = (0, f64::INFINITY);
    for line in text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())) {
        let cells: Vec<&str> = line.split('\t').collect();
        let number = |i: usize| cells[i].parse::<i64>().unwrap();
        let (seq_len, head_dim, causal) = (number(0), number(1), cells[2] == "yes");
        let problem = attention(16384 / seq_len, 32, 32 / number(3), seq_len, head_dim, causal);
        let counted = 4.0
            * 16384.0
            * 32.0
            * seq_len as f64
            * head_dim as f64
            * if causal { 0.5 } else { 1.0 };
        let measured_ns = counted / (cells[5].parse::<f64>().unwrap() * 1e3);
        for exponentials in ["any", "special"] {
            let config = config(&[], &[("exponentials", exponentials)]);
            let bound = predicted(&problem, Dtype::Bf16, &config, &h200).bound.unwrap();
            assert_eq!(impossible(measured_ns, &bound), None, "{line}: {}", bound.numbers);
            closest = f64::min(closest, measured_ns / bound.ns);
        }
        rows += 1;
    }
    assert!(rows >= 60, "{rows}");
    assert!((1.0..2.0).contains(&closest), "{closest}");
}

/// cuBLAS, persistent cuTile and its other tiles on the same device: 8192 cubed, bf16.
#[test]
fn no_product_on_an_h200_was_faster_than_the_bound() {
    let problem = Problem::Matmul { m: 8192, n: 8192, k: 8192 };
    let bound =
        predicted(&problem, Dtype::Bf16, &Config::default(), &hardware("H200")).bound.unwrap();
    for tflops in [743.0, 738.0, 717.0, 693.0, 790.0] {
        let measured = problem.flops() / (tflops * 1e3);
        assert_eq!(impossible(measured, &bound), None);
    }
    assert_eq!(bound.limited_by_label, "matrix units, BF16");
    // 2 * 8192^3 / (989.4 TFLOPS * 1980 / 1830) by hand.
    assert!((bound.ns / 1.0271e6 - 1.0).abs() < 1e-3, "{}", bound.ns);
    let report = impossible(1.0e6, &bound).unwrap();
    assert!(
        report.message.contains("1 ms was measured") && report.message.contains("1.027 ms"),
        "{}",
        report.message
    );
}

/// Each record of the library gives every family a bound or says why not, and no figure of it is refused.
#[test]
fn every_machine_of_the_library_has_a_bound_or_says_what_is_missing() {
    let problems =
        [Problem::Matmul { m: 4096, n: 4096, k: 4096 }, attention(1, 8, 2, 4096, 128, true)];
    for machine in library() {
        for problem in &problems {
            for dtype in [Dtype::F32, Dtype::Bf16] {
                let found = predicted(problem, dtype, &Config::default(), &machine);
                assert!(found.bound.is_some() || !found.lacks.is_empty(), "{}", machine.name);
            }
        }
        if machine.figure("sm_count").is_some() {
            let found = predicted(&problems[1], Dtype::Bf16, &Config::default(), &machine);
            assert!(found.bound.unwrap().ns > 0.0, "{}", machine.name);
        }
    }
}

/// With half the head, products take half as long and exponentials do not.
#[test]
fn small_heads_on_special_functions_are_limited_by_them() {
    let special = config(&[], &[("exponentials", "special")]);
    let limit = |head_dim: i64, config: &Config| {
        let problem = attention(1, 32, 32, 16384, head_dim, false);
        predicted(&problem, Dtype::Bf16, config, &hardware("H200")).bound.unwrap().limited_by_label
    };
    assert_eq!(limit(32, &special), "special functions");
    assert_eq!(limit(128, &special), "matrix units, BF16");
    // A kernel that evaluates polynomials on the vector units is not held up by the special ones.
    assert_eq!(limit(32, &Config::default()), "matrix units, BF16");
}

#[test]
fn missing_figures_are_named_with_what_the_bound_then_lacks() {
    let problem = attention(1, 8, 8, 1024, 64, false);
    let bare = machine("Bare", "sm_count: 48\nmemory_bandwidth: 672 GB/s\n");
    let found = predicted(&problem, Dtype::Bf16, &Config::default(), &bare);
    assert_eq!(found.bound, None);
    for name in ["bf16_rate", "special_per_sm_cycle", "l2_cache", "max_clock"] {
        assert!(found.lacks.iter().any(|l| l.contains(name)), "{name}: {:?}", found.lacks);
    }
    // Of a part that has matrix units, the vector rate alone bounds nothing: TF32 may be faster.
    let part =
        machine("Part", "sm_count: 48\nfp32_vector_rate: 30.9 TFLOPS\nbf16_rate: 61.7 TFLOPS\n");
    let found = predicted(&problem, Dtype::F32, &Config::default(), &part);
    assert!(found.lacks.iter().any(|l| l.contains("tf32_rate")), "{:?}", found.lacks);
    let ieee = config(&[], &[("precision", "ieee")]);
    let bound = predicted(&problem, Dtype::F32, &ieee, &part).bound.unwrap();
    assert_eq!(bound.limited_by_label, "vector units, FP32");
}

#[test]
fn figures_that_cannot_be_are_refused_with_what_is_needed() {
    let read = |text: &str| {
        let fields = support::fields(text);
        Hardware::read("H", fields.iter().map(|(k, v)| (k.as_str(), v.clone()))).1
    };
    let says = |text: &str, words: &str| {
        let said = read(text);
        assert!(said.iter().any(|c| c.message.contains(words)), "{text}: {said:?}");
    };
    says("memory_bandwidth: 672\n", "a bandwidth (bytes per time) is needed, as in `4.8 TB/s`");
    says("memory_bandwidth: 672 GB\n", "is bytes");
    says("bf16_rate: 0 TFLOPS\n", "above 0");
    says("sm_count: 1.5\n", "whole number");
    says("sm_count: \"many\"\n", "a text");
    says("memory_bandwith: 672 GB/s\n", "did you mean `memory_bandwidth`?");
    says("max_clock: 1000 MHz\nmatrix_clock: 1830 MHz\n", "below `matrix_clock`");
    assert_eq!(read("tensor_memory: 256 KiB\n"), []);
}

fn problems() -> impl Strategy<Value = Problem> {
    let size = prop_oneof![1_i64..200, 1_i64..100_000, Just(1 << 31)];
    let matmul = (size.clone(), size.clone(), size.clone()).prop_map(|(m, n, k)| Problem::Matmul {
        m,
        n,
        k,
    });
    let attention =
        (1_i64..9, 1_i64..5, 1_i64..5, size.clone(), size, 1_i64..300, 0..3, any::<bool>())
            .prop_map(|(batch, groups, kv_heads, seq_len, kv_len, head_dim, causal, store_lse)| {
                Problem::AttentionForward {
                    batch,
                    heads: groups * kv_heads,
                    kv_heads,
                    seq_len,
                    kv_len,
                    head_dim,
                    causal: [
                        None,
                        Some(CausalAlignment::TopLeft),
                        Some(CausalAlignment::BottomRight),
                    ][causal as usize],
                    store_lse,
                }
            });
    prop_oneof![matmul, attention]
}

fn dtypes() -> impl Strategy<Value = Dtype> {
    prop_oneof![
        Just(Dtype::F32),
        Just(Dtype::F16),
        Just(Dtype::Bf16),
        Just(Dtype::F8),
        Just(Dtype::F64)
    ]
}

fn configs() -> impl Strategy<Value = Config> {
    let tile = prop_oneof![Just(16_i64), Just(64), Just(100), Just(128), Just(256)];
    let exponentials = prop_oneof![Just("any"), Just("special")];
    (tile.clone(), tile.clone(), tile, 1_i64..4, exponentials).prop_map(
        |(m, n, k, stages, exponentials)| {
            let sizes = [("tile_m", m), ("tile_n", n), ("tile_k", k), ("stages", stages)];
            config(&sizes, &[("exponentials", exponentials)])
        },
    )
}

proptest! {
    #[test]
    fn formulas_evaluate_to_what_is_reported(
        problem in problems(), dtype in dtypes(), config in configs(), which in 0_usize..26,
    ) {
        let machines = library();
        let machine = &machines[which % machines.len()];
        let found = predicted(&problem, dtype, &config, machine);
        if let Some(bound) = &found.bound {
            let expr = spak_expr::parse(&bound.numbers, 0).expr.unwrap_or_else(|| panic!("{}", bound.numbers));
            let spak_expr::Value::Quantity(q) = spak_expr::eval(&expr, &spak_expr::Empty).unwrap() else {
                panic!("{}", bound.numbers)
            };
            prop_assert_eq!(q.dimension, spak_expr::Dimension::TIME);
            prop_assert!((q.magnitude - bound.ns).abs() <= 1e-9 * bound.ns, "{}: {} {}", bound.numbers, q.magnitude, bound.ns);
            prop_assert!(bound.ns.is_finite() && bound.ns >= 0.0);
            if let Some(estimate) = &found.estimate {
                prop_assert!(estimate.ns >= bound.ns);
            }
        }
    }

    #[test]
    fn a_better_machine_is_never_bounded_higher(
        problem in problems(), dtype in dtypes(), config in configs(), better in 0_usize..6, by in 1.0_f64..9.0,
    ) {
        let rates = ["bf16_rate", "fp32_vector_rate", "tf32_rate", "memory_bandwidth", "l2_cache", "special_per_sm_cycle"];
        let numbers = [100.0, 20.0, 50.0, 500.0, 32.0, 16.0];
        let text = |scaled: Option<usize>| {
            let units = ["TFLOPS", "TFLOPS", "TFLOPS", "GB/s", "MB", ""];
            let line = |i: usize| {
                let number = numbers[i] * if scaled == Some(i) { by } else { 1.0 };
                let number = if i == 5 { number.floor() } else { number };
                format!("{}: {number} {}\n", rates[i], units[i])
            };
            format!("sm_count: 10\nmax_clock: 1000 MHz\n{}", (0..6).map(line).collect::<String>())
        };
        let plain = predicted(&problem, dtype, &config, &machine("Plain", &text(None)));
        let better = predicted(&problem, dtype, &config, &machine("Better", &text(Some(better))));
        match (plain.bound, better.bound) {
            (Some(plain), Some(better)) => prop_assert!(better.ns <= plain.ns * (1.0 + 1e-12)),
            (plain, better) => prop_assert_eq!(plain.is_some(), better.is_some()),
        }
    }

    /// Visible pairs in closed form against the definition, through the operations that the problem counts itself.
    #[test]
    fn operations_are_those_of_the_problem(
        seq_len in 1_i64..200, kv_len in 1_i64..200, top_left in any::<bool>(), head_dim in 1_i64..100,
    ) {
        let causal = Some(if top_left { CausalAlignment::TopLeft } else { CausalAlignment::BottomRight });
        let problem = Problem::AttentionForward {
            batch: 2, heads: 3, kv_heads: 1, seq_len, kv_len, head_dim, causal, store_lse: false,
        };
        let found = predicted(&problem, Dtype::F32, &Config::default(), &hardware("H200"));
        prop_assert_eq!(found.quantities[0].value, problem.flops());
        // And exponentials are one for each pair.
        prop_assert_eq!(found.quantities[1].value * 4.0 * head_dim as f64, problem.flops());
    }

    #[test]
    fn cold_caches_never_lower_a_bound(problem in problems(), dtype in dtypes(), which in 0_usize..26) {
        let machines = library();
        let machine = &machines[which % machines.len()];
        let of = |caches| {
            let config = Config::default();
            predict(&Request { problem: &problem, dtype, config: &config, hardware: machine, caches, compiled: None })
                .unwrap().bound.map_or(0.0, |b| b.ns)
        };
        prop_assert!(of(Caches::Cold) >= of(Caches::Any));
    }
}

/// Figures and sizes at the ends of what can be written give a result or a sentence, never a panic.
#[test]
fn extreme_figures_and_sizes_end_well() {
    let huge = "sm_count: 9000000000000000000\nmax_clock: 1e300 MHz\nbf16_rate: 1e300 TFLOPS\nfp16_vector_rate: 1e300 TFLOPS\nspecial_per_sm_cycle: 9000000000000000000\nmemory_bandwidth: 1e-300 GB/s\nl2_cache: 1e300 B\n";
    let tiny = "sm_count: 1\nmax_clock: 1e-300 MHz\nbf16_rate: 1e-300 TFLOPS\nfp32_vector_rate: 1e-300 TFLOPS\nspecial_per_sm_cycle: 1\nmemory_bandwidth: 1e300 GB/s\nl2_cache: 1e-300 B\n";
    let limits = "threads_per_warp: 1\nthreads_per_block: 9000000000000000000\nthreads_per_sm: 9000000000000000000\nwarps_per_sm: 9000000000000000000\nblocks_per_sm: 9000000000000000000\nregisters_per_sm: 9000000000000000000\nregisters_per_thread: 9000000000000000000\nregister_unit: 9000000000000000000\nwarp_unit: 9000000000000000000\nshared_memory_per_sm: 1e18 B\nshared_memory_per_block: 1e18 B\nshared_memory_reserved_per_block: 1e18 B\nshared_memory_unit: 1e18 B\n";
    let most = 1 << 31;
    let sizes = [
        ("tile_m", most),
        ("tile_n", most),
        ("tile_k", most),
        ("stages", most),
        ("threads_per_block", most),
    ];
    for figures in [huge, tiny] {
        let machine = machine("Extreme", &format!("{figures}{limits}"));
        for problem in [
            Problem::Matmul { m: most, n: most, k: most },
            attention(most, most, most, most, most, true),
            attention(1, 1, 1, 1, 1, false),
        ] {
            for config in [
                Config::default(),
                config(&sizes, &[]),
                config(&[("tile_m", 1), ("tile_n", 1)], &[]),
            ] {
                let (hardware, caches) = (&machine, Caches::Any);
                let dtype = Dtype::Bf16;
                let request = Request {
                    problem: &problem,
                    dtype,
                    config: &config,
                    hardware,
                    caches,
                    compiled: None,
                };
                if let Ok(found) = predict(&request) {
                    assert!(found.bound.is_none_or(|b| b.ns.is_finite()));
                }
            }
        }
    }
}
