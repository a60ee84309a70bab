//! A timed problem of a trace with its trials, and one trial.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};
use spak_records::store::Trace;
use spak_records::trace::{Line, Record};
use spak_records::{Config, Levels, Measurement, Outcome, Problem, Trial, front};

use crate::compared::Compared;
use crate::figure::{Kind, wrong};
use crate::traced::{Origin, clean, config_text, is_setting, problem_value, short_texts, varied};

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

/// An accepted trial.
#[derive(Debug)]
pub(crate) struct Tried {
    origin: Origin,
    line: u64,
    index: u64,
    config: Config,
    measurement: Measurement,
    /// The logarithm of its nanoseconds without drift, and how many trials that is known from.
    level: Option<(f64, usize)>,
    best_level: Option<(f64, u64)>,
    varied: Arc<BTreeSet<String>>,
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
            "trial" => {
                let (wanted,): (Kwargs,) = from_args(args)?;
                self.trial(&wanted)
            }
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}

impl Tried {
    /// The place of this in its trace.
    pub(crate) fn place(&self) -> (&Origin, u64) {
        (&self.origin, self.line)
    }

    /// Whether the config has this value.
    pub(crate) fn is(&self, name: &str, value: &Value) -> Result<bool, Error> {
        // What is alive in some configs only has no value in the others.
        Ok(self.config.get(name).is_some_and(|setting| is_setting(value, setting)))
    }

    fn figure(&self, value: f64, kind: Kind, made: Option<&str>) -> Value {
        self.origin.figure(value, kind, [self.line], made.map(str::to_owned))
    }

    fn level_ns(&self) -> Result<(f64, String), Error> {
        let (log, count) = self.level.ok_or_else(|| wrong("the trial has no time"))?;
        Ok((log.exp(), format!("without the drift of {count} trials")))
    }

    fn level(&self) -> Result<Value, Error> {
        let (ns, made) = self.level_ns()?;
        Ok(self.figure(ns, Kind::Time, Some(&made)))
    }

    fn rate(&self) -> Result<Value, Error> {
        let (ns, made) = self.level_ns()?;
        let operations = self.measurement.tflops * self.measurement.median_ns as f64;
        Ok(self.figure(operations / ns, Kind::Rate, Some(&made)))
    }

    fn slower(&self) -> Result<Value, Error> {
        let (ns, made) = self.level_ns()?;
        let (best, line) = self.best_level.ok_or_else(|| wrong("the trial has no time"))?;
        let made = format!("time over that of the best, {made}");
        Ok(self.origin.figure(ns / best.exp(), Kind::Ratio, [self.line, line], Some(made)))
    }

    /// This time over that of another trial.
    fn over(&self, other: &Self) -> Result<Value, Error> {
        let ((ns, made), (others, _)) = (self.level_ns()?, other.level_ns()?);
        let lines = [self.line, other.line];
        Ok(self.origin.figure(ns / others, Kind::Ratio, lines, Some(made)))
    }

    /// What this config has, and another one has not or has otherwise.
    fn differs(&self, other: &Self) -> String {
        let own = self.config.0.iter();
        let names: BTreeSet<String> = own
            .filter(|(name, value)| other.config.get(name) != Some(*value))
            .map(|(name, _)| name.clone())
            .collect();
        config_text(&self.config, &names)
    }

    fn measured(&self, name: &str, value: Option<f64>, kind: Kind) -> Result<Value, Error> {
        let value =
            value.ok_or_else(|| wrong(format!("the trial has no {name}: nobody looked")))?;
        Ok(self.figure(value, kind, None))
    }

    fn spread(&self) -> Value {
        let [low, high] = self.measurement.median_ci_ns;
        let width = high.saturating_sub(low) as f64 / self.measurement.median_ns as f64;
        self.figure(width, Kind::Ratio, Some("interval of the median over the median"))
    }

    fn worst_check(&self) -> Result<Value, Error> {
        let ratios = self.measurement.checks.iter().map(|check| check.worst_ratio);
        let worst = ratios.max_by(|a, b| a.partial_cmp(b).unwrap_or(Ordering::Equal));
        let worst = worst.ok_or_else(|| wrong("the trial says nothing of its checks"))?;
        Ok(self.figure(worst, Kind::Ratio, Some("largest difference over its tolerance")))
    }
}

impl Object for Tried {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        let conditions = self.measurement.conditions.as_ref();
        let answer = match key.as_str()? {
            "time" => Ok(self.figure(self.measurement.median_ns as f64, Kind::Time, None)),
            "level" => self.level(),
            "rate" => self.rate(),
            "slower" => self.slower(),
            "energy" => self.measured("energy", self.measurement.energy_mj, Kind::Energy),
            "power" => self.measured("power", conditions.map(|c| c.power_w), Kind::Power),
            "clock" => {
                let clock = conditions.map(|c| f64::from(c.clock_mhz));
                self.measured("clock", clock, Kind::Clock)
            }
            "spread" => Ok(self.spread()),
            "worst_check" => self.worst_check(),
            "index" => Ok(self.figure(self.index as f64, Kind::Count, Some("place in the run"))),
            "config" => Ok(Value::from(config_text(&self.config, &self.varied))),
            _ => return None,
        };
        Some(answer.unwrap_or_else(Value::from))
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if matches!(method, "over" | "differs") {
            let (other,): (Value,) = from_args(args)?;
            let other = other
                .downcast_object::<Self>()
                .ok_or_else(|| wrong(format!("`{method}` asks for another trial")))?;
            return match method {
                "over" => self.over(&other),
                _ => Ok(Value::from(self.differs(&other))),
            };
        }
        let (name,): (&str,) = from_args(args)?;
        match method {
            "value" => {
                let value = self.config.get(name);
                let value = value.ok_or_else(|| {
                    let names: Vec<&str> = self.config.0.keys().map(String::as_str).collect();
                    wrong(format!(
                        "the config has no `{}`; it has: {}",
                        clean(name),
                        clean(&names.join(", "))
                    ))
                })?;
                Ok(self.origin.setting(value, self.line))
            }
            "has" => Ok(Value::from(match name {
                "energy" => self.measurement.energy_mj.is_some(),
                "power" | "clock" => self.measurement.conditions.is_some(),
                "worst_check" => !self.measurement.checks.is_empty(),
                name => self.config.get(name).is_some(),
            })),
            _ => Err(Error::from(ErrorKind::UnknownMethod)),
        }
    }
}
