//! Rules as clauses: names resolved, conditions split, what follows compiled.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Argument, Call, CompareOp, Expr, ExprKind, Scalar};
use spak_syntax::{Diagnostic, Span};

use crate::atoms::Atoms;
use crate::base::Base;
use crate::codes::{
    NOT_ABOUT_CONFIGS, TWO_KINDS_OF_NAME, UNBOUND_VARIABLE, UNKNOWN_SOURCE, WRONG_ARITY,
};
use crate::formula::{Formula, Numbers, Slot};
use crate::rule::{Advice, Claim, Complaint, Domain, Rule};
use crate::strata::Target;

/// Most variables that one rule has.
const MAX_VARIABLES: usize = 16;

/// What names stand for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names {
    /// Known values.
    pub(crate) known: Numbers,
    /// What rules give values to.
    pub(crate) concluded: Numbers,
    /// What rules conclude to hold.
    pub(crate) relations: Numbers,
    /// Tables of the base.
    pub(crate) tables: Numbers,
    /// Dimensions without a value.
    pub(crate) open: BTreeSet<String>,
}

impl Names {
    /// The slot of a name that is no variable.
    pub(crate) fn slot(&self, name: &str) -> Option<Slot> {
        let known = self.known.get(name).map(|n| Slot::Known(*n));
        known
            .or_else(|| self.concluded.get(name).map(|n| Slot::Concluded(*n)))
            .or_else(|| self.relations.get(name).map(|n| Slot::Some(*n)))
            .or_else(|| self.tables.get(name).map(|n| Slot::Table(*n)))
    }
}

/// A condition of a clause.
#[derive(Clone, Debug)]
pub(crate) struct Condition {
    pub(crate) formula: Formula,
    /// It must not hold.
    pub(crate) negated: bool,
    /// The variables it needs, as bits.
    pub(crate) variables: u64,
    /// What has to hold of which variables and values, where it is just that.
    pub(crate) atom: Option<(u32, Vec<Formula>)>,
    /// The ways in which it compares a field of a row with something.
    pub(crate) keyed: Vec<Keyed>,
}

/// `t.field == other`, or another comparison: rows that satisfy it can be looked up.
#[derive(Clone, Debug)]
pub(crate) struct Keyed {
    pub(crate) variable: usize,
    pub(crate) field: u32,
    pub(crate) op: CompareOp,
    pub(crate) other: Formula,
}

/// Where the values of variables come from.
#[derive(Clone, Debug)]
pub(crate) enum Source {
    /// Rows of this table.
    Table(u32),
    /// These.
    Values(Vec<Scalar>),
}

/// Variables, each with where its values come from.
pub(crate) type Sources = Vec<(usize, Source)>;

/// What follows.
#[derive(Clone, Debug)]
pub(crate) enum Head {
    /// A value for a concluded name.
    Value(u32, Formula),
    /// Something holds.
    Holds(u32, Vec<Formula>),
    /// Advice; formulas over dimensions stay formulas.
    Advice(Advised),
}

/// Advice with its parts compiled.
#[derive(Clone, Debug)]
pub(crate) enum Advised {
    Recommend(String, Formula),
    Choose(String, Formula),
    Prefer(String, Vec<Formula>),
    Avoid(Formula),
    Forbid(Formula),
    /// The text, and the formulas of its places by what stands between the braces.
    Warn(String, Vec<(String, Formula)>),
}

/// A rule, ready to be evaluated.
#[derive(Clone, Debug)]
pub(crate) struct Clause {
    pub(crate) rule: usize,
    pub(crate) priority: i64,
    pub(crate) variables: Vec<String>,
    /// Which variables are from where; those that only conditions bind are not here.
    pub(crate) sources: Sources,
    pub(crate) conditions: Vec<Condition>,
    /// Conditions over dimensions, which stay.
    pub(crate) open: Vec<Condition>,
    pub(crate) heads: Vec<Head>,
}

/// Rules, compiled.
#[derive(Clone, Debug, Default)]
pub(crate) struct Compiled {
    pub(crate) names: Names,
    /// Names of [`Names::concluded`] by number.
    pub(crate) concluded: Vec<String>,
    /// Names of [`Names::relations`] by number, with how many arguments they have.
    pub(crate) relations: Vec<(String, usize)>,
    pub(crate) clauses: Vec<Clause>,
}

impl Compiled {
    /// What something that is concluded is called.
    pub(crate) fn target(&self, target: Target) -> &str {
        match target {
            Target::Name(n) => self.concluded.get(n as usize).map_or("", String::as_str),
            Target::Holds(n) => self.relations.get(n as usize).map_or("", |(name, _)| name),
        }
    }
}

