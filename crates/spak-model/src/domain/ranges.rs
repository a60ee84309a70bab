//! Ranges as they are written: `int range [0, 4]`, `1..4 step 2`, `0.1..0.5`, `pow2(16, 128)`, `1 to 4`.

use spak_syntax::{Diagnostic, Span};

use super::{Domain, MAX_LISTED};
use crate::codes::BAD_RANGE;
use crate::literal::Literal;

/// Words that say what kind of numbers a range has.
const KINDS: &[(&str, Kind)] = &[
    ("int", Kind::Int),
    ("integer", Kind::Int),
    ("pow2", Kind::Powers),
    ("float", Kind::Real),
    ("real", Kind::Real),
    ("number", Kind::Real),
];

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Int,
    Powers,
    Real,
}

/// A range in its parts.
struct Parts<'t> {
    low: &'t str,
    high: &'t str,
    step: Option<&'t str>,
}

/// The domain of a text that is written as a range; the outer `None` when it is not.
pub(super) fn read(
    text: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Option<Domain>> {
    let (kind, rest) = kind(text);
    let after_word = ["range", "in", "between", "from"].iter().find_map(|w| word(rest, w));
    let is_said = after_word.is_some();
    let is_between = word(rest, "between").is_some();
    let rest = after_word.unwrap_or(rest).trim_start();
    let in_parentheses = rest.starts_with('(');
    // `range(a, b)` is the one of formulas, and `[1, 2]` and `in [1, 2]` without a kind are lists.
    let is_list = rest.starts_with('[') && (!is_said || word(text, "in").is_some());
    if kind.is_none() && (in_parentheses || is_list) {
        return None;
    }
    let is_range = kind.is_some() && (is_said || rest.starts_with(['[', '(']));
    match parts(rest, is_between).filter(|_| !(in_parentheses && is_said)) {
        Some(parts) if kind.is_some() || is_said || is_numeric(&parts) => {
            Some(domain(kind, &parts, text, span, diagnostics))
        }
        _ if is_range || is_said && rest.starts_with('[') || kind == Some(Kind::Powers) => {
            diagnostics.push(bad(text, span));
            Some(None)
        }
        _ => None,
    }
}

/// The kind that `text` begins with, and what follows.
fn kind(text: &str) -> (Option<Kind>, &str) {
    let found = KINDS.iter().find_map(|(name, kind)| Some((*kind, word(text, name)?)));
    found.map_or((None, text), |(kind, rest)| (Some(kind), rest.trim_start()))
}

/// What follows `word` at the start of `text`.
fn word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let rest = text.strip_prefix(word)?;
    (!rest.starts_with(|c: char| c.is_alphanumeric() || c == '_')).then_some(rest)
}

/// `[a, b]`, `(a, b)`, `[a..b]`, `a..b`, `a to b`, behind `between` `a and b`, with a step behind it or not.
fn parts(text: &str, is_between: bool) -> Option<Parts<'_>> {
    let (range, step) = match text.split_once(" step ").or_else(|| text.split_once(" by ")) {
        Some((range, step)) => (range.trim_end().trim_end_matches(','), Some(step.trim())),
        None => (text, None),
    };
    let range = range.trim();
    let inner = |open, close| range.strip_prefix(open).and_then(|r: &str| r.strip_suffix(close));
    let bounds = match inner('[', ']').or_else(|| inner('(', ')')) {
        Some(inner) => inner.split_once(',').or_else(|| dots(inner)),
        None => dots(range)
            .or_else(|| range.split_once(" to "))
            .or_else(|| range.split_once(" and ").filter(|_| is_between)),
    };
    let (low, high) = bounds?;
    let is_one = |t: &str| !t.is_empty() && !t.contains([',', ':']) && !t.contains("..");
    let (low, high) = (low.trim(), high.trim());
    (is_one(low) && is_one(high)).then_some(Parts { low, high, step })
}

fn dots(text: &str) -> Option<(&str, &str)> {
    ["..=", "...", "..", "…"].iter().find_map(|dots| text.split_once(dots))
}

/// Whether both bounds are numbers, so that a text without any word is a range.
fn is_numeric(parts: &Parts<'_>) -> bool {
    number(parts.low).is_some() && number(parts.high).is_some()
}

/// A number, or an expression of numbers: `2^4`.
fn number(text: &str) -> Option<Literal> {
    if let Some(literal) = Literal::read(text) {
        return Some(literal).filter(|l| l.as_float().is_some());
    }
    let expr = spak_expr::parse(text, 0).expr?;
    if !spak_expr::free_names(&expr).is_empty() {
        return None;
    }
    let value = spak_expr::eval(&expr, &spak_expr::Empty).ok()?;
    Some(crate::formula::from_value(&value)).filter(|l| l.as_float().is_some())
}

fn domain(
    kind: Option<Kind>,
    parts: &Parts<'_>,
    text: &str,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Domain> {
    let step = parts.step.map(|s| number(s).and_then(|l| l.as_int()));
    let read = match (kind, number(parts.low), number(parts.high), step) {
        (None | Some(Kind::Int), Some(Literal::Int(low)), Some(Literal::Int(high)), step)
            if step != Some(None) =>
        {
            return ints(span, low, high, step.flatten().unwrap_or(1), diagnostics);
        }
        (Some(Kind::Powers), Some(Literal::Int(low)), Some(Literal::Int(high)), None)
            if low > 0 && high >= low =>
        {
            let powers = (0..63).map(|e| 1_i64 << e).filter(|p| (low..=high).contains(p));
            let powers: Vec<Literal> = powers.map(Literal::Int).collect();
            (!powers.is_empty()).then_some(Domain::Values(powers))
        }
        (None | Some(Kind::Real), Some(low), Some(high), None)
            if low.as_float() <= high.as_float() =>
        {
            Some(Domain::Reals(low, high))
        }
        _ => None,
    };
    if read.is_none() {
        diagnostics.push(bad(text, span));
    }
    read
}

fn bad(text: &str, span: Span) -> Diagnostic {
    let is_followed = text.split_once(']').is_some_and(|(_, rest)| rest.contains(':'));
    let reason = if is_followed {
        "a range has two bounds, both included, and the next dimension stands on a line of its own"
    } else if text.contains("step") {
        "a range of whole numbers may have a step, which is one; no other range has any"
    } else {
        "a range has two bounds, both included"
    };
    Diagnostic::error(BAD_RANGE, span, format!("`{text}` is not a range"))
        .because(reason)
        .repair("write `int range [0, 4]`, `int range [0, 8] step 2` or `0..4`")
}

pub(super) fn ints(
    span: Span,
    low: i64,
    high: i64,
    step: i64,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Domain> {
    if low > high || step < 1 {
        diagnostics.push(
            Diagnostic::error(
                BAD_RANGE,
                span,
                format!("the range {low} to {high} in steps of {step} is empty"),
            )
            .because("a range runs upwards, in steps of at least 1")
            .repair(if low > high {
                format!("write {high}..{low}")
            } else {
                "give a positive step".to_owned()
            }),
        );
        return None;
    }
    let range = Domain::Ints(low, high, step);
    match range.count() {
        Some(count) if count <= MAX_LISTED => range.values().map(Domain::Values),
        _ => Some(range),
    }
}
