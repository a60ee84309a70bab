//! What is different between two designs, by meaning: items are matched by kind and name, wherever
//! they stand.

use std::collections::BTreeMap;

use spak_syntax::{FileId, Span};

use crate::entry::{Content, Entry};
use crate::normal;
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
        walk(&mut vec![after], a.kind, a.children(), b.children(), &mut changes);
        let others = |entries: &[Entry]| -> Vec<Entry> {
            entries.iter().filter(|e| e.kind != Some(Kind::System)).cloned().collect()
        };
        walk(&mut Vec::new(), None, &others(old), &others(new), &mut changes);
        return changes;
    }
    walk(&mut Vec::new(), None, old, new, &mut changes);
    changes
}

/// The system of a file that has exactly one.
fn only_system(entries: &[Entry]) -> Option<&Entry> {
    let mut systems = entries.iter().filter(|e| e.kind == Some(Kind::System));
    systems.next().filter(|_| systems.next().is_none())
}

type Group<'a> = Vec<&'a Entry>;

fn grouped(entries: &[Entry]) -> BTreeMap<String, Group<'_>> {
    let mut groups: BTreeMap<String, Group<'_>> = BTreeMap::new();
    for entry in entries {
        groups.entry(normal::identity(entry)).or_default().push(entry);
    }
    groups
}

fn walk(
    path: &mut Vec<String>,
    parent: Option<crate::vocabulary::Kind>,
    old: &[Entry],
    new: &[Entry],
    changes: &mut Vec<Change>,
) {
    let before = grouped(old);
    let after = grouped(new);
    let mut identities: Vec<&String> = before.keys().chain(after.keys()).collect();
    identities.sort();
    identities.dedup();
    let count = changes.len();
    for identity in identities {
        let none = Vec::new();
        let (left, right) =
            (before.get(identity).unwrap_or(&none), after.get(identity).unwrap_or(&none));
        siblings(path, identity, left, right, changes);
    }
    if changes.len() == count && ordered(parent, old) != ordered(parent, new) {
        let place = |entries: &[Entry]| entries.first().map(|e| (e.file, e.span));
        changes.push(Change {
            path: path.clone(),
            what: What::Reordered,
            old: place(old),
            new: place(new),
        });
    }
}

/// The items whose order matters, in order.
fn ordered(parent: Option<crate::vocabulary::Kind>, entries: &[Entry]) -> Vec<String> {
    let in_order = entries.iter().filter(|e| normal::is_ordered(parent, e));
    in_order.map(|e| format!("{}\u{0}{}", normal::identity(e), normal::content(e))).collect()
}

/// Compares the items that have one identity: equal ones cancel out, the rest are paired in order.
fn siblings(
    path: &mut Vec<String>,
    identity: &str,
    old: &Group<'_>,
    new: &Group<'_>,
    changes: &mut Vec<Change>,
) {
    let mut left: Vec<(&Entry, String)> = old.iter().map(|e| (*e, normal::content(e))).collect();
    let mut right: Vec<(&Entry, String)> = new.iter().map(|e| (*e, normal::content(e))).collect();
    cancel(&mut left, &mut right);
    path.push(identity.to_owned());
    let paired = left.len().min(right.len());
    for ((a, before), (b, after)) in left.iter().zip(&right) {
        match (&a.content, &b.content) {
            (Content::Block(inner), Content::Block(other)) => {
                walk(path, a.kind, inner, other, changes);
            }
            _ => changes.push(Change {
                path: path.clone(),
                what: What::Changed(before.clone(), after.clone()),
                old: Some((a.file, a.span)),
                new: Some((b.file, b.span)),
            }),
        }
    }
    for (entry, content) in left.iter().skip(paired) {
        let old = Some((entry.file, entry.span));
        changes.push(Change {
            path: path.clone(),
            what: What::Removed(content.clone()),
            old,
            new: None,
        });
    }
    for (entry, content) in right.iter().skip(paired) {
        let new = Some((entry.file, entry.span));
        changes.push(Change {
            path: path.clone(),
            what: What::Added(content.clone()),
            old: None,
            new,
        });
    }
    path.pop();
}

/// Drops what both sides have, one for one, and keeps the rest in order.
fn cancel(left: &mut Vec<(&Entry, String)>, right: &mut Vec<(&Entry, String)>) {
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
