//! Statements as the normal form sees them: blocks that say one thing together are one item, and a block
//! that says several are several.

use std::collections::BTreeMap;

use super::identity;
use crate::entry::{Content, Entry};
use crate::reading::{Reading, SlotReading};
use crate::vocabulary::{Expect, Kind};

/// One item of the normal form.
pub(crate) struct Item<'a> {
    /// Where its head stands; the first one, when several statements are one item.
    pub(crate) entry: &'a Entry,
    /// What is in it.
    pub(crate) inside: Inside<'a>,
}

/// What an item holds.
pub(crate) enum Inside<'a> {
    /// One slot.
    Slot(&'a SlotReading),
    /// One condition: all that a constraint or an invariant says.
    Condition(&'a SlotReading),
    /// Further statements.
    Block(Vec<&'a Entry>),
}

impl<'a> Item<'a> {
    /// The items inside; `None` for a slot.
    pub(crate) fn children(&self) -> Option<Vec<Item<'a>>> {
        match &self.inside {
            Inside::Slot(_) | Inside::Condition(_) => None,
            Inside::Block(children) => Some(gathered(self.entry, children)),
        }
    }

    /// The kind and the name of an item inside of `parent`. What a constraint requires is said under one
    /// key, whatever it was written under.
    pub(crate) fn identity(&self, parent: Option<&Entry>) -> String {
        match parent.filter(|p| condition(p, self.entry).is_some()) {
            Some(parent) => condition_key(parent).to_owned(),
            None => identity(self.entry),
        }
    }
}

/// The key of conditions in a constraint or an invariant.
pub(super) fn condition_key(parent: &Entry) -> &'static str {
    if parent.kind == Some(Kind::Invariant) { "assert" } else { "require" }
}

/// The items of statements that stand inside of `parent`.
pub(crate) fn items<'a>(parent: Option<&Entry>, entries: &'a [Entry]) -> Vec<Item<'a>> {
    gather(parent, entries.iter())
}

/// The items of statements of `parent` that may come from several blocks.
fn gathered<'a>(parent: &Entry, entries: &[&'a Entry]) -> Vec<Item<'a>> {
    gather(Some(parent), entries.iter().copied())
}

fn gather<'a>(parent: Option<&Entry>, entries: impl Iterator<Item = &'a Entry>) -> Vec<Item<'a>> {
    let mut out: Vec<Item<'a>> = Vec::new();
    let mut blocks: BTreeMap<String, usize> = BTreeMap::new();
    for entry in entries {
        let children = match &entry.content {
            // `constraint: a > b` is `constraint { a > b }`.
            Content::Slot(slot)
                if is_one_condition(entry, slot)
                    && parent.is_none_or(|p| condition(p, entry).is_none()) =>
            {
                out.push(Item { entry, inside: Inside::Condition(slot) });
                continue;
            }
            Content::Slot(slot) => {
                out.push(Item { entry, inside: Inside::Slot(slot) });
                continue;
            }
            Content::Block(children) => children,
        };
        let conditions: Vec<&SlotReading> =
            children.iter().filter_map(|c| condition(entry, c)).collect();
        let is_all = !conditions.is_empty() && conditions.len() == children.len();
        let is_bare = entry.head.words.len() == 1;
        if is_all && (conditions.len() == 1 || is_bare && limits_the_space(parent)) {
            let item = |slot| Item { entry, inside: Inside::Condition(slot) };
            out.extend(conditions.into_iter().map(item));
            continue;
        }
        if is_joined(entry) {
            let at = *blocks.entry(identity(entry)).or_insert(out.len());
            if let Some(Item { inside: Inside::Block(all), .. }) = out.get_mut(at) {
                all.extend(children);
                continue;
            }
        }
        out.push(Item { entry, inside: Inside::Block(children.iter().collect()) });
    }
    out
}

/// Whether each condition of a block without a name stands for itself there.
fn limits_the_space(parent: Option<&Entry>) -> bool {
    use Kind as K;
    parent.is_none_or(|p| matches!(p.kind, Some(K::System | K::Knowledge | K::Kernel)))
}

fn is_one_condition(entry: &Entry, slot: &SlotReading) -> bool {
    matches!(entry.kind, Some(Kind::Constraint | Kind::Invariant)) && is_condition(slot)
}

fn is_condition(slot: &SlotReading) -> bool {
    slot.expect == Expect::Condition && !matches!(slot.reading, Reading::List(_))
}

/// The condition that `child` is inside of a constraint or an invariant: a line, or under a key that says
/// nothing more (`require: a > b`).
fn condition<'a>(parent: &Entry, child: &'a Entry) -> Option<&'a SlotReading> {
    let has_conditions = matches!(parent.kind, Some(Kind::Constraint | Kind::Invariant));
    let slot = child.slot().filter(|slot| has_conditions && is_condition(slot))?;
    let is_key = matches!(child.key(), "require" | "assert" | "condition" | "holds");
    (child.is_line() || is_key && child.head.words.len() == 1).then_some(slot)
}

/// Whether blocks with one head are one block.
fn is_joined(entry: &Entry) -> bool {
    use Kind as K;
    matches!(
        entry.kind,
        Some(K::DesignSpace | K::TuningSpace | K::Model | K::Knowledge | K::TraceSchema)
    )
}
