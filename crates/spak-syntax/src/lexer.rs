//! Text to tokens. Every byte belongs to exactly one token; nothing is an error except texts
//! that do not end.
//!
//! Three things depend on more than the next character, because the files that people write do:
//! - `//` is a comment, unless the file comments with `#`: then it is integer division.
//! - `#` is a comment only before a space, a rule of dashes or the end of the line, because
//!   `#fff` and `#header` are not.
//! - `"` may span lines, unless that would swallow what looks like further statements.

use unicode_ident::{is_xid_continue, is_xid_start};

use crate::codes::{UNCLOSED_COMMENT, UNCLOSED_FRONT_MATTER, UNCLOSED_TEXT};
use crate::diagnostic::Diagnostic;
use crate::span::Span;
use crate::tree::Kind;

/// One token: its kind and where it ends; it starts where the one before ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Lexeme {
    pub(crate) kind: Kind,
    pub(crate) span: Span,
}

/// All tokens of `text` in order, covering it without gaps.
pub(crate) fn lex(text: &str) -> (Vec<Lexeme>, Vec<Diagnostic>) {
    let mut lexer = Lexer {
        text,
        at: 0,
        tokens: Vec::with_capacity(text.len() / 4),
        diagnostics: Vec::new(),
        slashes_divide: comments_with_hash(text),
        no_comment_end: false,
    };
    lexer.run();
    (lexer.tokens, lexer.diagnostics)
}

/// Whether some line starts with a `#` comment and none with `//`.
fn comments_with_hash(text: &str) -> bool {
    let mut hash = false;
    for line in text.lines() {
        let line = line.trim_start();
        if line.starts_with("//") {
            return false;
        }
        hash |= line.strip_prefix('#').is_some_and(hash_opens_comment);
    }
    hash
}

/// Whether a `#` that is followed by `rest` (to the end of the line) opens a comment.
fn hash_opens_comment(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || "#-=*!~".contains(c))
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Lexeme>,
    diagnostics: Vec<Diagnostic>,
    slashes_divide: bool,
    /// No `*/` follows any more; remembered so that many open comments cost one search.
    no_comment_end: bool,
}

impl<'a> Lexer<'a> {
    fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or("")
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn push(&mut self, kind: Kind, len: usize) {
        let start = self.at as u32;
        self.at += len;
        self.tokens.push(Lexeme { kind, span: Span::new(start, self.at as u32) });
    }

    fn run(&mut self) {
        if let Some(bom) = self.peek().filter(|c| *c == '\u{feff}') {
            self.push(Kind::Whitespace, bom.len_utf8());
        }
        self.front_matter();
        while let Some(c) = self.peek() {
            self.token(c);
        }
    }

    fn token(&mut self, c: char) {
        let rest = self.rest();
        match c {
            '\n' => self.push(Kind::Newline, 1),
            '\r' => self.push(Kind::Newline, if rest.starts_with("\r\n") { 2 } else { 1 }),
            '"' => self.quoted(),
            '{' => match template_len(rest) {
                Some(len) => self.push(Kind::Template, len),
                None => self.push(Kind::LeftBrace, 1),
            },
            '}' => self.push(Kind::RightBrace, 1),
            '[' => self.push(Kind::LeftBracket, 1),
            ']' => self.push(Kind::RightBracket, 1),
            '(' => self.push(Kind::LeftParen, 1),
            ')' => self.push(Kind::RightParen, 1),
            ',' => self.push(Kind::Comma, 1),
            ';' => self.push(Kind::Semicolon, 1),
            ':' if rest.starts_with("::") || rest.starts_with(":=") => self.push(Kind::Operator, 2),
            ':' => self.push(Kind::Colon, 1),
            '/' if rest.starts_with("/*") => self.block_comment(),
            '/' if self.slashes_open_comment() => self.line_comment(),
            '#' if self.hash_is_comment() => self.line_comment(),
            c if c.is_whitespace() || c == '\0' => {
                let blank = |c: char| (c.is_whitespace() || c == '\0') && c != '\n' && c != '\r';
                self.push(Kind::Whitespace, prefix_len(rest, blank));
            }
            c if c.is_ascii_digit() => self.push(Kind::Number, number_len(rest)),
            c if is_word_start(c) => self.push(Kind::Word, prefix_len(rest, is_word_continue)),
            c => {
                let operators = ["->", "=>", "<-", "==", "!=", "<=", ">=", "&&", "||", "..."];
                let len = operators.iter().find(|o| rest.starts_with(**o)).map(|o| o.len());
                self.push(Kind::Operator, len.unwrap_or(c.len_utf8()));
            }
        }
    }

    /// `---` line to `---` line, only at the very start.
    fn front_matter(&mut self) {
        let rest = self.rest();
        let Some(first) = rest.split_inclusive('\n').next() else { return };
        if first.trim_end() != "---" {
            return;
        }
        let mut len = first.len();
        for line in rest.split_inclusive('\n').skip(1) {
            len += line.len();
            if line.trim_end() == "---" {
                let line_end = line.len() - line.trim_end_matches(['\n', '\r']).len();
                self.push(Kind::FrontMatter, len - line_end);
                return;
            }
        }
        self.diagnostics.push(
            Diagnostic::error(
                UNCLOSED_FRONT_MATTER,
                Span::new(self.at as u32, (self.at + first.trim_end().len()) as u32),
                "the front matter does not end",
            )
            .because("it runs from a line `---` to the next line `---`, and there is no second one")
            .repair("add a line `---` after the last entry"),
        );
        // A file that only begins with a rule of dashes: read the rest as a design.
        self.push(Kind::Operator, first.trim_end().len());
    }

