//! `spak compile`: configs of a design as binaries for a GPU that need not be here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use anyhow::Result;
use clap::Args;
use spak_records::compile_report::{CompileReport, CompiledConfig, CompiledState};

use crate::exit::Status;
use crate::gpu::compile::Batch;
use crate::gpu::opened::{Opened, Which, open};
use crate::output::{self, Format, json};
use crate::verbs::check::plural;

/// Notes that are shown; of a lifted design there is one for each value that nobody has code for.
const NOTES: usize = 8;

/// What `spak compile` is told.
#[derive(Args)]
pub(crate) struct Options {
    #[command(flatten)]
    which: Which,
    /// Bytecode of Tile IR instead of binaries.
    #[arg(long)]
    tile_ir: bool,
    /// Where to write sources and binaries, one of each for every kernel.
    #[arg(short = 'o', long = "out", value_name = "FOLDER")]
    out: Option<PathBuf>,
}

/// Compiles; a problem is a design with errors, or one of which no config can run.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let Some(opened) = open(&options.which, format)? else { return Ok(Status::Problems) };
    let batch = opened.compile(&options.which, options.tile_ir, format)?;
    if let Some(folder) = &options.out {
        write(&batch, folder, options.tile_ir)?;
    }
    let report = report(&options.which, &opened, &batch);
    match format {
        Format::Human => print(&report)?,
        Format::Json => json::result("spak.compile-report", &report)?,
    }
    let is_ready = report.configs.iter().any(|one| one.state == CompiledState::Ready);
    Ok(if is_ready { Status::Fine } else { Status::Problems })
}

/// Writes each kernel's source and binary under the start of its key.
fn write(batch: &Batch, folder: &std::path::Path, tile_ir: bool) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let suffix = if tile_ir { "tileirbc" } else { "cubin" };
    for one in &batch.compiled {
        for (launch, key) in one.plan.launches.iter().zip(&one.keys) {
            let Some(binary) = batch.binaries.get(key) else { continue };
            let short: String = key.chars().take(12).collect();
            let name = format!("{}_{short}", launch.kernel);
            std::fs::write(folder.join(format!("{name}.{suffix}")), binary)?;
            std::fs::write(folder.join(format!("{name}.py")), &one.source)?;
        }
    }
    Ok(())
}

fn report(which: &Which, opened: &Opened, batch: &Batch) -> CompileReport {
    let design = &opened.design;
    let configs = batch.compiled.iter().map(|one| CompiledConfig {
        workload: design
            .workloads
            .get(one.workload)
            .and_then(|w| w.specified.workload_name.clone()),
        config: one.config.clone(),
        state: one.state,
        reason: one.reason.clone(),
        kernels: one.needs.clone(),
        program: one.program.clone(),
    });
    let mut notes: Vec<String> = Vec::new();
    for note in design.workloads.iter().flat_map(|workload| &workload.specified.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    CompileReport {
        design: which.file().to_string_lossy().into_owned(),
        architecture: opened.target.architecture.clone(),
        toolchain: opened.toolchain.version.clone(),
        space: opened.space,
        configs: configs.collect(),
        kernels: batch.kernels,
        kept: batch.kept,
        seconds: batch.seconds,
        notes,
    }
}

/// A row for each config, and how many there are of each kind.
fn print(report: &CompileReport) -> Result<()> {
    let configs: Vec<_> = report.configs.iter().map(|one| &one.config).collect();
    let names = output::varied(&configs);
    let has_workloads = report.configs.iter().any(|one| one.workload.is_some());
    let mut head: Vec<&str> = if has_workloads { vec!["workload"] } else { Vec::new() };
    head.extend(names.iter().map(String::as_str));
    head.extend(["registers", "local", "shared", "threads", "blocks", "code", "seconds", "state"]);
    let rows = report.configs.iter().map(|one| {
        let mut row = Vec::new();
        if has_workloads {
            row.push(one.workload.clone().unwrap_or_default());
        }
        row.extend(
            names
                .iter()
                .map(|name| one.config.get(name).map(ToString::to_string).unwrap_or_default()),
        );
        let each = |value: &dyn Fn(&spak_records::compile_report::KernelNeeds) -> String| {
            one.kernels.iter().map(value).collect::<Vec<_>>().join(" + ")
        };
        row.push(each(&|k| k.registers.to_string()));
        row.push(each(&|k| k.local_memory.to_string()));
        row.push(each(&|k| k.shared_memory.to_string()));
        row.push(each(&|k| k.threads.to_string()));
        row.push(each(&|k| k.resident_blocks.map(|n| n.to_string()).unwrap_or_default()));
        row.push(each(&|k| k.code_size.to_string()));
        row.push(each(&|k| format!("{:.1}", k.seconds)));
        let mut state = one.state.name().to_owned();
        if let Some(reason) = &one.reason {
            state = format!("{state}: {}", reason.lines().next().unwrap_or_default());
        }
        row.push(state);
        row
    });
    let mut text = output::table(&head, rows);
    text.push('\n');
    let mut counts: BTreeMap<CompiledState, usize> = BTreeMap::new();
    for one in &report.configs {
        *counts.entry(one.state).or_default() += 1;
    }
    let mut counts: Vec<String> =
        counts.iter().map(|(state, count)| format!("{count} {}", state.name())).collect();
    let with_program =
        report.configs.iter().filter_map(|one| Some((&one.workload, one.program.as_ref()?)));
    let (all, different) =
        (with_program.clone().count(), with_program.collect::<BTreeSet<_>>().len());
    if different < all {
        counts.push(format!("{} among these", plural(different, "different program")));
    }
    text.push_str(&format!(
        "{} of {} for {}: {}; {} in {:.0} s ({} kept from before)\n",
        plural(report.configs.len(), "config"),
        report.space.map_or_else(|| "a space that cannot be counted".to_owned(), |n| n.to_string()),
        report.architecture,
        counts.join(", "),
        plural(report.kernels as usize, "kernel"),
        report.seconds,
        report.kept,
    ));
    output::result(&text)?;
    for note in report.notes.iter().take(NOTES) {
        output::aside(&format!("note: {note}\n"));
    }
    if report.notes.len() > NOTES {
        let more = report.notes.len() - NOTES;
        output::aside(&format!("note: {more} more of these; `--output json` has all\n"));
    }
    Ok(())
}
