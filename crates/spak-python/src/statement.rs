//! Statements.

use std::rc::Rc;

use ruff_python_ast::{self as ast, Expr, Stmt};
use spak_program::{Condition, Op, given};

use crate::frame::Frame;
use crate::machine::Machine;
use crate::value::{Class, Code, Value, positional};

/// Whether what follows a statement is reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    Next,
    Stop,
}

impl<'a> Machine<'a> {
    /// Runs statements in order. Conditions that a branch leaves behind (because its other way ended) stay until the
    /// caller takes them off.
    pub(crate) fn block(&mut self, body: &'a [Stmt], frame: &Rc<Frame<'a>>) -> Flow {
        for statement in body {
            if !self.step() {
                return Flow::Stop;
            }
            if self.statement(statement, frame) == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::Next
    }

    fn statement(&mut self, statement: &'a Stmt, frame: &Rc<Frame<'a>>) -> Flow {
        match statement {
            Stmt::FunctionDef(definition) => {
                let value = self.define(definition, frame);
                frame.set(definition.name.as_str(), value);
            }
            Stmt::ClassDef(definition) => {
                let value = self.define_class(definition, frame);
                frame.set(definition.name.as_str(), value);
            }
            Stmt::Return(statement) => {
                let site = self.site(statement);
                let value = match &statement.value {
                    Some(value) => self.eval(value, frame),
                    None => self.none(site),
                };
                let conditions = self.since(frame);
                frame.returns.borrow_mut().push((value, conditions));
                return Flow::Stop;
            }
            Stmt::Assign(statement) => {
                let value = self.eval(&statement.value, frame);
                for target in &statement.targets {
                    self.assign(target, value.clone(), frame);
                }
            }
            Stmt::AnnAssign(statement) => {
                if let Some(value) = &statement.value {
                    let value = self.eval(value, frame);
                    self.assign(&statement.target, value, frame);
                }
            }
            Stmt::AugAssign(statement) => {
                let site = self.site(statement);
                let left = self.eval(&statement.target, frame);
                let right = self.eval(&statement.value, frame);
                let value = self.augmented(statement.op, left, right, site);
                self.assign(&statement.target, value, frame);
            }
            Stmt::For(statement) => return self.for_statement(statement, frame),
            Stmt::While(statement) => return self.while_statement(statement, frame),
            Stmt::If(statement) => return self.if_statement(statement, frame),
            Stmt::With(statement) => {
                let limits = self.timeouts.len();
                for item in &statement.items {
                    self.note_timeout(&item.context_expr, frame);
                    let value = self.eval(&item.context_expr, frame);
                    if let Some(target) = &item.optional_vars {
                        self.assign(target, value, frame);
                    }
                }
                let flow = self.block(&statement.body, frame);
                self.timeouts.truncate(limits);
                return flow;
            }
            Stmt::Match(statement) => {
                self.eval(&statement.subject, frame);
                let site = self.site(statement);
                self.graph.gap("a match statement", site);
            }
            Stmt::Raise(statement) => {
                let site = self.site(statement);
                let conditions = self.graph.conditions.clone();
                self.demand_not(&conditions, site);
                return Flow::Stop;
            }
            Stmt::Try(statement) => {
                let depth = self.graph.conditions.len();
                let flow = self.block(&statement.body, frame);
                if flow == Flow::Next {
                    self.block(&statement.orelse, frame);
                }
                // What the handlers do is not what the program is for; what was left behind by a raise is.
                self.graph.conditions.truncate(depth.max(self.graph.conditions.len()));
                self.block(&statement.finalbody, frame);
                return flow;
            }
            Stmt::Assert(statement) => {
                let site = self.site(statement);
                let value = self.eval(&statement.test, frame);
                let value = self.as_node(&value, site);
                self.demand(value, site);
                if self.graph.known(value).is_none() {
                    self.graph.conditions.push(Condition { value, holds: true });
                }
            }
            Stmt::Import(statement) => self.import(statement, frame),
            Stmt::ImportFrom(statement) => self.import_from(statement, frame),
            Stmt::Expr(statement) => {
                self.eval(&statement.value, frame);
            }
            Stmt::Break(_) | Stmt::Continue(_) => return Flow::Stop,
            Stmt::Delete(_)
            | Stmt::TypeAlias(_)
            | Stmt::Global(_)
            | Stmt::Nonlocal(_)
            | Stmt::Pass(_)
            | Stmt::IpyEscapeCommand(_) => {}
        }
        Flow::Next
    }

    /// Notes a limit on the time that compilations within take.
    fn note_timeout(&mut self, context: &'a Expr, frame: &Rc<Frame<'a>>) {
        let Expr::Call(call) = context else { return };
        let is_limit = matches!(self.eval(&call.func, frame), Value::Path(path)
            if path.rsplit('.').next() == Some("compiler_timeout"));
        let keyword = || call.arguments.keywords.first().map(|keyword| &keyword.value);
        let Some(limit) = call.arguments.args.first().or_else(keyword).filter(|_| is_limit) else {
            return;
        };
        let site = self.site(limit);
        let limit = self.eval(limit, frame);
        let limit = self.as_node(&limit, site);
        self.timeouts.push(limit);
    }

    /// The conditions that were added since the run of a frame began.
    pub(crate) fn since(&self, frame: &Frame<'a>) -> Vec<Condition> {
        self.graph.conditions.get(frame.depth..).unwrap_or(&[]).to_vec()
    }

    /// Notes that a condition must hold.
    pub(crate) fn demand(&mut self, value: spak_program::NodeId, site: spak_program::Site) {
        let node = self.graph.named(Op::Call, "assert", vec![given("condition", value)], site);
        self.graph.effect(node);
    }

    /// Notes that these must not hold together. Only the last matters where the others are decided by the caller.
    fn demand_not(&mut self, conditions: &[Condition], site: spak_program::Site) {
        let Some((last, before)) = conditions.split_last() else { return };
        let value = if last.holds {
            self.graph.node(Op::Not, vec![given("a", last.value)], site)
        } else {
            last.value
        };
        let all = std::mem::replace(&mut self.graph.conditions, before.to_vec());
        self.demand(value, site);
        self.graph.conditions = all;
    }

    /// Binds a target to a value.
    pub(crate) fn assign(&mut self, target: &'a Expr, value: Value<'a>, frame: &Rc<Frame<'a>>) {
        match target {
            Expr::Name(name) => {
                let site = self.site(name);
                self.note_name(name.id.as_str(), &value, site);
                frame.set(name.id.as_str(), value);
            }
            Expr::Tuple(ast::ExprTuple { elts, .. }) | Expr::List(ast::ExprList { elts, .. }) => {
                self.assign_parts(elts, &value, frame);
            }
            Expr::Starred(starred) => self.assign(&starred.value, value, frame),
            Expr::Subscript(subscript) => {
                let object = self.eval(&subscript.value, frame);
                let index = self.eval(&subscript.slice, frame);
                let site = self.site(subscript);
                self.set_item(&object, index, value, site);
            }
            Expr::Attribute(attribute) => {
                let object = self.eval(&attribute.value, frame);
                self.set_field(&object, attribute.attr.as_str(), value);
            }
            _ => {}
        }
    }

    fn assign_parts(&mut self, targets: &'a [Expr], value: &Value<'a>, frame: &Rc<Frame<'a>>) {
        let star = targets.iter().position(|target| matches!(target, Expr::Starred(_)));
        let known = self.elements(value);
        for (at, target) in targets.iter().enumerate() {
            let site = self.site(target);
            let part = match (&known, star) {
                (Some(items), None) => items.get(at).cloned(),
                (Some(items), Some(star)) if at == star => {
                    let end = items.len().saturating_sub(targets.len() - 1 - star);
                    Some(Value::list(items.get(star..end.max(star)).unwrap_or(&[]).to_vec()))
                }
                (Some(items), Some(star)) if at > star => items
                    .len()
                    .checked_sub(targets.len() - at)
                    .and_then(|at| items.get(at))
                    .cloned(),
                (Some(items), Some(_)) => items.get(at).cloned(),
                (None, Some(star)) if at >= star => Some(self.unknown(site)),
                (None, _) => Some(self.item(value, at as i64, site)),
            };
            let part = match part {
                Some(part) => part,
                None => self.unknown(site),
            };
            self.assign(target, part, frame);
        }
    }

    fn define_class(
        &mut self,
        definition: &'a ast::StmtClassDef,
        frame: &Rc<Frame<'a>>,
    ) -> Value<'a> {
        let bases = positional(definition.arguments.as_deref())
            .iter()
            .map(|base| self.eval(base, frame))
            .collect();
        let members = Frame::within(frame, self.graph.conditions.len());
        self.block(&definition.body, &members);
        Value::Class(Rc::new(Class {
            name: definition.name.to_string(),
            definition,
            bases,
            members,
            site: self.site(definition),
        }))
    }

    /// A function as its definition says, with its decorators applied.
    fn define(&mut self, definition: &'a ast::StmtFunctionDef, frame: &Rc<Frame<'a>>) -> Value<'a> {
        let decorators: Vec<Value<'a>> = definition
            .decorator_list
            .iter()
            .map(|decorator| self.eval(&decorator.expression, frame))
            .collect();
        let site = self.site(definition);
        let name = definition.name.as_str();
        let function = self.function(name, Code::Definition(definition), frame, site);
        let mut value = Value::Function(Rc::new(function));
        for (decorator, written) in decorators.iter().zip(&definition.decorator_list).rev() {
            let site = self.site(written);
            value = self.decorate(decorator, value, site);
        }
        value
    }
}
