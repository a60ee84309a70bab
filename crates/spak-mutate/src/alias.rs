//! What is imported, imported in another way and under other names.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprAttribute, ExprName, Stmt};
use ruff_text_size::Ranged as _;

use crate::chance::Chance;
use crate::names::{Names, name_of};
use crate::original::Original;
use crate::rewrite::{Edits, Lines, Rewritten};

/// The file with other imports, and what each new name stands for.
pub(crate) fn alias(original: &Original<'_>, seed: u64) -> (Rewritten, BTreeMap<String, String>) {
    let names = Names::of(original.body());
    let mut uses = Uses::default();
    for statement in original.body() {
        uses.visit_stmt(statement);
    }
    let top: BTreeSet<u32> = original.body().iter().map(|s| s.start().to_u32()).collect();
    let mut writer = Writer {
        original,
        lines: Lines::of(original.text),
        uses: &uses,
        top,
        chance: Chance::of(seed, "alias"),
        prefix: original.free_prefix("m"),
        new: BTreeMap::new(),
        edits: Edits::default(),
    };
    let texts: BTreeSet<&str> = names.keys.found.iter().map(|(_, _, text, _)| *text).collect();
    for (bound, imports) in &uses.imports {
        let is_taken = names.bound.contains(bound) || texts.contains(bound);
        // `import a.b` binds `a` without a name that could be another.
        let is_fixed = imports.iter().any(|one| one.binds_first);
        if !is_taken && !is_fixed {
            writer.import(bound, imports);
        }
    }
    let Writer { edits, new, .. } = writer;
    (edits.apply(original.text, &original.anchors()), new)
}

/// One import of one name.
struct Import<'a> {
    /// The whole statement, and how many names it imports.
    statement: (u32, u32),
    count: usize,
    /// The part about this name.
    part: (u32, u32),
    /// What is imported, and from where.
    name: &'a str,
    from: Option<&'a str>,
    is_relative: bool,
    binds_first: bool,
}

/// The imports of a file, by what they bind, and where this is used.
#[derive(Default)]
struct Uses<'a> {
    imports: BTreeMap<&'a str, Vec<Import<'a>>>,
    names: BTreeMap<&'a str, Vec<&'a ExprName>>,
    attributes: BTreeMap<(&'a str, &'a str), Vec<&'a ExprAttribute>>,
}

fn range(of: &impl ruff_text_size::Ranged) -> (u32, u32) {
    (of.start().to_u32(), of.end().to_u32())
}

impl<'a> SourceOrderVisitor<'a> for Uses<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let (aliases, from, is_relative) = match statement {
            Stmt::Import(import) => (import.names.as_slice(), None, false),
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |name| name.id.as_str());
                (import.names.as_slice(), Some(module), import.level > 0)
            }
            _ => return walk_stmt(self, statement),
        };
        let usable = from != Some("__future__");
        for alias in aliases.iter().filter(|alias| usable && alias.name.id.as_str() != "*") {
            let name = alias.name.id.as_str();
            let bound = alias.asname.as_ref().map_or(name, |name| name.id.as_str());
            let first = bound.split('.').next().unwrap_or(bound);
            self.imports.entry(first).or_default().push(Import {
                statement: range(statement),
                count: aliases.len(),
                part: range(alias),
                name,
                from,
                is_relative,
                binds_first: first != bound,
            });
        }
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) => self.names.entry(&name.id).or_default().push(name),
            Expr::Attribute(attribute) if attribute.ctx.is_load() => {
                if let Some(module) = name_of(&attribute.value) {
                    let key = (module, attribute.attr.id.as_str());
                    self.attributes.entry(key).or_default().push(attribute);
                }
            }
            _ => {}
        }
        walk_expr(self, expr);
    }
}

struct Writer<'a, 'o> {
    original: &'o Original<'a>,
    lines: Lines,
    uses: &'o Uses<'o>,
    /// Where the statements of the file begin, those inside of others left out.
    top: BTreeSet<u32>,
    chance: Chance,
    prefix: String,
    new: BTreeMap<String, String>,
    edits: Edits,
}

impl Writer<'_, '_> {
    fn fresh(&mut self, stands_for: String) -> String {
        let name = format!("{}{}", self.prefix, self.new.len());
        self.new.insert(name.clone(), stands_for);
        name
    }

    fn import(&mut self, bound: &str, imports: &[Import<'_>]) {
        let new = self.fresh(bound.to_owned());
        let only = match imports {
            [only] if only.count == 1 && self.top.contains(&only.statement.0) => Some(only),
            _ => None,
        };
        let members = match only {
            Some(only) if only.from.is_none() => self.members(bound, &new, only),
            _ => BTreeSet::new(),
        };
        let mut used_as = new.clone();
        for import in imports {
            let is_alone = only.is_some();
            let text = match (import.from, import.name.rsplit_once('.')) {
                (None, Some((package, module))) if is_alone && self.chance.happens(50) => {
                    let text = format!("from {package} import {module} as {new}");
                    self.edits.replace(import.statement.0, import.statement.1, text);
                    continue;
                }
                (Some(module), _) if is_alone && !import.is_relative && self.chance.happens(30) => {
                    used_as = format!("{new}.{}", import.name);
                    self.new.insert(new.clone(), module.to_owned());
                    let text = format!("import {module} as {new}");
                    self.edits.replace(import.statement.0, import.statement.1, text);
                    continue;
                }
                _ => format!("{} as {new}", import.name),
            };
            self.edits.replace(import.part.0, import.part.1, text);
        }
        for name in self.uses.names.get(bound).into_iter().flatten() {
            let (start, end) = range(*name);
            if !members.contains(&start) {
                self.edits.replace(start, end, used_as.clone());
            }
        }
    }

    /// Names of their own for some of what is used of a module; gives the uses that are written otherwise.
    fn members(&mut self, bound: &str, new: &str, import: &Import<'_>) -> BTreeSet<u32> {
        let mut written = BTreeSet::new();
        let line = self.lines.line(import.statement.1);
        let Some(after) = self.lines.start(line + 1) else { return written };
        // Nothing else may stand on the line of the import.
        let rest = self.original.slice(import.statement.1, after);
        if !rest.trim().is_empty() {
            return written;
        }
        let uses = self.uses;
        let of_module = uses.attributes.iter().filter(|((module, _), _)| *module == bound);
        for ((_, member), places) in of_module {
            if !self.chance.happens(35) {
                continue;
            }
            let short = self.fresh(format!("{bound}.{member}"));
            let line = if self.chance.happens(50) {
                format!("from {} import {member} as {short}\n", import.name)
            } else {
                format!("{short} = {new}.{member}\n")
            };
            self.edits.replace(after, after, line);
            for place in places {
                let (start, end) = range(*place);
                self.edits.replace(start, end, short.clone());
                written.insert(start);
            }
        }
        written
    }
}
