//! Comparisons: chains, membership in lists that are written out, and tuples element by element.

use ruff_python_ast::{self as ast, CmpOp, Expr as Python};
use ruff_text_size::Ranged as _;
use spak_expr::{CompareOp, Expr, ExprKind, Number, UnaryOp};
use spak_syntax::Span;

use super::lower::{Lowering, Wanted};
use super::span;

/// The longest `range` that is written out.
const MAX_RANGE: i64 = 1 << 16;

impl Lowering {
    /// A comparison, possibly a chain.
    pub(super) fn compare(
        &mut self,
        at: Span,
        compare: &ast::ExprCompare,
        depth: usize,
    ) -> Option<ExprKind> {
        if let ([op], [right]) = (&*compare.ops, &*compare.comparators)
            && let Some(left) = sequence(&compare.left)
        {
            return self.compare_tuple(at, left, *op, right, depth);
        }
        let first = self.expr(&compare.left, Wanted::Value, depth + 1);
        let mut rest = Vec::with_capacity(compare.ops.len());
        let mut whole = true;
        let mut before = &*compare.left;
        for (op, right) in compare.ops.iter().zip(&compare.comparators) {
            let op = match op {
                CmpOp::Eq => CompareOp::Equal,
                CmpOp::NotEq => CompareOp::NotEqual,
                CmpOp::Lt => CompareOp::Less,
                CmpOp::LtE => CompareOp::LessEqual,
                CmpOp::Gt => CompareOp::Greater,
                CmpOp::GtE => CompareOp::GreaterEqual,
                CmpOp::In => CompareOp::In,
                CmpOp::NotIn => CompareOp::NotIn,
                CmpOp::Is | CmpOp::IsNot
                    if !matches!(before, Python::NoneLiteral(_))
                        && !matches!(right, Python::NoneLiteral(_)) =>
                {
                    self.refuse(at, "`is` between values", "write `==` or `!=`");
                    return None;
                }
                CmpOp::Is => CompareOp::Equal,
                CmpOp::IsNot => CompareOp::NotEqual,
            };
            let read = match op {
                CompareOp::In | CompareOp::NotIn => self.members(right, depth + 1),
                _ => self.expr(right, Wanted::Value, depth + 1),
            };
            match read {
                Some(right) => rest.push((op, right)),
                None => whole = false,
            }
            before = right;
        }
        let first = first?;
        whole.then(|| ExprKind::Compare(Box::new(first), rest))
    }

    /// The right side of `in`: values written out, or a range of constants.
    fn members(&mut self, python: &Python, depth: usize) -> Option<Expr> {
        let at = span(python.range());
        if let Some(elements) = sequence(python) {
            let read: Vec<Option<Expr>> =
                elements.iter().map(|e| self.expr(e, Wanted::Value, depth + 1)).collect();
            return Some(Expr::new(at, ExprKind::List(read.into_iter().collect::<Option<_>>()?)));
        }
        if let Python::Call(call) = python
            && let Some(values) = constant_range(call)
        {
            let number = |i| Expr::new(at, ExprKind::Number(Number::Int(i)));
            return Some(Expr::new(at, ExprKind::List(values.into_iter().map(number).collect())));
        }
        let repair = "write the values out: `x in (1, 2, 4)`";
        self.refuse(at, "membership in something that is not a list of values", repair);
        None
    }

