//! Nodes for operators between operands: what stands on their right, and how chains are kept flat.

use spak_syntax::{Diagnostic, Edit};

use super::{Built, Infix, Level, Parser, Read};
use crate::codes::SINGLE_EQUALS;
use crate::expr::{BinaryOp, CompareOp, Conditional, Expr, ExprKind};

impl Parser<'_> {
    /// The node for the operator that comes next; `left` is only taken when its right side was read.
    pub(super) fn infix_node(
        &mut self,
        start: usize,
        left: &mut Option<Built>,
        infix: Infix,
    ) -> Read<Built> {
        let level = infix.level();
        match infix {
            Infix::Binary(op) => {
                self.take();
                // A power's right side may have a minus, and both it and `=>` group to the right.
                let right = self.expression(match op {
                    BinaryOp::Implies => level,
                    BinaryOp::Power => Level::MINUS,
                    _ => level.tighter(),
                })?;
                self.binary(start, op, left, right)
            }
            Infix::Juxtaposed => {
                let right = self.expression(level.tighter())?;
                self.binary(start, BinaryOp::Multiply, left, right)
            }
            Infix::And | Infix::Or => self.chain(start, left, infix),
            Infix::Compare(_) | Infix::NotIn => self.comparison(start, left),
            Infix::Range => {
                self.take();
                let high = self.expression(level.tighter())?;
                let low = self.left(left)?;
                let height = low.height.max(high.height);
                let kind = ExprKind::Range(Box::new(low.expr), Box::new(high.expr));
                self.node(start, height, kind)
            }
            Infix::If => {
                self.take();
                let condition = self.expression(Level::OR)?;
                if self.word() != "else" {
                    return Err(self.unexpected("`else`"));
                }
                self.take();
                let otherwise = self.expression(level)?;
                let then = self.left(left)?;
                self.conditional(start, condition, then, otherwise)
            }
            Infix::Question => {
                self.take();
                let then = self.expression(level)?;
                if !self.token.is(":") {
                    return Err(self.unexpected("`:`"));
                }
                self.take();
                let otherwise = self.expression(level)?;
                let condition = self.left(left)?;
                self.conditional(start, condition, then, otherwise)
            }
        }
    }

    fn left(&self, left: &mut Option<Built>) -> Read<Built> {
        left.take().ok_or_else(|| self.unexpected("a value"))
    }

    fn binary(
        &self,
        start: usize,
        op: BinaryOp,
        left: &mut Option<Built>,
        right: Built,
    ) -> Read<Built> {
        let left = self.left(left)?;
        let height = left.height.max(right.height);
        self.node(start, height, ExprKind::Binary(op, Box::new(left.expr), Box::new(right.expr)))
    }

    fn conditional(
        &self,
        start: usize,
        condition: Built,
        then: Built,
        otherwise: Built,
    ) -> Read<Built> {
        let height = condition.height.max(then.height).max(otherwise.height);
        let parts =
            Conditional { condition: condition.expr, then: then.expr, otherwise: otherwise.expr };
        self.node(start, height, ExprKind::Conditional(Box::new(parts)))
    }

    /// `left and …`, as long as the same operator follows.
    fn chain(&mut self, start: usize, left: &mut Option<Built>, infix: Infix) -> Read<Built> {
        let is_and = matches!(infix, Infix::And);
        let mut height = 0;
        let mut more = Vec::new();
        loop {
            let mark = self.mark();
            self.take();
            match self.expression(infix.level().tighter()) {
                Ok(next) => {
                    height = height.max(next.height);
                    more.push(next.expr);
                }
                // What was read so far is a formula when only a part of the text has to be one.
                Err(error) if !more.is_empty() && self.may_end(&error, &mark) => {
                    self.leave(mark);
                    break;
                }
                Err(error) => return Err(error),
            }
            let goes_on = match self.infix() {
                Some(Infix::And) => is_and,
                Some(Infix::Or) => !is_and,
                _ => false,
            };
            if !goes_on {
                break;
            }
        }
        let first = self.left(left)?;
        let items = std::iter::once(first.expr).chain(more).collect();
        let kind = if is_and { ExprKind::And(items) } else { ExprKind::Or(items) };
        self.node(start, height.max(first.height), kind)
    }

    /// `left < … <= …`
    fn comparison(&mut self, start: usize, left: &mut Option<Built>) -> Read<Built> {
        let mut height = 0;
        let mut rest: Vec<(CompareOp, Expr)> = Vec::new();
        loop {
            let op = match self.infix() {
                Some(Infix::Compare(op)) => op,
                Some(Infix::NotIn) => CompareOp::NotIn,
                _ => break,
            };
            let mark = self.mark();
            if self.token.is("=") && !self.options.allow_equals {
                self.note_single_equals();
            }
            if self.take().text(self.text) == "not" {
                // The `in` of `not in`.
                self.take();
            }
            match self.expression(Level::COMPARE.tighter()) {
                Ok(next) => {
                    height = height.max(next.height);
                    rest.push((op, next.expr));
                }
                Err(error) if !rest.is_empty() && self.may_end(&error, &mark) => {
                    self.leave(mark);
                    break;
                }
                Err(error) => return Err(error),
            }
        }
        let first = self.left(left)?;
        self.node(start, height.max(first.height), ExprKind::Compare(Box::new(first.expr), rest))
    }

    fn note_single_equals(&mut self) {
        let span = self.here();
        self.notes.push(
            Diagnostic::error(SINGLE_EQUALS, span, "`=` gives a value to a name; equality is `==`")
                .because("a condition compares and changes nothing")
                .repair("write `==`")
                .fix(Edit::replace(span, "==")),
        );
    }
}
