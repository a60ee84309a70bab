//! Operators on values. What is written in several steps and means one is made one node.

use std::rc::Rc;

use spak_program::{Constant, NodeId, Op, Site, given};

use crate::machine::Machine;
use crate::value::{Address, Place, Value};

impl Machine {
    pub(crate) fn binary(&mut self, op: Op, left: Value, right: Value, site: Site) -> Value {
        if let (Value::Known(a, _), Value::Known(b, _)) = (&left, &right) {
            if let (Op::And | Op::Or, Constant::Bool(a), Constant::Bool(b)) = (op, a, b) {
                let value = if op == Op::And { *a && *b } else { *a || *b };
                return Value::Known(Constant::Bool(value), site);
            }
            let whole = matches!((a, b), (Constant::Int(_), Constant::Int(_)));
            let folded = if op == Op::Div && whole { Op::FloorDiv } else { op };
            let divides = matches!(op, Op::Div | Op::Mod) && b.number() == Some(0.0);
            if let Some(value) = spak_program::binary(folded, a, b).filter(|_| !divides) {
                return Value::Known(value, site);
            }
        }
        if let Some(decided) = self.connective(op, &left, &right) {
            return decided;
        }
        match (op, &left, &right) {
            (Op::Add | Op::Sub, Value::View(place), _) => {
                return self.moved(op, place, &right, site);
            }
            (Op::Add, _, Value::View(place)) => return self.moved(op, place, &left, site),
            (Op::Equal | Op::NotEqual, Value::Tuple(_) | Value::Type(_), _) => {
                return Value::Known(Constant::Bool(left.same(&right) == (op == Op::Equal)), site);
            }
            _ => {}
        }
        let a = self.as_node(&left, site);
        let b = self.as_node(&right, site);
        Value::Node(self.combine(op, a, b, site))
    }

    /// A truth value that one side decides.
    fn connective(&self, op: Op, left: &Value, right: &Value) -> Option<Value> {
        let decisive = match op {
            Op::And => false,
            Op::Or => true,
            _ => return None,
        };
        for (own, other) in [(left, right), (right, left)] {
            let Value::Known(Constant::Bool(truth), site) = own else { continue };
            return Some(if *truth == decisive {
                Value::Known(Constant::Bool(decisive), *site)
            } else {
                other.clone()
            });
        }
        None
    }

    /// A pointer with something added to it.
    fn moved(&mut self, op: Op, place: &Place, by: &Value, site: Site) -> Value {
        let by = self.as_node(by, site);
        match place {
            Place::Local(..)
                if matches!(self.graph.program.constant(by), Some(Constant::Int(0))) =>
            {
                Value::View(place.clone())
            }
            Place::Local(loc, indices) => {
                let mut indices = indices.clone();
                indices.push(by);
                Value::View(Place::Local(*loc, indices))
            }
            Place::Global(address) => {
                let pointer = self.offset(op, address.pointer, by, site);
                Value::View(Place::Global(Address { pointer, ..address.clone() }))
            }
            Place::Unknown => Value::View(Place::Unknown),
        }
    }

    pub(crate) fn offset(&mut self, op: Op, pointer: NodeId, by: NodeId, site: Site) -> NodeId {
        let pointer = self.resolved(pointer);
        if matches!(self.graph.program.constant(by), Some(Constant::Int(0))) {
            return pointer;
        }
        self.graph.node(op, vec![given("a", pointer), given("b", by)], site)
    }

    /// A node of two others.
    pub(crate) fn combine(&mut self, op: Op, a: NodeId, b: NodeId, site: Site) -> NodeId {
        if let Some(reduced) = self.over_threads(op, a, b, site) {
            return reduced;
        }
        let whole = self.is_integer(a, 0) && self.is_integer(b, 0);
        let op = match op {
            Op::Div if whole => {
                if let Some(of) = self.rounded_up(a, b) {
                    return self.graph.node(Op::CeilDiv, vec![given("a", of), given("b", b)], site);
                }
                Op::FloorDiv
            }
            op => op,
        };
        self.graph.node(op, vec![given("a", a), given("b", b)], site)
    }

    /// What `a` is the numerator of, if it makes a division by `b` round up: `x + b - 1`.
    fn rounded_up(&self, a: NodeId, b: NodeId) -> Option<NodeId> {
        let program = &self.graph.program;
        let is_one = |id: NodeId| matches!(program.constant(id), Some(Constant::Int(1)));
        let same = |x: NodeId| {
            self.graph.alike(x, b, 0)
                || matches!(
                    (program.constant(x), program.constant(b)),
                    (Some(x), Some(b)) if x == b
                )
        };
        let node = program.node(a)?;
        let (x, y) = (node.argument("a")?, node.argument("b")?);
        match node.op {
            Op::Sub if is_one(y) => {
                let inner = program.node(x).filter(|inner| inner.op == Op::Add)?;
                let (p, q) = (inner.argument("a")?, inner.argument("b")?);
                if same(q) { Some(p) } else { same(p).then_some(q) }
            }
            Op::Add => {
                let less_one = |id: NodeId| {
                    if let (Some(Constant::Int(less)), Some(Constant::Int(whole))) =
                        (program.constant(id), program.constant(b))
                    {
                        return less.checked_add(1) == Some(*whole);
                    }
                    let inner = program.node(id).filter(|inner| inner.op == Op::Sub);
                    inner.is_some_and(|inner| {
                        inner.argument("a").is_some_and(same)
                            && inner.argument("b").is_some_and(is_one)
                    })
                };
                if less_one(y) { Some(x) } else { less_one(x).then_some(y) }
            }
            _ => None,
        }
    }

