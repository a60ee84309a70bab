//! What is run in which order: the host from the outside in, then the kernels.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use spak_program::{ParameterKind, ScopeKind, Site};

use crate::ast::{Class, Function};
use crate::machine::Machine;
use crate::value::{Frame, Place, Slot, Type, TypeKind, Value};

/// A function, the class that it is a method of, and its file.
type Entry = (Rc<Function>, Option<Rc<Class>>, usize);

impl Machine {
    /// Runs what is wanted of all files.
    pub(crate) fn run(&mut self) {
        let all = self.functions();
        for (function, _, file) in all.iter().filter(|(function, _, _)| function.is_kernel) {
            if self.files.get(*file).is_some_and(|file| file.wanted) {
                self.declare_kernel(function, *file);
            }
        }
        let near = self.near(&all);
        let hosts: Vec<&Entry> = all
            .iter()
            .filter(|(function, _, file)| {
                !function.is_kernel
                    && !function.is_device
                    && (near.contains(&function.site) || function.launches)
                    && self.files.get(*file).is_some_and(|file| file.wanted)
            })
            .collect();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        for (function, _, _) in &hosts {
            let others = function.mentions.iter().filter(|name| **name != function.name);
            used.extend(others.map(String::as_str));
        }
        let is_used = |entry: &&Entry| used.contains(entry.0.name.as_str());
        let (inner, outer): (Vec<&Entry>, Vec<&Entry>) = hosts.into_iter().partition(is_used);
        for some in [outer, inner] {
            // Those that were run by others need no fuel of their own.
            let some: Vec<&Entry> =
                some.into_iter().filter(|one| !self.reached.contains(&one.0.site)).collect();
            self.share(some.len());
            for entry in some {
                if !self.reached.contains(&entry.0.site) {
                    self.run_host(entry);
                }
                self.ended();
            }
        }
        if self.kernels.is_empty() {
            self.adopt(&all);
        }
        self.run_kernels();
    }

    fn functions(&self) -> Vec<Entry> {
        let files = self.files.iter().enumerate();
        files
            .flat_map(|(at, file)| {
                file.functions.iter().map(move |(one, class)| (Rc::clone(one), class.clone(), at))
            })
            .filter(|(one, _, _)| one.body.is_some())
            .collect()
    }

    /// Where there is no kernel, the outermost functions of the device are what is looked at.
    fn adopt(&mut self, all: &[Entry]) {
        let device: Vec<&Entry> = all
            .iter()
            .filter(|(one, class, file)| {
                one.is_device
                    && class.is_none()
                    && self.files.get(*file).is_some_and(|file| file.wanted)
            })
            .collect();
        let used: BTreeSet<&str> = device
            .iter()
            .flat_map(|(one, _, _)| {
                one.mentions.iter().filter(|name| **name != one.name).map(String::as_str)
            })
            .collect();
        for (function, _, file) in device {
            if !used.contains(function.name.as_str()) {
                self.declare_kernel(function, *file);
            }
        }
    }

    /// Runs a function of the host about whose arguments nothing is known.
    fn run_host(&mut self, (function, class, file): &Entry) {
        self.begin(ScopeKind::Host, &function.name, function.site);
        self.refuel();
        self.reached.insert(function.site);
        let Some(outer) = self.files.get(*file).map(|file| Rc::clone(&file.frame)) else { return };
        let outer = match class {
            Some(class) => {
                let of = self.instance(class, None, &outer);
                let TypeKind::Class(instance) = &of.kind else { return };
                let object = self.construct(instance, Vec::new(), function.site);
                let this = match object {
                    Value::Object(object) => Some(object),
                    _ => None,
                };
                Rc::new(Frame {
                    outer: Some(Rc::clone(&instance.frame)),
                    this,
                    file: *file,
                    ..Frame::default()
                })
            }
            None => outer,
        };
        let frame = Frame::within(&outer);
        for parameter in &function.template {
            let value = match &parameter.of {
                None => Value::Type(Rc::new(Type::named(&parameter.name, Vec::new()))),
                Some(_) => Value::Node(self.new_parameter(
                    &parameter.name,
                    ParameterKind::Constexpr,
                    parameter.site,
                )),
            };
            frame.set(&parameter.name, Slot::Value(value));
        }
        for parameter in &function.parameters {
            let node = self.new_parameter(&parameter.name, ParameterKind::Runtime, parameter.site);
            let of = self.type_of(&parameter.of, &frame);
            self.integer(&Value::Node(node), &of);
            let loc = self.new_cell(Value::Node(node), Some(&of));
            frame.set(&parameter.name, Slot::Place(Place::Local(loc, Vec::new())));
        }
        self.run_body(function, &frame, function.site);
    }

    /// Functions of the host that lead to a kernel: they mention one of a file that their own sees.
    fn near(&self, all: &[Entry]) -> BTreeSet<Site> {
        let mut by_mention: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
        for entry in all.iter().filter(|(one, _, _)| !one.is_kernel && !one.is_device) {
            for name in entry.0.mentions.iter() {
                by_mention.entry(name).or_default().push(entry);
            }
        }
        let kernels = all.iter().filter(|(one, _, _)| one.is_kernel || one.launches);
        let mut open: Vec<(&str, usize)> =
            kernels.map(|(one, _, file)| (one.name.as_str(), *file)).collect();
        let mut looked = BTreeSet::new();
        let mut found = BTreeSet::new();
        while let Some((name, file)) = open.pop() {
            if !looked.insert((name, file)) {
                continue;
            }
            for (caller, _, from) in by_mention.get(name).into_iter().flatten() {
                if self.visible.sees(*from, file) && found.insert(caller.site) {
                    open.push((caller.name.as_str(), *from));
                }
            }
        }
        found
    }
}
