//! Objects and functions of libraries that are more than one node: views of arrays, addresses, figures of the machine.

use std::rc::Rc;

use spak_program::{Argument, Constant, NodeId, Op, Site, given};

use crate::machine::Machine;
use crate::value::{Arguments, Value, View};

impl<'a> Machine<'a> {
    /// Special functions of array libraries; `None` for those that are not known here.
    pub(crate) fn library(
        &mut self,
        name: &str,
        of: Option<&Value<'a>>,
        all: &[Argument],
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        let labelled = |label: &str| all.iter().find(|one| one.label == label).map(|one| one.value);
        match name {
            "tiled_view" | "block_pointer" | "tensor_descriptor" => {
                let kept = all.iter().filter(|one| one.label != "array").cloned().collect();
                let path = match name {
                    "tiled_view" => "tile",
                    "block_pointer" => "block_pointer",
                    _ => "descriptor",
                };
                let array = labelled("array")?;
                Some(Value::View(Rc::new(View { array, arguments: kept, path })))
            }
            "advance" => Some(self.advance(of?, labelled("offsets"), site)),
            "view_shape" => match of? {
                Value::View(view) => view.argument("shape").map(Value::Node),
                _ => None,
            },
            "divmod" => {
                let (a, b) = (labelled("a")?, labelled("b")?);
                let parts = [Op::FloorDiv, Op::Mod].map(|op| {
                    Value::Node(self.graph.node(op, vec![given("a", a), given("b", b)], site))
                });
                Some(Value::tuple(parts))
            }
            "clamp" => {
                let mut value = labelled("a")?;
                for (label, op) in [("min", Op::Max), ("max", Op::Min)] {
                    let bound = labelled(label).filter(|bound| {
                        self.graph.program.constant(*bound) != Some(&Constant::None)
                    });
                    if let Some(bound) = bound {
                        value =
                            self.graph.node(op, vec![given("a", value), given("b", bound)], site);
                    }
                }
                Some(Value::Node(value))
            }
            "num_tiles" => Some(self.num_tiles(of?, &labelled, site)),
            "device_properties" => {
                let node = self.graph.named(Op::Call, "device_properties", Vec::new(), site);
                Some(Value::Node(node))
            }
            "next_power_of_2" => {
                let value = labelled("a")?;
                let arguments = vec![given("receiver", value)];
                Some(Value::Node(self.graph.named(Op::Call, "next_power_of_2", arguments, site)))
            }
            "shape" if arguments.positional.len() == 1 => match of? {
                Value::Node(node) => Some(Value::Shape(*node)),
                _ => None,
            },
            _ => None,
        }
    }

    fn num_tiles(
        &mut self,
        of: &Value<'a>,
        labelled: &dyn Fn(&str) -> Option<NodeId>,
        site: Site,
    ) -> Value<'a> {
        let (array, shape) = match of {
            Value::View(view) => (Some(view.array), view.argument("shape")),
            _ => (labelled("array"), labelled("shape")),
        };
        let (Some(array), Some(shape), Some(axis)) = (array, shape, labelled("axis")) else {
            return self.unknown(site);
        };
        let extent =
            self.graph.node(Op::Extent, vec![given("array", array), given("axis", axis)], site);
        let at = self.graph.program.constant(axis).and_then(Constant::number);
        let size = at
            .and_then(|at| self.graph.program.node(shape)?.arguments.get(at as usize))
            .map(|argument| argument.value);
        let size = match size {
            Some(size) => size,
            None => self.graph.node(Op::Item, vec![given("of", shape), given("index", axis)], site),
        };
        Value::Node(self.graph.node(Op::CeilDiv, vec![given("a", extent), given("b", size)], site))
    }

    /// A block pointer that is moved on.
    fn advance(&mut self, of: &Value<'a>, offsets: Option<NodeId>, site: Site) -> Value<'a> {
        let (Value::View(view), Some(offsets)) = (of, offsets) else { return of.clone() };
        let mut moved = View::clone(view);
        for argument in &mut moved.arguments {
            if argument.label == "index" {
                let parts = vec![given("a", argument.value), given("b", offsets)];
                argument.value = self.graph.node(Op::Add, parts, site);
            }
        }
        Value::View(Rc::new(moved))
    }

    /// `view.load(…)`, `view.store(…)`
    pub(crate) fn view_method(
        &mut self,
        view: &Rc<View>,
        name: &str,
        arguments: &Arguments<'a>,
        site: Site,
    ) -> Option<Value<'a>> {
        let (op, labels): (Op, &[&'static str]) = match name {
            "load" => (Op::Load, &["index"]),
            "store" => (Op::Store, &["index", "value"]),
            _ => return None,
        };
        let mut all = vec![given("array", view.array)];
        for (value, label) in arguments.positional.iter().zip(labels) {
            let value = self.as_node(value, site);
            all.push(given(label, value));
        }
        for (name, value) in &arguments.named {
            let label = match name.as_str() {
                "index" => "index",
                "tile" => "value",
                "latency" => "latency",
                "allow_tma" => "allow_tma",
                _ => continue,
            };
            let value = self.as_node(value, site);
            all.push(given(label, value));
        }
        Some(self.through_view(op, all, view, site))
    }

    /// A load or store through a view: what the view says is said of it.
    pub(crate) fn through_view(
        &mut self,
        op: Op,
        mut all: Vec<Argument>,
        view: &View,
        site: Site,
    ) -> Value<'a> {
        for argument in &view.arguments {
            if !all.iter().any(|known| known.label == argument.label) {
                all.push(argument.clone());
            }
        }
        let path = self.graph.constant(Constant::Text(view.path.to_owned()), site);
        all.retain(|argument| argument.label != "path");
        all.push(given("path", path));
        let node = self.graph.node(op, all, site);
        if op == Op::Store {
            self.graph.effect(node);
        }
        Value::Node(node)
    }

    /// Divides an address into the array that it points into, and keeps the whole as the index.
    pub(crate) fn divide_address(&mut self, all: &mut Vec<Argument>) {
        let Some(address) = all.iter().find(|one| one.label == "array").map(|one| one.value) else {
            return;
        };
        let Some(array) = self.pointer_in(address, 0) else { return };
        if array == address {
            return;
        }
        for argument in all.iter_mut().filter(|one| one.label == "array") {
            argument.value = array;
        }
        all.push(given("index", address));
    }

    /// The pointer in a sum: a parameter, or an array that was passed on. It stands first by custom.
    fn pointer_in(&self, id: NodeId, depth: u32) -> Option<NodeId> {
        if depth > 64 {
            return None;
        }
        let node = self.graph.program.node(id)?;
        let label = match node.op {
            Op::Parameter => return Some(id),
            Op::Item | Op::Load if depth > 0 => return Some(id),
            Op::Add | Op::Sub | Op::Cast | Op::ExpandDims | Op::Broadcast => "a",
            Op::Carried => "init",
            Op::Choice => "then",
            _ => return None,
        };
        let first = node.argument(label).and_then(|first| self.pointer_in(first, depth + 1));
        first.or_else(|| {
            let second = if node.op == Op::Choice { "otherwise" } else { "b" };
            self.pointer_in(node.argument(second)?, depth + 1)
        })
    }
}
