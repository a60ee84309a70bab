//! Functions that change how a source runs, by the names that the API tables give them.

use std::cell::RefCell;
use std::rc::Rc;

use spak_program::{ARCHITECTURES, Condition, Constant, LaunchKind, NodeId, Op, Site, given};

use crate::api::Signature;
use crate::expression::open_list;
use crate::host::Order;
use crate::machine::Machine;
use crate::order::compare_constants;
use crate::value::{Arguments, Dict, List, Partial, Value};

impl<'a> Machine<'a> {
    /// A call of a function that tables call special.
    pub(crate) fn special(
        &mut self,
        name: &'static str,
        signature: &'static Signature,
        receiver: Option<Value<'a>>,
        mut arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        if let Some(receiver) = receiver {
            arguments.positional.insert(0, receiver);
        }
        let first = signature.parameters.first().map_or("", |parameter| parameter.name);
        let of = arguments.get(0, first).cloned();
        match name {
            "kernel" | "triton_jit" | "triton_autotune" | "triton_heuristics" | "partial"
            | "wraps" | "cache" | "decorator" | "contextmanager" => {
                self.decorator_call(name, of, arguments, site)
            }
            "launch" => {
                let argument = |at: usize| arguments.positional.get(at).cloned();
                let order = Order {
                    kind: LaunchKind::Real,
                    grid: argument(1).unwrap_or_else(|| self.none(site)),
                    arguments: Arguments {
                        positional: argument(3)
                            .and_then(|values| self.elements(&values))
                            .unwrap_or_default(),
                        ..Arguments::default()
                    },
                    configs: None,
                    site,
                };
                let kernel = argument(2).unwrap_or_else(|| self.none(site));
                self.launch(&kernel, &order);
                self.none(site)
            }
            "exhaustive_search" => self.exhaustive_search(&arguments, site),
            "replace_hints" => {
                // Of a kernel this is a method, so here it is something that was not followed.
                self.graph.gap("hints of a kernel that is not known", site);
                self.unknown(site)
            }
            "triton_config" => self.triton_config(&arguments, site),
            "by_target" => {
                let all: Vec<spak_program::Argument> = arguments
                    .named
                    .iter()
                    .filter_map(|(name, value)| {
                        let mut labels = ARCHITECTURES.iter().map(|(label, _)| *label);
                        let label = labels.find(|label| label == name);
                        let label = label.or((name == "default").then_some("default"))?;
                        Some(given(label, self.as_node(value, site)))
                    })
                    .collect();
                Value::Node(self.graph.named(Op::Call, "by_target", all, site))
            }
            "record" => self.record(arguments.named, site),
            "range" => self.range(&arguments, site),
            "identity" | "fact" | "data" | "static_iter" => match of {
                Some(value) => value,
                None => self.unknown(site),
            },
            "assume" | "static_assert" => {
                if let Some(value) = of {
                    let value = self.as_node(&value, site);
                    self.demand(value, site);
                }
                self.none(site)
            }
            "ignore" | "context_option" | "annotation" => self.none(site),
            "getattr" => self.get_attribute(&arguments, site),
            "shape" => match of {
                Some(Value::Node(node)) => Value::Shape(node),
                _ => self.unknown(site),
            },
            "save_for_backward" => self.none(site),
            _ => match self.known_special(name, signature, of.as_ref(), &arguments, site) {
                Some(value) => value,
                None => {
                    let receiver = arguments.positional.first().cloned();
                    let node = receiver.map(|value| self.as_node(&value, site));
                    let rest = arguments.positional.iter().skip(1).cloned().collect();
                    let rest = Arguments { positional: rest, ..arguments };
                    self.call_unknown(name, node, rest, site)
                }
            },
        }
    }

