//! The space that a design declares, as the engine takes it: what may be chosen, under which conditions,
//! and what could not be made a part of it.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Expr, ExprKind, Value, free_names, partial};
use spak_space::{Constraint, Dialect, Parameter, Problem};
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
    };
    declared.parameters(system, max_values);
    let names: BTreeSet<&str> = declared
        .dimensions
        .iter()
        .filter_map(|at| system.dimensions.get(*at))
        .map(|d| d.name.as_str())
        .collect();
    let known = Known { names, words: words(system) };
    declared.presence(system, &known);
    for condition in &system.constraints {
        let reason = condition.reason.clone().or_else(|| condition.name.clone());
        for slot in &condition.slots {
            match &slot.reading {
                Reading::Formula(formula) => {
                    let Some((expr, is_about_the_space)) = declared.applicable(formula, &known)
                    else {
                        continue;
                    };
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

/// What names in conditions may be.
struct Known<'s> {
    /// Dimensions that the engine has.
    names: BTreeSet<&'s str>,
    /// Texts that dimensions have as values; without quotes they are themselves.
    words: BTreeSet<&'s str>,
}

impl Declared {
    /// Spaces that have nothing to do with each other: no condition names dimensions of two of them. What
    /// no condition names is in none; constraints that name no dimension are one by one.
    pub fn components(&self) -> Vec<Self> {
        let parameters = &self.problem.parameters;
        let index: BTreeMap<&str, usize> =
            parameters.iter().enumerate().map(|(i, p)| (p.name.as_str(), i)).collect();
        let named = |expr: &Expr| -> Vec<usize> {
            free_names(expr).iter().filter_map(|n| index.get(n.as_str()).copied()).collect()
        };
        let constraints: Vec<Vec<usize>> =
            self.problem.constraints.iter().map(|c| named(&c.expr)).collect();
        let mut groups = Groups { leader: (0..parameters.len()).collect() };
        let mut is_named = vec![false; parameters.len()];
        let presence = parameters.iter().enumerate().filter_map(|(at, p)| {
            Some(named(p.when.as_ref()?).into_iter().chain([at]).collect::<Vec<usize>>())
        });
        for together in constraints.iter().cloned().chain(presence) {
            for at in &together {
                groups.join(together.first().copied().unwrap_or(*at), *at);
                if let Some(slot) = is_named.get_mut(*at) {
                    *slot = true;
                }
            }
        }
        let mut members: BTreeMap<usize, (Vec<usize>, Vec<usize>)> = BTreeMap::new();
        for at in (0..parameters.len()).filter(|at| is_named.get(*at) == Some(&true)) {
            members.entry(groups.find(at)).or_default().0.push(at);
        }
        let mut alone = Vec::new();
        for (at, named) in constraints.iter().enumerate() {
            match named.first() {
                Some(first) => members.entry(groups.find(*first)).or_default().1.push(at),
                None => alone.push((Vec::new(), vec![at])),
            }
        }
        members.into_values().chain(alone).map(|(p, c)| self.part(&p, &c)).collect()
    }

    /// Some of the parameters and constraints.
    fn part(&self, parameters: &[usize], constraints: &[usize]) -> Self {
        fn some<T: Clone>(all: &[T], which: &[usize]) -> Vec<T> {
            which.iter().filter_map(|at| all.get(*at).cloned()).collect()
        }
        let constraints_of = some(&self.problem.constraints, constraints);
        let parameters_of = some(&self.problem.parameters, parameters);
        let whens = parameters_of.iter().filter_map(|p| p.when.as_ref());
        let names: BTreeSet<String> =
            constraints_of.iter().map(|c| &c.expr).chain(whens).flat_map(free_names).collect();
        // `gpu.smem` may be a field of a symbol `gpu`.
        let is_named = |symbol: &str| {
            names.contains(symbol)
                || names.iter().any(|n| n.strip_prefix(symbol).is_some_and(|r| r.starts_with('.')))
        };
        let symbols = self.problem.symbols.iter().filter(|(name, _)| is_named(name));
        let symbols = symbols.map(|(name, value)| (name.clone(), value.clone()));
        Self {
            problem: Problem {
                symbols: symbols.collect(),
                parameters: parameters_of,
                constraints: constraints_of,
                dialect: self.problem.dialect,
            },
            dimensions: some(&self.dimensions, parameters),
            origins: some(&self.origins, constraints),
            left_out: Vec::new(),
        }
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
    fn presence(&mut self, system: &System, known: &Known<'_>) {
        for index in 0..self.dimensions.len() {
            let Some(at) = self.dimensions.get(index).copied() else { continue };
            let mut all = Vec::new();
            for when in system.dimensions.get(at).map(|d| d.when.as_slice()).unwrap_or_default() {
                match &when.reading {
                    Reading::Formula(formula) => {
                        all.extend(self.applicable(formula, known).map(|(expr, _)| expr));
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

    /// The condition as the engine takes it, and whether it names a dimension; `None` when it speaks of
    /// something that has no value.
    fn applicable(&mut self, formula: &Formula, known: &Known<'_>) -> Option<(Expr, bool)> {
        let is_dimension = |name: &String| known.names.contains(name.as_str());
        let symbols = &self.problem.symbols;
        let unknown = |names: &BTreeSet<String>| {
            let is_word = |name: &String| known.words.contains(name.as_str());
            let is_known =
                |name: &String| is_dimension(name) || symbols.contains_key(name) || is_word(name);
            names.iter().find(|name| !is_known(name)).cloned()
        };
        let names = free_names(&formula.expr);
        let Some(missing) = unknown(&names) else {
            return Some((formula.expr.clone(), names.iter().any(is_dimension)));
        };
        // What is known may decide it without the rest: `not causal or window <= seq_len`.
        let rest = partial(&formula.expr, symbols);
        let names = free_names(&rest);
        if unknown(&names).is_none() {
            return Some((rest, names.iter().any(is_dimension)));
        }
        let text = formula.text.trim().to_owned();
        self.left_out.push(LeftOut::Unknown { text, name: missing });
        None
    }
}

/// Which parameters belong together.
struct Groups {
    /// Another one of the same group, in the end one for all of it.
    leader: Vec<usize>,
}

impl Groups {
    fn find(&mut self, mut at: usize) -> usize {
        while let Some(next) = self.leader.get(at).copied().filter(|next| *next != at) {
            let above = self.leader.get(next).copied().unwrap_or(next);
            if let Some(slot) = self.leader.get_mut(at) {
                *slot = above;
            }
            at = above;
        }
        at
    }

    fn join(&mut self, a: usize, b: usize) {
        let (a, b) = (self.find(a), self.find(b));
        if let Some(slot) = self.leader.get_mut(b) {
            *slot = a;
        }
    }
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
fn words(system: &System) -> BTreeSet<&str> {
    let mut words = BTreeSet::new();
    for dimension in &system.dimensions {
        let Domain::Values(values) = &dimension.domain else { continue };
        words.extend(values.iter().filter_map(|v| match v {
            Literal::Text(text) if !text.contains('.') => Some(text.as_str()),
            _ => None,
        }));
    }
    words
}
