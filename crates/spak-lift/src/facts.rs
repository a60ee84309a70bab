//! What is asked of a program again and again: what a node may stand for, what it is computed from, where
//! it belongs.

mod key;
mod known;
mod lazy;
mod slice;
mod uses;
mod view;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use spak_program::{Condition, KernelId, LoopId, NodeId, Op, ParameterKind, Program, ScopeKind};

use crate::render::render;
use crate::roles::Roles;

pub(crate) use known::{NUMBERS, number, same_constant, text};
use lazy::Lazy;
pub(crate) use slice::Bits;
use uses::Uses;
pub(crate) use view::{Runs, View};

/// The most values that a node stands for, and the deepest nesting that is followed.
const MOST: usize = 32;

/// A value that a node stands for, and under which conditions it does.
#[derive(Clone, Debug)]
pub(crate) struct Stand {
    /// The value, without casts, reshapes and broadcasts around it.
    pub(crate) node: NodeId,
    /// The alternatives that were taken to come there.
    pub(crate) conditions: Vec<Condition>,
}

/// A program with what was found out about it.
pub(crate) struct Facts<'p> {
    /// The program.
    pub(crate) program: &'p Program,
    /// Of each node what it stands for, and the conditions around it: found when they are asked for, since of the nodes of
    /// hosts few are.
    stands: Lazy<Vec<Stand>>,
    conditions: Lazy<Vec<Condition>>,
    carried: BTreeMap<NodeId, LoopId>,
    inductions: BTreeMap<NodeId, LoopId>,
    parameters: BTreeMap<NodeId, ParameterKind>,
    used: Vec<bool>,
    runs: Runs,
    /// For each node what it is computed from, and what its value is, found when they are asked for.
    all: Lazy<Bits>,
    values: Lazy<Bits>,
    roles: OnceLock<Roles>,
    /// Parameters that are arrays.
    arrays: OnceLock<BTreeSet<NodeId>>,
    uses: OnceLock<Uses>,
    /// For each node what is computed from it, found when it is asked for.
    users: Lazy<Option<Bits>>,
    /// Of each launch what the key of its config holds.
    keys: Vec<OnceLock<String>>,
    /// For each node the fields of configs that it is made from.
    fields: Lazy<Vec<NodeId>>,
    /// For each node what it is in words.
    words: Lazy<String>,
    /// Fields of configs and the hints that launches have from these and from no other ones.
    hints: BTreeMap<&'p str, BTreeSet<&'p str>>,
}

