//! Tokens to tree, by recursive descent over lines. It cannot fail: what fits nowhere becomes an
//! [`Kind::Unreadable`] node with a diagnostic, and reading goes on behind it.
//!
//! ```text
#![doc = include_str!("grammar.txt")]
//! ```
//!
//! A statement ends with its line, at `;`, at the `}` of its block, and at those commas that separate
//! fields (`{ a: int, b: int }`), never at a comma of prose. Brackets that close keep a statement
//! together over line ends. Which word a head begins with is not the parser's business.

mod brackets;
mod commas;
mod lone;
mod recovery;
mod same_line;
mod scan;
mod statement;
mod value;

use std::collections::BTreeSet;

use crate::codes::{HIDDEN_BRACE, TOO_MANY_ERRORS, UNCLOSED_TEXT};
use crate::diagnostic::Diagnostic;
use crate::lexer::{Lexeme, lex};
use crate::span::Span;
use crate::tree::{Builder, Kind, Tree};

/// The grammar that the parser follows, as text.
pub const GRAMMAR: &str = include_str!("grammar.txt");

/// The deepest nesting of blocks and lists that is read as structure.
///
/// Real designs nest up to six deep. Trees are dropped and walked recursively by the tree library,
/// so the limit is what keeps a file of 100,000 braces from exhausting the stack.
pub const MAX_DEPTH: u32 = 96;

/// How many errors of one file are reported; what is broken more often is not a design.
pub const MAX_REPORTED: usize = 200;

/// A tree and what is wrong with the text it was made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parse {
    /// The lossless tree: `tree.text()` is the text that was parsed.
    pub tree: Tree,
    /// Everything wrong, by place.
    pub diagnostics: Vec<Diagnostic>,
}

/// Reads `text`, any text, in time linear in its length.
pub fn parse(text: &str) -> Parse {
    let (tokens, mut diagnostics) = lex(text);
    let surplus = brackets::brace_surplus(&tokens);
    if surplus >= 0 {
        // A `}` in a comment is missed only where one is missing.
        diagnostics.retain(|d| d.code != HIDDEN_BRACE);
    }
    let indents = brackets::indents(text, &tokens);
    let lines = brackets::lines(&tokens);
    let is_open_text = |d: &&Diagnostic| d.code == UNCLOSED_TEXT;
    let open_texts =
        diagnostics.iter().filter(is_open_text).map(|d| d.primary.span.start).collect();
    let line_indents = brackets::line_indents(&indents, &lines);
    let mut parser = Parser {
        text,
        close: brackets::matching(text, &tokens, &indents),
        outline: brackets::Outline::new(&tokens, &lines, &line_indents),
        line_indents,
        indents,
        lines,
        too_deep_reported: false,
        reported_openers: BTreeSet::new(),
        surplus,
        tokens,
        at: 0,
        builder: Builder::new(),
        diagnostics: Vec::new(),
        open: Vec::new(),
        lists: 0,
        open_texts,
    };
    parser.file();
    parser.lone_brackets();
    diagnostics.append(&mut parser.diagnostics);
    diagnostics.sort_by_key(|d| (d.primary.span, d.code));
    if let Some(next) = diagnostics.get(MAX_REPORTED) {
        let place = Span::at(next.primary.span.start);
        diagnostics.truncate(MAX_REPORTED);
        diagnostics.push(
            Diagnostic::error(TOO_MANY_ERRORS, place, "further errors are not shown")
                .because(format!("{MAX_REPORTED} errors were found before this place"))
                .repair("repair the first ones, or check that this file is a design at all"),
        );
    }
    Parse { tree: Tree::new(parser.builder.finish()), diagnostics }
}

/// A body that is being read.
#[derive(Clone, Copy, Debug)]
struct OpenBody {
    /// The line that opened it is indented this far.
    indent: u32,
    /// Index of its opening brace; `None` for the indented lines of a section.
    brace: Option<usize>,
    /// Where the statement that opened it begins.
    head: Span,
    /// Indent of the first statement that begins a line in it.
    content: Option<u32>,
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<Lexeme>,
    /// For each token: the index of the bracket that closes it, if it is an opening one.
    close: Vec<Option<u32>>,
    /// For each token: the indent of the line, if it is the first on its line.
    indents: Vec<Option<u32>>,
    /// For each token: how many line ends stand before it.
    lines: Vec<u32>,
    /// For each line: how far its first token is indented.
    line_indents: Vec<u32>,
    outline: brackets::Outline,
    too_deep_reported: bool,
    /// Brackets without a partner that were reported.
    reported_openers: BTreeSet<usize>,
    /// Where texts begin that do not end, in order.
    open_texts: Vec<u32>,
    /// How many more `}` than `{` there are; less than zero when some are missing.
    surplus: i64,
    at: usize,
    builder: Builder,
    diagnostics: Vec<Diagnostic>,
    open: Vec<OpenBody>,
    /// How many lists are open around the current token.
    lists: u32,
}

impl Parser<'_> {
    fn file(&mut self) {
        self.builder.open(Kind::File);
        self.trivia();
        if self.kind() == Some(Kind::FrontMatter) {
            self.bump();
        }
        self.statements();
        self.builder.close();
    }

    fn kind(&self) -> Option<Kind> {
        self.kind_at(self.at)
    }

    fn kind_at(&self, index: usize) -> Option<Kind> {
        self.tokens.get(index).map(|t| t.kind)
    }

    fn span_at(&self, index: usize) -> Span {
        self.tokens.get(index).map_or_else(|| Span::at(self.text.len() as u32), |t| t.span)
    }

    fn text_at(&self, index: usize) -> &str {
        self.span_at(index).slice(self.text)
    }

    /// Takes the next token into the tree.
    fn bump(&mut self) {
        if let Some(token) = self.tokens.get(self.at) {
            self.builder.token(token.kind, token.span.slice(self.text));
            self.at += 1;
        }
    }

    /// Takes tokens up to and without `end`.
    fn bump_to(&mut self, end: usize) {
        while self.at < end.min(self.tokens.len()) {
            self.bump();
        }
    }

    /// Takes spaces, line ends and comments.
    fn trivia(&mut self) {
        while self.kind().is_some_and(Kind::is_trivia) {
            self.bump();
        }
    }

    /// Index of the first token from `from` on that is not trivia.
    fn after_trivia(&self, from: usize) -> usize {
        let mut index = from;
        while self.kind_at(index).is_some_and(Kind::is_trivia) {
            index += 1;
        }
        index
    }

    fn report(&mut self, diagnostic: Diagnostic) {
        // One more than is shown, so that it is known that some are not.
        if self.diagnostics.len() <= MAX_REPORTED {
            self.diagnostics.push(diagnostic);
        }
    }
}
