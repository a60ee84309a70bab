//! The program: one binary, `spak <verb>`. It finds files, does all input and output, and presents each
//! operation for people and as JSON.

mod asking;
mod cli;
mod engine;
mod engineering;
mod exit;
mod gpu;
mod interrupt;
mod knowing;
mod lifting;
mod looping;
mod ontology;
mod output;
mod project;
mod stale;
mod transfer;
mod transforming;
mod tuning;
mod verbs;
mod worth;

use std::process::ExitCode;

/// Lifting makes many small things that live long: this allocator takes a fifth of the time off, with any libc.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The hidden verb under which this program starts candidates.
const SANDBOX_VERB: &str = "__sandbox";

fn main() -> ExitCode {
    // Candidates are started through this program: it limits itself, then becomes the candidate.
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == SANDBOX_VERB) {
        return spak_run::sandbox::enter(arguments.next());
    }
    exit::run()
}
