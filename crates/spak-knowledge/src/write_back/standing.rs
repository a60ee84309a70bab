//! Changes of a statement that stands in a design: only what differs, pair by pair.

use spak_syntax::ast::{Item, Pair};
use spak_syntax::{Edit, Span};

use super::Writer;
use crate::design::{Statement, key_of};
use crate::entries::{is_mine, lines};
use crate::knowledge::Entry;

impl<'a> Writer<'a> {
    /// Replaces the values that differ, adds entries that are new and takes out those that are gone.
    pub(super) fn update(&mut self, old: Statement<'a>, entries: &[Entry]) {
        let left = self.set(old, entries);
        let gone: Vec<Span> =
            left.iter().filter(|p| is_mine(&key_of(&p.key))).map(|p| p.span).collect();
        self.remove_pairs(old, &gone);
    }

    /// Replaces the values that differ and adds entries that are new; returns the pairs that no entry is for.
    pub(super) fn set(&mut self, old: Statement<'a>, entries: &[Entry]) -> Vec<&'a Pair> {
        let mut left: Vec<_> = old.pairs().collect();
        let mut missing = Vec::new();
        for entry in entries {
            match left.iter().position(|p| key_of(&p.key) == entry.key) {
                Some(index) => {
                    let pair = left.remove(index);
                    let span = pair.value.span();
                    if span.slice(self.layout.text) != entry.rendered() {
                        self.edits.push(Edit::replace(span, entry.rendered()));
                    }
                }
                None => missing.push(entry.clone()),
            }
        }
        if missing.is_empty() {
            return left;
        }
        let indent = self.layout.inner_indent(old.block, self.items);
        let lines: Vec<String> = lines(&missing, indent.chars().count())
            .iter()
            .map(|line| format!("{indent}{line}"))
            .collect();
        self.edits.push(self.layout.before_brace(old.block, &lines));
        left
    }

    /// Takes pairs out of the lines they share with others, and their lines where they share none.
    pub(super) fn remove_pairs(&mut self, statement: Statement<'a>, gone: &[Span]) {
        let text = self.layout.text;
        let between = |a: &Pair, b: &Pair| {
            text.get(a.span.end as usize..b.span.start as usize).unwrap_or_default()
        };
        let mut rows: Vec<Vec<&Pair>> = Vec::new();
        for pair in statement.pairs() {
            match rows.last_mut() {
                Some(row) if row.last().is_some_and(|l| !between(l, pair).contains('\n')) => {
                    row.push(pair);
                }
                _ => rows.push(vec![pair]),
            }
        }
        for row in rows {
            let kept = row.iter().rposition(|p| !gone.contains(&p.span));
            let (Some(first), Some(last)) = (row.first(), row.last()) else { continue };
            let Some(kept) = kept else {
                let span = Span::new(first.span.start, last.span.end);
                self.edits.push(Edit::replace(self.removable(span), ""));
                continue;
            };
            for (pair, next) in row.iter().zip(row.iter().skip(1)).take(kept) {
                if gone.contains(&pair.span) {
                    let span = Span::new(pair.span.start, next.span.start);
                    self.edits.push(Edit::replace(span, ""));
                }
            }
            if let Some(kept) = row.get(kept).filter(|k| k.span.end < last.span.end) {
                let span = Span::new(kept.span.end, last.span.end);
                self.edits.push(Edit::replace(span, ""));
            }
        }
    }

    /// The whole lines of `span`, with an empty one above, when nothing else stands on them.
    pub(super) fn lines_of(&self, span: Span) -> Span {
        let whole = self.removable(span);
        if whole == span {
            return span;
        }
        let before = self.layout.text.get(..whole.start as usize).unwrap_or_default();
        let above = before.strip_suffix('\n').map_or("", |b| b.rsplit('\n').next().unwrap_or(b));
        let blank = before.ends_with('\n') && above.trim().is_empty();
        let start = if blank { whole.start - above.len() as u32 - 1 } else { whole.start };
        Span::new(start, whole.end)
    }

    /// The whole line when nothing else stands on it, with its line end.
    fn removable(&self, span: Span) -> Span {
        let rest = self.layout.text.get(span.end as usize..).unwrap_or_default();
        let line_end = rest.find('\n').map_or(rest.len(), |i| i + 1);
        let tail = rest.get(..line_end).unwrap_or_default();
        if self.layout.begins_line(span.start) && tail.trim().trim_matches(',').is_empty() {
            Span::new(self.layout.line_start(span.start), span.end + line_end as u32)
        } else {
            span
        }
    }

    /// Whether nothing in the statement is a person's: no key of their own and no comment.
    pub(super) fn is_only_mine(&self, statement: Statement<'a>) -> bool {
        let block = statement.block;
        let blank = |start: u32, end: u32| {
            let text = self.layout.text.get(start as usize..end as usize).unwrap_or_default();
            text.chars().all(|c| c.is_whitespace() || matches!(c, ',' | '{' | '}'))
        };
        let mut end = block.head.span.end;
        for item in &block.items {
            let Item::Pair(pair) = item else { return false };
            if !is_mine(&key_of(&pair.key)) || !blank(end, pair.span.start) {
                return false;
            }
            end = pair.span.end;
        }
        blank(end, block.span.end)
    }
}
