//! Calls: functions of the source are run where they are called, what libraries do is known or followed through.

use std::rc::Rc;

use spak_program::{Condition, Constant, Op, POSITIONS, Site, given};

use crate::api;
use crate::ast::{Expr, ExprKind, Function, Path};
use crate::machine::{CALLS, Machine};
use crate::value::{Callable, Frame, Place, Slot, Type, TypeKind, Value};

impl Machine {
    pub(crate) fn call_expression(
        &mut self,
        callee: &Expr,
        arguments: &[Expr],
        site: Site,
        frame: &Rc<Frame>,
    ) -> Slot {
        // A method of something that is no object of the source.
        if let ExprKind::Member(of, part) = &callee.kind {
            let of = self.slot(of, frame);
            let held = match &of {
                Slot::Value(value) => value.clone(),
                Slot::Place(place @ Place::Local(..)) => self.read(place, site),
                Slot::Place(place) => Value::View(place.clone()),
            };
            let known = match &held {
                Value::Object(object) => {
                    let object = Rc::clone(object);
                    let found = self.member_of(&object.of, &part.name, Some(&object), 0);
                    found.map(|value| match (&value, &part.arguments) {
                        (Value::Function(callable), Some(arguments)) => {
                            let arguments = self.template_values(arguments, frame);
                            let changed = Callable { arguments, ..Callable::clone(callable) };
                            Value::Function(Rc::new(changed))
                        }
                        _ => value,
                    })
                }
                _ => None,
            };
            let slots = self.slots(arguments, frame);
            return match known {
                Some(Value::Function(callable)) => Slot::Value(self.apply(&callable, slots, site)),
                _ => Slot::Value(self.method(&held, &part.name, slots, site)),
            };
        }
        if let ExprKind::Name(path) = &callee.kind {
            return self.call_name(path, callee, arguments, site, frame);
        }
        let function = self.eval(callee, frame);
        let slots = self.slots(arguments, frame);
        self.call_value(&function, "", slots, site)
    }

    fn call_name(
        &mut self,
        path: &Path,
        callee: &Expr,
        arguments: &[Expr],
        site: Site,
        frame: &Rc<Frame>,
    ) -> Slot {
        let name = path.last();
        // `fmaf(a, b, c)` may be a step of a product of matrices.
        if matches!(name, "fmaf" | "fma" | "__fmaf_rn" | "__fma_rn" | "__hfma" | "__hfma2")
            && let [a, b, acc] = arguments
            && self.in_kernel()
        {
            let place = self.place(acc, frame);
            if let Place::Local(..) = place {
                return Slot::Value(self.accumulate_product(&place, a, b, site, frame));
            }
        }
        let own = match self.path(path, frame, site) {
            Some(Slot::Value(value)) => Some(value),
            Some(Slot::Place(place)) => Some(match self.read(&place, site) {
                Value::Node(_) | Value::Known(..) => Value::View(place),
                value => value,
            }),
            None => None,
        };
        let slots = self.slots(arguments, frame);
        // What is known by name is not looked into, however a source spells it.
        let is_known = matches!(api::meaning(name), Some(api::Meaning::Special("convert")));
        if let Some(value) = own.filter(|_| !is_known) {
            return self.call_value(&value, name, slots, site);
        }
        let part = path.parts.last();
        let template = part.and_then(|part| part.arguments.clone());
        let template = template.map_or(Vec::new(), |all| self.template_values(&all, frame));
        let _ = callee;
        Slot::Value(self.library(name, &template, slots, site))
    }

    pub(crate) fn slots(&mut self, arguments: &[Expr], frame: &Rc<Frame>) -> Vec<Slot> {
        arguments
            .iter()
            .map(|argument| match &argument.kind {
                ExprKind::Name(_)
                | ExprKind::Index(..)
                | ExprKind::Member(..)
                | ExprKind::Deref(_) => {
                    let slot = self.slot(argument, frame);
                    if let Slot::Place(place @ Place::Local(..)) = &slot {
                        // What an argument varies with matters also where it is only handed on.
                        self.read(place, argument.site);
                    }
                    slot
                }
                _ => Slot::Value(self.eval(argument, frame)),
            })
            .collect()
    }

