//! Statements with their meaning: the tree after every head has been looked up and every slot read.

mod dimension;
mod pieces;
mod statement;

use std::collections::BTreeMap;

use spak_syntax::ast::{self, Head, HeadWord, Item, Value, WordKind};
use spak_syntax::{Diagnostic, FileId, Span};

use crate::domain;
use crate::reading::{self, SlotReading};
use crate::vocabulary::{self, Expect, Kind};

/// One statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is; `None` for a head the language does not know, or for a line.
    pub kind: Option<Kind>,
    /// The words of the head; none for a line.
    pub head: Head,
    /// The name, when the head has one behind its keyword.
    pub name: Option<HeadWord>,
    /// What stands in parentheses behind the name (`t: TraceItem.Performance`).
    pub arguments: Option<HeadWord>,
    /// The place of the whole statement.
    pub span: Span,
    /// Just inside the end of its block; the end of a statement without one.
    pub inner_end: u32,
    /// The file it stands in.
    pub file: FileId,
    /// What is inside.
    pub content: Content,
    /// Why an inherited entry was replaced by this one.
    pub override_reason: Option<String>,
}

/// What a statement holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Content {
    /// Further statements.
    Block(Vec<Entry>),
    /// One slot.
    Slot(SlotReading),
}

impl Entry {
    /// The key or keyword: the first word of the head.
    pub fn key(&self) -> &str {
        self.head.keyword()
    }

    /// The name behind the keyword.
    pub fn name_text(&self) -> Option<&str> {
        self.name.as_ref().map(|n| n.text.as_str())
    }

    /// The statements inside; none for a slot.
    pub fn children(&self) -> &[Entry] {
        match &self.content {
            Content::Block(children) => children,
            Content::Slot(_) => &[],
        }
    }

    /// The slot, if it is one.
    pub fn slot(&self) -> Option<&SlotReading> {
        match &self.content {
            Content::Slot(slot) => Some(slot),
            Content::Block(_) => None,
        }
    }

    /// The slots under `key`; a key may be repeated.
    pub fn slots<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a SlotReading> {
        self.children().iter().filter(move |e| e.key() == key).filter_map(Entry::slot)
    }

    /// The statements inside that are of `kind`.
    pub fn of_kind(&self, kind: Kind) -> impl Iterator<Item = &Entry> {
        self.children().iter().filter(move |e| e.kind == Some(kind))
    }

    /// Whether it is a line: a statement without a head.
    pub fn is_line(&self) -> bool {
        self.head.words.is_empty() && matches!(self.content, Content::Slot(_))
    }
}

/// Reads all statements of a file.
pub fn lower(file: FileId, items: &[Item]) -> (Vec<Entry>, Vec<Diagnostic>) {
    let mut lowering = Lowering { file, diagnostics: Vec::new() };
    let entries = lowering.items(None, items);
    let diagnostics = lowering.diagnostics.into_iter().map(|d| d.in_file(file)).collect();
    (entries, diagnostics)
}

struct Lowering {
    file: FileId,
    diagnostics: Vec<Diagnostic>,
}

impl Lowering {
    fn items(&mut self, parent: Option<Kind>, items: &[Item]) -> Vec<Entry> {
        let mut entries = Vec::with_capacity(items.len());
        for item in items {
            match item {
                Item::Block(block) | Item::Section(block) => {
                    entries.push(self.block(parent, block));
                }
                Item::Pair(pair) => entries.push(self.pair(parent, pair)),
                Item::Line(slot) => self.line(parent, slot, &mut entries),
            }
        }
        entries
    }

    fn block(&mut self, parent: Option<Kind>, block: &ast::Block) -> Entry {
        let kind = kind_in(parent, &block.head);
        if let Some(entry) = self.dimension(parent, kind, &block.head, block, block.span) {
            return entry;
        }
        let inside = kind.or_else(|| inherited_kind(parent));
        let children = self.items(inside, &block.items);
        self.entry(kind, block.head.clone(), block.span, block.inner_end, Content::Block(children))
    }

    fn pair(&mut self, parent: Option<Kind>, pair: &ast::Pair) -> Entry {
        let kind = kind_in(parent, &pair.key);
        if let Value::Map(map) = &pair.value {
            if let Some(entry) = self.dimension(parent, kind, &pair.key, map, pair.span) {
                return entry;
            }
            let inside = kind.or_else(|| inherited_kind(parent));
            let mut children = self.items(inside_of_typed(inside, map), &map.items);
            if !map.head.words.is_empty() {
                // `step x: tool.run { … }` means `step x { tool.run { … } }`.
                let typed = kind_in(inside, &map.head);
                children = vec![self.entry(
                    typed,
                    map.head.clone(),
                    map.span,
                    map.inner_end,
                    Content::Block(children),
                )];
            }
            return self.entry(
                kind,
                pair.key.clone(),
                pair.span,
                map.inner_end,
                Content::Block(children),
            );
        }
        // In a problem, a machine or a fact a value is a field, whatever it is called.
        let is_field = matches!(parent, Some(Kind::Workload | Kind::Hardware | Kind::Fact));
        let kind = kind.filter(|_| !is_field);
        if let Some(children) = self.inside_of_pair(kind, pair) {
            let end = pair.span.end;
            return self.entry(kind, pair.key.clone(), pair.span, end, Content::Block(children));
        }
        let head = self.dimension_head(parent, &pair.key);
        let named = head.name().is_some();
        if is_space(parent) && head.keyword() == "when" && !domain::is_one(&pair.value) {
            let reading = domain::condition_of(&pair.value, &mut self.diagnostics);
            return self.entry(kind, head, pair.span, pair.span.end, Content::Slot(reading));
        }
        let expect = match kind {
            Some(Kind::Constraint | Kind::Invariant) if !takes_words(parent) => Expect::Condition,
            _ => vocabulary::expect(parent, Some(head.keyword()), named),
        };
        let reading = reading::value(&pair.value, expect, &mut self.diagnostics);
        self.entry(kind, head, pair.span, pair.span.end, Content::Slot(reading))
    }

