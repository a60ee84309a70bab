//! Comparisons: whether they can be made, and whether they can ever hold.

use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Span};

use super::Inference;
use crate::arithmetic::different;
use crate::codes::{IMPOSSIBLE_COMPARISON, TYPE_MISMATCH};
use crate::compare::compare;
use crate::env::Empty;
use crate::eval::eval;
use crate::expr::{CompareOp, Expr, ExprKind};
use crate::normal::mirrored;
use crate::types::Type;
use crate::value::Value;

/// How many values of a domain a message lists.
const SHOWN: usize = 8;

impl<'e> Inference<'e> {
    pub(super) fn comparison(&mut self, first: &'e Expr, rest: &'e [(CompareOp, Expr)]) {
        let mut left = first;
        let mut left_type = self.side(first, rest.first().map(|(_, e)| e));
        for (op, right) in rest {
            let right_type = self.side(right, Some(left));
            let span = left.span.cover(right.span);
            let before = self.diagnostics.len();
            self.comparable(*op, &left_type, &right_type, span);
            if self.diagnostics.len() == before {
                self.possible(*op, left, right, span);
                if !matches!(op, CompareOp::In | CompareOp::NotIn) {
                    self.possible(mirrored(*op), right, left, span);
                }
            }
            (left, left_type) = (right, right_type);
        }
    }

    /// One side. Bare words that nothing defines stand for themselves beside a name of texts.
    fn side(&mut self, expr: &'e Expr, other: Option<&'e Expr>) -> Type {
        let name = other.and_then(Expr::as_name);
        if name.and_then(|n| self.find(n)) != Some(Type::Text) {
            return self.infer(expr);
        }
        match &expr.kind {
            ExprKind::Name(_) if self.is_word(expr) => Type::Text,
            ExprKind::List(items) if items.iter().any(|e| self.is_word(e)) => {
                let types: Vec<Type> = items
                    .iter()
                    .map(|e| if self.is_word(e) { Type::Text } else { self.infer(e) })
                    .collect();
                Type::list(types.into_iter().reduce(Type::join).unwrap_or(Type::Unknown))
            }
            _ => self.infer(expr),
        }
    }

    fn is_word(&self, expr: &Expr) -> bool {
        expr.as_name().is_some_and(|w| !w.contains('.') && self.find(w).is_none())
    }

    fn comparable(&mut self, op: CompareOp, left: &Type, right: &Type, span: Span) {
        let (left, right) = match (op, right) {
            (CompareOp::In | CompareOp::NotIn, Type::List(element)) => (left, &**element),
            (CompareOp::In | CompareOp::NotIn, Type::Unknown | Type::Record) => return,
            (CompareOp::In | CompareOp::NotIn, Type::Text) if *left == Type::Text => return,
            (CompareOp::In | CompareOp::NotIn, other) => {
                let message =
                    format!("`in` needs a list on its right, and this is {}", other.describe());
                self.diagnostics.push(
                    Diagnostic::error(TYPE_MISMATCH, span, message)
                        .repair("write the values as a list: `x in [1, 2, 4]`"),
                );
                return;
            }
            _ => (left, right),
        };
        match (left, right) {
            (Type::Unknown, _) | (_, Type::Unknown) => {}
            // A list compares with a number by its elements.
            (Type::List(element), other) | (other, Type::List(element))
                if other.dimension().is_some() =>
            {
                self.comparable(op, &(**element).clone(), &other.clone(), span);
            }
            (a, b) => match (a.dimension(), b.dimension()) {
                (Some(x), Some(y)) if x == y => {}
                (Some(x), Some(y)) => {
                    self.report(different(op.symbol(), x, y), span);
                }
                _ if std::mem::discriminant(a) == std::mem::discriminant(b) => {}
                _ => {
                    let message = format!(
                        "`{}` compares {} with {}",
                        op.symbol(),
                        a.describe(),
                        b.describe()
                    );
                    self.diagnostics.push(
                        Diagnostic::error(TYPE_MISMATCH, span, message)
                            .because("values of different kinds are never equal and have no order")
                            .repair("compare values of one kind"),
                    );
                }
            },
        }
    }

