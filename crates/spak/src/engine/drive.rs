//! The driver: takes steps of the state machine, keeps the state on disk, carries out effects.

mod begin;
pub(crate) mod confirm;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Context as _, Result};
use spak_loop::{
    Analysis, Decision, Effect, Event, History, ProductSpace, Remaining, Search, SearchOptions,
    Skipped, analyse, analyse_with, resume, step,
};
use spak_records::protocol::{Envelope, emit};
use spak_records::run::{DoneReason, LoopState, Phase};
use spak_records::store::Store;
use spak_records::trace::{Event as TraceEvent, Header, Observed, Record, RunStart, Stamp};
use spak_records::{
    Artifact, Config, ContentHash, Device, Outcome, Rejection, Stage, Toolchain, Trial, Value, file,
};
use spak_run::{
    CompilerOptions, Incumbent, Program, RunError, RunOptions, TrialRequest, run_trial, trial_key,
};

use crate::engine::drive::confirm::{Confirmed, confirming_trials};
use crate::engine::observe::observations;
use crate::engine::paths::Paths;
use crate::engine::specify::Specified;
use crate::engine::stamp::designs_of;
use crate::engine::strategic::Strategic;
use crate::engine::{learn, report};
use crate::output;

/// What the user grants.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Budget {
    /// Trials of this run.
    pub(crate) trials: Option<u64>,
    /// Wall-clock seconds of this process.
    pub(crate) seconds: f64,
}

/// The machine with its compiler.
pub(crate) struct Machine {
    pub(crate) device: Device,
    pub(crate) toolchain: Toolchain,
    pub(crate) compiler: CompilerOptions,
    pub(crate) options: RunOptions,
}

/// How a run ended.
pub(crate) struct Outcomes {
    pub(crate) reason: DoneReason,
    pub(crate) analysis: Analysis,
    pub(crate) skipped: Vec<Skipped>,
    pub(crate) learnt: Option<learn::Learnt>,
    pub(crate) run: String,
    /// The best config and the seed, timed by turns at the end.
    pub(crate) confirmed: Option<Confirmed>,
    /// Why what was learnt could not be written; the same command tries it again.
    pub(crate) not_written: Option<anyhow::Error>,
    /// Whether the user interrupted it, so that it can go on.
    pub(crate) interrupted: bool,
    /// Trials that were measured by this process, not taken from the trace.
    pub(crate) measured: u64,
}

/// One run of the loop.
pub(crate) struct Driver<'a> {
    pub(crate) design: &'a Path,
    pub(crate) specified: &'a Specified,
    pub(crate) machine: &'a Machine,
    pub(crate) paths: &'a Paths,
    pub(crate) budget: Budget,
    pub(crate) cancel: &'a AtomicBool,
    pub(crate) progress: &'a dyn Fn(Progress<'_>),
    /// Whether what is learnt is written into the design.
    pub(crate) write: bool,
    pub(crate) seed: u64,
    /// Whether the search is not told what the design knows.
    pub(crate) ignores_knowledge: bool,
    /// Another strategy than the loop's own.
    pub(crate) strategy: Option<Chosen>,
}

/// A strategy of `spak-search`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Chosen {
    /// Its name.
    pub(crate) name: String,
    /// It ends when less than this part of the best time is expected to be left to gain.
    pub(crate) margin: Option<f64>,
}

/// What decides which config is next.
enum Searcher<'a> {
    Own(Search<'a>),
    Strategy(Strategic<'a>),
}

impl Searcher<'_> {
    fn next(&self, history: &History, remaining: &Remaining) -> Decision {
        match self {
            Self::Own(search) => search.next(history, remaining),
            Self::Strategy(search) => search.next(history, remaining),
        }
    }
}

