//! Blocks to patterns.

use std::collections::{BTreeMap, BTreeSet};

use spak_expr::{Expr, ExprKind};
use spak_model::vocabulary::Kind;
use spak_model::{Entry, Literal, Reading, SlotReading};
use spak_syntax::{Diagnostic, FileId, Span};

use super::{Case, Pack, Pattern, Per, Piece};
use crate::codes::{BAD_PATTERN, PATTERN_UNBOUND_VARIABLE};
use crate::compile::{Compiler, Predicates};
use crate::kinds::kinds;
use crate::ready;
use crate::relations::Id;
use crate::term::{Set, Term, one};

pub(super) fn pack(entries: &[Entry]) -> (Pack, Vec<Diagnostic>) {
    let mut pack = Pack::default();
    let mut found = Vec::new();
    let systems: Vec<&Entry> = entries.iter().filter(|e| e.kind == Some(Kind::System)).collect();
    pack.name = systems.first().and_then(|s| s.name_text()).unwrap_or("").to_owned();
    let items: Vec<&Entry> =
        entries.iter().chain(systems.iter().flat_map(|s| s.children())).collect();
    let mut shared = Predicates::default();
    for entry in items.iter().filter(|e| e.kind == Some(Kind::Predicate)) {
        shared.add(entry, &mut found);
    }
    probe(items.iter().copied(), &shared, &mut found);
    for entry in items.iter().filter(|e| e.kind == Some(Kind::Pattern)) {
        pack.patterns.push(pattern(entry, &shared, &mut found));
    }
    // What is wrong with a predicate is wrong wherever it is used.
    let mut seen = BTreeSet::new();
    found.retain(|d| seen.insert((d.primary.file, d.primary.span, d.code, d.message.clone())));
    (pack, found)
}

/// Says what is wrong with predicates.
fn probe<'e>(
    entries: impl Iterator<Item = &'e Entry>,
    predicates: &Predicates,
    found: &mut Vec<Diagnostic>,
) {
    for entry in entries.filter(|e| e.kind == Some(Kind::Predicate)) {
        let mut compiler = Compiler::new(predicates, entry.file);
        compiler.probe(entry.name_text().unwrap_or(""));
        found.append(&mut compiler.found);
    }
}

fn pattern(entry: &Entry, shared: &Predicates, found: &mut Vec<Diagnostic>) -> Pattern {
    let name = entry.name_text().unwrap_or("").to_owned();
    let mut own = shared.clone();
    for predicate in entry.of_kind(Kind::Predicate) {
        own.add(predicate, found);
    }
    probe(entry.children().iter(), &own, found);
    let word = |key: &str| entry.slots(key).next().and_then(|s| word(&s.reading));
    let per = match word("per").as_deref() {
        None | Some("kernel") => Per::Kernel,
        Some("role") => Per::Role,
        Some("launch") => Per::Launch,
        Some("file") => Per::File,
        Some(other) => {
            let span = entry.slots("per").next().map_or(entry.span, |s| s.span);
            let message = format!("a pattern is not looked for per `{other}`");
            let diagnostic = Diagnostic::error(BAD_PATTERN, span, message)
                .repair("write `kernel`, `role`, `launch` or `file`");
            found.push(diagnostic.in_file(entry.file));
            Per::Kernel
        }
    };
    let values = entry.slots("values").flat_map(|s| words(&s.reading)).collect();
    let mut pattern = Pattern {
        axis: word("axis").unwrap_or_else(|| name.clone()),
        says: word("says").unwrap_or_default(),
        name,
        per,
        values,
        cases: Vec::new(),
        file: entry.file,
        span: entry.head.span,
    };
    for case in entry.of_kind(Kind::Finding) {
        let before = found.len();
        let read = self::case(case, &own, found);
        if let Term::Text(value) = &read.value
            && !pattern.values.is_empty()
            && !pattern.values.contains(value)
        {
            let message = format!("`{value}` is none of the values of this pattern");
            let span = case.name.as_ref().map_or(case.head.span, |n| n.span);
            let span = case.slots("value").next().map_or(span, |s| s.span);
            let near =
                spak_syntax::diagnostic::suggest(value, pattern.values.iter().map(String::as_str));
            let diagnostic = Diagnostic::warning(BAD_PATTERN, span, message).repair(match near {
                Some(near) => format!("did you mean \"{near}\"?"),
                None => "add it to `values`".to_owned(),
            });
            found.push(diagnostic.in_file(case.file));
        }
        let is_wrong = |d: &Diagnostic| d.severity == spak_syntax::Severity::Error;
        if !found.iter().skip(before).any(is_wrong) {
            pattern.cases.push(read);
        }
    }
    pattern
}

