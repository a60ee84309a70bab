//! A comparison of a trace: contenders for one problem, timed by turns.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::{Kwargs, Object, Value, from_args};
use minijinja::{Error, ErrorKind, State};
use spak_records::comparison::{Comparison, Contender};
use spak_records::store::Trace;
use spak_records::trace::Record;
use spak_records::{Measurement, Outcome, Problem};

use crate::figure::{Kind, wrong};
use crate::traced::{Origin, clean, config_text, is_setting, problem_value, short_texts, varied};

/// What contenders of ours are called.
const OURS: &str = "candidate";

/// A comparison with its place.
#[derive(Debug)]
pub(crate) struct Compared {
    origin: Origin,
    line: u64,
    comparison: Comparison,
    short: String,
    varied: Arc<BTreeSet<String>>,
}

impl Compared {
    /// The comparisons of a trace in order. If a workload was compared more than once on a machine, the last one counts,
    /// in the place of the first.
    pub(crate) fn all(trace: &Trace, origin: &Origin) -> Vec<Arc<Self>> {
        let mut places: BTreeMap<String, usize> = BTreeMap::new();
        let mut last: Vec<(u64, &Comparison)> = Vec::new();
        let mut devices: BTreeMap<&str, String> = BTreeMap::new();
        for line in &trace.lines {
            let Record::Comparison(comparison) = &line.record else { continue };
            let device = devices.entry(line.run.as_str()).or_insert_with(|| {
                trace.run(&line.run).map(|run| run.device.to_string()).unwrap_or_default()
            });
            let key = format!("{device} {:?} {:?}", comparison.workload, comparison.problem);
            match places.get(&key).and_then(|place| last.get_mut(*place)) {
                Some(place) => *place = (line.number, comparison),
                None => {
                    places.insert(key, last.len());
                    last.push((line.number, comparison));
                }
            }
        }
        let problems: Vec<&Problem> = last.iter().map(|(_, one)| &one.problem).collect();
        let contenders = last.iter().flat_map(|(_, one)| &one.contenders);
        let ours = contenders.filter(|one| one.name == OURS);
        let varied = Arc::new(varied(ours.filter_map(|one| one.config.as_ref())));
        let all = last.iter().zip(short_texts(&problems)).map(|((line, comparison), short)| {
            let (origin, comparison) = (origin.clone(), (*comparison).clone());
            Arc::new(Self { origin, line: *line, comparison, short, varied: Arc::clone(&varied) })
        });
        all.collect()
    }

    pub(crate) fn problem(&self) -> &Problem {
        &self.comparison.problem
    }

    /// The workload's name; empty if it has none.
    pub(crate) fn workload(&self) -> String {
        clean(self.comparison.workload.as_deref().unwrap_or_default())
    }

    /// The place of this in its trace.
    pub(crate) fn place(&self) -> (&Origin, u64) {
        (&self.origin, self.line)
    }

    /// Whether the problem has this value, or the workload this name.
    pub(crate) fn is(&self, name: &str, value: &Value) -> Result<bool, Error> {
        if name == "workload" {
            return Ok(value.as_str() == Some(&self.workload()));
        }
        Ok(is_setting(value, &self.setting(name)?))
    }

    /// Whether a contender of this name was measured.
    pub(crate) fn has(&self, name: &str) -> bool {
        self.fastest(name).is_ok()
    }

    fn setting(&self, name: &str) -> Result<spak_records::Value, Error> {
        problem_value(self.problem(), name)
            .ok_or_else(|| wrong(format!("the problem of {} has no `{name}`", self.name())))
    }

    /// What messages call it.
    fn name(&self) -> String {
        let workload = self.workload();
        if workload.is_empty() { self.short.clone() } else { workload }
    }

    fn of_name(&self, name: &str) -> impl Iterator<Item = &Contender> {
        self.comparison.contenders.iter().filter(move |one| one.name == name)
    }

    /// The fastest contender of a name.
    fn fastest(&self, name: &str) -> Result<(&Contender, &Measurement), Error> {
        let measured = self.of_name(name).filter_map(|one| match &one.outcome {
            Outcome::Measured(measurement) => Some((one, measurement)),
            Outcome::Rejected(_) => None,
        });
        measured.min_by_key(|(_, measurement)| measurement.median_ns).ok_or_else(|| {
            let (whose, names) = (self.name(), self.names().join(", "));
            wrong(match self.of_name(name).next() {
                Some(_) => format!("`{name}` was rejected in the comparison of {whose}"),
                None => format!("no `{name}` in the comparison of {whose}; there are: {names}"),
            })
        })
    }