    /// `(a, b) == (1, 2)` and `(a, b) in [(1, 2), (3, 4)]`, element by element.
    fn compare_tuple(
        &mut self,
        at: Span,
        left: &[Python],
        op: CmpOp,
        right: &Python,
        depth: usize,
    ) -> Option<ExprKind> {
        let (alternatives, negated): (Vec<&Python>, bool) = match op {
            CmpOp::Eq | CmpOp::NotEq => (vec![right], op == CmpOp::NotEq),
            CmpOp::In | CmpOp::NotIn => (sequence(right)?.iter().collect(), op == CmpOp::NotIn),
            _ => {
                self.refuse(at, "an order of lists", "compare their elements");
                return None;
            }
        };
        let mut found = Vec::with_capacity(alternatives.len());
        for alternative in alternatives {
            let Some(elements) = sequence(alternative) else {
                let what = "a list compared with something else";
                self.refuse(span(alternative.range()), what, "compare their elements");
                return None;
            };
            // Tuples of different lengths are never equal.
            if elements.len() != left.len() {
                continue;
            }
            let mut pairs = Vec::with_capacity(left.len());
            for (a, b) in left.iter().zip(elements) {
                let whole = Span::new(span(a.range()).start, span(a.range()).end);
                let a = self.expr(a, Wanted::Value, depth + 4)?;
                let b = self.expr(b, Wanted::Value, depth + 4)?;
                let equal = vec![(CompareOp::Equal, b)];
                pairs.push(Expr::new(whole, ExprKind::Compare(Box::new(a), equal)));
            }
            found.push(Expr::new(span(alternative.range()), all(pairs)));
        }
        let any = match <[Expr; 1]>::try_from(found) {
            Ok([one]) => one.kind,
            Err(none) if none.is_empty() => ExprKind::Bool(false),
            Err(several) => ExprKind::Or(several),
        };
        Some(match negated {
            true => ExprKind::Unary(UnaryOp::Not, Box::new(Expr::new(at, any))),
            false => any,
        })
    }
}

fn all(items: Vec<Expr>) -> ExprKind {
    match <[Expr; 1]>::try_from(items) {
        Ok([one]) => one.kind,
        Err(none) if none.is_empty() => ExprKind::Bool(true),
        Err(several) => ExprKind::And(several),
    }
}

/// The elements of a list, tuple or set that is written out, without `*`.
pub(super) fn sequence(python: &Python) -> Option<&[Python]> {
    let elements = match python {
        Python::List(list) => &list.elts,
        Python::Tuple(tuple) => &tuple.elts,
        Python::Set(set) => &set.elts,
        _ => return None,
    };
    (!elements.iter().any(Python::is_starred_expr)).then_some(elements)
}

fn constant_range(call: &ast::ExprCall) -> Option<Vec<i64>> {
    let Python::Name(name) = &*call.func else { return None };
    if name.id.as_str() != "range" || !call.arguments.keywords.is_empty() {
        return None;
    }
    let bounds: Option<Vec<i64>> = call.arguments.args.iter().map(constant).collect();
    let (start, end, step) = match *bounds? {
        [end] => (0, end, 1),
        [start, end] => (start, end, 1),
        [start, end, step] if step != 0 => (start, end, step),
        _ => return None,
    };
    range(start, end, step, MAX_RANGE)
}

/// Python's `range`, when it has at most `most` elements.
pub(super) fn range(start: i64, end: i64, step: i64, most: i64) -> Option<Vec<i64>> {
    let mut values = Vec::new();
    let mut next = start;
    while if step > 0 { next < end } else { next > end } {
        if values.len() as i64 >= most {
            return None;
        }
        values.push(next);
        let Some(following) = next.checked_add(step) else { break };
        next = following;
    }
    Some(values)
}

fn constant(python: &Python) -> Option<i64> {
    match python {
        Python::NumberLiteral(ast::ExprNumberLiteral { value: ast::Number::Int(i), .. }) => {
            i.as_i64()
        }
        Python::UnaryOp(unary) if unary.op == ast::UnaryOp::USub => {
            constant(&unary.operand)?.checked_neg()
        }
        Python::BinOp(binary) => {
            let (a, b) = (constant(&binary.left)?, constant(&binary.right)?);
            match binary.op {
                ast::Operator::Add => a.checked_add(b),
                ast::Operator::Sub => a.checked_sub(b),
                ast::Operator::Mult => a.checked_mul(b),
                _ => None,
            }
        }
        _ => None,
    }
}
