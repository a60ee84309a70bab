//! How formal a slot is: each is read as what its place expects, and both halves are kept when only a
//! part can be read.

use spak_expr::{Expr, ExprKind};
use spak_syntax::ast::{Block, Head, Item, Pair, Slot, Text, Value};
use spak_syntax::{Diagnostic, Span};

use crate::assignment::{self, Assignment};
use crate::domain::{self, Conditional, Domain};
use crate::formula::{self, Formula};
use crate::literal::{self, Literal};
use crate::over::{self, Over};
use crate::types::Type;
use crate::vocabulary::Expect;

/// How much of a slot a machine can check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// All of it: parsed, and evaluated where it applies.
    Formal,
    /// Its structure, and a part of it.
    Semiformal,
    /// None: it is kept, searched and shown.
    Prose,
}

impl Class {
    /// `formal`, `semiformal` or `prose`, as printed and as in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Formal => "formal",
            Self::Semiformal => "semiformal",
            Self::Prose => "prose",
        }
    }
}

/// What a slot says, as far as it can be read.
#[derive(Clone, Debug, PartialEq)]
pub enum Reading {
    /// Nothing was written.
    Nothing,
    /// `...`: left open on purpose.
    Open,
    /// One value.
    Literal(Literal),
    /// Several values or texts in order.
    List(Vec<Reading>),
    /// A map among the values of a list: its values by key, lines under an empty one.
    Map(Vec<(String, Reading)>),
    /// `2 -> 4 -> 8`: values one after the other in time.
    Schedule(Vec<Literal>),
    /// The values of a dimension.
    Domain(Domain),
    /// The values of a dimension that is there only where a condition holds, and the condition.
    Conditional(Domain, Box<SlotReading>),
    /// A type, and the value it starts with.
    Type(Type, Option<Literal>),
    /// A formula.
    Formula(Formula),
    /// A formula and what is said about it in words (`tile_q >= 128` `causes register spill`).
    Partial(Formula, String),
    /// `if A => B` whose conclusion is prose: the condition, as far as it is formal, and the conclusion.
    Warning(Result<Formula, String>, String),
    /// Assignments, and words behind them.
    Assignments(Vec<Assignment>, String),
    /// Variables of a rule.
    Over(Vec<Over>),
    /// A text with places to be filled in: their names.
    Template(String, Vec<String>),
    /// The name of something else.
    Name(String),
    /// Prose.
    Words(String),
}

impl Reading {
    /// The values of a dimension, and the condition under which it is there.
    pub fn domain(&self) -> Option<(&Domain, Option<&SlotReading>)> {
        match self {
            Self::Domain(domain) => Some((domain, None)),
            Self::Conditional(domain, when) => Some((domain, Some(when))),
            _ => None,
        }
    }
}

/// A slot with its reading.
#[derive(Clone, Debug, PartialEq)]
pub struct SlotReading {
    /// The place of the slot.
    pub span: Span,
    /// What it says.
    pub reading: Reading,
    /// How formal it is.
    pub class: Class,
    /// What its place expects.
    pub expect: Expect,
    /// How the same could be written so that it is checkable, where that can be said.
    pub rewrite: Option<String>,
}

impl SlotReading {
    fn new(span: Span, expect: Expect, class: Class, reading: Reading) -> Self {
        Self { span, reading, class, expect, rewrite: None }
    }

    /// The slot of a dimension.
    pub fn of_domain(span: Span, read: Conditional) -> Self {
        let (class, reading) = match read.when {
            None => (Class::Formal, Reading::Domain(read.domain)),
            // The values are formal, whatever the condition is.
            Some(when) => (
                when.class.min(Class::Semiformal),
                Reading::Conditional(read.domain, Box::new(when)),
            ),
        };
        Self::new(span, Expect::Domain, class, reading)
    }

    fn rewrite(mut self, rewrite: Option<String>) -> Self {
        self.rewrite = rewrite;
        self
    }
}

