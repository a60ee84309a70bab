//! Values of a dimension that are written as text: alternatives, ranges, lists in any brackets.

use spak_expr::{Expr, ExprKind, Options};
use spak_syntax::{Diagnostic, Span};

use super::{Domain, FORMS, MAX_LISTED, ranges, values};
use crate::codes::{BAD_VALUE, UNREADABLE_DOMAIN};
use crate::literal::{self, Literal};

/// Words before a list that say no more than the list.
const LIST_WORDS: &[&str] = &[
    "enum", "choice", "choices", "one of", "any of", "oneof", "one_of", "in", "values", "list",
    "set", "options",
];

/// What a dimension may take when only its type is said.
const TYPES: &[&str] = &["int", "float", "string", "text", "integer", "str", "number", "real"];

/// Why a dimension has no values.
const NOT_UNDERSTOOD: &str =
    "it is none of the forms that are understood, so the dimension is left out";

/// Reads what stands behind the colon of a dimension. What cannot be read is said.
pub(super) fn read(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Option<Domain> {
    let lead = text.len() - text.trim_start().len();
    let span = Span::new(span.start + lead as u32, span.start + text.trim_end().len() as u32);
    // Commas behind the last value part it from what follows; alone they are no values.
    let text = match text.trim().trim_end_matches([',', ' ']) {
        "" => text.trim(),
        values => values,
    };
    if let Some((domain, default)) = split_default(text) {
        let domain = read(domain, span, diagnostics)?;
        let default = literal(default)?;
        return with_default(domain, &default, span, diagnostics);
    }
    if let Some(domain) = type_name(text) {
        return Some(domain);
    }
    if let Some(read) = ranges::read(text, span, diagnostics) {
        return read;
    }
    if let Some(list) = list_behind_word(text) {
        return read(list, span, diagnostics);
    }
    let parts = alternatives(text).or_else(|| commas(text)).or_else(|| choices(text));
    if let Some(parts) = parts {
        let mut all = Vec::new();
        for part in &parts {
            match several(part) {
                Some(read) => all.extend(read.into_iter().map(|l| (span, l))),
                None => {
                    diagnostics.push(unreadable(text, span));
                    return None;
                }
            }
        }
        return values(span, all, diagnostics);
    }
    if let Some(inner) = in_brackets(text) {
        let read = commas(inner).unwrap_or_else(|| vec![inner]);
        let read: Option<Vec<Literal>> =
            read.iter().map(|p| several(p)).collect::<Option<Vec<_>>>().map(|v| v.concat());
        if let Some(read) = read.filter(|r| !r.is_empty()) {
            return values(span, read.into_iter().map(|l| (span, l)).collect(), diagnostics);
        }
    }
    match several(text) {
        Some(read) => {
            diagnostics.extend(read.iter().find_map(|l| odd_unit(l, span)));
            values(span, read.into_iter().map(|l| (span, l)).collect(), diagnostics)
        }
        None => match blanks(text).filter(|b| b.len() > 1) {
            Some(read) => {
                diagnostics.push(no_commas(read.len(), span));
                values(span, read.into_iter().map(|l| (span, l)).collect(), diagnostics)
            }
            // A list or a text that does not end has been said.
            None if text.starts_with('[') && is_unclosed(text) => None,
            None => {
                diagnostics.push(unreadable(text, span));
                None
            }
        },
    }
}

/// Whether the parser has said what is wrong with a text: a list or a text in it has no end.
fn is_unclosed(text: &str) -> bool {
    !spak_syntax::parse(&format!("it: {text}")).diagnostics.is_empty()
}

fn no_commas(count: usize, span: Span) -> Diagnostic {
    Diagnostic::warning(UNREADABLE_DOMAIN, span, "commas are missing between these values")
        .because(format!("they are read as {count} values"))
        .repair("write a comma between them, or quotes around all if they are one text")
}

/// Reads an element of a list; a range stands for its values.
pub(super) fn element(text: &str, span: Span, diagnostics: &mut Vec<Diagnostic>) -> Vec<Literal> {
    let text = text.trim();
    if text.is_empty() {
        return Vec::new();
    }
    if let Some(parts) = alternatives(text)
        && let Some(all) = parts.iter().map(|p| several(p)).collect::<Option<Vec<_>>>()
    {
        return all.concat();
    }
    if let Some(read) = ranges::read(text, span, diagnostics) {
        let Some(domain) = read else { return Vec::new() };
        return domain.values().unwrap_or_else(|| {
            let message = format!("`{text}` cannot be an element of a list");
            diagnostics.push(
                Diagnostic::error(BAD_VALUE, span, message)
                    .because("its values cannot be listed")
                    .repair("write the range without the list"),
            );
            Vec::new()
        });
    }
    if let Some(read) = several(text) {
        diagnostics.extend(read.iter().find_map(|l| odd_unit(l, span)));
        return read;
    }
    if let Some(read) = blanks(text) {
        diagnostics.push(no_commas(read.len(), span));
        return read;
    }
    let mut said = unreadable(text, span);
    let is_words = said.severity != spak_syntax::Severity::Error;
    if said.reason == NOT_UNDERSTOOD {
        "it is none of the forms that are understood, so this value is left out"
            .clone_into(&mut said.reason);
    }
    diagnostics.push(said);
    // Several bare words are one text; quotes would have said so.
    if is_words { vec![Literal::Text(text.to_owned())] } else { Vec::new() }
}

/// Says that a text is no values: an error when it was meant as some, a warning for words.
pub(super) fn unreadable(text: &str, span: Span) -> Diagnostic {
    if let Some(bad) = literal::bad_number(text, span.start) {
        return bad;
    }
    let shown = match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", text.get(..at).unwrap_or("")),
        None => text.to_owned(),
    };
    let is_formal = text.contains(|c: char| "[](){}<>=|,*+^&:?".contains(c))
        || text.contains("..")
        || text.starts_with(|c: char| c.is_ascii_digit())
        || [" - ", " / ", " % "].iter().any(|o| text.contains(o));
    let message = format!("`{shown}` cannot be read as the values of a dimension");
    let reason = if is_span(text) {
        "it may be a range or a difference"
    } else if text.split_whitespace().count() == 2 && text.starts_with(|c: char| c.is_ascii_digit())
    {
        "the word behind the number is no unit"
    } else if is_formal {
        NOT_UNDERSTOOD
    } else {
        "bare words are one value only when they are one word"
    };
    let repair = match text.split_once(['-', '–']) {
        Some((low, high)) if is_span(text) => {
            format!("write `{}..{}`, or the value", low.trim(), high.trim())
        }
        _ if is_formal => FORMS.to_owned(),
        _ => format!("put quotes around the words if they are one value, or {FORMS}"),
    };
    let diagnostic = if is_formal {
        Diagnostic::error(UNREADABLE_DOMAIN, span, message)
    } else {
        Diagnostic::warning(UNREADABLE_DOMAIN, span, message)
    };
    diagnostic.because(reason).repair(repair)
}

