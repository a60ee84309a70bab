//! Variables: what they hold, what branches and loops make of them. An array is one variable.

use std::collections::{BTreeMap, BTreeSet};

use spak_program::{Condition, Constant, NodeId, Op, Site, given};

use crate::machine::Machine;
use crate::value::{Address, Loc, Place, Type, TypeKind, Value};

/// A variable.
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) value: Value,
    /// The type of its numbers, if it is declared.
    pub(crate) dtype: Option<&'static str>,
    /// It keeps its first value.
    pub(crate) constant: bool,
    /// How many sizes it has as an array.
    pub(crate) rank: usize,
    /// What its elements vary with.
    pub(crate) spread: BTreeSet<NodeId>,
}

impl Machine {
    pub(crate) fn new_cell(&mut self, value: Value, of: Option<&Type>) -> Loc {
        let loc = Loc(self.memory.len() as u32);
        let dtype = of.and_then(|of| match of.kind {
            TypeKind::Scalar(name) | TypeKind::Vector(name, _) if !of.pointer => Some(name),
            _ => None,
        });
        self.memory.push(Cell {
            value,
            dtype,
            constant: false,
            rank: 0,
            spread: self.touched.clone(),
        });
        loc
    }

    /// A part of an array that starts at a fixed place in it is an array of its own.
    pub(crate) fn rebased(&mut self, place: Place) -> Place {
        let Place::Local(loc, indices) = &place else { return place };
        let rank = self.memory.get(loc.0 as usize).map_or(0, |cell| cell.rank);
        if indices.is_empty() || rank > 1 || !self.leaves(indices).is_empty() {
            return place;
        }
        let where_ = indices.iter().map(|index| self.graph.program.describe(*index));
        let key = (*loc, where_.collect::<Vec<_>>().join(","));
        if key.1.split(',').all(|part| part == "0") {
            return Place::Local(*loc, Vec::new());
        }
        if let Some(known) = self.parts.get(&key) {
            return Place::Local(*known, Vec::new());
        }
        let nowhere = self.nowhere();
        let site = indices.last().and_then(|last| self.graph.program.node(*last));
        let site = site.map_or(nowhere, |node| node.site);
        let value = self.unknown(site);
        let dtype = self.memory.get(loc.0 as usize).and_then(|cell| cell.dtype);
        let part = self.new_cell(value, None);
        if let Some(cell) = self.memory.get_mut(part.0 as usize) {
            cell.dtype = dtype;
            cell.rank = 1;
            cell.spread.clear();
        }
        self.parts.insert(key, part);
        Place::Local(part, Vec::new())
    }

    /// What a place holds.
    pub(crate) fn read(&mut self, place: &Place, site: Site) -> Value {
        match place {
            Place::Local(loc, indices) => {
                self.touch(*loc, false, site);
                let leaves = self.leaves(indices);
                self.touched.extend(leaves);
                let Some(cell) = self.memory.get(loc.0 as usize) else { return Value::Nothing };
                self.touched.extend(cell.spread.iter().copied());
                match &cell.value {
                    Value::Node(id) => Value::Node(self.resolved(*id)),
                    value => value.clone(),
                }
            }
            Place::Global(address) => self.load(address, "pointer", site),
            Place::Unknown => self.unknown(site),
        }
    }

