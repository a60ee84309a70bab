//! The engine: rules compiled, evaluated in strata, conclusions with their reasons.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use rustc_hash::FxHashMap;

use spak_expr::{Expr, Scalar, Value};

use crate::atoms::Atoms;
use crate::base::{Base, Known, Row};
use crate::compile::{Compiled, compile};
use crate::evaluate::{Emitted, Found, Said, World, evaluate};
use crate::join::{Step as PlanStep, plan};
use crate::open::written_out;
use crate::relation::Relation;
use crate::rule::{Advice, Complaint, Rule};
use crate::strata::{Group, Target, groups};
use crate::table::Table;

/// How much may follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Conclusions, of all kinds together.
    pub conclusions: usize,
    /// Rows and tuples that are looked at.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { conclusions: 1_000_000, steps: 50_000_000 }
    }
}

/// Which rule said something, and for which values of its variables.
#[derive(Clone, Debug, PartialEq)]
pub struct Support {
    /// Number of the rule.
    pub rule: usize,
    pub(crate) binding: Box<[Scalar]>,
}

/// A name that was concluded to have a value.
#[derive(Clone, Debug, PartialEq)]
pub struct Concluded {
    /// The name.
    pub name: String,
    /// Its value.
    pub value: Value,
    /// The rules that say so, and those of lower priority that say otherwise.
    pub by: Vec<usize>,
    /// Rules that say otherwise, with a lower priority.
    pub overruled: Vec<usize>,
}

/// Something that was concluded to hold.
#[derive(Clone, Debug, PartialEq)]
pub struct Held {
    /// What.
    pub name: String,
    /// Of these, as they are shown: values, and names of rows.
    pub of: Vec<String>,
    /// The rule that said so first.
    pub by: usize,
}

/// Advice that was concluded.
#[derive(Clone, Debug, PartialEq)]
pub struct Advised {
    /// What to do.
    pub advice: Advice<Value>,
    /// Where: a condition over dimensions; everywhere without one.
    pub only_where: Option<Expr>,
    /// All rules that say so, in their order.
    pub by: Vec<usize>,
    /// The highest priority among these.
    pub priority: i64,
}

/// A rule of which cannot be said whether it applies, or what follows.
#[derive(Clone, Debug, PartialEq)]
pub struct Undecided {
    /// Number of the rule.
    pub rule: usize,
    /// Why.
    pub why: String,
}

/// A name to which rules of the same priority give different values: it has none.
#[derive(Clone, Debug, PartialEq)]
pub struct Unsettled {
    /// The name.
    pub name: String,
    /// The values, with the rule that says each first. A given value is of no rule.
    pub values: Vec<(Value, Option<usize>)>,
}

/// Everything that follows.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Conclusions {
    /// Names with values, by name.
    pub values: Vec<Concluded>,
    /// What holds, in the order in which it was concluded.
    pub holds: Vec<Held>,
    /// Advice: the highest priority first, then in the order of rules.
    pub advice: Vec<Advised>,
    /// Rules that could not be decided.
    pub undecided: Vec<Undecided>,
    /// Names with more than one value.
    pub unsettled: Vec<Unsettled>,
    /// More would follow, and was cut off.
    pub cut_off: bool,
}

/// A value that a rule gives a name.
#[derive(Clone, Debug)]
pub(crate) struct Candidate {
    pub(crate) value: Value,
    pub(crate) priority: i64,
    pub(crate) support: Support,
}

/// Advice with its supports.
#[derive(Clone, Debug)]
pub(crate) struct Given {
    pub(crate) advice: Advice<Value>,
    pub(crate) only_where: Vec<Expr>,
    pub(crate) supports: Vec<Support>,
    pub(crate) priority: i64,
}

/// Rules over a base.
#[derive(Clone, Debug)]
pub struct Engine {
    pub(crate) rules: Vec<Rule>,
    pub(crate) compiled: Compiled,
    groups: Vec<Group>,
    /// Orders in which clauses are evaluated, by what has to be new.
    plans: FxHashMap<(usize, Option<usize>), Rc<[PlanStep]>>,
    pub(crate) world: World,
    /// Values that rules give each concluded name.
    pub(crate) candidates: Vec<Vec<Candidate>>,
    pub(crate) advice: Vec<Given>,
    /// Where the same advice stands in `advice`.
    advised: FxHashMap<String, usize>,
    pub(crate) undecided: BTreeMap<usize, String>,
    limits: Limits,
    left: (usize, u64),
}

