//! What the names of formulas stand for while a design is checked: everything it declares, and what a
//! run binds.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use spak_expr::{ExprKind, Type, TypeEnv, Value};

use crate::domain::Domain;
use crate::formula::to_value;
use crate::literal::Literal;
use crate::reading::{Reading, SlotReading};
use crate::system::{Case, Record, System};
use crate::types;

/// Domains with more values than this are not compared with value by value.
const MAX_COMPARED: u64 = 4096;

/// Suggestions for unknown names look at every known one; after this many nobody reads them.
const MAX_SUGGESTIONS: u32 = 20;

/// How many pairs of an unknown name and a dimension are compared for one design.
const MAX_COMPARISONS: usize = 100_000;

/// What a run binds: the problem, the machine, and what is measured. A design may use these names
/// without declaring them.
const BOUND_BY_A_RUN: &[(&str, Type)] = &[
    ("architecture", Type::Text),
    ("backend", Type::Text),
    ("batch", Type::Int),
    ("batch_size", Type::Int),
    ("block_threads", Type::Int),
    ("causal", Type::Bool),
    ("causal_alignment", Type::Text),
    ("code_size", Type::Int),
    ("compiler", Type::Text),
    ("compiler_version", Type::Text),
    ("config", Type::Record),
    ("cores", Type::Int),
    ("device", Type::Text),
    ("device_family", Type::Text),
    ("dtype", Type::Text),
    ("family", Type::Text),
    ("goal", Type::Record),
    ("hardware", Type::Record),
    ("head_dim", Type::Int),
    ("heads", Type::Int),
    ("hidden_dim", Type::Int),
    ("k", Type::Int),
    ("k_len", Type::Int),
    ("kv_heads", Type::Int),
    ("kv_len", Type::Int),
    ("latency", Type::Unknown),
    ("local_memory", Type::Int),
    ("m", Type::Int),
    ("max_error", Type::Unknown),
    ("median_ns", Type::Unknown),
    ("memory", Type::Unknown),
    ("n", Type::Int),
    ("num_head_kv", Type::Int),
    ("num_heads", Type::Int),
    ("num_kv_heads", Type::Int),
    ("occupancy", Type::Unknown),
    ("operation", Type::Text),
    ("operator", Type::Text),
    ("q_len", Type::Int),
    ("registers", Type::Unknown),
    ("resident_blocks", Type::Int),
    ("seq_len", Type::Int),
    ("shared_memory", Type::Unknown),
    ("speedup", Type::Unknown),
    ("spills", Type::Unknown),
    ("store_lse", Type::Bool),
    ("target", Type::Text),
    ("tflops", Type::Unknown),
    ("time", Type::Unknown),
    ("trace", Type::Record),
    ("transpose_a", Type::Bool),
    ("transpose_b", Type::Bool),
    ("trial", Type::Record),
    ("workload", Type::Record),
];

/// One name.
struct Symbol {
    ty: Type,
    /// All its values, when they can be listed.
    domain: Option<Vec<Value>>,
}

/// All names of a design.
pub(super) struct Scope<'s> {
    symbols: BTreeMap<String, Symbol>,
    /// Predicates that are called.
    predicates: BTreeMap<&'s str, Type>,
    dimensions: Vec<&'s str>,
    /// The fields of problems, machines and goals that have a name.
    records: BTreeMap<&'s str, Vec<&'s str>>,
    /// Facts, and what problems, machines and goals say: what else a condition may be about.
    others: Vec<&'s str>,
    /// Names that are not known, with the dimension that was probably meant.
    near: RefCell<BTreeMap<String, Option<&'s str>>>,
    near_others: RefCell<BTreeMap<String, Option<&'s str>>>,
    suggestions: Cell<u32>,
}

