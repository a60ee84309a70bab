//! Configs that are one program: other words for the same instructions, started alike. One of them is tried for all.

use std::collections::{BTreeMap, BTreeSet};

use spak_records::compile_report::CompiledState;
use spak_records::compiling::{Argument, Array};
use spak_records::gpu::ArrayPlan;
use spak_records::{Config, ContentHash, Trial};

use crate::gpu::compile::Batch;

/// A kernel as it is started.
pub(crate) struct Started<'a> {
    pub(crate) kernel: &'a str,
    pub(crate) grid: [u64; 3],
    pub(crate) arguments: &'a [Argument],
    pub(crate) binary: &'a [u8],
}

/// What runs for a problem, from whatever it was made: a hash of what the GPU sees of each kernel, and of how it is started.
/// Nothing if a binary cannot be read.
pub(crate) fn program<'a>(
    arrays: &[ArrayPlan],
    scratch: &[Array],
    kernels: impl Iterator<Item = Started<'a>>,
) -> Option<ContentHash> {
    let mut parts = vec![serde_json::to_vec(&(arrays, scratch)).ok()?];
    for Started { kernel, grid, arguments, binary } in kernels {
        parts.push(serde_json::to_vec(&(kernel, grid, arguments)).ok()?);
        parts.push(spak_cubin::loaded(binary).ok()?);
    }
    Some(ContentHash::of_parts(parts.iter().map(Vec::as_slice)))
}

impl Batch {
    /// The program that a config is for the first workload; nothing if it has none that may run.
    pub(crate) fn program(&self, config: &Config) -> Option<&ContentHash> {
        let of = |one: &&_| is_ready_for(one, 0) && one.config == *config;
        self.compiled.iter().find(of)?.program.as_ref()
    }

    /// Leaves out what is the program of an earlier config, on each of the first `timed` workloads, and checks of configs of which
    /// nothing is left; how many configs these are.
    pub(crate) fn leave_out_twins(&mut self, timed: usize) -> usize {
        let mut seen: BTreeSet<(usize, ContentHash)> = BTreeSet::new();
        let mut has_own: BTreeMap<ContentHash, bool> = BTreeMap::new();
        self.compiled.retain(|one| {
            let (true, Some(program)) = (is_ready_for(one, one.workload), &one.program) else {
                return true;
            };
            let is_own = one.workload >= timed || seen.insert((one.workload, program.clone()));
            if one.workload < timed {
                *has_own.entry(one.config.id()).or_default() |= is_own;
            }
            is_own
        });
        self.compiled.retain(|one| has_own.get(&one.config.id()) != Some(&false));
        has_own.values().filter(|has_own| !**has_own).count()
    }
}

fn is_ready_for(one: &crate::gpu::compile::Compiled, workload: usize) -> bool {
    one.workload == workload && one.state == CompiledState::Ready
}

/// Configs that were found to be the program of another one, by their ids.
#[derive(Clone, Debug, Default)]
pub(crate) struct Twins(BTreeMap<ContentHash, (Config, ContentHash)>);

impl Twins {
    /// `config` is the same as what has been tried, or is going to be, as `program`.
    pub(crate) fn add(&mut self, config: &Config, program: &ContentHash) {
        self.0.insert(config.id(), (config.clone(), program.clone()));
    }

    /// Whether it is known to be the program of another one.
    pub(crate) fn has(&self, id: &ContentHash) -> bool {
        self.0.contains_key(id)
    }

    /// The trial that tells what would come of it, if there is one.
    pub(crate) fn trial<'a>(&self, id: &ContentHash, trials: &'a [Trial]) -> Option<&'a Trial> {
        let (_, program) = self.0.get(id)?;
        trials.iter().find(|trial| program_of(trial) == Some(program))
    }

    /// All of them.
    pub(crate) fn configs(&self) -> impl Iterator<Item = &Config> {
        self.0.values().map(|(config, _)| config)
    }
}

/// The program that was timed, if the trial says it.
pub(crate) fn program_of(trial: &Trial) -> Option<&ContentHash> {
    trial.needs.as_ref()?.program.as_ref()
}
