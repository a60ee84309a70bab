//! Statements, and the bodies that hold them.

use super::entries::{Content, Entry, blank_before_end, last_item};
use super::printer::{Printer, STEP, Spaces, on_one_line};
use crate::tree::{Element, Kind, Node, Token};

/// What holds the statements that are being written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Holder {
    File,
    Braces,
    Section,
}

impl Printer {
    pub(super) fn file(&mut self, root: &Node) {
        let entries = self.entries(root);
        self.statements(&entries, 0, Holder::File);
    }

    /// Writes statements, each on the line it was given, from a new line indented by `indent` on.
    fn statements(&mut self, entries: &[Entry], indent: usize, holder: Holder) {
        let base = entries.iter().filter(|e| e.item_begins_line()).map(|e| e.indent).min();
        let mut offsets = Offsets::new(holder, base.unwrap_or(0));
        let mut shifts: Vec<usize> = entries.iter().map(|e| offsets.next(e)).collect();
        comments_stand_like_what_follows(entries, &mut shifts);
        let mut line_indent = indent;
        // What shared the line of the opening brace: each gets a line of its own.
        let mut on_brace_line = holder == Holder::Braces;
        for (index, (entry, shift)) in entries.iter().zip(shifts).enumerate() {
            on_brace_line &= entry.lines_before == 0;
            let before = index.checked_sub(1).and_then(|i| entries.get(i));
            let comment = entry.item().is_none();
            let shares = match before {
                _ if entry.lines_before > 0 => false,
                None => comment && holder != Holder::File,
                Some(before) => !before.ends_line() && (comment || !on_brace_line),
            };
            if shares {
                self.share_line(before, entry);
            } else {
                line_indent = indent + shift;
                self.new_line(line_indent, entry.lines_before > 1);
            }
            match &entry.content {
                Content::Item(node) => self.statement(node, line_indent),
                Content::Comment(token) => self.comment(token),
                Content::FrontMatter(token) => self.push(&token.text().replace("\r\n", "\n")),
            }
            if entry.item().is_some() {
                let next_shares = entries.iter().skip(index + 1).find(|e| e.item().is_some());
                let next_shares = next_shares.is_some_and(|e| {
                    e.lines_before == 0 && !on_brace_line && self.reaches(entries, index)
                });
                self.separators(entry, next_shares);
            }
        }
    }

    /// Whether no line ends between the entry at `index` and the next statement.
    fn reaches(&self, entries: &[Entry], index: usize) -> bool {
        let mut behind = entries.iter().skip(index + 1);
        behind
            .find(|e| e.lines_before > 0 || e.item().is_some())
            .is_some_and(|e| e.lines_before == 0)
    }

    /// The separators that mean something: all between statements on one line, `;` at a line's end.
    fn separators(&mut self, entry: &Entry, next_shares_line: bool) {
        if next_shares_line {
            self.push(&entry.separators);
        } else if entry.separators.contains(';') {
            self.push(";");
        }
    }

    /// Writes the space between two entries on one line; a comment keeps its distance.
    fn share_line(&mut self, before: Option<&Entry>, entry: &Entry) {
        let behind_item = before.is_none_or(|b| b.item().is_some());
        let gap = if entry.item().is_none() && behind_item { entry.gap.max(1) } else { 1 };
        self.spaces(gap);
    }

    fn statement(&mut self, node: &Node, indent: usize) {
        match node.kind() {
            Kind::Block | Kind::Pair | Kind::Section => self.headed(node, indent),
            _ => self.copy(node, Spaces::Keep),
        }
    }

    /// Writes a head with what follows it: `head {`, `key: value`, `head:` and lines.
    fn headed(&mut self, node: &Node, indent: usize) {
        let mut comments = Vec::new();
        for child in node.children_with_tokens() {
            match child {
                Element::Token(token) => match token.kind() {
                    Kind::BlockComment if comments.is_empty() => {
                        self.space();
                        self.comment(&token);
                    }
                    kind if kind.is_comment() && node.kind() == Kind::Section => {
                        self.spaces(super::entries::gap_before(&token).max(1));
                        self.comment(&token);
                    }
                    kind if kind.is_comment() => comments.push(token),
                    kind if kind.is_trivia() => {}
                    _ => self.push(token.text()),
                },
                Element::Node(child) => match child.kind() {
                    Kind::Head => {
                        self.space();
                        self.copy(&child, Spaces::Single);
                    }
                    Kind::Value => {
                        self.space();
                        self.value(&child, indent, &mut comments);
                    }
                    Kind::Body => {
                        self.space();
                        self.body(&child, indent, &comments);
                    }
                    Kind::Indented => {
                        let entries = self.entries(&child);
                        self.statements(&entries, indent + STEP, Holder::Section);
                    }
                    _ => self.copy(&child, Spaces::Keep),
                },
            }
        }
    }

