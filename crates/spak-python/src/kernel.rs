//! Kernels: how they are declared, and the run of their bodies.

use std::rc::Rc;

use ruff_python_ast::Expr;
use ruff_text_size::Ranged;
use spak_program::{
    Argument, ConfigsId, Hint, Kernel, KernelId, NodeId, Op, Parameter, ParameterKind, ScopeId,
    ScopeKind, Site,
};

use crate::api::{Annotation, Language, Meaning, TABLES};
use crate::builder::span;
use crate::machine::Machine;
use crate::value::{Arguments, Function, KernelValue, Value};

/// Hints by their names, as every API calls them.
pub(crate) const HINTS: &[&str] = &[
    "occupancy",
    "num_ctas",
    "num_worker_warps",
    "opt_level",
    "num_warps",
    "num_stages",
    "maxnreg",
];

/// A kernel while sources are run.
pub(crate) struct KernelState<'a> {
    pub(crate) function: Rc<Function<'a>>,
    pub(crate) language: Language,
    pub(crate) run: bool,
    pub(crate) launched: bool,
    /// Called like a function by another kernel.
    pub(crate) called: bool,
    /// Triton: parameters that are computed from the others.
    pub(crate) heuristics: Vec<(String, Value<'a>)>,
}

impl<'a> Machine<'a> {
    /// What a decorator makes of a function.
    pub(crate) fn decorate(
        &mut self,
        decorator: &Value<'a>,
        value: Value<'a>,
        site: Site,
    ) -> Value<'a> {
        let none = Arguments::default();
        let (special, arguments) = match decorator {
            Value::Path(path) => match TABLES.call(path) {
                Some(Meaning::Special { name, .. }) => (*name, &none),
                _ => return value,
            },
            Value::Partial(partial) => (partial.special, &partial.arguments),
            Value::Function(function) => {
                let arguments = Arguments { positional: vec![value.clone()], ..none };
                return match self.apply_function(function, arguments, site) {
                    Value::Function(made) => {
                        self.decorated.insert(made.id, site);
                        Value::Function(made)
                    }
                    made @ Value::Kernel(_) => made,
                    _ => value,
                };
            }
            _ => return value,
        };
        match (special, &value) {
            ("kernel" | "triton_jit", Value::Function(function)) => {
                let function = Rc::clone(function);
                let cutile = special == "kernel";
                let language = if cutile { Language::Cutile } else { Language::Triton };
                self.declare(language, function, arguments, site)
            }
            ("triton_autotune", Value::Kernel(kernel)) => self.autotuned(kernel, arguments, site),
            ("triton_heuristics", Value::Kernel(kernel)) => {
                self.add_heuristics(kernel.kernel, arguments.get(0, "values"));
                value
            }
            _ => value,
        }
    }

    fn declare(
        &mut self,
        language: Language,
        function: Rc<Function<'a>>,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let hints = self.hints(arguments, site);
        let kernel = match self.kernel_sites.get(&function.site) {
            Some(kernel) => *kernel,
            None => {
                let kernel = KernelId(self.graph.program.kernels.len() as u32);
                self.kernel_sites.insert(function.site, kernel);
                self.graph.program.kernels.push(Kernel {
                    name: function.name.clone(),
                    language: if language == Language::Cutile { "cutile" } else { "triton" },
                    scope: ScopeId(0),
                    parameters: Vec::new(),
                    hints: Vec::new(),
                    inlined: Vec::new(),
                    site: function.site,
                });
                self.kernels.push(KernelState {
                    function,
                    language,
                    run: false,
                    launched: false,
                    called: false,
                    heuristics: Vec::new(),
                });
                kernel
            }
        };
        if let Some(found) = self.graph.program.kernels.get_mut(kernel.index()) {
            found.hints = hints
                .iter()
                .filter_map(|hint| {
                    let label = HINTS.iter().find(|name| **name == hint.name)?;
                    Some(Argument { label, value: hint.value, given: true })
                })
                .collect();
        }
        Value::Kernel(Rc::new(KernelValue { kernel, hints, configs: None, hinted: None }))
    }

    /// Hints among named arguments; one that is nothing is none.
    pub(crate) fn hints(&mut self, arguments: &Arguments<'a>, site: Site) -> Vec<Hint> {
        let mut hints = Vec::new();
        for (name, value) in &arguments.named {
            if !HINTS.contains(&name.as_str())
                || value.constant() == Some(&spak_program::Constant::None)
            {
                continue;
            }
            let value = self.as_node(value, site);
            let site = self.graph.program.node(value).map_or(site, |node| node.site);
            hints.push(Hint { name: name.clone(), value, site });
        }
        hints
    }

    pub(crate) fn kernel_name(&self, kernel: KernelId) -> String {
        self.graph
            .program
            .kernels
            .get(kernel.index())
            .map(|found| found.name.clone())
            .unwrap_or_default()
    }

    fn kernel_site(&self, kernel: KernelId) -> Option<Site> {
        self.graph.program.kernels.get(kernel.index()).map(|found| found.site)
    }

    /// The place of a file from which what is done at `site` was asked for.
    fn place_in(&self, of: Option<Site>, site: Site) -> Site {
        let Some(of) = of else { return site };
        let here = std::iter::once(&site).chain(self.places.iter().rev());
        here.copied().find(|place| place.file == of.file).unwrap_or(site)
    }

    /// Notes kernels in something that is put into a container.
    pub(crate) fn note_kept(&mut self, value: &Value<'a>, site: Site, depth: u32) {
        match value {
            Value::Kernel(kernel) => {
                let kernel = Rc::clone(kernel);
                let place = self.place_in(self.kernel_site(kernel.kernel), site);
                let node = self.graph.named(Op::Call, "keep", Vec::new(), place);
                self.kept.push((kernel, node));
            }
            Value::Tuple(parts) if depth < 4 => {
                for part in parts.iter() {
                    self.note_kept(part, site, depth + 1);
                }
            }
            Value::Record(record) if depth < 4 => {
                let fields = record.fields.borrow().clone();
                // The kernel that another was made of may be beside it.
                for (_, value) in &fields {
                    if !matches!(value, Value::Kernel(kernel) if kernel.hinted.is_none()) {
                        self.note_kept(value, site, depth + 1);
                    }
                }
            }
            _ => {}
        }
    }

    /// Where a kernel with hints was put into a cache.
    pub(crate) fn kept_at(&self, kernel: &KernelValue) -> Option<NodeId> {
        let hinted = kernel.hinted?;
        let found = self.kept.iter().find(|(kept, _)| kept.hinted == Some(hinted))?;
        Some(found.1)
    }

    pub(crate) fn kernel_method(
        &mut self,
        kernel: &Rc<KernelValue>,
        name: &str,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        if matches!(
            TABLES.member(name, self.language()),
            Some(Meaning::Special { name: "replace_hints", .. })
        ) {
            let mut changed = KernelValue::clone(kernel);
            for hint in self.hints(&arguments, site) {
                changed.hints.retain(|known| known.name != hint.name);
                changed.hints.push(hint);
            }
            let place = self.place_in(self.kernel_site(kernel.kernel), site);
            changed.hinted = Some(self.graph.named(Op::Call, "replace_hints", Vec::new(), place));
            return Value::Kernel(Rc::new(changed));
        }
        self.graph.gap(format!("{name} of a kernel"), site);
        self.unknown(site)
    }

    /// A kernel called like a function: by another kernel, whose part it is then.
    pub(crate) fn call_kernel(
        &mut self,
        kernel: &Rc<KernelValue>,
        arguments: Arguments<'a>,
        site: Site,
    ) -> Value<'a> {
        let Some(state) = self.kernels.get_mut(kernel.kernel.index()) else {
            return self.unknown(site);
        };
        state.called = true;
        let function = Rc::clone(&state.function);
        self.apply_function(&function, arguments, site)
    }

    /// Runs the bodies of all kernels: those that are launched first, since these show which others are only called.
    pub(crate) fn run_kernels(&mut self) {
        for launched in [true, false] {
            for kernel in 0..self.kernels.len() {
                let wanted = self.kernels.get(kernel).is_some_and(|state| {
                    let wanted = self.modules.get(state.function.module);
                    let wanted = wanted.is_some_and(|module| module.wanted);
                    !state.run && (state.launched || (!launched && wanted && !state.called))
                });
                if wanted {
                    self.run_kernel(KernelId(kernel as u32));
                }
            }
        }
    }

    fn run_kernel(&mut self, kernel: KernelId) {
        let Some(state) = self.kernels.get_mut(kernel.index()) else { return };
        state.run = true;
        let function = Rc::clone(&state.function);
        self.file = function.site.file;
        self.module = function.module;
        let scope = self.begin(ScopeKind::Kernel(kernel), &function.name, function.site);
        let mut arguments = Arguments::default();
        let mut parameters = Vec::new();
        let declared = function.code.parameters();
        let declared = declared.into_iter().flat_map(|all| all.iter_non_variadic_params());
        for (at, written) in declared.enumerate() {
            let name = written.parameter.name.as_str();
            let site = Site { file: self.file, span: span(written.parameter.range()) };
            let kind = self.parameter_kind(&function, written.parameter.annotation.as_deref());
            let node = self.parameter(name, site);
            let default = function.defaults.get(at).cloned().flatten();
            let default: Option<NodeId> = default.map(|value| self.as_node(&value, site));
            parameters.push(Parameter { name: name.to_owned(), kind, default, node, site });
            arguments.named.push((name.to_owned(), Value::Node(node)));
        }
        if let Some(found) = self.graph.program.kernels.get_mut(kernel.index()) {
            found.scope = scope;
            found.parameters = parameters;
        }
        let before = self.reached.clone();
        self.reached.clear();
        self.apply_function(&function, arguments, function.site);
        let reached = std::mem::replace(&mut self.reached, before);
        let mut inlined = Vec::new();
        for site in &reached {
            if *site != function.site
                && let Some(name) = self.function_at(*site)
            {
                inlined.push((name, *site));
            }
        }
        self.reached.extend(reached);
        if let Some(found) = self.graph.program.kernels.get_mut(kernel.index()) {
            found.inlined = inlined;
        }
    }

    /// The name of the function that is defined at a place, as far as a module knows it.
    fn function_at(&self, site: Site) -> Option<String> {
        self.modules.iter().find_map(|module| {
            module.frame.names.borrow().values().find_map(|value| match value {
                Value::Function(function) if function.site == site => Some(function.name.clone()),
                Value::Kernel(kernel) => {
                    let state = self.kernels.get(kernel.kernel.index())?;
                    (state.function.site == site).then(|| state.function.name.clone())
                }
                _ => None,
            })
        })
    }

    fn parameter_kind(
        &mut self,
        function: &Rc<Function<'a>>,
        annotation: Option<&'a Expr>,
    ) -> ParameterKind {
        let Some(annotation) = annotation else { return ParameterKind::Runtime };
        let frame = Rc::clone(&function.frame);
        match self.eval(annotation, &frame) {
            Value::Path(path) if TABLES.annotation(&path) == Some(Annotation::Constexpr) => {
                ParameterKind::Constexpr
            }
            _ => ParameterKind::Runtime,
        }
    }

    /// Leaves out kernels that others call and nobody launches.
    pub(crate) fn drop_helpers(&mut self) {
        let mut new_ids = Vec::new();
        let mut kept = 0u32;
        for state in &self.kernels {
            new_ids.push(state.run.then_some(KernelId(kept)));
            kept += u32::from(state.run);
        }
        let new_id = |old: KernelId| new_ids.get(old.index()).copied().flatten();
        let mut index = 0;
        self.graph.program.kernels.retain(|_| {
            index += 1;
            new_ids.get(index - 1).copied().flatten().is_some()
        });
        for launch in &mut self.graph.program.launches {
            launch.kernel = new_id(launch.kernel).unwrap_or(launch.kernel);
        }
        for scope in &mut self.graph.program.scopes {
            if let ScopeKind::Kernel(kernel) = &mut scope.kind {
                *kernel = new_id(*kernel).unwrap_or(*kernel);
            }
        }
    }

    /// The list of configs that a kernel is tuned over, if its declaration says so.
    pub(crate) fn declared_configs(kernel: &KernelValue) -> Option<ConfigsId> {
        kernel.configs
    }
}
