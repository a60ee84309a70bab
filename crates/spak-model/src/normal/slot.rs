//! Slots in normal form, each on one line and so that its place reads it the same way again.

use spak_expr::{CompareOp, Expr, ExprKind};

use super::spacing::spaced;
use crate::assignment::Assignment;
use crate::domain::Domain;
use crate::formula::{self, Formula, Read};
use crate::literal::Literal;
use crate::reading::{Reading, SlotReading};
use crate::types::Type;
use crate::vocabulary::Expect;

/// A slot in normal form, on one line.
pub fn slot_text(slot: &SlotReading) -> String {
    reading_text(&slot.reading, slot.expect)
}

/// The text of a formula in normal form. `a // b` could begin a comment, and does not in parentheses.
fn divided(normal: Expr) -> String {
    let text = normal.to_string();
    if text.contains(" // ") { in_parentheses(normal).to_string() } else { text }
}

/// The formula with parentheses around every division of whole numbers.
fn in_parentheses(expr: Expr) -> Expr {
    let expr = expr.map_children(&mut in_parentheses);
    match expr.kind {
        ExprKind::Binary(spak_expr::BinaryOp::FloorDivide, ..) => {
            Expr::new(expr.span, ExprKind::Name(format!("({expr})")))
        }
        _ => expr,
    }
}

fn reading_text(reading: &Reading, expect: Expect) -> String {
    match reading {
        Reading::Nothing => String::new(),
        Reading::Open => "...".to_owned(),
        Reading::Literal(literal) => literal.to_string(),
        Reading::List(items) => {
            let expect = if expect == Expect::Type { Expect::Any } else { expect };
            let items: Vec<String> = items.iter().map(|i| reading_text(i, expect)).collect();
            format!("[{}]", items.join(", "))
        }
        Reading::Map(fields) => map_text(fields),
        Reading::Schedule(steps) => joined(steps, " -> "),
        Reading::Domain(domain) => domain_text(domain),
        Reading::Conditional(domain, when) => {
            format!("{} when {}", domain_text(domain), slot_text(when))
        }
        Reading::Type(Type::OneOf(values), Some(initial))
            if values == std::slice::from_ref(initial) =>
        {
            initial.to_string()
        }
        Reading::Type(ty, None) => type_text(ty),
        Reading::Type(ty, Some(initial)) => format!("{} = {initial}", type_text(ty)),
        Reading::Formula(formula) => {
            let text = formula_text(formula, expect);
            // `c ? A : b` is a formula, and `A if c else b` reads like a sentence.
            if expect == Expect::Condition && !is_condition_again(&text, formula) {
                return quoted(&formula.text);
            }
            // A colon would end a key.
            if text.contains(':') && is_condition(expect) { quoted(&text) } else { text }
        }
        Reading::Partial(formula, rest) => in_place(&partial_text(formula, rest, expect), expect),
        Reading::Warning(premise, conclusion) => {
            let premise = match premise {
                Ok(formula) => divided(spak_expr::normal(&formula.expr)),
                Err(words) => words.clone(),
            };
            in_place(&format!("if {premise} => {conclusion}"), expect)
        }
        Reading::Assignments(items, rest) => {
            let mut items: Vec<String> = items.iter().map(assignment_text).collect();
            items.sort();
            let items = items.join(", ");
            if rest.is_empty() { items } else { in_place(&format!("{items}, {rest}"), expect) }
        }
        Reading::Over(all) => {
            let mut all: Vec<String> = all.iter().map(ToString::to_string).collect();
            all.sort();
            quoted(&all.join(", "))
        }
        Reading::Template(text, _) => quoted(text),
        Reading::Name(name) => quoted(name),
        // In quotes they would be a value.
        Reading::Words(text) if matches!(expect, Expect::Type | Expect::Domain) => {
            bare(text).to_owned()
        }
        Reading::Words(text) => quoted(text),
    }
}

/// A map in a list: its values in order of their keys, then its lines.
fn map_text(fields: &[(String, Reading)]) -> String {
    let mut keyed = Vec::with_capacity(fields.len());
    let mut lines = Vec::new();
    for (key, reading) in fields {
        let text = reading_text(reading, Expect::Any);
        match key.as_str() {
            "" => lines.push(text),
            key => keyed.push(format!("{}: {text}", super::word_text(key))),
        }
    }
    keyed.sort();
    keyed.extend(lines);
    format!("{{{}}}", keyed.join(", "))
}

fn is_condition(expect: Expect) -> bool {
    matches!(expect, Expect::Condition | Expect::Assignment | Expect::Conclusion)
}

/// A statement that is half formal. Where a condition is expected it is read in quotes as well; elsewhere
/// quotes would make it prose.
fn in_place(text: &str, expect: Expect) -> String {
    if is_condition(expect) { quoted(text) } else { bare(text).to_owned() }
}

/// A text that stands without quotes: what parts it from the next statement is no part of it.
fn bare(text: &str) -> &str {
    text.trim_end_matches([',', ';', ' '])
}

