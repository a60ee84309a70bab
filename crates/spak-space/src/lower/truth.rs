//! Conditions: when they hold and when they are refuted. Where neither is, there is no value.

use spak_expr::{BinaryOp, CompareOp, Expr, ExprKind, UnaryOp, Value};
use spak_syntax::Diagnostic;

use super::{Lowering, Part};
use crate::dag::{Compare, FALSE, Node, Op, Range, TRUE, Type};
use crate::problem::Dialect;
use crate::slow::{Slow, SlowOp};

/// When a condition holds and when it is refuted; never both.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Truth {
    pub(crate) yes: Node,
    pub(crate) no: Node,
}

impl Lowering<'_> {
    pub(crate) fn condition(&mut self, expr: &Expr) -> Result<Truth, Box<Diagnostic>> {
        match &expr.kind {
            ExprKind::Bool(b) => Ok(self.total(Node::from(*b))),
            ExprKind::And(items) => self.connected(items, true),
            ExprKind::Or(items) => self.connected(items, false),
            ExprKind::Unary(UnaryOp::Not, operand) => {
                let Truth { yes, no } = self.condition(operand)?;
                Ok(Truth { yes: no, no: yes })
            }
            ExprKind::Binary(BinaryOp::Implies, a, b) => {
                let (a, b) = (self.condition(a)?, self.condition(b)?);
                let opposite = Truth { yes: a.no, no: a.yes };
                Ok(self.in_turn(&[opposite, b], false))
            }
            ExprKind::Compare(first, rest) => self.comparison(first, rest),
            ExprKind::Conditional(c) => {
                let condition = self.condition(&c.condition)?;
                let (a, b) = (self.condition(&c.then)?, self.condition(&c.otherwise)?);
                let dag = &mut self.dag;
                let mut either = |a: Node, b: Node| {
                    let (x, y) = (dag.all(&[condition.yes, a]), dag.all(&[condition.no, b]));
                    dag.any(&[x, y])
                };
                Ok(Truth { yes: either(a.yes, b.yes), no: either(a.no, b.no) })
            }
            _ => {
                let part = self.value(expr)?;
                Ok(self.truth_of(part))
            }
        }
    }

    /// A condition that always has a value.
    fn total(&mut self, yes: Node) -> Truth {
        Truth { yes, no: self.dag.not(yes) }
    }

    /// A truth value that there is only where `ok` holds.
    fn guarded(&mut self, yes: Node, ok: Node) -> Truth {
        let no = self.dag.not(yes);
        if ok == TRUE {
            return Truth { yes, no };
        }
        Truth { yes: self.dag.all(&[ok, yes]), no: self.dag.all(&[ok, no]) }
    }

    /// Whether a value counts as true.
    pub(super) fn truth_of(&mut self, part: Part) -> Truth {
        let Part { node, ok } = part;
        let support = self.dag.support(node);
        let yes = match self.dag.kind(node) {
            Type::Bool => node,
            Type::Int => {
                let zero = self.dag.int(0);
                let is_zero = self.dag.compare(Compare::Equal, node, zero);
                self.dag.not(is_zero)
            }
            Type::Float(kind) if self.dialect() == Dialect::Python => {
                let zero = self.dag.constant(Type::Float(kind), 0.0_f64.to_bits());
                let is_zero = self.dag.compare(Compare::Equal, node, zero);
                self.dag.not(is_zero)
            }
            Type::Text if self.dialect() == Dialect::Python => {
                let empty = self.text("");
                let empty = self.dag.constant(Type::Text, empty);
                let is_empty = self.dag.compare(Compare::Equal, node, empty);
                self.dag.not(is_empty)
            }
            Type::Float(_) | Type::Text => return Truth { yes: FALSE, no: FALSE },
            Type::Mixed => {
                if let Some(word) = self.dag.constant_of(node) {
                    let yes = Node::from(self.slow.is_true(word));
                    let no = Node::from(self.slow.is_false(word));
                    return Truth { yes: self.dag.all(&[ok, yes]), no: self.dag.all(&[ok, no]) };
                }
                let yes = self.dag.add(Op::IsTrue(node), Type::Bool, Range::Unknown, support);
                let no = self.dag.add(Op::IsFalse(node), Type::Bool, Range::Unknown, support);
                return Truth { yes: self.dag.all(&[ok, yes]), no: self.dag.all(&[ok, no]) };
            }
        };
        self.guarded(yes, ok)
    }

    /// A condition as a value: there is one where it holds or is refuted.
    pub(super) fn as_value(&mut self, truth: Truth) -> Part {
        let ok = self.dag.any(&[truth.yes, truth.no]);
        let is_total = self.dag.not(truth.yes) == truth.no;
        Part { node: truth.yes, ok: if is_total { TRUE } else { ok } }
    }

    fn connected(&mut self, items: &[Expr], is_all: bool) -> Result<Truth, Box<Diagnostic>> {
        let parts: Result<Vec<Truth>, _> = items.iter().map(|item| self.condition(item)).collect();
        Ok(self.in_turn(&parts?, is_all))
    }

    /// One after another until one decides: what comes after that one needs no value.
    fn in_turn(&mut self, parts: &[Truth], is_all: bool) -> Truth {
        let is_total = parts.iter().all(|part| self.dag.not(part.yes) == part.no);
        let (mut yes, mut no) = (Node::from(is_all), Node::from(!is_all));
        if is_total {
            let nodes: Vec<Node> = parts.iter().map(|part| part.yes).collect();
            yes = if is_all { self.dag.all(&nodes) } else { self.dag.any(&nodes) };
            return self.total(yes);
        }
        for part in parts {
            let dag = &mut self.dag;
            if is_all {
                let later = dag.all(&[yes, part.no]);
                no = dag.any(&[no, later]);
                yes = dag.all(&[yes, part.yes]);
            } else {
                let later = dag.all(&[no, part.yes]);
                yes = dag.any(&[yes, later]);
                no = dag.all(&[no, part.no]);
            }
        }
        Truth { yes, no }
    }

    fn comparison(
        &mut self,
        first: &Expr,
        rest: &[(CompareOp, Expr)],
    ) -> Result<Truth, Box<Diagnostic>> {
        let mut left_expr = first;
        let mut left = None;
        let mut parts = Vec::with_capacity(rest.len());
        for (op, right_expr) in rest {
            if matches!(op, CompareOp::In | CompareOp::NotIn) {
                let item = match left.take() {
                    Some(part) => part,
                    None => self.side(left_expr, Some(right_expr))?,
                };
                let Truth { yes, no } = self.contained(item, left_expr, right_expr)?;
                let is_in = *op == CompareOp::In;
                parts.push(if is_in { Truth { yes, no } } else { Truth { yes: no, no: yes } });
            } else {
                let a = match left.take() {
                    Some(part) => part,
                    None => self.side(left_expr, Some(right_expr))?,
                };
                let b = self.side(right_expr, Some(left_expr))?;
                parts.push(self.relation(*op, a, b));
                left = Some(b);
            }
            left_expr = right_expr;
        }
        Ok(self.in_turn(&parts, true))
    }

    /// One side of a comparison; in a design a bare word beside a name of texts stands for itself.
    fn side(&mut self, expr: &Expr, other: Option<&Expr>) -> Result<Part, Box<Diagnostic>> {
        if let Some(word) = expr.as_name()
            && self.is_word(word)
            && other.is_some_and(|other| self.names_text(other))
        {
            return Ok(self.constant(Value::from(word)));
        }
        self.value(expr)
    }

    fn is_word(&self, name: &str) -> bool {
        self.dialect() == Dialect::Design
            && !name.contains('.')
            && !self.by_name.contains_key(name)
            && self.symbol(name).is_none()
    }

    fn names_text(&self, expr: &Expr) -> bool {
        let Some(name) = expr.as_name() else { return false };
        match self.by_name.get(name) {
            Some(index) => self.problem.parameters.get(*index as usize).is_some_and(|p| {
                p.values.iter().any(|v| matches!(v, spak_records::Value::Text(_)))
            }),
            None => matches!(self.symbol(name), Some(Value::Text(_))),
        }
    }

    fn relation(&mut self, op: CompareOp, a: Part, b: Part) -> Truth {
        let ok = self.dag.all(&[a.ok, b.ok]);
        let joined = self.same_type(a.node, b.node);
        let Some((x, y)) = joined else {
            let slow = self.slow(SlowOp::Compare(op), &[a, b]);
            return self.truth_of(slow);
        };
        let has_order = matches!(self.dag.kind(x), Type::Int | Type::Float(_));
        let dag = &mut self.dag;
        let yes = match op {
            CompareOp::Equal => dag.compare(Compare::Equal, x, y),
            CompareOp::NotEqual => {
                let same = dag.compare(Compare::Equal, x, y);
                dag.not(same)
            }
            _ if !has_order => {
                let slow = self.slow(SlowOp::Compare(op), &[a, b]);
                return self.truth_of(slow);
            }
            CompareOp::Less => dag.compare(Compare::Less, x, y),
            CompareOp::LessEqual => dag.compare(Compare::LessEqual, x, y),
            CompareOp::Greater => dag.compare(Compare::Less, y, x),
            _ => dag.compare(Compare::LessEqual, y, x),
        };
        self.guarded(yes, ok)
    }

    /// Both as words of one type, if they can be.
    pub(super) fn same_type(&mut self, a: Node, b: Node) -> Option<(Node, Node)> {
        let (x, y) = (self.dag.kind(a), self.dag.kind(b));
        match (x, y) {
            (Type::Mixed, _) | (_, Type::Mixed) => None,
            _ if x == y => Some((a, b)),
            (Type::Text, _) | (_, Type::Text) => None,
            _ => {
                let (a, b) = (self.number_of(a), self.number_of(b));
                match (self.dag.kind(a), self.dag.kind(b)) {
                    (Type::Int, Type::Float(kind)) if kind.is_none() => {
                        Some((self.dag.as_float(a)?, b))
                    }
                    (Type::Float(kind), Type::Int) if kind.is_none() => {
                        Some((a, self.dag.as_float(b)?))
                    }
                    (x, y) if x == y => Some((a, b)),
                    _ => None,
                }
            }
        }
    }

    /// A truth value as a number; anything else as it is.
    pub(super) fn number_of(&mut self, node: Node) -> Node {
        if self.dag.kind(node) == Type::Bool { self.dag.bool_to_int(node) } else { node }
    }

    /// `item in container`
    fn contained(
        &mut self,
        item: Part,
        item_expr: &Expr,
        container: &Expr,
    ) -> Result<Truth, Box<Diagnostic>> {
        let items = match &container.kind {
            ExprKind::List(items) => items,
            ExprKind::Range(low, high) => {
                let (low, high) = (self.value(low)?, self.value(high)?);
                let lower = self.relation(CompareOp::LessEqual, low, item);
                let upper = self.relation(CompareOp::LessEqual, item, high);
                if self.dag.kind(item.node) == Type::Int
                    && self.dag.kind(low.node) == Type::Int
                    && self.dag.kind(high.node) == Type::Int
                {
                    return Ok(self.in_turn(&[lower, upper], true));
                }
                return self.membership(item, container);
            }
            _ => return self.membership(item, container),
        };
        if items.iter().any(|i| matches!(i.kind, ExprKind::Range(..))) {
            return self.membership(item, container);
        }
        let mut alternatives = Vec::with_capacity(items.len());
        let mut words = Vec::with_capacity(items.len());
        for candidate in items {
            let candidate = self.side(candidate, Some(item_expr))?;
            let (x, y) = (self.dag.kind(item.node), self.dag.kind(candidate.node));
            if x == Type::Mixed || y == Type::Mixed {
                return self.membership(item, container);
            }
            // Values of different kinds are not the same.
            if (x == Type::Text) != (y == Type::Text) {
                continue;
            }
            match self.dag.constant_of(candidate.node) {
                Some(word) if x == y && !matches!(x, Type::Float(_)) && candidate.ok == TRUE => {
                    words.push(word);
                }
                _ => alternatives.push(self.relation(CompareOp::Equal, item, candidate)),
            }
        }
        let among = self.dag.among(item.node, words);
        let first = self.guarded(among, item.ok);
        alternatives.insert(0, first);
        Ok(self.in_turn(&alternatives, false))
    }

    /// The same through the evaluator.
    fn membership(&mut self, item: Part, container: &Expr) -> Result<Truth, Box<Diagnostic>> {
        let list = match self.static_value(container) {
            Some(value) => self.known(&Slow::Value(value)),
            None => self.value(container)?,
        };
        let part = self.slow(SlowOp::Compare(CompareOp::In), &[item, list]);
        Ok(self.truth_of(part))
    }

    /// The value of an expression without parameters.
    fn static_value(&self, expr: &Expr) -> Option<Value> {
        let names = spak_expr::free_names(expr);
        if names.iter().any(|name| self.by_name.contains_key(name.as_str())) {
            return None;
        }
        spak_expr::eval(expr, &self.problem.symbols).ok()
    }
}
