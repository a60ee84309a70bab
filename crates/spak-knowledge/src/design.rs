//! Facts and rules as they stand in a design, wherever they are, and how its text is laid out.

use spak_syntax::Edit;
use spak_syntax::ast::{Block, Head, Item, Pair, Value};

use crate::knowledge::LEARNED_BY;

/// A `fact` or `rule` block.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Statement<'a> {
    pub(crate) block: &'a Block,
}

impl<'a> Statement<'a> {
    /// `fact` or `rule`.
    pub(crate) fn keyword(self) -> &'a str {
        self.block.head.keyword()
    }

    /// The name; `""` when there is none.
    pub(crate) fn name(self) -> &'a str {
        self.block.head.name().map_or("", |w| w.text.as_str())
    }

    /// Its `key: value` lines, in order.
    pub(crate) fn pairs(self) -> impl Iterator<Item = &'a Pair> {
        self.block.items.iter().filter_map(|item| match item {
            Item::Pair(pair) => Some(pair),
            Item::Block(_) | Item::Section(_) | Item::Line(_) => None,
        })
    }

    /// The texts under `key`.
    pub(crate) fn texts(self, key: &str) -> impl Iterator<Item = String> {
        self.pairs().filter(move |p| key_of(&p.key) == key).map(|p| text_of(&p.value))
    }

    /// Whether this program wrote it.
    pub(crate) fn is_learned(self) -> bool {
        self.texts("learned_by").any(|text| text == LEARNED_BY)
    }
}

/// A key as one word.
pub(crate) fn key_of(head: &Head) -> String {
    head.text()
}

/// A value as text, quotes off.
pub(crate) fn text_of(value: &Value) -> String {
    match value {
        Value::Text(text) => text.value.clone(),
        Value::Raw(slot) => slot.text.trim().to_owned(),
        Value::Empty(_) | Value::List(..) | Value::Map(_) => String::new(),
    }
}

/// All facts and rules under `items`, in the order of the text.
pub(crate) fn statements(items: &[Item]) -> Vec<Statement<'_>> {
    let mut found = Vec::new();
    let mut open: Vec<&Item> = items.iter().rev().collect();
    while let Some(item) = open.pop() {
        let (Item::Block(block) | Item::Section(block)) = item else { continue };
        if matches!(block.head.keyword(), "fact" | "rule") {
            found.push(Statement { block });
        } else {
            open.extend(block.items.iter().rev());
        }
    }
    found
}

/// The first block whose head begins with one of `keywords`.
pub fn first_block<'a>(items: &'a [Item], keywords: &[&str]) -> Option<&'a Block> {
    items.iter().find_map(|item| match item {
        Item::Block(block) if keywords.contains(&block.head.keyword()) => Some(block),
        Item::Block(_) | Item::Section(_) | Item::Pair(_) | Item::Line(_) => None,
    })
}

/// How a text is laid out, and how lines come into it.
#[derive(Debug)]
pub struct Layout<'a> {
    /// The text.
    pub text: &'a str,
    /// How its lines end.
    pub newline: &'static str,
}

impl<'a> Layout<'a> {
    /// Of this text.
    pub fn new(text: &'a str) -> Self {
        let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
        Self { text, newline }
    }

    /// Where the line of `offset` begins.
    pub fn line_start(&self, offset: u32) -> u32 {
        let before = self.text.get(..offset as usize).unwrap_or_default();
        before.rfind('\n').map_or(0, |i| i as u32 + 1)
    }

    /// The spaces and tabs that begin the line of `offset`.
    pub fn indent(&self, offset: u32) -> &'a str {
        let line = self.text.get(self.line_start(offset) as usize..).unwrap_or_default();
        let line = line.strip_prefix('\u{feff}').unwrap_or(line);
        let end = line.find(|c| c != ' ' && c != '\t').unwrap_or(line.len());
        line.get(..end).unwrap_or_default()
    }

    /// Inserts whole lines at the end of a block.
    pub fn before_brace(&self, block: &Block, lines: &[String]) -> Edit {
        let newline = self.newline;
        let at = block.inner_end;
        if self.begins_line(at) {
            let text: String = lines.iter().map(|l| format!("{l}{newline}")).collect();
            Edit::insert(self.line_start(at), text)
        } else {
            // The brace shares a line with what it closes: it gets a line of its own.
            let text: String = lines.iter().map(|l| format!("{newline}{l}")).collect();
            let outer = self.indent(block.span.start);
            Edit::insert(at, format!("{text}{newline}{outer}"))
        }
    }

    /// Inserts whole lines at the end of the file.
    pub fn at_end(&self, lines: &[String]) -> Edit {
        let (text, newline) = (self.text, self.newline);
        let lead = if text.is_empty() || text.ends_with('\n') { "" } else { newline };
        let lines: String = lines.iter().map(|l| format!("{l}{newline}")).collect();
        Edit::insert(text.len() as u32, format!("{lead}{lines}"))
    }

    /// Whether only spaces stand before `offset` on its line.
    pub fn begins_line(&self, offset: u32) -> bool {
        let start = self.line_start(offset) as usize;
        let before = self.text.get(start..offset as usize).unwrap_or_default();
        before.trim_start_matches('\u{feff}').chars().all(|c| c == ' ' || c == '\t')
    }

    /// The indent of what stands in `block`, as its first statement on a line of its own has it.
    pub fn inner_indent(&self, block: &Block, items: &[Item]) -> String {
        let outer = self.indent(block.span.start);
        let own = block.items.iter().find(|i| self.begins_line(i.span().start));
        match own.map(|item| self.indent(item.span().start)) {
            Some(inner) if inner.len() > outer.len() => inner.to_owned(),
            _ => format!("{outer}{}", self.step(items)),
        }
    }

    /// By how much this text indents: what the first nested statement has more than its block.
    pub fn step(&self, items: &[Item]) -> String {
        let mut open: Vec<(&Item, &str)> = items.iter().rev().map(|i| (i, "")).collect();
        while let Some((item, outer)) = open.pop() {
            let here = if self.begins_line(item.span().start) {
                self.indent(item.span().start)
            } else {
                outer
            };
            if let Some(step) = here.strip_prefix(outer).filter(|s| !s.is_empty()) {
                return step.to_owned();
            }
            if let Item::Block(block) | Item::Section(block) = item {
                open.extend(block.items.iter().rev().map(|i| (i, here)));
            }
        }
        "    ".to_owned()
    }
}
