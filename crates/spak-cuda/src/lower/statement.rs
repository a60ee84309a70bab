//! Statements.

use std::rc::Rc;

use spak_program::{Constant, Op};
use tree_sitter::Node;

use super::{DEPTH, Lower, children};
use crate::ast::{
    Declaration, Each, Expr, ExprKind, For, If, Init, Part, Path, Stmt, Switched, TemplateArgument,
    TypeExpr, Unroll,
};
use crate::lex::{Kind, lex, slice};

impl<'t> Lower<'t> {
    /// The statements of a block, or one alone.
    pub(super) fn block(&mut self, node: Node<'t>, depth: u32) -> Vec<Stmt> {
        let mut body = Vec::new();
        if depth > DEPTH {
            return body;
        }
        let inner = if node.kind() == "compound_statement" { children(node) } else { vec![node] };
        for child in inner {
            self.statement(child, depth + 1, &mut body);
        }
        body
    }

    fn one(&mut self, node: Node<'t>, depth: u32) -> Stmt {
        Stmt::Block(self.block(node, depth))
    }

    fn condition(&mut self, node: Node<'t>, depth: u32) -> Expr {
        match node.child_by_field_name("condition") {
            Some(condition) => {
                let value = condition.child_by_field_name("value").unwrap_or(condition);
                self.expression(value, depth)
            }
            None => self.known(Constant::Bool(true), node),
        }
    }

    fn statement(&mut self, node: Node<'t>, depth: u32, body: &mut Vec<Stmt>) {
        if depth > DEPTH {
            return;
        }
        match node.kind() {
            "expression_statement" => {
                for child in children(node) {
                    let expr = self.expression(child, depth);
                    body.push(match declares(expr) {
                        Ok(declaration) => Stmt::Declare(vec![declaration]),
                        Err(expr) => Stmt::Expr(expr),
                    });
                }
            }
            "declaration" => body.push(Stmt::Declare(self.declarations(node, depth))),
            "compound_statement" => body.push(self.one(node, depth)),
            "if_statement" => self.if_statement(node, depth, body),
            "for_statement" => {
                let found = self.for_statement(node, depth);
                body.push(Stmt::For(Box::new(found)));
            }
            "for_range_loop" => {
                let name = node.child_by_field_name("declarator");
                let name = name.map_or(String::new(), |name| {
                    self.text_of(name).trim_start_matches(['&', ' ', '*']).to_owned()
                });
                let Some(of) = node.child_by_field_name("right") else { return };
                let of = self.expression(of, depth);
                let inner = node.child_by_field_name("body");
                let inner = inner.map_or(Stmt::Block(Vec::new()), |inner| self.one(inner, depth));
                body.push(Stmt::Each(Box::new(Each {
                    name,
                    of,
                    body: inner,
                    site: self.site(node),
                })));
            }
            "while_statement" | "do_statement" => {
                let condition = self.condition(node, depth);
                let inner = node.child_by_field_name("body");
                let inner = inner.map_or(Stmt::Block(Vec::new()), |inner| self.one(inner, depth));
                // `do { … } while (0)` is a block.
                let is_block = node.kind() == "do_statement"
                    && matches!(
                        condition.kind,
                        ExprKind::Known(Constant::Int(0) | Constant::Bool(false))
                    );
                body.push(if is_block { inner } else { Stmt::While(condition, Box::new(inner)) });
            }
            "return_statement" => {
                let value = children(node).into_iter().next();
                let value = value.map(|value| self.expression(value, depth));
                body.push(Stmt::Return(value, self.site(node)));
            }
            "break_statement" | "continue_statement" | "goto_statement" => body.push(Stmt::Leave),
            "static_assert_declaration" => {
                let Some(condition) = node.child_by_field_name("condition") else { return };
                let condition = self.expression(condition, depth);
                let site = self.site(node);
                let name = Part { name: "static_assert".to_owned(), arguments: None };
                let callee = Expr { kind: ExprKind::Name(Path { parts: vec![name] }), site };
                let kind = ExprKind::Call(Box::new(callee), vec![condition]);
                body.push(Stmt::Expr(Expr { kind, site }));
            }
            "switch_statement" => self.switch(node, depth, body),
            "alias_declaration" | "type_definition" => {
                let aliases = self.aliases(node, depth);
                body.extend(aliases.into_iter().map(|(name, of)| Stmt::Using(name, of)));
            }
            "struct_specifier" | "class_specifier" => {
                body.extend(self.class(node, Vec::new(), depth).map(Stmt::Class));
            }
            "labeled_statement"
            | "attributed_statement"
            | "case_statement"
            | "try_statement"
            | "else_clause"
            | "ERROR"
            | "preproc_if"
            | "preproc_ifdef"
            | "preproc_else" => {
                for child in children(node) {
                    self.statement(child, depth + 1, body);
                }
            }
            kind if kind.ends_with("_expression") || kind == "identifier" => {
                body.push(Stmt::Expr(self.expression(node, depth)));
            }
            _ => {}
        }
    }

