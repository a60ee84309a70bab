//! `spak tune`: search strategies against spaces that were measured completely.

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use spak_exchange::results::{self, Recorded};
use spak_records::Config;
use spak_records::tune_report::{
    RecordedSpaceRecord, ReplayReport, StrategyOnSpace, StrategyRecord,
};
use spak_search::compare::{Setup, compare};
use spak_search::replay::{Recording, Row};
use spak_search::score::Reference;
use spak_search::space::Domain;
use spak_search::strategies::Method;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, FileId, Severity};

use crate::exit::Status;
use crate::output::json::{self, Diagnosed};
use crate::output::{self, Format, diagnostics};
use crate::project::Sources;

/// What `spak tune` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// Recorded spaces: T4 or caches of Kernel Tuner, plain or `.gz`.
    #[arg(long, required = true, num_args = 1.., value_name = "FILE")]
    replay: Vec<PathBuf>,
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
}

/// A recorded space that strategies can be run against.
struct Space {
    recording: Recording,
    record: RecordedSpaceRecord,
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
        match results::read(&bytes) {
            Ok(read) => {
                let file = told(&mut sources, path, &shown, &bytes, &read.diagnostics);
                wrong.extend(read.diagnostics.into_iter().map(|d| d.in_file(file)));
                spaces.push(space(&shown, &read.recorded, options.maximize)?);
            }
            Err(diagnostic) => {
                let found = std::slice::from_ref(&*diagnostic);
                let file = told(&mut sources, path, &shown, &bytes, found);
                wrong.push(diagnostic.in_file(file));
            }
        }
    }
    let found = diagnostics::errors(&sources, &wrong, format);
    let is_fine = wrong.iter().all(|d| d.severity != Severity::Error);
    if spaces.is_empty() && format == Format::Human {
        return Ok(Status::Problems);
    }
    let report = scored(options, &methods, spaces)?;
    match format {
        Format::Human => output::result(&table(&report))?,
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

fn space(shown: &str, recorded: &Recorded, maximize: bool) -> Result<Space> {
    let metric = recorded.objectives.first().and_then(|at| recorded.metrics.get(*at));
    let Some(metric) = metric else { bail!("`{shown}` does not say what was tuned for") };
    let sign = if maximize { -1.0 } else { 1.0 };
    let domains = recorded
        .parameters
        .iter()
        .map(|p| {
            let numbers: Option<Vec<f64>> = p.values.iter().map(|v| v.as_float()).collect();
            let ordered = numbers.is_some_and(|n| n.is_sorted() || n.iter().rev().is_sorted());
            Domain { size: p.values.len() as u32, ordered }
        })
        .collect();
    let rows = recorded
        .rows
        .iter()
        .map(|row| Row {
            point: row.config.clone(),
            value: recorded.objective(row).map(|value| sign * value),
            seconds: row.cost.total(),
        })
        .collect();
    let recording = Recording::new(domains, rows).map_err(|e| anyhow!("`{shown}`: {e}"))?;
    let best = recorded
        .rows
        .iter()
        .filter_map(|row| Some((sign * recorded.objective(row)?, row)))
        .min_by(|a, b| a.0.total_cmp(&b.0));
    let config = best.map(|(_, row)| {
        let names = recorded.parameters.iter().map(|p| p.name.clone());
        Config(names.zip(recorded.values(row).cloned()).collect())
    });
    let record = RecordedSpaceRecord {
        file: shown.to_owned(),
        kind: recorded.format.name().to_owned(),
        objective: format!("{} {}", metric.name, metric.unit).trim().to_owned(),
        configs: recorded.rows.len() as u64,
        measured: recording.sorted().len() as u64,
        optimum: sign * recording.optimum(),
        best: config.unwrap_or_default(),
    };
    Ok(Space { recording, record })
}

fn scored(
    options: &Options,
    methods: &[(String, Method)],
    spaces: Vec<Space>,
) -> Result<ReplayReport> {
    let threads = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let reference = if options.exact_baseline { Reference::Exact } else { Reference::Published };
    let setup = Setup { repeats: options.repeats, seed: options.seed, threads, reference };
    let mut strategies = Vec::with_capacity(methods.len());
    for (name, method) in methods {
        let mut on = Vec::with_capacity(spaces.len());
        for space in &spaces {
            let begun = Instant::now();
            let report = compare(&space.recording, method, setup, &|_| true)
                .with_context(|| format!("`{}` cannot be replayed", space.record.file))?;
            // Workers share the runs, so each takes this many times as long as it seems.
            let busy = threads.min(options.repeats as usize) as f64;
            on.push(StrategyOnSpace {
                score: report.score.by_time,
                score_by_evaluations: report.score.by_evaluations,
                evaluations_to_near: report.score.evaluations_to_near,
                near_in_a_tenth: report.score.near_in_a_tenth,
                found: report.found,
                milliseconds_per_run: begun.elapsed().as_secs_f64() * 1e3 * busy
                    / options.repeats as f64,
            });
        }
        let mean = |of: fn(&StrategyOnSpace) -> f64| {
            on.iter().map(of).sum::<f64>() / on.len().max(1) as f64
        };
        strategies.push(StrategyRecord {
            name: name.clone(),
            score: mean(|s| s.score),
            score_by_evaluations: mean(|s| s.score_by_evaluations),
            spaces: on,
        });
    }
    strategies.sort_by(|a, b| b.score.total_cmp(&a.score));
    let spaces = spaces.into_iter().map(|space| space.record).collect();
    Ok(ReplayReport { repeats: options.repeats, seed: options.seed, spaces, strategies })
}

fn table(report: &ReplayReport) -> String {
    let mut out = String::new();
    let short = |file: &str| -> String {
        let name = Path::new(file).file_name().map_or(file.into(), |n| n.to_string_lossy());
        name.trim_end_matches(".gz").trim_end_matches(".json").to_owned()
    };
    for space in &report.spaces {
        let best: Vec<String> = space.best.0.iter().map(|(k, v)| format!("{k}={v}")).collect();
        out.push_str(&format!(
            "{}: {} configs, {} measured; best {} {} with {}\n",
            short(&space.file),
            space.configs,
            space.measured,
            space.optimum,
            space.objective,
            best.join(" ")
        ));
    }
    let rows = report.strategies.iter().flat_map(|strategy| {
        let own = strategy.spaces.iter().zip(&report.spaces).map(|(on, space)| {
            let near = on.evaluations_to_near.map_or("-".to_owned(), |n| {
                format!("{n} ({:.1} %)", 100.0 * n as f64 / space.configs.max(1) as f64)
            });
            vec![
                format!("  {}", short(&space.file)),
                format!("{:.3}", on.score),
                format!("{:.3}", on.score_by_evaluations),
                near,
                format!("{:.0} %", 100.0 * on.near_in_a_tenth),
                format!("{:.0} %", 100.0 * on.found),
                format!("{:.2} ms", on.milliseconds_per_run),
                String::new(),
            ]
        });
        let mut head = vec![
            strategy.name.clone(),
            format!("{:.3}", strategy.score),
            format!("{:.3}", strategy.score_by_evaluations),
        ];
        head.resize(8, String::new());
        std::iter::once(head).chain(own)
    });
    let header = [
        "strategy",
        "score",
        "by evaluations",
        "to within 2 %",
        "in a tenth",
        "optimum",
        "a run",
        "",
    ];
    out.push('\n');
    out.push_str(&output::table(&header, rows));
    out.push_str(&format!(
        "\n\nscore: 0 is random search, 1 the optimum at once, over the recorded time of each evaluation; means of {} runs\n\
         to within 2 %: evaluations after which half of the runs are within 2 % of the optimum, and their share of the configs\n\
         in a tenth: runs that are there after a tenth of the configs; optimum: runs that found the optimum itself\n",
        report.repeats
    ));
    out
}
