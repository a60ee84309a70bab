//! A file written otherwise: `mutate FILE MUTATION[,MUTATION…] [SEED]`.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to a developer's terminal"
)]

use std::process::ExitCode;

use spak_mutate::{Mutation, mutate};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [file, mutations, seed @ ..] = arguments.as_slice() else {
        eprintln!("mutate FILE MUTATION[,MUTATION...] [SEED]");
        return ExitCode::FAILURE;
    };
    let mutations: Vec<Mutation> = mutations.split(',').filter_map(Mutation::named).collect();
    let seed = seed.first().and_then(|seed| seed.parse().ok()).unwrap_or(0);
    let text = std::fs::read_to_string(file).map_err(|error| error.to_string());
    match text.and_then(|text| mutate(&text, &mutations, seed)) {
        Ok(mutant) => {
            print!("{}", mutant.text);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("{file}: {error}");
            ExitCode::FAILURE
        }
    }
}
