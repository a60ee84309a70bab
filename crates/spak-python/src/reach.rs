//! Which functions can have to do with kernels: those that mention one, or mention such a function.
//!
//! It only saves work. A package has many functions that never get near a kernel.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};

/// What each function or class, by its name, mentions.
#[derive(Debug, Default)]
pub(crate) struct Mentions(BTreeMap<String, BTreeSet<String>>);

impl Mentions {
    pub(crate) fn add(&mut self, body: &[Stmt]) {
        let mut definitions = Definitions { mentions: self, open: Vec::new() };
        for statement in body {
            definitions.visit_stmt(statement);
        }
    }

    /// All names that lead to one of these.
    pub(crate) fn leading_to(&self, names: BTreeSet<String>) -> BTreeSet<String> {
        let mut users: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for (name, mentioned) in &self.0 {
            for other in mentioned {
                users.entry(other).or_default().push(name);
            }
        }
        let mut open: Vec<String> = names.iter().cloned().collect();
        let mut found = names;
        while let Some(name) = open.pop() {
            for user in users.get(name.as_str()).into_iter().flatten() {
                if found.insert((*user).to_owned()) {
                    open.push((*user).to_owned());
                }
            }
        }
        found
    }
}

struct Definitions<'m> {
    mentions: &'m mut Mentions,
    /// Functions and classes around the place.
    open: Vec<String>,
}

impl Definitions<'_> {
    fn mention(&mut self, name: &str) {
        for open in &self.open {
            self.mentions.0.entry(open.clone()).or_default().insert(name.to_owned());
        }
    }
}

impl<'a> Visitor<'a> for Definitions<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        let name = match statement {
            Stmt::FunctionDef(function) => function.name.to_string(),
            Stmt::ClassDef(class) => class.name.to_string(),
            // A module may give a function another name.
            Stmt::Assign(assign) if self.open.is_empty() => {
                let Some(Expr::Name(name)) = assign.targets.first() else {
                    return walk_stmt(self, statement);
                };
                name.id.to_string()
            }
            _ => return walk_stmt(self, statement),
        };
        self.mention(&name);
        self.open.push(name);
        walk_stmt(self, statement);
        self.open.pop();
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Name(name) => self.mention(name.id.as_str()),
            Expr::Attribute(attribute) => self.mention(attribute.attr.as_str()),
            _ => {}
        }
        walk_expr(self, expression);
    }
}
