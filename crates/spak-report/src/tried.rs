//! An accepted trial of a trace, as pages ask it.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use minijinja::value::{Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};
use spak_records::{Config, Measurement, Needs};

use crate::figure::{Kind, wrong};
use crate::traced::{Origin, clean, config_text, is_setting};

/// An accepted trial.
#[derive(Debug)]
pub(crate) struct Tried {
    pub(crate) origin: Origin,
    pub(crate) line: u64,
    pub(crate) index: u64,
    pub(crate) config: Config,
    pub(crate) measurement: Measurement,
    pub(crate) needs: Option<Needs>,
    /// The logarithm of its nanoseconds without drift, and how many trials that is known from.
    pub(crate) level: Option<(f64, usize)>,
    pub(crate) best_level: Option<(f64, u64)>,
    pub(crate) varied: Arc<BTreeSet<String>>,
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
        let needs = |of: fn(&Needs) -> u32| self.needs.as_ref().map(|needs| f64::from(of(needs)));
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
            "registers" => self.measured("registers", needs(|n| n.registers), Kind::Count),
            "spills" => self.measured("local memory", needs(|n| n.local_memory), Kind::Count),
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
