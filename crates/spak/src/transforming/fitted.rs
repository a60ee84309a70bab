//! Values that no config can have on the machine of a goal are taken out, each with the conditions that exclude it.

use std::collections::BTreeMap;

use anyhow::Result;
use spak_records::Value;
use spak_records::transform_report::ChangeRecord;
use spak_space::{Explainer, Limits, Space};
use spak_syntax::Severity;
use spak_syntax::edit::apply;
use spak_transform::Goal;
use spak_transform::merge::take_out;

use super::Draft;
use crate::tuning::{Subject, rules};

/// Rules of libraries for groups of operators.
const RULES: &[(&str, &str)] = &[("attention", "attention"), ("products", "matmul")];
/// Values looked at for a question at most.
const WORK: u64 = 20_000_000;

/// The text without what cannot be, and what was taken out.
///
/// # Errors
/// The machine is not known.
pub(super) fn fit(draft: &Draft<'_>, goal: &Goal) -> Result<(String, Vec<ChangeRecord>)> {
    let (design, found) = draft.design();
    let entries = design.resolved.entries.clone();
    let ontology = crate::ontology::with(&crate::ontology::own(&entries));
    let operator = goal.operator.as_deref().unwrap_or_default();
    let mut subject = Subject::of_design(design, found, goal.hardware.as_deref())?;
    for (name, value) in &goal.workload {
        if let Some(value) = spak_expr::parse(value, 0)
            .expr
            .and_then(|expr| spak_expr::eval(&expr, &spak_expr::Empty).ok())
        {
            subject.problem.symbols.entry(name.clone()).or_insert(value);
        }
    }
    limit(&mut subject, goal);
    let of = RULES.iter().filter(|(group, _)| ontology.covers(group, operator));
    let wanted = of.map(|(_, rules)| (*rules).to_owned()).collect();
    subject.rule(&rules::Rules { rules: wanted, hardware: None, given: Vec::new() })?;
    // Rules that cannot be applied here are no reason to leave the others out.
    if subject.diagnostics.iter().any(|d| d.severity == Severity::Error) {
        return Ok((draft.text.clone(), Vec::new()));
    }
    let limits = Limits { work: WORK, ..Limits::default() };
    let Ok(space) = Space::within(&subject.problem, limits) else {
        return Ok((draft.text.clone(), Vec::new()));
    };
    let mut explainer = Explainer::new(&subject.problem, limits)?;
    let machine = goal.hardware.as_deref().unwrap_or("this machine");
    let (mut text, mut changes) = (draft.text.clone(), Vec::new());
    for ((parameter, why), values) in grouped(&subject, &mut explainer, &space, machine) {
        let are = if values.len() == 1 { "is" } else { "are" };
        let note = format!("{} {are} left out for {machine}: {why}", values.join(", "));
        let now = Draft { path: draft.path, text: text.clone() };
        let own = now.own();
        if let Some(edit) = take_out(now.seed(&own), &parameter, &values, &note) {
            text = apply(&text, &[edit])?;
            changes.push(ChangeRecord {
                what: "left out".to_owned(),
                name: parameter,
                values,
                proposal: format!("what fits {machine}"),
                reason: why,
                ..ChangeRecord::default()
            });
        }
    }
    Ok((text, changes))
}

/// Values that no config has, by dimension and reason.
fn grouped(
    subject: &Subject,
    explainer: &mut Explainer,
    space: &Space,
    machine: &str,
) -> BTreeMap<(String, String), Vec<String>> {
    let mut all: BTreeMap<(String, String), Vec<String>> = BTreeMap::new();
    for killed in explainer.killed(space) {
        let parameter = subject.problem.parameters.get(killed.parameter as usize);
        let value = parameter.and_then(|p| p.values.get(killed.value as usize));
        let (Some(parameter), Some(value)) = (parameter, value) else { continue };
        let value = match value {
            Value::Text(text) => text.clone(),
            other => other.to_string(),
        };
        let constraints = killed.by.iter().flat_map(|conflict| &conflict.constraints);
        let why = constraints.filter_map(|at| {
            let origin = subject.origins.get(*at as usize)?;
            let text = subject.problem.constraints.get(*at as usize).map(|c| c.text.clone());
            origin.reason.clone().or(text)
        });
        let why: Vec<String> =
            why.map(|why| why.trim_start_matches("of the rule ").to_owned()).collect();
        let why = match why.is_empty() {
            true => format!("no config has it on {machine}"),
            false => why.join("; "),
        };
        all.entry((parameter.name.clone(), why)).or_default().push(value);
    }
    all
}

/// What a goal allows a block to need, where the machine has more.
fn limit(subject: &mut Subject, goal: &Goal) {
    for (what, most) in &goal.limits {
        let field = match what.as_str() {
            "shared_memory" => "hardware.shared_memory_per_block",
            // Registers are counted in numbers of 32 bits.
            "registers" => "hardware.registers_per_sm",
            other => other,
        };
        let most = spak_expr::parse(most, 0).expr;
        let most = most.and_then(|expr| spak_expr::eval(&expr, &spak_expr::Empty).ok());
        let (Some(most), Some(known)) = (most, subject.problem.symbols.get_mut(field)) else {
            continue;
        };
        let smaller = match (&most, &*known) {
            (spak_expr::Value::Quantity(a), spak_expr::Value::Quantity(b)) => {
                a.dimension == b.dimension && a.magnitude < b.magnitude
            }
            // Registers have 4 bytes each.
            (spak_expr::Value::Quantity(a), spak_expr::Value::Int(b)) if what == "registers" => {
                let count = (a.magnitude / 4.0).max(0.0) as i64;
                if count < *b {
                    *known = spak_expr::Value::Int(count);
                }
                false
            }
            _ => false,
        };
        if smaller {
            *known = most;
        }
    }
}
