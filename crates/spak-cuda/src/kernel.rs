//! Kernels and launches.

use std::rc::Rc;

use spak_program::{
    Argument, Constant, Hint, Kernel, KernelId, Launch, LaunchKind, NodeId, Op, Parameter,
    ParameterKind, ScopeId, ScopeKind, Site, given,
};

use crate::ast::{Expr, Function};
use crate::machine::Machine;
use crate::value::{Callable, Frame, Instance, Place, Slot, Type, TypeKind, Value};

/// Threads of a warp.
const WARP: i64 = 32;

/// A kernel while sources are run.
#[derive(Debug)]
pub(crate) struct KernelState {
    pub(crate) function: Rc<Function>,
    pub(crate) file: usize,
    pub(crate) launched: bool,
    /// For each parameter of the template the class that launches give it.
    pub(crate) classes: Vec<Option<Rc<Instance>>>,
}

/// A launch whose arguments find their parameters when the kernel was run.
#[derive(Debug)]
pub(crate) struct Pending {
    launch: usize,
    kernel: KernelId,
    /// Arguments by the names of parameters: those of the template, then the others.
    named: Vec<(String, NodeId)>,
    runtime: Vec<NodeId>,
}

/// Hints by their names, as declarations have them.
const HINTS: [&str; 5] = ["unroll", "max_threads", "min_blocks_per_sm", "max_cluster", "num_warps"];

impl Machine {
    pub(crate) fn declare_kernel(&mut self, function: &Rc<Function>, file: usize) -> KernelId {
        if let Some(known) = self.kernel_sites.get(&function.site) {
            return *known;
        }
        let kernel = KernelId(self.graph.program.kernels.len() as u32);
        self.kernel_sites.insert(function.site, kernel);
        self.graph.program.kernels.push(Kernel {
            name: function.name.clone(),
            language: "cuda",
            scope: ScopeId(0),
            parameters: Vec::new(),
            hints: Vec::new(),
            inlined: Vec::new(),
            site: function.site,
        });
        let classes = function.template.iter().map(|_| None).collect();
        self.kernels.push(KernelState {
            function: Rc::clone(function),
            file,
            launched: false,
            classes,
        });
        kernel
    }

    /// A hint of the kernel that is being run.
    pub(crate) fn hint(&mut self, name: &str, value: NodeId) {
        let scope = self.graph.program.scopes.get(self.graph.scope.index());
        let Some(ScopeKind::Kernel(kernel)) = scope.map(|scope| scope.kind) else { return };
        let Some(label) = HINTS.into_iter().find(|known| *known == name) else { return };
        if let Some(found) = self.graph.program.kernels.get_mut(kernel.index()) {
            let argument = Argument { label, value, given: true };
            let site = self.graph.program.nodes.get(value.index()).map(|node| node.site);
            let known = found.hints.iter().any(|hint| {
                let other = self.graph.program.nodes.get(hint.value.index()).map(|node| node.site);
                hint.label == label && other == site
            });
            if !known && found.hints.len() < 100 {
                found.hints.push(argument);
            }
        }
    }

    pub(crate) fn add_parameter(
        &mut self,
        scope: ScopeId,
        name: &str,
        kind: ParameterKind,
        node: NodeId,
        site: Site,
    ) {
        if kind == ParameterKind::Constexpr {
            self.compiled.insert(node);
        }
        let found = self.graph.program.scopes.get_mut(scope.index());
        let Some(found) = found else { return };
        found.parameters.push(node);
        if let ScopeKind::Kernel(kernel) = found.kind
            && let Some(kernel) = self.graph.program.kernels.get_mut(kernel.index())
        {
            let name = name.to_owned();
            kernel.parameters.push(Parameter { name, kind, default: None, node, site });
        }
    }

    pub(crate) fn launch_expression(
        &mut self,
        callee: &Expr,
        how: &[Expr],
        arguments: &[Expr],
        site: Site,
        frame: &Rc<Frame>,
    ) {
        let kernel = self.eval(callee, frame);
        let how: Vec<Value> = how.iter().map(|one| self.eval(one, frame)).collect();
        let arguments: Vec<Value> = arguments.iter().map(|one| self.eval(one, frame)).collect();
        self.launch(&kernel, &how, &arguments, site);
    }

    fn launch(&mut self, kernel: &Value, how: &[Value], arguments: &[Value], site: Site) {
        match kernel {
            Value::Function(callable) => match callable.kernel {
                Some(id) => self.launch_kernel(id, callable, (how, arguments), site),
                None => self.graph.gap("it is not known which kernel is launched", site),
            },
            Value::Choice(choice) => {
                let choice = Rc::clone(choice);
                self.each_way(&choice, site, |machine, way| {
                    machine.launch(way, how, arguments, site);
                    Value::Nothing
                });
            }
            Value::View(place @ Place::Local(..)) => {
                let inner = self.read(place, site);
                if matches!(inner, Value::Function(_)) {
                    self.launch(&inner, how, arguments, site);
                }
            }
            _ => self.graph.gap("it is not known which kernel is launched", site),
        }
    }

