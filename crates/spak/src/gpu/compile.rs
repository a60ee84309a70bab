//! From configs to binaries: what is started for each workload, each kernel compiled once, and what its binary says.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use anyhow::Result;
use spak_cubin::Cubin;
use spak_model::Literal;
use spak_records::compile_report::{CompiledState, KernelNeeds};
use spak_records::compiling::{Array, Format, Job, LaunchPlan, LaunchQuestion};
use spak_records::gpu::ArrayPlan;
use spak_records::{Config, ContentHash};
use spak_toolchain::{Cache, Installed, Kept, Outcome, Planner, Pool, key};

use crate::engine::specify::OF_BINARIES;
use crate::engine::symbols::Symbols;
use crate::gpu::design::GpuWorkload;
use crate::gpu::target::Target;
use crate::gpu::twins::{Started, program};

/// How compiling is done.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Effort {
    pub(crate) workers: usize,
    /// For one kernel.
    pub(crate) limit: Duration,
    pub(crate) format: Format,
}

/// A config for one workload, compiled.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    /// Which workload, by its place.
    pub(crate) workload: usize,
    pub(crate) config: Config,
    /// Its source; empty if there is none.
    pub(crate) source: String,
    pub(crate) state: CompiledState,
    pub(crate) reason: Option<String>,
    /// Arrays of the problem as the kernel sees them; none if it could not be planned.
    pub(crate) arrays: Vec<ArrayPlan>,
    pub(crate) plan: LaunchPlan,
    /// The key of each launch's kernel.
    pub(crate) keys: Vec<String>,
    pub(crate) needs: Vec<KernelNeeds>,
    /// What runs, from whatever it was made; where there are binaries for all of it.
    pub(crate) program: Option<ContentHash>,
}

/// What came of all configs.
#[derive(Clone, Debug, Default)]
pub(crate) struct Batch {
    pub(crate) compiled: Vec<Compiled>,
    /// Binaries by their keys.
    pub(crate) binaries: BTreeMap<String, Vec<u8>>,
    pub(crate) kernels: u64,
    pub(crate) kept: u64,
    pub(crate) seconds: f64,
}

impl Compiled {
    /// What runs for the workload.
    fn program(&self, binaries: &BTreeMap<String, Vec<u8>>) -> Option<ContentHash> {
        let launches = self.plan.launches.iter().zip(&self.keys);
        let started = launches.map(|(launch, key)| {
            let (kernel, grid) = (launch.kernel.as_str(), launch.grid);
            let binary = binaries.get(key).map_or(&[][..], Vec::as_slice);
            Started { kernel, grid, arguments: &launch.arguments, binary }
        });
        program(&self.arrays, &self.plan.scratch, started)
    }
}

/// What is told while it goes on: how many of all kernels are there.
pub(crate) type Told<'a> = &'a mut dyn FnMut(usize, usize) -> bool;

/// Compiles configs for workloads, each pair by the places of both.
///
/// # Errors
/// A compiler that cannot be started, an answer that cannot be kept; what compilers and templates say of a config is none.
pub(crate) fn compile(
    workloads: &[GpuWorkload],
    configs: &[(usize, Config)],
    target: &Target,
    (toolchain, cache): (&Installed, &Cache),
    effort: Effort,
    told: Told<'_>,
) -> Result<Batch> {
    let mut planner = Planner::new(toolchain);
    let mut compiled = Vec::with_capacity(configs.len());
    let mut jobs: Vec<Job> = Vec::new();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for (at, config) in configs {
        let Some(workload) = workloads.get(*at) else { continue };
        let mut one = planned(workload, *at, config, target, &mut planner)?;
        if one.state == CompiledState::Ready {
            for launch in &one.plan.launches {
                let job = Job {
                    source: one.source.clone(),
                    kernel: launch.kernel.clone(),
                    hints: launch.hints.clone(),
                    parameters: launch.parameters.clone(),
                    architecture: target.architecture.clone(),
                    format: effort.format,
                };
                let key = key(&job, toolchain.identity());
                places.entry(key.clone()).or_insert_with(|| {
                    jobs.push(job);
                    jobs.len() - 1
                });
                one.keys.push(key);
            }
        }
        compiled.push(one);
    }
    let mut batch = Batch { compiled, kernels: jobs.len() as u64, ..Batch::default() };
    let mut outcomes: Vec<Option<Outcome>> = vec![None; jobs.len()];
    let begin = Instant::now();
    let kept = Kept::of(cache);
    let pool = Pool { toolchain, kept: &kept, workers: effort.workers, limit: effort.limit };
    let mut done = 0;
    pool.compile(&jobs, &mut |progress| {
        done += 1;
        batch.kept += u64::from(progress.was_kept);
        if let Some(outcome) = outcomes.get_mut(progress.job) {
            *outcome = Some(progress.outcome);
        }
        told(done, jobs.len())
    })?;
    batch.seconds = begin.elapsed().as_secs_f64();
    for one in &mut batch.compiled {
        for (launch, key) in one.plan.launches.iter().zip(&one.keys) {
            let outcome = places.get(key).and_then(|at| outcomes.get(*at)?.as_ref());
            let (state, reason) = match outcome {
                Some(Outcome::Compiled { binary, seconds }) => {
                    batch.binaries.entry(key.clone()).or_insert_with(|| binary.clone());
                    if effort.format == Format::TileIr {
                        continue;
                    }
                    match needs(binary, &launch.kernel, *seconds, target) {
                        Ok((needs, obstacle)) => {
                            one.needs.push(needs);
                            match obstacle {
                                None => continue,
                                Some(obstacle) => (CompiledState::DoesNotFit, obstacle),
                            }
                        }
                        Err(reason) => (CompiledState::Refused, reason),
                    }
                }
                Some(Outcome::Refused { message }) => (CompiledState::Refused, message.clone()),
                Some(Outcome::TimedOut { seconds }) => {
                    (CompiledState::TimedOut, format!("`{}` after {seconds:.0} s", launch.kernel))
                }
                Some(Outcome::Died { message }) => {
                    (CompiledState::Refused, format!("the compiler died: {message}"))
                }
                None => (CompiledState::TimedOut, "compiling was ended before".to_owned()),
            };
            (one.state, one.reason) = (state, Some(reason));
            break;
        }
        if one.state == CompiledState::Ready && effort.format != Format::TileIr {
            one.program = one.program(&batch.binaries);
        }
        if one.state == CompiledState::Ready
            && let Some(workload) = workloads.get(one.workload)
            && let Some(reason) = ruled_out(workload, one)
        {
            (one.state, one.reason) = (CompiledState::RuledOut, Some(reason));
        }
    }
    Ok(batch)
}

