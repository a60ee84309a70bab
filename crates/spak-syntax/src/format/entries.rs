//! What stands inside a body or a list, with the layout that its author gave it.

use super::printer::Printer;
use crate::tree::{Element, Kind, Node, Token};

/// One thing inside a body or a list.
pub(super) enum Content {
    /// A statement or an element.
    Item(Node),
    /// A comment.
    Comment(Token),
    /// The front matter of the file.
    FrontMatter(Token),
}

/// A thing with its layout.
pub(super) struct Entry {
    pub(super) content: Content,
    /// Line ends between the entry and what stands before it; 0 when they share a line.
    pub(super) lines_before: u32,
    /// Spaces before it on its line, when something else stands there.
    pub(super) gap: usize,
    /// Whether no statement and no comment stands before it on its line.
    pub(super) begins_line: bool,
    /// How far its line is indented.
    pub(super) indent: usize,
    /// The `,` and `;` behind it.
    pub(super) separators: String,
}

impl Entry {
    pub(super) fn item(&self) -> Option<&Node> {
        match &self.content {
            Content::Item(node) => Some(node),
            _ => None,
        }
    }

    /// Whether it is a statement that begins a line.
    pub(super) fn item_begins_line(&self) -> bool {
        self.item().is_some() && self.begins_line
    }

    /// Whether nothing can follow on its line.
    pub(super) fn ends_line(&self) -> bool {
        matches!(&self.content, Content::Comment(token) if token.kind() == Kind::LineComment)
    }
}

impl Printer {
    /// The entries of a file, a body, the lines of a section or a list.
    pub(super) fn entries(&self, node: &Node) -> Vec<Entry> {
        let mut entries: Vec<Entry> = Vec::new();
        let mut last_item = None;
        for child in node.children_with_tokens() {
            let content = match child {
                Element::Node(node) => Content::Item(node),
                Element::Token(token) if token.kind().is_comment() => Content::Comment(token),
                Element::Token(token) if token.kind() == Kind::FrontMatter => {
                    Content::FrontMatter(token)
                }
                Element::Token(token) => {
                    // A separator behind a comment belongs to the statement before the comment; one
                    // before everything separates nothing.
                    let owner = last_item.and_then(|index: usize| entries.get_mut(index));
                    if let Some(owner) = owner.filter(|_| is_separator(token.kind())) {
                        owner.separators.push_str(token.text());
                    }
                    continue;
                }
            };
            let first = match &content {
                Content::Item(node) => node.first_token(),
                Content::Comment(token) | Content::FrontMatter(token) => Some(token.clone()),
            };
            let Some(first) = first else { continue };
            if matches!(content, Content::Item(_)) {
                last_item = Some(entries.len());
            }
            let Space { lines: lines_before, gap, begins_line } = space_before(&first);
            entries.push(Entry {
                content,
                lines_before,
                gap,
                begins_line,
                indent: self.old_indent(&first),
                separators: String::new(),
            });
        }
        entries
    }
}

pub(super) fn is_separator(kind: Kind) -> bool {
    matches!(kind, Kind::Comma | Kind::Semicolon)
}

/// Index of the last statement or element; separators behind it separate nothing.
pub(super) fn last_item(entries: &[Entry]) -> Option<usize> {
    entries.iter().rposition(|e| e.item().is_some())
}

/// Whether an empty line stands before the bracket that closes `node`.
pub(super) fn blank_before_end(node: &Node) -> bool {
    node.last_token().is_some_and(|last| space_before(&last).lines > 1)
}

/// Spaces between `token` and what stands before it on its line.
pub(super) fn gap_before(token: &Token) -> usize {
    space_before(token).gap
}

/// What stands between a token and the word or comment before it; separators do not count as words.
struct Space {
    /// Line ends, separators on lines of their own not counted.
    lines: u32,
    /// Spaces directly before the token.
    gap: usize,
    /// Whether there is a line end, or nothing at all.
    begins_line: bool,
}

fn space_before(token: &Token) -> Space {
    let mut before = token.prev_token();
    let blank = before.as_ref().filter(|t| t.kind() == Kind::Whitespace);
    let gap = blank.map_or(0, |t| super::printer::width(t.text()));
    let (mut lines, mut run) = (0, 0);
    while let Some(token) = before {
        match token.kind() {
            Kind::Newline => {
                run += 1;
                lines = lines.max(run);
            }
            Kind::Whitespace => {}
            kind if is_separator(kind) => run = 0,
            _ => return Space { lines, gap, begins_line: lines > 0 },
        }
        before = token.prev_token();
    }
    Space { lines, gap, begins_line: true }
}
