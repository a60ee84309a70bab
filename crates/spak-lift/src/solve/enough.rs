//! When further solutions say nothing new.
//!
//! Of a solution only some variables are looked at: those in its evidence, its value and its sentence. Two solutions
//! that agree in these and assume the same say the same; one that assumes more says less. So a condition whose
//! variables nobody looks at holds or does not hold, and once everything that is looked at has a value, the first
//! solution that assumes nothing more is enough.

use rustc_hash::FxHashSet;
use spak_program::{Condition, NodeId};

use super::{Flow, GO_ON, Next, STOP, Solver, Value};
use crate::term::{Goal, Set, one};

/// What of a solution is looked at.
#[derive(Debug)]
pub(super) struct Shown {
    /// The variables.
    variables: Set,
    /// What was found for them.
    found: FxHashSet<Found>,
    /// How it was when everything that is looked at had a value, while that is so.
    settled: Option<Settled>,
    /// Whether it is only a part of the conditions.
    is_part: bool,
    /// Whether a solution was found then that assumes no more.
    is_enough: bool,
}

/// How much was assumed, and how many negations were open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Settled {
    assumed: usize,
    open: usize,
}

/// A value.
type Key = (u8, u64, usize);

/// Values of the variables that are looked at, and what was assumed.
type Found = (Vec<Option<Key>>, Vec<Condition>);

/// Goes on with what is asked.
type Ask<'a, 'p> = &'a mut dyn FnMut(&mut Solver<'p>, Next<'_, 'p>) -> Flow;

/// How many solutions of a condition are worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// All of them.
    All,
    /// One that assumes nothing, since nobody looks at its values.
    One,
    /// The same, since everything that is looked at has a value.
    Settled,
}

impl Shown {
    fn of(variables: Set, is_part: bool) -> Self {
        Self { variables, found: FxHashSet::default(), settled: None, is_part, is_enough: false }
    }
}

impl<'p> Solver<'p> {
    /// What is looked at, if these are the conditions of the case.
    fn shown_of(&self, goals: &[Goal]) -> Option<&Shown> {
        self.shown.as_ref().filter(|_| std::ptr::eq(self.case, goals))
    }

    /// The same search, of whose solutions these variables are looked at and no other ones, nor the operations that
    /// were matched.
    pub(crate) fn showing(self, variables: Option<Set>) -> Self {
        Self { shown: variables.map(|variables| Shown::of(variables, false)), ..self }
    }

    /// Whether nobody looks at the values that a condition of the case gives.
    pub(super) fn is_unseen(&self, goals: &[Goal], goal: &Goal) -> bool {
        let shown = self.shown_of(goals);
        shown.is_some_and(|shown| goal.positive() & !self.bound & shown.variables == 0)
    }

    /// How many solutions of the condition `at` are worth knowing, when the conditions `done` are solved.
    pub(super) fn wanted(&self, goals: &[Goal], done: Set, at: usize) -> Wanted {
        let Some(shown) = self.shown_of(goals) else { return Wanted::All };
        let left = || goals.iter().enumerate().filter(|(at, _)| done & one(*at) == 0);
        let open = left().fold(0, |set, (_, goal)| set | goal.positive());
        if open & shown.variables & !self.bound == 0 {
            return Wanted::Settled;
        }
        let others = left().filter(|(other, _)| *other != at);
        let others = others.fold(shown.variables, |set, (_, goal)| set | goal.variables);
        match goals.get(at) {
            Some(goal) if goal.positive() & !self.bound & others == 0 => Wanted::One,
            _ => Wanted::All,
        }
    }

    /// The conditions that are left and have to do with the condition `at`, if there are others and nobody looks at what
    /// these give.
    pub(super) fn part(&self, goals: &[Goal], done: Set, at: usize) -> Option<Set> {
        let shown = self.shown_of(goals)?;
        let left = || goals.iter().enumerate().filter(|(at, _)| done & one(*at) == 0);
        let mut part = one(at);
        let mut variables = goals.get(at)?.variables & !self.bound;
        loop {
            let joins = |(at, goal): &(usize, &Goal)| {
                part & one(*at) == 0 && goal.variables & !self.bound & variables != 0
            };
            let Some((at, goal)) = left().find(joins) else { break };
            part |= one(at);
            variables |= goal.variables & !self.bound;
        }
        let is_apart = variables & shown.variables == 0
            && part.count_ones() > 1
            && left().any(|(at, _)| part & one(at) == 0);
        is_apart.then_some(part)
    }

