//! What relations say of a program.

mod clones;
mod control;
mod host;
mod tuning;
mod values;
mod wiring;

use spak_program::NodeId;

use super::{Flow, GO_ON, Next, Solver, Value};
use crate::relations::Id;
use crate::term::Term;

impl<'p> Solver<'p> {
    /// Goes on for every way in which the relation holds of the terms.
    pub(super) fn relation(&mut self, id: Id, terms: &'p [Term], next: Next<'_, 'p>) -> Flow {
        static ANY: Term = Term::Any;
        let term = |at: usize| terms.get(at).unwrap_or(&ANY);
        let (a, b, c, d) = (term(0), term(1), term(2), term(3));
        match id {
            Id::Kernel => self.kernel(a, next),
            Id::Language => self.language(a, b, next),
            Id::Loop => self.each_loop(a, next),
            Id::LoopKind => self.loop_kind(a, b, next),
            Id::Inside => self.inside(a, b, next),
            Id::DirectlyInside => self.directly_inside(a, b, next),
            Id::Outside => self.outside(a, b, next),
            Id::Depth => self.depth(a, b, next),
            Id::Induction => self.induction(a, b, next),
            Id::Carried => self.carried(a, b, (c, d), next),
            Id::Start => self.limit("start", a, b, next),
            Id::Stop => self.limit("stop", a, b, next),
            Id::Step => self.limit("step", a, b, next),
            Id::Invariant => self.invariant(a, b, next),
            Id::Depends => self.depends(a, b, true, next),
            Id::Feeds => self.depends(b, a, true, next),
            Id::MadeOf => self.depends(a, b, false, next),
            Id::Addend => self.operands(a, b, spak_program::Op::Add, next),
            Id::Factor => self.operands(a, b, spak_program::Op::Mul, next),
            Id::Same => self.same(a, b, next),
            Id::Operation => self.operation_name(a, b, next),
            Id::Exact => next(self),
            Id::Unused => {
                let is_unused = self.node_of(a).is_some_and(|n| !self.facts.is_used(n));
                self.test(is_unused, next)
            }
            Id::Guarded => self.guarded(a, b, true, next),
            Id::GuardedNot => self.guarded(a, b, false, next),
            Id::Unguarded => {
                let is_free = self.node_of(a).is_some_and(|n| self.facts.conditions(n).is_empty());
                self.test(is_free, next)
            }
            Id::Before => self.before(a, b, next),
            Id::Number => match self.number_of(a) {
                Some(number) => self.is(b, Value::Number(number), next),
                None => GO_ON,
            },
            Id::Near => self.near(a, b, next),
            Id::Text => match self.text_of(a) {
                Some(text) => self.is(b, Value::Text(text), next),
                None => GO_ON,
            },
            Id::IsInf => {
                let is_inf = self.number_of(a).is_some_and(f64::is_infinite);
                self.test(is_inf, next)
            }
            Id::IsKnown => {
                let is_known = self.number_of(a).is_some()
                    || self.node_of(a).is_some_and(|n| self.facts.program.constant(n).is_some());
                self.test(is_known, next)
            }
            Id::IsWhole => {
                let is_whole = self.number_of(a).is_some_and(|n| n.fract() == 0.0);
                self.test(is_whole, next)
            }
            Id::Inlined => self.inlined(a, b, next),
            Id::WrittenIn => self.written_in(a, b, next),
            Id::Parameter => self.parameter(a, None, next),
            Id::Constexpr => self.parameter(a, Some(spak_program::ParameterKind::Constexpr), next),
            Id::Runtime => self.parameter(a, Some(spak_program::ParameterKind::Runtime), next),
            Id::Array => self.array(a, next),
            Id::Name => self.name(a, b, next),
            Id::ArrayOf => match self.subject(a).and_then(|n| self.facts.root(n)) {
                Some(root) => self.at(b, root, next),
                None => GO_ON,
            },
            Id::Given => self.argument(a, b, c, true, next),
            Id::Absent => self.absent(a, b, next),
            Id::Argument => self.argument(a, b, c, false, next),
            Id::Effect => self.effect(a, next),
            Id::Role => self.role(a, b, next),
            Id::Dtype => self.dtype(a, b, next),
            Id::DtypeLike => self.dtype_like(a, b, next),
            Id::ShapeDim => self.shape_dim(a, b, c, next),
            _ => self.host_relation(id, (a, b, c), next),
        }
    }