/// Reads the value of a pair.
pub fn value(value: &Value, expect: Expect, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let span = value.span();
    if expect == Expect::Domain {
        if let Value::Raw(slot) = value
            && matches!(slot.text.trim(), "..." | "…")
        {
            return SlotReading::new(span, expect, Class::Semiformal, Reading::Open);
        }
        return match domain::read(value, diagnostics) {
            Some(read) => SlotReading::of_domain(span, read),
            None => SlotReading::new(span, expect, Class::Prose, unread(value)),
        };
    }
    match value {
        Value::Empty(_) => SlotReading::new(span, expect, Class::Prose, Reading::Nothing),
        Value::Text(text) => quoted(text, expect, diagnostics),
        Value::Raw(slot) => line(slot, expect, diagnostics),
        Value::List(_, elements) => list(span, elements, expect, diagnostics),
        // A map is a block; the caller reads its statements.
        Value::Map(_) => SlotReading::new(span, expect, Class::Formal, Reading::Nothing),
    }
}

/// A slot without anything in it.
pub fn nothing(span: Span, expect: Expect) -> SlotReading {
    SlotReading::new(span, expect, Class::Prose, Reading::Nothing)
}

/// What was written and could not be read, which has been said.
fn unread(value: &Value) -> Reading {
    match value {
        Value::Raw(slot) => Reading::Words(slot.text.trim().to_owned()),
        _ => Reading::Nothing,
    }
}

fn list(
    span: Span,
    elements: &[Value],
    expect: Expect,
    diagnostics: &mut Vec<Diagnostic>,
) -> SlotReading {
    // `tags: [string]`: a type; `[a, b]` and `["x"]` are what a field may be.
    if expect == Expect::Type
        && let [Value::Raw(slot)] = elements
        && let Some(ty) = Type::read(slot.text.trim())
        && !matches!(ty, Type::Named(_) | Type::OneOf(_))
    {
        let ty = Type::List(Some(Box::new(ty)));
        return SlotReading::new(span, expect, Class::Formal, Reading::Type(ty, None));
    }
    let inner = if expect == Expect::Type { Expect::Any } else { expect };
    let mut element = |e: &Value| match e {
        Value::Map(block) => map(block, diagnostics),
        _ => value(e, inner, diagnostics),
    };
    let read: Vec<SlotReading> = elements.iter().map(&mut element).collect();
    let class = read.iter().map(|r| r.class).max().unwrap_or(Class::Formal);
    // `[2 -> 4 -> 8]`: a list that holds one schedule is that schedule.
    if let [SlotReading { reading: Reading::Schedule(steps), .. }] = read.as_slice() {
        return SlotReading::new(span, expect, Class::Formal, Reading::Schedule(steps.clone()));
    }
    SlotReading::new(
        span,
        expect,
        class,
        Reading::List(read.into_iter().map(|r| r.reading).collect()),
    )
}

/// A map that stands in a list.
fn map(block: &Block, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let mut fields = Vec::with_capacity(block.items.len());
    let mut class = Class::Formal;
    for item in &block.items {
        let (key, read) = match item {
            Item::Pair(pair) => {
                let read = match &pair.value {
                    Value::Map(inner) => map(inner, diagnostics),
                    other => value(other, Expect::Any, diagnostics),
                };
                (pair.key.text(), read)
            }
            Item::Block(inner) | Item::Section(inner) => {
                let inside = Block { head: Head::default(), ..inner.clone() };
                (inner.head.text(), map(&inside, diagnostics))
            }
            Item::Line(slot) => (String::new(), line(slot, Expect::Any, diagnostics)),
        };
        class = class.max(read.class);
        fields.push((key, read.reading));
    }
    let mut reading = Reading::Map(fields);
    if !block.head.words.is_empty() {
        reading = Reading::Map(vec![(block.head.text(), reading)]);
    }
    SlotReading::new(block.span, Expect::Any, class, reading)
}

