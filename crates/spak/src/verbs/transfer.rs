//! `spak transfer`: what a design of one operator tells of another, and a design of that to go on from.

mod print;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, anyhow, bail};
use clap::Args;
use spak_exchange::results;
use spak_model::system::System;
use spak_records::file;

use crate::exit::Status;
use crate::gpu::design::CUTILE;
use crate::ontology::{self, Described};
use crate::output::{self, Format, diagnostics, json};
use crate::project;
use crate::transfer::{Source, draft, transfer};
use crate::verbs::new::system_name;

/// What `spak transfer` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// Where from: a design (`fmha.dsl`), or the name of an operator, which stands for all that its templates can choose.
    source: String,
    /// Where to: the name of an operator (`layer_norm`), or a `.dsl` file with an `operator` that describes one.
    target: String,
    /// The design to write; an existing file is never overwritten.
    #[arg(long, short, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Measurements of the target (T4 or a cache of Kernel Tuner), whose names and values are what it really has; by default its
    /// templates say that.
    #[arg(long, value_name = "FILE")]
    measured: Option<PathBuf>,
    /// The back end (`cutile`, `c`, `cuda`, `triton`): of the source where no design says it, and of kernels that were measured.
    #[arg(long, value_name = "NAME")]
    backend: Option<String>,
    /// Also what came out as foreseen, and what the target has no use for.
    #[arg(long)]
    all: bool,
}

/// Compares, and writes; problems are those of the source.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if let Some(out) = options.out.as_ref().filter(|out| out.symlink_metadata().is_ok()) {
        bail!("`{}` exists already; name another file", out.display());
    }
    let mut own = Vec::new();
    let mut broken = false;
    let design = match options.source.ends_with(".dsl") {
        true => Some(project::open(Path::new(&options.source))?),
        false => None,
    };
    if let Some(design) = &design {
        let found = design.errors();
        if !found.is_empty() {
            output::aside(&diagnostics::render(&design.sources, &found, false));
            broken = true;
        }
        own = ontology::own(&design.resolved.entries);
    }
    let ontology = ontology::with(&own);
    let source = match &design {
        Some(design) => {
            let system = System::of(&design.resolved.entries);
            let libraries = design.resolved.imports.iter().map(|import| import.spec.clone());
            let libraries = libraries.filter(|spec| spec.starts_with("std/")).collect();
            Source::of_design(&ontology, &options.source, &system, libraries)
                .with_context(|| format!("cannot begin with `{}`", options.source))?
        }
        None => {
            let backend = options.backend.as_deref().unwrap_or(CUTILE);
            Source::of_operator(ontology::described(&ontology, &options.source, backend)?)
        }
    };
    let backend = source.side.scope.backend.clone().unwrap_or_else(|| CUTILE.to_owned());
    let mut target: Described = ontology::described(&ontology, &options.target, &backend)?;
    if options.measured.is_some() {
        // What is not known of who wrote them restricts nothing.
        target.side.scope.backend.clone_from(&options.backend);
    }
    if target.side.scope.operator == source.side.scope.operator {
        bail!(
            "`{}` is of {} already: there is nothing to carry over",
            options.source,
            options.target
        );
    }
    let measured = options.measured.as_deref().map(read).transpose()?;
    let told = measured.as_ref().map(|(file, recorded)| (file.as_str(), recorded));
    if told.is_none() && !target.has_templates {
        bail!(
            "there are no templates of {backend} for `{}`, so that nothing says what it has; `--measured FILE` does",
            target.operator
        );
    }
    let mut transferred = transfer(&ontology, &source, &mut target, told);
    if let Some(out) = &options.out {
        let text = draft(&ontology, &system_name(out), &source, &target, &transferred);
        file::replace(out, text.as_bytes())?;
        transferred.report.written = Some(out.to_string_lossy().into_owned());
    }
    match format {
        Format::Human => output::result(&print::report(&transferred.report, options.all))?,
        Format::Json => json::result("spak.transfer", transferred.report)?,
    }
    Ok(if broken { Status::Problems } else { Status::Fine })
}

fn read(path: &Path) -> Result<(String, results::Recorded)> {
    let shown = path.to_string_lossy().into_owned();
    let bytes = std::fs::read(path).with_context(|| format!("cannot read `{shown}`"))?;
    let read = results::read(&bytes).map_err(|problem| anyhow!("{shown}: {}", problem.message))?;
    Ok((shown, read.recorded))
}
