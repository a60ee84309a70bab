//! One clause against what is known so far: every way in which its conditions hold, and what follows.

use std::collections::BTreeSet;
use std::ops::Range;

use spak_expr::{Expr, ExprKind, Scalar, Value};

use crate::atoms::{Atoms, key};
use crate::base::Base;
use crate::compile::{Advised, Clause, Head, Source};
use crate::formula::{Formula, Outcome, Slot, Slots};
use crate::join::Step;
use crate::relation::Relation;
use crate::rule::Advice;
use crate::table::{Table, record};

/// All that is known while rules are evaluated.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) base: Base,
    pub(crate) atoms: Atoms,
    /// Values of the base by number.
    pub(crate) known: Vec<(Option<Scalar>, Value)>,
    pub(crate) tables: Vec<Table>,
    /// Values of concluded names by number, as far as they are settled.
    pub(crate) concluded: Vec<Option<(Option<Scalar>, Value)>>,
    /// What holds, by number.
    pub(crate) relations: Vec<Relation>,
    /// Of what cannot be said whether it holds: a rule that would say so could not be decided.
    pub(crate) unsure: BTreeSet<u32>,
}

/// Variables and their values, before the world.
pub(crate) struct Scope<'w> {
    pub(crate) world: &'w World,
    pub(crate) values: Vec<Option<Scalar>>,
}

impl Slots for Scope<'_> {
    fn scalar(&self, slot: &Slot) -> Option<Scalar> {
        let world = self.world;
        match slot {
            Slot::Known(n) => world.known.get(*n as usize)?.0,
            Slot::Concluded(n) => world.concluded.get(*n as usize)?.as_ref()?.0,
            Slot::Variable(v) => *self.values.get(*v)?,
            Slot::Field(v, field) => {
                let (table, row) = world.atoms.row_of((*self.values.get(*v)?)?)?;
                world.tables.get(table as usize)?.get(row, *field)
            }
            Slot::Some(r) => {
                let holds = world.relations.get(*r as usize)?.len() > 0;
                (holds || !world.unsure.contains(r)).then_some(Scalar::Bool(holds))
            }
            Slot::Holds(r, arguments) => {
                let relation = world.relations.get(*r as usize)?;
                let mut cells = [Scalar::Bool(false); 8];
                if let Some(room) = cells.get_mut(..arguments.len()) {
                    for (place, argument) in room.iter_mut().zip(arguments) {
                        *place = argument.scalar(self)?;
                    }
                    return Some(Scalar::Bool(relation.find(room).is_some()));
                }
                let tuple: Option<Vec<Scalar>> = arguments.iter().map(|a| a.scalar(self)).collect();
                Some(Scalar::Bool(relation.find(&tuple?).is_some()))
            }
            Slot::Table(_) => None,
        }
    }

    fn value(&self, slot: &Slot) -> Option<Value> {
        let world = self.world;
        match slot {
            Slot::Known(n) => Some(world.known.get(*n as usize)?.1.clone()),
            Slot::Concluded(n) => Some(world.concluded.get(*n as usize)?.as_ref()?.1.clone()),
            Slot::Variable(v) => {
                let scalar = (*self.values.get(*v)?)?;
                let Some((table, row)) = world.atoms.row_of(scalar) else {
                    return world.atoms.value(scalar);
                };
                let table = world.base.tables.get(table as usize)?;
                Some(record(table, table.rows.get(row as usize)?))
            }
            Slot::Field(v, field) => {
                let (table, row) = world.atoms.row_of((*self.values.get(*v)?)?)?;
                let table = world.base.tables.get(table as usize)?;
                let name = world.atoms.symbols.text(*field)?;
                let column = table.fields.iter().position(|f| **f == **name)?;
                table.rows.get(row as usize)?.values.get(column)?.clone()
            }
            Slot::Table(n) => {
                let table = world.base.tables.get(*n as usize)?;
                Some(world.tables.get(*n as usize)?.as_value(table))
            }
            Slot::Some(_) | Slot::Holds(..) => match self.scalar(slot)? {
                Scalar::Bool(b) => Some(Value::Bool(b)),
                _ => None,
            },
        }
    }
}

/// What one way of holding says.
#[derive(Clone, Debug)]
pub(crate) enum Said {
    /// A value for a concluded name.
    Value(u32, Value),
    /// Something holds of these cells of [`Found::cells`].
    Holds(u32, Range<usize>),
    /// Something holds of these, some of which are no scalars yet.
    HoldsOf(u32, Vec<Value>),
    /// Advice, and the conditions over dimensions under which it counts.
    Advice(Advice<Value>, Vec<Expr>),
}

