//! Nodes, loops, scopes and kernels.

use std::collections::BTreeMap;
use std::sync::Arc;

use spak_syntax::{FileId, Span};

use crate::constant::Constant;
use crate::host::{Configs, Launch, LaunchId};
use crate::op::Op;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        $($(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(pub u32);

        impl $name {
            /// As a position.
            pub fn index(self) -> usize {
                self.0 as usize
            }
        })+
    };
}

ids! {
    /// A node of a program.
    NodeId,
    /// A loop of a program.
    LoopId,
    /// A scope of a program.
    ScopeId,
    /// A kernel of a program.
    KernelId,
}

/// A place in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Site {
    /// The file.
    pub file: FileId,
    /// The bytes.
    pub span: Span,
}

/// One labelled value that a node is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// What it is to the node: `a`, `index`, `latency`.
    pub label: &'static str,
    /// The value.
    pub value: NodeId,
    /// Whether it was written; otherwise it is what the API takes when nothing is said.
    pub given: bool,
}

/// A condition under which something happens.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// The value that decides.
    pub value: NodeId,
    /// What it must be.
    pub holds: bool,
}

/// A value, or something that is done.
#[derive(Clone, Debug)]
pub struct Node {
    /// What is done.
    pub op: Op,
    /// What with.
    pub arguments: Vec<Argument>,
    /// Of a constant its value; of a call, a field, a parameter or a figure of the machine its name.
    pub constant: Option<Constant>,
    /// Where it is written.
    pub site: Site,
    /// The run of a function that it belongs to.
    pub scope: ScopeId,
    /// The innermost loop around it.
    pub inside: Option<LoopId>,
    /// The undecided conditions around it, outermost first; its neighbours have the same.
    pub conditions: Arc<[Condition]>,
}

impl Node {
    /// The value with a label.
    #[inline]
    pub fn argument(&self, label: &str) -> Option<NodeId> {
        self.arguments.iter().find(|argument| is_label(argument.label, label)).map(|a| a.value)
    }

    /// The value with a label, if it was written.
    #[inline]
    pub fn given(&self, label: &str) -> Option<NodeId> {
        let found = self.arguments.iter().find(|argument| is_label(argument.label, label));
        found.filter(|argument| argument.given).map(|argument| argument.value)
    }

    /// The name of a call, a field, a parameter or a figure of the machine.
    #[inline]
    pub fn name(&self) -> Option<&str> {
        match &self.constant {
            Some(Constant::Text(name)) if self.op != Op::Constant => Some(name),
            _ => None,
        }
    }
}

/// Whether two labels are the same. They are asked for more than anything else and have a few letters, for which a call that
/// compares memory of any length takes longer than the comparison.
#[inline]
fn is_label(a: &str, b: &str) -> bool {
    a.len() == b.len() && a.bytes().zip(b.bytes()).all(|(a, b)| a == b)
}

/// How a loop goes on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoopKind {
    /// Over numbers.
    Range,
    /// While a condition holds.
    While,
    /// Over the elements of something.
    Each,
}

/// A loop that was not unrolled.
#[derive(Clone, Debug)]
pub struct Loop {
    /// How it goes on.
    pub kind: LoopKind,
    /// The loop around it.
    pub parent: Option<LoopId>,
    /// What counts its turns.
    pub induction: Option<NodeId>,
    /// The condition of a `while`, in terms of what is carried.
    pub condition: Option<NodeId>,
    /// Its variables.
    pub carried: Vec<NodeId>,
    /// Where its head is.
    pub site: Site,
    /// The run of a function that it belongs to.
    pub scope: ScopeId,
}

/// What a scope is the run of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScopeKind {
    /// The statements of a file.
    Module,
    /// A kernel, with the device functions that it calls.
    Kernel(KernelId),
    /// A function of the host, with the functions that it calls.
    Host,
}

/// One abstract run.
#[derive(Clone, Debug)]
pub struct Scope {
    /// Of what.
    pub kind: ScopeKind,
    /// The name of the function.
    pub name: String,
    /// Where it is defined.
    pub site: Site,
    /// Parameters, in order.
    pub parameters: Vec<NodeId>,
    /// What is done that has effects (stores, atomics, barriers, calls that are not understood), in order.
    pub effects: Vec<NodeId>,
    /// What it returns.
    pub returns: Vec<NodeId>,
}

/// How a parameter of a kernel gets its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// When it is launched: an array, a pointer or a number.
    Runtime,
    /// When it is compiled.
    Constexpr,
}

