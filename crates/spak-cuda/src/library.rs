//! Functions of CUDA and of its libraries.

use std::rc::Rc;

use spak_program::{Constant, NodeId, Op, Site, given};

use crate::api::{self, Meaning};
use crate::machine::Machine;
use crate::value::{Place, Slot, Type, TypeKind, Value};

impl Machine {
    /// A call of a function that the source does not define.
    pub(crate) fn library(
        &mut self,
        name: &str,
        template: &[Value],
        slots: Vec<Slot>,
        site: Site,
    ) -> Value {
        if name == "__builtin_huge_valf" {
            return Value::Known(Constant::Float(f64::INFINITY), site);
        }
        match api::meaning(name) {
            Some(Meaning::Op(op, approximate)) => self.operation(*op, *approximate, &slots, site),
            Some(Meaning::Cast(dtype)) => {
                let value = self.argument(&slots, 0, site);
                self.cast(&value, dtype, site)
            }
            Some(Meaning::Pass) => self.argument(&slots, 0, site),
            Some(Meaning::Special(what)) => self.special(what, name, template, slots, site),
            Some(Meaning::Effect) => {
                let arguments = self.labelled(&slots, site);
                self.effect(name, arguments, site);
                Value::Nothing
            }
            None => match self.machine_call(name, &slots, site) {
                Some(value) => value,
                None => self.opaque(name, slots, site),
            },
        }
    }

    /// An argument of a call; an array or a tensor is what it is, not an element.
    pub(crate) fn argument(&mut self, slots: &[Slot], at: usize, site: Site) -> Value {
        match slots.get(at) {
            Some(slot) => self.value_of(slot, site),
            None => Value::Nothing,
        }
    }

    /// An argument that is a number: of an array its elements.
    fn number(&mut self, slots: &[Slot], at: usize, site: Site) -> Value {
        match self.argument(slots, at, site) {
            Value::View(place @ Place::Local(..)) => self.read(&place, site),
            value => value,
        }
    }

    fn labelled(&mut self, slots: &[Slot], site: Site) -> Vec<spak_program::Argument> {
        let mut arguments = Vec::new();
        for (at, label) in spak_program::POSITIONS.iter().enumerate().take(slots.len()) {
            let value = self.argument(slots, at, site);
            let node = self.as_node(&value, site);
            arguments.push(given(label, node));
        }
        arguments
    }

    fn operation(&mut self, op: Op, approximate: bool, slots: &[Slot], site: Site) -> Value {
        let first = self.number(slots, 0, site);
        let is_unary = matches!(
            op,
            Op::Exp
                | Op::Exp2
                | Op::Log
                | Op::Log2
                | Op::Sqrt
                | Op::Rsqrt
                | Op::Abs
                | Op::Sin
                | Op::Cos
                | Op::Tanh
                | Op::Erf
                | Op::Floor
                | Op::Ceil
        );
        if !is_unary && slots.len() >= 2 && !approximate {
            let second = self.number(slots, 1, site);
            // An initializer list or more arguments than two are folded in turn.
            let mut value = self.binary(op, first, second, site);
            for at in 2..slots.len().min(8) {
                let next = self.number(slots, at, site);
                value = self.binary(op, value, next, site);
            }
            return value;
        }
        if is_unary && !approximate && matches!(first, Value::Known(..)) {
            let folded = self.unary(op, &first, site);
            if matches!(folded, Value::Known(..)) {
                return folded;
            }
        }
        let mut arguments = Vec::new();
        for (at, label) in ["a", "b", "c"].iter().enumerate().take(slots.len()) {
            let value = self.number(slots, at, site);
            let node = self.as_node(&value, site);
            arguments.push(given(label, node));
        }
        if approximate {
            let symbol = Constant::Symbol("rounding.approx".to_owned());
            let rounding = self.graph.constant(symbol, site);
            arguments.push(given("rounding", rounding));
        }
        Value::Node(self.graph.node(op, arguments, site))
    }

