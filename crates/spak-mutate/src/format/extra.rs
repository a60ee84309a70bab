//! Brackets and commas that change nothing.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::source_order::{SourceOrderVisitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, Stmt};
use ruff_text_size::Ranged as _;

use crate::chance::Chance;

/// Where they are put, by places of the original.
pub(super) struct Extra {
    /// How many brackets open where something begins.
    pub(super) opened: BTreeMap<u32, usize>,
    /// How many close where something ends.
    pub(super) closed: BTreeMap<u32, usize>,
    /// Brackets of the original that have a comma before them.
    pub(super) commas: BTreeSet<u32>,
}

impl Extra {
    pub(super) fn of(body: &[Stmt], chance: &mut Chance) -> Self {
        let extra =
            Self { opened: BTreeMap::new(), closed: BTreeMap::new(), commas: BTreeSet::new() };
        let mut finder = Finder { extra, chance };
        for statement in body {
            finder.visit_stmt(statement);
        }
        finder.extra
    }
}

struct Finder<'c> {
    extra: Extra,
    chance: &'c mut Chance,
}

impl Finder<'_> {
    fn brackets(&mut self, expr: &Expr) {
        *self.extra.opened.entry(expr.start().to_u32()).or_default() += 1;
        *self.extra.closed.entry(expr.end().to_u32()).or_default() += 1;
    }

    fn comma(&mut self, last: Option<&Expr>, bracket: u32) {
        // A comma after this would not be read, and one that is there is enough.
        if last.is_some_and(|last| !last.is_generator_expr()) && self.chance.happens(30) {
            self.extra.commas.insert(bracket);
        }
    }
}

impl<'a> SourceOrderVisitor<'a> for Finder<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            // Formatted texts stay as they are.
            Expr::FString(_) | Expr::TString(_) => return,
            Expr::BinOp(_) | Expr::Compare(_) | Expr::BoolOp(_) | Expr::If(_)
                if self.chance.happens(25) =>
            {
                self.brackets(expr);
            }
            Expr::Call(call) => {
                let arguments = &call.arguments;
                let values = arguments.args.iter();
                let last = values.chain(arguments.keywords.iter().map(|k| &k.value)).last();
                let is_generator = arguments.args.iter().any(Expr::is_generator_expr);
                if !is_generator {
                    self.comma(last, arguments.end().to_u32().saturating_sub(1));
                }
            }
            Expr::List(list) => self.comma(list.elts.last(), list.end().to_u32().saturating_sub(1)),
            _ => {}
        }
        walk_expr(self, expr);
    }
}