impl Engine {
    /// Compiles `rules` over `base`. What is wrong with some of them is said, and these are left out.
    pub fn new(base: Base, rules: Vec<Rule>, limits: Limits) -> (Self, Vec<Complaint>) {
        let (written, mut complaints) = written_out(&base, &rules);
        let mut atoms = Atoms::default();
        let (mut compiled, more) = compile(&base, &written, &mut atoms);
        complaints.extend(more);
        let (groups, more) = groups(&mut compiled, &rules);
        complaints.extend(more);
        complaints.sort_by_key(|c| c.rule);
        let known = base.values.values();
        let known = known.map(|k| (atoms.scalar(&k.value), k.value.clone())).collect();
        let tables = base.tables.iter().enumerate();
        let tables = tables.map(|(i, t)| Table::new(i as u32, t, &mut atoms)).collect();
        let world = World {
            known,
            tables,
            concluded: vec![None; compiled.concluded.len()],
            relations: compiled.relations.iter().map(|(_, arity)| Relation::new(*arity)).collect(),
            unsure: BTreeSet::new(),
            base,
            atoms,
        };
        let candidates = vec![Vec::new(); compiled.concluded.len()];
        let engine = Self {
            rules,
            compiled,
            groups,
            plans: FxHashMap::default(),
            world,
            candidates,
            advice: Vec::new(),
            advised: FxHashMap::default(),
            undecided: BTreeMap::new(),
            limits,
            left: (0, 0),
        };
        (engine, complaints)
    }

    /// The rules, by number.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// What it starts from.
    pub fn base(&self) -> &Base {
        &self.world.base
    }

    /// Concludes everything that follows, from the beginning.
    pub fn conclude(&mut self) {
        self.left = (self.limits.conclusions, self.limits.steps);
        self.world.concluded.fill(None);
        self.world.unsure.clear();
        self.world.relations.iter_mut().for_each(Relation::clear);
        self.candidates.iter_mut().for_each(Vec::clear);
        self.advice.clear();
        self.advised.clear();
        self.undecided.clear();
        for group in std::mem::take(&mut self.groups) {
            self.group(&group);
            self.groups.push(group);
        }
    }

    /// Adds a row to a table and concludes what follows now; `false` where there is no such table.
    ///
    /// Rules that cannot see the row keep what they concluded.
    pub fn add_row(&mut self, table: &str, row: Row) -> bool {
        let Some(number) = self.world.base.tables.iter().position(|t| t.name == table) else {
            return false;
        };
        let World { base, tables, atoms, .. } = &mut self.world;
        if let (Some(own), Some(columns)) = (base.tables.get_mut(number), tables.get_mut(number)) {
            columns.push(number as u32, &own.fields, &row, atoms);
            own.rows.push(row);
        }
        self.conclude();
        true
    }

    /// Gives a name a value and concludes what follows now; `false` where no rule and no value asks for it
    /// yet, so that the engine has to be made anew.
    pub fn set(&mut self, name: &str, known: Known) -> bool {
        let Some(number) = self.compiled.names.known.get(name) else { return false };
        let scalar = self.world.atoms.scalar(&known.value);
        if let Some(place) = self.world.known.get_mut(*number as usize) {
            *place = (scalar, known.value.clone());
        }
        self.world.base.values.insert(name.to_owned(), known);
        self.conclude();
        true
    }

    fn group(&mut self, group: &Group) {
        if group.recursive {
            self.until_nothing_is_new(group);
        } else {
            for clause in &group.clauses {
                self.clause(*clause, None, 0..0);
            }
        }
        for target in &group.targets {
            if let Target::Name(name) = target {
                self.settle(*name);
            }
        }
    }

    /// Semi-naive evaluation: after the first round only ways of holding that need something new.
    fn until_nothing_is_new(&mut self, group: &Group) {
        let own = |r: u32| group.targets.contains(&Target::Holds(r));
        let lengths = |engine: &Self| -> BTreeMap<u32, u32> {
            let relations = engine.world.relations.iter().enumerate();
            let relations = relations.map(|(i, r)| (i as u32, r.len()));
            relations.filter(|(i, _)| own(*i)).collect()
        };
        let mut before = lengths(self);
        for clause in &group.clauses {
            self.clause(*clause, None, 0..0);
        }
        loop {
            let now = lengths(self);
            if now == before || self.left.0 == 0 || self.left.1 == 0 {
                return;
            }
            for number in &group.clauses {
                let Some(clause) = self.compiled.clauses.get(*number) else { continue };
                let atoms = clause.conditions.iter().enumerate();
                let atoms = atoms.filter_map(|(i, c)| Some((i, c.atom.as_ref()?.0)));
                let atoms: Vec<(usize, u32)> = atoms.filter(|(_, r)| own(*r)).collect();
                // What asks within a formula has no tuples of its own: all of it is asked again.
                let inside = clause.conditions.iter().any(|c| {
                    c.atom.is_none()
                        && crate::strata::reads_of(&c.formula)
                            .iter()
                            .any(|(t, _)| matches!(t, Target::Holds(r) if own(*r)))
                });
                if inside {
                    self.clause(*number, None, 0..0);
                    continue;
                }
                for (condition, relation) in atoms {
                    let from = before.get(&relation).copied().unwrap_or_default();
                    let to = now.get(&relation).copied().unwrap_or_default();
                    if from < to {
                        self.clause(*number, Some(condition), from..to);
                    }
                }
            }
            before = now;
        }
    }

