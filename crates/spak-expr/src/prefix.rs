//! The formula that a half-formal statement begins with: `tile_q >= 128 causes register spill`.

use spak_syntax::Span;

use crate::aggregation::aggregation;
use crate::expr::{BinaryOp, Expr, ExprKind};
use crate::formality::{is_identifier, states_something};
use crate::lexer::{Kind, place};
use crate::parse::{Level, Options, Parser, parse_with};

/// A formula and the words after it.
#[derive(Clone, Debug)]
pub struct Prefix {
    /// What the text begins with.
    pub expr: Expr,
    /// Where the words after it are; empty when the whole text is a formula.
    pub rest: Span,
}

/// The longest formula that `text` begins with and that states something by itself, with the rest.
///
/// `None` when the text is prose from its first word on. `text` starts at byte `base` of its file.
pub fn parse_prefix(text: &str, base: u32, options: Options) -> Option<Prefix> {
    let mut parser = Parser::new(text, base, options, true);
    let built = parser.expression(Level::LOWEST).ok()?;
    if parser.token.kind == Kind::End {
        let whole = parse_with(text, base, options);
        let is_formula = whole.is_formula();
        let end = place(base, text.len(), text.len());
        return whole.expr.filter(|_| is_formula).map(|expr| Prefix { expr, rest: end });
    }
    let mut expr = built.expr;
    // The last operand of what was read may already be the first word of the prose.
    if parser.token.kind == Kind::Name && !ends_solidly(&expr) {
        expr = trim(expr)?;
    }
    let end = (expr.span.end - base) as usize;
    let rest = text.get(end..)?;
    // `sum_{s<=t} p(s)`, `mean_t log p(t)`: what follows is a part of what cannot be read.
    let is_words = rest.trim_start().starts_with('(') || !rest.contains(['(', '|', '=', '*', '^']);
    let is_cut = ends_with_aggregation(&expr) && !is_words;
    if is_cut || rest.starts_with(['{', '(', '[', '_', '^']) {
        return None;
    }
    let blank = rest.len() - rest.trim_start().len();
    states_something(text, end, options)
        .then(|| Prefix { rest: place(base, end + blank, end + rest.trim_end().len()), expr })
}

/// Whether the last operand is what aggregates something that was not read.
fn ends_with_aggregation(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(name) => aggregation(name).is_some() || name.ends_with('_'),
        _ => last_operand(expr).is_some_and(ends_with_aggregation),
    }
}

/// What an expression ends with, when that is not a bracket.
fn last_operand(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Unary(_, operand) => Some(operand),
        ExprKind::Binary(_, _, last) | ExprKind::Range(_, last) => Some(last),
        ExprKind::And(items) | ExprKind::Or(items) => items.last(),
        ExprKind::Compare(_, rest) => rest.last().map(|(_, last)| last),
        ExprKind::Conditional(c) => Some(&c.otherwise),
        ExprKind::Quantified(q) => Some(&q.body),
        _ => None,
    }
}

/// Whether the last operand is not a word that could belong to a sentence.
fn ends_solidly(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Name(name) => is_identifier(name),
        _ => last_operand(expr).is_none_or(ends_solidly),
    }
}

/// The expression without its last part that can be left out, if what remains ends solidly.
fn trim(expr: Expr) -> Option<Expr> {
    let start = expr.span.start;
    let chain = |mut items: Vec<Expr>, kind: fn(Vec<Expr>) -> ExprKind| {
        while let Some(last) = items.pop() {
            if ends_solidly(&last) {
                items.push(last);
                break;
            }
            if let Some(last) = trim(last) {
                items.push(last);
                break;
            }
        }
        let end = items.last()?.span.end;
        if items.len() == 1 {
            return items.pop();
        }
        Some(Expr::new(Span::new(start, end), kind(items)))
    };
    match expr.kind {
        ExprKind::And(items) => chain(items, ExprKind::And),
        ExprKind::Or(items) => chain(items, ExprKind::Or),
        ExprKind::Binary(BinaryOp::Implies, condition, conclusion) => match trim(*conclusion) {
            Some(conclusion) => {
                let span = Span::new(start, conclusion.span.end);
                let kind = ExprKind::Binary(BinaryOp::Implies, condition, Box::new(conclusion));
                Some(Expr::new(span, kind))
            }
            None if ends_solidly(&condition) => Some(*condition),
            None => trim(*condition),
        },
        _ => None,
    }
}