/// What was said, and for which values of the variables: a range of [`Found::cells`].
#[derive(Clone, Debug)]
pub(crate) struct Emitted {
    pub(crate) said: Said,
    pub(crate) binding: Range<usize>,
}

/// What evaluating a clause came to.
#[derive(Debug, Default)]
pub(crate) struct Found {
    pub(crate) emitted: Vec<Emitted>,
    /// Values of variables and arguments of what holds, one behind the other.
    pub(crate) cells: Vec<Scalar>,
    /// Why it could not be decided whether a clause without variables applies, or what follows.
    pub(crate) undecided: Option<String>,
    /// How many values were tried.
    pub(crate) tried: u64,
    /// How often each step was reached; one more for what comes after the last.
    pub(crate) reached: Vec<u64>,
}

/// Evaluates `clause` by `steps`; where a step wants new tuples, those in `new`.
pub(crate) fn evaluate(
    world: &World,
    clause: &Clause,
    steps: &[Step],
    new: Range<u32>,
    budget: u64,
) -> Found {
    let scope = Scope { world, values: vec![None; clause.variables.len()] };
    let found = Found { reached: vec![0; steps.len() + 1], ..Found::default() };
    let mut run = Run { clause, steps, scope, new, budget, found };
    if clause.variables.is_empty() {
        run.alone();
    } else {
        run.step(0);
    }
    run.found
}

struct Run<'a> {
    clause: &'a Clause,
    steps: &'a [Step],
    scope: Scope<'a>,
    new: Range<u32>,
    budget: u64,
    found: Found,
}

impl<'a> Run<'a> {
    /// A clause without variables: a condition that fails decides, whatever else is not known.
    fn alone(&mut self) {
        self.found.tried += 1;
        let mut missing = None;
        for condition in &self.clause.conditions {
            match condition.formula.holds(&self.scope) {
                Some(truth) if truth != condition.negated => {}
                Some(_) => return,
                None => missing = missing.or(Some(&condition.formula)),
            }
        }
        match missing {
            None => self.emit(),
            Some(formula) => self.found.undecided = Some(why(formula, &self.scope)),
        }
    }

    fn step(&mut self, at: usize) {
        if self.found.tried >= self.budget {
            return;
        }
        if let Some(count) = self.found.reached.get_mut(at) {
            *count += 1;
        }
        let Some(step) = self.steps.get(at) else {
            self.emit();
            return;
        };
        let clause = self.clause;
        match step {
            Step::Check { condition } => {
                let Some(condition) = clause.conditions.get(*condition) else { return };
                if condition.formula.holds(&self.scope) == Some(!condition.negated) {
                    self.step(at + 1);
                }
            }
            Step::Member { variable, source } => {
                let value = self.scope.values.get(*variable).copied().flatten();
                let source = clause.sources.get(*source);
                if let (Some(value), Some((_, source))) = (value, source)
                    && self.is_member(value, source)
                {
                    self.step(at + 1);
                }
            }
            Step::Each { variable, source, by } => self.each(at, *variable, *source, *by),
            Step::Tuples { condition, mask, delta } => self.tuples(at, *condition, *mask, *delta),
        }
    }

    fn set(&mut self, variable: usize, value: Option<Scalar>) {
        if let Some(place) = self.scope.values.get_mut(variable) {
            *place = value;
        }
    }

    fn is_member(&self, value: Scalar, source: &Source) -> bool {
        match source {
            Source::Table(table) => {
                self.scope.world.atoms.row_of(value).is_some_and(|(t, _)| t == *table)
            }
            Source::Values(values) => values.iter().any(|v| key(*v) == key(value)),
        }
    }

    fn each(&mut self, at: usize, variable: usize, source: usize, by: Option<(usize, usize)>) {
        let clause = self.clause;
        let table = match clause.sources.get(source) {
            Some((_, Source::Values(values))) => {
                for value in values {
                    self.with(at, variable, *value);
                }
                self.set(variable, None);
                return;
            }
            Some((_, Source::Table(number))) => self.scope.world.tables.get(*number as usize),
            None => None,
        };
        let Some(table) = table else { return };
        let keyed = by.and_then(|(c, which)| clause.conditions.get(c)?.keyed.get(which));
        let looked_up = keyed.and_then(|k| Some((k, k.other.scalar(&self.scope)?)));
        match looked_up {
            Some((keyed, value)) => {
                table.rows_where(keyed.field, keyed.op, value, &mut |row| {
                    if let Some(row) = table.rows.get(row as usize) {
                        self.with(at, variable, *row);
                    }
                });
            }
            None => {
                for row in &table.rows {
                    self.with(at, variable, *row);
                }
            }
        }
        self.set(variable, None);
    }

