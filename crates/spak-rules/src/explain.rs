//! Why something was concluded, back to what is given; and why a rule did not apply.

use std::collections::BTreeSet;

use spak_expr::{Scalar, Value};

use crate::compile::{Clause, Condition, Head};
use crate::engine::{Engine, Support};
use crate::evaluate::{Scope, evaluate, why};
use crate::formula::{Formula, Outcome, Slot, Slots};
use crate::join::{Step as PlanStep, plan};
use crate::strata::Target;

/// How deep a tree of reasons is shown.
const MAX_DEPTH: usize = 32;

/// Something that is so, and why.
#[derive(Clone, Debug, PartialEq)]
pub struct Proof {
    /// What (`bound = memory`, `slow(trial 12)`, `head_dim = 128`).
    pub what: String,
    /// Why.
    pub how: How,
}

/// Why something is so.
#[derive(Clone, Debug, PartialEq)]
pub enum How {
    /// It was given: by whom.
    Given(String),
    /// A rule says so.
    Rule {
        /// Its number.
        rule: usize,
        /// What its variables stand for.
        variables: Vec<(String, String)>,
        /// Its conditions, each with what makes it true.
        conditions: Vec<Step>,
        /// What the value was computed from, if it was computed.
        computed: Option<Step>,
    },
    /// No rule that applies says that it is otherwise.
    NothingSaysSo,
    /// It was shown above.
    Above,
}

/// A condition of a rule that holds.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The condition; with `not` before it where it must not hold.
    pub condition: String,
    /// What makes it so.
    pub because: Vec<Proof>,
}

/// Why a rule did not apply.
#[derive(Clone, Debug, PartialEq)]
pub struct Missing {
    /// Number of the rule.
    pub rule: usize,
    /// Its conditions in order.
    pub conditions: Vec<(String, Failure)>,
}

/// What was shown already, so that it is not shown again.
#[derive(Clone, Debug, Default)]
pub struct Shown(BTreeSet<(Target, u32)>);

/// What became of a condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Failure {
    /// It holds.
    Holds,
    /// It does not; the names in it with their values.
    Fails(Vec<(String, String)>),
    /// It cannot be said, and why.
    Unknown(String),
    /// Of this many rows, or combinations of rows, that got so far, so many satisfy it.
    Rows(u64, u64),
    /// It speaks of a config, and stays a condition.
    OfConfigs,
}

impl Engine {
    /// Why a concluded name has its value: one proof for each rule that says so.
    pub fn why_value(&self, name: &str, shown: &mut Shown) -> Vec<Proof> {
        let Some(number) = self.compiled.names.concluded.get(name) else { return Vec::new() };
        let candidates = self.candidates.get(*number as usize).into_iter().flatten();
        let value = self.world.concluded.get(*number as usize).and_then(|v| v.as_ref());
        let Some((_, value)) = value else { return Vec::new() };
        candidates
            .filter(|c| c.value == *value)
            .map(|c| self.proof(format!("{name} = {value}"), &c.support, &mut shown.0, 0))
            .collect()
    }

    /// Why something holds: one proof for each tuple whose arguments are shown like `of`, or for all.
    pub fn why_holds(&self, name: &str, of: Option<&[String]>, shown: &mut Shown) -> Vec<Proof> {
        let Some(number) = self.compiled.names.relations.get(name) else { return Vec::new() };
        let Some(relation) = self.world.relations.get(*number as usize) else { return Vec::new() };
        let tuples = (0..relation.len()).filter(|tuple| {
            of.is_none_or(|of| {
                let own = relation.tuple(*tuple).iter().map(|s| self.shown(*s));
                own.eq(of.iter().cloned())
            })
        });
        tuples.filter_map(|tuple| self.tuple(*number, tuple, &mut shown.0, 0)).collect()
    }

    /// Why a rule applies: one proof for each way in which it does, up to `most`.
    pub fn why_rule(&self, rule: usize, most: usize, shown: &mut Shown) -> Vec<Proof> {
        let clauses = self.compiled.clauses.iter().filter(|c| c.rule == rule);
        let mut proofs = Vec::new();
        let name = self.rules.get(rule).map_or("", |r| r.name.as_str());
        for clause in clauses {
            let found = self.again(clause);
            for emitted in found.emitted.chunk_by(|a, b| a.binding == b.binding) {
                let Some(first) = emitted.first().filter(|_| proofs.len() < most) else { break };
                let binding = found.cells.get(first.binding.clone()).unwrap_or_default();
                let support = Support { rule, binding: binding.into() };
                proofs.push(self.proof(format!("`{name}` applies"), &support, &mut shown.0, 0));
            }
        }
        proofs
    }

    /// Whether a rule applies to something.
    pub fn applies(&self, rule: usize) -> bool {
        let clauses = self.compiled.clauses.iter().filter(|c| c.rule == rule);
        clauses.into_iter().any(|clause| !self.again(clause).emitted.is_empty())
    }