/// Reads a text in quotes.
fn quoted(text: &Text, expect: Expect, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let base = if text.verbatim { text.inner.start } else { text.span.start };
    let words = || Reading::Words(text.value.clone());
    match expect {
        Expect::Condition => {
            let read = condition(text.span, &text.value, base, true);
            checked(read, &text.value, base, (!text.verbatim).then_some(text.span), diagnostics)
        }
        Expect::Assignment => {
            let read = assignments(text.span, &text.value, base);
            checked(read, &text.value, base, (!text.verbatim).then_some(text.span), diagnostics)
        }
        Expect::Variables => over(text.span, &text.value, base),
        Expect::Conclusion => {
            let read = conclusion(text.span, &text.value, base);
            checked(read, &text.value, base, (!text.verbatim).then_some(text.span), diagnostics)
        }
        Expect::Equation => {
            let expr = Expr::new(text.span, ExprKind::Text(text.value.clone()));
            let formula = Formula { text: format!("{:?}", text.value), span: text.span, expr };
            SlotReading::new(text.span, expect, Class::Formal, Reading::Formula(formula))
        }
        Expect::Template => {
            let places = places(&text.value);
            SlotReading::new(
                text.span,
                expect,
                Class::Formal,
                Reading::Template(text.value.clone(), places),
            )
        }
        Expect::Name => {
            SlotReading::new(text.span, expect, Class::Formal, Reading::Name(text.value.clone()))
        }
        Expect::Type => {
            let literal = Literal::Text(text.value.clone());
            let reading = Reading::Type(Type::OneOf(vec![literal.clone()]), Some(literal));
            SlotReading::new(text.span, expect, Class::Formal, reading)
        }
        Expect::Words | Expect::Number => {
            SlotReading::new(text.span, expect, Class::Prose, words())
        }
        Expect::Any | Expect::Domain => match is_word_like(&text.value) {
            true => SlotReading::new(
                text.span,
                expect,
                Class::Formal,
                Reading::Literal(Literal::Text(text.value.clone())),
            ),
            false => SlotReading::new(text.span, expect, Class::Prose, words()),
        },
    }
}

/// Says what is wrong with a condition or an assignment that was meant as one and breaks off. Its words
/// are kept, and nothing is concluded from its beginning. `whole` is its place where offsets in it are
/// none in the file.
fn checked(
    read: SlotReading,
    text: &str,
    base: u32,
    whole: Option<Span>,
    diagnostics: &mut Vec<Diagnostic>,
) -> SlotReading {
    let rest_at = |rest: &str| base + (text.len() - rest.len()) as u32;
    let found = match (&read.reading, read.expect) {
        (Reading::Words(_) | Reading::Partial(..), Expect::Condition)
        | (Reading::Words(_), Expect::Conclusion) => formula::broken(text, base),
        (Reading::Words(_), Expect::Assignment) => assignment::broken(text, base),
        (Reading::Assignments(_, rest), Expect::Assignment | Expect::Conclusion)
            if !rest.is_empty() =>
        {
            let behind = text.trim_end();
            behind.strip_suffix(rest.as_str()).and_then(|front| {
                assignment::broken(rest, rest_at(text.get(front.len()..).unwrap_or("")))
            })
        }
        _ => None,
    };
    let Some(mut found) = found else { return read };
    if let Some(span) = whole {
        found.primary.span = span;
        found.related.clear();
        found.fix.clear();
    }
    let is_error = found.severity == spak_syntax::Severity::Error;
    diagnostics.push(found);
    if !is_error || matches!(read.reading, Reading::Assignments(..)) {
        return read;
    }
    // It has been said, so that nothing more has to be: it counts as words.
    let words = Reading::Words(text.trim().to_owned());
    SlotReading::new(read.span, Expect::Words, Class::Prose, words)
}

/// Whether a text is a name or a value rather than a sentence.
fn is_word_like(text: &str) -> bool {
    !text.is_empty() && text.split_whitespace().count() == 1
}

/// Reads text without quotes: a line, or the value of a pair. Where its words break over lines is layout.
pub fn line(slot: &Slot, expect: Expect, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    if let Some(text) = text_of(slot) {
        return quoted(&text, expect, diagnostics);
    }
    let mut read = unquoted(slot, expect, diagnostics);
    match &mut read.reading {
        Reading::Words(words)
        | Reading::Name(words)
        | Reading::Partial(_, words)
        | Reading::Assignments(_, words) => squeeze(words),
        Reading::Warning(premise, conclusion) => {
            if let Err(words) = premise {
                squeeze(words);
            }
            squeeze(conclusion);
        }
        _ => {}
    }
    read
}

fn squeeze(words: &mut String) {
    *words = words.split_whitespace().collect::<Vec<_>>().join(" ");
}

