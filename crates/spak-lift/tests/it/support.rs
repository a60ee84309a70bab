//! Programs and packs by hand.
#![expect(clippy::expect_used, reason = "helpers of tests may fail as tests do")]

use spak_lift::{Engine, Finding, Limits, Pack, Report};
use spak_program::{
    Argument, Condition, Constant, Kernel, KernelId, Launch, LaunchKind, Loop, LoopId, LoopKind,
    Node, NodeId, Op, Parameter, ParameterKind, Program, Scope, ScopeId, ScopeKind, Site,
};
use spak_syntax::{Diagnostic, FileId, Span};

/// Makes a program with one kernel, `K`.
pub(crate) struct Builder {
    pub(crate) program: Program,
    scope: ScopeId,
    inside: Option<LoopId>,
    conditions: Vec<Condition>,
}

impl Builder {
    pub(crate) fn new() -> Self {
        let mut program = Program::default();
        let site = site(0);
        for (kind, name) in [(ScopeKind::Kernel(KernelId(0)), "K"), (ScopeKind::Host, "host")] {
            program.scopes.push(Scope {
                kind,
                name: name.to_owned(),
                site,
                parameters: Vec::new(),
                effects: Vec::new(),
                returns: Vec::new(),
            });
        }
        program.kernels.push(Kernel {
            name: "K".to_owned(),
            language: "cutile",
            scope: ScopeId(0),
            parameters: Vec::new(),
            hints: Vec::new(),
            inlined: Vec::new(),
            site,
        });
        Self { program, scope: ScopeId(0), inside: None, conditions: Vec::new() }
    }

