//! The best of ours beside what others have: in one process with PyTorch, on the same inputs, by turns.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, bail};
use spak_node::{CONTENDERS, Runner, RunnerError};
use spak_records::bundle::{BundledCandidate, BundledEntry, BundledProblem, InputKernels};
use spak_records::comparison::{Comparison, Contender};
use spak_records::gpu::ArrayPlan;
use spak_records::node::{NodeAnswer, Order, OtherProgram};
use spak_records::store::Store;
use spak_records::trace::{Record, Stamp};
use spak_records::{Check, ContentHash, Device, Levels, Outcome, Problem, Stage, Trial};

use crate::engine::drive::now;
use crate::gpu::examine::{Examiner, Found, Server, lost, measured, rejected};
use crate::gpu::node::{JUDGE, Run, Told};

/// Seconds that a contender may take to compile and to choose among its own configs.
const PATIENCE: Duration = Duration::from_secs(120);
/// Seconds of timing for each contender of a comparison.
const EACH: f64 = 0.5;

/// A contender that has not been timed.
struct Entrant<'a> {
    name: &'a str,
    ours: Option<(&'a BundledCandidate, &'a BundledEntry)>,
}

/// What the process says of itself.
struct Offers {
    software: BTreeMap<String, String>,
    names: Vec<String>,
}