impl<'s> Scope<'s> {
    /// The names of a system.
    pub(super) fn of(system: &'s System) -> Self {
        let mut scope = Self {
            symbols: BTreeMap::new(),
            predicates: BTreeMap::new(),
            dimensions: Vec::new(),
            records: BTreeMap::new(),
            others: Vec::new(),
            near: RefCell::new(BTreeMap::new()),
            near_others: RefCell::new(BTreeMap::new()),
            suggestions: Cell::new(0),
        };
        for dimension in &system.dimensions {
            if scope.dimensions.last() != Some(&dimension.name.as_str()) {
                scope.dimensions.push(&dimension.name);
            }
            scope.dimension(&dimension.name, &dimension.domain);
        }
        for searched in &system.loops {
            for (name, domain) in &searched.parameters {
                scope.dimension(name, domain);
            }
        }
        for record in system.workloads.iter().chain(&system.hardware).chain(&system.goals) {
            scope.record(record);
            scope.others.extend(record.fields.iter().map(|(key, _)| key.as_str()));
        }
        // What runs a design calls the machine `hardware`, whatever its description calls it.
        for record in &system.hardware {
            let fields = record.fields.iter().map(|(key, _)| key.as_str());
            scope.records.entry("hardware").or_default().extend(fields);
            for (key, slot) in &record.fields {
                scope.add(&format!("hardware.{key}"), type_of_slot(slot));
            }
        }
        scope.others.extend(system.facts.iter().map(|f| f.name.as_str()));
        for (name, _) in &system.states {
            scope.add(name, Type::Unknown);
        }
        for fact in &system.facts {
            let ty = if fact.returns.is_some() { Type::Bool } else { Type::Record };
            if !fact.parameters.is_empty() {
                scope.predicates.insert(&fact.name, ty.clone());
            }
            scope.add(&fact.name, ty);
        }
        for rule in &system.rules {
            let concluded = rule.then.iter().filter(|(key, _)| key == "conclude");
            for (_, slot) in concluded {
                scope.concluded(&slot.reading);
            }
        }
        for declared in &system.types {
            for (name, _) in &declared.fields {
                scope.add(name, Type::Unknown);
            }
        }
        for (name, ty) in BOUND_BY_A_RUN {
            scope.add(name, ty.clone());
        }
        scope
    }

    /// A dimension; one of a name that was declared before adds its values.
    fn dimension(&mut self, name: &str, domain: &Domain) {
        let added = symbol_of(domain);
        match self.symbols.get_mut(name) {
            Some(known) => {
                known.ty = known.ty.clone().join(added.ty);
                known.domain = match (known.domain.take(), added.domain) {
                    (Some(mut all), Some(more)) => {
                        all.extend(more);
                        Some(all)
                    }
                    _ => None,
                };
            }
            None => {
                self.symbols.insert(name.to_owned(), added);
            }
        }
    }

    /// The fields of a problem, a machine or a goal, by themselves and behind its name.
    fn record(&mut self, record: &'s Record) {
        if let Some(name) = &record.name {
            self.add(name, Type::Record);
            let fields = record.fields.iter().map(|(key, _)| key.as_str());
            self.records.entry(name).or_default().extend(fields);
        }
        for (key, slot) in &record.fields {
            let ty = type_of_slot(slot);
            if let Some(name) = &record.name {
                self.add(&format!("{name}.{key}"), ty.clone());
            }
            self.add(key, ty);
        }
    }

    /// What a rule gives a value, or says to hold.
    fn concluded(&mut self, reading: &'s Reading) {
        match reading {
            Reading::Assignments(items, _) => {
                for item in items {
                    self.add(&item.name, Type::Unknown);
                    self.others.push(&item.name);
                }
            }
            Reading::Formula(formula) => match &formula.expr.kind {
                ExprKind::Name(name) => {
                    self.add(name, Type::Bool);
                    self.others.push(name);
                }
                ExprKind::Call(call) => {
                    self.predicates.insert(&call.function, Type::Bool);
                    self.add(&call.function, Type::Bool);
                }
                _ => {}
            },
            _ => {}
        }
    }

    fn add(&mut self, name: &str, ty: Type) {
        if !name.is_empty() && !self.symbols.contains_key(name) {
            self.symbols.insert(name.to_owned(), Symbol { ty, domain: None });
        }
    }

