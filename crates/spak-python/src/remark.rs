//! Names that are given and never used: what the text of a file says of itself.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_expr, walk_stmt};
use ruff_python_ast::{Expr, ExprContext, Stmt, StmtFunctionDef};
use ruff_text_size::{Ranged, TextRange};
use spak_program::{Constant, Node, Op, Remark, ScopeId, Site};
use spak_syntax::FileId;

use crate::builder::span;
use crate::machine::Machine;

/// A name, what is said of it, and where it stands.
type Found = (&'static str, String, TextRange);

/// The names that statements use, those in functions within them included.
#[derive(Default)]
struct Used {
    names: BTreeSet<String>,
    /// Everything may be used: `locals()`, `global`.
    all: bool,
}

impl<'a> Visitor<'a> for Used {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::AugAssign(assign) => {
                if let Expr::Name(name) = &*assign.target {
                    self.names.insert(name.id.to_string());
                }
            }
            Stmt::Global(_) | Stmt::Nonlocal(_) => self.all = true,
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Expr::Name(name) = expression
            && name.ctx != ExprContext::Store
        {
            self.all |= matches!(name.id.as_str(), "locals" | "globals" | "vars" | "eval");
            self.names.insert(name.id.to_string());
        }
        walk_expr(self, expression);
    }
}

fn is_static(function: &StmtFunctionDef) -> bool {
    let is_it = |one: &ruff_python_ast::Decorator| matches!(&one.expression, Expr::Name(name) if name.id.as_str() == "staticmethod");
    function.decorator_list.iter().any(is_it)
}

/// Functions, and the names that their own statements bind.
struct Functions<'f> {
    found: &'f mut Vec<Found>,
    skipped: &'f dyn Fn(TextRange) -> bool,
    /// First parameters of methods: the caller of a method gives them, whether they are used or not.
    given: Vec<TextRange>,
}

impl<'a> Visitor<'a> for Functions<'_> {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => self.function(function),
            Stmt::ClassDef(class) => {
                let methods = class.body.iter().filter_map(Stmt::as_function_def_stmt);
                let first = methods.filter_map(|f| f.parameters.iter_non_variadic_params().next());
                self.given.extend(first.map(|one| one.parameter.name.range()));
            }
            _ => {}
        }
        walk_stmt(self, statement);
    }
}

impl Functions<'_> {
    fn function(&mut self, function: &StmtFunctionDef) {
        let mut used = Used::default();
        function.body.iter().for_each(|statement| used.visit_stmt(statement));
        // What only stands for others says nothing of its parameters.
        let does_nothing = function.body.iter().all(|statement| {
            matches!(statement, Stmt::Pass(_) | Stmt::Raise(_))
                || matches!(statement, Stmt::Expr(one) if one.value.is_literal_expr())
        });
        // A method without an object that only raises is a pass that nobody wrote; others stand for those of subclasses.
        if does_nothing
            && is_static(function)
            && let Some(Stmt::Raise(raise)) = function.body.last()
        {
            self.found.push(("only_raises", function.name.to_string(), raise.range()));
        }
        if used.all || does_nothing || (self.skipped)(function.range()) {
            return;
        }
        let is_unused = |name: &str| !name.starts_with('_') && !used.names.contains(name);
        let parameters = &function.parameters;
        for parameter in parameters.iter_non_variadic_params() {
            let name = parameter.parameter.name.as_str();
            let range = parameter.parameter.name.range();
            if is_unused(name) && !self.given.contains(&range) {
                self.found.push(("unused_argument", name.to_owned(), range));
            }
        }
        for rest in [&parameters.vararg, &parameters.kwarg].into_iter().flatten() {
            if is_unused(rest.name.as_str()) {
                let name = rest.name.to_string();
                self.found.push(("unused_rest", name, rest.name.range()));
            }
        }
        for statement in &function.body {
            if let Stmt::FunctionDef(inner) = statement
                && inner.decorator_list.is_empty()
                && is_unused(inner.name.as_str())
            {
                self.found.push(("unused_function", inner.name.to_string(), inner.name.range()));
            }
        }
        let mut bound = Bound(Vec::new());
        function.body.iter().for_each(|statement| bound.visit_stmt(statement));
        let mut seen = BTreeSet::new();
        for (name, range) in bound.0 {
            if is_unused(&name) && seen.insert(name.clone()) {
                self.found.push(("unused_local", name, range));
            }
        }
    }
}

/// Names that assignments bind, those of functions within not included.
struct Bound(Vec<(String, TextRange)>);

impl Bound {
    fn target(&mut self, target: &Expr) {
        match target {
            Expr::Name(name) => self.0.push((name.id.to_string(), name.range())),
            Expr::Tuple(tuple) => tuple.elts.iter().for_each(|part| self.target(part)),
            Expr::List(list) => list.elts.iter().for_each(|part| self.target(part)),
            _ => {}
        }
    }
}

