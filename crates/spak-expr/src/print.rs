//! Trees back to text, in one spelling, with no more parentheses than needed.

use std::fmt::{self, Display, Formatter, Write};

use crate::expr::{BinaryOp, Expr, ExprKind, Number, Quantified, Quantifier, UnaryOp};
use crate::parse::Level;

/// The text of an expression; reading it gives the same tree.
pub fn print(expr: &Expr) -> String {
    expr.to_string()
}

impl Display for Expr {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        write_at(f, self, Level::LOWEST)
    }
}

fn level(expr: &Expr) -> Level {
    match &expr.kind {
        ExprKind::Binary(op, ..) => binary_level(*op),
        ExprKind::Conditional(_) => Level::CONDITIONAL,
        ExprKind::Or(_) => Level::OR,
        ExprKind::And(_) => Level::AND,
        ExprKind::Unary(UnaryOp::Not, _) => Level::NOT,
        ExprKind::Compare(..) => Level::COMPARE,
        ExprKind::Range(..) => Level::RANGE,
        ExprKind::Unary(UnaryOp::Minus, _) => Level::MINUS,
        ExprKind::Number(n) | ExprKind::Quantity(n, _) if is_negative(*n) => Level::MINUS,
        // `12 GB[0]` would be 12 and an element of `GB`.
        ExprKind::Quantity(..) => Level::POWER,
        // Its body reaches as far as it can, so inside anything it needs parentheses.
        ExprKind::Quantified(_) => Level::LOWEST,
        _ => Level::OPERAND,
    }
}

fn binary_level(op: BinaryOp) -> Level {
    match op {
        BinaryOp::Implies => Level::IMPLIES,
        BinaryOp::Add | BinaryOp::Subtract => Level::ADD,
        BinaryOp::Power => Level::POWER,
        _ => Level::MULTIPLY,
    }
}

fn is_negative(number: Number) -> bool {
    match number {
        Number::Int(i) => i < 0,
        Number::Float(f) => f.is_sign_negative(),
    }
}

/// Writes `expr` where only what binds at least as tightly as `needed` may stand bare.
fn write_at(f: &mut Formatter<'_>, expr: &Expr, needed: Level) -> fmt::Result {
    if level(expr) < needed {
        f.write_char('(')?;
        write_bare(f, expr)?;
        f.write_char(')')
    } else {
        write_bare(f, expr)
    }
}

