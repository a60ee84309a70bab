//! Restrictions and lists of values as other tuners write them: as Python.
//!
//! `ruff_python_parser` reads the text; what it means is then said in [`spak_expr::Expr`], whose
//! operators mean what Python's do. What has no operator there is a call: `bit_and`, `bit_or`,
//! `bit_xor`, `bit_not`, `shift_left`, `shift_right`, `int`, `float`, `bool`, `round`, `trunc`.

mod c_operators;
mod calls;
mod compare;
mod lower;
mod scan;
mod subscript;
mod values;
mod write;

use ruff_python_ast::Expr as Python;
use ruff_text_size::{Ranged as _, TextRange, TextSize};
use spak_expr::Expr;
use spak_expr::codes::EXPRESSION_TOO_DEEP;
use spak_syntax::{Diagnostic, Span};

use crate::codes::{DOUBTFUL_ENTRY, NOT_PYTHON, NOT_TRANSLATABLE};

pub use values::values;
pub use write::written;

/// The longest text of an expression, in bytes.
const MAX_TEXT: usize = 1 << 24;

/// A restriction, as far as it could be read. Places are byte offsets in its text.
#[derive(Clone, Debug)]
pub struct Restriction {
    /// What it means; absent when a diagnostic is an error.
    pub expr: Option<Expr>,
    /// What is wrong with it, or should be known about it.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads one restriction: a Python expression, or `lambda p: ..` with parameters as `p["name"]`.
///
/// Line breaks count as in brackets. Only whether it holds matters, so `and` and `or` stand for truth
/// values; where their Python value (one of the operands) is used as a number, that is diagnosed.
/// A text that is no Python but has `&&`, `||` or `!` is read with `and`, `or` and `not` in their
/// place, with a warning.
pub fn restriction(text: &str) -> Restriction {
    match parsed(text) {
        Ok(parsed) => {
            let mut lowering = lower::Lowering::default();
            let expr = lowering.restriction(&parsed.expr);
            let mut diagnostics = lowering.diagnostics;
            if let Some(c) = &parsed.c_operators {
                for diagnostic in &mut diagnostics {
                    c.relocate(diagnostic);
                }
                diagnostics.push(c_warning(text, c));
                let expr = expr.map(|e| c.relocated(e));
                return Restriction { expr, diagnostics };
            }
            Restriction { expr, diagnostics }
        }
        Err(diagnostic) => Restriction { expr: None, diagnostics: vec![*diagnostic] },
    }
}

/// A Python expression, and how its places are those of the original text.
struct Parsed {
    expr: Python,
    c_operators: Option<c_operators::Rewritten>,
}

fn parsed(text: &str) -> Result<Parsed, Box<Diagnostic>> {
    let scan = scan::scan(text);
    if let Some(diagnostic) = refused(text, &scan) {
        return Err(Box::new(diagnostic));
    }
    let error = match python(text) {
        Ok(expr) => return Ok(Parsed { expr, c_operators: None }),
        Err(error) => error,
    };
    let mut complaint = not_python(text, &error);
    if !scan.c_operators {
        return Err(complaint);
    }
    "write `and`, `or` and `not` for `&&`, `||` and `!`".clone_into(&mut complaint.repair);
    let Some(rewritten) = c_operators::rewrite(text) else { return Err(complaint) };
    let again = scan::scan(&rewritten.text);
    if refused(&rewritten.text, &again).is_some() {
        return Err(complaint);
    }
    match python(&rewritten.text) {
        Ok(expr) => Ok(Parsed { expr, c_operators: Some(rewritten) }),
        Err(_) => Err(complaint),
    }
}

fn python(text: &str) -> Result<Python, ruff_python_parser::ParseError> {
    let whole = TextRange::up_to(TextSize::of(text));
    let module = ruff_python_parser::parse_parenthesized_expression_range(text, whole)?;
    Ok(*module.into_syntax().body)
}

/// What must not reach the parser, because it would exhaust the stack there.
fn refused(text: &str, scan: &scan::Scan) -> Option<Diagnostic> {
    if text.len() > MAX_TEXT {
        let message = format!("the expression is longer than {MAX_TEXT} bytes");
        return Some(Diagnostic::error(NOT_PYTHON, Span::at(0), message));
    }
    if let Some((at, depth)) = scan.too_deep {
        let message = format!("the expression is nested more than {depth} levels deep here");
        let diagnostic = Diagnostic::error(EXPRESSION_TOO_DEEP, Span::at(at), message);
        return Some(
            diagnostic
                .because("brackets and operators that wait for their operand count as levels")
                .repair("split it into several restrictions"),
        );
    }
    if let Some(at) = scan.interpolated {
        let message = "a text with computed parts cannot be translated";
        let diagnostic = Diagnostic::error(NOT_TRANSLATABLE, Span::at(at), message);
        return Some(diagnostic.repair("write the text out, without `f`"));
    }
    None
}

fn not_python(text: &str, error: &ruff_python_parser::ParseError) -> Box<Diagnostic> {
    let span = span(error.range());
    if text.trim().is_empty() {
        let diagnostic = Diagnostic::error(NOT_PYTHON, Span::at(0), "the expression is empty");
        return Box::new(diagnostic.repair("remove it, or write what must hold"));
    }
    let message = format!("this is not a Python expression: {}", error.error);
    let repair = if span.slice(text).starts_with('=') || has_single_equals(text) {
        "write equality as `==`"
    } else {
        "write an expression such as `block_size_x * block_size_y <= 1024`"
    };
    Box::new(Diagnostic::error(NOT_PYTHON, span, message).repair(repair))
}

fn has_single_equals(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().any(|(at, byte)| {
        let before = at.checked_sub(1).and_then(|b| bytes.get(b)).copied().unwrap_or(b' ');
        *byte == b'=' && bytes.get(at + 1) != Some(&b'=') && !b"=!<>:+-*/%&|^@".contains(&before)
    })
}

fn c_warning(text: &str, c: &c_operators::Rewritten) -> Diagnostic {
    let at = Span::new(c.first, c.first + c.first_length);
    let message = format!("`{}` is no Python operator", at.slice(text));
    Diagnostic::warning(DOUBTFUL_ENTRY, at, message)
        .because("`&&`, `||` and `!` are read as `and`, `or` and `not`, all else as Python: `/` gives a float")
        .repair("write `and`, `or`, `not`")
}

/// A range of the parser as a span.
fn span(range: TextRange) -> Span {
    Span::new(range.start().to_u32(), range.end().to_u32())
}
