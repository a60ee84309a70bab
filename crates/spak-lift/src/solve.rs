//! Solving conditions over a program: backtracking, always with the condition that is cheapest to ask next.
//!
//! Every search hands what it found to the rest of the work and takes it back afterwards, so there is one
//! set of bindings and nothing is copied.

mod enough;
mod matching;
mod negation;
mod reached;
mod relation;

use std::ops::ControlFlow;

use rustc_hash::FxHashMap;
use spak_program::{Condition, KernelId, LaunchId, LoopId, NodeId};

use crate::facts::{Bits, Facts, View, number, same_constant, text};
use crate::kinds::Kind;
use crate::ready::{self, LOOKS, Readiness};
use crate::term::{Goal, GoalKind, Mode, Set, Term, one};
use enough::{Shown, Wanted};
use negation::Open;
use reached::Reached;

/// What a variable may stand for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Value<'p> {
    /// A value of the program.
    Node(NodeId),
    /// A loop.
    Loop(LoopId),
    /// A kernel.
    Kernel(KernelId),
    /// A launch.
    Launch(LaunchId),
    /// A known text.
    Text(&'p str),
    /// A known number.
    Number(f64),
}

/// Whether to look further.
pub(crate) type Flow = ControlFlow<()>;

/// What is done with a solution.
pub(crate) type Next<'n, 'p> = &'n mut dyn FnMut(&mut Solver<'p>) -> Flow;

const GO_ON: Flow = ControlFlow::Continue(());
const STOP: Flow = ControlFlow::Break(());

/// What to do next.
#[derive(Clone, Copy, Debug)]
enum Plan {
    /// All goals are solved.
    Done,
    /// None of those that are left can be asked.
    Stuck,
    /// Ask this one, of whose solutions so many are worth knowing.
    Ask(usize, Wanted),
    /// Ask these together: the others have nothing to do with them, and nobody looks at their values.
    Part(Set, Wanted),
}

/// A search.
pub(crate) struct Solver<'p> {
    pub(crate) facts: &'p Facts<'p>,
    pub(crate) view: &'p View,
    modes: &'p [Mode],
    /// The conditions of the case.
    case: &'p [Goal],
    /// Of each variable which nodes it can stand for; nothing is said of one that is missing.
    kinds: &'p [Kind],
    values: Vec<Option<Value<'p>>>,
    bound: Set,
    /// Alternatives that were taken, and conditions around the nodes that were matched.
    pub(crate) assumed: Vec<Condition>,
    /// Nodes that operations of the pattern were matched with.
    pub(crate) matched: Vec<NodeId>,
    /// Negations that hold or not by what will be assumed.
    open: Vec<Open<'p>>,
    left: u64,
    plans: FxHashMap<(usize, Set, Set), Plan>,
    known: &'p Readiness,
    /// Whether the search ended because it took too long.
    pub(crate) is_cut: bool,
    /// What of a solution is looked at; `None` if all of it is.
    shown: Option<Shown>,
    /// Whether it is remembered how many conditions of the case were solved together.
    is_watched: bool,
    /// How far they came.
    pub(crate) reached: Option<Reached>,
}

impl<'p> Solver<'p> {
    /// A search that takes at most `steps` steps, for variables with these modes. What is `known` about the goals is kept from
    /// search to search.
    pub(crate) fn new(
        facts: &'p Facts<'p>,
        view: &'p View,
        modes: &'p [Mode],
        known: &'p Readiness,
        steps: u64,
    ) -> Self {
        Self {
            facts,
            view,
            modes,
            case: &[],
            kinds: &[],
            values: vec![None; modes.len()],
            bound: 0,
            assumed: Vec::new(),
            matched: Vec::new(),
            open: Vec::new(),
            left: steps,
            plans: FxHashMap::default(),
            known,
            is_cut: false,
            shown: None,
            is_watched: false,
            reached: None,
        }
    }

    /// The same search, in which variables stand for nodes of these kinds only.
    pub(crate) fn only(self, kinds: &'p [Kind]) -> Self {
        Self { kinds, ..self }
    }

    /// Whether a term that has no value yet may become this node.
    pub(crate) fn may_be(&self, term: &Term, node: NodeId) -> bool {
        self.kind_of(term).is_none_or(|kind| kind.has(self.facts.program, node))
    }

