//! What is run from the outside, and in which order: callers before what they call.
//!
//! A function that was reached is not run again, so the order decides what is known of its arguments. It comes
//! from who mentions whom, never from names or from the order of definitions: whatever may reach a function has
//! run when it is decided whether it was reached. Only functions that call each other in turn come by place.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_parameter, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Parameter, Parameters, Stmt};
use spak_program::Site;

use crate::frame::Frame;
use crate::machine::Machine;
use crate::reach::Mentions;
use crate::value::{Class, Code, Value};

/// Containers within containers that are looked into for functions.
const DEPTH: u32 = 3;
/// Elements of a container that are looked into.
const WIDTH: usize = 64;

/// A function or a class that a file defines.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) value: Value<'a>,
    /// Whether anything else mentions it.
    pub(crate) is_used: bool,
    module: usize,
    site: Site,
}

/// Which entry a function or a class is.
#[derive(Debug, Default)]
struct Index {
    functions: BTreeMap<u32, usize>,
    classes: BTreeMap<Site, usize>,
}

impl Index {
    fn of(&self, value: &Value<'_>) -> Option<usize> {
        match value {
            Value::Function(function) => self.functions.get(&function.id).copied(),
            Value::Class(class) => self.classes.get(&class.site).copied(),
            _ => None,
        }
    }

    /// The entries that are in a value.
    fn within(&self, value: &Value<'_>, depth: u32, found: &mut BTreeSet<usize>) {
        found.extend(self.of(value));
        if depth >= DEPTH {
            return;
        }
        let mut go_on = |value: &Value<'_>| self.within(value, depth + 1, found);
        match value {
            Value::Tuple(items) => items.iter().take(WIDTH).for_each(go_on),
            Value::List(list) => {
                list.borrow().items.iter().take(WIDTH).for_each(|(item, _)| go_on(item));
            }
            Value::Dict(dict) => {
                dict.borrow().items.iter().take(WIDTH).for_each(|(_, item)| go_on(item));
            }
            Value::Partial(partial) => {
                let arguments = &partial.arguments;
                arguments.positional.iter().for_each(&mut go_on);
                arguments.named.iter().for_each(|(_, value)| go_on(value));
            }
            Value::Choice(choice) => {
                go_on(&choice.1);
                go_on(&choice.2);
            }
            Value::Record(record) => {
                found.extend(record.class.as_ref().and_then(|class| self.classes.get(&class.site)));
            }
            _ => {}
        }
    }
}

/// Finds the entries that statements mention.
struct Walk<'m, 'a> {
    machine: &'m Machine<'a>,
    index: &'m Index,
    frame: &'m Frame<'a>,
    module: usize,
    /// Names of the functions around the place.
    bound: Vec<BTreeSet<&'a str>>,
    found: BTreeSet<usize>,
}

impl<'a> Walk<'_, 'a> {
    fn value(&self, name: &str) -> Option<Value<'a>> {
        let is_local = self.bound.iter().any(|bound| bound.contains(name));
        if is_local { None } else { self.frame.get(name) }
    }

    /// What a parameter list and a body are to each other: the first binds names of the second.
    fn function(&mut self, parameters: Option<&'a Parameters>, body: &'a [Stmt]) {
        let mut bound = Bound::default();
        if let Some(parameters) = parameters {
            bound.visit_parameters(parameters);
        }
        bound.visit_body(body);
        self.bound.push(bound.0);
        self.visit_body(body);
        self.bound.pop();
    }
}

