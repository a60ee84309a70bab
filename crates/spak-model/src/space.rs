//! The space that a design declares, as the engine takes it: what may be chosen, under which conditions,
//! and what could not be made a part of it.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Expr, ExprKind, Value, free_names, partial};
use spak_space::{Constraint, Dialect, Parameter, Part, Problem};
use spak_syntax::{FileId, Span};

use crate::domain::Domain;
use crate::formula::{Formula, to_value};
use crate::literal::Literal;
use crate::normal;
use crate::reading::Reading;
use crate::system::{Dimension, System};

/// A declared space.
#[derive(Clone, Debug)]
pub struct Declared {
    /// What the engine takes. Symbols that a dimension has the name of are left out.
    pub problem: Problem,
    /// For each parameter of the problem its place among the dimensions of the system.
    pub dimensions: Vec<usize>,
    /// For each constraint of the problem where it comes from.
    pub origins: Vec<Origin>,
    /// What is no part of the problem.
    pub left_out: Vec<LeftOut>,
    known: Known,
}

/// Where a constraint comes from.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The file it stands in.
    pub file: FileId,
    /// Its place there.
    pub span: Span,
    /// Why it is there, in words, or what it is called.
    pub reason: Option<String>,
    /// Whether it names any dimension; one that does not says something about the problem only.
    pub is_about_the_space: bool,
}

/// What the engine is not told, and why.
#[derive(Clone, Debug, PartialEq)]
pub enum LeftOut {
    /// The values of this dimension, by its place in the system, cannot be listed.
    Unlisted(usize),
    /// Several dimensions have this name.
    Ambiguous(String),
    /// A constraint in words.
    Prose(String),
    /// A condition speaks of a name that has no value.
    Unknown {
        /// The condition as it was written.
        text: String,
        /// The name.
        name: String,
    },
    /// When this dimension, by its place in the system, is there is partly said in words, which decide
    /// nothing.
    Always(usize),
}

/// The space that `system` declares; `symbols` are what other names stand for. Domains of more than
/// `max_values` values are left out.
pub fn declared(
    system: &System,
    mut symbols: BTreeMap<String, Value>,
    max_values: u64,
) -> Declared {
    for dimension in &system.dimensions {
        symbols.remove(&dimension.name);
    }
    let mut declared = Declared {
        problem: Problem {
            parameters: Vec::with_capacity(system.dimensions.len()),
            constraints: Vec::new(),
            symbols,
            dialect: Dialect::Design,
        },
        dimensions: Vec::with_capacity(system.dimensions.len()),
        origins: Vec::new(),
        left_out: Vec::new(),
        known: Known::default(),
    };
    declared.parameters(system, max_values);
    let names = declared.problem.parameters.iter().map(|p| p.name.clone());
    declared.known = Known { names: names.collect(), words: words(system) };
    declared.presence(system);
    for condition in &system.constraints {
        let reason = condition.reason.clone().or_else(|| condition.name.clone());
        for slot in &condition.slots {
            match &slot.reading {
                Reading::Formula(formula) => {
                    let Some(expr) = declared.applicable(formula) else { continue };
                    let is_about_the_space = declared.names_a_dimension(&expr);
                    let text = formula.text.trim().to_owned();
                    declared.problem.constraints.push(Constraint { text, expr });
                    declared.origins.push(Origin {
                        file: condition.place.file,
                        span: slot.span,
                        reason: reason.clone(),
                        is_about_the_space,
                    });
                }
                Reading::Nothing => {}
                _ => declared.left_out.push(LeftOut::Prose(normal::slot_text(slot))),
            }
        }
    }
    declared
}

/// What names in conditions may be besides symbols.
#[derive(Clone, Debug, Default)]
struct Known {
    /// Dimensions that the engine has.
    names: BTreeSet<String>,
    /// Texts that dimensions have as values; without quotes they are themselves.
    words: BTreeSet<String>,
}

