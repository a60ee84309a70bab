//! Checking an expression without values: types, units, names, and comparisons that never hold.

mod calls;
mod comparisons;

use spak_syntax::{Diagnostic, Span};

use crate::arithmetic::different;
use crate::codes::{DIVISION_BY_ZERO, TYPE_MISMATCH};
use crate::eval::unknown_name;
use crate::expr::{BinaryOp, Expr, ExprKind, Number, Quantified, UnaryOp};
use crate::fault::Fault;
use crate::types::{Type, TypeEnv};

/// The type of an expression and everything that is wrong with it whatever the values are.
///
/// Where something is wrong or unknown the type is [`Type::Unknown`], so one mistake is reported once.
pub fn infer(expr: &Expr, env: &dyn TypeEnv) -> (Type, Vec<Diagnostic>) {
    let mut inference = Inference { env, bound: Vec::new(), diagnostics: Vec::new() };
    let found = inference.infer(expr);
    (found, inference.diagnostics)
}

/// As [`infer`], for an expression that has to be true or false.
pub fn infer_condition(expr: &Expr, env: &dyn TypeEnv) -> Vec<Diagnostic> {
    let mut inference = Inference { env, bound: Vec::new(), diagnostics: Vec::new() };
    inference.condition(expr);
    inference.diagnostics
}

struct Inference<'e> {
    env: &'e dyn TypeEnv,
    /// Quantified variables with their types, innermost last.
    bound: Vec<(&'e str, Type)>,
    diagnostics: Vec<Diagnostic>,
}

impl<'e> Inference<'e> {
    fn report(&mut self, fault: impl Into<Fault>, span: Span) -> Type {
        let fault: Fault = fault.into();
        self.diagnostics.push(*fault.at(span));
        Type::Unknown
    }

    fn infer(&mut self, expr: &'e Expr) -> Type {
        match &expr.kind {
            ExprKind::Number(Number::Int(_)) => Type::Int,
            ExprKind::Number(Number::Float(_)) => Type::Float,
            ExprKind::Quantity(_, unit) => Type::Quantity(unit.dimension()),
            ExprKind::Bool(_) => Type::Bool,
            ExprKind::Text(_) => Type::Text,
            ExprKind::Name(name) => self.name(name, expr.span),
            ExprKind::Unary(UnaryOp::Minus, operand) => match self.number(operand, "-") {
                Type::Bool => Type::Int,
                other => other,
            },
            ExprKind::Unary(UnaryOp::Not, operand) => {
                self.condition(operand);
                Type::Bool
            }
            ExprKind::Binary(BinaryOp::Implies, a, b) => {
                self.condition(a);
                self.condition(b);
                Type::Bool
            }
            ExprKind::Binary(op, a, b) => {
                let (left, right) = (self.infer(a), self.infer(b));
                self.binary(expr.span, *op, (a, left), (b, right))
            }
            ExprKind::And(items) | ExprKind::Or(items) => {
                for item in items {
                    self.condition(item);
                }
                Type::Bool
            }
            ExprKind::Compare(first, rest) => {
                self.comparison(first, rest);
                Type::Bool
            }
            ExprKind::Conditional(c) => {
                self.condition(&c.condition);
                let then = self.infer(&c.then);
                then.join(self.infer(&c.otherwise))
            }
            ExprKind::Call(call) => self.call(call, expr.span),
            ExprKind::Index(base, indices) => {
                let base = self.infer(base);
                for index in indices {
                    self.infer(index);
                }
                self.element(base, indices.len(), expr.span)
            }
            ExprKind::Field(base, _) => {
                self.infer(base);
                Type::Unknown
            }
            ExprKind::List(items) => {
                let types: Vec<Type> = items
                    .iter()
                    .map(|item| match self.infer(item) {
                        // A range among the elements stands for its values.
                        Type::List(element) if matches!(item.kind, ExprKind::Range(..)) => *element,
                        other => other,
                    })
                    .collect();
                Type::list(types.into_iter().reduce(Type::join).unwrap_or(Type::Unknown))
            }
            ExprKind::Range(low, high) => {
                self.number(low, "..");
                self.number(high, "..");
                Type::list(Type::Int)
            }
            ExprKind::Quantified(q) => {
                self.quantified(q);
                Type::Bool
            }
        }
    }

    fn condition(&mut self, expr: &'e Expr) {
        let found = self.infer(expr);
        if matches!(found, Type::Bool | Type::Int | Type::Unknown) {
            return;
        }
        let message = format!("this is {} and not true or false", found.describe());
        self.diagnostics.push(
            Diagnostic::error(TYPE_MISMATCH, expr.span, message)
                .repair("compare it with something, such as `!= 0`"),
        );
    }

    /// The type of an operand that has to be a number; anything else is reported and unknown.
    fn number(&mut self, expr: &'e Expr, symbol: &str) -> Type {
        let found = self.infer(expr);
        self.numeric(found, expr.span, symbol)
    }