    /// Evaluates a clause and takes in what it says.
    fn clause(&mut self, number: usize, delta: Option<usize>, new: std::ops::Range<u32>) {
        let steps = self.plan(number, delta);
        let Some(clause) = self.compiled.clauses.get(number) else { return };
        for step in &*steps {
            if let PlanStep::Tuples { condition, mask, delta: false } = step
                && let Some((relation, _)) =
                    clause.conditions.get(*condition).and_then(|c| c.atom.as_ref())
                && let Some(relation) = self.world.relations.get_mut(*relation as usize)
            {
                relation.index(*mask);
            }
        }
        let found = evaluate(&self.world, clause, &steps, new, self.left.1);
        let (rule, priority) = (clause.rule, clause.priority);
        if found.undecided.is_some() && clause.variables.is_empty() {
            let unsure = crate::strata::concludes(clause).into_iter().filter_map(|t| match t {
                Target::Holds(relation) => Some(relation),
                Target::Name(_) => None,
            });
            self.world.unsure.extend(unsure);
        }
        self.take_in(rule, priority, found);
    }

    /// The order for a clause, made once.
    fn plan(&mut self, number: usize, delta: Option<usize>) -> Rc<[PlanStep]> {
        if let Some(known) = self.plans.get(&(number, delta)) {
            return known.clone();
        }
        let tables = &self.world.tables;
        let rows = |t: u32| tables.get(t as usize).map_or(0, |t| t.rows.len());
        let clause = self.compiled.clauses.get(number);
        let steps: Rc<[PlanStep]> = clause.map_or_else(Vec::new, |c| plan(c, &rows, delta)).into();
        self.plans.insert((number, delta), steps.clone());
        steps
    }

    fn take_in(&mut self, rule: usize, priority: i64, found: Found) {
        self.left.1 = self.left.1.saturating_sub(found.tried);
        if let Some(why) = found.undecided {
            self.undecided.entry(rule).or_insert(why);
        }
        let cells = &found.cells;
        for Emitted { said, binding } in found.emitted {
            if self.left.0 == 0 {
                return;
            }
            let binding = cells.get(binding).unwrap_or_default();
            match said {
                Said::Value(name, value) => {
                    self.left.0 -= 1;
                    let support = Support { rule, binding: binding.into() };
                    if let Some(own) = self.candidates.get_mut(name as usize) {
                        own.push(Candidate { value, priority, support });
                    }
                }
                Said::Holds(relation, range) => {
                    self.hold(relation, cells.get(range).unwrap_or_default(), rule, binding);
                }
                Said::HoldsOf(relation, values) => {
                    let scalars: Option<Vec<Scalar>> =
                        values.iter().map(|v| self.world.atoms.scalar(v)).collect();
                    match scalars {
                        Some(scalars) => self.hold(relation, &scalars, rule, binding),
                        None => {
                            let why = "a list, or a record, can be no argument".to_owned();
                            self.undecided.entry(rule).or_insert(why);
                        }
                    }
                }
                Said::Advice(advice, only_where) => {
                    let support = Support { rule, binding: binding.into() };
                    self.advise(advice, only_where, priority, support);
                }
            }
        }
    }

    fn hold(&mut self, relation: u32, tuple: &[Scalar], rule: usize, binding: &[Scalar]) {
        if let Some(own) = self.world.relations.get_mut(relation as usize)
            && own.insert(tuple, rule, binding)
        {
            self.left.0 -= 1;
        }
    }

    fn advise(
        &mut self,
        advice: Advice<Value>,
        only_where: Vec<Expr>,
        priority: i64,
        support: Support,
    ) {
        let key = key_of(&advice, &only_where);
        let known = self.advised.get(&key).and_then(|at| self.advice.get_mut(*at));
        if let Some(known) = known {
            known.priority = known.priority.max(priority);
            if known.supports.last().is_none_or(|last| last.rule != support.rule) {
                known.supports.push(support);
            }
            return;
        }
        self.left.0 -= 1;
        self.advised.insert(key, self.advice.len());
        self.advice.push(Given { advice, only_where, supports: vec![support], priority });
    }