/// A formula. Where it is a condition its sides may be exchanged; elsewhere `a = b` gives `a` a value, so
/// that it stays as it was written.
fn formula_text(formula: &Formula, expect: Expect) -> String {
    // `(a)` where any value may stand is the name `a`.
    if let ExprKind::Name(name) = &formula.expr.kind
        && !is_condition(expect)
        && expect != Expect::Equation
    {
        return quoted(name);
    }
    let text = match equation(formula) {
        Some((left, sign, right)) if expect != Expect::Condition => {
            format!("{} {sign} {}", side(left), side(right))
        }
        _ => divided(spak_expr::normal(&formula.expr)),
    };
    if expect == Expect::Condition { text } else { with_quantities(text, formula) }
}

fn is_condition_again(text: &str, formula: &Formula) -> bool {
    matches!(formula::read_condition(text, 0), Read::Whole(f) if f.normal() == formula.normal())
}

/// `text`, unless a quantity in it would be read as something else: `12 B` is a product in mathematical
/// form, and `12 GB` is none. Then the formula as it was written.
fn with_quantities(text: String, formula: &Formula) -> String {
    let is_same = || formula::parse_layer(&text, 0).is_some_and(|f| f.normal() == formula.normal());
    if !has_quantity(&formula.expr) || is_same() { text } else { spaced(&formula.text, false) }
}

fn has_quantity(expr: &Expr) -> bool {
    matches!(expr.kind, ExprKind::Quantity(..)) || expr.children().into_iter().any(has_quantity)
}

/// The sides of `a = b` and the sign between them.
fn equation(formula: &Formula) -> Option<(&Expr, &'static str, &Expr)> {
    let ExprKind::Compare(left, rest) = &formula.expr.kind else { return None };
    let [(CompareOp::Equal, right)] = rest.as_slice() else { return None };
    let place = |at: u32| at.checked_sub(formula.span.start).map(|at| at as usize);
    let between = place(left.span.end).zip(place(right.span.start));
    let between = between.and_then(|(from, to)| formula.text.get(from..to)).unwrap_or("");
    Some((left, if between.contains("==") { "==" } else { "=" }, right))
}

/// One side of an equation, in parentheses where it is a comparison itself.
fn side(expr: &Expr) -> String {
    let normal = spak_expr::normal(expr);
    match normal.kind {
        ExprKind::Compare(..)
        | ExprKind::And(_)
        | ExprKind::Or(_)
        | ExprKind::Quantified(_)
        | ExprKind::Unary(spak_expr::UnaryOp::Not, _) => format!("({normal})"),
        _ => divided(normal),
    }
}

/// A formula with its words, so that it is parted at the same place again: in its normal form if that
/// does, else as it was written.
fn partial_text(formula: &Formula, rest: &str, expect: Expect) -> String {
    // `if a > b and some words => others`
    let (word, words) = match rest.split_once(" => ") {
        Some((premise, _)) => ("if ", premise.trim()),
        None => ("", rest.trim()),
    };
    let normal = formula_text(formula, expect);
    for front in [normal.clone(), spaced(&formula.text, false)] {
        let text = format!("{front} {words}");
        let read = match expect {
            Expect::Condition => formula::read_condition(&text, 0),
            _ if word.is_empty() => formula::read(&text, 0),
            _ => formula::read_condition(&text, 0),
        };
        if let Read::Prefix(again, behind) = read
            && behind.trim() == words
            && formula_text(&again, expect) == normal
        {
            return format!("{word}{front} {rest}");
        }
    }
    // `stop when p > x`: the words stand before it.
    format!("{rest} when {}", formula.text.trim())
}

fn assignment_text(item: &Assignment) -> String {
    let value = divided(spak_expr::normal(&item.value.expr));
    format!("{} = {}", item.name, with_quantities(value, &item.value))
}

fn domain_text(domain: &Domain) -> String {
    match domain {
        Domain::Values(values) => format!("[{}]", joined(values, ", ")),
        Domain::Ints(low, high, step) => format!("int range [{low}, {high}] step {step}"),
        Domain::Reals(low, high) => format!("float range [{low}, {high}]"),
        Domain::Any(ty) => ty.clone(),
    }
}

/// A type; the values of one that lists them have no order.
fn type_text(ty: &Type) -> String {
    let dims = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|n| spaced(n, true)).collect();
        names.join(", ")
    };
    match ty {
        Type::OneOf(values) => {
            let mut texts: Vec<String> = values.iter().map(ToString::to_string).collect();
            texts.sort();
            texts.dedup();
            texts.join(" | ")
        }
        Type::Tensor(names, None) => format!("Tensor[{}]", dims(names)),
        Type::Tensor(names, Some(element)) => format!("Tensor([{}], {element})", dims(names)),
        Type::List(Some(element)) => format!("[{}]", type_text(element)),
        Type::Optional(inner) => format!("{}?", type_text(inner)),
        other => other.to_string(),
    }
}

fn joined(values: &[Literal], separator: &str) -> String {
    let texts: Vec<String> = values.iter().map(ToString::to_string).collect();
    texts.join(separator)
}

fn quoted(text: &str) -> String {
    Literal::Text(text.to_owned()).to_string()
}