impl<'a> Visitor<'a> for Bound {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(_) | Stmt::ClassDef(_) => return,
            Stmt::Assign(assign) => assign.targets.iter().for_each(|target| self.target(target)),
            Stmt::AnnAssign(assign) if assign.value.is_some() => self.target(&assign.target),
            _ => {}
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, _: &'a Expr) {}
}

/// Fields of the object that a backward pass is handed, which are set and never read.
#[derive(Default)]
struct Fields {
    set: Vec<(String, TextRange)>,
    read: BTreeSet<String>,
    /// What static methods call their first parameter.
    handed: BTreeSet<String>,
}

impl<'a> Visitor<'a> for Fields {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        if let Stmt::FunctionDef(function) = statement {
            let first = function.parameters.iter_non_variadic_params().next();
            self.handed.extend(
                first.filter(|_| is_static(function)).map(|one| one.parameter.name.to_string()),
            );
        }
        walk_stmt(self, statement);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        match expression {
            Expr::Attribute(field) if field.ctx == ExprContext::Store => {
                let is_handed = matches!(&*field.value, Expr::Name(name) if self.handed.contains(name.id.as_str()));
                if is_handed {
                    self.set.push((field.attr.to_string(), field.range()));
                }
            }
            Expr::Attribute(field) => {
                self.read.insert(field.attr.to_string());
            }
            // `getattr` and its like may name any.
            Expr::StringLiteral(text) => {
                self.read.insert(text.value.to_str().to_owned());
            }
            _ => {}
        }
        walk_expr(self, expression);
    }
}

impl Machine<'_> {
    /// Notes names of the files that are lifted which nothing uses.
    pub(crate) fn note_unused(&mut self) {
        let imported = self.imported();
        let mut all: Vec<(FileId, Found)> = Vec::new();
        for module in self.modules.iter().filter(|module| module.wanted) {
            let mut found = Vec::new();
            // A kernel's parameters are told from its graph, in which constants are folded.
            let kernels: Vec<Site> =
                self.kernels.iter().map(|kernel| kernel.function.site).collect();
            let is_kernel =
                |range: TextRange| kernels.contains(&Site { file: module.file, span: span(range) });
            let mut functions =
                Functions { found: &mut found, skipped: &is_kernel, given: Vec::new() };
            module.body.iter().for_each(|statement| functions.visit_stmt(statement));
            let mut used = Used::default();
            module.body.iter().for_each(|statement| used.visit_stmt(statement));
            let mut bound = Bound(Vec::new());
            for statement in module.body {
                if matches!(statement, Stmt::Assign(_) | Stmt::AnnAssign(_)) {
                    bound.visit_stmt(statement);
                }
            }
            for (name, range) in bound.0 {
                let is_used = used.names.contains(&name) || imported.contains(&name);
                if !is_used && !name.starts_with("__") {
                    found.push(("unused_global", name, range));
                }
            }
            let mut fields = Fields::default();
            module.body.iter().for_each(|statement| fields.visit_stmt(statement));
            let unread = fields.set.iter().filter(|(name, _)| !fields.read.contains(name));
            found.extend(unread.map(|(name, range)| ("unread_field", name.clone(), *range)));
            all.extend(found.into_iter().map(|one| (module.file, one)));
        }
        for (file, (kind, name, range)) in all {
            let id = self.remark_node(name, Site { file, span: span(range) });
            self.graph.program.remarks.push(Remark { kind, node: id });
        }
    }

    /// Notes a comment.
    pub(crate) fn note_comment(&mut self, text: &str, site: Site) {
        let id = self.remark_node(text.to_owned(), site);
        self.graph.program.comments.push(id);
    }

    fn remark_node(&mut self, text: String, site: Site) -> spak_program::NodeId {
        let id = spak_program::NodeId(self.graph.program.nodes.len() as u32);
        self.graph.program.nodes.push(Node {
            op: Op::Unknown,
            arguments: Vec::new(),
            constant: Some(Constant::Text(text)),
            site,
            scope: ScopeId(0),
            inside: None,
            conditions: std::sync::Arc::default(),
        });
        id
    }

    /// Names that files import from others, and those that they list for them.
    fn imported(&self) -> BTreeSet<String> {
        let mut names = BTreeSet::new();
        for statement in self.modules.iter().flat_map(|module| module.body) {
            match statement {
                Stmt::ImportFrom(import) => {
                    names.extend(import.names.iter().map(|alias| alias.name.to_string()));
                }
                Stmt::Assign(assign) => {
                    let is_list = assign.targets.iter().any(
                        |target| matches!(target, Expr::Name(name) if name.id.as_str() == "__all__"),
                    );
                    let items = match &*assign.value {
                        Expr::List(list) if is_list => &list.elts,
                        Expr::Tuple(tuple) if is_list => &tuple.elts,
                        _ => continue,
                    };
                    names.extend(items.iter().filter_map(|item| match item {
                        Expr::StringLiteral(text) => Some(text.value.to_str().to_owned()),
                        _ => None,
                    }));
                }
                _ => {}
            }
        }
        names
    }
}