/// A parameter of a kernel.
#[derive(Clone, Debug)]
pub struct Parameter {
    /// Its name.
    pub name: String,
    /// How it gets its value.
    pub kind: ParameterKind,
    /// What is taken when a launch says nothing.
    pub default: Option<NodeId>,
    /// Its node in the kernel's run.
    pub node: NodeId,
    /// Where it is written.
    pub site: Site,
}

/// A kernel: what runs on the device when it is launched.
#[derive(Clone, Debug)]
pub struct Kernel {
    /// Its name.
    pub name: String,
    /// `cutile`, `triton`, `cuda`
    pub language: &'static str,
    /// Its run.
    pub scope: ScopeId,
    /// In order.
    pub parameters: Vec<Parameter>,
    /// Hints of its declaration (`occupancy`, `num_ctas`, `num_warps`…), as labelled values.
    pub hints: Vec<Argument>,
    /// Device functions that were inlined, by name, with the places of their definitions.
    pub inlined: Vec<(String, Site)>,
    /// Where it is defined, decorators included.
    pub site: Site,
}

/// What the text of a source says beyond what it computes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Remark {
    /// `unused_argument`, `unused_rest`, `unused_global`, `unused_local`, `unused_function`, `unread_field`, `only_raises`
    pub kind: &'static str,
    /// What it is said of: a node with its name and place.
    pub node: NodeId,
}

/// How the kernel of a launch was made of the one that is declared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct KernelMade {
    /// The call that gave it hints.
    pub hinted: Option<NodeId>,
    /// Where it was put into a cache.
    pub kept: Option<NodeId>,
    /// For each argument of the launch a node where its name stands, if it is given by one.
    pub handed: Vec<Option<NodeId>>,
}

/// Everything that was read.
#[derive(Clone, Debug, Default)]
pub struct Program {
    /// All values, each after those it is made from, except for what a loop carries on.
    pub nodes: Vec<Node>,
    /// All loops, outer before inner.
    pub loops: Vec<Loop>,
    /// All runs.
    pub scopes: Vec<Scope>,
    /// All kernels.
    pub kernels: Vec<Kernel>,
    /// All launches, and trials of autotuners.
    pub launches: Vec<Launch>,
    /// All lists of configs.
    pub configs: Vec<Configs>,
    /// What was not understood, for the summary: a few words and a place.
    pub gaps: Vec<(String, Site)>,
    /// What names that the source gives say, although they compute nothing.
    pub remarks: Vec<Remark>,
    /// For conditions of the host a node where they are tested.
    pub tests: BTreeMap<NodeId, NodeId>,
    /// Comments of the files, in order: nodes with their texts.
    pub comments: Vec<NodeId>,
    /// What the host calls its values, and where it gives them the name.
    pub names: BTreeMap<NodeId, (String, Site)>,
    /// Where a file asks for what a decorator of another file does around its functions.
    pub asked: BTreeMap<NodeId, Site>,
    /// Where arguments of accesses stand that are written with their names, by their labels.
    pub written: BTreeMap<NodeId, Vec<(&'static str, Site)>>,
    /// The call by which the kernel of a launch got hints, and where it was put into a cache.
    pub kernels_made: BTreeMap<LaunchId, KernelMade>,
}

impl Program {
    /// A node.
    #[inline]
    pub fn node(&self, id: NodeId) -> Option<&Node> {
        self.nodes.get(id.index())
    }

    /// The list whose config a launch uses.
    pub fn configs_of(&self, launch: &Launch) -> Option<&Configs> {
        self.configs.get(launch.configs?.0 as usize)
    }

    /// The operation of a node; unknown if there is no such node.
    #[inline]
    pub fn op(&self, id: NodeId) -> Op {
        self.node(id).map_or(Op::Unknown, |node| node.op)
    }

    /// The argument of a node with a label.
    #[inline]
    pub fn argument(&self, id: NodeId, label: &str) -> Option<NodeId> {
        self.node(id)?.argument(label)
    }

    /// What is known of a node's value.
    #[inline]
    pub fn constant(&self, id: NodeId) -> Option<&Constant> {
        let node = self.node(id)?;
        (node.op == Op::Constant).then_some(node.constant.as_ref()).flatten()
    }

    /// The node behind casts, reshapes and broadcasts.
    #[inline]
    pub fn behind(&self, mut id: NodeId) -> NodeId {
        while let Some(node) = self.node(id).filter(|node| node.op.is_transparent()) {
            let Some(inner) = node.argument("a").or_else(|| node.argument("array")) else { break };
            id = inner;
        }
        id
    }
}
