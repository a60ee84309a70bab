//! The texts under `recommend`, `apply`, `avoid` and `prefer`, read as far as they are formal.

use spak_model::formula;
use spak_records::Value;

/// A name and what it is to be.
#[derive(Clone, Debug, PartialEq)]
pub struct Assignment {
    /// The axis or parameter.
    pub name: String,
    /// The value.
    pub value: Term,
}

/// The right side of an assignment.
#[derive(Clone, Debug, PartialEq)]
pub enum Term {
    /// A number, a truth value or a text.
    Literal(Value),
    /// Anything else, to be evaluated by whoever knows the symbols (`5 if causal else 4`).
    Expression(String),
}

/// One piece of advice.
#[derive(Clone, Debug, PartialEq)]
pub enum Advice {
    /// Choose these values; words after them that say how sure that is (`as initial guess`).
    Recommend(Vec<Assignment>, String),
    /// Do not choose all of these values together.
    Avoid(Vec<(String, Value)>),
    /// Do not choose what makes this true, which is no list of values.
    AvoidWhere(String),
    /// Try the values of a dimension in this order.
    Prefer(String, Vec<Value>),
    /// For people: the key and the text. Never executed.
    Prose(String, String),
}

/// The advice that stands under `key`; keys that hold no advice give `None`.
pub(crate) fn advice(key: &str, text: &str) -> Option<Advice> {
    let prose = || Advice::Prose(key.to_owned(), text.to_owned());
    match key {
        "recommend" | "apply" | "then" | "config" => {
            Some(recommend(text).map_or_else(prose, |(a, note)| Advice::Recommend(a, note)))
        }
        "avoid" | "forbid" => Some(match avoid(text) {
            Some(terms) => Advice::Avoid(terms),
            None if is_comparison(text) => Advice::AvoidWhere(text.trim().to_owned()),
            None => prose(),
        }),
        "prefer" => Some(prefer(text).map_or_else(prose, |(n, v)| Advice::Prefer(n, v))),
        "action" | "suggestion" | "hint" => Some(prose()),
        _ => None,
    }
}

/// The assignments that `text` begins with and the words behind them, as `spak check` reads them.
fn recommend(text: &str) -> Option<(Vec<Assignment>, String)> {
    let (items, note) = spak_model::assignment::read(text, 0);
    let assignments: Vec<Assignment> = items
        .into_iter()
        .map(|item| Assignment { value: term(&item.value.text), name: item.name })
        .collect();
    (!assignments.is_empty()).then_some((assignments, note))
}

fn term(text: &str) -> Term {
    match literal(text.trim()) {
        Some((value, rest)) if rest.trim().is_empty() => Term::Literal(value),
        _ => Term::Expression(text.trim().to_owned()),
    }
}

/// The literal that `text` begins with, and the rest. A bare name is none.
fn literal(text: &str) -> Option<(Value, &str)> {
    if let Some(quote) = text.chars().next().filter(|c| *c == '\'' || *c == '"') {
        let inner = text.strip_prefix(quote)?;
        let (inside, rest) = inner.split_once(quote)?;
        return Some((Value::Text(inside.to_owned()), rest));
    }
    let end = text
        .char_indices()
        .find(|(i, c)| !token_goes_on(text, *i, *c))
        .map_or(text.len(), |(i, _)| i);
    let (word, rest) = text.split_at_checked(end)?;
    // A point that ends a sentence is no part of a number.
    let (word, rest) = match word.strip_suffix('.') {
        Some(shorter) => (shorter, text.get(shorter.len()..)?),
        None => (word, rest),
    };
    let value = match word {
        "true" => Value::Bool(true),
        "false" => Value::Bool(false),
        _ => word.parse().map(Value::Int).ok().or_else(|| {
            let number: f64 = word.parse().ok()?;
            let digit = word.contains(|c: char| c.is_ascii_digit());
            (digit && number.is_finite()).then_some(Value::Float(number))
        })?,
    };
    Some((value, rest))
}

/// Whether the character at `index` belongs to the number or word that begins `text`.
fn token_goes_on(text: &str, index: usize, c: char) -> bool {
    let before = text.get(..index).and_then(|t| t.chars().next_back());
    let number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-' || c == '.');
    c.is_alphanumeric()
        || c == '_'
        || c == '.'
        || (c == '-' && index == 0)
        || (matches!(c, '-' | '+') && number && matches!(before, Some('e' | 'E')))
}

/// Values that are not to be chosen together: assignments of literals and nothing else.
fn avoid(text: &str) -> Option<Vec<(String, Value)>> {
    let (assignments, note) = recommend(text)?;
    let terms = assignments.into_iter().map(|Assignment { name, value }| match value {
        Term::Literal(value) => Some((name, value)),
        Term::Expression(_) => None,
    });
    terms.collect::<Option<Vec<_>>>().filter(|_| note.is_empty())
}

/// Whether the whole of a text is a formula that compares something.
fn is_comparison(text: &str) -> bool {
    text.contains(['<', '>', '=']) && formula::parse(text).is_some()
}

/// `tile_m in [64, 32]`.
fn prefer(text: &str) -> Option<(String, Vec<Value>)> {
    let (name, list) = text.split_once(" in ")?;
    let list = list.trim().strip_prefix('[')?.strip_suffix(']')?;
    let values: Option<Vec<Value>> = split(list, ',')
        .into_iter()
        .map(|v| literal(v.trim()).filter(|(_, rest)| rest.trim().is_empty()).map(|(v, _)| v))
        .collect();
    is_name(name.trim()).then_some((name.trim().to_owned(), values?))
}

