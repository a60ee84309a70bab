//! Expressions.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{self as ast, BoolOp, Expr, Number, UnaryOp};
use spak_program::{Constant, Op, Site, given};

use crate::api::{Meaning, TABLES};
use crate::frame::Frame;
use crate::machine::Machine;
use crate::value::{Arguments, Code, Dict, List, Value};

impl<'a> Machine<'a> {
    pub(crate) fn eval(&mut self, expression: &'a Expr, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let site = self.site(expression);
        if !self.step() {
            return self.unknown(site);
        }
        match expression {
            Expr::NumberLiteral(literal) => self.number_literal(&literal.value, site),
            Expr::StringLiteral(literal) => {
                Value::Constant(Constant::Text(literal.value.to_str().to_owned()), site)
            }
            Expr::BooleanLiteral(literal) => Value::Constant(Constant::Bool(literal.value), site),
            Expr::NoneLiteral(_) => Value::Constant(Constant::None, site),
            Expr::EllipsisLiteral(_) => {
                Value::Constant(Constant::Symbol("ellipsis".to_owned()), site)
            }
            Expr::Name(name) => {
                let value = self.lookup(name.id.as_str(), frame, site);
                if let Value::Node(node) = &value
                    && !self.in_kernel()
                {
                    self.uses.insert(*node, site);
                }
                value
            }
            Expr::Attribute(attribute) => {
                let object = self.eval(&attribute.value, frame);
                self.field(&object, attribute.attr.as_str(), site)
            }
            Expr::Subscript(subscript) => {
                let object = self.eval(&subscript.value, frame);
                let index = self.eval(&subscript.slice, frame);
                self.index(&object, &index, site)
            }
            Expr::Slice(slice) => {
                let mut part =
                    |part: &'a Option<Box<Expr>>| part.as_ref().map(|part| self.eval(part, frame));
                Value::Slice(Rc::new([part(&slice.lower), part(&slice.upper), part(&slice.step)]))
            }
            Expr::Call(call) => self.call_expression(call, frame),
            Expr::BinOp(operation) => {
                let left = self.eval(&operation.left, frame);
                let right = self.eval(&operation.right, frame);
                self.binary(operation.op, left, right, site)
            }
            Expr::UnaryOp(operation) => {
                let operand = self.eval(&operation.operand, frame);
                self.unary(operation.op, operand, site)
            }
            Expr::Compare(comparison) => self.comparison(comparison, frame),
            Expr::BoolOp(operation) => self.connective(operation, frame),
            Expr::If(conditional) => self.conditional(conditional, frame),
            Expr::Lambda(lambda) => {
                Value::Function(Rc::new(self.function("lambda", Code::Lambda(lambda), frame, site)))
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) => {
                let items = self.spread(elts, frame);
                match items {
                    Some(items) => {
                        self.note_tuple(&items, site);
                        Value::tuple(items)
                    }
                    None => self.unknown(site),
                }
            }
            Expr::List(ast::ExprList { elts, .. }) | Expr::Set(ast::ExprSet { elts, .. }) => {
                match self.spread(elts, frame) {
                    Some(items) => Value::list(items),
                    None => open_list(),
                }
            }
            Expr::Dict(dict) => self.dict(dict, frame),
            Expr::ListComp(ast::ExprListComp { elt, generators, .. })
            | Expr::SetComp(ast::ExprSetComp { elt, generators, .. })
            | Expr::Generator(ast::ExprGenerator { elt, generators, .. }) => {
                self.comprehension(elt, generators, frame)
            }
            Expr::DictComp(comprehension) => self.dict_comprehension(comprehension, frame),
            Expr::Named(named) => {
                let value = self.eval(&named.value, frame);
                self.assign(&named.target, value.clone(), frame);
                value
            }
            Expr::Yield(statement) => {
                let value = match &statement.value {
                    Some(value) => self.eval(value, frame),
                    None => self.none(site),
                };
                self.give(vec![(value, Vec::new())], frame, site)
            }
            Expr::YieldFrom(statement) => {
                let value = self.eval(&statement.value, frame);
                let items = self.items(&value).unwrap_or_default();
                self.give(items, frame, site)
            }
            Expr::Starred(starred) => self.eval(&starred.value, frame),
            Expr::Await(expression) => self.eval(&expression.value, frame),
            Expr::FString(_) | Expr::TString(_) | Expr::BytesLiteral(_) => self.unknown(site),
            Expr::IpyEscapeCommand(_) => self.unknown(site),
        }
    }

    /// What a generator gives next, under what stands around it.
    fn give(
        &mut self,
        items: Vec<(Value<'a>, Vec<spak_program::Condition>)>,
        frame: &Rc<Frame<'a>>,
        site: Site,
    ) -> Value<'a> {
        let here = self.since(frame);
        for (item, conditions) in items {
            let conditions = here.iter().copied().chain(conditions).collect();
            frame.yields.borrow_mut().push((item, conditions));
        }
        self.none(site)
    }

