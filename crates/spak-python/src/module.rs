//! Files: their statements and their imports.

use std::rc::Rc;

use ruff_python_ast::{StmtImport, StmtImportFrom};
use spak_program::{ScopeKind, Site};
use spak_syntax::Span;

use crate::api::TABLES;
use crate::frame::Frame;
use crate::machine::{Machine, ModuleState};
use crate::value::Value;

impl<'a> Machine<'a> {
    /// Runs the statements of a file, unless that was done.
    pub(crate) fn run_module(&mut self, module: usize) {
        let Some(found) = self.modules.get_mut(module) else { return };
        if found.state != ModuleState::Waiting {
            return;
        }
        found.state = ModuleState::Running;
        let (file, body, name) = (found.file, found.body, found.name.clone());
        let frame = Rc::clone(&found.frame);
        // What runs now may be interrupted by an import, and goes on afterwards.
        let before = (self.file, self.module, self.graph.scope, self.graph.inside, self.fuel);
        let conditions = std::mem::take(&mut self.graph.conditions);
        let calls = std::mem::take(&mut self.calls);
        self.file = file;
        self.module = module;
        self.begin(ScopeKind::Module, &name, Site { file, span: Span::new(0, 0) });
        self.block(body, &frame);
        (self.file, self.module, self.graph.scope, self.graph.inside, self.fuel) = before;
        self.graph.conditions = conditions;
        self.calls = calls;
        if let Some(found) = self.modules.get_mut(module) {
            found.state = ModuleState::Done;
        }
    }

    /// The value that a dotted name stands for.
    pub(crate) fn resolve(&mut self, path: &str, site: Site) -> Value<'a> {
        let known = TABLES.name(path);
        if let Some(constant) = known.and_then(|name| name.value.as_ref()) {
            return Value::Constant(constant.clone(), site);
        }
        if known.is_none()
            && let Some(module) = self.by_name.get(path).copied()
        {
            self.run_module(module);
            return Value::Module(module);
        }
        Value::Path(path.into())
    }

    /// A name in a module or package.
    pub(crate) fn member_of(&mut self, path: &str, name: &str, site: Site) -> Value<'a> {
        let dotted = format!("{path}.{name}");
        if TABLES.name(&dotted).is_some() {
            return self.resolve(&dotted, site);
        }
        if let Some(module) = self.by_name.get(path).copied() {
            self.run_module(module);
            let found = self.modules.get(module).and_then(|module| module.frame.get(name));
            if let Some(value) = found {
                return value;
            }
        }
        self.resolve(&dotted, site)
    }

    pub(crate) fn import(&mut self, statement: &'a StmtImport, frame: &Rc<Frame<'a>>) {
        for alias in &statement.names {
            let site = self.site(alias);
            let path = alias.name.as_str();
            match &alias.asname {
                Some(name) => {
                    let value = self.resolve(path, site);
                    frame.set(name.as_str(), value);
                }
                None => {
                    let first = path.split('.').next().unwrap_or(path);
                    let value = self.resolve(first, site);
                    frame.set(first, value);
                }
            }
        }
    }

    pub(crate) fn import_from(&mut self, statement: &'a StmtImportFrom, frame: &Rc<Frame<'a>>) {
        let base = self.base_of(statement);
        for alias in &statement.names {
            let site = self.site(alias);
            if alias.name.as_str() == "*" {
                self.import_all(&base, site, frame);
                continue;
            }
            let value = self.member_of(&base, alias.name.as_str(), site);
            let name = alias.asname.as_ref().unwrap_or(&alias.name);
            frame.set(name.as_str(), value);
        }
    }

    fn base_of(&self, statement: &StmtImportFrom) -> String {
        self.base_within(self.module, statement)
    }

    /// The module that `from … import` of a file means, with leading dots resolved.
    pub(crate) fn base_within(&self, file: usize, statement: &StmtImportFrom) -> String {
        let named = statement.module.as_ref().map_or("", |name| name.as_str());
        let here = self.modules.get(file);
        let (module, package) =
            here.map_or(("", false), |module| (module.name.as_str(), module.package));
        crate::imports::base(module, package, statement.level, named)
    }

    fn import_all(&mut self, base: &str, site: Site, frame: &Rc<Frame<'a>>) {
        if let Some(module) = self.by_name.get(base).copied() {
            self.run_module(module);
            let names = self.modules.get(module).map(|module| module.frame.names.borrow().clone());
            for (name, value) in names.unwrap_or_default() {
                if !name.starts_with('_') {
                    frame.set(&name, value);
                }
            }
            return;
        }
        let prefix = format!("{base}.");
        let known: Vec<&str> = TABLES
            .names
            .range(prefix.as_str()..)
            .map(|(name, _)| *name)
            .take_while(|name| name.starts_with(&prefix))
            .collect();
        if known.is_empty() {
            self.graph.gap(format!("everything is imported from {base}, which is not there"), site);
        }
        for dotted in known {
            if let Some(name) = dotted.strip_prefix(&prefix).filter(|name| !name.contains('.')) {
                let value = self.resolve(dotted, site);
                frame.set(name, value);
            }
        }
    }
}
