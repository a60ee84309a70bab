//! The trials that facts are from, and trials that were made since: looked up in traces.

use std::path::{Path, PathBuf};

use anyhow::Result;
use spak_knowledge::{Ran, Resting, Witness, verdict};
use spak_records::store::Trace;
use spak_records::{Config, Device, Toolchain, Trial};

use crate::engine::paths::Paths;
use crate::engine::stamp::{Designs, designs_of};
use crate::engine::traces;
use crate::stale::now::{Situated, machines};
use crate::stale::{Item, Seen, begins};

/// A trace with its name.
struct Read {
    shown: String,
    trace: Trace,
    designs: Designs,
}

/// All traces that were named, and that of the design's own loop.
pub(crate) struct Evidence {
    traces: Vec<Read>,
}

/// Where a trial that a fact names is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Found {
    /// There.
    There,
    /// The run that the fact is from is there, and this trial is not.
    Gone(String),
    /// No trace that was named has the run: nobody looked at the right place.
    Unknown,
}

impl Evidence {
    /// Reads the traces that are named, and the design's own if there is one and something was learnt from traces.
    ///
    /// # Errors
    /// A trace that cannot be read.
    pub(crate) fn of(path: Option<&Path>, all: &[Resting], named: &[PathBuf]) -> Result<Self> {
        let own = path.map(|path| Paths::of(path).trace);
        let own = own.filter(|own| !all.is_empty() && own.exists() && !named.contains(own));
        let mut read = Vec::new();
        for path in own.iter().chain(named) {
            let trace = traces::read(path)?;
            let designs = designs_of(&trace);
            read.push(Read { shown: path.to_string_lossy().into_owned(), trace, designs });
        }
        Ok(Self { traces: read })
    }

    /// The machines of all traces.
    pub(crate) fn machines(&self) -> Vec<(Device, Toolchain)> {
        self.traces.iter().flat_map(|read| machines(&read.trace)).collect()
    }

    /// Where the trials that a fact is from are.
    pub(crate) fn find(&self, resting: &Resting) -> Found {
        let keys = || resting.shown_by.iter().flatten();
        let is_there = |key: &String| {
            self.traces.iter().any(|read| read.trace.trials().any(|(_, t)| begins(&t.key, key)))
        };
        let missing = keys().find(|key| !is_there(key));
        let source = resting.source.as_deref().and_then(|source| source.strip_prefix("trace "));
        let of_run =
            source.and_then(|run| self.traces.iter().find(|read| read.trace.run(run).is_some()));
        match (missing, of_run) {
            (None, _) if keys().next().is_some() => Found::There,
            (Some(key), Some(read)) => {
                Found::Gone(format!("its trial {key} is gone from `{}`", read.shown))
            }
            _ => Found::Unknown,
        }
    }

    /// The trials of a fact that are there, with how each was made.
    pub(crate) fn trials_of<'e>(
        &'e self,
        resting: &'e Resting,
    ) -> impl Iterator<Item = (&'e Trial, &'e Designs)> {
        resting.shown_by.iter().flatten().filter_map(|key| {
            self.traces.iter().find_map(|read| {
                let own = read.trace.trials().find(|(_, trial)| begins(&trial.key, key));
                own.map(|(_, trial)| (trial, &read.designs))
            })
        })
    }

    /// Looks for trials of the item's witnesses that were made with what is there now, and says what they show.
    pub(crate) fn look(&self, item: &mut Item, contexts: &[Situated]) {
        let Some(at) = item.asked.context else { return };
        for (slot, (_, witness)) in item.seen.iter_mut().zip(&item.resting.witnesses) {
            let Some(witness) = witness else { continue };
            let seen = self
                .traces
                .iter()
                .rev()
                .find_map(|read| read.shows(witness, at, contexts, &item.resting.condition));
            *slot = slot.take().or(seen);
        }
    }
}

impl Read {
    /// What trials of this trace that were made with what is there now show of a witness.
    fn shows(
        &self,
        witness: &Witness,
        at: usize,
        contexts: &[Situated],
        condition: &str,
    ) -> Option<Seen> {
        let stamp = &contexts.get(at)?.stamp;
        let made_now = |run: &str| {
            let start = self.trace.run(run)?;
            let device = self.trace.device(&start.device)?;
            let toolchain = self.trace.toolchain(&start.toolchain)?;
            let own = spak_knowledge::Stamp::of(device, toolchain);
            let is_driver = stamp.driver.is_none() || own.driver == stamp.driver;
            (own.toolchain == stamp.toolchain && is_driver).then_some(())
        };
        let all: Vec<(&str, &Trial)> = self
            .trace
            .trials()
            .filter(|(_, trial)| trial.impossible().is_none())
            .filter(|(line, _)| made_now(&line.run).is_some())
            .map(|(line, trial)| (line.run.as_str(), trial))
            .collect();
        let [first, second] = witness.configs().map(|config| {
            let (situated, config) = place(&config, condition, contexts)?;
            all.iter().rev().find(|(_, trial)| {
                trial.config == config
                    && trial.problem == situated.specified.problem
                    && situated.specified.makes(trial, &self.designs)
            })
        });
        let ((run, first), (_, second)) = (first?, second?);
        let trials: Vec<Trial> = all.iter().map(|(_, trial)| (*trial).clone()).collect();
        let ran = Ran::of_trials(&trials, [first, second])?;
        let (verdict, said) = verdict(witness.relation, &ran);
        Some(Seen { verdict, said, run: (*run).to_owned() })
    }
}

/// The workload of the design that a side of a witness is about, and its config: what the side says of the problem has to be
/// so there.
pub(crate) fn place<'c>(
    side: &Config,
    condition: &str,
    contexts: &'c [Situated],
) -> Option<(&'c Situated, Config)> {
    contexts.iter().filter(|situated| situated.context.is_under(condition)).find_map(|situated| {
        let fields = situated.context.problem_fields();
        let is_dimension =
            |name: &str| situated.specified.dimensions.iter().any(|d| d.name == name);
        let mut config = Config::default();
        for (name, value) in &side.0 {
            if is_dimension(name) {
                config.0.insert(name.clone(), value.clone());
            } else if fields.get(name) != Some(value) {
                return None;
            }
        }
        let specified = &situated.specified;
        Some((situated, specified.canonical(&specified.whole(&config))))
    })
}
