//! Statements and bodies.

use super::same_line::LITERALS;
use super::scan::Shape;
use super::{MAX_DEPTH, OpenBody, Parser};
use crate::codes::NESTING_TOO_DEEP;
use crate::diagnostic::Diagnostic;
use crate::tree::Kind;

impl Parser<'_> {
    /// Reads statements until the body that is open ends.
    pub(super) fn statements(&mut self) {
        loop {
            if self.section_ends() {
                return;
            }
            self.separators();
            match self.kind() {
                None => return,
                Some(Kind::RightBrace) => {
                    if self.brace_is_stray() {
                        self.stray_brace();
                        continue;
                    }
                    return;
                }
                Some(_) => {}
            }
            if self.section_ends() || self.brace_is_missing() {
                return;
            }
            let begins_line = self.indent_at(self.at);
            if let (Some(indent), Some(open)) = (begins_line, self.open.last_mut()) {
                open.content.get_or_insert(indent);
            } else if let Some(open) = self.open.last_mut() {
                open.content.get_or_insert(open.indent + 1);
            }
            self.statement();
            self.comment_behind();
        }
    }

    fn separators(&mut self) {
        while self
            .kind()
            .is_some_and(|k| k.is_trivia() || matches!(k, Kind::Comma | Kind::Semicolon))
        {
            self.bump();
        }
    }

    /// Takes a comment on the line that has just been read; it belongs to what it stands behind.
    fn comment_behind(&mut self) {
        let mut index = self.at;
        while matches!(self.kind_at(index), Some(Kind::Whitespace | Kind::Comma | Kind::Semicolon))
        {
            index += 1;
        }
        if self.kind_at(index).is_some_and(Kind::is_comment) {
            self.bump_to(index + 1);
        }
    }

    fn statement(&mut self) {
        let shape = self.scan();
        // Progress is certain: a statement always takes at least its first token.
        let end = shape.end.max(self.at + 1);
        if let Some(brace) = shape.brace {
            match shape.colon.filter(|colon| self.is_map_key(*colon, brace)) {
                Some(colon) => self.pair(colon, end, Some(brace)),
                None => self.block(brace),
            }
            return;
        }
        if self.surplus > 0 && self.brace_is_left_out(shape, end) {
            return self.block_without_brace(shape.colon, end);
        }
        if self.ends_with_colon(shape, end) {
            if let Some(brace) = self.brace_on_next_line(end) {
                return self.pair(end - 1, end, Some(brace));
            }
            if self.deeper_lines_follow(end) && self.deep_enough_for_more() {
                return self.section(end - 1);
            }
        } else if shape.colon.is_none()
            && self.kind() == Some(Kind::Word)
            && let Some(brace) = self.brace_on_next_line(end)
        {
            return self.block(brace);
        }
        if let Some(colon) = shape.colon.filter(|colon| self.is_map_key(*colon, end))
            && self.is_path(self.after_trivia(colon + 1), end)
            && !LITERALS.contains(&self.text_at(end - 1))
            && let Some(brace) = self.brace_on_next_line(end)
            && self.indent_at(brace) == self.indent_at(self.at)
        {
            return self.pair(colon, end, Some(brace));
        }
        match shape.colon.filter(|colon| self.is_key(*colon)) {
            Some(colon) => self.pair(colon, self.prose_end(colon, end), None),
            None => self.line(end),
        }
    }

    /// Where the sentence ends that is the value of a pair: lines of words below it that are indented
    /// deeper than its key belong to it.
    fn prose_end(&self, colon: usize, end: usize) -> usize {
        let Some(indent) = self.indent_at(self.at) else { return end };
        if self.kind_at(end) == Some(Kind::RightBrace) || !self.is_sentence(colon + 1, end) {
            return end;
        }
        let mut end = end;
        while let Some(next) = self.next_line(end) {
            let line = self.lines.get(next).copied().unwrap_or(0);
            let last = self.lines.get(end - 1).copied().unwrap_or(0);
            let below = line == last + 1 && self.indent_at(next).is_some_and(|i| i > indent);
            match self.words_end(next).filter(|_| below) {
                Some(words) => end = words,
                None => break,
            }
        }
        end
    }

    fn ends_with_colon(&self, shape: Shape, end: usize) -> bool {
        shape.colon.is_some() && self.kind_at(end - 1) == Some(Kind::Colon) && end - 1 > self.at
    }

    /// The brace that opens the body of the head before `end`, when it has a line of its own.
    fn brace_on_next_line(&self, end: usize) -> Option<usize> {
        self.next_line(end).filter(|next| self.kind_at(*next) == Some(Kind::LeftBrace))
    }

    pub(super) fn deeper_lines_follow(&self, end: usize) -> bool {
        let behind_brace =
            || self.open.last().is_some_and(|open| open.brace == self.before_on_line(self.at));
        let begins_line = self.indent_at(self.at);
        let Some(indent) =
            begins_line.or_else(|| behind_brace().then(|| self.line_indent(self.at)))
        else {
            return false;
        };
        self.next_line(end).is_some_and(|next| {
            self.kind_at(next) != Some(Kind::RightBrace)
                && self.indent_at(next).is_some_and(|i| i > indent)
        })
    }

    pub(super) fn deep_enough_for_more(&self) -> bool {
        (self.open.len() as u32) < MAX_DEPTH
    }

    fn line(&mut self, end: usize) {
        self.builder.open(Kind::Line);
        self.bump_to(end);
        self.builder.close();
    }

    fn block(&mut self, brace: usize) {
        let begin = self.at;
        self.builder.open(Kind::Block);
        self.head(brace);
        self.body(begin);
        self.builder.close();
    }

    /// Takes the words before `end` as a head, and the space behind them.
    fn head(&mut self, end: usize) {
        let mut last = end;
        while last > self.at && self.kind_at(last - 1).is_some_and(Kind::is_trivia) {
            last -= 1;
        }
        if last > self.at {
            self.lone_openers(last);
            self.builder.open(Kind::Head);
            self.bump_to(last);
            self.builder.close();
        }
        self.bump_to(end);
    }

    fn section(&mut self, colon: usize) {
        let begin = self.at;
        let indent = self.line_indent(begin);
        self.builder.open(Kind::Section);
        self.head(colon);
        self.bump();
        self.comment_behind();
        self.builder.open(Kind::Indented);
        self.open.push(OpenBody { indent, brace: None, head: self.span_at(begin), content: None });
        self.statements();
        self.open.pop();
        self.builder.close();
        self.builder.close();
    }

    pub(super) fn pair(&mut self, colon: usize, end: usize, brace: Option<usize>) {
        let begin = self.at;
        self.builder.open(Kind::Pair);
        self.head(colon);
        self.bump();
        let value = self.after_trivia(self.at);
        if brace.is_none() && value >= end {
            self.builder.close();
            return;
        }
        self.bump_to(value);
        self.builder.open(Kind::Value);
        match brace {
            Some(brace) => {
                self.head(brace);
                self.body(begin);
            }
            None => self.value(end),
        }
        self.builder.close();
        self.builder.close();
    }

    /// Reads `{ … }`; the statement that it belongs to begins at token `begin`.
    pub(super) fn body(&mut self, begin: usize) {
        let brace = self.at;
        if !self.deep_enough_for_more() {
            self.too_deep(brace);
            return;
        }
        self.builder.open(Kind::Body);
        self.bump();
        self.body_from(begin, brace);
    }

    /// Reads the statements of a body and its `}`; `brace` is the `{`, or the last word of the head
    /// when that is missing.
    fn body_from(&mut self, begin: usize, brace: usize) {
        self.open.push(OpenBody {
            indent: self.line_indent(begin),
            brace: Some(brace),
            head: self.span_at(begin).cover(self.span_at(brace)),
            content: None,
        });
        self.statements();
        let closed = self.kind() == Some(Kind::RightBrace) && !self.brace_is_for_outer();
        let open = self.open.pop();
        if closed {
            self.bump();
        } else if let Some(open) = open {
            self.unclosed(open);
        }
        self.builder.close();
    }

    /// Reads the block or pair whose head ends before token `end` and lacks its `{`.
    fn block_without_brace(&mut self, colon: Option<usize>, end: usize) {
        let begin = self.at;
        self.report_left_out_brace(end);
        let kinds: &[Kind] =
            if colon.is_some() { &[Kind::Pair, Kind::Value] } else { &[Kind::Block] };
        self.builder.open(if colon.is_some() { Kind::Pair } else { Kind::Block });
        if let Some(colon) = colon {
            self.head(colon);
            self.bump();
            self.bump_to(self.after_trivia(self.at));
            self.builder.open(Kind::Value);
        }
        self.head(end);
        self.builder.open(Kind::Body);
        self.body_from(begin, end - 1);
        kinds.iter().for_each(|_| self.builder.close());
    }

    /// Takes a body that is nested too deep as it stands.
    fn too_deep(&mut self, brace: usize) {
        if !std::mem::replace(&mut self.too_deep_reported, true) {
            self.report(
                Diagnostic::error(
                    NESTING_TOO_DEEP,
                    self.span_at(brace),
                    format!("more than {MAX_DEPTH} blocks inside each other"),
                )
                .because("what is nested deeper is kept but not read")
                .repair("give the inner blocks names and move them out"),
            );
        }
        let end = self.close_of(brace).map_or(self.tokens.len(), |c| c + 1);
        self.builder.open(Kind::Unreadable);
        self.bump_to(end);
        self.builder.close();
    }
}
