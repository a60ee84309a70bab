//! `spak diff`: what is different between two designs, by meaning; of kernels, axis by axis.

mod lifted;

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};
use clap::Args;
use spak_model::diff::{Change, What, diff};
use spak_records::report::{ChangeRecord, DiffReport};

use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project::{self, Sources};

/// What `spak diff` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The old design (`.dsl`), or the source of a kernel (`.py`, `.py:NAME` for one of several).
    old: PathBuf,
    /// The new one.
    new: PathBuf,
    /// The kernel that is meant on both sides, where files have several.
    #[arg(long, value_name = "NAME")]
    kernel: Option<String>,
    /// Of kernels, show also what is the same.
    #[arg(long)]
    all: bool,
    /// A pack of patterns for kernels (`.dsl`) besides those that come with the program.
    #[arg(long, value_name = "FILE")]
    pack: Vec<PathBuf>,
}

/// Prints the differences; problems are that there are some, or that a design could not be read whole.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    if lifted::is_wanted(options) {
        return lifted::run(options, format);
    }
    if options.kernel.is_some() || options.all || !options.pack.is_empty() {
        bail!(
            "`--kernel`, `--all` and `--pack` are for sources of kernels, and both files are designs"
        );
    }
    let old = project::open(&options.old)?;
    let new = project::open(&options.new)?;
    let mut diagnostics = diagnostics::errors(&old.sources, &old.errors(), format);
    diagnostics.extend(diagnostics::errors(&new.sources, &new.errors(), format));
    let changes = diff(&old.resolved.entries, &new.resolved.entries);
    let status =
        if changes.is_empty() && diagnostics.is_empty() { Status::Fine } else { Status::Problems };
    let changes: Vec<ChangeRecord> =
        changes.iter().map(|c| record(&old.sources, &new.sources, c)).collect();
    match format {
        Format::Json => {
            let name = |path: &Path| path.to_string_lossy().into_owned();
            let result = DiffReport { old: name(&options.old), new: name(&options.new), changes };
            json::result("spak.diff", Diagnosed { result, diagnostics })?;
        }
        Format::Human => {
            let text: String = changes.iter().map(line).collect();
            output::result(if text.is_empty() { "no difference in meaning\n" } else { &text })?;
        }
    }
    Ok(status)
}

fn record(old: &Sources, new: &Sources, change: &Change) -> ChangeRecord {
    let (what, before, after) = match &change.what {
        What::Added(content) => ("added", None, Some(content.clone())),
        What::Removed(content) => ("removed", Some(content.clone()), None),
        What::Changed(before, after) => ("changed", Some(before.clone()), Some(after.clone())),
        What::Reordered => ("reordered", None, None),
    };
    ChangeRecord {
        path: change.path.clone(),
        what: what.to_owned(),
        before,
        after,
        old: change.old.map(|(file, span)| json::place(old, file, span)),
        new: change.new.map(|(file, span)| json::place(new, file, span)),
    }
}

fn line(change: &ChangeRecord) -> String {
    let path: Vec<&str> =
        change.path.iter().map(|p| if p.is_empty() { "line" } else { p.as_str() }).collect();
    let path = path.join(" › ");
    let block = |text: &str| text.trim_end().replace('\n', "\n    ");
    match (change.before.as_deref(), change.after.as_deref()) {
        (None, Some(after)) => format!("+ {path}\n    {}\n", block(after)),
        (Some(before), None) => format!("- {path}\n    {}\n", block(before)),
        (Some(before), Some(after)) => {
            format!("~ {path}\n  - {}\n  + {}\n", block(before), block(after))
        }
        (None, None) => format!("~ {path}: the same items in another order\n"),
    }
}
