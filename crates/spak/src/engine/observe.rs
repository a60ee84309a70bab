//! Trials as observations of the design's own schema.

use std::collections::BTreeMap;

use spak_model::system::{Case, System};
use spak_model::types::Type;
use spak_records::protocol::Observation;
use spak_records::{Outcome, Trial, Value};

/// The observations that `trial` makes, one for each case of the design's schema that its outcome can
/// fill; without a schema, those of `std/observations`.
pub(crate) fn observations(
    system: &System,
    trial: &Trial,
    step: &str,
    speedup: Option<f64>,
) -> Vec<Observation> {
    let facts = facts(trial, step, speedup);
    let wanted: &[&str] = match trial.outcome {
        Outcome::Measured(_) => &["Correctness", "Performance"],
        Outcome::Rejected(_) => &["Correctness", "Rejection"],
    };
    let given = standard_cases();
    let cases: &[Case] = if system.cases.is_empty() { &given } else { &system.cases };
    wanted.iter().filter_map(|name| fill(cases.iter().find(|c| c.name == *name)?, &facts)).collect()
}

/// The case with its fields; `None` when one of them is not known or would have the wrong type.
fn fill(case: &Case, facts: &BTreeMap<&'static str, Value>) -> Option<Observation> {
    let mut fields = BTreeMap::new();
    for (name, ty) in &case.fields {
        let value = facts.get(name.as_str())?;
        let accepts =
            ty.as_ref().is_none_or(|ty: &Type| ty.accepts(&super::symbols::literal(value)));
        if !accepts {
            return None;
        }
        fields.insert(name.clone(), value.clone());
    }
    Some(Observation { case: case.name.clone(), fields })
}

/// Everything that can be said of a trial, under the names that schemas use.
fn facts(trial: &Trial, step: &str, speedup: Option<f64>) -> BTreeMap<&'static str, Value> {
    let mut facts = BTreeMap::new();
    facts.insert("step_name", Value::Text(step.to_owned()));
    facts.insert("component", Value::Text(trial.problem.family().to_owned()));
    match &trial.outcome {
        Outcome::Measured(m) => {
            facts.insert("passed", Value::Bool(true));
            facts.insert("tflops", Value::Float(m.tflops));
            facts.insert("gflops", Value::Float(m.tflops * 1e3));
            facts.insert("median_ns", Value::Int(i64::try_from(m.median_ns).unwrap_or(i64::MAX)));
            facts.insert("samples", Value::Int(i64::from(m.samples)));
            let error = m.checks.iter().map(|c| c.max_error).fold(0.0, f64::max);
            facts.insert("max_error", Value::Float(error));
            if let Some(speedup) = speedup {
                facts.insert("speedup", Value::Float(speedup));
            }
        }
        Outcome::Rejected(r) => {
            facts.insert("passed", Value::Bool(false));
            facts.insert("stage", Value::Text(format!("{:?}", r.stage).to_lowercase()));
            facts.insert("reason", Value::Text(r.reason.clone()));
            facts.insert("detail", Value::Text(r.detail.clone()));
        }
    }
    facts
}

fn standard_cases() -> Vec<Case> {
    struct NoFiles;
    impl spak_model::Files for NoFiles {
        fn load(
            &mut self,
            _: spak_syntax::FileId,
            _: &str,
        ) -> Result<(spak_syntax::FileId, String), String> {
            Err("the library imports nothing".to_owned())
        }
    }
    let text = crate::verbs::library::find("std/observations").unwrap_or("");
    let resolved = spak_model::resolve(spak_syntax::FileId(0), text, &mut NoFiles);
    System::of(&resolved.entries).cases
}
