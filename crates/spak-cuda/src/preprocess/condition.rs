//! Conditions of `#if`. A name that is not defined is 0.

use super::{Macros, Word};
use crate::lex::Kind;

/// Brackets and macros within each other that are followed.
const DEPTH: u32 = 40;

/// Whether a condition holds.
pub(super) fn holds(words: &[Word], macros: &Macros<'_>) -> bool {
    let mut parts: Vec<String> = Vec::new();
    let mut budget = 4000;
    collect(words, macros, 0, &mut budget, &mut parts);
    let mut reader = Reader { parts: &parts, at: 0 };
    reader.expression(0, 0).unwrap_or(0) != 0
}

/// The words of a condition, macros without parameters expanded, and `defined` answered.
fn collect(
    words: &[Word],
    macros: &Macros<'_>,
    depth: u32,
    budget: &mut u32,
    parts: &mut Vec<String>,
) {
    let mut rest =
        words.iter().filter(|word| !matches!(word.kind, Kind::Blank | Kind::Line)).peekable();
    while let Some(word) = rest.next() {
        *budget = budget.saturating_sub(1);
        if *budget == 0 {
            return;
        }
        if &*word.text == "defined" {
            let bracket = rest.next_if(|next| &*next.text == "(").is_some();
            let name = rest.next();
            if bracket {
                rest.next_if(|next| &*next.text == ")");
            }
            let known = name.is_some_and(|name| macros.has(&name.text));
            parts.push(if known { "1" } else { "0" }.to_owned());
            continue;
        }
        match macros.get(&word.text) {
            Some(found) if found.parameters.is_none() && depth < DEPTH => {
                collect(&found.body, macros, depth + 1, budget, parts);
            }
            _ => parts.push(word.text.to_string()),
        }
    }
}

struct Reader<'p> {
    parts: &'p [String],
    at: usize,
}

/// Operators of two characters come as one word or as two.
const OPERATORS: &[(&str, u8)] = &[
    ("||", 1),
    ("&&", 2),
    ("==", 3),
    ("!=", 3),
    ("<=", 4),
    (">=", 4),
    ("<", 4),
    (">", 4),
    ("+", 5),
    ("-", 5),
    ("*", 6),
    ("/", 6),
    ("%", 6),
];

impl Reader<'_> {
    fn peek(&self) -> &str {
        self.parts.get(self.at).map_or("", String::as_str)
    }

    fn expression(&mut self, binding: u8, depth: u32) -> Option<i64> {
        let mut left = self.operand(depth)?;
        while let Some((operator, own)) =
            OPERATORS.iter().find(|(operator, _)| *operator == self.peek())
        {
            if *own < binding.max(1) {
                break;
            }
            self.at += 1;
            let right = self.expression(own + 1, depth + 1)?;
            left = match *operator {
                "||" => i64::from(left != 0 || right != 0),
                "&&" => i64::from(left != 0 && right != 0),
                "==" => i64::from(left == right),
                "!=" => i64::from(left != right),
                "<=" => i64::from(left <= right),
                ">=" => i64::from(left >= right),
                "<" => i64::from(left < right),
                ">" => i64::from(left > right),
                "+" => left.checked_add(right)?,
                "-" => left.checked_sub(right)?,
                "*" => left.checked_mul(right)?,
                "/" => left.checked_div(right)?,
                _ => left.checked_rem(right)?,
            };
        }
        Some(left)
    }

    fn operand(&mut self, depth: u32) -> Option<i64> {
        if depth > DEPTH {
            return None;
        }
        let word = self.parts.get(self.at)?.clone();
        self.at += 1;
        match word.as_str() {
            "!" => Some(i64::from(self.operand(depth + 1)? == 0)),
            "-" => self.operand(depth + 1)?.checked_neg(),
            "(" => {
                let value = self.expression(0, depth + 1)?;
                if self.peek() == ")" {
                    self.at += 1;
                }
                Some(value)
            }
            _ if word.starts_with(|first: char| first.is_ascii_digit()) => number(&word),
            _ => {
                // A macro that is called, and not known: `__has_include(…)`.
                if self.peek() == "(" {
                    self.operand(depth + 1)?;
                }
                Some(0)
            }
        }
    }
}

fn number(text: &str) -> Option<i64> {
    let plain = text.trim_end_matches(['u', 'U', 'l', 'L']).replace('\'', "");
    match plain.strip_prefix("0x").or_else(|| plain.strip_prefix("0X")) {
        Some(hex) => i64::from_str_radix(hex, 16).ok(),
        None => plain.parse().ok(),
    }
}
