//! Expressions to goals: names become variables, calls operations, relations or what a predicate stands for.

mod complaints;
mod terms;

use std::collections::BTreeMap;
use std::rc::Rc;

use spak_expr::{BinaryOp, Call, CompareOp, Expr, ExprKind, UnaryOp};
use spak_model::Entry;
use spak_syntax::{Diagnostic, FileId, Span};

use crate::codes::{BAD_PATTERN, RECURSIVE_PREDICATE};
use crate::pack::read;
use crate::relations;
use crate::term::{Goal, GoalKind, MOST, Mode, Set, Term, one};

/// How many predicates may stand for conditions of one case, those within predicates included.
const MOST_CALLS: usize = 500;

/// A condition with a name.
#[derive(Debug)]
struct Predicate {
    name: String,
    parameters: Vec<String>,
    conditions: Vec<Expr>,
    file: FileId,
}

/// Conditions by name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Predicates(BTreeMap<String, Rc<Predicate>>);

impl Predicates {
    /// Adds a predicate, in the place of one with the same name.
    pub(crate) fn add(&mut self, entry: &Entry, found: &mut Vec<Diagnostic>) {
        let name = entry.name_text().unwrap_or("").to_owned();
        if relations::named(&name).is_some() {
            let message = format!("`{name}` is a relation that is always there");
            let span = entry.name.as_ref().map_or(entry.head.span, |n| n.span);
            let diagnostic = Diagnostic::error(BAD_PATTERN, span, message)
                .because("a name stands for one condition")
                .repair("give the predicate another name");
            found.push(diagnostic.in_file(entry.file));
            return;
        }
        let predicate = Predicate {
            parameters: read::parameters(entry),
            conditions: read::whens(entry),
            file: entry.file,
            name: name.clone(),
        };
        self.0.insert(name, Rc::new(predicate));
    }
}

/// Reads the conditions of one case.
pub(crate) struct Compiler<'a> {
    predicates: &'a Predicates,
    file: FileId,
    /// What names stand for, in the case and in each predicate that is being read.
    scopes: Vec<read::Given>,
    variables: Vec<String>,
    /// The predicates that are being read.
    open: Vec<String>,
    calls: usize,
    /// What is wrong.
    pub(crate) found: Vec<Diagnostic>,
}

impl<'a> Compiler<'a> {
    pub(crate) fn new(predicates: &'a Predicates, file: FileId) -> Self {
        Self {
            predicates,
            file,
            scopes: vec![BTreeMap::new()],
            variables: Vec::new(),
            open: Vec::new(),
            calls: 0,
            found: Vec::new(),
        }
    }

    /// The variables of the case, without those that have no name.
    pub(crate) fn names_of(&self, set: Set) -> Vec<&str> {
        let named = self.variables.iter().enumerate().filter(|(at, _)| set & one(*at) != 0);
        named.map(|(_, name)| name.as_str()).filter(|name| !name.is_empty()).collect()
    }

    fn goal(&self, span: Span, kind: GoalKind) -> Goal {
        let variables = kind.variables();
        Goal { file: self.file, span, kind, is_late: false, variables }
    }