    fn if_statement(&mut self, node: Node<'t>, depth: u32, body: &mut Vec<Stmt>) {
        let Some(then) = node.child_by_field_name("consequence") else { return };
        let otherwise = node.child_by_field_name("alternative");
        let otherwise = otherwise.map(|clause| match clause.kind() {
            "else_clause" => children(clause).into_iter().next_back().unwrap_or(clause),
            _ => clause,
        });
        let condition = self.condition(node, depth);
        if let Some(otherwise) = otherwise
            && self.differ_in_a_truth_value(then, otherwise)
        {
            let mut inner = self.block(then, depth);
            let at = inner.iter().position(|statement| is_flag(statement).is_some());
            if let Some(at) = at {
                let name = inner.get(at).and_then(is_flag).unwrap_or_default();
                inner.remove(at);
                let switched = Switched { condition, name, body: inner };
                body.push(Stmt::Switched(Box::new(switched)));
                return;
            }
        }
        let clause = node.child_by_field_name("condition");
        let mut init = Vec::new();
        if let Some(first) = clause.and_then(|clause| clause.child_by_field_name("initializer")) {
            for child in children(first) {
                self.statement(child, depth, &mut init);
            }
        }
        let then = self.one(then, depth);
        let otherwise = otherwise.map(|otherwise| self.one(otherwise, depth));
        body.push(Stmt::If(Box::new(If { init, condition, then, otherwise })));
    }

    /// Whether two blocks are the same but for `true` in the first where the second has `false`.
    fn differ_in_a_truth_value(&self, then: Node<'t>, otherwise: Node<'t>) -> bool {
        let (a, b) = (self.text_of(then), self.text_of(otherwise));
        if a.len() + 1 != b.len() {
            return false;
        }
        let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
        let (Some(a), Some(b)) = (a.get(same..), b.get(same..)) else { return false };
        match (a.strip_prefix("true"), b.strip_prefix("false")) {
            (Some(a), Some(b)) => {
                a == b
                    && lex(a).first().is_none_or(|next| {
                        next.kind != Kind::Name || slice(a, next.span).is_empty()
                    })
            }
            _ => false,
        }
    }

    fn for_statement(&mut self, node: Node<'t>, depth: u32) -> For {
        let mut init = Vec::new();
        if let Some(first) = node.child_by_field_name("initializer") {
            if first.kind() == "declaration" {
                init.push(Stmt::Declare(self.declarations(first, depth)));
            } else {
                init.push(Stmt::Expr(self.expression(first, depth)));
            }
        }
        let condition = node.child_by_field_name("condition");
        let update = node.child_by_field_name("update");
        let unroll = self.source.pragma_before(node.start_byte());
        let unroll = unroll.map(|pragma| Unroll { count: pragma.count.clone(), site: pragma.site });
        let inner = node.child_by_field_name("body");
        let head = node.child_by_field_name("body").map_or(node.end_byte(), |b| b.start_byte());
        For {
            init,
            condition: condition.map(|condition| self.expression(condition, depth)),
            update: update.map(|update| self.expression(update, depth)),
            body: inner.map_or(Stmt::Block(Vec::new()), |inner| self.one(inner, depth)),
            unroll,
            site: self.source.site(node.start_byte(), head),
        }
    }

