//! Expressions.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use spak_program::{Constant, NodeId, Op, ParameterKind, Site, given};

use crate::ast::{Expr, ExprKind, Part, TypeExpr};
use crate::branch::Flow;
use crate::machine::Machine;
use crate::value::{
    Address, Callable, Frame, Instance, Loc, Object, Place, Slot, Type, TypeKind, Value,
};

/// Objects within objects that are made.
const OBJECTS: u32 = 12;

impl Machine {
    pub(crate) fn eval(&mut self, expr: &Expr, frame: &Rc<Frame>) -> Value {
        if !self.step(expr.site) {
            return Value::Nothing;
        }
        self.deeper(expr.site, |machine| machine.eval_kind(expr, frame)).unwrap_or(Value::Nothing)
    }

    fn eval_kind(&mut self, expr: &Expr, frame: &Rc<Frame>) -> Value {
        let site = expr.site;
        match &expr.kind {
            ExprKind::Known(constant) => Value::Known(constant.clone(), site),
            ExprKind::Name(_) | ExprKind::Index(..) | ExprKind::Member(..) | ExprKind::Deref(_) => {
                self.eval_place_or_value(expr, frame)
            }
            ExprKind::Unary(op, inner) => {
                let value = self.eval(inner, frame);
                self.unary(*op, &value, site)
            }
            ExprKind::Binary(op, left, right) => {
                let left = self.eval(left, frame);
                let right = self.eval(right, frame);
                self.binary(*op, left, right, site)
            }
            ExprKind::Both(first, second) => {
                self.eval(first, frame);
                self.eval(second, frame)
            }
            ExprKind::Assign(op, target, value) => self.assign(*op, target, value, site, frame),
            ExprKind::Update(by, target) => {
                let place = self.place(target, frame);
                let old = self.read(&place, site);
                let one = Value::Known(Constant::Int(by.abs()), site);
                let op = if *by < 0 { Op::Sub } else { Op::Add };
                let new = self.binary(op, old, one, site);
                self.write(&place, new.clone(), site);
                new
            }
            ExprKind::Conditional(condition, then, otherwise) => {
                self.conditional_expression(condition, [then, otherwise], site, frame)
            }
            ExprKind::Call(callee, arguments) => {
                let slot = self.call_expression(callee, arguments, site, frame);
                self.value_of(&slot, site)
            }
            ExprKind::Launch(callee, how, arguments) => {
                self.launch_expression(callee, how, arguments, site, frame);
                Value::Nothing
            }
            ExprKind::Cast(of, inner) => self.cast_expression(of, inner, site, frame),
            ExprKind::Make(of, arguments) => {
                let of = self.type_of(of, frame);
                let arguments = arguments.iter().map(|one| self.eval(one, frame)).collect();
                self.make(&of, arguments, site)
            }
            ExprKind::List(items) => {
                let items: Vec<Value> = items.iter().map(|item| self.eval(item, frame)).collect();
                Value::Tuple(items.into())
            }
            ExprKind::Lambda(function) => Value::Function(Rc::new(Callable {
                functions: vec![Rc::clone(function)],
                frame: Rc::clone(frame),
                this: frame.this.clone(),
                arguments: Vec::new(),
                kernel: None,
            })),
            ExprKind::AddressOf(inner) => self.address_of(inner, frame),
            ExprKind::SizeOf(of) => {
                let of = of.as_ref().map(|of| self.type_of(of, frame));
                match of.and_then(|of| self.bytes_of(&of)) {
                    Some(bytes) => Value::Known(Constant::Int(bytes), site),
                    None => {
                        let node = self.graph.named(Op::Call, "sizeof", Vec::new(), site);
                        self.integers.insert(node);
                        Value::Node(node)
                    }
                }
            }
            ExprKind::Type(of) => Value::Type(self.type_of(of, frame)),
            ExprKind::Asm(code, outputs, inputs) => {
                self.assembly(code, outputs, inputs, site, frame);
                Value::Nothing
            }
            ExprKind::Unknown(inner) => {
                let last = inner.iter().map(|one| self.eval(one, frame)).last();
                match last {
                    Some(value) if inner.len() == 1 => value,
                    _ => self.unknown(site),
                }
            }
        }
    }

