//! Texts in quotes: where they begin and where they end.

use super::{Lexer, is_word_continue, prefix_len};
use crate::codes::UNCLOSED_TEXT;
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::Kind;

/// How far the colon of a value is looked for, in tokens.
const MAX_VALUE: usize = 256;

impl Lexer<'_> {
    pub(super) fn quoted(&mut self) {
        let rest = self.rest();
        if rest.starts_with("\"\"\"") {
            self.long_text();
            return;
        }
        let line_end = match self.text_end_here() {
            TextEnd::Closed(len) => return self.push(Kind::Text, len),
            TextEnd::Open { line_end, searched_to } => {
                self.no_text_end_before = self.no_text_end_before.max(self.at + searched_to);
                if let Some(len) = self.deeper_text_end(line_end) {
                    return self.push(Kind::Text, len);
                }
                line_end
            }
        };
        if self.reopen_earlier_text(line_end) || self.closes_nothing() {
            return;
        }
        let len = self.likely_len(line_end);
        let span = Span::new(self.at as u32, (self.at + len) as u32);
        let repair = if len < line_end {
            "close it with `\"`, here or where it should end"
        } else {
            "close it with `\"`; until then it ends with its line"
        };
        self.report(
            Diagnostic::error(UNCLOSED_TEXT, span, "this text does not end")
                .because(
                    "a text in quotes ends with `\"`, and none follows before the next statement",
                )
                .repair(repair),
        );
        self.push(Kind::Text, len);
    }

    /// Length of the text here whose first line ends at `line_end`, when all its further lines are
    /// deeper than the line it begins on, whatever they look like, and the next quote can end it.
    fn deeper_text_end(&mut self, line_end: usize) -> Option<usize> {
        // A search that failed would fail again from a line that it went over, which is deeper.
        if self.at < self.no_deeper_end_before {
            return None;
        }
        let indent = self.indent_here();
        let rest = self.rest();
        let mut at = line_end;
        for line in rest.get(line_end..).unwrap_or("").split_inclusive('\n') {
            let quote = unescaped_quote(line);
            let empty = line.trim().is_empty();
            let closes_here = quote.is_some() && line.trim_start().starts_with('"');
            let depth = indent_of(line);
            if !empty && (depth < indent || depth == indent && !closes_here) {
                break;
            }
            if let Some(quote) = quote {
                let before = line.get(..quote).unwrap_or("").trim_end();
                let after = line.get(quote + 1..).unwrap_or("");
                let opens = before.ends_with([':', ',', '[', '(', '{', '=']);
                let even = after.matches('"').count() % 2 == 0;
                if !opens && even && statement_may_end(after) {
                    return Some(at + quote + 1);
                }
                break;
            }
            at += line.len();
        }
        self.no_deeper_end_before = self.at + at;
        None
    }

    /// Reads the `"` behind a number: inches when a word follows and in prose without a key, else the
    /// end of a text that never began.
    pub(super) fn inches(&mut self) {
        let behind = self.rest().get(1..).unwrap_or("");
        let mut before = self.tokens.iter().rev().take(MAX_VALUE);
        let in_value = before
            .find(|t| matches!(t.kind, Kind::Newline | Kind::Colon))
            .is_some_and(|t| t.kind == Kind::Colon);
        if in_value && statement_may_end(behind) {
            self.report_lone_quote();
        }
        self.push(Kind::Operator, 1);
    }

    fn text_end_here(&self) -> TextEnd {
        let rest = self.rest();
        if self.at < self.no_text_end_before {
            // An earlier text ran over this quote, which is escaped there, and over all that follows
            // up to the remembered line, and found no end: neither will this one.
            let line_end = rest.find('\n').unwrap_or(rest.len());
            let line = rest.get(..line_end).unwrap_or(rest);
            if self.at + line_end < self.no_text_end_before {
                let line_end = line.trim_end_matches('\r').len();
                return TextEnd::Open { line_end, searched_to: 0 };
            }
        }
        text_end(rest)
    }

    /// Length of the `'…'` here, when this is where a text could begin and it ends on its line.
    pub(super) fn single_quoted_len(&mut self) -> Option<usize> {
        let opens = self.tokens.last().is_none_or(|t| {
            t.kind.is_trivia()
                || matches!(
                    t.kind,
                    Kind::LeftBrace
                        | Kind::RightBrace
                        | Kind::LeftBracket
                        | Kind::LeftParen
                        | Kind::Comma
                        | Kind::Semicolon
                        | Kind::Colon
                        | Kind::Operator
                )
        });
        if !opens || self.at < self.no_single_end_before {
            return None;
        }
        let len = single_quoted_len(self.rest());
        if len.is_none() {
            let rest = self.rest();
            self.no_single_end_before = self.at + rest.find(['\n', '\r']).unwrap_or(rest.len());
        }
        len
    }

    fn long_text(&mut self) {
        let rest = self.rest();
        let body = rest.get(3..).unwrap_or("");
        let end =
            body.find("\"\"\"").filter(|end| !swallows_statement(body.get(..*end).unwrap_or("")));
        if let Some(len) = end {
            self.push(Kind::LongText, len + 6);
            return;
        }
        let len = self.likely_long_len();
        let span = Span::new(self.at as u32, self.at as u32 + 3);
        self.report(
            Diagnostic::error(UNCLOSED_TEXT, span, "this long text does not end")
                .because("`\"\"\"` runs to the next `\"\"\"`, and none closes it before the next one opens")
                .repair(
                    "add `\"\"\"` after its last line; until then it ends with the deeper lines below it",
                ),
        );
        self.push(Kind::LongText, len);
    }
}

