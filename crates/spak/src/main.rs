//! The program: one binary, `spak <verb>`. It finds files, does all input and output, and presents each
//! operation for people and as JSON.

mod cli;
mod exit;
mod output;
mod project;
mod verbs;

use std::process::ExitCode;

fn main() -> ExitCode {
    // Candidates are started through this program: it limits itself, then becomes the candidate.
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == spak_run::sandbox::VERB) {
        return spak_run::sandbox::enter(arguments);
    }
    exit::run(cli::main)
}
