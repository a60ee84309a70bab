//! Patterns over a program: where each is looked for, which case counts, and what is said.

mod gather;
mod nearest;

use std::collections::BTreeSet;
use std::ops::ControlFlow;

use spak_program::{KernelId, LaunchId, Program};

use crate::facts::{Facts, Runs, View};
use crate::finding::{Note, Report};
use crate::pack::{Case, Pack, Pattern, Per};
use crate::solve::Solver;
use gather::Gathered;
pub use nearest::Miss;

/// How long is searched.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Steps of the search for one case in one kernel, launch or file.
    pub steps: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 200_000 }
    }
}

/// Looks for patterns.
#[derive(Clone, Copy, Debug)]
pub struct Engine<'k> {
    packs: &'k [Pack],
    limits: Limits,
}

/// Where a pattern is looked for.
struct Target {
    view: View,
    launch: Option<LaunchId>,
}

/// What a case was found for: the operand, if each is looked at by itself, and the kernel.
type Key = (Option<String>, Option<KernelId>);

impl<'k> Engine<'k> {
    /// An engine that looks for the patterns of these packs.
    pub fn new(packs: &'k [Pack]) -> Self {
        Self { packs, limits: Limits::default() }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Everything that the patterns find in a program.
    pub fn find(&self, program: &Program) -> Report {
        let facts = Facts::new(program);
        let kernels = kernels(program, facts.runs());
        let launches = launches(program, facts.runs());
        let file = [Target { view: View::of_file(program, facts.runs()), launch: None }];
        let mut report = Report::default();
        for pack in self.packs {
            for pattern in &pack.patterns {
                let targets = match pattern.per {
                    Per::Kernel | Per::Role => kernels.as_slice(),
                    Per::Launch => &launches,
                    Per::File => &file,
                };
                let mut gathered = Gathered::new(pack, pattern);
                for target in targets {
                    self.pattern(&facts, pattern, target, &mut gathered, &mut report.notes);
                }
                report.findings.extend(gathered.findings());
            }
        }
        report
    }

    fn pattern<'p>(
        &self,
        facts: &Facts<'p>,
        pattern: &Pattern,
        target: &Target,
        gathered: &mut Gathered<'_>,
        notes: &mut Vec<Note>,
    ) {
        let mut taken: BTreeSet<Key> = BTreeSet::new();
        // Whether an earlier case may hold although it was not found.
        let mut is_open = false;
        for (at, case) in pattern.cases.iter().enumerate() {
            let is_decided = !taken.is_empty() && matches!(pattern.per, Per::Kernel | Per::Launch);
            if (is_decided || is_open) && !case.all {
                continue;
            }
            let mut found: BTreeSet<Key> = BTreeSet::new();
            let mut solver = Solver::new(facts, &target.view, &case.modes, self.limits.steps);
            let _ = solver.all(&case.goals, 0, &mut |solver| {
                let solution = gather::solution(solver, case, target.launch);
                let role = solution.role.clone().filter(|_| pattern.per == Per::Role);
                let key = (role, solution.kernel);
                if case.all || !taken.contains(&key) {
                    found.insert(key);
                    gathered.add(at, solution);
                }
                ControlFlow::Continue(())
            });
            if solver.is_cut {
                is_open |= found.is_empty() && !case.all;
                notes.push(cut(pattern, case, target.view.kernel, self.limits));
            }
            taken.append(&mut found);
        }
    }
}

fn cut(pattern: &Pattern, case: &Case, kernel: Option<KernelId>, limits: Limits) -> Note {
    Note {
        pattern: pattern.name.clone(),
        case: case.name.clone(),
        kernel,
        text: format!("the search was ended after {} steps; findings may be missing", limits.steps),
    }
}

fn kernels(program: &Program, runs: &Runs) -> Vec<Target> {
    let ids = (0..program.kernels.len()).map(|at| KernelId(at as u32));
    ids.map(|id| Target { view: View::of_kernel(program, runs, id), launch: None }).collect()
}

fn launches(program: &Program, runs: &Runs) -> Vec<Target> {
    let ids = (0..program.launches.len()).map(|at| LaunchId(at as u32));
    let target = |id| Some(Target { view: View::of_launch(program, runs, id)?, launch: Some(id) });
    ids.filter_map(target).collect()
}
