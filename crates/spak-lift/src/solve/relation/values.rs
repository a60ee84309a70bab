//! What values are computed from, what is known of them, and their arguments.

use spak_program::{NodeId, Op, ParameterKind};

use super::super::{Flow, GO_ON, Next, Solver, Value};
use crate::term::Term;

/// How deep a sum or a product is followed.
const DEEP: usize = 32;

impl<'p> Solver<'p> {
    pub(super) fn depends(
        &mut self,
        x: &'p Term,
        y: &'p Term,
        through_all: bool,
        next: Next<'_, 'p>,
    ) -> Flow {
        let facts = self.facts;
        let slice = |node| if through_all { facts.slice(node) } else { facts.value_slice(node) };
        match (self.node_of(x), self.value_of(y)) {
            (Some(x), Some(Value::Node(y))) => self.test(slice(x).has(y), next),
            (Some(x), None) => {
                let slice = slice(x);
                // What is made outside, at the host or as a default, is found as well.
                let is_transparent = |n: &NodeId| facts.program.op(*n).is_transparent();
                let keeps =
                    !matches!(y, Term::Variable(v) if self.mode(*v) == crate::term::Mode::Behind);
                let mut looked = 0;
                let fits = |n: &NodeId| {
                    looked += 1;
                    (keeps || !is_transparent(n)) && self.may_be(y, *n)
                };
                let found: Vec<NodeId> = slice.iter().filter(fits).collect();
                self.look_at(looked)?;
                self.among_nodes(y, found.into_iter(), next)
            }
            (None, Some(Value::Node(y))) if self.value_of(x).is_none() => {
                let found = self.candidates(x).filter(move |n| slice(*n).has(y));
                self.among_nodes(x, found, next)
            }
            _ => GO_ON,
        }
    }

    /// The operands of a chain of one operation, down to what is another one.
    pub(super) fn operands(
        &mut self,
        x: &'p Term,
        part: &'p Term,
        op: Op,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(node) = self.subject(x) else { return GO_ON };
        let mut leaves = Vec::new();
        self.leaves(op, node, 0, &mut leaves);
        for leaf in leaves {
            self.count()?;
            self.at(part, leaf, next)?;
        }
        GO_ON
    }

    fn leaves(&self, op: Op, node: NodeId, depth: usize, leaves: &mut Vec<NodeId>) {
        let program = self.facts.program;
        let behind = program.behind(node);
        let labels: &[&str] = match (op, program.op(behind)) {
            _ if depth > DEEP => &[],
            (Op::Add, Op::Add | Op::Sub) | (Op::Mul, Op::Mul) => &["a", "b"],
            (Op::Add, Op::Neg) | (Op::Mul, Op::Neg) => &["a"],
            (Op::Add, Op::Fma) => &["c"],
            _ => &[],
        };
        if labels.is_empty() {
            leaves.push(node);
        }
        for inner in labels.iter().filter_map(|label| program.argument(behind, label)) {
            self.leaves(op, inner, depth + 1, leaves);
        }
    }

    pub(super) fn same(&mut self, x: &'p Term, y: &'p Term, next: Next<'_, 'p>) -> Flow {
        let holds = match (self.value_of(x), self.value_of(y)) {
            (Some(Value::Node(a)), Some(Value::Node(b))) => self.facts.is_same(a, b),
            (Some(a), Some(b)) => self.is_same(a, b),
            _ => false,
        };
        self.test(holds, next)
    }

    pub(super) fn operation_name(
        &mut self,
        x: &'p Term,
        name: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        if let Some(node) = self.subject(x) {
            let word = self.facts.program.op(node).name();
            return self.is(name, Value::Text(word), next);
        }
        let Some(op) = self.text_of(name).and_then(Op::named) else { return GO_ON };
        let view = self.view;
        self.among(x, view.of_op(op).iter().copied(), next)
    }

    pub(super) fn near(&mut self, x: &'p Term, n: &'p Term, next: Next<'_, 'p>) -> Flow {
        let is_near = match (self.number_of(x), self.number_of(n)) {
            (Some(found), Some(wanted)) => {
                found == wanted || (found - wanted).abs() <= wanted.abs() * 1e-6
            }
            _ => false,
        };
        self.test(is_near, next)
    }

    pub(super) fn parameter(
        &mut self,
        x: &'p Term,
        kind: Option<ParameterKind>,
        next: Next<'_, 'p>,
    ) -> Flow {
        let is_kind = |found: ParameterKind| kind.is_none_or(|kind| kind == found);
        if self.value_of(x).is_some() {
            let Some(node) = self.subject(x) else { return GO_ON };
            let holds = self.facts.parameter(node).is_some_and(is_kind);
            return self.test(holds, next);
        }
        let (program, view) = (self.facts.program, self.view);
        for kernel in view.kernels.iter().filter_map(|k| program.kernels.get(k.index())) {
            let nodes = kernel.parameters.iter().filter(|p| is_kind(p.kind)).map(|p| p.node);
            self.among(x, nodes, next)?;
        }
        GO_ON
    }

    pub(super) fn array(&mut self, x: &'p Term, next: Next<'_, 'p>) -> Flow {
        if self.value_of(x).is_some() {
            let is_array = self.subject(x).is_some_and(|node| self.facts.is_array(node));
            return self.test(is_array, next);
        }
        let (facts, view) = (self.facts, self.view);
        let parameters = view.of_op(Op::Parameter).iter().copied();
        self.among(x, parameters.filter(|node| facts.is_array(*node)), next)
    }