    /// Whether something has this name, possibly as a field of a record.
    pub(super) fn knows(&self, name: &str) -> bool {
        let is_record = |name: &str| {
            self.symbols.get(name).is_some_and(|s| matches!(s.ty, Type::Record | Type::Unknown))
        };
        self.symbols.contains_key(name)
            || name.rmatch_indices('.').any(|(dot, _)| name.get(..dot).is_some_and(is_record))
    }

    /// The fields of the problem, the machine or the goal called `name`, unless something else is called
    /// that, too.
    pub(super) fn fields_of(&self, name: &str) -> Option<&[&'s str]> {
        let is_record = self.symbols.get(name).is_some_and(|s| s.ty == Type::Record);
        self.records.get(name).filter(|_| is_record).map(Vec::as_slice)
    }

    /// Whether `name` is a dimension of texts.
    pub(super) fn is_text(&self, name: &str) -> bool {
        self.symbols.get(name).is_some_and(|s| s.ty == Type::Text)
    }

    /// The dimension that an unknown name was probably meant to be.
    pub(super) fn near(&self, name: &str) -> Option<&'s str> {
        if let Some(known) = self.near.borrow().get(name) {
            return *known;
        }
        let compared = self.near.borrow().len().saturating_mul(self.dimensions.len());
        let found = if compared < MAX_COMPARISONS { nearest(name, &self.dimensions) } else { None };
        self.near.borrow_mut().insert(name.to_owned(), found);
        found
    }
}

impl Scope<'_> {
    /// The fact or the value of a problem, a machine or a goal that an unknown name was probably meant to
    /// be.
    pub(super) fn near_other(&self, name: &str) -> Option<String> {
        if let Some(known) = self.near_others.borrow().get(name) {
            return known.map(str::to_owned);
        }
        let compared = self.near_others.borrow().len().saturating_mul(self.others.len());
        let is_affordable = compared < MAX_COMPARISONS / 5;
        let found = if is_affordable { nearest(name, &self.others) } else { None };
        self.near_others.borrow_mut().insert(name.to_owned(), found);
        found.map(str::to_owned)
    }
}

/// The dimension whose spelling differs by a slip. `tile_k` beside `tile_m` is no slip.
fn nearest<'s>(name: &str, dimensions: &[&'s str]) -> Option<&'s str> {
    let length = name.chars().count();
    if length < 4 {
        return None;
    }
    let wanted = name.to_lowercase();
    let mut best: Option<(usize, &'s str)> = None;
    for candidate in dimensions {
        let allowed = (length.max(candidate.chars().count()) / 4).clamp(1, 3);
        if candidate.chars().count().abs_diff(length) > allowed || are_siblings(name, candidate) {
            continue;
        }
        let distance = strsim::damerau_levenshtein(&wanted, &candidate.to_lowercase());
        if distance <= allowed && best.is_none_or(|(d, _)| distance < d) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, name)| name)
}

/// Whether two names differ in one-letter parts or numbers only, as `tile_m` and `tile_k` do.
fn are_siblings(a: &str, b: &str) -> bool {
    let parts = |name: &'_ str| name.split('_').map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (parts(a), parts(b));
    let is_index = |p: &str| p.chars().count() == 1 || p.ends_with(|c: char| c.is_ascii_digit());
    a.len() == b.len() && a.iter().zip(&b).all(|(x, y)| x == y || is_index(x) && is_index(y))
}

/// The type of what a record says under a key.
fn type_of_slot(slot: &SlotReading) -> Type {
    match &slot.reading {
        Reading::Literal(literal) => type_of(literal),
        Reading::Name(_) => Type::Text,
        _ => Type::Unknown,
    }
}

fn type_of(literal: &Literal) -> Type {
    match (literal, to_value(literal)) {
        // A unit that the expression language does not know.
        (Literal::Quantity(..), Value::Text(_)) => Type::Unknown,
        (_, value) => Type::of(&value),
    }
}