/// The one text in quotes that a slot is.
fn text_of(slot: &Slot) -> Option<Text> {
    let (text, base) = trimmed(slot);
    if let Some(inner) = whole_quoted(text).filter(|t| !t.contains('\\')) {
        let span = Span::new(base, base + text.len() as u32);
        let inner_span = Span::new(base + 1, base + 1 + inner.len() as u32);
        // A text over several lines is the same with the line ends of another system.
        let value = inner.replace("\r\n", "\n");
        let verbatim = value.len() == inner.len();
        return Some(Text { span, inner: inner_span, value, verbatim });
    }
    let quote = ['"', '\''].into_iter().find(|q| text.len() > 1 && text.starts_with(*q))?;
    if !text.ends_with(quote) {
        return None;
    }
    // With escapes, or a long one: as the value of a pair is read.
    let key = "k:";
    let parsed = spak_syntax::ast::file(&spak_syntax::parse(&format!("{key}{text}")));
    let [Item::Pair(Pair { value: Value::Text(found), .. })] = parsed.items.as_slice() else {
        return None;
    };
    let moved = |span: Span| {
        let back = key.len() as u32;
        Span::new(base + span.start.saturating_sub(back), base + span.end.saturating_sub(back))
    };
    Some(Text { span: moved(found.span), inner: moved(found.inner), ..found.clone() })
}

fn unquoted(slot: &Slot, expect: Expect, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let (text, base) = trimmed(slot);
    let make = |class, reading| SlotReading::new(slot.span, expect, class, reading);
    if matches!(text, "..." | "…") {
        return make(Class::Semiformal, Reading::Open);
    }
    match expect {
        Expect::Type => return typed(slot.span, text),
        Expect::Condition | Expect::Assignment | Expect::Conclusion => {
            // A text in quotes that stands by itself on a line.
            let (text, base) = whole_quoted(text).map_or((text, base), |t| (t, base + 1));
            let read = match expect {
                Expect::Condition => condition(slot.span, text, base, false),
                Expect::Conclusion => conclusion(slot.span, text, base),
                _ => assignments(slot.span, text, base),
            };
            return checked(read, text, base, None, diagnostics);
        }
        Expect::Equation => return equation(slot.span, text, base, diagnostics),
        Expect::Variables => return over(slot.span, text, base),
        Expect::Name => return make(Class::Formal, Reading::Name(text.to_owned())),
        Expect::Words => return make(Class::Prose, Reading::Words(text.to_owned())),
        Expect::Template => {
            return make(Class::Formal, Reading::Template(text.to_owned(), places(text)));
        }
        Expect::Number | Expect::Any | Expect::Domain => {}
    }
    let (class, reading, rewrite) = anything(slot.span, text, base, diagnostics);
    make(class, reading).rewrite(rewrite)
}

/// Reads a line of its own. `- lr = 1e-4` is an item of a list, and no minus; of prose, the dash is kept.
pub fn statement(slot: &Slot, expect: Expect, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let (text, base) = trimmed(slot);
    if matches!(expect, Expect::Words | Expect::Template | Expect::Name | Expect::Type) {
        return line(slot, expect, diagnostics);
    }
    let Some(item) = item_of_list(text) else { return line(slot, expect, diagnostics) };
    let at = base + (text.len() - item.len()) as u32;
    let span = Span::new(at, at + item.len() as u32);
    let read = line(&Slot { span, text: item.to_owned() }, expect, diagnostics);
    match read.reading {
        Reading::Words(_) | Reading::Literal(Literal::Text(_)) => SlotReading {
            span: slot.span,
            class: Class::Prose,
            reading: Reading::Words(text.to_owned()),
            ..read
        },
        reading => SlotReading { span: slot.span, reading, ..read },
    }
}

/// What stands behind the dash or the number of an item: `- lr = 1e-4`, `2. x = 1`.
fn item_of_list(text: &str) -> Option<&str> {
    let digits = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let item = match digits.len() == text.len() {
        true => text.strip_prefix("- ").or_else(|| text.strip_prefix("• "))?,
        false => digits.strip_prefix(". ").or_else(|| digits.strip_prefix(") "))?,
    };
    Some(item.trim_start())
}

