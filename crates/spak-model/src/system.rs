//! Typed views of a system: what the statements of a design declare, found wherever they stand.

use spak_syntax::{FileId, Span};

use crate::domain::Domain;
use crate::entry::{Content, Entry};
use crate::literal::Literal;
use crate::reading::{Reading, SlotReading};
use crate::types::Type;
use crate::vocabulary::{Expect, Kind};

/// Where something is declared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// In this file,
    pub file: FileId,
    /// here.
    pub span: Span,
}

/// Whether a dimension says what the kernel is or how it is laid on the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Space {
    /// `design_space`
    Design,
    /// `tuning_space`
    Tuning,
}

/// A design axis or a tuning parameter.
#[derive(Clone, Debug, PartialEq)]
pub struct Dimension {
    /// Its name; dimensions are referred to by it.
    pub name: String,
    /// The groups it stands in, from the outside in.
    pub groups: Vec<String>,
    /// Which space it belongs to.
    pub space: Space,
    /// The values it may take.
    pub domain: Domain,
    /// The conditions, its own and those of its groups, under which it is there. Where one does not hold,
    /// a config has no value of it, and constraints that name it say nothing.
    pub when: Vec<SlotReading>,
    /// Where.
    pub place: Place,
}

/// A record of named values: a workload, a device, a goal.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Its name, if it has one.
    pub name: Option<String>,
    /// The values by key; groups are flattened to dotted keys.
    pub fields: Vec<(String, SlotReading)>,
    /// Where.
    pub place: Place,
}

impl Record {
    /// The literal under `key`.
    pub fn literal(&self, key: &str) -> Option<&Literal> {
        self.fields.iter().find(|(k, _)| k == key).and_then(|(_, slot)| match &slot.reading {
            Reading::Literal(literal) => Some(literal),
            _ => None,
        })
    }
}

/// A condition with its reason.
#[derive(Clone, Debug, PartialEq)]
pub struct Condition {
    /// The name of the constraint or invariant, if it has one.
    pub name: Option<String>,
    /// Each slot that states it.
    pub slots: Vec<SlotReading>,
    /// Why, in words.
    pub reason: Option<String>,
    /// Where.
    pub place: Place,
}

/// A fact: a record of what was observed, or a predicate over observations.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// The parameters of a predicate with their types, as written (`t`, `TraceItem.Performance`).
    pub parameters: Vec<(String, String)>,
    /// What a predicate returns.
    pub returns: Option<SlotReading>,
    /// What a record says, by key.
    pub fields: Vec<(String, SlotReading)>,
    /// Where.
    pub place: Place,
}

/// A rule.
#[derive(Clone, Debug, PartialEq)]
pub struct Rule {
    /// Its name.
    pub name: String,
    /// What it is about besides the situation (`t in trials`).
    pub over: Vec<SlotReading>,
    /// All of these must hold.
    pub when: Vec<SlotReading>,
    /// None of these may hold.
    pub unless: Vec<SlotReading>,
    /// Then this: the key (`conclude`, `recommend`, `avoid`, …) and what it says.
    pub then: Vec<(String, SlotReading)>,
    /// Everything else, by key.
    pub fields: Vec<(String, SlotReading)>,
    /// Where.
    pub place: Place,
}

/// A kind of observation.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// The sum type it belongs to.
    pub variant: String,
    /// Its name.
    pub name: String,
    /// Its fields in order; a type that cannot be read is `None`.
    pub fields: Vec<(String, Option<Type>)>,
    /// Where.
    pub place: Place,
}

/// What kind of loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopKind {
    /// Probabilistic, strategic.
    Agent,
    /// Repeatable, search only.
    Engineering,
    /// Strict, without a language model.
    Service,
    /// A sequence of steps that is run once.
    Task,
}

/// A loop with its steps or its search.
#[derive(Clone, Debug, PartialEq)]
pub struct Loop {
    /// What kind.
    pub kind: LoopKind,
    /// Its name.
    pub name: String,
    /// The names of its steps in order.
    pub steps: Vec<String>,
    /// The parameters of its search in order.
    pub parameters: Vec<(String, Domain)>,
    /// What its search measures, by key.
    pub measure: Vec<(String, SlotReading)>,
    /// Where.
    pub place: Place,
}

/// A research layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// 0 kernel, 1 operator, 2 dynamics, 3 training, 4 experiment.
    pub level: u8,
    /// Its name.
    pub name: String,
    /// The names of its parts in order.
    pub parts: Vec<String>,
    /// Where.
    pub place: Place,
}

