//! A timed problem of a trace with its trials, and one trial.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};
use spak_records::store::Trace;
use spak_records::trace::{Line, Record};
use spak_records::{Levels, Outcome, Problem, Trial, front};

use crate::compared::Compared;
use crate::figure::wrong;
use crate::traced::{Origin, is_setting, problem_value, short_texts, varied};
use crate::tried::Tried;

/// A problem that was timed on one machine.
#[derive(Debug)]
pub(crate) struct Timed {
    origin: Origin,
    problem: Problem,
    name: String,
    short: String,
    /// Lines of all trials, and of those that were rejected.
    lines: [BTreeSet<u64>; 2],
    /// The accepted ones in order.
    trials: Vec<Arc<Tried>>,
}

/// Whether a line is a trial that was rejected.
pub(crate) fn is_rejected(line: &Line) -> bool {
    matches!(&line.record, Record::Trial(trial) if matches!(trial.outcome, Outcome::Rejected(_)))
}

/// The timed problems of a trace in the order of their first trials.
pub(crate) fn all(trace: &Trace, origin: &Origin, compared: &[Arc<Compared>]) -> Vec<Arc<Timed>> {
    let mut devices: BTreeMap<&str, String> = BTreeMap::new();
    let mut by_device: BTreeMap<String, Vec<(&Line, &Trial)>> = BTreeMap::new();
    for (line, trial) in trace.trials() {
        let device = devices.entry(line.run.as_str()).or_insert_with(|| {
            trace.run(&line.run).map(|run| run.device.to_string()).unwrap_or_default()
        });
        by_device.entry(device.clone()).or_default().push((line, trial));
    }
    let mut found = Vec::new();
    for trials in by_device.into_values() {
        let levels = Arc::new(Levels::of(trials.iter().map(|(_, trial)| *trial)));
        let count = trials.len();
        let mut problems: BTreeMap<String, Vec<(&Line, &Trial)>> = BTreeMap::new();
        for (line, trial) in trials {
            problems.entry(format!("{:?}", trial.problem)).or_default().push((line, trial));
        }
        found.extend(problems.into_values().map(|trials| Group {
            trials,
            levels: Arc::clone(&levels),
            count,
        }));
    }
    found.sort_by_key(|group| group.trials.first().map(|(line, _)| line.number));
    let problems: Vec<&Problem> = found.iter().filter_map(Group::problem).collect();
    let texts = short_texts(&problems);
    let timed = found.iter().zip(&problems).zip(texts);
    timed
        .map(|((group, problem), short)| {
            let named = compared.iter().find(|one| one.problem() == *problem);
            let name = named.map(|one| one.workload()).filter(|name| !name.is_empty());
            Arc::new(group.timed(origin, problem, name.unwrap_or_else(|| short.clone()), short))
        })
        .collect()
}

/// The trials of a problem on a machine.
struct Group<'t> {
    trials: Vec<(&'t Line, &'t Trial)>,
    levels: Arc<Levels<'t>>,
    count: usize,
}

impl<'t> Group<'t> {
    fn problem(&self) -> Option<&'t Problem> {
        self.trials.first().map(|(_, trial)| &trial.problem)
    }

    fn timed(&self, origin: &Origin, problem: &Problem, name: String, short: String) -> Timed {
        let lines = |wanted: fn(&Line) -> bool| {
            let lines = self.trials.iter().filter(|(line, _)| wanted(line));
            lines.map(|(line, _)| line.number).collect()
        };
        let measured: Vec<_> = self
            .trials
            .iter()
            .enumerate()
            .filter_map(|(index, (line, trial))| match &trial.outcome {
                Outcome::Measured(measurement) => {
                    let level = self.levels.log_ns(problem, &trial.config_id);
                    Some((index, line.number, *trial, measurement, level))
                }
                Outcome::Rejected(_) => None,
            })
            .collect();
        let with_level = measured.iter().filter_map(|(_, line, .., level)| level.zip(Some(*line)));
        let best_level = with_level.min_by(|(a, _), (b, _)| a.total_cmp(b));
        let varied = Arc::new(varied(measured.iter().map(|(_, _, trial, ..)| &trial.config)));
        let tried = measured.into_iter().map(|(index, line, trial, measurement, level)| {
            Arc::new(Tried {
                origin: origin.clone(),
                line,
                index: index as u64 + 1,
                config: trial.config.clone(),
                measurement: measurement.clone(),
                needs: trial.needs.clone(),
                level: level.zip(Some(self.count)),
                best_level,
                varied: Arc::clone(&varied),
            })
        });
        Timed {
            origin: origin.clone(),
            problem: problem.clone(),
            name,
            short,
            lines: [lines(|_| true), lines(is_rejected)],
            trials: tried.collect(),
        }
    }
}

