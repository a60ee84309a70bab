//! Occupancy against what the CUDA driver answers on a device, and against the calculator's rules.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use spak_predict::{Launch, occupancy};

/// Every line was answered by `cuOccupancyMaxActiveBlocksPerMultiprocessor` on an H200 (`record.py`).
#[test]
fn the_driver_of_an_h200_answers_the_same() {
    let h200 = support::hardware("H200");
    let text = include_str!("occupancy/sm_90.tsv");
    let mut compared = 0;
    for line in text.lines().filter(|l| l.starts_with(|c: char| c.is_ascii_digit())) {
        let n: Vec<u64> = line.split('\t').map(|t| t.parse().unwrap()).collect();
        let launch = Launch { registers: n[0], shared_memory: n[1], threads: n[2] };
        assert_eq!(occupancy(&h200, launch).unwrap().blocks, n[3], "{launch:?}");
        compared += 1;
    }
    assert!(compared > 2900);
}

/// The register table of NVIDIA's "best practices" for 64 warps: with 32 registers all fit, with 33 no longer.
#[test]
fn one_register_more_can_cost_a_third() {
    let a100 = support::hardware("A100_80GB_SXM");
    let blocks = |registers, threads| {
        occupancy(&a100, Launch { registers, shared_memory: 0, threads }).unwrap().warps
    };
    assert_eq!(blocks(32, 256), 64);
    // 33 registers are given as 40: 65536 / (40 * 32) is 51 warps, of which 48 are whole groups.
    assert_eq!(blocks(33, 256), 48);
    assert_eq!(blocks(255, 256), 8);
}

/// FMHA 64 × 128 of two resident blocks as it was compiled for an H200: 128 registers, 82 KiB, 512 threads.
#[test]
fn a_compiled_kernel_with_a_hint_of_two_blocks_gets_one_by_registers() {
    let h200 = support::hardware("H200");
    let launch = Launch { registers: 128, shared_memory: 82 << 10, threads: 512 };
    let found = occupancy(&h200, launch).unwrap();
    assert_eq!((found.blocks, found.limited_by.as_str()), (1, "registers"));
    let found = occupancy(&h200, Launch { registers: 64, ..launch }).unwrap();
    assert_eq!((found.blocks, found.limited_by.as_str()), (2, "registers, shared memory"));
}

#[test]
fn what_does_not_fit_at_all_says_why() {
    let h200 = support::hardware("H200");
    let why = |registers, shared_memory, threads| {
        let found = occupancy(&h200, Launch { registers, shared_memory, threads }).unwrap();
        assert_eq!(found.blocks, 0);
        found.limited_by
    };
    assert!(why(64, 0, 1025).contains("1025 threads"));
    assert!(why(256, 0, 32).contains("256 registers"));
    assert!(why(64, 228 << 10, 32).contains("233472 B of shared memory"));
    let bare = support::machine("Bare", "sm_count: 48\n");
    let launch = Launch { registers: 1, shared_memory: 0, threads: 1 };
    assert!(occupancy(&bare, launch).unwrap_err().contains(&"warps_per_sm"));
}
