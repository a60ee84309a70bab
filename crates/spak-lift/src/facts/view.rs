//! The part of a program that a pattern is looked for in.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Deref;
use std::sync::Arc;

use spak_program::{
    KernelId, Launch, LaunchId, LoopId, Node, NodeId, Op, Program, ScopeId, ScopeKind,
};
use spak_syntax::FileId;

use crate::ready::Sizes;

/// The nodes, loops, kernels and launches that are tried.
pub(crate) struct View {
    /// All launches.
    pub(crate) launches: Vec<LaunchId>,
    part: Arc<Part>,
}

/// A part of a program; the launches of a kernel in one run of a function of the host have the same.
pub(crate) struct Part {
    /// The kernel, unless several are in it.
    pub(crate) kernel: Option<KernelId>,
    /// The file, if one is looked at.
    pub(crate) file: Option<FileId>,
    /// All nodes, in order.
    pub(crate) nodes: Vec<NodeId>,
    /// All loops.
    pub(crate) loops: Vec<LoopId>,
    /// All kernels.
    pub(crate) kernels: Vec<KernelId>,
    by_op: Vec<Vec<NodeId>>,
    calls: BTreeMap<String, Vec<NodeId>>,
}

impl Deref for View {
    type Target = Part;

    fn deref(&self) -> &Part {
        &self.part
    }
}

/// The nodes and loops of each run and the runs of each kernel, so that views need not look at all of them.
pub(crate) struct Runs {
    nodes: Vec<Vec<NodeId>>,
    loops: Vec<Vec<LoopId>>,
    kernels: Vec<Vec<ScopeId>>,
}

impl Runs {
    pub(crate) fn of(program: &Program) -> Self {
        let mut nodes = vec![Vec::new(); program.scopes.len()];
        for (at, node) in program.nodes.iter().enumerate() {
            if let Some(run) = nodes.get_mut(node.scope.index()) {
                run.push(NodeId(at as u32));
            }
        }
        let mut loops = vec![Vec::new(); program.scopes.len()];
        for (at, found) in program.loops.iter().enumerate() {
            if let Some(run) = loops.get_mut(found.scope.index()) {
                run.push(LoopId(at as u32));
            }
        }
        let mut kernels = vec![Vec::new(); program.kernels.len()];
        for (at, scope) in program.scopes.iter().enumerate() {
            if let ScopeKind::Kernel(kernel) = scope.kind
                && let Some(runs) = kernels.get_mut(kernel.index())
            {
                runs.push(ScopeId(at as u32));
            }
        }
        Self { nodes, loops, kernels }
    }

    /// The nodes of one run.
    pub(crate) fn of_scope(&self, scope: ScopeId) -> &[NodeId] {
        self.nodes.get(scope.index()).map_or(&[], Vec::as_slice)
    }

    fn of_kernel(&self, kernel: KernelId) -> &[ScopeId] {
        self.kernels.get(kernel.index()).map_or(&[], Vec::as_slice)
    }
}

impl View {
    /// The same for views of the same part.
    pub(crate) fn part(&self) -> usize {
        Arc::as_ptr(&self.part) as usize
    }

    /// A kernel and its launches.
    pub(crate) fn of_kernel(program: &Program, runs: &Runs, kernel: KernelId) -> Self {
        let launches = ids(program).filter(|(_, k)| *k == kernel).map(|(id, _)| id).collect();
        let part = Part::of(program, runs, runs.of_kernel(kernel), Some(kernel));
        Self { launches, part: Arc::new(part) }
    }

    /// Each launch with its kernel and the function of the host that it is in.
    pub(crate) fn of_launches(program: &Program, runs: &Runs) -> Vec<(LaunchId, Self)> {
        let mut parts: BTreeMap<(KernelId, ScopeId), Arc<Part>> = BTreeMap::new();
        let launches = (0..).map(LaunchId).zip(&program.launches);
        let view = |(id, launch): (LaunchId, &Launch)| {
            let of = || {
                let mut scopes = runs.of_kernel(launch.kernel).to_vec();
                if !scopes.contains(&launch.scope) {
                    scopes.push(launch.scope);
                }
                Arc::new(Part::of(program, runs, &scopes, Some(launch.kernel)))
            };
            let part = parts.entry((launch.kernel, launch.scope)).or_insert_with(of);
            (id, Self { launches: vec![id], part: Arc::clone(part) })
        };
        launches.map(view).collect()
    }