fn list(trials: impl IntoIterator<Item = Arc<Tried>>) -> Value {
    trials.into_iter().map(Value::from_dyn_object).collect()
}

impl Timed {
    /// Lines of all its trials.
    pub(crate) fn places(&self) -> (&Origin, &BTreeSet<u64>) {
        (&self.origin, &self.lines[0])
    }

    /// Whether the problem has this value, or this is its name.
    pub(crate) fn is(&self, name: &str, value: &Value) -> Result<bool, Error> {
        if name == "name" {
            return Ok(value.as_str() == Some(self.name.as_str()));
        }
        Ok(is_setting(value, &self.setting(name)?))
    }

    fn setting(&self, name: &str) -> Result<spak_records::Value, Error> {
        problem_value(&self.problem, name)
            .ok_or_else(|| wrong(format!("the problem of {} has no `{name}`", self.name)))
    }

    /// The fastest first; what has no level last.
    fn by_level(&self) -> Vec<Arc<Tried>> {
        let mut trials = self.trials.clone();
        trials.sort_by(|a, b| match (a.level, b.level) {
            (Some((a, _)), Some((b, _))) => a.total_cmp(&b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        });
        trials
    }

    /// Those that no other one beats in time and energy, the fastest first.
    fn pareto(&self) -> Vec<Arc<Tried>> {
        let points: Vec<(f64, f64)> = self
            .trials
            .iter()
            .map(|trial| {
                let energy = trial.measurement.energy_mj.unwrap_or(f64::NAN);
                (trial.level.map_or(f64::NAN, |(level, _)| level), energy)
            })
            .collect();
        let places = front(&points).into_iter();
        places.filter_map(|place| self.trials.get(place).cloned()).collect()
    }

    fn trial(&self, wanted: &Kwargs) -> Result<Value, Error> {
        let names: Vec<&str> = wanted.args().collect();
        let mut found = self.trials.clone();
        for name in &names {
            let value: Value = wanted.get(name)?;
            let is = |trial: &Arc<Tried>| trial.is(name, &value);
            let mut kept = Vec::new();
            for trial in found {
                if is(&trial)? {
                    kept.push(trial);
                }
            }
            found = kept;
        }
        let what = || format!("of {} have these values of {}", self.name, names.join(", "));
        match found.as_slice() {
            [one] => Ok(Value::from_dyn_object(Arc::clone(one))),
            [] => Err(wrong(format!("no accepted trials {}", what()))),
            several => Err(wrong(format!("{} trials {}; one is asked for", several.len(), what()))),
        }
    }
}

impl Object for Timed {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "name" => Value::from(self.name.as_str()),
            "problem" => Value::from(self.short.as_str()),
            "trials" => self.origin.count(&self.lines[0]),
            "rejected" => self.origin.count(&self.lines[1]),
            "best" => match self.by_level().into_iter().find(|trial| trial.level.is_some()) {
                Some(best) => Value::from_dyn_object(best),
                None => Value::from(wrong(format!("{} has no accepted trial", self.name))),
            },
            "trials_by_level" => list(self.by_level()),
            "by_order" => list(self.trials.iter().cloned()),
            "pareto" => list(self.pareto()),
            "spilling" => {
                let mut spilling = self.by_level();
                spilling.retain(|one| one.needs.as_ref().is_some_and(|n| n.local_memory > 0));
                list(spilling)
            }
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        match method {
            "value" => {
                let (name,): (&str,) = from_args(args)?;
                let line = self.lines[0].first().copied().unwrap_or_default();
                Ok(self.origin.setting(&self.setting(name)?, line))
            }
            "best_after" => {
                let (count,): (u64,) = from_args(args)?;
                let mut until = self.by_level().into_iter().filter(|trial| trial.index <= count);
                until
                    .find(|trial| trial.level.is_some())
                    .map(Value::from_dyn_object)
                    .ok_or_else(|| wrong(format!("no accepted trial of {} until then", self.name)))
            }
            "trial" => {
                let (wanted,): (Kwargs,) = from_args(args)?;
                self.trial(&wanted)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
