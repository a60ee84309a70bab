//! `spak lock`: pin what a design imports.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Args;
use spak_records::file;
use spak_records::report::LockReport;

use crate::exit::Status;
use crate::output::{self, Format, json};
use crate::project;

/// What `spak lock` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design; the lock file is written beside it.
    file: PathBuf,
    /// Write nothing; problems are that the lock file is not up to date.
    #[arg(long)]
    check: bool,
}

/// Writes the lock file, or says whether it is up to date.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let design = project::open(&options.file)?;
    let path = project::lock_path(&options.file);
    let wanted = project::lock_of(&design);
    let is_current = project::read_lock(&path).ok().flatten().as_ref() == Some(&wanted);
    let status = match (is_current, options.check) {
        (true, _) => "unchanged",
        (false, true) => "stale",
        (false, false) => {
            let mut text = serde_json::to_string_pretty(&wanted)?;
            text.push('\n');
            file::replace(&path, text.as_bytes())
                .with_context(|| format!("cannot write `{}`", path.display()))?;
            "written"
        }
    };
    let shown = path.to_string_lossy().into_owned();
    match format {
        Format::Human => output::result(&format!("{shown}: {status}, {} files pinned\n", wanted.imports.len()))?,
        Format::Json => {
            let report = LockReport { file: shown, status: status.to_owned(), imports: wanted.imports };
            json::result("spak.lock-report", report)?;
        }
    }
    Ok(if status == "stale" { Status::Problems } else { Status::Fine })
}