    /// Decides what a concluded name is, once all rules were asked.
    fn settle(&mut self, name: u32) {
        let Some(candidates) = self.candidates.get(name as usize) else { return };
        let Some(highest) = candidates.iter().map(|c| c.priority).max() else { return };
        let mut best = candidates.iter().filter(|c| c.priority == highest).map(|c| &c.value);
        let Some(value) = best.next() else { return };
        if best.all(|other| other == value) {
            let value = value.clone();
            let scalar = self.world.atoms.scalar(&value);
            if let Some(place) = self.world.concluded.get_mut(name as usize) {
                *place = Some((scalar, value));
            }
        }
    }

    /// What was concluded, readable.
    pub fn conclusions(&self) -> Conclusions {
        let mut out =
            Conclusions { cut_off: self.left.0 == 0 || self.left.1 == 0, ..Conclusions::default() };
        for (number, candidates) in self.candidates.iter().enumerate() {
            self.value(number, candidates, &mut out);
        }
        out.values.sort_by(|a, b| a.name.cmp(&b.name));
        for (number, relation) in self.world.relations.iter().enumerate() {
            let name = self.compiled.target(Target::Holds(number as u32));
            for tuple in 0..relation.len() {
                let of = relation.tuple(tuple).iter().map(|s| self.shown(*s)).collect();
                let by = relation.support(tuple).map_or(0, |s| s.rule);
                out.holds.push(Held { name: name.to_owned(), of, by });
            }
        }
        for given in &self.advice {
            let mut by: Vec<usize> = given.supports.iter().map(|s| s.rule).collect();
            by.sort_unstable();
            by.dedup();
            out.advice.push(Advised {
                advice: given.advice.clone(),
                only_where: all_of(&given.only_where),
                by,
                priority: given.priority,
            });
        }
        out.advice.sort_by(|a, b| b.priority.cmp(&a.priority).then_with(|| a.by.cmp(&b.by)));
        let undecided = self.undecided.iter();
        out.undecided =
            undecided.map(|(rule, why)| Undecided { rule: *rule, why: why.clone() }).collect();
        out
    }

    fn value(&self, number: usize, candidates: &[Candidate], out: &mut Conclusions) {
        let name = self.compiled.target(Target::Name(number as u32)).to_owned();
        let given = self.world.base.value(&name);
        let Some(highest) = candidates.iter().map(|c| c.priority).max() else { return };
        let mut values: Vec<(Value, Option<usize>)> = Vec::new();
        values.extend(given.map(|v| (v.clone(), None)));
        for c in candidates.iter().filter(|c| c.priority == highest) {
            if !values.iter().any(|(v, _)| *v == c.value) {
                values.push((c.value.clone(), Some(c.support.rule)));
            }
        }
        if values.len() > 1 {
            out.unsettled.push(Unsettled { name, values });
            return;
        }
        let Some((value, _)) = values.into_iter().next() else { return };
        let rules = |same: bool| -> Vec<usize> {
            let own = candidates.iter().filter(|c| (c.value == value) == same);
            let mut rules: Vec<usize> = own.map(|c| c.support.rule).collect();
            rules.sort_unstable();
            rules.dedup();
            rules
        };
        let (by, overruled) = (rules(true), rules(false));
        out.values.push(Concluded { name, value, by, overruled });
    }

    /// A scalar as it is shown: rows by their names.
    pub(crate) fn shown(&self, scalar: Scalar) -> String {
        if let Some((table, row)) = self.world.atoms.row_of(scalar) {
            let row =
                self.world.base.tables.get(table as usize).and_then(|t| t.rows.get(row as usize));
            return row.map_or_else(String::new, |r| r.name.clone());
        }
        self.world.atoms.value(scalar).map_or_else(String::new, |v| v.to_string())
    }
}

/// Conditions as one.
pub(crate) fn all_of(conditions: &[Expr]) -> Option<Expr> {
    match conditions {
        [] => None,
        [one] => Some(one.clone()),
        [first, ..] => Some(Expr::new(first.span, spak_expr::ExprKind::And(conditions.to_vec()))),
    }
}

/// The same text for the same advice.
fn key_of(advice: &Advice<Value>, only_where: &[Expr]) -> String {
    let what = match advice {
        Advice::Recommend(name, value) | Advice::Choose(name, value) => format!("{name}={value}"),
        Advice::Prefer(name, values) => {
            let values: Vec<String> = values.iter().map(Value::to_string).collect();
            format!("{name} in {}", values.join(","))
        }
        Advice::Avoid(formula) | Advice::Forbid(formula) => {
            spak_expr::print(&spak_expr::normal(formula))
        }
        Advice::Warn(text) => text.clone(),
    };
    let mut conditions: Vec<String> =
        only_where.iter().map(|e| spak_expr::print(&spak_expr::normal(e))).collect();
    conditions.sort_unstable();
    format!("{}\u{1}{what}\u{1}{}", advice.key(), conditions.join("\u{1}"))
}
