//! What one design takes from another: everything it does not replace, or what the other knows.

use std::collections::{BTreeMap, BTreeSet};

use spak_syntax::{Diagnostic, FileId, Span};

use crate::codes::{OVERRIDE_WITHOUT_REASON, OVERRIDES_NOTHING};
use crate::entry::{Content, Entry};
use crate::normal;
use crate::vocabulary::Kind;

/// What a file holds apart from imports: the system called `name`, else its first, else all of it.
fn design<'a>(entries: &'a [Entry], name: Option<&str>) -> &'a [Entry] {
    let mut systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
    let named = systems.clone().find(|e| name.is_some() && e.name_text() == name);
    named.or_else(|| systems.next()).map_or(entries, Entry::children)
}

/// Adds to `own` everything of the design `base`, or of its system called `name`, that it does not
/// replace.
pub(super) fn inherit(
    base: &[Entry],
    name: Option<&str>,
    own: &mut Vec<Entry>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let taken = design(base, name).iter().filter(|e| !is_import(e) && e.kind != Some(Kind::System));
    let mut items: Vec<Entry> = taken.cloned().collect();
    let at = Merge { reason: None, required: false, path: 0 };
    merge(&mut items, std::mem::take(own), &at, diagnostics);
    *own = items;
}

fn is_import(entry: &Entry) -> bool {
    matches!(entry.kind, Some(Kind::Import | Kind::Extends))
}

/// How items replace others.
pub(super) struct Merge {
    /// Why items are replaced.
    pub(super) reason: Option<String>,
    /// Whether there must be something to replace.
    pub(super) required: bool,
    /// How many levels of blocks only say where the replacement stands.
    pub(super) path: usize,
}

/// Adds `own` to `items`, replacing inherited items of the same identity.
pub(super) fn merge(
    items: &mut Vec<Entry>,
    own: Vec<Entry>,
    at: &Merge,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut inherited: BTreeMap<String, usize> = BTreeMap::new();
    let mut nameless: BTreeSet<String> = BTreeSet::new();
    let places: BTreeSet<(FileId, Span)> =
        items.iter().map(|item| (item.file, item.span)).collect();
    for (place, item) in items.iter().enumerate() {
        if is_nameless(item) {
            nameless.insert(normal::content(item));
        } else {
            inherited.entry(normal::identity(item)).or_insert(place);
        }
    }
    for mut entry in own {
        // The same statement of a file that came by another way; a block may have got more on that way.
        if !is_container(&entry) && places.contains(&(entry.file, entry.span)) {
            continue;
        }
        if is_nameless(&entry) {
            // Said before: once is enough.
            if !nameless.contains(&normal::content(&entry)) {
                items.push(entry);
            }
            continue;
        }
        let identity = normal::identity(&entry);
        let Some(found) = inherited.get(&identity).and_then(|p| items.get_mut(*p)) else {
            if at.required {
                diagnostics.push(overrides_nothing(&entry, &identity));
            }
            if is_container(&entry) {
                inherited.insert(identity, items.len());
            }
            items.push(entry);
            continue;
        };
        let is_path = at.path > 0;
        if (is_path || is_container(&entry))
            && let (Content::Block(into), Content::Block(from)) =
                (&mut found.content, &mut entry.content)
        {
            let inner = Merge {
                reason: at.reason.clone(),
                required: at.required,
                path: at.path.saturating_sub(1),
            };
            merge(into, std::mem::take(from), &inner, diagnostics);
            continue;
        }
        // A second one of the same name stands beside the first.
        inherited.remove(&identity);
        if normal::content(found) == normal::content(&entry) {
            continue;
        }
        if at.reason.is_none() && found.file != entry.file && !is_measured(&entry) {
            diagnostics.push(without_reason(&entry, found, &identity));
        }
        entry.override_reason.clone_from(&at.reason);
        *found = entry;
    }
}

/// Whether a run has written an item: that it was measured anew is the reason why it replaces another.
fn is_measured(entry: &Entry) -> bool {
    entry.children().iter().any(|child| child.key() == "learned_by")
}

/// Whether nothing can refer to a statement, so that it adds to inherited ones: lines, and conditions
/// and advice without a name.
fn is_nameless(entry: &Entry) -> bool {
    use Kind as K;
    let is_repeatable = matches!(
        entry.kind,
        Some(
            K::Constraint
                | K::Invariant
                | K::Fact
                | K::Rule
                | K::Hint
                | K::Heuristic
                | K::Axiom
                | K::Prediction
                | K::Check
        )
    );
    entry.is_line() || is_repeatable && entry.name.is_none()
}

/// Blocks that are merged item by item; everything else is replaced whole.
fn is_container(entry: &Entry) -> bool {
    use Kind as K;
    match entry.kind {
        Some(kind) => matches!(
            kind,
            K::DesignSpace
                | K::TuningSpace
                | K::Model
                | K::Knowledge
                | K::TraceSchema
                | K::Variant
                | K::Build
                | K::Workload
                | K::Hardware
                | K::Goal
                | K::Record
        ),
        // A group of dimensions or of fields.
        None => matches!(entry.content, Content::Block(_)),
    }
}

fn overrides_nothing(entry: &Entry, identity: &str) -> Diagnostic {
    Diagnostic::error(
        OVERRIDES_NOTHING,
        entry.span,
        format!("there is no inherited `{identity}` to replace"),
    )
    .because("`override` replaces what the design it extends has under the same kind and name")
    .repair("move it out of `override`, or correct its name")
    .in_file(entry.file)
}

fn without_reason(entry: &Entry, inherited: &Entry, identity: &str) -> Diagnostic {
    let mut diagnostic = Diagnostic::warning(
        OVERRIDE_WITHOUT_REASON,
        entry.span,
        format!("`{identity}` replaces the inherited one and does not say why"),
    )
    .because("who reads the design later cannot tell a decision from an accident")
    .repair("put it into `override \"the reason\" { … }`")
    .in_file(entry.file);
    diagnostic.related.push(spak_syntax::Label {
        file: inherited.file,
        span: inherited.span,
        text: "inherited from here".to_owned(),
    });
    diagnostic
}

/// Adds what another file knows: knowledge, devices, problems, types and observations.
pub(super) fn add_knowledge(entries: &mut Vec<Entry>, base: &[Entry]) {
    use Kind as K;
    let items = design(base, None);
    let knows = |e: &&Entry| {
        matches!(
            e.kind,
            Some(
                K::Knowledge
                    | K::Hardware
                    | K::Workload
                    | K::Model
                    | K::TraceSchema
                    | K::Constraint
                    | K::Pattern
                    | K::Predicate
            )
        )
    };
    let known: Vec<Entry> = items.iter().filter(knows).cloned().collect();
    // What the design says itself stands; of what is imported only the new is added.
    let mut merged = known;
    let own = std::mem::take(entries);
    let mut ignored = Vec::new();
    let at = Merge { reason: Some(String::new()), required: false, path: 0 };
    merge(&mut merged, own, &at, &mut ignored);
    for entry in &mut merged {
        clear_empty_reasons(entry);
    }
    *entries = merged;
}

fn clear_empty_reasons(entry: &mut Entry) {
    if entry.override_reason.as_deref() == Some("") {
        entry.override_reason = None;
    }
    if let Content::Block(children) = &mut entry.content {
        children.iter_mut().for_each(clear_empty_reasons);
    }
}
