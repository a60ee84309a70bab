//! Kernels, launches and lists of configs.

use spak_program::{KernelId, Launch, LaunchId, LaunchKind};

use super::super::{Flow, GO_ON, Next, Solver, Value};
use crate::term::Term;

impl<'p> Solver<'p> {
    pub(super) fn launch_of(&self, term: &'p Term) -> Option<&'p Launch> {
        match self.value_of(term)? {
            Value::Launch(id) => self.facts.program.launches.get(id.0 as usize),
            _ => None,
        }
    }

    pub(super) fn kernel(&mut self, k: &'p Term, next: Next<'_, 'p>) -> Flow {
        let view = self.view;
        for id in &view.kernels {
            self.is(k, Value::Kernel(*id), next)?;
        }
        GO_ON
    }

    pub(super) fn language(&mut self, k: &'p Term, name: &'p Term, next: Next<'_, 'p>) -> Flow {
        let (program, view) = (self.facts.program, self.view);
        for id in &view.kernels {
            let Some(found) = program.kernels.get(id.index()) else { continue };
            self.is(k, Value::Kernel(*id), &mut |solver| {
                solver.is(name, Value::Text(found.language), &mut *next)
            })?;
        }
        GO_ON
    }

    pub(super) fn inlined(&mut self, k: &'p Term, f: &'p Term, next: Next<'_, 'p>) -> Flow {
        let (program, view) = (self.facts.program, self.view);
        for id in &view.kernels {
            let Some(found) = program.kernels.get(id.index()) else { continue };
            for (name, _) in &found.inlined {
                self.count()?;
                self.is(k, Value::Kernel(*id), &mut |solver| {
                    solver.is(f, Value::Text(name), &mut *next)
                })?;
            }
        }
        GO_ON
    }

    pub(super) fn written_in(&mut self, x: &'p Term, f: &'p Term, next: Next<'_, 'p>) -> Flow {
        let facts = self.facts;
        let Some(node) = self.subject(x) else { return GO_ON };
        let kernel = facts.kernel_of(node).and_then(|id| facts.program.kernels.get(id.index()));
        let Some((kernel, node)) = kernel.zip(facts.program.node(node)) else { return GO_ON };
        for (name, site) in &kernel.inlined {
            let is_in = site.file == node.site.file
                && site.span.start <= node.site.span.start
                && node.site.span.end <= site.span.end;
            if is_in {
                self.is(f, Value::Text(name), next)?;
            }
        }
        GO_ON
    }

    pub(super) fn launch(&mut self, l: &'p Term, k: &'p Term, next: Next<'_, 'p>) -> Flow {
        let program = self.facts.program;
        for id in self.launches(l) {
            let Some(found) = program.launches.get(id.0 as usize) else { continue };
            self.count()?;
            self.is(l, Value::Launch(*id), &mut |solver| {
                solver.is(k, Value::Kernel(found.kernel), &mut *next)
            })?;
        }
        GO_ON
    }

    /// The launches that a term may be: the one that it is, or all that are looked at.
    fn launches(&self, term: &'p Term) -> &'p [LaunchId] {
        let all = &self.view.launches;
        match self.launch_id(term) {
            Some(known) => {
                let at = all.binary_search(&known);
                at.ok().and_then(|at| all.get(at..=at)).unwrap_or_default()
            }
            None => all,
        }
    }

    pub(super) fn trial(&mut self, l: &'p Term, next: Next<'_, 'p>) -> Flow {
        let is_trial = self.launch_of(l).is_some_and(|l| l.kind == LaunchKind::Trial);
        self.test(is_trial, next)
    }

    pub(super) fn hint(
        &mut self,
        k: &'p Term,
        name: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let view = self.view;
        let (kernels, launches): (&[KernelId], &[LaunchId]) = match self.value_of(k) {
            Some(Value::Launch(_)) => (&[], self.launches(k)),
            Some(Value::Kernel(_)) => (&view.kernels, &[]),
            Some(_) => (&[], &[]),
            None => (&view.kernels, &view.launches),
        };
        let program = self.facts.program;
        for id in kernels {
            let Some(found) = program.kernels.get(id.index()) else { continue };
            for hint in &found.hints {
                self.count()?;
                self.is(k, Value::Kernel(*id), &mut |solver| {
                    solver.is(name, Value::Text(hint.label), &mut |solver| {
                        solver.at(value, hint.value, &mut *next)
                    })
                })?;
            }
        }
        for id in launches {
            let Some(found) = program.launches.get(id.0 as usize) else { continue };
            for hint in &found.hints {
                self.count()?;
                self.is(k, Value::Launch(*id), &mut |solver| {
                    solver.is(name, Value::Text(&hint.name), &mut |solver| {
                        solver.at(value, hint.value, &mut *next)
                    })
                })?;
            }
        }
        GO_ON
    }

    pub(super) fn grid(
        &mut self,
        l: &'p Term,
        axis: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(found) = self.launch_of(l) else { return GO_ON };
        for (at, node) in found.grid.iter().enumerate() {
            self.is(axis, Value::Number(at as f64), &mut |solver| {
                solver.at(value, *node, &mut *next)
            })?;
        }
        GO_ON
    }

    pub(super) fn bound_to(
        &mut self,
        l: &'p Term,
        p: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(found) = self.launch_of(l) else { return GO_ON };
        let Some(kernel) = self.facts.program.kernels.get(found.kernel.index()) else {
            return GO_ON;
        };
        let called = match self.value_of(p) {
            Some(Value::Text(name)) => Some(name),
            _ => None,
        };
        for (parameter, bound) in kernel.parameters.iter().zip(&found.arguments) {
            let Some(bound) = bound.or(parameter.default) else { continue };
            self.count()?;
            match called {
                Some(name) if parameter.name == name => self.at(value, bound, next)?,
                Some(_) => {}
                None => self.is(p, Value::Node(parameter.node), &mut |solver| {
                    solver.at(value, bound, &mut *next)
                })?,
            }
        }
        GO_ON
    }

    pub(super) fn config(
        &mut self,
        l: &'p Term,
        name: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some((_, list)) = self.launch_and_list(l) else { return GO_ON };
        let facts = self.facts;
        for config in &list.configs {
            let mut conditions = Vec::new();
            if !config.conditions.iter().all(|one| facts.assume(*one, &mut conditions)) {
                continue;
            }
            for (field, node) in &config.fields {
                self.count()?;
                self.assuming(&conditions, &mut |solver| {
                    solver.is(name, Value::Text(field), &mut |solver| {
                        solver.at(value, *node, &mut *next)
                    })
                })?;
            }
        }
        GO_ON
    }

    pub(super) fn strategy(&mut self, l: &'p Term, name: &'p Term, next: Next<'_, 'p>) -> Flow {
        let Some((_, list)) = self.launch_and_list(l) else { return GO_ON };
        self.is(name, Value::Text(list.strategy.name()), next)
    }

    pub(super) fn cache_key(&mut self, l: &'p Term, value: &'p Term, next: Next<'_, 'p>) -> Flow {
        let Some((_, list)) = self.launch_and_list(l) else { return GO_ON };
        for node in &list.key {
            self.count()?;
            self.at(value, *node, next)?;
        }
        GO_ON
    }
}
