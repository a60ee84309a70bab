//! Witnesses measured on this machine: both configs checked as any candidate is, then timed by turns until it is decided.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::Result;
use spak_knowledge::{Again, Ran, Relation, Verdict, Witness, verdict};
use spak_records::store::Store;
use spak_records::trace::{Event, Header, Record, RunStart, Stamp};
use spak_records::{Artifact, Config, ContentHash, Outcome, Problem, Trial, Value};
use spak_run::{Compiled, Program, TrialRequest, run_trial, trial_key};

use crate::engine::drive::{Machine, now as time_now};
use crate::engine::paths::Paths;
use crate::output;
use crate::stale::evidence::place;
use crate::stale::now::{Now, Situated};
use crate::stale::{Item, Seen, Wanted};

/// Sessions of a pair before it may be decided: fewer do not tell their own error.
const LEAST_SESSIONS: usize = 3;
/// Sessions after which what is not decided is left open.
const MOST_SESSIONS: usize = 6;
/// The event of a session in the trace.
const EVENT: &str = "witnessed";

/// Runs the witnesses of those that are due.
///
/// # Errors
/// What SPAK itself could not do: a trace in use, a full disk.
pub(super) fn run(
    path: &Path,
    items: &mut [Item],
    contexts: &[Situated],
    wanted: &Wanted<'_>,
    now: &Now,
    is_due: &dyn Fn(&Item) -> bool,
) -> Result<()> {
    let Some(machine) = &now.machine else { return Ok(()) };
    let mut bench: Option<Bench<'_>> = None;
    for item in items.iter_mut().filter(|item| is_due(item)) {
        let here = item.asked.context.and_then(|at| contexts.get(at)).is_some_and(|s| s.is_here);
        if !here {
            continue;
        }
        for (slot, (text, witness)) in item.seen.iter_mut().zip(&item.resting.witnesses) {
            let (None, Some(witness)) = (&slot, witness) else { continue };
            let sides =
                witness.configs().map(|side| place(&side, &item.resting.condition, contexts));
            let [Some(first), Some(second)] = sides else { continue };
            let is_ours =
                |(of, config): &(&Situated, Config)| of.specified.is_config(config).is_ok();
            if !is_ours(&first) || !is_ours(&second) {
                continue;
            }
            output::aside(&format!("{}: {}\n", item.resting.name, super::claim(text)));
            let bench = match &mut bench {
                Some(bench) => bench,
                None => bench.insert(Bench::open(path, machine, first.0, wanted)?),
            };
            *slot = Some(bench.witness(witness, [first, second])?);
        }
    }
    Ok(())
}

/// Where witnesses are run: the machine, and a run of the design's own trace.
struct Bench<'a> {
    machine: &'a Machine,
    wanted: &'a Wanted<'a>,
    paths: Paths,
    store: Store,
    run: String,
    /// Programs that were accepted, or why they were not, by config and problem.
    known: BTreeMap<(ContentHash, String), Result<Program, String>>,
}

impl<'a> Bench<'a> {
    fn open(
        path: &Path,
        machine: &'a Machine,
        situated: &Situated,
        wanted: &'a Wanted<'a>,
    ) -> Result<Self> {
        let paths = Paths::of(path);
        let header = Header::new(concat!("spak ", env!("CARGO_PKG_VERSION")), &time_now());
        let mut store = Store::open(&paths.trace, &header)?;
        let run = format!("witness-{}", time_now().replace([':', '-'], "").replace('.', "-"));
        let stamp = Stamp { run: run.clone(), time: time_now() };
        let device = store.device(&stamp, &machine.device)?;
        let toolchain = store.toolchain(&stamp, &machine.toolchain)?;
        let specified = &situated.specified;
        let start = RunStart {
            system: specified.system.name.clone().unwrap_or_default(),
            design_path: path.to_string_lossy().into_owned(),
            design: specified.hash.clone(),
            seed: 0,
            device,
            toolchain,
            workload: specified.workload.clone(),
            resumed: false,
        };
        store.append(&stamp, Record::Run(start))?;
        Ok(Self { machine, wanted, paths, store, run, known: BTreeMap::new() })
    }

    fn stamp(&self) -> Stamp {
        Stamp { run: self.run.clone(), time: time_now() }
    }

    /// Runs both configs of a witness and says what they show.
    fn witness(&mut self, witness: &Witness, sides: [(&Situated, Config); 2]) -> Result<Seen> {
        let [first, second] = sides;
        // The slower one first: the other is then timed beside it.
        let slow = self.accepted(&second)?;
        let fast = self.accepted(&first)?;
        let ran = match (fast, slow) {
            (Ok(fast), Ok(slow)) if witness.relation != Relation::Rejected => {
                self.timed(witness, [(&first, fast), (&second, slow)])?
            }
            (fast, slow) => Ran::Rejected([fast.err(), slow.err()]),
        };
        let (verdict, said) = verdict(witness.relation, &ran);
        Ok(Seen { verdict, said, run: self.run.clone() })
    }

