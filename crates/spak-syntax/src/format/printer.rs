//! The text that is being written, and the pieces that are copied as their author wrote them.

use unicode_width::UnicodeWidthStr;

use crate::tree::{Element, Kind, Node, Token, token_span};

/// Spaces a level.
pub(super) const STEP: usize = 4;
/// Bodies that were written on one line stay so up to this width.
pub(super) const MAX_WIDTH: usize = 100;

/// Writes the layout of one file.
pub(super) struct Printer {
    out: String,
    /// Width of the line that is being written.
    column: usize,
    /// How far that line is indented.
    line_indent: usize,
    /// Where each line of the old text begins and how far it is indented.
    old_lines: Vec<(u32, usize)>,
    /// Bodies stay on their line whatever their width, since what is around them does.
    on_one_line: bool,
}

/// How spaces inside a copied piece are treated.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Spaces {
    /// Copied: a formula or prose that is aligned by hand.
    Keep,
    /// One space for any number: the words of a head.
    Single,
}

impl Printer {
    pub(super) fn new(root: &Node) -> Self {
        let mut old_lines = vec![(0, 0)];
        let mut at_line_start = true;
        for token in root.descendants_with_tokens().filter_map(Element::into_token) {
            match token.kind() {
                Kind::Newline => {
                    old_lines.push((token_span(&token).end, 0));
                    at_line_start = true;
                }
                Kind::Whitespace if at_line_start => {
                    if let Some((_, indent)) = old_lines.last_mut() {
                        *indent = columns(*indent, token.text());
                    }
                }
                _ => at_line_start = false,
            }
        }
        Self { out: String::new(), column: 0, line_indent: 0, old_lines, on_one_line: false }
    }

    /// The written text, ended by one line end unless it is empty.
    pub(super) fn finish(mut self) -> String {
        if !self.out.is_empty() && !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out
    }

    /// How far the line of `token` was indented.
    pub(super) fn old_indent(&self, token: &Token) -> usize {
        let start = token_span(token).start;
        let line = self.old_lines.partition_point(|(begin, _)| *begin <= start);
        self.old_lines.get(line.saturating_sub(1)).map_or(0, |(_, indent)| *indent)
    }

    /// Whether a word can follow without a space: at the start of a line and behind a space.
    pub(super) fn ends_with_blank(&self) -> bool {
        self.out.is_empty() && self.column == 0 || self.out.ends_with([' ', '\n'])
    }

    /// Writes `text`, which may span lines.
    pub(super) fn push(&mut self, text: &str) {
        self.out.push_str(text);
        match text.rfind('\n') {
            Some(end) => self.column = width(text.get(end + 1..).unwrap_or("")),
            None => self.column += width(text),
        }
    }

    pub(super) fn spaces(&mut self, count: usize) {
        self.out.extend(std::iter::repeat_n(' ', count));
        self.column += count;
    }

    /// Begins a line that is indented by `indent`, behind an empty one when `blank`.
    pub(super) fn new_line(&mut self, indent: usize, blank: bool) {
        if !self.out.is_empty() {
            self.out.push_str(if blank { "\n\n" } else { "\n" });
        }
        self.column = 0;
        self.line_indent = indent;
        self.spaces(indent);
    }

    /// What `write` writes from here on with nothing broken over lines, without writing it.
    pub(super) fn one_line(&mut self, write: impl FnOnce(&mut Self)) -> String {
        let kept = std::mem::take(&mut self.out);
        let column = self.column;
        let inside = std::mem::replace(&mut self.on_one_line, true);
        write(self);
        self.on_one_line = inside;
        self.column = column;
        std::mem::replace(&mut self.out, kept)
    }

    /// Whether `line`, which may end in a text over several lines, can stand here.
    pub(super) fn fits(&self, line: &str) -> bool {
        self.on_one_line || self.column + width(line.lines().next().unwrap_or("")) <= MAX_WIDTH
    }

    pub(super) fn comment(&mut self, token: &Token) {
        let text = token.text().trim_end().replace("\r\n", "\n");
        self.push(&text);
    }

    /// Copies the tokens of `node`; lines inside it move as far as the line does that it begins on.
    pub(super) fn copy(&mut self, node: &Node, spaces: Spaces) {
        let Some(first) = node.first_token() else { return };
        let (old, indent) = (self.old_indent(&first), self.line_indent);
        let mut lines = 0;
        let mut gap = String::new();
        for token in node.descendants_with_tokens().filter_map(Element::into_token) {
            match token.kind() {
                Kind::Newline => {
                    lines += 1;
                    gap.clear();
                }
                Kind::Whitespace => gap.push_str(token.text()),
                kind => {
                    if lines > 0 {
                        let moved = (columns(0, &gap) + indent).saturating_sub(old);
                        self.new_line(moved, lines > 1);
                    } else if !gap.is_empty() {
                        match spaces {
                            Spaces::Keep => self.push(&gap.replace('\t', "    ")),
                            Spaces::Single => self.push(" "),
                        }
                    }
                    lines = 0;
                    gap.clear();
                    if kind.is_comment() { self.comment(&token) } else { self.push(token.text()) }
                }
            }
        }
    }
}

/// How many columns `text` takes.
pub(super) fn width(text: &str) -> usize {
    text.width()
}

/// The column behind `blank`, which begins at `from`; a tab goes to the next multiple of four.
fn columns(from: usize, blank: &str) -> usize {
    blank
        .chars()
        .filter(|c| *c != '\u{feff}')
        .fold(from, |column, c| if c == '\t' { (column / STEP + 1) * STEP } else { column + 1 })
}

/// Whether `node` was written on one line; a line end inside a text does not count.
pub(super) fn on_one_line(node: &Node) -> bool {
    !node
        .descendants_with_tokens()
        .filter_map(Element::into_token)
        .any(|t| matches!(t.kind(), Kind::Newline | Kind::LineComment))
}