fn symbol_of(domain: &Domain) -> Symbol {
    match domain {
        Domain::Values(values) if values.len() as u64 <= MAX_COMPARED => {
            let domain: Vec<Value> = values.iter().map(to_value).collect();
            let ty = values.iter().map(type_of).reduce(Type::join).unwrap_or(Type::Unknown);
            Symbol { ty, domain: Some(domain) }
        }
        Domain::Values(values) => {
            let ty = values.first().map_or(Type::Unknown, type_of);
            Symbol { ty, domain: None }
        }
        Domain::Ints(..) => Symbol { ty: Type::Int, domain: None },
        Domain::Reals(..) => Symbol { ty: Type::Float, domain: None },
        Domain::Any(ty) => {
            let ty = types::Type::read(ty).map_or(Type::Unknown, |t| declared(&t));
            Symbol { ty, domain: None }
        }
    }
}

/// The type of a field that is declared with `ty`.
fn declared(ty: &types::Type) -> Type {
    match ty {
        types::Type::Int | types::Type::Range(..) => Type::Int,
        types::Type::Float => Type::Float,
        types::Type::Bool => Type::Bool,
        types::Type::Text => Type::Text,
        types::Type::List(element) => {
            Type::list(element.as_ref().map_or(Type::Unknown, |e| declared(e)))
        }
        types::Type::OneOf(values) => {
            values.iter().map(type_of).reduce(Type::join).unwrap_or(Type::Unknown)
        }
        types::Type::Optional(inner) => declared(inner),
        types::Type::Tensor(..) | types::Type::Named(_) => Type::Unknown,
    }
}

/// All values of a declared type, when they can be listed.
fn values_of(ty: &types::Type) -> Option<Vec<Value>> {
    match ty {
        types::Type::OneOf(values) => Some(values.iter().map(to_value).collect()),
        types::Type::Range(low, high) if low.abs_diff(*high) < MAX_COMPARED => {
            Some((*low..=*high).map(Value::Int).collect())
        }
        types::Type::Optional(inner) => values_of(inner),
        _ => None,
    }
}

/// The parameters of a predicate, with the observation that each is of where that is declared.
pub(super) type Parameters<'s> = BTreeMap<&'s str, Option<&'s Case>>;

/// A scope inside of a predicate.
pub(super) struct Inside<'i, 's> {
    pub(super) scope: &'i Scope<'s>,
    pub(super) parameters: &'i Parameters<'s>,
}

impl Inside<'_, '_> {
    /// The declared type of `t.field`.
    fn field(&self, name: &str) -> Option<&types::Type> {
        let (parameter, field) = name.split_once('.')?;
        let case = (*self.parameters.get(parameter)?)?;
        case.fields.iter().find(|(name, _)| name == field)?.1.as_ref()
    }
}

impl TypeEnv for Inside<'_, '_> {
    fn type_of(&self, name: &str) -> Option<Type> {
        if let Some(field) = self.field(name) {
            return Some(declared(field));
        }
        if let Some(case) = self.parameters.get(name) {
            // A variable may be a row, or a value.
            return Some(if case.is_some() { Type::Record } else { Type::Unknown });
        }
        self.scope.symbols.get(name).map(|s| s.ty.clone())
    }

    fn domain(&self, name: &str) -> Option<Vec<Value>> {
        if let Some(field) = self.field(name) {
            return values_of(field);
        }
        self.scope.symbols.get(name)?.domain.clone()
    }

    fn result_of(&self, function: &str) -> Option<Type> {
        self.scope.predicates.get(function).cloned()
    }

    fn names(&self) -> Vec<String> {
        let asked = self.scope.suggestions.get();
        self.scope.suggestions.set(asked.saturating_add(1));
        if asked >= MAX_SUGGESTIONS {
            return Vec::new();
        }
        self.scope.symbols.keys().cloned().collect()
    }

    fn functions(&self) -> Vec<String> {
        self.scope.predicates.keys().take(1000).map(|p| (*p).to_owned()).collect()
    }
}
