//! Repository automation: `cargo xtask test` is everything that must hold.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "it talks to a developer's terminal"
)]

mod figures;
mod gateway;
mod lift_compile;
mod lift_drafts;
mod lift_score;
mod packages;
mod run;
mod tidy;

use std::process::ExitCode;

use anyhow::{Result, bail};

const HELP: &str = "\
cargo xtask <task>

  test    everything that must hold: format, lints, tidy, tests, a short fuzz run
  tidy    the rules about files: dependencies as in docs/ARCHITECTURE.md, headers, lengths, pages
  bless   rewrite golden files from what the program does now, then show the difference
  figures measure the figures of the documents anew (needs NumPy, and a machine that does nothing else)
  figures front-page  measure only the two runs of the front page anew
  quote   copy the figures of docs/results into the documents
  packages fetch the pinned packages whose kernels are lifted, into target/packages
  lift-score [--packages DIR] [--truth FILE...] [--report FILE] [--misses] [--json]
          lift these kernels and compare with the truth in crates/spak-lift/truth; --misses lists what
          was missed, wrong and matched, --report scores a stored report instead of lifting
  lift-score --hold | --bless [--program PATH]
          compare what is reached with docs/results/lift_score.json, or keep it there
  lift-drafts [--program PATH]
          write the draft of each kernel of the truths, which `spak check` and `spak fmt` accept as it is
  lift-score --mutate rename|reorder|alias|format|all [--seed N] [--packages DIR] [--truth FILE...]
          lift each kernel file written otherwise, and compare what is found with what is found in the file
  lift-compile
          compile kernels that were lifted and made again with the real compiler of cuTile, without a GPU
  gateway install the gateway of models that proposers are tried with, into target/gateway, and say how to try
  fuzz    run each fuzz target, and the properties with new cases, for a time: cargo xtask fuzz [SECONDS]
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match task(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn task(arguments: &[String]) -> Result<()> {
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["test"] => run::test(),
        ["tidy"] => tidy::check(),
        ["bless"] => run::bless(),
        ["figures"] => figures::measure(),
        ["figures", "front-page"] => figures::measure_front_page(),
        ["quote"] => figures::quotes::write(),
        ["packages"] => packages::show(),
        ["lift-compile", options @ ..] => lift_compile::run(options),
        ["lift-drafts", options @ ..] => lift_drafts::run(options),
        ["lift-score", options @ ..] => lift_score::run(options),
        ["gateway"] => gateway::show(),
        ["fuzz"] => run::fuzz(600),
        ["fuzz", seconds] => run::fuzz(seconds.parse()?),
        [] | ["help" | "--help"] => {
            println!("{HELP}");
            Ok(())
        }
        other => bail!("no task `{}`\n\n{HELP}", other.join(" ")),
    }
}
