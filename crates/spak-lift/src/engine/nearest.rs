//! How far a pattern came that found nothing: the case of which most conditions hold, and the one at which it ended.

use std::ops::ControlFlow;

use spak_program::{KernelId, Program, Site};
use spak_syntax::{FileId, Span};

use super::{Engine, Target, files, kernels, launches};
use crate::facts::Facts;
use crate::pack::{Case, Pack, Pattern, Per};
use crate::ready::Readiness;
use crate::solve::Solver;

/// Where a pattern that found nothing came nearest to it.
#[derive(Clone, Debug, PartialEq)]
pub struct Miss {
    /// The pack.
    pub pack: String,
    /// The pattern.
    pub pattern: String,
    /// The case that came nearest.
    pub case: String,
    /// The kernel that it was looked for in; `None` for a whole file.
    pub kernel: Option<KernelId>,
    /// How many of its conditions hold together.
    pub held: usize,
    /// How many it has.
    pub conditions: usize,
    /// The file of the condition at which it ended.
    pub file: FileId,
    /// The condition at which it ended; one that holds by itself may be the one that fails together with others.
    pub condition: Span,
    /// What the conditions that hold were matched with.
    pub sites: Vec<Site>,
    /// Whether the search was ended before all was tried.
    pub is_cut: bool,
}

impl Engine<'_> {
    /// How near each pattern that `wanted` names comes in each place where it is looked for. One that finds
    /// something is not listed.
    pub fn nearest(
        &self,
        program: &Program,
        wanted: &dyn Fn(&Pack, &Pattern) -> bool,
    ) -> Vec<Miss> {
        let facts = Facts::new(program);
        let kernels = kernels(program, facts.runs());
        let launches = launches(program, facts.runs());
        let files = files(program, facts.runs());
        let mut all = Vec::new();
        for pack in self.packs {
            for pattern in pack.patterns.iter().filter(|pattern| wanted(pack, pattern)) {
                let targets = match pattern.per {
                    Per::Kernel | Per::Role => kernels.as_slice(),
                    Per::Launch => &launches,
                    Per::File => &files,
                };
                for target in targets {
                    let cases =
                        pattern.cases.iter().map(|case| self.miss(&facts, pattern, case, target));
                    let Some(misses) = cases.collect::<Option<Vec<Miss>>>() else { continue };
                    // The larger the part of the conditions that hold the nearer it is; the first of several cases.
                    let nearest = misses.into_iter().reduce(|best, miss| {
                        let is_nearer = miss.held * best.conditions > best.held * miss.conditions;
                        if is_nearer { miss } else { best }
                    });
                    all.extend(nearest.map(|miss| Miss { pack: pack.name.clone(), ..miss }));
                }
            }
        }
        all
    }

    /// How far one case comes; `None` if it holds.
    fn miss(
        &self,
        facts: &Facts<'_>,
        pattern: &Pattern,
        case: &Case,
        target: &Target,
    ) -> Option<Miss> {
        let known = Readiness::default();
        let mut solver =
            Solver::new(facts, &target.view, &case.modes, &known, self.limits.steps).watched();
        let mut is_found = false;
        solver.solve(&case.goals, &mut |_| {
            is_found = true;
            ControlFlow::Break(())
        });
        if is_found {
            return None;
        }
        let reached = solver.reached.take().unwrap_or_default();
        let goal = case.goals.get(reached.goal)?;
        let mut sites: Vec<Site> = reached
            .nodes
            .iter()
            .filter(|node| facts.kernel_of(**node).is_some())
            .filter_map(|node| Some(facts.program.node(*node)?.site))
            .collect();
        sites.sort_unstable();
        sites.dedup();
        Some(Miss {
            pack: String::new(),
            pattern: pattern.name.clone(),
            case: case.name.clone(),
            kernel: target.view.kernel,
            held: reached.held,
            conditions: case.goals.len(),
            file: goal.file,
            condition: goal.span,
            sites,
            is_cut: solver.is_cut,
        })
    }
}
