//! Formulas in slots: the bridge to the expression language, and how prose around them is kept.

use std::fmt;

use spak_expr::{CompareOp, Expr, ExprKind, Options, parse_prefix, parse_with};
use spak_syntax::{Diagnostic, Span};

use crate::literal::Literal;

/// A formula with its place.
#[derive(Clone, Debug)]
pub struct Formula {
    /// As written.
    pub text: String,
    /// Where.
    pub span: Span,
    /// What it says.
    pub expr: Expr,
}

/// Equal when they say the same, wherever they stand.
impl PartialEq for Formula {
    fn eq(&self, other: &Self) -> bool {
        self.expr == other.expr
    }
}

impl fmt::Display for Formula {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&spak_expr::print(&self.expr))
    }
}

impl Formula {
    /// The one spelling that all formulas of this meaning share.
    pub fn normal(&self) -> String {
        spak_expr::print(&spak_expr::normal(&self.expr))
    }

    /// Whether it holds where `lookup` gives the values of names.
    ///
    /// # Errors
    /// A diagnostic at the part that has no value.
    pub fn holds(&self, lookup: &dyn Fn(&str) -> Option<Literal>) -> Result<bool, Box<Diagnostic>> {
        match self.value(lookup)? {
            Literal::Bool(truth) => Ok(truth),
            other => Err(Box::new(
                Diagnostic::error(
                    spak_expr::codes::TYPE_MISMATCH,
                    self.span,
                    format!("a condition is needed, and this is {other}"),
                )
                .repair("compare it with something"),
            )),
        }
    }

    /// Its value where `lookup` gives the values of names.
    ///
    /// # Errors
    /// A diagnostic at the part that has no value.
    pub fn value(
        &self,
        lookup: &dyn Fn(&str) -> Option<Literal>,
    ) -> Result<Literal, Box<Diagnostic>> {
        let value = spak_expr::eval(&self.expr, &Names(lookup))?;
        Ok(from_value(&value))
    }
}

/// Values of names as the expression language asks for them.
struct Names<'a>(&'a dyn Fn(&str) -> Option<Literal>);

impl spak_expr::Env for Names<'_> {
    fn lookup(&self, name: &str) -> Option<spak_expr::Value> {
        (self.0)(name).map(|literal| to_value(&literal))
    }
}

/// What could be read of a text.
pub enum Read {
    /// All of it is a formula, or a name that stands for a predicate.
    Whole(Formula),
    /// It begins with a formula; the words behind it.
    Prefix(Formula, String),
    /// It is prose from its first word on.
    None,
}

/// Research layers write `a = b` for a statement and `λ L` for a product.
const LAYERS: Options = Options { allow_equals: true, implicit_multiplication: true };

/// In a condition `4 B` is four bytes, not four times `B`.
const CONDITIONS: Options = Options { allow_equals: true, implicit_multiplication: false };

/// The formula that `text` is as a whole, whether or not it could also be prose.
pub fn parse(text: &str) -> Option<Formula> {
    let text = text.trim();
    let expr = parse_with(text, 0, CONDITIONS).expr?;
    Some(formula(text, 0, expr))
}

/// Reads `text`, which stands at `base` of its file, where a condition is expected: `not causal` is
/// one there, and could be prose elsewhere.
pub fn read_condition(text: &str, base: u32) -> Read {
    use spak_expr::{BinaryOp, ExprKind, UnaryOp};
    let lead = text.len() - text.trim_start().len();
    let parsed = parse_with(text.trim(), base + lead as u32, CONDITIONS);
    let is_logic = |expr: &Expr| {
        matches!(
            expr.kind,
            ExprKind::Unary(UnaryOp::Not, _)
                | ExprKind::And(_)
                | ExprKind::Or(_)
                | ExprKind::Binary(BinaryOp::Implies, ..)
        )
    };
    match parsed.expr.filter(is_logic) {
        Some(expr) => Read::Whole(formula(text.trim(), base + lead as u32, expr)),
        None => match read_with(text, base, CONDITIONS) {
            Read::Whole(formula) => Read::Whole(formula),
            other => all_of(text, base).map_or(other, Read::Whole),
        },
    }
}

