//! Text to tokens. Every byte belongs to exactly one token; nothing is an error except texts
//! that do not end.
//!
//! Three things depend on more than the next character, because the files that people write do:
//! - `//` is a comment, unless the file comments with `#` only: then it is integer division wherever
//!   a division makes sense; in any file it is one where what follows can only be the rest of a formula.
//! - `#` is a comment only before a space, a rule of dashes or the end of the line, because
//!   `#fff` and `#header` are not; in a file with such comments, `#word` at the start of a line is one
//!   as well, unless it opens a block.
//! - `"` may span lines, unless that would swallow what looks like further statements; it may do so
//!   where they are deeper than the line it begins on.
//! - `'` opens a text only where a word could begin and only when it ends on its line (`don't`).

mod foreign;
mod open_texts;
mod slashes;
mod texts;

use unicode_ident::{is_xid_continue, is_xid_start};

use crate::codes::{UNCLOSED_COMMENT, UNCLOSED_FRONT_MATTER};
use crate::diagnostic::Diagnostic;
use crate::parser::MAX_REPORTED;
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
    let mut lexer = Lexer::run(text, Signs::default(), Vec::new());
    let signs = lexer.signs_seen();
    let outside = foreign::outside(text, &lexer.fences);
    if signs != Signs::default() || !outside.is_empty() {
        lexer = Lexer::run(text, signs, outside);
    }
    (lexer.tokens, lexer.diagnostics)
}

/// Whether a `#` that is followed by `rest` (to the end of the line) opens a comment.
fn hash_opens_comment(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || "#-=*!~".contains(c))
}

/// What signs mean that mean different things in different files.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
struct Signs {
    /// `//` is a division where one could stand.
    slashes_divide: bool,
    /// `#word` at the start of a line is a comment, not a selector.
    tight_hashes_comment: bool,
}

/// Which kinds of comments a text was seen to use.
#[derive(Clone, Copy, Default)]
struct CommentStyles {
    /// A `#` comment that begins a line.
    hash: bool,
    /// A line that begins with `#` and a word, and opens no block.
    tight_hash: bool,
    /// A `//` where no division could stand.
    slashes: bool,
    /// A `//` that could be a division.
    ambiguous: bool,
}