    /// Warns when `name` is compared with a written value that is not among those it can have.
    fn possible(&mut self, op: CompareOp, name: &'e Expr, other: &'e Expr, span: Span) {
        let Some(name) = name.as_name().filter(|n| !self.bound.iter().any(|(b, _)| b == n)) else {
            return;
        };
        let Some(domain) = self.env.domain(name).filter(|d| !d.is_empty()) else { return };
        let candidates: Vec<(Value, Span)> = match (&other.kind, op) {
            (_, CompareOp::Equal | CompareOp::NotEqual) => {
                self.literal(other, name).into_iter().map(|v| (v, other.span)).collect()
            }
            (ExprKind::List(items), CompareOp::In | CompareOp::NotIn) => {
                let literals = items.iter().map(|e| (self.literal(e, name), e.span));
                literals.filter_map(|(v, span)| v.map(|v| (v, span))).collect()
            }
            (
                _,
                CompareOp::Less
                | CompareOp::LessEqual
                | CompareOp::Greater
                | CompareOp::GreaterEqual,
            ) => {
                self.possible_order(op, name, &domain, other, span);
                return;
            }
            _ => return,
        };
        // Values that cannot be compared at all are another complaint.
        let is_among = |value: &Value| {
            domain.iter().any(|d| compare(CompareOp::Equal, d, value, 0.0).unwrap_or(true))
        };
        // A list with some of the values says something, and another number in it may be for another design;
        // another word is a slip.
        let is_told = candidates.iter().any(|(value, _)| is_among(value));
        for (value, place) in candidates.iter().filter(|(value, _)| !is_among(value)) {
            if !is_told || value.as_text().is_some() {
                self.report_impossible((op, is_told), name, &domain, value, *place);
            }
        }
    }

    /// The value of an expression without names, or a bare word for a text.
    fn literal(&self, expr: &Expr, name: &str) -> Option<Value> {
        if let Some(word) = expr.as_name() {
            let is_word = self.find(word).is_none() && self.find(name) == Some(Type::Text);
            return is_word.then(|| Value::from(word));
        }
        if !expr.is_literal() {
            return None;
        }
        eval(expr, &Empty).ok()
    }

    fn possible_order(
        &mut self,
        op: CompareOp,
        name: &str,
        domain: &[Value],
        other: &'e Expr,
        span: Span,
    ) {
        let Some(value) = self.literal(other, name) else { return };
        let holds = |d: &Value| compare(op, d, &value, 0.0).unwrap_or(true);
        if !domain.iter().any(holds) {
            let message = format!("`{name}` is never {} {value}", op.symbol());
            self.diagnostics.push(
                Diagnostic::warning(IMPOSSIBLE_COMPARISON, span, message)
                    .because(format!("its values are {}", shown(domain)))
                    .repair("compare with a value in its range, or remove the comparison"),
            );
        }
    }

    fn report_impossible(
        &mut self,
        (op, is_told): (CompareOp, bool),
        name: &str,
        domain: &[Value],
        value: &Value,
        place: Span,
    ) {
        let outcome = match op {
            _ if is_told => "this element changes nothing",
            CompareOp::NotEqual | CompareOp::NotIn => "this comparison is always true",
            _ => "this comparison is never true",
        };
        let texts: Vec<&str> = domain.iter().filter_map(Value::as_text).collect();
        let near = value.as_text().and_then(|text| suggest(text, texts));
        let repair = match near {
            Some(near) => format!("write \"{near}\", or add {value} to the values of `{name}`"),
            None => format!("add {value} to the values of `{name}`, or compare with one of them"),
        };
        self.diagnostics.push(
            Diagnostic::warning(IMPOSSIBLE_COMPARISON, place, format!("`{name}` is never {value}"))
                .label(outcome)
                .because(format!("its values are {}", shown(domain)))
                .repair(repair),
        );
    }
}

fn shown(domain: &[Value]) -> String {
    let mut values: Vec<String> = domain.iter().take(SHOWN).map(ToString::to_string).collect();
    if domain.len() > SHOWN {
        values.push(format!("… ({} in all)", domain.len()));
    }
    values.join(", ")
}