    /// Why a rule does not apply, or applies to nothing: what became of its conditions.
    pub fn why_not(&self, rule: usize) -> Option<Missing> {
        let clause = self.compiled.clauses.iter().find(|c| c.rule == rule)?;
        let conditions = if clause.variables.is_empty() {
            let scope = Scope { world: &self.world, values: Vec::new() };
            let all = clause.conditions.iter();
            all.map(|c| (text(c), self.outcome(c, &scope))).collect()
        } else {
            self.funnel(clause)
        };
        let open = clause.open.iter().map(|c| (text(c), Failure::OfConfigs));
        Some(Missing { rule, conditions: conditions.into_iter().chain(open).collect() })
    }

    fn outcome(&self, condition: &Condition, scope: &Scope<'_>) -> Failure {
        match condition.formula.holds(scope) {
            Some(truth) if truth != condition.negated => Failure::Holds,
            Some(_) => Failure::Fails(self.values_in(&condition.formula, scope)),
            None => Failure::Unknown(why(&condition.formula, scope)),
        }
    }

    /// How many rows get through each condition, in the order in which they are asked.
    fn funnel(&self, clause: &Clause) -> Vec<(String, Failure)> {
        let steps = self.steps(clause);
        let found = self.evaluated(clause, &steps);
        let mut out = Vec::new();
        for (at, step) in steps.iter().enumerate() {
            let (here, next) = (found.reached.get(at), found.reached.get(at + 1));
            let condition = match step {
                PlanStep::Check { condition } | PlanStep::Tuples { condition, .. } => *condition,
                PlanStep::Each { .. } | PlanStep::Member { .. } => continue,
            };
            if let (Some(condition), Some(here), Some(next)) =
                (clause.conditions.get(condition), here, next)
            {
                out.push((text(condition), Failure::Rows(*here, *next)));
            }
        }
        out
    }

    fn steps(&self, clause: &Clause) -> Vec<PlanStep> {
        let rows = |t: u32| self.world.tables.get(t as usize).map_or(0, |t| t.rows.len());
        plan(clause, &rows, None)
    }

    /// A clause once more, over everything that was concluded.
    fn again(&self, clause: &Clause) -> crate::evaluate::Found {
        self.evaluated(clause, &self.steps(clause))
    }

    fn evaluated(&self, clause: &Clause, steps: &[PlanStep]) -> crate::evaluate::Found {
        // Indexes exist for what was asked before; what came later is looked at without.
        let mut world = self.world.clone();
        for step in steps {
            if let PlanStep::Tuples { condition, mask, .. } = step
                && let Some((relation, _)) =
                    clause.conditions.get(*condition).and_then(|c| c.atom.as_ref())
                && let Some(relation) = world.relations.get_mut(*relation as usize)
            {
                relation.index(*mask);
            }
        }
        evaluate(&world, clause, steps, 0..0, u64::MAX)
    }

    fn proof(
        &self,
        what: String,
        support: &Support,
        shown: &mut BTreeSet<(Target, u32)>,
        depth: usize,
    ) -> Proof {
        let clause = self.compiled.clauses.iter().find(|c| c.rule == support.rule);
        let Some(clause) = clause.filter(|_| depth < MAX_DEPTH) else {
            return Proof { what, how: How::Above };
        };
        let values = support.binding.iter().map(|s| Some(*s)).collect();
        let scope = Scope { world: &self.world, values };
        let variables = clause.variables.iter().zip(&*support.binding);
        let variables = variables.map(|(n, s)| (n.clone(), self.shown(*s))).collect();
        let mut conditions = Vec::new();
        for condition in &clause.conditions {
            let because = self.reasons(&condition.formula, &scope, shown, depth + 1);
            conditions.push(Step { condition: text(condition), because });
        }
        for condition in &clause.open {
            conditions.push(Step { condition: text(condition), because: Vec::new() });
        }
        let value = clause.heads.iter().find_map(|head| match head {
            Head::Value(name, formula)
                if what.starts_with(self.compiled.target(Target::Name(*name))) =>
            {
                Some(formula)
            }
            _ => None,
        });
        let computed = value.filter(|f| !f.slots.is_empty()).map(|formula| Step {
            condition: spak_expr::print(&formula.source),
            because: self.reasons(formula, &scope, shown, depth + 1),
        });
        Proof { what, how: How::Rule { rule: support.rule, variables, conditions, computed } }
    }

