//! How launches are tuned: fields of configs and where they end, keys and what they leave out.

use spak_program::{Configs, Constant, Launch, LaunchId, LaunchKind, NodeId, Strategy};

use super::super::{Flow, GO_ON, Next, Solver, Value};
use crate::term::Term;

impl<'p> Solver<'p> {
    pub(super) fn launch_id(&self, term: &'p Term) -> Option<LaunchId> {
        match self.value_of(term)? {
            Value::Launch(id) => Some(id),
            _ => None,
        }
    }

    /// A launch and the list whose config it uses.
    pub(super) fn launch_and_list(&self, term: &'p Term) -> Option<(&'p Launch, &'p Configs)> {
        let launch = self.launch_of(term)?;
        Some((launch, self.facts.program.configs_of(launch)?))
    }

    pub(super) fn launched_if(
        &mut self,
        l: &'p Term,
        c: &'p Term,
        holds: bool,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some(launch) = self.launch_of(l) else { return GO_ON };
        for condition in launch.conditions.iter().filter(|one| one.holds == holds) {
            self.count()?;
            self.at(c, condition.value, next)?;
        }
        GO_ON
    }

    pub(super) fn tuner_option(
        &mut self,
        l: &'p Term,
        name: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let Some((_, list)) = self.launch_and_list(l) else { return GO_ON };
        for option in &list.options {
            self.is(name, Value::Text(option.label), &mut |solver| {
                solver.at(value, option.value, &mut *next)
            })?;
        }
        GO_ON
    }

    /// The call that gave the kernel of a launch its hints, or where that kernel was kept.
    pub(super) fn kernel_made(
        &mut self,
        l: &'p Term,
        x: &'p Term,
        kept: bool,
        next: Next<'_, 'p>,
    ) -> Flow {
        let made = self.launch_id(l).and_then(|id| self.facts.program.kernels_made.get(&id));
        let node = made.and_then(|made| if kept { made.kept } else { made.hinted });
        match node {
            Some(node) => self.at(x, node, next),
            None => GO_ON,
        }
    }

    pub(super) fn handed(
        &mut self,
        l: &'p Term,
        p: &'p Term,
        x: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let program = self.facts.program;
        let Some(launch) = self.launch_of(l) else { return GO_ON };
        let made = self.launch_id(l).and_then(|id| program.kernels_made.get(&id));
        let kernel = program.kernels.get(launch.kernel.index());
        let (Some(made), Some(kernel)) = (made, kernel) else { return GO_ON };
        for (parameter, node) in kernel.parameters.iter().zip(&made.handed) {
            let Some(node) = node else { continue };
            self.count()?;
            self.is(p, Value::Node(parameter.node), &mut |solver| solver.at(x, *node, &mut *next))?;
        }
        GO_ON
    }

    /// Fields over which is searched although nothing that is launched afterwards depends on them.
    pub(super) fn dead_field(
        &mut self,
        l: &'p Term,
        name: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let (facts, program) = (self.facts, self.facts.program);
        let Some((launch, list)) = self.launch_and_list(l) else { return GO_ON };
        if list.strategy != Strategy::Exhaustive || launch.kind != LaunchKind::Real {
            return GO_ON;
        }
        let same_list = program.launches.iter().filter(|other| other.configs == launch.configs);
        let mut used: Vec<&str> = Vec::new();
        for other in same_list {
            let hints = other.hints.iter().map(|hint| hint.value);
            let ends = other.arguments.iter().flatten().chain(&other.grid).copied().chain(hints);
            for field in ends.flat_map(|end| facts.config_fields(end)) {
                used.extend(program.node(*field).and_then(|node| node.name()));
            }
        }
        let Some(first) = list.configs.first() else { return GO_ON };
        for (field, node) in &first.fields {
            if field.is_empty() || used.contains(&field.as_str()) {
                continue;
            }
            self.is(name, Value::Text(field), &mut |solver| solver.at(value, *node, &mut *next))?;
        }
        GO_ON
    }

    /// Fields that have the same value in each of several configs.
    pub(super) fn one_valued(
        &mut self,
        l: &'p Term,
        name: &'p Term,
        value: &'p Term,
        next: Next<'_, 'p>,
    ) -> Flow {
        let program = self.facts.program;
        let Some((_, list)) = self.launch_and_list(l) else { return GO_ON };
        let Some((first, rest)) = list.configs.split_first().filter(|(_, rest)| !rest.is_empty())
        else {
            return GO_ON;
        };
        for (field, node) in first.fields.iter().filter(|(field, _)| !field.is_empty()) {
            let constant = |node: NodeId| program.constant(program.behind(node));
            let known: Option<&Constant> = constant(*node);
            let of = |config: &'p spak_program::Config| {
                let found = config.fields.iter().find(|(name, _)| name == field);
                found.and_then(|(_, node)| constant(*node))
            };
            if known.is_some() && rest.iter().all(|config| of(config) == known) {
                self.is(name, Value::Text(field), &mut |solver| {
                    solver.at(value, *node, &mut *next)
                })?;
            }
        }
        GO_ON
    }

    pub(super) fn becomes_hint(&mut self, x: &'p Term, name: &'p Term, next: Next<'_, 'p>) -> Flow {
        let (facts, program) = (self.facts, self.facts.program);
        let Some(field) = self.subject(x).and_then(|n| program.node(n)?.name()) else {
            return GO_ON;
        };
        self.is(name, Value::Text(field), &mut *next)?;
        for hint in facts.hints_of_fields().get(field).into_iter().flatten() {
            if *hint != field {
                self.is(name, Value::Text(hint), &mut *next)?;
            }
        }
        GO_ON
    }

    pub(super) fn key_holds(&mut self, l: &'p Term, t: &'p Term, next: Next<'_, 'p>) -> Flow {
        let facts = self.facts;
        match self.launch_id(l).and_then(|id| facts.key_of(id)) {
            Some(kinds) => self.is(t, Value::Text(kinds), next),
            None => GO_ON,
        }
    }

    pub(super) fn key_misses(&mut self, l: &'p Term, x: &'p Term, next: Next<'_, 'p>) -> Flow {
        let Some((launch, list)) = self.launch_and_list(l) else { return GO_ON };
        if list.key.is_empty() {
            return GO_ON;
        }
        let facts = self.facts;
        for node in facts.left_out(launch, &list.key) {
            self.count()?;
            self.at(x, node, next)?;
        }
        GO_ON
    }

    pub(super) fn remark(&mut self, x: &'p Term, kind: &'p Term, next: Next<'_, 'p>) -> Flow {
        let program = self.facts.program;
        // Names of a file are nothing that one kernel is asked about.
        let Some(file) = self.view.file else { return GO_ON };
        let here = |node: NodeId| program.node(node).is_some_and(|node| node.site.file == file);
        for remark in program.remarks.iter().filter(|remark| here(remark.node)) {
            self.count()?;
            self.is(kind, Value::Text(remark.kind), &mut |solver| {
                solver.at(x, remark.node, &mut *next)
            })?;
        }
        GO_ON
    }

    pub(super) fn power_above(&mut self, x: &'p Term, y: &'p Term, next: Next<'_, 'p>) -> Flow {
        let program = self.facts.program;
        match self.subject(x).and_then(|node| program.next_power_of_two_of(node)) {
            Some(of) => self.at(y, of, next),
            None => GO_ON,
        }
    }
}
