//! Bounds against the traces in `docs/results`: no trial that was measured took less.
#![expect(clippy::unwrap_used, reason = "a test stops where it fails")]

mod support;

use spak_predict::{Caches, Dtype, Request, impossible, predict};
use spak_records::{Outcome, Trial};

/// What `spak predict --hardware local` found on the machine of the traces: two cores with two units of 512 bits
/// each (484 GFLOPS seen) at 4.19 GHz, of which a tenth more is allowed for.
const MACHINE: &str = "cores: 2\nsimd_bits: 512\nl1_cache: 48 KiB\nl2_cache: 2 MiB\nl3_cache: 480 MiB\nmax_clock: 4610 MHz\nfp32_vector_rate: 590 GFLOPS\nfp64_vector_rate: 295 GFLOPS\n";

#[test]
fn no_recorded_trial_was_faster_than_the_bound() {
    let hardware = support::machine("Xeon", MACHINE);
    let (mut trials, mut closest) = (0, f64::INFINITY);
    for text in [
        include_str!("../../../docs/results/fmha.jsonl"),
        include_str!("../../../docs/results/guide.jsonl"),
    ] {
        for line in text.lines() {
            let mut event: serde_json::Value = serde_json::from_str(line).unwrap();
            if event["type"] != "trial" {
                continue;
            }
            let trial: Trial = serde_json::from_value(event["data"].take()).unwrap();
            let Outcome::Measured(measured) = &trial.outcome else { continue };
            let request = Request {
                problem: &trial.problem,
                dtype: Dtype::F32,
                config: &trial.config,
                hardware: &hardware,
                caches: Caches::Any,
                compiled: None,
            };
            let bound = predict(&request).unwrap().bound.unwrap();
            assert_eq!(impossible(measured.min_ns as f64, &bound), None, "{}", trial.config);
            closest = f64::min(closest, measured.min_ns as f64 / bound.ns);
            trials += 1;
        }
    }
    assert!(trials > 0, "no trial was measured on record");
    // A bound that nothing comes near to would say nothing.
    assert!((1.0..4.0).contains(&closest), "{closest}");
}