    fn eval_place_or_value(&mut self, expr: &Expr, frame: &Rc<Frame>) -> Value {
        match self.slot(expr, frame) {
            Slot::Value(value) => value,
            Slot::Place(Place::Local(loc, indices)) if self.is_row(loc, indices.len()) => {
                Value::View(Place::Local(loc, indices))
            }
            Slot::Place(place) => self.read(&place, expr.site),
        }
    }

    /// Whether some indices of an array are still to come.
    fn is_row(&self, loc: Loc, indices: usize) -> bool {
        let rank = self.memory.get(loc.0 as usize).map_or(0, |cell| cell.rank);
        indices > 0 && indices < rank
    }

    pub(crate) fn eval_name(&mut self, name: &str, frame: &Rc<Frame>, site: Site) -> Option<Value> {
        match self.find(name, frame)? {
            Slot::Value(value) => Some(value),
            Slot::Place(place) => Some(self.read(&place, site)),
        }
    }

    /// The place that an expression names; what is none is a new one.
    pub(crate) fn place(&mut self, expr: &Expr, frame: &Rc<Frame>) -> Place {
        match self.slot(expr, frame) {
            Slot::Place(place) => place,
            Slot::Value(Value::View(place)) => place,
            Slot::Value(_) => Place::Unknown,
        }
    }

    /// What an expression stands for: a place where there is one.
    pub(crate) fn slot(&mut self, expr: &Expr, frame: &Rc<Frame>) -> Slot {
        let site = expr.site;
        if !self.step(site) {
            return Slot::Value(Value::Nothing);
        }
        match &expr.kind {
            ExprKind::Name(path) => {
                if path.parts.len() == 1 && path.last() == "this" {
                    let this = frame.this.clone();
                    return Slot::Value(this.map_or(Value::Nothing, Value::Object));
                }
                match self.path(path, frame, site) {
                    Some(found) => found,
                    None => Slot::Value(self.library_name(path, frame, site)),
                }
            }
            ExprKind::Index(of, indices) => {
                let of = self.slot(of, frame);
                let indices: Vec<Value> =
                    indices.iter().map(|index| self.eval(index, frame)).collect();
                self.indexed(of, &indices, site)
            }
            ExprKind::Deref(inner) => {
                let of = self.slot(inner, frame);
                self.indexed(of, &[], site)
            }
            ExprKind::Member(of, part) => {
                if let ExprKind::Name(path) = &of.kind
                    && let Some(axis) = self.axis(path, &part.name, frame, site)
                {
                    return Slot::Value(Value::Node(axis));
                }
                let of = self.slot(of, frame);
                self.member(of, part, frame, site)
            }
            ExprKind::Call(callee, arguments) => {
                self.call_expression(callee, arguments, site, frame)
            }
            ExprKind::Assign(_, target, _) | ExprKind::Update(_, target) => {
                self.eval(expr, frame);
                self.slot(target, frame)
            }
            _ => Slot::Value(self.eval(expr, frame)),
        }
    }

    /// An element of an array, of a tuple, or of what a pointer points to.
    pub(crate) fn indexed(&mut self, of: Slot, indices: &[Value], site: Site) -> Slot {
        let of = match of {
            Slot::Place(place @ Place::Local(..)) => {
                let before = self.touched.clone();
                let value = self.read(&place, site);
                self.touched = before;
                match value {
                    // A variable that is no pointer: an array whose elements it stands for.
                    Value::Node(node) if self.is_pointer(node, 0) => Value::Node(node),
                    Value::Node(_) | Value::Known(..) | Value::Nothing => {
                        return Slot::Place(self.element(place, indices, site));
                    }
                    value => value,
                }
            }
            Slot::Place(place) => self.read(&place, site),
            Slot::Value(value) => value,
        };
        match of {
            Value::View(place) => Slot::Place(self.element(place, indices, site)),
            Value::Node(node) => {
                if !self.is_pointer(node, 0) && !indices.is_empty() {
                    let index = indices.first().cloned().unwrap_or(Value::Nothing);
                    let index = self.as_node(&index, site);
                    let arguments = vec![given("of", node), given("index", index)];
                    return Slot::Value(Value::Node(self.graph.node(Op::Item, arguments, site)));
                }
                let address = Address { pointer: node, shape: None, width: None };
                Slot::Place(self.element(Place::Global(address), indices, site))
            }
            Value::Tuple(items) => {
                let at = indices.first().and_then(Value::int).unwrap_or(0);
                let item = usize::try_from(at).ok().and_then(|at| items.get(at)).cloned();
                Slot::Value(item.unwrap_or(Value::Nothing))
            }
            Value::Choice(choice) => {
                let indices = indices.to_vec();
                Slot::Value(self.each_way(&choice, site, |machine, way| {
                    match machine.indexed(Slot::Value(way.clone()), &indices, site) {
                        Slot::Value(value) => value,
                        Slot::Place(place) => machine.read(&place, site),
                    }
                }))
            }
            other => Slot::Value(other),
        }
    }

