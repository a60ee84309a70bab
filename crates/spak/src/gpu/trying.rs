//! A candidate on a problem: checked, timed beside the best so far, and remembered.

use std::collections::BTreeMap;

use anyhow::Result;
use spak_records::bundle::{BundledCandidate, BundledEntry, NodeProgram};
use spak_records::node::Order;
use spak_records::{Check, ContentHash, Levels, Measurement, Outcome, Stage, Trial};
use spak_run::summarize;

use crate::gpu::examine::{Examiner, Found, Server, measured, rejected};

/// The best program of a problem so far.
struct Incumbent {
    program: NodeProgram,
    config: ContentHash,
}

pub(crate) struct Work<'a> {
    pub(crate) examiner: Examiner<'a>,
    incumbents: BTreeMap<usize, Incumbent>,
    /// Trials of this run and those before it, by problem: what is the best of them is told by all of them together.
    trials: BTreeMap<usize, Vec<(Trial, NodeProgram)>>,
}

impl<'a> Work<'a> {
    pub(crate) fn new(examiner: Examiner<'a>) -> Self {
        Self { examiner, incumbents: BTreeMap::new(), trials: BTreeMap::new() }
    }

    /// Keeps the best program of a problem. Clocks drift while a run goes on: times are compared through the incumbents that
    /// they were measured beside.
    pub(crate) fn remember(&mut self, problem: usize, entry: &BundledEntry, trial: &Trial) {
        if !matches!(trial.outcome, Outcome::Measured(_)) {
            return;
        }
        let trials = self.trials.entry(problem).or_default();
        trials.push((trial.clone(), entry.program.clone()));
        let levels = Levels::of(trials.iter().map(|(trial, _)| trial));
        let level = |trial: &Trial| levels.log_ns(&trial.problem, &trial.config_id);
        let best = trials
            .iter()
            .filter_map(|(trial, program)| Some((level(trial)?, trial, program)))
            .min_by(|a, b| a.0.total_cmp(&b.0));
        if let Some((_, best, program)) = best {
            let config = best.config_id.clone();
            self.incumbents.insert(problem, Incumbent { program: program.clone(), config });
        }
    }

    /// One candidate on one problem: checked on the small problems, checked on this one, timed against the incumbent.
    pub(crate) fn trial(
        &mut self,
        candidate: &BundledCandidate,
        problem: usize,
        entry: &BundledEntry,
        server: &mut Server<'_>,
        checked: &mut BTreeMap<usize, Found<Check>>,
    ) -> Result<Found<Measurement>> {
        let bundle = self.examiner.bundle;
        let operator = bundle.problems.get(problem).map(|p| &p.problem.operator);
        let mut checks = Vec::new();
        let small = candidate.entries.iter().filter(|small| {
            let its = bundle.problems.get(small.problem);
            its.is_some_and(|p| !p.is_timed && Some(&p.problem.operator) == operator)
        });
        for one in small.chain([entry]) {
            // The last one is placed in any case, since it is timed next.
            let is_last = one.problem == problem;
            let known = checked.get(&one.problem).filter(|known| !is_last || known.is_err());
            let result = match known {
                Some(known) => known.clone(),
                None => {
                    let result = self.check(one, server)?;
                    checked.insert(one.problem, result.clone());
                    result
                }
            };
            match result {
                Ok(check) => checks.push(check),
                Err(rejection) => return Ok(Err(rejection)),
            }
        }
        let mut places = vec![0];
        if let Some(incumbent) = self.incumbents.get(&problem) {
            let program = incumbent.program.clone();
            let order = Order::Place { place: 1, program, seed: self.examiner.seed() };
            match server.done(&order, Stage::Time)? {
                Ok(()) => places.push(1),
                Err(rejection) => return Ok(Err(rejection)),
            }
        }
        let seconds = bundle.schedule.seconds;
        let (times, seen) = match self.examiner.time(server, places, seconds)? {
            Ok(found) => found,
            Err(rejection) => return Ok(Err(rejection)),
        };
        let flops = bundle.problems.get(problem).map_or(0, |p| p.problem.flops);
        let own = times.first().map(Vec::as_slice).unwrap_or_default();
        let Some(mut measurement) = measured(own, flops, checks, seen.as_ref()) else {
            return Ok(Err(rejected(Stage::Time, "no-time", "no sample was taken".to_owned())));
        };
        if let Some(other) = times.get(1).and_then(|samples| summarize(samples)) {
            measurement.incumbent_median_ns = Some(other.median_ns);
            measurement.incumbent = self.incumbents.get(&problem).map(|i| i.config.clone());
        }
        match self.examiner.energy(server, 0)? {
            Ok(energy) => measurement.energy_mj = energy,
            Err(rejection) => return Ok(Err(rejection)),
        }
        Ok(Ok(measurement))
    }

    /// Whether a candidate computes a problem right; it stands at place 0 afterwards.
    fn check(&mut self, entry: &BundledEntry, server: &mut Server<'_>) -> Result<Found<Check>> {
        let program = entry.program.clone();
        let order = Order::Place { place: 0, program, seed: self.examiner.seed() };
        if let Err(rejection) = server.done(&order, Stage::Check)? {
            return Ok(Err(rejection));
        }
        let found = self.examiner.check(server, 0, entry.problem, &entry.program.arrays)?;
        Ok(found.map(|(check, _)| check))
    }
}
