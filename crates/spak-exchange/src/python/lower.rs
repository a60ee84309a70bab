//! A Python expression as a formula, operator by operator.

use ruff_python_ast::{self as ast, Expr as Python, Number as PythonNumber, Operator};
use ruff_text_size::Ranged as _;
use spak_expr::codes::{BAD_NUMBER, EXPRESSION_TOO_DEEP};
use spak_expr::{
    Argument, BinaryOp, Call, Conditional, Expr, ExprKind, MAX_DEPTH, Number, UnaryOp,
};
use spak_syntax::{Diagnostic, Span};

use super::span;
use crate::codes::NOT_TRANSLATABLE;
use crate::item::NONE;

/// What is asked of an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wanted {
    /// Whether it holds.
    Truth,
    /// Its value.
    Value,
}

/// A translation in progress, with what is wrong so far.
#[derive(Debug, Default)]
pub(super) struct Lowering {
    pub(super) diagnostics: Vec<Diagnostic>,
}

impl Lowering {
    /// A whole restriction, which may be a lambda; `None` when something could not be translated.
    pub(super) fn restriction(&mut self, python: &Python) -> Option<Expr> {
        let body = match python {
            Python::Lambda(lambda) => {
                let plain = lambda.parameters.as_deref().is_none_or(|p| {
                    p.vararg.is_none()
                        && p.kwarg.is_none()
                        && p.iter_non_variadic_params().all(|p| p.default.is_none())
                });
                if !plain {
                    self.refuse(
                        span(lambda.range),
                        "this lambda",
                        "only plain arguments are known",
                    );
                    return None;
                }
                &*lambda.body
            }
            other => other,
        };
        self.expr(body, Wanted::Truth, 0)
    }

    /// Says that something cannot be translated.
    pub(super) fn refuse(&mut self, at: Span, what: &str, repair: &str) {
        let message = format!("{what} cannot be translated");
        self.diagnostics.push(
            Diagnostic::error(NOT_TRANSLATABLE, at, message)
                .because("restrictions are formulas over parameters, not Python programs")
                .repair(repair),
        );
    }

    /// One expression, `depth` levels below the root of the formula.
    pub(super) fn expr(&mut self, python: &Python, wanted: Wanted, depth: usize) -> Option<Expr> {
        let at = span(python.range());
        // The deepest translation of one operator takes three levels.
        if depth + 4 > MAX_DEPTH {
            let message =
                format!("the expression is nested more than {MAX_DEPTH} levels deep here");
            self.diagnostics.push(
                Diagnostic::error(EXPRESSION_TOO_DEEP, at, message)
                    .because("each operator of a sum without brackets is a level, too")
                    .repair(
                        "split it into several restrictions, or put brackets around its halves",
                    ),
            );
            return None;
        }
        let kind = match python {
            Python::NumberLiteral(n) => self.number(at, &n.value)?,
            Python::BooleanLiteral(b) => ExprKind::Bool(b.value),
            Python::StringLiteral(s) => ExprKind::Text(s.value.to_str().to_owned()),
            Python::NoneLiteral(_) => ExprKind::Text(NONE.to_owned()),
            Python::Name(name) => ExprKind::Name(name.id.as_str().to_owned()),
            Python::UnaryOp(unary) => return self.unary(at, unary, wanted, depth),
            Python::BinOp(binary) => self.binary(at, binary, depth)?,
            Python::BoolOp(junction) => self.junction(at, junction, wanted, depth)?,
            Python::Compare(compare) => self.compare(at, compare, depth)?,
            Python::If(c) => {
                let condition = self.expr(&c.test, Wanted::Truth, depth + 1);
                let then = self.expr(&c.body, wanted, depth + 1);
                let otherwise = self.expr(&c.orelse, wanted, depth + 1);
                ExprKind::Conditional(Box::new(Conditional {
                    condition: condition?,
                    then: then?,
                    otherwise: otherwise?,
                }))
            }
            Python::Call(call) => return self.call(at, call, depth),
            Python::Subscript(subscript) => return self.subscript(at, subscript, depth),
            Python::Attribute(attribute) => self.constant(at, attribute)?,
            Python::List(_) | Python::Tuple(_) | Python::Set(_) => {
                self.refuse(at, "a list as a value", "compare its elements one by one");
                return None;
            }
            other => {
                self.refuse(
                    at,
                    what(other),
                    "write it with operators, comparisons and known functions",
                );
                return None;
            }
        };
        Some(Expr::new(at, kind))
    }

    fn number(&mut self, at: Span, number: &PythonNumber) -> Option<ExprKind> {
        let message = match number {
            PythonNumber::Int(i) => match i.as_i64() {
                Some(i) => return Some(ExprKind::Number(Number::Int(i))),
                None => format!("the whole number {i} is beyond 64 bits"),
            },
            PythonNumber::Float(x) if x.is_finite() => {
                return Some(ExprKind::Number(Number::Float(*x)));
            }
            PythonNumber::Float(_) => "this number is beyond what a float holds".to_owned(),
            PythonNumber::Complex { .. } => "complex numbers are not known".to_owned(),
        };
        let diagnostic = Diagnostic::error(BAD_NUMBER, at, message);
        self.diagnostics.push(diagnostic.repair("write a smaller, real number"));
        None
    }

