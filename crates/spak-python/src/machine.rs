//! The abstract run of all files: its state, and what is run in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use ruff_python_ast::Stmt;
use spak_program::{Builder, Constant, KernelId, NodeId, Op, Program, ScopeId, ScopeKind, Site};
use spak_syntax::{FileId, Span};

use crate::Source;
use crate::api::Language;
use crate::frame::Frame;
use crate::kernel::KernelState;
use crate::value::{Function, KernelValue, Value};

/// Steps for one run from the outside; a run that needs more is cut short, and says so.
const FUEL: u32 = 400_000;
/// Functions within functions that are followed.
pub(crate) const DEPTH: usize = 40;

/// One file.
pub(crate) struct Module<'a> {
    pub(crate) name: String,
    pub(crate) package: bool,
    pub(crate) wanted: bool,
    pub(crate) file: FileId,
    pub(crate) body: &'a [Stmt],
    pub(crate) frame: Rc<Frame<'a>>,
    pub(crate) state: ModuleState,
}

/// How far a file is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ModuleState {
    Waiting,
    Running,
    Done,
}

/// A choice with its name and the place of that.
pub(crate) type NamedChoice<'a> = (Rc<(NodeId, Value<'a>, Value<'a>)>, String, Site);

/// The state of the run.
pub(crate) struct Machine<'a> {
    /// The program in the making, and where the run is in it.
    pub(crate) graph: Builder,
    pub(crate) modules: Vec<Module<'a>>,
    pub(crate) by_name: BTreeMap<String, usize>,
    pub(crate) kernels: Vec<KernelState<'a>>,
    /// Kernels by where they are defined.
    pub(crate) kernel_sites: BTreeMap<Site, KernelId>,
    /// Functions that are being run, innermost last.
    pub(crate) calls: Vec<Site>,
    /// Where functions are defined that were run from somewhere.
    pub(crate) reached: BTreeSet<Site>,
    /// These functions themselves: one definition may make several.
    pub(crate) reached_functions: BTreeSet<u32>,
    /// Where functions that a decorator made were decorated.
    pub(crate) decorated: BTreeMap<u32, Site>,
    /// Decorators whose functions are being run, innermost last, with the nodes that the decorated functions made.
    pub(crate) asking: Vec<(Site, Vec<std::ops::Range<usize>>)>,
    /// How many functions were made.
    pub(crate) functions: u32,
    pub(crate) file: FileId,
    pub(crate) module: usize,
    pub(crate) fuel: u32,
    /// Contexts of differentiable functions that were applied, by the place of their class.
    pub(crate) contexts: BTreeMap<Site, Value<'a>>,
    /// Where the functions that are being run were called.
    pub(crate) places: Vec<Site>,
    /// Time limits of compilations around the place.
    pub(crate) timeouts: Vec<NodeId>,
    /// Values that the host wrote together, and where.
    pub(crate) tuples: Vec<(Vec<Value<'a>>, Site)>,
    /// Values that only files that are not lifted gave a name.
    pub(crate) named_elsewhere: BTreeSet<NodeId>,
    /// Values of which it is not known which they are, with what the host calls them, and where.
    pub(crate) named_choices: Vec<NamedChoice<'a>>,
    /// Where the host last used a value by a name.
    pub(crate) uses: BTreeMap<NodeId, Site>,
    /// Kernels that were put into a cache, and where.
    pub(crate) kept: Vec<(Rc<KernelValue>, NodeId)>,
}

impl<'a> Machine<'a> {
    pub(crate) fn new() -> Self {
        Self {
            graph: Builder::default(),
            modules: Vec::new(),
            by_name: BTreeMap::new(),
            kernels: Vec::new(),
            kernel_sites: BTreeMap::new(),
            calls: Vec::new(),
            reached: BTreeSet::new(),
            reached_functions: BTreeSet::new(),
            decorated: BTreeMap::new(),
            asking: Vec::new(),
            functions: 0,
            file: FileId::default(),
            module: 0,
            fuel: FUEL,
            contexts: BTreeMap::new(),
            places: Vec::new(),
            timeouts: Vec::new(),
            kept: Vec::new(),
            uses: BTreeMap::new(),
            named_elsewhere: BTreeSet::new(),
            named_choices: Vec::new(),
            tuples: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, source: &Source<'_>, body: &'a [Stmt]) {
        if !source.module.is_empty() {
            self.by_name.insert(source.module.to_owned(), self.modules.len());
        }
        self.modules.push(Module {
            name: source.module.to_owned(),
            package: source.package,
            wanted: source.wanted,
            file: source.file,
            body,
            frame: Rc::new(Frame::default()),
            state: ModuleState::Waiting,
        });
    }

    /// Runs all files, then the host's functions from the outside in, then the kernels.
    pub(crate) fn run(&mut self) {
        for module in self.wanted() {
            self.run_module(module);
        }
        self.run_entries();
        self.run_kernels();
    }

    /// The files whose kernels and functions are run.
    pub(crate) fn wanted(&self) -> Vec<usize> {
        let all = self.modules.iter().enumerate();
        all.filter(|(_, module)| module.wanted).map(|(at, _)| at).collect()
    }

    pub(crate) fn finish(mut self) -> Program {
        self.note_unused();
        self.drop_helpers();
        self.graph.program
    }

    /// A new run from the outside, which starts with nothing around it and all fuel.
    pub(crate) fn begin(&mut self, kind: ScopeKind, name: &str, site: Site) -> ScopeId {
        let scope = self.graph.begin(kind, name, site);
        self.calls.clear();
        self.places.clear();
        self.asking.clear();
        self.timeouts.clear();
        self.tuples.clear();
        self.named_choices.clear();
        self.fuel = FUEL;
        scope
    }

    /// One step; false when there is no fuel left.
    pub(crate) fn step(&mut self) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        if self.fuel == 1 {
            let site = Site { file: self.file, span: Span::new(0, 0) };
            self.graph.gap("a run that was too long was cut short", site);
        }
        self.fuel > 0
    }

