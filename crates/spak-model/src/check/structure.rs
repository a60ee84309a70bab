//! Is it a design at all, and are its blocks ones that the language knows?

use std::collections::BTreeMap;

use spak_syntax::ast::WordKind;
use spak_syntax::diagnostic::suggest;
use spak_syntax::{Diagnostic, Label, Span};

use crate::codes::{
    DUPLICATE_NAME, EMPTY_DESIGN, MISSING_NAME, MISSING_VALUE, NOT_A_DESIGN, PROSE_IN_FORMULA,
    UNKNOWN_BLOCK, UNKNOWN_KEY, WRONG_TYPE,
};
use crate::entry::{Content, Entry};
use crate::normal;
use crate::reading::Reading;
use crate::vocabulary::{self, Expect, KEYWORDS, Kind};

/// How many unknown words are reported one by one.
const MAX_NOTES: usize = 10;

/// How many unknown words are compared with the known ones.
const MAX_SUGGESTIONS: usize = 100;

pub(super) fn check(entries: &[Entry], text: &str, found: &mut Vec<Diagnostic>) {
    if entries.is_empty() {
        found.push(
            Diagnostic::warning(EMPTY_DESIGN, Span::at(0), "there is no statement in this file")
                .because("an empty design allows nothing and knows nothing")
                .repair("start one with `spak new`, or name another file"),
        );
        return;
    }
    if !entries.iter().any(is_design) {
        let first = entries.first().map_or(Span::at(0), |e| e.span);
        let line =
            text.get(first.start as usize..).and_then(|t| t.lines().next()).map_or(0, str::len);
        let span = Span::new(first.start, first.start + line as u32);
        found.push(
            Diagnostic::error(NOT_A_DESIGN, span, "this is not a design")
                .because("no statement of the file begins with a block of the language, such as `system` or `design_space`")
                .repair("name a `.dsl` file; for text that a model wrote around a design, keep the design only"),
        );
        return;
    }
    let mut unknown = Vec::new();
    for entry in entries {
        walk(None, entry, &mut unknown, found);
    }
    unknown_blocks(&unknown, found);
    duplicates(None, entries, found);
}

/// Whether a statement at the top of a file belongs to a design.
fn is_design(entry: &Entry) -> bool {
    match (&entry.content, entry.kind) {
        (Content::Block(_), Some(Kind::If)) => false,
        (_, Some(Kind::Step | Kind::Evaluation)) => {
            matches!(entry.content, Content::Block(_)) && entry.name.is_some()
        }
        (Content::Block(_), Some(_)) => true,
        // A page or a component of its own kind: unknown, but braces make it a structure.
        (Content::Block(children), None) => {
            entry.head.words.len() == 2 && !children.is_empty() && is_identifier(entry)
        }
        (Content::Slot(_), Some(kind)) => {
            matches!(kind, Kind::Axiom | Kind::Import | Kind::Extends | Kind::Constraint)
        }
        (Content::Slot(_), None) => false,
    }
}

fn is_identifier(entry: &Entry) -> bool {
    entry.head.words.iter().all(|w| {
        w.kind == WordKind::Name && w.text.chars().all(|c| c.is_alphanumeric() || c == '_')
    })
}

fn walk<'a>(
    parent: Option<Kind>,
    entry: &'a Entry,
    unknown: &mut Vec<&'a Entry>,
    found: &mut Vec<Diagnostic>,
) {
    if let Content::Slot(slot) = &entry.content
        && slot.reading == Reading::Nothing
        && slot.span.is_empty()
        && !entry.head.words.is_empty()
    {
        found.push(
            Diagnostic::warning(
                MISSING_VALUE,
                entry.span,
                format!("`{}` has no value", entry.head.text()),
            )
            .because("nothing follows the colon, on the line or indented below it")
            .repair("write the value, or remove the key")
            .in_file(entry.file),
        );
    }
    if matches!(entry.content, Content::Block(_)) {
        if entry.kind.is_some_and(needs_name) && entry.name.is_none() {
            found.push(
                Diagnostic::warning(
                    MISSING_NAME,
                    entry.head.span,
                    format!("this `{}` has no name", entry.key()),
                )
                .because("other parts of the design, conclusions and reports refer to it by name")
                .repair(format!("write `{} Name {{`", entry.key()))
                .in_file(entry.file),
            );
        }
        if is_unknown(parent, entry) {
            unknown.push(entry);
        }
    }
    found.extend(misspelt_key(parent, entry));
    found.extend(wrong_initial(entry));
    found.extend(prose_constraint(parent, entry));
    found.extend(super::words::misspelt_unit(parent, entry));
    found.extend(super::words::impossible_confidence(parent, entry));
    found.extend(foreign_statement(parent, entry));
    // What is inside an unknown block is its own business.
    let inside = entry.kind.or(Some(Kind::Record));
    for child in entry.children() {
        walk(inside, child, unknown, found);
    }
    duplicates(entry.kind, entry.children(), found);
}

