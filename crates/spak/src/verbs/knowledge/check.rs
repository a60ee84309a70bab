//! `spak knowledge check`: whether what was learnt still stands.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, Result};
use clap::Args;
use spak_syntax::{Diagnostic, Severity};

use crate::exit::Status;
use crate::output::{self, Format, diagnostics, json};
use crate::stale::{self, Wanted};
use crate::verbs::check;

/// What is told of a check.
#[derive(Args)]
pub(super) struct Options {
    /// Designs, libraries, or folders with some; all libraries that come with the program by default.
    of: Vec<String>,
    /// Traces with the trials that facts are from, or that came back from a node; that of the design's own loop is looked at
    /// anyway.
    #[arg(long, value_name = "FILE")]
    trace: Vec<PathBuf>,
    /// A trace of the machine as it is now: what its last run was made with is what counts as now.
    #[arg(long, value_name = "TRACE")]
    against: Option<PathBuf>,
    /// The C compiler.
    #[arg(long, default_value = "gcc", env = "SPAK_CC")]
    cc: String,
    /// Measure on this machine the witnesses of what is stale.
    #[arg(long)]
    run: bool,
    /// Ask the witnesses also of what nothing happened to, of what is about other machines, and of what was demoted before.
    #[arg(long)]
    all: bool,
    /// Pack the witnesses that need a GPU for a node; `--trace` takes what comes back.
    #[arg(long, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// The machine that a bundle is for: one of the design or of the libraries; the design's only one by default.
    #[arg(long, value_name = "NAME", requires = "bundle")]
    hardware: Option<String>,
    /// Show what would be written, but leave the texts as they are.
    #[arg(long)]
    keep_design: bool,
}

/// Set by Ctrl-C.
static STOP: AtomicBool = AtomicBool::new(false);

/// Checks; problems are what is stale, untold, unsupported or demoted now, and designs with errors.
pub(super) fn run(options: &Options, format: Format) -> Result<Status> {
    if options.run {
        ctrlc::set_handler(|| STOP.store(true, Ordering::Relaxed))
            .context("cannot listen for Ctrl-C")?;
    }
    let mut designs = Vec::new();
    let mut broken = false;
    for (path, design) in super::files(&options.of)? {
        // In a text with errors it is not certain what stands where; the others are looked at all the same.
        let errors = design.resolved.diagnostics.iter().any(|d| d.severity == Severity::Error);
        match &path {
            Some(path) if errors => {
                broken = true;
                let (design, found) = check::checked(path)?;
                let errors = found.into_iter().filter(|d| d.severity == Severity::Error);
                let errors: Vec<Diagnostic> = errors.collect();
                output::aside(&diagnostics::render(&design.sources, &errors, false));
            }
            _ => designs.push((path, design)),
        }
    }
    let wanted = Wanted {
        traces: &options.trace,
        against: options.against.as_deref(),
        cc: &options.cc,
        run: options.run,
        all: options.all,
        bundle: options.bundle.as_deref(),
        hardware: options.hardware.as_deref(),
        keeps: options.keep_design,
        format,
        cancel: &STOP,
    };
    let report = stale::check(designs, &wanted)?;
    let counts = report.counts;
    match format {
        Format::Human => stale::print(&report, options.keep_design)?,
        Format::Json => json::result("spak.knowledge-check", report)?,
    }
    let due = counts.stale + counts.untold + counts.unsupported + counts.demoted;
    Ok(if due == 0 && !broken { Status::Fine } else { Status::Problems })
}
