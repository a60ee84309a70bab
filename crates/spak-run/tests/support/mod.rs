//! What every test of the runner needs: a build folder, options and short ways to say things.
#![allow(dead_code, reason = "each test file uses a part of it")]
#![expect(clippy::unwrap_used, reason = "a test that cannot be set up has failed")]

use std::path::PathBuf;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use spak_records::{Artifact, CausalAlignment, Problem, Rejection};
use spak_run::{
    CheckReport, Compiled, CompilerOptions, Program, RunOptions, Sandbox, TimeReport, check,
    compile, time,
};
use tempfile::TempDir;

pub(crate) const MATMUL: &str = include_str!("../candidates/matmul_naive.c");
pub(crate) const ATTENTION: &str = include_str!("../candidates/attention.c");

pub(crate) static NEVER: AtomicBool = AtomicBool::new(false);

pub(crate) fn sandbox() -> Sandbox {
    Sandbox { program: PathBuf::from(env!("CARGO_BIN_EXE_spak-sandbox")), args: Vec::new() }
}

pub(crate) fn options() -> RunOptions {
    let mut options = RunOptions::new(sandbox());
    options.limits.memory_bytes = 2 << 30;
    options.check.call_timeout = Duration::from_secs(3);
    options.check.reference_operations = 1 << 21;
    options.time.budget = Duration::from_millis(150);
    options.time.warm_up = Duration::from_millis(5);
    options.time.min_samples = 8;
    options.time.max_samples = 12;
    options.time.launches = 2;
    options.time.min_sample = Duration::from_millis(1);
    options.time.batch_bytes = 2 << 20;
    options
}

/// Small enough for a debug build, large enough that a call takes measurable time.
pub(crate) fn matmul() -> Problem {
    Problem::Matmul { m: 96, n: 80, k: 112 }
}

pub(crate) fn attention(causal: Option<CausalAlignment>, store_lse: bool) -> Problem {
    Problem::AttentionForward {
        batch: 1,
        heads: 4,
        kv_heads: 2,
        seq_len: 96,
        kv_len: 96,
        head_dim: 32,
        causal,
        store_lse,
    }
}

pub(crate) fn artifact(text: &str, flags: &[&str]) -> Artifact {
    let flags = flags.iter().map(|f| (*f).to_owned()).collect();
    Artifact::new("candidate.c".to_owned(), text.to_owned(), flags)
}

/// A program and the folder it lives in.
pub(crate) struct Built {
    pub(crate) program: Program,
    _folder: TempDir,
}

pub(crate) fn build_with(
    text: &str,
    flags: &[&str],
    compiler: &CompilerOptions,
) -> Result<Built, Rejection> {
    let folder = tempfile::tempdir().unwrap();
    match compile(&artifact(text, flags), compiler, &sandbox(), folder.path(), &NEVER).unwrap() {
        Compiled::Program(program) => Ok(Built { program, _folder: folder }),
        Compiled::Rejected(rejection) => Err(rejection),
    }
}

pub(crate) fn build(text: &str, flags: &[&str]) -> Built {
    let compiler = CompilerOptions {
        // Compiling dominates these tests, and the judge does not depend on how fast they are.
        flags: ["-std=c11", "-O1", "-Wall", "-Wextra"].map(str::to_owned).to_vec(),
        ..CompilerOptions::default()
    };
    build_with(text, flags, &compiler).unwrap()
}

pub(crate) fn checked(built: &Built, problem: &Problem) -> Result<CheckReport, Rejection> {
    check(&built.program, problem, &options(), 12345, &mut |_, _| {}, &NEVER).unwrap()
}

/// Checks and, if that passes, times.
pub(crate) fn judged(built: &Built, problem: &Problem) -> Result<TimeReport, Rejection> {
    let report = checked(built, problem)?;
    timed(built, None, problem, report.fastest_call)
}

pub(crate) fn timed(
    built: &Built,
    incumbent: Option<&Built>,
    problem: &Problem,
    call: Option<Duration>,
) -> Result<TimeReport, Rejection> {
    let incumbent = incumbent.map(|b| &b.program);
    time(&built.program, incumbent, problem, call, &options(), 99, &mut |_| {}, &NEVER).unwrap()
}
