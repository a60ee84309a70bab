//! The abstract run of all files: its state, and what is run in which order.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use spak_program::{
    Argument, Builder, Condition, Constant, KernelId, LoopId, NodeId, Op, Program, ScopeKind, Site,
};
use spak_syntax::{FileId, Span};

use crate::ast::{Class, Declaration, Expr, Function, TypeExpr};
use crate::kernel::{KernelState, Pending};
use crate::memory::Cell;
use crate::value::{Frame, Loc, Place, Value};
use crate::visible::Visible;

/// Steps for one run from the outside; a run that needs more is cut short, and says so.
const FUEL: u32 = 200_000;
/// Steps for all runs of functions of the host, and for all of kernels, and what each has at least.
const SHARED: u32 = 8_000_000;
const LEAST: u32 = 2_000;
/// Functions within functions that are followed.
pub(crate) const CALLS: usize = 60;
/// Expressions, types and objects within each other that are followed.
const DEEP: u32 = 3000;

/// The definitions of a name in a file.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    pub(crate) functions: Vec<Rc<Function>>,
    pub(crate) classes: Vec<Rc<Class>>,
    pub(crate) variable: Option<Rc<Declaration>>,
    pub(crate) alias: Option<Rc<TypeExpr>>,
    pub(crate) enumerator: Option<(i64, Option<Rc<Expr>>)>,
}

/// A file.
#[derive(Debug)]
pub(crate) struct File {
    pub(crate) wanted: bool,
    pub(crate) names: BTreeMap<String, Definitions>,
    pub(crate) frame: Rc<Frame>,
    /// In order, each with the class that it is a method of.
    pub(crate) functions: Vec<(Rc<Function>, Option<Rc<Class>>)>,
}

/// A loop that is being run.
#[derive(Debug)]
pub(crate) struct Turning {
    pub(crate) id: LoopId,
    /// Variables that there were before.
    pub(crate) base: usize,
    /// Conditions that stood before.
    pub(crate) depth: usize,
    /// Variables that were read first: what they were before, and the node.
    pub(crate) carried: BTreeMap<Loc, (Value, NodeId)>,
    /// Variables that each turn sets before it reads them.
    pub(crate) set: BTreeSet<Loc>,
    /// Indices with which elements are written.
    pub(crate) indices: BTreeMap<Loc, Vec<NodeId>>,
    /// Memory of the device is touched, or threads wait for each other.
    pub(crate) touches: bool,
    pub(crate) waits: bool,
    /// A loop within it is one of the graph.
    pub(crate) nested: bool,
    /// It goes over the steps of a tree.
    pub(crate) halves: bool,
}

/// The state of the run.
pub(crate) struct Machine {
    pub(crate) graph: Builder,
    pub(crate) files: Vec<File>,
    pub(crate) visible: Visible,
    /// Files whose names got values in this run.
    pub(crate) used_files: BTreeSet<usize>,
    /// Functions by where they stand: their place in the order of all, and their names.
    pub(crate) function_order: BTreeMap<Site, (usize, String)>,
    pub(crate) memory: Vec<Cell>,
    pub(crate) journal: Vec<(Loc, Value)>,
    pub(crate) turning: Vec<Turning>,
    pub(crate) kernels: Vec<KernelState>,
    pub(crate) kernel_sites: BTreeMap<Site, KernelId>,
    pub(crate) pending: Vec<Pending>,
    /// Functions that are being run, innermost last, with what they returned so far.
    pub(crate) calls: Vec<Site>,
    pub(crate) returns: Vec<Vec<(Value, Vec<Condition>)>>,
    pub(crate) depths: Vec<usize>,
    pub(crate) reached: BTreeSet<Site>,
    pub(crate) fuel: u32,
    /// What the run began with, what all that are to come have together, and how many these are.
    given: u32,
    shared: u32,
    /// Nodes that were paid for.
    counted: usize,
    runs_left: u32,
    /// Expressions, types and objects within each other.
    deep: u32,
    /// Objects within each other that are being made.
    pub(crate) constructing: u32,
    /// Nodes that turned out to be others.
    pub(crate) forward: BTreeMap<NodeId, NodeId>,
    /// Nodes that are whole numbers, and those that are addresses.
    pub(crate) integers: BTreeSet<NodeId>,
    pub(crate) pointers: BTreeSet<NodeId>,
    /// Places of numbers that have a name.
    pub(crate) named: BTreeSet<Site>,
    /// Parts of arrays that are arrays of their own, by where they start.
    pub(crate) parts: BTreeMap<(Loc, String), Loc>,
    /// Parameters that have their value when the kernel is compiled.
    pub(crate) compiled: BTreeSet<NodeId>,
    /// Sums and maxima over threads.
    pub(crate) reduced: BTreeSet<NodeId>,
    /// What the values that were read since the last look vary with.
    pub(crate) touched: BTreeSet<NodeId>,
    /// Nodes that are the same wherever they are asked for in one run.
    pub(crate) once: BTreeMap<String, NodeId>,
    pub(crate) evaluating: BTreeSet<(usize, String)>,
}