impl<'p> Facts<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let mut facts = Self {
            program,
            stands: Lazy::new(program.nodes.len()),
            conditions: Lazy::new(program.nodes.len()),
            carried: BTreeMap::new(),
            inductions: BTreeMap::new(),
            parameters: BTreeMap::new(),
            used: vec![false; program.nodes.len()],
            runs: Runs::of(program),
            all: Lazy::new(program.nodes.len()),
            values: Lazy::new(program.nodes.len()),
            roles: OnceLock::new(),
            arrays: OnceLock::new(),
            uses: OnceLock::new(),
            users: Lazy::new(program.nodes.len()),
            keys: vec![OnceLock::new(); program.launches.len()],
            fields: Lazy::new(program.nodes.len()),
            words: Lazy::new(program.nodes.len()),
            hints: program.hints_of_fields(),
        };
        for node in &program.nodes {
            for argument in &node.arguments {
                if let Some(used) = facts.used.get_mut(argument.value.index()) {
                    *used = true;
                }
            }
            for condition in node.conditions.iter() {
                if let Some(used) = facts.used.get_mut(condition.value.index()) {
                    *used = true;
                }
            }
        }
        for (at, found) in program.loops.iter().enumerate() {
            let id = LoopId(at as u32);
            facts.carried.extend(found.carried.iter().map(|node| (*node, id)));
            facts.inductions.extend(found.induction.map(|node| (node, id)));
            let condition = found.condition.and_then(|node| facts.used.get_mut(node.index()));
            if let Some(used) = condition {
                *used = true;
            }
        }
        for kernel in &program.kernels {
            facts.parameters.extend(kernel.parameters.iter().map(|p| (p.node, p.kind)));
        }
        facts
    }

    /// What a value is, in words.
    pub(crate) fn words(&self, node: NodeId) -> &str {
        self.words.get(node.index(), || render(self.program, node)).map_or("", String::as_str)
    }

    /// Fields of configs that a value is made from.
    pub(crate) fn config_fields(&self, node: NodeId) -> &[NodeId] {
        let found = self.fields.get(node.index(), || self.program.config_fields(node));
        found.map_or(&[], Vec::as_slice)
    }

    /// Of fields of configs the hints that launches have from these and from no other ones.
    pub(crate) fn hints_of_fields(&self) -> &BTreeMap<&'p str, BTreeSet<&'p str>> {
        &self.hints
    }

    /// The nodes of each run.
    pub(crate) fn runs(&self) -> &Runs {
        &self.runs
    }

    /// Collects what a node stands for: the value behind it, and behind either side of a choice.
    fn stand(
        &self,
        node: NodeId,
        conditions: &mut Vec<Condition>,
        depth: usize,
        found: &mut Vec<Stand>,
    ) {
        if depth > MOST || found.len() >= MOST {
            return;
        }
        let node = self.program.behind(node);
        found.push(Stand { node, conditions: conditions.clone() });
        let Some(choice) = self.program.node(node).filter(|n| n.op == Op::Choice) else { return };
        let Some(value) = choice.argument("condition") else { return };
        for (label, holds) in [("then", true), ("otherwise", false)] {
            let Some(inner) = choice.argument(label) else { continue };
            let before = conditions.len();
            if self.assume(Condition { value, holds }, conditions) {
                self.stand(inner, conditions, depth + 1, found);
            }
            conditions.truncate(before);
        }
    }

    /// Adds a condition in its simplest form; says whether it agrees with those that are there.
    pub(crate) fn assume(&self, condition: Condition, all: &mut Vec<Condition>) -> bool {
        self.assume_within(condition, all, 0)
    }

    fn assume_within(&self, condition: Condition, all: &mut Vec<Condition>, depth: usize) -> bool {
        let value = self.program.behind(condition.value);
        let holds = condition.holds;
        let node = self.program.node(value).filter(|_| depth < MOST);
        if let Some(node) = node {
            let part = |label, holds| Some(Condition { value: node.argument(label)?, holds });
            let (one, other) = match (node.op, holds) {
                (Op::Not, _) => (part("a", !holds), None),
                (Op::And, true) | (Op::Or, false) => (part("a", holds), part("b", holds)),
                _ => (None, None),
            };
            match (one, other) {
                (Some(a), Some(b)) => {
                    return self.assume_within(a, all, depth + 1)
                        && self.assume_within(b, all, depth + 1);
                }
                (Some(a), None) if node.op == Op::Not => {
                    return self.assume_within(a, all, depth + 1);
                }
                _ => {}
            }
        }
        match all.iter().find(|known| known.value == value) {
            Some(known) => known.holds == holds,
            None => {
                all.push(Condition { value, holds });
                true
            }
        }
    }

    /// What a node stands for where it is an argument.
    pub(crate) fn stands(&self, node: NodeId) -> &[Stand] {
        let find = || {
            let mut found = Vec::new();
            self.stand(node, &mut Vec::new(), 0, &mut found);
            found
        };
        self.stands.get(node.index(), find).map_or(&[], Vec::as_slice)
    }

    /// The node itself and all it passes on through casts, reshapes and broadcasts.
    pub(crate) fn chain(&self, node: NodeId) -> Vec<NodeId> {
        let mut chain = vec![node];
        let mut at = node;
        while let Some(found) = self.program.node(at).filter(|n| n.op.is_transparent()) {
            let inner = found.argument("a").or_else(|| found.argument("array"));
            let Some(inner) = inner.filter(|i| !chain.contains(i)) else { break };
            chain.push(inner);
            at = inner;
        }
        chain
    }

    /// The conditions around a node, in their simplest form.
    pub(crate) fn conditions(&self, node: NodeId) -> &[Condition] {
        let Some(found) = self.program.node(node).filter(|node| !node.conditions.is_empty()) else {
            return &[];
        };
        let find = || {
            let mut all = Vec::new();
            for condition in found.conditions.iter() {
                self.assume(*condition, &mut all);
            }
            all
        };
        self.conditions.get(node.index(), find).map_or(&[], Vec::as_slice)
    }

    /// The loop that a variable is carried by.
    pub(crate) fn carried_by(&self, node: NodeId) -> Option<LoopId> {
        self.carried.get(&node).copied()
    }

    /// The loop whose turns a node counts.
    pub(crate) fn counts(&self, node: NodeId) -> Option<LoopId> {
        self.inductions.get(&node).copied()
    }

    /// How the parameter of a kernel that a node is gets its value.
    pub(crate) fn parameter(&self, node: NodeId) -> Option<ParameterKind> {
        self.parameters.get(&node).copied()
    }

    /// Whether another node uses a node.
    pub(crate) fn is_used(&self, node: NodeId) -> bool {
        self.used.get(node.index()).copied().unwrap_or(false)
    }

    /// The kernel in whose run a node is.
    pub(crate) fn kernel_of(&self, node: NodeId) -> Option<KernelId> {
        let scope = self.program.node(node)?.scope;
        match self.program.scopes.get(scope.index())?.kind {
            ScopeKind::Kernel(kernel) => Some(kernel),
            _ => None,
        }
    }

    /// The loops around a node, innermost first.
    pub(crate) fn loops_around(&self, inside: Option<LoopId>) -> impl Iterator<Item = LoopId> {
        let parent = |id: &LoopId| self.program.loops.get(id.index()).and_then(|l| l.parent);
        std::iter::successors(inside, parent).take(MOST)
    }

    /// Whether a node is in a loop or in one within it.
    pub(crate) fn is_inside(&self, inside: Option<LoopId>, of: LoopId) -> bool {
        self.loops_around(inside).any(|id| id == of)
    }

    /// Whether a node stays the same from turn to turn of a loop.
    pub(crate) fn is_invariant(&self, node: NodeId, of: LoopId) -> bool {
        let slice = self.slice(node);
        let changes = |(node, owner): (&NodeId, &LoopId)| {
            self.is_inside(Some(*owner), of) && slice.has(*node)
        };
        !self.carried.iter().any(changes) && !self.inductions.iter().any(changes)
    }

    /// The parameter whose elements a load, a store or a question is about.
    pub(crate) fn root(&self, node: NodeId) -> Option<NodeId> {
        let mut at = node;
        for _ in 0..MOST * 4 {
            if self.parameter(at).is_some() {
                return Some(at);
            }
            let found = self.program.node(at)?;
            let next = match found.op {
                Op::Parameter => return Some(at),
                // A pointer and an offset: the pointer is what leads to an array.
                Op::Add | Op::Sub => {
                    let sides = ["a", "b"].into_iter().filter_map(|l| found.argument(l));
                    let runtime = |n: &NodeId| {
                        self.root_of_side(*n).and_then(|p| self.parameter(p))
                            == Some(ParameterKind::Runtime)
                    };
                    sides.clone().find(runtime).or_else(|| sides.clone().next())
                }
                _ => ["array", "a", "of", "then", "init", "receiver"]
                    .into_iter()
                    .find_map(|label| found.argument(label)),
            };
            at = next?;
        }
        None
    }

    /// The parameter at the left end of a sum.
    fn root_of_side(&self, mut at: NodeId) -> Option<NodeId> {
        for _ in 0..MOST {
            let found = self.program.node(at)?;
            if found.op == Op::Parameter {
                return Some(at);
            }
            at =
                ["array", "a", "of", "then", "init"].into_iter().find_map(|l| found.argument(l))?;
        }
        None
    }

    /// Whether the elements of a parameter are read or written, or its shape is asked for, under whatever conditions.
    pub(crate) fn is_array(&self, parameter: NodeId) -> bool {
        let arrays = self.arrays.get_or_init(|| {
            let is_access = |op| matches!(op, Op::Load | Op::Store | Op::Atomic | Op::Extent);
            let nodes = (0..).map(NodeId).zip(&self.program.nodes);
            let accesses = nodes.filter(|(_, node)| is_access(node.op));
            accesses.filter_map(|(id, _)| self.root(id)).collect()
        });
        arrays.contains(&parameter)
    }

    /// What operands are to the computation.
    pub(crate) fn roles(&self) -> &Roles {
        self.roles.get_or_init(|| Roles::of(self))
    }

    /// Whether two nodes are the same position or size, written twice: computed in the same way from the same values.
    pub(crate) fn is_same_position(&self, a: NodeId, b: NodeId) -> bool {
        self.is_position(a) && self.program.op(a) == self.program.op(b) && self.is_same(a, b)
    }

    /// Whether a node may be a position or a size.
    fn is_position(&self, node: NodeId) -> bool {
        matches!(
            self.program.op(node),
            Op::BlockId
                | Op::NumBlocks
                | Op::Extent
                | Op::Add
                | Op::Sub
                | Op::Mul
                | Op::FloorDiv
                | Op::Mod
                | Op::CeilDiv
                | Op::Min
                | Op::Max
        )
    }

    /// Whether no other node is taken for this one: it is neither known nor a position.
    pub(crate) fn is_one_place(&self, node: NodeId) -> bool {
        let node = self.program.behind(node);
        self.program.op(node) != Op::Constant && !self.is_position(node)
    }

    /// Whether two nodes are computed in the same way from the same values.
    pub(crate) fn is_same(&self, a: NodeId, b: NodeId) -> bool {
        let mut seen = BTreeMap::new();
        self.is_same_within(a, b, &mut seen, 0)
    }

    fn is_same_within(
        &self,
        a: NodeId,
        b: NodeId,
        seen: &mut BTreeMap<(NodeId, NodeId), bool>,
        depth: usize,
    ) -> bool {
        let (a, b) = (self.program.behind(a), self.program.behind(b));
        if a == b {
            return true;
        }
        if let Some(known) = seen.get(&(a, b)) {
            return *known;
        }
        let (Some(left), Some(right)) = (self.program.node(a), self.program.node(b)) else {
            return false;
        };
        let is_own = |op| {
            matches!(
                op,
                Op::Parameter | Op::Unknown | Op::Carried | Op::Induction | Op::Atomic | Op::Random
            )
        };
        if left.op != right.op
            || is_own(left.op)
            || left.arguments.len() != right.arguments.len()
            || depth > MOST
        {
            return false;
        }
        if left.op == Op::Constant {
            return same_constant(left.constant.as_ref(), right.constant.as_ref());
        }
        if left.constant != right.constant {
            return false;
        }
        let mut agree = |swapped: bool| {
            left.arguments.iter().all(|argument| {
                let label = match argument.label {
                    "a" if swapped => "b",
                    "b" if swapped => "a",
                    label => label,
                };
                right.argument(label).is_some_and(|other| {
                    self.is_same_within(argument.value, other, seen, depth + 1)
                })
            })
        };
        let is_same = agree(false) || left.op.commutes() && agree(true);
        seen.insert((a, b), is_same);
        is_same
    }
}