    fn entry(
        &self,
        kind: Option<Kind>,
        head: Head,
        span: Span,
        inner_end: u32,
        content: Content,
    ) -> Entry {
        let name = head.name().cloned();
        let arguments = head.words.iter().skip(1).find(|w| w.kind == WordKind::Group).cloned();
        Entry {
            kind,
            head,
            name,
            arguments,
            span,
            inner_end,
            file: self.file,
            content,
            override_reason: None,
        }
    }
}

/// The kind of a head inside `parent`: the same word means different things in different places.
fn kind_in(parent: Option<Kind>, head: &Head) -> Option<Kind> {
    use Kind as K;
    if is_space(parent) || matches!(parent, Some(K::Type | K::Case)) {
        return None; // whatever the name, it is a dimension, a group or a field
    }
    match (vocabulary::kind_of(head.keyword()), parent) {
        (Some(K::Case), Some(K::Pattern)) => Some(K::Finding),
        (Some(K::Pattern), parent) if !matches!(parent, None | Some(K::System)) => None,
        (Some(K::Predicate), parent) if !matches!(parent, Some(K::System | K::Pattern)) => None,
        (Some(K::Example), parent) if !matches!(parent, None | Some(K::System)) => None,
        // `group` and `concept` are words that others use for parts of their own.
        (Some(K::Concept | K::Spelling | K::Group | K::GoalWords | K::Proposal), parent)
            if !matches!(parent, None | Some(K::System)) =>
        {
            None
        }
        (
            _,
            Some(K::Example | K::Concept | K::Spelling | K::Group | K::GoalWords | K::Proposal),
        ) => None,
        (kind, Some(K::Pattern | K::Predicate | K::Finding)) if kind != Some(K::Predicate) => None,
        (kind, _) => kind,
    }
}

/// Whether statements in a block of this kind are dimensions.
fn is_space(parent: Option<Kind>) -> bool {
    matches!(parent, Some(Kind::DesignSpace | Kind::TuningSpace))
}

/// Whether a constraint in such a block may be words: what holds of an experiment, say.
fn takes_words(parent: Option<Kind>) -> bool {
    !matches!(parent, None | Some(Kind::System | Kind::Knowledge | Kind::Kernel | Kind::Override))
}

/// Groups inside a space, a record or a part are read like what they stand in.
fn inherited_kind(parent: Option<Kind>) -> Option<Kind> {
    use Kind as K;
    parent.filter(|p| {
        is_space(Some(*p))
            || matches!(
                p,
                K::Workload
                    | K::Hardware
                    | K::Case
                    | K::Type
                    | K::Example
                    | K::Concept
                    | K::Spelling
                    | K::GoalWords
                    | K::Proposal
            )
    })
}

fn inside_of_typed(inside: Option<Kind>, map: &ast::Block) -> Option<Kind> {
    if map.head.words.is_empty() { inside } else { kind_in(inside, &map.head).or(inside) }
}

/// The first word of a line, and the rest of it.
fn first_word(slot: &ast::Slot) -> (HeadWord, ast::Slot) {
    let lead = slot.text.len() - slot.text.trim_start().len();
    let text = slot.text.trim_start();
    let len = text.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(text.len());
    let (word, rest) = text.split_at_checked(len).unwrap_or((text, ""));
    let start = slot.span.start + lead as u32;
    let behind = start + len as u32;
    (
        HeadWord { span: Span::new(start, behind), text: word.to_owned(), kind: WordKind::Name },
        ast::Slot { span: Span::new(behind, slot.span.end), text: rest.to_owned() },
    )
}

/// The words of a slot, texts in quotes being one word each.
fn all_words(slot: &ast::Slot) -> Vec<HeadWord> {
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(rest) = slot.text.get(at..).filter(|r| !r.trim_start().is_empty()) {
        at += rest.len() - rest.trim_start().len();
        let rest = rest.trim_start();
        let quoted = rest.strip_prefix('"').and_then(|r| r.find('"'));
        let len = match quoted {
            Some(close) => close + 2,
            None => rest.find(char::is_whitespace).unwrap_or(rest.len()),
        };
        let text = rest.get(..len).unwrap_or(rest);
        let start = slot.span.start + at as u32;
        words.push(HeadWord {
            span: Span::new(start, start + len as u32),
            text: text.trim_matches('"').to_owned(),
            kind: if quoted.is_some() { WordKind::Text } else { WordKind::Name },
        });
        at += len;
    }
    words
}

/// How many slots of each class there are, by class name.
pub fn census(entries: &[Entry]) -> BTreeMap<reading::Class, u64> {
    let mut counts = BTreeMap::new();
    each_slot(entries, &mut |_, slot| *counts.entry(slot.class).or_insert(0) += 1);
    counts
}

/// Calls `visit` with every slot and the entry it belongs to, in order of the text.
pub fn each_slot<'a>(entries: &'a [Entry], visit: &mut dyn FnMut(&'a Entry, &'a SlotReading)) {
    for entry in entries {
        match &entry.content {
            Content::Slot(slot) => visit(entry, slot),
            Content::Block(children) => each_slot(children, visit),
        }
    }
}
