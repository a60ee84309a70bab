//! Tasks that run other programs.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

/// Seconds of each fuzz target within `cargo xtask test`.
const SHORT_FUZZ: u32 = 15;

/// Where the cases of properties begin within `cargo xtask test`: a change is judged by what it does, not
/// by luck. New cases are looked for by `cargo xtask fuzz`.
const SEED: &str = "20261121";

/// The crates whose properties find what nobody thought of.
const PROPERTIES: &[&str] =
    &["spak-syntax", "spak-expr", "spak-model", "spak-space", "spak-lift", "spak-tileir"];

/// The root of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().map(Path::to_owned).unwrap_or_default()
}

/// Everything that must hold, cheapest first.
pub(crate) fn test() -> Result<()> {
    cargo("format", &["fmt", "--all", "--check"])?;
    crate::tidy::check()?;
    cargo("lints", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    cargo("build", &["build", "--workspace", "--all-targets"])?;
    let runner: &[&str] =
        if has(&["nextest", "--version"]) { &["nextest", "run"] } else { &["test"] };
    let mut tests = command(&[runner, &["--workspace", "--no-fail-fast"]].concat());
    if std::env::var_os("PROPTEST_RNG_SEED").is_none() {
        tests.env("PROPTEST_RNG_SEED", SEED);
    }
    match crate::gateway::installed() {
        Ok(program) => {
            tests.env("SPAK_GATEWAY", program).env("SPAK_GATEWAY_KEY", crate::gateway::KEY);
        }
        Err(error) => println!("SKIPPED: the test with a real gateway of models: {error:#}"),
    }
    run("tests", &mut tests)?;
    say_what_was_skipped();
    published_kernels()?;
    fuzz_targets(SHORT_FUZZ)
}

/// What is found in published kernels is no less than what is kept, and their drafts are in order.
fn published_kernels() -> Result<()> {
    let built = crate::lift_score::target()?.join("debug/spak");
    let program = built.to_string_lossy();
    println!("== lifting of published kernels");
    crate::lift_score::run(&["--hold", "--program", &program])?;
    crate::lift_drafts::run(&["--program", &program])
}

/// Test runners hide what passing tests print, so what they skip is said here again.
fn say_what_was_skipped() {
    if !root().join("../shared").is_dir() {
        println!(
            "SKIPPED: tests on recorded spaces and on designs of others; no folder `../shared`"
        );
    }
    for compiler in ["gcc", "clang"] {
        if Command::new(compiler).arg("--version").output().is_err() {
            println!("SKIPPED: tests with {compiler}, which is not installed");
        }
    }
}

/// Rewrites golden files and shows what changed.
pub(crate) fn bless() -> Result<()> {
    if std::env::var_os("CI").is_some() {
        bail!("golden files are blessed by a person, never in CI");
    }
    let mut tests = command(&["test", "--workspace", "--no-fail-fast"]);
    tests.env("SPAK_BLESS", "1").env("UPDATE_EXPECT", "1");
    run("tests", &mut tests)?;
    run("what changed", Command::new("git").args(["diff", "--stat"]).current_dir(root()))
}

/// Looks for what the tests do not find: each fuzz target for `seconds`, and the properties with new cases
/// for as long.
pub(crate) fn fuzz(seconds: u32) -> Result<()> {
    fuzz_targets(seconds)?;
    let crates = PROPERTIES.iter().flat_map(|name| ["-p", name]).collect::<Vec<_>>();
    let begin = std::time::Instant::now();
    while begin.elapsed().as_secs() < u64::from(seconds) {
        cargo("properties", &[&["test", "--quiet"], crates.as_slice()].concat())?;
    }
    Ok(())
}

/// Needs a nightly toolchain and `cargo-fuzz`.
fn fuzz_targets(seconds: u32) -> Result<()> {
    if !has(&["+nightly", "fuzz", "--version"]) {
        println!("SKIPPED: fuzzing needs a nightly toolchain and `cargo install cargo-fuzz`");
        return Ok(());
    }
    for (target, words) in [("parse", "dsl"), ("expr", "expr")] {
        let time = format!("-max_total_time={seconds}");
        let words = format!("-dict=fuzz/{words}.dict");
        // Findings go into the first folder; the seeds are only read.
        let (found, seeds) = (format!("fuzz/corpus/{target}"), format!("fuzz/seeds/{target}"));
        std::fs::create_dir_all(root().join(&found))?;
        let run = ["+nightly", "fuzz", "run", target, &found, &seeds];
        let options = ["--", &time, &words, "-timeout=10"];
        cargo(&format!("fuzz {target}"), &[&run[..], &options[..]].concat())?;
    }
    Ok(())
}

fn command(arguments: &[&str]) -> Command {
    // Through the shim, so that `+nightly` is understood.
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(root()).env_remove("RUSTUP_TOOLCHAIN");
    command
}

fn has(arguments: &[&str]) -> bool {
    command(arguments).output().is_ok_and(|o| o.status.success())
}

fn cargo(name: &str, arguments: &[&str]) -> Result<()> {
    run(name, &mut command(arguments))
}

fn run(name: &str, command: &mut Command) -> Result<()> {
    println!("== {name}");
    let status = command
        .status()
        .with_context(|| format!("{name}: cannot start {:?}", command.get_program()))?;
    if !status.success() {
        bail!("{name} failed");
    }
    Ok(())
}
