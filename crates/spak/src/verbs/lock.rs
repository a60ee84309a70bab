//! `spak lock`: pin what a design imports.

use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::Args;
use spak_records::file;
use spak_records::report::{Lock, LockReport};

use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project;
use crate::verbs::check::plural;

/// What `spak lock` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The design; the lock file is written beside it.
    file: PathBuf,
    /// Write nothing; problems are that the lock file is not up to date.
    #[arg(long)]
    check: bool,
}

/// Writes the lock file, or says whether it is up to date; problems are also imports that cannot be read.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let design = project::open_unlocked(&options.file)?;
    let path = project::lock_path(&options.file);
    let old = old_pins(&path)?;
    let (wanted, own) = project::add_pins(old.as_ref(), &design);
    let errors = design.errors();
    let status = if !errors.is_empty() {
        "refused"
    } else if old.as_ref() == Some(&wanted)
        || old.is_none() && wanted.imports.is_empty() && !path.exists()
    {
        "unchanged"
    } else if options.check {
        "stale"
    } else {
        let mut text = serde_json::to_string_pretty(&wanted)?;
        text.push('\n');
        file::replace(&path, text.as_bytes())?;
        "written"
    };
    let shown = path.to_string_lossy().into_owned();
    let diagnostics = diagnostics::errors(&design.sources, &errors, format);
    match format {
        Format::Human => {
            let said = match status {
                "refused" => "left alone, the design has errors",
                "stale" => "not up to date; `spak lock` pins what is imported now",
                other => other,
            };
            output::result(&format!("{shown}: {said}; {}\n", plural(own.len(), "file")))?;
        }
        Format::Json => {
            let result = LockReport { file: shown, status: status.to_owned(), imports: own };
            json::result("spak.lock-report", Diagnosed { result, diagnostics })?;
        }
    }
    Ok(if matches!(status, "stale" | "refused") { Status::Problems } else { Status::Fine })
}

/// The pins there are; a file that is no lock file is written anew, one that a newer SPAK wrote is not.
fn old_pins(path: &Path) -> Result<Option<Lock>> {
    match project::read_lock(path) {
        Err(error) if error.is::<project::NotALock>() => Ok(None),
        other => other,
    }
}
