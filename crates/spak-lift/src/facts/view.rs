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

/// The nodes of each run, so that views need not look at all of them.
pub(crate) struct Runs(Vec<Vec<NodeId>>);

impl Runs {
    pub(crate) fn of(program: &Program) -> Self {
        let mut runs = vec![Vec::new(); program.scopes.len()];
        for (at, node) in program.nodes.iter().enumerate() {
            if let Some(run) = runs.get_mut(node.scope.index()) {
                run.push(NodeId(at as u32));
            }
        }
        Self(runs)
    }

    /// The nodes of one run.
    pub(crate) fn of_scope(&self, scope: ScopeId) -> &[NodeId] {
        self.0.get(scope.index()).map_or(&[], Vec::as_slice)
    }
}

impl View {
    /// A kernel and its launches.
    pub(crate) fn of_kernel(program: &Program, runs: &Runs, kernel: KernelId) -> Self {
        let launches = ids(program).filter(|(_, k)| *k == kernel).map(|(id, _)| id).collect();
        let is_its = |scope: ScopeId| is_kernel(program, scope, kernel);
        Self::of(program, runs, &is_its, (Some(kernel), vec![kernel]), launches)
    }

    /// A launch with its kernel and the function of the host that it is in.
    pub(crate) fn of_launch(program: &Program, runs: &Runs, launch: LaunchId) -> Option<Self> {
        let found = program.launches.get(launch.0 as usize)?;
        let kernel = found.kernel;
        let is_its = |scope: ScopeId| scope == found.scope || is_kernel(program, scope, kernel);
        Some(Self::of(program, runs, &is_its, (Some(kernel), vec![kernel]), vec![launch]))
    }

    /// All of a program.
    pub(crate) fn of_file(program: &Program, runs: &Runs) -> Self {
        let kernels = (0..program.kernels.len()).map(|at| KernelId(at as u32)).collect();
        let launches = ids(program).map(|(id, _)| id).collect();
        Self::of(program, runs, &|_| true, (None, kernels), launches)
    }

    fn of(
        program: &Program,
        runs: &Runs,
        is_its: &dyn Fn(ScopeId) -> bool,
        (kernel, kernels): (Option<KernelId>, Vec<KernelId>),
        launches: Vec<LaunchId>,
    ) -> Self {
        let mut by_op = vec![Vec::new(); Op::ALL.len()];
        let its = runs.0.iter().enumerate().filter(|(at, _)| is_its(ScopeId(*at as u32)));
        let mut nodes: Vec<NodeId> = its.flat_map(|(_, run)| run).copied().collect();
        nodes.sort_unstable();
        for id in &nodes {
            if let Some(same) = by_op.get_mut(program.op(*id) as usize) {
                same.push(*id);
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