    pub(crate) fn in_kernel(&self) -> bool {
        let scope = self.graph.program.scopes.get(self.graph.scope.index());
        scope.is_some_and(|scope| matches!(scope.kind, ScopeKind::Kernel(_)))
    }

    /// Whose methods are called.
    pub(crate) fn language(&self) -> Language {
        match self.graph.program.scopes.get(self.graph.scope.index()).map(|scope| scope.kind) {
            Some(ScopeKind::Kernel(kernel)) => {
                self.kernels.get(kernel.index()).map_or(Language::Host, |state| state.language)
            }
            _ => Language::Host,
        }
    }

    /// Runs functions and classes from the outside: first the functions that nothing mentions, then the classes,
    /// then what was not reached by these.
    fn run_entries(&mut self) {
        let entries = self.entries();
        for entry in entries.iter().filter(|entry| !entry.is_used) {
            self.run_unreached(&entry.value);
        }
        // Methods take whatever they are given; what calls them says what that is, and then they are reached with
        // that alone. So classes come before the functions that use them, and before the classes that do.
        for entry in entries.iter().rev() {
            if let Value::Class(class) = &entry.value {
                self.run_class(class);
            }
        }
        for entry in &entries {
            self.run_unreached(&entry.value);
        }
    }

    fn run_unreached(&mut self, value: &Value<'a>) {
        if let Value::Function(function) = value
            && !self.reached_functions.contains(&function.id)
        {
            self.run_entry(function, None);
        }
    }

    /// Runs a function of the host about whose arguments nothing is known.
    pub(crate) fn run_entry(&mut self, function: &Rc<Function<'a>>, this: Option<Value<'a>>) {
        self.file = function.site.file;
        self.module = function.module;
        let scope = self.begin(ScopeKind::Host, &function.name, function.site);
        let given: Vec<Value<'a>> = this.into_iter().collect();
        let arguments = self.unknown_arguments(function, given);
        let value = self.apply_function(function, arguments, function.site);
        let returned = self.as_node(&value, function.site);
        if let Some(scope) = self.graph.program.scopes.get_mut(scope.index()) {
            scope.returns.push(returned);
        }
    }

    /// A parameter of the run from the outside.
    pub(crate) fn parameter(&mut self, name: &str, site: Site) -> NodeId {
        let node = self.graph.named(Op::Parameter, name, Vec::new(), site);
        if let Some(scope) = self.graph.program.scopes.get_mut(self.graph.scope.index()) {
            scope.parameters.push(node);
        }
        node
    }

    /// Whether a value counts as true, if that is known.
    pub(crate) fn truth(&self, value: &Value<'a>) -> Option<bool> {
        match value {
            Value::Constant(constant, _) => constant.truth(),
            Value::Node(node) => self.graph.known(*node),
            Value::Tuple(items) => Some(!items.is_empty()),
            Value::List(list) => {
                let list = list.borrow();
                let sure = list.items.iter().any(|(_, conditions)| conditions.is_empty());
                if sure {
                    Some(true)
                } else {
                    (list.items.is_empty() && !list.open).then_some(false)
                }
            }
            Value::Dict(dict) => {
                let dict = dict.borrow();
                (!dict.open && dict.depth == self.graph.conditions.len())
                    .then_some(!dict.items.is_empty())
            }
            Value::Choice(choice) => match (self.truth(&choice.1), self.truth(&choice.2)) {
                (Some(a), Some(b)) if a == b => Some(a),
                _ => None,
            },
            Value::Shape(_) | Value::Strides(_) | Value::Path(_) => None,
            _ => Some(true),
        }
    }

    pub(crate) fn none(&self, site: Site) -> Value<'a> {
        Value::Constant(Constant::None, site)
    }
}