/// `tile_m > 3, tile_n < 4` and `a = 1; b = 2`: several conditions, all of which must hold.
fn all_of(text: &str, base: u32) -> Option<Formula> {
    let lead = text.len() - text.trim_start().len();
    let (text, base) = (text.trim(), base + lead as u32);
    let parts = split_outside(text, &[',', ';'])?;
    let mut items = Vec::with_capacity(parts.len());
    for (at, part) in parts {
        let skipped = part.len() - part.trim_start().len();
        let parsed = parse_with(part.trim(), base + (at + skipped) as u32, CONDITIONS);
        items.push(parsed.is_formula().then_some(parsed.expr)?.filter(Expr::is_condition)?);
    }
    let span = Span::new(base, base + text.len() as u32);
    Some(Formula { text: text.to_owned(), span, expr: Expr::new(span, ExprKind::And(items)) })
}

/// The parts of a text between separators outside of brackets and quotes, with where they begin; `None`
/// for a single one.
fn split_outside<'t>(text: &'t str, separators: &[char]) -> Option<Vec<(usize, &'t str)>> {
    let (mut parts, mut depth, mut quote, mut start) = (Vec::new(), 0_i32, None, 0);
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, c) if depth == 0 && separators.contains(&c) => {
                parts.push((start, text.get(start..at)?));
                start = at + c.len_utf8();
            }
            (None, _) => {}
        }
    }
    parts.push((start, text.get(start..)?));
    (parts.len() > 1).then_some(parts)
}

/// What is wrong with a condition that was meant as a formula and breaks off; `None` for formulas and
/// for prose.
pub fn broken(text: &str, base: u32) -> Option<Diagnostic> {
    let lead = text.len() - text.trim_start().len();
    spak_expr::broken(text.trim(), base + lead as u32, CONDITIONS)
}

/// What is wrong with a formula that stands anywhere: one that is nested too deep is never prose.
pub fn too_deep(text: &str, base: u32) -> Option<Diagnostic> {
    // Without so many signs nothing is nested so deep.
    text.matches(['(', '[', '{', '-', '!']).nth(spak_expr::MAX_DEPTH)?;
    let found = parse_with(text.trim(), base, LAYERS).diagnostics;
    found.into_iter().find(|d| d.code == spak_expr::codes::EXPRESSION_TOO_DEEP)
}

/// Reads a formula of a research layer as a whole.
pub fn parse_layer(text: &str, base: u32) -> Option<Formula> {
    let lead = text.len() - text.trim_start().len();
    let base = base + lead as u32;
    let expr = parse_with(text.trim(), base, LAYERS).expr?;
    Some(formula(text.trim(), base, expr))
}

/// Reads `text`, which stands at `base` of its file.
pub fn read(text: &str, base: u32) -> Read {
    match given(text, base) {
        Some(formula) => Read::Whole(formula),
        None => read_with(text, base, LAYERS),
    }
}

/// `w = p or q`, `y = a if c else b`: a name that is given a value, all of what stands behind `=`. Read as a
/// condition, `=` would bind tighter than what decides, and other programs would look the same.
fn given(text: &str, base: u32) -> Option<Formula> {
    let lead = text.len() - text.trim_start().len();
    let (text, base) = (text.trim(), base + lead as u32);
    let at = only_equals(text)?;
    let (left, right) = (text.get(..at)?, text.get(at + 1..)?);
    let left = parse_with(left.trim_end(), base, LAYERS).expr?;
    let is_place = matches!(
        left.kind,
        ExprKind::Name(_) | ExprKind::Call(_) | ExprKind::Index(..) | ExprKind::Field(..)
    );
    let skipped = right.len() - right.trim_start().len();
    let value = parse_with(right.trim(), base + (at + 1 + skipped) as u32, LAYERS);
    let is_formal = value.is_formula() || parse_with(text, base, LAYERS).is_formula();
    let right = value.expr.filter(|_| is_place && is_formal)?;
    let decides = match &right.kind {
        // `x = 1 and y > 2` is a condition: a number is not joined by `and`.
        ExprKind::And(items) | ExprKind::Or(items) => !items.first()?.is_literal(),
        ExprKind::Conditional(_) | ExprKind::Compare(..) | ExprKind::Quantified(_) => true,
        ExprKind::Unary(op, _) => *op == spak_expr::UnaryOp::Not,
        _ => false,
    };
    let span = Span::new(left.span.start, right.span.end);
    let expr = Expr::new(span, ExprKind::Compare(Box::new(left), vec![(CompareOp::Equal, right)]));
    decides.then(|| Formula { text: text.to_owned(), span, expr })
}

