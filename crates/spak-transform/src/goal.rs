//! What is wanted: as a block of a design, and as text.

use std::fmt::Write as _;

use spak_model::system::Record;
use spak_model::{Literal, Reading};

/// What is to become better.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Objective {
    /// More of it is better.
    pub maximize: bool,
    /// What is counted: `tflops`, `time`, `energy`, `memory`.
    pub metric: String,
}

impl Objective {
    /// `maximize tflops`, as goals and word lists write it.
    pub fn read(text: &str) -> Option<Self> {
        let mut words = text.split_whitespace();
        let maximize = match words.next()?.to_ascii_lowercase().as_str() {
            "maximize" | "maximise" => true,
            "minimize" | "minimise" => false,
            _ => return None,
        };
        let metric = words.collect::<Vec<_>>().join("_");
        (!metric.is_empty()).then_some(Self { maximize, metric })
    }

    /// The same as [`Objective::read`] takes it.
    pub fn text(&self) -> String {
        let verb = if self.maximize { "maximize" } else { "minimize" };
        format!("{verb} {}", self.metric)
    }
}

/// What is wanted of a design. What is not said is left to the seed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Goal {
    /// The machine, by a name that the seed or the libraries have.
    pub hardware: Option<String>,
    /// What is computed.
    pub operator: Option<String>,
    /// What is to become better.
    pub objective: Option<Objective>,
    /// Sizes, flags and types of the problem, by the names of the operator: name and value as written.
    pub workload: Vec<(String, String)>,
    /// What is to be used: `tma`, `tensor_cores`, `gqa`.
    pub uses: Vec<String>,
    /// What must not be used.
    pub avoids: Vec<String>,
    /// The most of something that a block may need: `shared_memory`, `registers`, with a unit.
    pub limits: Vec<(String, String)>,
    /// Conditions over the design, in its own language.
    pub require: Vec<String>,
    /// The sentence that it was read from.
    pub said: Option<String>,
}

impl Goal {
    /// The goal that a block states, and the fields of it that say nothing to this program.
    pub fn of_record(record: &Record) -> (Self, Vec<String>) {
        let (mut goal, mut other) = (Self::default(), Vec::new());
        let mut metric = None;
        let mut verb = None;
        for (key, slot) in &record.fields {
            let texts = texts(&slot.reading);
            let first = || texts.first().cloned();
            match key.as_str() {
                "hardware" => goal.hardware = first(),
                "operator" | "family" => goal.operator = first(),
                "said" => goal.said = first(),
                "metric" => metric = first(),
                "objective" => match first().as_deref().and_then(Objective::read) {
                    Some(objective) => goal.objective = Some(objective),
                    None => verb = first(),
                },
                "uses" => goal.uses.extend(texts),
                "avoids" => goal.avoids.extend(texts),
                "require" => goal.require.extend(texts),
                _ => match key.split_once('.') {
                    Some(("workload", name)) => {
                        goal.workload.push((name.to_owned(), first().unwrap_or_default()));
                    }
                    Some(("limit" | "limits", name)) => {
                        let most = first().map(|text| spaced(&text)).unwrap_or_default();
                        goal.limits.push((name.to_owned(), most));
                    }
                    _ => other.push(key.clone()),
                },
            }
        }
        // `objective: "minimize"` beside `metric: "median_ns"`.
        if let (None, Some(verb), Some(metric)) = (&goal.objective, verb, metric) {
            goal.objective = Objective::read(&format!("{verb} {metric}"));
        }
        (goal, other)
    }

    /// The block that says the same, indented by `indent`.
    pub fn block(&self, indent: &str) -> String {
        let mut text = format!("{indent}goal {{\n");
        let mut line = |key: &str, value: &str| {
            let _ = writeln!(text, "{indent}    {key}: {value}");
        };
        if let Some(said) = &self.said {
            line("said", &quoted(said));
        }
        if let Some(hardware) = &self.hardware {
            line("hardware", &quoted(hardware));
        }
        if let Some(operator) = &self.operator {
            line("operator", &quoted(operator));
        }
        if let Some(objective) = &self.objective {
            line("objective", &quoted(&objective.text()));
        }
        for (key, all) in [("uses", &self.uses), ("avoids", &self.avoids)] {
            if !all.is_empty() {
                let all: Vec<String> = all.iter().map(|one| quoted(one)).collect();
                line(key, &format!("[{}]", all.join(", ")));
            }
        }
        for one in &self.require {
            line("require", &quoted(one));
        }
        for (key, all) in [("workload", &self.workload), ("limit", &self.limits)] {
            if !all.is_empty() {
                let _ = writeln!(text, "{indent}    {key} {{");
                for (name, value) in all {
                    let _ = writeln!(text, "{indent}        {name}: {value}");
                }
                let _ = writeln!(text, "{indent}    }}");
            }
        }
        let _ = writeln!(text, "{indent}}}");
        text
    }
}

/// A number and its unit as people write them: `128 KiB`.
fn spaced(text: &str) -> String {
    match text.find(|c: char| c.is_alphabetic()).and_then(|at| text.split_at_checked(at)) {
        Some((number, unit)) => format!("{} {unit}", number.trim()),
        None => text.to_owned(),
    }
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace(['\n', '\r'], " "))
}

/// What a field says, as text; one for each item of a list.
fn texts(reading: &Reading) -> Vec<String> {
    let plain = |literal: &Literal| match literal {
        Literal::Text(text) => text.clone(),
        other => other.to_string(),
    };
    match reading {
        Reading::Literal(Literal::List(items)) => items.iter().map(plain).collect(),
        Reading::Literal(literal) => vec![plain(literal)],
        Reading::List(items) => items.iter().flat_map(texts).collect(),
        Reading::Formula(formula) => vec![formula.text.clone()],
        Reading::Name(text) | Reading::Words(text) | Reading::Template(text, _) => {
            vec![text.clone()]
        }
        _ => Vec::new(),
    }
}