    /// Goes on with one solution of a part of the conditions that assumes nothing; else with one for all that can be assumed.
    pub(super) fn solve_part(
        &mut self,
        goals: &'p [Goal],
        done: Set,
        part: Set,
        next: Next<'_, 'p>,
    ) -> Flow {
        let mut other = self.shown.replace(Shown::of(0, true));
        let flow = self.all(goals, !part, &mut |solver| {
            std::mem::swap(&mut solver.shown, &mut other);
            let flow = solver.all(goals, done | part, &mut *next);
            std::mem::swap(&mut solver.shown, &mut other);
            flow
        });
        self.shown = other;
        flow
    }

    /// Goes on with as many solutions of what is asked as are worth knowing.
    pub(super) fn enough(&mut self, wanted: Wanted, next: Next<'_, 'p>, ask: Ask<'_, 'p>) -> Flow {
        match (wanted, &mut self.shown) {
            (Wanted::One, Some(_)) => self.once(next, ask),
            (Wanted::Settled, Some(shown)) if shown.settled.is_none() => {
                shown.settled =
                    Some(Settled { assumed: self.assumed.len(), open: self.open.len() });
                let flow = if self.is_known() { GO_ON } else { ask(self, next) };
                self.leave(flow)
            }
            _ => ask(self, next),
        }
    }

    /// Goes on with the solutions of what is asked until one of them assumes nothing.
    fn once(&mut self, next: Next<'_, 'p>, ask: Ask<'_, 'p>) -> Flow {
        let before = (self.assumed.len(), self.open.len());
        let mut is_enough = false;
        let flow = ask(self, &mut |solver| {
            next(solver)?;
            is_enough = (solver.assumed.len(), solver.open.len()) == before;
            if is_enough { STOP } else { GO_ON }
        });
        if is_enough { GO_ON } else { flow }
    }

    /// All conditions are solved. Where that ends the search for other values of what nobody looks at, it does not end
    /// the search.
    pub(super) fn solved(&mut self, goals: &[Goal], next: Next<'_, 'p>) -> Flow {
        if !std::ptr::eq(self.case, goals) {
            return next(self);
        }
        let is_part = self.shown.as_ref().is_some_and(|shown| shown.is_part);
        if self.is_known() || !is_part && !self.is_closed() {
            return GO_ON;
        }
        next(self)?;
        let found = self.found();
        let assumed = self.assumed.len();
        // What is left open by a part of the conditions may hold for other values of it.
        let open = if is_part { self.open.len() } else { 0 };
        let Some(shown) = &mut self.shown else { return GO_ON };
        if open == 0 {
            shown.found.insert(found);
        }
        shown.is_enough =
            shown.settled.is_some_and(|settled| settled.assumed == assumed && open <= settled.open);
        if shown.is_enough { STOP } else { GO_ON }
    }

    /// Leaves the part of the search in which everything that is looked at had its values.
    fn leave(&mut self, flow: Flow) -> Flow {
        let Some(shown) = &mut self.shown else { return flow };
        shown.settled = None;
        match std::mem::take(&mut shown.is_enough) {
            true => GO_ON,
            false => flow,
        }
    }

    /// Whether what is looked at had these values before, and as much was assumed.
    fn is_known(&self) -> bool {
        self.shown.as_ref().is_some_and(|shown| shown.found.contains(&self.found()))
    }

    fn found(&self) -> Found {
        let variables = self.shown.as_ref().map_or(0, |shown| shown.variables);
        let values = self.values.iter().enumerate();
        let values = values.filter(|(variable, _)| variables & one(*variable) != 0);
        (values.map(|(_, value)| value.map(key)).collect(), self.assumed.clone())
    }
}

/// Equal for equal values.
fn key(value: Value<'_>) -> Key {
    match value {
        Value::Node(NodeId(id)) => (0, u64::from(id), 0),
        Value::Loop(id) => (1, id.index() as u64, 0),
        Value::Kernel(id) => (2, id.index() as u64, 0),
        Value::Launch(id) => (3, u64::from(id.0), 0),
        Value::Text(text) => (4, text.as_ptr() as u64, text.len()),
        Value::Number(number) => (5, number.to_bits(), 0),
    }
}