    /// Each file: its functions, its kernels, and those that it launches.
    pub(crate) fn of_files(program: &Program, runs: &Runs) -> Vec<Self> {
        let mut kernels: BTreeMap<FileId, BTreeSet<KernelId>> = BTreeMap::new();
        for (at, kernel) in program.kernels.iter().enumerate() {
            kernels.entry(kernel.site.file).or_default().insert(KernelId(at as u32));
        }
        for launch in &program.launches {
            kernels.entry(launch.site.file).or_default().insert(launch.kernel);
        }
        // What is said of a file is said of one without kernels, too.
        for scope in &program.scopes {
            kernels.entry(scope.site.file).or_default();
        }
        let mut functions: BTreeMap<FileId, Vec<ScopeId>> = BTreeMap::new();
        for (at, scope) in program.scopes.iter().enumerate() {
            if !matches!(scope.kind, ScopeKind::Kernel(_)) {
                functions.entry(scope.site.file).or_default().push(ScopeId(at as u32));
            }
        }
        let view = |(file, kernels): (&FileId, &BTreeSet<KernelId>)| {
            let is_here = |kernel: &KernelId| {
                let kernel = program.kernels.get(kernel.index());
                kernel.is_some_and(|kernel| kernel.site.file == *file)
            };
            let all = (0..).map(LaunchId).zip(&program.launches);
            let launches = all
                .filter(|(_, one)| one.site.file == *file || is_here(&one.kernel))
                .map(|(id, _)| id)
                .collect();
            let mut scopes = functions.get(file).cloned().unwrap_or_default();
            scopes.extend(kernels.iter().flat_map(|kernel| runs.of_kernel(*kernel)));
            let part = Part {
                kernels: kernels.iter().copied().collect(),
                file: Some(*file),
                ..Part::of(program, runs, &scopes, None)
            };
            Self { launches, part: Arc::new(part) }
        };
        kernels.iter().map(view).collect()
    }
}

impl Part {
    /// Some runs, of one kernel or of all.
    fn of(program: &Program, runs: &Runs, scopes: &[ScopeId], kernel: Option<KernelId>) -> Self {
        let kernels = kernel.into_iter().collect();
        let mut by_op = vec![Vec::new(); Op::ALL.len()];
        let mut nodes: Vec<NodeId> =
            scopes.iter().flat_map(|scope| runs.of_scope(*scope)).copied().collect();
        nodes.sort_unstable();
        for id in &nodes {
            if let Some(same) = by_op.get_mut(program.op(*id) as usize) {
                same.push(*id);
            }
        }
        let its = scopes.iter().filter_map(|scope| runs.loops.get(scope.index()));
        let mut loops: Vec<LoopId> = its.flatten().copied().collect();
        loops.sort_unstable();
        let mut calls: BTreeMap<String, Vec<NodeId>> = BTreeMap::new();
        for id in by_op.get(Op::Call as usize).into_iter().flatten() {
            if let Some(name) = program.node(*id).and_then(Node::name) {
                match calls.get_mut(name) {
                    Some(same) => same.push(*id),
                    None => drop(calls.insert(name.to_owned(), vec![*id])),
                }
            }
        }
        Self { kernel, file: None, nodes, loops, kernels, by_op, calls }
    }

    /// The calls of a function.
    pub(crate) fn calls_of(&self, name: &str) -> &[NodeId] {
        self.calls.get(name).map_or(&[], Vec::as_slice)
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

    fn calls(&self, name: &str) -> u32 {
        u32::try_from(self.calls_of(name).len()).unwrap_or(u32::MAX)
    }

    fn loops(&self) -> u32 {
        u32::try_from(self.loops.len()).unwrap_or(u32::MAX)
    }

    fn all(&self) -> u32 {
        u32::try_from(self.nodes.len()).unwrap_or(u32::MAX)
    }
}

fn ids(program: &Program) -> impl Iterator<Item = (LaunchId, KernelId)> {
    program.launches.iter().enumerate().map(|(at, launch)| (LaunchId(at as u32), launch.kernel))
}
