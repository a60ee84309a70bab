//! Which modules a file imports, so that whoever has files can find them.

use ruff_python_ast::Stmt;
use ruff_python_ast::visitor::{Visitor, walk_stmt};

use crate::{Parsed, Source};

/// The dotted names that a file may import: modules, and what may be modules in packages.
pub fn imports(source: &Source<'_>, parsed: &Parsed) -> Vec<String> {
    struct Imports<'s> {
        source: &'s Source<'s>,
        names: Vec<String>,
    }
    impl<'a> Visitor<'a> for Imports<'_> {
        fn visit_stmt(&mut self, statement: &'a Stmt) {
            match statement {
                Stmt::Import(import) => {
                    self.names.extend(import.names.iter().map(|alias| alias.name.to_string()));
                }
                Stmt::ImportFrom(import) => {
                    let named = import.module.as_ref().map_or("", |name| name.as_str());
                    let base = base(self.source.module, self.source.package, import.level, named);
                    for alias in &import.names {
                        self.names.push(format!("{base}.{}", alias.name));
                    }
                    self.names.push(base);
                }
                _ => walk_stmt(self, statement),
            }
        }
    }
    let mut imports = Imports { source, names: Vec::new() };
    for statement in parsed.body() {
        imports.visit_stmt(statement);
    }
    imports.names.sort_unstable();
    imports.names.dedup();
    imports.names
}

/// The module that `from … import` means in a module, with leading dots resolved.
pub(crate) fn base(module: &str, package: bool, level: u32, named: &str) -> String {
    if level == 0 {
        return named.to_owned();
    }
    let mut parts: Vec<&str> = module.split('.').filter(|part| !part.is_empty()).collect();
    let up = (level as usize).saturating_sub(usize::from(package));
    parts.truncate(parts.len().saturating_sub(up));
    if !named.is_empty() {
        parts.push(named);
    }
    parts.join(".")
}
