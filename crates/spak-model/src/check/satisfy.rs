//! Constraints against the space: is any config left, which values does none have, and has every
//! constraint a value for all of them?
//!
//! The engine of `spak-space` answers exactly. A space that is too dense for it is looked at one
//! constraint at a time.

mod faults;

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Value, free_names};
use spak_space::{Conflict, Explainer, Limits, MakeError, Space};
use spak_syntax::{Diagnostic, Label};

use crate::codes::{CIRCULAR_CONDITION, DEAD_VALUE, EMPTY_SPACE};
use crate::formula::to_value;
use crate::literal::Literal;
use crate::reading::Reading;
use crate::space::{Declared, Origin, declared};
use crate::system::{Condition, Dimension, Record, System};

/// Small: a check runs at every keystroke. `spak space` looks for longer.
const LIMITS: Limits = Limits { edges: 100_000, work: 2_000_000, analysed_from: 20_000.0 };

/// Domains with more values are left out.
const MAX_VALUES: u64 = 4096;

/// Problems beyond these are not looked at one by one.
const MAX_WORKLOADS: usize = 8;

/// With more workloads each excludes values that others need, and nobody wants to be told.
const MAX_TOLD_APART: usize = 4;

/// Dead values of which it is found out who excludes them.
const MAX_BLAMED: usize = 64;

pub(super) fn check(system: &System, found: &mut Vec<Diagnostic>) {
    if system.constraints.is_empty() && system.dimensions.iter().all(|d| d.when.is_empty()) {
        return;
    }
    // Of conditions in a circle nothing follows.
    if found.iter().any(|d| d.code == CIRCULAR_CONDITION) {
        return;
    }
    let shared = known(&system.workloads, system);
    let differs = differing(system);
    let is_about_one = |c: &Condition| {
        c.slots.iter().any(|slot| match &slot.reading {
            Reading::Formula(formula) => {
                free_names(&formula.expr).iter().any(|n| differs.contains(n.as_str()))
            }
            _ => false,
        })
    };
    if differs.is_empty() || !system.constraints.iter().any(is_about_one) {
        look(system, shared, found);
        return;
    }
    // Each problem by itself: what it excludes is no fault of the space when another one needs it.
    let workloads = spread(&system.workloads);
    let mut said: Vec<Vec<Diagnostic>> = Vec::new();
    for workload in workloads.iter().copied() {
        let mut found = Vec::new();
        look(system, known(std::slice::from_ref(workload), system), &mut found);
        said.push(found);
    }
    let names: Vec<String> = workloads
        .iter()
        .enumerate()
        .map(|(place, w)| w.name.clone().unwrap_or_else(|| format!("number {}", place + 1)))
        .collect();
    // What is said of several problems is said once.
    let mut different: Vec<(Diagnostic, Vec<&str>)> = Vec::new();
    for (own, name) in said.into_iter().zip(&names) {
        for diagnostic in own {
            match different.iter_mut().find(|(known, _)| *known == diagnostic) {
                Some((_, of)) if of.contains(&name.as_str()) => {}
                Some((_, of)) => of.push(name),
                None => different.push((diagnostic, vec![name])),
            }
        }
    }
    let is_all = names.len() == system.workloads.len();
    let all = match is_all {
        true => names.len().to_string(),
        false => format!("the {} that were looked at of {}", names.len(), system.workloads.len()),
    };
    for (mut diagnostic, of) in different {
        let is_dead = diagnostic.code == DEAD_VALUE;
        if of.len() < names.len() && is_dead && names.len() > MAX_TOLD_APART {
            continue;
        }
        if of.len() < names.len() {
            diagnostic.message = format!("{} for {}", diagnostic.message, some(&of, &all));
            // A value that one problem excludes is there for the others.
            if is_dead {
                diagnostic.severity = spak_syntax::Severity::Note;
                diagnostic.repair =
                    "leave it if the others need it, or loosen the constraint".to_owned();
            }
        } else if !is_all {
            diagnostic.message = format!("{} for any of {all} workloads", diagnostic.message);
            if is_dead {
                diagnostic.severity = spak_syntax::Severity::Note;
                diagnostic.repair =
                    "leave it if another one needs it, or loosen the constraint".to_owned();
            }
        } else if diagnostic.code == EMPTY_SPACE {
            diagnostic.message = format!("{} for any workload", diagnostic.message);
        }
        found.push(diagnostic);
    }
}

