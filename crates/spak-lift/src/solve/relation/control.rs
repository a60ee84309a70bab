//! Loops, conditions and order.

use spak_program::{LoopId, LoopKind, NodeId};

use super::super::{Flow, GO_ON, Next, Solver, Value};
use crate::term::Term;

impl<'p> Solver<'p> {
    fn loop_of(&self, term: &'p Term) -> Option<LoopId> {
        match self.value_of(term)? {
            Value::Loop(id) => Some(id),
            _ => None,
        }
    }

    /// The loop that a term is, or all that it may be.
    fn loops(&self, term: &'p Term) -> Vec<LoopId> {
        match self.value_of(term) {
            Some(Value::Loop(id)) => vec![id],
            Some(_) => Vec::new(),
            None => self.view.loops.clone(),
        }
    }

    /// The innermost loop around a value or a loop.
    fn around(&self, value: Value<'p>) -> Option<LoopId> {
        match value {
            Value::Node(node) => self.facts.program.node(node)?.inside,
            Value::Loop(id) => self.facts.program.loops.get(id.index())?.parent,
            _ => None,
        }
    }

    pub(super) fn each_loop(&mut self, l: &'p Term, next: Next<'_, 'p>) -> Flow {
        for id in self.loops(l) {
            self.is(l, Value::Loop(id), next)?;
        }
        GO_ON
    }

    pub(super) fn loop_kind(&mut self, l: &'p Term, kind: &'p Term, next: Next<'_, 'p>) -> Flow {
        for id in self.loops(l) {
            let Some(found) = self.facts.program.loops.get(id.index()) else { continue };
            let word = match found.kind {
                LoopKind::Range => "range",
                LoopKind::While => "while",
                LoopKind::Each => "each",
            };
            self.is(l, Value::Loop(id), &mut |solver| {
                solver.is(kind, Value::Text(word), &mut *next)
            })?;
        }
        GO_ON
    }

    pub(super) fn inside(&mut self, x: &'p Term, l: &'p Term, next: Next<'_, 'p>) -> Flow {
        if let Some(value) = self.value_of(x) {
            let loops: Vec<LoopId> = self.facts.loops_around(self.around(value)).collect();
            for id in loops {
                self.is(l, Value::Loop(id), next)?;
            }
            return GO_ON;
        }
        let Some(of) = self.loop_of(l) else { return GO_ON };
        let facts = self.facts;
        let is_in = move |n: &NodeId| {
            facts.is_inside(facts.program.node(*n).and_then(|node| node.inside), of)
        };
        let nodes = self.candidates(x).filter(is_in);
        self.among_nodes(x, nodes, next)?;
        for id in self.view.loops.iter().copied() {
            if facts.is_inside(self.around(Value::Loop(id)), of) {
                self.is(x, Value::Loop(id), next)?;
            }
        }
        GO_ON
    }

    pub(super) fn directly_inside(&mut self, x: &'p Term, l: &'p Term, next: Next<'_, 'p>) -> Flow {
        if let Some(value) = self.value_of(x) {
            return match self.around(value) {
                Some(id) => self.is(l, Value::Loop(id), next),
                None => GO_ON,
            };
        }
        let Some(of) = self.loop_of(l) else { return GO_ON };
        let program = self.facts.program;
        let is_in = move |n: &NodeId| program.node(*n).and_then(|node| node.inside) == Some(of);
        let nodes = self.candidates(x).filter(is_in);
        self.among_nodes(x, nodes, next)?;
        for id in self.view.loops.iter().copied() {
            if self.around(Value::Loop(id)) == Some(of) {
                self.is(x, Value::Loop(id), next)?;
            }
        }
        GO_ON
    }

    pub(super) fn outside(&mut self, x: &'p Term, l: &'p Term, next: Next<'_, 'p>) -> Flow {
        let (Some(value), Some(of)) = (self.value_of(x), self.loop_of(l)) else { return GO_ON };
        let is_inside = self.facts.is_inside(self.around(value), of);
        self.test(!is_inside, next)
    }