    /// Which nodes a term can stand for, if anything is known of it.
    pub(crate) fn kind_of(&self, term: &Term) -> Option<&'p Kind> {
        match term {
            Term::Variable(variable) => self.kinds.get(*variable),
            _ => None,
        }
    }

    /// Calls `next` for every solution of the conditions of a case.
    pub(crate) fn solve(&mut self, goals: &'p [Goal], next: Next<'_, 'p>) {
        self.case = goals;
        // A search that ends early says so by itself.
        let _ = self.all(goals, 0, next);
    }

    fn all(&mut self, goals: &'p [Goal], done: Set, next: Next<'_, 'p>) -> Flow {
        let state = (goals.as_ptr() as usize, done, self.bound);
        let step = match self.plans.get(&state) {
            Some(step) => *step,
            None => {
                let step = self.plan(goals, done);
                self.plans.insert(state, step);
                step
            }
        };
        match step {
            Plan::Done => self.solved(goals, next),
            Plan::Stuck => GO_ON,
            Plan::Part(part, wanted) => self.enough(wanted, next, &mut |solver, next| {
                solver.solve_part(goals, done, part, next)
            }),
            Plan::Ask(at, wanted) => match goals.get(at) {
                Some(goal) => {
                    self.reach(goals, done, at);
                    let rest =
                        &mut |solver: &mut Self| solver.all(goals, done | one(at), &mut *next);
                    self.enough(wanted, rest, &mut |solver, next| solver.goal(goal, next))
                }
                None => GO_ON,
            },
        }
    }

    /// Which goal to ask next: it depends on which are done and which variables have values, and not on
    /// which values these are.
    fn plan(&self, goals: &[Goal], done: Set) -> Plan {
        let left = || goals.iter().enumerate().filter(|(at, _)| done & one(*at) == 0);
        let cost = |goal: &Goal| {
            let cost = ready::cost(goal, self.bound, self.view, self.known)?;
            let is_unseen = self.is_unseen(goals, goal);
            Some(if is_unseen { ready::unseen(cost, goal, self.bound) } else { cost })
        };
        let best = left().filter_map(|(at, goal)| Some((cost(goal)?, at))).min();
        match best {
            Some((_, at)) => match (self.part(goals, done, at), self.wanted(goals, done, at)) {
                (Some(part), wanted) => Plan::Part(part, wanted),
                (None, wanted) => Plan::Ask(at, wanted),
            },
            None if left().next().is_none() => Plan::Done,
            None => Plan::Stuck,
        }
    }

    fn goal(&mut self, goal: &'p Goal, next: Next<'_, 'p>) -> Flow {
        self.count()?;
        match &goal.kind {
            GoalKind::All(goals) => self.all(goals, 0, next),
            GoalKind::Any(goals) => {
                for goal in goals {
                    self.goal(goal, next)?;
                }
                GO_ON
            }
            GoalKind::Not(goal, _) => self.denied(goal, next),
            GoalKind::Equal(a, b) => self.equal(a, b, next),
            GoalKind::Less(a, b, or_equal) => {
                let holds = match (self.number_of(a), self.number_of(b)) {
                    (Some(a), Some(b)) => a < b || *or_equal && a <= b,
                    _ => false,
                };
                if holds { next(self) } else { GO_ON }
            }
            GoalKind::Relation(relation, terms) => self.relation(relation.id, terms, next),
        }
    }

    /// One more step; the search ends when there were too many.
    pub(crate) fn count(&mut self) -> Flow {
        match self.left.checked_sub(1) {
            Some(left) => {
                self.left = left;
                GO_ON
            }
            None => {
                self.is_cut = true;
                STOP
            }
        }
    }

    /// So many nodes are looked at, of which most are not tried: some of them are worth a step.
    pub(crate) fn look_at(&mut self, nodes: usize) -> Flow {
        for _ in 0..nodes / LOOKS as usize {
            self.count()?;
        }
        GO_ON
    }

    /// What a variable has been given.
    pub(crate) fn value(&self, variable: usize) -> Option<Value<'p>> {
        self.values.get(variable).copied().flatten()
    }

    /// What a term is, if that is known without a search.
    pub(crate) fn value_of(&self, term: &'p Term) -> Option<Value<'p>> {
        match term {
            Term::Variable(variable) => self.value(*variable),
            Term::Number(number) => Some(Value::Number(*number)),
            Term::Text(text) => Some(Value::Text(text)),
            _ => None,
        }
    }

    /// The node that a term is.
    pub(crate) fn node_of(&self, term: &'p Term) -> Option<NodeId> {
        match self.value_of(term)? {
            Value::Node(node) => Some(node),
            _ => None,
        }
    }

    /// The number that a term is known to be.
    pub(crate) fn number_of(&self, term: &'p Term) -> Option<f64> {
        match term {
            Term::Chain(spak_program::Op::Add, terms) => {
                terms.iter().try_fold(0.0, |sum, (is_negative, term)| {
                    let number = self.number_of(term)?;
                    Some(if *is_negative { sum - number } else { sum + number })
                })
            }
            Term::Chain(spak_program::Op::Mul, terms) => terms
                .iter()
                .try_fold(1.0, |product, (_, term)| Some(product * self.number_of(term)?)),
            term => self.number_in(self.value_of(term)?),
        }
    }

    fn number_in(&self, value: Value<'p>) -> Option<f64> {
        match value {
            Value::Number(number) => Some(number),
            Value::Node(node) => number(self.facts.program, node),
            _ => None,
        }
    }

    /// The text that a term is known to be.
    pub(crate) fn text_of(&self, term: &'p Term) -> Option<&'p str> {
        self.text_in(self.value_of(term)?)
    }

    pub(crate) fn text_in(&self, value: Value<'p>) -> Option<&'p str> {
        match value {
            Value::Text(text) => Some(text),
            Value::Node(node) => text(self.facts.program, node),
            _ => None,
        }
    }

    /// Gives a variable a value for the rest of the work.
    pub(crate) fn bind(&mut self, variable: usize, value: Value<'p>, next: Next<'_, 'p>) -> Flow {
        if let Value::Node(node) = value
            && self.kinds.get(variable).is_some_and(|kind| !kind.has(self.facts.program, node))
        {
            return GO_ON;
        }
        let Some(slot) = self.values.get_mut(variable) else { return GO_ON };
        *slot = Some(value);
        self.bound |= one(variable);
        let flow = next(self);
        self.bound &= !one(variable);
        if let Some(slot) = self.values.get_mut(variable) {
            *slot = None;
        }
        flow
    }

    /// Goes on where all of these conditions hold, unless that cannot be. They are in their simplest form, as all
    /// are that [`Facts`] gives.
    pub(crate) fn assuming(&mut self, conditions: &[Condition], next: Next<'_, 'p>) -> Flow {
        if conditions.is_empty() {
            return next(self);
        }
        let before = self.assumed.len();
        let can_hold = conditions.iter().all(|condition| {
            let known = self.assumed.iter().find(|known| known.value == condition.value);
            let holds = known.map(|known| known.holds);
            if holds.is_none() {
                self.assumed.push(*condition);
            }
            holds.is_none_or(|holds| holds == condition.holds)
        });
        let flow = if can_hold { next(self) } else { GO_ON };
        self.assumed.truncate(before);
        flow
    }

    pub(crate) fn mode(&self, variable: usize) -> Mode {
        self.modes.get(variable).copied().unwrap_or_default()
    }

    /// Whether two values are the same.
    pub(crate) fn is_same(&self, a: Value<'p>, b: Value<'p>) -> bool {
        if a == b {
            return true;
        }
        match (a, b) {
            (Value::Node(a), Value::Node(b)) => {
                let program = self.facts.program;
                let (a, b) = (program.behind(a), program.behind(b));
                a == b
                    || same_constant(program.constant(a), program.constant(b))
                    || self.facts.is_same_position(a, b)
            }
            (Value::Number(_), _) | (_, Value::Number(_)) => {
                let both = self.number_in(a).zip(self.number_in(b));
                both.is_some_and(|(a, b)| a == b)
            }
            (Value::Text(_), _) | (_, Value::Text(_)) => {
                let both = self.text_in(a).zip(self.text_in(b));
                both.is_some_and(|(a, b)| a == b)
            }
            _ => false,
        }
    }

    /// Goes on if a term is a value that is no argument of anything: a loop, a number, a node by itself.
    pub(crate) fn is(&mut self, term: &'p Term, value: Value<'p>, next: Next<'_, 'p>) -> Flow {
        match (term, value) {
            (Term::Any, _) => next(self),
            (Term::Variable(variable), value) => match self.value(*variable) {
                Some(known) if self.is_same(known, value) => next(self),
                Some(_) => GO_ON,
                None => match value {
                    Value::Node(node) if self.mode(*variable) != Mode::Behind => {
                        self.spread(*variable, node, next)
                    }
                    value => self.bind(*variable, value, next),
                },
            },
            (term, Value::Node(node)) => self.exactly(term, node, next),
            (Term::Number(_) | Term::Text(_), value) => {
                let is_same = self.value_of(term).is_some_and(|known| self.is_same(known, value));
                if is_same { next(self) } else { GO_ON }
            }
            _ => GO_ON,
        }
    }

    /// As [`Self::is`], where a variable that stands for casts as well stands for this very node.
    pub(crate) fn is_node(&mut self, term: &'p Term, node: NodeId, next: Next<'_, 'p>) -> Flow {
        match term {
            Term::Variable(variable) if self.value(*variable).is_none() => {
                self.bind(*variable, Value::Node(node), next)
            }
            term => self.is(term, Value::Node(node), next),
        }
    }

    /// Gives a variable every value of the program behind whose casts a node is.
    fn spread(&mut self, variable: usize, node: NodeId, next: Next<'_, 'p>) -> Flow {
        let (facts, view, program) = (self.facts, self.view, self.facts.program);
        for found in facts.around(node) {
            if program.behind(found) == node && view.nodes.binary_search(&found).is_ok() {
                self.count()?;
                self.bind(variable, Value::Node(found), next)?;
            }
        }
        GO_ON
    }

    /// The node that a relation is about: of a value with its casts, the one behind them.
    pub(crate) fn subject(&self, term: &'p Term) -> Option<NodeId> {
        let node = self.node_of(term)?;
        match term {
            Term::Variable(variable) if self.mode(*variable) == Mode::Exact => {
                Some(self.facts.program.behind(node))
            }
            _ => Some(node),
        }
    }

    fn equal(&mut self, a: &'p Term, b: &'p Term, next: Next<'_, 'p>) -> Flow {
        let known = |term: &'p Term, solver: &Self| match term {
            Term::Variable(variable) => solver.value(*variable),
            _ => None,
        };
        match (known(a, self), known(b, self)) {
            (Some(value), _) => self.is_what(a, value, b, next),
            (None, Some(value)) => self.is_what(b, value, a, next),
            (None, None) => match (a, b) {
                (Term::Any, other) | (other, Term::Any) if !other.is_operation() => {
                    let _ = other;
                    next(self)
                }
                _ if a.is_operation() => self.search(a, b, next),
                _ if b.is_operation() => self.search(b, a, next),
                (Term::Variable(variable), literal) | (literal, Term::Variable(variable)) => {
                    match self.value_of(literal) {
                        Some(value) => self.bind(*variable, value, next),
                        None => GO_ON,
                    }
                }
                (a, b) if a == b => next(self),
                _ => GO_ON,
            },
        }
    }

    /// Goes on if the term `variable`, which has `value`, is also `term`.
    fn is_what(
        &mut self,
        variable: &'p Term,
        value: Value<'p>,
        term: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let mode = |term: &Term, solver: &Self| match term {
            Term::Variable(variable) => solver.mode(*variable),
            _ => Mode::Behind,
        };
        match (value, term) {
            (Value::Node(node), Term::Variable(other)) if self.value(*other).is_none() => {
                match (mode(variable, self), mode(term, self)) {
                    (Mode::Behind, Mode::Behind) => self.bind(*other, value, next),
                    (Mode::Behind, _) => self.spread(*other, node, next),
                    _ => self.at(term, node, next),
                }
            }
            (Value::Node(node), _) if mode(variable, self) == Mode::Exact => {
                self.at(term, node, next)
            }
            (value, _) => self.is(term, value, next),
        }
    }

    /// Of each variable in a term that has a value already what is computed from this value: an operation on it is among these.
    /// Equal constants and positions are the same wherever they are computed, so that these lead nowhere.
    fn users_of_known(&self, term: &Term) -> Vec<&'p Bits> {
        let variables = term.variables() & self.bound;
        let nodes = self.values.iter().enumerate().filter_map(|(variable, value)| match value {
            Some(Value::Node(node)) if variables & one(variable) != 0 => Some(*node),
            _ => None,
        });
        let facts = self.facts;
        nodes
            .filter(|node| facts.is_one_place(*node))
            .filter_map(|node| facts.users(node))
            .collect()
    }

    /// Tries every node that may be the operation `term`, and goes on where it is also `other`.
    fn search(&mut self, term: &'p Term, other: &'p Term, next: Next<'_, 'p>) -> Flow {
        let is_exact =
            matches!(other, Term::Variable(variable) if self.mode(*variable) == Mode::Exact);
        let view = self.view;
        if is_exact {
            for node in view.nodes.iter().copied() {
                self.count()?;
                self.at(term, node, &mut |solver| solver.is_node(other, node, &mut *next))?;
            }
            return GO_ON;
        }
        let users = self.users_of_known(term);
        let may_be = |node: &NodeId| users.iter().all(|users| users.has(*node));
        if let Some(name) = term.called() {
            for node in view.calls_of(name).iter().copied() {
                self.exactly(term, node, &mut |solver| solver.is_node(other, node, &mut *next))?;
            }
            return GO_ON;
        }
        for op in term.operations() {
            self.look_at(if users.is_empty() { 0 } else { view.of_op(op).len() })?;
            for node in view.of_op(op).iter().copied().filter(may_be) {
                self.exactly(term, node, &mut |solver| solver.is_node(other, node, &mut *next))?;
            }
        }
        GO_ON
    }
}
