//! `spak loop`: specify, program, measure, analyse, learn.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use spak_model::system::System;
use spak_records::{Config, Outcome, Trial};
use spak_run::{CompilerOptions, RunOptions, Sandbox, detect_device, detect_toolchain};

use crate::engine::drive;
use crate::engine::drive::{Budget, Chosen, Driver, Machine, Progress};
use crate::engine::paths::Paths;
use crate::engine::report::{self, duration};
use crate::engine::specify::{Specified, specify};
use crate::exit::Status;
use crate::gpu::looped::Looped;
use crate::gpu::opened::{TIMEOUT, Which};
use crate::output::{self, Format};
use crate::verbs::check;

/// What `spak loop` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design; what is learnt is written into it.
    design: PathBuf,
    /// The workload to time, by name (default: the first).
    #[arg(long)]
    workload: Option<String>,
    /// Stop proposing after this many seconds of wall-clock time of this process.
    #[arg(long, default_value_t = 100.0, value_parser = seconds)]
    seconds: f64,
    /// Stop after this many trials of the run, those before an interruption included.
    #[arg(long)]
    trials: Option<u64>,
    /// The C compiler.
    #[arg(long, default_value = "gcc", env = "SPAK_CC")]
    cc: String,
    /// Seed of the search's random choices.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Search with another strategy than the loop's own, such as `guided`, `annealing` or `random`; the design's knowledge
    /// leads it, too. `spak tune --replay` compares them.
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// With a strategy: end when less than this part of the best time is expected to be left to gain
    /// (0.01: 1 %), as far as the trials tell.
    #[arg(long, value_name = "PART", requires = "strategy", value_parser = margin)]
    margin: Option<f64>,
    /// Search as if nothing were known; what is learnt is still written.
    #[arg(long)]
    ignore_knowledge: bool,
    /// Show what would be learnt, but leave the design as it is.
    #[arg(long)]
    keep_design: bool,
    #[command(flatten)]
    gpu: OnGpu,
}

/// What is said of a loop on a GPU.
#[derive(Args)]
struct OnGpu {
    /// Kernels for a GPU, tried on that of this machine (`local`) or of another one (`user@host`).
    #[arg(long, value_name = "HOST")]
    node: Option<String>,
    /// What connects to it, with options.
    #[arg(long, value_name = "COMMAND", default_value = "ssh", requires = "node")]
    ssh: String,
    /// The machine's description: one of the design or of the libraries; the design's only one by default.
    #[arg(long, requires = "node")]
    hardware: Option<String>,
    /// How often configs are chosen, compiled and learnt from.
    #[arg(long, value_name = "N", default_value_t = 8, requires = "node")]
    rounds: usize,
    /// The most configs that are compiled in each round: of some there is no binary that may run.
    #[arg(long, value_name = "N", default_value_t = 40, requires = "node")]
    limit: usize,
    /// Seconds that the compiler may take for a kernel.
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT, requires = "node")]
    timeout: f64,
    /// What holds for all designs on the machine is written into this library as well, which is made if there is none.
    #[arg(long, value_name = "FILE", requires = "node")]
    library: Option<PathBuf>,
    /// Compare the best in the end with what this Python's PyTorch has, by turns.
    #[arg(long, value_name = "PYTHON", requires = "node")]
    compare: Option<String>,
}

/// Trials of a loop on a GPU where nobody says how many.
const TRIALS_ON_GPU: usize = 40;

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

fn seconds(text: &str) -> Result<f64, String> {
    let seconds: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    let is_time = seconds.is_finite() && seconds > 0.0;
    if is_time { Ok(seconds) } else { Err("a time is a number above zero".to_owned()) }
}

fn margin(text: &str) -> Result<f64, String> {
    let margin: f64 = text.parse().map_err(|_| "it is no number".to_owned())?;
    let is_part = margin > 0.0 && margin < 1.0;
    if is_part { Ok(margin) } else { Err("a margin lies between 0 and 1".to_owned()) }
}

/// Runs the loop; problems are a design with errors, an interruption, or that nothing was accepted.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if let Some(node) = &options.gpu.node {
        return on_gpu(options, node, format);
    }
    let machine = machine(&options.cc)?;
    let specified =
        specify(&options.design, options.workload.as_deref(), &machine.device, &machine.toolchain)?;
    let mut specified = match specified {
        Ok(specified) => specified,
        Err((design, found)) => {
            check::show(&options.design, &design, &found, format)?;
            return Ok(Status::Problems);
        }
    };
    if options.ignore_knowledge {
        specified.forget();
    }
    if !options.keep_design {
        let opened = std::fs::OpenOptions::new().append(true).open(&options.design);
        let shown = options.design.display();
        opened.with_context(|| {
            format!(
                "what is learnt cannot be written into `{shown}`; `--keep-design` only shows it"
            )
        })?;
    }
    let cancel = Arc::new(AtomicBool::new(false));
    let flag = Arc::clone(&cancel);
    ctrlc::set_handler(move || flag.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")?;

    let paths = Paths::of(&options.design);
    let shows = Show::new(&specified, &machine, format);
    let progress = |event: Progress<'_>| shows.show(&event);
    let driver = Driver {
        design: &options.design,
        specified: &specified,
        machine: &machine,
        paths: &paths,
        budget: Budget { trials: options.trials, seconds: options.seconds },
        cancel: &cancel,
        progress: &progress,
        write: !options.keep_design,
        seed: options.seed,
        ignores_knowledge: options.ignore_knowledge,
        strategy: options
            .strategy
            .as_ref()
            .map(|name| Chosen { name: name.clone(), margin: options.margin }),
    };
    let outcomes = driver.run()?;
    shows.bar.finish_and_clear();
    match format {
        Format::Human => drive::print(&outcomes, &driver)?,
        Format::Json => crate::engine::report::json(&outcomes, &driver)?,
    }
    if let Some(error) = &outcomes.not_written {
        output::aside(&format!("spak: {}\n", output::reason(error)));
        return Ok(Status::Partly);
    }
    let fine = !outcomes.interrupted && outcomes.analysis.best.is_some();
    Ok(if fine { Status::Fine } else { Status::Problems })
}

