//! Dimensions that are there only where a condition holds: `stages: [1, 2, 3] when scheme == "online"`.

use spak_syntax::ast::{Slot, Value};
use spak_syntax::{Diagnostic, Span};

use super::{Domain, written};
use crate::codes::PROSE_IN_FORMULA;
use crate::reading::{self, Reading, SlotReading};
use crate::vocabulary::Expect;

/// What stands between the values and the condition.
const WORD: &str = "when";

/// The values of a dimension, and when there is one at all.
pub struct Conditional {
    /// The values.
    pub domain: Domain,
    /// Its condition, if it has one.
    pub when: Option<SlotReading>,
}

/// Reads values with the condition behind them, if there is one; `None` when the values cannot be read.
pub(super) fn read(
    text: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Conditional> {
    let Some((values, at)) = split(text) else {
        return Some(Conditional { domain: written::read(text, span, diagnostics)?, when: None });
    };
    let place = |from: usize, text: &str| {
        let start = span.start + from as u32;
        Span::new(start, start + text.len() as u32)
    };
    let condition = text.get(at..).unwrap_or("");
    let slot = Slot { span: place(at, condition), text: condition.to_owned() };
    let when = condition_of(&Value::Raw(slot), diagnostics);
    let domain = written::read(values, place(0, values), diagnostics)?;
    Some(Conditional { domain, when: Some(when) })
}

/// Reads the condition of a dimension, and says so when it decides nothing.
pub(crate) fn condition_of(value: &Value, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let before = diagnostics.len();
    let read = reading::value(value, Expect::Condition, diagnostics);
    let is_formal = matches!(read.reading, Reading::Formula(_) | Reading::Open | Reading::Nothing);
    if !is_formal && diagnostics.len() == before {
        diagnostics.push(
            Diagnostic::warning(
                PROSE_IN_FORMULA,
                read.span,
                "when this dimension is there is said in words, so it always is",
            )
            .because("only a condition that can be evaluated takes a dimension out of a config")
            .repair("write a condition over other dimensions: `when softmax_scheme == \"online\"`"),
        );
    }
    read
}

/// The values in front of `when`, and where the condition begins; brackets and quotes hide the word.
fn split(text: &str) -> Option<(&str, usize)> {
    let (mut depth, mut quote) = (0_i32, None);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(open), c) if c == open => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, c) if c == 'w' && depth == 0 => {
                let behind = text.get(at..)?.strip_prefix(WORD);
                let before = text.get(..at)?;
                let is_apart =
                    before.ends_with(|c: char| c.is_whitespace() || "]})\"'".contains(c));
                let goes_on = behind.filter(|b| {
                    b.is_empty() || b.starts_with(|c: char| c.is_whitespace() || c == '(')
                });
                if let Some(behind) = goes_on.filter(|_| is_apart) {
                    let lead = behind.len() - behind.trim_start().len();
                    return Some((before, at + WORD.len() + lead));
                }
            }
            (None, _) => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::split;

    #[test]
    fn the_word_stands_by_itself() {
        let parts = |text: &'static str| split(text).map(|(v, at)| (v, text.get(at..).unwrap()));
        assert_eq!(parts("[1, 2] when a == 1"), Some(("[1, 2] ", "a == 1")));
        assert_eq!(parts("[1, 2]when(a)"), Some(("[1, 2]", "(a)")));
        assert_eq!(parts("\"when\" | \"x\" when b"), Some(("\"when\" | \"x\" ", "b")));
        for none in ["[when, then]", "\"a when b\"", "whenever", "a_when b", "1..4", "when"] {
            assert_eq!(parts(none), None, "{none}");
        }
    }
}
