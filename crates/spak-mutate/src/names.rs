//! What a file defines and what it imports.

use std::collections::{BTreeMap, BTreeSet};

use ruff_python_ast::visitor::source_order::{
    SourceOrderVisitor, walk_alias, walk_except_handler, walk_expr, walk_parameter, walk_pattern,
    walk_stmt,
};
use ruff_python_ast::{
    Alias, ExceptHandler, Expr, ExprContext, Parameter, Parameters, Pattern, Stmt,
};

use crate::strings::{self, Keys};

/// The names of one file.
#[derive(Default)]
pub(crate) struct Names<'a> {
    /// Names that statements bind, imports left out.
    pub(crate) bound: BTreeSet<&'a str>,
    /// Names that imports bind.
    pub(crate) imported: BTreeSet<&'a str>,
    /// Attributes of the file's own classes and of the records that it makes.
    pub(crate) attributes: BTreeSet<&'a str>,
    /// The parameters of each function, those of all functions with one name together.
    pub(crate) parameters: BTreeMap<&'a str, BTreeSet<&'a str>>,
    /// Functions that take any keyword, and hand it on.
    pub(crate) open: BTreeSet<&'a str>,
    pub(crate) classes: BTreeSet<&'a str>,
    /// Texts that may name something.
    pub(crate) keys: Keys<'a>,
    /// Whether records are made from dictionaries, whose keys are then fields.
    pub(crate) has_open_records: bool,
    /// What methods call the object that they are of.
    selves: BTreeSet<&'a str>,
}

impl<'a> Names<'a> {
    pub(crate) fn of(body: &'a [Stmt]) -> Self {
        let mut names = Self::default();
        for statement in body {
            names.visit_stmt(statement);
        }
        names
    }

    /// Every parameter of every function.
    pub(crate) fn all_parameters(&self) -> BTreeSet<&'a str> {
        self.parameters.values().flatten().copied().collect()
    }

    fn class_body(&mut self, body: &'a [Stmt]) {
        for statement in body {
            match statement {
                Stmt::FunctionDef(function) => {
                    self.attributes.insert(&function.name.id);
                    self.selves.extend(parameters(&function.parameters).next());
                }
                Stmt::Assign(assign) => {
                    self.attributes.extend(assign.targets.iter().filter_map(name_of));
                }
                Stmt::AnnAssign(assign) => self.attributes.extend(name_of(&assign.target)),
                _ => {}
            }
        }
    }
}

/// The name that an expression is.
pub(crate) fn name_of(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Name(name) => Some(name.id.as_str()),
        _ => None,
    }
}

/// The last part of a dotted name.
pub(crate) fn last_part(expr: &Expr) -> Option<&str> {
    match expr {
        Expr::Attribute(attribute) => Some(attribute.attr.id.as_str()),
        _ => name_of(expr),
    }
}

/// The names of parameters, in their order, the ones that take the rest left out.
fn parameters(parameters: &Parameters) -> impl Iterator<Item = &str> {
    let named = parameters.posonlyargs.iter().chain(&parameters.args).chain(&parameters.kwonlyargs);
    named.map(|one| one.parameter.name.id.as_str())
}

impl<'a> SourceOrderVisitor<'a> for Names<'a> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bound.insert(&function.name.id);
                let known = self.parameters.entry(&function.name.id).or_default();
                known.extend(parameters(&function.parameters));
                if function.parameters.kwarg.is_some() {
                    self.open.insert(&function.name.id);
                }
            }
            Stmt::ClassDef(class) => {
                self.bound.insert(&class.name.id);
                self.classes.insert(&class.name.id);
                self.class_body(&class.body);
            }
            Stmt::Assign(assign)
                if assign.targets.iter().any(|t| name_of(t) == Some("__all__")) =>
            {
                strings::elements(&assign.value, &mut self.keys);
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expr: &'a Expr) {
        match expr {
            Expr::Name(name) if name.ctx != ExprContext::Load => {
                self.bound.insert(&name.id);
            }
            Expr::Attribute(attribute)
                if attribute.ctx == ExprContext::Store
                    && name_of(&attribute.value).is_some_and(|n| self.selves.contains(n)) =>
            {
                self.attributes.insert(&attribute.attr.id);
            }
            Expr::Call(call) if last_part(&call.func) == Some("SimpleNamespace") => {
                let keywords = call.arguments.keywords.iter();
                self.has_open_records |= keywords.clone().any(|keyword| keyword.arg.is_none());
                self.attributes.extend(keywords.filter_map(|k| Some(k.arg.as_ref()?.id.as_str())));
            }
            _ => {}
        }
        self.keys.note(expr);
        walk_expr(self, expr);
    }

    fn visit_parameter(&mut self, parameter: &'a Parameter) {
        self.bound.insert(&parameter.name.id);
        walk_parameter(self, parameter);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let bound = alias.asname.as_ref().unwrap_or(&alias.name);
        self.imported.extend(bound.id.as_str().split('.').next());
        walk_alias(self, alias);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        self.bound.extend(inner.name.as_ref().map(|name| name.id.as_str()));
        walk_except_handler(self, handler);
    }

    fn visit_pattern(&mut self, pattern: &'a Pattern) {
        let name = match pattern {
            Pattern::MatchAs(pattern) => pattern.name.as_ref(),
            Pattern::MatchStar(pattern) => pattern.name.as_ref(),
            Pattern::MatchMapping(pattern) => pattern.rest.as_ref(),
            _ => None,
        };
        self.bound.extend(name.map(|name| name.id.as_str()));
        walk_pattern(self, pattern);
    }
}
