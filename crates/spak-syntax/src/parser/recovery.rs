//! Braces that are missing or too many. Where one belongs is read off the indentation, but only in a
//! text whose braces do not add up: a badly indented text with balanced braces is left alone.

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
            None | Some(Kind::RightBrace) => true,
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

    /// Whether the `}` at hand closes nothing: at the top, or, in a text with too many, one that is
    /// indented deeper than the line that opened the body.
    pub(super) fn brace_is_stray(&self) -> bool {
        let Some(open) = self.open.last() else { return true };
        let Some(_) = open.brace else { return false };
        self.surplus > 0 && self.indent_at(self.at).is_some_and(|indent| indent > open.indent)
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
        if self.surplus >= 0 || self.open.len() < 2 {
            return false;
        }
        let Some(open) = self.open.last().filter(|o| o.brace.is_some()) else { return false };
        let Some(indent) = self.indent_at(self.at) else { return false };
        if indent <= open.indent && open.content.is_none_or(|content| content > open.indent) {
            return true;
        }
        // Without indentation to go by: a loop inside a loop.
        let is_top = |word: &str| TOP_WORDS.contains(&word);
        let head = open.head.slice(self.text).split_whitespace().next().unwrap_or("");
        head != "system"
            && is_top(head)
            && is_top(self.text_at(self.at))
            && self.scan().brace.is_some()
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
        let words = head.slice(self.text).trim_end_matches('{').trim();
        let shown: String = words.chars().take(60).collect();
        let name = if shown.is_empty() { "this block".to_owned() } else { format!("`{shown}`") };
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
