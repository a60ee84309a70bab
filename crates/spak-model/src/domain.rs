//! The values a dimension may take.

use std::collections::BTreeSet;

use spak_syntax::ast::{Slot, Value};
use spak_syntax::{Diagnostic, Span};

use crate::codes::{BAD_RANGE, BAD_VALUE, DUPLICATE_VALUE, EMPTY_DOMAIN, MIXED_DOMAIN};
use crate::literal::Literal;

/// Ranges with at most this many values are kept as the list of their values, so that a range and a
/// list that mean the same are the same.
const MAX_LISTED: u64 = 4096;

/// The values a dimension may take, the first being what the design starts with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Domain {
    /// These values, in the order of the design.
    Values(Vec<Literal>),
    /// Whole numbers from the first to the second, both included, in steps of the third (at least 1).
    Ints(i64, i64, i64),
    /// Real numbers between two bounds, both included.
    Reals(Literal, Literal),
    /// Any value of a type (`int`, `float`, `string`).
    Any(String),
}

impl Domain {
    /// How many values there are; `None` when they cannot be counted.
    pub fn count(&self) -> Option<u64> {
        match self {
            Self::Values(values) => Some(values.len() as u64),
            Self::Ints(low, high, step) => {
                Some((low.abs_diff(*high) / step.unsigned_abs().max(1)).saturating_add(1))
            }
            Self::Reals(..) | Self::Any(_) => None,
        }
    }

    /// The values in order, when they can be listed.
    pub fn values(&self) -> Option<Vec<Literal>> {
        match self {
            Self::Values(values) => Some(values.clone()),
            Self::Ints(low, high, step) if self.count()? <= 1 << 24 => {
                let step = usize::try_from(*step).ok().filter(|s| *s > 0)?;
                Some((*low..=*high).step_by(step).map(Literal::Int).collect())
            }
            Self::Ints(..) | Self::Reals(..) | Self::Any(_) => None,
        }
    }
}

