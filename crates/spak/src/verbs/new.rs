//! `spak new`: a design to start from.

use std::path::PathBuf;

use anyhow::{Result, bail};
use clap::{Args, ValueEnum};
use spak_records::file;
use spak_records::report::NewReport;

use crate::exit::Status;
use crate::output::{self, Format, json};

/// What `spak new` is told.
#[derive(Args)]
pub(crate) struct Options {
    /// The file to write (`softmax.dsl`).
    file: PathBuf,
    /// What the design is of.
    #[arg(long, value_enum, default_value = "attention")]
    family: Family,
}

/// The designs that can be started from.
#[derive(Clone, Copy, ValueEnum)]
enum Family {
    /// Attention forward.
    Attention,
    /// Matrix product.
    Matmul,
    /// An empty system with every block.
    Empty,
}

impl Family {
    /// A design of this family called `name`: the example that the repository is shown with, without
    /// what is about the example only.
    fn text(self, name: &str) -> String {
        let (text, example) = match self {
            Self::Attention => {
                (include_str!("../../../../examples/fmha/fmha_system_v0.dsl"), "FMHA_System_v0")
            }
            Self::Matmul => (
                include_str!("../../../../examples/matmul/matmul_system_v0.dsl"),
                "Matmul_System_v0",
            ),
            Self::Empty => (include_str!("new/empty.dsl"), "NAME"),
        };
        let body = match text.strip_prefix("---\n").and_then(|t| t.split_once("\n---\n")) {
            Some((_, body)) => body.trim_start(),
            None => text,
        };
        body.replacen(example, name, 1)
    }
}

/// Writes the file; an existing one is never overwritten.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let shown = options.file.to_string_lossy().into_owned();
    if options.file.symlink_metadata().is_ok() {
        bail!("`{shown}` exists already; name another file");
    }
    let name = system_name(&options.file);
    let text = options.family.text(&name);
    file::replace(&options.file, text.as_bytes())?;
    match format {
        Format::Human => {
            output::result(&format!(
                "{shown}: a system `{name}`; `spak check {shown}` reads it\n"
            ))?;
        }
        Format::Json => json::result("spak.new", NewReport { files: vec![shown] })?,
    }
    Ok(Status::Fine)
}

/// The file's name as a system's name: letters, digits and `_`.
pub(crate) fn system_name(path: &std::path::Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem.chars().map(|c| if c.is_alphanumeric() { c } else { '_' }).collect();
    match name.chars().next() {
        Some(c) if c.is_alphabetic() || c == '_' => name,
        _ => format!("S_{name}"),
    }
}
