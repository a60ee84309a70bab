//! Marks that no reader sees: which line of a template a text comes from, and which parts of it are figures.
//!
//! They are set before rendering and taken out after it. Their characters are of a private plane of Unicode,
//! which templates and traces must not use.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::ledger::{Issued, Ledger};

const LINE: char = '\u{F5AC0}';
const FIGURE: char = '\u{F5AC1}';
const GIVEN: char = '\u{F5AC2}';
const END: char = '\u{F5AC3}';

/// Whether a text has characters that only marks may have.
pub(crate) fn has_marks(text: &str) -> bool {
    text.contains(is_mark)
}

/// Whether `c` is part of marks.
pub(crate) fn is_mark(c: char) -> bool {
    (LINE..=END).contains(&c)
}

/// A figure's text with its marks.
pub(crate) fn figure(text: &str) -> String {
    format!("{FIGURE}{text}{END}")
}

/// A given text with its marks.
pub(crate) fn given(text: &str) -> String {
    format!("{GIVEN}{text}{END}")
}

/// `source` with a mark before each line and each number of its text and before each expression; `file` is the number of
/// the template.
///
/// White space stays where the engine may take it away, and no line moves.
pub(crate) fn with_lines(source: &str, file: usize) -> String {
    let mut out = String::with_capacity(source.len() + source.len() / 4);
    let mut rest = source;
    let mut line = 1;
    while !rest.is_empty() {
        let (text, tag) = rest.split_at(next_tag(rest));
        let trims = tag.starts_with("{{-");
        text_with_lines(if trims { text.trim_end() } else { text }, file, line, &mut out);
        if trims {
            // The lines that are trimmed here are still counted by the engine.
            let trimmed = text.get(text.trim_end().len()..).unwrap_or_default();
            let breaks = trimmed.matches('\n').count();
            line += lines_of(text);
            mark(&mut out, file, line);
            out.push_str("{{");
            (0..breaks).for_each(|_| out.push('\n'));
            let end = tag_end(tag);
            let (tag, after) = tag.split_at(end);
            out.push_str(tag.get(3..).unwrap_or_default());
            line += lines_of(tag);
            rest = after;
            continue;
        }
        line += lines_of(text);
        if tag.starts_with("{{") {
            mark(&mut out, file, line);
        }
        let (tag, after) = tag.split_at(tag_end(tag));
        out.push_str(tag);
        line += lines_of(tag);
        rest = after;
        if is_word_tag(tag, "raw") {
            let (raw, after) = rest.split_at(raw_end(rest));
            text_with_lines(raw, file, line, &mut out);
            line += lines_of(raw);
            rest = after;
        }
    }
    out
}

fn lines_of(text: &str) -> u64 {
    text.matches('\n').count() as u64
}

fn mark(out: &mut String, file: usize, line: u64) {
    out.push_str(&format!("{LINE}{file}:{line}{END}"));
}

fn text_with_lines(text: &str, file: usize, mut line: u64, out: &mut String) {
    let (mut is_in_number, mut has_begun) = (false, false);
    for c in text.chars() {
        if c.is_numeric() && !is_in_number || !has_begun && !c.is_whitespace() {
            mark(out, file, line);
            has_begun = true;
        }
        is_in_number = c.is_numeric();
        if c == '\n' {
            line += 1;
            has_begun = false;
        }
        out.push(c);
    }
}

/// Where the next tag begins; the length of `text` if there is none.
fn next_tag(text: &str) -> usize {
    let starts = ["{{", "{%", "{#"].into_iter().filter_map(|start| text.find(start));
    starts.min().unwrap_or(text.len())
}

/// Where the tag ends that `text` begins with, its end included; texts within it may hold what looks like an end.
fn tag_end(text: &str) -> usize {
    if text.starts_with("{#") {
        return text.find("#}").map_or(text.len(), |at| at + 2);
    }
    let end = if text.starts_with("{{") { "}}" } else { "%}" };
    let (mut quote, mut is_escaped, mut depth) = (None, false, 0i64);
    for (at, c) in text.char_indices().skip(2) {
        match (quote, c) {
            (Some(_), _) if is_escaped => is_escaped = false,
            (Some(_), '\\') => is_escaped = true,
            (Some(open), _) => quote = (c != open).then_some(open),
            (None, '"' | '\'') => quote = Some(c),
            (None, _) => {
                let here = text.get(at..).unwrap_or_default();
                if depth == 0 && here.starts_with(end) {
                    return at + 2;
                }
                match c {
                    '(' | '[' | '{' => depth += 1,
                    ')' | ']' | '}' => depth -= 1,
                    _ => {}
                }
            }
        }
    }
    text.len()
}

/// Whether `tag` is `{% word %}`.
fn is_word_tag(tag: &str, word: &str) -> bool {
    let inner = tag.strip_prefix("{%").and_then(|tag| tag.strip_suffix("%}"));
    inner.is_some_and(|inner| inner.trim_matches(['-', '+']).trim() == word)
}

/// Where `{% endraw %}` begins.
fn raw_end(text: &str) -> usize {
    let mut from = 0;
    while let Some(at) = text.get(from..).and_then(|rest| rest.find("{%")) {
        let here = text.get(from + at..).unwrap_or_default();
        let end = here.find("%}").map_or(here.len(), |end| end + 2);
        if is_word_tag(here.get(..end).unwrap_or_default(), "endraw") {
            return from + at;
        }
        from += at + 2;
    }
    text.len()
}