    /// One of Python's own functions, or of a library.
    fn known_special(
        &mut self,
        name: &str,
        signature: &'static Signature,
        of: Option<&Value<'a>>,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        if let Some(value) = self.builtin(name, of, arguments, site) {
            return Some(value);
        }
        let all = self.matched(signature, None, arguments.clone(), site);
        self.library(name, of, &all, arguments, site)
    }

    /// A decorator that is applied at once, or gets arguments and waits for what it decorates.
    fn decorator_call(
        &mut self,
        special: &'static str,
        of: Option<Value<'a>>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let partial = |arguments| Value::Partial(Rc::new(Partial { special, arguments }));
        match of {
            Some(function @ (Value::Function(_) | Value::Kernel(_)))
                if !matches!(special, "partial" | "wraps") =>
            {
                let bare = partial(Arguments { positional: Vec::new(), ..arguments });
                self.decorate(&bare, function, site)
            }
            _ => partial(arguments),
        }
    }

    /// Python's own functions on values that are known; `None` for what is not.
    fn builtin(
        &mut self,
        name: &str,
        of: Option<&Value<'a>>,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        let Some(of) = of else { return self.empty(name, arguments, site) };
        let constant = |value| Some(Value::Constant(value, site));
        match name {
            "len" => constant(Constant::Int(self.elements(of)?.len() as i64)),
            "list" | "sorted" | "set" | "frozenset" | "tuple" | "reversed" | "iter" => {
                self.sequence(name, of, arguments)
            }
            "dict" => Some(of.clone()),
            "enumerate" => {
                let items = self.items(of)?.into_iter().enumerate().map(|(at, (item, under))| {
                    let at = Value::Constant(Constant::Int(at as i64), site);
                    (Value::tuple([at, item]), under)
                });
                Some(listed(items.collect()))
            }
            "zip" => {
                let rows: Vec<Vec<Value<'a>>> = arguments
                    .positional
                    .iter()
                    .map(|value| self.elements(value))
                    .collect::<Option<_>>()?;
                let length = rows.iter().map(Vec::len).min()?;
                let items = (0..length)
                    .map(|at| Value::tuple(rows.iter().filter_map(|row| row.get(at).cloned())));
                Some(Value::list(items))
            }
            "product" => self.product(arguments),
            "chain" => {
                let mut all = Vec::new();
                for part in &arguments.positional {
                    all.extend(self.items(part)?);
                }
                Some(listed(all))
            }
            "next" => {
                let items = self.items(of)?;
                match items.is_empty() {
                    true => arguments.positional.get(1).cloned(),
                    false => Some(self.item(&listed(items), 0, site)),
                }
            }
            "hasattr" => {
                let name = arguments.positional.get(1)?.text()?.to_owned();
                match of {
                    Value::Config(id) => constant(Constant::Bool(self.has_field(*id, &name)?)),
                    Value::Record(record) => {
                        let known = record.fields.borrow().iter().any(|(known, _)| *known == name);
                        constant(Constant::Bool(known))
                    }
                    _ => None,
                }
            }
            "vars" => match of {
                Value::Record(record) => {
                    let fields = record.fields.borrow().clone();
                    let items = fields
                        .into_iter()
                        .map(|(name, value)| (Value::Constant(Constant::Text(name), site), value));
                    let dict = Dict {
                        items: items.collect(),
                        depth: self.graph.conditions.len(),
                        ..Dict::default()
                    };
                    Some(Value::Dict(Rc::new(RefCell::new(dict))))
                }
                _ => None,
            },
            _ => self.number(name, of, site),
        }
    }

    /// Functions that give a number or a truth value.
    fn number(&mut self, name: &str, of: &Value<'a>, site: Site) -> Option<Value<'a>> {
        let constant = |value| Some(Value::Constant(value, site));
        match name {
            "sum" | "prod" => {
                let op = if name == "sum" { Op::Add } else { Op::Mul };
                let items = self.elements(of)?;
                self.reduce_values(op, items, site)
            }
            "any" | "all" => {
                let truths: Option<Vec<bool>> =
                    self.elements(of)?.iter().map(|item| self.truth(item)).collect();
                let truths = truths?;
                let value =
                    if name == "any" { truths.contains(&true) } else { !truths.contains(&false) };
                constant(Constant::Bool(value))
            }
            "int" => match of.constant()? {
                Constant::Text(text) => constant(Constant::Int(text.trim().parse().ok()?)),
                value => constant(Constant::Int(value.number()? as i64)),
            },
            "float" => match of.constant()? {
                Constant::Text(text) => constant(Constant::Float(float(text)?)),
                value => constant(Constant::Float(value.number()?)),
            },
            "bool" => constant(Constant::Bool(self.truth(of)?)),
            "next_power_of_2" => {
                let value = of.int().filter(|value| (0..1 << 62).contains(value))?;
                constant(Constant::Int((value as u64).next_power_of_two() as i64))
            }
            "bit_length" => {
                let value = of.int()?.unsigned_abs();
                constant(Constant::Int(i64::from(u64::BITS - value.leading_zeros())))
            }
            _ => None,
        }
    }

    /// A container made from nothing but named arguments.
    fn empty(&self, name: &str, arguments: &Arguments<'a>, site: Site) -> Option<Value<'a>> {
        match name {
            "dict" => {
                let items = arguments.named.iter().map(|(name, value)| {
                    (Value::Constant(Constant::Text(name.clone()), site), value.clone())
                });
                let depth = self.graph.conditions.len();
                let dict = Dict { items: items.collect(), open: arguments.open, depth };
                Some(Value::Dict(Rc::new(RefCell::new(dict))))
            }
            "list" | "set" | "frozenset" | "chain" | "product" | "zip" => Some(Value::list([])),
            "tuple" => Some(Value::tuple([])),
            _ => None,
        }
    }

    fn sequence(
        &mut self,
        name: &str,
        of: &Value<'a>,
        arguments: &Arguments<'a>,
    ) -> Option<Value<'a>> {
        let mut items = self.items(of)?;
        let sure = items.iter().all(|(_, conditions)| conditions.is_empty());
        match name {
            "reversed" => items.reverse(),
            "set" | "frozenset" if sure => {
                let mut seen: Vec<(Value<'a>, Vec<Condition>)> = Vec::new();
                for item in items {
                    if !seen.iter().any(|(known, _)| self.equal(known, &item.0) == Some(true)) {
                        seen.push(item);
                    }
                }
                items = seen;
            }
            "sorted" if sure && arguments.name("key").is_none() => {
                items.iter().all(|(item, _)| item.constant().is_some()).then_some(())?;
                items.sort_by(|(a, _), (b, _)| {
                    let order = a.constant().zip(b.constant());
                    order
                        .and_then(|(a, b)| compare_constants(a, b))
                        .unwrap_or(std::cmp::Ordering::Equal)
                });
                if arguments.name("reverse").is_some_and(|value| value.int() == Some(1)) {
                    items.reverse();
                }
            }
            // Sets and orders of what depends on conditions are those of each way.
            "sorted" | "set" | "frozenset" => {
                if let Value::Choice(choice) = of {
                    let (condition, then, otherwise) = &**choice;
                    let then = self.sequence(name, then, arguments)?;
                    let otherwise = self.sequence(name, otherwise, arguments)?;
                    return Some(Value::Choice(Rc::new((*condition, then, otherwise))));
                }
            }
            _ => {}
        }
        if name == "tuple" && sure {
            return Some(Value::tuple(items.into_iter().map(|(item, _)| item)));
        }
        Some(listed(items))
    }

    fn product(&mut self, arguments: &Arguments<'a>) -> Option<Value<'a>> {
        let mut rows: Vec<(Vec<Value<'a>>, Vec<Condition>)> = vec![(Vec::new(), Vec::new())];
        for part in &arguments.positional {
            let items = self.items(part)?;
            if rows.len() * items.len() > 100_000 {
                return None;
            }
            rows = rows
                .iter()
                .flat_map(|(row, under)| {
                    items.iter().map(move |(item, more)| {
                        let row = row.iter().cloned().chain([item.clone()]).collect();
                        (row, under.iter().chain(more).copied().collect())
                    })
                })
                .collect();
        }
        let items = rows.into_iter().map(|(row, under)| (Value::tuple(row), under));
        Some(listed(items.collect()))
    }

    fn reduce_values(&mut self, op: Op, items: Vec<Value<'a>>, site: Site) -> Option<Value<'a>> {
        let mut all: Option<Value<'a>> = None;
        for item in items {
            all = Some(match all {
                None => item,
                Some(before) => self.combine(op, before, item, site),
            });
        }
        Some(all.unwrap_or(Value::Constant(Constant::Int(i64::from(op == Op::Mul)), site)))
    }

    fn combine(&mut self, op: Op, a: Value<'a>, b: Value<'a>, site: Site) -> Value<'a> {
        if let (Some(left), Some(right)) = (a.constant(), b.constant())
            && let Some(value) = spak_program::binary(op, left, right)
        {
            return Value::Constant(value, site);
        }
        let a = self.as_node(&a, site);
        let b = self.as_node(&b, site);
        Value::Node(self.graph.node(op, vec![given("a", a), given("b", b)], site))
    }

    /// `min` and `max` of several values, or of the elements of one.
    pub(crate) fn extreme(
        &mut self,
        op: Op,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        if let [of] = arguments.positional.as_slice() {
            let items = self.items(of)?;
            if items.iter().all(|(_, conditions)| conditions.is_empty()) {
                let items = items.into_iter().map(|(item, _)| item).collect();
                return self.reduce_values(op, items, site);
            }
            // What is not there has no say.
            let none = self.none(site);
            let mut parts: Vec<NodeId> = Vec::new();
            for (item, conditions) in &items {
                let holds = self.graph.all_of(conditions, site);
                let value = match holds {
                    Some(condition) => self.choose(condition, item.clone(), none.clone(), site),
                    None => item.clone(),
                };
                parts.push(self.as_node(&value, site));
            }
            let mut all = *parts.first()?;
            for part in parts.iter().skip(1) {
                all = self.graph.node(op, vec![given("a", all), given("b", *part)], site);
            }
            return Some(Value::Node(all));
        }
        let items = arguments.positional.clone();
        (!items.is_empty()).then_some(())?;
        self.reduce_values(op, items, site)
    }

    fn range(&mut self, arguments: &Arguments<'a>, site: Site) -> Value<'a> {
        let number = |value| Value::Constant(Constant::Int(value), site);
        let get = |at, name| arguments.get(at, name).cloned();
        let (start, stop, step) = match arguments.positional.len() {
            0 | 1 => (number(0), get(0, "start").unwrap_or(number(0)), number(1)),
            2 => (
                get(0, "start").unwrap_or(number(0)),
                get(1, "stop").unwrap_or(number(0)),
                arguments.name("step").cloned().unwrap_or(number(1)),
            ),
            _ => (
                get(0, "start").unwrap_or(number(0)),
                get(1, "stop").unwrap_or(number(0)),
                get(2, "step").unwrap_or(number(1)),
            ),
        };
        if !self.in_kernel()
            && let (Some(start), Some(stop), Some(step)) = (start.int(), stop.int(), step.int())
            && step != 0
            && ((stop - start) / step).abs() < 512
        {
            let mut items = Vec::new();
            let mut at = start;
            while (step > 0 && at < stop) || (step < 0 && at > stop) {
                items.push(number(at));
                at += step;
            }
            return Value::list(items);
        }
        let mut all = vec![
            given("start", self.as_node(&start, site)),
            given("stop", self.as_node(&stop, site)),
            given("step", self.as_node(&step, site)),
        ];
        for (name, label) in [
            ("num_stages", "num_stages"),
            ("loop_unroll_factor", "unroll"),
            ("flatten", "flatten"),
            ("warp_specialize", "warp_specialize"),
        ] {
            if let Some(value) = arguments.name(name) {
                let value = value.clone();
                all.push(given(label, self.as_node(&value, site)));
            }
        }
        Value::Node(self.graph.named(Op::Call, "range", all, site))
    }

    fn get_attribute(&mut self, arguments: &Arguments<'a>, site: Site) -> Value<'a> {
        let (Some(object), Some(name)) =
            (arguments.positional.first(), arguments.positional.get(1).and_then(Value::text))
        else {
            return self.unknown(site);
        };
        let (object, name) = (object.clone(), name.to_owned());
        let default = arguments.positional.get(2).cloned();
        match (&object, default) {
            (Value::Config(id), Some(default)) => match self.has_field(*id, &name) {
                Some(true) => self.field(&object, &name, site),
                Some(false) => {
                    self.note_lack(*id, &name, &default, site);
                    default
                }
                None => {
                    let field = self.field(&object, &name, site);
                    let field = self.as_node(&field, site);
                    let default = self.as_node(&default, site);
                    let arguments = vec![given("field", field), given("default", default)];
                    Value::Node(self.graph.named(Op::Call, "getattr", arguments, site))
                }
            },
            (Value::Record(record), Some(default)) => {
                let field =
                    record.fields.borrow().iter().find(|(known, _)| *known == name).cloned();
                field.map_or(default, |(_, value)| value)
            }
            (Value::Choice(choice), _) => self.each_way(choice, site, |machine, way| {
                let mut arguments = arguments.clone();
                if let Some(first) = arguments.positional.first_mut() {
                    *first = way.clone();
                }
                machine.get_attribute(&arguments, site)
            }),
            _ => self.field(&object, &name, site),
        }
    }

    /// Methods of tuples, lists and dictionaries; `None` for those that are not known.
    pub(crate) fn container_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        let first = arguments.positional.first().cloned();
        match (receiver, name) {
            (Value::Dict(dict), "get") => {
                let default = arguments.get(1, "default").cloned();
                let default = default.unwrap_or_else(|| self.none(site));
                Some(self.entry(dict, &first?, Some(default), site))
            }
            (Value::Dict(dict), "setdefault") => {
                let default = arguments.get(1, "default").cloned()?;
                Some(self.entry(dict, &first?, Some(default), site))
            }
            (Value::Dict(dict), "items" | "keys" | "values") => {
                let dict = dict.borrow();
                if dict.open {
                    return Some(open_list());
                }
                let items = dict.items.iter().map(|(key, value)| match name {
                    "items" => Value::tuple([key.clone(), value.clone()]),
                    "keys" => key.clone(),
                    _ => value.clone(),
                });
                Some(Value::list(items.collect::<Vec<_>>()))
            }
            (Value::Dict(dict), "update") => {
                match first {
                    Some(Value::Dict(other)) => {
                        let items = other.borrow().items.clone();
                        dict.borrow_mut().items.extend(items);
                    }
                    Some(_) => dict.borrow_mut().open = true,
                    None => {}
                }
                for (name, value) in &arguments.named {
                    let key = Value::Constant(Constant::Text(name.clone()), site);
                    dict.borrow_mut().items.push((key, value.clone()));
                }
                Some(self.none(site))
            }
            (Value::Dict(dict), "copy") => {
                Some(Value::Dict(Rc::new(RefCell::new(dict.borrow().clone()))))
            }
            (Value::List(list), "append" | "add") => {
                let here = self.graph.conditions.clone();
                list.borrow_mut().items.push((first?, here));
                Some(self.none(site))
            }
            (Value::List(list), "extend") => {
                self.extend(list, &first?);
                Some(self.none(site))
            }
            (Value::List(list), "copy") => {
                Some(Value::List(Rc::new(RefCell::new(list.borrow().clone()))))
            }
            (Value::List(list), "insert" | "pop" | "remove" | "clear" | "sort" | "reverse") => {
                list.borrow_mut().open = true;
                Some(self.unknown(site))
            }
            _ => None,
        }
    }

    pub(crate) fn text_method(
        &mut self,
        receiver: &Value<'a>,
        name: &str,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        let text = receiver.text()?;
        let first = arguments.positional.first().and_then(Value::text);
        let value = match name {
            "lower" => Constant::Text(text.to_lowercase()),
            "upper" => Constant::Text(text.to_uppercase()),
            "startswith" => Constant::Bool(text.starts_with(first?)),
            "endswith" => Constant::Bool(text.ends_with(first?)),
            _ => return None,
        };
        Some(Value::Constant(value, site))
    }
}

fn listed<'a>(items: Vec<(Value<'a>, Vec<Condition>)>) -> Value<'a> {
    Value::List(Rc::new(RefCell::new(List { items, ..List::default() })))
}

fn float(text: &str) -> Option<f64> {
    match text.trim().to_lowercase().as_str() {
        "inf" | "infinity" | "+inf" => Some(f64::INFINITY),
        "-inf" | "-infinity" => Some(f64::NEG_INFINITY),
        "nan" => Some(f64::NAN),
        number => number.parse().ok(),
    }
}