    fn slashes_open_comment(&self) -> bool {
        self.rest().starts_with("//") && !self.slashes_divide && self.after_gap()
    }

    /// Whether what stands before lets a comment begin here (`http://` does not).
    fn after_gap(&self) -> bool {
        self.tokens.last().is_none_or(|t| {
            t.kind.is_trivia()
                || matches!(
                    t.kind,
                    Kind::LeftBrace
                        | Kind::RightBrace
                        | Kind::LeftBracket
                        | Kind::RightBracket
                        | Kind::RightParen
                        | Kind::Comma
                        | Kind::Semicolon
                        | Kind::Text
                        | Kind::LongText
                        | Kind::FrontMatter
                )
        })
    }

    fn hash_is_comment(&self) -> bool {
        let blank_before = self.tokens.last().is_none_or(|t| t.kind.is_trivia());
        blank_before && hash_opens_comment(self.rest().get(1..).unwrap_or(""))
    }

    fn line_comment(&mut self) {
        let len = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        self.push(Kind::LineComment, len);
    }

    fn block_comment(&mut self) {
        let end = match self.no_comment_end {
            true => None,
            false => self.rest().get(2..).and_then(|r| r.find("*/")),
        };
        match end {
            Some(len) => self.push(Kind::BlockComment, len + 4),
            None => {
                self.no_comment_end = true;
                self.diagnostics.push(
                    Diagnostic::error(
                        UNCLOSED_COMMENT,
                        Span::new(self.at as u32, self.at as u32 + 2),
                        "this comment does not end",
                    )
                    .because("`/*` runs to the next `*/`, and there is none")
                    .repair("add `*/`; until then the comment ends with its line"),
                );
                self.line_comment();
                if let Some(last) = self.tokens.last_mut() {
                    last.kind = Kind::BlockComment;
                }
            }
        }
    }

    fn quoted(&mut self) {
        let rest = self.rest();
        if rest.starts_with("\"\"\"") {
            self.long_text();
            return;
        }
        match text_len(rest) {
            Ok(len) => self.push(Kind::Text, len),
            Err(len) => {
                let span = Span::new(self.at as u32, (self.at + len) as u32);
                self.diagnostics.push(
                    Diagnostic::error(UNCLOSED_TEXT, span, "this text does not end")
                        .because("a text in quotes ends with `\"`, and none follows before the next statement")
                        .repair("close it with `\"`; until then it ends with its line"),
                );
                self.push(Kind::Text, len);
            }
        }
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
        let len = rest.find(['\n', '\r']).unwrap_or(rest.len());
        let span = Span::new(self.at as u32, self.at as u32 + 3);
        self.diagnostics.push(
            Diagnostic::error(UNCLOSED_TEXT, span, "this long text does not end")
                .because("`\"\"\"` runs to the next `\"\"\"`, and none closes it before the next one opens")
                .repair("add `\"\"\"` after its last line; until then it ends with its first line"),
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

/// Length of the text at the start of `rest`: `Ok` with its closing quote, `Err` up to its line's end.
fn text_len(rest: &str) -> Result<usize, usize> {
    let mut escaped = false;
    let mut first_line = None;
    let mut line_start = 0;
    for (i, c) in rest.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' if first_line.is_none() => return Ok(i + 1),
            '"' => {
                let line = rest.get(line_start..i).unwrap_or("");
                let after =
                    rest.get(i + 1..).and_then(|r| r.lines().next()).unwrap_or("").trim_start();
                let ends = after.is_empty()
                    || after.starts_with([',', ';', '}', ']', ')'])
                    || after.starts_with("//")
                    || after.starts_with('#');
                return if ends && !looks_like_statement(line) {
                    Ok(i + 1)
                } else {
                    Err(first_line.unwrap_or(i))
                };
            }
            '\n' => {
                let line = rest.get(line_start..i).unwrap_or("").trim();
                let blank = first_line.is_some() && line.is_empty();
                if first_line.is_some() && (blank || looks_like_statement(line)) {
                    return Err(first_line.unwrap_or(i));
                }
                let end = if rest.get(..i).is_some_and(|r| r.ends_with('\r')) { i - 1 } else { i };
                first_line.get_or_insert(end);
                line_start = i + 1;
            }
            _ => {}
        }
    }
    Err(first_line.unwrap_or(rest.len()))
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

/// Length of `{{name}}` at the start of `rest`.
fn template_len(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix("{{")?;
    let len = prefix_len(inner, |c| is_word_continue(c) || c == '.' || c == ' ');
    let name = inner.get(..len)?.trim();
    (!name.is_empty() && inner.get(len..)?.starts_with("}}")).then_some(len + 4)
}

/// Length of a number: digits, a fraction, an exponent with sign, and letters glued to it.
fn number_len(rest: &str) -> usize {
    let digits = |s: &str| prefix_len(s, |c| c.is_ascii_digit() || c == '_');
    let mut len = digits(rest);
    let after = |len: usize| rest.get(len..).unwrap_or("");
    if let Some(fraction) =
        after(len).strip_prefix('.').filter(|f| f.starts_with(|c: char| c.is_ascii_digit()))
    {
        len += 1 + digits(fraction);
    }
    if let Some(exponent) = after(len).strip_prefix(['e', 'E']) {
        let sign = usize::from(exponent.starts_with(['+', '-']));
        let count = digits(exponent.get(sign..).unwrap_or(""));
        if count > 0 {
            len += 1 + sign + count;
        }
    }
    len + prefix_len(after(len), is_word_continue)
}

fn is_word_start(c: char) -> bool {
    is_xid_start(c) || c == '_'
}

fn is_word_continue(c: char) -> bool {
    is_xid_continue(c)
}

fn prefix_len(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}
