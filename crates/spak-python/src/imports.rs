//! Which modules a file imports, so that whoever has files can find them.

use ruff_python_ast::visitor::{Visitor, walk_stmt};
use ruff_python_ast::{Mod, Stmt};

use crate::Source;

/// The dotted names that a file may import: modules, and what may be modules in packages.
pub fn imports(source: &Source<'_>) -> Vec<String> {
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
    if crate::depth::too_deep(source.text).is_some() {
        return Vec::new();
    }
    let options = ruff_python_parser::ParseOptions::from(ruff_python_parser::Mode::Module);
    let parsed = ruff_python_parser::parse_unchecked(source.text, options);
    let mut imports = Imports { source, names: Vec::new() };
    if let Mod::Module(module) = parsed.syntax() {
        for statement in &module.body {
            imports.visit_stmt(statement);
        }
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
