//! A whole trial: compile, check, time.

use std::path::Path;
use std::sync::atomic::AtomicBool;
use std::time::Instant;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use spak_records::{
    Artifact, ContentHash, Device, Measurement, Outcome, Problem, Rejection, Toolchain,
};

use crate::check::check;
use crate::compile::{Compiled, HARNESS, Program, compile};
use crate::error::RunError;
use crate::options::{CompilerOptions, RunOptions};
use crate::record::Timed;
use crate::sandbox::Isolation;
use crate::timing::{TimeReport, time};

/// Raised whenever checks, tolerances or the way of timing change, since old verdicts are then no
/// longer comparable with new ones.
pub const JUDGE_VERSION: &str = "judge-3";

/// The best program so far, to be timed beside the candidate.
#[derive(Clone, Debug)]
pub struct Incumbent {
    /// The program.
    pub program: Program,
    /// Id of its config.
    pub config: ContentHash,
}

/// One trial to do.
#[derive(Clone, Copy, Debug)]
pub struct TrialRequest<'a> {
    /// Source of the candidate.
    pub artifact: &'a Artifact,
    /// What is timed; the checked problems follow from it.
    pub problem: &'a Problem,
    /// What to beat.
    pub incumbent: Option<&'a Incumbent>,
    /// Which compiler.
    pub compiler: &'a CompilerOptions,
    /// How to run.
    pub options: &'a RunOptions,
    /// Folder for programs.
    pub build: &'a Path,
}

/// How far a trial is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The compiler runs.
    Compiling,
    /// `done` of `of` problems are checked.
    Checking {
        /// Problems done.
        done: usize,
        /// Problems in all.
        of: usize,
    },
    /// `samples` were taken.
    Timing {
        /// Samples so far.
        samples: u32,
    },
}

/// What came of a trial.
#[derive(Clone, Debug)]
pub struct TrialReport {
    /// Measured or rejected.
    pub outcome: Outcome,
    /// The compiled program, unless it did not compile; it may become the incumbent.
    pub program: Option<Program>,
    /// The incumbent's own figures from the same samples.
    pub incumbent: Option<Timed>,
    /// Why the incumbent failed beside this candidate, if it did.
    pub incumbent_failed: Option<Rejection>,
    /// The candidate's samples, batch size and round trip.
    pub timed: Option<Timed>,
    /// What was enforced on the candidate's process.
    pub isolation: Option<Isolation>,
    /// Seed from which the seeds of all inputs follow.
    pub seed: u64,
    /// Wall-clock seconds of the trial, everything included.
    pub seconds: f64,
}

/// The key of a trial: equal keys mean that the answer can be taken from the trace.
pub fn trial_key(
    artifact: &Artifact,
    problem: &Problem,
    device: &Device,
    toolchain: &Toolchain,
) -> ContentHash {
    let json = |value: serde_json::Result<String>| value.unwrap_or_default();
    let problem = json(serde_json::to_string(problem));
    let device = json(serde_json::to_string(device));
    let toolchain = json(serde_json::to_string(toolchain));
    let parts = [JUDGE_VERSION, artifact.hash.as_str(), &problem, &device, &toolchain, HARNESS];
    ContentHash::of_parts(parts.map(str::as_bytes))
}

/// Compiles, checks and times one candidate.
///
/// # Errors
/// Only what SPAK itself could not do, and `Cancelled`; whatever the candidate does is an outcome.
pub fn run_trial(
    request: TrialRequest<'_>,
    progress: &mut dyn FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<TrialReport, RunError> {
    let began = Instant::now();
    let seed = request.options.seed.unwrap_or_else(rand::random);
    let mut report = TrialReport {
        outcome: Outcome::Rejected(Rejection {
            stage: spak_records::Stage::Compile,
            reason: String::new(),
            detail: String::new(),
        }),
        program: None,
        incumbent: None,
        incumbent_failed: None,
        timed: None,
        isolation: None,
        seed,
        seconds: 0.0,
    };
    report.outcome = match stages(&request, seed, &mut report, progress, cancel)? {
        Ok(measurement) => Outcome::Measured(measurement),
        Err(rejection) => Outcome::Rejected(rejection),
    };
    report.seconds = began.elapsed().as_secs_f64();
    Ok(report)
}

fn stages(
    request: &TrialRequest<'_>,
    seed: u64,
    report: &mut TrialReport,
    progress: &mut dyn FnMut(Progress),
    cancel: &AtomicBool,
) -> Result<Result<Measurement, Rejection>, RunError> {
    let options = request.options;
    let mut seeds = ChaCha8Rng::seed_from_u64(seed);
    progress(Progress::Compiling);
    let program =
        match compile(request.artifact, request.compiler, &options.sandbox, request.build, cancel)?
        {
            Compiled::Program(program) => program,
            Compiled::Rejected(rejection) => return Ok(Err(rejection)),
        };
    report.program = Some(program.clone());

    let mut checking = |done, of| progress(Progress::Checking { done, of });
    let checked =
        check(&program, request.problem, options, seeds.next_u64(), &mut checking, cancel)?;
    let checked = match checked {
        Ok(checked) => checked,
        Err(rejection) => return Ok(Err(rejection)),
    };
    report.isolation = Some(checked.isolation);

    let incumbent = request.incumbent.map(|i| &i.program);
    let mut timing = |samples| progress(Progress::Timing { samples });
    let timed = time(
        &program,
        incumbent,
        request.problem,
        checked.fastest_call,
        options,
        seeds.next_u64(),
        &mut timing,
        cancel,
    )?;
    let TimeReport { candidate, incumbent, incumbent_failed } = match timed {
        Ok(timed) => timed,
        Err(rejection) => return Ok(Err(rejection)),
    };
    let summary = &candidate.summary;
    let measurement = Measurement {
        median_ns: summary.median_ns,
        median_ci_ns: summary.median_ci_ns,
        min_ns: summary.min_ns,
        samples: summary.samples,
        tflops: request.problem.flops() / summary.median_ns.max(1) as f64 / 1e3,
        incumbent_median_ns: incumbent.as_ref().map(|i| i.summary.median_ns),
        incumbent: request.incumbent.filter(|_| incumbent.is_some()).map(|i| i.config.clone()),
        conditions: None,
        energy_mj: None,
        checks: checked.checks,
    };
    report.timed = Some(candidate);
    report.incumbent = incumbent;
    report.incumbent_failed = incumbent_failed;
    Ok(Ok(measurement))
}