impl Machine {
    pub(crate) fn new(files: Vec<File>, visible: Visible) -> Self {
        let all = files.iter().flat_map(|file| &file.functions).enumerate();
        let function_order = all.map(|(at, (one, _))| (one.site, (at, one.name.clone()))).collect();
        Self {
            graph: Builder::default(),
            files,
            visible,
            used_files: BTreeSet::new(),
            function_order,
            deep: 0,
            constructing: 0,
            memory: Vec::new(),
            journal: Vec::new(),
            turning: Vec::new(),
            kernels: Vec::new(),
            kernel_sites: BTreeMap::new(),
            pending: Vec::new(),
            calls: Vec::new(),
            returns: Vec::new(),
            depths: Vec::new(),
            reached: BTreeSet::new(),
            fuel: FUEL,
            given: FUEL,
            shared: SHARED,
            counted: 0,
            runs_left: 0,
            forward: BTreeMap::new(),
            integers: BTreeSet::new(),
            pointers: BTreeSet::new(),
            named: BTreeSet::new(),
            parts: BTreeMap::new(),
            compiled: BTreeSet::new(),
            reduced: BTreeSet::new(),
            touched: BTreeSet::new(),
            once: BTreeMap::new(),
            evaluating: BTreeSet::new(),
        }
    }

    pub(crate) fn finish(mut self) -> Program {
        self.bind_launches();
        self.graph.program
    }

    /// A new run from the outside, which starts with nothing around it and all fuel.
    pub(crate) fn begin(&mut self, kind: ScopeKind, name: &str, site: Site) {
        self.graph.begin(kind, name, site);
        self.memory.clear();
        self.journal.clear();
        self.turning.clear();
        self.calls.clear();
        self.returns.clear();
        self.depths.clear();
        self.touched.clear();
        self.once.clear();
        self.parts.clear();
        self.forward.clear();
        self.evaluating.clear();
        // What classes and files gave names to belonged to the memory of the run before.
        for at in std::mem::take(&mut self.used_files) {
            if let Some(file) = self.files.get_mut(at) {
                file.frame = Rc::new(Frame { file: at, ..Frame::default() });
            }
        }
        self.fuel = FUEL;
    }

    /// How many runs from the outside are to share their fuel.
    pub(crate) fn share(&mut self, runs: usize) {
        self.shared = SHARED;
        self.runs_left = runs as u32;
    }

    /// The fuel of the run that begins: what is left is shared by those that are still to come.
    pub(crate) fn refuel(&mut self) {
        self.fuel = (self.shared / self.runs_left.max(1)).clamp(LEAST, FUEL);
        self.given = self.fuel;
        self.counted = self.graph.program.nodes.len();
    }

    /// Takes what a run used off what all have.
    pub(crate) fn ended(&mut self) {
        self.shared = self.shared.saturating_sub(self.given.saturating_sub(self.fuel));
        self.runs_left = self.runs_left.saturating_sub(1);
    }

    /// One step; false when there is no fuel left.
    pub(crate) fn step(&mut self, site: Site) -> bool {
        // What makes many nodes at once takes as many steps.
        let nodes = self.graph.program.nodes.len();
        let new = nodes.saturating_sub(self.counted);
        self.counted = nodes;
        let before = self.fuel;
        self.fuel = before.saturating_sub(1 + new as u32);
        if before > 0 && self.fuel == 0 {
            let what = if self.given < FUEL {
                "a run was cut short: the files together take too many steps"
            } else {
                "a run that was too long was cut short"
            };
            self.graph.gap(what, site);
        }
        self.fuel > 0
    }

