//! Constraints against the space: is any config left, and which values does none have?
//!
//! Dimensions that no constraint connects are independent, so each connected group is looked at on its
//! own. For every value a config that has it is searched depth first; a constraint decides as soon as
//! its dimensions have values. The search has a budget, beyond which nothing is said.

mod faults;

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Expr, Program, Scalar, Symbols, Value, free_names, partial};
use spak_syntax::{Diagnostic, FileId, Label, Severity, Span};

use crate::codes::{DEAD_VALUE, EMPTY_SPACE};
use crate::formula::{Formula, to_value};
use crate::literal::Literal;
use crate::reading::Reading;
use crate::system::{Condition, Dimension, Record, System};

/// Groups with more configs than this are looked at one constraint at a time.
const MAX_CONFIGS: u64 = 200_000;

/// How many constraints are evaluated for one design.
const BUDGET: u64 = 1_000_000;

/// Domains with more values are left out.
const MAX_VALUES: u64 = 4096;

/// Problems beyond these are not looked at one by one.
const MAX_WORKLOADS: usize = 8;

pub(super) fn check(system: &System, found: &mut Vec<Diagnostic>) {
    if system.constraints.is_empty() {
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
        look(system, &shared, BUDGET, found);
        return;
    }
    // Each problem by itself: what it excludes is no fault of the space when another one needs it.
    let workloads = system.workloads.get(..MAX_WORKLOADS).unwrap_or(&system.workloads);
    let mut said: Vec<Vec<Diagnostic>> = Vec::new();
    for workload in workloads {
        let mut found = Vec::new();
        let known = known(std::slice::from_ref(workload), system);
        look(system, &known, BUDGET / workloads.len() as u64, &mut found);
        said.push(found);
    }
    let everywhere = said.clone();
    for (place, (workload, own)) in workloads.iter().zip(said).enumerate() {
        let number = format!("number {}", place + 1);
        let name = workload.name.as_deref().unwrap_or(&number);
        for mut diagnostic in own {
            let is_general = everywhere.iter().all(|all| all.contains(&diagnostic));
            if !is_general {
                diagnostic.message = format!("{} for the workload `{name}`", diagnostic.message);
                // A value that one problem excludes is there for the others.
                if diagnostic.code == DEAD_VALUE {
                    diagnostic.severity = Severity::Note;
                }
            } else if diagnostic.code == EMPTY_SPACE {
                diagnostic.message = format!("{} for any workload", diagnostic.message);
            }
            found.push(diagnostic);
        }
    }
}

fn look(
    system: &System,
    known: &BTreeMap<String, Value>,
    budget: u64,
    found: &mut Vec<Diagnostic>,
) {
    let mut space = Space::of(system, known, budget);
    for group in space.groups() {
        space.look_at(&group, found);
    }
    space.faults(found);
}

/// A dimension with its values as programs take them.
struct Axis<'s> {
    dimension: &'s Dimension,
    literals: Vec<Literal>,
    values: Vec<Scalar>,
}

/// A constraint over some axes.
struct Constraint {
    /// What it says of the axes.
    expr: Expr,
    /// The same for many configs; `None` for what only the evaluator knows.
    program: Option<Program>,
    /// Indices of axes, ascending; the program's slots are in this order.
    axes: Vec<usize>,
    text: String,
    file: FileId,
    span: Span,
}

struct Space<'s> {
    axes: Vec<Axis<'s>>,
    constraints: Vec<Constraint>,
    budget: u64,
}

/// Axes and constraints that are connected.
struct Group {
    axes: Vec<usize>,
    constraints: Vec<usize>,
}

/// What a search found.
enum Search {
    /// The index of the value of each axis of the group.
    Found(BTreeMap<usize, usize>),
    Nothing,
    /// The budget ended first.
    Unknown,
}

