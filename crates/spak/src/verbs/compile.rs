//! `spak compile`: configs of a design as binaries for a GPU that need not be here.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use spak_records::compile_report::{CompileReport, CompiledConfig, CompiledState};
use spak_records::compiling::Format as Binary;
use spak_records::{Config, Toolchain};
use spak_toolchain::{CUTILE, Cache, Installed};

use crate::exit::Status;
use crate::gpu::compile::{Batch, Effort, compile};
use crate::gpu::design::{self, GpuDesign};
use crate::gpu::target::{Target, toolchain};
use crate::output::{self, Format, json};
use crate::verbs::check;
use crate::verbs::check::plural;

/// Which configs of which design are compiled for which machine.
#[derive(Args)]
pub(crate) struct Which {
    /// The design.
    file: PathBuf,
    /// The architecture, from `sm_80` to `sm_121`; that of the machine by default.
    #[arg(long, value_name = "SM")]
    arch: Option<String>,
    /// The machine: one of the design or of the libraries (`H200`), or a `.dsl` file; the design's only one by default.
    #[arg(long)]
    hardware: Option<String>,
    /// Only this workload; all of them by default.
    #[arg(long)]
    workload: Option<String>,
    /// The most configs; of more, so many are drawn.
    #[arg(long, value_name = "N", default_value_t = 1000)]
    limit: u64,
    /// The seed of what is drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Kernels compiled at once; as many as there are cores by default.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Seconds that the compiler may take for a kernel.
    #[arg(long, value_name = "SECONDS", default_value_t = 120.0)]
    timeout: f64,
}

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

/// All that is needed to compile.
pub(crate) struct Opened {
    pub(crate) cache: Cache,
    pub(crate) installed: Installed,
    pub(crate) toolchain: Toolchain,
    pub(crate) target: Target,
    pub(crate) design: GpuDesign,
    /// Configs with the place of their workload.
    pub(crate) pairs: Vec<(usize, Config)>,
    /// Valid configs, if they can be counted.
    pub(crate) space: Option<u64>,
}

impl Which {
    /// The design.
    pub(crate) fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// The seed.
    pub(crate) fn seed(&self) -> u64 {
        self.seed
    }
}

/// Reads the design and chooses configs; nothing if it has errors, which are shown.
///
/// # Errors
/// No compiler, no machine, a design that is none for a GPU.
pub(crate) fn open(which: &Which, format: Format) -> Result<Option<Opened>> {
    if !(which.timeout > 0.0 && which.timeout <= 86_400.0) {
        bail!(
            "`--timeout` is {}, and needs to be more than nothing and at most a day",
            which.timeout
        );
    }
    let cache = Cache::of_user()?;
    let installed = Installed::of(&CUTILE, &cache)?;
    let target = Target::find(&which.file, which.arch.as_deref(), which.hardware.as_deref())?;
    let toolchain = toolchain(&installed)?;
    let wanted = which.workload.as_deref();
    let design = match design::open(&which.file, wanted, &target.device(), &toolchain)? {
        Ok(design) => design,
        Err((design, found)) => {
            check::show(&which.file, &design, &found, format)?;
            return Ok(None);
        }
    };
    let mut space = Some(0_u64);
    let mut pairs: Vec<(usize, Config)> = Vec::new();
    for (at, workload) in design.workloads.iter().enumerate() {
        let configs = workload.configs(which.limit, which.seed)?;
        space = space.and_then(|all| all.checked_add(configs.space?));
        pairs.extend(configs.configs.into_iter().map(|config| (at, config)));
    }
    Ok(Some(Opened { cache, installed, toolchain, target, design, pairs, space }))
}

