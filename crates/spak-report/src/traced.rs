//! What a trace says, as objects of a template.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use minijinja::value::{Object, Value};
use spak_records::store::Trace;
use spak_records::trace::{Line, Record};
use spak_records::{Config, Problem, Value as Setting};

use crate::compared::Compared;
use crate::figure::{Figure, Kind};
use crate::ledger::Ledger;
use crate::marks;
use crate::workload::{self, Timed};

/// A trace that a page reads.
#[derive(Debug)]
pub(crate) struct Traced {
    origin: Origin,
    device: Vec<String>,
    comparisons: Vec<Arc<Compared>>,
    workloads: Vec<Arc<Timed>>,
    trials: BTreeSet<u64>,
    rejected: BTreeSet<u64>,
}

/// Where figures of a trace come from.
#[derive(Clone, Debug)]
pub(crate) struct Origin {
    /// The file as the page names it.
    pub(crate) file: Arc<str>,
    pub(crate) ledger: Arc<Ledger>,
}

impl Origin {
    /// A figure of these lines.
    pub(crate) fn figure(
        &self,
        value: f64,
        kind: Kind,
        lines: impl IntoIterator<Item = u64>,
        made: Option<String>,
    ) -> Value {
        let sources = [(self.file.to_string(), lines.into_iter().collect())].into();
        let ledger = Arc::clone(&self.ledger);
        let figure = Figure { value, kind, sources, made, shown: None, ledger };
        figure.into_value().unwrap_or_else(Value::from)
    }

    /// How many lines these are.
    pub(crate) fn count(&self, lines: &BTreeSet<u64>) -> Value {
        self.figure(lines.len() as f64, Kind::Count, lines.iter().copied(), None)
    }

    /// A value of a config or a problem, which stands in this line.
    pub(crate) fn setting(&self, value: &Setting, line: u64) -> Value {
        match value {
            Setting::Bool(flag) => Value::from(*flag),
            Setting::Int(int) => self.figure(*int as f64, Kind::Count, [line], None),
            Setting::Float(float) => self.figure(*float, Kind::Setting, [line], None),
            Setting::Text(text) => Value::from(clean(text)),
            Setting::List(items) => items.iter().map(|item| self.setting(item, line)).collect(),
        }
    }
}

/// `text` in one line, without characters that only marks may have.
pub(crate) fn clean(text: &str) -> String {
    text.chars().map(|c| if c.is_control() || marks::is_mark(c) { ' ' } else { c }).collect()
}

/// Whether a value of a template is this one.
pub(crate) fn is_setting(value: &Value, setting: &Setting) -> bool {
    match setting {
        Setting::Bool(flag) => *value == Value::from(*flag),
        Setting::Int(int) => value.is_number() && *value == Value::from(*int),
        Setting::Float(float) => value.is_number() && *value == Value::from(*float),
        Setting::Text(text) => value.as_str() == Some(text),
        Setting::List(_) => false,
    }
}

/// The value of `name` in a problem.
pub(crate) fn problem_value(problem: &Problem, name: &str) -> Option<Setting> {
    let all = problem.symbols();
    all.into_iter().find(|(symbol, _)| *symbol == name).map(|(_, value)| value)
}

/// Each problem in words, without those that all of them have.
pub(crate) fn short_texts(problems: &[&Problem]) -> Vec<String> {
    let texts: Vec<String> = problems.iter().map(|problem| clean(&problem.to_string())).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for text in &texts {
        for word in text.split(' ').collect::<BTreeSet<_>>() {
            *counts.entry(word).or_default() += 1;
        }
    }
    let differs = |word: &&str| counts.get(word).is_none_or(|count| *count < texts.len());
    let short = |text: &String| text.split(' ').filter(differs).collect::<Vec<_>>().join(" ");
    texts.iter().map(|text| if texts.len() < 2 { text.clone() } else { short(text) }).collect()
}

/// Names in whose values configs differ.
pub(crate) fn varied<'a>(configs: impl IntoIterator<Item = &'a Config>) -> BTreeSet<String> {
    let configs: Vec<&Config> = configs.into_iter().collect();
    let names: BTreeSet<&String> = configs.iter().flat_map(|config| config.0.keys()).collect();
    let first = |name: &str| configs.first().and_then(|config| config.get(name));
    let differs = |name: &&String| configs.iter().any(|config| config.get(name) != first(name));
    names.into_iter().filter(differs).cloned().collect()
}

/// These values of a config in a line.
pub(crate) fn config_text(config: &Config, names: &BTreeSet<String>) -> String {
    let all = config.0.iter().filter(|(name, _)| names.contains(*name));
    let texts: Vec<String> = all.map(|(name, value)| format!("{name}={value}")).collect();
    clean(&texts.join(", "))
}

impl Traced {
    /// What `trace` says, which the page calls `file`.
    pub(crate) fn of(trace: &Trace, file: &str, ledger: &Arc<Ledger>) -> Self {
        let origin = Origin { file: file.into(), ledger: Arc::clone(ledger) };
        let mut device = Vec::new();
        for line in &trace.lines {
            if let Record::Device(one) = &line.record
                && !device.contains(&clean(&one.name))
            {
                device.push(clean(&one.name));
            }
        }
        let comparisons = Compared::all(trace, &origin);
        let workloads = workload::all(trace, &origin, &comparisons);
        let lines = |wanted: fn(&Line) -> bool| {
            let trials = trace.trials().map(|(line, _)| line).filter(|line| wanted(line));
            trials.map(|line| line.number).collect()
        };
        Self {
            trials: lines(|_| true),
            rejected: lines(workload::is_rejected),
            origin,
            device,
            comparisons,
            workloads,
        }
    }
}

impl Object for Traced {
    fn get_value(self: &Arc<Self>, key: &Value) -> Option<Value> {
        Some(match key.as_str()? {
            "comparisons" => {
                self.comparisons.iter().map(|one| Value::from_dyn_object(Arc::clone(one))).collect()
            }
            "workloads" => {
                self.workloads.iter().map(|one| Value::from_dyn_object(Arc::clone(one))).collect()
            }
            "device" => Value::from(self.device.join(", ")),
            "trials" => self.origin.count(&self.trials),
            "rejected" => self.origin.count(&self.rejected),
            _ => return None,
        })
    }
}