    fn number_literal(&mut self, number: &Number, site: Site) -> Value<'a> {
        let value = match number {
            Number::Int(value) => value.as_i64().map(Constant::Int),
            Number::Float(value) => Some(Constant::Float(*value)),
            Number::Complex { .. } => None,
        };
        match value {
            Some(value) => Value::Constant(value, site),
            None => self.unknown(site),
        }
    }

    fn lookup(&mut self, name: &str, frame: &Rc<Frame<'a>>, site: Site) -> Value<'a> {
        match frame.get(name) {
            Some(value) => value,
            None => self.resolve(name, site),
        }
    }

    /// Elements of a display, with starred ones spread; `None` if one is not known.
    fn spread(&mut self, parts: &'a [Expr], frame: &Rc<Frame<'a>>) -> Option<Vec<Value<'a>>> {
        let mut items = Vec::new();
        for part in parts {
            let value = self.eval(part, frame);
            if part.is_starred_expr() {
                items.extend(self.elements(&value)?);
            } else {
                items.push(value);
            }
        }
        Some(items)
    }

    fn dict(&mut self, written: &'a ast::ExprDict, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let mut dict = Dict { depth: self.graph.conditions.len(), ..Dict::default() };
        for item in &written.items {
            match &item.key {
                Some(key) => {
                    let key = self.eval(key, frame);
                    let value = self.eval(&item.value, frame);
                    dict.items.push((key, value));
                }
                None => match self.eval(&item.value, frame) {
                    Value::Dict(other) => dict.items.extend(other.borrow().items.iter().cloned()),
                    _ => dict.open = true,
                },
            }
        }
        Value::Dict(Rc::new(RefCell::new(dict)))
    }

    fn conditional(&mut self, written: &'a ast::ExprIf, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let site = self.site(written);
        let test = self.eval(&written.test, frame);
        match self.truth(&test) {
            Some(true) => self.eval(&written.body, frame),
            Some(false) => self.eval(&written.orelse, frame),
            None => {
                let condition = self.as_node(&test, site);
                let depth = self.graph.conditions.len();
                self.graph
                    .conditions
                    .push(spak_program::Condition { value: condition, holds: true });
                let then = self.eval(&written.body, frame);
                self.graph.conditions.truncate(depth);
                self.graph
                    .conditions
                    .push(spak_program::Condition { value: condition, holds: false });
                let otherwise = self.eval(&written.orelse, frame);
                self.graph.conditions.truncate(depth);
                self.choose(condition, then, otherwise, site)
            }
        }
    }

    /// `and` and `or`: what is decided from the left on is not looked at further.
    fn connective(&mut self, written: &'a ast::ExprBoolOp, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let site = self.site(written);
        let ends = written.op == BoolOp::Or;
        let mut all: Option<Value<'a>> = None;
        for part in &written.values {
            let value = self.eval(part, frame);
            let truth = self.truth(&value);
            if truth == Some(ends) {
                // Only what stands before it can decide otherwise.
                return match all {
                    None => value,
                    Some(before) => self.connect(written.op, before, value, site),
                };
            }
            if truth.is_none() {
                all = Some(match all {
                    None => value,
                    Some(before) => self.connect(written.op, before, value, site),
                });
            }
        }
        all.unwrap_or(Value::Constant(Constant::Bool(!ends), site))
    }

    fn connect(&mut self, op: BoolOp, left: Value<'a>, right: Value<'a>, site: Site) -> Value<'a> {
        let op = if op == BoolOp::And { Op::And } else { Op::Or };
        let left = self.as_node(&left, site);
        let right = self.as_node(&right, site);
        Value::Node(self.graph.node(op, vec![given("a", left), given("b", right)], site))
    }

    fn unary(&mut self, op: UnaryOp, operand: Value<'a>, site: Site) -> Value<'a> {
        match (op, &operand) {
            (UnaryOp::USub, Value::Constant(Constant::Int(value), _)) => {
                return match value.checked_neg() {
                    Some(value) => Value::Constant(Constant::Int(value), site),
                    None => self.unknown(site),
                };
            }
            (UnaryOp::USub, Value::Constant(Constant::Float(value), _)) => {
                return Value::Constant(Constant::Float(-value), site);
            }
            (UnaryOp::UAdd, _) => return operand,
            (UnaryOp::Not, _) => {
                if let Some(truth) = self.truth(&operand) {
                    return Value::Constant(Constant::Bool(!truth), site);
                }
            }
            _ => {}
        }
        let op = if op == UnaryOp::USub { Op::Neg } else { Op::Not };
        let operand = self.as_node(&operand, site);
        Value::Node(self.graph.node(op, vec![given("a", operand)], site))
    }

    fn call_expression(&mut self, call: &'a ast::ExprCall, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let site = self.site(call);
        // A method is called on its receiver at once: what is no method of a library is a field otherwise.
        if let Expr::Attribute(attribute) = &*call.func {
            let receiver = self.eval(&attribute.value, frame);
            let arguments = self.arguments(&call.arguments, frame);
            return self.call_method(&receiver, attribute.attr.as_str(), arguments, site);
        }
        let function = self.eval(&call.func, frame);
        let arguments = self.arguments(&call.arguments, frame);
        self.call(&function, arguments, site)
    }

    pub(crate) fn arguments(
        &mut self,
        written: &'a ast::Arguments,
        frame: &Rc<Frame<'a>>,
    ) -> Arguments<'a> {
        let mut arguments = Arguments::default();
        for part in &written.args {
            let value = self.eval(part, frame);
            if !part.is_starred_expr() {
                arguments.positional.push(value);
                continue;
            }
            match self.elements(&value) {
                Some(items) => arguments.positional.extend(items),
                None => arguments.open = true,
            }
        }
        for keyword in &written.keywords {
            let value = self.eval(&keyword.value, frame);
            match (&keyword.arg, value) {
                (Some(name), value) => {
                    arguments.written.push((name.to_string(), self.site(&keyword.value)));
                    arguments.named.push((name.to_string(), value));
                }
                (None, value) => self.spread_names(&value, &mut arguments),
            }
        }
        arguments
    }

    /// `**value`: entries of a dictionary, also of one that depends on a condition.
    fn spread_names(&mut self, value: &Value<'a>, arguments: &mut Arguments<'a>) {
        match value {
            Value::Dict(dict) => {
                let dict = dict.borrow();
                arguments.open |= dict.open;
                for (key, value) in &dict.items {
                    match key.text() {
                        Some(name) => arguments.named.push((name.to_owned(), value.clone())),
                        None => arguments.open = true,
                    }
                }
            }
            Value::Choice(choice) => {
                let (condition, then, otherwise) = &**choice;
                let (mut left, mut right) = (Arguments::default(), Arguments::default());
                self.spread_names(then, &mut left);
                self.spread_names(otherwise, &mut right);
                arguments.open |= left.open || right.open;
                let site = self.graph.program.node(*condition).map(|node| node.site);
                let Some(site) = site else { return };
                for (name, value) in left.named {
                    let at = right.named.iter().position(|(other, _)| *other == name);
                    let other = match at {
                        Some(at) => right.named.remove(at).1,
                        None => self.none(site),
                    };
                    let value = self.choose(*condition, value, other, site);
                    arguments.named.push((name, value));
                }
                for (name, value) in right.named {
                    let none = self.none(site);
                    let value = self.choose(*condition, none, value, site);
                    arguments.named.push((name, value));
                }
            }
            _ => arguments.open = true,
        }
    }

    /// What a name after a dot stands for.
    pub(crate) fn field(&mut self, object: &Value<'a>, name: &str, site: Site) -> Value<'a> {
        match object {
            // No library has longer names.
            Value::Path(path) if path.len() > 500 => self.unknown(site),
            Value::Path(path) => {
                let path = path.to_string();
                self.member_of(&path, name, site)
            }
            Value::Module(module) => {
                let found = self.modules.get(*module).map(|module| Rc::clone(&module.frame));
                if let Some(value) = found.and_then(|frame| frame.get(name)) {
                    return value;
                }
                let path = self.modules.get(*module).map(|module| module.name.clone());
                self.member_of(&path.unwrap_or_default(), name, site)
            }
            Value::Record(record) => {
                let field = record.fields.borrow().iter().find(|(known, _)| known == name).cloned();
                if let Some((_, value)) = field {
                    return value;
                }
                self.class_member(object, name, site)
            }
            Value::Class(class) => {
                let found = class.members.names.borrow().get(name).cloned();
                found.unwrap_or_else(|| Value::Method(Rc::new((object.clone(), name.to_owned()))))
            }
            Value::Config(configs) => self.config_field(*configs, name, site),
            Value::Choice(choice) => {
                self.each_way(choice, site, |machine, way| machine.field(way, name, site))
            }
            Value::Node(node) => self.node_field(*node, name, site),
            _ => Value::Method(Rc::new((object.clone(), name.to_owned()))),
        }
    }

    fn node_field(&mut self, node: spak_program::NodeId, name: &str, site: Site) -> Value<'a> {
        match TABLES.member(name, self.language()) {
            Some(Meaning::Special { name: "shape", .. }) => Value::Shape(node),
            Some(Meaning::Special { name: "strides", .. }) => Value::Strides(node),
            Some(Meaning::Op { op, fixed, signature }) if !signature.callable => {
                let own = if *op == Op::DtypeOf { "array" } else { "a" };
                let label = signature.parameters.first().map_or(own, |first| first.label);
                let mut arguments = vec![given(label, node)];
                for (label, constant) in fixed {
                    let value = self.graph.constant(constant.clone(), site);
                    arguments.push(given(label, value));
                }
                Value::Node(self.graph.node(*op, arguments, site))
            }
            _ => Value::Node(self.graph.named(Op::Field, name, vec![given("of", node)], site)),
        }
    }
}

/// A list about whose elements nothing is known.
pub(crate) fn open_list<'a>() -> Value<'a> {
    Value::List(Rc::new(RefCell::new(List { open: true, ..List::default() })))
}
