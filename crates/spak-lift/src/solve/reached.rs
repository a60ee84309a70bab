//! How far a search comes, for what is said where nothing is found.

use spak_program::NodeId;

use super::{Solver, Value};
use crate::term::{Goal, Set};

/// How far a search came.
#[derive(Clone, Debug, Default)]
pub(crate) struct Reached {
    /// How many goals were solved together.
    pub(crate) held: usize,
    /// The goal that was asked then.
    pub(crate) goal: usize,
    /// What variables stood for.
    pub(crate) nodes: Vec<NodeId>,
}

impl<'p> Solver<'p> {
    /// The same search, which remembers how far it comes.
    pub(crate) fn watched(self) -> Self {
        Self { is_watched: true, ..self }
    }

    pub(super) fn reach(&mut self, goals: &[Goal], done: Set, goal: usize) {
        if !self.is_watched || !std::ptr::eq(self.case, goals) {
            return;
        }
        let held = done.count_ones() as usize;
        if self.reached.as_ref().is_none_or(|reached| reached.held < held) {
            let node = |value: &Option<Value<'p>>| match value {
                Some(Value::Node(node)) => Some(*node),
                _ => None,
            };
            let nodes = self.values.iter().filter_map(node).collect();
            self.reached = Some(Reached { held, goal, nodes });
        }
    }
}
