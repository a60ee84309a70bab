//! Functions of the source: they are run where they are called.

use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged;
use spak_program::{Condition, NodeId, Op, Site, given};

use crate::builder::span;
use crate::frame::Frame;
use crate::machine::{DEPTH, Machine};
use crate::value::{Arguments, Code, Function, Value};

/// Whether a function yields.
fn is_generator(body: &[Stmt]) -> bool {
    struct Yields(bool);
    impl<'a> Visitor<'a> for Yields {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            if !matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_)) {
                walk_stmt(self, statement);
            }
        }
        fn visit_expr(&mut self, expression: &'a Expr) {
            self.0 |= matches!(expression, Expr::Yield(_) | Expr::YieldFrom(_));
            if !matches!(expression, Expr::Lambda(_)) {
                walk_expr(self, expression);
            }
        }
    }
    let mut yields = Yields(false);
    for statement in body {
        yields.visit_stmt(statement);
    }
    yields.0
}

impl<'a> Machine<'a> {
    pub(crate) fn function(
        &mut self,
        name: &str,
        code: Code<'a>,
        frame: &Rc<Frame<'a>>,
        site: Site,
    ) -> Function<'a> {
        let parameters = code.parameters().into_iter();
        let defaults: Vec<Option<&'a Expr>> = parameters
            .flat_map(|all| all.iter_non_variadic_params())
            .map(|parameter| parameter.default.as_deref())
            .collect();
        let defaults =
            defaults.into_iter().map(|value| value.map(|value| self.eval(value, frame))).collect();
        self.functions += 1;
        Function {
            id: self.functions,
            name: name.to_owned(),
            code,
            frame: Rc::clone(frame),
            module: self.module,
            site,
            defaults,
        }
    }

    /// Arguments about which nothing is known, after those that are given.
    pub(crate) fn unknown_arguments(
        &mut self,
        function: &Rc<Function<'a>>,
        given: Vec<Value<'a>>,
    ) -> Arguments<'a> {
        let mut arguments = Arguments { positional: given, ..Arguments::default() };
        let Some(parameters) = function.code.parameters() else { return arguments };
        let taken = arguments.positional.len();
        for parameter in parameters.iter_non_variadic_params().skip(taken) {
            let name = parameter.parameter.name.as_str();
            let site =
                Site { file: function.site.file, span: span(parameter.parameter.name.range()) };
            let node = self.parameter(name, site);
            arguments.named.push((name.to_owned(), Value::Node(node)));
        }
        arguments.open = true;
        arguments
    }

    /// Runs a function with arguments.
    pub(crate) fn apply_function(
        &mut self,
        function: &Rc<Function<'a>>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let again = self.calls.iter().filter(|call| **call == function.site).count();
        if self.calls.len() >= DEPTH || again >= 2 || !self.step() {
            self.graph.gap(format!("{} is not followed further", function.name), site);
            return self.unknown(site);
        }
        self.reached.insert(function.site);
        self.reached_functions.insert(function.id);
        let frame = Frame::within(&function.frame, self.graph.conditions.len());
        self.bind(function, arguments, &frame, site);
        let caller = (self.file, self.module);
        self.file = function.site.file;
        self.module = function.module;
        self.calls.push(function.site);
        let first = self.graph.program.nodes.len();
        self.begin_asked(function);
        self.places.push(site);
        let value = match function.code {
            Code::Lambda(lambda) => self.eval(&lambda.body, &frame),
            Code::Definition(definition) => {
                self.block(&definition.body, &frame);
                let ended: Vec<Condition> = self.since(&frame);
                self.graph.conditions.truncate(frame.depth);
                if is_generator(&definition.body) {
                    let yields = frame.yields.take();
                    let list = Value::list([]);
                    if let Value::List(list) = &list {
                        list.borrow_mut().items = yields;
                    }
                    list
                } else {
                    let returns = frame.returns.take();
                    self.returned(returns, &ended, site)
                }
            }
        };
        self.graph.conditions.truncate(frame.depth);
        self.end_asked(function, first);
        self.calls.pop();
        self.places.pop();
        (self.file, self.module) = caller;
        self.named_after_its_meaning(value, first, site)
    }

    /// Where the decorator of another file is that made a function.
    fn decorator_of(&self, function: &Function<'a>) -> Option<Site> {
        let place = self.decorated.get(&function.id).copied();
        place.filter(|place| place.file != function.site.file)
    }

    fn begin_asked(&mut self, function: &Function<'a>) {
        if let Some(place) = self.decorator_of(function) {
            self.asking.push((place, Vec::new()));
        }
    }

    /// What a function that a decorator made does, from the node `first` on, is asked for where the decorator is;
    /// what the decorated function does is not.
    fn end_asked(&mut self, function: &Function<'a>, first: usize) {
        let end = self.graph.program.nodes.len();
        if self.decorator_of(function).is_none() {
            let around = self.asking.last_mut();
            if let Some((_, own)) = around.filter(|(place, _)| place.file == function.site.file) {
                own.push(first..end);
            }
            return;
        }
        let Some((place, own)) = self.asking.pop() else { return };
        let mut at = first;
        // The runs of functions of the file that asks, outermost first where they begin together.
        let mut own = own;
        own.sort_unstable_by_key(|run| (run.start, std::cmp::Reverse(run.end)));
        for run in own.into_iter().chain(std::iter::once(end..end)) {
            for node in at..run.start {
                self.graph.program.asked.entry(NodeId(node as u32)).or_insert(place);
            }
            at = at.max(run.end);
        }
    }

    /// What a function of one number made, from the node `first` on: a call at `site` if it is a well-known
    /// number that many write a helper for.
    fn named_after_its_meaning(&mut self, value: Value<'a>, first: usize, site: Site) -> Value<'a> {
        let Value::Node(node) = value else { return value };
        let is_arithmetic =
            matches!(self.graph.program.op(node), Op::Add | Op::Or | Op::Pow | Op::ShiftLeft);
        if node.index() < first || !is_arithmetic {
            return value;
        }
        let Some(of) = self.graph.program.next_power_of_two_of(node) else { return value };
        let arguments = vec![given("receiver", of)];
        Value::Node(self.graph.named(Op::Call, "next_power_of_2", arguments, site))
    }

    /// One value for all returns: which one depends on their conditions.
    fn returned(
        &mut self,
        mut returns: Vec<(Value<'a>, Vec<Condition>)>,
        ended: &[Condition],
        site: Site,
    ) -> Value<'a> {
        let Some((last, under)) = returns.pop() else { return self.none(site) };
        // The last return is reached unless an earlier one was; conditions of its own decide between it and nothing.
        let falls_off = under.iter().any(|condition| {
            let opposite = Condition { value: condition.value, holds: !condition.holds };
            let earlier = returns.iter().any(|(_, under)| under.contains(condition));
            !earlier && ended.contains(&opposite)
        });
        let mut value = if falls_off { self.none(site) } else { last.clone() };
        if falls_off {
            returns.push((last, under));
        }
        for (earlier, under) in returns.into_iter().rev() {
            value = match self.graph.all_of(&under, site) {
                Some(condition) => self.choose(condition, earlier, value, site),
                None => earlier,
            };
        }
        value
    }

    fn bind(
        &mut self,
        function: &Rc<Function<'a>>,
        mut arguments: Arguments<'a>,
        frame: &Rc<Frame<'a>>,
        site: Site,
    ) {
        let Some(parameters) = function.code.parameters() else { return };
        let mut positional = arguments.positional.into_iter();
        let by_position = parameters.posonlyargs.len() + parameters.args.len();
        for (at, parameter) in parameters.iter_non_variadic_params().enumerate() {
            let name = parameter.parameter.name.as_str();
            let mut value = if at < by_position { positional.next() } else { None };
            if let Some(at) = arguments.named.iter().position(|(known, _)| known == name) {
                let named = arguments.named.remove(at).1;
                value = value.or(Some(named));
            }
            let value = value.or_else(|| function.defaults.get(at).cloned().flatten());
            let value = match value {
                Some(value) => value,
                None => self.unknown(site),
            };
            frame.set(name, value);
        }
        if let Some(rest) = &parameters.vararg {
            let rest_values: Vec<Value<'a>> = positional.collect();
            let value = if arguments.open { self.unknown(site) } else { Value::tuple(rest_values) };
            frame.set(rest.name.as_str(), value);
        }
        if let Some(rest) = &parameters.kwarg {
            let dict = crate::value::Dict {
                items: arguments
                    .named
                    .into_iter()
                    .map(|(name, value)| {
                        (Value::Constant(spak_program::Constant::Text(name), site), value)
                    })
                    .collect(),
                open: arguments.open,
                depth: self.graph.conditions.len(),
            };
            frame.set(rest.name.as_str(), Value::Dict(Rc::new(std::cell::RefCell::new(dict))));
        }
    }
}
