//! Terms against nodes.

use spak_program::{Constant, NodeId, Op};

use super::{Flow, GO_ON, Next, Solver, Value};
use crate::facts::number;
use crate::term::{Labelled, Mode, Term, chain_operations};

/// The most ways in which a chain of operations is parted.
const MOST_CUTS: usize = 256;

/// How deep a chain of operations is followed.
const DEEP: usize = 24;

/// A part of a chain of operations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    /// A value.
    Node(NodeId),
    /// The product in a fused multiply-add, which is no value by itself.
    Product(NodeId),
}

/// The parts of a chain, each with whether it is subtracted, and what has to hold for them to be its parts.
#[derive(Clone, Debug, Default)]
struct Cut {
    parts: Vec<(bool, Part)>,
    conditions: Vec<spak_program::Condition>,
}

impl<'p> Solver<'p> {
    /// Goes on if `term` is what stands at the place of an argument, which is `node`: the value itself, the
    /// value behind its casts, or one of two between which a condition decides.
    pub(crate) fn at(&mut self, term: &'p Term, node: NodeId, next: Next<'_, 'p>) -> Flow {
        match term {
            Term::Any => return next(self),
            Term::Node(op, _) if op.is_transparent() => {
                for inner in self.facts.chain(node) {
                    self.exactly(term, inner, next)?;
                }
                return GO_ON;
            }
            Term::Variable(variable) => match (self.mode(*variable), self.value(*variable)) {
                (Mode::Behind, _) => {}
                (Mode::Exact, None) => return self.bind(*variable, Value::Node(node), next),
                (Mode::Exact, Some(known)) => {
                    let is_same = match known {
                        Value::Node(known) if !self.is_constant(known) => known == node,
                        known => self.is_same(known, Value::Node(node)),
                    };
                    return if is_same { next(self) } else { GO_ON };
                }
                (Mode::Named, known) => {
                    for inner in self.facts.chain(node) {
                        self.count()?;
                        match known {
                            None => self.bind(*variable, Value::Node(inner), next)?,
                            Some(known) if known == Value::Node(inner) => next(self)?,
                            Some(_) => {}
                        }
                    }
                    return GO_ON;
                }
            },
            _ => {}
        }
        let facts = self.facts;
        for stand in facts.stands(node) {
            self.assuming(&stand.conditions, &mut |solver| match term {
                Term::Variable(_) => solver.is(term, Value::Node(stand.node), &mut *next),
                term => solver.exactly(term, stand.node, &mut *next),
            })?;
        }
        GO_ON
    }

    fn is_constant(&self, node: NodeId) -> bool {
        self.facts.program.op(self.facts.program.behind(node)) == Op::Constant
    }

    /// Goes on if a term that is no variable is this very node.
    pub(crate) fn exactly(&mut self, term: &'p Term, node: NodeId, next: Next<'_, 'p>) -> Flow {
        self.count()?;
        let program = self.facts.program;
        let holds = match term {
            Term::Any => true,
            Term::Variable(_) => return self.is(term, Value::Node(node), next),
            Term::Number(wanted) => number(program, node) == Some(*wanted),
            Term::Text(wanted) => self.text_in(Value::Node(node)) == Some(wanted),
            Term::Bool(wanted) => program.constant(node) == Some(&Constant::Bool(*wanted)),
            Term::Nothing => program.constant(node) == Some(&Constant::None),
            Term::Tuple(terms) => return self.tuple(terms, node, next),
            Term::Node(op, arguments) => return self.operation(*op, arguments, node, next),
            Term::Chain(op, terms) => return self.chain(*op, terms, node, next),
        };
        if holds { next(self) } else { GO_ON }
    }

    /// Goes on with a node as a part of the solution, under the conditions around it.
    fn take(&mut self, node: NodeId, next: Next<'_, 'p>) -> Flow {
        let facts = self.facts;
        self.assuming(facts.conditions(node), &mut |solver| {
            solver.matched.push(node);
            let flow = next(solver);
            solver.matched.pop();
            flow
        })
    }