    /// What has to hold for an expression to.
    pub(crate) fn conditions(&mut self, expr: &Expr) -> Vec<Goal> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bool(true) => Vec::new(),
            ExprKind::Bool(false) => vec![self.goal(span, GoalKind::Any(Vec::new()))],
            ExprKind::And(items) => items.iter().flat_map(|item| self.conditions(item)).collect(),
            ExprKind::Or(items) => {
                let goals = items.iter().map(|item| self.joined(item)).collect();
                vec![self.goal(span, GoalKind::Any(goals))]
            }
            ExprKind::Unary(UnaryOp::Not, operand) => vec![self.negated(operand)],
            ExprKind::Binary(BinaryOp::Implies, premise, conclusion) => {
                let goals = vec![self.negated(premise), self.joined(conclusion)];
                vec![self.goal(span, GoalKind::Any(goals))]
            }
            ExprKind::Compare(first, rest) => {
                let mut goals = Vec::new();
                let mut left: &Expr = first;
                for (op, right) in rest {
                    self.comparison(left, *op, right, span, &mut goals);
                    left = right;
                }
                goals
            }
            ExprKind::Call(call) => self.call(call, span),
            _ => {
                self.no_condition(expr);
                Vec::new()
            }
        }
    }

    /// The conditions of an expression as one.
    fn joined(&mut self, expr: &Expr) -> Goal {
        let goals = self.conditions(expr);
        self.goal(expr.span, GoalKind::All(goals))
    }

    fn negated(&mut self, expr: &Expr) -> Goal {
        let inner = self.joined(expr);
        self.goal(expr.span, GoalKind::Not(Box::new(inner), 0))
    }

    fn comparison(
        &mut self,
        left: &Expr,
        op: CompareOp,
        right: &Expr,
        span: Span,
        goals: &mut Vec<Goal>,
    ) {
        if let (CompareOp::In | CompareOp::NotIn, ExprKind::List(items)) = (op, &right.kind) {
            let Some(left) = self.term(left) else { return };
            let terms: Vec<Term> = items.iter().filter_map(|item| self.term(item)).collect();
            let equal = |t: Term| self.goal(span, GoalKind::Equal(left.clone(), t));
            let any = GoalKind::Any(terms.into_iter().map(equal).collect());
            let any = self.goal(span, any);
            goals.push(match op {
                CompareOp::In => any,
                _ => self.goal(span, GoalKind::Not(Box::new(any), 0)),
            });
            return;
        }
        let (Some(a), Some(b)) = (self.term(left), self.term(right)) else { return };
        let kind = match op {
            CompareOp::Equal => GoalKind::Equal(a, b),
            CompareOp::NotEqual => {
                let equal = self.goal(span, GoalKind::Equal(a, b));
                GoalKind::Not(Box::new(equal), 0)
            }
            CompareOp::Less => GoalKind::Less(a, b, false),
            CompareOp::LessEqual => GoalKind::Less(a, b, true),
            CompareOp::Greater => GoalKind::Less(b, a, false),
            CompareOp::GreaterEqual => GoalKind::Less(b, a, true),
            CompareOp::In | CompareOp::NotIn => {
                let repair = "write `x in [\"a\", \"b\"]`";
                self.complain(right.span, "what stands behind `in` is no list of values", repair);
                return;
            }
        };
        goals.push(self.goal(span, kind));
    }

    /// A relation, a predicate, or an operation that has to be somewhere.
    fn call(&mut self, call: &Call, span: Span) -> Vec<Goal> {
        let name = call.function.as_str();
        let predicates = self.predicates;
        if let Some(relation) = relations::named(name) {
            let mut goals = Vec::new();
            let terms = self.plain_arguments(call, &mut goals);
            if terms.len() != relation.arguments.len() {
                self.wrong_count(call, &relation.arguments.join(", "));
                return Vec::new();
            }
            goals.push(self.goal(span, GoalKind::Relation(relation, terms)));
            return goals;
        }
        if let Some(predicate) = predicates.0.get(name) {
            return self.expand(Rc::clone(predicate), call);
        }
        if spak_program::Op::named(name).is_some() {
            let expr = Expr::new(span, ExprKind::Call(call.clone()));
            let term = self.term(&expr);
            let goals = term.map(|t| self.goal(span, GoalKind::Equal(Term::Any, t)));
            return goals.into_iter().collect();
        }
        let known: Vec<String> = predicates.0.keys().cloned().collect();
        self.unknown_call(call, known.iter().map(String::as_str));
        Vec::new()
    }

    /// Arguments without names; operations among them become variables with an equation.
    fn plain_arguments(&mut self, call: &Call, goals: &mut Vec<Goal>) -> Vec<Term> {
        let mut terms = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            if argument.name.is_some() {
                let message = "arguments of a relation have no names";
                self.complain(argument.value.span, message, "write them in order");
            }
            let Some(term) = self.term(&argument.value) else { continue };
            if !term.is_operation() {
                terms.push(term);
                continue;
            }
            let fresh = self.fresh("");
            let kind = GoalKind::Equal(fresh.clone(), term);
            goals.push(self.goal(argument.value.span, kind));
            terms.push(fresh);
        }
        terms
    }

    /// The conditions that a predicate stands for.
    fn expand(&mut self, predicate: Rc<Predicate>, call: &Call) -> Vec<Goal> {
        if self.open.contains(&predicate.name) {
            let message = format!("`{}` is defined by itself", predicate.name);
            let diagnostic = Diagnostic::error(RECURSIVE_PREDICATE, call.name_span, message)
                .because("every search has to end")
                .repair("use a relation that goes on by itself, such as `depends` or `inside`");
            self.found.push(diagnostic.in_file(self.file));
            return Vec::new();
        }
        self.calls += 1;
        if self.calls > MOST_CALLS {
            let message = "the predicates of this case stand for too many conditions";
            self.complain(call.name_span, message, "write the case as several");
            return Vec::new();
        }
        let mut goals = Vec::new();
        let terms = self.plain_arguments(call, &mut goals);
        if terms.len() != predicate.parameters.len() {
            self.wrong_count(call, &predicate.parameters.join(", "));
            return goals;
        }
        goals.extend(self.inside(&predicate, terms));
        goals
    }

    /// The conditions of a predicate with these arguments.
    fn inside(&mut self, predicate: &Predicate, terms: Vec<Term>) -> Vec<Goal> {
        let mut goals = Vec::new();
        let given = predicate.parameters.iter().cloned().zip(terms.into_iter().map(|t| match t {
            Term::Any => self.fresh(""),
            term => term,
        }));
        let given = given.collect();
        self.scopes.push(given);
        self.open.push(predicate.name.clone());
        let outer = std::mem::replace(&mut self.file, predicate.file);
        for condition in &predicate.conditions {
            goals.extend(self.conditions(condition));
        }
        self.file = outer;
        self.open.pop();
        self.scopes.pop();
        goals
    }

    /// Says what is wrong with the conditions of a predicate, whether or not it is used.
    pub(crate) fn probe(&mut self, name: &str) {
        let Some(predicate) = self.predicates.0.get(name).map(Rc::clone) else { return };
        let terms = predicate.parameters.iter().map(|_| self.fresh("")).collect();
        self.inside(&predicate, terms);
    }

    /// A new variable.
    fn fresh(&mut self, name: &str) -> Term {
        self.variables.push(name.to_owned());
        Term::Variable(self.variables.len() - 1)
    }

    /// The variable of the case with a name; a complaint if it has none.
    pub(crate) fn known(&mut self, name: &str, span: Span) -> Option<usize> {
        match self.scopes.first().and_then(|names| names.get(name)) {
            Some(Term::Variable(variable)) => Some(*variable),
            _ => {
                self.unknown_variable(name, span);
                None
            }
        }
    }

    /// What a finding says: a variable of the case, a text or a number.
    pub(crate) fn value(&mut self, expr: &Expr) -> Option<Term> {
        match &expr.kind {
            ExprKind::Name(name) => self.known(name, expr.span).map(Term::Variable),
            ExprKind::Text(text) => Some(Term::Text(text.clone())),
            ExprKind::Number(number) => Some(Term::Text(number_text(*number))),
            ExprKind::Bool(truth) => Some(Term::Text(truth.to_string())),
            _ => {
                let message = "a finding says a text or a variable";
                self.complain(expr.span, message, "give the value a name in a condition");
                None
            }
        }
    }

    /// Works out which variables negations share with what is around them. `seen` are those that a finding
    /// says.
    pub(crate) fn finish(&mut self, goals: &mut [Goal], seen: Set) {
        if self.variables.len() > MOST || goals.len() > MOST {
            let span = goals.first().map_or(Span::default(), |g| g.span);
            let message = "there are too many conditions or variables in one case";
            self.complain(span, message, "write it as several patterns");
        }
        share(goals, seen);
        let mut host = 0;
        while goals.iter().fold(host, |set, goal| lead(goal, set)) != host {
            host = goals.iter().fold(host, |set, goal| lead(goal, set));
        }
        goals.iter_mut().for_each(|goal| delay(goal, host));
    }

    /// Which node each variable stands for.
    pub(crate) fn modes(&self, goals: &[Goal]) -> Vec<Mode> {
        let mut modes = vec![Mode::Behind; self.variables.len()];
        goals.iter().for_each(|goal| mark(goal, &mut modes));
        modes
    }
}

