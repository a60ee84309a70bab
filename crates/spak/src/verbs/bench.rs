//! `spak bench`: generated kernels and NumPy, measured by turns in one run.

mod spaces;

use std::io::{BufRead, BufReader, Read as _, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Context as _, Result, bail};
use clap::Args;
use spak_records::report::{BenchReport, BenchRow};
use spak_records::{CausalAlignment, Config, Problem, Value, file};
use spak_run::{Compiled, Program, summarize};

use crate::engine::drive::Machine;
use crate::engine::report::{self, duration};
use crate::engine::specify::{Specified, specify};
use crate::exit::Status;
use crate::output::{self, Format, json};
use crate::verbs::check;
use crate::verbs::run_loop::machine;

/// What `spak bench` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// Designs whose best known config is measured, each of their workloads
    /// (default: the two that come with the program).
    designs: Vec<PathBuf>,
    /// Turns of each side.
    #[arg(long, default_value_t = 10)]
    rounds: u32,
    /// A Python with NumPy.
    #[arg(long, default_value = "python3", env = "SPAK_PYTHON")]
    python: String,
    /// Measure the construction of tuning spaces instead: the files are T1, or dictionaries of parameters
    /// and restrictions, and the Python has Kernel Tuner and pyATF.
    #[arg(long)]
    spaces: bool,
    /// The C compiler.
    #[arg(long, default_value = "gcc", env = "SPAK_CC")]
    cc: String,
}

/// The designs that are measured when none is named.
const GIVEN: [(&str, &str); 2] = [
    ("attention_forward.dsl", include_str!("../../../../examples/bench/attention_forward.dsl")),
    ("matmul.dsl", include_str!("../../../../examples/bench/matmul.dsl")),
];

/// What NumPy runs, one call for each line of its input.
const BASELINE: &str = include_str!("bench/baseline.py");

/// Measures every design and prints both sides, whichever is faster.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if options.spaces {
        return spaces::run(&options.designs, options.rounds, &options.python, format);
    }
    let mut machine = machine(&options.cc)?;
    // Each turn is short, and there are many: the machine's drift hits both sides alike.
    machine.options.time.launches = 1;
    machine.options.time.budget = Duration::from_millis(400);
    let folder = tempfile::tempdir().context("cannot make a folder")?;
    let mut designs = options.designs.clone();
    if designs.is_empty() {
        for (name, text) in GIVEN {
            let path = folder.path().join(name);
            file::replace(&path, text.as_bytes())?;
            designs.push(path);
        }
    }
    let mut rows = Vec::new();
    let mut library = String::new();
    for path in &designs {
        let mut workloads = vec![None];
        while let Some(wanted) = workloads.pop() {
            let is_first = wanted.is_none();
            let specified =
                match specify(path, wanted.as_deref(), &machine.device, &machine.toolchain)? {
                    Ok(specified) => specified,
                    Err((design, found)) => {
                        check::show(path, &design, &found, format)?;
                        return Ok(Status::Problems);
                    }
                };
            if is_first {
                for other in specified.system.workloads.iter().skip(1).rev() {
                    if other.name.is_none() {
                        let shown = path.display();
                        bail!("`{shown}` has several workloads, and one of them has no name");
                    }
                    workloads.push(other.name.clone());
                }
            }
            let (row, baseline) = one(options, path, &specified, &machine)?;
            library = baseline;
            rows.push(row);
        }
    }
    let report = BenchReport {
        device: machine.device.name.clone(),
        cores: machine.device.cores,
        compiler: machine.toolchain.version.clone(),
        baseline: library,
        rows,
    };
    match format {
        Format::Json => json::result("spak.bench", report)?,
        Format::Human => output::result(&table(&report))?,
    }
    Ok(Status::Fine)
}

fn one(
    options: &Options,
    path: &std::path::Path,
    specified: &Specified,
    machine: &Machine,
) -> Result<(BenchRow, String)> {
    let config = known_best(specified).with_context(|| {
        let shown = path.display();
        format!("`{shown}` knows no best config for this machine; run `spak loop {shown}` first")
    })?;
    let plan = specified.plan(&config);
    let artifact = spak_generate::render(&specified.family, &specified.templates, &plan)?;
    let build = tempfile::tempdir().context("cannot make a folder for programs")?;
    let cancel = AtomicBool::new(false);
    let sandbox = &machine.options.sandbox;
    let program =
        match spak_run::compile(&artifact, &machine.compiler, sandbox, build.path(), &cancel)? {
            Compiled::Program(program) => program,
            Compiled::Rejected(rejection) => {
                bail!("the best known config does not compile: {}", rejection.detail)
            }
        };
    // Both sides get as many threads as the config has.
    let threads = match config.get("threads") {
        Some(Value::Int(n)) => u32::try_from(*n).unwrap_or(machine.device.cores),
        _ => 1,
    };
    let mut baseline = Baseline::start(&options.python, &specified.problem, threads)?;
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for round in 0..options.rounds {
        ours.push(turn(&program, specified, machine, u64::from(round), &cancel)?);
        theirs.push(baseline.turn()?);
    }
    let (ours, theirs) =
        (summarize(&ours).context("no turn")?, summarize(&theirs).context("no turn")?);
    let flops = specified.problem.flops();
    let row = BenchRow {
        problem: specified.problem.clone(),
        config,
        spak_ns: ours.median_ns,
        baseline_ns: theirs.median_ns,
        spak_gflops: flops / ours.median_ns.max(1) as f64,
        baseline_gflops: flops / theirs.median_ns.max(1) as f64,
        ratio: theirs.median_ns as f64 / ours.median_ns.max(1) as f64,
    };
    Ok((row, baseline.library.clone()))
}

