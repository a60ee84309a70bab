//! Braces that are missing or too many. Where one belongs is read off the indentation, but only in a
//! text whose braces do not add up: a badly indented text with balanced braces is left alone.

use super::scan::Shape;
use super::{OpenBody, Parser};
use crate::codes::{UNCLOSED_BLOCK, UNMATCHED_BRACE};
use crate::diagnostic::Diagnostic;
use crate::edit::Edit;
use crate::span::Span;
use crate::tree::Kind;

/// Heads that never stand inside a body that begins with one of them.
const TOP_WORDS: &[&str] = &[
    "system",
    "system_model",
    "task",
    "design_space",
    "tuning_space",
    "knowledge",
    "trace_schema",
    "agent_loop",
    "engineering_loop",
    "service_loop",
    "build",
];

/// Words that stand behind the `}` of a block and go on with it: `} else {`.
const CONTINUING_WORDS: &[&str] = &["else", "elif", "catch", "except", "finally"];

impl Parser<'_> {
    /// Whether the section that is being read ends before the next statement.
    ///
    /// Comments that are indented like the section stay in it.
    pub(super) fn section_ends(&mut self) -> bool {
        let Some(open) = self.open.last().copied().filter(|o| o.brace.is_none()) else {
            return false;
        };
        let mut next = self.at;
        while self
            .kind_at(next)
            .is_some_and(|k| k.is_trivia() || matches!(k, Kind::Comma | Kind::Semicolon))
        {
            next += 1;
        }
        let ends = match self.kind_at(next) {
            None => true,
            Some(Kind::RightBrace) => !self.brace_is_stray_at(next),
            Some(_) => self.indent_at(next).is_some_and(|indent| indent <= open.indent),
        };
        if ends {
            let inside = |i: &usize| {
                self.kind_at(*i).is_some_and(Kind::is_comment)
                    && self.indent_at(*i).is_none_or(|indent| indent > open.indent)
            };
            if let Some(last) = (self.at..next).rev().find(inside) {
                self.bump_to(last + 1);
            }
        }
        ends
    }

    /// Whether the `}` at hand closes nothing.
    pub(super) fn brace_is_stray(&self) -> bool {
        self.brace_is_stray_at(self.at)
    }

    /// Whether the `}` at `index` closes nothing: no block is open, or, in a text with too many, the
    /// block that it would close goes on below it.
    fn brace_is_stray_at(&self, index: usize) -> bool {
        let open = self.open.iter().rev().find_map(|o| o.brace.map(|brace| (o.indent, brace)));
        let Some((open_indent, brace)) = open else { return true };
        let line = |index: usize| self.lines.get(index).copied().unwrap_or(0);
        if self.surplus <= 0 || line(brace) == line(index) {
            return false;
        }
        // The brace that stands where the one of this block should, when there is one.
        let in_its_place = |from: usize| {
            self.outline.not_deeper(line(from)).filter(|next| {
                self.kind_at(*next) == Some(Kind::RightBrace)
                    && self.line_indent(*next) == self.line_indent(from)
                    && !self.outline.flat
            })
        };
        match self.indent_at(index) {
            Some(indent) if indent > open_indent => true,
            Some(indent) => {
                let goes_on = self
                    .next_line(index + 1)
                    .is_some_and(|next| self.indent_at(next).is_some_and(|i| i > indent));
                goes_on && in_its_place(index).is_some()
            }
            None => in_its_place(brace).is_some_and(|next| line(next) > line(index)),
        }
    }

    pub(super) fn stray_brace(&mut self) {
        let span = self.span_at(self.at);
        self.surplus -= 1;
        self.report(
            Diagnostic::error(UNMATCHED_BRACE, span, "this `}` closes nothing")
                .because("every block that was opened before it is closed already")
                .repair("remove it, or open the block that it should close")
                .fix(Edit::replace(span, "")),
        );
        self.builder.open(Kind::Unreadable);
        self.bump();
        self.builder.close();
    }

    /// Whether the body that is being read must have ended before the statement at hand.
    pub(super) fn brace_is_missing(&self) -> bool {
        if self.surplus >= 0 {
            return false;
        }
        let Some(open) = self.open.last().filter(|o| o.brace.is_some()) else { return false };
        let Some(indent) = self.indent_at(self.at) else { return false };
        let nested = self.open.len() > 1;
        let flat = self.outline.flat;
        // In a text without indentation only what stands behind a brace is known to be inside.
        let outside = indent <= open.indent
            && open.content.map_or(nested && !flat, |content| content > open.indent);
        // The space before the `}` may be left: ` else {`.
        let continues = CONTINUING_WORDS.contains(&self.text_at(self.at))
            && open.content.is_some_and(|content| indent < content);
        if continues && nested && !flat {
            return true;
        }
        // What stands at the margin may be prose that went astray; a head is none.
        if outside && (nested && !flat || self.is_headed()) {
            return true;
        }
        // Without indentation to go by: a loop inside a loop.
        let is_top = |word: &str| TOP_WORDS.contains(&word);
        let head = open.head.slice(self.text).split_whitespace().next().unwrap_or("");
        head != "system" && is_top(head) && is_top(self.text_at(self.at)) && self.is_headed()
    }

    /// Whether the statement at hand has a head.
    fn is_headed(&self) -> bool {
        let shape = self.scan();
        shape.brace.is_some()
            || shape.colon.is_some_and(|colon| self.is_key(colon))
            || self
                .next_line(shape.end.max(self.at + 1))
                .is_some_and(|next| self.kind_at(next) == Some(Kind::LeftBrace))
    }

    /// Whether the head before token `end` lacks its `{`, in a text with too many `}`: it has its line
    /// for itself, the lines below are deeper, and a `}` stands below them where its own would.
    pub(super) fn brace_is_left_out(&self, shape: Shape, end: usize) -> bool {
        let (Some(indent), Some(line)) = (self.indent_at(self.at), self.lines.get(self.at)) else {
            return false;
        };
        let head_like = match shape.colon {
            None => matches!(self.kind(), Some(Kind::Word | Kind::Number | Kind::Text)),
            Some(colon) => {
                self.is_map_key(colon, end) && self.is_path(self.after_trivia(colon + 1), end)
            }
        };
        let alone = self.lines.get(end - 1) == Some(line)
            && self.next_line(end).is_some()
            && self.kind_at(end - 1) != Some(Kind::Colon);
        if !head_like || !alone || !self.deep_enough_for_more() {
            return false;
        }
        if self.outline.flat {
            return shape.colon.is_none() && TOP_WORDS.contains(&self.text_at(self.at));
        }
        self.open.last().is_none_or(|open| open.indent < indent)
            && self.deeper_lines_follow(end)
            && self.outline.not_deeper(*line).is_some_and(|next| {
                self.kind_at(next) == Some(Kind::RightBrace) && self.line_indent(next) == indent
            })
    }

    /// Whether the tokens are one name: `tool.run`.
    pub(super) fn is_path(&self, from: usize, end: usize) -> bool {
        self.kind_at(from) == Some(Kind::Word)
            && (from..end).all(|i| {
                matches!(self.kind_at(i), Some(Kind::Word | Kind::Number))
                    || matches!(self.text_at(i), "." | "-")
            })
    }

    /// Reports that the head before token `end` lacks its `{`.
    pub(super) fn report_left_out_brace(&mut self, end: usize) {
        self.surplus -= 1;
        let head = self.span_at(self.at).cover(self.span_at(end - 1));
        let close = self
            .lines
            .get(self.at)
            .and_then(|line| self.outline.not_deeper(*line))
            .filter(|_| !self.outline.flat)
            .map(|close| self.span_at(close));
        let name = shown(head.slice(self.text));
        let mut error = Diagnostic::error(UNMATCHED_BRACE, head, format!("{name} lacks its `{{`"))
            .because("a `}` that no `{` was opened for closes the lines below it")
            .repair("open the block behind its head")
            .fix(Edit::insert(head.end, " {"));
        if let Some(close) = close {
            error = error.related(close, "closed here");
        }
        self.report(error);
    }

    /// Whether the `}` at hand closes a block around the body that is being read: it begins its line
    /// as deep as that block does, and this body began deeper.
    pub(super) fn brace_is_for_outer(&self) -> bool {
        if self.surplus >= 0 || self.kind() != Some(Kind::RightBrace) {
            return false;
        }
        let Some((open, outer)) = self.open.split_last() else { return false };
        self.indent_at(self.at).is_some_and(|indent| {
            open.brace.is_some()
                && indent < open.indent
                && outer.iter().any(|o| o.brace.is_some() && o.indent == indent)
        })
    }

    /// Reports that `open` ends here without a brace.
    pub(super) fn unclosed(&mut self, open: OpenBody) {
        self.surplus += 1;
        let last = (0..self.at).rev().find(|i| !self.kind_at(*i).is_some_and(Kind::is_trivia));
        let end = last.map_or(0, |i| self.span_at(i).end);
        let head = Span::new(open.head.start, open.head.end);
        let name = shown(head.slice(self.text).trim_end_matches('{'));
        let closing = format!("\n{}}}", " ".repeat(open.indent as usize));
        self.report(
            Diagnostic::error(UNCLOSED_BLOCK, head, format!("{name} is never closed"))
                .label("opened here")
                .related(Span::at(end), "a `}` is missing after this")
                .because("what follows is not indented as a part of it")
                .repair("add the closing brace")
                .fix(Edit::insert(end, closing)),
        );
    }
}

/// The words of a head as a message shows them.
fn shown(head: &str) -> String {
    let shown: String = head.trim().chars().take(60).collect();
    if shown.is_empty() { "this block".to_owned() } else { format!("`{shown}`") }
}