/// What a config starts for a workload.
fn planned(
    workload: &GpuWorkload,
    at: usize,
    config: &Config,
    target: &Target,
    planner: &mut Planner<'_>,
) -> Result<Compiled> {
    let mut one = Compiled {
        workload: at,
        config: config.clone(),
        source: String::new(),
        state: CompiledState::Ready,
        reason: None,
        arrays: Vec::new(),
        plan: LaunchPlan::default(),
        keys: Vec::new(),
        needs: Vec::new(),
        program: None,
    };
    let refused = |mut one: Compiled, reason: String| {
        (one.state, one.reason) = (CompiledState::Refused, Some(reason));
        Ok(one)
    };
    let (source, choices) = match (workload.source(config), workload.choices(config)) {
        (Ok(source), Ok(choices)) => (source, choices),
        (Err(error), _) | (_, Err(error)) => return refused(one, error.to_string()),
    };
    one.arrays = workload.operator.arrays(&workload.problem, &choices)?;
    let seen = one.arrays.iter().map(|array| {
        let dtype = array.dtype.cutile().to_owned();
        let (shape, strides) = (array.seen_shape(), array.seen_strides());
        (array.name.clone(), Array { dtype, shape, strides })
    });
    one.source = source;
    let question = LaunchQuestion {
        source: one.source.clone(),
        arrays: seen.collect(),
        scalars: workload.operator.scalars(&workload.problem)?,
        processors: target.processors,
    };
    match planner.plan(&question)? {
        Ok(plan) if plan.launches.is_empty() => {
            refused(one, "`launch` starts no kernel".to_owned())
        }
        Ok(plan) => {
            one.plan = plan;
            Ok(one)
        }
        Err(reason) => refused(one, reason),
    }
}

/// What a binary says, and what stands in its way on a target.
fn needs(
    binary: &[u8],
    kernel: &str,
    seconds: f64,
    target: &Target,
) -> Result<(KernelNeeds, Option<String>), String> {
    let Cubin { architecture, kernels } =
        spak_cubin::read(binary).map_err(|broken| broken.to_string())?;
    let found = kernels.into_iter().find(|one| one.name == kernel);
    let found = found.ok_or_else(|| format!("the binary has no kernel `{kernel}`"))?;
    let obstacle = if target.architecture.starts_with(&format!("sm_{architecture}")) {
        target.limits.and_then(|limits| limits.obstacle(&found))
    } else {
        Some(format!("the binary is for sm_{architecture}"))
    };
    let needs = KernelNeeds {
        kernel: kernel.to_owned(),
        registers: found.registers.unwrap_or(0),
        local_memory: found.local,
        shared_memory: found.shared,
        threads: found.threads.map_or(0, |axes| axes.iter().product()),
        resident_blocks: target.limits.and_then(|limits| limits.resident(&found)),
        code_size: found.code,
        seconds,
    };
    Ok((needs, obstacle))
}

/// The design's own condition on binaries that a config breaks.
fn ruled_out(workload: &GpuWorkload, one: &Compiled) -> Option<String> {
    let specified = &workload.specified;
    let choices = workload.choices(&one.config).unwrap_or_default();
    for needs in &one.needs {
        // In the order of the names.
        let said = [
            Some(i64::from(needs.registers)),
            Some(i64::from(needs.local_memory)),
            Some(needs.shared_memory as i64),
            Some(i64::from(needs.threads)),
            needs.resident_blocks.map(i64::from),
            Some(needs.code_size as i64),
        ];
        let known = OF_BINARIES.into_iter().zip(said);
        let known = known.filter_map(|(name, said)| Some((name.to_owned(), Literal::Int(said?))));
        let known: Symbols = specified.symbols.with(choices.clone()).with(known.collect());
        for (formula, reason) in specified.of_binaries.iter().chain(&specified.advised_of_binaries)
        {
            match known.holds(formula) {
                Ok(true) => {}
                Ok(false) => return Some(format!("{}: {reason} ({formula})", needs.kernel)),
                Err(why) => return Some(format!("`{formula}` cannot be evaluated: {why}")),
            }
        }
    }
    None
}