    /// What gives the names in a formula their values.
    fn reasons(
        &self,
        formula: &Formula,
        scope: &Scope<'_>,
        shown: &mut BTreeSet<(Target, u32)>,
        depth: usize,
    ) -> Vec<Proof> {
        let mut all = Vec::new();
        for (name, slot) in &formula.slots {
            match slot {
                Slot::Known(_) => {
                    if let Some(known) = self.world.base.values.get(name) {
                        let what = format!("{name} = {}", known.value);
                        all.push(Proof { what, how: How::Given(known.origin.clone()) });
                    }
                }
                Slot::Concluded(number) => {
                    let Some(Some((_, value))) = self.world.concluded.get(*number as usize) else {
                        continue;
                    };
                    let what = format!("{name} = {value}");
                    if !shown.insert((Target::Name(*number), 0)) {
                        all.push(Proof { what, how: How::Above });
                        continue;
                    }
                    let own = self.candidates.get(*number as usize).into_iter().flatten();
                    if let Some(first) = own.into_iter().find(|c| c.value == *value) {
                        all.push(self.proof(what, &first.support, shown, depth));
                    }
                }
                Slot::Field(variable, _) => {
                    let row = scope.values.get(*variable).copied().flatten();
                    let row = row.and_then(|s| self.world.atoms.row_of(s));
                    let table =
                        row.and_then(|(t, r)| Some((self.world.base.tables.get(t as usize)?, r)));
                    if let Some((table, row)) = table
                        && let Some(row) = table.rows.get(row as usize)
                        && let Some(value) = scope.value(slot)
                    {
                        let what = format!("{name} = {value} ({})", row.name);
                        all.push(Proof { what, how: How::Given(row.origin.clone()) });
                    }
                }
                Slot::Some(relation) => {
                    let found = self.world.relations.get(*relation as usize);
                    match found.filter(|r| r.len() > 0) {
                        Some(_) => all.extend(self.tuple(*relation, 0, shown, depth)),
                        None => all.push(self.nothing(*relation, "")),
                    }
                }
                Slot::Holds(relation, arguments) => {
                    for argument in arguments {
                        all.extend(self.reasons(argument, scope, shown, depth));
                    }
                    let tuple: Option<Vec<Scalar>> =
                        arguments.iter().map(|a| a.scalar(scope)).collect();
                    let Some(tuple) = tuple else { continue };
                    let found =
                        self.world.relations.get(*relation as usize).and_then(|r| r.find(&tuple));
                    match found {
                        Some(number) => all.extend(self.tuple(*relation, number, shown, depth)),
                        None => {
                            let of: Vec<String> = tuple.iter().map(|s| self.shown(*s)).collect();
                            all.push(self.nothing(*relation, &format!("({})", of.join(", "))));
                        }
                    }
                }
                Slot::Variable(_) | Slot::Table(_) => {}
            }
        }
        all
    }

    fn nothing(&self, relation: u32, of: &str) -> Proof {
        let name = self.compiled.target(Target::Holds(relation));
        Proof { what: format!("not {name}{of}"), how: How::NothingSaysSo }
    }

    fn tuple(
        &self,
        relation: u32,
        tuple: u32,
        shown: &mut BTreeSet<(Target, u32)>,
        depth: usize,
    ) -> Option<Proof> {
        let own = self.world.relations.get(relation as usize)?;
        let name = self.compiled.target(Target::Holds(relation));
        let of: Vec<String> = own.tuple(tuple).iter().map(|s| self.shown(*s)).collect();
        let what =
            if of.is_empty() { name.to_owned() } else { format!("{name}({})", of.join(", ")) };
        if !shown.insert((Target::Holds(relation), tuple)) {
            return Some(Proof { what, how: How::Above });
        }
        Some(self.proof(what, &own.support(tuple)?, shown, depth))
    }

    /// The names of a formula with their values, as far as they have some.
    fn values_in(&self, formula: &Formula, scope: &Scope<'_>) -> Vec<(String, String)> {
        let mut all = Vec::new();
        for (name, slot) in &formula.slots {
            match slot {
                Slot::Some(relation) | Slot::Holds(relation, _) => {
                    let name = self.compiled.target(Target::Holds(*relation));
                    if let Some(Value::Bool(b)) = scope.value(slot) {
                        all.push((
                            name.to_owned(),
                            if b { "holds" } else { "does not hold" }.to_owned(),
                        ));
                    }
                }
                _ => {
                    if let Some(value) = scope.value(slot) {
                        all.push((name.clone(), value.to_string()));
                    }
                }
            }
        }
        all
    }

    /// The value of a formula in what was concluded, without variables; `None` where it has none.
    pub fn value_of(&mut self, expr: &spak_expr::Expr) -> Option<Value> {
        let formula = Formula::new(expr, &self.compiled.names, &[], &mut self.world.atoms);
        match formula.value(&Scope { world: &self.world, values: Vec::new() }) {
            Outcome::Value(value) => Some(value),
            Outcome::Missing(_) | Outcome::Fails(_) => None,
        }
    }
}

fn text(condition: &Condition) -> String {
    let text = spak_expr::print(&condition.formula.source);
    if condition.negated { format!("not ({text})") } else { text }
}
