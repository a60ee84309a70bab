//! Inherited items replaced with a reason: `override "reason" { … }`, `override tile_m: [32] because "…"`,
//! `override tuning_space { … }`.
//!
//! A replacement is read where the item it replaces stands, so it is taken out of the tree first, and read
//! when everything that is inherited is there.

use std::collections::BTreeMap;

use spak_syntax::ast::{Block, Head, HeadWord, Item, Pair, Slot, Value, WordKind};
use spak_syntax::{Diagnostic, FileId, Span};

use super::merge::{Merge, merge};
use crate::codes::OVERRIDES_NOTHING;
use crate::entry::{Entry, lower};
use crate::vocabulary::{Kind, kind_of};

/// Replacements of one system, or of a file without one.
#[derive(Default)]
pub(super) struct Overrides(Vec<Item>);

/// Takes every override out of the statements of a file; by the system that holds it.
pub(super) fn take(items: &mut Vec<Item>) -> BTreeMap<Option<Span>, Overrides> {
    let mut out: BTreeMap<Option<Span>, Overrides> = BTreeMap::new();
    let mut kept = Vec::with_capacity(items.len());
    for mut item in std::mem::take(items) {
        if is_override(&item) {
            out.entry(None).or_default().0.push(item);
            continue;
        }
        if let Item::Block(block) | Item::Section(block) = &mut item
            && kind_of(block.head.keyword()) == Some(Kind::System)
            && block.items.iter().any(is_override)
        {
            let all = std::mem::take(&mut block.items).into_iter();
            let (replaced, rest) = all.partition(is_override);
            block.items = rest;
            out.insert(Some(block.span), Overrides(replaced));
        }
        kept.push(item);
    }
    *items = kept;
    out
}

fn is_override(item: &Item) -> bool {
    match item {
        Item::Line(slot) => slot
            .text
            .trim_start()
            .strip_prefix("override")
            .is_some_and(|r| r.starts_with([' ', '\t'])),
        _ => item.head().is_some_and(|h| kind_of(h.keyword()) == Some(Kind::Override)),
    }
}

impl Overrides {
    /// The replacements as they stand, for a design that inherits nothing.
    pub(super) fn entries(&self, file: FileId) -> Vec<Entry> {
        lower(file, &self.0).0
    }

    /// Says that there is nothing they could replace.
    pub(super) fn nothing_inherited(&self, file: FileId) -> Vec<Diagnostic> {
        let said = |item: &Item| {
            Diagnostic::error(OVERRIDES_NOTHING, item.span(), "nothing is inherited that could be replaced")
                .because("this design extends and imports no other")
                .repair("write `extends` and the design it starts from, or move the items out of `override`")
                .in_file(file)
        };
        self.0.iter().map(said).collect()
    }

    /// Replaces items of `into`.
    pub(super) fn apply(
        self,
        file: FileId,
        into: &mut Vec<Entry>,
        diagnostics: &mut Vec<Diagnostic>,
    ) {
        for item in self.0 {
            let Some(replacement) = Replacement::of(item, into) else { continue };
            let (entries, found) = match &replacement {
                Ok(replacement) => lower(file, &replacement.items),
                Err(unreadable) => {
                    diagnostics.push(unreadable.clone().in_file(file));
                    continue;
                }
            };
            diagnostics.extend(found);
            let Ok(Replacement { reason, path, .. }) = replacement else { continue };
            merge(into, entries, &Merge { reason, required: true, path }, diagnostics);
        }
    }
}

/// One `override` with its items where they belong.
struct Replacement {
    items: Vec<Item>,
    reason: Option<String>,
    /// How many blocks around the items only say where they stand.
    path: usize,
}

impl Replacement {
    fn of(item: Item, base: &[Entry]) -> Option<Result<Self, Diagnostic>> {
        match item {
            Item::Block(block) | Item::Section(block) => Some(Ok(Self::block(block, base))),
            Item::Pair(Pair { span, key, value: Value::Map(map) }) => {
                let block = Block { span, head: key, items: map.items, inner_end: map.inner_end };
                Some(Ok(Self::block(block, base)))
            }
            Item::Pair(pair) => Some(Ok(Self::pair(pair, base))),
            Item::Line(slot) => Some(Err(unreadable(&slot))),
        }
    }

    /// `override "reason" { … }`, `override tuning_space "reason" { … }`.
    fn block(block: Block, base: &[Entry]) -> Self {
        let Head { span, words } = block.head;
        let mut words: Vec<HeadWord> = words.into_iter().skip(1).collect();
        let mut reason = take_reason(&mut words);
        let mut found = locate(base, &words);
        if found.is_none()
            && reason.is_none()
            && words.last().is_some_and(|w| w.kind == WordKind::Text)
        {
            reason = words.pop().map(|w| w.text);
            found = locate(base, &words);
        }
        if words.is_empty() {
            // Each item is found by itself.
            let mut items = Vec::with_capacity(block.items.len());
            let mut deepest = 0;
            for item in block.items {
                let (item, path) = placed(item, base);
                deepest = path.max(deepest);
                items.push(item);
            }
            return Self { items, reason, path: deepest };
        }
        let inner = |head: Head| {
            Item::Block(Block {
                span: block.span,
                head,
                items: block.items.clone(),
                inner_end: block.inner_end,
            })
        };
        match found.as_deref().and_then(<[&Entry]>::split_last) {
            Some((entry, around)) => {
                let item = inner(head_of(entry, span));
                Self { items: vec![wrapped(item, around)], reason, path: around.len() }
            }
            None => Self { items: vec![inner(Head { span, words })], reason, path: 0 },
        }
    }