    fn numeric(&mut self, found: Type, span: Span, symbol: &str) -> Type {
        if found == Type::Unknown || found.dimension().is_some() {
            return found;
        }
        let message = format!("`{symbol}` needs numbers, and this is {}", found.describe());
        let repair = "use a number; texts and lists are compared with `==` and `in`";
        self.report(Fault::types(message).with("", repair), span)
    }

    /// The type of `a op b`, whose operands are given with their types.
    fn binary(&mut self, span: Span, op: BinaryOp, a: (&Expr, Type), b: (&Expr, Type)) -> Type {
        let ((a, left), (b, right)) = (a, b);
        match (op, &left, &right) {
            (BinaryOp::MatrixProduct, ..) => return left.join(right),
            (BinaryOp::Add, Type::Text, Type::Text) => return Type::Text,
            _ => {}
        }
        let divides = matches!(op, BinaryOp::Divide | BinaryOp::FloorDivide | BinaryOp::Remainder);
        if divides && matches!(b.kind, ExprKind::Number(n) if n.as_float() == 0.0) {
            self.diagnostics.push(
                Diagnostic::error(DIVISION_BY_ZERO, span, "this divides by zero")
                    .because("the divisor is written as 0")
                    .repair("write another divisor"),
            );
            return Type::Unknown;
        }
        let left = self.numeric(left, a.span, op.symbol());
        let right = self.numeric(right, b.span, op.symbol());
        let (Some(x), Some(y)) = (left.dimension(), right.dimension()) else {
            return Type::Unknown;
        };
        if x.is_none() && y.is_none() {
            let is_whole = left != Type::Float && right != Type::Float;
            return match op {
                BinaryOp::Divide => Type::Float,
                // A negative exponent gives a float.
                BinaryOp::Power if is_whole => match b.kind {
                    ExprKind::Number(Number::Int(i)) if i >= 0 => Type::Int,
                    _ => Type::Unknown,
                },
                _ if is_whole => Type::Int,
                _ => Type::Float,
            };
        }
        let overflow = || Fault::overflow("the exponent of a unit");
        let result = match op {
            BinaryOp::Multiply => x.times(y).map(Type::measured).ok_or_else(overflow),
            BinaryOp::Divide => x.over(y).map(Type::measured).ok_or_else(overflow),
            BinaryOp::Power => match (y.is_none(), &b.kind) {
                (true, ExprKind::Number(Number::Int(i))) => {
                    x.power(*i).map(Type::measured).ok_or_else(overflow)
                }
                (true, _) if right != Type::Float => Ok(Type::Unknown),
                _ => Err(Fault::units("a quantity can only be raised to a whole number")),
            },
            _ if x != y => Err(different(op.symbol(), x, y)),
            BinaryOp::FloorDivide => Ok(Type::Float),
            _ => Ok(Type::measured(x)),
        };
        result.unwrap_or_else(|fault| self.report(fault, span))
    }

    fn find(&self, name: &str) -> Option<Type> {
        let (first, fields) = name.split_once('.').unwrap_or((name, ""));
        if let Some((_, found)) = self.bound.iter().rev().find(|(bound, _)| *bound == first) {
            return Some(if fields.is_empty() { found.clone() } else { Type::Unknown });
        }
        self.env.type_of(name).or_else(|| {
            // A field of a record, about which nothing more is known.
            name.rmatch_indices('.').find_map(|(dot, _)| {
                let record = self.env.type_of(name.get(..dot)?)?;
                matches!(record, Type::Record | Type::Unknown).then_some(Type::Unknown)
            })
        })
    }

    fn name(&mut self, name: &str, span: Span) -> Type {
        if let Some(found) = self.find(name) {
            return found;
        }
        let bound = self.bound.iter().map(|(name, _)| (*name).to_owned());
        let known = bound.chain(self.env.names()).collect();
        self.diagnostics.push(unknown_name(name, span, known));
        Type::Unknown
    }

    fn element(&mut self, base: Type, indices: usize, span: Span) -> Type {
        let mut found = base;
        for _ in 0..indices {
            found = match found {
                Type::List(element) => *element,
                Type::Unknown => Type::Unknown,
                other => {
                    let message =
                        format!("only lists have elements, and this is {}", other.describe());
                    return self.report(Fault::types(message), span);
                }
            };
        }
        found
    }

    fn quantified(&mut self, q: &'e Quantified) {
        let outer = self.bound.len();
        for binding in &q.bindings {
            let element = match &binding.domain {
                // What it indexes gives whole numbers.
                None => Type::Int,
                Some(domain) => match self.infer(domain) {
                    Type::List(element) => *element,
                    Type::Unknown => Type::Unknown,
                    other => {
                        let message = format!(
                            "a variable needs a list or range, and this is {}",
                            other.describe()
                        );
                        self.report(Fault::types(message), domain.span)
                    }
                },
            };
            self.bound.extend(binding.variables.iter().map(|v| (v.name.as_str(), element.clone())));
        }
        self.condition(&q.body);
        self.bound.truncate(outer);
    }
}
