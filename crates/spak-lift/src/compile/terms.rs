//! Expressions that stand for values.

use spak_expr::{BinaryOp, Call, CompareOp, Expr, ExprKind, UnaryOp};
use spak_program::Op;

use super::Compiler;
use crate::labels::labels;
use crate::term::{Labelled, Term};

impl Compiler<'_> {
    /// The value that an expression stands for; `None` after a complaint.
    pub(super) fn term(&mut self, expr: &Expr) -> Option<Term> {
        match &expr.kind {
            ExprKind::Number(number) => Some(Term::Number(number.as_float())),
            ExprKind::Bool(truth) => Some(Term::Bool(*truth)),
            ExprKind::Text(text) => Some(Term::Text(text.clone())),
            ExprKind::Name(name) => Some(self.name(name)),
            ExprKind::Unary(UnaryOp::Minus, operand) => {
                let operand = self.term(operand)?;
                Some(match operand {
                    Term::Number(number) => Term::Number(-number),
                    term => sum(vec![(true, term)]),
                })
            }
            ExprKind::Unary(UnaryOp::Not, operand) => {
                let operand = self.term(operand)?;
                Some(node(Op::Not, vec![("a", operand)]))
            }
            ExprKind::Binary(op, a, b) => {
                let (a, b) = (self.term(a)?, self.term(b)?);
                let two = |op, a, b| node(op, vec![("a", a), ("b", b)]);
                Some(match op {
                    BinaryOp::Add => sum(vec![(false, a), (false, b)]),
                    BinaryOp::Subtract => sum(vec![(false, a), (true, b)]),
                    BinaryOp::Multiply => chain(Op::Mul, vec![a, b]),
                    BinaryOp::Divide => two(Op::Div, a, b),
                    BinaryOp::FloorDivide => two(Op::FloorDiv, a, b),
                    BinaryOp::Remainder => two(Op::Mod, a, b),
                    BinaryOp::Power => two(Op::Pow, a, b),
                    BinaryOp::MatrixProduct => two(Op::Mma, a, b),
                    BinaryOp::Implies => {
                        self.no_value(expr);
                        return None;
                    }
                })
            }
            ExprKind::And(items) => Some(chain(Op::And, self.terms(items)?)),
            ExprKind::Or(items) => Some(chain(Op::Or, self.terms(items)?)),
            ExprKind::Compare(first, rest) => {
                let [(op, second)] = rest.as_slice() else {
                    self.no_value(expr);
                    return None;
                };
                let (a, b) = (self.term(first)?, self.term(second)?);
                let op = match op {
                    CompareOp::Equal => Op::Equal,
                    CompareOp::NotEqual => Op::NotEqual,
                    CompareOp::Less => Op::Less,
                    CompareOp::LessEqual => Op::LessEqual,
                    CompareOp::Greater => Op::Greater,
                    CompareOp::GreaterEqual => Op::GreaterEqual,
                    CompareOp::In => Op::In,
                    CompareOp::NotIn => {
                        let is_in = node(Op::In, vec![("a", a), ("b", b)]);
                        return Some(node(Op::Not, vec![("a", is_in)]));
                    }
                };
                Some(node(op, vec![("a", a), ("b", b)]))
            }
            ExprKind::Conditional(c) => {
                let condition = self.term(&c.condition)?;
                let (then, otherwise) = (self.term(&c.then)?, self.term(&c.otherwise)?);
                let parts =
                    vec![("condition", condition), ("then", then), ("otherwise", otherwise)];
                Some(node(Op::Choice, parts))
            }
            ExprKind::List(items) => Some(Term::Tuple(self.terms(items)?)),
            ExprKind::Call(call) => self.operation(call),
            _ => {
                self.no_value(expr);
                None
            }
        }
    }

    fn terms(&mut self, items: &[Expr]) -> Option<Vec<Term>> {
        let terms: Vec<Option<Term>> = items.iter().map(|item| self.term(item)).collect();
        terms.into_iter().collect()
    }

    fn name(&mut self, name: &str) -> Term {
        match name {
            "_" => return Term::Any,
            "none" => return Term::Nothing,
            "inf" => return Term::Number(f64::INFINITY),
            // `padding.zero`: what an API calls so.
            name if name.contains('.') => return Term::Text(name.to_owned()),
            _ => {}
        }
        if let Some(known) = self.scopes.last().and_then(|names| names.get(name)) {
            return known.clone();
        }
        let fresh = self.fresh(name);
        if let Some(names) = self.scopes.last_mut() {
            names.insert(name.to_owned(), fresh.clone());
        }
        fresh
    }

    fn operation(&mut self, call: &Call) -> Option<Term> {
        let Some(op) = Op::named(&call.function) else {
            self.unknown_operation(call);
            return None;
        };
        let is_plain = call.arguments.iter().all(|a| a.name.is_none());
        let values: Vec<Option<Term>> =
            call.arguments.iter().map(|a| self.term(&a.value)).collect();
        let values: Vec<Term> = values.into_iter().collect::<Option<_>>()?;
        match (op, values.len()) {
            (Op::Add | Op::Mul | Op::Max | Op::Min | Op::And | Op::Or | Op::Xor, 2..)
                if is_plain =>
            {
                return Some(chain(op, values));
            }
            (Op::Sub, 2) if is_plain => {
                return Some(sum(values
                    .into_iter()
                    .zip([false, true])
                    .map(|(t, s)| (s, t))
                    .collect()));
            }
            (Op::Neg, 1) if is_plain => {
                return Some(sum(values.into_iter().map(|t| (true, t)).collect()));
            }
            (Op::Tuple, _) if is_plain => return Some(Term::Tuple(values)),
            _ => {}
        }
        let known = labels(op);
        let mut arguments = Vec::with_capacity(values.len());
        for (at, (argument, term)) in call.arguments.iter().zip(values).enumerate() {
            let label = match &argument.name {
                Some(name) => {
                    if !known.contains(&name.as_str()) {
                        self.doubtful_label(call, name, argument.value.span, known);
                    }
                    name.clone()
                }
                None => match known.get(at) {
                    Some(label) => (*label).to_owned(),
                    None => {
                        self.wrong_count(call, &known.join(", "));
                        return None;
                    }
                },
            };
            arguments.push(Labelled { label, term, named: argument.name.is_some() });
        }
        Some(Term::Node(op, arguments))
    }
}