/// A rendered text without marks, and what they said.
#[derive(Debug, Default)]
pub(crate) struct Unmarked {
    /// What is written to the page.
    pub(crate) text: String,
    /// Parts of the text that are figures, in order.
    pub(crate) figures: Vec<Range<usize>>,
    /// Parts of the text that were given.
    pub(crate) given: Vec<Range<usize>>,
    /// From these places on the text is of this template and line.
    pub(crate) lines: Vec<(usize, (usize, u64))>,
    /// Traces of the figures.
    pub(crate) traces: BTreeSet<String>,
    /// Figures and given texts that are not as they were made.
    pub(crate) changed: Vec<Range<usize>>,
}

impl Unmarked {
    /// What `rendered` says, with figures that `ledger` knows.
    pub(crate) fn of(rendered: &str, ledger: &Ledger) -> Self {
        let mut this = Self::default();
        // What is open: its mark, and where the text was.
        let mut open: Option<(char, usize)> = None;
        let mut rest = rendered;
        while let Some(c) = rest.chars().next() {
            let at = this.text.len();
            let after = rest.get(c.len_utf8()..).unwrap_or_default();
            rest = after;
            match c {
                LINE => match read_line(after) {
                    // A mark within a figure or within a name is not the place of anything.
                    Some((line, after)) => {
                        this.lines.push((at, line));
                        rest = after;
                    }
                    None => this.changed.push(at..at),
                },
                FIGURE | GIVEN => {
                    if let Some((_, from)) = open.replace((c, at)) {
                        this.changed.push(from..at);
                    }
                }
                END => match open.take() {
                    Some((mark, from)) => this.close(mark, from, ledger),
                    None => this.changed.push(at..at),
                },
                c => this.text.push(c),
            }
        }
        if let Some((_, from)) = open {
            this.changed.push(from..this.text.len());
        }
        this
    }

    fn close(&mut self, mark: char, from: usize, ledger: &Ledger) {
        let range = from..self.text.len();
        let text = self.text.get(range.clone()).unwrap_or_default();
        match (mark, ledger.issued(text)) {
            (FIGURE, Some(Issued { traces, .. })) if !traces.is_empty() => {
                self.traces.extend(traces);
                self.figures.push(range);
            }
            (GIVEN, Some(Issued { is_given: true, .. })) => self.given.push(range),
            _ => self.changed.push(range),
        }
    }

    /// The template and the line that the text at `at` comes from.
    pub(crate) fn line(&self, at: usize) -> Option<(usize, u64)> {
        let after = self.lines.partition_point(|(from, _)| *from <= at);
        self.lines.get(after.checked_sub(1)?).map(|(_, line)| *line)
    }
}

/// The template and line of a mark, and what follows it.
fn read_line(text: &str) -> Option<((usize, u64), &str)> {
    let (inner, after) = text.split_once(END)?;
    let (file, line) = inner.split_once(':')?;
    Some(((file.parse().ok()?, line.parse().ok()?), after))
}

#[cfg(test)]
mod tests {
    use super::{Unmarked, with_lines};
    use crate::ledger::Ledger;

    /// What is left when a template without expressions is marked and the marks are read.
    fn lines(source: &str) -> (String, Vec<(usize, u64)>) {
        let found = Unmarked::of(&with_lines(source, 0), &Ledger::default());
        assert!(found.changed.is_empty(), "{source}");
        (found.text, found.lines.into_iter().map(|(at, (_, line))| (at, line)).collect())
    }

    #[test]
    fn numbers_and_expressions_have_their_lines() {
        let source = "a 12 b\nc {{ \"}} 3\" }} 4\n{% raw %}\n5 {{ x }}\n{% endraw %}{# 6 #}\n{{ {'a': {'b': 1}} }}7";
        let (text, lines) = lines(source);
        assert_eq!(text, source);
        let of = |what: &str| {
            let at = source.find(what).unwrap();
            lines.iter().rev().find(|(from, _)| *from <= at).unwrap().1
        };
        assert_eq!((of("12"), of("{{ \"}}"), of("4\n"), of("5 {{")), (1, 2, 2, 4));
        assert_eq!((of("{{ {'a'"), of("}}7")), (6, 6));
        // Neither within tags nor within comments is anything marked.
        assert_eq!(
            lines.iter().map(|(_, line)| line).collect::<Vec<_>>(),
            [&1, &1, &2, &2, &2, &4, &6, &6]
        );
    }

    #[test]
    fn white_space_that_an_expression_takes_away_is_taken_away() {
        let (text, lines) = lines("a \n\n{{- x }}\n2");
        assert_eq!(text, "a{{\n\n x }}\n2");
        assert_eq!(lines, [(0, 1), (1, 3), (11, 4)]);
    }

    #[test]
    fn figures_that_nobody_made_are_seen() {
        let ledger = Ledger::default();
        ledger.issue_given("5");
        for (text, changed) in [
            (super::given("5"), 0),
            (super::given("6"), 1),
            (super::figure("5"), 1),
            (super::figure("5").replace(super::END, ""), 1),
            (super::given(&super::given("5")), 2),
        ] {
            assert_eq!(Unmarked::of(&text, &ledger).changed.len(), changed, "{text:?}");
        }
    }
}