/// Compiles `rules`, those that are written out already ([`crate::open::written_out`]).
pub(crate) fn compile(
    base: &Base,
    rules: &[(usize, Rule)],
    atoms: &mut Atoms,
) -> (Compiled, Vec<Complaint>) {
    let mut compiler = Compiler { compiled: Compiled::default(), complaints: Vec::new(), atoms };
    compiler.names(base, rules);
    for (index, rule) in rules {
        match compiler.clause(*index, rule) {
            Ok(clause) => compiler.compiled.clauses.push(clause),
            Err(diagnostic) => {
                compiler.complaints.push(Complaint { rule: *index, diagnostic: *diagnostic });
            }
        }
    }
    (compiler.compiled, compiler.complaints)
}

struct Compiler<'a> {
    compiled: Compiled,
    complaints: Vec<Complaint>,
    atoms: &'a mut Atoms,
}

type Fallible<T> = Result<T, Box<Diagnostic>>;

impl Compiler<'_> {
    /// Gives numbers to all names.
    fn names(&mut self, base: &Base, rules: &[(usize, Rule)]) {
        let names = &mut self.compiled.names;
        for (number, name) in base.values.keys().enumerate() {
            names.known.insert(name.clone(), number as u32);
        }
        for (number, table) in base.tables.iter().enumerate() {
            names.tables.insert(table.name.clone(), number as u32);
        }
        names.open = base.dimensions.keys().filter(|d| base.is_open(d)).cloned().collect();
        let claims = rules.iter().flat_map(|(_, rule)| &rule.then);
        for claim in claims {
            match claim {
                Claim::Value(name, _) if !names.concluded.contains_key(name) => {
                    let number = self.compiled.concluded.len() as u32;
                    names.concluded.insert(name.clone(), number);
                    self.compiled.concluded.push(name.clone());
                }
                Claim::Holds(name, arguments) if !names.relations.contains_key(name) => {
                    let number = self.compiled.relations.len() as u32;
                    names.relations.insert(name.clone(), number);
                    self.compiled.relations.push((name.clone(), arguments.len()));
                }
                Claim::Value(..) | Claim::Holds(..) | Claim::Advice(_) => {}
            }
        }
    }

    fn clause(&mut self, index: usize, rule: &Rule) -> Fallible<Clause> {
        let mut variables: Vec<String> = Vec::new();
        for over in &rule.over {
            variables.extend(over.names.iter().cloned());
        }
        if variables.len() > MAX_VARIABLES {
            let what = format!("a rule has at most {MAX_VARIABLES} variables");
            return Err(Box::new(Diagnostic::error(UNBOUND_VARIABLE, rule.span, what)));
        }
        let (sources, mut conditions) = self.sources(rule, &variables)?;
        let all = rule.when.iter().map(|e| (e, false)).chain(rule.unless.iter().map(|e| (e, true)));
        for (expr, negated) in all {
            // What must not hold is one condition; what must hold is as many as there are parts.
            let parts = if negated { vec![expr] } else { conjuncts(expr) };
            for part in parts {
                conditions.push(self.condition(part, negated, &variables)?);
            }
        }
        let (open, conditions): (Vec<_>, Vec<_>) =
            conditions.into_iter().partition(|c| self.is_open(&c.formula));
        let heads: Fallible<Vec<Head>> =
            rule.then.iter().map(|claim| self.head(claim, &variables, rule.span)).collect();
        let heads = heads?;
        let concludes = heads.iter().any(|h| !matches!(h, Head::Advice(_)));
        if let Some(condition) = open.first().filter(|_| concludes) {
            let what = "what follows here depends on a config, and on rows of a table";
            return Err(Box::new(
                Diagnostic::error(NOT_ABOUT_CONFIGS, condition.formula.source.span, what).repair(
                    "leave out `for`, or say what to do about such configs (`avoid`, `forbid`)",
                ),
            ));
        }
        let clause = Clause {
            rule: index,
            priority: rule.priority,
            variables,
            sources,
            conditions,
            open,
            heads,
        };
        self.all_bound(&clause, rule)?;
        Ok(clause)
    }

    /// Where the variables get their values: rows, values, and conditions for what holds.
    fn sources(
        &mut self,
        rule: &Rule,
        variables: &[String],
    ) -> Fallible<(Sources, Vec<Condition>)> {
        let mut at = 0;
        let (mut sources, mut conditions) = (Vec::new(), Vec::new());
        for over in &rule.over {
            let own = at..at + over.names.len();
            at = own.end;
            let names = &self.compiled.names;
            let source = match &over.domain {
                Domain::Conditions => continue,
                Domain::Values(values) => {
                    Source::Values(values.iter().filter_map(|v| self.atoms.scalar(v)).collect())
                }
                Domain::Named(name) => {
                    if names.relations.contains_key(name) {
                        let atom = holds_of(name, &over.names, over.span);
                        conditions.push(self.condition(&atom, false, variables)?);
                        continue;
                    }
                    match names.tables.get(name) {
                        Some(table) => Source::Table(*table),
                        None => return Err(self.unknown_source(name, over.span)),
                    }
                }
            };
            sources.extend(own.map(|variable| (variable, source.clone())));
        }
        Ok((sources, conditions))
    }

    fn unknown_source(&self, name: &str, span: Span) -> Box<Diagnostic> {
        let names = &self.compiled.names;
        let all = names.tables.keys().chain(names.relations.keys()).map(String::as_str);
        let near = spak_syntax::diagnostic::suggest(name, all.clone());
        let mut all: Vec<&str> = all.collect();
        all.sort_unstable();
        let what = format!("there are no rows called `{name}` here");
        let diagnostic = Diagnostic::error(UNKNOWN_SOURCE, span, what);
        Box::new(match (near, all.is_empty()) {
            (Some(near), _) => diagnostic.repair(format!("write `{near}`")),
            (None, false) => diagnostic.repair(format!("there are: {}", all.join(", "))),
            (None, true) => diagnostic,
        })
    }

    fn condition(
        &mut self,
        expr: &Expr,
        negated: bool,
        variables: &[String],
    ) -> Fallible<Condition> {
        let formula = self.formula(expr, variables)?;
        let atom = match (&expr.kind, formula.slots.as_slice()) {
            (ExprKind::Call(_), [(_, Slot::Holds(relation, arguments))]) if !negated => {
                Some((*relation, arguments.clone()))
            }
            _ => None,
        };
        let keyed = if negated { Vec::new() } else { self.keyed(expr, variables) };
        Ok(Condition { variables: formula.variables(), formula, negated, atom, keyed })
    }

    /// How `expr` compares fields of rows.
    fn keyed(&mut self, expr: &Expr, variables: &[String]) -> Vec<Keyed> {
        let ExprKind::Compare(first, rest) = &expr.kind else { return Vec::new() };
        let [(op, second)] = rest.as_slice() else { return Vec::new() };
        let mirrored = match op {
            CompareOp::Equal => CompareOp::Equal,
            CompareOp::Less => CompareOp::Greater,
            CompareOp::LessEqual => CompareOp::GreaterEqual,
            CompareOp::Greater => CompareOp::Less,
            CompareOp::GreaterEqual => CompareOp::LessEqual,
            CompareOp::NotEqual | CompareOp::In | CompareOp::NotIn => return Vec::new(),
        };
        let mut found = Vec::new();
        for (field, op, other) in [(&**first, *op, second), (second, mirrored, &**first)] {
            let field = Formula::new(field, &self.compiled.names, variables, self.atoms);
            let is_name = matches!(field.source.kind, ExprKind::Name(_));
            if let ([(_, Slot::Field(variable, field))], true) = (field.slots.as_slice(), is_name) {
                let other = Formula::new(other, &self.compiled.names, variables, self.atoms);
                if other.variables() & (1 << variable) == 0 {
                    found.push(Keyed { variable: *variable, field: *field, op, other });
                }
            }
        }
        found
    }

    /// Compiles a formula and looks at how it uses what holds.
    fn formula(&mut self, expr: &Expr, variables: &[String]) -> Fallible<Formula> {
        let formula = Formula::new(expr, &self.compiled.names, variables, self.atoms);
        for (_, slot) in &formula.slots {
            if let Slot::Holds(relation, arguments) = slot {
                let arity = self.arity(*relation);
                if arity != arguments.len() {
                    let name = self.compiled.relations.get(*relation as usize);
                    let name = name.map_or("", |(name, _)| name);
                    return Err(wrong_arity(expr.span, name, arity, arguments.len()));
                }
            }
        }
        Ok(formula)
    }

    fn arity(&self, relation: u32) -> usize {
        self.compiled.relations.get(relation as usize).map_or(0, |(_, arity)| *arity)
    }

    fn is_open(&self, formula: &Formula) -> bool {
        formula.unknown.iter().any(|name| self.compiled.names.open.contains(name))
    }

    fn head(&mut self, claim: &Claim, variables: &[String], span: Span) -> Fallible<Head> {
        Ok(match claim {
            Claim::Value(name, value) => {
                if self.compiled.names.relations.contains_key(name) {
                    let what = format!("`{name}` is concluded to hold, and here to have a value");
                    return Err(Box::new(Diagnostic::error(TWO_KINDS_OF_NAME, span, what)));
                }
                let number = self.compiled.names.concluded.get(name).copied().unwrap_or_default();
                Head::Value(number, self.formula(value, variables)?)
            }
            Claim::Holds(name, arguments) => {
                let number = self.compiled.names.relations.get(name).copied().unwrap_or_default();
                let arity = self.arity(number);
                if arity != arguments.len() {
                    return Err(wrong_arity(span, name, arity, arguments.len()));
                }
                let all: Fallible<Vec<Formula>> =
                    arguments.iter().map(|a| self.formula(a, variables)).collect();
                Head::Holds(number, all?)
            }
            Claim::Advice(advice) => Head::Advice(self.advice(advice, variables)?),
        })
    }

    fn advice(&mut self, advice: &Advice<Expr>, variables: &[String]) -> Fallible<Advised> {
        Ok(match advice {
            Advice::Recommend(name, value) => {
                Advised::Recommend(name.clone(), self.formula(value, variables)?)
            }
            Advice::Choose(name, value) => {
                Advised::Choose(name.clone(), self.formula(value, variables)?)
            }
            Advice::Prefer(name, values) => {
                let values: Fallible<Vec<Formula>> =
                    values.iter().map(|v| self.formula(v, variables)).collect();
                Advised::Prefer(name.clone(), values?)
            }
            Advice::Avoid(formula) => Advised::Avoid(self.formula(formula, variables)?),
            Advice::Forbid(formula) => Advised::Forbid(self.formula(formula, variables)?),
            Advice::Warn(text) => {
                let mut places = Vec::new();
                for place in places_of(text) {
                    if let Some(expr) = spak_expr::parse(place, 0).expr {
                        places.push((place.to_owned(), self.formula(&expr, variables)?));
                    }
                }
                Advised::Warn(text.clone(), places)
            }
        })
    }

    /// That every variable gets values from somewhere.
    fn all_bound(&self, clause: &Clause, rule: &Rule) -> Fallible<()> {
        let mut bound = clause.sources.iter().fold(0_u64, |all, (v, _)| all | 1 << v);
        for condition in &clause.conditions {
            for argument in condition.atom.iter().flat_map(|(_, arguments)| arguments) {
                bound |= plain_variable(argument).map_or(0, |v| 1 << v);
            }
        }
        match (0..clause.variables.len()).find(|v| bound & (1 << v) == 0) {
            None => Ok(()),
            Some(v) => {
                let name = clause.variables.get(v).map_or("", String::as_str);
                Err(Box::new(
                    Diagnostic::error(
                        UNBOUND_VARIABLE,
                        rule.over
                            .iter()
                            .find(|o| o.names.iter().any(|n| n == name))
                            .map_or(rule.span, |o| o.span),
                        format!("nothing says what `{name}` may be"),
                    )
                    .repair(format!(
                        "write `{name} in …`, or a condition that it is an argument of"
                    )),
                ))
            }
        }
    }
}

