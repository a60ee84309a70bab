//! Which configs of a design come next, by what came of those before: chosen before anything is compiled, since compiling is
//! what costs most.
//!
//! Nothing is kept between rounds: a search is begun anew and told all trials, so that a loop that was killed goes on where
//! it was.

use std::collections::BTreeSet;

use spak_records::{Config, ContentHash, Levels, Outcome, Trial};
use spak_search::memory::Outcome as Told;
use spak_search::search::{Limits, Search};
use spak_search::strategies::Method;
use spak_search::strategies::guided::Guided;

use crate::engine::strategic;
use crate::gpu::design::GpuWorkload;
use crate::gpu::twins::Twins;

/// What is asked for and cannot be tried, one after another, before the search is given up.
const MOST_REFUSED: usize = 1000;

/// Configs that were compiled and are not tried.
#[derive(Clone, Debug, Default)]
pub(crate) struct Dropped {
    /// They have no binary for the machine, or what the design knows rules them out by their binaries.
    pub(crate) failed: BTreeSet<ContentHash>,
    /// They are the program of one that was tried, or is going to be.
    pub(crate) twins: Twins,
}

/// What is known of the configs of a workload.
pub(crate) struct Known<'a> {
    /// Trials of its problem, each config once.
    pub(crate) trials: &'a [Trial],
    pub(crate) dropped: &'a Dropped,
    /// Configs that are going to be tried anyway.
    pub(crate) waiting: &'a [Config],
}

/// At most `count` configs that were not tried yet, the most promising ones; the design's first one before all others.
pub(crate) fn propose(
    workload: &GpuWorkload,
    known: &Known<'_>,
    count: usize,
    seed: u64,
) -> Vec<Config> {
    let specified = &workload.specified;
    let Some(space) = specified.candidates() else { return Vec::new() };
    let mut proposed = Vec::new();
    let first = specified.canonical(&specified.seed());
    let is_new = |config: &Config| known.outcome(config).is_none() && !known.is_waiting(config);
    if count > 0 && is_new(&first) && specified.conditions_hold(&first).is_ok() {
        proposed.push(first);
    }
    let knowledge = strategic::knowledge(specified);
    let is_empty = knowledge.points.is_empty()
        && knowledge.preferred.is_empty()
        && knowledge.avoided.is_empty();
    let method = Method::Guided(Guided::thorough());
    let method = if is_empty { method } else { Method::Seeded(knowledge, Box::new(method)) };
    let mut search = Search::new(&space, method.start(), seed, Limits::default());
    let levels = Levels::of(known.trials);
    let value = |trial: &Trial| match trial.outcome {
        Outcome::Measured(_) => levels.log_ns(&trial.problem, &trial.config_id).map(f64::exp),
        Outcome::Rejected(_) => None,
    };
    let told = |value: Option<f64>| {
        value.map_or(Told::Failed, |value| Told::Measured { value, samples: u32::MAX })
    };
    // Configs of before are those that stand for all that mean the same.
    let point = |config: &Config| specified.point(config);
    let mut values: Vec<f64> = Vec::new();
    for trial in known.trials {
        let Some(point) = point(&trial.config) else { continue };
        values.extend(value(trial));
        search.inform(&point, told(value(trial)));
    }
    // Neither a reason to go there nor one to stay away, as for questions that are open.
    values.sort_by(f64::total_cmp);
    let middle = values.get(values.len() / 2).copied();
    for config in known.waiting.iter().chain(&proposed).chain(known.dropped.twins.configs()) {
        let tried = known.dropped.twins.trial(&config.id(), known.trials);
        if let Some(point) = point(config) {
            search.inform(&point, tried.map_or_else(|| told(middle), |trial| told(value(trial))));
        }
    }
    let recommended = workload.recommended();
    let (mut open, mut refused) = (0, 0);
    while proposed.len() < count && refused < MOST_REFUSED {
        let Some(job) = search.ask_batch(open + 1).into_iter().next() else { break };
        let config = specified.at(space.values(&job.point).into_iter());
        let outcome = if let Some(known) = known.outcome(&config) {
            Some(known.map_or(Told::Failed, |trial| told(value(trial))))
        } else if proposed.contains(&config) || known.is_waiting(&config) {
            Some(told(middle))
        } else if specified.conditions_hold(&config).is_err()
            || workload.is_advised_against(&config, &recommended)
        {
            Some(Told::Failed)
        } else {
            None
        };
        match outcome {
            Some(outcome) => {
                refused += 1;
                search.tell_job(job.ticket, outcome, 0.0);
            }
            None => {
                (open, refused) = (open + 1, 0);
                proposed.push(config);
            }
        }
    }
    proposed
}

impl Known<'_> {
    /// What came of a config: a trial, or that it has no binary that may run.
    fn outcome(&self, config: &Config) -> Option<Option<&Trial>> {
        let id = config.id();
        if self.dropped.failed.contains(&id) {
            return Some(None);
        }
        let own = self.trials.iter().find(|trial| trial.config_id == id);
        own.or_else(|| self.dropped.twins.trial(&id, self.trials)).map(Some)
    }

    /// Whether it, or what is the same program, is going to be tried.
    fn is_waiting(&self, config: &Config) -> bool {
        self.waiting.contains(config) || self.dropped.twins.has(&config.id())
    }
}

#[cfg(test)]
mod tests;