    pub(crate) fn value_of(&mut self, slot: &Slot, site: Site) -> Value {
        match slot {
            Slot::Value(value) => value.clone(),
            Slot::Place(place) => self.read(place, site),
        }
    }

    fn call_value(&mut self, value: &Value, name: &str, slots: Vec<Slot>, site: Site) -> Slot {
        match value {
            Value::Function(callable) => {
                if callable.functions.iter().any(|one| one.body.is_some()) {
                    return Slot::Value(self.apply(callable, slots, site));
                }
                let arguments = callable.arguments.clone();
                Slot::Value(self.library(name, &arguments, slots, site))
            }
            Value::Type(of) => {
                // A class, an alias of a type, or an object of a type of a library.
                let values: Vec<Value> =
                    slots.iter().map(|slot| self.value_of(slot, site)).collect();
                Slot::Value(self.make(of, values, site))
            }
            Value::Object(object) => {
                let object = Rc::clone(object);
                match self.member_of(&object.of, "operator()", Some(&object), 0) {
                    Some(Value::Function(callable)) => {
                        Slot::Value(self.apply(&callable, slots, site))
                    }
                    _ => Slot::Value(self.opaque(name, slots, site)),
                }
            }
            // An element of a tensor.
            Value::View(place) => {
                let indices: Vec<Value> =
                    slots.iter().map(|slot| self.value_of(slot, site)).collect();
                let of = Slot::Value(Value::View(place.clone()));
                match self.indexed(of, &indices, site) {
                    // A slice is a tensor itself.
                    Slot::Place(place) if self.has_free_axis(&indices) => {
                        Slot::Value(Value::View(place))
                    }
                    slot => slot,
                }
            }
            Value::Choice(choice) => {
                let name = name.to_owned();
                Slot::Value(self.each_way(choice, site, |machine, way| {
                    let slot = machine.call_value(way, &name, slots.clone(), site);
                    machine.value_of(&slot, site)
                }))
            }
            _ => Slot::Value(self.opaque(name, slots, site)),
        }
    }

    fn has_free_axis(&self, indices: &[Value]) -> bool {
        indices.iter().any(|index| matches!(index, Value::Nothing | Value::Type(_)))
    }

    /// Runs a function of the source.
    pub(crate) fn apply(&mut self, callable: &Callable, slots: Vec<Slot>, site: Site) -> Value {
        let Some(function) = self.fitting(callable, &slots) else {
            let name = callable.functions.first().map_or(String::new(), |one| one.name.clone());
            return self.library(&name, &callable.arguments, slots, site);
        };
        let again = self.calls.iter().filter(|call| **call == function.site).count();
        // A macro may write the same lambda within itself.
        let repeats = again >= 6 && function.name != "lambda";
        if self.calls.len() >= CALLS || repeats || !self.step(site) {
            self.graph.gap(format!("{} is not followed further", function.name), site);
            return self.unknown(site);
        }
        self.reached.insert(function.site);
        let outer = &callable.frame;
        let frame = Rc::new(Frame {
            outer: Some(Rc::clone(outer)),
            this: callable.this.clone().or_else(|| outer.this.clone()),
            file: outer.file,
            ..Frame::default()
        });
        self.bind_template(&function, &callable.arguments, &slots, &frame);
        self.bind(&function, slots, &frame, site);
        self.run_body(&function, &frame, site)
    }