impl Run<'_> {
    /// Compares the best of each problem; how many problems that was.
    ///
    /// # Errors
    /// A trace that cannot be written; what goes wrong with a contender is its outcome.
    pub(crate) fn compare(
        &self,
        python: &str,
        examiner: &mut Examiner<'_>,
        store: &mut Store,
        (run, device): (&str, &Device),
        told: &mut dyn FnMut(Told<'_>),
    ) -> Result<usize> {
        let folder = tempfile::tempdir()?;
        let script = folder.path().join("contenders.py");
        std::fs::write(&script, CONTENDERS)?;
        let shared = folder.path().join("output");
        let start = || self.contenders_process(python, &script, &shared);
        // One process for all of it: what contenders compile for one problem often serves the next.
        let mut server = Server::new(&start, PATIENCE);
        let mut compared = 0;
        let timed = (0..self.bundle.problems.len())
            .filter(|at| self.bundle.problems.get(*at).is_some_and(|p| p.is_timed));
        for at in timed {
            if self.cancel.load(Ordering::Relaxed) {
                break;
            }
            let bundled = self.bundle.problems.get(at).context("no such problem")?;
            let offers = match offers(bundled, &mut server) {
                Ok(offers) => offers,
                Err(reason) => {
                    told(Told::Note(format!("nothing is compared: {reason}")));
                    return Ok(compared);
                }
            };
            let entrants = self.entrants(at, bundled, &offers, store);
            let key = self.comparison_key(bundled, &entrants, &offers, device)?;
            // One in which nothing of ours was timed is tried again.
            let is_told = |one: &Comparison| {
                let ours = one.contenders.iter().filter(|contender| contender.config.is_some());
                one.key == key
                    && ours.into_iter().any(|c| matches!(c.outcome, Outcome::Measured(_)))
            };
            let is_known = store
                .trace()
                .lines
                .iter()
                .any(|line| matches!(&line.record, Record::Comparison(one) if is_told(one)));
            if is_known {
                continue;
            }
            let software = offers.software.clone();
            let comparison =
                self.comparison(at, &entrants, software, key, examiner, &mut server, &shared)?;
            told(Told::Compared(&comparison));
            let stamp = Stamp { run: run.to_owned(), time: now() };
            store.append(&stamp, Record::Comparison(Box::new(comparison)))?;
            compared += 1;
        }
        Ok(compared)
    }

    fn contenders_process(
        &self,
        python: &str,
        script: &Path,
        shared: &Path,
    ) -> std::result::Result<Runner, RunnerError> {
        let mut command = Command::new(python);
        command.arg(script).arg(self.parts).arg(&self.bundle.common).arg(shared);
        Runner::start(command)
    }

    /// The best candidates of a problem by what the trace has of them, each also as the just-in-time compiler makes it, and
    /// what is offered besides.
    fn entrants<'b>(
        &'b self,
        at: usize,
        bundled: &BundledProblem,
        offers: &'b Offers,
        store: &Store,
    ) -> Vec<Entrant<'b>> {
        let problem = Problem::Operator(bundled.problem.clone());
        let trials = store.trace().trials().map(|(_, trial)| trial);
        let trials: Vec<&Trial> = trials.filter(|trial| trial.problem == problem).collect();
        let levels = Levels::of(trials.iter().copied());
        let was_right: BTreeSet<&ContentHash> = trials
            .iter()
            .filter(|trial| matches!(trial.outcome, Outcome::Measured(_)))
            .map(|trial| &trial.config_id)
            .collect();
        let mut ours: Vec<_> = self
            .bundle
            .candidates
            .iter()
            .filter_map(|candidate| {
                let id = candidate.config.id();
                let level = levels.log_ns(&problem, &id).filter(|_| was_right.contains(&id))?;
                let entry = candidate.entries.iter().find(|entry| entry.problem == at)?;
                Some((level, candidate, entry))
            })
            .collect();
        ours.sort_by(|a, b| a.0.total_cmp(&b.0));
        let has_jit = offers.names.iter().any(|name| name == "jit");
        let mut entrants = Vec::new();
        for (_, candidate, entry) in ours.into_iter().take(self.wanted.best) {
            entrants.push(Entrant { name: "candidate", ours: Some((candidate, entry)) });
            if has_jit {
                entrants.push(Entrant { name: "jit", ours: Some((candidate, entry)) });
            }
        }
        let others = offers.names.iter().filter(|name| *name != "jit");
        entrants.extend(others.map(|name| Entrant { name, ours: None }));
        entrants
    }

    fn comparison_key(
        &self,
        bundled: &BundledProblem,
        entrants: &[Entrant<'_>],
        offers: &Offers,
        device: &Device,
    ) -> Result<ContentHash> {
        let mut parts = vec![
            JUDGE.to_owned(),
            CONTENDERS.to_owned(),
            serde_json::to_string(&bundled.problem)?,
            serde_json::to_string(device)?,
            serde_json::to_string(&offers.software)?,
        ];
        for entrant in entrants {
            parts.push(entrant.name.to_owned());
            if let Some((candidate, entry)) = entrant.ours {
                parts.push(candidate.source.as_str().to_owned());
                parts.push(serde_json::to_string(&entry.program)?);
            }
        }
        Ok(ContentHash::of_parts(parts.iter().map(String::as_bytes)))
    }

    #[expect(clippy::too_many_arguments, reason = "all of it is what one comparison is made of")]
    fn comparison(
        &self,
        at: usize,
        entrants: &[Entrant<'_>],
        software: BTreeMap<String, String>,
        key: ContentHash,
        examiner: &mut Examiner<'_>,
        server: &mut Server<'_>,
        shared: &Path,
    ) -> Result<Comparison> {
        let begin = Instant::now();
        let bundled = self.bundle.problems.get(at).context("no such problem")?;
        examiner.read_from(shared);
        let mut contenders: Vec<Contender> = entrants.iter().map(contender).collect();
        let mut placed: BTreeMap<usize, Vec<Check>> = BTreeMap::new();
        let mut is_out = BTreeSet::new();
        let mut place = 0;
        while let (Some(entrant), Some(contender)) =
            (entrants.get(place), contenders.get_mut(place))
        {
            if !is_out.contains(&place) {
                match self.enter(place, at, entrant, contender, examiner, server)? {
                    Ok(check) => {
                        placed.insert(place, check.into_iter().collect());
                    }
                    Err(rejection) => {
                        contender.outcome = Outcome::Rejected(rejection);
                        is_out.insert(place);
                    }
                }
            }
            if server.is_up() {
                place += 1;
                continue;
            }
            // Who ends the process takes what was placed along: all others begin again.
            if let Err(reason) = offers(bundled, server) {
                bail!("the process of contenders does not start again: {reason}");
            }
            placed.clear();
            place = 0;
        }
        let places: Vec<usize> = placed.keys().copied().collect();
        let seconds = EACH * places.len() as f64;
        let mut conditions = None;
        match examiner.time(server, places, seconds)? {
            Ok((times, seen)) => {
                conditions = seen.map(|seen| seen.conditions);
                for ((place, checks), samples) in placed.into_iter().zip(&times) {
                    let measurement = measured(samples, bundled.problem.flops, checks, None);
                    if let (Some(contender), Some(measurement)) =
                        (contenders.get_mut(place), measurement)
                    {
                        contender.outcome = Outcome::Measured(measurement);
                    }
                }
            }
            Err(rejection) => {
                for place in placed.keys() {
                    if let Some(contender) = contenders.get_mut(*place) {
                        contender.outcome = Outcome::Rejected(rejection.clone());
                    }
                }
            }
        }
        Ok(Comparison {
            key,
            problem: Problem::Operator(bundled.problem.clone()),
            workload: bundled.workload.clone(),
            software,
            contenders,
            conditions,
            seconds: begin.elapsed().as_secs_f64(),
        })
    }

    /// Places a contender and checks it.
    fn enter(
        &self,
        place: usize,
        at: usize,
        entrant: &Entrant<'_>,
        contender: &mut Contender,
        examiner: &mut Examiner<'_>,
        server: &mut Server<'_>,
    ) -> Result<Found<Option<Check>>> {
        let bundled = self.bundle.problems.get(at).context("no such problem")?;
        let seed = examiner.seed();
        let arrays: &[ArrayPlan] = match entrant.ours {
            Some((_, entry)) => &entry.program.arrays,
            None => &bundled.arrays,
        };
        match entrant.ours {
            Some((_, entry)) if entrant.name == "candidate" => {
                let order = Order::Place { place, program: entry.program.clone(), seed };
                if let Err(rejection) = server.done(&order, Stage::Start)? {
                    return Ok(Err(rejection));
                }
            }
            _ => {
                let other = Box::new(OtherProgram {
                    name: entrant.name.to_owned(),
                    operator: bundled.problem.operator.clone(),
                    values: bundled.problem.values.clone(),
                    arrays: arrays.to_vec(),
                    scalars: bundled.scalars.clone(),
                    inputs: Some(InputKernels {
                        part: bundled.reference.clone(),
                        numbers: bundled.numbers.clone(),
                    }),
                    source: entrant.ours.map(|(candidate, _)| candidate.text.clone()),
                    seed,
                });
                match server.ask(&Order::Other { place, other }) {
                    Ok(NodeAnswer::Placed { note, is_ceiling }) => {
                        contender.note = note;
                        contender.is_ceiling = is_ceiling;
                    }
                    // A contender that does not take the problem leaves the process as it was.
                    Ok(NodeAnswer::Failed(reason)) => {
                        return Ok(Err(rejected(Stage::Start, "refused", reason)));
                    }
                    Ok(other) => bail!("the process of contenders answers {other:?}"),
                    Err(error) => return Ok(Err(lost(Stage::Start, &error))),
                }
            }
        }
        if contender.is_ceiling {
            return Ok(Ok(None));
        }
        let found = examiner.check(server, place, at, arrays)?;
        Ok(found.map(|(check, outputs)| {
            contender.outputs = Some(outputs);
            Some(check)
        }))
    }
}

/// A contender of which nothing is known yet.
fn contender(entrant: &Entrant<'_>) -> Contender {
    Contender {
        name: entrant.name.to_owned(),
        config: entrant.ours.map(|(candidate, _)| candidate.config.clone()),
        note: None,
        is_ceiling: false,
        outputs: None,
        outcome: Outcome::Rejected(rejected(Stage::Time, "no-time", String::new())),
    }
}

/// Asks a process what there is to compare with.
fn offers(
    bundled: &BundledProblem,
    server: &mut Server<'_>,
) -> std::result::Result<Offers, String> {
    let operator = bundled.problem.operator.clone();
    let known = spak_generate::operators::operators().iter().find(|one| one.name == operator);
    let script = known.map(|one| one.baselines.to_owned()).unwrap_or_default();
    match server.ask(&Order::Offer { operator, script }) {
        Ok(NodeAnswer::Offers { software, names }) => Ok(Offers { software, names }),
        Ok(NodeAnswer::Failed(reason)) => Err(reason),
        Ok(other) => Err(format!("the process of contenders answers {other:?}")),
        Err(error) => Err(error.to_string()),
    }
}