    pub(super) fn name(&mut self, x: &'p Term, name: &'p Term, next: Next<'_, 'p>) -> Flow {
        let found = self.subject(x).and_then(|n| self.facts.program.node(n)?.name());
        match found {
            Some(found) => self.is(name, Value::Text(found), next),
            None => GO_ON,
        }
    }

    pub(super) fn argument(
        &mut self,
        x: &'p Term,
        label: &'p Term,
        value: &'p Term,
        only_given: bool,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(node) = self.subject(x).and_then(|n| self.facts.program.node(n)) else {
            return GO_ON;
        };
        for argument in node.arguments.iter().filter(|a| a.given || !only_given) {
            self.count()?;
            self.is(label, Value::Text(argument.label), &mut |solver| {
                solver.at(value, argument.value, &mut *next)
            })?;
        }
        GO_ON
    }

    pub(super) fn absent(&mut self, x: &'p Term, label: &'p Term, next: Next<'_, 'p>) -> Flow {
        let node = self.subject(x).and_then(|n| self.facts.program.node(n));
        let is_absent = match (node, self.text_of(label)) {
            (Some(node), Some(label)) => node.given(label).is_none(),
            _ => false,
        };
        self.test(is_absent, next)
    }

    pub(super) fn effect(&mut self, x: &'p Term, next: Next<'_, 'p>) -> Flow {
        let (program, view) = (self.facts.program, self.view);
        let is_wanted =
            |kernel: Option<spak_program::KernelId>| view.kernel.is_none() || kernel == view.kernel;
        for scope in &program.scopes {
            let kernel = match scope.kind {
                spak_program::ScopeKind::Kernel(kernel) => Some(kernel),
                _ => None,
            };
            if is_wanted(kernel) {
                self.among(x, scope.effects.iter().copied(), next)?;
            }
        }
        GO_ON
    }

    pub(super) fn role(&mut self, x: &'p Term, role: &'p Term, next: Next<'_, 'p>) -> Flow {
        let roles = self.facts.roles();
        if let Some(node) = self.subject(x) {
            for word in roles.of_node(node) {
                self.is(role, Value::Text(word), next)?;
            }
            return GO_ON;
        }
        let view = self.view;
        if let Some(kernel) = view.kernel {
            return self.with_roles(x, role, roles.of_kernel(kernel).iter().copied(), next);
        }
        match (view.nodes.first(), view.nodes.last()) {
            (Some(first), Some(last)) => {
                self.with_roles(x, role, roles.between(*first, *last), next)
            }
            _ => GO_ON,
        }
    }

    fn with_roles(
        &mut self,
        x: &'p Term,
        role: &'p Term,
        nodes: impl Iterator<Item = (NodeId, &'static str)>,
        next: Next<'_, 'p>,
    ) -> Flow {
        let wanted = self.text_of(role);
        for (node, word) in nodes {
            if wanted.is_some_and(|wanted| wanted != word) || !self.may_be(x, node) {
                continue;
            }
            self.count()?;
            self.is(role, Value::Text(word), &mut |solver| {
                solver.is(x, Value::Node(node), &mut *next)
            })?;
        }
        GO_ON
    }

    pub(super) fn dtype(&mut self, x: &'p Term, dtype: &'p Term, next: Next<'_, 'p>) -> Flow {
        use crate::dtype::{Dtype, of};
        match self.node_of(x).and_then(|n| of(self.facts, n)) {
            Some(Dtype::Known(name)) => self.is(dtype, Value::Text(name), next),
            _ => GO_ON,
        }
    }

    pub(super) fn dtype_like(&mut self, x: &'p Term, p: &'p Term, next: Next<'_, 'p>) -> Flow {
        use crate::dtype::{Dtype, of};
        match self.node_of(x).and_then(|n| of(self.facts, n)) {
            Some(Dtype::Like(root)) => self.at(p, root, next),
            _ => GO_ON,
        }
    }

    pub(super) fn shape_dim(
        &mut self,
        x: &'p Term,
        i: &'p Term,
        size: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let program = self.facts.program;
        let Some(shape) = self.node_of(x).and_then(|n| self.shape(n, 0)) else { return GO_ON };
        let Some(found) = program.node(program.behind(shape)) else { return GO_ON };
        if found.op != Op::Tuple {
            return self
                .is(i, Value::Number(0.0), &mut |solver| solver.at(size, shape, &mut *next));
        }
        for (at, argument) in found.arguments.iter().enumerate() {
            self.is(i, Value::Number(at as f64), &mut |solver| {
                solver.at(size, argument.value, &mut *next)
            })?;
        }
        GO_ON
    }

    fn shape(&self, node: NodeId, depth: usize) -> Option<NodeId> {
        let found = self.facts.program.node(node).filter(|_| depth < DEEP)?;
        if let Some(shape) = found.argument("shape") {
            return Some(shape);
        }
        let inner = match found.op {
            Op::Carried => found.argument("init")?,
            Op::Mma => found.argument("acc")?,
            Op::Select | Op::Choice => found.argument("then")?,
            Op::Cast | Op::Exp | Op::Exp2 | Op::Neg | Op::Abs | Op::Log | Op::Log2 | Op::Sqrt => {
                found.argument("a")?
            }
            Op::Add | Op::Sub | Op::Mul | Op::Div | Op::Max | Op::Min => {
                let side = |label| self.shape(found.argument(label)?, depth + 1);
                return side("a").or_else(|| side("b"));
            }
            _ => return None,
        };
        self.shape(inner, depth + 1)
    }
}