    /// Puts a value into a place.
    pub(crate) fn write(&mut self, place: &Place, value: Value, site: Site) {
        match place {
            Place::Local(loc, indices) => {
                let value = self.converted(*loc, value, site);
                self.touch(*loc, true, site);
                if let Some(turning) = self.turning.last_mut() {
                    turning.indices.entry(*loc).or_default().extend(indices);
                }
                let mut spread = self.touched.clone();
                let own = self.leaves(indices);
                self.put(*loc, value);
                if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
                    if !indices.is_empty() {
                        // An element varies with its indices anyway; beyond that, an array varies as all that is put there.
                        spread.retain(|leaf| !own.contains(leaf));
                        spread.extend(cell.spread.iter().copied().take(200));
                    }
                    cell.spread = spread;
                }
            }
            Place::Global(address) => self.store(address, &value, site),
            Place::Unknown => {}
        }
    }

    pub(crate) fn put(&mut self, loc: Loc, value: Value) {
        if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
            let old = std::mem::replace(&mut cell.value, value);
            self.journal.push((loc, old));
        }
    }

    /// A number of another type is converted where it is assigned.
    fn converted(&mut self, loc: Loc, value: Value, site: Site) -> Value {
        let (Some(cell), Value::Node(node)) = (self.memory.get(loc.0 as usize), &value) else {
            return value;
        };
        let (Some(dtype), Some(own)) = (cell.dtype, self.dtype_of(*node)) else { return value };
        let is_float = |name: &str| name.starts_with('f') || name.starts_with("bf");
        if own == dtype || !is_float(dtype) || !is_float(&own) {
            return value;
        }
        self.cast(&value, dtype, site)
    }

    /// The type of a node's numbers, as far as it is said.
    fn dtype_of(&self, node: NodeId) -> Option<String> {
        let node = self.graph.program.node(node)?;
        let dtype = match node.op {
            Op::Cast | Op::Full => node.argument("dtype")?,
            Op::Load => self.graph.program.argument(node.argument("array")?, "dtype")?,
            _ => return None,
        };
        match self.graph.program.constant(dtype)? {
            Constant::Dtype(name) => Some(name.clone()),
            _ => None,
        }
    }

    pub(crate) fn cast(&mut self, value: &Value, dtype: &str, site: Site) -> Value {
        if let Value::Known(constant, origin) = value {
            let folded = match (constant, dtype.starts_with(['i', 'u'])) {
                (Constant::Float(number), true) => Constant::Int(*number as i64),
                (Constant::Int(number), false) if dtype != "bool" => {
                    Constant::Float(*number as f64)
                }
                (other, _) => other.clone(),
            };
            return Value::Known(folded, *origin);
        }
        let node = self.as_node(value, site);
        if dtype.starts_with(['i', 'u']) && self.is_integer(node, 0) && dtype != "i64" {
            return Value::Node(node);
        }
        let of = self.graph.constant(Constant::Dtype(dtype.to_owned()), site);
        Value::Node(self.graph.node(Op::Cast, vec![given("a", node), given("dtype", of)], site))
    }

    /// Leaves that indices vary with: threads, blocks, loops.
    pub(crate) fn leaves(&self, indices: &[NodeId]) -> BTreeSet<NodeId> {
        let mut found = BTreeSet::new();
        let mut open: Vec<NodeId> = indices.to_vec();
        let mut seen = BTreeSet::new();
        while let Some(id) = open.pop() {
            let id = self.resolved(id);
            if seen.len() > 400 || !seen.insert(id) {
                continue;
            }
            let Some(node) = self.graph.program.node(id) else { continue };
            match node.op {
                Op::Arange | Op::Induction | Op::BlockId => {
                    found.insert(id);
                }
                Op::Carried => {
                    // What no turn has changed so far is what it was before.
                    if node.argument("next").is_some() && !self.pointers.contains(&id) {
                        found.insert(id);
                    }
                    open.extend(node.argument("init"));
                }
                Op::Load | Op::Constant | Op::Parameter => {}
                _ => open.extend(node.arguments.iter().map(|argument| argument.value)),
            }
        }
        found
    }

    /// Makes a variable from outside of the loops around one that they carry, unless each turn sets it first.
    fn touch(&mut self, loc: Loc, writes: bool, site: Site) {
        for at in 0..self.turning.len() {
            let Some(turning) = self.turning.get(at) else { return };
            let is_last = at + 1 == self.turning.len();
            if loc.0 as usize >= turning.base
                || turning.carried.contains_key(&loc)
                || turning.set.contains(&loc)
            {
                continue;
            }
            let Some(cell) = self.memory.get(loc.0 as usize) else { return };
            let plain = match &cell.value {
                Value::Node(_) | Value::Known(..) => true,
                Value::Choice(choice) => {
                    matches!((&choice.1, &choice.2), (Value::Node(_) | Value::Known(..), _))
                }
                _ => false,
            };
            if cell.constant || !plain {
                return;
            }
            let always = writes && is_last && self.graph.conditions.len() == turning.depth;
            let (id, depth) = (turning.id, turning.depth);
            if always {
                if let Some(turning) = self.turning.get_mut(at) {
                    turning.set.insert(loc);
                }
                continue;
            }
            let (before, dtype) = (cell.value.clone(), cell.dtype);
            let init = self.initial(&before, dtype, site);
            let outer = self.graph.inside.replace(id);
            let conditions =
                self.graph.conditions.split_off(depth.min(self.graph.conditions.len()));
            let node = self.graph.node(Op::Carried, vec![given("init", init)], site);
            self.graph.inside = outer;
            self.graph.conditions.extend(conditions);
            if self.is_integer(init, 0) {
                self.integers.insert(node);
            }
            if self.pointers.contains(&init) {
                self.pointers.insert(node);
            }
            if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
                cell.value = Value::Node(node);
            }
            if let Some(turning) = self.turning.get_mut(at) {
                turning.carried.insert(loc, (before, node));
            }
        }
    }

    /// What a variable starts with: a number that it is set to stands for all its elements.
    fn initial(&mut self, value: &Value, dtype: Option<&'static str>, site: Site) -> NodeId {
        let number = match value {
            Value::Known(constant @ (Constant::Float(_) | Constant::Int(_)), origin) => {
                Some((constant.clone(), *origin))
            }
            _ => None,
        };
        match (number, dtype.filter(|name| name.starts_with('f') || name.starts_with("bf"))) {
            (Some((constant, origin)), Some(dtype)) => {
                let constant = Constant::Float(constant.number().unwrap_or(0.0));
                let value = self.graph.constant(constant, origin);
                let of = self.graph.constant(Constant::Dtype(dtype.to_owned()), origin);
                let all = vec![given("value", value), given("dtype", of)];
                self.graph.node(Op::Full, all, origin)
            }
            _ => self.as_node(value, site),
        }
    }

    /// Takes back what was written since a mark, and gives for each variable what it was last.
    pub(crate) fn undo(&mut self, mark: usize) -> BTreeMap<Loc, Value> {
        let mut last = BTreeMap::new();
        for (loc, old) in self.journal.split_off(mark.min(self.journal.len())).into_iter().rev() {
            if let Some(cell) = self.memory.get_mut(loc.0 as usize) {
                let new = std::mem::replace(&mut cell.value, old);
                last.entry(loc).or_insert(new);
            }
        }
        last
    }

    /// Reads from the memory of the device.
    pub(crate) fn load(&mut self, address: &Address, path: &str, site: Site) -> Value {
        for turning in &mut self.turning {
            turning.touches = true;
        }
        let index = self.resolved(address.pointer);
        let leaves = self.leaves(&[index]);
        self.touched.extend(leaves);
        let array = self.root(index);
        let path = self.graph.constant(Constant::Text(path.to_owned()), site);
        let mut arguments = vec![given("array", array), given("path", path), given("index", index)];
        arguments.extend(address.shape.map(|shape| given("shape", shape)));
        arguments.extend(address.width.map(|width| given("width", width)));
        if let Some(mask) = self.mask(site) {
            arguments.push(given("mask", mask));
        }
        Value::Node(self.graph.node(Op::Load, arguments, site))
    }

    /// Writes to the memory of the device.
    pub(crate) fn store(&mut self, address: &Address, value: &Value, site: Site) {
        for turning in &mut self.turning {
            turning.touches = true;
        }
        let index = self.resolved(address.pointer);
        let array = self.root(index);
        let value = self.as_node(value, site);
        let path = self.graph.constant(Constant::Text("pointer".to_owned()), site);
        let mut arguments = vec![
            given("array", array),
            given("value", value),
            given("path", path),
            given("index", index),
        ];
        arguments.extend(address.shape.map(|shape| given("shape", shape)));
        arguments.extend(address.width.map(|width| given("width", width)));
        if let Some(mask) = self.mask(site) {
            arguments.push(given("mask", mask));
        }
        let node = self.graph.node(Op::Store, arguments, site);
        self.graph.effect(node);
    }

    /// A condition on threads around an access keeps it within an array.
    fn mask(&self, _site: Site) -> Option<NodeId> {
        let is_bound = |condition: &&Condition| {
            condition.holds
                && !self.leaves(&[condition.value]).iter().all(|leaf| self.op(*leaf) != Op::Arange)
        };
        self.graph.conditions.iter().rev().find(is_bound).map(|condition| condition.value)
    }

    /// The parameter that an address is made from.
    pub(crate) fn root(&self, address: NodeId) -> NodeId {
        let mut at = address;
        for _ in 0..200 {
            at = self.resolved(at);
            if self.pointers.contains(&at)
                && matches!(self.op(at), Op::Parameter | Op::Field | Op::Unknown | Op::Alloc)
            {
                return at;
            }
            let Some(node) = self.graph.program.node(at) else { return at };
            let labels: &[&str] = match node.op {
                Op::Add | Op::Sub => &["a", "b"],
                Op::Cast | Op::Bitcast => &["a"],
                Op::Carried => &["init"],
                Op::Choice => &["then", "otherwise"],
                Op::Item => &["of"],
                _ => return at,
            };
            let sides: Vec<NodeId> = labels.iter().filter_map(|one| node.argument(one)).collect();
            let pointer = sides.iter().find(|side| self.is_pointer(**side, 0));
            match pointer.or(sides.first()) {
                Some(next) => at = *next,
                None => return at,
            }
        }
        at
    }

    pub(crate) fn is_pointer(&self, node: NodeId, depth: u32) -> bool {
        let node = self.resolved(node);
        if self.pointers.contains(&node) {
            return true;
        }
        let Some(found) = self.graph.program.node(node) else { return false };
        let labels: &[&str] = match found.op {
            Op::Add | Op::Sub => &["a", "b"],
            Op::Cast | Op::Bitcast => &["a"],
            Op::Carried => &["init"],
            Op::Choice => &["then", "otherwise"],
            _ => return false,
        };
        depth < 40
            && labels
                .iter()
                .filter_map(|one| found.argument(one))
                .any(|side| self.is_pointer(side, depth + 1))
    }

    /// Whether a node is a whole number.
    pub(crate) fn is_integer(&self, node: NodeId, depth: u32) -> bool {
        let node = self.resolved(node);
        if self.integers.contains(&node) {
            return true;
        }
        let Some(found) = self.graph.program.node(node) else { return false };
        let both = |labels: &[&str]| {
            depth < 30
                && labels.iter().all(|label| {
                    found.argument(label).is_some_and(|side| self.is_integer(side, depth + 1))
                })
        };
        match found.op {
            Op::BlockId
            | Op::NumBlocks
            | Op::Arange
            | Op::Induction
            | Op::Extent
            | Op::Stride
            | Op::FloorDiv
            | Op::CeilDiv
            | Op::Mod
            | Op::ShiftLeft
            | Op::ShiftRight => true,
            Op::Constant => matches!(found.constant, Some(Constant::Int(_))),
            Op::Add | Op::Sub | Op::Mul | Op::Min | Op::Max => both(&["a", "b"]),
            Op::Choice | Op::Select => both(&["then", "otherwise"]),
            Op::Carried => both(&["init"]),
            Op::Neg => both(&["a"]),
            Op::Cast => {
                let dtype = found.argument("dtype").and_then(|of| self.graph.program.constant(of));
                matches!(dtype, Some(Constant::Dtype(name)) if name.starts_with(['i', 'u']))
            }
            _ => false,
        }
    }
}
