//! Calls: of functions of the source, which are run, and of libraries, which become nodes.

use std::rc::Rc;

use spak_program::{Argument, Constant, NodeId, Op, Site, given};

use crate::api::{Meaning, Signature, TABLES};
use crate::machine::Machine;
use crate::value::{Arguments, Partial, Value};

/// Labels of arguments of calls that are not understood.
const PLACES: [&str; 8] = ["0", "1", "2", "3", "4", "5", "6", "7"];

/// Whether `.to(…)` only says where.
fn is_device(arguments: &Arguments<'_>) -> bool {
    let says_type = arguments.name("dtype").is_some();
    match arguments.positional.first() {
        None => !says_type,
        Some(Value::Constant(Constant::Text(_), _)) => true,
        Some(_) => false,
    }
}

/// Where arguments stand that are written with their names, by their labels.
fn places_of(signature: &Signature, arguments: &Arguments<'_>) -> Vec<(&'static str, Site)> {
    let label = |name: &String| {
        let known = signature.parameters.iter().find(|parameter| parameter.name == name);
        known.map(|parameter| parameter.label)
    };
    arguments.written.iter().filter_map(|(name, site)| Some((label(name)?, *site))).collect()
}

impl<'a> Machine<'a> {
    pub(crate) fn call(
        &mut self,
        function: &Value<'a>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        match function {
            Value::Function(function) => self.apply_function(function, arguments, site),
            Value::Path(path) => {
                let path = TABLES.canonical(path);
                match TABLES.call(&path) {
                    Some(meaning) => self.call_known(meaning, None, arguments, site),
                    None => self.call_unknown(&path, None, arguments, site),
                }
            }
            Value::Method(method) => {
                let (receiver, name) = &**method;
                self.call_method(receiver, name, arguments, site)
            }
            Value::Class(class) => self.construct(class, arguments, site),
            Value::Kernel(kernel) => self.call_kernel(kernel, arguments, site),
            Value::Launcher(launcher) => self.launch_triton(launcher, arguments, site),
            Value::Partial(partial) => self.call_partial(partial, arguments, site),
            Value::Record(_) => self.call_method(function, "__call__", arguments, site),
            Value::Choice(choice) => self
                .each_way(choice, site, |machine, way| machine.call(way, arguments.clone(), site)),
            Value::Node(node) => self.call_unknown("value", Some(*node), arguments, site),
            // A type that is called converts.
            Value::Constant(Constant::Dtype(_), _) => {
                let Some(value) = arguments.positional.first() else { return self.unknown(site) };
                let a = self.as_node(value, site);
                let dtype = self.as_node(function, site);
                Value::Node(self.graph.node(
                    Op::Cast,
                    vec![given("a", a), given("dtype", dtype)],
                    site,
                ))
            }
            _ => self.unknown(site),
        }
    }

    /// A partial function: a decorator that gets what it decorates, or `functools.partial`.
    fn call_partial(
        &mut self,
        partial: &Rc<Partial<'a>>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        if partial.special == "partial" {
            let mut all = partial.arguments.clone();
            if all.positional.is_empty() {
                return self.unknown(site);
            }
            let function = all.positional.remove(0);
            all.positional.extend(arguments.positional);
            for (name, value) in arguments.named {
                all.named.retain(|(known, _)| *known != name);
                all.named.push((name, value));
            }
            return self.call(&function, all, site);
        }
        match arguments.positional.first() {
            Some(function) => {
                let function = function.clone();
                self.decorate(&Value::Partial(Rc::clone(partial)), function, site)
            }
            None => self.unknown(site),
        }
    }

    /// A call of a method: of the source's own objects, of Python's containers, or of a library.
    pub(crate) fn call_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        match receiver {
            Value::Path(_) | Value::Module(_) => {
                let function = self.field(receiver, name, site);
                return self.call(&function, arguments, site);
            }
            Value::Choice(choice) => {
                return self.each_way(choice, site, |machine, way| {
                    machine.call_method(way, name, arguments.clone(), site)
                });
            }
            Value::Record(_) | Value::Class(_) => {
                return self.call_member(receiver, name, arguments, site);
            }
            Value::Config(_) => {
                let function = self.field(receiver, name, site);
                return self.call(&function, arguments, site);
            }
            Value::Kernel(kernel) => {
                let kernel = Rc::clone(kernel);
                return self.kernel_method(&kernel, name, arguments, site);
            }
            Value::View(view) => {
                let view = Rc::clone(view);
                if let Some(value) = self.view_method(&view, name, &arguments, site) {
                    return value;
                }
            }
            // Without an axis it is all of them; to another device it is the same array.
            Value::Node(node) if name == "size" && arguments.positional.is_empty() => {
                return Value::Shape(*node);
            }
            Value::Node(node) if name == "stride" && arguments.positional.is_empty() => {
                return Value::Strides(*node);
            }
            Value::Node(_) if name == "to" && is_device(&arguments) => return receiver.clone(),
            Value::Tuple(_) | Value::List(_) | Value::Dict(_) => {
                if let Some(value) = self.container_method(receiver, name, &arguments, site) {
                    return value;
                }
            }
            Value::Constant(Constant::Text(_), _) => {
                if let Some(value) = self.text_method(receiver, name, &arguments, site) {
                    return value;
                }
            }
            _ => {}
        }
        let node = self.as_node(receiver, site);
        match TABLES.member(name, self.language()) {
            Some(meaning) => self.call_known(meaning, Some(node), arguments, site),
            None => self.call_unknown(name, Some(node), arguments, site),
        }
    }

    /// A call that a table describes.
    fn call_known(
        &mut self,
        meaning: &'static Meaning,
        receiver: Option<NodeId>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        match meaning {
            Meaning::Special { name, signature } => {
                let receiver = receiver.map(Value::Node);
                self.special(name, signature, receiver, arguments, site)
            }
            Meaning::Op { op, fixed, signature } => {
                if fixed.is_empty()
                    && let [Value::Constant(one, _)] = arguments.positional.as_slice()
                    && arguments.named.is_empty()
                    && let Some(value) = spak_program::unary(*op, one)
                {
                    return Value::Constant(value, site);
                }
                if matches!(op, Op::Min | Op::Max)
                    && receiver.is_none()
                    && arguments.named.is_empty()
                    && let Some(value) = self.extreme(*op, &arguments, site)
                {
                    return value;
                }
                let view = match arguments.positional.first() {
                    Some(Value::View(view)) => Some(Rc::clone(view)),
                    _ => None,
                };
                let written = places_of(signature, &arguments);
                let mut all = self.matched(signature, receiver, arguments, site);
                let mut name = None;
                for (label, value) in fixed {
                    if let ("function" | "name", Constant::Text(word)) = (*label, value) {
                        name = Some(word.as_str());
                        continue;
                    }
                    let value = self.graph.constant(value.clone(), site);
                    all.retain(|argument| argument.label != *label || argument.given);
                    if !all.iter().any(|argument| argument.label == *label) {
                        all.push(Argument { label, value, given: true });
                    }
                }
                if matches!(op, Op::Load | Op::Store | Op::Atomic) {
                    if let Some(view) = view {
                        return self.through_view(*op, all, &view, site);
                    }
                    self.divide_address(&mut all);
                }
                let node = match name {
                    Some(name) => self.graph.named(*op, name, all, site),
                    None => self.graph.node(*op, all, site),
                };
                if matches!(op, Op::Load | Op::Store) && !written.is_empty() {
                    self.graph.program.written.insert(node, written);
                }
                if matches!(op, Op::Store | Op::Atomic | Op::Barrier | Op::Call) {
                    self.graph.effect(node);
                }
                Value::Node(node)
            }
        }
    }

    /// Arguments with the labels of a signature; what is absent has its default.
    pub(crate) fn matched(
        &mut self,
        signature: &'static Signature,
        receiver: Option<NodeId>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Vec<Argument> {
        let mut all = Vec::new();
        let receiver = receiver.map(Value::Node);
        let mut positional = receiver.into_iter().chain(arguments.positional);
        for parameter in &signature.parameters {
            let mut value = if parameter.keyword_only { None } else { positional.next() };
            let named = arguments.named.iter().find(|(name, _)| name == parameter.name);
            value = value.or_else(|| named.map(|(_, value)| value.clone()));
            match (value, &parameter.default) {
                (Some(value), _) => {
                    let value = self.as_node(&value, site);
                    all.push(given(parameter.label, value));
                }
                (None, Some(default)) => {
                    let value = self.graph.constant(default.clone(), site);
                    all.push(Argument { label: parameter.label, value, given: false });
                }
                (None, None) => {}
            }
        }
        if let Some(label) = signature.rest {
            for value in positional {
                let value = self.as_node(&value, site);
                all.push(given(label, value));
            }
        }
        all
    }

    /// A call about which nothing is known. Its arguments are kept, and functions among them are not followed.
    pub(crate) fn call_unknown(
        &mut self,
        name: &str,
        receiver: Option<NodeId>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let mut all: Vec<Argument> =
            receiver.map(|node| given("receiver", node)).into_iter().collect();
        for (value, label) in arguments.positional.iter().zip(PLACES) {
            let value = self.as_node(value, site);
            all.push(given(label, value));
        }
        for (_, value) in &arguments.named {
            let value = self.as_node(value, site);
            all.push(given("named", value));
        }
        let node = self.graph.named(Op::Call, name, all, site);
        self.graph.effect(node);
        Value::Node(node)
    }
}
