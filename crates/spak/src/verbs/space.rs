//! `spak space`: how many configs a tuning space has, which values survive, and who removes the others.

mod answers;
mod conditional;
mod export;
mod picture;
mod print;
mod rows;
mod ruled;

use std::path::PathBuf;
use std::time::Instant;

use anyhow::{Result, bail};
use clap::Args;
use spak_space::{Explainer, Limits, MakeError, Space, Streamed};
use spak_syntax::{Diagnostic, Severity};

use crate::exit::Status;
use crate::output::json::{self, Diagnosed};
use crate::output::{Format, diagnostics};
use crate::tuning::{Subject, rules};

pub(crate) use answers::count;
pub(crate) use print::grouped;
pub(crate) use rows::Table;

/// What `spak space` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// A design (`.dsl`), T1, or a dictionary of parameters and restrictions (`.json`, `.json.gz`).
    file: PathBuf,
    /// The workload that the space is for, when the design has several.
    #[arg(long)]
    workload: Option<String>,
    /// Say what becomes of a value, such as `tile_m=128`, and who excludes it.
    #[arg(long, value_name = "NAME=VALUE")]
    why: Vec<String>,
    /// Check a config, such as `tile_m=128,tile_n=64`, and say what it breaks; what is left open may
    /// have any value.
    #[arg(long, value_name = "NAME=VALUE,…")]
    config: Option<String>,
    /// Draw this many configs uniformly, none twice.
    #[arg(long, value_name = "N", conflicts_with = "enumerate")]
    sample: Option<u64>,
    /// The seed of the sample.
    #[arg(long, default_value_t = 0, requires = "sample")]
    seed: u64,
    /// Print every valid config.
    #[arg(long)]
    enumerate: bool,
    /// Draw which share of the configs survives, value by value, into a `.svg` or `.png` file.
    #[arg(long, value_name = "FILE")]
    plot: Option<PathBuf>,
    /// Write the space for another tool instead: its parameters, and its conditions as Python.
    #[arg(long, value_name = "FORMAT", conflicts_with_all = ["sample", "enumerate", "why", "config", "plot"])]
    export: Option<export::Export>,
    /// The file that is written (default: standard output).
    #[arg(long, short = 'o', value_name = "FILE", requires = "export")]
    to: Option<PathBuf>,
    #[command(flatten)]
    rules: rules::Rules,
    /// The most edges a diagram may have before the space is streamed.
    #[arg(long, value_name = "N", default_value_t = Limits::default().edges)]
    max_edges: usize,
}

/// Values looked at for one question about a space at most; all of them together may take five times that.
const QUESTION_WORK: u64 = 100_000_000;

/// A space as far as it could be made.
enum Made {
    Exact(Box<Space>),
    Streamed(Box<Streamed>),
}

/// Describes the space; problems are an empty space, a config that breaks something, conditions without
/// a value, and errors in the file.
pub(crate) fn run(options: &Options, format: Format, table: Option<Table>) -> Result<Status> {
    if table.is_some() && options.sample.is_none() && !options.enumerate {
        bail!("rows are printed with `--enumerate` or `--sample N`");
    }
    let started = Instant::now();
    let hardware = options.rules.hardware.as_deref();
    let mut subject = Subject::open(&options.file, options.workload.as_deref(), hardware)?;
    subject.rule(&options.rules)?;
    if subject.diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return broken(options, &subject, format);
    }
    let limits = Limits { edges: options.max_edges, ..Limits::default() };
    let made = match Space::within(&subject.problem, limits) {
        Ok(space) => Made::Exact(Box::new(space)),
        Err(MakeError::TooLarge(parameters)) => {
            subject.notes.push(too_large(&subject, &parameters));
            Made::Streamed(Box::new(Streamed::of(&subject.problem)?))
        }
        Err(MakeError::Condition(constraint, diagnostic)) => {
            let located = subject.located(constraint, *diagnostic);
            subject.diagnostics.push(located);
            return broken(options, &subject, format);
        }
    };
    let milliseconds = started.elapsed().as_secs_f64() * 1e3;
    if let Some(export) = options.export {
        export::write(&subject, &made, export, options.to.as_deref())?;
        return Ok(Status::Fine);
    }
    if options.sample.is_some() || options.enumerate {
        let wanted = rows::Wanted { sample: options.sample, seed: options.seed };
        let table = table.unwrap_or(match format {
            Format::Human => Table::Csv,
            Format::Json => Table::Json,
        });
        return rows::print(&subject, &made, &wanted, table);
    }
    let asked = Limits { work: QUESTION_WORK.min(limits.work), ..limits };
    let mut explainer = Explainer::new(&subject.problem, asked)?;
    let report = answers::report(options, &subject, made, milliseconds, &mut explainer)?;
    if let Some(path) = &options.plot {
        picture::write(&report, path)?;
    }
    let undefined = undefined(&subject, &mut explainer);
    subject.diagnostics.extend(undefined);
    let is_fine = report.count != spak_records::space_report::CountRecord::Number(0)
        && report.config.as_ref().is_none_or(|config| config.valid)
        && !subject.diagnostics.iter().any(|d| d.severity == Severity::Error);
    let found = diagnostics::errors(&subject.sources, &subject.diagnostics, format);
    match format {
        Format::Human => print::report(&report)?,
        Format::Json => {
            json::result("spak.space", Diagnosed { result: report, diagnostics: found })?;
        }
    }
    Ok(if is_fine { Status::Fine } else { Status::Problems })
}

fn broken(options: &Options, subject: &Subject, format: Format) -> Result<Status> {
    let found = diagnostics::errors(&subject.sources, &subject.diagnostics, format);
    if format == Format::Json {
        let result = answers::nothing(&options.file, subject);
        json::result("spak.space", Diagnosed { result, diagnostics: found })?;
    }
    Ok(Status::Problems)
}

fn too_large(subject: &Subject, parameters: &[u32]) -> String {
    let name =
        |index: &u32| subject.problem.parameters.get(*index as usize).map(|p| p.name.as_str());
    let mut names: Vec<&str> = parameters.iter().filter_map(name).collect();
    let count = names.len();
    names.truncate(8);
    let more = if count > names.len() { ", …" } else { "" };
    format!(
        "constraints tie {count} parameters together so densely ({}{more}) that there is no diagram within the limit: configs are searched one after another, and counts are lower bounds unless the search ends",
        names.join(", ")
    )
}

/// Conditions that have no value for some configs, as errors with an example.
fn undefined(subject: &Subject, explainer: &mut Explainer) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for undefined in explainer.undefined() {
        let at = undefined.constraint as usize;
        let Some(constraint) = subject.problem.constraints.get(at) else { continue };
        let values = spak_expr::free_names(&constraint.expr);
        let example: Vec<String> = subject
            .problem
            .parameters
            .iter()
            .zip(&undefined.example)
            .filter(|(p, _)| values.contains(&p.name))
            .filter_map(|(p, index)| Some(format!("{}={}", p.name, p.values.get(*index as usize)?)))
            .collect();
        let message = format!(
            "this condition has no value for {} configs that no other excludes",
            undefined.count
        );
        let diagnostic = Diagnostic::error(
            spak_space::codes::CONDITION_WITHOUT_VALUE,
            constraint.expr.span,
            message,
        )
        .because(format!("for example with {}; such configs are not valid", example.join(", ")))
        .repair("exclude them first, as in `d == 0 or n % d == 0`");
        found.push(subject.located(Some(undefined.constraint), diagnostic));
    }
    found
}