impl<'a> Visitor<'a> for Walk<'_, 'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                function.decorator_list.iter().for_each(|one| self.visit_decorator(one));
                self.visit_parameters(&function.parameters);
                self.function(Some(&function.parameters), &function.body);
            }
            Stmt::ImportFrom(import) => {
                let base = self.machine.base_within(self.module, import);
                let module = self.machine.by_name.get(&base);
                let Some(module) = module.and_then(|at| self.machine.modules.get(*at)) else {
                    return;
                };
                for alias in &import.names {
                    if let Some(value) = module.frame.get(alias.name.as_str()) {
                        self.index.within(&value, 0, &mut self.found);
                    }
                }
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => {
                if let Some(value) = self.value(name.id.as_str()) {
                    self.index.within(&value, 0, &mut self.found);
                }
            }
            Expr::Attribute(attribute) => {
                if let Expr::Name(name) = &*attribute.value
                    && let Some(Value::Module(module)) = self.value(name.id.as_str())
                    && let Some(module) = self.machine.modules.get(module)
                    && let Some(value) = module.frame.get(attribute.attr.as_str())
                {
                    self.index.within(&value, 0, &mut self.found);
                }
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

/// Names that a function binds, those of functions within not included.
#[derive(Default)]
struct Bound<'a>(BTreeSet<&'a str>);

impl<'a> Visitor<'a> for Bound<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.0.insert(&function.name.id);
            }
            Stmt::ClassDef(class) => {
                self.0.insert(&class.name.id);
            }
            _ => walk_stmt(self, statement),
        }
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx != ExprContext::Load
        {
            self.0.insert(&name.id);
        }
        walk_expr(self, expression);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.0.insert(&parameter.name.id);
        walk_parameter(self, parameter);
    }
}

/// All of a graph, callers first: a node comes before those that it has edges to, unless these lead back to it.
/// Nodes that have no order are in the one they are numbered by.
pub(crate) fn callers_first(edges: &[BTreeSet<usize>]) -> Vec<usize> {
    let mut seen = vec![false; edges.len()];
    let mut ended = Vec::new();
    // From the last to the first, as the order in which they end is turned round.
    for start in (0..edges.len()).rev() {
        let mut open = vec![(start, false)];
        while let Some((at, is_end)) = open.pop() {
            if is_end {
                ended.push(at);
            } else if let Some(seen) = seen.get_mut(at).filter(|seen| !**seen) {
                *seen = true;
                open.push((at, true));
                open.extend(edges.get(at).into_iter().flatten().map(|to| (*to, false)));
            }
        }
    }
    ended.reverse();
    ended
}

/// The methods of a class that nothing calls by their names, callers first.
pub(crate) fn methods<'a>(class: &Class<'a>, first: &[&str]) -> Vec<String> {
    let members = class.members.names.borrow();
    let mut own: Vec<(Site, &String, Code<'a>)> = members
        .iter()
        .filter(|(name, _)| !first.contains(&name.as_str()))
        .filter_map(|(name, value)| match value {
            Value::Function(function) => Some((function.site, name, function.code)),
            _ => None,
        })
        .collect();
    own.sort_by_key(|(site, ..)| *site);
    let at: BTreeMap<&str, usize> =
        own.iter().enumerate().map(|(at, (_, name, _))| (name.as_str(), at)).collect();
    let mentions = |code: &Code<'a>| {
        let mut mentions = Attributes::default();
        if let Code::Definition(definition) = code {
            mentions.visit_body(&definition.body);
        }
        mentions.0.iter().filter_map(|name| at.get(name).copied()).collect()
    };
    let edges: Vec<BTreeSet<usize>> = own.iter().map(|(_, _, code)| mentions(code)).collect();
    let order = callers_first(&edges);
    order.iter().filter_map(|at| own.get(*at)).map(|(_, name, _)| (*name).clone()).collect()
}

#[derive(Default)]
struct Attributes<'a>(BTreeSet<&'a str>);

impl<'a> Visitor<'a> for Attributes<'a> {
    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Attribute(attribute) = expression {
            self.0.insert(&attribute.attr.id);
        }
        walk_expr(self, expression);
    }
}