    fn unary(
        &mut self,
        at: Span,
        unary: &ast::ExprUnaryOp,
        wanted: Wanted,
        depth: usize,
    ) -> Option<Expr> {
        let kind = match unary.op {
            ast::UnaryOp::Not => {
                let operand = self.expr(&unary.operand, Wanted::Truth, depth + 1)?;
                ExprKind::Unary(UnaryOp::Not, Box::new(operand))
            }
            ast::UnaryOp::USub => {
                let operand = self.expr(&unary.operand, Wanted::Value, depth + 1)?;
                ExprKind::Unary(UnaryOp::Minus, Box::new(operand))
            }
            // What holds with a plus holds without it.
            ast::UnaryOp::UAdd if wanted == Wanted::Truth => {
                return self.expr(&unary.operand, Wanted::Truth, depth + 1);
            }
            ast::UnaryOp::UAdd => {
                let operand = self.expr(&unary.operand, Wanted::Value, depth + 1)?;
                if !operand.is_condition() {
                    return Some(Expr { span: at, ..operand });
                }
                call("int", at, at, vec![operand])
            }
            ast::UnaryOp::Invert => {
                let operand = self.expr(&unary.operand, Wanted::Value, depth + 1)?;
                call("bit_not", at, Span::new(at.start, at.start + 1), vec![operand])
            }
        };
        Some(Expr::new(at, kind))
    }

    fn binary(&mut self, at: Span, binary: &ast::ExprBinOp, depth: usize) -> Option<ExprKind> {
        let a = self.expr(&binary.left, Wanted::Value, depth + 1);
        let b = self.expr(&binary.right, Wanted::Value, depth + 1);
        let (a, b) = (a?, b?);
        let op = match binary.op {
            Operator::Add => BinaryOp::Add,
            Operator::Sub => BinaryOp::Subtract,
            Operator::Mult => BinaryOp::Multiply,
            Operator::Div => BinaryOp::Divide,
            Operator::FloorDiv => BinaryOp::FloorDivide,
            Operator::Mod => BinaryOp::Remainder,
            Operator::Pow => BinaryOp::Power,
            Operator::MatMult => {
                self.refuse(at, "a product of matrices", "parameters are single values");
                return None;
            }
            bits => {
                let between = Span::new(a.span.end, b.span.start);
                // Of truth values, `&` and `|` make what `and` and `or` make.
                let truths = is_truth(&a) && is_truth(&b);
                return Some(match bits {
                    Operator::BitAnd if truths => ExprKind::And(vec![a, b]),
                    Operator::BitOr if truths => ExprKind::Or(vec![a, b]),
                    Operator::BitAnd => call("bit_and", at, between, vec![a, b]),
                    Operator::BitOr => call("bit_or", at, between, vec![a, b]),
                    Operator::BitXor => call("bit_xor", at, between, vec![a, b]),
                    Operator::LShift => call("shift_left", at, between, vec![a, b]),
                    _ => call("shift_right", at, between, vec![a, b]),
                });
            }
        };
        Some(ExprKind::Binary(op, Box::new(a), Box::new(b)))
    }

    fn junction(
        &mut self,
        at: Span,
        junction: &ast::ExprBoolOp,
        wanted: Wanted,
        depth: usize,
    ) -> Option<ExprKind> {
        let read: Vec<Option<Expr>> =
            junction.values.iter().map(|v| self.expr(v, Wanted::Truth, depth + 1)).collect();
        let items: Vec<Expr> = read.into_iter().collect::<Option<_>>()?;
        let word = if junction.op == ast::BoolOp::And { "and" } else { "or" };
        if wanted == Wanted::Value
            && let Some(operand) = items.iter().find(|item| !is_truth(item))
        {
            let message = format!("the value of `{word}` is used, and it is not a truth value");
            self.diagnostics.push(
                Diagnostic::error(NOT_TRANSLATABLE, at, message)
                    .related(operand.span, "may be the value, as it is")
                    .because("Python gives one of the operands here, not whether both hold")
                    .repair("write `a if a else b` for `a or b`, or compare the operand"),
            );
            return None;
        }
        Some(if junction.op == ast::BoolOp::And {
            ExprKind::And(items)
        } else {
            ExprKind::Or(items)
        })
    }
}

/// Whether the value is a truth value whatever the parameters are.
pub(super) fn is_truth(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Call(call) => call.function == "bool",
        ExprKind::And(items) | ExprKind::Or(items) => items.iter().all(is_truth),
        ExprKind::Conditional(c) => is_truth(&c.then) && is_truth(&c.otherwise),
        _ => expr.is_condition(),
    }
}

/// A call of `function`, whose name stands at `name`.
pub(super) fn call(function: &str, _at: Span, name: Span, arguments: Vec<Expr>) -> ExprKind {
    ExprKind::Call(Call {
        function: function.to_owned(),
        name_span: name,
        arguments: arguments.into_iter().map(|value| Argument { name: None, value }).collect(),
    })
}

/// What an expression that cannot be translated is called.
fn what(python: &Python) -> &'static str {
    match python {
        Python::Named(_) => "an assignment",
        Python::Lambda(_) => "a lambda inside of an expression",
        Python::Dict(_) | Python::DictComp(_) => "a dictionary",
        Python::ListComp(_) | Python::SetComp(_) | Python::Generator(_) => "a comprehension",
        Python::Await(_) | Python::Yield(_) | Python::YieldFrom(_) => "`await` or `yield`",
        Python::FString(_) | Python::TString(_) => "a text with computed parts",
        Python::BytesLiteral(_) => "a text of bytes",
        Python::EllipsisLiteral(_) => "`...`",
        Python::Starred(_) => "`*`",
        Python::Slice(_) => "a slice",
        _ => "this expression",
    }
}