impl<'s> Space<'s> {
    fn of(system: &'s System, known: &BTreeMap<String, Value>, budget: u64) -> Self {
        let mut symbols = Symbols::default();
        let axes = axes(system, &mut symbols);
        let indices: BTreeMap<&str, usize> =
            axes.iter().enumerate().map(|(i, a)| (a.dimension.name.as_str(), i)).collect();
        let mut constraints = Vec::new();
        for condition in &system.constraints {
            for slot in &condition.slots {
                let Reading::Formula(formula) = &slot.reading else { continue };
                let place = (condition.place.file, slot.span);
                constraints.push(constraint(formula, place, &indices, known, &mut symbols));
            }
        }
        Self { axes, constraints, budget }
    }

    /// Constraints that share axes, directly or through others; one without axes is a group of its own.
    fn groups(&self) -> Vec<Group> {
        let mut leader: Vec<usize> = (0..self.axes.len()).collect();
        fn find(leader: &mut [usize], mut at: usize) -> usize {
            while let Some(next) = leader.get(at).copied().filter(|n| *n != at) {
                let above = leader.get(next).copied().unwrap_or(next);
                if let Some(slot) = leader.get_mut(at) {
                    *slot = above;
                }
                at = above;
            }
            at
        }
        for constraint in self.constraints.iter().filter(|c| c.program.is_some()) {
            let Some((first, rest)) = constraint.axes.split_first() else { continue };
            let root = find(&mut leader, *first);
            for axis in rest {
                let other = find(&mut leader, *axis);
                if let Some(slot) = leader.get_mut(other) {
                    *slot = root;
                }
            }
        }
        let mut groups: BTreeMap<usize, Group> = BTreeMap::new();
        let mut alone = Vec::new();
        let decided = self.constraints.iter().enumerate().filter(|(_, c)| c.program.is_some());
        for (i, constraint) in decided {
            match constraint.axes.first() {
                None => alone.push(Group { axes: Vec::new(), constraints: vec![i] }),
                Some(first) => {
                    let root = find(&mut leader, *first);
                    let empty = || Group { axes: Vec::new(), constraints: Vec::new() };
                    groups.entry(root).or_insert_with(empty).constraints.push(i);
                }
            }
        }
        for group in groups.values_mut() {
            let axes = group.constraints.iter().filter_map(|c| self.constraints.get(*c));
            let axes: BTreeSet<usize> = axes.flat_map(|c| c.axes.iter().copied()).collect();
            group.axes = axes.into_iter().collect();
        }
        alone.extend(groups.into_values());
        alone
    }

    fn look_at(&mut self, group: &Group, found: &mut Vec<Diagnostic>) {
        let size = group.axes.iter().filter_map(|a| self.axes.get(*a));
        let size = size.fold(1_u64, |n, a| n.saturating_mul(a.values.len() as u64));
        if size <= MAX_CONFIGS {
            self.exhaust(&group.axes, &group.constraints, found);
            return;
        }
        for constraint in &group.constraints {
            let axes =
                self.constraints.get(*constraint).map(|c| c.axes.clone()).unwrap_or_default();
            if axes.len() <= 2 {
                self.exhaust(&axes, &[*constraint], found);
            }
        }
    }

    /// Reports what no config of these axes has under these constraints.
    fn exhaust(&mut self, axes: &[usize], constraints: &[usize], found: &mut Vec<Diagnostic>) {
        let mut alive: BTreeSet<(usize, usize)> = BTreeSet::new();
        match self.search(axes, None, constraints) {
            Search::Unknown => return,
            Search::Nothing => {
                let guilty = self.minimal(axes, None, constraints);
                found.extend(self.empty_space(&guilty));
                return;
            }
            Search::Found(config) => alive.extend(config),
        }
        // By dimension and by what excludes the values.
        let mut dead: BTreeMap<(usize, Vec<usize>), Vec<usize>> = BTreeMap::new();
        for axis in axes {
            let count = self.axes.get(*axis).map_or(0, |a| a.values.len());
            for value in 0..count {
                if alive.contains(&(*axis, value)) {
                    continue;
                }
                match self.search(axes, Some((*axis, value)), constraints) {
                    Search::Unknown => return,
                    Search::Found(config) => alive.extend(config),
                    Search::Nothing => {
                        let guilty = self.minimal(axes, Some((*axis, value)), constraints);
                        dead.entry((*axis, guilty)).or_default().push(value);
                    }
                }
            }
        }
        for ((axis, guilty), values) in dead {
            found.extend(self.dead_values(axis, &values, &guilty));
        }
    }

