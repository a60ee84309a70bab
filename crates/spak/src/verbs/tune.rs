//! `spak tune`: search strategies against spaces that were measured completely.

mod elsewhere;
mod picture;
mod recorded;
mod table;
mod traced;

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context as _, Result, anyhow};
use clap::Args;
use spak_exchange::codes::BAD_ENTRY;
use spak_exchange::results;
use spak_records::tune_report::{
    ReplayReport as Report, StoppingRecord, StrategyOnSpace, StrategyRecord,
};
use spak_search::compare::{self, Setup, runs};
use spak_search::replay::Run;
use spak_search::score::{Reference, Scorer};
use spak_search::search::MOST_JOBS;
use spak_search::stopping::{Stopping, stopping};
use spak_search::strategies::Method;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId, Severity, Span};

use crate::exit::Status;
use crate::output::json::{self, Diagnosed};
use crate::output::{self, Format, diagnostics};
use crate::project::Sources;
use elsewhere::{Elsewhere, Part, Told};
use recorded::Space;

/// What `spak tune` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// Recorded spaces: T4, caches of Kernel Tuner, or traces of SPAK, of which each problem is one; plain or `.gz`.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    replay: Vec<PathBuf>,
    /// Files of the same kinds from other devices, problems or operators: each strategy is also told what they have of the
    /// space. A problem that is replayed is left out of them.
    #[arg(long, num_args = 1.., value_name = "FILE")]
    knowing: Vec<PathBuf>,
    /// With `--knowing`: what wrong knowledge costs, the same files reversed and shuffled.
    #[arg(long, requires = "knowing")]
    misled: bool,
    /// What is computed by files that do not say so, for `--knowing` of another operator: its names mean something else.
    #[arg(long, value_name = "OPERATOR")]
    operator: Option<String>,
    /// Strategies to compare (default: ours and random search); `all` for every one.
    #[arg(long, value_name = "NAME")]
    strategy: Vec<String>,
    /// Runs of each strategy on each space.
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100_000))]
    repeats: u64,
    /// The seed of the first run.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Higher values of the objective are better.
    #[arg(long)]
    maximize: bool,
    /// The exact expectation of random search as the baseline, instead of the published one.
    #[arg(long)]
    exact_baseline: bool,
    /// Measures so many configs at once, each worker getting a new one when it has measured one.
    #[arg(long, default_value = "1", value_name = "WORKERS", value_parser = workers)]
    batch: usize,
    /// Also stops every run when the forecast of what is left to gain is below this part of the best value, and says
    /// what that saves and costs (`0.02` or `2%`).
    #[arg(long, value_name = "PART", value_parser = margin, conflicts_with = "batch")]
    margin: Option<f64>,
    /// Draws how the best so far falls with the evaluations, as SVG or PNG; one picture for each space.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
}

/// Replays and scores; problems are files that could not be read whole.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let methods = methods(&options.strategy)?;
    let mut sources = Sources::default();
    let mut wrong: Vec<Diagnostic> = Vec::new();
    let mut spaces = Vec::new();
    for path in &options.replay {
        let bytes =
            std::fs::read(path).with_context(|| format!("cannot read `{}`", path.display()))?;
        let shown = path.to_string_lossy().into_owned();
        let mut said = Vec::new();
        match parts(path, &shown, &bytes, options.operator.as_deref()) {
            Ok((parts, found)) => {
                said = found;
                for part in &parts {
                    match recorded::space(part, options.maximize) {
                        Ok((space, doubts)) => {
                            said.extend(doubts);
                            spaces.push(space);
                        }
                        Err(problem) => said.push(*problem),
                    }
                }
            }
            Err(problem) => said.push(*problem),
        }
        let file = told(&mut sources, path, &shown, &bytes, &said);
        wrong.extend(said.into_iter().map(|d| d.in_file(file)));
    }
    let found = diagnostics::errors(&sources, &wrong, format);
    let is_fine = wrong.iter().all(|d| d.severity != Severity::Error);
    if spaces.is_empty() && format == Format::Human {
        return Ok(Status::Problems);
    }
    if let Some(path) = &options.plot {
        picture::distinct(path, &spaces)?;
    }
    let elsewhere = read_elsewhere(&options.knowing, options.operator.as_deref())?;
    let report = scored(options, &methods, &elsewhere, spaces)?;
    match format {
        Format::Human => output::result(&table::report(&report))?,
        Format::Json => {
            json::result("spak.replay", Diagnosed { result: report, diagnostics: found })?;
        }
    }
    Ok(if is_fine { Status::Fine } else { Status::Problems })
}