/// `1-4`, `1 – 4`
fn is_span(text: &str) -> bool {
    let digits = |t: &str| !t.is_empty() && t.bytes().all(|b| b.is_ascii_digit());
    text.split_once(['-', '–']).is_some_and(|(a, b)| digits(a.trim()) && digits(b.trim()))
}

/// `64best`: a number with letters that are no unit.
fn odd_unit(literal: &Literal, span: Span) -> Option<Diagnostic> {
    let Literal::Quantity(_, unit) = literal else { return None };
    (!literal::is_unit_name(unit)).then(|| {
        let message = format!("`{unit}` is not a unit");
        Diagnostic::warning(spak_expr::codes::UNKNOWN_UNIT, span, message)
            .because("letters right after a number are its unit, such as KiB, GB/s or ms")
            .repair(format!("write \"{literal}\" if it is a name"))
    })
}

/// `bool`, and types whose values are not listed.
pub(super) fn type_name(text: &str) -> Option<Domain> {
    match text {
        "bool" | "boolean" => Some(Domain::Values(vec![Literal::Bool(false), Literal::Bool(true)])),
        "integer" => Some(Domain::Any("int".to_owned())),
        "str" => Some(Domain::Any("string".to_owned())),
        "number" | "real" => Some(Domain::Any("float".to_owned())),
        _ => TYPES.contains(&text).then(|| Domain::Any(text.to_owned())),
    }
}

