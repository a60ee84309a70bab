//! What is said of several kernels or of comments: kernels that are copies of each other, and names of
//! architectures.

use spak_program::{ARCHITECTURES, Assumptions, Config, KernelId};

use super::super::{Flow, GO_ON, Next, Solver, Value};
use super::wiring::Wiring;
use crate::term::Term;

/// How many bytes there may be between a comment and the config that it is about: indentation, as a rule.
const NEAR: u32 = 100;

impl<'p> Solver<'p> {
    pub(super) fn alike_kernels(&mut self, k: &'p Term, o: &'p Term, next: Next<'_, 'p>) -> Flow {
        let view = self.view;
        let shapes: Vec<(KernelId, Wiring)> =
            view.kernels.iter().map(|id| (*id, self.wiring_of(*id))).collect();
        for (one, mine) in &shapes {
            for (other, theirs) in shapes.iter().filter(|(other, _)| other != one) {
                self.count()?;
                if !mine.is_in(theirs) {
                    continue;
                }
                self.is(k, Value::Kernel(*one), &mut |solver| {
                    solver.is(o, Value::Kernel(*other), &mut *next)
                })?;
            }
        }
        GO_ON
    }

    fn wiring_of(&self, kernel: KernelId) -> Wiring {
        let program = self.facts.program;
        let scope = program.kernels.get(kernel.index()).map(|kernel| kernel.scope);
        let nodes = scope.map_or(&[][..], |scope| self.facts.runs().of_scope(scope));
        Wiring::of(program, nodes)
    }

    pub(super) fn misnamed_configs(
        &mut self,
        l: &'p Term,
        x: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let program = self.facts.program;
        let Some((_, list)) = self.launch_and_list(l) else { return GO_ON };
        for comment in &program.comments {
            self.count()?;
            let Some(found) = program.node(*comment) else { continue };
            let after = |config: &&Config| {
                let (site, at) = (config.site, found.site);
                site.file == at.file && site.span.start >= at.span.end
            };
            // The config that follows the comment, if nothing else is between them.
            let below = list.configs.iter().filter(after).min_by_key(|c| c.site.span.start);
            let is_near = |config: &&Config| config.site.span.start - found.site.span.end < NEAR;
            let Some(below) = below.filter(is_near) else { continue };
            let named = architectures_in(found.name().unwrap_or_default());
            if named.is_empty() {
                continue;
            }
            let takes = |capability: (i64, i64)| {
                let assumed =
                    Assumptions { capability: Some(capability), ..Assumptions::default() };
                program.holds(&below.conditions, &assumed) == Some(true)
            };
            let differs = ARCHITECTURES
                .iter()
                .any(|(name, capability)| takes(*capability) != named.contains(name));
            if differs && ARCHITECTURES.iter().any(|(_, capability)| takes(*capability)) {
                self.at(x, *comment, next)?;
            }
        }
        GO_ON
    }
}

/// The architectures that a text names: `sm120`, `SM_90`.
fn architectures_in(text: &str) -> Vec<&'static str> {
    let text = text.to_lowercase().replace("sm_", "sm");
    let words: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).collect();
    let is_named = |name: &str| words.contains(&name.replace("sm_", "sm").as_str());
    ARCHITECTURES.iter().map(|(name, _)| *name).filter(|name| is_named(name)).collect()
}
