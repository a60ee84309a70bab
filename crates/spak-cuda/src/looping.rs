//! Loops: the body is run once, and what it changes is carried. A loop over the elements of a tile in registers or shared
//! memory is no loop but the tile itself: what it sums up is a reduction, what it does to each element is done to the tile.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use spak_program::{Constant, Loop, LoopId, LoopKind, NodeId, Op, Site, given};

use crate::ast::{Each, Expr, ExprKind, For, Stmt};
use crate::machine::{Machine, Turning};
use crate::value::{Frame, Loc, Place, Slot, Value};

/// How the head of a loop counts.
struct Counting {
    name: String,
    stop: NodeId,
    step: NodeId,
    start: NodeId,
    /// It is halved or doubled: a tree over threads.
    halves: bool,
}

impl Machine {
    pub(crate) fn for_statement(&mut self, statement: &For, frame: &Rc<Frame>) {
        let frame = Frame::within(frame);
        self.block(&statement.init, &frame);
        if let Some(unroll) = &statement.unroll {
            self.note_unroll(unroll, &frame);
        }
        let site = statement.site;
        let Some(counting) = self.counting(statement, &frame) else {
            let none = Expr { kind: ExprKind::Known(Constant::Bool(true)), site };
            let condition = statement.condition.as_ref().unwrap_or(&none);
            self.roll(LoopKind::While, site, &mut |machine, this| {
                machine.loop_condition(condition, this, &frame);
                machine.statement(&statement.body, &frame);
                if let Some(update) = &statement.update {
                    machine.eval(update, &frame);
                }
            });
            return;
        };
        let variable = self.find(&counting.name, &frame);
        let bounds = vec![
            given("start", counting.start),
            given("stop", counting.stop),
            given("step", counting.step),
        ];
        self.roll(LoopKind::Range, site, &mut |machine, this| {
            let induction = machine.graph.node(Op::Induction, bounds.clone(), site);
            if let Some(turning) = machine.turning.last_mut() {
                turning.halves = counting.halves;
            }
            if let Some(found) = machine.graph.program.loops.get_mut(this.index()) {
                found.induction = Some(induction);
            }
            if let Some(Slot::Place(Place::Local(loc, _))) = &variable {
                if let Some(turning) = machine.turning.last_mut() {
                    turning.set.insert(*loc);
                }
                machine.put(*loc, Value::Node(induction));
                if let Some(cell) = machine.memory.get_mut(loc.0 as usize) {
                    cell.spread = BTreeSet::from([induction]);
                }
            }
            machine.statement(&statement.body, &frame);
            if let Some(update) = &statement.update {
                machine.others(update, &counting.name, &frame);
            }
        });
    }

    /// What an update does besides counting.
    fn others(&mut self, update: &Expr, counted: &str, frame: &Rc<Frame>) {
        match &update.kind {
            ExprKind::Both(first, second) => {
                self.others(first, counted, frame);
                self.others(second, counted, frame);
            }
            ExprKind::Update(_, target) | ExprKind::Assign(_, target, _) => {
                let own = matches!(&target.kind, ExprKind::Name(path) if path.last() == counted);
                if !own {
                    self.eval(update, frame);
                }
            }
            _ => {
                self.eval(update, frame);
            }
        }
    }

    fn loop_condition(&mut self, condition: &Expr, this: LoopId, frame: &Rc<Frame>) {
        let value = self.eval(condition, frame);
        let node = self.as_node(&value, condition.site);
        if let Some(found) = self.graph.program.loops.get_mut(this.index()) {
            found.condition = Some(node);
        }
    }