    fn launch_kernel(
        &mut self,
        id: KernelId,
        callable: &Callable,
        (how, arguments): (&[Value], &[Value]),
        site: Site,
    ) {
        let Some(state) = self.kernels.get_mut(id.index()) else { return };
        state.launched = true;
        let function = Rc::clone(&state.function);
        let mut named = Vec::new();
        for (at, parameter) in function.template.iter().enumerate() {
            let Some(value) = callable.arguments.get(at) else { continue };
            match value {
                Value::Type(of) => {
                    let TypeKind::Class(instance) = &of.kind else { continue };
                    let state = self.kernels.get_mut(id.index());
                    if let Some(class) = state.and_then(|state| state.classes.get_mut(at)) {
                        class.get_or_insert_with(|| Rc::clone(instance));
                    }
                    for (name, value) in &instance.arguments {
                        if !matches!(value, Value::Type(_)) {
                            let node = self.as_node(value, site);
                            named.push((shown(name), node));
                        }
                    }
                }
                value => {
                    let node = self.as_node(value, site);
                    named.push((parameter.name.clone(), node));
                }
            }
        }
        let runtime: Vec<NodeId> =
            arguments.iter().map(|value| self.as_node(value, site)).collect();
        let grid = how.first().cloned().unwrap_or(Value::Nothing);
        let grid = self.axes(&grid, site);
        let hints = self.launch_hints(how, site);
        self.pending.push(Pending {
            launch: self.graph.program.launches.len(),
            kernel: id,
            named,
            runtime,
        });
        self.graph.program.launches.push(Launch {
            kernel: id,
            kind: LaunchKind::Real,
            grid,
            arguments: Vec::new(),
            hints,
            configs: None,
            conditions: self.graph.conditions.clone(),
            site,
            scope: self.graph.scope,
        });
    }

    /// The sizes of a grid or a block.
    fn axes(&mut self, value: &Value, site: Site) -> Vec<NodeId> {
        match value {
            Value::Tuple(items) => {
                let items: Vec<Value> = items.iter().take(3).cloned().collect();
                items.iter().map(|item| self.as_node(item, site)).collect()
            }
            Value::Nothing => Vec::new(),
            other => vec![self.as_node(other, site)],
        }
    }

    fn launch_hints(&mut self, how: &[Value], site: Site) -> Vec<Hint> {
        let mut hints = Vec::new();
        let mut threads = Some(1i64);
        let block = how.get(1).cloned().unwrap_or(Value::Nothing);
        let axes = self.axes(&block, site);
        for (name, axis) in ["block_x", "block_y", "block_z"].iter().zip(&axes) {
            let place = self.graph.program.node(*axis).map_or(site, |node| node.site);
            let size = self.graph.program.constant(*axis).cloned();
            threads = match (threads, size) {
                (Some(count), Some(Constant::Int(size))) => count.checked_mul(size),
                _ => None,
            };
            hints.push(Hint { name: (*name).to_owned(), value: *axis, site: place });
        }
        if let (Some(threads), Some(first)) = (threads, axes.first()) {
            let place = self.graph.program.node(*first).map_or(site, |node| node.site);
            if threads % WARP == 0 {
                let value = self.graph.constant(Constant::Int(threads / WARP), place);
                hints.push(Hint { name: "num_warps".to_owned(), value, site: place });
            }
        }
        if let Some(shared) = how.get(2) {
            let value = self.as_node(shared, site);
            let is_none = matches!(self.graph.program.constant(value), Some(Constant::Int(0)));
            if !is_none {
                let place = self.graph.program.node(value).map_or(site, |node| node.site);
                hints.push(Hint { name: "dynamic_shared_memory".to_owned(), value, site: place });
            }
        }
        hints
    }

    /// Runs the bodies of all kernels of files that are wanted, and of those that are launched.
    pub(crate) fn run_kernels(&mut self) {
        self.share(self.kernels.len());
        for at in 0..self.kernels.len() {
            let Some(state) = self.kernels.get(at) else { continue };
            let wanted = self.files.get(state.file).is_some_and(|file| file.wanted);
            if wanted || state.launched {
                self.run_kernel(KernelId(at as u32));
            }
            self.ended();
        }
    }

