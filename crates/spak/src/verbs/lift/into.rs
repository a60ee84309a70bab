//! `spak lift FILE --into DESIGN`: what was lifted goes into a design that is there.

use std::path::Path;

use anyhow::{Context as _, Result};
use spak_records::lift_report::{LiftIntoReport, LiftReport};
use spak_syntax::FileId;

use crate::exit::Status;
use crate::lifting::draft;
use crate::lifting::merge::{Design, merge};
use crate::lifting::select::chosen;
use crate::output::json::Diagnosed;
use crate::output::{self, Format, diagnostics, json};
use crate::project;
use crate::verbs::check;

/// Merges one kernel into a design; problems are what the design says otherwise.
pub(super) fn run(
    report: &LiftReport,
    path: &Path,
    kernel: Option<&str>,
    format: Format,
) -> Result<Status> {
    let shown = path.to_string_lossy().into_owned();
    let design = project::open(path)?;
    let text = design.sources.text(FileId(0)).to_owned();
    let (file, kernel) = chosen(report, kernel, &text)?;
    let parts = draft::parts(file, kernel);
    let wanted = Design { text: &text, file: FileId(0), entries: &design.resolved.entries };
    let mut check = |text: &str| check::text_of(path, text);
    let merged = merge(&wanted, &parts, &mut check)
        .with_context(|| format!("cannot write into `{shown}`"))?;
    if !merged.edits.is_empty() {
        std::fs::write(path, &merged.text).with_context(|| format!("cannot write `{shown}`"))?;
    }
    let is_fine = merged.conflicts.is_empty();
    match format {
        Format::Human => {
            output::rendered(&diagnostics::render(&design.sources, &merged.conflicts, false));
            let mut said: String = merged.added.iter().map(|name| format!("+ {name}\n")).collect();
            let conflicts = check::plural(merged.conflicts.len(), "conflict");
            said.push_str(&match merged.added.len() {
                0 => format!("{shown}: unchanged; {conflicts}\n"),
                count => format!("{shown}: {count} added; {conflicts}\n"),
            });
            output::result(&said)?;
        }
        Format::Json => {
            let all = merged.conflicts.iter();
            let diagnostics = all.map(|one| json::diagnostic(&design.sources, one)).collect();
            let result = LiftIntoReport {
                design: shown,
                file: file.path.clone(),
                kernel: kernel.name.clone(),
                added: merged.added,
            };
            json::result("spak.lift-into", Diagnosed { result, diagnostics })?;
        }
    }
    Ok(if is_fine { Status::Fine } else { Status::Problems })
}
