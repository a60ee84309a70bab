//! Judges C files against a problem: the first is the incumbent of all that follow.
//!
//! `cargo run --release -p spak-run --example judge -- 'PROBLEM JSON' a.c b.c`, for instance with
//! `{"family":"matmul","m":1024,"n":1024,"k":1024}`. `FLAGS` holds further compiler flags, `FLUSH` the bytes to push out of the caches before a sample.

use std::error::Error;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::atomic::AtomicBool;

use spak_records::{Artifact, Outcome, Problem};
use spak_run::{CompilerOptions, Incumbent, RunOptions, Sandbox, TrialRequest, run_trial, sandbox};

fn main() -> ExitCode {
    let mut args = std::env::args_os().skip(1).peekable();
    if args.next_if(|first| first == "__sandbox").is_some() {
        return sandbox::enter(args.next());
    }
    let args: Vec<String> = args.map(|a| a.to_string_lossy().into_owned()).collect();
    match judge(&args) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "{error}");
            ExitCode::from(2)
        }
    }
}

fn judge(args: &[String]) -> Result<(), Box<dyn Error>> {
    let [problem, files @ ..] = args else { return Err("usage: judge PROBLEM FILE…".into()) };
    let problem: Problem = serde_json::from_str(problem)?;
    let program = std::env::current_exe()?;
    let mut options = RunOptions::new(Sandbox { program, args: vec!["__sandbox".to_owned()] });
    if let Ok(v) = std::env::var("FLUSH") {
        options.time.flush_bytes = Some(v.parse()?);
    }
    let compiler = CompilerOptions::default();
    let build = std::env::temp_dir().join(format!("spak-judge-{}", std::process::id()));
    let mut incumbent: Option<Incumbent> = None;
    let mut out = std::io::stdout();
    for file in files {
        let text = std::fs::read_to_string(Path::new(file))?;
        let flags = std::env::var("FLAGS").unwrap_or_default();
        let flags = flags.split_whitespace().map(str::to_owned).collect();
        let artifact = Artifact::new("candidate.c".to_owned(), text, flags);
        let request = TrialRequest {
            artifact: &artifact,
            problem: &problem,
            incumbent: incumbent.as_ref(),
            compiler: &compiler,
            options: &options,
            build: &build,
        };
        let report = run_trial(request, &mut |_| {}, &AtomicBool::new(false))?;
        writeln!(out, "{file}: {:.2} s, isolation {:?}", report.seconds, report.isolation)?;
        match &report.outcome {
            Outcome::Rejected(r) => {
                writeln!(out, "  rejected at {:?}: {}: {}", r.stage, r.reason, r.detail)?;
            }
            Outcome::Measured(m) => {
                let worst = m.checks.iter().map(|c| c.worst_ratio).fold(0.0, f64::max);
                writeln!(
                    out,
                    "  {:.1} us in [{:.1}, {:.1}], fastest {:.1}, {} samples, {:.1} GFLOP/s; worst error {:.3} of its tolerance",
                    m.median_ns as f64 / 1e3,
                    m.median_ci_ns[0] as f64 / 1e3,
                    m.median_ci_ns[1] as f64 / 1e3,
                    m.min_ns as f64 / 1e3,
                    m.samples,
                    m.tflops * 1e3,
                    worst,
                )?;
                writeln!(out, "  candidate {:?}", report.timed)?;
                writeln!(out, "  incumbent {:?} {:?}", report.incumbent, report.incumbent_failed)?;
            }
        }
        if let (None, Some(program)) = (&incumbent, report.program) {
            incumbent = Some(Incumbent { program, config: artifact.hash.clone() });
        }
    }
    std::fs::remove_dir_all(&build)?;
    Ok(())
}
