//! Tuples, lists, dictionaries and objects.

use std::cell::RefCell;
use std::rc::Rc;

use ruff_python_ast::{self as ast, Comprehension, Expr};
use spak_program::{Condition, Constant, NodeId, Op, Site, given};

use crate::expression::open_list;
use crate::frame::Frame;
use crate::looping::Iteration;
use crate::machine::Machine;
use crate::statement::Flow;
use crate::value::{Dict, List, Value};

/// How many containers one assignment may reach.
const SIDES: u32 = 8;

impl<'a> Machine<'a> {
    /// All elements, if they are known and there without conditions.
    pub(crate) fn elements(&self, value: &Value<'a>) -> Option<Vec<Value<'a>>> {
        let items = self.items(value)?;
        items.iter().all(|(_, conditions)| conditions.is_empty()).then_some(())?;
        Some(items.into_iter().map(|(item, _)| item).collect())
    }

    /// All elements that may be there, each with its conditions.
    pub(crate) fn items(&self, value: &Value<'a>) -> Option<Vec<(Value<'a>, Vec<Condition>)>> {
        match value {
            Value::Tuple(items) => {
                Some(items.iter().map(|item| (item.clone(), Vec::new())).collect())
            }
            Value::List(list) => {
                let list = list.borrow();
                (!list.open).then(|| list.items.clone())
            }
            Value::Dict(dict) => {
                let dict = dict.borrow();
                let keys = dict.items.iter().map(|(key, _)| (key.clone(), Vec::new()));
                (!dict.open).then(|| keys.collect())
            }
            Value::Choice(choice) => {
                let (condition, then, otherwise) = &**choice;
                let mut all = Vec::new();
                for (way, holds) in [(then, true), (otherwise, false)] {
                    let first = Condition { value: *condition, holds };
                    for (item, conditions) in self.items(way)? {
                        let conditions = std::iter::once(first).chain(conditions).collect();
                        all.push((item, conditions));
                    }
                }
                Some(all)
            }
            _ => None,
        }
    }

    /// What a `for` over a value goes over.
    pub(crate) fn iteration(&mut self, value: &Value<'a>) -> Iteration<'a> {
        if let Value::Node(node) = value
            && let Some(found) = self.graph.program.node(*node)
            && found.op == Op::Call
            && found.name() == Some("range")
        {
            let part = |label| found.argument(label);
            if let (Some(start), Some(stop), Some(step)) =
                (part("start"), part("stop"), part("step"))
            {
                return Iteration::Range([start, stop, step]);
            }
        }
        match self.items(value) {
            Some(items) => Iteration::Items(items),
            None => Iteration::Unknown,
        }
    }

    /// The element at a position.
    pub(crate) fn item(&mut self, object: &Value<'a>, at: i64, site: Site) -> Value<'a> {
        let place = |length: usize| {
            let at = if at < 0 { at.checked_add(i64::try_from(length).ok()?)? } else { at };
            usize::try_from(at).ok()
        };
        match object {
            Value::Tuple(items) => {
                if let Some(item) = place(items.len()).and_then(|at| items.get(at)) {
                    return item.clone();
                }
            }
            Value::List(list) => {
                let (items, open) = (list.borrow().items.clone(), list.borrow().open);
                if !open {
                    return self.nth(&items, at, site);
                }
            }
            Value::Shape(array) => return self.part_of(Op::Extent, *array, at, site),
            Value::Strides(array) => return self.part_of(Op::Stride, *array, at, site),
            Value::Choice(choice) => {
                return self.each_way(choice, site, |machine, way| machine.item(way, at, site));
            }
            _ => {}
        }
        let of = self.as_node(object, site);
        let index = self.graph.constant(Constant::Int(at), site);
        Value::Node(self.graph.node(Op::Item, vec![given("of", of), given("index", index)], site))
    }

    fn part_of(&mut self, op: Op, array: NodeId, axis: i64, site: Site) -> Value<'a> {
        let axis = self.graph.constant(Constant::Int(axis), site);
        Value::Node(self.graph.node(op, vec![given("array", array), given("axis", axis)], site))
    }

    /// The first or last element of those that may be there: which one depends on their conditions.
    fn nth(&mut self, items: &[(Value<'a>, Vec<Condition>)], at: i64, site: Site) -> Value<'a> {
        let sure = items.iter().all(|(_, conditions)| conditions.is_empty());
        let index = if at < 0 { at + items.len() as i64 } else { at };
        if sure || (at != 0 && at != -1) {
            let found = usize::try_from(index).ok().and_then(|at| items.get(at));
            return match found {
                Some((item, _)) if sure => item.clone(),
                _ => self.unknown(site),
            };
        }
        if at == 0
            && let Some(config) = self.first_config(items, site)
        {
            return config;
        }
        let ordered: Vec<_> =
            if at == 0 { items.iter().rev().collect() } else { items.iter().collect() };
        let mut found: Option<Value<'a>> = None;
        for (item, conditions) in ordered {
            let holds = self.graph.all_of(conditions, site);
            found = Some(match (holds, found) {
                (Some(condition), Some(other)) => self.choose(condition, item.clone(), other, site),
                _ => item.clone(),
            });
        }
        match found {
            Some(value) => value,
            None => self.unknown(site),
        }
    }

    /// `object[index]`
    pub(crate) fn index(&mut self, object: &Value<'a>, index: &Value<'a>, site: Site) -> Value<'a> {
        match (object, index) {
            (Value::Kernel(_), _) => {
                return Value::Launcher(Rc::new((object.clone(), index.clone())));
            }
            (Value::Choice(choice), _) => {
                return self.each_way(choice, site, |machine, way| machine.index(way, index, site));
            }
            (Value::Path(_), _) => return object.clone(),
            (Value::Dict(dict), _) => {
                let dict = Rc::clone(dict);
                return self.entry(&dict, index, None, site);
            }
            (_, Value::Constant(Constant::Int(at), _)) if !matches!(object, Value::Node(_)) => {
                return self.item(object, *at, site);
            }
            (Value::Tuple(_) | Value::List(_), Value::Slice(parts)) => {
                if let Some(part) = self.part(object, parts) {
                    return part;
                }
            }
            (Value::Shape(array), Value::Node(axis)) => {
                let arguments = vec![given("array", *array), given("axis", *axis)];
                return Value::Node(self.graph.node(Op::Extent, arguments, site));
            }
            (Value::Tuple(_) | Value::List(_), Value::Node(_)) => {
                if let Some(item) = self.symbolic_item(object, index, site) {
                    return item;
                }
            }
            _ => {}
        }
        let of = self.as_node(object, site);
        if self.in_kernel() && adds_axes(index) {
            let index = self.as_node(index, site);
            let arguments = vec![given("a", of), given("index", index)];
            return Value::Node(self.graph.node(Op::ExpandDims, arguments, site));
        }
        let index = self.as_node(index, site);
        Value::Node(self.graph.node(Op::Item, vec![given("of", of), given("index", index)], site))
    }

    /// An element by a number that is not known: one of all, by what the number is.
    fn symbolic_item(
        &mut self,
        object: &Value<'a>,
        index: &Value<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        let items = self.elements(object)?;
        let plain = |item: &Value<'a>| matches!(item, Value::Node(_) | Value::Constant(..));
        if items.len() > 16 || items.iter().all(plain) {
            return None;
        }
        let entries = items
            .into_iter()
            .enumerate()
            .map(|(at, item)| (Value::Constant(Constant::Int(at as i64), site), item));
        let dict = Dict { items: entries.collect(), ..Dict::default() };
        Some(self.entry(&Rc::new(RefCell::new(dict)), index, None, site))
    }

    fn part(&self, object: &Value<'a>, parts: &[Option<Value<'a>>; 3]) -> Option<Value<'a>> {
        let items = self.elements(object)?;
        let length = i64::try_from(items.len()).ok()?;
        let [start, stop, step] = parts;
        if step.as_ref().is_some_and(|step| step.int() != Some(1)) {
            return None;
        }
        let bound = |part: &Option<Value<'a>>, default: i64| match part {
            None => Some(default),
            Some(value) if value.constant() == Some(&Constant::None) => Some(default),
            Some(value) => {
                let at = value.int()?;
                Some(if at < 0 { (at + length).max(0) } else { at.min(length) })
            }
        };
        let start = usize::try_from(bound(start, 0)?).ok()?;
        let stop = usize::try_from(bound(stop, length)?).ok()?;
        let chosen = items.get(start..stop.max(start)).unwrap_or(&[]).to_vec();
        Some(match object {
            Value::Tuple(_) => Value::tuple(chosen),
            _ => Value::list(chosen),
        })
    }

    /// An entry of a dictionary. A key that is not known gives one of all entries, by what it is.
    pub(crate) fn entry(
        &mut self,
        dict: &Rc<RefCell<Dict<'a>>>,
        key: &Value<'a>,
        default: Option<Value<'a>>,
        site: Site,
    ) -> Value<'a> {
        let items = dict.borrow().items.clone();
        let open = dict.borrow().open;
        let mut candidates = Vec::new();
        for (known, value) in items.iter().rev() {
            match self.equal(known, key) {
                Some(true) if candidates.is_empty() => return value.clone(),
                Some(false) => {}
                // What a program has remembered under another key that is not known is another thing.
                None if known.constant().is_none() => {}
                _ => candidates.push((known.clone(), value.clone())),
            }
        }
        let is_flag = |value: &Value<'a>| matches!(value.constant(), Some(Constant::Bool(_)));
        let mut found = match default {
            // Whether a flag was given is not known.
            Some(default) if open && is_flag(&default) => self.unknown(site),
            Some(default) => default,
            None => match candidates.pop() {
                Some((_, value)) if !open => value,
                _ => self.unknown(site),
            },
        };
        if candidates.len() > 64 {
            return self.unknown(site);
        }
        let key = self.as_node(key, site);
        for (known, value) in candidates {
            let known = self.as_node(&known, site);
            let condition =
                self.graph.node(Op::Equal, vec![given("a", key), given("b", known)], site);
            found = self.choose(condition, value, found, site);
        }
        found
    }

