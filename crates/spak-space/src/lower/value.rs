//! Values: numbers, texts, and calls.

use spak_expr::{BinaryOp, Call, Dimension, Expr, ExprKind, Number, Quantity, UnaryOp, Value};
use spak_syntax::Diagnostic;
use spak_syntax::diagnostic::suggest;

use super::{Lowering, Part};
use crate::dag::{Compare, FALSE, Node, Range, Real, TRUE, Type, Unary, Whole, magnitude};
use crate::problem::Dialect;
use crate::slow::{SlowOp, is_function};

/// Powers up to here are products.
const MAX_POWER: i64 = 8;

impl Lowering<'_> {
    pub(crate) fn value(&mut self, expr: &Expr) -> Result<Part, Box<Diagnostic>> {
        match &expr.kind {
            ExprKind::Number(Number::Int(i)) => Ok(self.constant(Value::Int(*i))),
            ExprKind::Number(Number::Float(x)) => Ok(self.constant(Value::Float(*x))),
            ExprKind::Quantity(number, unit) => {
                let quantity = Quantity::of(number.as_float(), *unit);
                if quantity.magnitude.is_finite() {
                    Ok(self.constant(Value::Quantity(quantity)))
                } else {
                    Ok(self.nothing())
                }
            }
            ExprKind::Bool(b) => Ok(self.constant(Value::Bool(*b))),
            ExprKind::Text(text) => Ok(self.constant(Value::from(text.as_str()))),
            ExprKind::Name(name) => self.name(name, expr),
            ExprKind::Unary(UnaryOp::Minus, operand) => {
                let part = self.value(operand)?;
                Ok(self.negated(part))
            }
            ExprKind::Unary(UnaryOp::Not, _)
            | ExprKind::Binary(BinaryOp::Implies, ..)
            | ExprKind::And(_)
            | ExprKind::Or(_)
            | ExprKind::Compare(..) => {
                let truth = self.condition(expr)?;
                Ok(self.as_value(truth))
            }
            ExprKind::Binary(BinaryOp::MatrixProduct, ..) => self.opaque(expr),
            ExprKind::Binary(op, a, b) => {
                let (a, b) = (self.value(a)?, self.value(b)?);
                Ok(self.binary(*op, a, b))
            }
            ExprKind::Conditional(c) => {
                let condition = self.condition(&c.condition)?;
                if condition.yes == TRUE {
                    return self.value(&c.then);
                }
                if condition.no == TRUE {
                    return self.value(&c.otherwise);
                }
                let (a, b) = (self.value(&c.then)?, self.value(&c.otherwise)?);
                let (x, y) =
                    (self.dag.all(&[condition.yes, a.ok]), self.dag.all(&[condition.no, b.ok]));
                let ok = if self.dag.not(condition.yes) == condition.no
                    && a.ok == TRUE
                    && b.ok == TRUE
                {
                    TRUE
                } else {
                    self.dag.any(&[x, y])
                };
                if let Some((a, b)) = self.same_kind(a.node, b.node) {
                    return Ok(Part { node: self.dag.select(condition.yes, a, b), ok });
                }
                // The branch that is not taken may have no value.
                let condition = Part { node: condition.yes, ok: TRUE };
                let (a, b) = (Part { ok: TRUE, ..a }, Part { ok: TRUE, ..b });
                let part = self.slow(SlowOp::Select, &[condition, a, b]);
                Ok(Part { node: part.node, ok: self.dag.all(&[ok, part.ok]) })
            }
            ExprKind::Call(call) => self.call(call, expr),
            ExprKind::Index(..)
            | ExprKind::Field(..)
            | ExprKind::List(_)
            | ExprKind::Range(..)
            | ExprKind::Quantified(_) => self.opaque(expr),
        }
    }

    fn name(&mut self, name: &str, expr: &Expr) -> Result<Part, Box<Diagnostic>> {
        if let Some(index) = self.by_name.get(name).copied() {
            return self.parameter(index);
        }
        if let Some(value) = self.symbol(name) {
            return Ok(self.constant(value));
        }
        let known: Vec<&str> = self
            .by_name
            .keys()
            .copied()
            .chain(self.problem.symbols.keys().map(String::as_str))
            .collect();
        let message = format!("nothing is called `{name}` here");
        let diagnostic = Diagnostic::error(spak_expr::codes::UNKNOWN_NAME, expr.span, message);
        Err(Box::new(match suggest(name, known) {
            Some(near) => diagnostic.repair(format!("write `{near}`, or declare `{name}`")),
            None => diagnostic.repair(format!("declare `{name}` as a parameter or a constant")),
        }))
    }

    fn negated(&mut self, part: Part) -> Part {
        let node = self.number_of(part.node);
        let result = match self.dag.kind(node) {
            Type::Int => self.dag.sum(&[(node, -1)], 0),
            Type::Float(kind) => {
                let minus = self.dag.constant(Type::Float(Dimension::NONE), (-1.0_f64).to_bits());
                Some(self.dag.real(Real::Multiply, node, minus, kind))
            }
            _ => None,
        };
        match result {
            Some(node) => Part { node, ok: part.ok },
            None => self.slow(SlowOp::Negate, &[part]),
        }
    }

    fn binary(&mut self, op: BinaryOp, a: Part, b: Part) -> Part {
        let fast = match (self.dag.kind(a.node), self.dag.kind(b.node)) {
            (Type::Mixed | Type::Text, _) | (_, Type::Mixed | Type::Text) => None,
            _ => {
                let (x, y) = (self.number_of(a.node), self.number_of(b.node));
                match (self.dag.kind(x), self.dag.kind(y)) {
                    (Type::Int, Type::Int) => self.whole_numbers(op, x, y),
                    _ => self.floats(op, x, y),
                }
            }
        };
        match fast {
            Some(Part { node, ok }) => Part { node, ok: self.dag.all(&[ok, a.ok, b.ok]) },
            None => self.slow(SlowOp::Binary(op), &[a, b]),
        }
    }

    fn whole_numbers(&mut self, op: BinaryOp, a: Node, b: Node) -> Option<Part> {
        let node = match op {
            BinaryOp::Add => self.dag.sum(&[(a, 1), (b, 1)], 0)?,
            BinaryOp::Subtract => self.dag.sum(&[(a, 1), (b, -1)], 0)?,
            BinaryOp::Multiply => self.dag.product(a, b)?,
            BinaryOp::FloorDivide | BinaryOp::Remainder | BinaryOp::Divide => {
                let ok = self.not_zero(b);
                if ok == FALSE {
                    return Some(self.nothing());
                }
                let node = match op {
                    BinaryOp::FloorDivide => self.dag.whole(Whole::FloorDivide, a, b)?,
                    BinaryOp::Remainder => self.dag.whole(Whole::Remainder, a, b)?,
                    _ => {
                        let (x, y) = (self.dag.as_float(a)?, self.dag.as_float(b)?);
                        self.quotient(x, y, magnitude(self.dag.info(a).range.int()?) as f64)
                    }
                };
                return Some(Part { node, ok });
            }
            BinaryOp::Power => {
                let exponent = self.dag.constant_of(b)? as i64;
                if !(0..=MAX_POWER).contains(&exponent) {
                    return None;
                }
                let mut node = self.dag.int(1);
                for _ in 0..exponent {
                    node = self.dag.product(node, a)?;
                }
                node
            }
            BinaryOp::MatrixProduct | BinaryOp::Implies => return None,
        };
        Some(Part { node, ok: TRUE })
    }

    /// `x / y` of whole numbers as floats: no larger than `most`, as every divisor is at least 1.
    fn quotient(&mut self, x: Node, y: Node, most: f64) -> Node {
        let node = self.dag.real(Real::Divide, x, y, Dimension::NONE);
        if self.dag.info(node).range == Range::Unknown {
            let info = self.dag.info(node).clone();
            return self.dag.add(info.op, info.kind, Range::Float(-most, most), info.support);
        }
        node
    }

    fn not_zero(&mut self, node: Node) -> Node {
        if !self.dag.info(node).range.may_be_zero() {
            return TRUE;
        }
        let kind = self.dag.kind(node);
        // The bits of 0.0 are those of 0.
        let zero = self.dag.constant(kind, 0);
        let is_zero = self.dag.compare(Compare::Equal, node, zero);
        self.dag.not(is_zero)
    }

    fn floats(&mut self, op: BinaryOp, a: Node, b: Node) -> Option<Part> {
        let mut float = |node: Node| match self.dag.kind(node) {
            Type::Int => self.dag.as_float(node),
            _ => Some(node),
        };
        let (a, b) = (float(a)?, float(b)?);
        let (Type::Float(left), Type::Float(right)) = (self.dag.kind(a), self.dag.kind(b)) else {
            return None;
        };
        let (real, kind) = match op {
            BinaryOp::Multiply => (Real::Multiply, left.times(right)?),
            BinaryOp::Divide => (Real::Divide, left.over(right)?),
            _ if left != right => return None,
            BinaryOp::Add => (Real::Add, left),
            BinaryOp::Subtract => (Real::Subtract, left),
            BinaryOp::FloorDivide => (Real::FloorDivide, Dimension::NONE),
            BinaryOp::Remainder => (Real::Remainder, left),
            _ => return None,
        };
        let divides = matches!(real, Real::Divide | Real::FloorDivide | Real::Remainder);
        let ok = if divides { self.not_zero(b) } else { TRUE };
        if ok == FALSE {
            return Some(self.nothing());
        }
        let node = self.dag.real(real, a, b, kind);
        // A float that may leave the finite ones has a fault in a design.
        let is_bounded = self.dag.info(node).range != Range::Unknown;
        (is_bounded || real == Real::Remainder || self.dialect() == Dialect::Python)
            .then_some(Part { node, ok })
    }

    fn call(&mut self, call: &Call, expr: &Expr) -> Result<Part, Box<Diagnostic>> {
        let is_plain = call.arguments.iter().all(|a| a.name.is_none());
        let is_list = |e: &Expr| !matches!(e.kind, ExprKind::List(_) | ExprKind::Range(..));
        if !is_plain || !call.arguments.iter().all(|a| is_list(&a.value)) {
            return self.opaque(expr);
        }
        if !is_function(&call.function) {
            if self.symbol(&call.function).is_some() || call.function.contains('_') {
                return self.opaque(expr);
            }
            let message = format!("there is no function `{}`", call.function);
            let code = spak_expr::codes::UNKNOWN_FUNCTION;
            let names = spak_expr::builtins::BUILTINS.iter().map(|b| b.name);
            let repair = match suggest(&call.function, names) {
                Some(near) => format!("write `{near}(…)`"),
                None => "write it with operators and the functions that there are".to_owned(),
            };
            return Err(Box::new(Diagnostic::error(code, call.name_span, message).repair(repair)));
        }
        let mut parts = Vec::with_capacity(call.arguments.len());
        for argument in &call.arguments {
            parts.push(self.value(&argument.value)?);
        }
        let oks: Vec<Node> = parts.iter().map(|part| part.ok).collect();
        let nodes: Vec<Node> = parts.iter().map(|part| self.number_of(part.node)).collect();
        Ok(match self.fast_call(&call.function, &nodes) {
            Some(Part { node, ok }) => {
                let all = self.dag.all(&oks);
                Part { node, ok: self.dag.all(&[all, ok]) }
            }
            None => self.slow(SlowOp::Call(call.function.clone()), &parts),
        })
    }

    fn fast_call(&mut self, function: &str, nodes: &[Node]) -> Option<Part> {
        let kinds: Vec<Type> = nodes.iter().map(|node| self.dag.kind(*node)).collect();
        let node = match (function, nodes, kinds.as_slice()) {
            ("min" | "max", [first, rest @ ..], _) if !rest.is_empty() => {
                let mut best = *first;
                for other in rest {
                    best = self.extreme(function == "min", best, *other)?;
                }
                best
            }
            ("abs", [a], [Type::Int]) => {
                let (low, high) = self.dag.info(*a).range.int()?;
                let most = i64::try_from(magnitude((low, high))).ok()?;
                let least = if low <= 0 && high >= 0 { 0 } else { low.abs().min(high.abs()) };
                self.dag.unary(Unary::AbsWhole, *a, Type::Int, Range::Int(least, most))
            }
            ("int" | "trunc" | "floor" | "ceil" | "round", [a], [Type::Int]) => *a,
            ("int" | "trunc" | "floor" | "ceil" | "round", [a], [Type::Float(kind)])
                if kind.is_none() =>
            {
                let Range::Float(low, high) = self.dag.info(*a).range else { return None };
                const MOST: f64 = 9.0e15;
                if low < -MOST || high > MOST {
                    return None;
                }
                let op = match function {
                    "floor" => Unary::Floor,
                    "ceil" => Unary::Ceil,
                    "round" => Unary::Round,
                    _ => Unary::Truncate,
                };
                let range = Range::Int(low.floor() as i64, high.ceil() as i64);
                self.dag.unary(op, *a, Type::Int, range)
            }
            ("float", [a], [Type::Int]) => self.dag.as_float(*a)?,
            ("float", [a], [Type::Float(kind)]) if kind.is_none() => *a,
            ("is_pow2", [a], [Type::Int]) => {
                self.dag.unary(Unary::IsPow2, *a, Type::Bool, Range::Unknown)
            }
            ("cdiv", [a, b], [Type::Int, Type::Int]) => {
                let ok = self.not_zero(*b);
                if ok == FALSE {
                    return Some(self.nothing());
                }
                let minus = self.dag.sum(&[(*a, -1)], 0)?;
                let down = self.dag.whole(Whole::FloorDivide, minus, *b)?;
                return Some(Part { node: self.dag.sum(&[(down, -1)], 0)?, ok });
            }
            ("pow", [a, b], _) => {
                return Some(self.whole_numbers(BinaryOp::Power, *a, *b)?)
                    .filter(|_| kinds == [Type::Int, Type::Int]);
            }
            ("bit_and", [a, b], [Type::Int, Type::Int]) => self.dag.whole(Whole::BitAnd, *a, *b)?,
            ("bit_or", [a, b], [Type::Int, Type::Int]) => self.dag.whole(Whole::BitOr, *a, *b)?,
            ("bit_xor", [a, b], [Type::Int, Type::Int]) => self.dag.whole(Whole::BitXor, *a, *b)?,
            ("bit_not", [a], [Type::Int]) => self.dag.sum(&[(*a, -1)], -1)?,
            ("shift_left", [a, b], [Type::Int, Type::Int]) => {
                self.dag.whole(Whole::ShiftLeft, *a, *b)?
            }
            ("shift_right", [a, b], [Type::Int, Type::Int]) => {
                self.dag.whole(Whole::ShiftRight, *a, *b)?
            }
            _ => return None,
        };
        Some(Part { node, ok: TRUE })
    }

    /// Both of one type, whole numbers kept apart from floats: a choice between them is seen in what
    /// counts as true, and in what bit operations take.
    fn same_kind(&mut self, a: Node, b: Node) -> Option<(Node, Node)> {
        let (a, b) = match (self.dag.kind(a), self.dag.kind(b)) {
            (x, y) if x == y => (a, b),
            _ => (self.number_of(a), self.number_of(b)),
        };
        let kind = self.dag.kind(a);
        (kind != Type::Mixed && kind == self.dag.kind(b)).then_some((a, b))
    }

    fn extreme(&mut self, is_min: bool, a: Node, b: Node) -> Option<Node> {
        let (a, b) = self.same_kind(a, b)?;
        match self.dag.kind(a) {
            Type::Int => self.dag.whole(if is_min { Whole::Min } else { Whole::Max }, a, b),
            Type::Float(kind) => {
                Some(self.dag.real(if is_min { Real::Min } else { Real::Max }, a, b, kind))
            }
            _ => None,
        }
    }
}
