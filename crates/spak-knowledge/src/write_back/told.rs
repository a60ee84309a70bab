//! Facts and rules from elsewhere than trials, told as entries, into a design.

use spak_syntax::parse;

use super::{Edited, WriteError, Writer, edited, entries_of, errors};
use crate::knowledge::Entry;
use crate::scope::Scope;

/// A fact or rule with its entries.
#[derive(Clone, Debug, PartialEq)]
pub struct Statement {
    /// `fact` or `rule`.
    pub keyword: &'static str,
    /// Its name; a later one of the same name takes its place.
    pub name: String,
    /// What stands between its braces.
    pub entries: Vec<Entry>,
}

/// What was learnt in one scope.
#[derive(Clone, Debug, PartialEq)]
pub struct Told {
    /// Where it holds; entries and names name it by its name.
    pub scope: Scope,
    /// The statements in order.
    pub statements: Vec<Statement>,
}

/// `design` with these statements in the knowledge of its first system, under the same promises as
/// [`write_back`](super::write_back()): what a person wrote stays, a statement that was learnt before gets the new figures when it
/// says something else, and nothing is taken out.
///
/// # Errors
/// When `design` has errors.
pub fn write_told(design: &str, told: &[Told]) -> Result<Edited, WriteError> {
    let before = parse(design);
    let found = errors(before.diagnostics);
    if !found.is_empty() {
        return Err(WriteError::Unreadable(found));
    }
    let file =
        spak_syntax::ast::file(&spak_syntax::Parse { tree: before.tree, diagnostics: Vec::new() });
    let mut writer = Writer::new(design, &file.items);
    for one in told {
        writer.told(one);
    }
    edited(design, writer)
}

impl Writer<'_> {
    fn told(&mut self, told: &Told) {
        let scope = &told.scope;
        let (name, stands) = self.scope_name(scope);
        if stands {
            self.unchanged.push(name.clone());
        } else {
            let predicate = scope.predicate(&name, self.indent_of_new());
            self.new.push(predicate);
            self.added.push(name.clone());
        }
        for statement in &told.statements {
            let own = super::renamed(&statement.name, &scope.name, &name);
            let entries = entries_of(&statement.entries, &scope.name, &name);
            self.statement(statement.keyword, &own, &entries, false);
        }
    }
}
