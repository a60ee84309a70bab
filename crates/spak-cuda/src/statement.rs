//! Statements.

use std::rc::Rc;

use spak_program::{Condition, Constant, Op, Site, given};

use crate::ast::{Declaration, Expr, If, Init, Stmt, Switched, Unroll};
use crate::branch::Flow;
use crate::machine::Machine;
use crate::value::{Frame, Loc, Place, Slot, Type, TypeKind, Value};

impl Machine {
    /// Runs statements in order. Conditions that a branch leaves behind (because its other way ended) stay until the
    /// caller takes them off.
    pub(crate) fn block(&mut self, body: &[Stmt], frame: &Rc<Frame>) -> Flow {
        for statement in body {
            if self.statement(statement, frame) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Next
    }

    pub(crate) fn statement(&mut self, statement: &Stmt, frame: &Rc<Frame>) -> Flow {
        let nowhere = self.nowhere();
        if !self.step(nowhere) {
            return Flow::Stop;
        }
        match statement {
            Stmt::Expr(expr) => {
                self.eval(expr, frame);
            }
            Stmt::Declare(all) => {
                for one in all {
                    self.declare(one, frame);
                }
            }
            Stmt::Block(body) => {
                let frame = Frame::within(frame);
                return self.block(body, &frame);
            }
            Stmt::If(inner) => return self.if_statement(inner, frame),
            Stmt::Switched(inner) => return self.switched(inner, frame),
            Stmt::For(inner) => self.for_statement(inner, frame),
            Stmt::Each(inner) => self.each_statement(inner, frame),
            Stmt::While(condition, body) => self.while_statement(condition, body, frame),
            Stmt::Return(value, site) => {
                let value = match value {
                    Some(value) => self.eval(value, frame),
                    None => Value::Nothing,
                };
                let depth = self.depths.last().copied().unwrap_or(0);
                let conditions = self.graph.conditions.get(depth..).unwrap_or(&[]).to_vec();
                let _ = site;
                if let Some(returns) = self.returns.last_mut() {
                    returns.push((value, conditions));
                }
                return Flow::Stop;
            }
            Stmt::Leave => return Flow::Stop,
            Stmt::Switch(value, cases) => return self.switch(value, cases, frame),
            Stmt::Using(name, of) => {
                let of = self.type_of(of, frame);
                frame.set(name, Slot::Value(Value::Type(of)));
            }
            Stmt::Class(class) => {
                let of = self.instance(class, None, frame);
                frame.set(&class.name, Slot::Value(Value::Type(of)));
            }
        }
        Flow::Next
    }

    fn if_statement(&mut self, inner: &If, frame: &Rc<Frame>) -> Flow {
        let frame = Frame::within(frame);
        self.block(&inner.init, &frame);
        let value = self.eval(&inner.condition, &frame);
        let run = |machine: &mut Self, first: bool| match (first, &inner.otherwise) {
            (true, _) => machine.statement(&inner.then, &frame),
            (false, Some(otherwise)) => machine.statement(otherwise, &frame),
            (false, None) => Flow::Next,
        };
        match self.truth(&value) {
            Some(truth) => run(self, truth),
            None => {
                let condition = self.as_node(&value, inner.condition.site);
                self.both(condition, inner.condition.site, run)
            }
        }
    }

    /// The constant that a condition is made stands for the condition.
    fn switched(&mut self, inner: &Switched, frame: &Rc<Frame>) -> Flow {
        let value = self.eval(&inner.condition, frame);
        let value = match self.truth(&value) {
            Some(truth) => Value::Known(Constant::Bool(truth), inner.condition.site),
            None => value,
        };
        let frame = Frame::within(frame);
        frame.set(&inner.name, Slot::Value(value));
        self.block(&inner.body, &frame)
    }

    fn switch(
        &mut self,
        value: &Expr,
        cases: &[(Option<Expr>, Vec<Stmt>)],
        frame: &Rc<Frame>,
    ) -> Flow {
        let of = self.eval(value, frame);
        self.cases(&of, cases, value.site, frame);
        Flow::Next
    }

    fn cases(
        &mut self,
        of: &Value,
        cases: &[(Option<Expr>, Vec<Stmt>)],
        site: Site,
        frame: &Rc<Frame>,
    ) -> Flow {
        let Some(((label, body), rest)) = cases.split_first() else { return Flow::Next };
        let Some(label) = label else {
            let frame = Frame::within(frame);
            self.block(body, &frame);
            return Flow::Next;
        };
        let label = self.eval(label, frame);
        let test = self.binary(Op::Equal, of.clone(), label, site);
        match self.truth(&test) {
            Some(true) => {
                let frame = Frame::within(frame);
                self.block(body, &frame);
                Flow::Next
            }
            Some(false) => self.cases(of, rest, site, frame),
            None => {
                let condition = self.as_node(&test, site);
                self.both(condition, site, |machine, first| {
                    if first {
                        let frame = Frame::within(frame);
                        let depth = machine.graph.conditions.len();
                        machine.block(body, &frame);
                        machine.graph.conditions.truncate(depth);
                        Flow::Next
                    } else {
                        machine.cases(of, rest, site, frame)
                    }
                })
            }
        }
    }

    fn declare(&mut self, one: &Declaration, frame: &Rc<Frame>) {
        if let [name] = one.names.as_slice() {
            if !one.sizes.is_empty() {
                let loc = self.variable(one, frame);
                let view = Value::View(Place::Local(loc, Vec::new()));
                frame.set(name, Slot::Value(view));
                return;
            }
            if one.of.reference
                && let Init::Value(value) = &one.init
            {
                let slot = self.slot(value, frame);
                frame.set(name, slot);
                return;
            }
            let loc = self.variable(one, frame);
            frame.set(name, Slot::Place(Place::Local(loc, Vec::new())));
            return;
        }
        // `auto [a, b] = pair;`
        let value = match &one.init {
            Init::Value(value) => self.eval(value, frame),
            _ => Value::Nothing,
        };
        for (at, name) in one.names.iter().enumerate() {
            let index = Value::Known(Constant::Int(at as i64), one.site);
            let part = match &value {
                Value::Tuple(items) => items.get(at).cloned().unwrap_or(Value::Nothing),
                other => {
                    let of = self.as_node(other, one.site);
                    let index = self.as_node(&index, one.site);
                    let arguments = vec![given("of", of), given("index", index)];
                    Value::Node(self.graph.node(Op::Item, arguments, one.site))
                }
            };
            let loc = self.new_cell(part, None);
            frame.set(name, Slot::Place(Place::Local(loc, Vec::new())));
        }
    }

    /// A new variable with its first value.
    pub(crate) fn variable(&mut self, one: &Declaration, frame: &Rc<Frame>) -> Loc {
        let before = std::mem::take(&mut self.touched);
        let of = self.type_of(&one.of, frame);
        let value = self.first_value(one, &of, frame);
        let loc = self.new_cell(Value::Nothing, Some(&of));
        self.touched = before;
        if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
            cell.rank = one.sizes.len();
            cell.constant = one.is_constexpr || (one.of.constant && !one.of.pointer);
        }
        let value = match (&value, of.dtype()) {
            (Value::Known(..), Some(dtype)) => self.cast(&value, dtype, one.site),
            _ => value,
        };
        if let (true, [name]) = (one.of.constant, one.names.as_slice()) {
            self.name(&value, name);
        }
        let value = match value {
            Value::View(place) => Value::View(self.rebased(place)),
            value => value,
        };
        self.integer(&value, &of);
        self.write(&Place::Local(loc, Vec::new()), value, one.site);
        // What the first value varies with is known from where it was made.
        loc
    }