impl Opened {
    /// Compiles what was chosen.
    ///
    /// # Errors
    /// A compiler that cannot be started, an answer that cannot be kept.
    pub(crate) fn compile(&self, which: &Which, tile_ir: bool, format: Format) -> Result<Batch> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let effort = Effort {
            workers: which.jobs.unwrap_or(cores).clamp(1, 1024),
            limit: Duration::from_secs_f64(which.timeout),
            format: if tile_ir { Binary::TileIr } else { Binary::Cubin },
        };
        let bar = bar(format);
        let compiler = (&self.installed, &self.cache);
        let workloads = &self.design.workloads;
        let batch =
            compile(workloads, &self.pairs, &self.target, compiler, effort, &mut |done, all| {
                bar.set_length(all as u64);
                bar.set_position(done as u64);
                true
            })?;
        bar.finish_and_clear();
        Ok(batch)
    }

    /// Different configs that were chosen.
    pub(crate) fn configs(&self) -> String {
        let ids: BTreeSet<_> = self.pairs.iter().map(|(_, config)| config.id()).collect();
        plural(ids.len(), "config")
    }
}

/// Compiles; a problem is a design with errors, or one of which no config can run.
pub(crate) fn run(options: &Options, format: Format) -> Result<Status> {
    let Some(opened) = open(&options.which, format)? else { return Ok(Status::Problems) };
    let batch = opened.compile(&options.which, options.tile_ir, format)?;
    if let Some(folder) = &options.out {
        write(&opened.design, &batch, folder, options.tile_ir)?;
    }
    let report = report(&options.which, &opened, &batch);
    match format {
        Format::Human => print(&report)?,
        Format::Json => json::result("spak.compile-report", &report)?,
    }
    let is_ready = report.configs.iter().any(|one| one.state == CompiledState::Ready);
    Ok(if is_ready { Status::Fine } else { Status::Problems })
}

fn bar(format: Format) -> ProgressBar {
    if matches!(format, Format::Json) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    if let Ok(style) = ProgressStyle::with_template("{wide_bar} {pos} of {len} kernels, {elapsed}")
    {
        bar.set_style(style);
    }
    bar
}

/// Writes each kernel's source and binary under the start of its key.
fn write(design: &GpuDesign, batch: &Batch, folder: &std::path::Path, tile_ir: bool) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let suffix = if tile_ir { "tileirbc" } else { "cubin" };
    for one in &batch.compiled {
        let Some(workload) = design.workloads.get(one.workload) else { continue };
        for (launch, key) in one.plan.launches.iter().zip(&one.keys) {
            let Some(binary) = batch.binaries.get(key) else { continue };
            let short: String = key.chars().take(12).collect();
            let name = format!("{}_{short}", launch.kernel);
            std::fs::write(folder.join(format!("{name}.{suffix}")), binary)?;
            std::fs::write(folder.join(format!("{name}.py")), workload.source(&one.config)?)?;
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
    });
    let mut notes: Vec<String> = Vec::new();
    for note in design.workloads.iter().flat_map(|workload| &workload.specified.notes) {
        if !notes.contains(note) {
            notes.push(note.clone());
        }
    }
    CompileReport {
        design: which.file.to_string_lossy().into_owned(),
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
    let names = varied(&report.configs);
    let has_workloads = report.configs.iter().any(|one| one.workload.is_some());
    let mut head: Vec<&str> = if has_workloads { vec!["workload"] } else { Vec::new() };
    head.extend(names.iter().map(String::as_str));
    head.extend(["registers", "local", "shared", "threads", "code", "seconds", "state"]);
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
    let mut counts: BTreeMap<CompiledState, usize> = BTreeMap::new();
    for one in &report.configs {
        *counts.entry(one.state).or_default() += 1;
    }
    let counts: Vec<String> =
        counts.iter().map(|(state, count)| format!("{count} {}", state.name())).collect();
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
    for note in &report.notes {
        output::aside(&format!("note: {note}\n"));
    }
    Ok(())
}

/// Names whose values differ between configs.
fn varied(configs: &[CompiledConfig]) -> Vec<String> {
    let Some(first) = configs.first() else { return Vec::new() };
    let differs =
        |name: &&String| configs.iter().any(|one| one.config.get(name) != first.config.get(name));
    first.config.0.keys().filter(differs).cloned().collect()
}