/// Where the only `=` of a text stands that is no part of another sign, outside of brackets and quotes.
fn only_equals(text: &str) -> Option<usize> {
    let (mut depth, mut quote, mut found, mut before) = (0_i32, None, None, ' ');
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (Some(q), c) if c == q => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'') => quote = Some(c),
            (None, '(' | '[' | '{') => depth += 1,
            (None, ')' | ']' | '}') => depth -= 1,
            (None, '=') if depth == 0 && !"=<>!:".contains(before) => {
                let next = text.get(at + 1..).and_then(|t| t.chars().next());
                if !matches!(next, Some('=' | '>')) && found.replace(at).is_some() {
                    return None;
                }
            }
            (None, _) => {}
        }
        before = c;
    }
    found
}

fn read_with(text: &str, base: u32, options: Options) -> Read {
    let lead = text.len() - text.trim_start().len();
    let (text, base) = (text.trim(), base + lead as u32);
    let whole = parse_with(text, base, options);
    let is_formula = whole.is_formula();
    if let Some(expr) = whole.expr
        && (is_formula || expr.is_bare_name() && !text.contains(char::is_whitespace))
    {
        return Read::Whole(Formula { text: text.to_owned(), span: expr.span, expr });
    }
    if let Some(found) = tail_condition(text, base) {
        return found;
    }
    match parse_prefix(text, base, options) {
        Some(prefix) if prefix.rest.is_empty() => Read::Whole(formula(text, base, prefix.expr)),
        Some(prefix) => {
            let rest = prefix.rest.shift_back(base).slice(text).to_owned();
            // The end of a sentence.
            if rest == "." {
                return Read::Whole(formula(text, base, prefix.expr));
            }
            Read::Prefix(formula(text, base, prefix.expr), rest)
        }
        None => Read::None,
    }
}

/// `stop when p(t) > τ`: words, then a condition behind `when`.
fn tail_condition(text: &str, base: u32) -> Option<Read> {
    let (words, condition) = text.split_once(" when ")?;
    let offset = base + (words.len() + " when ".len()) as u32;
    let parsed = parse_with(condition, offset, LAYERS);
    let is_formula = parsed.is_formula();
    let expr = parsed.expr.filter(|_| is_formula && words.split_whitespace().count() <= 3)?;
    Some(Read::Prefix(
        Formula { text: condition.to_owned(), span: expr.span, expr },
        words.to_owned(),
    ))
}

fn formula(text: &str, base: u32, expr: Expr) -> Formula {
    let span = expr.span;
    Formula { text: span.shift_back(base).slice(text).to_owned(), span, expr }
}

/// Reads the value of an assignment: the formula, and how many bytes of `text` it takes when words
/// follow it.
pub fn read_value(text: &str, base: u32) -> Option<(Formula, Option<usize>)> {
    let whole = parse_with(text, base, Options::default());
    if let Some(expr) = whole.expr {
        return Some((formula(text, base, expr), None));
    }
    // `64 as initial guess`: the longest beginning that is a value.
    let ends = text.char_indices().filter(|(_, c)| c.is_whitespace()).map(|(i, _)| i);
    let mut longest = None;
    for end in ends.take(64) {
        let Some(begin) = text.get(..end) else { continue };
        let parsed = parse_with(begin, base, Options::default());
        if let Some(expr) = parsed.expr.filter(|e| !matches!(e.kind, spak_expr::ExprKind::Name(_)))
        {
            longest = Some((formula(begin, base, expr), Some(end)));
        }
    }
    longest
}

