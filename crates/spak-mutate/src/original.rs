//! A file that is to be written otherwise, parsed.

use std::collections::BTreeSet;

use ruff_python_ast::token::{Token, TokenKind};
use ruff_python_ast::{ModModule, Stmt};
use ruff_python_parser::{Parsed, parse_module};
use ruff_text_size::Ranged as _;

/// A file, its tokens and its tree.
pub(crate) struct Original<'t> {
    pub(crate) text: &'t str,
    parsed: Parsed<ModModule>,
}

impl<'t> Original<'t> {
    pub(crate) fn of(text: &'t str) -> Result<Self, String> {
        let parsed = parse_module(text).map_err(|error| error.to_string())?;
        Ok(Self { text, parsed })
    }

    /// The statements of the file.
    pub(crate) fn body(&self) -> &[Stmt] {
        self.parsed.suite()
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        self.parsed.tokens()
    }

    /// The text from `start` to `end`.
    pub(crate) fn slice(&self, start: u32, end: u32) -> &'t str {
        self.text.get(start as usize..end as usize).unwrap_or("")
    }

    /// Where each token begins that is more than white space, and each line inside of one.
    pub(crate) fn anchors(&self) -> Vec<u32> {
        let mut anchors = Vec::new();
        for token in self.tokens().iter().filter(|token| !is_blank(token.kind())) {
            let (start, end) = (token.start().to_u32(), token.end().to_u32());
            anchors.push(start);
            let breaks = self.slice(start, end).bytes().enumerate();
            let breaks = breaks.filter(|(_, byte)| *byte == b'\n');
            anchors.extend(breaks.map(|(at, _)| start + at as u32 + 1));
        }
        anchors
    }

    /// Every name that is written in the file, as a name or as an attribute.
    pub(crate) fn words(&self) -> BTreeSet<&'t str> {
        let names = self.tokens().iter().filter(|token| token.kind() == TokenKind::Name);
        names.map(|token| self.slice(token.start().to_u32(), token.end().to_u32())).collect()
    }

    /// The start of a word with which none of the file's begins.
    pub(crate) fn free_prefix(&self, wanted: &str) -> String {
        let words = self.words();
        let mut prefix = wanted.to_owned();
        while words.iter().any(|word| word.starts_with(&prefix) && is_numbered(word, &prefix)) {
            prefix.push('_');
        }
        prefix
    }
}

fn is_numbered(word: &str, prefix: &str) -> bool {
    let rest = word.get(prefix.len()..).unwrap_or("");
    !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a token is white space.
pub(crate) fn is_blank(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Newline
            | TokenKind::NonLogicalNewline
            | TokenKind::Indent
            | TokenKind::Dedent
            | TokenKind::EndOfFile
    )
}
