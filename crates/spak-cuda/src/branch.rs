//! Branches: both ways are run unless it is known which one is taken, and what differs afterwards is a choice.

use spak_program::{Condition, NodeId, Site};

use crate::machine::Machine;
use crate::value::{Loc, Place, Value};

/// Whether what follows a statement is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Stop,
}

impl Machine {
    /// Runs both ways under a condition, and joins what the variables hold.
    pub(crate) fn both(
        &mut self,
        condition: NodeId,
        site: Site,
        mut way: impl FnMut(&mut Self, bool) -> Flow,
    ) -> Flow {
        let depth = self.graph.conditions.len();
        let mark = self.journal.len();
        let old = self.memory.len();
        self.graph.conditions.push(Condition { value: condition, holds: true });
        let first = way(self, true);
        let left = self.graph.conditions.split_off(depth.min(self.graph.conditions.len()));
        let then = self.undo(mark);
        self.graph.conditions.push(Condition { value: condition, holds: false });
        let second = way(self, false);
        match (first, second) {
            (Flow::Stop, Flow::Stop) => {
                self.graph.conditions.truncate(depth);
                return Flow::Stop;
            }
            // The condition of the way that goes on holds for what follows.
            (Flow::Stop, Flow::Next) => return Flow::Next,
            (Flow::Next, Flow::Stop) => {
                self.undo(mark);
                self.graph.conditions.truncate(depth);
                self.graph.conditions.extend(left);
                for (loc, value) in then {
                    self.put(loc, value);
                }
                return Flow::Next;
            }
            (Flow::Next, Flow::Next) => {}
        }
        self.graph.conditions.truncate(depth);
        let mut otherwise = self.undo(mark);
        for (loc, value) in then {
            if loc.0 as usize >= old {
                self.put(loc, value);
                continue;
            }
            let other = match otherwise.remove(&loc) {
                Some(other) => other,
                // Each thread writes its own elements of an array, or none.
                None if self.is_array(loc) && self.is_of_threads(condition) => {
                    self.put(loc, value);
                    continue;
                }
                None => self.read(&Place::Local(loc, Vec::new()), site),
            };
            let joined = self.choose(condition, value, other, site);
            self.put(loc, joined);
        }
        for (loc, value) in otherwise {
            let joined = if (loc.0 as usize) < old {
                let before = self.read(&Place::Local(loc, Vec::new()), site);
                self.choose(condition, before, value, site)
            } else {
                value
            };
            self.put(loc, joined);
        }
        Flow::Next
    }

    fn is_array(&self, loc: Loc) -> bool {
        self.memory.get(loc.0 as usize).is_some_and(|cell| cell.rank > 0)
    }

    /// Whether a condition tells threads apart.
    fn is_of_threads(&self, condition: NodeId) -> bool {
        self.leaves(&[condition]).iter().any(|leaf| self.op(*leaf) == spak_program::Op::Arange)
    }

    /// A value that something makes of each way of a choice, under its condition.
    pub(crate) fn each_way(
        &mut self,
        choice: &(NodeId, Value, Value),
        site: Site,
        mut make: impl FnMut(&mut Self, &Value) -> Value,
    ) -> Value {
        let (condition, then, otherwise) = choice;
        match self.graph.known(*condition) {
            Some(true) => return make(self, then),
            Some(false) => return make(self, otherwise),
            None => {}
        }
        let mut made = Vec::new();
        self.both(*condition, site, |machine, first| {
            let value = make(machine, if first { then } else { otherwise });
            made.push(value);
            Flow::Next
        });
        let second = made.pop().unwrap_or(Value::Nothing);
        let first = made.pop().unwrap_or(Value::Nothing);
        self.choose(*condition, first, second, site)
    }
}