    /// Goes on with a value for a variable.
    fn with(&mut self, at: usize, variable: usize, value: Scalar) {
        self.found.tried += 1;
        self.set(variable, Some(value));
        self.step(at + 1);
    }

    fn tuples(&mut self, at: usize, condition: usize, mask: u64, delta: bool) {
        let clause = self.clause;
        let atom = clause.conditions.get(condition).and_then(|c| c.atom.as_ref());
        let Some((number, arguments)) = atom else { return };
        let world = self.scope.world;
        let Some(relation) = world.relations.get(*number as usize) else { return };
        if delta {
            for tuple in self.new.clone() {
                self.tuple(at, arguments, relation.tuple(tuple));
            }
        } else if mask == 0 {
            for tuple in 0..relation.len() {
                self.tuple(at, arguments, relation.tuple(tuple));
            }
        } else {
            let known = arguments.iter().enumerate().filter(|(i, _)| mask & (1 << i) != 0);
            let known: Option<Vec<Scalar>> = known.map(|(_, a)| a.scalar(&self.scope)).collect();
            let Some(known) = known else { return };
            for tuple in relation.matching(mask, &known) {
                self.tuple(at, arguments, relation.tuple(*tuple));
            }
        }
    }

    /// Goes on with a tuple, if it agrees with what is known.
    fn tuple(&mut self, at: usize, arguments: &[Formula], tuple: &[Scalar]) {
        self.found.tried += 1;
        let mut fresh = 0;
        if self.take(arguments, tuple, &mut fresh) {
            self.step(at + 1);
        }
        for (variable, value) in self.scope.values.iter_mut().enumerate() {
            if fresh & (1 << variable) != 0 {
                *value = None;
            }
        }
    }

    /// Gives variables the values of a tuple, those in `fresh` for the first time; whether what is known
    /// already agrees.
    fn take(&mut self, arguments: &[Formula], tuple: &[Scalar], fresh: &mut u64) -> bool {
        for (argument, value) in arguments.iter().zip(tuple) {
            let variable = crate::compile::plain_variable(argument);
            match variable.and_then(|v| Some((v, *self.scope.values.get(v)?))) {
                Some((v, None)) => {
                    *fresh |= 1 << v;
                    self.set(v, Some(*value));
                }
                _ => {
                    let own = argument.scalar(&self.scope);
                    if own.map(key) != Some(key(*value)) {
                        return false;
                    }
                }
            }
        }
        true
    }

    fn emit(&mut self) {
        let mut only_where = Vec::new();
        for condition in &self.clause.open {
            let rest = condition.formula.rest(&self.scope);
            let rest = if condition.negated { negated(rest) } else { rest };
            match rest.kind {
                ExprKind::Bool(true) => {}
                ExprKind::Bool(false) => return,
                _ => only_where.push(rest),
            }
        }
        let start = self.found.cells.len();
        self.found.cells.extend(self.scope.values.iter().filter_map(|v| *v));
        let binding = start..self.found.cells.len();
        let clause = self.clause;
        for head in &clause.heads {
            match self.said(head, &only_where) {
                Ok(Some(said)) => {
                    self.found.emitted.push(Emitted { said, binding: binding.clone() });
                }
                Ok(None) => {}
                Err(why) => self.found.undecided = Some(why),
            }
        }
    }

    fn said(&mut self, head: &Head, only_where: &[Expr]) -> Result<Option<Said>, String> {
        if let Head::Holds(relation, arguments) = head {
            return self.held(*relation, arguments).map(Some);
        }
        let value = |formula: &Formula| match formula.value(&self.scope) {
            Outcome::Value(value) => Ok(value),
            Outcome::Missing(name) => Err(missing(&name)),
            Outcome::Fails(why) => Err(why),
        };
        let only_where = || only_where.to_vec();
        Ok(Some(match head {
            Head::Value(name, formula) => Said::Value(*name, value(formula)?),
            Head::Holds(..) => return Ok(None),
            Head::Advice(Advised::Recommend(name, formula)) => {
                Said::Advice(Advice::Recommend(name.clone(), value(formula)?), only_where())
            }
            Head::Advice(Advised::Choose(name, formula)) => {
                Said::Advice(Advice::Choose(name.clone(), value(formula)?), only_where())
            }
            Head::Advice(Advised::Prefer(name, formulas)) => {
                let values: Result<Vec<Value>, String> = formulas.iter().map(value).collect();
                Said::Advice(Advice::Prefer(name.clone(), values?), only_where())
            }
            Head::Advice(Advised::Avoid(formula)) => match self.over_configs(formula)? {
                Some(rest) => Said::Advice(Advice::Avoid(rest), only_where()),
                None => return Ok(None),
            },
            Head::Advice(Advised::Forbid(formula)) => match self.over_configs(formula)? {
                Some(rest) => Said::Advice(Advice::Forbid(rest), only_where()),
                None => return Ok(None),
            },
            Head::Advice(Advised::Warn(text, places)) => {
                let mut text = text.clone();
                for (place, formula) in places {
                    if let Outcome::Value(value) = formula.value(&self.scope) {
                        for written in [format!("{{{{{place}}}}}"), format!("{{{{ {place} }}}}")] {
                            text = text.replace(&written, &shown(&value));
                        }
                    }
                }
                Said::Advice(Advice::Warn(text), only_where())
            }
        }))
    }

