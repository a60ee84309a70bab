//! Lines of a space that are no dimension, and those that were meant as one: `tile_m = [32, 64]`.

use spak_syntax::ast::Slot;
use spak_syntax::{Diagnostic, Edit, Span};

use super::{Conditional, premise, written};
use crate::codes::NOT_A_DIMENSION;

/// A line of a space that gives a name its values in another way than with a colon.
pub struct Line {
    /// The place of the name.
    pub name: Span,
    /// The name.
    pub text: String,
    /// Its values, and when it is there.
    pub values: Conditional,
}

/// Reads a line of a space, and says that it is no dimension.
pub fn line(slot: &Slot, diagnostics: &mut Vec<Diagnostic>) -> Option<Line> {
    let lead = slot.text.len() - slot.text.trim_start().len();
    let text = slot.text.trim();
    let start = slot.span.start + lead as u32;
    let span = Span::new(start, start + text.len() as u32);
    match meant(text, start) {
        Some((line, values)) => {
            let written = text.get(values..).unwrap_or("");
            let gap = Span::new(line.name.end, start + values as u32);
            diagnostics.push(
                Diagnostic::warning(
                    NOT_A_DIMENSION,
                    span,
                    format!("`{}` is followed by its values without a colon", line.text),
                )
                .because("a dimension is a name, a colon and its values; it is read as one")
                .repair(format!("write `{}: {written}`", line.text))
                .fix(Edit::replace(gap, ": ")),
            );
            Some(line)
        }
        None => {
            let is_condition = spak_expr::parse(text, 0).is_formula();
            let repair = if is_condition {
                "move the condition to a `constraint`, or write `name: […]`"
            } else if written::literal(text).is_some() {
                "write several values of a dimension in brackets: `name: [1, 2, 4]`"
            } else {
                "give a name its values behind a colon: `name: [1, 2, 4]`"
            };
            let is_formal = is_condition || text.contains(['[', '=', '{', '|']);
            let message = "this line of a space is no dimension";
            let diagnostic = if is_formal {
                Diagnostic::error(NOT_A_DIMENSION, span, message)
            } else {
                Diagnostic::warning(NOT_A_DIMENSION, span, message)
            };
            diagnostics.push(
                diagnostic
                    .because("a space holds dimensions and groups of them, each with a name")
                    .repair(repair),
            );
            None
        }
    }
}

/// The name and the values of `tile_n = [32, 64]`, `stages in [1, 2]`, `tile_m [32, 64]`, and where the
/// values begin.
fn meant(text: &str, base: u32) -> Option<(Line, usize)> {
    let in_name = |c: char| c.is_alphanumeric() || c == '_';
    let end = text.find(|c| !in_name(c))?;
    let (name, rest) = text.split_at_checked(end)?;
    if !name.starts_with(|c: char| c.is_alphabetic() || c == '_') {
        return None;
    }
    let trimmed = rest.trim_start();
    let signs = ["==", "=>", ":=", "=", "in ", "in[", "∈"];
    let sign = signs.iter().find(|s| trimmed.starts_with(**s)).copied();
    let values = match sign {
        Some("==" | "=>") => return None,
        Some("in[") => trimmed.get(2..)?,
        Some(sign) => trimmed.get(sign.len()..)?,
        // Without any sign only what cannot be a word of a sentence.
        None if rest.starts_with(char::is_whitespace) || rest.starts_with('[') => {
            Some(trimmed).filter(|t| t.starts_with(['[', '{', '"', '\'']) || starts_range(t))?
        }
        None => return None,
    };
    let values = values.trim_start();
    let at = text.len() - values.len();
    let mut said = Vec::new();
    let span = Span::new(base + at as u32, base + text.len() as u32);
    let values = premise::read(values, span, &mut said).filter(|_| said.is_empty())?;
    let name_span = Span::new(base, base + end as u32);
    Some((Line { name: name_span, text: name.to_owned(), values }, at))
}

fn starts_range(text: &str) -> bool {
    ["int ", "pow2 ", "float ", "integer "].iter().any(|w| text.starts_with(w))
        || text.contains("..") && text.starts_with(|c: char| c.is_ascii_digit())
}
