//! The sandbox on its own: what `spak __sandbox` does, for tests and other front ends.

use std::process::ExitCode;

fn main() -> ExitCode {
    spak_run::sandbox::enter(std::env::args_os().nth(1))
}