fn case(entry: &Entry, predicates: &Predicates, found: &mut Vec<Diagnostic>) -> Case {
    let name = entry.name_text().unwrap_or("").to_owned();
    let mut compiler = Compiler::new(predicates, entry.file);
    let conditions = whens(entry);
    if conditions.is_empty() {
        let diagnostic =
            Diagnostic::error(BAD_PATTERN, entry.head.span, "this case has no condition")
                .because("it would be found in every kernel")
                .repair("write `when: …`");
        compiler.found.push(diagnostic.in_file(entry.file));
    }
    let mut goals = Vec::new();
    for condition in &conditions {
        goals.extend(compiler.conditions(condition));
    }
    let mut outputs: Vec<(usize, Span)> = Vec::new();
    let mut output = |key: &str, compiler: &mut Compiler<'_>| {
        let slot = entry.slots(key).next()?;
        let expr = formula(&slot.reading)?;
        let term = compiler.value(expr)?;
        if let Term::Variable(variable) = term {
            outputs.push((variable, slot.span));
        }
        Some(term)
    };
    let value = output("value", &mut compiler).unwrap_or_else(|| Term::Text(name.clone()));
    let (role, kernel) = (output("role", &mut compiler), output("kernel", &mut compiler));
    let evidence = entry.slots("evidence").next().and_then(|slot| {
        let mut names = Vec::new();
        variables(&slot.reading, &mut names);
        let variables: Vec<usize> =
            names.iter().filter_map(|(name, span)| compiler.known(name, *span)).collect();
        (!variables.is_empty()).then_some(variables)
    });
    let because = entry.slots("because").next();
    let because = because.map(|slot| (text(&slot.reading), slot.span));
    let because = because.map(|(text, span)| sentence(&text, span, &mut compiler));
    let seen: Set = outputs.iter().fold(0, |set, (v, _)| set | one(*v))
        | evidence.iter().flatten().fold(0, |set, v| set | one(*v));
    compiler.finish(&mut goals, seen);
    let modes = compiler.modes(&goals);
    let kinds = kinds(&goals, &modes);
    check(entry.file, &goals, &outputs, &compiler, found);
    found.append(&mut compiler.found);
    let confidence = entry.slots("confidence").next().and_then(|s| match &s.reading {
        Reading::Literal(literal) => literal.as_float(),
        _ => None,
    });
    let all =
        entry.slots("all").next().is_some_and(|s| word(&s.reading).as_deref() == Some("true"));
    let because = because.unwrap_or_default();
    let told = because.iter().fold(0, |set, piece| match piece {
        Piece::Variable(variable) => set | one(*variable),
        Piece::Words(_) => set,
    });
    let shown = evidence.is_some().then_some(seen | told);
    let launch = |id: Id| matches!(id, Id::Launch | Id::Hint);
    Case {
        name,
        asks_launch: goals.iter().any(|goal| goal.asks(&launch)),
        confidence: confidence.unwrap_or(1.0),
        all,
        span: entry.head.span,
        goals,
        modes,
        kinds,
        value,
        role,
        kernel,
        evidence,
        because,
        shown,
    }
}

