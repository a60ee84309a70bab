//! `spak hash`: the identity of a design.

use anyhow::Result;
use clap::Args;
use spak_model::normal;
use spak_records::report::{HashReport, HashedFile};

use crate::cli::Files;
use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project;

/// What `spak hash` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    files: Files,
}

/// Prints the hash of each design's normal form; problems are designs that could not be read whole.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let mut files = Vec::new();
    let mut diagnostics = Vec::new();
    for path in &options.files.files {
        let design = project::open(path)?;
        let hash = normal::hash(&design.resolved.entries);
        diagnostics.extend(diagnostics::errors(&design.sources, &design.errors(), format));
        if format == Format::Human {
            output::result(&format!("{hash}  {}\n", path.display()))?;
        }
        files.push(HashedFile { file: path.to_string_lossy().into_owned(), design: hash });
    }
    let status = if diagnostics.is_empty() { Status::Fine } else { Status::Problems };
    if format == Format::Json {
        json::result("spak.hash", Diagnosed { result: HashReport { files }, diagnostics })?;
    }
    Ok(status)
}