    /// Names of all contenders, each once.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for contender in &self.comparison.contenders {
            let name = clean(&contender.name);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// The same comparison, of our contenders only those whose configs have these values.
    fn only(&self, wanted: &Kwargs) -> Result<Value, Error> {
        let names: Vec<&str> = wanted.args().collect();
        let values: Vec<Value> =
            names.iter().map(|name| wanted.get(name)).collect::<Result<_, _>>()?;
        let mut comparison = self.comparison.clone();
        comparison.contenders.retain(|one| {
            one.config.as_ref().is_none_or(|config| {
                names.iter().zip(&values).all(|(name, value)| {
                    config.get(name).is_some_and(|setting| is_setting(value, setting))
                })
            })
        });
        if !comparison.contenders.iter().any(|one| one.name == OURS) {
            let (whose, names) = (self.name(), names.join(", "));
            return Err(wrong(format!("no `{OURS}` of {whose} has these values of {names}")));
        }
        let (origin, short, varied) =
            (self.origin.clone(), self.short.clone(), Arc::clone(&self.varied));
        Ok(Value::from_object(Self { origin, line: self.line, comparison, short, varied }))
    }

    fn figure(&self, value: f64, kind: Kind, made: Option<String>) -> Value {
        self.origin.figure(value, kind, [self.line], made)
    }

    fn ask(&self, method: &str, name: &str) -> Result<Value, Error> {
        Ok(match method {
            "value" => self.origin.setting(&self.setting(name)?, self.line),
            "has" => Value::from(self.has(name)),
            "time" => self.figure(self.fastest(name)?.1.median_ns as f64, Kind::Time, None),
            "rate" => self.figure(self.fastest(name)?.1.tflops, Kind::Rate, None),
            "bandwidth" => {
                let Problem::Operator(problem) = self.problem() else {
                    return Err(wrong("problems of this kind do not say how many bytes they move"));
                };
                let ns = self.fastest(name)?.1.median_ns as f64;
                let made = format!("bytes of the problem over the time of {}", clean(name));
                self.figure(problem.bytes as f64 / ns / 1e3, Kind::Bandwidth, Some(made))
            }
            "ratio" => {
                let (its, ours) = (self.fastest(name)?.1, self.fastest(OURS)?.1);
                let made = format!("time of {} over that of {OURS}", clean(name));
                let ratio = its.median_ns as f64 / ours.median_ns as f64;
                self.figure(ratio, Kind::Ratio, Some(made))
            }
            "note" => {
                let note = self.fastest(name)?.0.note.as_deref();
                Value::from(clean(note.unwrap_or_default()))
            }
            "same_bits" => {
                let (its, ours) = (self.fastest(name)?.0, self.fastest(OURS)?.0);
                match (&its.outputs, &ours.outputs) {
                    (Some(its), Some(ours)) => Value::from(its == ours),
                    _ => return Err(wrong("the comparison does not say what the outputs were")),
                }
            }
            "software" => {
                let version = self.comparison.software.get(name);
                let version = version.ok_or_else(|| wrong(format!("no version of `{name}`")))?;
                Value::from(clean(version))
            }
            _ => return Err(Error::from(ErrorKind::UnknownMethod)),
        })
    }
}

impl Object for Compared {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "workload" => Value::from(self.workload()),
            "problem" => Value::from(self.short.as_str()),
            "names" => self.names().into_iter().map(Value::from).collect(),
            "config" => match self.fastest(OURS) {
                Ok((Contender { config: Some(config), .. }, _)) => {
                    Value::from(config_text(config, &self.varied))
                }
                Ok(_) => Value::from(""),
                Err(error) => Value::from(error),
            },
            _ => return None,
        })
    }

    fn call_method(
        self: &Arc<Self>,
        _state: &mut State<'_, '_>,
        method: &str,
        args: &[Value],
    ) -> Result<Value, Error> {
        if method == "only" {
            let (wanted,): (Kwargs,) = from_args(args)?;
            return self.only(&wanted);
        }
        let (name,): (&str,) = from_args(args)?;
        self.ask(method, name)
    }
}