    fn held(&mut self, relation: u32, arguments: &[Formula]) -> Result<Said, String> {
        let start = self.found.cells.len();
        for argument in arguments {
            match argument.scalar(&self.scope) {
                Some(scalar) => self.found.cells.push(scalar),
                None => {
                    self.found.cells.truncate(start);
                    let values = arguments.iter().map(|a| match a.value(&self.scope) {
                        Outcome::Value(value) => Ok(value),
                        Outcome::Missing(name) => Err(missing(&name)),
                        Outcome::Fails(why) => Err(why),
                    });
                    return Ok(Said::HoldsOf(relation, values.collect::<Result<_, String>>()?));
                }
            }
        }
        Ok(Said::Holds(relation, start..self.found.cells.len()))
    }

    /// What a formula says of configs here; `None` where it says of none.
    fn over_configs(&self, formula: &Formula) -> Result<Option<Expr>, String> {
        let rest = formula.rest(&self.scope);
        match rest.kind {
            ExprKind::Bool(false) => Ok(None),
            ExprKind::Bool(true) => Ok(Some(rest)),
            _ => {
                let base = &self.scope.world.base;
                let mut words = BTreeSet::new();
                bare_words(&rest, base, &mut words);
                let is_known =
                    |n: &String| base.is_open(n) || base.later.contains(n) || words.contains(n);
                let unknown = spak_expr::free_names(&rest).into_iter().find(|n| !is_known(n));
                let is_builtin = |f: &String| spak_expr::builtins::find(f).is_some();
                let unknown = unknown.or_else(|| {
                    spak_expr::called_functions(&rest).into_iter().find(|f| !is_builtin(f))
                });
                match unknown {
                    Some(name) => Err(missing(&name)),
                    None => Ok(Some(rest)),
                }
            }
        }
    }
}

/// Names beside a dimension in a comparison, which are texts: `scheme == online`, `scheme in [a, b]`.
fn bare_words(expr: &Expr, base: &Base, found: &mut BTreeSet<String>) {
    if let ExprKind::Compare(first, rest) = &expr.kind {
        let operands: Vec<&Expr> =
            std::iter::once(&**first).chain(rest.iter().map(|(_, e)| e)).collect();
        if operands.iter().any(|e| e.as_name().is_some_and(|n| base.is_open(n))) {
            for operand in operands {
                let words = match &operand.kind {
                    ExprKind::List(items) => items.iter().collect(),
                    _ => vec![operand],
                };
                found.extend(words.iter().filter_map(|e| e.as_name()).map(str::to_owned));
            }
        }
    }
    for child in expr.children() {
        bare_words(child, base, found);
    }
}

fn negated(expr: Expr) -> Expr {
    let span = expr.span;
    match expr.kind {
        ExprKind::Bool(b) => Expr::new(span, ExprKind::Bool(!b)),
        _ => Expr::new(span, ExprKind::Unary(spak_expr::UnaryOp::Not, Box::new(expr))),
    }
}

/// Why a formula has no truth value.
pub(crate) fn why(formula: &Formula, scope: &Scope<'_>) -> String {
    match formula.value(scope) {
        Outcome::Missing(name) => missing(&name),
        Outcome::Fails(why) => why,
        Outcome::Value(value) => format!("a condition is needed, and this is {}", value.describe()),
    }
}

fn missing(name: &str) -> String {
    if name.is_empty() {
        "something in it has no value here".to_owned()
    } else {
        format!("`{name}` has no value here")
    }
}

/// A value in a sentence: texts without quotes.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Text(text) => text.to_string(),
        other => other.to_string(),
    }
}