fn write_bare(f: &mut Formatter<'_>, expr: &Expr) -> fmt::Result {
    match &expr.kind {
        ExprKind::Number(n) => write_number(f, *n),
        ExprKind::Quantity(n, unit) => {
            write_number(f, *n)?;
            write!(f, " {unit}")
        }
        ExprKind::Bool(b) => write!(f, "{b}"),
        ExprKind::Text(text) => write_text(f, text),
        ExprKind::Name(name) => f.write_str(name),
        ExprKind::Unary(UnaryOp::Not, operand) => {
            f.write_str("not ")?;
            write_at(f, operand, Level::NOT)
        }
        ExprKind::Unary(UnaryOp::Minus, operand) => {
            f.write_char('-')?;
            // The minus of a literal would become part of it.
            let is_literal = matches!(operand.kind, ExprKind::Number(_) | ExprKind::Quantity(..));
            write_at(f, operand, if is_literal { Level::OPERAND } else { Level::MINUS })
        }
        ExprKind::Binary(op, a, b) => {
            let own = binary_level(*op);
            let (left, right) = match op {
                BinaryOp::Implies => (own.tighter(), own),
                BinaryOp::Power => (own.tighter(), Level::MINUS),
                _ => (own, own.tighter()),
            };
            write_at(f, a, left)?;
            write!(f, " {} ", op.symbol())?;
            write_at(f, b, right)
        }
        ExprKind::And(items) => write_joined(f, items, " and ", Level::AND.tighter()),
        ExprKind::Or(items) => write_joined(f, items, " or ", Level::OR.tighter()),
        ExprKind::Compare(first, rest) => {
            write_at(f, first, Level::COMPARE.tighter())?;
            for (op, operand) in rest {
                write!(f, " {} ", op.symbol())?;
                write_at(f, operand, Level::COMPARE.tighter())?;
            }
            Ok(())
        }
        ExprKind::Conditional(c) => {
            write_at(f, &c.then, Level::OR)?;
            f.write_str(" if ")?;
            write_at(f, &c.condition, Level::OR)?;
            f.write_str(" else ")?;
            write_at(f, &c.otherwise, Level::CONDITIONAL)
        }
        ExprKind::Call(call) => {
            write!(f, "{}(", call.function)?;
            for (i, argument) in call.arguments.iter().enumerate() {
                f.write_str(if i > 0 { ", " } else { "" })?;
                if let Some(name) = &argument.name {
                    write!(f, "{name}=")?;
                }
                write_at(f, &argument.value, Level::LOWEST)?;
            }
            f.write_char(')')
        }
        ExprKind::Index(base, indices) => {
            write_at(f, base, Level::OPERAND)?;
            f.write_char('[')?;
            write_joined(f, indices, ", ", Level::LOWEST)?;
            f.write_char(']')
        }
        ExprKind::Field(base, field) => {
            // `true.x` would be a name.
            match base.kind {
                ExprKind::Bool(_) | ExprKind::Number(_) => write!(f, "({base})")?,
                _ => write_at(f, base, Level::OPERAND)?,
            }
            write!(f, ".{field}")
        }
        ExprKind::List(items) => {
            f.write_char('[')?;
            write_joined(f, items, ", ", Level::LOWEST)?;
            f.write_char(']')
        }
        ExprKind::Range(low, high) => {
            write_at(f, low, Level::RANGE.tighter())?;
            f.write_str("..")?;
            write_at(f, high, Level::RANGE.tighter())
        }
        ExprKind::Quantified(q) => write_quantified(f, q),
    }
}

fn write_joined(
    f: &mut Formatter<'_>,
    items: &[Expr],
    between: &str,
    needed: Level,
) -> fmt::Result {
    for (i, item) in items.iter().enumerate() {
        f.write_str(if i > 0 { between } else { "" })?;
        write_at(f, item, needed)?;
    }
    Ok(())
}

fn write_quantified(f: &mut Formatter<'_>, q: &Quantified) -> fmt::Result {
    f.write_str(match q.quantifier {
        Quantifier::All => "forall ",
        Quantifier::Some => "exists ",
    })?;
    for (i, binding) in q.bindings.iter().enumerate() {
        f.write_str(if i > 0 { ", " } else { "" })?;
        for (j, variable) in binding.variables.iter().enumerate() {
            f.write_str(if j > 0 { ", " } else { "" })?;
            f.write_str(&variable.name)?;
        }
        if let Some(domain) = &binding.domain {
            f.write_str(" in ")?;
            write_at(f, domain, Level::RANGE)?;
        }
    }
    f.write_str(": ")?;
    write_at(f, &q.body, Level::LOWEST)
}

fn write_number(f: &mut Formatter<'_>, number: Number) -> fmt::Result {
    match number {
        Number::Int(i) => write!(f, "{i}"),
        Number::Float(x) => write!(f, "{x:?}"),
    }
}

/// A text in double quotes, with the escapes that make it one line.
pub(crate) fn write_text(f: &mut impl Write, text: &str) -> fmt::Result {
    f.write_char('"')?;
    for c in text.chars() {
        match c {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\t' => f.write_str("\\t")?,
            '\r' => f.write_str("\\r")?,
            c if c.is_control() => write!(f, "\\u{{{:x}}}", u32::from(c))?,
            c => f.write_char(c)?,
        }
    }
    f.write_char('"')
}