/// At most [`MAX_WORKLOADS`] of them, from the first to the last: neighbours are often alike.
fn spread(workloads: &[Record]) -> Vec<&Record> {
    let count = workloads.len().min(MAX_WORKLOADS);
    (0..count)
        .filter_map(|at| workloads.get(at * (workloads.len() - 1) / (count - 1).max(1)))
        .collect()
}

/// The workloads that something is said of.
fn some(of: &[&str], all: &str) -> String {
    let quoted = |names: &[&str]| {
        names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    };
    match of {
        [one] => format!("the workload `{one}`"),
        [a, b, c, _, more @ ..] => {
            format!(
                "{} of {all} workloads: {} and {} more",
                of.len(),
                quoted(&[a, b, c]),
                more.len() + 1
            )
        }
        few => format!("{} of {all} workloads: {}", few.len(), quoted(few)),
    }
}

fn look(system: &System, known: BTreeMap<String, Value>, found: &mut Vec<Diagnostic>) {
    for mut part in declared(system, known, MAX_VALUES).parts() {
        loop {
            match look_at(system, &part, found) {
                Ok(()) => break,
                // What cannot be understood is said where names and types are looked at.
                Err(MakeError::Condition(Some(at), _)) if (at as usize) < part.origins.len() => {
                    part.problem.constraints.remove(at as usize);
                    part.origins.remove(at as usize);
                }
                Err(MakeError::Condition(..)) => break,
                Err(MakeError::TooLarge(_)) => {
                    one_by_one(system, &part, found);
                    break;
                }
            }
        }
    }
}

/// What each constraint by itself excludes.
fn one_by_one(system: &System, part: &Declared, found: &mut Vec<Diagnostic>) {
    for (constraint, origin) in part.problem.constraints.iter().zip(&part.origins) {
        let mut alone = part.clone();
        alone.problem.constraints = vec![constraint.clone()];
        alone.origins = vec![origin.clone()];
        // One that is too dense by itself is left to a run.
        let _ = look_at(system, &alone, found);
    }
}

fn look_at(
    system: &System,
    declared: &Declared,
    found: &mut Vec<Diagnostic>,
) -> Result<(), MakeError> {
    let look = Look { system, declared };
    // Where a constraint has no value is said; what it and the others refute is worth saying as well.
    let mut lenient = Explainer::lenient(&declared.problem, LIMITS)?;
    let space = lenient.whole()?;
    look.faults(&mut Explainer::new(&declared.problem, LIMITS)?, found);
    look.at(&space, &mut lenient, found);
    Ok(())
}

struct Look<'a> {
    system: &'a System,
    declared: &'a Declared,
}