    fn tuple(&mut self, terms: &'p [Term], node: NodeId, next: Next<'_, 'p>) -> Flow {
        let program = self.facts.program;
        let Some(found) = program.node(node).filter(|n| n.op == Op::Tuple) else { return GO_ON };
        if found.arguments.len() != terms.len() {
            return GO_ON;
        }
        self.elements(terms, node, 0, next)
    }

    fn elements(
        &mut self,
        terms: &'p [Term],
        node: NodeId,
        from: usize,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some((term, rest)) = terms.split_first() else { return next(self) };
        let program = self.facts.program;
        let value = program.node(node).and_then(|n| n.arguments.get(from)).map(|a| a.value);
        let Some(value) = value else { return GO_ON };
        self.at(term, value, &mut |solver| solver.elements(rest, node, from + 1, &mut *next))
    }

    fn operation(
        &mut self,
        op: Op,
        arguments: &'p [Labelled],
        node: NodeId,
        next: Next<'_, 'p>,
    ) -> Flow {
        let found = self.facts.program.op(node);
        if found == op {
            self.take(node, &mut |solver| solver.arguments(arguments, node, false, &mut *next))?;
            if op.commutes() {
                self.take(node, &mut |solver| solver.arguments(arguments, node, true, &mut *next))?;
            }
        } else if op.mirrored() == Some(found) {
            self.take(node, &mut |solver| solver.arguments(arguments, node, true, &mut *next))?;
        }
        GO_ON
    }

    fn arguments(
        &mut self,
        arguments: &'p [Labelled],
        node: NodeId,
        is_swapped: bool,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some((first, rest)) = arguments.split_first() else { return next(self) };
        let label = match first.label.as_str() {
            "a" if is_swapped => "b",
            "b" if is_swapped => "a",
            label => label,
        };
        let Some(found) = self.facts.program.node(node) else { return GO_ON };
        let mut rest_of = |solver: &mut Self| solver.arguments(rest, node, is_swapped, &mut *next);
        match found.argument(label) {
            _ if first.term == Term::Any && !first.named => rest_of(self),
            Some(value) => self.at(&first.term, value, &mut rest_of),
            None if matches!(label, "name" | "function") => match found.name() {
                Some(name) => self.is(&first.term, Value::Text(name), &mut rest_of),
                None => GO_ON,
            },
            None => GO_ON,
        }
    }

    fn chain(
        &mut self,
        op: Op,
        terms: &'p [(bool, Term)],
        node: NodeId,
        next: Next<'_, 'p>,
    ) -> Flow {
        if !chain_operations(op).contains(&self.facts.program.op(node)) {
            return GO_ON;
        }
        for cut in self.cuts(op, Part::Node(node), terms.len()) {
            self.take(node, &mut |solver| {
                solver.assuming(&cut.conditions, &mut |solver| {
                    solver.assign(terms, &cut.parts, 0, &mut *next)
                })
            })?;
        }
        GO_ON
    }

    /// Each term a part of its own.
    fn assign(
        &mut self,
        terms: &'p [(bool, Term)],
        parts: &[(bool, Part)],
        used: u64,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(((is_negative, term), rest)) = terms.split_first() else { return next(self) };
        for (at, (sign, part)) in parts.iter().enumerate() {
            let bit = 1_u64.checked_shl(at as u32).unwrap_or(0);
            if used & bit != 0 {
                continue;
            }
            self.count()?;
            let mut rest_of =
                |solver: &mut Self| solver.assign(rest, parts, used | bit, &mut *next);
            match (term, part) {
                // A number carries its sign with it.
                (Term::Number(wanted), Part::Node(node)) => {
                    let signed = |minus: bool, n: f64| if minus { -n } else { n };
                    let found = number(self.facts.program, *node).map(|n| signed(*sign, n));
                    if found == Some(signed(*is_negative, *wanted)) {
                        rest_of(self)?;
                    }
                }
                _ if sign != is_negative => {}
                (term, Part::Node(node)) => self.at(term, *node, &mut rest_of)?,
                (Term::Any, Part::Product(_)) => rest_of(self)?,
                (Term::Chain(Op::Mul, factors), Part::Product(_)) => {
                    for cut in self.cuts(Op::Mul, *part, factors.len()) {
                        self.assuming(&cut.conditions, &mut |solver| {
                            solver.assign(factors, &cut.parts, 0, &mut rest_of)
                        })?;
                    }
                }
                (_, Part::Product(_)) => {}
            }
        }
        GO_ON
    }