    fn special(
        &mut self,
        what: &str,
        name: &str,
        template: &[Value],
        slots: Vec<Slot>,
        site: Site,
    ) -> Value {
        match what {
            "reciprocal" => {
                let one = Value::Known(Constant::Float(1.0), site);
                let value = self.number(&slots, 0, site);
                self.binary(Op::Div, one, value, site)
            }
            "fma" => {
                let a = self.number(&slots, 0, site);
                let b = self.number(&slots, 1, site);
                let c = self.number(&slots, 2, site);
                let product = self.binary(Op::Mul, a, b, site);
                self.binary(Op::Add, product, c, site)
            }
            "round_up" => {
                let a = self.number(&slots, 0, site);
                let b = self.number(&slots, 1, site);
                let times = self.binary(Op::CeilDiv, a, b.clone(), site);
                self.binary(Op::Mul, times, b, site)
            }
            "convert" => {
                let value = self.number(&slots, 0, site);
                let dtype = template.iter().find_map(|one| match one {
                    Value::Type(of) => Some(Rc::clone(of)),
                    _ => None,
                });
                let made = self.converted_to(&value, dtype.as_deref(), site);
                let loc = self.new_cell(made, None);
                Value::View(Place::Local(loc, Vec::new()))
            }
            "barrier" => {
                for turning in &mut self.turning {
                    turning.waits = true;
                }
                let node = self.graph.node(Op::Barrier, Vec::new(), site);
                self.graph.effect(node);
                Value::Nothing
            }
            "demand" => {
                let value = self.argument(&slots, 0, site);
                self.demand(&value, site);
                Value::Nothing
            }
            "state" => {
                let value = self.argument(&slots, 0, site);
                self.stated(&value, site);
                Value::Nothing
            }
            "shuffle" => {
                let at = usize::from(name.ends_with("_sync"));
                let value = self.number(&slots, at, site);
                let receiver = self.as_node(&value, site);
                let node =
                    self.graph.named(Op::Call, "shuffle", vec![given("receiver", receiver)], site);
                Value::Node(node)
            }
            "reduce_add" | "reduce_max" | "reduce_min" => {
                let value = self.number(&slots, 1, site);
                let node = self.as_node(&value, site);
                let op = match what {
                    "reduce_add" => Op::ReduceSum,
                    "reduce_max" => Op::ReduceMax,
                    _ => Op::ReduceMin,
                };
                Value::Node(self.reduce(op, node, site))
            }
            "atomic" => self.atomic(name, &slots, site),
            "warp" => {
                let node = self.graph.named(Op::Call, "warp_index", Vec::new(), site);
                self.integers.insert(node);
                Value::Node(node)
            }
            "opaque" => self.opaque(name, slots, site),
            "attribute" => self.attribute(&slots, site),
            "function_attribute" => {
                let arguments = self.labelled(&slots, site);
                self.effect("function_attribute", arguments, site);
                Value::Nothing
            }
            "launch_c" => self.opaque(name, slots, site),
            "list" => {
                let items: Vec<Value> =
                    (0..slots.len()).map(|at| self.argument(&slots, at, site)).collect();
                Value::Tuple(items.into())
            }
            "get" => self.get(template, &slots, site),
            "group" | "async_commit" | "async_wait" => {
                self.asynchronous(what, name, template, &slots, site);
                Value::Nothing
            }
            _ => self.tensor_call(what, name, template, slots, site),
        }
    }

    /// A value in another type of numbers.
    pub(crate) fn converted_to(&mut self, value: &Value, of: Option<&Type>, site: Site) -> Value {
        match of.map(|of| (of.dtype(), of)) {
            Some((Some(dtype), _)) => self.cast(value, dtype, site),
            Some((None, of)) => {
                let name = Constant::Symbol(self.type_name(of));
                let dtype = self.graph.constant(name, site);
                let node = self.as_node(value, site);
                let arguments = vec![given("a", node), given("dtype", dtype)];
                Value::Node(self.graph.node(Op::Cast, arguments, site))
            }
            None => value.clone(),
        }
    }

    fn asynchronous(
        &mut self,
        what: &str,
        name: &str,
        template: &[Value],
        slots: &[Slot],
        site: Site,
    ) {
        let count = match template.first() {
            Some(count) => Some(count.clone()),
            None if slots.is_empty() => None,
            None => Some(self.argument(slots, 0, site)),
        };
        let count = count.map(|count| self.as_node(&count, site));
        let arguments = count.map(|count| given("count", count)).into_iter().collect();
        self.effect(if what == "group" { name } else { what }, arguments, site);
    }

    fn atomic(&mut self, name: &str, slots: &[Slot], site: Site) -> Value {
        for turning in &mut self.turning {
            turning.touches = true;
        }
        let target = self.argument(slots, 0, site);
        let value = self.number(slots, 1, site);
        let pointer = match &target {
            Value::View(Place::Global(address)) => Some(address.pointer),
            Value::Node(node) => Some(*node),
            _ => None,
        };
        let Some(pointer) = pointer else {
            // Shared memory: the threads of a block add to one number.
            if let Value::View(place @ Place::Local(..)) = &target {
                let old = self.read(place, site);
                let op = if name.contains("Max") { Op::Max } else { Op::Add };
                let new = self.binary(op, old, value, site);
                self.write(place, new, site);
            }
            return self.unknown(site);
        };
        let value = self.as_node(&value, site);
        let array = self.root(pointer);
        let lower = name.to_ascii_lowercase();
        let operation = ["add", "max", "min", "exch", "cas", "sub", "inc"]
            .into_iter()
            .find(|word| lower.contains(word))
            .unwrap_or("add");
        let operation = self.graph.constant(Constant::Text(operation.to_owned()), site);
        let arguments = vec![
            given("array", array),
            given("index", pointer),
            given("value", value),
            given("operation", operation),
        ];
        let node = self.graph.node(Op::Atomic, arguments, site);
        self.graph.effect(node);
        Value::Node(node)
    }