    /// Whether a loop counts a variable from a number to another.
    fn counting(&mut self, statement: &For, frame: &Rc<Frame>) -> Option<Counting> {
        let condition = statement.condition.as_ref()?;
        let ExprKind::Binary(op, left, right) = &condition.kind else { return None };
        let name_of = |expr: &Expr| match &expr.kind {
            ExprKind::Name(path) if path.parts.len() == 1 => Some(path.last().to_owned()),
            _ => None,
        };
        let counted = |name: &str| {
            let mut open = vec![statement.update.as_ref()?];
            while let Some(update) = open.pop() {
                match &update.kind {
                    ExprKind::Both(first, second) => open.extend([&**first, &**second]),
                    ExprKind::Update(by, target) if name_of(target).as_deref() == Some(name) => {
                        return Some((Op::Add, None, *by));
                    }
                    ExprKind::Assign(Some(op), target, by)
                        if name_of(target).as_deref() == Some(name) =>
                    {
                        return Some((*op, Some(&**by), 0));
                    }
                    _ => {}
                }
            }
            None
        };
        let (name, bound, op) = match (name_of(left), name_of(right)) {
            (Some(name), _) if counted(&name).is_some() => (name, &**right, *op),
            (_, Some(name)) if counted(&name).is_some() => {
                (name, &**left, op.mirrored().unwrap_or(*op))
            }
            _ => return None,
        };
        let (direction, by, fixed) = counted(&name)?;
        let site = statement.site;
        let start = self.eval_name(&name, frame, site)?;
        if matches!(start, Value::View(_) | Value::Object(_)) {
            return None;
        }
        let start = self.as_node(&start, site);
        let step = match by {
            Some(by) => self.eval(by, frame),
            None => Value::Known(Constant::Int(fixed), site),
        };
        let step = match direction {
            Op::Sub => self.unary(Op::Neg, &step, site),
            _ => step,
        };
        let halves = !matches!(direction, Op::Add | Op::Sub);
        let bound = self.eval(bound, frame);
        let one = Value::Known(Constant::Int(1), site);
        let stop = match op {
            Op::LessEqual => self.binary(Op::Add, bound, one, site),
            Op::GreaterEqual => self.binary(Op::Sub, bound, one, site),
            _ => bound,
        };
        let step = self.as_node(&step, site);
        let stop = self.as_node(&stop, site);
        Some(Counting { name, stop, step, start, halves })
    }

    pub(crate) fn each_statement(&mut self, statement: &Each, frame: &Rc<Frame>) {
        let over = self.eval(&statement.of, frame);
        let site = statement.site;
        self.roll(LoopKind::Each, site, &mut |machine, _| {
            let of = machine.as_node(&over, site);
            let element = machine.graph.node(Op::Item, vec![given("of", of)], site);
            let frame = Frame::within(frame);
            frame.set(&statement.name, Slot::Value(Value::Node(element)));
            machine.statement(&statement.body, &frame);
        });
    }

    pub(crate) fn while_statement(&mut self, condition: &Expr, body: &Stmt, frame: &Rc<Frame>) {
        let site = condition.site;
        self.roll(LoopKind::While, site, &mut |machine, this| {
            machine.loop_condition(condition, this, frame);
            machine.statement(body, frame);
        });
    }