struct Lexer<'a> {
    text: &'a str,
    at: usize,
    tokens: Vec<Lexeme>,
    diagnostics: Vec<Diagnostic>,
    signs: Signs,
    seen: CommentStyles,
    /// The lines of markdown fences, in order.
    fences: Vec<Span>,
    /// What stands outside of the fences and is not a design, last first.
    outside: Vec<Span>,
    /// The part of it that was read last.
    outside_before: Option<Span>,
    /// A token was read that means something.
    begun: bool,
    /// A mark `<<<<<<<` waits for its `>>>>>>>`.
    in_conflict: bool,
    /// A NUL was reported.
    nul_reported: bool,
    /// No `*/` follows any more; remembered so that many open comments cost one search.
    no_comment_end: bool,
    /// Before this offset no `"` closes a text that began on an earlier line; remembered so that
    /// many texts that do not end cost one search.
    no_text_end_before: usize,
    /// The same for a text whose further lines are deeper than its first.
    no_deeper_end_before: usize,
    /// Before this offset no text is cut short a second time.
    no_reopening_before: usize,
    /// The same for `'` on its own line.
    no_single_end_before: usize,
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
        self.begun |= !kind.is_trivia();
        self.tokens.push(Lexeme { kind, span: Span::new(start, self.at as u32) });
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() <= MAX_REPORTED {
            self.diagnostics.push(diagnostic);
        }
    }

    /// Reads all of `text`; `signs` says what ambiguous signs are.
    fn run(text: &'a str, signs: Signs, mut outside: Vec<Span>) -> Self {
        outside.reverse();
        let mut lexer = Lexer {
            text,
            at: 0,
            tokens: Vec::with_capacity(text.len() / 4),
            diagnostics: Vec::new(),
            signs,
            seen: CommentStyles::default(),
            fences: Vec::new(),
            outside,
            outside_before: None,
            begun: false,
            in_conflict: false,
            nul_reported: false,
            no_comment_end: false,
            no_text_end_before: 0,
            no_deeper_end_before: 0,
            no_reopening_before: 0,
            no_single_end_before: 0,
        };
        lexer.all();
        lexer
    }

    /// What the ambiguous signs of the text are, after it was read.
    fn signs_seen(&self) -> Signs {
        Signs {
            slashes_divide: self.seen.hash && self.seen.ambiguous && !self.seen.slashes,
            tight_hashes_comment: self.seen.hash && self.seen.tight_hash,
        }
    }

    fn all(&mut self) {
        if let Some(bom) = self.peek().filter(|c| *c == '\u{feff}') {
            self.push(Kind::Whitespace, bom.len_utf8());
        }
        self.front_matter();
        while let Some(c) = self.peek() {
            if !self.foreign() {
                self.token(c);
            }
        }
    }

    fn token(&mut self, c: char) {
        let rest = self.rest();
        match c {
            '\n' => self.push(Kind::Newline, 1),
            '\r' => self.push(Kind::Newline, if rest.starts_with("\r\n") { 2 } else { 1 }),
            // Inches: `a 6" pipe`.
            '"' if self.tokens.last().is_some_and(|t| t.kind == Kind::Number) => self.inches(),
            '"' => self.quoted(),
            '\'' => match self.single_quoted_len() {
                Some(len) => self.push(Kind::Text, len),
                None => self.push(Kind::Operator, 1),
            },
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
                let len = prefix_len(rest, blank);
                self.report_nul(rest.get(..len).unwrap_or(""));
                self.push(Kind::Whitespace, len);
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
        self.report(
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

    fn slashes_open_comment(&mut self) -> bool {
        if !self.rest().starts_with("//") || !self.after_gap() {
            return false;
        }
        let before = self.tokens.iter().rev().find(|t| t.kind != Kind::Whitespace);
        let dividend = before.is_some_and(|t| {
            matches!(t.kind, Kind::Word | Kind::Number | Kind::RightParen | Kind::RightBracket)
        });
        if !dividend {
            self.seen.slashes = true;
            return true;
        }
        if reads_like_prose(self.rest().get(2..).unwrap_or("")) {
            return true;
        }
        self.seen.ambiguous = true;
        !self.signs.slashes_divide && !self.divides_here()
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

    fn hash_is_comment(&mut self) -> bool {
        let rest = self.rest().get(1..).unwrap_or("");
        let before = self.tokens.iter().rev().find(|t| t.kind != Kind::Whitespace);
        let begins_line = before.is_none_or(|t| t.kind == Kind::Newline);
        if self.after_gap() && hash_opens_comment(rest) {
            self.seen.hash |= begins_line;
            return true;
        }
        let tight = begins_line
            && rest.starts_with(is_word_start)
            && !rest.lines().next().unwrap_or("").contains(['{', '}']);
        self.seen.tight_hash |= tight;
        tight && self.signs.tight_hashes_comment
    }

    fn line_comment(&mut self) {
        let len = self.rest().find(['\n', '\r']).unwrap_or(self.rest().len());
        self.hidden_brace(len);
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
                self.report(
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
}

/// Words that stand between the operands of a formula.
const FORMULA_WORDS: &[&str] = &["if", "else", "for", "and", "or", "not", "in", "where", "is"];

/// Whether two words follow each other before the end of the line or the next comment sign: `// the
/// batch size` as opposed to `// patch) ** 2`.
fn reads_like_prose(rest: &str) -> bool {
    let line =
        rest.find(['\n', '\r', '#', '/', '"']).map_or(rest, |end| rest.get(..end).unwrap_or(""));
    let mut previous_is_word = false;
    line.split_whitespace().any(|word| {
        // A number with a unit behind it is one operand.
        let is_word = word.starts_with(is_word_start)
            && word.chars().all(is_word_continue)
            && !FORMULA_WORDS.contains(&word);
        std::mem::replace(&mut previous_is_word, is_word) && is_word
    })
}

/// Length of `{{name}}` at the start of `rest`; what stands inside may be a path or a formula, but has
/// no colon, comma or brace of its own, unlike a map in a map.
fn template_len(rest: &str) -> Option<usize> {
    let inner = rest.strip_prefix("{{")?;
    let len = inner.find(['{', '}', ':', ',', ';', '\n', '\r'])?;
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

/// Indices and primes belong to the name they stand at: `λ₁`, `x²`, `h′`.
fn is_word_continue(c: char) -> bool {
    is_xid_continue(c) || matches!(c, '¹' | '²' | '³' | '\u{2070}'..='\u{209c}' | '′' | '″')
}

fn prefix_len(text: &str, accept: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accept(c)).unwrap_or(text.len())
}