/// A key that is a slip of one that would be read.
fn misspelt_key(parent: Option<Kind>, entry: &Entry) -> Option<Diagnostic> {
    let keys = vocabulary::keys(parent?);
    let word = entry.key();
    if keys.is_empty() || entry.kind.is_some() || keys.contains(&word) || entry.is_line() {
        return None;
    }
    let near = slip(word, keys.iter().copied()).or_else(|| {
        // Among so few words a short one that differs by one letter is one, too.
        let near = suggest(word, keys.iter().copied()).filter(|_| word.len() > 2)?;
        (strsim::damerau_levenshtein(word, near) == 1).then_some(near)
    })?;
    let message = format!("nothing reads the key `{word}` here");
    let diagnostic = Diagnostic::warning(UNKNOWN_KEY, entry.head.span, message)
        .because("it is kept and shown, but it decides nothing")
        .repair(format!("did you mean `{near}`?"));
    Some(diagnostic.in_file(entry.file))
}

/// An initial value that is not of its declared type.
fn wrong_initial(entry: &Entry) -> Option<Diagnostic> {
    let Reading::Type(ty, Some(initial)) = &entry.slot()?.reading else { return None };
    if ty.accepts(initial) {
        return None;
    }
    let span = entry.slot()?.span;
    let message = format!("{initial} is not of the type {ty}");
    let diagnostic = Diagnostic::error(WRONG_TYPE, span, message)
        .because(format!(
            "`{}` is declared with that type and starts with this value",
            entry.head.text()
        ))
        .repair("write a value of the type, or declare another type");
    Some(diagnostic.in_file(entry.file))
}

/// `from "x" import y`, `include "x"`, `remove rule "R"`: what other languages have, and what here would be
/// a line of prose.
fn foreign_statement(parent: Option<Kind>, entry: &Entry) -> Option<Diagnostic> {
    if !matches!(parent, None | Some(Kind::System)) || !entry.is_line() {
        return None;
    }
    let Reading::Words(text) = &entry.slot()?.reading else { return None };
    let mut words = text.split_whitespace();
    let (first, second) = (words.next()?, words.next()?);
    let is_text = second.starts_with(['"', '\'']);
    let repair = match first {
        "from" if is_text => format!("write `import {second}`"),
        "include" | "load" | "using" | "require" if is_text => format!("write `import {second}`"),
        "inherit" | "inherits" | "inherits_from" | "extend" if is_text => {
            format!("write `extends {second}`")
        }
        "remove" | "delete" | "disable" if vocabulary::kind_of(second).is_some() => format!(
            "nothing that is inherited can be taken away; replace it in `override \"the reason\" {{ {second} … }}`"
        ),
        _ => return None,
    };
    let message = format!("`{first}` is no statement of the language, so this line is prose");
    let diagnostic = Diagnostic::warning(PROSE_IN_FORMULA, entry.span, message)
        .because("it is kept and shown, and nothing is done")
        .repair(repair);
    Some(diagnostic.in_file(entry.file))
}

/// A constraint in words, which restricts nothing.
fn prose_constraint(parent: Option<Kind>, entry: &Entry) -> Option<Diagnostic> {
    let slot = entry.slot().filter(|s| s.expect == Expect::Condition)?;
    if parent != Some(Kind::Constraint) && entry.kind != Some(Kind::Constraint) {
        return None;
    }
    let ignored = match &slot.reading {
        Reading::Words(_) => "this constraint is prose, and nothing is excluded by it".to_owned(),
        Reading::Partial(_, rest) => {
            format!("this constraint goes on in words, `{rest}`, and nothing is excluded by it")
        }
        _ => return None,
    };
    let repair = slot.rewrite.clone().map_or_else(
        || {
            "write a condition over dimensions, workload and hardware, or make it a `hint`"
                .to_owned()
        },
        |rewrite| format!("write `{rewrite}`"),
    );
    let diagnostic = Diagnostic::warning(PROSE_IN_FORMULA, slot.span, ignored)
        .because(match &slot.reading {
            Reading::Partial(..) => "words may turn a condition into its opposite",
            _ => "constraints decide which configs are tried",
        })
        .repair(repair);
    Some(diagnostic.in_file(entry.file))
}

fn needs_name(kind: Kind) -> bool {
    use Kind as K;
    matches!(
        kind,
        K::Fact
            | K::Rule
            | K::Case
            | K::Variant
            | K::Type
            | K::Pattern
            | K::Predicate
            | K::Finding
            | K::Example
            | K::Concept
            | K::Spelling
            | K::Group
            | K::GoalWords
            | K::Proposal
            | K::AgentLoop
            | K::EngineeringLoop
            | K::ServiceLoop
    )
}