    pub(crate) fn run_body(
        &mut self,
        function: &Rc<Function>,
        frame: &Rc<Frame>,
        site: Site,
    ) -> Value {
        let depth = self.graph.conditions.len();
        self.calls.push(function.site);
        self.returns.push(Vec::new());
        self.depths.push(depth);
        for (name, values) in &function.sets {
            let target = Expr {
                kind: ExprKind::Name(Path {
                    parts: vec![crate::ast::Part { name: name.clone(), arguments: None }],
                }),
                site,
            };
            if let Some(value) = values.first() {
                let value = self.eval(value, frame);
                let place = match frame
                    .this
                    .as_ref()
                    .and_then(|this| this.fields.borrow().get(name).copied())
                {
                    Some(loc) => Place::Local(loc, Vec::new()),
                    None => self.place(&target, frame),
                };
                self.write(&place, value, site);
            }
        }
        let body = function.body.as_deref().unwrap_or(&[]);
        self.block(body, frame);
        let ended = self.graph.conditions.split_off(depth.min(self.graph.conditions.len()));
        self.depths.pop();
        self.calls.pop();
        let returns = self.returns.pop().unwrap_or_default();
        self.returned(returns, &ended, site)
    }

    /// One value for all returns: which one depends on their conditions.
    fn returned(
        &mut self,
        mut returns: Vec<(Value, Vec<Condition>)>,
        _ended: &[Condition],
        site: Site,
    ) -> Value {
        let Some((mut value, _)) = returns.pop() else { return Value::Nothing };
        for (earlier, under) in returns.into_iter().rev() {
            value = match self.graph.all_of(&under, site) {
                Some(condition) => self.choose(condition, earlier, value, site),
                None => earlier,
            };
        }
        value
    }

    /// The function of several of one name that arguments fit.
    fn fitting(&mut self, callable: &Callable, slots: &[Slot]) -> Option<Rc<Function>> {
        let fits = |function: &&Rc<Function>| {
            let needed = function.parameters.iter().filter(|one| one.default.is_none()).count();
            function.body.is_some() && (needed..=function.parameters.len()).contains(&slots.len())
        };
        let all: Vec<Rc<Function>> = callable.functions.iter().filter(fits).cloned().collect();
        // A specialization for these arguments comes first.
        for function in all.iter().filter(|one| one.special.is_some()).take(50) {
            let Some(special) = &function.special else { continue };
            let special = self.template_values(special, &callable.frame);
            let same = special.len() <= callable.arguments.len()
                && special.iter().zip(&callable.arguments).all(|(a, b)| a.same(b));
            if same && !special.is_empty() {
                return Some(Rc::clone(function));
            }
        }
        let general = all.iter().find(|one| one.special.is_none()).cloned();
        general.or_else(|| all.first().cloned())
    }

    /// Gives the parameters of a template their values.
    pub(crate) fn bind_template(
        &mut self,
        function: &Function,
        arguments: &[Value],
        slots: &[Slot],
        frame: &Rc<Frame>,
    ) {
        let mut arguments = arguments.iter().cloned();
        for parameter in &function.template {
            let value = arguments.next();
            let value = match (value, &parameter.default) {
                (Some(value), _) => value,
                (None, Some(default)) => {
                    let values = self.template_values(std::slice::from_ref(default), frame);
                    values.into_iter().next().unwrap_or(Value::Nothing)
                }
                (None, None) if parameter.of.is_some() => self.unknown(parameter.site),
                (None, None) => Value::Type(self.deduced(function, &parameter.name, slots)),
            };
            if !parameter.name.is_empty() {
                frame.set(&parameter.name, Slot::Value(value));
            }
        }
    }

    /// The type that arguments give to a parameter of a template.
    fn deduced(&mut self, function: &Function, name: &str, slots: &[Slot]) -> Rc<Type> {
        let at = function.parameters.iter().position(|parameter| {
            let path = parameter.of.path.as_ref();
            path.is_some_and(|path| path.parts.len() == 1 && path.last() == name)
        });
        match at.and_then(|at| slots.get(at)) {
            Some(Slot::Value(Value::Object(object))) => {
                Rc::new(Type { kind: TypeKind::Class(Rc::clone(&object.of)), pointer: false })
            }
            Some(Slot::Value(Value::Type(of))) => Rc::clone(of),
            Some(Slot::Place(Place::Local(loc, _))) => {
                let cell = self.memory.get(loc.0 as usize);
                match cell.map(|cell| (&cell.value, cell.dtype)) {
                    Some((Value::Object(object), _)) => Rc::new(Type {
                        kind: TypeKind::Class(Rc::clone(&object.of)),
                        pointer: false,
                    }),
                    Some((Value::Type(of), _)) => Rc::clone(of),
                    Some((_, Some(dtype))) => Rc::new(Type::scalar(dtype)),
                    _ => Rc::new(Type::named(name, Vec::new())),
                }
            }
            _ => Rc::new(Type::named(name, Vec::new())),
        }
    }

