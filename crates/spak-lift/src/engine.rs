//! Patterns over a program: where each is looked for, which case counts, and what is said.

mod gather;
mod nearest;
mod threads;

use std::cmp::Reverse;
use std::collections::BTreeSet;
use std::ops::ControlFlow;

use rustc_hash::FxHashMap;
use spak_program::{KernelId, LaunchId, Program};

use crate::facts::{Facts, Runs, View};
use crate::finding::{Note, Report};
use crate::pack::{Case, Pack, Pattern, Per};
use crate::ready::{self, Readiness};
use crate::solve::Solver;
use gather::Gathered;
pub use nearest::Miss;
pub use threads::side_by_side;

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
    /// Threads that search besides the one that asks.
    helpers: usize,
}

/// Where a pattern is looked for.
struct Target {
    view: View,
    launch: Option<LaunchId>,
}

/// Where a pattern is looked for, with what is known of program and pattern.
struct Place<'f, 'p> {
    facts: &'f Facts<'p>,
    target: &'f Target,
    known: &'f Readiness,
}

/// What was found of a case in one place.
#[derive(Clone)]
struct Solved {
    solutions: Vec<gather::Solution>,
    /// Whether the search was ended before all was found.
    is_cut: bool,
}

/// What was found of cases in parts of the program.
type Shared = FxHashMap<(usize, usize), Solved>;

/// What a case was found for: the operand, if each is looked at by itself, and the kernel.
type Key = (Option<String>, Option<KernelId>);

impl<'k> Engine<'k> {
    /// An engine that looks for the patterns of these packs.
    pub fn new(packs: &'k [Pack]) -> Self {
        Self { packs, limits: Limits::default(), helpers: 0 }
    }

    /// The same with other limits.
    #[must_use]
    pub fn with(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// The same with so many threads that search besides the one that asks; what is found does not depend on it.
    #[must_use]
    pub fn with_helpers(self, helpers: usize) -> Self {
        Self { helpers, ..self }
    }

    /// Everything that the patterns find in a program.
    pub fn find(&self, program: &Program) -> Report {
        let facts = Facts::new(program);
        let kernels = kernels(program, facts.runs());
        let launches = launches(program, facts.runs());
        let files = files(program, facts.runs());
        let targets = |per: Per| match per {
            Per::Kernel | Per::Role => kernels.as_slice(),
            Per::Launch => &launches,
            Per::File => &files,
        };
        let all = self.packs.iter().flat_map(|pack| pack.patterns.iter().map(move |p| (pack, p)));
        let mut patterns: Vec<(usize, (&Pack, &Pattern))> = all.enumerate().collect();
        // The longest first, so that no thread is left with one when the others are done.
        patterns.sort_by_key(|(_, (_, pattern))| Reverse(pattern.conditions()));
        let look = |(at, (pack, pattern)): &(usize, (&Pack, &Pattern))| {
            let mut gathered = Gathered::new(pack, pattern);
            let mut notes = Vec::new();
            let known = Readiness::default();
            let mut shared = Shared::default();
            for target in targets(pattern.per) {
                let place = Place { facts: &facts, target, known: &known };
                self.pattern(&place, pattern, &mut shared, &mut gathered, &mut notes);
            }
            (*at, Report { findings: gathered.findings().collect(), notes })
        };
        let mut parts = side_by_side(&patterns, self.helpers, look);
        parts.sort_by_key(|(at, _)| *at);
        let mut report = Report::default();
        for (_, part) in parts {
            report.findings.extend(part.findings);
            report.notes.extend(part.notes);
        }
        report
    }

    fn pattern(
        &self,
        place: &Place<'_, '_>,
        pattern: &Pattern,
        shared: &mut Shared,
        gathered: &mut Gathered<'_>,
        notes: &mut Vec<Note>,
    ) {
        let target = place.target;
        let mut taken: BTreeSet<Key> = BTreeSet::new();
        // Whether an earlier case may hold although it was not found.
        let mut is_open = false;
        for (at, case) in pattern.cases.iter().enumerate() {
            let is_decided = !taken.is_empty() && matches!(pattern.per, Per::Kernel | Per::Launch);
            if (is_decided || is_open) && !case.all {
                continue;
            }
            if case.goals.iter().any(|goal| ready::is_hopeless(goal, &target.view)) {
                continue;
            }
            // What does not ask about the launch holds at all launches of a function or at none.
            let solved = match target.launch.filter(|_| !case.asks_launch) {
                None => place.solve(case, self.limits),
                Some(_) => shared
                    .entry((at, target.view.part()))
                    .or_insert_with(|| place.solve(case, self.limits))
                    .at(target),
            };
            let mut found: BTreeSet<Key> = BTreeSet::new();
            for solution in solved.solutions {
                let role = solution.role.clone().filter(|_| pattern.per == Per::Role);
                let key = (role, solution.kernel);
                if case.all || !taken.contains(&key) {
                    found.insert(key);
                    gathered.add(at, solution);
                }
            }
            if solved.is_cut {
                is_open |= found.is_empty() && !case.all;
                notes.push(cut(pattern, case, target.view.kernel, self.limits));
            }
            taken.append(&mut found);
        }
    }
}

impl Place<'_, '_> {
    /// All solutions of a case.
    fn solve(&self, case: &Case, limits: Limits) -> Solved {
        let view = &self.target.view;
        let mut solver = Solver::new(self.facts, view, &case.modes, self.known, limits.steps)
            .only(&case.kinds)
            .showing(case.shown);
        let mut solutions = Vec::new();
        solver.solve(&case.goals, &mut |solver| {
            solutions.push(gather::solution(solver, case, self.target.launch));
            ControlFlow::Continue(())
        });
        Solved { solutions, is_cut: solver.is_cut }
    }
}

impl Solved {
    /// The same for another launch.
    fn at(&self, target: &Target) -> Self {
        let mut other = self.clone();
        other.solutions.iter_mut().for_each(|solution| solution.launch = target.launch);
        other
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

fn files(program: &Program, runs: &Runs) -> Vec<Target> {
    let views = View::of_files(program, runs).into_iter();
    views.map(|view| Target { view, launch: None }).collect()
}

fn launches(program: &Program, runs: &Runs) -> Vec<Target> {
    let views = View::of_launches(program, runs).into_iter();
    views.map(|(id, view)| Target { view, launch: Some(id) }).collect()
}