/// The file among the sources; its text only when something has to be shown in it.
fn told(
    sources: &mut Sources,
    path: &Path,
    shown: &str,
    bytes: &[u8],
    found: &[Diagnostic],
) -> FileId {
    let text = if found.is_empty() { None } else { spak_exchange::text(bytes) };
    sources.add(path, shown, &text.unwrap_or_default())
}

fn methods(wanted: &[String]) -> Result<Vec<(String, Method)>> {
    let names: Vec<String> = match wanted {
        [] => vec!["guided".to_owned(), "random".to_owned()],
        [all] if all == "all" => Method::names().iter().map(|n| (*n).to_owned()).collect(),
        some => some.to_vec(),
    };
    names
        .into_iter()
        .map(|name| match Method::named(&name) {
            Some(method) => Ok((name, method)),
            None => {
                let known = Method::names();
                Err(match suggest(&name, known.iter().copied()) {
                    Some(near) => anyhow!("there is no strategy `{name}`; did you mean `{near}`?"),
                    None => {
                        anyhow!("there is no strategy `{name}`; there are {}", known.join(", "))
                    }
                })
            }
        })
        .collect()
}

/// What a file has: one space, or one for each problem of a trace.
fn parts(
    path: &Path,
    shown: &str,
    bytes: &[u8],
    operator: Option<&str>,
) -> Result<(Vec<Part>, Vec<Diagnostic>), Box<Diagnostic>> {
    if !traced::is_trace(bytes) {
        let read = results::read(bytes)?;
        let operator = operator.map(str::to_owned);
        let part = Part { name: shown.to_owned(), operator, recorded: read.recorded };
        return Ok((vec![part], read.diagnostics));
    }
    let problems = traced::read(path).map_err(|error| {
        Box::new(Diagnostic::error(BAD_ENTRY, Span::at(0), format!("{error:#}")))
    })?;
    let part = |problem: traced::Traced| Part {
        name: format!("{shown} {}", problem.label).trim().to_owned(),
        operator: Some(problem.operator),
        recorded: problem.recorded,
    };
    Ok((problems.into_iter().map(part).collect(), Vec::new()))
}

/// The files that strategies are told of.
fn read_elsewhere(paths: &[PathBuf], operator: Option<&str>) -> Result<Vec<Elsewhere>> {
    let read = |path: &PathBuf| {
        let shown = path.to_string_lossy().into_owned();
        let bytes = std::fs::read(path).with_context(|| format!("cannot read `{shown}`"))?;
        let (parts, _) = parts(path, &shown, &bytes, operator)
            .map_err(|problem| anyhow!("{shown}: {}", problem.message))?;
        Ok(Elsewhere { parts })
    };
    paths.iter().map(read).collect()
}

