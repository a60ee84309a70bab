//! `spak fmt`: the one standard layout.

use anyhow::Result;
use clap::Args;
use spak_records::file;
use spak_records::report::{FormatReport, FormattedFile};
use spak_syntax::FileId;

use crate::cli::Files;
use crate::exit::Status;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project::{Sources, is_standard_input};

/// What `spak fmt` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    files: Files,
    /// Change nothing; problems are files that are not laid out so.
    #[arg(long)]
    check: bool,
}

/// Lays out every file, or says which are not.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let mut report = FormatReport { files: Vec::new() };
    let mut found = Vec::new();
    let mut status = Status::Fine;
    for path in &options.files.files {
        let shown = path.to_string_lossy().into_owned();
        let mut sources = Sources::default();
        let id = sources.read(path, &shown)?;
        let text = sources.text(id);
        let undecodable = sources.get(id).and_then(|f| f.source.diagnostic());
        let formatted = spak_syntax::format(text);
        let mut wrong = formatted.diagnostics.clone();
        wrong.extend(undecodable);
        let state = if !wrong.is_empty() {
            status = Status::Problems;
            let all: Vec<_> = wrong.into_iter().map(|d| d.in_file(FileId(0))).collect();
            found.extend(diagnostics::errors(&sources, &all, format));
            "skipped"
        } else if is_standard_input(path) && !options.check {
            // A filter: what is read from the pipe is written on.
            if format == Format::Human {
                output::result(&formatted.text)?;
            }
            "unchanged"
        } else if formatted.text == text {
            "unchanged"
        } else {
            if options.check {
                status = Status::Problems;
            } else {
                file::replace(path, formatted.text.as_bytes())?;
            }
            "changed"
        };
        if format == Format::Human && state != "unchanged" {
            let verb = match (state, options.check) {
                ("changed", true) => "would be laid out anew",
                ("changed", false) => "laid out anew",
                _ => "left alone, it has errors",
            };
            output::result(&format!("{shown}: {verb}\n"))?;
        }
        report.files.push(FormattedFile { file: shown, status: state.to_owned() });
    }
    if format == Format::Json {
        json::result("spak.fmt", Diagnosed { result: report, diagnostics: found })?;
    }
    Ok(status)
}