    /// Notes the name of a number that is known when the source is compiled.
    pub(crate) fn name(&mut self, value: &Value, name: &str) {
        if let Value::Known(constant @ Constant::Int(_), site) = value
            && self.named.insert(*site)
        {
            let node = self.graph.constant(constant.clone(), *site);
            self.graph.program.names.insert(node, (name.to_owned(), *site));
        }
    }

    /// Notes that a value is a whole number, if its type says so.
    pub(crate) fn integer(&mut self, value: &Value, of: &Type) {
        if let Value::Node(node) = value {
            if of.dtype().is_some_and(|name| name.starts_with(['i', 'u'])) {
                self.integers.insert(*node);
            }
            if of.pointer {
                self.pointers.insert(*node);
            }
        }
    }

    fn first_value(&mut self, one: &Declaration, of: &Rc<Type>, frame: &Rc<Frame>) -> Value {
        match &one.init {
            Init::Value(value) => {
                let made = self.eval(value, frame);
                match (made, one.sizes.is_empty()) {
                    // `float a[4] = {0.f}` sets all elements.
                    (Value::Tuple(items), false) => match items.first() {
                        Some(first) => first.clone(),
                        None => Value::Known(Constant::Float(0.0), one.site),
                    },
                    (Value::Tuple(items), true) if !matches!(of.kind, TypeKind::Auto) => {
                        self.make(of, items.to_vec(), one.site)
                    }
                    (made, _) => made,
                }
            }
            Init::Arguments(arguments) => {
                let arguments = arguments.iter().map(|one| self.eval(one, frame)).collect();
                self.make(of, arguments, one.site)
            }
            Init::None => match &of.kind {
                TypeKind::Class(instance) if !of.pointer => {
                    let instance = Rc::clone(instance);
                    self.construct(&instance, Vec::new(), one.site)
                }
                TypeKind::Named(name, _) if name == "dim3" => Value::Tuple(Rc::from([])),
                TypeKind::Named(..) if one.sizes.is_empty() && !of.pointer => {
                    Value::Type(Rc::clone(of))
                }
                _ => self.unknown(one.site),
            },
        }
    }

    /// How often a loop is to be unrolled is a hint of the kernel.
    pub(crate) fn note_unroll(&mut self, unroll: &Unroll, frame: &Rc<Frame>) {
        if unroll.count.is_empty() || !self.in_kernel() {
            return;
        }
        let value = match unroll.count.parse::<i64>() {
            Ok(count) => Value::Known(Constant::Int(count), unroll.site),
            Err(_) => match self.eval_name(&unroll.count, frame, unroll.site) {
                Some(value) => value,
                None => return,
            },
        };
        let node = self.as_node(&value, unroll.site);
        self.hint("unroll", node);
    }

    /// A condition that everything that follows may rely on.
    pub(crate) fn demand(&mut self, value: &Value, site: Site) {
        let node = self.as_node(value, site);
        if self.graph.known(node).is_none() {
            self.effect("assert", vec![given("condition", node)], site);
            self.graph.conditions.push(Condition { value: node, holds: true });
        }
    }
}