/// A preference as formulas.
pub(crate) fn preferred(text: &str) -> Option<(String, Vec<spak_expr::Expr>)> {
    let (name, values) = prefer(text)?;
    let values = values.iter().map(|v| formula::parse(&crate::wording::literal(v)));
    Some((name, values.map(|f| Some(f?.expr)).collect::<Option<_>>()?))
}

fn is_name(text: &str) -> bool {
    let starts = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    starts && text.chars().all(|c| c.is_alphanumeric() || c == '_')
}

/// The parts between `separator`s outside quotes and brackets.
fn split(text: &str, separator: char) -> Vec<&str> {
    let mut depth = 0usize;
    let mut quote = None;
    let mut parts = Vec::new();
    let mut start = 0;
    for (i, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '\'' | '"') => quote = Some(c),
            (None, '(' | '[') => depth += 1,
            (None, ')' | ']') => depth = depth.saturating_sub(1),
            (None, c) if c == separator && depth == 0 => {
                parts.push(text.get(start..i).unwrap_or_default());
                start = i + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(text.get(start..).unwrap_or_default());
    parts.into_iter().map(str::trim).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(key: &str, text: &str) -> String {
        match advice(key, text) {
            None => "nothing".to_owned(),
            Some(Advice::Prose(..)) => "prose".to_owned(),
            Some(Advice::Recommend(all, note)) => {
                let all: Vec<String> = all
                    .iter()
                    .map(|a| match &a.value {
                        Term::Literal(v) => format!("{} := {v:?}", a.name),
                        Term::Expression(e) => format!("{} := <{e}>", a.name),
                    })
                    .collect();
                format!("{}{}", all.join("; "), if note.is_empty() { "" } else { " (noted)" })
            }
            Some(Advice::Avoid(terms)) => format!("avoid {terms:?}"),
            Some(Advice::AvoidWhere(formula)) => format!("avoid where <{formula}>"),
            Some(Advice::Prefer(name, values)) => format!("prefer {name} {values:?}"),
        }
    }

    #[test]
    fn advice_of_the_prototype_is_read_as_far_as_it_is_formal() {
        let cases = [
            ("recommend", "tile_m = 64", "tile_m := Int(64)"),
            (
                "recommend",
                "v_load_latency = 5 if causal else 4",
                "v_load_latency := <5 if causal else 4>",
            ),
            (
                "recommend",
                "tile_m = 64, tile_n = 64 as initial guess",
                "tile_m := Int(64); tile_n := Int(64) (noted)",
            ),
            ("recommend", "use tile_m = 64", "tile_m := Int(64)"),
            ("recommend", "tile_m := 64", "tile_m := Int(64)"),
            (
                "recommend",
                "tile_m = 64; mode = 'a' and width = 2",
                "tile_m := Int(64); mode := Text(\"a\"); width := Int(2)",
            ),
            ("apply", "select mask_fusion = 'fused_qk'", "mask_fusion := Text(\"fused_qk\")"),
            ("apply", "use ct.load(..., latency=k_load_latency) for K", "prose"),
            ("apply", "MUST set inject_x0=False.", "prose"),
            ("apply", "Increase occupancy target and use asynchronous loads (cp.async).", "prose"),
            (
                "apply",
                "Mapping (B, T, nh, hs) -> (B, nh, T, hs) for optimized Tiled Load.",
                "prose",
            ),
            ("apply", "Start with low weight_decay (1e-4) to allow fast fitting.", "prose"),
            ("apply", "h = h + LayerNorm(x0)", "h := <h + LayerNorm(x0)>"),
            ("recommend", "scale = 1e-5", "scale := Float(1e-5)"),
            ("recommend", "offset = -3", "offset := Int(-3)"),
            ("recommend", "causal = true", "causal := Bool(true)"),
            (
                "recommend",
                "name = 'a, b', tile_m = 2 * tile_n",
                "name := Text(\"a, b\"); tile_m := <2 * tile_n>",
            ),
            ("avoid", "tile_m = 8", "avoid [(\"tile_m\", Int(8))]"),
            (
                "avoid",
                "tile_m == 8 && softmax_scheme == 'naive'",
                "avoid [(\"tile_m\", Int(8)), (\"softmax_scheme\", Text(\"naive\"))]",
            ),
            ("avoid", "mode = 'slow and wide'", "avoid [(\"mode\", Text(\"slow and wide\"))]"),
            ("avoid", "tile_m * tile_n > 4096", "avoid where <tile_m * tile_n > 4096>"),
            ("avoid", "local_memory > 0", "avoid where <local_memory > 0>"),
            ("avoid", "tiles that are wider than a warp", "prose"),
            ("prefer", "tile_m in [64, 32, 128]", "prefer tile_m [Int(64), Int(32), Int(128)]"),
            ("prefer", "the larger tile", "prose"),
            ("reason", "tile_m = 64", "nothing"),
            ("recommend", "", "prose"),
            ("recommend", "= 3", "prose"),
            ("recommend", "tile_m =", "prose"),
        ];
        for (key, text, expected) in cases {
            assert_eq!(shown(key, text), expected, "{key}: {text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_without_panic(text in ".{0,60}") {
            for key in ["recommend", "avoid", "prefer", "apply"] {
                let _ = advice(key, &text);
            }
        }
    }
}