    /// `override tile_m: [32] because "reason"`.
    fn pair(mut pair: Pair, base: &[Entry]) -> Self {
        pair.key.words.retain({
            let mut first = true;
            move |_| !std::mem::take(&mut first)
        });
        let reason = take_reason(&mut pair.key.words).or_else(|| reason_of(&mut pair.value));
        let (item, path) = placed(Item::Pair(pair), base);
        Self { items: vec![item], reason, path }
    }
}

/// `item` inside of the blocks that the item it replaces stands in, and how many these are.
fn placed(item: Item, base: &[Entry]) -> (Item, usize) {
    let Some(head) = item.head() else { return (item, 0) };
    let span = head.span;
    let found = locate(base, &head.words);
    let Some((entry, around)) = found.as_deref().and_then(<[&Entry]>::split_last) else {
        return (item, 0);
    };
    // A block keeps its own words: what it replaces is told by them.
    let item = match item {
        Item::Pair(pair) => Item::Pair(Pair { key: head_of(entry, span), ..pair }),
        other => other,
    };
    (wrapped(item, around), around.len())
}

fn wrapped(item: Item, around: &[&Entry]) -> Item {
    around.iter().rev().fold(item, |item, entry| {
        let span = item.span();
        Item::Block(Block {
            span,
            head: head_of(entry, span),
            items: vec![item],
            inner_end: span.end,
        })
    })
}

/// The head of an inherited item, as if it stood at `span`.
fn head_of(entry: &Entry, span: Span) -> Head {
    let word = |w: &HeadWord| HeadWord { span, ..w.clone() };
    Head { span, words: entry.head.words.iter().map(word).collect() }
}

/// The item that `words` name, behind the blocks it stands in, from the outside in.
fn locate<'a>(base: &'a [Entry], words: &[HeadWord]) -> Option<Vec<&'a Entry>> {
    if words.is_empty() {
        return None;
    }
    let texts: Vec<&str> = words.iter().map(|w| w.text.as_str()).collect();
    let whole = |e: &Entry| e.head.words.iter().map(|w| w.text.as_str()).eq(texts.iter().copied());
    let named = |e: &Entry| matches!(texts.as_slice(), [name] if e.key() == *name || e.name_text() == Some(name));
    let found = search(base, &whole).or_else(|| search(base, &named));
    if found.is_some() {
        return found;
    }
    // `tuning_space.tile_m`
    let [HeadWord { text, span, .. }] = words else { return None };
    let (block, inside) = text.split_once('.')?;
    let word = |text: &str| HeadWord { span: *span, text: text.to_owned(), kind: WordKind::Name };
    let mut path = locate(base, &[word(block)])?;
    path.extend(locate(path.last()?.children(), &[word(inside)])?);
    Some(path)
}

/// The first statement that `wanted` says yes to, the outermost first.
fn search<'a>(base: &'a [Entry], wanted: &dyn Fn(&Entry) -> bool) -> Option<Vec<&'a Entry>> {
    if let Some(found) = base.iter().find(|e| !e.is_line() && wanted(e)) {
        return Some(vec![found]);
    }
    base.iter().find_map(|e| {
        let inside = search(e.children(), wanted)?;
        Some(std::iter::once(e).chain(inside).collect())
    })
}

/// The reason among the words of a head: a text behind `because`, or the only word.
fn take_reason(words: &mut Vec<HeadWord>) -> Option<String> {
    if let Some(at) = words.iter().position(|w| w.text == "because" && w.kind == WordKind::Name) {
        let reason = words.get(at + 1).map(|w| w.text.clone());
        words.truncate(at);
        return reason;
    }
    let is_text = matches!(words.as_slice(), [only] if only.kind == WordKind::Text);
    if is_text { words.pop().map(|w| w.text) } else { None }
}

/// The reason behind a value: `[16] because "it spills"`.
fn reason_of(value: &mut Value) -> Option<String> {
    let Value::Raw(slot) = value else { return None };
    let at = slot.text.rfind(" because ")?;
    let reason = slot.text.get(at + " because ".len()..)?.trim();
    let reason = reason.trim_matches('"').to_owned();
    slot.text.truncate(at);
    slot.span.end = slot.span.start + at as u32;
    Some(reason)
}

fn unreadable(slot: &Slot) -> Diagnostic {
    let what = slot.text.trim();
    let what = what.strip_prefix("override").unwrap_or(what).trim();
    let name = what.split([' ', '=', ':']).next().unwrap_or("name");
    Diagnostic::error(OVERRIDES_NOTHING, slot.span, "this `override` replaces nothing")
        .because("it does not say with a colon or a block what is replaced")
        .repair(format!("write `override {name}: … because \"…\"`"))
}