    fn get(&mut self, template: &[Value], slots: &[Slot], site: Site) -> Value {
        let at = template.first().and_then(Value::int).and_then(|at| usize::try_from(at).ok());
        let of = self.argument(slots, 0, site);
        match (of, at) {
            (Value::Tuple(items), Some(at)) => items.get(at).cloned().unwrap_or(Value::Nothing),
            (Value::View(place), _) => Value::View(place),
            (of, at) => {
                let of = self.as_node(&of, site);
                let at = self.graph.constant(Constant::Int(at.unwrap_or(0) as i64), site);
                let arguments = vec![given("of", of), given("index", at)];
                let node = self.graph.node(Op::Item, arguments, site);
                if self.is_integer(of, 0) || self.op(of) == Op::Arange {
                    self.integers.insert(node);
                }
                Value::Node(node)
            }
        }
    }

    /// `threadIdx` and the like.
    pub(crate) fn machine_name(&mut self, name: &str, site: Site) -> Option<Value> {
        if !matches!(name, "threadIdx" | "blockIdx" | "blockDim" | "gridDim") {
            return None;
        }
        let axes: Vec<Value> =
            (0..3).map(|axis| Value::Node(self.axis_of(name, axis, site))).collect();
        Some(Value::Tuple(axes.into()))
    }

    /// `threadIdx.x` and the like.
    pub(crate) fn axis(
        &mut self,
        path: &crate::ast::Path,
        axis: &str,
        frame: &Rc<crate::value::Frame>,
        site: Site,
    ) -> Option<NodeId> {
        let name = path.last();
        let at = ["x", "y", "z"].iter().position(|known| *known == axis)?;
        let known = matches!(name, "threadIdx" | "blockIdx" | "blockDim" | "gridDim");
        if !known || path.parts.len() != 1 || self.find(name, frame).is_some() {
            return None;
        }
        Some(self.axis_of(name, at as i64, site))
    }

    /// Threads are the elements of an axis; the number of a thread is all of them.
    fn axis_of(&mut self, name: &str, axis: i64, site: Site) -> NodeId {
        let key = format!("{name}.{axis}");
        self.once(&key, |machine| {
            let number =
                |machine: &mut Self, value| machine.graph.constant(Constant::Int(value), site);
            match name {
                "blockIdx" | "gridDim" => {
                    let axis = number(machine, axis);
                    let op = if name == "blockIdx" { Op::BlockId } else { Op::NumBlocks };
                    machine.graph.node(op, vec![given("axis", axis)], site)
                }
                "blockDim" => {
                    let axis = number(machine, axis);
                    let arguments = vec![given("axis", axis)];
                    let node = machine.graph.named(Op::Call, "block_size", arguments, site);
                    machine.integers.insert(node);
                    node
                }
                _ => {
                    let stop = machine.axis_of("blockDim", axis, site);
                    let start = number(machine, 0);
                    let bounds = vec![given("start", start), given("stop", stop)];
                    machine.graph.node(Op::Arange, bounds, site)
                }
            }
        })
    }

    /// Functions that ask for the place of a thread or for figures of the machine.
    fn machine_call(&mut self, name: &str, slots: &[Slot], site: Site) -> Option<Value> {
        let node = match name {
            "thread_rank" | "thread_idx" | "ThreadIdxX" => self.axis_of("threadIdx", 0, site),
            "ThreadIdxY" => self.axis_of("threadIdx", 1, site),
            "BlockIdxX" | "block_id_in_cluster" => self.axis_of("blockIdx", 0, site),
            "BlockIdxY" => self.axis_of("blockIdx", 1, site),
            "lane_id" | "canonical_lane_idx" => self.axis_of("threadIdx", 0, site),
            "numeric_limits" | "infinity" => {
                return Some(Value::Known(Constant::Float(f64::INFINITY), site));
            }
            "lowest" => return Some(Value::Known(Constant::Float(f64::from(f32::MIN)), site)),
            "getCurrentDeviceProperties" => {
                self.graph.named(Op::Machine, "properties", Vec::new(), site)
            }
            _ => {
                let _ = slots;
                return None;
            }
        };
        Some(Value::Node(node))
    }