    /// `object[index] = value`
    pub(crate) fn set_item(
        &mut self,
        object: &Value<'a>,
        index: Value<'a>,
        value: Value<'a>,
        site: Site,
    ) {
        if !self.in_kernel() {
            self.note_kept(&value, site, 0);
        }
        match object {
            Value::Dict(dict) => {
                let dict = Rc::clone(dict);
                self.note_choice(&index, &value);
                let depth = dict.borrow().depth;
                let under = self.graph.conditions.get(depth..).unwrap_or(&[]).to_vec();
                let items = dict.borrow().items.clone();
                let at = items.iter().position(|(key, _)| self.equal(key, &index) == Some(true));
                let is_local = depth > 0 || !matches!(index, Value::Tuple(_));
                let value = match self.graph.all_of(if is_local { &under } else { &[] }, site) {
                    Some(condition) => {
                        let before =
                            at.and_then(|at| items.get(at)).map(|(_, value)| value.clone());
                        let before = before.unwrap_or_else(|| self.none(site));
                        Value::Choice(Rc::new((condition, value, before)))
                    }
                    None => value,
                };
                let mut dict = dict.borrow_mut();
                match at.and_then(|at| dict.items.get_mut(at)) {
                    Some(entry) => entry.1 = value,
                    None => dict.items.push((index, value)),
                }
            }
            Value::List(list) => {
                let sure = self.graph.conditions.is_empty();
                let mut list = list.borrow_mut();
                let at = index.int().and_then(|at| usize::try_from(at).ok());
                match at.and_then(|at| list.items.get_mut(at)) {
                    Some(item) if sure => item.0 = value,
                    _ => list.open = true,
                }
            }
            // One of two containers, and nobody knows which: it is put into both.
            Value::Choice(choice) => {
                let mut sides = vec![choice.1.clone(), choice.2.clone()];
                let mut turns = 0;
                while let Some(side) = sides.pop().filter(|_| turns < SIDES) {
                    turns += 1;
                    match side {
                        Value::Choice(inner) => sides.extend([inner.1.clone(), inner.2.clone()]),
                        Value::Dict(_) => self.set_item(&side, index.clone(), value.clone(), site),
                        _ => {}
                    }
                }
            }
            Value::Node(node) => {
                let index = self.as_node(&index, site);
                let value = self.as_node(&value, site);
                let arguments =
                    vec![given("array", *node), given("index", index), given("value", value)];
                let node = self.graph.named(Op::Call, "assign", arguments, site);
                self.graph.effect(node);
            }
            _ => {}
        }
    }

