//! Values that are not bodies: lists, and anything else to the end of the statement.

use super::Parser;
use crate::codes::UNCLOSED_LIST;
use crate::diagnostic::Diagnostic;
use crate::edit::Edit;
use crate::tree::Kind;

/// Lists nest at most this deep, through the blocks in them too; deeper ones are kept as they stand.
const MAX_LIST_DEPTH: u32 = 32;

impl Parser<'_> {
    /// Reads the value that ends before token `end`.
    pub(super) fn value(&mut self, end: usize) {
        if self.kind() == Some(Kind::LeftBracket) {
            match self.close_of(self.at) {
                Some(close) if close + 1 == end && self.lists < MAX_LIST_DEPTH => {
                    return self.list(close);
                }
                Some(_) => {}
                None if self.unclosed_list(end) && self.lists < MAX_LIST_DEPTH => {
                    return self.list(end);
                }
                None => {}
            }
        }
        self.bump_to(end);
    }

    /// Reports the list that begins here and has no `]` before `end`; whether its elements can be read.
    fn unclosed_list(&mut self, end: usize) -> bool {
        self.reported_openers.insert(self.at);
        let start = self.span_at(self.at).start;
        let at = self.span_at(end - 1).end;
        let first = self.open_texts.partition_point(|text| *text < start);
        if self.open_texts.get(first).is_some_and(|text| *text < at) {
            // The text runs over the `]`; it is what has to be repaired, and it is reported.
            return false;
        }
        self.report(
            Diagnostic::error(UNCLOSED_LIST, self.span_at(self.at), "this list does not end")
                .because("`[` has no `]` before the block ends")
                .repair("add `]` after the last value")
                .fix(Edit::insert(at, "]")),
        );
        true
    }

    /// Reads the list that is closed by the token `close`, or ends before it for want of a `]`.
    fn list(&mut self, close: usize) {
        self.lists += 1;
        self.builder.open(Kind::List);
        self.bump();
        while self.at < close {
            let kind = self.kind().unwrap_or(Kind::Newline);
            if kind.is_trivia() || matches!(kind, Kind::Comma | Kind::Semicolon) {
                self.bump();
            } else {
                self.element(close);
            }
        }
        if self.kind() == Some(Kind::RightBracket) {
            self.bump();
        }
        self.builder.close();
        self.lists -= 1;
    }

    fn element(&mut self, close: usize) {
        let end = self.element_end(close);
        self.builder.open(Kind::Element);
        match (self.kind(), self.close_of(self.at)) {
            (Some(Kind::LeftBracket), Some(inner))
                if inner + 1 == end && self.lists < MAX_LIST_DEPTH =>
            {
                self.list(inner);
            }
            (Some(Kind::LeftBrace), Some(inner))
                if inner + 1 == end && self.deep_enough_for_more() =>
            {
                self.body(self.at);
            }
            _ => self.bump_to(end),
        }
        self.builder.close();
    }

    /// Index behind the last token of the element that begins here.
    fn element_end(&self, close: usize) -> usize {
        let mut index = self.at;
        let mut end = self.at + 1;
        while index < close {
            match self.kind_at(index) {
                Some(Kind::Newline) if self.joins(self.after_trivia(index)) => {
                    index = self.after_trivia(index);
                    end = index + 1;
                }
                None | Some(Kind::Comma | Kind::Semicolon | Kind::Newline) => break,
                Some(Kind::Operator) => {
                    index = self.generic_end(index).filter(|end| *end < close).unwrap_or(index);
                    end = index + 1;
                }
                Some(Kind::LeftParen | Kind::LeftBracket | Kind::LeftBrace) => {
                    index = self.close_of(index).unwrap_or(index);
                    end = index + 1;
                }
                Some(kind) if kind.is_trivia() => {}
                Some(_) => end = index + 1,
            }
            index += 1;
        }
        end.min(close)
    }
}
