//! Lists: on one line, one element a line, or as their author aligned them.

use super::entries::{Content, Entry, blank_before_end, last_item};
use super::printer::{Printer, STEP, Spaces, on_one_line};
use crate::tree::{Element, Kind, Node};

impl Printer {
    pub(super) fn list(&mut self, node: &Node, indent: usize) {
        if on_one_line(node) {
            let entries = self.entries(node);
            let line = self.one_line(|p| p.list_on_one_line(&entries, indent));
            self.push(&line);
        } else if begins_with_a_line_end(node) {
            self.list_over_lines(node, indent);
        } else {
            self.copy(node, Spaces::Keep);
        }
    }

    fn list_on_one_line(&mut self, entries: &[Entry], indent: usize) {
        self.push("[");
        let last = last_item(entries);
        for (index, entry) in entries.iter().enumerate() {
            if index > 0 {
                self.push(" ");
            }
            self.entry(entry, indent);
            if last.is_some_and(|last| index < last) {
                self.push(&entry.separators);
            }
        }
        self.push("]");
    }

    fn list_over_lines(&mut self, node: &Node, indent: usize) {
        let entries = self.entries(node);
        self.push("[");
        for entry in &entries {
            let comment = entry.item().is_none();
            if entry.lines_before > 0 {
                self.new_line(indent + STEP, entry.lines_before > 1);
            } else {
                self.spaces(if comment { entry.gap.max(1) } else { 1 });
            }
            self.entry(entry, indent + STEP);
            self.push(&entry.separators);
        }
        self.new_line(indent, blank_before_end(node));
        self.push("]");
    }

    fn entry(&mut self, entry: &Entry, indent: usize) {
        match &entry.content {
            Content::Item(node) => self.value(node, indent, &mut Vec::new()),
            Content::Comment(token) | Content::FrontMatter(token) => self.comment(token),
        }
    }
}

/// Whether nothing but comments stands between the bracket and the end of its line.
fn begins_with_a_line_end(list: &Node) -> bool {
    list.children_with_tokens()
        .skip(1)
        .find_map(|child| match child {
            Element::Token(t) if t.kind() == Kind::Newline => Some(true),
            Element::Token(t) if t.kind().is_trivia() => None,
            _ => Some(false),
        })
        .unwrap_or(false)
}