    /// `object.name = value`
    pub(crate) fn set_field(&mut self, object: &Value<'a>, name: &str, value: Value<'a>) {
        if let Value::Record(record) = object {
            let mut fields = record.fields.borrow_mut();
            match fields.iter_mut().find(|(known, _)| known == name) {
                Some(field) => field.1 = value,
                None => fields.push((name.to_owned(), value)),
            }
        }
    }

    /// Adds the elements of another to a list.
    pub(crate) fn extend(&mut self, list: &Rc<RefCell<List<'a>>>, other: &Value<'a>) {
        match self.items(other) {
            Some(items) => {
                let here = self.graph.conditions.clone();
                for (item, conditions) in items {
                    let conditions = here.iter().copied().chain(conditions).collect();
                    list.borrow_mut().items.push((item, conditions));
                }
            }
            None => list.borrow_mut().open = true,
        }
    }

    pub(crate) fn comprehension(
        &mut self,
        element: &'a Expr,
        generators: &'a [Comprehension],
        frame: &Rc<Frame<'a>>,
    ) -> Value<'a> {
        let inner = Frame::within(frame, self.graph.conditions.len());
        let list = Rc::new(RefCell::new(List::default()));
        let depth = self.graph.conditions.len();
        let known = self.generate(generators, &inner, &mut |machine, inner| {
            let value = machine.eval(element, inner);
            let under = machine.graph.conditions.get(depth..).unwrap_or(&[]).to_vec();
            list.borrow_mut().items.push((value, under));
        });
        if known { Value::List(list) } else { open_list() }
    }

    pub(crate) fn dict_comprehension(
        &mut self,
        written: &'a ast::ExprDictComp,
        frame: &Rc<Frame<'a>>,
    ) -> Value<'a> {
        let inner = Frame::within(frame, self.graph.conditions.len());
        let dict =
            Rc::new(RefCell::new(Dict { depth: self.graph.conditions.len(), ..Dict::default() }));
        let known = self.generate(&written.generators, &inner, &mut |machine, inner| {
            let Some(key) = &written.key else { return };
            let key = machine.eval(key, inner);
            let value = machine.eval(&written.value, inner);
            dict.borrow_mut().items.push((key, value));
        });
        dict.borrow_mut().open |= !known;
        Value::Dict(dict)
    }

    /// Does something for each turn of the generators of a comprehension; false if they are not known.
    fn generate(
        &mut self,
        generators: &'a [Comprehension],
        frame: &Rc<Frame<'a>>,
        work: &mut dyn FnMut(&mut Self, &Rc<Frame<'a>>),
    ) -> bool {
        let Some((first, rest)) = generators.split_first() else {
            work(self, frame);
            return true;
        };
        let over = self.eval(&first.iter, frame);
        let Iteration::Items(items) = self.iteration(&over) else {
            // Once, for the calls in it.
            let site = self.site(&first.iter);
            let unknown = self.unknown(site);
            self.assign(&first.target, unknown, frame);
            self.generate(rest, frame, work);
            return false;
        };
        let mut known = true;
        for (item, conditions) in items {
            if !self.step() {
                return false;
            }
            let depth = self.graph.conditions.len();
            self.graph.conditions.extend(conditions);
            self.assign(&first.target, item, frame);
            if self.filter(&first.ifs, frame) == Flow::Next {
                known &= self.generate(rest, frame, work);
            }
            self.graph.conditions.truncate(depth);
        }
        known
    }

    /// Whether a turn is taken; tests that are not decided become conditions.
    fn filter(&mut self, tests: &'a [Expr], frame: &Rc<Frame<'a>>) -> Flow {
        for test in tests {
            let value = self.eval(test, frame);
            match self.truth(&value) {
                Some(true) => {}
                Some(false) => return Flow::Stop,
                None => {
                    let site = self.site(test);
                    let value = self.as_node(&value, site);
                    self.graph.conditions.push(Condition { value, holds: true });
                }
            }
        }
        Flow::Next
    }
}

/// Whether an index only adds axes or takes all of them: `[:, None]`.
fn adds_axes(index: &Value<'_>) -> bool {
    let passes = |part: &Value<'_>| match part {
        Value::Constant(Constant::None, _) => true,
        Value::Constant(Constant::Symbol(name), _) => name == "ellipsis",
        Value::Slice(parts) => parts.iter().all(Option::is_none),
        _ => false,
    };
    match index {
        Value::Tuple(parts) => parts.iter().all(passes),
        other => passes(other),
    }
}