    /// A loop: its body is run once.
    fn roll(&mut self, kind: LoopKind, site: Site, body: &mut dyn FnMut(&mut Self, LoopId)) {
        let this = LoopId(self.graph.program.loops.len() as u32);
        self.graph.program.loops.push(Loop {
            kind,
            parent: self.graph.inside,
            induction: None,
            condition: None,
            carried: Vec::new(),
            site,
            scope: self.graph.scope,
        });
        let outer = self.graph.inside.replace(this);
        let first = self.graph.program.nodes.len();
        let depth = self.graph.conditions.len();
        let mark = self.journal.len();
        self.turning.push(Turning {
            id: this,
            base: self.memory.len(),
            depth,
            carried: BTreeMap::new(),
            set: BTreeSet::new(),
            indices: BTreeMap::new(),
            touches: false,
            waits: false,
            nested: false,
            halves: false,
        });
        body(self, this);
        self.graph.conditions.truncate(depth);
        let Some(turning) = self.turning.pop() else { return };
        let last = self.undo(mark);
        for (loc, (before, _)) in &turning.carried {
            if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
                cell.value = before.clone();
            }
        }
        let flat = self.is_tile(this, &turning);
        self.graph.inside = outer;
        if let Some(around) = self.turning.last_mut() {
            around.nested |= !flat || turning.nested;
            around.touches |= turning.touches;
            around.waits |= turning.waits;
            if flat {
                for (loc, indices) in &turning.indices {
                    around.indices.entry(*loc).or_default().extend(indices);
                }
            }
        }
        let mut last: Vec<(Loc, Value)> =
            last.into_iter().filter(|(loc, _)| (loc.0 as usize) < turning.base).collect();
        if flat {
            self.flatten(this, &turning, first, &mut last, site);
        } else {
            self.close(this, &turning, first, &mut last, site);
        }
        for (loc, value) in last {
            self.put(loc, value);
        }
    }

    /// Whether a loop only goes over the elements of a tile.
    fn is_tile(&self, this: LoopId, turning: &Turning) -> bool {
        let program = &self.graph.program;
        let is_last = this.index() + 1 == program.loops.len();
        let found = program.loops.get(this.index());
        let induction = found.and_then(|found| found.induction);
        let Some(induction) = induction.filter(|_| is_last && !turning.nested) else {
            return false;
        };
        if !self.in_kernel() || (turning.waits && !turning.halves) {
            return false;
        }
        if !turning.touches {
            return true;
        }
        // A number of turns that is known when the kernel is compiled is the size of a tile.
        let known = |label: &str| {
            program.argument(induction, label).is_some_and(|bound| self.is_static(bound, 0))
        };
        known("start") && known("stop")
    }

    fn is_static(&self, node: NodeId, depth: u32) -> bool {
        let node = self.resolved(node);
        let Some(found) = self.graph.program.node(node) else { return false };
        match found.op {
            Op::Constant | Op::Arange => true,
            Op::Parameter => self.compiled.contains(&node),
            Op::Call => matches!(found.name(), Some("size" | "rank" | "block_size")),
            Op::Add | Op::Sub | Op::Mul | Op::FloorDiv | Op::CeilDiv | Op::Div => {
                depth < 10 && found.arguments.iter().all(|one| self.is_static(one.value, depth + 1))
            }
            _ => false,
        }
    }

    /// A loop of the graph: what changes is carried, what does not is what it was.
    fn close(
        &mut self,
        this: LoopId,
        turning: &Turning,
        first: usize,
        last: &mut [(Loc, Value)],
        site: Site,
    ) {
        let mut replaced = BTreeMap::new();
        let mut kept = Vec::new();
        let used = self.used_since(first);
        for (loc, (before, node)) in &turning.carried {
            let after = last.iter_mut().find(|(changed, _)| changed == loc);
            let next = after.as_ref().map(|(_, value)| value.clone());
            let next = next.map(|value| self.as_node(&value, site)).filter(|next| next != node);
            if next.is_some() && !used.contains(node) {
                // Each turn sets it before it reads it.
                if let Some(found) = self.graph.program.nodes.get_mut(node.index()) {
                    found.op = Op::Unknown;
                    found.arguments.clear();
                }
                continue;
            }
            match next {
                Some(next) => {
                    if let Some(found) = self.graph.program.nodes.get_mut(node.index()) {
                        found.arguments.push(given("next", next));
                    }
                    kept.push(*node);
                    if let Some((_, value)) = after {
                        *value = Value::Node(*node);
                    }
                }
                None => {
                    let init = self.plain_before(before, *node);
                    replaced.insert(*node, init);
                    if let Some((_, value)) = after {
                        *value = before.clone();
                    }
                }
            }
        }
        if let Some(found) = self.graph.program.loops.get_mut(this.index()) {
            found.carried = kept;
        }
        self.replace(first, &replaced);
    }

    /// Nodes that those from one on use.
    fn used_since(&self, first: usize) -> BTreeSet<NodeId> {
        let mut used = BTreeSet::new();
        for node in self.graph.program.nodes.iter().skip(first) {
            used.extend(node.arguments.iter().map(|argument| argument.value));
            used.extend(node.conditions.iter().map(|condition| condition.value));
        }
        used
    }

    /// What a variable was before, as the node that loops saw: not as a tile of one value.
    fn plain_before(&mut self, before: &Value, carried: NodeId) -> NodeId {
        match before {
            Value::Node(node) => self.resolved(*node),
            Value::Known(constant, origin) => self.graph_constant_at(constant, *origin, carried),
            _ => self.graph.program.argument(carried, "init").unwrap_or(carried),
        }
    }

    fn graph_constant_at(&mut self, constant: &Constant, origin: Site, carried: NodeId) -> NodeId {
        // The node of the carried variable itself becomes the constant, so that it comes before all that use it.
        if let Some(found) = self.graph.program.nodes.get_mut(carried.index()) {
            found.op = Op::Constant;
            found.constant = Some(constant.clone());
            found.arguments.clear();
            found.site = origin;
        }
        carried
    }

    /// Puts values into the places of others in all nodes from one on.
    fn replace(&mut self, first: usize, replaced: &BTreeMap<NodeId, NodeId>) {
        if replaced.is_empty() {
            return;
        }
        self.graph.replace(first, replaced);
        for (old, _) in replaced.iter().filter(|(old, new)| old != new) {
            if let Some(node) = self.graph.program.nodes.get_mut(old.index()) {
                node.op = Op::Unknown;
                node.arguments.clear();
            }
        }
        self.forward.extend(replaced.iter().filter(|(old, new)| old != new));
    }

    /// No loop: its nodes are those of the tile.
    fn flatten(
        &mut self,
        this: LoopId,
        turning: &Turning,
        first: usize,
        last: &mut [(Loc, Value)],
        site: Site,
    ) {
        let found = self.graph.program.loops.pop();
        let outer = found.as_ref().and_then(|found| found.parent);
        let induction = found.and_then(|found| found.induction);
        for node in self.graph.program.nodes.iter_mut().skip(first) {
            if node.inside == Some(this) {
                node.inside = outer;
            }
        }
        if let Some(node) =
            induction.and_then(|induction| self.graph.program.nodes.get_mut(induction.index()))
        {
            node.op = Op::Arange;
            node.arguments.retain(|argument| argument.label != "step");
        }
        let mut replaced = BTreeMap::new();
        let mut sums: Vec<(usize, NodeId, Op, NodeId)> = Vec::new();
        // What each turn does for a sum, which the sum takes the place of.
        let mut steps: Vec<NodeId> = Vec::new();
        for (loc, (before, node)) in &turning.carried {
            let at = last.iter().position(|(changed, _)| changed == loc);
            let varies = turning.indices.get(loc).is_some_and(|indices| {
                let leaves = self.leaves(indices);
                induction.is_some_and(|induction| leaves.contains(&induction))
            });
            if let Some(at) = at
                && !varies
                && let Some((_, Value::Node(next))) = last.get(at)
                && let Some((op, part)) = self.accumulated(*next, *node, site)
            {
                let next = *next;
                sums.push((at, *node, op, part));
                steps.push(next);
            }
            let start = self.graph.program.argument(*node, "init").filter(|_| at.is_some());
            let init = match start {
                Some(init) => init,
                None => self.plain_before(before, *node),
            };
            replaced.insert(*node, init);
            if let Some((_, value)) = at.and_then(|at| last.get_mut(at))
                && matches!(value, Value::Node(next) if next == node)
            {
                *value = before.clone();
            }
        }
        self.replace(first, &replaced);
        for (_, value) in last.iter_mut() {
            self.collapse(value);
        }
        let used = self.used_since(first);
        for step in steps.into_iter().filter(|step| !used.contains(step)) {
            if let Some(node) = self.graph.program.nodes.get_mut(step.index()) {
                node.op = Op::Unknown;
                node.arguments.clear();
            }
        }
        for (at, node, op, part) in sums {
            let part = self.resolved(part);
            let init = replaced.get(&node).copied().unwrap_or(node);
            let value = self.summed(op, init, part, site);
            if let Some((_, last)) = last.get_mut(at) {
                *last = Value::Node(value);
            }
        }
    }

    /// A step of a reduction over threads that only some of them make is the reduction, and so is one of a reduction.
    fn collapse(&mut self, value: &mut Value) {
        let Value::Node(node) = value else { return };
        let mut node = self.resolved(*node);
        if self.op(node) == Op::Choice {
            let side = |label| self.graph.program.argument(node, label).map(|id| self.resolved(id));
            if let (Some(a), Some(b)) = (side("then"), side("otherwise")) {
                let of = |step: NodeId| self.graph.program.argument(step, "a");
                if self.reduced.contains(&a) && of(a) == Some(b) {
                    node = a;
                } else if self.reduced.contains(&b) && of(b) == Some(a) {
                    node = b;
                }
            }
        }
        let inner = self.graph.program.argument(node, "a").map(|id| self.resolved(id));
        if let Some(inner) = inner.filter(|_| self.reduced.contains(&node))
            && (self.reduced.contains(&inner) && self.op(inner) == self.op(node)
                || self.is_reduced_extreme(node, inner))
        {
            node = inner;
        }
        *value = Value::Node(node);
    }

    /// A maximum over threads of the greater of something and a maximum over elements is one maximum over a tile.
    fn is_reduced_extreme(&self, reduction: NodeId, of: NodeId) -> bool {
        let extreme = match self.op(reduction) {
            Op::ReduceMax => Op::Max,
            Op::ReduceMin => Op::Min,
            _ => return false,
        };
        let side = |label| self.graph.program.argument(of, label).map(|id| self.resolved(id));
        self.op(of) == extreme
            && ["a", "b"].into_iter().filter_map(side).any(|id| self.op(id) == self.op(reduction))
    }

    /// What is added to a variable in each turn, and how.
    fn accumulated(&mut self, next: NodeId, own: NodeId, site: Site) -> Option<(Op, NodeId)> {
        let node = self.graph.program.node(next)?;
        let (op, conditions) = (node.op, node.conditions.clone());
        let (a, b) = (node.argument("a"), node.argument("b"));
        match op {
            Op::Add | Op::Max | Op::Min | Op::Mul => {
                let (a, b) = (a?, b?);
                let part = if a == own { b } else { (b == own).then_some(a)? };
                (!self.uses(part, own)).then_some((op, part))
            }
            Op::Sub if a == Some(own) => {
                let part = b.filter(|part| !self.uses(*part, own))?;
                Some((op, part))
            }
            Op::Choice => {
                let condition = node.argument("condition")?;
                let (then, otherwise) = (node.argument("then")?, node.argument("otherwise")?);
                let (changed, holds) = if otherwise == own {
                    (then, true)
                } else {
                    (then == own).then_some((otherwise, false))?
                };
                let (op, part) = self.accumulated(changed, own, site)?;
                let nothing = match op {
                    Op::Max => Constant::Float(f64::NEG_INFINITY),
                    Op::Min => Constant::Float(f64::INFINITY),
                    Op::Mul => Constant::Float(1.0),
                    _ => Constant::Float(0.0),
                };
                let at = self.graph.program.node(changed).map_or(site, |node| node.site);
                let before = std::mem::replace(&mut self.graph.conditions, conditions.to_vec());
                let nothing = self.graph.constant(nothing, at);
                let (then, otherwise) = if holds { (part, nothing) } else { (nothing, part) };
                let arguments = vec![
                    given("condition", condition),
                    given("then", then),
                    given("otherwise", otherwise),
                ];
                let part = self.graph.node(Op::Select, arguments, at);
                self.graph.conditions = before;
                Some((op, part))
            }
            _ => None,
        }
    }

    /// Whether a node is made from another.
    fn uses(&self, node: NodeId, other: NodeId) -> bool {
        let mut open = vec![node];
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            if id == other || seen.len() > 2000 {
                return true;
            }
            // What was made before cannot use it.
            if id < other || !seen.insert(id) {
                continue;
            }
            let arguments = self.graph.program.node(id).map(|node| &node.arguments);
            open.extend(arguments.into_iter().flatten().map(|argument| argument.value));
        }
        false
    }

    /// A variable to which all elements of a tile were added.
    fn summed(&mut self, op: Op, init: NodeId, part: NodeId, site: Site) -> NodeId {
        let reduction = match op {
            Op::Max => Op::ReduceMax,
            Op::Min => Op::ReduceMin,
            Op::Mul => Op::ReduceProd,
            _ => Op::ReduceSum,
        };
        let at = self.graph.program.node(part).map_or(site, |node| node.site);
        let reduced = self.graph.node(reduction, vec![given("a", part)], at);
        let start = self.graph.program.argument(init, "value").unwrap_or(init);
        let start = self.graph.program.constant(start).and_then(Constant::number);
        let is_neutral = match op {
            Op::Max => start.is_some_and(|number| number < -1e30),
            Op::Min => start.is_some_and(|number| number > 1e30),
            Op::Mul => start == Some(1.0),
            Op::Add => start == Some(0.0),
            _ => false,
        };
        if is_neutral || init == part {
            return reduced;
        }
        // The first element was taken before the others: it is one of the tile.
        if self.op(init) == op && matches!(op, Op::Add | Op::Max | Op::Min) {
            let side = |label| self.graph.program.argument(init, label).map(|id| self.resolved(id));
            let other = match (side("a"), side("b")) {
                (Some(a), Some(b)) if b == part => Some(a),
                (Some(a), Some(b)) if a == part => Some(b),
                _ => None,
            };
            if let Some(other) = other {
                return self.graph.node(op, vec![given("a", other), given("b", reduced)], at);
            }
        }
        self.graph.node(op, vec![given("a", init), given("b", reduced)], at)
    }
}