/// Runs the loop on a GPU.
fn on_gpu(options: &Options, node: &str, format: Format) -> Result<Status> {
    if options.strategy.is_some() {
        anyhow::bail!(
            "`--strategy` is for the loop on this machine's processor; a node searches by itself"
        );
    }
    ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed))
        .context("cannot listen for Ctrl-C")?;
    let gpu = &options.gpu;
    let design = check::checked(&options.design)?.0;
    // One workload, as the loop on this machine's processor.
    let first = System::of(&design.resolved.entries).workloads.first().and_then(|w| w.name.clone());
    let workload = options.workload.clone().or(first);
    let which = Which::new(options.design.clone(), workload, gpu.hardware.clone())
        .seeded(options.seed, options.ignore_knowledge)
        .within(gpu.timeout);
    let trials = options.trials.map_or(TRIALS_ON_GPU, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let looped = Looped {
        design: &options.design,
        which,
        most: gpu.limit,
        node,
        ssh: &gpu.ssh,
        trials,
        rounds: gpu.rounds,
        seconds: options.seconds,
        compare: gpu.compare.as_deref(),
        writes: !options.keep_design,
        library: gpu.library.as_deref(),
        cancel: &STOP,
    };
    looped.go(format)
}

/// This machine with the compiler `cc`.
///
/// # Errors
/// When there is no such compiler.
pub(crate) fn machine(cc: &str) -> Result<Machine> {
    // Candidates are compiled in folders of their own.
    let command = if cc.contains('/') {
        let path = std::path::absolute(cc).with_context(|| format!("cannot locate `{cc}`"))?;
        path.to_string_lossy().into_owned()
    } else {
        cc.to_owned()
    };
    let compiler = CompilerOptions { command, ..CompilerOptions::default() };
    let toolchain = detect_toolchain(&compiler)?;
    let program = std::env::current_exe().context("cannot find this program's own file")?;
    let sandbox = Sandbox { program, args: vec![crate::SANDBOX_VERB.to_owned()] };
    Ok(Machine { device: detect_device(), toolchain, compiler, options: RunOptions::new(sandbox) })
}

/// Progress on standard error for a person, observation lines on standard output for a program.
struct Show {
    bar: ProgressBar,
    lines: bool,
    seed: Config,
}

impl Show {
    fn new(specified: &Specified, machine: &Machine, format: Format) -> Self {
        use std::io::IsTerminal as _;
        let name = specified.system.name.as_deref().unwrap_or("design");
        let note = format!(
            "{name}: {} on {} ({} cores, {})\n",
            report::problem(&specified.problem),
            machine.device.name,
            machine.device.cores,
            machine.toolchain.version,
        );
        output::aside(&note);
        for recommendation in &specified.guidance.recommended {
            output::aside(&format!(
                "known: {} recommends {}\n",
                recommendation.source, recommendation.config
            ));
        }
        for note in &specified.notes {
            output::aside(&format!("note: {note}\n"));
        }
        let bar = ProgressBar::new_spinner();
        if let Ok(style) =
            ProgressStyle::with_template("{spinner} {elapsed_precise} trial {pos}: {wide_msg}")
        {
            bar.set_style(style);
        }
        bar.enable_steady_tick(std::time::Duration::from_millis(200));
        let lines = format == Format::Human && !std::io::stdout().is_terminal();
        Self { bar, lines, seed: specified.seed() }
    }

    fn show(&self, event: &Progress<'_>) {
        match event {
            Progress::Trying { config, why } => {
                self.bar.inc(1);
                self.bar.set_message(format!("{why} · {}", self.difference(config)));
            }
            Progress::Tried { trial, speedup } => {
                let line = tried(trial, *speedup, self.bar.position());
                self.aside(&format!("{line}  {}", self.difference(&trial.config)));
            }
            Progress::Observed(line) => {
                if self.lines {
                    // A closed pipe is noticed when the report is printed.
                    let _ = output::result(&format!("{line}\n"));
                }
            }
            Progress::Resumed(trials) => self.bar.set_position(*trials),
            Progress::Note(note) => self.aside(&format!("note: {note}")),
        }
    }

    /// Where `config` differs from the seed.
    fn difference(&self, config: &Config) -> String {
        let different = config.0.iter().filter(|(name, value)| self.seed.get(name) != Some(value));
        let texts: Vec<String> = different.map(|(name, value)| format!("{name}={value}")).collect();
        if texts.is_empty() { "the seed".to_owned() } else { texts.join(" ") }
    }

    fn aside(&self, line: &str) {
        self.bar.suspend(|| output::aside(&format!("{line}\n")));
    }
}

fn tried(trial: &Trial, speedup: Option<f64>, number: u64) -> String {
    match &trial.outcome {
        Outcome::Measured(m) => format!(
            "{number:>4}  {:>9}  {:>6.1} GFLOP/s  {:>7}",
            duration(m.median_ns),
            m.tflops * 1e3,
            speedup.map_or_else(String::new, |s| format!("{s:.2}x")),
        ),
        Outcome::Rejected(r) => format!("{number:>4}  rejected: {}", r.reason),
    }
}
