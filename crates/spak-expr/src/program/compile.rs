//! From a tree to a program.

use super::{Op, Program, STACK, Scalar, Symbols};
use crate::builtins;
use crate::expr::{BinaryOp, CompareOp, Expr, ExprKind, Number, UnaryOp};
use crate::value::Quantity;

impl Program {
    /// The program of a formula whose names are `slots`, in that order; `None` when it needs more than
    /// numbers, truth values and texts, such as quantifiers, lists that are computed, or other names.
    ///
    /// Put values of other names in with [`crate::partial`] first: a name that is no slot is taken to
    /// have no value, so beside a slot it is a bare word.
    pub fn compile(expr: &Expr, slots: &[&str], symbols: &mut Symbols) -> Option<Self> {
        let program = Self { ops: Vec::new(), constants: Vec::new() };
        let mut compiler = Compiler { slots, symbols, program, height: 0 };
        compiler.expression(expr)?;
        Some(compiler.program)
    }
}

struct Compiler<'c> {
    slots: &'c [&'c str],
    symbols: &'c mut Symbols,
    program: Program,
    /// How many values are on the stack after the steps so far.
    height: usize,
}

impl Compiler<'_> {
    fn emit(&mut self, op: Op) -> usize {
        self.program.ops.push(op);
        self.program.ops.len() - 1
    }

    fn here(&self) -> usize {
        self.program.ops.len()
    }

    fn push(&mut self, op: Op) -> Option<()> {
        self.height += 1;
        self.emit(op);
        (self.height < STACK).then_some(())
    }

    /// Sets the target of the jump at `place` to what comes next.
    fn land(&mut self, place: usize) {
        let here = self.here();
        if let Some(
            Op::JumpIf(_, target) | Op::Chain(_, target) | Op::Unless(target) | Op::Jump(target),
        ) = self.program.ops.get_mut(place)
        {
            *target = here;
        }
    }

    fn expression(&mut self, expr: &Expr) -> Option<()> {
        match &expr.kind {
            ExprKind::Number(_)
            | ExprKind::Quantity(..)
            | ExprKind::Bool(_)
            | ExprKind::Text(_) => {
                let constant = self.constant(expr)?;
                self.push(Op::Push(constant))
            }
            ExprKind::Name(name) => {
                let slot = self.slot(name)?;
                self.push(Op::Load(slot))
            }
            ExprKind::Unary(op, operand) => {
                self.expression(operand)?;
                self.emit(if *op == UnaryOp::Minus { Op::Minus } else { Op::Not });
                Some(())
            }
            ExprKind::Binary(BinaryOp::Implies, a, b) => {
                self.expression(a)?;
                self.emit(Op::Not);
                self.either(std::iter::once(&**b), true)
            }
            ExprKind::Binary(op, a, b) => {
                self.expression(a)?;
                self.expression(b)?;
                self.emit(Op::Arithmetic(*op));
                self.height -= 1;
                Some(())
            }
            ExprKind::And(items) | ExprKind::Or(items) => {
                let decisive = matches!(expr.kind, ExprKind::Or(_));
                let (first, rest) = items.split_first()?;
                self.expression(first)?;
                self.either(rest.iter(), decisive)
            }
            ExprKind::Compare(first, rest) => self.comparison(first, rest),
            ExprKind::Conditional(c) => {
                self.expression(&c.condition)?;
                let unless = self.emit(Op::Unless(0));
                self.height -= 1;
                self.expression(&c.then)?;
                let skip = self.emit(Op::Jump(0));
                self.land(unless);
                self.height -= 1;
                self.expression(&c.otherwise)?;
                self.land(skip);
                Some(())
            }
            ExprKind::Call(call) => {
                let function = builtins::find(&call.function)?;
                for argument in &call.arguments {
                    self.expression(&argument.value)?;
                }
                let count = call.arguments.len();
                self.emit(Op::Call(function, count));
                self.height = (self.height + 1).checked_sub(count)?;
                Some(())
            }
            ExprKind::Index(..)
            | ExprKind::Field(..)
            | ExprKind::List(_)
            | ExprKind::Range(..)
            | ExprKind::Quantified(_) => None,
        }
    }

    /// With a condition on the stack: goes on to the next one unless it is `decisive`.
    fn either<'x>(&mut self, rest: impl Iterator<Item = &'x Expr>, decisive: bool) -> Option<()> {
        let mut jumps = Vec::new();
        for item in rest {
            jumps.push(self.emit(Op::JumpIf(decisive, 0)));
            self.height -= 1;
            self.expression(item)?;
        }
        self.emit(Op::Truth);
        for jump in jumps {
            self.land(jump);
        }
        Some(())
    }

    fn comparison(&mut self, first: &Expr, rest: &[(CompareOp, Expr)]) -> Option<()> {
        self.side(first, rest.first().map(|(_, e)| e))?;
        let mut left = first;
        let mut chained = Vec::new();
        for (i, (op, right)) in rest.iter().enumerate() {
            let is_last = i + 1 == rest.len();
            if matches!(op, CompareOp::In | CompareOp::NotIn) {
                let ExprKind::List(items) = &right.kind else { return None };
                let is_slot = left.as_name().is_some_and(|name| self.slot(name).is_some());
                let is_word = |e: &Expr| e.as_name().is_some_and(|w| is_slot && !w.contains('.'));
                let words = items.iter().any(is_word);
                let start = self.program.constants.len();
                for item in items {
                    let constant = match item.as_name().filter(|w| self.slot(w).is_none()) {
                        Some(word) if is_word(item) => Scalar::Text(self.symbols.number(word)?),
                        _ => self.constant(item)?,
                    };
                    self.program.constants.push(constant);
                }
                let end = self.program.constants.len();
                let negated = *op == CompareOp::NotIn;
                self.emit(Op::Among { start, end, negated, words });
                // A list in the middle of a chain would have to stay on the stack.
                if !is_last {
                    return None;
                }
            } else {
                self.side(right, Some(left))?;
                if is_last {
                    self.emit(Op::Compare(*op));
                } else {
                    chained.push(self.emit(Op::Chain(*op, 0)));
                }
                self.height -= 1;
            }
            left = right;
        }
        for place in chained {
            self.land(place);
        }
        Some(())
    }

    /// A bare word beside a slot stands for itself; beside a number it has no value when it is run.
    fn side(&mut self, expr: &Expr, other: Option<&Expr>) -> Option<()> {
        if let Some(word) = expr.as_name()
            && self.slot(word).is_none()
        {
            other.and_then(Expr::as_name).filter(|name| self.slot(name).is_some())?;
            let number = (!word.contains('.')).then(|| self.symbols.number(word))??;
            return self.push(Op::Push(Scalar::Text(number)));
        }
        self.expression(expr)
    }

    fn slot(&self, name: &str) -> Option<usize> {
        self.slots.iter().position(|slot| *slot == name)
    }

    fn constant(&mut self, expr: &Expr) -> Option<Scalar> {
        match &expr.kind {
            ExprKind::Number(Number::Int(i)) => Some(Scalar::Int(*i)),
            ExprKind::Number(Number::Float(f)) => Some(Scalar::Float(*f)),
            ExprKind::Bool(b) => Some(Scalar::Bool(*b)),
            ExprKind::Text(text) => self.symbols.number(text).map(Scalar::Text),
            ExprKind::Quantity(number, unit) => {
                let q = Quantity::of(number.as_float(), *unit);
                q.magnitude.is_finite().then_some(Scalar::Quantity(q.magnitude, q.dimension))
            }
            _ => None,
        }
    }
}
