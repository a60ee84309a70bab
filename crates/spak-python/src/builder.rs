//! Making nodes.

use std::rc::Rc;

use ruff_text_size::{Ranged, TextRange};
use spak_program::{Argument, Condition, Constant, Node, NodeId, Op, Site};
use spak_syntax::Span;

use crate::machine::Machine;
use crate::value::Value;

/// Labels of the elements of a tuple.
const POSITIONS: [&str; 32] = [
    "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20", "21", "22", "23", "24", "25", "26", "27", "28", "29", "30", "31",
];

pub(crate) fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}

pub(crate) fn given(label: &'static str, value: NodeId) -> Argument {
    Argument { label, value, given: true }
}

impl<'a> Machine<'a> {
    /// The place of a piece of the file that is being run.
    pub(crate) fn site(&self, piece: &impl Ranged) -> Site {
        Site { file: self.file, span: span(piece.range()) }
    }

    /// A new node here and now.
    pub(crate) fn node(&mut self, op: Op, arguments: Vec<Argument>, site: Site) -> NodeId {
        self.push(op, arguments, None, site)
    }

    /// A new node with a name.
    pub(crate) fn named(
        &mut self,
        op: Op,
        name: &str,
        arguments: Vec<Argument>,
        site: Site,
    ) -> NodeId {
        self.push(op, arguments, Some(Constant::Text(name.to_owned())), site)
    }

    fn push(
        &mut self,
        op: Op,
        arguments: Vec<Argument>,
        constant: Option<Constant>,
        site: Site,
    ) -> NodeId {
        let id = NodeId(self.program.nodes.len() as u32);
        self.program.nodes.push(Node {
            op,
            arguments,
            constant,
            site,
            scope: self.scope,
            inside: self.inside,
            conditions: self.conditions.clone(),
        });
        id
    }

    pub(crate) fn constant(&mut self, constant: Constant, site: Site) -> NodeId {
        self.push(Op::Constant, Vec::new(), Some(constant), site)
    }

    /// A value about which nothing is known.
    pub(crate) fn unknown(&mut self, site: Site) -> Value<'a> {
        Value::Node(self.node(Op::Unknown, Vec::new(), site))
    }

    /// A value as a node; `site` is where it is used, for what has no place of its own.
    pub(crate) fn as_node(&mut self, value: &Value<'a>, site: Site) -> NodeId {
        // Parts that are shared are written out each time: what is made of itself again and again doubles.
        let has_parts = matches!(value, Value::Tuple(_) | Value::List(_) | Value::Choice(_));
        if has_parts && !self.step() {
            return self.node(Op::Unknown, Vec::new(), site);
        }
        match value {
            Value::Node(id) => *id,
            Value::Constant(constant, origin) => self.constant(constant.clone(), *origin),
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
                let node = self.choice_node(*condition, then, otherwise, site);
                if let Some(name) = named {
                    self.program.names.entry(node).or_insert(name);
                }
                node
            }
            Value::Shape(array) => self.named(Op::Field, "shape", vec![given("of", *array)], site),
            Value::Strides(array) => {
                self.named(Op::Field, "stride", vec![given("of", *array)], site)
            }
            Value::Path(path) => {
                let path = path.to_string();
                self.named(Op::Field, &path, Vec::new(), site)
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
                self.named(Op::Field, &name, Vec::new(), site)
            }
            _ => self.node(Op::Unknown, Vec::new(), site),
        }
    }

    fn tuple_node(&mut self, items: &[Value<'a>], site: Site) -> NodeId {
        let arguments = items
            .iter()
            .zip(POSITIONS)
            .map(|(item, label)| given(label, self.as_node(item, site)))
            .collect();
        self.node(Op::Tuple, arguments, site)
    }

    pub(crate) fn choice_node(
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

    /// A node for something that is done.
    pub(crate) fn effect(&mut self, node: NodeId) {
        if let Some(scope) = self.program.scopes.get_mut(self.scope.index()) {
            scope.effects.push(node);
        }
    }

    /// One node for several conditions; `None` for none.
    pub(crate) fn all_of(&mut self, conditions: &[Condition], site: Site) -> Option<NodeId> {
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

    /// Says that something was not understood.
    pub(crate) fn gap(&mut self, what: impl Into<String>, site: Site) {
        let gap = (what.into(), site);
        if self.gaps.len() < 1000 && self.gaps.insert(gap.clone()) {
            self.program.gaps.push(gap);
        }
    }
}