/// How a formula with words behind it could be written so that both are read.
pub fn rewrite_partial(formula: &Formula, rest: &str) -> Option<String> {
    let rest = rest.trim();
    match rest {
        "optimal" | "best" | "preferred" => Some(format!(
            "rule \"best {}\" {{ recommend: \"{}\" }}",
            formula.text.replace('"', "'"),
            formula.text.replace("==", "=").replace('"', "'")
        )),
        // A conclusion is a few words behind a condition; what follows an equation or a symbol is a
        // part of it that was not understood.
        _ if !is_conclusion(rest) || !is_premise(&formula.expr) => None,
        _ => Some(format!("{formula} => {}", underscored(rest))),
    }
}

fn is_conclusion(words: &str) -> bool {
    let is_word = |w: &str| w.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '-' | '.'));
    let count = words.split_whitespace().count();
    (1..=8).contains(&count) && words.split_whitespace().all(is_word)
}

/// Whether a formula says something that can be so or not, rather than what a name stands for.
fn is_premise(expr: &Expr) -> bool {
    let defines = |op: &CompareOp| matches!(op, CompareOp::Equal);
    match &expr.kind {
        ExprKind::Compare(first, rest) => {
            !(first.is_bare_name() && rest.iter().all(|(op, _)| defines(op)))
        }
        _ => expr.is_condition(),
    }
}

/// How `if A => B` in words could be written so that A can be evaluated.
pub fn rewrite_warning(premise: &str, conclusion: &str) -> String {
    let formal: Vec<String> = premise
        .split(" and ")
        .map(|part| match part.trim() {
            part if part.starts_with("no ") => {
                format!("not {}", underscored(part.trim_start_matches("no ")))
            }
            part if part.contains(['<', '>', '=', '(']) => part.to_owned(),
            part => underscored(part),
        })
        .collect();
    format!("{} => {}", formal.join(" and "), underscored(conclusion))
}

/// How a condition in words could be named, so that a predicate can stand for it.
pub fn rewrite_prose(text: &str) -> Option<String> {
    let name = underscored(text);
    let short = name.split('_').count() <= 6;
    short
        .then(|| format!("\"{name}\", with `fact {name}(t: TraceItem.Performance) {{ return … }}`"))
}

fn underscored(text: &str) -> String {
    let words: Vec<String> = text
        .split(|c: char| !(c.is_alphanumeric() || c == '_'))
        .filter(|w| !w.is_empty())
        .map(str::to_lowercase)
        .collect();
    words.join("_")
}

/// A literal as a value of the expression language.
pub fn to_value(literal: &Literal) -> spak_expr::Value {
    use spak_expr::Value;
    match literal {
        Literal::Bool(b) => Value::Bool(*b),
        Literal::Int(i) => Value::Int(*i),
        Literal::Float(f) => Value::Float(*f),
        Literal::Text(s) => Value::Text(s.as_str().into()),
        Literal::Quantity(..) => {
            let parsed = parse_with(&literal.to_string(), 0, Options::default());
            let value = parsed.expr.and_then(|e| spak_expr::eval(&e, &Names(&|_| None)).ok());
            value.unwrap_or_else(|| Value::Text(literal.to_string().into()))
        }
        Literal::List(items) => Value::list(items.iter().map(to_value)),
    }
}

/// A value of the expression language as a literal; a quantity as its text.
pub fn from_value(value: &spak_expr::Value) -> Literal {
    use spak_expr::Value;
    match value {
        Value::Bool(b) => Literal::Bool(*b),
        Value::Int(i) => Literal::Int(*i),
        Value::Float(f) => Literal::Float(*f),
        Value::Text(s) => Literal::Text(s.to_string()),
        Value::List(items) => Literal::List(items.iter().map(from_value).collect()),
        other => Literal::Text(other.to_string()),
    }
}
