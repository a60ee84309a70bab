//! The loop on machines that exist only here: cost models with interactions, rejections, noise and drift.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]
#![expect(clippy::print_stderr, reason = "figures of a run are shown with --nocapture")]

mod analyse;
mod ends;
mod machine;
mod model;
mod properties;
mod search;
