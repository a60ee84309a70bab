//! The program as a stranger meets it: every verb, every exit code, every message, and the loop.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test stops where it fails")]
#![expect(clippy::print_stderr, reason = "a skipped test says so")]

mod bad_input;
mod concepts;
mod conditions;
mod designs;
mod dice;
mod efficient;
mod families;
mod gpu;
mod hostile_knowledge;
mod interrupted;
mod json;
mod knowledge;
mod learn;
mod learning;
mod lift;
mod lift_alike;
mod lift_cuda;
mod lift_diff;
mod lift_examples;
mod lift_explain;
mod lift_into;
mod messages;
mod mutants;
mod predict;
mod rejected;
mod remote;
mod report;
mod rules;
mod schemas;
mod spaces;
mod spaces_export;
mod spaces_hostile;
mod standing;
mod strategies;
mod support;
mod sweeps;
mod toolchain;
mod trace;
mod transfer;
mod tune;
mod twins;
mod verbs;
mod verify;
mod worth;