    /// The ways to write an operation as so many operands.
    fn cuts(&self, op: Op, part: Part, count: usize) -> Vec<Cut> {
        let mut found = Vec::new();
        if let Part::Node(node) = part {
            self.cuts_of_node(op, (false, node), count, 0, &mut found);
        } else {
            self.cuts_of(op, (false, part), count, 0, &mut found);
        }
        found
    }

    fn cuts_of(
        &self,
        op: Op,
        (sign, part): (bool, Part),
        count: usize,
        depth: usize,
        found: &mut Vec<Cut>,
    ) {
        if depth > DEEP || found.len() >= MOST_CUTS {
            return;
        }
        if count == 1 {
            found.push(Cut { parts: vec![(sign, part)], conditions: Vec::new() });
        }
        match part {
            Part::Product(node) if op == Op::Mul => {
                let side = |label| self.facts.program.argument(node, label).map(Part::Node);
                if let (Some(a), Some(b)) = (side("a"), side("b")) {
                    self.cuts_of_two(op, ((sign, a), (false, b)), count, depth, found);
                }
            }
            Part::Product(_) => {}
            Part::Node(node) => {
                for stand in self.facts.stands(node) {
                    let mut inner = Vec::new();
                    self.cuts_of_node(op, (sign, stand.node), count, depth, &mut inner);
                    found.extend(inner.into_iter().map(|mut cut| {
                        cut.conditions.extend(stand.conditions.iter().copied());
                        cut
                    }));
                }
            }
        }
    }

    /// The ways to part the operands of a node that is one of the chain's operations.
    fn cuts_of_node(
        &self,
        op: Op,
        (sign, node): (bool, NodeId),
        count: usize,
        depth: usize,
        found: &mut Vec<Cut>,
    ) {
        let program = self.facts.program;
        let inner = program.op(node);
        if !chain_operations(op).contains(&inner) {
            return;
        }
        let side = |label| program.argument(node, label).map(Part::Node);
        match (inner, side("a"), side("b"), side("c")) {
            (Op::Neg, Some(a), ..) => self.cuts_of(op, (!sign, a), count, depth + 1, found),
            (Op::Fma, _, _, Some(c)) => {
                let product = (sign, Part::Product(node));
                self.cuts_of_two(op, (product, (sign, c)), count, depth, found);
            }
            (Op::Sub, Some(a), Some(b), _) => {
                self.cuts_of_two(op, ((sign, a), (!sign, b)), count, depth, found);
            }
            (_, Some(a), Some(b), _) => {
                self.cuts_of_two(op, ((sign, a), (sign, b)), count, depth, found);
            }
            _ => {}
        }
    }

    fn cuts_of_two(
        &self,
        op: Op,
        (a, b): ((bool, Part), (bool, Part)),
        count: usize,
        depth: usize,
        found: &mut Vec<Cut>,
    ) {
        for first in 1..count {
            let (mut left, mut right) = (Vec::new(), Vec::new());
            self.cuts_of(op, a, first, depth + 1, &mut left);
            if left.is_empty() {
                continue;
            }
            self.cuts_of(op, b, count - first, depth + 1, &mut right);
            for one in &left {
                for other in &right {
                    if found.len() >= MOST_CUTS {
                        return;
                    }
                    let mut cut = one.clone();
                    cut.parts.extend(other.parts.iter().copied());
                    cut.conditions.extend(other.conditions.iter().copied());
                    found.push(cut);
                }
            }
        }
    }
}