/// Reads text as whatever it looks like: a value, a formula, else prose.
fn anything(
    span: Span,
    text: &str,
    base: u32,
    diagnostics: &mut Vec<Diagnostic>,
) -> (Class, Reading, Option<String>) {
    if let Some(text) = whole_quoted(text) {
        return match is_word_like(text) {
            true => (Class::Formal, Reading::Literal(Literal::Text(text.to_owned())), None),
            false => (Class::Prose, Reading::Words(text.to_owned()), None),
        };
    }
    if let Some(steps) = schedule(text) {
        return (Class::Formal, Reading::Schedule(steps), None);
    }
    if let Some(literal) = Literal::read(text) {
        return (Class::Formal, Reading::Literal(literal), None);
    }
    let wrong = literal::bad_number(text, base).or_else(|| formula::too_deep(text, base));
    if let Some(wrong) = wrong {
        diagnostics.push(wrong);
        return (Class::Prose, Reading::Words(text.to_owned()), None);
    }
    if let Some(ty @ (Type::Tensor(..) | Type::Optional(_) | Type::Range(..))) = Type::read(text) {
        return (Class::Formal, Reading::Type(ty, None), None);
    }
    if warning(text).is_some() {
        let read = condition(span, text, base, false);
        return (read.class, read.reading, read.rewrite);
    }
    if let Some(statement) = assignment::statement(text, base) {
        return (Class::Formal, Reading::Assignments(vec![statement], String::new()), None);
    }
    match formula::read(text, base) {
        formula::Read::Whole(formula) => (Class::Formal, Reading::Formula(formula), None),
        formula::Read::Prefix(formula, rest) => {
            let rewrite = formula::rewrite_partial(&formula, &rest);
            (Class::Semiformal, Reading::Partial(formula, rest), rewrite)
        }
        formula::Read::None => (Class::Prose, Reading::Words(text.to_owned()), None),
    }
}

fn typed(span: Span, text: &str) -> SlotReading {
    let (ty, initial) = match text.split_once(" = ").or_else(|| text.split_once('=')) {
        Some((ty, value)) => (ty.trim(), Some(value.trim())),
        None => (text, None),
    };
    let read = initial.map(|i| {
        let text = whole_quoted(i).map(|t| Literal::Text(t.to_owned())).or(Literal::read(i));
        text.or_else(|| formula::parse(i)?.value(&|_| None).ok())
    });
    match (Type::read(ty), read) {
        (Some(ty), None) => {
            SlotReading::new(span, Expect::Type, Class::Formal, Reading::Type(ty, None))
        }
        (Some(ty), Some(Some(value))) => {
            SlotReading::new(span, Expect::Type, Class::Formal, Reading::Type(ty, Some(value)))
        }
        // What it starts with says more than can be read.
        _ => SlotReading::new(span, Expect::Type, Class::Prose, Reading::Words(text.to_owned())),
    }
}

/// `if A => B`, `when A then B`: where the premise begins, the premise and the conclusion.
fn warning(text: &str) -> Option<(usize, &str, &str)> {
    let lead = text.len() - text.trim_start().len();
    let (word, rest) = text.trim().split_once(' ').filter(|(w, _)| matches!(*w, "if" | "when"))?;
    let (premise, conclusion) = match rest.split_once(" then ") {
        Some(parts) => parts,
        None => rest.split_once("=>").filter(|_| word == "if")?,
    };
    Some((lead + word.len() + 1, premise, conclusion))
}

/// A condition; in quotes (`quoted`) a bare sentence is prose, a bare name refers to a predicate.
fn condition(span: Span, text: &str, base: u32, quoted: bool) -> SlotReading {
    let make = |class, reading| SlotReading::new(span, Expect::Condition, class, reading);
    if matches!(text.trim(), "..." | "…") {
        return make(Class::Semiformal, Reading::Open);
    }
    if let Some((at, premise, conclusion)) = warning(text) {
        let offset = base + at as u32;
        let rewrite = formula::rewrite_warning(premise.trim(), conclusion.trim());
        let formula = match formula::read_condition(premise.trim_end(), offset) {
            formula::Read::Whole(formula) => Ok(formula),
            // The formal half of the condition is one, and all the rest stays together.
            formula::Read::Prefix(formula, rest) => {
                let reading = Reading::Partial(formula, format!("{rest} => {}", conclusion.trim()));
                return make(Class::Semiformal, reading).rewrite(Some(rewrite));
            }
            formula::Read::None => Err(premise.trim().to_owned()),
        };
        let reading = Reading::Warning(formula, conclusion.trim().to_owned());
        return make(Class::Semiformal, reading).rewrite(Some(rewrite));
    }
    match formula::read_condition(text, base) {
        // `+0` is a number, as `0` is, and no condition.
        formula::Read::Whole(formula) if is_number(&formula.normal()) => {
            make(Class::Prose, Reading::Words(text.trim().to_owned()))
        }
        formula::Read::Whole(formula) => make(Class::Formal, Reading::Formula(formula)),
        formula::Read::Prefix(formula, rest) => {
            let rewrite = formula::rewrite_partial(&formula, &rest);
            make(Class::Semiformal, Reading::Partial(formula, rest)).rewrite(rewrite)
        }
        formula::Read::None => {
            let rewrite = quoted.then(|| formula::rewrite_prose(text)).flatten();
            make(Class::Prose, Reading::Words(text.trim().to_owned())).rewrite(rewrite)
        }
    }
}

