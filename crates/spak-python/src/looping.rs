//! Loops. Known elements are taken one by one; otherwise the body is run once, and what it changes is carried.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt, StmtFor, StmtWhile};
use spak_program::{Condition, Loop, LoopId, LoopKind, NodeId, Op, Site, given};

use crate::frame::Frame;
use crate::machine::Machine;
use crate::statement::Flow;
use crate::value::Value;

/// The most elements that are taken one by one.
const UNROLLED: usize = 512;

/// What a `for` goes over.
pub(crate) enum Iteration<'a> {
    /// Known elements, each under conditions.
    Items(Vec<(Value<'a>, Vec<Condition>)>),
    /// Numbers: start, stop and step.
    Range([NodeId; 3]),
    /// Something else.
    Unknown,
}

/// Names that statements bind.
fn bound(body: &[Stmt]) -> BTreeSet<String> {
    struct Bound(BTreeSet<String>);
    impl<'a> Visitor<'a> for Bound {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            // What a function binds is its own.
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                walk_stmt(self, statement);
            }
        }
        fn visit_expr(&mut self, expression: &'a Expr) {
            match expression {
                Expr::Name(name) if name.ctx == ExprContext::Store => {
                    self.0.insert(name.id.to_string());
                }
                Expr::Lambda(_) => return,
                _ => {}
            }
            walk_expr(self, expression);
        }
    }
    let mut bound = Bound(BTreeSet::new());
    for statement in body {
        bound.visit_stmt(statement);
    }
    bound.0
}

impl<'a> Machine<'a> {
    pub(crate) fn for_statement(&mut self, statement: &'a StmtFor, frame: &Rc<Frame<'a>>) -> Flow {
        let site = self.site(&*statement.iter);
        let over = self.eval(&statement.iter, frame);
        match self.iteration(&over) {
            Iteration::Items(items) if items.len() <= UNROLLED => {
                for (item, conditions) in items {
                    if !self.step() {
                        return Flow::Stop;
                    }
                    self.under(&conditions, site, frame, |machine, frame| {
                        machine.assign(&statement.target, item, frame);
                        let depth = machine.graph.conditions.len();
                        machine.block(&statement.body, frame);
                        machine.graph.conditions.truncate(depth);
                    });
                }
            }
            Iteration::Items(_) | Iteration::Unknown => {
                let site = self.site(statement);
                self.roll(LoopKind::Each, site, &statement.body, frame, |machine, frame, _| {
                    let of = machine.as_node(&over, site);
                    let element = machine.graph.node(Op::Item, vec![given("of", of)], site);
                    machine.assign(&statement.target, Value::Node(element), frame);
                    Some(element)
                });
            }
            Iteration::Range([start, stop, step]) => {
                self.roll(LoopKind::Range, site, &statement.body, frame, |machine, frame, _| {
                    let bounds =
                        vec![given("start", start), given("stop", stop), given("step", step)];
                    let place = machine.site(&*statement.target);
                    let induction = machine.graph.node(Op::Induction, bounds, place);
                    machine.assign(&statement.target, Value::Node(induction), frame);
                    Some(induction)
                });
            }
        }
        let depth = self.graph.conditions.len();
        self.block(&statement.orelse, frame);
        self.graph.conditions.truncate(depth);
        Flow::Next
    }

    pub(crate) fn while_statement(
        &mut self,
        statement: &'a StmtWhile,
        frame: &Rc<Frame<'a>>,
    ) -> Flow {
        let site = self.site(&*statement.test);
        let mut turns = 0;
        // On the host a loop over numbers is simply run.
        while !self.in_kernel() && turns < UNROLLED && self.step() {
            let before = self.graph.program.nodes.len();
            let value = self.eval(&statement.test, frame);
            match self.truth(&value) {
                Some(false) => return Flow::Next,
                Some(true) => {}
                None => {
                    self.graph.program.nodes.truncate(before);
                    break;
                }
            }
            let depth = self.graph.conditions.len();
            let flow = self.block(&statement.body, frame);
            if flow == Flow::Stop || self.graph.conditions.len() > depth {
                self.graph.conditions.truncate(depth);
                return Flow::Next;
            }
            turns += 1;
        }
        self.roll(LoopKind::While, site, &statement.body, frame, |machine, frame, this| {
            let value = machine.eval(&statement.test, frame);
            let condition = machine.as_node(&value, site);
            if let Some(found) = machine.graph.program.loops.get_mut(this.index()) {
                found.condition = Some(condition);
            }
            None
        });
        Flow::Next
    }

    /// Does something under conditions, and joins the names with what they were.
    pub(crate) fn under(
        &mut self,
        conditions: &[Condition],
        site: Site,
        frame: &Rc<Frame<'a>>,
        work: impl FnOnce(&mut Self, &Rc<Frame<'a>>),
    ) {
        let mut left = Vec::new();
        for condition in conditions {
            match self.graph.known(condition.value) {
                Some(holds) if holds != condition.holds => return,
                Some(_) => {}
                None => left.push(*condition),
            }
        }
        let Some(all) = self.graph.all_of(&left, site) else {
            work(self, frame);
            return;
        };
        let mut work = Some(work);
        self.both(all, site, frame, |machine, frame, first| {
            if let Some(work) = work.take_if(|_| first) {
                work(machine, frame);
            }
            Flow::Next
        });
    }

    /// A loop that is not unrolled: variables that it changes are carried from turn to turn.
    fn roll(
        &mut self,
        kind: LoopKind,
        site: Site,
        body: &'a [Stmt],
        frame: &Rc<Frame<'a>>,
        head: impl FnOnce(&mut Self, &Rc<Frame<'a>>, LoopId) -> Option<NodeId>,
    ) {
        let this = LoopId(self.graph.program.loops.len() as u32);
        self.graph.program.loops.push(Loop {
            kind,
            parent: self.graph.inside,
            induction: None,
            condition: None,
            carried: Vec::new(),
            site,
            scope: self.graph.scope,
        });
        let outer = self.graph.inside.replace(this);
        let mut carried: Vec<(String, NodeId, Value<'a>)> = Vec::new();
        for name in bound(body) {
            let before = frame.names.borrow().get(&name).cloned();
            let Some(before) = before else { continue };
            if !matches!(before, Value::Node(_) | Value::Constant(..) | Value::Choice(_)) {
                continue;
            }
            let init = self.as_node(&before, site);
            let node = self.graph.node(Op::Carried, vec![given("init", init)], site);
            frame.set(&name, Value::Node(node));
            carried.push((name, node, before));
        }
        let induction = head(self, frame, this);
        let depth = self.graph.conditions.len();
        self.block(body, frame);
        self.graph.conditions.truncate(depth);
        let mut kept = Vec::new();
        for (name, node, before) in carried {
            let after = frame.get(&name);
            let unchanged = after.as_ref().is_none_or(|after| after.same(&Value::Node(node)));
            let next = match after {
                Some(after) if !unchanged => self.as_node(&after, site),
                _ => node,
            };
            if let Some(found) = self.graph.program.nodes.get_mut(node.index()) {
                found.arguments.push(given("next", next));
            }
            if unchanged {
                let init = self.graph.program.argument(node, "init").unwrap_or(node);
                self.graph.replace(node.index() + 1, &BTreeMap::from([(node, init)]));
                frame.set(&name, before);
            } else {
                kept.push(node);
                frame.set(&name, Value::Node(node));
            }
        }
        self.graph.inside = outer;
        if let Some(found) = self.graph.program.loops.get_mut(this.index()) {
            found.induction = induction;
            found.carried = kept;
        }
    }
}
