//! Copies and products of tensors, and what makes one of another.

use std::rc::Rc;

use spak_program::{Constant, NodeId, Op, Site, given};

use crate::machine::Machine;
use crate::value::{Address, Place, Slot, Value};

impl Machine {
    pub(crate) fn tensor_call(
        &mut self,
        what: &str,
        name: &str,
        template: &[Value],
        slots: Vec<Slot>,
        site: Site,
    ) -> Value {
        match what {
            "tensor" => self.make_tensor(template, &slots, site),
            "new_tensor" => {
                let value = self.unknown(site);
                let dtype = template.iter().find_map(|one| match one {
                    Value::Type(of) => Some(Rc::clone(of)),
                    _ => None,
                });
                let loc = self.new_cell(value, dtype.as_deref());
                if name.ends_with("_C") || name.ends_with("_like") {
                    // Sums of products are kept in 32 bits unless something else is said.
                    if let Some(cell) = self.memory.get_mut(loc.0 as usize)
                        && name.ends_with("_C")
                    {
                        cell.dtype = Some("f32");
                    }
                }
                Value::View(Place::Local(loc, Vec::new()))
            }
            "identity" => {
                let start = self.graph.constant(Constant::Int(0), site);
                let shape = self.argument(&slots, 0, site);
                let stop = self.as_node(&shape, site);
                let bounds = vec![given("start", start), given("stop", stop)];
                let node = self.graph.node(Op::Arange, bounds, site);
                let loc = self.new_cell(Value::Node(node), None);
                Value::View(Place::Local(loc, Vec::new()))
            }
            "pointer" => {
                let value = self.argument(&slots, 0, site);
                if let Value::Node(node) = &value {
                    self.pointers.insert(*node);
                    let address = Address { pointer: *node, shape: None, width: None };
                    return Value::View(Place::Global(address));
                }
                value
            }
            "second" => self.argument(&slots, 1, site),
            "tile" => self.tile(&slots, site),
            "clear" => {
                let zero = Value::Known(Constant::Float(0.0), site);
                self.fill(&slots, &zero, site)
            }
            "fill" => {
                let value = self.argument(&slots, 1, site);
                self.fill(&slots, &value, site)
            }
            "size" => self.size(template, &slots, site),
            "compound" => {
                // What copies and products are made of says how they are made.
                let mut parts: Vec<Value> = template.to_vec();
                for at in 0..slots.len() {
                    let part = self.argument(&slots, at, site);
                    if matches!(part, Value::Type(_)) {
                        parts.push(part);
                    }
                }
                Value::Type(Rc::new(crate::value::Type::named(name, parts)))
            }
            _ => self.transfer(what, name, slots, site),
        }
    }

