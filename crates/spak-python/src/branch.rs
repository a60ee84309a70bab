//! Branches: both ways are run unless it is known which one is taken, and what differs afterwards is a choice.

use std::collections::BTreeMap;
use std::rc::Rc;

use ruff_python_ast::{ElifElseClause, Expr, Stmt, StmtIf};
use spak_program::{Condition, Constant, NodeId, Op, Site};

use crate::frame::Frame;
use crate::machine::Machine;
use crate::statement::Flow;
use crate::value::Value;

/// The next test of a chain, with what follows it.
type Rest<'a> = &'a [ElifElseClause];

impl<'a> Machine<'a> {
    pub(crate) fn if_statement(&mut self, statement: &'a StmtIf, frame: &Rc<Frame<'a>>) -> Flow {
        self.branch(&statement.test, &statement.body, &statement.elif_else_clauses, frame)
    }

    fn branch(
        &mut self,
        test: &'a Expr,
        body: &'a [Stmt],
        rest: Rest<'a>,
        frame: &Rc<Frame<'a>>,
    ) -> Flow {
        let site = self.site(test);
        let value = self.eval(test, frame);
        match self.truth(&value) {
            Some(true) => self.block(body, frame),
            Some(false) => self.otherwise(rest, frame),
            None => {
                let condition = self.as_node(&value, site);
                if !self.in_kernel() {
                    let place = self.graph.node(Op::Unknown, Vec::new(), site);
                    self.graph.program.tests.entry(condition).or_insert(place);
                }
                self.both(condition, site, frame, |machine, frame, first| {
                    if first { machine.block(body, frame) } else { machine.otherwise(rest, frame) }
                })
            }
        }
    }

    fn otherwise(&mut self, rest: Rest<'a>, frame: &Rc<Frame<'a>>) -> Flow {
        match rest.split_first() {
            None => Flow::Next,
            Some((clause, rest)) => match &clause.test {
                Some(test) => self.branch(test, &clause.body, rest, frame),
                None => self.block(&clause.body, frame),
            },
        }
    }

    /// Runs both ways under a condition, and joins the names.
    pub(crate) fn both(
        &mut self,
        condition: NodeId,
        site: Site,
        frame: &Rc<Frame<'a>>,
        mut way: impl FnMut(&mut Self, &Rc<Frame<'a>>, bool) -> Flow,
    ) -> Flow {
        let depth = self.graph.conditions.len();
        let before = frame.names.borrow().clone();
        self.graph.conditions.push(Condition { value: condition, holds: true });
        let first = way(self, frame, true);
        let left: Vec<Condition> = self.graph.conditions.get(depth..).unwrap_or(&[]).to_vec();
        self.graph.conditions.truncate(depth);
        let then = frame.names.replace(before);
        self.graph.conditions.push(Condition { value: condition, holds: false });
        let second = way(self, frame, false);
        match (first, second) {
            (Flow::Stop, Flow::Stop) => {
                self.graph.conditions.truncate(depth);
                Flow::Stop
            }
            // The condition of the way that goes on holds for what follows.
            (Flow::Stop, Flow::Next) => Flow::Next,
            (Flow::Next, Flow::Stop) => {
                frame.names.replace(then);
                self.graph.conditions.truncate(depth);
                self.graph.conditions.extend(left);
                Flow::Next
            }
            (Flow::Next, Flow::Next) => {
                self.graph.conditions.truncate(depth);
                let otherwise = frame.names.replace(BTreeMap::new());
                let joined = self.join(condition, then, otherwise, site);
                frame.names.replace(joined);
                Flow::Next
            }
        }
    }

    fn join(
        &mut self,
        condition: NodeId,
        then: BTreeMap<String, Value<'a>>,
        mut otherwise: BTreeMap<String, Value<'a>>,
        site: Site,
    ) -> BTreeMap<String, Value<'a>> {
        let mut joined = BTreeMap::new();
        for (name, value) in then {
            let value = match otherwise.remove(&name) {
                Some(other) if !value.same(&other) => self.choose(condition, value, other, site),
                // What only one way defines is used only where that way was taken.
                _ => value,
            };
            joined.insert(name, value);
        }
        joined.append(&mut otherwise);
        joined
    }

    /// One of two values by a condition.
    pub(crate) fn choose(
        &mut self,
        condition: NodeId,
        then: Value<'a>,
        otherwise: Value<'a>,
        site: Site,
    ) -> Value<'a> {
        if then.same(&otherwise) {
            return then;
        }
        match self.graph.known(condition) {
            Some(true) => return then,
            Some(false) => return otherwise,
            None => {}
        }
        let plain = |value: &Value<'a>| matches!(value, Value::Node(_) | Value::Constant(..));
        let is_none = |value: &Value<'a>| value.constant() == Some(&Constant::None);
        // On the host it matters which of two known values it is, and whether it is nothing.
        let both_known = then.constant().is_some() && otherwise.constant().is_some();
        let kept = both_known || is_none(&then) || is_none(&otherwise);
        if plain(&then) && plain(&otherwise) && (self.in_kernel() || !kept) {
            let then = self.as_node(&then, site);
            let otherwise = self.as_node(&otherwise, site);
            return Value::Node(self.graph.choice(condition, then, otherwise, site));
        }
        Value::Choice(Rc::new((condition, then, otherwise)))
    }

    /// A value that something makes of each way of a choice, under its condition.
    pub(crate) fn each_way(
        &mut self,
        choice: &(NodeId, Value<'a>, Value<'a>),
        site: Site,
        mut make: impl FnMut(&mut Self, &Value<'a>) -> Value<'a>,
    ) -> Value<'a> {
        let (condition, then, otherwise) = choice;
        match self.graph.known(*condition) {
            Some(true) => return make(self, then),
            Some(false) => return make(self, otherwise),
            None => {}
        }
        self.graph.conditions.push(Condition { value: *condition, holds: true });
        let then = make(self, then);
        self.graph.conditions.pop();
        self.graph.conditions.push(Condition { value: *condition, holds: false });
        let otherwise = make(self, otherwise);
        self.graph.conditions.pop();
        self.choose(*condition, then, otherwise, site)
    }
}
