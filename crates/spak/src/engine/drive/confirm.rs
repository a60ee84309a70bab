//! The last measurement of a run: the best config and the seed by turns.
//!
//! The figure that sums up a run is measured and not put together from others. It is kept as an event
//! of the trace, and what is learnt rests on it as on any other session.

use std::collections::BTreeMap;

use anyhow::Result;
use spak_loop::analyse_with;
use spak_records::store::Trace;
use spak_records::trace::{Event as TraceEvent, Record};
use spak_records::{Config, ContentHash, Outcome, Trial, Value};
use spak_run::Summary;

use crate::engine::drive::Work;

/// How many configs are compared with the seed at the end of a run.
const MOST_SESSIONS: u32 = 3;

/// The event's name.
const EVENT: &str = "confirmed";

/// Best config and seed, alive at the same time and timed by turns.
#[derive(Clone, Debug)]
pub(crate) struct Confirmed {
    /// The config that came out best.
    pub(crate) best: ContentHash,
    /// Its time of one call.
    pub(crate) best_time: Summary,
    /// The seed.
    pub(crate) seed: ContentHash,
    /// Median time of one call of the seed in nanoseconds.
    pub(crate) seed_ns: u64,
}

impl Confirmed {
    /// How many times faster the best config is.
    pub(crate) fn speedup(&self) -> f64 {
        self.seed_ns as f64 / self.best_time.median_ns.max(1) as f64
    }

    fn event(&self) -> TraceEvent {
        let number = |ns: u64| Value::Int(i64::try_from(ns).unwrap_or(i64::MAX));
        let id = |id: &ContentHash| Value::Text(id.as_str().to_owned());
        let time = &self.best_time;
        let [low, high] = time.median_ci_ns;
        let fields = [
            ("best", id(&self.best)),
            ("best_median_ns", number(time.median_ns)),
            ("best_ci_low_ns", number(low)),
            ("best_ci_high_ns", number(high)),
            ("best_min_ns", number(time.min_ns)),
            ("best_max_ns", number(time.max_ns)),
            ("samples", number(u64::from(time.samples))),
            ("seed", id(&self.seed)),
            ("seed_median_ns", number(self.seed_ns)),
        ];
        let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        TraceEvent { name: EVENT.to_owned(), fields }
    }

    fn of_event(event: &TraceEvent) -> Option<Self> {
        let fields: &BTreeMap<String, Value> = &event.fields;
        let number = |name: &str| match fields.get(name)? {
            Value::Int(n) => u64::try_from(*n).ok(),
            _ => None,
        };
        let id = |name: &str| match fields.get(name)? {
            Value::Text(text) => ContentHash::parse(text),
            _ => None,
        };
        let best_time = Summary {
            median_ns: number("best_median_ns")?,
            median_ci_ns: [number("best_ci_low_ns")?, number("best_ci_high_ns")?],
            min_ns: number("best_min_ns")?,
            max_ns: number("best_max_ns")?,
            samples: u32::try_from(number("samples")?).ok()?,
        };
        let (best, seed) = (id("best")?, id("seed")?);
        (event.name == EVENT).then_some(Self {
            best,
            best_time,
            seed,
            seed_ns: number("seed_median_ns")?,
        })
    }

    /// The session as a trial of the best config beside the seed, after the model of the trial that
    /// measured the config first.
    fn as_trial(&self, of: &Trial, run: &str) -> Option<Trial> {
        let mut trial = of.clone();
        let Outcome::Measured(m) = &mut trial.outcome else { return None };
        let time = &self.best_time;
        m.tflops *= m.median_ns as f64 / time.median_ns.max(1) as f64;
        m.median_ns = time.median_ns;
        m.median_ci_ns = time.median_ci_ns;
        m.min_ns = time.min_ns;
        m.samples = time.samples;
        m.incumbent = Some(self.seed.clone());
        m.incumbent_median_ns = Some(self.seed_ns);
        trial.key = ContentHash::of_parts([of.key.as_str(), EVENT, run].map(str::as_bytes));
        Some(trial)
    }
}

/// The final sessions of the runs that `wanted` names, as trials.
pub(super) fn confirming_trials(trace: &Trace, wanted: &dyn Fn(&str) -> bool) -> Vec<Trial> {
    let mut out = Vec::new();
    for line in trace.lines.iter().filter(|line| wanted(&line.run)) {
        let Record::Event(event) = &line.record else { continue };
        let Some(confirmed) = Confirmed::of_event(event) else { continue };
        let same = |trial: &&Trial| trial.config_id == confirmed.best;
        let first = trace.history(&line.run).into_iter().find(same);
        out.extend(first.and_then(|trial| confirmed.as_trial(trial, &line.run)));
    }
    out
}

impl Work<'_, '_> {
    /// Times the best config and the seed by turns, unless that was done before the run was interrupted.
    ///
    /// The session counts like every other one. When another config comes out best with it, that one is
    /// compared as well, so that report, kernel and facts speak of the same config.
    pub(super) fn confirm(&mut self) -> Result<()> {
        let seed = self.driver.specified.seed();
        for _ in 0..MOST_SESSIONS {
            let Some(best) = self.best().filter(|best| *best != seed) else { break };
            if self.confirmation_of(&best).is_some() {
                break;
            }
            let Some(confirmed) = self.by_turns(&best, &seed)? else { break };
            self.store.append(&self.stamp(), Record::Event(confirmed.event()))?;
        }
        self.confirmed = self.best().and_then(|best| self.confirmation_of(&best));
        Ok(())
    }

    /// The last comparison of `config` with the seed in this run.
    fn confirmation_of(&self, config: &Config) -> Option<Confirmed> {
        let id = config.id();
        let lines = self.store.trace().lines.iter().rev().filter(|line| line.run == self.state.run);
        let mut confirmed = lines.filter_map(|line| match &line.record {
            Record::Event(event) => Confirmed::of_event(event),
            _ => None,
        });
        confirmed.find(|confirmed| confirmed.best == id)
    }

    /// The final sessions of this run, as trials.
    pub(super) fn confirming(&self) -> Vec<Trial> {
        confirming_trials(self.store.trace(), &|run| run == self.state.run)
    }

    /// The best config, by all sessions of this run.
    pub(super) fn best(&self) -> Option<Config> {
        let seed = self.driver.specified.seed();
        let analysis = analyse_with(self.history.trials(), &self.confirming(), &seed);
        analysis.best.and_then(|at| analysis.rows.get(at)).map(|row| row.config.clone())
    }

    fn by_turns(&mut self, best: &Config, seed: &Config) -> Result<Option<Confirmed>> {
        if self.driver.specified.validity(seed).is_err() {
            return Ok(None);
        }
        let (Some(candidate), Some(incumbent)) = (self.incumbent(best)?, self.incumbent(seed)?)
        else {
            return Ok(None);
        };
        let (machine, cancel) = (self.driver.machine, self.driver.cancel);
        let timed = spak_run::time(
            &candidate.program,
            Some(&incumbent.program),
            &self.driver.specified.problem,
            None,
            &machine.options,
            self.state.seed,
            &mut |_| {},
            cancel,
        )?;
        let Ok(report) = timed else { return Ok(None) };
        Ok(report.incumbent.map(|beside| Confirmed {
            best: candidate.config,
            best_time: report.candidate.summary,
            seed: incumbent.config,
            seed_ns: beside.summary.median_ns,
        }))
    }
}