/// All that some statements declare.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct System {
    /// The declared name.
    pub name: Option<String>,
    /// Axes and parameters in order.
    pub dimensions: Vec<Dimension>,
    /// Problems.
    pub workloads: Vec<Record>,
    /// Devices.
    pub hardware: Vec<Record>,
    /// What is wanted.
    pub goals: Vec<Record>,
    /// Conditions over the space.
    pub constraints: Vec<Condition>,
    /// What must hold.
    pub invariants: Vec<Condition>,
    /// What was observed.
    pub facts: Vec<Fact>,
    /// What to conclude.
    pub rules: Vec<Rule>,
    /// Hints, heuristics, axioms and predictions.
    pub advice: Vec<Record>,
    /// Declared record types.
    pub types: Vec<Record>,
    /// Declared state.
    pub states: Vec<(String, SlotReading)>,
    /// Kinds of observations.
    pub cases: Vec<Case>,
    /// Loops and tasks.
    pub loops: Vec<Loop>,
    /// What is made in the end.
    pub artifacts: Vec<String>,
    /// Research layers.
    pub layers: Vec<Layer>,
}

impl System {
    /// Everything that `entries` and what is inside them declare.
    pub fn of(entries: &[Entry]) -> Self {
        let mut system = Self::default();
        for entry in entries {
            system.collect(entry);
        }
        system
    }

    /// The dimension called `name`.
    pub fn dimension(&self, name: &str) -> Option<&Dimension> {
        self.dimensions.iter().find(|d| d.name == name)
    }

    fn collect(&mut self, entry: &Entry) {
        use Kind as K;
        let place = Place { file: entry.file, span: entry.span };
        let name = || entry.name_text().map(str::to_owned);
        let named = || entry.name_text().unwrap_or("").to_owned();
        match entry.kind {
            Some(K::System) => {
                self.name = self.name.take().or_else(name);
                self.inside(entry);
            }
            Some(K::DesignSpace) => self.dimensions(entry, Space::Design, &mut Around::default()),
            Some(K::TuningSpace) => self.dimensions(entry, Space::Tuning, &mut Around::default()),
            Some(K::Workload) => self.workloads.push(record(entry)),
            Some(K::Hardware) => self.hardware.push(record(entry)),
            Some(K::Goal) => self.goals.push(record(entry)),
            Some(K::Constraint) => self.constraints.push(condition(entry)),
            Some(K::Invariant) => self.invariants.push(condition(entry)),
            Some(K::Fact) => self.facts.push(fact(entry)),
            Some(K::Rule) => self.rules.push(rule(entry)),
            Some(K::Hint | K::Heuristic | K::Axiom | K::Prediction) => {
                self.advice.push(record(entry));
            }
            Some(K::Type) => self.types.push(record(entry)),
            Some(K::State) => self.states.extend(entry.slot().map(|s| (named(), s.clone()))),
            Some(K::Variant) => {
                let cases = entry.of_kind(K::Case).map(|case| self::case(named(), case));
                self.cases.extend(cases);
            }
            Some(K::AgentLoop | K::EngineeringLoop | K::ServiceLoop | K::Task) => {
                self.loops.push(self::a_loop(entry));
            }
            Some(K::Artifact) => self.artifacts.push(named()),
            Some(K::Kernel | K::Operator | K::Dynamics | K::Training | K::Experiment) => {
                self.layers.extend(layer(entry, place));
                self.inside(entry);
            }
            _ => self.inside(entry),
        }
    }

    fn inside(&mut self, entry: &Entry) {
        for child in entry.children() {
            self.collect(child);
        }
    }

    fn dimensions(&mut self, entry: &Entry, space: Space, around: &mut Around) {
        let is_condition = |slot: &&SlotReading| slot.expect == Expect::Condition;
        let own = entry.slots("when").filter(is_condition).cloned();
        let before = around.when.len();
        around.when.extend(own);
        for child in entry.children() {
            match &child.content {
                Content::Slot(slot) => {
                    let Some((domain, when)) = slot.reading.domain() else { continue };
                    self.dimensions.push(Dimension {
                        name: child.head.text(),
                        groups: around.groups.clone(),
                        space,
                        domain: domain.clone(),
                        when: around.when.iter().chain(when).cloned().collect(),
                        place: Place { file: child.file, span: child.span },
                    });
                }
                Content::Block(_) => {
                    around.groups.push(child.head.text());
                    self.dimensions(child, space, around);
                    around.groups.pop();
                }
            }
        }
        around.when.truncate(before);
    }
}

/// What is around a dimension.
#[derive(Default)]
struct Around {
    /// The names of its groups, from the outside in.
    groups: Vec<String>,
    /// Their conditions.
    when: Vec<SlotReading>,
}

fn record(entry: &Entry) -> Record {
    let mut fields = Vec::new();
    match &entry.content {
        Content::Slot(slot) => fields.push((entry.key().to_owned(), slot.clone())),
        Content::Block(_) => flatten("", entry, &mut fields),
    }
    let place = Place { file: entry.file, span: entry.span };
    Record { name: entry.name_text().map(str::to_owned), fields, place }
}