/// `[1, 2, 4] default 2`: a config starts with the default, as it does with a first value.
fn split_default(text: &str) -> Option<(&str, &str)> {
    let (domain, default) = text.split_once(" default ")?;
    let default = default.trim_start_matches([':', '=', ' ']);
    literal(default)?;
    Some((domain.trim_end_matches([',', ' ']), default))
}

/// The domain with `default` as its first value.
pub(super) fn with_default(
    domain: Domain,
    default: &Literal,
    span: Span,
    diagnostics: &mut Vec<Diagnostic>,
) -> Option<Domain> {
    let Domain::Values(mut values) = domain else {
        diagnostics.push(
            Diagnostic::warning(BAD_VALUE, span, "the default of this dimension is not used")
                .because("only of values that are listed one is the first")
                .repair("list the values, or leave the default out"),
        );
        return Some(domain);
    };
    match values.iter().position(|v| v == default) {
        Some(at) => {
            if let Some(until) = values.get_mut(..=at) {
                until.rotate_right(1);
            }
        }
        None => diagnostics.push(
            Diagnostic::error(BAD_VALUE, span, format!("the default {default} is no value of it"))
                .because("a config takes one of the values of a dimension")
                .repair(format!("add {default} to the values, or choose one of them")),
        ),
    }
    Some(Domain::Values(values))
}

/// `enum ["a", "b"]`, `one of (1, 2)`: the list.
fn list_behind_word(text: &str) -> Option<&str> {
    let rest = LIST_WORDS.iter().find_map(|word| text.strip_prefix(word))?.trim_start();
    let rest = rest.strip_prefix(':').unwrap_or(rest).trim_start();
    (rest.starts_with(['[', '(', '{'])).then_some(rest)
}

fn in_brackets(text: &str) -> Option<&str> {
    [('[', ']'), ('(', ')'), ('{', '}')]
        .iter()
        .find_map(|(open, close)| text.strip_prefix(*open)?.strip_suffix(*close))
}

/// The parts of `text` between separators outside of brackets and quotes; `None` for one part.
fn split(text: &str, separator: char) -> Option<Vec<&str>> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_i32, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, c) if c == separator && depth == 0 => {
                parts.push(text.get(start..at)?.trim());
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push(text.get(start..)?.trim());
    (parts.len() > 1).then_some(parts)
}

/// `"a" | "b"`, also with a bar before the first.
fn alternatives(text: &str) -> Option<Vec<&str>> {
    let mut parts = split(text, '|')?;
    if parts.first().is_some_and(|p| p.is_empty()) {
        parts.remove(0);
    }
    Some(parts)
}

/// `32 or 64`, of values that are one word each.
fn choices(text: &str) -> Option<Vec<&str>> {
    let parts: Vec<&str> = text.split(" or ").map(str::trim).collect();
    (parts.len() > 1 && parts.iter().all(|p| literal(p).is_some())).then_some(parts)
}

/// `1, 2, 4`, also with a comma behind the last.
fn commas(text: &str) -> Option<Vec<&str>> {
    let mut parts = split(text, ',')?;
    parts.pop_if(|p| p.is_empty());
    Some(parts)
}