    /// One space, unless the line or the file begins here or a bracket was opened.
    fn space(&mut self) {
        if !self.ends_with_blank() {
            self.push(" ");
        }
    }

    /// Writes a value or an element; `comments` stood before it and go behind its opening brace.
    pub(super) fn value(&mut self, node: &Node, indent: usize, comments: &mut Vec<Token>) {
        let has = |kind| node.children().any(|n| n.kind() == kind);
        if has(Kind::Body) {
            for child in node.children_with_tokens() {
                match child {
                    Element::Token(token) if token.kind().is_comment() => comments.push(token),
                    Element::Token(_) => {}
                    Element::Node(child) if child.kind() == Kind::Body => {
                        self.body(&child, indent, comments);
                    }
                    Element::Node(child) => {
                        self.copy(&child, Spaces::Single);
                        self.push(" ");
                    }
                }
            }
        } else if let Some(list) = node.children().find(|n| n.kind() == Kind::List) {
            self.list(&list, indent);
        } else {
            self.copy(node, Spaces::Keep);
        }
    }

    /// Writes `{ … }` on one line when it was written so and fits, else a statement a line.
    fn body(&mut self, node: &Node, indent: usize, comments: &[Token]) {
        let entries = self.entries(node);
        if entries.is_empty() && comments.is_empty() {
            return self.push("{}");
        }
        if on_one_line(node) && comments.iter().all(|c| c.kind() == Kind::BlockComment) {
            let line = self.one_line(|p| p.body_on_one_line(&entries, indent, comments));
            if self.fits(&line) {
                self.push(&line);
                return;
            }
        }
        self.push("{");
        for (index, comment) in comments.iter().enumerate() {
            match index {
                0 => self.spaces(1),
                _ => self.new_line(indent + STEP, false),
            }
            self.comment(comment);
        }
        let mut entries = if on_one_line(node) { one_a_line(entries) } else { entries };
        if let (Some(first), false) = (entries.first_mut(), comments.is_empty()) {
            // Nothing can share the line of a comment that runs to its end.
            first.lines_before = first.lines_before.max(1);
        }
        self.statements(&entries, indent + STEP, Holder::Braces);
        self.new_line(indent, blank_before_end(node));
        self.push("}");
    }

    fn body_on_one_line(&mut self, entries: &[Entry], indent: usize, comments: &[Token]) {
        self.push("{ ");
        for comment in comments {
            self.comment(comment);
            self.push(" ");
        }
        let last = last_item(entries);
        for (index, entry) in entries.iter().enumerate() {
            match &entry.content {
                Content::Item(node) => self.statement(node, indent),
                Content::Comment(token) | Content::FrontMatter(token) => self.comment(token),
            }
            self.separators(entry, last.is_some_and(|last| index < last));
            self.push(" ");
        }
        self.push("}");
    }
}

/// The same entries, each on a line of its own.
fn one_a_line(mut entries: Vec<Entry>) -> Vec<Entry> {
    for entry in &mut entries {
        if entry.item().is_some() {
            entry.lines_before = 1;
        }
    }
    entries
}

/// Gives each comment on a line of its own the offset of the next statement.
fn comments_stand_like_what_follows(entries: &[Entry], shifts: &mut [usize]) {
    let mut next = 0;
    for (entry, shift) in entries.iter().zip(shifts).rev() {
        match entry.item() {
            Some(_) if entry.item_begins_line() => next = *shift,
            Some(_) => {}
            None => *shift = next,
        }
    }
}

/// How much deeper than its siblings a statement stands. In a section that is kept, since the depth of
/// prose is its structure; between braces only lines under other lines keep it.
struct Offsets {
    holder: Holder,
    base: usize,
    /// Old indent and offset of the statement before, when a line below may be its continuation.
    before: Option<(usize, usize)>,
}

impl Offsets {
    fn new(holder: Holder, base: usize) -> Self {
        Self { holder, base, before: None }
    }

    fn next(&mut self, entry: &Entry) -> usize {
        let Some(node) = entry.item() else { return 0 };
        if self.holder == Holder::Section {
            let begins_line = entry.item_begins_line();
            return if begins_line { entry.indent.saturating_sub(self.base) } else { 0 };
        }
        let simple = match node.kind() {
            Kind::Line => true,
            Kind::Pair => node
                .children()
                .find(|n| n.kind() == Kind::Value)
                .is_some_and(|value| value.children().next().is_none()),
            _ => false,
        };
        if !entry.item_begins_line() {
            self.before = self.before.filter(|_| simple);
            return 0;
        }
        let line = node.kind() == Kind::Line;
        let offset = match self.before.filter(|_| line) {
            Some((indent, offset)) => (offset + entry.indent).saturating_sub(indent),
            None => 0,
        };
        self.before = simple.then_some((entry.indent, offset));
        offset
    }
}