fn scored(
    options: &Options,
    methods: &[(String, Method)],
    elsewhere: &[Elsewhere],
    spaces: Vec<Space>,
) -> Result<Report> {
    let told: &[Told] = match (elsewhere.is_empty(), options.misled) {
        (true, _) => &[Told::Nothing],
        (false, false) => &[Told::Nothing, Told::Truly],
        (false, true) => &[Told::Nothing, Told::Truly, Told::Reversed, Told::Shuffled],
    };
    let methods: Vec<(String, &Method, Told)> = methods
        .iter()
        // Random search has no use for knowledge.
        .flat_map(|(name, method)| {
            let told = if *method == Method::Random { &[Told::Nothing] } else { told };
            told.iter().map(move |told| (told.name(name), method, *told))
        })
        .collect();
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let reference = if options.exact_baseline { Reference::Exact } else { Reference::Published };
    let workers = options.batch;
    let setup = Setup { repeats: options.repeats, seed: options.seed, threads, reference, workers };
    let mut on: Vec<Vec<StrategyOnSpace>> = vec![Vec::new(); methods.len()];
    for space in &spaces {
        // Space by space, so that the runs of only one are kept for its picture.
        let scorer = Scorer::new(&space.recording, reference);
        let mut drawn: Vec<(String, Vec<Run>)> = Vec::new();
        for ((name, method, told), on) in methods.iter().zip(&mut on) {
            let method = &told.method(method, space, elsewhere);
            let cannot = || anyhow!("`{}` cannot be replayed", space.record.file);
            let begun = processor_time();
            let runs = runs(&space.recording, &scorer, method, setup, &|_| true);
            let spent = processor_time().saturating_sub(begun);
            let runs = runs.ok_or_else(cannot)?;
            let report = compare::report(&space.recording, &scorer, &runs).ok_or_else(cannot)?;
            let margin = options.margin.map(|margin| {
                stopping(&space.recording, method, setup, margin, &|_| true).ok_or_else(cannot)
            });
            on.push(StrategyOnSpace {
                score: finite(report.score.by_time),
                score_by_evaluations: finite(report.score.by_evaluations),
                evaluations_to_near: report.score.evaluations_to_near,
                near_in_a_tenth: report.score.near_in_a_tenth,
                found: report.found,
                milliseconds_per_run: spent.as_secs_f64() * 1e3 / options.repeats as f64,
                stopping: margin.transpose()?.map(stopping_record),
            });
            if options.plot.is_some() {
                drawn.push((name.clone(), runs));
            }
        }
        if let Some(path) = &options.plot {
            let drawn: Vec<(String, &[Run])> =
                drawn.iter().map(|(name, runs)| (name.clone(), runs.as_slice())).collect();
            picture::write(&picture::place(path, space, spaces.len()), space, &drawn, workers)?;
        }
    }
    let mut strategies: Vec<StrategyRecord> = methods
        .iter()
        .zip(on)
        .map(|((name, ..), spaces)| StrategyRecord {
            name: name.clone(),
            score: mean(&spaces, |s| s.score),
            score_by_evaluations: mean(&spaces, |s| s.score_by_evaluations),
            spaces,
        })
        .collect();
    let order = |record: &StrategyRecord| record.score.unwrap_or(f64::NEG_INFINITY);
    strategies.sort_by(|a, b| order(b).total_cmp(&order(a)));
    Ok(Report {
        repeats: options.repeats,
        seed: options.seed,
        workers: workers as u64,
        margin: options.margin,
        spaces: spaces.into_iter().map(|space| space.record).collect(),
        strategies,
    })
}

/// Seconds that the processor has worked for this program: other programs do not count.
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    let part = |value: i64| u64::try_from(value).unwrap_or(0);
    Duration::from_secs(part(time.tv_sec)) + Duration::from_nanos(part(time.tv_nsec))
}

fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}

/// The mean over the spaces on which there is a score.
fn mean(spaces: &[StrategyOnSpace], of: impl Fn(&StrategyOnSpace) -> Option<f64>) -> Option<f64> {
    let values: Vec<f64> = spaces.iter().filter_map(of).collect();
    finite(values.iter().sum::<f64>() / values.len() as f64)
}

fn stopping_record(found: Stopping) -> StoppingRecord {
    StoppingRecord {
        stopped: found.stopped,
        evaluations: found.trials,
        evaluations_unstopped: found.horizon,
        seconds: found.seconds.0,
        seconds_unstopped: found.seconds.1,
        lost: finite(found.lost),
        left: finite(found.left),
        kept: finite(found.kept),
    }
}

fn margin(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.strip_suffix('%') {
        Some(percent) => (percent, 0.01),
        None => (text, 1.0),
    };
    match number.trim().parse::<f64>() {
        Ok(value) if value > 0.0 && value * unit < 1.0 => Ok(value * unit),
        _ => Err("a margin is a part of the best value, such as 0.02 or 2%".to_owned()),
    }
}

fn workers(text: &str) -> Result<usize, String> {
    match text.parse::<usize>() {
        Ok(value) if (1..=MOST_JOBS).contains(&value) => Ok(value),
        _ => Err(format!("a batch is of 1 to {MOST_JOBS} configs")),
    }
}
