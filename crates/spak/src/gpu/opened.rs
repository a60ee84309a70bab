//! What `spak compile` and `spak bundle` begin with: a design, a machine, the configs that are wanted, a compiler.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Result, bail};
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use spak_records::compiling::Format as Binary;
use spak_records::{Config, Toolchain};
use spak_toolchain::{CUTILE, Cache, Installed};

use crate::gpu::bundle::check_problems;
use crate::gpu::compile::{Batch, Effort, compile};
use crate::gpu::cover::Cover;
use crate::gpu::design::{self, GpuDesign, GpuWorkload};
use crate::gpu::target::{Target, toolchain};
use crate::output::{self, Format};
use crate::verbs::check;
use crate::verbs::check::plural;

/// Configs that are compiled where nobody says how many.
const MANY: u64 = 1000;
/// Configs that are run on a CPU where nobody says how many.
const FEW: u64 = 8;

/// Seconds for a kernel where nobody says how many.
pub(crate) const TIMEOUT: f64 = 120.0;

/// Which configs of which design are compiled for which machine.
#[derive(Args, Clone)]
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
    /// The most configs; of more, so many are drawn: 1000 by default, 8 where they are verified.
    #[arg(long, value_name = "N")]
    limit: Option<u64>,
    /// Instead of drawing: configs that together have every value, or every two; or the first one and those near it.
    #[arg(long, value_enum)]
    cover: Option<Cover>,
    /// The seed of what is drawn.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Choose configs as if the design knew nothing.
    #[arg(long)]
    ignore_knowledge: bool,
    /// Only tuning parameters vary: each design axis keeps its first value, which is what a lifted source does.
    #[arg(long)]
    tuning_only: bool,
    /// Kernels compiled at once; as many as there are cores by default.
    #[arg(short, long, value_name = "N")]
    jobs: Option<usize>,
    /// Seconds that the compiler may take for a kernel.
    #[arg(long, value_name = "SECONDS", default_value_t = TIMEOUT)]
    timeout: f64,
}

/// All that is needed to compile.
#[derive(Clone)]
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
    /// Configs of a design for a machine, as a command without options chooses them.
    pub(crate) fn new(file: PathBuf, workload: Option<String>, hardware: Option<String>) -> Self {
        Self {
            file,
            arch: None,
            hardware,
            workload,
            limit: None,
            cover: None,
            seed: 0,
            ignore_knowledge: false,
            tuning_only: false,
            jobs: None,
            timeout: TIMEOUT,
        }
    }

    /// A compiler that takes longer than so many seconds for a kernel is ended.
    pub(crate) fn within(self, timeout: f64) -> Self {
        Self { timeout, ..self }
    }

    /// So many configs at most.
    pub(crate) fn limited(self, limit: u64) -> Self {
        Self { limit: Some(limit as _), ..self }
    }

    /// The first config alone, which is enough to know the problem.
    pub(crate) fn only_one(&self) -> Self {
        Self { limit: Some(1), ..self.clone() }
    }

    /// What is chosen by chance is chosen with `seed`.
    pub(crate) fn seeded(self, seed: u64, ignore_knowledge: bool) -> Self {
        Self { seed, ignore_knowledge, ..self }
    }

    /// Whether configs are chosen for their values, not for what may come of them.
    pub(crate) fn covers(&self) -> bool {
        self.cover.is_some()
    }

    /// The workload that is wanted.
    pub(crate) fn workload(&self) -> Option<&str> {
        self.workload.as_deref()
    }

    /// The design.
    pub(crate) fn file(&self) -> &std::path::Path {
        &self.file
    }

    /// Few configs where nobody says how many.
    pub(crate) fn few(&mut self) {
        if self.cover.is_none() {
            self.limit.get_or_insert(FEW);
        }
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
    let limit = which.limit.unwrap_or(if which.cover.is_some() { u64::MAX } else { MANY });
    let mut design = match design::open(&which.file, wanted, &target.device(), &toolchain)? {
        Ok(design) => design,
        Err((design, found)) => {
            check::show(&which.file, &design, &found, format)?;
            return Ok(None);
        }
    };
    if which.tuning_only {
        design.keep_first_values_of_axes();
    }
    if which.ignore_knowledge {
        design.forget();
    }
    let (mut space, mut advised_against) = (Some(0_u64), 0);
    let mut pairs: Vec<(usize, Config)> = Vec::new();
    for (at, workload) in design.workloads.iter().enumerate() {
        let configs = workload.configs(limit, which.seed, which.cover)?;
        space = space.and_then(|all| all.checked_add(configs.space?));
        advised_against += configs.advised_against;
        pairs.extend(configs.configs.into_iter().map(|config| (at, config)));
    }
    if advised_against > 0 {
        let left_out = plural(usize::try_from(advised_against).unwrap_or(usize::MAX), "config");
        output::aside(&format!(
            "{left_out} left out: the design's knowledge advises against them\n"
        ));
    }
    Ok(Some(Opened { cache, installed, toolchain, target, design, pairs, space }))
}

impl Opened {
    /// The first workload of the design with these configs.
    pub(crate) fn with(&self, configs: &[Config]) -> Self {
        let mut other = self.clone();
        other.design.workloads.truncate(1);
        other.pairs = configs.iter().map(|config| (0, config.clone())).collect();
        other
    }

    /// Adds the small problems on which kernels are checked, too, behind the workloads of the design.
    ///
    /// # Errors
    /// A formula of an operator's description has no value.
    pub(crate) fn add_checks(&mut self) -> Result<()> {
        for (at, problem) in check_problems(&self.design.workloads)? {
            let Some(like) = self.design.workloads.get(at) else { continue };
            let small = GpuWorkload { problem, ..like.clone() };
            let own: Vec<_> = self.pairs.iter().filter(|(of, _)| *of == at).cloned().collect();
            let place = self.design.workloads.len();
            self.design.workloads.push(small);
            self.pairs.extend(own.into_iter().map(|(_, config)| (place, config)));
        }
        Ok(())
    }

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
        let bar = bar(format, "kernels");
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

/// A bar of what is done, of which there are so many `things`; none where nobody looks.
pub(crate) fn bar(format: Format, things: &str) -> ProgressBar {
    if matches!(format, Format::Json) {
        return ProgressBar::hidden();
    }
    let bar = ProgressBar::new(0);
    let template = format!("{{wide_bar}} {{pos}} of {{len}} {things}, {{elapsed}}");
    if let Ok(style) = ProgressStyle::with_template(&template) {
        bar.set_style(style);
    }
    bar
}