/// The variable that a formula is, if it is nothing else.
pub(crate) fn plain_variable(formula: &Formula) -> Option<usize> {
    match (&formula.source.kind, formula.slots.as_slice()) {
        (ExprKind::Name(_), [(_, Slot::Variable(v))]) => Some(*v),
        _ => None,
    }
}

fn wrong_arity(span: Span, name: &str, arity: usize, given: usize) -> Box<Diagnostic> {
    let what = format!("`{name}` is said of {arity} things, and here of {given}");
    Box::new(Diagnostic::error(WRONG_ARITY, span, what))
}

/// `NAME(x, y)`
fn holds_of(name: &str, variables: &[String], span: Span) -> Expr {
    let argument =
        |v: &String| Argument { name: None, value: Expr::new(span, ExprKind::Name(v.clone())) };
    let arguments = variables.iter().map(argument).collect();
    let call = Call { function: name.to_owned(), name_span: span, arguments };
    Expr::new(span, ExprKind::Call(call))
}

/// The parts that all have to hold.
pub(crate) fn conjuncts(expr: &Expr) -> Vec<&Expr> {
    match &expr.kind {
        ExprKind::And(items) => items.iter().flat_map(conjuncts).collect(),
        _ => vec![expr],
    }
}

/// What stands between `{{` and `}}`.
fn places_of(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((inside, behind)) = after.split_once("}}") else { break };
        found.push(inside.trim());
        rest = behind;
    }
    found
}

/// Which rules conclude something about each name.
pub(crate) fn concluders(rules: &[Rule]) -> BTreeMap<&str, Vec<usize>> {
    let mut all: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (index, rule) in rules.iter().enumerate() {
        for claim in &rule.then {
            if let Claim::Value(name, _) | Claim::Holds(name, _) = claim {
                let own = all.entry(name).or_default();
                if own.last() != Some(&index) {
                    own.push(index);
                }
            }
        }
    }
    all
}