    /// `x + (x of another thread)` is a step of a sum over threads, and so for others.
    fn over_threads(&mut self, op: Op, a: NodeId, b: NodeId, site: Site) -> Option<NodeId> {
        let reduction = match op {
            Op::Add => Op::ReduceSum,
            Op::Max => Op::ReduceMax,
            Op::Min => Op::ReduceMin,
            Op::Mul => Op::ReduceProd,
            _ => return None,
        };
        let of = |this: &Self, id: NodeId| {
            let node = this.graph.program.node(id)?;
            (node.op == Op::Call && node.name() == Some("shuffle"))
                .then(|| node.argument("receiver"))
                .flatten()
        };
        let own = match (of(self, a), of(self, b)) {
            (None, Some(other)) if other == a => a,
            (Some(other), None) if other == b => b,
            _ => return None,
        };
        Some(self.reduce(reduction, own, site))
    }

    /// A reduction over threads; a further step of one that there is adds nothing.
    pub(crate) fn reduce(&mut self, reduction: Op, of: NodeId, site: Site) -> NodeId {
        if self.reduced.contains(&of) && self.op(of) == reduction {
            return of;
        }
        let node = self.graph.node(reduction, vec![given("a", of)], site);
        self.reduced.insert(node);
        node
    }

    pub(crate) fn unary(&mut self, op: Op, value: &Value, site: Site) -> Value {
        if let Value::Known(constant, _) = value {
            if op == Op::Not
                && let Some(truth) = constant.truth()
            {
                return Value::Known(Constant::Bool(!truth), site);
            }
            if let Some(folded) = spak_program::unary(op, constant) {
                return Value::Known(folded, site);
            }
        }
        if op == Op::Not
            && let Some(truth) = self.truth(value)
        {
            return Value::Known(Constant::Bool(!truth), site);
        }
        let node = self.as_node(value, site);
        Value::Node(self.graph.node(op, vec![given("a", node)], site))
    }

    /// One of two values by a condition.
    pub(crate) fn choose(
        &mut self,
        condition: NodeId,
        then: Value,
        otherwise: Value,
        site: Site,
    ) -> Value {
        if then.same(&otherwise) {
            return then;
        }
        match self.graph.known(condition) {
            Some(true) => return then,
            Some(false) => return otherwise,
            None => {}
        }
        let plain = |value: &Value| matches!(value, Value::Node(_) | Value::Known(..));
        if !plain(&then) || !plain(&otherwise) {
            match (&then, &otherwise) {
                (Value::Nothing, _) => return otherwise,
                (_, Value::Nothing) => return then,
                (Value::View(Place::Global(a)), Value::View(Place::Global(b))) => {
                    let pointer = self.graph.choice(condition, a.pointer, b.pointer, site);
                    return Value::View(Place::Global(Address { pointer, ..a.clone() }));
                }
                _ => return Value::Choice(Rc::new((condition, then, otherwise))),
            }
        }
        // Whether something holds, and nothing else.
        if let (Value::Known(Constant::Bool(true), _), Value::Known(Constant::Bool(false), _)) =
            (&then, &otherwise)
        {
            return Value::Node(condition);
        }
        let a = self.as_node(&then, site);
        let b = self.as_node(&otherwise, site);
        // What was never set is not used.
        let is_unset = |id: NodeId| self.op(id) == Op::Unknown;
        if is_unset(a) != is_unset(b) {
            return Value::Node(if is_unset(a) { b } else { a });
        }
        if let Some(extreme) = self.extreme(condition, a, b) {
            return Value::Node(self.combine(extreme, a, b, site));
        }
        Value::Node(self.graph.choice(condition, a, b, site))
    }

    /// `a > b ? a : b`
    fn extreme(&self, condition: NodeId, then: NodeId, otherwise: NodeId) -> Option<Op> {
        let node = self.graph.program.node(condition)?;
        let (a, b) = (node.argument("a")?, node.argument("b")?);
        let straight = (a, b) == (then, otherwise);
        if !straight && (a, b) != (otherwise, then) {
            return None;
        }
        match (node.op, straight) {
            (Op::Greater | Op::GreaterEqual, true) | (Op::Less | Op::LessEqual, false) => {
                Some(Op::Max)
            }
            (Op::Less | Op::LessEqual, true) | (Op::Greater | Op::GreaterEqual, false) => {
                Some(Op::Min)
            }
            _ => None,
        }
    }
}