    fn bind(&mut self, function: &Function, slots: Vec<Slot>, frame: &Rc<Frame>, site: Site) {
        let mut slots = slots.into_iter();
        for parameter in &function.parameters {
            let slot = match (slots.next(), &parameter.default) {
                (Some(slot), _) => slot,
                (None, Some(default)) => Slot::Value(self.eval(default, frame)),
                (None, None) => Slot::Value(self.unknown(site)),
            };
            if parameter.name.is_empty() {
                continue;
            }
            if parameter.of.reference
                && let Slot::Place(place) = &slot
            {
                frame.set(&parameter.name, Slot::Place(place.clone()));
                continue;
            }
            let before = self.touched.clone();
            self.touched.clear();
            let value = self.value_of(&slot, site);
            let of = self.type_of(&parameter.of, frame);
            self.integer(&value, &of);
            let loc = self.new_cell(value, Some(&of));
            self.touched = before;
            if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
                cell.constant = parameter.of.constant && !parameter.of.pointer;
            }
            frame.set(&parameter.name, Slot::Place(Place::Local(loc, Vec::new())));
        }
    }

    /// A call of which nothing is known, with what it is given. Functions among that are run once.
    pub(crate) fn opaque(&mut self, name: &str, slots: Vec<Slot>, site: Site) -> Value {
        let mut arguments = Vec::new();
        for (slot, label) in slots.iter().zip(POSITIONS) {
            let value = self.value_of(slot, site);
            if let Value::Function(callable) = &value {
                let inner = self.fitting_any(callable);
                if let Some(function) = inner {
                    let unknown = function.parameters.iter().map(|_| site).collect::<Vec<_>>();
                    let slots =
                        unknown.into_iter().map(|site| Slot::Value(self.unknown(site))).collect();
                    let value = self.apply(callable, slots, site);
                    let node = self.as_node(&value, site);
                    arguments.push(given(label, node));
                }
                continue;
            }
            let node = self.as_node(&value, site);
            arguments.push(given(label, node));
        }
        let node = self.graph.named(Op::Call, name, arguments, site);
        if !self.in_kernel() || api::has_effect(name) {
            self.graph.effect(node);
        }
        Value::Node(node)
    }

    fn fitting_any(&self, callable: &Callable) -> Option<Rc<Function>> {
        // A kernel is launched, not called.
        let plain = callable.functions.iter().find(|one| one.body.is_some() && !one.is_kernel);
        plain.filter(|one| one.name == "lambda").cloned()
    }

    /// What a name stands for that the source does not define.
    pub(crate) fn library_name(&mut self, path: &Path, frame: &Rc<Frame>, site: Site) -> Value {
        let name = path.last();
        let plain = path.parts.len() == 1;
        if plain && let Some(value) = self.machine_name(name, site) {
            return value;
        }
        if let Some(constant) = api::constant(name) {
            return Value::Known(constant, site);
        }
        let arguments = path.parts.last().and_then(|part| part.arguments.clone());
        let arguments = arguments.map_or(Vec::new(), |all| self.template_values(&all, frame));
        let of = Type::named(name, arguments);
        if let Some(value) = self.value_of_type(&of) {
            return value;
        }
        if plain && name == "_" {
            return Value::Nothing;
        }
        if !self.in_kernel() {
            let known = self.graph.constant(Constant::Symbol(name.to_owned()), site);
            return Value::Node(known);
        }
        Value::Type(Rc::new(of))
    }
}
