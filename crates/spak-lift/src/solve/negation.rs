//! What does not hold.
//!
//! A solution says what holds where it assumes something: that a flag is set, that the host takes one of two ways. A
//! negation holds if nothing that agrees with all this is a solution of what it denies, in whatever order conditions are
//! asked. While not everything is assumed yet, a negation may be open: what it denies is there, but only under conditions
//! of its own. Such a one is asked again when everything else is solved.

use super::{Flow, GO_ON, Next, STOP, Solver};
use crate::term::{Goal, GoalKind};

/// What is there of what is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Found {
    /// Nothing.
    Nothing,
    /// Something, under conditions of its own.
    Under,
    /// Something, whatever else is assumed.
    Always,
}

/// A negation that holds or not by what will be assumed.
#[derive(Clone, Copy, Debug)]
pub(super) struct Open<'p> {
    goal: &'p Goal,
    found: Found,
    /// How much was assumed when this was found.
    assumed: usize,
}

impl<'p> Solver<'p> {
    /// Goes on unless there is what is denied.
    pub(super) fn denied(&mut self, goal: &'p Goal, next: Next<'_, 'p>) -> Flow {
        match self.finds(goal) {
            _ if self.is_cut => STOP,
            Found::Always => GO_ON,
            // What a negation in it denies may not be there when more is assumed.
            Found::Nothing if !denies(goal) => next(self),
            found @ (Found::Nothing | Found::Under) => {
                self.open.push(Open { goal, found, assumed: self.assumed.len() });
                let flow = next(self);
                self.open.pop();
                flow
            }
        }
    }

    /// Whether all open negations hold under what is assumed now.
    pub(super) fn is_closed(&mut self) -> bool {
        let mut at = 0;
        while let Some(Open { goal, found, assumed }) = self.open.get(at).copied() {
            // Where no more is assumed than then, no more can be found out.
            let found = if assumed == self.assumed.len() { found } else { self.finds(goal) };
            if found != Found::Nothing || self.is_cut {
                return false;
            }
            at += 1;
        }
        true
    }

    fn finds(&mut self, goal: &'p Goal) -> Found {
        let before = self.assumed.len();
        let outer = std::mem::take(&mut self.open);
        let mut found = Found::Nothing;
        let _ = self.goal(goal, &mut |solver| {
            if !solver.is_closed() {
                return GO_ON;
            }
            found = match solver.assumed.len() == before && solver.open.is_empty() {
                true => Found::Always,
                false => Found::Under,
            };
            STOP
        });
        self.open = outer;
        found
    }
}

/// Whether a negation is in it.
fn denies(goal: &Goal) -> bool {
    match &goal.kind {
        GoalKind::Not(..) => true,
        GoalKind::All(goals) | GoalKind::Any(goals) => goals.iter().any(denies),
        _ => false,
    }
}
