//! Proposers beside real peers: programs, people who write files, and a gateway that speaks all three protocols.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stderr,
    reason = "tests may fail"
)]

mod command;
mod gateway;
mod hand_off;
mod servers;
mod support;
