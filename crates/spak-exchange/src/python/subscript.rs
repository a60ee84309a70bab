//! Subscripts: `p["name"]`, elements of lists that are written out, and of values that are lists.

use ruff_python_ast::{self as ast, Expr as Python, Number as PythonNumber};
use spak_expr::{BinaryOp, CompareOp, Conditional, Expr, ExprKind, Number};
use spak_syntax::Span;

use super::calls::is_divmod;
use super::compare::sequence;
use super::lower::{Lowering, Wanted};

/// Elements of a list with a computed index; each is a level of the formula.
const MAX_ELEMENTS: usize = 32;

impl Lowering {
    /// `p["name"]`, an element of `divmod` or of a list written out, and `p[0]` where the values of `p`
    /// are lists.
    pub(super) fn subscript(
        &mut self,
        at: Span,
        subscript: &ast::ExprSubscript,
        depth: usize,
    ) -> Option<Expr> {
        match (&*subscript.value, &*subscript.slice) {
            (Python::Name(_), Python::StringLiteral(name)) => {
                let name = name.value.to_str();
                Some(Expr::new(at, ExprKind::Name(name.to_owned())))
            }
            // A parameter of a lambda's argument, whose value is a list.
            (Python::Name(_) | Python::Subscript(_), Python::NumberLiteral(index)) => {
                let Some(i) = index_of(&index.value).and_then(|i| i64::try_from(i).ok()) else {
                    self.refuse(at, "this subscript", "count from 0, in whole numbers");
                    return None;
                };
                let list = self.expr(&subscript.value, Wanted::Value, depth + 1)?;
                let index = Expr::new(at, ExprKind::Number(Number::Int(i)));
                Some(Expr::new(at, ExprKind::Index(Box::new(list), vec![index])))
            }
            (Python::Call(call), Python::NumberLiteral(index)) if is_divmod(call) => {
                let [a, b] = &*call.arguments.args else {
                    self.refuse(at, "this call of `divmod`", "give it two arguments");
                    return None;
                };
                let a = self.expr(a, Wanted::Value, depth + 1);
                let b = self.expr(b, Wanted::Value, depth + 1);
                let (a, b) = (Box::new(a?), Box::new(b?));
                let op = match index_of(&index.value) {
                    Some(0) => BinaryOp::FloorDivide,
                    Some(1) => BinaryOp::Remainder,
                    _ => {
                        self.refuse(at, "this element of `divmod`", "it has elements 0 and 1");
                        return None;
                    }
                };
                Some(Expr::new(at, ExprKind::Binary(op, a, b)))
            }
            (list, index) if sequence(list).is_some() && !list.is_set_expr() => {
                self.element(at, sequence(list).unwrap_or_default(), index, depth)
            }
            _ => {
                self.refuse(
                    at,
                    "this subscript",
                    "only `p[\"name\"]` with a parameter's name, and elements of lists, are known",
                );
                None
            }
        }
    }

    /// `(a, b, c)[i]`: `a if i in (0, -3) else …`, and no value for an index that is not there.
    fn element(
        &mut self,
        at: Span,
        elements: &[Python],
        index: &Python,
        depth: usize,
    ) -> Option<Expr> {
        if let Python::NumberLiteral(number) = index {
            let element = index_of(&number.value).and_then(|i| elements.get(i));
            let Some(element) = element else {
                self.refuse(at, "an element that the list does not have", "count from 0");
                return None;
            };
            return self.expr(element, Wanted::Value, depth + 1);
        }
        if elements.len() > MAX_ELEMENTS {
            let what = format!("a computed element of more than {MAX_ELEMENTS}");
            self.refuse(at, &what, "write a formula, or several restrictions");
            return None;
        }
        let number = |i: i64| Expr::new(at, ExprKind::Number(Number::Int(i)));
        let nothing =
            ExprKind::Binary(BinaryOp::FloorDivide, Box::new(number(1)), Box::new(number(0)));
        let mut chosen = Expr::new(at, nothing);
        let length = i64::try_from(elements.len()).ok()?;
        // The first element is the outermost.
        for (place, element) in elements.iter().enumerate().rev() {
            let (i, level) = (i64::try_from(place).ok()?, depth + place + 3);
            let read = self.expr(index, Wanted::Value, level)?;
            let then = self.expr(element, Wanted::Value, level)?;
            let places = Expr::new(at, ExprKind::List(vec![number(i), number(i - length)]));
            let condition = ExprKind::Compare(Box::new(read), vec![(CompareOp::In, places)]);
            let condition = Expr::new(at, condition);
            let choice = Conditional { condition, then, otherwise: chosen };
            chosen = Expr::new(at, ExprKind::Conditional(Box::new(choice)));
        }
        Some(chosen)
    }
}

fn index_of(number: &PythonNumber) -> Option<usize> {
    match number {
        PythonNumber::Int(i) => i.as_usize(),
        _ => None,
    }
}
