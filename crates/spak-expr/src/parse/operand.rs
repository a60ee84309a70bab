//! Operands: literals, names, calls, lists, quantifiers, and what stands before or after them.

use spak_syntax::Diagnostic;

use super::{Built, Level, Parser, Read};
use crate::aggregation::aggregation;
use crate::codes::{EXPECTED_EXPRESSION, EXPRESSION_TOO_DEEP};
use crate::expr::{Argument, Call, Expr, ExprKind, Number, UnaryOp};
use crate::formality::is_identifier;
use crate::lexer::{Kind, Numeral, Token, unquote};
use crate::unit::Unit;

/// Words that are never names.
pub(super) const KEYWORDS: &[&str] = &["and", "or", "not", "in", "if", "else", "implies"];

impl Parser<'_> {
    pub(super) fn operand(&mut self) -> Read<Built> {
        let start = self.token.start;
        match self.token.kind {
            Kind::Symbol("-") => self.negative(start),
            Kind::Symbol("+") => {
                self.take();
                self.expression(Level::MINUS)
            }
            Kind::Symbol("!") => self.negation(start, Level::MINUS),
            Kind::Symbol("not") => self.negation(start, Level::NOT),
            Kind::Symbol("√") => self.root(),
            Kind::Name if self.word() == "not" => self.negation(start, Level::NOT),
            _ => match self.quantifier() {
                Some(quantifier) => self.quantified(start, quantifier),
                None => {
                    let primary = self.primary()?;
                    self.postfix(start, primary)
                }
            },
        }
    }

    fn negation(&mut self, start: usize, level: Level) -> Read<Built> {
        self.take();
        let operand = self.expression(level)?;
        self.node(start, operand.height, ExprKind::Unary(UnaryOp::Not, Box::new(operand.expr)))
    }

    /// `-x`; the minus of a literal becomes part of it.
    fn negative(&mut self, start: usize) -> Read<Built> {
        self.take();
        if let Kind::Number(Numeral::Int(magnitude), unit) = self.token.kind
            && magnitude == i64::MIN.unsigned_abs()
            && !self.second().is("**")
        {
            self.take();
            return self.node(start, 0, literal(Number::Int(i64::MIN), unit));
        }
        let operand = self.expression(Level::MINUS)?;
        let negated = match operand.expr.kind {
            ExprKind::Number(n) => negate(n).map(ExprKind::Number),
            ExprKind::Quantity(n, unit) => negate(n).map(|n| ExprKind::Quantity(n, unit)),
            _ => None,
        };
        match negated {
            Some(kind) => self.node(start, 0, kind),
            None => {
                let kind = ExprKind::Unary(UnaryOp::Minus, Box::new(operand.expr));
                self.node(start, operand.height, kind)
            }
        }
    }

    /// `√D` is `sqrt(D)`.
    fn root(&mut self) -> Read<Built> {
        let sign = self.take();
        let operand = self.expression(Level::OPERAND)?;
        let arguments = vec![Argument { name: None, value: operand.expr }];
        let name_span = sign.span(self.base);
        let call = Call { function: "sqrt".to_owned(), name_span, arguments };
        self.node(sign.start, operand.height, ExprKind::Call(call))
    }

    fn primary(&mut self) -> Read<Built> {
        let token = self.token;
        match token.kind {
            Kind::Number(numeral, unit) => {
                let number = match numeral {
                    Numeral::Float(f) => Number::Float(f),
                    Numeral::Int(i) => match i64::try_from(i) {
                        Ok(i) => Number::Int(i),
                        Err(_) => return Err(self.bad_number()),
                    },
                };
                self.take();
                self.node(token.start, 0, literal(number, unit))
            }
            Kind::Text => {
                self.take();
                self.node(token.start, 0, ExprKind::Text(unquote(token.text(self.text))))
            }
            Kind::Date => {
                self.take();
                self.node(token.start, 0, ExprKind::Text(token.text(self.text).to_owned()))
            }
            Kind::Name => {
                let word = self.word();
                if KEYWORDS.contains(&word) {
                    return Err(self.unexpected("a value"));
                }
                self.take();
                let is_call = self.token.is("(") && self.token.start == token.end;
                match word {
                    "true" | "True" => self.node(token.start, 0, ExprKind::Bool(true)),
                    "false" | "False" => self.node(token.start, 0, ExprKind::Bool(false)),
                    _ if is_call => self.call(token),
                    _ if self.options.implicit_multiplication && aggregation(word).is_some() => {
                        self.aggregate(token)
                    }
                    _ => self.node(token.start, 0, ExprKind::Name(word.to_owned())),
                }
            }
            Kind::Symbol("(") => self.parenthesis(),
            Kind::Symbol("[") => self.list("]"),
            // `{{` opens a place of a template, which is not for this language to read.
            Kind::Symbol("{") if !self.second().is("{") => self.list("}"),
            Kind::Symbol(_) | Kind::Bad(_) | Kind::End => Err(self.unexpected("a value")),
        }
    }

    /// `mean_t CrossEntropy(logits(t), target)` is `mean_t(CrossEntropy(logits(t), target))`: it takes
    /// the product that follows. Words that no formula contains leave it a name.
    fn aggregate(&mut self, name: Token) -> Read<Built> {
        let second = self.second();
        let is_called = second.is("(") && second.start == self.token.end;
        let starts = match self.token.kind {
            Kind::Symbol("(") => true,
            Kind::Name => is_called || is_identifier(self.word()),
            _ => false,
        };
        let function = name.text(self.text).to_owned();
        if starts && !self.bare_aggregates.contains(&name.start) {
            let mark = self.mark();
            match self.expression(Level::MULTIPLY) {
                Ok(operand) => {
                    let arguments = vec![Argument { name: None, value: operand.expr }];
                    let call = Call { function, name_span: name.span(self.base), arguments };
                    return self.node(name.start, operand.height, ExprKind::Call(call));
                }
                Err(error) if error.code == EXPRESSION_TOO_DEEP => return Err(error),
                Err(_) => {
                    self.bare_aggregates.insert(name.start);
                    self.reset(mark);
                }
            }
        }
        self.node(name.start, 0, ExprKind::Name(function))
    }

    fn parenthesis(&mut self) -> Read<Built> {
        let open = self.token;
        let (mut items, height) = self.items(")")?;
        let span = self.since(open.start);
        let is_tuple = items.1;
        match items.0.pop() {
            Some(only) if items.0.is_empty() && !is_tuple => {
                Ok(Built { expr: Expr::new(span, only.kind), height })
            }
            Some(last) => {
                items.0.push(last);
                self.node(open.start, height, ExprKind::List(items.0))
            }
            None => Err(Box::new(
                Diagnostic::error(
                    EXPECTED_EXPRESSION,
                    span,
                    "there is nothing in these parentheses",
                )
                .repair("write a value, or `[]` for an empty list"),
            )),
        }
    }

    fn list(&mut self, close: &'static str) -> Read<Built> {
        let open = self.token;
        let (items, height) = self.items(close)?;
        self.node(open.start, height, ExprKind::List(items.0))
    }

    /// From the opening bracket to `close`: the expressions, whether there was a comma, and their height.
    fn items(&mut self, close: &'static str) -> Read<((Vec<Expr>, bool), usize)> {
        let open = self.take();
        self.brackets += 1;
        let (mut items, mut comma, mut height) = (Vec::new(), false, 0);
        while !self.token.is(close) {
            let item = self.expression(Level::LOWEST)?;
            height = height.max(item.height);
            items.push(item.expr);
            if !self.token.is(",") {
                break;
            }
            comma = true;
            self.take();
        }
        self.close(open, close)?;
        Ok(((items, comma), height))
    }

    /// Takes the closing bracket of `open`.
    fn close(&mut self, open: Token, close: &'static str) -> Read<()> {
        if !self.token.is(close) {
            return Err(self.unclosed(open, close));
        }
        self.brackets = self.brackets.saturating_sub(1);
        self.take();
        Ok(())
    }

    fn call(&mut self, name: Token) -> Read<Built> {
        let open = self.take();
        self.brackets += 1;
        let (mut arguments, mut height) = (Vec::new(), 0);
        while !self.token.is(")") {
            let mut argument_name = None;
            if self.token.kind == Kind::Name && self.second().is("=") {
                argument_name = Some(self.word().to_owned());
                self.take();
                self.take();
            }
            let value = self.expression(Level::LOWEST)?;
            height = height.max(value.height);
            arguments.push(Argument { name: argument_name, value: value.expr });
            if !self.token.is(",") {
                break;
            }
            self.take();
        }
        self.close(open, ")")?;
        let function = name.text(self.text).to_owned();
        let call = Call { function, name_span: name.span(self.base), arguments };
        self.node(name.start, height, ExprKind::Call(call))
    }

    /// `[…]` and `.field` after an operand.
    fn postfix(&mut self, start: usize, mut base: Built) -> Read<Built> {
        loop {
            let is_tight = self.token.start == self.taken;
            if self.token.is("[") && is_tight {
                let (items, height) = self.items("]")?;
                if items.0.is_empty() {
                    return Err(self.unexpected_at(self.since(start), "an index"));
                }
                let kind = ExprKind::Index(Box::new(base.expr), items.0);
                base = self.node(start, base.height.max(height), kind)?;
            } else if self.text.get(self.taken..).is_some_and(|r| r.starts_with('.'))
                && let Some(field) = self.field()
            {
                // `(a).b` is the name `a.b`, and so on.
                let kind = match base.expr.kind {
                    ExprKind::Name(name) => ExprKind::Name(format!("{name}.{field}")),
                    ExprKind::Field(inner, path) => {
                        ExprKind::Field(inner, format!("{path}.{field}"))
                    }
                    _ => ExprKind::Field(Box::new(base.expr), field),
                };
                base = self.node(start, base.height, kind)?;
            } else {
                return Ok(base);
            }
        }
    }

    /// A field after `]` or `)`: the dot is no token of its own, so it arrives as a bad one.
    fn field(&mut self) -> Option<String> {
        let dot = self.token;
        let name = self.second();
        if !matches!(dot.kind, Kind::Bad(_)) || name.kind != Kind::Name || name.start != dot.end {
            return None;
        }
        self.take();
        let name = self.take();
        Some(name.text(self.text).to_owned())
    }
}

fn literal(number: Number, unit: Option<Unit>) -> ExprKind {
    match unit {
        Some(unit) => ExprKind::Quantity(number, unit),
        None => ExprKind::Number(number),
    }
}

fn negate(number: Number) -> Option<Number> {
    match number {
        Number::Int(i) => i.checked_neg().map(Number::Int),
        Number::Float(f) => Some(Number::Float(-f)),
    }
}