/// The slots of an entry by key, those of groups under `group.key`; lines have an empty key.
fn flatten(prefix: &str, entry: &Entry, fields: &mut Vec<(String, SlotReading)>) {
    for child in entry.children() {
        let key = child.head.text();
        let key = if prefix.is_empty() { key } else { format!("{prefix}.{key}") };
        match &child.content {
            Content::Slot(slot) => fields.push((key, slot.clone())),
            Content::Block(_) => flatten(&key, child, fields),
        }
    }
}

fn words(slot: &SlotReading) -> Option<String> {
    match &slot.reading {
        Reading::Words(text) | Reading::Name(text) | Reading::Literal(Literal::Text(text)) => {
            Some(text.clone())
        }
        _ => None,
    }
}

fn condition(entry: &Entry) -> Condition {
    let reason = entry.slots("reason").find_map(words);
    let slots = match &entry.content {
        Content::Slot(slot) => vec![slot.clone()],
        Content::Block(children) => children
            .iter()
            .filter(|c| {
                c.is_line() || matches!(c.key(), "require" | "assert" | "condition" | "holds")
            })
            .filter_map(|c| c.slot().cloned())
            .collect(),
    };
    let place = Place { file: entry.file, span: entry.span };
    Condition { name: entry.name_text().map(str::to_owned), slots, reason, place }
}

fn fact(entry: &Entry) -> Fact {
    let parameters = entry.arguments.iter().flat_map(|a| a.text.split(',')).filter_map(|p| {
        let (name, ty) = p.split_once(':').unwrap_or((p, ""));
        (!name.trim().is_empty()).then(|| (name.trim().to_owned(), ty.trim().to_owned()))
    });
    let record = record(entry);
    let returns =
        entry.children().iter().find(|c| c.key() == "return").and_then(Entry::slot).cloned();
    Fact {
        name: entry.name_text().unwrap_or("").to_owned(),
        parameters: parameters.collect(),
        returns,
        fields: record.fields,
        place: record.place,
    }
}

fn rule(entry: &Entry) -> Rule {
    let mut rule = Rule {
        name: entry.name_text().unwrap_or("").to_owned(),
        over: Vec::new(),
        when: Vec::new(),
        unless: Vec::new(),
        then: Vec::new(),
        fields: Vec::new(),
        place: Place { file: entry.file, span: entry.span },
    };
    for (key, slot) in record(entry).fields {
        match key.as_str() {
            "when" | "if" => rule.when.push(slot),
            "unless" => rule.unless.push(slot),
            "for" => rule.over.push(slot),
            "conclude" | "recommend" | "apply" | "choose" | "avoid" | "forbid" | "then"
            | "prefer" | "warn" => rule.then.push((key, slot)),
            _ => rule.fields.push((key, slot)),
        }
    }
    rule
}

fn case(variant: String, entry: &Entry) -> Case {
    let fields = entry.children().iter().filter(|c| !c.is_line()).map(|field| {
        let ty = field.slot().and_then(|slot| match &slot.reading {
            Reading::Type(ty, _) => Some(ty.clone()),
            _ => None,
        });
        (field.head.text(), ty)
    });
    Case {
        variant,
        name: entry.name_text().unwrap_or("").to_owned(),
        fields: fields.collect(),
        place: Place { file: entry.file, span: entry.span },
    }
}

fn a_loop(entry: &Entry) -> Loop {
    let kind = match entry.kind {
        Some(Kind::EngineeringLoop) => LoopKind::Engineering,
        Some(Kind::ServiceLoop) => LoopKind::Service,
        Some(Kind::AgentLoop) => LoopKind::Agent,
        _ => LoopKind::Task,
    };
    let parameters = entry.of_kind(Kind::Parameter).filter_map(|p| {
        let (domain, _) = p.slot()?.reading.domain()?;
        Some((p.name_text()?.to_owned(), domain.clone()))
    });
    let steps = entry.of_kind(Kind::Step).map(|s| s.name_text().unwrap_or("").to_owned());
    let measure = entry.of_kind(Kind::Measure).flat_map(|m| record(m).fields);
    Loop {
        kind,
        name: entry.name_text().unwrap_or("").to_owned(),
        steps: steps.collect(),
        parameters: parameters.collect(),
        measure: measure.collect(),
        place: Place { file: entry.file, span: entry.span },
    }
}

/// A research layer; an operator inside one (`operator: x`) or without a name is none.
fn layer(entry: &Entry, place: Place) -> Option<Layer> {
    let level = match entry.kind? {
        Kind::Kernel => 0,
        Kind::Operator => 1,
        Kind::Dynamics => 2,
        Kind::Training => 3,
        Kind::Experiment => 4,
        _ => return None,
    };
    let name = entry.name_text()?.to_owned();
    let parts = entry.children().iter().filter(|c| !c.is_line()).map(|c| c.head.text());
    Some(Layer { level, name, parts: parts.collect(), place })
}
