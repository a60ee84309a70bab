//! What a rule is about besides the situation: `t in trials`, `(x, y) in faster`, `v in [1, 2]`, `x, y`.

use std::fmt;

use spak_expr::{Expr, Options, parse_with};
use spak_syntax::Span;

/// Variables, and what they stand for.
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// One name, or one for each argument of what holds.
    pub names: Vec<String>,
    /// Rows of a table, what holds, or a list of values; without it, what the conditions hold for.
    pub domain: Option<Expr>,
    /// Where.
    pub span: Span,
}

impl fmt::Display for Over {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.names.as_slice(), &self.domain) {
            (names, None) => f.write_str(&names.join(", ")),
            ([one], Some(domain)) => write!(f, "{one} in {}", spak_expr::print(domain)),
            (names, Some(domain)) => {
                write!(f, "({}) in {}", names.join(", "), spak_expr::print(domain))
            }
        }
    }
}

/// Reads what stands under `for`, at `base` of its file; `None` where it is something else.
pub fn read(text: &str, base: u32) -> Option<Vec<Over>> {
    let mut all = Vec::new();
    for (at, part) in parts(text) {
        let lead = part.len() - part.trim_start().len();
        let start = at + lead;
        all.push(one(part.trim(), base + start as u32)?);
    }
    (!all.is_empty()).then_some(all)
}

fn one(part: &str, base: u32) -> Option<Over> {
    let span = Span::new(base, base + part.len() as u32);
    let (names, domain) = match part.split_once(" in ") {
        None => (part, None),
        Some((names, domain)) => {
            let lead = domain.len() - domain.trim_start().len();
            let at = base + (part.len() - domain.len() + lead) as u32;
            let options = Options { allow_equals: false, implicit_multiplication: false };
            let parsed = parse_with(domain.trim(), at, options);
            (names, Some(parsed.expr?))
        }
    };
    let names = names.trim();
    let inner = names.strip_prefix('(').and_then(|n| n.strip_suffix(')')).unwrap_or(names);
    let names: Vec<String> = inner.split(',').map(|n| n.trim().to_owned()).collect();
    let is_name = |n: &String| {
        n.starts_with(|c: char| c.is_alphabetic() || c == '_')
            && n.chars().all(|c| c.is_alphanumeric() || c == '_')
    };
    names.iter().all(is_name).then_some(Over { names, domain, span })
}

/// The parts between commas and semicolons outside of brackets and quotes, with where they begin.
fn parts(text: &str) -> Vec<(usize, &str)> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_i32, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, ',' | ';') if depth == 0 => {
                parts.push((start, text.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            (None, _) => {}
        }
    }
    parts.push((start, text.get(start..).unwrap_or_default()));
    parts
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn variables_and_their_domains() {
        for (text, expected) in [
            ("t in trials", "t in trials"),
            ("t in TraceItem.Performance, u in trials", "t in TraceItem.Performance; u in trials"),
            ("(x, y) in faster; z in [1, 'b']", "(x, y) in faster; z in [1, \"b\"]"),
            ("i in 0..4", "i in 0..4"),
            ("x, y", "x; y"),
            ("every trial", "nothing"),
            ("t in", "nothing"),
            ("", "nothing"),
            ("(x in y", "nothing"),
        ] {
            let read = read(text, 3);
            let shown = read.map_or_else(
                || "nothing".to_owned(),
                |all| all.iter().map(ToString::to_string).collect::<Vec<_>>().join("; "),
            );
            assert_eq!(shown, expected, "{text}");
        }
    }
}