/// Whether a long text would end with the opening of another: its last line is `key: """`.
fn swallows_statement(body: &str) -> bool {
    let last = body.lines().next_back().unwrap_or("").trim();
    body.contains('\n')
        && !body.ends_with('\n')
        && last
            .strip_suffix(':')
            .is_some_and(|key| !key.is_empty() && key.chars().all(is_word_continue))
}

/// How a search for the end of a text ended.
enum TextEnd {
    /// Behind its closing quote.
    Closed(usize),
    /// It does not end: its first line ends at `line_end`, and the search gave up in the line that
    /// begins at `searched_to`.
    Open { line_end: usize, searched_to: usize },
}

/// Finds the end of the text at the start of `rest`. It may span lines as long as they do not look
/// like the next statements.
fn text_end(rest: &str) -> TextEnd {
    let mut escaped = false;
    let mut first_line = None;
    let mut line_start = 0;
    let open = |first_line: Option<usize>, at: usize, searched_to: usize| TextEnd::Open {
        line_end: first_line.unwrap_or(at),
        searched_to,
    };
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            '\n' => {
                escaped = false;
                let line = rest.get(line_start..i).unwrap_or("").trim();
                if first_line.is_some() && (line.is_empty() || looks_like_statement(line)) {
                    return open(first_line, i, line_start);
                }
                let end = if rest.get(..i).is_some_and(|r| r.ends_with('\r')) { i - 1 } else { i };
                first_line.get_or_insert(end);
                line_start = i + 1;
            }
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if first_line.is_none() => return TextEnd::Closed(i + 1),
            '"' => {
                let line = rest.get(line_start..i).unwrap_or("");
                let ends = statement_may_end(rest.get(i + 1..).unwrap_or(""));
                if ends && !looks_like_statement(line) {
                    return TextEnd::Closed(i + 1);
                }
                return open(first_line, i, line_start);
            }
            _ => {}
        }
    }
    open(first_line, rest.len(), line_start)
}

/// How far `line` is indented; a tab goes to the next multiple of four.
pub(super) fn indent_of(line: &str) -> usize {
    line.chars().take_while(|c| matches!(c, ' ' | '\t' | '\u{feff}')).fold(0, |column, c| match c {
        '\t' => (column / 4 + 1) * 4,
        ' ' => column + 1,
        _ => column,
    })
}

/// Where the first `"` stands in `line` that no backslash stands before.
fn unescaped_quote(line: &str) -> Option<usize> {
    let mut escaped = false;
    line.char_indices().find_map(|(i, c)| {
        let quote = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        quote.then_some(i)
    })
}

/// Whether what follows a closing quote lets a statement end there.
pub(super) fn statement_may_end(after: &str) -> bool {
    let after = after.lines().next().unwrap_or("").trim_start();
    after.is_empty()
        || after.starts_with([',', ';', '}', ']', ')'])
        || after.starts_with("//")
        || after.starts_with('#')
}

/// Length of the `'…'` at the start of `rest`; `None` when it does not end on its line, or where no
/// word would end.
fn single_quoted_len(rest: &str) -> Option<usize> {
    let mut escaped = false;
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            '\n' | '\r' => return None,
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '\'' => {
                let next = rest.get(i + 1..).and_then(|r| r.chars().next());
                let ends = next.is_none_or(|c| c.is_whitespace() || ",;:)]{}.!?|".contains(c));
                if ends {
                    return Some(i + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// Whether a further line of a text is more likely the next statement: `key: …`, or braces.
fn looks_like_statement(line: &str) -> bool {
    let line = line.trim();
    if line.ends_with('{') || line.starts_with('}') {
        return true;
    }
    let key = prefix_len(line, is_word_continue);
    key > 0 && line.get(key..).is_some_and(|r| r.trim_start().starts_with(':'))
}