    fn element(&mut self, place: Place, indices: &[Value], site: Site) -> Place {
        let nodes: Vec<NodeId> = indices
            .iter()
            .filter(|index| !matches!(index, Value::Nothing | Value::Type(_)))
            .map(|index| self.as_node(index, site))
            .collect();
        match place {
            Place::Local(loc, mut own) => {
                own.extend(nodes);
                Place::Local(loc, own)
            }
            Place::Global(mut address) => {
                for node in nodes {
                    address.pointer = self.offset(Op::Add, address.pointer, node, site);
                }
                Place::Global(address)
            }
            Place::Unknown => Place::Unknown,
        }
    }

    fn member(&mut self, of: Slot, part: &Part, frame: &Rc<Frame>, site: Site) -> Slot {
        let value = match &of {
            Slot::Place(place @ Place::Local(..)) => self.read(place, site),
            Slot::Place(place) => {
                // A part of what several numbers stand for.
                return Slot::Place(place.clone());
            }
            Slot::Value(value) => value.clone(),
        };
        match value {
            Value::Object(object) => self.member_of_object(&object, part, frame, site),
            Value::Node(node) => {
                let is_one_of_several =
                    matches!(part.name.as_str(), "x" | "y" | "z" | "w" | "s0" | "s1" | "val");
                if is_one_of_several && self.op(node) != Op::Parameter {
                    return match of {
                        Slot::Place(place) => Slot::Place(place),
                        Slot::Value(value) => Slot::Value(value),
                    };
                }
                Slot::Value(self.field(node, &part.name, site))
            }
            Value::Known(..) => of,
            Value::Tuple(items) => {
                let at = ["x", "y", "z"].iter().position(|name| *name == part.name);
                let item = at.and_then(|at| items.get(at)).cloned();
                Slot::Value(item.unwrap_or(Value::Nothing))
            }
            Value::View(place) => match &place {
                Place::Local(..) if part.name.len() == 1 => Slot::Place(place),
                Place::Global(address) => {
                    let pointer = self.resolved(address.pointer);
                    Slot::Value(self.field(pointer, &part.name, site))
                }
                _ => Slot::Value(Value::View(place)),
            },
            Value::Type(of) => {
                let member = self.member_of_type(&of, part, frame, site);
                Slot::Value(member.unwrap_or(Value::Nothing))
            }
            _ => Slot::Value(self.unknown(site)),
        }
    }

    fn member_of_object(
        &mut self,
        object: &Rc<Object>,
        part: &Part,
        frame: &Rc<Frame>,
        site: Site,
    ) -> Slot {
        if let Some(loc) = object.fields.borrow().get(&part.name) {
            return Slot::Place(Place::Local(*loc, Vec::new()));
        }
        let found = self.member_of(&object.of, &part.name, Some(object), 0);
        match (found, &part.arguments) {
            (Some(Value::Function(callable)), Some(arguments)) => {
                let arguments = self.template_values(arguments, frame);
                let changed = Callable { arguments, ..Callable::clone(&callable) };
                Slot::Value(Value::Function(Rc::new(changed)))
            }
            (Some(value), _) => Slot::Value(value),
            (None, _) => Slot::Value(self.unknown(site)),
        }
    }

