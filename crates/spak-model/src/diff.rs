//! What is different between two designs, by meaning: items are matched by kind and name, wherever
//! they stand.

use std::collections::BTreeMap;

use spak_syntax::{FileId, Span};

use crate::entry::Entry;
use crate::normal::{self, Item, Order};
use crate::vocabulary::Kind;

/// One difference.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Identities from the outside in (`system FMHA`, `tuning_space`, `tile_m`).
    pub path: Vec<String>,
    /// What happened.
    pub what: What,
    /// The item in the old design.
    pub old: Option<(FileId, Span)>,
    /// The item in the new one.
    pub new: Option<(FileId, Span)>,
}

/// What happened to an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// It is new; its content in normal form.
    Added(String),
    /// It is gone; what it was.
    Removed(String),
    /// It says something else: before and after.
    Changed(String, String),
    /// The same items follow each other in another order, and order matters here.
    Reordered,
}

/// All differences from `old` to `new`, by path.
pub fn diff(old: &[Entry], new: &[Entry]) -> Vec<Change> {
    let mut changes = Vec::new();
    // A design that got another name, or extends another one, is still the same file's system.
    if let (Some(a), Some(b)) = (only_system(old), only_system(new))
        && normal::identity(a) != normal::identity(b)
    {
        let (before, after) = (normal::identity(a), normal::identity(b));
        changes.push(Change {
            path: vec![after.clone()],
            what: What::Changed(before, after.clone()),
            old: Some((a.file, a.span)),
            new: Some((b.file, b.span)),
        });
        let mut walk = Walk { path: vec![after], changes: &mut changes };
        let inside = Order::inside(Order::No, a);
        let (before, later) =
            (normal::items(Some(a), a.children()), normal::items(Some(b), b.children()));
        walk.blocks(
            Side { parent: Some(a), items: &before, order: inside },
            Side { parent: Some(b), items: &later, order: inside },
        );
        walk.path.clear();
        top(&mut walk, old, new, &|e| e.kind != Some(Kind::System));
        return changes;
    }
    let mut walk = Walk { path: Vec::new(), changes: &mut changes };
    top(&mut walk, old, new, &|_| true);
    changes
}

/// Compares the statements at the top of two files, those that are `wanted`.
fn top(walk: &mut Walk<'_>, old: &[Entry], new: &[Entry], wanted: &dyn Fn(&Entry) -> bool) {
    let items = |entries| {
        let mut items = normal::items(None, entries);
        items.retain(|i| wanted(i.entry));
        items
    };
    let (old, new) = (items(old), items(new));
    let side = |items| Side { parent: None, items, order: Order::No };
    walk.blocks(side(&old), side(&new));
}

/// The system of a file that has exactly one.
fn only_system(entries: &[Entry]) -> Option<&Entry> {
    let mut systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
    systems.next().filter(|_| systems.next().is_none())
}

/// Where a comparison stands: identities from the outside in, and the block that it looks into.
struct Walk<'a> {
    path: Vec<String>,
    changes: &'a mut Vec<Change>,
}

/// A block on one side of a comparison.
#[derive(Clone, Copy)]
struct Side<'a> {
    parent: Option<&'a Entry>,
    items: &'a [Item<'a>],
    order: Order,
}

impl Side<'_> {
    /// The items whose order matters, in order.
    fn in_order(&self) -> Vec<String> {
        let in_order = self.items.iter().filter(|i| self.order.keeps(i.entry));
        let text = |i: &Item<'_>| {
            format!("{}\u{0}{}", i.identity(self.parent), normal::item_content(i, self.order))
        };
        in_order.map(text).collect()
    }

    fn place(&self) -> Option<(FileId, Span)> {
        self.items.first().map(|i| place(i.entry))
    }
}

fn place(entry: &Entry) -> (FileId, Span) {
    (entry.file, entry.span)
}

/// Items with their contents.
type Group<'a> = Vec<(&'a Item<'a>, String)>;

fn grouped(side: Side<'_>) -> BTreeMap<String, Group<'_>> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for item in side.items {
        let content = normal::item_content(item, side.order);
        groups.entry(item.identity(side.parent)).or_default().push((item, content));
    }
    groups
}

impl Walk<'_> {
    fn blocks(&mut self, old: Side<'_>, new: Side<'_>) {
        let mut before = grouped(old);
        let mut after = grouped(new);
        let mut identities: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
        identities.sort();
        identities.dedup();
        let count = self.changes.len();
        for identity in identities {
            let left = before.remove(&identity).unwrap_or_default();
            let right = after.remove(&identity).unwrap_or_default();
            self.siblings(identity, (left, old.order), (right, new.order));
        }
        if self.changes.len() == count && old.in_order() != new.in_order() {
            self.push(What::Reordered, old.place(), new.place());
        }
    }

    /// Compares the items that have one identity: equal ones cancel out, the rest are paired in order.
    fn siblings(
        &mut self,
        identity: String,
        (mut left, old): (Group<'_>, Order),
        (mut right, new): (Group<'_>, Order),
    ) {
        cancel(&mut left, &mut right);
        self.path.push(identity);
        let paired = left.len().min(right.len());
        for ((a, before), (b, after)) in left.iter().zip(&right) {
            match (a.children(), b.children()) {
                (Some(inner), Some(other)) => {
                    let side = |item: &'_ Item<'_>, order| Order::inside(order, item.entry);
                    let (inside, within) = (side(a, old), side(b, new));
                    self.blocks(
                        Side { parent: Some(a.entry), items: &inner, order: inside },
                        Side { parent: Some(b.entry), items: &other, order: within },
                    );
                }
                _ => self.push(
                    What::Changed(before.clone(), after.clone()),
                    Some(place(a.entry)),
                    Some(place(b.entry)),
                ),
            }
        }
        for (item, content) in left.iter().skip(paired) {
            self.push(What::Removed(content.clone()), Some(place(item.entry)), None);
        }
        for (item, content) in right.iter().skip(paired) {
            self.push(What::Added(content.clone()), None, Some(place(item.entry)));
        }
        self.path.pop();
    }

    fn push(&mut self, what: What, old: Option<(FileId, Span)>, new: Option<(FileId, Span)>) {
        self.changes.push(Change { path: self.path.clone(), what, old, new });
    }
}

/// Drops what both sides have, one for one, and keeps the rest in order.
fn cancel(left: &mut Group<'_>, right: &mut Group<'_>) {
    let mut unmatched: BTreeMap<String, usize> = BTreeMap::new();
    for (_, content) in right.iter() {
        *unmatched.entry(content.clone()).or_default() += 1;
    }
    let mut matched: BTreeMap<String, usize> = BTreeMap::new();
    left.retain(|(_, content)| match unmatched.get_mut(content).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            *matched.entry(content.clone()).or_default() += 1;
            false
        }
        None => true,
    });
    right.retain(|(_, content)| match matched.get_mut(content).filter(|count| **count > 0) {
        Some(count) => {
            *count -= 1;
            false
        }
        None => true,
    });
}