    /// The constraints that are needed for there to be nothing, found by leaving out one after another.
    fn minimal(
        &mut self,
        axes: &[usize],
        fixed: Option<(usize, usize)>,
        constraints: &[usize],
    ) -> Vec<usize> {
        let mut needed = constraints.to_vec();
        for constraint in constraints {
            let without: Vec<usize> = needed.iter().copied().filter(|c| c != constraint).collect();
            if matches!(self.search(axes, fixed, &without), Search::Nothing) {
                needed = without;
            }
        }
        needed
    }

    fn search(
        &mut self,
        axes: &[usize],
        fixed: Option<(usize, usize)>,
        constraints: &[usize],
    ) -> Search {
        // The fixed axis goes first, so that what it excludes is seen at once.
        let mut order: Vec<usize> = fixed.iter().map(|(axis, _)| *axis).collect();
        order.extend(axes.iter().copied().filter(|a| fixed.is_none_or(|(f, _)| f != *a)));
        let depth_of: BTreeMap<usize, usize> =
            order.iter().enumerate().map(|(d, a)| (*a, d)).collect();
        // What can be decided when the axis of each depth has its value; depth 0 is before the first.
        let mut decided: Vec<Vec<usize>> = vec![Vec::new(); order.len() + 1];
        for c in constraints {
            let Some(constraint) = self.constraints.get(*c) else { continue };
            let depth =
                constraint.axes.iter().filter_map(|a| depth_of.get(a)).max().map_or(0, |d| d + 1);
            if let Some(at) = decided.get_mut(depth) {
                at.push(*c);
            }
        }
        let mut slots: Vec<Scalar> = self
            .axes
            .iter()
            .map(|a| a.values.first().copied().unwrap_or(Scalar::Bool(false)))
            .collect();
        let mut chosen: Vec<usize> = Vec::with_capacity(order.len());
        let mut next = 0_usize;
        match self.holds(decided.first(), &slots) {
            None => return Search::Unknown,
            Some(false) => return Search::Nothing,
            Some(true) => {}
        }
        loop {
            let Some(axis) = order.get(chosen.len()).copied() else {
                return Search::Found(order.iter().copied().zip(chosen).collect());
            };
            let pinned = fixed.filter(|(f, _)| *f == axis).map(|(_, value)| value);
            let candidate = match (pinned, next) {
                (Some(value), 0) => Some(value),
                (Some(_), _) => None,
                (None, next) => Some(next),
            };
            let scalar = candidate.and_then(|v| self.axes.get(axis)?.values.get(v).copied());
            let (Some(value), Some(scalar)) = (candidate, scalar) else {
                // All values of this axis were tried: the one before takes its next value.
                match chosen.pop() {
                    Some(last) => {
                        let before = order.get(chosen.len()).copied();
                        let is_pinned = fixed.is_some_and(|(f, _)| Some(f) == before);
                        next = if is_pinned { 1 } else { last + 1 };
                        continue;
                    }
                    None => return Search::Nothing,
                }
            };
            if let Some(slot) = slots.get_mut(axis) {
                *slot = scalar;
            }
            match self.holds(decided.get(chosen.len() + 1), &slots) {
                None => return Search::Unknown,
                Some(true) => {
                    chosen.push(value);
                    next = 0;
                }
                Some(false) => next += 1,
            }
        }
    }

    /// Whether constraints hold; one without a value holds, since a run reports it. `None` at the end of
    /// the budget.
    fn holds(&mut self, constraints: Option<&Vec<usize>>, slots: &[Scalar]) -> Option<bool> {
        let constraints = constraints.map(Vec::as_slice).unwrap_or_default();
        self.budget = self.budget.checked_sub(1 + constraints.len() as u64)?;
        let mut scratch = Vec::with_capacity(8);
        let mut checked = constraints.iter().filter_map(|c| self.constraints.get(*c));
        Some(checked.all(|c| {
            scratch.clear();
            scratch.extend(c.axes.iter().filter_map(|a| slots.get(*a).copied()));
            c.program.as_ref().and_then(|p| p.holds(&scratch)) != Some(false)
        }))
    }