fn number_text(number: spak_expr::Number) -> String {
    match number {
        spak_expr::Number::Int(value) => value.to_string(),
        spak_expr::Number::Float(value) => value.to_string(),
    }
}

fn share(goals: &mut [Goal], outer: Set) {
    let own: Vec<Set> = goals.iter().map(Goal::positive).collect();
    for (at, goal) in goals.iter_mut().enumerate() {
        let others = own.iter().enumerate().filter(|(other, _)| *other != at);
        let around = others.fold(outer, |set, (_, own)| set | own);
        match &mut goal.kind {
            GoalKind::All(inner) => share(inner, around),
            GoalKind::Any(branches) => {
                for branch in branches {
                    share(std::slice::from_mut(branch), around);
                }
            }
            GoalKind::Not(inner, shared) => {
                *shared = inner.variables & around;
                share(std::slice::from_mut(inner), around);
            }
            _ => {}
        }
    }
}

/// Adds the variables that stand for values of the host to those that are known to.
fn lead(goal: &Goal, host: Set) -> Set {
    match &goal.kind {
        GoalKind::All(goals) | GoalKind::Any(goals) => {
            goals.iter().fold(host, |set, goal| lead(goal, set))
        }
        GoalKind::Not(goal, _) => lead(goal, host),
        GoalKind::Equal(..) | GoalKind::Less(..) => {
            if goal.variables & host == 0 {
                host
            } else {
                host | goal.variables
            }
        }
        GoalKind::Relation(relation, terms) => {
            let value = relation.host_value().and_then(|at| terms.get(at));
            let own = value.map_or(0, Term::variables);
            let is_followed = goal.variables & host != 0 && relation.follows();
            host | own | if is_followed { goal.variables } else { 0 }
        }
    }
}

