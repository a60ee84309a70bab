//! What is wrong with a program before it runs.

use std::collections::BTreeSet;

use spak_model::system::{LoopKind, Place};

use crate::command::words;
use crate::script::{Action, Script, Statement};
use crate::template::{file, places};

/// A complaint, and whether the program cannot run with it.
#[derive(Clone, Debug, PartialEq)]
pub struct Complaint {
    /// In words.
    pub what: String,
    /// Where.
    pub place: Place,
    /// Whether it keeps the program from running.
    pub is_error: bool,
}

/// All complaints about `script`, which may start those of `all`; `given` are names that are known beforehand.
pub fn check(script: &Script, all: &[Script], given: &BTreeSet<String>) -> Vec<Complaint> {
    let mut checker = Checker { all, found: Vec::new(), path: Vec::new(), service: false };
    checker.service = script.kind == LoopKind::Service;
    let mut known = given.clone();
    checker.script(script, &mut known);
    checker.found
}

struct Checker<'a> {
    all: &'a [Script],
    found: Vec<Complaint>,
    /// The loops that are being looked at, from the outside in.
    path: Vec<String>,
    /// Whether a service loop is among them.
    service: bool,
}

impl Checker<'_> {
    fn error(&mut self, what: String, place: Place) {
        self.found.push(Complaint { what, place, is_error: true });
    }

    fn note(&mut self, what: String, place: Place) {
        self.found.push(Complaint { what, place, is_error: false });
    }

    fn script(&mut self, script: &Script, known: &mut BTreeSet<String>) {
        if self.path.contains(&script.name) {
            let path = self.path.join(" → ");
            self.error(format!("{path} → {}: this never ends", script.name), script.place);
            return;
        }
        self.path.push(script.name.clone());
        for step in &script.steps {
            if step.statements.is_empty() {
                self.note(format!("the step `{}` does nothing", step.name), step.place);
            }
            self.statements(&step.statements, script.kind, known);
        }
        for handler in &script.handlers {
            let mut inside = known.clone();
            inside.extend(handler.arguments.iter().cloned());
            self.statements(&handler.statements, script.kind, &mut inside);
        }
        match (&script.search, script.kind) {
            (Some(search), _) => self.search(script, search, known),
            (None, LoopKind::Engineering) if script.steps.is_empty() => {
                self.error(
                    format!("`{}` has no `measure`: nothing would be measured", script.name),
                    script.place,
                );
            }
            (None, LoopKind::Service) if script.handlers.is_empty() => {
                self.error(
                    format!("`{}` has no `on EVENT(…)`: it answers nothing", script.name),
                    script.place,
                );
            }
            _ => {}
        }
        self.path.pop();
    }

    fn search(
        &mut self,
        script: &Script,
        search: &crate::script::Search,
        known: &mut BTreeSet<String>,
    ) {
        let place = search.measure.place;
        if search.measure.metric.is_empty() {
            self.error(format!("the `measure` of `{}` has no `metric`", script.name), place);
        }
        if search.measure.command.is_empty() {
            self.error(format!("the `measure` of `{}` has no `cmd`", script.name), place);
        }
        let mut inside = known.clone();
        inside.extend(search.parameters.iter().map(|(name, _)| name.clone()));
        self.template(&search.measure.command, &inside, place);
        self.command(&search.measure.command, place);
        for (name, values) in &search.parameters {
            if values.is_empty() {
                self.error(format!("the parameter `{name}` has no value"), place);
            }
            let is_used = places(&search.measure.command).contains(&name.as_str());
            if !is_used {
                self.note(format!("the command does not use the parameter `{name}`"), place);
            }
        }
        known.insert(search.measure.metric.clone());
        known.insert(format!("best.{}", search.measure.metric));
        known.extend(search.parameters.iter().map(|(name, _)| format!("best.{name}")));
    }

    fn statements(&mut self, statements: &[Statement], by: LoopKind, known: &mut BTreeSet<String>) {
        for statement in statements {
            let place = statement.place;
            match &statement.action {
                Action::Run { command, .. } => {
                    self.template(command, known, place);
                    self.command(command, place);
                }
                Action::Write { path, content } => {
                    self.template(path, known, place);
                    self.template(content, known, place);
                }
                Action::Read { path } => self.template(path, known, place),
                Action::Integrate { insights, .. } => {
                    self.right(by, "tool.dsl_integrate", place);
                    self.template(insights, known, place);
                }
                Action::Query { prompt, .. } => {
                    self.right(by, "llm.query", place);
                    self.template(prompt, known, place);
                }
                Action::Start { name } => {
                    match self.all.iter().find(|one| one.name == *name).cloned() {
                        Some(script) => self.script(&script, known),
                        None => self.error(format!("there is no loop `{name}`"), place),
                    }
                }
                Action::Emit { fields, .. } => {
                    for (_, value) in fields {
                        self.template(value, known, place);
                    }
                }
                // What a branch gives may be there or not.
                Action::If { then, .. } => self.statements(then, by, known),
                Action::Assign { name, value } => {
                    self.template(value, known, place);
                    known.insert(name.clone());
                }
                Action::Said(words) => {
                    self.note(format!("this is no statement, and is not done: {words}"), place);
                }
            }
            known.extend(statement.output.clone());
        }
    }

    /// What a kind of loop may never do.
    fn right(&mut self, by: LoopKind, what: &str, place: Place) {
        if self.service || by == LoopKind::Service {
            self.error(
                format!(
                    "a service loop does not come to `{what}`: its answers are the same every time"
                ),
                place,
            );
        } else if by == LoopKind::Engineering {
            self.error(
                format!("an engineering loop has no right to `{what}`: that is the agent loop's"),
                place,
            );
        }
    }

    fn template(&mut self, text: &str, known: &BTreeSet<String>, place: Place) {
        for name in places(file(text).unwrap_or(text)) {
            if !known.contains(name) {
                self.error(format!("nothing before this has the name `{name}`"), place);
            }
        }
    }

    fn command(&mut self, command: &str, place: Place) {
        if let Err(error) = words(command) {
            self.error(error.to_string(), place);
        }
    }
}
