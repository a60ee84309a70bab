//! What a kernel's source has that a design lacks, and what the design says otherwise.

use std::collections::{BTreeMap, BTreeSet};

use spak_model::Literal;
use spak_model::system::{Dimension, System};
use spak_syntax::Diagnostic;
use spak_syntax::ast::Item;

use super::known::Known;
use super::{Addition, Design, What, conflicts, known, plain, written};
use crate::lifting::draft::{axis_line, parameter_line, workload};
use crate::lifting::parts::{Axis, Parts, Statement};

/// Collects additions and conflicts.
pub(super) struct Merger<'m> {
    pub(super) design: &'m Design<'m>,
    pub(super) system: System,
    pub(super) known: Known<'m>,
    pub(super) items: &'m [Item],
    /// What the source has, where that is one value.
    pub(super) found: BTreeMap<String, Literal>,
    pub(super) additions: Vec<Addition>,
    pub(super) conflicts: Vec<Diagnostic>,
    /// Axes and parameters with a value that a constraint of the design forbids.
    pub(super) forbidden: BTreeSet<(String, String)>,
}

impl Merger<'_> {
    pub(super) fn collect(&mut self, parts: &Parts) {
        self.forbid(parts);
        self.family(parts);
        for axis in &parts.axes {
            self.axis(axis, &parts.source);
        }
        for (name, values) in &parts.parameters {
            self.parameter(name, values, &parts.source);
        }
        for config in &parts.configs {
            self.config(config);
        }
        for invariant in &parts.invariants {
            self.invariant(invariant);
        }
        for fact in &parts.facts {
            self.fact(fact);
        }
        for hazard in &parts.hazards {
            self.hazard(hazard);
        }
        self.contradicted(parts);
    }

    fn add(&mut self, name: String, what: What) {
        self.additions.push(Addition { name, what });
    }

    /// Looks which values of the source constraints of the design forbid.
    fn forbid(&mut self, parts: &Parts) {
        for axis in &parts.axes {
            if let [value] = axis.values.as_slice() {
                self.found.insert(axis.name.clone(), written(value));
            }
        }
        let conditions = self.system.constraints.iter().chain(&self.system.invariants);
        let slots: Vec<_> = conditions
            .flat_map(|one| one.slots.iter().map(move |slot| (one.place.file, slot)))
            .collect();
        for (file, slot) in slots {
            let spak_model::Reading::Formula(formula) = &slot.reading else { continue };
            let names = spak_expr::free_names(&formula.expr);
            let fails = |values: &BTreeMap<String, Literal>| {
                !names.is_empty()
                    && names.iter().all(|name| values.contains_key(name))
                    && formula.holds(&|name| values.get(name).cloned()) == Ok(false)
            };
            if fails(&self.found) {
                let point: Vec<String> = names
                    .iter()
                    .filter_map(|name| Some(format!("{name} = {}", plain(self.found.get(name)?))))
                    .collect();
                for name in &names {
                    if let Some(value) = self.found.get(name) {
                        self.forbidden.insert((name.clone(), plain(value)));
                    }
                }
                self.conflicts.push(conflicts::forbidden(file, slot.span, &point, &parts.source));
            }
            let Some(name) = names.first().filter(|_| names.len() == 1) else { continue };
            let Some((_, values)) = parts.parameters.iter().find(|(known, _)| known == name) else {
                continue;
            };
            let out: Vec<&String> = values
                .iter()
                .filter(|value| fails(&BTreeMap::from([(name.clone(), written(value))])))
                .collect();
            if !out.is_empty() {
                let point: Vec<String> =
                    out.iter().map(|value| format!("{name} = {value}")).collect();
                self.forbidden.extend(out.iter().map(|value| (name.clone(), (*value).clone())));
                self.conflicts.push(conflicts::forbidden(file, slot.span, &point, &parts.source));
            }
        }
    }

    fn is_forbidden(&self, name: &str, value: &str) -> bool {
        self.forbidden.contains(&(name.to_owned(), value.to_owned()))
    }

    fn family(&mut self, parts: &Parts) {
        let Some(family) = &parts.family else { return };
        let named = |record: &&spak_model::system::Record| record.literal("operator").is_some();
        match self.system.workloads.iter().find(named) {
            Some(record) => {
                let said = record.literal("operator").map(plain).unwrap_or_default();
                if said != *family {
                    let place = (record.place.file, record.place.span);
                    self.conflicts.push(conflicts::other_family(
                        place,
                        &said,
                        family,
                        &parts.source,
                    ));
                }
            }
            None if self.system.workloads.is_empty() => {
                self.add("workload Lifted".to_owned(), What::Block(workload(family)));
            }
            None => {}
        }
    }

    fn axis(&mut self, axis: &Axis, source: &str) {
        let lines: Vec<String> = axis.lines.iter().map(ToString::to_string).collect();
        let at = format!("{source}:{}", lines.join(", "));
        match self.system.dimension(&axis.name).cloned() {
            None => {
                let mut axis = axis.clone();
                axis.others.retain(|value| !self.is_forbidden(&axis.name, value));
                axis.values.retain(|value| !self.is_forbidden(&axis.name, value));
                if axis.values.is_empty() {
                    return;
                }
                let what = What::Line { block: "design_space", line: axis_line(&axis) };
                self.add(axis.name, what);
            }
            Some(dimension) => self.values(&dimension, &axis.values, &at),
        }
    }

    fn parameter(&mut self, name: &str, values: &[String], source: &str) {
        match self.system.dimension(name).cloned() {
            None => {
                let mut values = values.to_vec();
                values.retain(|value| !self.is_forbidden(name, value));
                if values.is_empty() {
                    return;
                }
                let line = parameter_line(name, &values);
                self.add(name.to_owned(), What::Line { block: "tuning_space", line });
            }
            Some(dimension) => self.values(&dimension, values, source),
        }
    }

    /// Adds the values that an axis or a parameter of the design lacks.
    fn values(&mut self, dimension: &Dimension, values: &[String], source: &str) {
        for value in values {
            if known::has(&dimension.domain, value) || self.is_forbidden(&dimension.name, value) {
                continue;
            }
            let place = (dimension.place.file, dimension.place.span);
            let what = match known::written_like(&dimension.domain, value) {
                None => Err(format!("its values are {}", known::shown(&dimension.domain))),
                Some(text) if dimension.place.file == self.design.file => {
                    match known::end_of_list(self.items, dimension) {
                        Some(at) => Ok(What::Value { at, text }),
                        None => Err("its values are not written as a list".to_owned()),
                    }
                }
                Some(_) => Err("it is declared in another file".to_owned()),
            };
            match what {
                Ok(what) => self.add(format!("{} = {value}", dimension.name), what),
                Err(why) => {
                    self.conflicts.push(conflicts::value(
                        place,
                        &dimension.name,
                        value,
                        &why,
                        source,
                    ));
                }
            }
        }
    }

    fn config(&mut self, config: &Statement) {
        let name = format!("constraint \"{}\"", config.name);
        match self.known.named("constraint", &config.name) {
            None => self.add(name, What::Block(config.lines("    "))),
            Some(block) => {
                for key in ["require", "reason"] {
                    let Some(value) = config.entry(key) else { continue };
                    if known::normal(value) != known::entry(block, key) {
                        self.conflicts.push(conflicts::differs(
                            self.design.file,
                            block.head.span,
                            &name,
                            value,
                        ));
                    }
                }
            }
        }
    }

    fn invariant(&mut self, invariant: &Statement) {
        let said = |key: &'static str| {
            invariant.entry(key).is_none_or(|text| self.known.says("invariant", key, text))
        };
        if said("assert") && said("reason") {
            return;
        }
        let name = self.known.free("Source_");
        let statement = Statement { name: name.clone(), ..invariant.clone() };
        self.add(name, What::Knowledge(statement.lines("    ")));
    }

    fn fact(&mut self, fact: &Statement) {
        let name = format!("fact \"{}\"", fact.name);
        match self.known.named("fact", &fact.name) {
            None => {
                self.known.take(&fact.name);
                self.add(name, What::Knowledge(fact.lines("    ")));
            }
            Some(block) => {
                let source = known::entry(block, "source");
                let lifted = fact.entry("source").map(known::normal).unwrap_or_default();
                let file = |text: &str| text.split(':').next().unwrap_or("").to_owned();
                // One that somebody wrote, or that another source shows, is known already.
                if source != lifted && file(&source) == file(&lifted) {
                    self.conflicts.push(conflicts::differs(
                        self.design.file,
                        block.head.span,
                        &name,
                        &lifted,
                    ));
                }
            }
        }
    }

    fn hazard(&mut self, hazard: &Statement) {
        let Some(reason) = hazard.entry("reason") else { return };
        if self.known.says("fact", "reason", reason) {
            return;
        }
        let name = self.known.numbered(&hazard.name);
        let statement = Statement { name: name.clone(), ..hazard.clone() };
        self.add(format!("fact \"{name}\""), What::Knowledge(statement.lines("    ")));
    }

    /// Facts of the design that say another value of an axis than the source has.
    fn contradicted(&mut self, parts: &Parts) {
        for block in self.known.all("fact") {
            let name = block.head.name().map_or("", |word| word.text.as_str());
            let Some((axis, value)) = name.split_once(" is ") else { continue };
            let Some(found) = parts.axes.iter().find(|one| one.name == axis) else { continue };
            if !found.values.iter().any(|known| known == value) {
                let lines: Vec<String> = found.lines.iter().map(ToString::to_string).collect();
                let at = format!("{}:{}", parts.source, lines.join(", "));
                let place = (self.design.file, block.head.span);
                self.conflicts.push(conflicts::contradicted(place, name, &found.values, &at));
            }
        }
    }
}
