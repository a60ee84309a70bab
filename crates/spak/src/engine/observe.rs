//! Trials as observations of the design's own schema.

use std::collections::BTreeMap;

use spak_model::system::{Case, System};
use spak_model::types::Type;
use spak_records::protocol::Observation;
use spak_records::{Outcome, Trial, Value};

/// The cases that trials are observations of.
const CASES: [&str; 3] = ["Correctness", "Performance", "Rejection"];
/// Everything that is known of some trial.
const FACTS: [&str; 14] = [
    "step_name",
    "component",
    "passed",
    "tflops",
    "gflops",
    "median_ns",
    "samples",
    "max_error",
    "worst_ratio",
    "speedup",
    "stage",
    "reason",
    "detail",
    "seconds",
];

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

/// What trials of `system` will not be observed as, and why: cases that name what no trial knows.
pub(crate) fn unobserved(system: &System) -> Vec<String> {
    if system.cases.is_empty() {
        return Vec::new();
    }
    let known = |name: &str| FACTS.contains(&name);
    let mut notes = Vec::new();
    let ours: Vec<&Case> =
        system.cases.iter().filter(|c| CASES.contains(&c.name.as_str())).collect();
    for case in &ours {
        if let Some((field, _)) = case.fields.iter().find(|(name, _)| !known(name)) {
            notes.push(format!(
                "no `{}` is observed: a trial knows no `{field}`, but {}",
                case.name,
                FACTS.join(", ")
            ));
        }
    }
    if ours.is_empty() {
        let all = CASES.join("`, `");
        notes.push(format!("trials are not observed: the schema has no case `{all}`"));
    }
    notes
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
    facts.insert("seconds", Value::Float(trial.seconds));
    match &trial.outcome {
        Outcome::Measured(m) => {
            facts.insert("passed", Value::Bool(true));
            facts.insert("tflops", Value::Float(m.tflops));
            facts.insert("gflops", Value::Float(m.tflops * 1e3));
            facts.insert("median_ns", Value::Int(i64::try_from(m.median_ns).unwrap_or(i64::MAX)));
            facts.insert("samples", Value::Int(i64::from(m.samples)));
            let error = m.checks.iter().map(|c| c.max_error).fold(0.0, f64::max);
            facts.insert("max_error", Value::Float(error));
            // Of what the arithmetic allows; at most one, since it passed.
            let ratio = m.checks.iter().map(|c| c.worst_ratio).fold(0.0, f64::max);
            facts.insert("worst_ratio", Value::Float(ratio));
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

#[cfg(test)]
mod tests {
    use super::{FACTS, facts};
    use spak_records::{
        Config, ContentHash, Measurement, Outcome, Problem, Rejection, Stage, Trial,
    };

    #[test]
    fn what_is_said_to_be_known_is_what_is_known() {
        let id = ContentHash::of_text("x");
        let trial = |outcome| Trial {
            key: id.clone(),
            config_id: id.clone(),
            config: Config::default(),
            source: id.clone(),
            problem: Problem::Matmul { m: 1, n: 1, k: 1 },
            outcome,
            seconds: 1.0,
            needs: None,
        };
        let measured = trial(Outcome::Measured(Measurement {
            median_ns: 1,
            median_ci_ns: [1, 1],
            min_ns: 1,
            samples: 9,
            tflops: 1.0,
            incumbent_median_ns: None,
            incumbent: None,
            conditions: None,
            energy_mj: None,
            checks: Vec::new(),
        }));
        let rejected = trial(Outcome::Rejected(Rejection {
            stage: Stage::Check,
            reason: "wrong-result".to_owned(),
            detail: String::new(),
        }));
        let mut known: Vec<&str> = [&measured, &rejected]
            .iter()
            .flat_map(|t| facts(t, "s", Some(1.0)).into_keys())
            .collect();
        known.sort_unstable();
        known.dedup();
        let mut said = FACTS.to_vec();
        said.sort_unstable();
        assert_eq!(known, said);
    }
}