/// Values of the host are not searched for in a kernel, as long as something leads to them.
fn delay(goal: &mut Goal, host: Set) {
    match &mut goal.kind {
        GoalKind::All(goals) | GoalKind::Any(goals) => {
            goals.iter_mut().for_each(|goal| delay(goal, host));
        }
        GoalKind::Not(goal, _) => delay(goal, host),
        GoalKind::Equal(a, b) => goal.is_late = (a.variables() | b.variables()) & host != 0,
        _ => {}
    }
}

fn mark(goal: &Goal, modes: &mut [Mode]) {
    let mut set = |term: &Term, mode: Mode| {
        if let Term::Variable(variable) = term
            && let Some(slot) = modes.get_mut(*variable)
            && *slot != Mode::Exact
        {
            *slot = mode;
        }
    };
    match &goal.kind {
        GoalKind::All(goals) | GoalKind::Any(goals) => {
            goals.iter().for_each(|goal| mark(goal, modes));
        }
        GoalKind::Not(goal, _) => mark(goal, modes),
        GoalKind::Equal(a, b) => {
            for (variable, term) in [(a, b), (b, a)] {
                if matches!(term, Term::Node(op, _) if op.is_transparent()) {
                    set(variable, Mode::Named);
                }
            }
        }
        GoalKind::Relation(relation, terms) if relation.id == relations::Id::Exact => {
            terms.iter().for_each(|term| set(term, Mode::Exact));
        }
        GoalKind::Relation(..) | GoalKind::Less(..) => {}
    }
}