impl Look<'_> {
    fn at(&self, space: &Space, explainer: &mut Explainer, found: &mut Vec<Diagnostic>) {
        if space.is_empty() {
            let guilty = explainer.conflict().map(|c| self.blamed(&c)).unwrap_or_default();
            found.extend(self.empty_space(&guilty));
            return;
        }
        // By dimension and by what excludes the values.
        let mut dead: BTreeMap<(usize, Vec<usize>), Vec<usize>> = BTreeMap::new();
        let mut left = MAX_BLAMED;
        for (index, alive) in space.marginals().iter().enumerate() {
            let Some(parameter) = self.declared.problem.parameters.get(index) else { continue };
            let alive: BTreeSet<u32> = alive.iter().map(|(value, _)| *value).collect();
            for value in (0..parameter.values.len()).filter(|v| !alive.contains(&(*v as u32))) {
                let blamed = match left.checked_sub(1) {
                    Some(next) => {
                        left = next;
                        explainer.exclusion(&[(index as u32, value as u32)])
                    }
                    None => None,
                };
                let guilty = blamed.map(|c| self.blamed(&c)).unwrap_or_default();
                dead.entry((index, guilty)).or_default().push(value);
            }
        }
        for ((index, guilty), values) in dead {
            found.extend(self.dead_values(index, &values, &guilty));
        }
    }

    fn blamed(&self, conflict: &Conflict) -> Vec<usize> {
        conflict.constraints.iter().map(|c| *c as usize).collect()
    }

    fn text(&self, constraint: usize) -> &str {
        self.declared.problem.constraints.get(constraint).map_or("", |c| c.text.as_str())
    }

    fn dimension(&self, parameter: usize) -> Option<&Dimension> {
        self.system.dimensions.get(*self.declared.dimensions.get(parameter)?)
    }

    fn named(&self, guilty: &[usize]) -> String {
        let texts: Vec<String> =
            guilty.iter().take(6).map(|c| format!("`{}`", self.text(*c))).collect();
        texts.join(" and ")
    }

    fn labels(&self, guilty: &[usize], text: &str) -> Vec<Label> {
        let places = guilty.iter().filter_map(|c| self.declared.origins.get(*c));
        places.map(|o| Label { file: o.file, span: o.span, text: text.to_owned() }).collect()
    }

    fn empty_space(&self, guilty: &[usize]) -> Option<Diagnostic> {
        let (last, others) = guilty.split_last()?;
        let Origin { file, span, .. } = self.declared.origins.get(*last)?;
        let reason = match others {
            [] => format!("`{}` excludes every one", self.text(*last)),
            _ => format!("{} exclude each other", self.named(guilty)),
        };
        let mut diagnostic =
            Diagnostic::error(EMPTY_SPACE, *span, "no config satisfies the constraints")
                .because(reason)
                .repair("loosen one of them, or add values to the dimensions they speak of")
                .in_file(*file);
        diagnostic.related = self.labels(others, "together with this");
        Some(diagnostic)
    }

    fn dead_values(
        &self,
        parameter: usize,
        values: &[usize],
        guilty: &[usize],
    ) -> Option<Diagnostic> {
        let dimension = self.dimension(parameter)?;
        let literals: Vec<Literal> = dimension.domain.values()?;
        let mut texts: Vec<String> = values
            .iter()
            .filter_map(|v| literals.get(*v))
            .take(8)
            .map(ToString::to_string)
            .collect();
        if values.len() > texts.len() {
            texts.push(format!("{} more", values.len() - texts.len()));
        }
        let name = &dimension.name;
        let (message, reason, repair) = match guilty {
            [] if !dimension.when.is_empty() && values.len() == literals.len() => (
                format!("`{name}` is in no config"),
                "its condition holds for none".to_owned(),
                format!("remove `{name}`, or loosen its condition"),
            ),
            [] => (
                format!("no config has `{name}` = {}", texts.join(" or ")),
                "the constraints together exclude it".to_owned(),
                format!("remove it from `{name}`, or loosen a constraint"),
            ),
            _ => (
                format!("no config has `{name}` = {}", texts.join(" or ")),
                format!("it is excluded by {}", self.named(guilty)),
                format!("remove it from `{name}`, or loosen the constraint"),
            ),
        };
        let mut diagnostic = Diagnostic::warning(DEAD_VALUE, dimension.place.span, message)
            .because(reason)
            .repair(repair)
            .in_file(dimension.place.file);
        diagnostic.related = self.labels(guilty, "excluded here");
        Some(diagnostic)
    }
}

/// The keys of which workloads say different things.
fn differing(system: &System) -> BTreeSet<&str> {
    let mut first: BTreeMap<&str, &Reading> = BTreeMap::new();
    let mut differs = BTreeSet::new();
    for (key, slot) in system.workloads.iter().flat_map(|w| &w.fields) {
        if *first.entry(key).or_insert(&slot.reading) != &slot.reading {
            differs.insert(key.as_str());
        }
    }
    differs
}

/// What these workloads and the devices say, where they agree; dimensions are open.
fn known(workloads: &[Record], system: &System) -> BTreeMap<String, Value> {
    let mut known: BTreeMap<String, Option<Value>> = BTreeMap::new();
    for record in workloads.iter().chain(&system.hardware) {
        for (key, slot) in &record.fields {
            let Reading::Literal(literal) = &slot.reading else { continue };
            let value = to_value(literal);
            if matches!((literal, &value), (Literal::Quantity(..), Value::Text(_))) {
                continue;
            }
            if system.hardware.iter().any(|one| std::ptr::eq(one, record)) {
                known
                    .entry(format!("hardware.{key}"))
                    .and_modify(|v| {
                        if v.as_ref() != Some(&value) {
                            *v = None;
                        }
                    })
                    .or_insert_with(|| Some(value.clone()));
            }
            known
                .entry(key.clone())
                .and_modify(|v| {
                    if v.as_ref() != Some(&value) {
                        *v = None;
                    }
                })
                .or_insert_with(|| Some(value.clone()));
        }
    }
    known.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}
