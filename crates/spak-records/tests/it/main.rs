//! The formats on disk and on standard output, as programs and people meet them.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod file;
mod protocol;
mod run;
mod samples;
mod store;

use std::collections::BTreeMap;

use spak_records::trace::{Header, Stamp};
use spak_records::{
    Check, Config, ContentHash, Measurement, Outcome, Problem, Rejection, Stage, Trial, Value,
};

fn header() -> Header {
    Header::new("spak 0.1.0", "2026-08-30T12:00:00Z")
}

fn stamp(run: &str) -> Stamp {
    Stamp { run: run.to_owned(), time: "2026-08-30T12:00:01Z".to_owned() }
}

fn config(tile: i64) -> Config {
    Config(BTreeMap::from([
        ("softmax_scheme".to_owned(), Value::from("online")),
        ("tile_m".to_owned(), Value::from(tile)),
        ("scale".to_owned(), Value::Float(0.125)),
        ("causal".to_owned(), Value::from(true)),
    ]))
}

fn trial(number: i64) -> Trial {
    let config = config(number);
    let problem = Problem::Matmul { m: 64, n: 64, k: 64 };
    let outcome = if number % 3 == 2 {
        Outcome::Rejected(Rejection {
            stage: Stage::Check,
            reason: "wrong-result".to_owned(),
            detail: "C[3,7] is 1.5 instead of 1.25 \u{2014} \u{d0c0}\u{c77c}".to_owned(),
        })
    } else {
        Outcome::Measured(Measurement {
            median_ns: 1000 + number.unsigned_abs(),
            median_ci_ns: [990, 1010],
            min_ns: 980,
            samples: 50,
            tflops: 0.5,
            incumbent_median_ns: Some(1100),
            incumbent: Some(ContentHash::of_text("incumbent")),
            conditions: None,
            energy_mj: None,
            checks: vec![Check {
                problem: problem.clone(),
                seed: 7,
                max_error: 1e-7,
                worst_ratio: 0.25,
                compared: 4096,
            }],
        })
    };
    Trial {
        key: ContentHash::of_text(&format!("trial {number}")),
        config_id: config.id(),
        config,
        source: ContentHash::of_text("source"),
        problem,
        outcome,
        seconds: 1.25,
        needs: None,
    }
}