/// The config that the design recommends here, the seed's values where it says nothing.
fn known_best(specified: &Specified) -> Option<Config> {
    let mut config = specified.seed();
    let recommended = specified.guidance.recommended.first()?;
    config.0.extend(recommended.config.0.iter().map(|(k, v)| (k.clone(), v.clone())));
    Some(config)
}

/// Median nanoseconds of one call over one turn.
fn turn(
    program: &Program,
    specified: &Specified,
    machine: &Machine,
    seed: u64,
    cancel: &AtomicBool,
) -> Result<u64> {
    let problem = &specified.problem;
    let timed =
        spak_run::time(program, None, problem, None, &machine.options, seed, &mut |_| {}, cancel)?;
    match timed {
        Ok(report) => Ok(report.candidate.summary.median_ns),
        Err(rejection) => bail!(
            "the best known config is rejected now: {} ({})",
            rejection.reason,
            rejection.detail
        ),
    }
}

/// NumPy in a process of its own that waits between its turns.
struct Baseline {
    child: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    library: String,
}

impl Baseline {
    fn start(python: &str, problem: &Problem, threads: u32) -> Result<Self> {
        let sizes: Vec<String> = match problem {
            Problem::Matmul { m, n, k } => {
                vec!["matmul".to_owned(), m.to_string(), n.to_string(), k.to_string()]
            }
            Problem::AttentionForward {
                batch,
                heads,
                kv_heads,
                seq_len,
                kv_len,
                head_dim,
                causal,
                store_lse,
            } => {
                if *store_lse {
                    bail!("NumPy's side stores no logarithms of sums; leave out `store_lse`");
                }
                // The first diagonal of the scores that the mask hides.
                let offset = match causal {
                    Some(CausalAlignment::BottomRight) => *kv_len - *seq_len,
                    Some(CausalAlignment::TopLeft) | None => 0,
                };
                let mut sizes = vec!["attention".to_owned()];
                sizes.extend(
                    [batch, heads, kv_heads, seq_len, kv_len, head_dim].map(ToString::to_string),
                );
                sizes.push(u8::from(causal.is_some()).to_string());
                sizes.push((1 + offset).to_string());
                sizes
            }
            Problem::Operator(problem) => {
                bail!("NumPy's side has no `{}`", problem.operator);
            }
        };
        let mut child = Command::new(python)
            .args(["-c", BASELINE])
            .args(&sizes)
            .env("OPENBLAS_NUM_THREADS", threads.to_string())
            .env("OMP_NUM_THREADS", threads.to_string())
            .env("MKL_NUM_THREADS", threads.to_string())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .with_context(|| {
                format!("cannot start `{python}`; name a Python with NumPy with `--python`")
            })?;
        let (Some(input), Some(output)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("cannot talk to `{python}`");
        };
        let mut baseline =
            Self { child, input, output: BufReader::new(output), library: String::new() };
        baseline.library = baseline.line().with_context(|| {
            format!("`{python}` cannot import NumPy; install it (`pip install numpy`) or name another with `--python`")
        })?;
        Ok(baseline)
    }

    fn line(&mut self) -> Result<String> {
        let mut line = String::new();
        if self.output.read_line(&mut line)? == 0 {
            bail!("it ended: {}", self.last_words());
        }
        Ok(line.trim().to_owned())
    }

    /// The last line that it wrote to standard error.
    fn last_words(&mut self) -> String {
        let _ = self.child.kill();
        let mut said = String::new();
        if let Some(mut errors) = self.child.stderr.take() {
            let _ = errors.read_to_string(&mut said);
        }
        said.trim().lines().last().unwrap_or("it said nothing").to_owned()
    }

    fn turn(&mut self) -> Result<u64> {
        if self.input.write_all(b"turn\n").and_then(|()| self.input.flush()).is_err() {
            bail!("the baseline ended: {}", self.last_words());
        }
        let line = self.line().context("the baseline cannot go on")?;
        line.parse().with_context(|| format!("the baseline answered `{line}`"))
    }
}

impl Drop for Baseline {
    fn drop(&mut self) {
        // It may have ended by itself already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn table(report: &BenchReport) -> String {
    let rows = report.rows.iter().map(|row| {
        vec![
            report::problem(&row.problem),
            duration(row.spak_ns),
            format!("{:.1}", row.spak_gflops),
            duration(row.baseline_ns),
            format!("{:.1}", row.baseline_gflops),
            format!("{:.2}x", row.ratio),
        ]
    });
    let header = ["problem", "SPAK", "GFLOP/s", "NumPy", "GFLOP/s", "SPAK over NumPy"];
    let table = output::table(&header, rows);
    format!(
        "{} ({} cores), {}, {}\n{table}\nmedians of the turns; both sides with as many threads, by turns\n",
        report.device, report.cores, report.compiler, report.baseline
    )
}
