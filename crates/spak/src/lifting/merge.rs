//! What was lifted of a kernel into a design that is there, as insertions into its text: nothing that stands there is
//! removed, reordered or laid out anew.
//!
//! What the design contradicts is not written, and said.

mod conflicts;
mod known;
mod layout;
#[cfg(test)]
#[expect(clippy::unwrap_used, clippy::indexing_slicing, clippy::string_slice, reason = "tests")]
mod tests;

use std::collections::{BTreeMap, BTreeSet};

use spak_model::system::{Dimension, System};
use spak_model::{Entry, Literal};
use spak_syntax::ast::{Block, Item};
use spak_syntax::edit::apply;
use spak_syntax::{Diagnostic, Edit, FileId, Span, parse};

use crate::lifting::draft::{axis_line, parameter_line, workload};
use crate::lifting::parts::{Axis, Parts, Statement};
use known::Known;
use layout::Places;

pub(crate) use conflicts::LIFT_CONFLICT;

/// A design with what was lifted.
pub(crate) struct Merged {
    /// The new text.
    pub(crate) text: String,
    /// What makes it out of the old one: insertions.
    pub(crate) edits: Vec<Edit>,
    /// What is new, by name.
    pub(crate) added: Vec<String>,
    /// What the design says otherwise, in its places.
    pub(crate) conflicts: Vec<Diagnostic>,
}

/// What a design says before anything is merged into it.
pub(crate) struct Design<'d> {
    /// Its text.
    pub(crate) text: &'d str,
    /// Its file.
    pub(crate) file: FileId,
    /// Its statements with all that it inherits and imports.
    pub(crate) entries: &'d [Entry],
}

/// Says what is wrong with the text of a design.
pub(crate) type Check<'c> = &'c mut dyn FnMut(&str) -> Vec<Diagnostic>;

/// One thing that may be written.
#[derive(Clone, Debug)]
struct Addition {
    /// What it is called.
    name: String,
    what: What,
}

#[derive(Clone, Debug)]
enum What {
    /// A value into the list that ends here.
    Value { at: u32, text: String },
    /// A line of the first block with this head.
    Line { block: &'static str, line: String },
    /// A block of the system itself.
    Block(Vec<String>),
    /// A statement of the knowledge.
    Knowledge(Vec<String>),
}

/// Merges what was lifted into a design.
///
/// # Errors
/// When the design has errors, or is laid out so that nothing can be inserted.
pub(crate) fn merge(
    design: &Design<'_>,
    parts: &Parts,
    check: Check<'_>,
) -> anyhow::Result<Merged> {
    let parsed = parse(design.text);
    let is_broken = parsed.diagnostics.iter().any(|d| d.severity == spak_syntax::Severity::Error);
    if is_broken {
        anyhow::bail!("nothing is written into a design that has errors");
    }
    let items = spak_syntax::ast::file(&parsed).items;
    let places = Places::of(design.text, &items)?;
    let mut merger = Merger {
        design,
        system: System::of(design.entries),
        known: Known::of(&items),
        items: &items,
        found: BTreeMap::new(),
        additions: Vec::new(),
        conflicts: Vec::new(),
        forbidden: BTreeSet::new(),
    };
    merger.collect(parts);
    let Merger { additions, mut conflicts, .. } = merger;
    let build = |kept: &[&Addition]| -> anyhow::Result<(String, Vec<Edit>)> {
        let edits = places.edits(kept);
        Ok((apply(design.text, &edits)?, edits))
    };
    let mut kept: Vec<&Addition> = additions.iter().collect();
    let (mut text, mut edits) = build(&kept)?;
    let before = said(&check(design.text));
    let agrees = |found: &[Diagnostic]| said(found).is_subset(&before);
    if !edits.is_empty() && !agrees(&check(&text)) {
        // One by one, until nothing more can come in.
        let mut left = std::mem::take(&mut kept);
        let mut reasons: BTreeMap<String, Diagnostic> = BTreeMap::new();
        loop {
            let count = left.len();
            left.retain(|one| {
                kept.push(one);
                let found = build(&kept).map(|(text, _)| check(&text)).unwrap_or_default();
                let new = found.into_iter().find(|d| !before.contains(&key(d)));
                if let Some(new) = new {
                    kept.pop();
                    reasons.insert(one.name.clone(), new);
                    return true;
                }
                false
            });
            if left.is_empty() || left.len() == count {
                break;
            }
        }
        let system = Span::at(places.system_start());
        for one in left {
            let why = reasons.get(&one.name).map_or("", |d| d.message.as_str());
            conflicts.push(conflicts::not_added(design.file, system, &one.name, why));
        }
        (text, edits) = build(&kept)?;
    }
    let added = kept.iter().map(|one| one.name.clone()).collect();
    Ok(Merged { text, edits, added, conflicts })
}

/// What a diagnostic says, wherever.
fn key(diagnostic: &Diagnostic) -> (&'static str, String) {
    (diagnostic.code.0, diagnostic.message.clone())
}

fn said(all: &[Diagnostic]) -> BTreeSet<(&'static str, String)> {
    all.iter().map(key).collect()
}

struct Merger<'m> {
    design: &'m Design<'m>,
    system: System,
    known: Known<'m>,
    items: &'m [Item],
    /// What the source has, where that is one value.
    found: BTreeMap<String, Literal>,
    additions: Vec<Addition>,
    conflicts: Vec<Diagnostic>,
    /// Axes and parameters with a value that a constraint of the design forbids.
    forbidden: BTreeSet<(String, String)>,
}

impl Merger<'_> {
    fn collect(&mut self, parts: &Parts) {
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
                    if known::normal(value) != known::entry(self.design.text, block, key) {
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
                let source = known::entry(self.design.text, block, "source");
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

/// A value of the source as a value of a design.
fn written(value: &str) -> Literal {
    match value {
        "true" => Literal::Bool(true),
        "false" => Literal::Bool(false),
        _ => match (value.parse::<i64>(), value.parse::<f64>()) {
            (Ok(number), _) => Literal::Int(number),
            (_, Ok(number)) if number.is_finite() => Literal::Float(number),
            _ => Literal::Text(value.to_owned()),
        },
    }
}

/// A value of a design as the source has it.
fn plain(literal: &Literal) -> String {
    match literal {
        Literal::Text(text) => text.clone(),
        literal => literal.to_string(),
    }
}

/// A block of the file with a name.
type Named<'a> = &'a Block;