    pub(super) fn depth(&mut self, x: &'p Term, n: &'p Term, next: Next<'_, 'p>) -> Flow {
        let Some(value) = self.value_of(x) else { return GO_ON };
        let count = self.facts.loops_around(self.around(value)).count();
        self.is(n, Value::Number(count as f64), next)
    }

    pub(super) fn induction(&mut self, l: &'p Term, x: &'p Term, next: Next<'_, 'p>) -> Flow {
        if let Some(node) = self.subject(x) {
            return match self.facts.counts(node) {
                Some(id) => self.is(l, Value::Loop(id), next),
                None => GO_ON,
            };
        }
        for id in self.loops(l) {
            let found = self.facts.program.loops.get(id.index()).and_then(|l| l.induction);
            let Some(node) = found else { continue };
            self.is(l, Value::Loop(id), &mut |solver| solver.is(x, Value::Node(node), &mut *next))?;
        }
        GO_ON
    }

    pub(super) fn carried(
        &mut self,
        x: &'p Term,
        l: &'p Term,
        (init, after): (&'p Term, &'p Term),
        next: Next<'_, 'p>,
    ) -> Flow {
        let program = self.facts.program;
        let pairs: Vec<(LoopId, NodeId)> = match self.subject(x) {
            Some(node) => self.facts.carried_by(node).map(|id| (id, node)).into_iter().collect(),
            None => {
                let loops = self.loops(l);
                let of = |id: LoopId| {
                    let nodes = program.loops.get(id.index()).map_or(&[][..], |l| &l.carried);
                    nodes.iter().map(move |node| (id, *node))
                };
                loops.into_iter().flat_map(of).collect()
            }
        };
        for (id, node) in pairs {
            self.count()?;
            self.is(l, Value::Loop(id), &mut |solver| {
                solver.is(x, Value::Node(node), &mut |solver| {
                    solver.labelled(node, "init", init, &mut |solver| {
                        solver.labelled(node, "next", after, &mut *next)
                    })
                })
            })?;
        }
        GO_ON
    }

    /// Goes on if the argument of a node with a label is a term.
    pub(super) fn labelled(
        &mut self,
        node: NodeId,
        label: &str,
        term: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        match self.facts.program.argument(node, label) {
            Some(value) => self.at(term, value, next),
            None if *term == Term::Any => next(self),
            None => GO_ON,
        }
    }

    pub(super) fn limit(
        &mut self,
        label: &'static str,
        l: &'p Term,
        x: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        for id in self.loops(l) {
            let found = self.facts.program.loops.get(id.index()).and_then(|l| l.induction);
            let Some(value) = found.and_then(|n| self.facts.program.argument(n, label)) else {
                continue;
            };
            self.count()?;
            self.is(l, Value::Loop(id), &mut |solver| solver.at(x, value, &mut *next))?;
        }
        GO_ON
    }

    pub(super) fn invariant(&mut self, x: &'p Term, l: &'p Term, next: Next<'_, 'p>) -> Flow {
        let holds = match (self.value_of(x), self.loop_of(l)) {
            (Some(Value::Node(node)), Some(of)) => self.facts.is_invariant(node, of),
            (Some(Value::Number(_) | Value::Text(_)), Some(_)) => true,
            _ => false,
        };
        self.test(holds, next)
    }

    pub(super) fn guarded(
        &mut self,
        x: &'p Term,
        c: &'p Term,
        holds: bool,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(node) = self.subject(x) else { return GO_ON };
        let facts = self.facts;
        for condition in facts.conditions(node).iter().filter(|c| c.holds == holds) {
            self.at(c, condition.value, next)?;
        }
        GO_ON
    }

    pub(super) fn before(&mut self, x: &'p Term, y: &'p Term, next: Next<'_, 'p>) -> Flow {
        let scope = |node: NodeId| self.facts.program.node(node).map(|n| n.scope);
        let is_before = match (self.node_of(x), self.node_of(y)) {
            (Some(a), Some(b)) => a < b && scope(a) == scope(b),
            _ => false,
        };
        self.test(is_before, next)
    }
}