    /// The relations about launches, configs, files and several kernels.
    fn host_relation(
        &mut self,
        id: Id,
        (a, b, c): (&'p Term, &'p Term, &'p Term),
        next: Next<'_, 'p>,
    ) -> Flow {
        match id {
            Id::Hint => self.hint(a, b, c, next),
            Id::Launch => self.launch(a, b, next),
            Id::Trial => self.trial(a, next),
            Id::Grid => self.grid(a, b, c, next),
            Id::Bound => self.bound_to(a, b, c, next),
            Id::Config => self.config(a, b, &Term::Any, next),
            Id::ConfigValue => self.config(a, b, c, next),
            Id::Strategy => self.strategy(a, b, next),
            Id::CacheKey => self.cache_key(a, b, next),
            Id::LaunchedIf => self.launched_if(a, b, true, next),
            Id::LaunchedIfNot => self.launched_if(a, b, false, next),
            Id::MisnamedConfigs => self.misnamed_configs(a, b, next),
            Id::AlikeKernels => self.alike_kernels(a, b, next),
            Id::InKernel => match self.subject(a).and_then(|n| self.facts.kernel_of(n)) {
                Some(kernel) => self.is(b, Value::Kernel(kernel), next),
                None => GO_ON,
            },
            Id::Tested => match self.node_of(a).and_then(|n| self.facts.program.tests.get(&n)) {
                Some(place) => self.at(b, *place, next),
                None => GO_ON,
            },
            Id::TunerOption => self.tuner_option(a, b, c, next),
            Id::Hinted => self.kernel_made(a, b, false, next),
            Id::Kept => self.kernel_made(a, b, true, next),
            Id::Handed => self.handed(a, b, c, next),
            Id::DeadField => self.dead_field(a, b, c, next),
            Id::OneValued => self.one_valued(a, b, c, next),
            Id::BecomesHint => self.becomes_hint(a, b, next),
            Id::KeyHolds => self.key_holds(a, b, next),
            Id::KeyMisses => self.key_misses(a, b, next),
            Id::Remark => self.remark(a, b, next),
            Id::PowerAbove => self.power_above(a, b, next),
            _ => GO_ON,
        }
    }

    /// Goes on if it is so.
    fn test(&mut self, holds: bool, next: Next<'_, 'p>) -> Flow {
        if holds { next(self) } else { GO_ON }
    }

    /// Goes on for each node as the value that a term stands for, whatever casts are around it; a term that
    /// is known only if it is among them.
    fn among(
        &mut self,
        term: &'p Term,
        nodes: impl Iterator<Item = NodeId>,
        next: Next<'_, 'p>,
    ) -> Flow {
        for node in nodes {
            self.count()?;
            self.is(term, Value::Node(node), next)?;
        }
        GO_ON
    }

    /// The same for nodes that are told apart from the casts around them.
    fn among_nodes(
        &mut self,
        term: &'p Term,
        nodes: impl Iterator<Item = NodeId>,
        next: Next<'_, 'p>,
    ) -> Flow {
        for node in nodes {
            self.count()?;
            self.is_node(term, node, next)?;
        }
        GO_ON
    }

    /// The nodes that a variable without a value may be: those that are behind the others, unless it stands
    /// for a value with its casts.
    fn candidates(&self, term: &'p Term) -> impl Iterator<Item = NodeId> + use<'p> {
        use crate::term::Mode;
        let is_behind = !matches!(term, Term::Variable(v) if self.mode(*v) != Mode::Behind);
        let (facts, view) = (self.facts, self.view);
        let nodes = view.nodes.iter().copied();
        let kind = self.kind_of(term);
        nodes.filter(move |n| {
            !(is_behind && facts.program.op(*n).is_transparent())
                && kind.is_none_or(|kind| kind.has(facts.program, *n))
        })
    }
}