    /// Sessions in which both are timed by turns, until they decide.
    ///
    /// Two problems are not timed by turns: there each is timed beside itself alone, one after the other.
    fn timed(
        &mut self,
        witness: &Witness,
        [(first, fast), (second, slow)]: [(&(&Situated, Config), Program); 2],
    ) -> Result<Ran> {
        let problem = &first.0.specified.problem;
        let is_one = *problem == second.0.specified.problem;
        let mut logs: Vec<f64> = Vec::new();
        for session in 0..MOST_SESSIONS {
            let median = |of: &Program, beside: Option<&Program>, problem, seed: u64| {
                let (options, cancel) = (&self.machine.options, self.wanted.cancel);
                spak_run::time(of, beside, problem, None, options, seed, &mut |_| {}, cancel)
            };
            let seed = session as u64;
            let both = if is_one {
                let report = median(&fast, Some(&slow), problem, seed)?;
                report.map(|r| {
                    (r.candidate.summary.median_ns, r.incumbent.map(|i| i.summary.median_ns))
                })
            } else {
                let own = median(&fast, None, problem, seed)?;
                let other = median(&slow, None, &second.0.specified.problem, seed)?;
                own.and_then(|a| {
                    Ok((a.candidate.summary.median_ns, Some(other?.candidate.summary.median_ns)))
                })
            };
            let (own, other) = match both {
                Ok((own, Some(other))) => (own, other),
                Ok((_, None)) => continue,
                Err(rejection) => return Ok(Ran::Rejected([Some(rejection.reason), None])),
            };
            self.keep(&first.1, &second.1, own, other)?;
            logs.push((other.max(1) as f64 / own.max(1) as f64).ln());
            let again = Again::of_sessions(&logs).filter(|_| logs.len() >= LEAST_SESSIONS);
            let decided = again.map(Ran::Timed);
            if let Some(ran) = decided
                && verdict(witness.relation, &ran).0 != Verdict::Untold
            {
                return Ok(ran);
            }
        }
        Ok(match Again::of_sessions(&logs) {
            Some(again) => Ran::Timed(again),
            None => Ran::Rejected([Some("it could not be timed".to_owned()), None]),
        })
    }

    /// Notes a session in the trace.
    fn keep(&mut self, first: &Config, second: &Config, own: u64, other: u64) -> Result<()> {
        let number = |ns: u64| Value::Int(i64::try_from(ns).unwrap_or(i64::MAX));
        let id = |config: &Config| Value::Text(config.id().as_str().to_owned());
        let fields = [
            ("first", id(first)),
            ("second", id(second)),
            ("first_median_ns", number(own)),
            ("second_median_ns", number(other)),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        let event = Event { name: EVENT.to_owned(), fields };
        self.store.append(&self.stamp(), Record::Event(event))?;
        Ok(())
    }

    /// The program of a config that computes the right thing, or why there is none; found out once.
    fn accepted(
        &mut self,
        (situated, config): &(&Situated, Config),
    ) -> Result<Result<Program, String>> {
        let specified = &situated.specified;
        let problem = &specified.problem;
        let at = (config.id(), format!("{problem:?}"));
        if let Some(known) = self.known.get(&at) {
            return Ok(known.clone());
        }
        let plan = specified.plan(config);
        let artifact = match spak_generate::render(&specified.family, &specified.templates, &plan) {
            Ok(artifact) => artifact,
            Err(error) => {
                let why = error.to_string();
                self.known.insert(at, Err(why.clone()));
                return Ok(Err(why));
            }
        };
        let machine = self.machine;
        let key = trial_key(&artifact, problem, &machine.device, &machine.toolchain);
        let program = match self.store.trial(&key).map(|trial| trial.outcome.clone()) {
            Some(Outcome::Rejected(rejection)) => Err(rejection.reason),
            // It was judged before; only the program is needed.
            Some(Outcome::Measured(_)) => self.compiled(&artifact)?,
            None => self.judged(artifact, key, config, problem)?,
        };
        self.known.insert(at, program.clone());
        Ok(program)
    }

    fn compiled(&self, artifact: &Artifact) -> Result<Result<Program, String>> {
        let machine = self.machine;
        let (sandbox, cancel) = (&machine.options.sandbox, self.wanted.cancel);
        let build = &self.paths.build;
        let compiled = spak_run::compile(artifact, &machine.compiler, sandbox, build, cancel)?;
        Ok(match compiled {
            Compiled::Program(program) => Ok(program),
            Compiled::Rejected(rejection) => Err(rejection.reason),
        })
    }

    /// A trial of its own, as the loop makes it.
    fn judged(
        &mut self,
        artifact: Artifact,
        key: ContentHash,
        config: &Config,
        problem: &Problem,
    ) -> Result<Result<Program, String>> {
        let machine = self.machine;
        let request = TrialRequest {
            artifact: &artifact,
            problem,
            incumbent: None,
            compiler: &machine.compiler,
            options: &machine.options,
            build: &self.paths.build,
        };
        let report = run_trial(request, &mut |_| {}, self.wanted.cancel)?;
        let program = match (&report.outcome, report.program) {
            (Outcome::Measured(_), Some(program)) => Ok(program),
            (Outcome::Rejected(rejection), _) => Err(rejection.reason.clone()),
            (Outcome::Measured(_), None) => Err("it left no program".to_owned()),
        };
        let trial = Trial {
            key,
            config_id: config.id(),
            config: config.clone(),
            source: artifact.hash,
            problem: problem.clone(),
            outcome: report.outcome,
            seconds: report.seconds,
            needs: None,
        };
        self.store.append(&self.stamp(), Record::Trial(Box::new(trial)))?;
        Ok(program)
    }
}