fn node(op: Op, arguments: Vec<(&str, Term)>) -> Term {
    let labelled =
        |(label, term): (&str, Term)| Labelled { label: label.to_owned(), term, named: false };
    Term::Node(op, arguments.into_iter().map(labelled).collect())
}

/// A sum of terms, sums among them taken apart.
fn sum(terms: Vec<(bool, Term)>) -> Term {
    let mut flat = Vec::new();
    for (is_negative, term) in terms {
        match term {
            Term::Chain(Op::Add, inner) => {
                flat.extend(inner.into_iter().map(|(sign, term)| (sign != is_negative, term)));
            }
            term => flat.push((is_negative, term)),
        }
    }
    let number = |(is_negative, term): &(bool, Term)| match term {
        Term::Number(n) => Some(if *is_negative { -n } else { *n }),
        _ => None,
    };
    match flat.iter().map(number).sum::<Option<f64>>() {
        Some(known) => Term::Number(known),
        None => Term::Chain(Op::Add, flat),
    }
}

/// The same operation of several terms, those of the same kind among them taken apart.
fn chain(op: Op, terms: Vec<Term>) -> Term {
    if op == Op::Add {
        return sum(terms.into_iter().map(|term| (false, term)).collect());
    }
    let mut flat = Vec::new();
    for term in terms {
        match term {
            Term::Chain(inner, terms) if inner == op => flat.extend(terms),
            term => flat.push((false, term)),
        }
    }
    Term::Chain(op, flat)
}