    /// `cudaDeviceGetAttribute(&x, which, device)`
    fn attribute(&mut self, slots: &[Slot], site: Site) -> Value {
        let target = self.argument(slots, 0, site);
        let which = self.argument(slots, 1, site);
        let which = match which {
            Value::Node(node) => match self.graph.program.constant(node) {
                Some(Constant::Symbol(name)) => name.clone(),
                _ => String::new(),
            },
            Value::Type(of) => self.type_name(&of),
            _ => String::new(),
        };
        let part = |machine: &mut Self, at: i64| {
            let of = machine.graph.named(Op::Machine, "compute_capability", Vec::new(), site);
            let index = machine.graph.constant(Constant::Int(at), site);
            machine.graph.node(Op::Item, vec![given("of", of), given("index", index)], site)
        };
        let node = match which.as_str() {
            "cudaDevAttrComputeCapabilityMajor" => part(self, 0),
            "cudaDevAttrComputeCapabilityMinor" => part(self, 1),
            "cudaDevAttrMultiProcessorCount" => {
                self.graph.named(Op::Machine, "multiprocessors", Vec::new(), site)
            }
            "cudaDevAttrMaxSharedMemoryPerMultiprocessor" => {
                self.graph.named(Op::Machine, "shared_memory_per_multiprocessor", Vec::new(), site)
            }
            "cudaDevAttrMaxSharedMemoryPerBlockOptin" => {
                self.graph.named(Op::Machine, "shared_memory_per_block", Vec::new(), site)
            }
            other => self.graph.named(Op::Machine, other, Vec::new(), site),
        };
        self.integers.insert(node);
        if let Value::View(place) = target {
            self.write(&place, Value::Node(node), site);
        }
        Value::Known(Constant::Int(0), site)
    }

    /// A method of something that is no object of the source.
    pub(crate) fn method(&mut self, of: &Value, name: &str, slots: Vec<Slot>, site: Site) -> Value {
        let first = || slots.first().cloned();
        match name {
            "data"
            | "get"
            | "layout"
            | "tensor"
            | "shape"
            | "with"
            | "get_slice"
            | "get_thread_slice"
            | "get_logical_tma_tensor"
            | "compose"
            | "raw" => match (of, name) {
                (Value::View(_), "data" | "get" | "tensor" | "with" | "compose" | "raw") => {
                    of.clone()
                }
                (_, "with" | "get_slice" | "get_thread_slice") => of.clone(),
                _ => of.clone(),
            },
            "partition_S"
            | "partition_D"
            | "partition_A"
            | "partition_B"
            | "partition_C"
            | "retile_S"
            | "retile_D"
            | "partition_fragment_A"
            | "partition_fragment_B"
            | "make_fragment_A"
            | "make_fragment_B"
            | "retile"
            | "partition"
            | "get_tma_tensor" => match first() {
                Some(slot) => self.value_of(&slot, site),
                None => of.clone(),
            },
            "partition_fragment_C" | "make_fragment_C" => {
                self.tensor_call("new_tensor", name, &[], slots, site)
            }
            "sync" | "arrive_and_wait" => self.library("__syncthreads", &[], Vec::new(), site),
            "Sum" | "Reduce" | "Max" if !slots.is_empty() => {
                let value = self.number(&slots, 0, site);
                let node = self.as_node(&value, site);
                let by = slots.get(1).map(|slot| self.value_of(slot, site));
                let is_max = name == "Max"
                    || matches!(&by, Some(Value::Type(of)) if self.type_name(of).contains("Max"));
                let op = if is_max { Op::ReduceMax } else { Op::ReduceSum };
                Value::Node(self.reduce(op, node, site))
            }
            "thread_rank" => Value::Node(self.axis_of("threadIdx", 0, site)),
            "size" | "num_threads" if slots.is_empty() => {
                let node = self.graph.named(Op::Call, "size", Vec::new(), site);
                self.integers.insert(node);
                Value::Node(node)
            }
            "shfl_xor" | "shfl_down" => self.library("__shfl_xor", &[], slots, site),
            "data_ptr" => {
                let node = self.as_node(of, site);
                self.pointers.insert(node);
                Value::Node(node)
            }
            _ => {
                // What it is called on is looked at as well.
                if let Value::Type(of) = of
                    && let TypeKind::Class(instance) = &of.kind
                {
                    let instance = Rc::clone(instance);
                    if let Some(Value::Function(callable)) =
                        self.member_of(&instance, name, None, 0)
                    {
                        return self.apply(&callable, slots, site);
                    }
                }
                let receiver = self.as_node(of, site);
                let mut arguments = vec![given("receiver", receiver)];
                arguments.extend(self.labelled(&slots, site));
                let node = self.graph.named(Op::Call, name, arguments, site);
                if api::has_effect(name) {
                    self.graph.effect(node);
                }
                Value::Node(node)
            }
        }
    }
}