    /// A named part of something that is not known; parts of a parameter are parameters.
    fn field(&mut self, node: NodeId, name: &str, site: Site) -> Value {
        let scope = self.graph.scope;
        let owner = self.graph.program.node(node);
        let of_parameter = owner.is_some_and(|node| node.op == Op::Parameter);
        let is_pointer =
            name.ends_with("ptr") || name.starts_with("ptr_") || name.ends_with("_ptrs");
        if !of_parameter {
            let key = format!("{}.{name}", node.0);
            if let Some(known) = self.once.get(&key) {
                return Value::Node(*known);
            }
            let found = self.graph.named(Op::Field, name, vec![given("of", node)], site);
            if is_pointer {
                self.pointers.insert(found);
            }
            return Value::Node(found);
        }
        let owner = owner.and_then(|node| node.name()).unwrap_or("").to_owned();
        let full = format!("{owner}.{name}");
        let found = self.once(&full, |machine| {
            let found = machine.graph.named(Op::Parameter, &full, Vec::new(), site);
            machine.add_parameter(scope, &full, ParameterKind::Runtime, found, site);
            found
        });
        if is_pointer {
            self.pointers.insert(found);
        }
        Value::Node(found)
    }

    fn address_of(&mut self, inner: &Expr, frame: &Rc<Frame>) -> Value {
        match self.slot(inner, frame) {
            Slot::Place(place) => match &place {
                Place::Local(loc, indices) if indices.is_empty() => {
                    // The address of an object or of an array is what it is.
                    let held = self.memory.get(loc.0 as usize).map(|cell| cell.value.clone());
                    match held {
                        Some(value @ (Value::Object(_) | Value::View(_))) => value,
                        _ => Value::View(place),
                    }
                }
                _ => Value::View(place),
            },
            Slot::Value(value) => value,
        }
    }

    fn assign(
        &mut self,
        op: Option<Op>,
        target: &Expr,
        value: &Expr,
        site: Site,
        frame: &Rc<Frame>,
    ) -> Value {
        let before = std::mem::take(&mut self.touched);
        let place = self.place(target, frame);
        let indices = std::mem::take(&mut self.touched);
        let new = match op {
            None => self.assigned(&place, value, frame),
            Some(op) => self.accumulate(op, &place, value, site, frame),
        };
        // Where it is written does not vary what is written.
        let of_value = std::mem::take(&mut self.touched);
        self.touched.clone_from(&of_value);
        self.write(&place, new.clone(), site);
        self.touched = before;
        self.touched.extend(of_value);
        self.touched.extend(indices);
        new
    }

    /// `a = a + b * c` is `a += b * c`.
    fn assigned(&mut self, place: &Place, value: &Expr, frame: &Rc<Frame>) -> Value {
        if let ExprKind::Binary(Op::Add, left, right) = &value.kind
            && let (ExprKind::Index(..) | ExprKind::Name(_), ExprKind::Binary(Op::Mul, ..)) =
                (&left.kind, &right.kind)
            && let Slot::Place(own) = self.slot(left, frame)
            && let (Place::Local(a, _), Place::Local(b, _)) = (place, &own)
            && a == b
        {
            return self.accumulate(Op::Add, place, right, value.site, frame);
        }
        self.eval(value, frame)
    }

    /// `a += b`. A sum of products whose sides vary with different things is a product of matrices.
    fn accumulate(
        &mut self,
        op: Op,
        place: &Place,
        value: &Expr,
        site: Site,
        frame: &Rc<Frame>,
    ) -> Value {
        if let (Op::Add, ExprKind::Binary(Op::Mul, left, right), true) =
            (op, &value.kind, self.in_kernel())
        {
            return self.accumulate_product(place, left, right, site, frame);
        }
        let old = self.read(place, site);
        self.touched.clear();
        let own = matches!(place, Place::Local(_, indices) if !indices.is_empty());
        let right = self.eval(value, frame);
        let is_step = own && matches!(&value.kind, ExprKind::Index(..)) && old.same(&right);
        if is_step && let (Op::Add, Value::Node(node)) = (op, &right) {
            // One element of an array is added to another of it: a step of a sum over the array.
            return Value::Node(self.reduce(Op::ReduceSum, *node, site));
        }
        self.binary(op, old, right, site)
    }