    fn named(&self, guilty: &[usize]) -> String {
        let texts = guilty.iter().filter_map(|c| self.constraints.get(*c));
        let texts: Vec<String> = texts.take(6).map(|c| format!("`{}`", c.text)).collect();
        texts.join(" and ")
    }

    fn labels(&self, guilty: &[usize], text: &str) -> Vec<Label> {
        let places = guilty.iter().filter_map(|c| self.constraints.get(*c));
        places.map(|c| Label { file: c.file, span: c.span, text: text.to_owned() }).collect()
    }

    fn empty_space(&self, guilty: &[usize]) -> Option<Diagnostic> {
        let (last, others) = guilty.split_last()?;
        let constraint = self.constraints.get(*last)?;
        let reason = match others {
            [] => format!("`{}` excludes every one", constraint.text),
            _ => format!("{} exclude each other", self.named(guilty)),
        };
        let mut diagnostic =
            Diagnostic::error(EMPTY_SPACE, constraint.span, "no config satisfies the constraints")
                .because(reason)
                .repair("loosen one of them, or add values to the dimensions they speak of")
                .in_file(constraint.file);
        diagnostic.related = self.labels(others, "together with this");
        Some(diagnostic)
    }

    fn dead_values(&self, axis: usize, values: &[usize], guilty: &[usize]) -> Option<Diagnostic> {
        let axis = self.axes.get(axis)?;
        let mut texts: Vec<String> = values
            .iter()
            .filter_map(|v| axis.literals.get(*v))
            .take(8)
            .map(ToString::to_string)
            .collect();
        if values.len() > texts.len() {
            texts.push(format!("{} more", values.len() - texts.len()));
        }
        let name = &axis.dimension.name;
        let message = format!("no config has `{name}` = {}", texts.join(" or "));
        let mut diagnostic = Diagnostic::warning(DEAD_VALUE, axis.dimension.place.span, message)
            .because(format!("it is excluded by {}", self.named(guilty)))
            .repair(format!("remove it from `{name}`, or loosen the constraint"))
            .in_file(axis.dimension.place.file);
        diagnostic.related = self.labels(guilty, "excluded here");
        Some(diagnostic)
    }
}

/// Every dimension whose values can be listed; of two with one name it cannot be told which is meant.
fn axes<'s>(system: &'s System, symbols: &mut Symbols) -> Vec<Axis<'s>> {
    let mut count: BTreeMap<&str, usize> = BTreeMap::new();
    for dimension in &system.dimensions {
        *count.entry(&dimension.name).or_default() += 1;
    }
    let axis = |dimension: &'s Dimension| {
        let is_small = dimension.domain.count().is_some_and(|n| n <= MAX_VALUES);
        let is_alone = count.get(dimension.name.as_str()) == Some(&1);
        let literals = (is_small && is_alone).then(|| dimension.domain.values())??;
        let values: Option<Vec<Scalar>> =
            literals.iter().map(|l| symbols.scalar(&to_value(l))).collect();
        Some(Axis { dimension, values: values?, literals })
    };
    system.dimensions.iter().filter_map(axis).collect()
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
    for dimension in &system.dimensions {
        known.remove(&dimension.name);
    }
    known.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
}

fn constraint(
    formula: &Formula,
    (file, span): (FileId, Span),
    indices: &BTreeMap<&str, usize>,
    known: &BTreeMap<String, Value>,
    symbols: &mut Symbols,
) -> Constraint {
    let expr = partial(&formula.expr, known);
    let used = free_names(&expr);
    let mut slots: Vec<(usize, &str)> =
        used.iter().filter_map(|n| Some((*indices.get(n.as_str())?, n.as_str()))).collect();
    slots.sort_unstable();
    let names: Vec<&str> = slots.iter().map(|(_, name)| *name).collect();
    let program = Program::compile(&expr, &names, symbols);
    let axes = slots.iter().map(|(i, _)| *i).collect();
    Constraint { expr, program, axes, text: formula.text.trim().to_owned(), file, span }
}
