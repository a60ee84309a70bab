//! `spak lift FILE --into DESIGN`: what was lifted goes into a design that is there.

use std::path::Path;

use anyhow::{Context as _, Result, bail};
use spak_records::lift_report::{LiftIntoReport, LiftReport, LiftedFile, LiftedKernel};
use spak_syntax::FileId;

use crate::exit::Status;
use crate::lifting::merge::{Design, merge};
use crate::lifting::parts::{Parts, identifier};
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
    let parts = Parts::of(file, kernel);
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

/// The kernel that is named; else the only one, or the one that the design is called by.
fn chosen<'r>(
    report: &'r LiftReport,
    wanted: Option<&str>,
    design: &str,
) -> Result<(&'r LiftedFile, &'r LiftedKernel)> {
    let all: Vec<(&LiftedFile, &LiftedKernel)> =
        report.files.iter().flat_map(|file| file.kernels.iter().map(move |k| (file, k))).collect();
    let names: Vec<&str> = all.iter().map(|(_, kernel)| kernel.name.as_str()).collect();
    let items = spak_syntax::ast::file(&spak_syntax::parse(design)).items;
    let heads = items.iter().filter_map(|item| item.head());
    let systems: Vec<&str> = heads
        .filter(|head| head.keyword() == "system")
        .filter_map(|head| Some(head.name()?.text.as_str()))
        .collect();
    let is_wanted = |kernel: &LiftedKernel| match wanted {
        Some(name) => kernel.name == name,
        None => all.len() == 1 || systems.contains(&identifier(&kernel.name).as_str()),
    };
    let mut those = all.iter().filter(|(_, kernel)| is_wanted(kernel));
    match (those.next(), those.next(), wanted) {
        (Some(one), None, _) => Ok(*one),
        (Some(_), Some(_), _) | (None, _, None) if !names.is_empty() => {
            bail!("a design is of one kernel; choose with `--kernel`: {}", names.join(", "))
        }
        (_, _, Some(name)) => bail!("there is no kernel `{name}`; there are: {}", names.join(", ")),
        _ => bail!("no kernels were found"),
    }
}
