//! The values a dimension may take.

mod described;
mod line;
mod premise;
mod ranges;
mod written;

pub use described::of_block;
pub use line::{Line, line};
pub use premise::Conditional;
pub(crate) use premise::condition_of;

use std::collections::BTreeSet;

use spak_syntax::ast::Value;
use spak_syntax::{Diagnostic, Span};

use crate::codes::{BAD_VALUE, DUPLICATE_VALUE, EMPTY_DOMAIN, MIXED_DOMAIN, UNREADABLE_DOMAIN};
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

/// How the values of a dimension can be written; the repair of everything that is none of these.
const FORMS: &str = "write `[1, 2, 4]`, `\"a\" | \"b\"`, `int range [1, 4]`, `1..4`, `pow2 range [16, 128]` or `bool`";

/// Reads the value of a dimension. Whatever is wrong is reported and the rest is kept.
pub fn read(value: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Conditional> {
    let domain = match value {
        Value::Raw(slot) => return premise::read(&slot.text, slot.span, diagnostics),
        _ => alone(value, diagnostics)?,
    };
    Some(Conditional { domain, when: None })
}

/// Whether a value reads as values of a dimension, and not as a condition: `1..4`, and whatever stands in
/// brackets, as a list decides nothing. A bare name may be either and is a condition.
pub(crate) fn is_one(value: &Value) -> bool {
    if matches!(value, Value::List(..)) {
        return true;
    }
    let mut said = Vec::new();
    let read = read(value, &mut said);
    let is_name = |domain: &Domain| match domain {
        Domain::Values(values) => {
            matches!(values.as_slice(), [Literal::Text(_) | Literal::Bool(_)])
        }
        _ => false,
    };
    said.is_empty() && read.is_some_and(|r| r.when.is_some() || !is_name(&r.domain))
}

/// Reads values that have no condition behind them.
fn alone(value: &Value, diagnostics: &mut Vec<Diagnostic>) -> Option<Domain> {
    match value {
        Value::Empty(span) => {
            diagnostics.push(empty(*span));
            None
        }
        Value::Text(text) => {
            diagnostics.extend(quoted_values(text.span, &text.value));
            Some(Domain::Values(vec![Literal::Text(text.value.clone())]))
        }
        Value::List(span, elements) => {
            let mut all = Vec::with_capacity(elements.len());
            for element in elements {
                let span = element.span();
                all.extend(self::element(element, diagnostics).into_iter().map(|l| (span, l)));
            }
            if elements.is_empty() {
                diagnostics.push(empty(*span));
            }
            values(*span, all, diagnostics)
        }
        // A map is a group, unless [`of_block`] knows better.
        Value::Map(_) => None,
        Value::Raw(slot) => written::read(&slot.text, slot.span, diagnostics),
    }
}

fn empty(span: Span) -> Diagnostic {
    Diagnostic::error(EMPTY_DOMAIN, span, "this dimension has no values")
        .because(
            "a config takes one value of each dimension, so a space with an empty one is empty",
        )
        .repair("list at least one value, or remove the dimension")
}

/// A text in quotes is one value, also when it reads as several.
fn quoted_values(span: Span, text: &str) -> Option<Diagnostic> {
    let mut said = Vec::new();
    let is_written = text.contains("..") || text.contains('[') || text.contains(',');
    let domain = is_written.then(|| written::read(text, span, &mut said))??;
    let numbers = |l: &Literal| matches!(l, Literal::Int(_) | Literal::Float(_));
    let several = match &domain {
        Domain::Values(values) => values.len() > 1 && values.iter().all(numbers),
        Domain::Ints(..) | Domain::Reals(..) => true,
        Domain::Any(_) => false,
    };
    (several && said.is_empty()).then(|| {
        Diagnostic::warning(
            UNREADABLE_DOMAIN,
            span,
            "this is one text, though it reads as several values",
        )
        .because("what stands in quotes is a value as it is")
        .repair("remove the quotes")
    })
}

/// The domain of some values with their places; one that stands there twice is left out.
fn values(
    span: Span,
    all: Vec<(Span, Literal)>,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Domain> {
    let mut values: Vec<Literal> = Vec::with_capacity(all.len());
    let mut seen = BTreeSet::new();
    for (span, literal) in all {
        if seen.insert(literal.to_string()) {
            values.push(literal);
        } else {
            let message = format!("{literal} is listed twice");
            diagnostics.push(
                Diagnostic::warning(DUPLICATE_VALUE, span, message)
                    .because("a domain is a set; the second one changes nothing")
                    .repair("remove one of them"),
            );
        }
    }
    let number = |l: &Literal| matches!(l, Literal::Int(_) | Literal::Float(_));
    let first = values.first()?;
    let differs =
        |l: &&Literal| l.type_name() != first.type_name() && !(number(l) && number(first));
    if let Some(other) = values.iter().find(differs) {
        let kind = |l: &Literal| match l {
            Literal::Int(_) => "an int".to_owned(),
            other => format!("a {}", other.type_name()),
        };
        let message = format!("{first} is {} and {other} is {}", kind(first), kind(other));
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
        Value::Raw(slot) => written::element(&slot.text, slot.span, diagnostics),
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
