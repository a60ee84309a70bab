//! Learning and writing back, on simulated machines with known truth and on recorded ones.
#![expect(clippy::expect_used, reason = "helpers of tests may fail as tests do")]
#![expect(clippy::print_stderr, reason = "skipped tests and measured rates are shown")]

mod design_text;
mod few_pairs;
mod lab;
mod learning;
mod prototype;
mod reading;
mod spills;
mod standing;