    pub(crate) fn accumulate_product(
        &mut self,
        place: &Place,
        left: &Expr,
        right: &Expr,
        site: Site,
        frame: &Rc<Frame>,
    ) -> Value {
        self.touched.clear();
        let a = self.eval(left, frame);
        let varies_a = std::mem::take(&mut self.touched);
        let b = self.eval(right, frame);
        let varies_b = std::mem::take(&mut self.touched);
        let old = self.read(place, site);
        self.touched = varies_a.union(&varies_b).copied().collect();
        let is_product = !self.turning.is_empty()
            && varies_a.difference(&varies_b).next().is_some()
            && varies_b.difference(&varies_a).next().is_some();
        if is_product {
            return self.product(&a, &b, &old, place, site);
        }
        let product = self.binary(Op::Mul, a, b, site);
        self.binary(Op::Add, old, product, site)
    }

    /// A product of matrices that is added to a place.
    pub(crate) fn product(
        &mut self,
        a: &Value,
        b: &Value,
        acc: &Value,
        place: &Place,
        site: Site,
    ) -> Value {
        let a = self.as_node(a, site);
        let b = self.as_node(b, site);
        let dtype = match place {
            Place::Local(loc, _) => self.memory.get(loc.0 as usize).and_then(|cell| cell.dtype),
            _ => None,
        };
        let acc = match (acc, dtype) {
            (Value::Known(constant, origin), Some(dtype)) => {
                let value = self.graph.constant(constant.clone(), *origin);
                let of = self.graph.constant(Constant::Dtype(dtype.to_owned()), *origin);
                let all = vec![given("value", value), given("dtype", of)];
                self.graph.node(Op::Full, all, *origin)
            }
            _ => self.as_node(acc, site),
        };
        let arguments = vec![given("a", a), given("b", b), given("acc", acc)];
        Value::Node(self.graph.node(Op::Mma, arguments, site))
    }

    fn conditional_expression(
        &mut self,
        condition: &Expr,
        ways: [&Expr; 2],
        site: Site,
        frame: &Rc<Frame>,
    ) -> Value {
        let [then, otherwise] = ways;
        let value = self.eval(condition, frame);
        match self.truth(&value) {
            Some(true) => return self.eval(then, frame),
            Some(false) => return self.eval(otherwise, frame),
            None => {}
        }
        let condition = self.as_node(&value, site);
        let mut made = Vec::new();
        self.both(condition, site, |machine, first| {
            made.push(machine.eval(if first { then } else { otherwise }, frame));
            Flow::Next
        });
        let second = made.pop().unwrap_or(Value::Nothing);
        let first = made.pop().unwrap_or(Value::Nothing);
        self.choose(condition, first, second, site)
    }

    fn cast_expression(
        &mut self,
        of: &TypeExpr,
        inner: &Expr,
        site: Site,
        frame: &Rc<Frame>,
    ) -> Value {
        let to = self.type_of(of, frame);
        if of.pointer || of.reference || to.pointer {
            let value = match self.slot(inner, frame) {
                Slot::Place(place @ Place::Local(..)) => {
                    let held = self.read(&place, site);
                    match held {
                        Value::View(_) => held,
                        Value::Node(node) if self.is_pointer(node, 0) || to.pointer => {
                            Value::Node(node)
                        }
                        _ => Value::View(place),
                    }
                }
                Slot::Place(place) => Value::View(place),
                Slot::Value(value) => value,
            };
            return self.pointer_to(&to, value, site);
        }
        let value = self.eval(inner, frame);
        match to.dtype() {
            Some(dtype) => self.cast(&value, dtype, site),
            None => match (&to.kind, &value) {
                (TypeKind::Named(name, _), Value::Node(node))
                    if self.in_kernel() && !name.contains("ptr") =>
                {
                    let name = Constant::Symbol(name.clone());
                    let dtype = self.graph.constant(name, site);
                    let arguments = vec![given("a", *node), given("dtype", dtype)];
                    Value::Node(self.graph.node(Op::Cast, arguments, site))
                }
                _ => value,
            },
        }
    }