/// `32 64 128`, `"causal" "none"`: numbers only, or texts in quotes only.
fn blanks(text: &str) -> Option<Vec<Literal>> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\''));
    let parts: Vec<&str> = match quote {
        Some(quote) => {
            let inner = text.strip_prefix(quote)?.strip_suffix(quote)?;
            let pieces: Vec<&str> = inner.split(quote).collect();
            let is_gap = |(i, p): (usize, &&str)| i % 2 == 0 || p.trim().is_empty();
            if !pieces.iter().enumerate().all(is_gap) {
                return None;
            }
            return Some(
                pieces.iter().step_by(2).map(|p| Literal::Text((*p).to_owned())).collect(),
            );
        }
        None => text.split_whitespace().collect(),
    };
    let number = |p: &&str| Literal::read(p).filter(|l| l.as_float().is_some());
    parts.iter().map(number).collect()
}

/// One value in words of the design: a name, a number, a text in quotes.
pub(super) fn literal(text: &str) -> Option<Literal> {
    let text = text.trim();
    for quote in ['"', '\''] {
        let inner = text.strip_prefix(quote).and_then(|t| t.strip_suffix(quote));
        if let Some(inner) = inner.filter(|t| !t.contains(quote)) {
            return Some(Literal::Text(inner.to_owned()));
        }
    }
    // `1-4`, `low..high`: no name is written like that.
    if is_span(text) || text.contains("..") {
        return None;
    }
    Literal::read(text)
}

/// The values that `text` stands for: one, or those of a range or a call of `range`.
fn several(text: &str) -> Option<Vec<Literal>> {
    let text = text.trim();
    if let Some(literal) = literal(text) {
        return Some(vec![literal]);
    }
    if is_span(text) || text.is_empty() {
        return None;
    }
    let parsed = spak_expr::parse_with(text, 0, Options::default());
    if parsed.diagnostics.is_empty()
        && let Some(expr) = parsed.expr
    {
        return of_expression(text, &expr);
    }
    // `16x16`, `a/b`: one word that is no formula.
    let is_word = |c: char| c.is_alphanumeric() || "_-./#".contains(c);
    let is_number = text.starts_with(|c: char| c.is_ascii_digit()) && !text.contains('x');
    (text.chars().all(is_word) && !text.contains("..") && !is_number)
        .then(|| vec![Literal::Text(text.to_owned())])
}

/// The values of an expression without names, and bare names as texts.
fn of_expression(text: &str, expr: &Expr) -> Option<Vec<Literal>> {
    let written = || text.get(expr.span.start as usize..expr.span.end as usize);
    match &expr.kind {
        ExprKind::Name(name) => Some(vec![Literal::Text(name.clone())]),
        ExprKind::Text(inner) => Some(vec![Literal::Text(inner.clone())]),
        ExprKind::Quantity(..) => Literal::read(written()?).map(|l| vec![l]),
        ExprKind::List(items) => {
            let all: Option<Vec<_>> = items.iter().map(|i| of_expression(text, i)).collect();
            Some(vec![Literal::List(all?.concat())])
        }
        // `a/b` is a word.
        ExprKind::Binary(_, a, b) if a.is_bare_name() && b.is_bare_name() => {
            let word = written()?.to_owned();
            (!word.contains(char::is_whitespace) && !word.contains(['*', '+', '^', '=']))
                .then(|| vec![Literal::Text(word)])
        }
        _ if spak_expr::free_names(expr).is_empty() => {
            let value = spak_expr::eval(expr, &spak_expr::Empty).ok()?;
            if let spak_expr::Value::Range(low, high) = value {
                let is_short = low <= high && low.abs_diff(high) < MAX_LISTED;
                return is_short.then(|| (low..=high).map(Literal::Int).collect());
            }
            match crate::formula::from_value(&value) {
                Literal::List(items) if items.len() as u64 <= MAX_LISTED => Some(items),
                // A condition is no value: `32 or 64` are two.
                Literal::List(_) | Literal::Text(_) | Literal::Bool(_) => None,
                single => Some(vec![single]),
            }
        }
        _ => None,
    }
}
