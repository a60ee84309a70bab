//! A dimension with a block of its own: `tile_m { values: [32, 64], default: 64 }`, `dtype: {f32, f16}`,
//! a list of items with bullets.

use spak_syntax::ast::{Item, Pair, Value};
use spak_syntax::{Diagnostic, Span};

use super::{Conditional, Domain, alone, premise, ranges, values, written};
use crate::literal::Literal;

/// Keys under which the values stand.
const VALUES: &[&str] = &["values", "choices", "options", "range", "domain"];

/// Keys of a range.
const BOUNDS: &[(&str, &str)] = &[("min", "max"), ("low", "high"), ("from", "to")];

/// Keys that say more about a dimension. What they say to people is like a comment.
const MORE: &[&str] = &["default", "when", "type", "step", "description", "note", "reason"];

/// The domain of a block that describes one dimension or lists its values; `None` for a group of
/// dimensions.
pub fn of_block(
    items: &[Item],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Option<Conditional>> {
    let pairs: Option<Vec<&Pair>> = items
        .iter()
        .map(|item| match item {
            Item::Pair(pair) => Some(pair).filter(|p| p.key.words.len() == 1),
            _ => None,
        })
        .collect();
    match pairs {
        Some(pairs) => described(&pairs, span, diagnostics),
        None => {
            let domain = listed(items, span, diagnostics)?;
            Some(domain.map(|domain| Conditional { domain, when: None }))
        }
    }
}

fn described(
    pairs: &[&Pair],
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Option<Conditional>> {
    let get = |key: &str| pairs.iter().find(|p| p.key.keyword() == key).map(|p| &p.value);
    let bounds = BOUNDS.iter().find_map(|(low, high)| Some((get(low)?, get(high)?, *low, *high)));
    let is_known = |key: &str| {
        VALUES.contains(&key)
            || MORE.contains(&key)
            || bounds.is_some_and(|(_, _, low, high)| key == low || key == high)
    };
    if pairs.is_empty() || !pairs.iter().all(|p| is_known(p.key.keyword())) {
        return None;
    }
    let ty = match get("type") {
        Some(Value::Raw(slot)) => Some(slot.text.trim()),
        Some(Value::Text(text)) => Some(text.value.trim()),
        _ => None,
    };
    let listed = VALUES.iter().find_map(|key| Some((*key, get(key)?)));
    let domain = match (listed, bounds, ty) {
        (Some(("range", Value::List(span, elements))), ..) if elements.len() == 2 => {
            bounded(elements.first()?, elements.get(1)?, get("step"), *span, diagnostics)
        }
        (Some((_, value)), ..) => alone(value, diagnostics),
        (None, Some((low, high, ..)), _) => bounded(low, high, get("step"), span, diagnostics),
        (None, None, Some(ty)) => Some(written::type_name(ty)?),
        (None, None, None) => return None,
    };
    let default = match get("default") {
        Some(Value::Raw(slot)) => written::literal(&slot.text),
        Some(Value::Text(text)) => Some(Literal::Text(text.value.clone())),
        _ => None,
    };
    let domain = match (domain, default, get("default")) {
        (Some(domain), Some(default), Some(place)) => {
            written::with_default(domain, &default, place.span(), diagnostics)
        }
        (domain, ..) => domain,
    };
    let when = get("when").map(|value| premise::condition_of(value, diagnostics));
    Some(domain.map(|domain| Conditional { domain, when }))
}

/// A range whose bounds and step are values of their own.
fn bounded(
    low: &Value,
    high: &Value,
    step: Option<&Value>,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Domain> {
    let text = |value: &Value| match value {
        Value::Raw(slot) => slot.text.trim().to_owned(),
        Value::Text(text) => text.value.clone(),
        _ => String::new(),
    };
    let step = step.map(|s| format!(" step {}", text(s))).unwrap_or_default();
    let written = format!("range [{}, {}]{step}", text(low), text(high));
    ranges::read(&written, span, diagnostics).flatten()
}

/// A block of values only: `{f32, f16}`, `- 32` and `- 64` on lines of their own.
fn listed(items: &[Item], span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Option<Domain>> {
    let mut all = Vec::with_capacity(items.len());
    for item in items {
        let Item::Line(slot) = item else { return None };
        let text = slot.text.trim();
        let text = text.strip_prefix("- ").unwrap_or(text);
        let mut said = Vec::new();
        let read = written::element(text, slot.span, &mut said);
        if !said.is_empty() || read.is_empty() {
            return None;
        }
        all.extend(read.into_iter().map(|l| (slot.span, l)));
    }
    (!all.is_empty()).then(|| values(span, all, diagnostics))
}