    /// Copies, products, and what is read and written by them.
    fn transfer(&mut self, what: &str, name: &str, slots: Vec<Slot>, site: Site) -> Value {
        match what {
            "tensor_copy" => {
                let views = self.views(&slots, false, site);
                let path = self.copy_path(&slots, site);
                if let [from, to, ..] = views.as_slice() {
                    self.copy(from, to, path, site);
                }
                Value::Nothing
            }
            "tensor_copy_if" => {
                let views = self.views(&slots, false, site);
                let path = self.copy_path(&slots, site);
                if let [.., from, to] = views.as_slice() {
                    self.copy(from, to, path, site);
                }
                Value::Nothing
            }
            "tensor_mma" => {
                self.tensor_product(&slots, site);
                Value::Nothing
            }
            "mma_sync" => {
                let places = self.views(&slots, true, site);
                if let [d, a, b, c] = places.as_slice() {
                    let (a, b) = (self.read(a, site), self.read(b, site));
                    let acc = self.read(c, site);
                    let value = self.product(&a, &b, &acc, d, site);
                    self.write(d, value, site);
                }
                Value::Nothing
            }
            "fragment_load" => {
                let places = self.views(&slots, true, site);
                if let [to, from, ..] = places.as_slice() {
                    self.copy(from, to, "pointer", site);
                }
                Value::Nothing
            }
            "fragment_store" | "put" => {
                let to = self.target(&slots, 0, site);
                let value = match self.argument(&slots, 1, site) {
                    Value::View(place) => self.read(&place, site),
                    value => value,
                };
                self.write(&to, value, site);
                Value::Nothing
            }
            "load" => {
                let from = self.target(&slots, 0, site);
                self.read(&from, site)
            }
            "address" => match slots.first() {
                Some(Slot::Place(place @ Place::Local(loc, indices))) if !indices.is_empty() => {
                    let _ = loc;
                    Value::View(place.clone())
                }
                _ => self.argument(&slots, 0, site),
            },
            "copy" | "async_copy" | "bulk_copy" => {
                let to = self.target(&slots, 0, site);
                let from = self.target(&slots, 1, site);
                let path = match what {
                    "async_copy" => "cp_async",
                    "bulk_copy" => "descriptor",
                    _ => "pointer",
                };
                self.copy(&from, &to, path, site);
                Value::Nothing
            }
            "bulk_store" => {
                let arguments = Vec::new();
                self.effect(name, arguments, site);
                Value::Nothing
            }
            _ => self.opaque(name, slots, site),
        }
    }

    /// The arguments that are arrays, tensors or pointers.
    fn views(&mut self, slots: &[Slot], plain: bool, site: Site) -> Vec<Place> {
        let mut places = Vec::new();
        for slot in slots {
            match slot {
                Slot::Place(place @ Place::Local(..)) => match self.read(place, site) {
                    Value::View(inner) => places.push(inner),
                    Value::Node(node) if self.is_pointer(node, 0) => {
                        places.push(Place::Global(Address {
                            pointer: node,
                            shape: None,
                            width: None,
                        }));
                    }
                    // A variable of a type of a library: what is put there stays there.
                    Value::Node(_) | Value::Known(..) if plain => places.push(place.clone()),
                    Value::Type(of) if self.type_name(&of).contains("fragment") => {
                        places.push(place.clone());
                    }
                    _ => {}
                },
                Slot::Place(place) => places.push(place.clone()),
                Slot::Value(Value::View(place)) => places.push(place.clone()),
                Slot::Value(Value::Node(node)) if self.is_pointer(*node, 0) => {
                    let pointer = *node;
                    places.push(Place::Global(Address { pointer, shape: None, width: None }));
                }
                Slot::Value(_) => {}
            }
        }
        places
    }

    /// The place that an argument points to.
    fn target(&mut self, slots: &[Slot], at: usize, site: Site) -> Place {
        match self.argument(slots, at, site) {
            Value::View(place) => place,
            Value::Node(node) => Place::Global(Address { pointer: node, shape: None, width: None }),
            _ => Place::Unknown,
        }
    }

