//! What rules recommend: `tile_m = 64`, `select mask_fusion = 'fused_qk'`, `v = 5 if causal else 4`.

use std::fmt;

use spak_expr::{BinaryOp, Expr, ExprKind};
use spak_syntax::{Diagnostic, Span};

use crate::codes::PROSE_IN_FORMULA;
use crate::formula::{self, Formula};

/// One value proposed for one dimension.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The dimension.
    pub name: String,
    /// Its place.
    pub span: Span,
    /// The value, which may depend on the workload.
    pub value: Formula,
}

impl fmt::Display for Assignment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.name, self.value)
    }
}

/// The assignments `text` begins with, and the words behind them.
pub fn read(text: &str, base: u32) -> (Vec<Assignment>, String) {
    let mut items = Vec::new();
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let skipped = rest.len() - rest.trim_start_matches([' ', ',', ';', '\n', '\t']).len();
        let mut start = at + skipped;
        for word in ["and ", "&& ", "select ", "set ", "use "] {
            if text.get(start..).is_some_and(|t| t.starts_with(word)) {
                start += word.len();
            }
        }
        match one(text, start, base) {
            Some((item, end)) => {
                items.push(item);
                at = end;
            }
            None => {
                let rest = text.get(at..).unwrap_or("").trim().trim_start_matches([',', ';']);
                return (items, rest.trim().to_owned());
            }
        }
    }
}

/// The assignment at `start`, and where it ends.
fn one(text: &str, start: usize, base: u32) -> Option<(Assignment, usize)> {
    let rest = text.get(start..)?;
    let name_end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))?;
    let name =
        rest.get(..name_end).filter(|n| n.starts_with(|c: char| c.is_alphabetic() || c == '_'))?;
    let after = rest.get(name_end..)?;
    let gap = after.len() - after.trim_start().len();
    let equals = after.trim_start();
    let sign = match equals {
        e if e.starts_with("=>") => return None,
        // What is recommended to be equal to a value is given that value.
        e if e.starts_with(":=") || e.starts_with("==") => 2,
        e if e.starts_with('=') => 1,
        _ => return None,
    };
    let value_at = start + name_end + gap + sign;
    let value_text = text.get(value_at..)?;
    // A value ends at a comma outside brackets and quotes, or before `and` and a further assignment.
    let end = value_at + top_level_end(value_text).unwrap_or(value_text.len());
    let value_text = text.get(value_at..end)?;
    let lead = value_text.len() - value_text.trim_start().len();
    let span = Span::new(base + start as u32, base + (start + name_end) as u32);
    let value_base = base + (value_at + lead) as u32;
    let item = |value| Assignment { name: name.to_owned(), span, value };
    match formula::read_value(value_text.trim(), value_base)? {
        (value, None) => Some((item(value), end)),
        (value, Some(used)) => Some((item(value), value_at + lead + used)),
    }
}

fn top_level_end(text: &str) -> Option<usize> {
    let mut depth = 0_i32;
    let mut quote = None;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',' | ';' | '\n') if depth <= 0 => return Some(i),
            (None, 'a' | '&') if depth <= 0 && starts_next(text, i) => return Some(i),
            (None, _) => {}
        }
    }
    None
}

/// Whether a further assignment stands behind an `and` at `at`.
fn starts_next(text: &str, at: usize) -> bool {
    let is_word = text.get(..at).is_some_and(|t| t.ends_with(char::is_whitespace));
    let rest = text.get(at..).unwrap_or("");
    let Some(mut rest) = rest.strip_prefix("and ").or_else(|| rest.strip_prefix("&& ")) else {
        return false;
    };
    for word in ["select ", "set ", "use "] {
        rest = rest.trim_start();
        rest = rest.strip_prefix(word).unwrap_or(rest);
    }
    is_word && named(rest.trim_start()).is_some()
}

/// The name that `text` gives a value to, and what stands behind the sign.
fn named(text: &str) -> Option<(&str, &str)> {
    let end = text.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.')))?;
    let (name, rest) = text.split_at_checked(end)?;
    let rest = rest.trim_start();
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') || rest.starts_with("=>") {
        return None;
    }
    let value = ["==", ":=", "="].iter().find_map(|sign| rest.strip_prefix(sign))?;
    Some((name, value))
}