/// Whether all conditions can be asked, and what is said has a value then.
fn check(
    file: FileId,
    goals: &[crate::term::Goal],
    outputs: &[(usize, Span)],
    compiler: &Compiler<'_>,
    found: &mut Vec<Diagnostic>,
) {
    let names = |set: Set| -> String {
        let names = compiler.names_of(set);
        names.iter().map(|n| format!("`{n}`")).collect::<Vec<_>>().join(", ")
    };
    let bound = match ready::stuck(goals, 0) {
        Ok(bound) => bound,
        Err((goal, bound)) => {
            let free = names(goal.variables & !bound);
            let message = match free.is_empty() {
                true => "this condition can never be asked".to_owned(),
                false => format!("nothing gives {free} a value before this is asked"),
            };
            let diagnostic = Diagnostic::error(PATTERN_UNBOUND_VARIABLE, goal.span, message)
                .because("the condition only tests values; others have to find them")
                .repair("add a condition that finds it, such as `x == load()` or `inside(x, l)`");
            found.push(diagnostic.in_file(goal.file));
            return;
        }
    };
    for (variable, span) in outputs.iter().filter(|(v, _)| one(*v) & bound == 0) {
        let message = format!("nothing gives {} a value", names(one(*variable)));
        let diagnostic = Diagnostic::error(PATTERN_UNBOUND_VARIABLE, *span, message)
            .because("a finding says it, so that every solution needs it")
            .repair("bind it in every alternative of the conditions");
        found.push(diagnostic.in_file(file));
    }
}

fn formula(reading: &Reading) -> Option<&Expr> {
    match reading {
        Reading::Formula(formula) => Some(&formula.expr),
        _ => None,
    }
}

/// The names in a list.
fn variables(reading: &Reading, names: &mut Vec<(String, Span)>) {
    match reading {
        Reading::List(items) => items.iter().for_each(|item| variables(item, names)),
        Reading::Formula(formula) => match &formula.expr.kind {
            ExprKind::Name(name) => names.push((name.clone(), formula.span)),
            ExprKind::List(items) => {
                let named = items.iter().filter_map(|e| Some((e.as_name()?.to_owned(), e.span)));
                names.extend(named);
            }
            _ => {}
        },
        _ => {}
    }
}

fn text(reading: &Reading) -> String {
    word(reading).unwrap_or_default()
}

fn word(reading: &Reading) -> Option<String> {
    Some(match reading {
        Reading::Words(text) | Reading::Name(text) | Reading::Template(text, _) => text.clone(),
        Reading::Literal(Literal::Text(text)) => text.clone(),
        Reading::Literal(literal) => literal.to_string(),
        Reading::Formula(formula) => formula.text.clone(),
        _ => return None,
    })
}

fn words(reading: &Reading) -> Vec<String> {
    match reading {
        Reading::List(items) => items.iter().filter_map(word).collect(),
        other => word(other).into_iter().collect(),
    }
}

/// A sentence with its places.
fn sentence(text: &str, span: Span, compiler: &mut Compiler<'_>) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((front, behind)) = rest.split_once('{') {
        let Some((name, after)) = behind.split_once('}') else { break };
        pieces.push(Piece::Words(front.to_owned()));
        pieces.extend(compiler.known(name.trim(), span).map(Piece::Variable));
        rest = after;
    }
    pieces.push(Piece::Words(rest.to_owned()));
    pieces
}

/// The parameters of a predicate.
pub(crate) fn parameters(entry: &Entry) -> Vec<String> {
    let text = entry.arguments.as_ref().map_or("", |a| a.text.as_str());
    let inner = text.trim().trim_start_matches('(').trim_end_matches(')');
    inner.split(',').map(|p| p.trim().to_owned()).filter(|p| !p.is_empty()).collect()
}

/// The conditions of a predicate or a case. One that could not be read, which has been said, never holds.
pub(crate) fn whens(entry: &Entry) -> Vec<Expr> {
    let read = |slot: &SlotReading| match formula(&slot.reading) {
        Some(expr) => expr.clone(),
        None => Expr::new(slot.span, ExprKind::Bool(false)),
    };
    entry.slots("when").map(read).collect()
}

/// Parameters by name, for the body of a predicate.
pub(crate) type Given = BTreeMap<String, Term>;
