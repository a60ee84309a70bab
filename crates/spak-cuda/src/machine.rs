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

/// Steps for one run from the outside; a run that needs more is cut short, and says so.
const FUEL: u32 = 200_000;
/// Functions within functions that are followed.
pub(crate) const CALLS: usize = 60;

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
    /// This file and those that it includes, in the order in which a name is looked for.
    pub(crate) sees: Vec<usize>,
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
    pub(crate) fn new(files: Vec<File>) -> Self {
        Self {
            graph: Builder::default(),
            files,
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
        for file in &mut self.files {
            let id = file.frame.file;
            file.frame = Rc::new(Frame { file: id, ..Frame::default() });
        }
        self.fuel = FUEL;
    }

    /// One step; false when there is no fuel left.
    pub(crate) fn step(&mut self, site: Site) -> bool {
        self.fuel = self.fuel.saturating_sub(1);
        if self.fuel == 1 {
            self.graph.gap("a run that was too long was cut short", site);
        }
        self.fuel > 0
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
