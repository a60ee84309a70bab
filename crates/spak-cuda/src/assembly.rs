//! Instructions that are written as text.

use std::rc::Rc;

use spak_program::{Constant, Op, Site, given};

use crate::ast::Expr;
use crate::machine::Machine;
use crate::value::{Address, Frame, Place, Value};

impl Machine {
    pub(crate) fn assembly(
        &mut self,
        code: &str,
        outputs: &[Expr],
        inputs: &[Expr],
        site: Site,
        frame: &Rc<Frame>,
    ) {
        let targets: Vec<Place> = outputs.iter().map(|one| self.place(one, frame)).collect();
        let values: Vec<Value> = inputs.iter().map(|one| self.eval(one, frame)).collect();
        let has = |word: &str| code.contains(word);
        if has("cp.async.bulk") || has("cp.async") {
            self.async_copy(code, &values, site);
            return;
        }
        if has("mma.sync") || has("wgmma.mma_async") {
            self.instruction_product(&targets, &values, site);
            return;
        }
        if has("bar.sync") || has("barrier.sync") || has("barrier.cluster.wait") {
            self.library("__syncthreads", &[], Vec::new(), site);
            return;
        }
        let one = [("ex2.approx", Op::Exp2), ("lg2.approx", Op::Log2), ("tanh.approx", Op::Tanh)];
        let one = one.iter().find(|(word, _)| has(word)).map(|(_, op)| *op);
        let value = match (one, values.first()) {
            (Some(op), Some(first)) => {
                let a = self.as_node(first, site);
                let symbol = Constant::Symbol("rounding.approx".to_owned());
                let rounding = self.graph.constant(symbol, site);
                let mut arguments = vec![given("a", a), given("rounding", rounding)];
                if has(".ftz") {
                    let flushed = self.graph.constant(Constant::Bool(true), site);
                    arguments.push(given("flush_to_zero", flushed));
                }
                Some(Value::Node(self.graph.node(op, arguments, site)))
            }
            (None, Some(first)) if has("ldmatrix") || has("ld.global") || has("ld.shared") => {
                Some(self.through(first, site))
            }
            (None, Some(first)) if has("cvt") || has("mov") || has("cvta") => Some(first.clone()),
            _ => None,
        };
        match value {
            Some(value) => {
                for target in &targets {
                    self.write(target, value.clone(), site);
                }
            }
            None => {
                // The first word of the first instruction names it.
                let name: String = code
                    .trim_start_matches(|c: char| !c.is_ascii_alphabetic())
                    .chars()
                    .take(60)
                    .collect();
                let name = name.split([' ', '\\']).next().unwrap_or("asm").to_owned();
                let arguments = spak_program::POSITIONS.iter().zip(&values);
                let mut all = Vec::new();
                for (label, value) in arguments {
                    let node = self.as_node(value, site);
                    all.push(given(label, node));
                }
                let node = self.effect(&name, all, site);
                for target in &targets {
                    self.write(target, Value::Node(node), site);
                }
            }
        }
    }

    /// What an address in an instruction points to.
    fn through(&mut self, value: &Value, site: Site) -> Value {
        match value {
            Value::View(place) => self.read(place, site),
            Value::Node(node) if self.is_pointer(*node, 0) => {
                let address = Address { pointer: *node, shape: None, width: None };
                self.load(&address, "pointer", site)
            }
            other => other.clone(),
        }
    }

    fn async_copy(&mut self, code: &str, values: &[Value], site: Site) {
        if code.contains("commit_group") {
            self.effect("async_commit", Vec::new(), site);
            return;
        }
        if code.contains("wait_group") || code.contains("wait_all") {
            let count = values.first().map(|count| self.as_node(count, site));
            let arguments = count.map(|count| given("count", count)).into_iter().collect();
            self.effect("async_wait", arguments, site);
            return;
        }
        let [to, from, ..] = values else { return };
        let path = if code.contains("tensor") { "descriptor" } else { "cp_async" };
        let to = match to {
            Value::View(place) => place.clone(),
            _ => Place::Unknown,
        };
        let from = match from {
            Value::View(place) => place.clone(),
            other => {
                let pointer = self.as_node(other, site);
                self.pointers.insert(pointer);
                Place::Global(Address { pointer, shape: None, width: None })
            }
        };
        let value = match &from {
            Place::Global(address) => self.load(address, path, site),
            place => self.read(place, site),
        };
        self.write(&to, value, site);
    }

    /// Registers of a product: those of the result, then those of both operands and of what is added.
    fn instruction_product(&mut self, targets: &[Place], values: &[Value], site: Site) {
        let Some(target) = targets.first() else { return };
        let operands = values.len().saturating_sub(targets.len());
        // Where the sums are both read and written they are no inputs.
        let count = if operands == 0 { values.len() } else { operands };
        let (Some(a), Some(b)) = (values.first(), values.get(count.saturating_sub(1))) else {
            return;
        };
        let acc = self.read(target, site);
        let (a, b) = (self.through(a, site), self.through(b, site));
        let value = self.product(&a, &b, &acc, target, site);
        for target in targets {
            self.write(target, value.clone(), site);
        }
    }
}