impl Declared {
    /// The parts of it that have nothing to do with each other, each as a space.
    pub fn parts(&self) -> Vec<Self> {
        let part = |part: &Part| Self {
            problem: self.problem.of_part(part),
            dimensions: some(&self.dimensions, &part.parameters),
            origins: some(&self.origins, &part.constraints),
            left_out: Vec::new(),
            known: Known::default(),
        };
        self.problem.parts().iter().map(part).collect()
    }

    fn parameters(&mut self, system: &System, max_values: u64) {
        let mut count: BTreeMap<&str, usize> = BTreeMap::new();
        for dimension in &system.dimensions {
            *count.entry(&dimension.name).or_default() += 1;
        }
        for (at, dimension) in system.dimensions.iter().enumerate() {
            if count.get(dimension.name.as_str()) != Some(&1) {
                let said = LeftOut::Ambiguous(dimension.name.clone());
                if !self.left_out.contains(&said) {
                    self.left_out.push(said);
                }
                continue;
            }
            match parameter(dimension, max_values) {
                Some(parameter) => {
                    self.problem.parameters.push(parameter);
                    self.dimensions.push(at);
                }
                None => self.left_out.push(LeftOut::Unlisted(at)),
            }
        }
    }

    /// When conditional dimensions are there.
    fn presence(&mut self, system: &System) {
        for index in 0..self.dimensions.len() {
            let Some(at) = self.dimensions.get(index).copied() else { continue };
            let mut all = Vec::new();
            for when in system.dimensions.get(at).map(|d| d.when.as_slice()).unwrap_or_default() {
                match &when.reading {
                    Reading::Formula(formula) => {
                        all.extend(self.applicable(formula));
                    }
                    _ => self.left_out.push(LeftOut::Always(at)),
                }
            }
            let joined = match all.as_slice() {
                [] => None,
                [only] => Some(only.clone()),
                [first, ..] => Some(Expr::new(first.span, ExprKind::And(all))),
            };
            if let Some(parameter) = self.problem.parameters.get_mut(index) {
                parameter.when = joined;
            }
        }
    }

    /// A condition as the engine takes it; `None` when it speaks of something that has no value, which is
    /// then among what is left out.
    pub fn applicable(&mut self, formula: &Formula) -> Option<Expr> {
        let unknown = |expr: &Expr| {
            let is_known = |name: &String| {
                self.known.names.contains(name)
                    || self.problem.symbols.contains_key(name)
                    || self.known.words.contains(name)
            };
            free_names(expr).into_iter().find(|name| !is_known(name))
        };
        let Some(name) = unknown(&formula.expr) else { return Some(formula.expr.clone()) };
        // What is known may decide it without the rest: `not causal or window <= seq_len`.
        let rest = partial(&formula.expr, &self.problem.symbols);
        if unknown(&rest).is_none() {
            return Some(rest);
        }
        let text = formula.text.trim().to_owned();
        self.left_out.push(LeftOut::Unknown { text, name });
        None
    }

    fn names_a_dimension(&self, expr: &Expr) -> bool {
        free_names(expr).iter().any(|name| self.known.names.contains(name))
    }
}

fn some<T: Clone>(all: &[T], which: &[usize]) -> Vec<T> {
    which.iter().filter_map(|at| all.get(*at).cloned()).collect()
}

fn parameter(dimension: &Dimension, max_values: u64) -> Option<Parameter> {
    let is_short = dimension.domain.count().is_some_and(|count| count <= max_values);
    let literals = dimension.domain.values().filter(|_| is_short)?;
    let mut parameter =
        Parameter::new(dimension.name.clone(), literals.iter().map(Literal::record).collect());
    let has_units = literals.iter().any(|l| matches!(l, Literal::Quantity(..) | Literal::List(_)));
    parameter.meanings = has_units.then(|| literals.iter().map(to_value).collect());
    Some(parameter)
}

/// Texts that are values of dimensions.
fn words(system: &System) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    for dimension in &system.dimensions {
        let Domain::Values(values) = &dimension.domain else { continue };
        words.extend(values.iter().filter_map(|v| match v {
            Literal::Text(text) if !text.contains('.') => Some(text.clone()),
            _ => None,
        }));
    }
    words
}