    /// A value as a pointer to a type.
    fn pointer_to(&mut self, to: &Type, value: Value, site: Site) -> Value {
        let width = match to.kind {
            TypeKind::Vector(_, count) => Some(self.graph.constant(Constant::Int(count), site)),
            _ => None,
        };
        match value {
            Value::Node(node) => {
                self.pointers.insert(node);
                match width {
                    Some(_) => {
                        let address = Address { pointer: node, shape: None, width };
                        Value::View(Place::Global(address))
                    }
                    None => Value::Node(node),
                }
            }
            Value::View(Place::Global(address)) => {
                let width = width.or(address.width);
                Value::View(Place::Global(Address { width, ..address }))
            }
            other => other,
        }
    }

    /// `T(a)`, `T{a}`
    pub(crate) fn make(&mut self, of: &Rc<Type>, arguments: Vec<Value>, site: Site) -> Value {
        if let Some(value) = self.value_of_type(of) {
            return value;
        }
        match &of.kind {
            TypeKind::Class(instance) => {
                let instance = Rc::clone(instance);
                self.construct(&instance, arguments, site)
            }
            TypeKind::Scalar(dtype) => match arguments.into_iter().next() {
                Some(value) => self.cast(&value, dtype, site),
                None => Value::Known(Constant::Int(0), site),
            },
            TypeKind::Named(name, _) if name == "dim3" => Value::Tuple(arguments.into()),
            TypeKind::Named(name, _) if name == "Shape" || name == "Coord" => {
                Value::Tuple(arguments.into())
            }
            _ => match <[Value; 1]>::try_from(arguments) {
                Ok([one]) => one,
                Err(several) if !several.is_empty() => Value::Tuple(several.into()),
                Err(_) => Value::Type(Rc::clone(of)),
            },
        }
    }

    pub(crate) fn construct(
        &mut self,
        of: &Rc<Instance>,
        arguments: Vec<Value>,
        site: Site,
    ) -> Value {
        let object = Rc::new(Object { of: Rc::clone(of), fields: RefCell::new(BTreeMap::new()) });
        // Where namespaces are not told apart, a class may seem to have itself as a field.
        if self.constructing >= OBJECTS || !self.step(site) {
            self.graph.gap(format!("fields of {} are not followed further", of.class.name), site);
            return Value::Object(object);
        }
        self.constructing += 1;
        self.add_fields(&object, of, 0);
        self.constructing -= 1;
        let constructor = of
            .class
            .functions
            .iter()
            .find(|one| one.name == of.class.name && one.parameters.len() == arguments.len())
            .cloned();
        match constructor {
            Some(function) => {
                let callable = Callable {
                    functions: vec![function],
                    frame: Rc::clone(&of.frame),
                    this: Some(Rc::clone(&object)),
                    arguments: Vec::new(),
                    kernel: None,
                };
                let arguments = arguments.into_iter().map(Slot::Value).collect();
                self.apply(&callable, arguments, site);
            }
            None => {
                // Members are set in order.
                let names: Vec<String> = of
                    .class
                    .fields
                    .iter()
                    .filter(|field| !field.is_static)
                    .flat_map(|field| field.names.iter().cloned())
                    .collect();
                for (name, value) in names.iter().zip(arguments) {
                    let loc = object.fields.borrow().get(name).copied();
                    if let Some(loc) = loc {
                        self.write(&Place::Local(loc, Vec::new()), value, site);
                    }
                }
            }
        }
        Value::Object(object)
    }

    fn add_fields(&mut self, object: &Rc<Object>, of: &Rc<Instance>, depth: u32) {
        if depth > 8 {
            return;
        }
        for base in of.class.bases.iter().take(8) {
            if let TypeKind::Class(inner) = &self.type_of(base, &of.frame).kind {
                self.add_fields(object, inner, depth + 1);
            }
        }
        for field in of.class.fields.iter().filter(|field| !field.is_static) {
            for name in &field.names {
                let loc = self.variable(field, &of.frame);
                object.fields.borrow_mut().insert(name.clone(), loc);
            }
        }
    }
}
