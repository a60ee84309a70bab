//! The part of a program that a pattern is looked for in.

use spak_program::{KernelId, LaunchId, LoopId, NodeId, Op, Program, ScopeId, ScopeKind};

use crate::ready::Sizes;

/// The nodes, loops, kernels and launches that are tried.
pub(crate) struct View {
    /// The kernel, unless several are in it.
    pub(crate) kernel: Option<KernelId>,
    /// All nodes, in order.
    pub(crate) nodes: Vec<NodeId>,
    /// All loops.
    pub(crate) loops: Vec<LoopId>,
    /// All kernels.
    pub(crate) kernels: Vec<KernelId>,
    /// All launches.
    pub(crate) launches: Vec<LaunchId>,
    by_op: Vec<Vec<NodeId>>,
}

impl View {
    /// A kernel and its launches.
    pub(crate) fn of_kernel(program: &Program, kernel: KernelId) -> Self {
        let launches = ids(program).filter(|(_, k)| *k == kernel).map(|(id, _)| id).collect();
        let is_its = |scope: ScopeId| is_kernel(program, scope, kernel);
        Self::of(program, &is_its, (Some(kernel), vec![kernel]), launches)
    }

    /// A launch with its kernel and the function of the host that it is in.
    pub(crate) fn of_launch(program: &Program, launch: LaunchId) -> Option<Self> {
        let found = program.launches.get(launch.0 as usize)?;
        let kernel = found.kernel;
        let is_its = |scope: ScopeId| scope == found.scope || is_kernel(program, scope, kernel);
        Some(Self::of(program, &is_its, (Some(kernel), vec![kernel]), vec![launch]))
    }

    /// All of a program.
    pub(crate) fn of_file(program: &Program) -> Self {
        let kernels = (0..program.kernels.len()).map(|at| KernelId(at as u32)).collect();
        let launches = ids(program).map(|(id, _)| id).collect();
        Self::of(program, &|_| true, (None, kernels), launches)
    }

    fn of(
        program: &Program,
        is_its: &dyn Fn(ScopeId) -> bool,
        (kernel, kernels): (Option<KernelId>, Vec<KernelId>),
        launches: Vec<LaunchId>,
    ) -> Self {
        let mut by_op = vec![Vec::new(); Op::ALL.len()];
        let mut nodes = Vec::new();
        for (at, node) in program.nodes.iter().enumerate().filter(|(_, n)| is_its(n.scope)) {
            let id = NodeId(at as u32);
            nodes.push(id);
            if let Some(same) = by_op.get_mut(node.op as usize) {
                same.push(id);
            }
        }
        let loops = program.loops.iter().enumerate().filter(|(_, l)| is_its(l.scope));
        let loops = loops.map(|(at, _)| LoopId(at as u32)).collect();
        Self { kernel, nodes, loops, kernels, launches, by_op }
    }

    /// The nodes of an operation.
    pub(crate) fn of_op(&self, op: Op) -> &[NodeId] {
        self.by_op.get(op as usize).map_or(&[], Vec::as_slice)
    }
}

impl Sizes for View {
    fn count(&self, op: Op) -> u32 {
        u32::try_from(self.of_op(op).len()).unwrap_or(u32::MAX)
    }
}

fn ids(program: &Program) -> impl Iterator<Item = (LaunchId, KernelId)> {
    program.launches.iter().enumerate().map(|(at, launch)| (LaunchId(at as u32), launch.kernel))
}

fn is_kernel(program: &Program, scope: ScopeId, kernel: KernelId) -> bool {
    program.scopes.get(scope.index()).is_some_and(|s| s.kind == ScopeKind::Kernel(kernel))
}
