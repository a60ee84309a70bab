//! Values as nodes, and the places of pieces of a file.

use std::rc::Rc;

use ruff_text_size::{Ranged, TextRange};
use spak_program::{Constant, NodeId, Op, POSITIONS, Site, given};
use spak_syntax::Span;

use crate::machine::Machine;
use crate::value::Value;

pub(crate) fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

impl<'a> Machine<'a> {
    /// The place of a piece of the file that is being run.
    pub(crate) fn site(&self, piece: &impl Ranged) -> Site {
        Site { file: self.file, span: span(piece.range()) }
    }

    /// A value about which nothing is known.
    pub(crate) fn unknown(&mut self, site: Site) -> Value<'a> {
        Value::Node(self.graph.node(Op::Unknown, Vec::new(), site))
    }

    /// A value as a node; `site` is where it is used, for what has no place of its own.
    pub(crate) fn as_node(&mut self, value: &Value<'a>, site: Site) -> NodeId {
        // Parts that are shared are written out each time: what is made of itself again and again doubles.
        let has_parts = matches!(value, Value::Tuple(_) | Value::List(_) | Value::Choice(_));
        if has_parts && !self.step() {
            return self.graph.node(Op::Unknown, Vec::new(), site);
        }
        match value {
            Value::Node(id) => *id,
            Value::Constant(constant, origin) => self.graph.constant(constant.clone(), *origin),
            Value::Tuple(items) => {
                let items: Vec<Value<'a>> = items.iter().cloned().collect();
                self.tuple_node(&items, site)
            }
            Value::List(list) => {
                let items: Vec<Value<'a>> =
                    list.borrow().items.iter().map(|(item, _)| item.clone()).collect();
                self.tuple_node(&items, site)
            }
            Value::Choice(choice) => {
                let (condition, then, otherwise) = &**choice;
                let named = self.named_choices.iter().find(|one| Rc::ptr_eq(&one.0, choice));
                let named = named.map(|(_, name, site)| (name.clone(), *site));
                let site = named.as_ref().map_or(site, |(_, site)| *site);
                let then = self.as_node(then, site);
                let otherwise = self.as_node(otherwise, site);
                let node = self.graph.choice(*condition, then, otherwise, site);
                if let Some(name) = named {
                    self.graph.program.names.entry(node).or_insert(name);
                }
                node
            }
            Value::Shape(array) => {
                self.graph.named(Op::Field, "shape", vec![given("of", *array)], site)
            }
            Value::Strides(array) => {
                self.graph.named(Op::Field, "stride", vec![given("of", *array)], site)
            }
            Value::Path(path) => {
                let path = path.to_string();
                self.graph.named(Op::Field, &path, Vec::new(), site)
            }
            Value::View(view) => view.array,
            Value::Slice(parts) => {
                let parts: Vec<Value<'a>> = parts
                    .iter()
                    .map(|part| part.clone().unwrap_or(Value::Constant(Constant::None, site)))
                    .collect();
                self.tuple_node(&parts, site)
            }
            Value::Kernel(kernel) => {
                let name = self.kernel_name(kernel.kernel);
                self.graph.named(Op::Field, &name, Vec::new(), site)
            }
            _ => self.graph.node(Op::Unknown, Vec::new(), site),
        }
    }

    fn tuple_node(&mut self, items: &[Value<'a>], site: Site) -> NodeId {
        let items: Vec<NodeId> =
            items.iter().take(POSITIONS.len()).map(|item| self.as_node(item, site)).collect();
        self.graph.tuple(&items, site)
    }
}