    /// How a copy is made: types of copies say it by their names.
    fn copy_path(&mut self, slots: &[Slot], site: Site) -> &'static str {
        let how = self.argument(slots, 0, site);
        let text = self.words(&how, 0);
        if text.contains("TMA") || text.contains("tma") {
            "descriptor"
        } else if text.contains("CP_ASYNC") {
            "cp_async"
        } else {
            "pointer"
        }
    }

    /// The names in a type.
    fn words(&self, value: &Value, depth: u32) -> String {
        let Value::Type(of) = value else { return String::new() };
        let mut text = self.type_name(of);
        if let (crate::value::TypeKind::Named(_, arguments), true) = (&of.kind, depth < 6) {
            for argument in arguments {
                text.push(' ');
                text.push_str(&self.words(argument, depth + 1));
            }
        }
        text
    }

    pub(crate) fn copy(&mut self, from: &Place, to: &Place, path: &str, site: Site) {
        if let (Place::Local(a, _), Place::Local(b, _)) = (from, to)
            && a == b
        {
            return;
        }
        let value = match from {
            Place::Global(address) => self.load(address, path, site),
            place => self.read(place, site),
        };
        self.write(to, value, site);
    }

    fn fill(&mut self, slots: &[Slot], value: &Value, site: Site) -> Value {
        let places = self.views(slots, true, site);
        let first = places.first().cloned().or_else(|| match slots.first() {
            Some(Slot::Place(place)) => Some(place.clone()),
            _ => None,
        });
        if let Some(place) = first {
            self.write(&place, value.clone(), site);
        }
        Value::Nothing
    }

    /// `gemm(how, a, b, acc)`; some write `gemm(acc, a, b, …)`.
    fn tensor_product(&mut self, slots: &[Slot], site: Site) {
        let first_is_tensor = slots.first().is_some_and(|slot| {
            self.views(std::slice::from_ref(slot), false, site).len() == 1 && slots.len() > 4
        });
        let places = self.views(slots, false, site);
        let (a, b, acc) = match places.as_slice() {
            [acc, a, b, ..] if first_is_tensor => (a, b, acc),
            [.., a, b, acc] => (a, b, acc),
            _ => return,
        };
        let (a, b) = (self.read(a, site), self.read(b, site));
        let old = self.read(acc, site);
        let value = self.product(&a, &b, &old, acc, site);
        self.write(acc, value, site);
    }

    fn make_tensor(&mut self, template: &[Value], slots: &[Slot], site: Site) -> Value {
        if let [Value::Type(of), ..] = template {
            let value = self.unknown(site);
            let loc = self.new_cell(value, Some(of));
            return Value::View(Place::Local(loc, Vec::new()));
        }
        let first = match slots.first() {
            Some(Slot::Place(place @ Place::Local(..))) => match self.read(place, site) {
                value @ Value::View(_) => value,
                Value::Node(node) if self.is_pointer(node, 0) => {
                    Value::View(Place::Global(Address { pointer: node, shape: None, width: None }))
                }
                _ => Value::View(place.clone()),
            },
            Some(slot) => self.value_of(slot, site),
            None => return self.unknown(site),
        };
        match first {
            Value::Node(node) => {
                Value::View(Place::Global(Address { pointer: node, shape: None, width: None }))
            }
            Value::View(place) => Value::View(self.rebased(place)),
            value => value,
        }
    }

    /// `local_tile(tensor, shape, coordinates)`
    fn tile(&mut self, slots: &[Slot], site: Site) -> Value {
        let of = self.argument(slots, 0, site);
        let shape = self.argument(slots, 1, site);
        let place = self.argument(slots, 2, site);
        let Value::View(Place::Global(address)) = of else { return of };
        let shape = match &shape {
            Value::Tuple(_) => Some(self.as_node(&shape, site)),
            _ => address.shape,
        };
        let coordinates: Vec<NodeId> = match &place {
            Value::Tuple(items) => items
                .iter()
                .filter(|item| !matches!(item, Value::Nothing | Value::Type(_)))
                .map(|item| self.as_node(item, site))
                .collect(),
            _ => Vec::new(),
        };
        let mut pointer = address.pointer;
        for coordinate in coordinates {
            pointer = self.offset(Op::Add, pointer, coordinate, site);
        }
        Value::View(Place::Global(Address { pointer, shape, ..address }))
    }

    fn size(&mut self, template: &[Value], slots: &[Slot], site: Site) -> Value {
        let of = self.argument(slots, 0, site);
        if let Value::Tuple(items) = &of {
            let at = template.first().and_then(Value::int);
            if let Some(item) = at.and_then(|at| items.get(usize::try_from(at).ok()?)) {
                return item.clone();
            }
        }
        let node = self.graph.named(Op::Call, "size", Vec::new(), site);
        self.integers.insert(node);
        Value::Node(node)
    }
}