/// What is shown while it runs.
pub(crate) enum Progress<'a> {
    /// A config is being tried.
    Trying { config: &'a Config, why: &'a str },
    /// It came out.
    Tried { trial: &'a Trial, speedup: Option<f64> },
    /// An observation line.
    Observed(&'a str),
    /// A run goes on that has this many trials.
    Resumed(u64),
    /// A word to the user.
    Note(&'a str),
}

struct Work<'a, 'b> {
    driver: &'b Driver<'a>,
    search: Searcher<'b>,
    store: Store,
    state: LoopState,
    history: History,
    artifacts: BTreeMap<ContentHash, Artifact>,
    programs: BTreeMap<ContentHash, Program>,
    began: Instant,
    skipped: Vec<Skipped>,
    learnt: Option<learn::Learnt>,
    confirmed: Option<Confirmed>,
    measured: u64,
    observed: u64,
}

impl Driver<'_> {
    /// Runs until nothing is left to do, the budget is out, or the user interrupts.
    ///
    /// # Errors
    /// Whatever SPAK itself could not do: no compiler, a full disk, a trace in use.
    pub(crate) fn run(&self) -> Result<Outcomes> {
        let header = Header::new(concat!("spak ", env!("CARGO_PKG_VERSION")), &now());
        let store = Store::open(&self.paths.trace, &header)?;
        self.say_damage(store.trace());
        let (state, resumed) = self.state()?;
        let validity = |config: &Config| self.specified.validity(config);
        let canonical = |config: &Config| self.specified.canonical(config);
        let dimensions = self.specified.dimensions.clone();
        let mut space = ProductSpace::new(dimensions, &validity)?.standing_for(&canonical);
        let search = match &self.strategy {
            Some(Chosen { name, margin }) => {
                let search = Strategic::new(self.specified, name, state.seed, *margin)?;
                self.say_size(search.space());
                Searcher::Strategy(search)
            }
            None => {
                if let Some(candidates) = self.specified.candidates() {
                    self.say_size(&candidates);
                    space = space.among(Box::new(candidates));
                }
                let guidance = self.specified.guidance.clone();
                let options = SearchOptions::standard(state.seed);
                Searcher::Own(Search::new(&space, guidance, options))
            }
        };
        let trials = store.trace().history(&state.run).into_iter().cloned().collect();
        let mut work = Work {
            driver: self,
            search,
            store,
            history: History::of(trials),
            state,
            artifacts: BTreeMap::new(),
            programs: BTreeMap::new(),
            began: Instant::now(),
            skipped: Vec::new(),
            learnt: None,
            confirmed: None,
            measured: 0,
            observed: 0,
        };
        work.begin(resumed)?;
        work.go(resumed)
    }
}

impl Work<'_, '_> {
    fn stamp(&self) -> Stamp {
        Stamp { run: self.state.run.clone(), time: now() }
    }

    fn begin(&mut self, resumed: bool) -> Result<()> {
        let (stamp, machine) = (self.stamp(), self.driver.machine);
        let device = self.store.device(&stamp, &machine.device)?;
        let toolchain = self.store.toolchain(&stamp, &machine.toolchain)?;
        let specified = self.driver.specified;
        let start = RunStart {
            system: specified.system.name.clone().unwrap_or_default(),
            design_path: self.state.design_path.clone(),
            design: self.state.design_hash.clone(),
            seed: self.state.seed,
            device,
            toolchain,
            workload: specified.workload.clone(),
            resumed,
        };
        self.store.append(&stamp, Record::Run(start))?;
        Ok(())
    }

    fn go(mut self, resumed: bool) -> Result<Outcomes> {
        let mut effects = if resumed {
            let (state, effects) = resume(&self.state);
            self.state = state;
            effects
        } else {
            vec![Effect::Specify]
        };
        effects.reverse();
        let mut reason = None;
        while let Some(effect) = effects.pop() {
            if self.driver.cancel.load(Ordering::Relaxed)
                && !matches!(effect, Effect::Report { .. })
            {
                return Ok(self.outcomes(DoneReason::Stopped, true));
            }
            let event = match self.carry_out(effect, &mut reason) {
                Ok(event) => event,
                Err(error) if is_interrupt(&error) => {
                    return Ok(self.outcomes(DoneReason::Stopped, true));
                }
                Err(error) if matches!(self.state.phase, Phase::Learn { .. }) => {
                    // What was measured is shown all the same.
                    let reason = match &self.state.phase {
                        Phase::Learn { reason } => reason.clone(),
                        _ => DoneReason::Stopped,
                    };
                    let mut outcomes = self.outcomes(reason, false);
                    outcomes.not_written = Some(error);
                    return Ok(outcomes);
                }
                Err(error) => return Err(error),
            };
            let Some(event) = event else { continue };
            let (next, mut more) = step(&self.state, event)
                .map_err(|e| anyhow::anyhow!("the loop is in disorder: {e}"))?;
            if next.phase != self.state.phase {
                self.note_phase(&next.phase)?;
            }
            self.state = next;
            self.state.write(&self.driver.paths.state)?;
            more.reverse();
            effects.append(&mut more);
        }
        let reason = reason.unwrap_or(DoneReason::Stopped);
        Ok(self.outcomes(reason, false))
    }

    fn outcomes(self, reason: DoneReason, interrupted: bool) -> Outcomes {
        let (seed, confirming) = (self.driver.specified.seed(), self.confirming());
        Outcomes {
            reason,
            analysis: analyse_with(self.history.trials(), &confirming, &seed),
            skipped: self.skipped,
            learnt: self.learnt,
            confirmed: self.confirmed,
            not_written: None,
            run: self.state.run,
            interrupted,
            measured: self.measured,
        }
    }

    fn note_phase(&mut self, phase: &Phase) -> Result<()> {
        let mut fields = BTreeMap::new();
        fields.insert("phase".to_owned(), Value::Text(phase.name().to_owned()));
        let event = TraceEvent { name: "phase".to_owned(), fields };
        self.store.append(&self.stamp(), Record::Event(event))?;
        Ok(())
    }

    fn carry_out(
        &mut self,
        effect: Effect,
        reason: &mut Option<DoneReason>,
    ) -> Result<Option<Event>> {
        Ok(match effect {
            // The design was specified before the driver was made; resuming reads it anew as well.
            Effect::Specify => Some(Event::Specified),
            Effect::Decide => Some(self.decide()),
            Effect::GenerateArtifact { config, .. } => Some(self.generate(config)?),
            Effect::RunTrial { config, incumbent, why } => {
                Some(self.run_trial(config, incumbent.as_ref(), &why)?)
            }
            Effect::Analyse => None,
            Effect::WriteKnowledge { .. } => {
                self.confirm()?;
                self.keep_kernel()?;
                self.learn()?;
                Some(Event::Learnt)
            }
            Effect::Report { reason: why } => {
                *reason = Some(why);
                None
            }
        })
    }

    fn decide(&mut self) -> Event {
        let budget = self.driver.budget;
        let done = self.history.trials().len() as u64;
        let remaining = Remaining {
            trials: budget.trials.map(|t| t.saturating_sub(done)),
            seconds: Some(budget.seconds - self.began.elapsed().as_secs_f64()),
        };
        let decision = self.search.next(&self.history, &remaining);
        self.skipped = decision.skipped;
        Event::Decided(decision.next)
    }

    fn generate(&mut self, config: Config) -> Result<Event> {
        let id = config.id();
        match self.render(&config) {
            Ok(artifact) => {
                self.artifacts.insert(id.clone(), artifact);
                Ok(Event::Generated { config: id })
            }
            Err(why) => {
                let rejection =
                    Rejection { stage: Stage::Generate, reason: "no-code".to_owned(), detail: why };
                let source = ContentHash::of_text("");
                let key =
                    ContentHash::of_parts([self.state.run.as_bytes(), id.as_str().as_bytes()]);
                self.finish(Trial {
                    key,
                    config_id: id.clone(),
                    config,
                    source,
                    problem: self.driver.specified.problem.clone(),
                    outcome: Outcome::Rejected(rejection),
                    seconds: 0.0,
                    needs: None,
                })?;
                Ok(Event::Tried { config: id })
            }
        }
    }

    fn render(&self, config: &Config) -> Result<Artifact, String> {
        let specified = self.driver.specified;
        let plan = specified.plan(config);
        spak_generate::render(&specified.family, &specified.templates, &plan)
            .map_err(|e| e.to_string())
    }

    fn run_trial(
        &mut self,
        config: Config,
        incumbent: Option<&Config>,
        why: &str,
    ) -> Result<Event> {
        let id = config.id();
        let specified = self.driver.specified;
        let artifact = match self.artifacts.get(&id) {
            Some(artifact) => artifact.clone(),
            None => self.render(&config).map_err(anyhow::Error::msg)?,
        };
        let machine = self.driver.machine;
        let key = trial_key(&artifact, &specified.problem, &machine.device, &machine.toolchain);
        if let Some(stored) = self.store.trial(&key).cloned() {
            self.store.reuse(&self.stamp(), &key)?;
            self.history.tell(stored);
            return Ok(Event::Tried { config: id });
        }
        (self.driver.progress)(Progress::Trying { config: &config, why });
        let incumbent = incumbent.map(|c| self.incumbent(c)).transpose()?.flatten();
        let request = TrialRequest {
            artifact: &artifact,
            problem: &specified.problem,
            incumbent: incumbent.as_ref(),
            compiler: &machine.compiler,
            options: &machine.options,
            build: &self.driver.paths.build,
        };
        let result = run_trial(request, &mut |_| {}, self.driver.cancel)?;
        if let Some(isolation) = result.isolation.filter(|i| !i.is_complete() && self.measured == 0)
        {
            let note = format!("candidates are only partly confined here: {isolation:?}");
            (self.driver.progress)(Progress::Note(&note));
        }
        if let Some(program) = result.program {
            self.programs.insert(id.clone(), program);
        }
        self.measured += 1;
        self.finish(Trial {
            key,
            config_id: id.clone(),
            config,
            source: artifact.hash,
            problem: specified.problem.clone(),
            outcome: result.outcome,
            seconds: result.seconds,
            needs: None,
        })?;
        Ok(Event::Tried { config: id })
    }

    /// The program of the incumbent; compiled again after an interruption.
    fn incumbent(&mut self, config: &Config) -> Result<Option<Incumbent>> {
        let id = config.id();
        if !self.programs.contains_key(&id) {
            let artifact = self.render(config).map_err(anyhow::Error::msg)?;
            let machine = self.driver.machine;
            let compiled = spak_run::compile(
                &artifact,
                &machine.compiler,
                &machine.options.sandbox,
                &self.driver.paths.build,
                self.driver.cancel,
            )?;
            if let spak_run::Compiled::Program(program) = compiled {
                self.programs.insert(id.clone(), program);
            }
        }
        let program = self.programs.get(&id).cloned();
        Ok(program.map(|program| Incumbent { program, config: id }))
    }

    /// Stores a trial with its observations and tells the search.
    fn finish(&mut self, trial: Trial) -> Result<()> {
        let stamp = self.stamp();
        self.store.append(&stamp, Record::Trial(Box::new(trial.clone())))?;
        self.history.tell(trial.clone());
        let analysis = analyse(self.history.trials(), &self.driver.specified.seed());
        let speedup = analysis.rows.len().checked_sub(1).and_then(|at| analysis.speedup_of(at));
        let step = format!("trial {}", self.history.trials().len());
        for observation in observations(&self.driver.specified.system, &trial, &step, speedup) {
            let envelope = Envelope {
                run: self.state.run.clone(),
                seq: self.observed,
                time: stamp.time.clone(),
                config: Some(trial.config_id.clone()),
                device: None,
            };
            self.observed += 1;
            (self.driver.progress)(Progress::Observed(&emit(&observation, Some(&envelope))));
            let observed =
                Observed { observation, config: Some(trial.config_id.clone()), device: None };
            self.store.append(&stamp, Record::Observation(observed))?;
        }
        (self.driver.progress)(Progress::Tried { trial: &trial, speedup });
        Ok(())
    }

    /// Writes the source of the best config where a person finds it.
    fn keep_kernel(&self) -> Result<()> {
        let Some(best) = self.best() else { return Ok(()) };
        let artifact = self.render(&best).map_err(anyhow::Error::msg)?;
        let path = &self.driver.paths.kernel;
        file::make_folder(path.parent().unwrap_or(path))?;
        file::replace(path, artifact.text.as_bytes())?;
        Ok(())
    }

    fn learn(&mut self) -> Result<()> {
        let machine = self.driver.machine;
        let context = self.driver.specified.context(
            &machine.device,
            &machine.toolchain,
            &self.state.run,
            &today(),
        );
        let trials = self.comparable();
        let designs = designs_of(self.store.trace());
        let learned = spak_knowledge::learn(&trials, &context);
        let learned = self.driver.specified.stamped(learned, &trials, &designs);
        let paths = self.driver.write.then_some(self.driver.paths);
        let learnt = learn::write_into(self.driver.design, &learned, paths)
            .context("cannot write what was learnt")?;
        self.learnt = Some(learnt);
        Ok(())
    }

    /// All stored trials that were made on this device with this compiler, whichever run made them.
    fn comparable(&self) -> Vec<Trial> {
        let trace = self.store.trace();
        let machine = self.driver.machine;
        let here = |run: &str| {
            trace.run(run).is_some_and(|start| {
                start.system == self.driver.specified.system.name.clone().unwrap_or_default()
                    && trace.device(&start.device) == Some(&machine.device)
                    && trace.toolchain(&start.toolchain) == Some(&machine.toolchain)
            })
        };
        let tried = trace.trials().filter(|(line, _)| here(&line.run));
        let mut trials: Vec<Trial> = tried.map(|(_, trial)| trial.clone()).collect();
        trials.extend(confirming_trials(trace, &here));
        trials
    }
}

fn is_interrupt(error: &anyhow::Error) -> bool {
    matches!(error.downcast_ref::<RunError>(), Some(RunError::Cancelled))
}

/// The time in UTC, RFC 3339 with milliseconds.
pub(crate) fn now() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// The date in UTC.
pub(crate) fn today() -> String {
    jiff::Timestamp::now().strftime("%Y-%m-%d").to_string()
}

/// Prints the report of a run for people.
///
/// # Errors
/// When standard output cannot be written to.
pub(crate) fn print(outcomes: &Outcomes, driver: &Driver<'_>) -> Result<()> {
    output::result(&report::text(outcomes, driver))
}
