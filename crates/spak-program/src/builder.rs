//! Making a program, for front ends that run a source abstractly: where the run is, and what holds there.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::constant::Constant;
use crate::graph::{
    Argument, Condition, LoopId, Node, NodeId, Program, Scope, ScopeId, ScopeKind, Site,
};
use crate::op::Op;

/// Labels of values that only have a position: elements of tuples, arguments of calls.
pub const POSITIONS: [&str; 32] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
];

/// The most things that are noted as not understood.
const MOST_GAPS: usize = 1000;

/// A program in the making.
#[derive(Debug)]
pub struct Builder {
    /// What there is so far.
    pub program: Program,
    /// The run that nodes belong to.
    pub scope: ScopeId,
    /// The innermost loop around.
    pub inside: Option<LoopId>,
    /// The undecided conditions around, outermost first.
    pub conditions: Vec<Condition>,
    /// Those of the last node.
    shared: Arc<[Condition]>,
    gaps: BTreeSet<(String, Site)>,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            program: Program::default(),
            scope: ScopeId(0),
            inside: None,
            conditions: Vec::new(),
            shared: Arc::default(),
            gaps: BTreeSet::new(),
        }
    }
}

/// An argument that is written.
pub fn given(label: &'static str, value: NodeId) -> Argument {
    Argument { label, value, given: true }
}

impl Builder {
    /// A new run from the outside, with nothing around it.
    pub fn begin(&mut self, kind: ScopeKind, name: &str, site: Site) -> ScopeId {
        let scope = ScopeId(self.program.scopes.len() as u32);
        self.program.scopes.push(Scope {
            kind,
            name: name.to_owned(),
            site,
            parameters: Vec::new(),
            effects: Vec::new(),
            returns: Vec::new(),
        });
        self.scope = scope;
        self.inside = None;
        self.conditions.clear();
        scope
    }

    /// A new node here and now.
    pub fn node(&mut self, op: Op, arguments: Vec<Argument>, site: Site) -> NodeId {
        self.push(op, arguments, None, site)
    }

    /// A new node with a name.
    pub fn named(&mut self, op: Op, name: &str, arguments: Vec<Argument>, site: Site) -> NodeId {
        self.push(op, arguments, Some(Constant::Text(name.to_owned())), site)
    }

    /// A new node of a known value.
    pub fn constant(&mut self, constant: Constant, site: Site) -> NodeId {
        self.push(Op::Constant, Vec::new(), Some(constant), site)
    }

    fn push(
        &mut self,
        op: Op,
        arguments: Vec<Argument>,
        constant: Option<Constant>,
        site: Site,
    ) -> NodeId {
        let id = NodeId(self.program.nodes.len() as u32);
        if *self.shared != *self.conditions {
            self.shared = self.conditions.as_slice().into();
        }
        self.program.nodes.push(Node {
            op,
            arguments,
            constant,
            site,
            scope: self.scope,
            inside: self.inside,
            conditions: Arc::clone(&self.shared),
        });
        id
    }

    /// Several values in order, as far as there are positions.
    pub fn tuple(&mut self, items: &[NodeId], site: Site) -> NodeId {
        let arguments = items.iter().zip(POSITIONS).map(|(id, label)| given(label, *id)).collect();
        self.node(Op::Tuple, arguments, site)
    }

    /// One of two values by a condition.
    pub fn choice(
        &mut self,
        condition: NodeId,
        then: NodeId,
        otherwise: NodeId,
        site: Site,
    ) -> NodeId {
        if then == otherwise {
            return then;
        }
        let arguments =
            vec![given("condition", condition), given("then", then), given("otherwise", otherwise)];
        self.node(Op::Choice, arguments, site)
    }

    /// Notes that a node is something that is done.
    pub fn effect(&mut self, node: NodeId) {
        if let Some(scope) = self.program.scopes.get_mut(self.scope.index()) {
            scope.effects.push(node);
        }
    }

    /// One node for several conditions; `None` for none.
    pub fn all_of(&mut self, conditions: &[Condition], site: Site) -> Option<NodeId> {
        let mut all = None;
        for condition in conditions {
            let one = if condition.holds {
                condition.value
            } else {
                self.node(Op::Not, vec![given("a", condition.value)], site)
            };
            all = Some(match all {
                None => one,
                Some(all) => self.node(Op::And, vec![given("a", all), given("b", one)], site),
            });
        }
        all
    }

    /// Puts values into the places of others in all nodes from the node at `first` on.
    pub fn replace(&mut self, first: usize, replaced: &BTreeMap<NodeId, NodeId>) {
        let is_replaced = |condition: &Condition| replaced.contains_key(&condition.value);
        for node in self.program.nodes.iter_mut().skip(first) {
            for argument in &mut node.arguments {
                if let Some(new) = replaced.get(&argument.value) {
                    argument.value = *new;
                }
            }
            // Only what changes becomes the node's own.
            if node.conditions.iter().any(is_replaced) {
                for condition in Arc::make_mut(&mut node.conditions) {
                    if let Some(new) = replaced.get(&condition.value) {
                        condition.value = *new;
                    }
                }
            }
        }
    }

    /// Says that something was not understood.
    pub fn gap(&mut self, what: impl Into<String>, site: Site) {
        let gap = (what.into(), site);
        if self.gaps.len() < MOST_GAPS && self.gaps.insert(gap.clone()) {
            self.program.gaps.push(gap);
        }
    }

    /// What is known about a condition: by itself, or because of those around it.
    pub fn known(&self, value: NodeId) -> Option<bool> {
        if let Some(constant) = self.program.constant(value) {
            return constant.truth();
        }
        self.conditions.iter().rev().find_map(|condition| self.follows(*condition, value, 0))
    }

    fn follows(&self, from: Condition, value: NodeId, depth: u32) -> Option<bool> {
        if depth > 8 {
            return None;
        }
        if self.alike(from.value, value, 0) {
            return Some(from.holds);
        }
        let node = self.program.node(value)?;
        if node.op == Op::Not {
            return self.follows(from, node.argument("a")?, depth + 1).map(|holds| !holds);
        }
        let source = self.program.node(from.value)?;
        let parts = |holds| {
            ["a", "b"].iter().find_map(|label| {
                let part = source.argument(label)?;
                self.follows(Condition { value: part, holds }, value, depth + 1)
            })
        };
        match source.op {
            Op::Not => {
                let inner = Condition { value: source.argument("a")?, holds: !from.holds };
                self.follows(inner, value, depth + 1)
            }
            Op::And if from.holds => parts(true),
            Op::Or if !from.holds => parts(false),
            _ => None,
        }
    }

    /// Whether two nodes are the same computation of the same values.
    pub fn alike(&self, a: NodeId, b: NodeId, depth: u32) -> bool {
        if a == b {
            return true;
        }
        let (Some(left), Some(right)) = (self.program.node(a), self.program.node(b)) else {
            return false;
        };
        let computed = !matches!(
            left.op,
            Op::Parameter | Op::Unknown | Op::Carried | Op::Induction | Op::Call | Op::Load
        );
        depth < 12
            && computed
            && left.op == right.op
            && left.constant == right.constant
            && left.arguments.len() == right.arguments.len()
            && left
                .arguments
                .iter()
                .zip(&right.arguments)
                .all(|(a, b)| a.label == b.label && self.alike(a.value, b.value, depth + 1))
    }
}