    /// Runs what may lead to itself again, unless it is too deep within itself already.
    pub(crate) fn deeper<T>(&mut self, site: Site, run: impl FnOnce(&mut Self) -> T) -> Option<T> {
        if self.deep >= DEEP {
            self.graph.gap("what is within itself too often is not followed further", site);
            return None;
        }
        self.deep += 1;
        let made = run(self);
        self.deep -= 1;
        Some(made)
    }

    pub(crate) fn in_kernel(&self) -> bool {
        let scope = self.graph.program.scopes.get(self.graph.scope.index());
        scope.is_some_and(|scope| matches!(scope.kind, ScopeKind::Kernel(_)))
    }

    pub(crate) fn nowhere(&self) -> Site {
        Site { file: FileId::default(), span: Span::new(0, 0) }
    }

    pub(crate) fn unknown(&mut self, site: Site) -> Value {
        Value::Node(self.graph.node(Op::Unknown, Vec::new(), site))
    }

    /// What a node turned out to be.
    pub(crate) fn resolved(&self, mut id: NodeId) -> NodeId {
        for _ in 0..1000 {
            match self.forward.get(&id) {
                Some(next) if *next != id => id = *next,
                _ => return id,
            }
        }
        id
    }

    /// A value as a node; `site` is where it is used, for what has no place of its own.
    pub(crate) fn as_node(&mut self, value: &Value, site: Site) -> NodeId {
        // Parts that are shared are written out each time: what is made of itself again and again doubles.
        if matches!(value, Value::Tuple(_) | Value::Choice(_)) && !self.step(site) {
            return self.graph.node(Op::Unknown, Vec::new(), site);
        }
        match value {
            Value::Node(id) => self.resolved(*id),
            Value::Known(constant, origin) => self.graph.constant(constant.clone(), *origin),
            Value::View(place) => self.view_node(place, site),
            Value::Tuple(items) => {
                let items: Vec<NodeId> =
                    items.iter().take(32).map(|item| self.as_node(item, site)).collect();
                self.graph.tuple(&items, site)
            }
            Value::Choice(choice) => {
                let then = self.as_node(&choice.1, site);
                let otherwise = self.as_node(&choice.2, site);
                self.graph.choice(choice.0, then, otherwise, site)
            }
            Value::Type(of) => {
                let constant = match of.dtype() {
                    Some(name) => Constant::Dtype(name.to_owned()),
                    None => Constant::Symbol(self.type_name(of)),
                };
                self.graph.constant(constant, site)
            }
            _ => self.graph.node(Op::Unknown, Vec::new(), site),
        }
    }

    fn view_node(&mut self, place: &Place, site: Site) -> NodeId {
        match place {
            Place::Global(address) => self.resolved(address.pointer),
            Place::Local(..) => {
                let value = self.read(place, site);
                match value {
                    Value::View(_) => self.graph.node(Op::Unknown, Vec::new(), site),
                    value => self.as_node(&value, site),
                }
            }
            Place::Unknown => self.graph.node(Op::Unknown, Vec::new(), site),
        }
    }

    /// A node that is made once in a run.
    pub(crate) fn once(&mut self, key: &str, make: impl FnOnce(&mut Self) -> NodeId) -> NodeId {
        if let Some(known) = self.once.get(key) {
            return *known;
        }
        // It belongs to the run as a whole, whatever stands around the place where it is first asked for.
        let inside = self.graph.inside.take();
        let conditions = std::mem::take(&mut self.graph.conditions);
        let node = make(self);
        self.graph.inside = inside;
        self.graph.conditions = conditions;
        self.once.insert(key.to_owned(), node);
        node
    }

    /// A call that has effects, as a node.
    pub(crate) fn effect(&mut self, name: &str, arguments: Vec<Argument>, site: Site) -> NodeId {
        let node = self.graph.named(Op::Call, name, arguments, site);
        self.graph.effect(node);
        node
    }

    pub(crate) fn op(&self, id: NodeId) -> Op {
        self.graph.program.op(id)
    }

    /// Whether a value counts as true, if that is known.
    pub(crate) fn truth(&self, value: &Value) -> Option<bool> {
        match value {
            Value::Known(constant, _) => constant.truth(),
            Value::Node(node) => self.graph.known(self.resolved(*node)),
            _ => None,
        }
    }
}