    /// Runs a function as a kernel.
    pub(crate) fn run_kernel(&mut self, kernel: KernelId) {
        let Some(state) = self.kernels.get(kernel.index()) else { return };
        let function = Rc::clone(&state.function);
        let classes = state.classes.clone();
        let file = state.file;
        self.begin(ScopeKind::Kernel(kernel), &function.name, function.site);
        self.refuel();
        let scope = self.graph.scope;
        if let Some(found) = self.graph.program.kernels.get_mut(kernel.index()) {
            found.scope = scope;
        }
        let Some(outer) = self.files.get(file).map(|file| Rc::clone(&file.frame)) else { return };
        let frame = Frame::within(&outer);
        for (parameter, class) in function.template.iter().zip(classes) {
            let value = match (&parameter.of, class) {
                (None, Some(class)) => self.symbolic(&class, &outer),
                (None, None) => Value::Type(Rc::new(Type::named(&parameter.name, Vec::new()))),
                (Some(of), _) => {
                    let node = self.new_parameter(
                        &parameter.name,
                        ParameterKind::Constexpr,
                        parameter.site,
                    );
                    let of = self.type_of(of, &frame);
                    self.integer(&Value::Node(node), &of);
                    Value::Node(node)
                }
            };
            frame.set(&parameter.name, Slot::Value(value));
        }
        for parameter in &function.parameters {
            let node = self.new_parameter(&parameter.name, ParameterKind::Runtime, parameter.site);
            let of = self.type_of(&parameter.of, &frame);
            self.integer(&Value::Node(node), &of);
            let loc = self.new_cell(Value::Node(node), Some(&of));
            if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
                cell.constant = parameter.of.constant && !parameter.of.pointer;
            }
            frame.set(&parameter.name, Slot::Place(Place::Local(loc, Vec::new())));
        }
        for (bound, label) in
            function.bounds.iter().zip(["max_threads", "min_blocks_per_sm", "max_cluster"])
        {
            let value = self.eval(bound, &frame);
            let node = self.as_node(&value, bound.site);
            self.hint(label, node);
        }
        let before = std::mem::take(&mut self.reached);
        self.run_body(&function, &frame, function.site);
        let reached = std::mem::replace(&mut self.reached, before);
        let inlined = self.inlined(&reached);
        self.reached.extend(reached);
        self.reached.insert(function.site);
        if let Some(found) = self.graph.program.kernels.get_mut(kernel.index()) {
            found.inlined = inlined;
        }
    }

    fn inlined(&self, reached: &std::collections::BTreeSet<Site>) -> Vec<(String, Site)> {
        let found = reached.iter().filter_map(|site| Some((self.function_order.get(site)?, *site)));
        let mut all: Vec<(&(usize, String), Site)> = found.collect();
        all.sort_unstable();
        all.into_iter().map(|((_, name), site)| (name.clone(), site)).collect()
    }

    pub(crate) fn new_parameter(&mut self, name: &str, kind: ParameterKind, site: Site) -> NodeId {
        let node = self.graph.named(Op::Parameter, name, Vec::new(), site);
        self.add_parameter(self.graph.scope, name, kind, node, site);
        node
    }

    /// A class whose numbers are parameters that the kernel has when it is compiled.
    fn symbolic(&mut self, class: &Rc<Instance>, frame: &Rc<Frame>) -> Value {
        let outer = class.frame.outer.clone().unwrap_or_else(|| Rc::clone(frame));
        // Names of the file that it is in are looked up anew.
        let outer = self.files.get(outer.file).map_or(outer, |file| Rc::clone(&file.frame));
        let mut arguments = Vec::new();
        for (parameter, (name, value)) in class.class.template.iter().zip(&class.arguments) {
            arguments.push(match value {
                Value::Type(of) => match &of.kind {
                    // A base that is made of the other parameters.
                    TypeKind::Class(_) if parameter.default.is_some() => break,
                    _ => value.clone(),
                },
                _ => {
                    let name = shown(name);
                    let site = parameter.site;
                    let node = self.new_parameter(&name, ParameterKind::Constexpr, site);
                    self.integers.insert(node);
                    Value::Node(node)
                }
            });
        }
        Value::Type(self.instance(&class.class, Some(arguments), &outer))
    }

    /// Gives launches their arguments in the order of the parameters of their kernels.
    pub(crate) fn bind_launches(&mut self) {
        for pending in std::mem::take(&mut self.pending) {
            let Some(kernel) = self.graph.program.kernels.get(pending.kernel.index()) else {
                continue;
            };
            let mut runtime = pending.runtime.iter();
            let mut left = pending.named;
            let arguments = kernel
                .parameters
                .iter()
                .map(|parameter| {
                    // Two of one name come in order.
                    let named = left.iter().position(|(name, _)| *name == parameter.name);
                    match (named, parameter.kind) {
                        (Some(at), ParameterKind::Constexpr) => Some(left.remove(at).1),
                        (_, ParameterKind::Runtime) if !parameter.name.contains('.') => {
                            runtime.next().copied()
                        }
                        _ => None,
                    }
                })
                .collect();
            if let Some(launch) = self.graph.program.launches.get_mut(pending.launch) {
                launch.arguments = arguments;
            }
        }
    }

    /// A condition that a static assertion states.
    pub(crate) fn stated(&mut self, value: &Value, site: Site) {
        let node = self.as_node(value, site);
        if self.graph.program.constant(node).is_none() {
            self.effect("assert", vec![given("condition", node)], site);
        }
    }
}

/// A parameter of a class is often written with a line at its end, to tell it from the member.
fn shown(name: &str) -> String {
    name.trim_end_matches('_').to_owned()
}