/// What is wrong with words where an assignment is expected: one that breaks off (`tile_m =`), or a
/// comparison (`tile_m > 3`), which gives no value. `None` for prose.
pub fn broken(text: &str, base: u32) -> Option<Diagnostic> {
    let lead = text.len() - text.trim_start().len();
    let (start, text) = (base + lead as u32, text.trim());
    if let Some((_, value)) = named(text) {
        let at = start + (text.len() - value.len()) as u32;
        let is_empty = value.trim().is_empty();
        let found = spak_expr::parse(value, at).diagnostics.into_iter().next_back();
        return found.filter(|_| is_empty).or_else(|| formula::broken(text, start));
    }
    let end = text.find([',', ';', '\n']).unwrap_or(text.len());
    match formula::read_condition(text.get(..end)?, start) {
        formula::Read::Whole(condition) if has_comparison(&condition.expr) => Some(
            Diagnostic::warning(
                PROSE_IN_FORMULA,
                condition.span,
                format!("`{}` gives nothing a value", condition.text),
            )
            .because("a rule chooses values, and avoids them, by `name = value`")
            .repair("write `name = value`, or make it a `constraint`"),
        ),
        _ => formula::broken(text, start),
    }
}

fn has_comparison(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Compare(..)) || expr.children().into_iter().any(has_comparison)
}

/// A statement in mathematical form that gives names values: `let x = a + b`, `y ← f(x)`,
/// `acc += a @ b`, `q, k, v = split(x)`, and `x = x + f(x)`, which no equality says.
pub fn statement(text: &str, base: u32) -> Option<Assignment> {
    let lead = text.len() - text.trim_start().len();
    let (start, text) = (base + lead as u32, text.trim());
    let (is_let, rest) = match text.strip_prefix("let ") {
        Some(rest) => (true, rest.trim_start()),
        None => (false, text),
    };
    let names_at = text.len() - rest.len();
    let in_names = |c: char| c.is_alphanumeric() || "_.,′″ ₀₁₂₃₄₅₆₇₈₉".contains(c);
    let end = rest.find(|c| !in_names(c))?;
    let (names, behind) = rest.split_at_checked(end)?;
    let parts: Vec<&str> = names.split(',').map(str::trim).collect();
    let is_name = |n: &&str| {
        n.starts_with(|c: char| c.is_alphabetic() || c == '_') && !n.contains(char::is_whitespace)
    };
    if !parts.iter().all(is_name) {
        return None;
    }
    let updates = ["+=", "-=", "*=", "/=", "@="].iter().find_map(|s| behind.strip_prefix(s));
    let arrow = ["←", "<- ", ":="].iter().find_map(|s| behind.strip_prefix(s));
    let equals = behind.strip_prefix('=').filter(|b| !b.starts_with(['=', '>']));
    let value = updates.or(arrow).or(equals)?;
    let value_at = start + (text.len() - value.len()) as u32;
    let mut formula = formula::parse_layer(value, value_at)?;
    let name = parts.join(", ");
    let is_itself = || {
        let name = parts.first().copied().unwrap_or("");
        parts.len() == 1 && spak_expr::free_names(&formula.expr).contains(name)
    };
    let name_start = start + names_at as u32;
    let span = Span::new(name_start, name_start + names.trim_end().len() as u32);
    if updates.is_some() {
        let op = match behind.chars().next()? {
            '+' => BinaryOp::Add,
            '-' => BinaryOp::Subtract,
            '*' => BinaryOp::Multiply,
            '/' => BinaryOp::Divide,
            _ => BinaryOp::MatrixProduct,
        };
        let old = Expr::new(span, ExprKind::Name(name.clone()));
        let kind = ExprKind::Binary(op, Box::new(old), Box::new(formula.expr));
        formula = Formula { expr: Expr::new(formula.span, kind), ..formula };
    } else if arrow.is_none() && !is_let && parts.len() == 1 && !is_itself() {
        return None;
    }
    Some(Assignment { name, span, value: formula })
}
