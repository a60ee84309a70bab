//! What rules recommend: `tile_m = 64`, `select mask_fusion = 'fused_qk'`, `v = 5 if causal else 4`.

use std::fmt;

use spak_syntax::Span;

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
        for word in ["select ", "set ", "use ", "and "] {
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
        e if e.starts_with("==") || e.starts_with("=>") => return None,
        e if e.starts_with(":=") => 2,
        e if e.starts_with('=') => 1,
        _ => return None,
    };
    let value_at = start + name_end + gap + sign;
    let value_text = text.get(value_at..)?;
    // A value ends at a comma outside brackets and quotes.
    let end = value_at + top_level_comma(value_text).unwrap_or(value_text.len());
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

fn top_level_comma(text: &str) -> Option<usize> {
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
            (None, _) => {}
        }
    }
    None
}