impl<'a> Machine<'a> {
    /// Functions and classes of the files that are lifted, as far as they can lead to a kernel, callers first.
    pub(crate) fn entries(&self) -> Vec<Entry<'a>> {
        let near = self.near_kernels();
        let mut all: Vec<Entry<'a>> = Vec::new();
        for module in self.wanted() {
            let Some(found) = self.modules.get(module) else { continue };
            for (name, value) in found.frame.names.borrow().iter() {
                let site = match value {
                    Value::Function(function) if function.module == module => function.site,
                    Value::Class(class) if class.site.file == found.file => class.site,
                    _ => continue,
                };
                if near.contains(name) {
                    all.push(Entry { value: value.clone(), is_used: false, module, site });
                }
            }
        }
        let id = |value: &Value<'a>| match value {
            Value::Function(function) => function.id,
            _ => 0,
        };
        all.sort_by_key(|entry| (entry.site, id(&entry.value)));
        all.dedup_by_key(|entry| (entry.site, id(&entry.value)));
        let mut index = Index::default();
        for (at, entry) in all.iter().enumerate() {
            match &entry.value {
                Value::Function(function) => index.functions.insert(function.id, at),
                _ => index.classes.insert(entry.site, at),
            };
        }
        let edges: Vec<BTreeSet<usize>> =
            all.iter().enumerate().map(|(at, entry)| self.mentioned(at, entry, &index)).collect();
        let by_files = self.mentioned_by_files(&index);
        for used in edges.iter().chain([&by_files]).flatten() {
            if let Some(entry) = all.get_mut(*used) {
                entry.is_used = true;
            }
        }
        let mut all: Vec<Option<Entry<'a>>> = all.into_iter().map(Some).collect();
        callers_first(&edges)
            .into_iter()
            .filter_map(|at| all.get_mut(at).and_then(Option::take))
            .collect()
    }

    /// What an entry mentions, itself left out.
    fn mentioned(&self, at: usize, entry: &Entry<'a>, index: &Index) -> BTreeSet<usize> {
        let Some(module) = self.modules.get(entry.module) else { return BTreeSet::new() };
        let frame = match &entry.value {
            Value::Function(function) => Rc::clone(&function.frame),
            _ => Rc::clone(&module.frame),
        };
        let mut walk = Walk {
            machine: self,
            index,
            frame: &frame,
            module: entry.module,
            bound: Vec::new(),
            found: BTreeSet::new(),
        };
        match &entry.value {
            Value::Function(function) => match function.code {
                Code::Definition(definition) => {
                    definition.decorator_list.iter().for_each(|one| walk.visit_decorator(one));
                    walk.visit_parameters(&definition.parameters);
                    walk.function(Some(&definition.parameters), &definition.body);
                }
                Code::Lambda(lambda) => walk.visit_expr(&lambda.body),
            },
            Value::Class(class) => walk_class(&mut walk, class),
            _ => {}
        }
        walk.found.remove(&at);
        walk.found
    }

    /// What statements of files mention that are no definitions.
    fn mentioned_by_files(&self, index: &Index) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        for (at, module) in self.modules.iter().enumerate() {
            let mut walk = Walk {
                machine: self,
                index,
                frame: &module.frame,
                module: at,
                bound: Vec::new(),
                found: BTreeSet::new(),
            };
            for statement in module.body {
                let is_other = !matches!(
                    statement,
                    Stmt::FunctionDef(_) | Stmt::ClassDef(_) | Stmt::ImportFrom(_)
                );
                if is_other {
                    walk.visit_stmt(statement);
                }
            }
            found.extend(walk.found);
        }
        found
    }

    /// Names of functions and classes that lead to a kernel.
    fn near_kernels(&self) -> BTreeSet<String> {
        let mut mentions = Mentions::default();
        for module in &self.modules {
            mentions.add(module.body);
        }
        let kernels = self.kernels.iter().map(|kernel| kernel.function.name.clone());
        mentions.leading_to(kernels.collect())
    }
}

fn walk_class<'a>(walk: &mut Walk<'_, 'a>, class: &Class<'a>) {
    let definition = class.definition;
    definition.decorator_list.iter().for_each(|one| walk.visit_decorator(one));
    if let Some(arguments) = &definition.arguments {
        walk.visit_arguments(arguments);
    }
    walk.visit_body(&definition.body);
}