    fn push(
        &mut self,
        op: Op,
        arguments: &[(&'static str, NodeId)],
        constant: Option<Constant>,
    ) -> NodeId {
        let id = NodeId(self.program.nodes.len() as u32);
        let argument = |(label, value): &(&'static str, NodeId)| Argument {
            label,
            value: *value,
            given: true,
        };
        self.program.nodes.push(Node {
            op,
            arguments: arguments.iter().map(argument).collect(),
            constant,
            site: site(id.0 + 1),
            scope: self.scope,
            inside: self.inside,
            conditions: self.conditions.as_slice().into(),
        });
        if matches!(op, Op::Store | Op::Atomic) {
            self.program.scopes[self.scope.index()].effects.push(id);
        }
        id
    }

    pub(crate) fn node(&mut self, op: Op, arguments: &[(&'static str, NodeId)]) -> NodeId {
        self.push(op, arguments, None)
    }

    /// An operation on `a` and `b`.
    pub(crate) fn two(&mut self, op: Op, a: NodeId, b: NodeId) -> NodeId {
        self.node(op, &[("a", a), ("b", b)])
    }

    /// An operation on `a`.
    pub(crate) fn one(&mut self, op: Op, a: NodeId) -> NodeId {
        self.node(op, &[("a", a)])
    }

    pub(crate) fn constant(&mut self, constant: Constant) -> NodeId {
        self.push(Op::Constant, &[], Some(constant))
    }

    pub(crate) fn int(&mut self, value: i64) -> NodeId {
        self.constant(Constant::Int(value))
    }

    pub(crate) fn float(&mut self, value: f64) -> NodeId {
        self.constant(Constant::Float(value))
    }

    pub(crate) fn parameter(&mut self, name: &str, kind: ParameterKind) -> NodeId {
        let node = self.push(Op::Parameter, &[], Some(Constant::Text(name.to_owned())));
        let parameter =
            Parameter { name: name.to_owned(), kind, default: None, node, site: site(0) };
        self.program.kernels[0].parameters.push(parameter);
        node
    }

    pub(crate) fn array(&mut self, name: &str) -> NodeId {
        self.parameter(name, ParameterKind::Runtime)
    }

    pub(crate) fn block_id(&mut self, axis: i64) -> NodeId {
        let axis = self.int(axis);
        self.node(Op::BlockId, &[("axis", axis)])
    }

    pub(crate) fn load(&mut self, array: NodeId, index: &[NodeId]) -> NodeId {
        let index = self.tuple(index);
        self.node(Op::Load, &[("array", array), ("index", index)])
    }

    pub(crate) fn tuple(&mut self, items: &[NodeId]) -> NodeId {
        let labels = ["0", "1", "2", "3"];
        let items: Vec<_> = labels.into_iter().zip(items.iter().copied()).collect();
        self.node(Op::Tuple, &items)
    }

    pub(crate) fn given(&mut self, node: NodeId, label: &'static str, value: NodeId) {
        self.program.nodes[node.index()].arguments.push(Argument { label, value, given: true });
    }

    /// Opens a loop over numbers; gives what counts its turns.
    pub(crate) fn open(&mut self, start: NodeId, stop: NodeId) -> NodeId {
        let id = LoopId(self.program.loops.len() as u32);
        let step = self.int(1);
        self.program.loops.push(Loop {
            kind: LoopKind::Range,
            parent: self.inside,
            induction: None,
            condition: None,
            carried: Vec::new(),
            site: site(5000 + id.0),
            scope: self.scope,
        });
        self.inside = Some(id);
        let node = self.node(Op::Induction, &[("start", start), ("stop", stop), ("step", step)]);
        self.program.loops[id.index()].induction = Some(node);
        node
    }

    /// A variable of the loop that is open.
    pub(crate) fn carried(&mut self, init: NodeId) -> NodeId {
        let node = self.node(Op::Carried, &[("init", init)]);
        let id = self.inside.expect("a loop");
        self.program.loops[id.index()].carried.push(node);
        node
    }

    pub(crate) fn next(&mut self, carried: NodeId, next: NodeId) {
        self.given(carried, "next", next);
    }

    pub(crate) fn close(&mut self) {
        let id = self.inside.expect("a loop");
        self.inside = self.program.loops[id.index()].parent;
    }

    /// What is made from here on is made only where `value` is so.
    pub(crate) fn under(&mut self, value: NodeId, holds: bool) {
        self.conditions.push(Condition { value, holds });
    }

    pub(crate) fn end(&mut self) {
        self.conditions.pop();
    }

    /// Whether nodes are made on the host from here on.
    pub(crate) fn on_host(&mut self, is_host: bool) {
        self.scope = ScopeId(u32::from(is_host));
    }

    pub(crate) fn launch(&mut self, arguments: &[NodeId], grid: &[NodeId]) {
        self.program.launches.push(Launch {
            kernel: KernelId(0),
            kind: LaunchKind::Real,
            grid: grid.to_vec(),
            arguments: arguments.iter().map(|a| Some(*a)).collect(),
            hints: Vec::new(),
            configs: None,
            conditions: Vec::new(),
            site: site(9000),
            scope: ScopeId(1),
        });
    }
}

/// The place of line `at`.
pub(crate) fn site(at: u32) -> Site {
    Site { file: FileId(0), span: Span::new(at * 10, at * 10 + 5) }
}

/// The place of a node.
pub(crate) fn at(node: NodeId) -> Site {
    site(node.0 + 1)
}

struct NoFiles;

impl spak_model::Files for NoFiles {
    fn load(&mut self, _: FileId, spec: &str) -> Result<(FileId, String), String> {
        Err(format!("there is no {spec}"))
    }
}

/// A pack and what is wrong with it.
pub(crate) fn read(text: &str) -> (Pack, Vec<Diagnostic>) {
    let resolved = spak_model::resolve(FileId(0), text, &mut NoFiles);
    let (pack, mut found) = Pack::load(&resolved.entries);
    found.extend(resolved.diagnostics);
    (pack, found)
}

/// A pack with one pattern with one case.
pub(crate) fn pattern(inside: &str) -> String {
    format!("system X {{\n pattern p {{\n case \"found\" {{\n{inside}\n}}\n}}\n}}\n")
}

/// What is found where these conditions hold, each line one; nothing may be wrong with them.
pub(crate) fn find(program: &Program, conditions: &str) -> Vec<Finding> {
    report(program, &pattern(&whens(conditions))).findings
}

pub(crate) fn whens(conditions: &str) -> String {
    let lines = conditions.lines().map(str::trim).filter(|l| !l.is_empty());
    lines.map(|l| format!("when: ({l})\n")).collect()
}

pub(crate) fn report(program: &Program, text: &str) -> Report {
    limited(program, text, Limits::default())
}

pub(crate) fn limited(program: &Program, text: &str, limits: Limits) -> Report {
    let (pack, wrong) = read(text);
    assert!(wrong.is_empty(), "{wrong:#?}");
    Engine::new(&[pack]).with(limits).find(program)
}

/// Whether the conditions hold somewhere.
pub(crate) fn holds(program: &Program, conditions: &str) -> bool {
    !find(program, conditions).is_empty()
}

/// How often a diagnostic with this code is said about a pack with these conditions, and the messages.
pub(crate) fn wrong(conditions: &str) -> Vec<(&'static str, String)> {
    let (_, found) = read(&pattern(&whens(conditions)));
    found.into_iter().map(|d| (d.code.0, d.message)).collect()
}