/// Reads the value of a dimension. Whatever is wrong is reported and the rest is kept.
pub fn read(value: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Domain> {
    match value {
        Value::Empty(span) => {
            diagnostics.push(empty(*span));
            None
        }
        Value::Text(text) => Some(Domain::Values(vec![Literal::Text(text.value.clone())])),
        Value::List(span, elements) => list(*span, elements, diagnostics),
        Value::Map(_) => None,
        Value::Raw(slot) => raw(slot, diagnostics),
    }
}

fn empty(span: Span) -> Diagnostic {
    Diagnostic::error(EMPTY_DOMAIN, span, "this dimension has no values")
        .because(
            "a config takes one value of each dimension, so a space with an empty one is empty",
        )
        .repair("list at least one value, or remove the dimension")
}

fn list(span: Span, elements: &[Value], diagnostics: &mut Vec<Diagnostic>) -> Option<Domain> {
    let mut values: Vec<Literal> = Vec::with_capacity(elements.len());
    let mut seen = BTreeSet::new();
    for element in elements {
        for literal in self::element(element, diagnostics) {
            if !seen.insert(literal.to_string()) {
                diagnostics.push(
                    Diagnostic::warning(
                        DUPLICATE_VALUE,
                        element.span(),
                        format!("{literal} is listed twice"),
                    )
                    .because("a domain is a set; the second one changes nothing")
                    .repair("remove one of them"),
                );
            } else {
                values.push(literal);
            }
        }
    }
    if values.is_empty() {
        if elements.is_empty() {
            diagnostics.push(empty(span));
        }
        return None;
    }
    let number = |l: &Literal| matches!(l, Literal::Int(_) | Literal::Float(_));
    if let Some((first, other)) = values.first().and_then(|first| {
        let differs =
            |l: &&Literal| l.type_name() != first.type_name() && !(number(l) && number(first));
        values.iter().find(differs).map(|other| (first, other))
    }) {
        let message =
            format!("{first} is a {} and {other} is a {}", first.type_name(), other.type_name());
        diagnostics.push(
            Diagnostic::warning(MIXED_DOMAIN, span, message)
                .because("conditions compare a dimension with values of one type")
                .repair("write all values as the same type"),
        );
    }
    Some(Domain::Values(values))
}

fn element(value: &Value, diagnostics: &mut Vec<Diagnostic>) -> Vec<Literal> {
    match value {
        Value::Text(text) => vec![Literal::Text(text.value.clone())],
        Value::List(_, inner) => {
            vec![Literal::List(inner.iter().flat_map(|e| element(e, diagnostics)).collect())]
        }
        Value::Raw(slot) => {
            if let Some((low, high, step)) = dotted(&slot.text) {
                return match ints(slot.span, low, high, step, diagnostics) {
                    Some(domain) => domain.values().unwrap_or_default(),
                    None => Vec::new(),
                };
            }
            let unquoted = slot.text.trim().strip_prefix('\'').and_then(|t| t.strip_suffix('\''));
            if let Some(text) = unquoted {
                return vec![Literal::Text(text.to_owned())];
            }
            match Literal::read(&slot.text) {
                Some(literal) => vec![literal],
                // Several bare words in a list are one value; a person who wrote them meant a name.
                None if !slot.text.trim().is_empty() => {
                    vec![Literal::Text(slot.text.trim().to_owned())]
                }
                None => Vec::new(),
            }
        }
        Value::Empty(span) | Value::Map(spak_syntax::ast::Block { span, .. }) => {
            diagnostics.push(
                Diagnostic::error(BAD_VALUE, *span, "this cannot be a value of a dimension")
                    .because("values are numbers, truth values, texts or lists of them")
                    .repair("give the block a name and make it a group of dimensions"),
            );
            Vec::new()
        }
    }
}

fn raw(slot: &Slot, diagnostics: &mut Vec<Diagnostic>) -> Option<Domain> {
    let text = slot.text.trim();
    if let Some((low, high, step)) = dotted(text) {
        return ints(slot.span, low, high, step, diagnostics);
    }
    if let Some(domain) = typed_range(slot, text, diagnostics) {
        return domain;
    }
    match text {
        "bool" | "boolean" => {
            return Some(Domain::Values(vec![Literal::Bool(false), Literal::Bool(true)]));
        }
        "int" | "float" | "string" | "text" => return Some(Domain::Any(text.to_owned())),
        _ => {}
    }
    let alternatives: Vec<&str> = text.split('|').map(str::trim).collect();
    if alternatives.len() > 1 && alternatives.iter().all(|a| !a.is_empty()) {
        let read = |a: &&str| match a.strip_prefix('"').and_then(|a| a.strip_suffix('"')) {
            Some(inner) => Some(Literal::Text(inner.to_owned())),
            None => Literal::read(a),
        };
        if let Some(values) = alternatives.iter().map(read).collect::<Option<Vec<_>>>() {
            return Some(Domain::Values(values));
        }
    }
    Some(Domain::Values(vec![
        Literal::read(text).unwrap_or_else(|| Literal::Text(text.to_owned())),
    ]))
}

/// `low..high` or `low..=high`, both bounds included, with an optional `step n`.
fn dotted(text: &str) -> Option<(i64, i64, i64)> {
    let (range, step) = match text.split_once("step") {
        Some((range, step)) => (range, step.trim().parse().ok()?),
        None => (text, 1),
    };
    let (low, high) = range.split_once("..")?;
    let high = high.trim().trim_start_matches(['=', '.']).trim();
    Some((low.trim().parse().ok()?, high.parse().ok()?, step))
}

/// `int range [0,4]`, `int in [0, 4] step 2`, `float range [0.0, 1.0]`; `None` when it is no range.
fn typed_range(
    slot: &Slot,
    text: &str,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Option<Domain>> {
    let mut words = text.split_whitespace();
    let kind = words.next().filter(|k| matches!(*k, "int" | "float" | "pow2"))?;
    words.next().filter(|w| w.starts_with("range") || *w == "in")?;
    let bad = |diagnostics: &mut Vec<Diagnostic>| {
        let is_followed = text.split_once(']').is_some_and(|(_, rest)| rest.contains(':'));
        let reason = if is_followed {
            "a range has two bounds, both included, and the next dimension stands on a line of its own"
        } else {
            "a range has two bounds, both included"
        };
        diagnostics.push(
            Diagnostic::error(BAD_RANGE, slot.span, format!("`{text}` is not a range"))
                .because(reason)
                .repair("write `int range [0, 4]`, `int range [0, 8] step 2` or `0..4`"),
        );
        Some(None)
    };
    let Some((_, after)) = text.split_once('[') else { return bad(diagnostics) };
    let Some((bounds, tail)) = after.split_once(']') else { return bad(diagnostics) };
    let bounds: Vec<&str> = bounds.split(',').map(str::trim).collect();
    let step = match tail.trim().strip_prefix("step").map(|s| s.trim().parse::<i64>()) {
        None if tail.trim().is_empty() => 1,
        Some(Ok(step)) => step,
        _ => return bad(diagnostics),
    };
    let [low, high] = bounds.as_slice() else { return bad(diagnostics) };
    match (kind, Literal::read(low), Literal::read(high)) {
        ("int", Some(Literal::Int(low)), Some(Literal::Int(high))) => {
            Some(ints(slot.span, low, high, step, diagnostics))
        }
        ("pow2", Some(Literal::Int(low)), Some(Literal::Int(high))) if low > 0 && high >= low => {
            let powers = (0..63).map(|e| 1_i64 << e).filter(|p| (low..=high).contains(p));
            Some(Some(Domain::Values(powers.map(Literal::Int).collect())))
        }
        ("float", Some(low), Some(high))
            if low.as_float() <= high.as_float() && low.as_float().is_some() =>
        {
            Some(Some(Domain::Reals(low, high)))
        }
        _ => bad(diagnostics),
    }
}

fn ints(
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