/// Blocks directly in a system or at the top that are none of the language's; deeper ones belong to
/// whoever wrote the block around them.
fn is_unknown(parent: Option<Kind>, entry: &Entry) -> bool {
    entry.kind.is_none() && matches!(parent, None | Some(Kind::System | Kind::Knowledge))
}

/// Blocks that the language does not know: one message for each word, and not many.
fn unknown_blocks(unknown: &[&Entry], found: &mut Vec<Diagnostic>) {
    let mut order: Vec<(&Entry, usize)> = Vec::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for entry in unknown {
        match seen.get(entry.key()) {
            Some(at) => {
                if let Some((_, count)) = order.get_mut(*at) {
                    *count += 1;
                }
            }
            None => {
                seen.insert(entry.key(), order.len());
                order.push((entry, 1));
            }
        }
    }
    let mut plain = Vec::new();
    for (place, (entry, count)) in order.iter().enumerate() {
        let word = entry.key();
        let near = if place < MAX_SUGGESTIONS { near_keyword(word) } else { None };
        match near {
            Some(near) => {
                let message =
                    format!("`{word}` is not a block of the language; did you mean `{near}`?");
                found.push(kept(
                    Diagnostic::warning(UNKNOWN_BLOCK, entry.head.span, message),
                    entry,
                    *count,
                ));
            }
            None => plain.push((*entry, *count)),
        }
    }
    let (shown, rest) = plain.split_at_checked(MAX_NOTES).unwrap_or((&plain, &[]));
    for (entry, count) in shown {
        let message = format!("`{}` is not a block of the language", entry.head.text());
        found.push(kept(Diagnostic::note(UNKNOWN_BLOCK, entry.head.span, message), entry, *count));
    }
    if let Some((first, _)) = rest.first() {
        let words: Vec<String> =
            rest.iter().take(6).map(|(e, _)| format!("`{}`", e.key())).collect();
        let dots = if rest.len() > words.len() { ", …" } else { "" };
        let message = format!(
            "{} more kinds of block are not of the language: {}{dots}",
            rest.len(),
            words.join(", ")
        );
        found.push(kept(Diagnostic::note(UNKNOWN_BLOCK, first.head.span, message), first, 1));
    }
}

fn near_keyword(word: &str) -> Option<&'static str> {
    // `rul` is too short to be compared by its letters.
    let begun = |k: &&str| k.len() == 4 && word.len() == 3 && k.starts_with(word);
    let words = || KEYWORDS.iter().map(|k| k.word);
    slip(word, words()).or_else(|| words().find(begun))
}

/// The known word that `word` is a slip of: a letter or two differ, of four letters at most one.
pub(super) fn slip<'a>(word: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    let near = suggest(word, known)?;
    let distance = strsim::damerau_levenshtein(&word.to_lowercase(), &near.to_lowercase());
    (distance <= (word.chars().count() / 4).min(2)).then_some(near)
}

fn kept(diagnostic: Diagnostic, entry: &Entry, count: usize) -> Diagnostic {
    let also = match count {
        0 | 1 => String::new(),
        n => format!(" ({n} such blocks)"),
    };
    diagnostic
        .because(format!("it is kept, compared and shown, but nothing is concluded from it{also}"))
        .repair("nothing needs to be done if that is what you want")
        .in_file(entry.file)
}

/// Two items of one kind with one name and different contents.
fn duplicates(parent: Option<Kind>, entries: &[Entry], found: &mut Vec<Diagnostic>) {
    let mut seen: BTreeMap<String, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        use Kind as K;
        let has_own_name = |k| {
            matches!(
                k,
                K::Fact
                    | K::Rule
                    | K::Invariant
                    | K::Case
                    | K::Variant
                    | K::Step
                    | K::Type
                    | K::Pattern
                    | K::Predicate
                    | K::Example
                    | K::State
                    | K::Parameter
                    | K::Constraint
                    | K::AgentLoop
                    | K::EngineeringLoop
                    | K::ServiceLoop
                    | K::Task
                    | K::Workload
                    | K::Hardware
                    | K::System
            )
        };
        // `on event` handles one of several; its word is no name.
        let named =
            entry.kind.is_some_and(has_own_name) && entry.name.is_some() && entry.key() != "on";
        let is_field = matches!(parent, Some(K::Workload | K::Hardware)) && !entry.is_line();
        if named || is_field {
            seen.entry(normal::identity(entry)).or_default().push(entry);
        }
    }
    for (identity, all) in seen {
        let [first, second, ..] = all.as_slice() else { continue };
        let message = format!("there are {} of `{identity}`", all.len());
        let mut diagnostic = Diagnostic::warning(DUPLICATE_NAME, second.head.span, message)
            .because("a name stands for one item; all are kept, and references are ambiguous")
            .repair("rename or merge them")
            .in_file(second.file);
        diagnostic.related.push(Label {
            file: first.file,
            span: first.head.span,
            text: "the first is here".to_owned(),
        });
        found.push(diagnostic);
    }
}