fn is_number(text: &str) -> bool {
    matches!(Literal::read(text), Some(Literal::Int(_) | Literal::Float(_) | Literal::Quantity(..)))
}

/// A condition over the values of a program: all of it is formal, or it is wrong.
fn equation(span: Span, text: &str, base: u32, diagnostics: &mut Vec<Diagnostic>) -> SlotReading {
    let lead = text.len() - text.trim_start().len();
    let parsed = spak_expr::parse(text.trim(), base + lead as u32);
    diagnostics.extend(parsed.diagnostics);
    let expect = Expect::Equation;
    match parsed.expr {
        Some(expr) => {
            let formula = Formula { text: text.trim().to_owned(), span: expr.span, expr };
            SlotReading::new(span, expect, Class::Formal, Reading::Formula(formula))
        }
        None => {
            SlotReading::new(span, expect, Class::Prose, Reading::Words(text.trim().to_owned()))
        }
    }
}

/// Variables, or else words.
fn over(span: Span, text: &str, base: u32) -> SlotReading {
    match over::read(text, base) {
        Some(all) => SlotReading::new(span, Expect::Variables, Class::Formal, Reading::Over(all)),
        None => {
            let words = Reading::Words(text.trim().to_owned());
            SlotReading::new(span, Expect::Variables, Class::Prose, words)
        }
    }
}

/// Assignments, or else a condition.
fn conclusion(span: Span, text: &str, base: u32) -> SlotReading {
    let read = SlotReading { expect: Expect::Conclusion, ..assignments(span, text, base) };
    if read.class == Class::Formal {
        return read;
    }
    match formula::read_condition(text, base) {
        formula::Read::Whole(formula) => {
            SlotReading::new(span, Expect::Conclusion, Class::Formal, Reading::Formula(formula))
        }
        formula::Read::Prefix(..) | formula::Read::None => read,
    }
}

fn assignments(span: Span, text: &str, base: u32) -> SlotReading {
    let make = |class, reading| SlotReading::new(span, Expect::Assignment, class, reading);
    let (items, rest) = assignment::read(text, base);
    if items.is_empty() {
        return make(Class::Prose, Reading::Words(text.trim().to_owned()));
    }
    let class = if rest.is_empty() { Class::Formal } else { Class::Semiformal };
    let rewrite = (!rest.is_empty()).then(|| {
        let list: Vec<String> = items.iter().map(ToString::to_string).collect();
        // Inside quotes, texts are in single ones.
        let quoted = |text: &str| text.replace('"', "'");
        format!("recommend: \"{}\", reason: \"{}\"", quoted(&list.join(", ")), quoted(&rest))
    });
    make(class, Reading::Assignments(items, rest)).rewrite(rewrite)
}

/// `2 -> 4 -> 8`, also with `→`.
fn schedule(text: &str) -> Option<Vec<Literal>> {
    let text = text.replace('→', "->");
    let steps: Vec<&str> = text.split("->").map(str::trim).collect();
    if steps.len() < 2 {
        return None;
    }
    let number = |s: &&str| Literal::read(s).filter(|l| !matches!(l, Literal::Text(_)));
    steps.iter().map(number).collect()
}

/// The names in `{{name}}` places, in order.
pub fn places(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("{{") {
        let Some((name, behind)) = after.split_once("}}") else { break };
        if !name.trim().is_empty() && !name.contains(['{', '\n']) {
            out.push(name.trim().to_owned());
        }
        rest = behind;
    }
    out
}

fn whole_quoted(text: &str) -> Option<&str> {
    let inner =
        |q| text.strip_prefix(q).and_then(|t| t.strip_suffix(q)).filter(|t: &&str| !t.contains(q));
    inner('"').or_else(|| inner('\''))
}

fn trimmed(slot: &Slot) -> (&str, u32) {
    let start = slot.text.len() - slot.text.trim_start().len();
    (slot.text.trim(), slot.span.start + start as u32)
}