    fn switch(&mut self, node: Node<'t>, depth: u32, body: &mut Vec<Stmt>) {
        let value = self.condition(node, depth);
        let mut cases = Vec::new();
        let inner = node.child_by_field_name("body").map_or(Vec::new(), children);
        for case in inner.into_iter().filter(|n| n.kind() == "case_statement") {
            let label = case.child_by_field_name("value");
            let mut statements = Vec::new();
            for child in children(case) {
                if Some(child) != label {
                    self.statement(child, depth + 1, &mut statements);
                }
            }
            cases.push((label.map(|label| self.expression(label, depth)), statements));
        }
        body.push(Stmt::Switch(value, cases));
    }

    pub(super) fn lambda(&mut self, node: Node<'t>, depth: u32) -> Option<crate::ast::Function> {
        let body = node.child_by_field_name("body")?;
        let list = node.child_by_field_name("declarator");
        let list = list.and_then(|declarator| declarator.child_by_field_name("parameters"));
        let parameters = list.map_or(Vec::new(), |list| self.parameters(list, depth));
        Some(crate::ast::Function {
            name: "lambda".to_owned(),
            scope: Vec::new(),
            template: Vec::new(),
            special: None,
            parameters,
            body: Some(self.block(body, depth)),
            sets: Vec::new(),
            is_kernel: false,
            is_device: false,
            bounds: Vec::new(),
            mentions: Rc::default(),
            launches: false,
            site: self.site(node),
        })
    }
}

/// `A < x > b;` computes nothing: it declares `b` of type `A<x>`.
fn declares(expr: Expr) -> Result<Declaration, Expr> {
    let ExprKind::Binary(Op::Greater, left, right) = expr.kind else { return Err(expr) };
    let site = expr.site;
    let is_one = matches!(&right.kind, ExprKind::Name(path) if path.parts.len() == 1);
    let is_type = matches!(&left.kind, ExprKind::Binary(Op::Less, of, _)
        if matches!(&of.kind, ExprKind::Name(_)));
    let (true, true) = (is_one, is_type) else {
        return Err(Expr { kind: ExprKind::Binary(Op::Greater, left, right), site });
    };
    let (ExprKind::Name(name), ExprKind::Binary(_, of, argument)) = (right.kind, left.kind) else {
        return Err(Expr { kind: ExprKind::Unknown(Vec::new()), site });
    };
    let ExprKind::Name(mut path) = of.kind else {
        return Err(Expr { kind: ExprKind::Unknown(Vec::new()), site });
    };
    let mut arguments = Vec::new();
    let mut open = vec![*argument];
    while let Some(next) = open.pop() {
        match next.kind {
            ExprKind::Both(first, second) => open.extend([*second, *first]),
            kind => arguments.push(TemplateArgument::Value(Expr { kind, site: next.site })),
        }
    }
    if let Some(last) = path.parts.last_mut() {
        last.arguments = Some(Rc::new(arguments));
    }
    Ok(Declaration {
        names: vec![name.last().to_owned()],
        of: TypeExpr {
            path: Some(path),
            of: None,
            pointer: false,
            reference: false,
            constant: false,
            site: of.site,
        },
        sizes: Vec::new(),
        init: Init::None,
        is_static: false,
        is_constexpr: false,
        site: right.site,
    })
}

/// The name of a constant that a statement declares as true.
fn is_flag(statement: &Stmt) -> Option<String> {
    let Stmt::Declare(all) = statement else { return None };
    let [one] = all.as_slice() else { return None };
    let is_true = match &one.init {
        Init::Value(value) => matches!(value.kind, ExprKind::Known(Constant::Bool(true))),
        _ => false,
    };
    match one.names.as_slice() {
        [name] if is_true => Some(name.clone()),
        _ => None,
    }
}

/// Shared by those that keep an expression for later.
pub(super) fn shared(value: Expr) -> Rc<Expr> {
    Rc::new(value)
}
