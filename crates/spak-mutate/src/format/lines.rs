//! The lines of a file as its tokens: what stands between two ends of statements.

use ruff_python_ast::token::TokenKind;
use ruff_text_size::Ranged as _;

use crate::original::Original;

/// A token, or several that stay as they are.
pub(super) struct Piece<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    pub(super) start: u32,
    pub(super) end: u32,
    /// Where it was, if it is of the original.
    pub(super) anchor: Option<u32>,
}

impl Piece<'_> {
    /// Whether it needs a blank next to another word.
    pub(super) fn is_word(&self) -> bool {
        let is_text = |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80;
        self.text
            .bytes()
            .next()
            .is_some_and(|b| is_text(b) || matches!(b, b'_' | b'"' | b'\'' | b'.'))
            || self.text.bytes().last().is_some_and(|b| is_text(b) || b == b'.')
    }
}

/// A statement, or the first line of one that has others inside.
pub(super) struct Line<'t> {
    pub(super) depth: usize,
    pub(super) pieces: Vec<Piece<'t>>,
}

impl Line<'_> {
    fn first(&self) -> Option<TokenKind> {
        self.pieces.first().map(|piece| piece.kind)
    }

    /// Whether others may follow on the same line.
    pub(super) fn is_simple(&self) -> bool {
        let has_comment = self.pieces.iter().any(|piece| piece.kind == TokenKind::Comment);
        !has_comment && self.first().is_some_and(|kind| !begins_block(kind))
    }

    /// Whether statements inside of it follow.
    pub(super) fn is_header(&self) -> bool {
        self.pieces.last().is_some_and(|piece| piece.kind == TokenKind::Colon)
    }

    fn is_docstring(&self) -> bool {
        matches!(self.pieces.as_slice(), [only] if only.kind == TokenKind::String)
    }
}

/// Whether a statement that begins so has others inside, or belongs to the next line.
fn begins_block(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::If
            | TokenKind::For
            | TokenKind::While
            | TokenKind::Def
            | TokenKind::Class
            | TokenKind::With
            | TokenKind::Try
            | TokenKind::Async
            | TokenKind::Else
            | TokenKind::Elif
            | TokenKind::Except
            | TokenKind::Finally
            | TokenKind::Match
            | TokenKind::Case
            | TokenKind::At
            | TokenKind::Comment
    )
}

/// The lines of a file, with or without its comments.
pub(super) fn lines<'t>(original: &Original<'t>, keeps_comments: bool) -> Vec<Line<'t>> {
    let mut lines = Vec::new();
    let mut depth = 0usize;
    let mut pieces: Vec<Piece<'t>> = Vec::new();
    // Formatted texts have tokens inside; they are one piece.
    let mut inside = 0usize;
    let mut open = 0usize;
    for token in original.tokens() {
        let (kind, start, end) = (token.kind(), token.start().to_u32(), token.end().to_u32());
        if inside > 0 {
            match kind {
                TokenKind::FStringStart | TokenKind::TStringStart => inside += 1,
                TokenKind::FStringEnd | TokenKind::TStringEnd => inside -= 1,
                _ => {}
            }
            if let Some(piece) = pieces.last_mut() {
                piece.end = end;
                piece.text = original.slice(piece.start, end);
            }
            continue;
        }
        // What stands behind the colon of a block is of the block, all of it.
        let is_end =
            kind == TokenKind::Semi && pieces.first().is_some_and(|p| !begins_block(p.kind));
        match kind {
            _ if is_end || kind == TokenKind::Newline => {
                let pieces = std::mem::take(&mut pieces);
                if !pieces.is_empty() {
                    lines.push(Line { depth, pieces });
                }
                continue;
            }
            TokenKind::NonLogicalNewline | TokenKind::EndOfFile => {
                let is_comment = pieces.iter().all(|piece| piece.kind == TokenKind::Comment);
                if open == 0 && is_comment && !pieces.is_empty() {
                    lines.push(Line { depth, pieces: std::mem::take(&mut pieces) });
                }
                continue;
            }
            TokenKind::Indent => {
                depth += 1;
                continue;
            }
            TokenKind::Dedent => {
                depth = depth.saturating_sub(1);
                continue;
            }
            TokenKind::Comment if !keeps_comments => continue,
            TokenKind::FStringStart | TokenKind::TStringStart => inside = 1,
            TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open += 1,
            TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace => open = open.saturating_sub(1),
            _ => {}
        }
        let text = original.slice(start, end);
        pieces.push(Piece { kind, text, start, end, anchor: Some(start) });
    }
    if !pieces.is_empty() {
        lines.push(Line { depth, pieces });
    }
    lines
}

/// Takes out texts that are statements; a block that has nothing else keeps one that does nothing.
pub(super) fn drop_docstrings(lines: &mut Vec<Line<'_>>) {
    let is_code = |line: &&Line<'_>| line.first() != Some(TokenKind::Comment);
    let mut alone = vec![false; lines.len()];
    for (at, line) in lines.iter().enumerate().filter(|(_, line)| line.is_docstring()) {
        let before = lines.get(..at).unwrap_or_default().iter().rev().find(is_code);
        let after = lines.get(at + 1..).unwrap_or_default().iter().find(is_code);
        let opens = before.is_some_and(|before| before.depth < line.depth);
        let closes = after.is_none_or(|after| after.depth < line.depth);
        if let Some(place) = alone.get_mut(at) {
            *place = opens && closes;
        }
    }
    let mut alone = alone.into_iter();
    lines.retain_mut(|line| {
        let is_alone = alone.next().unwrap_or(false);
        if !line.is_docstring() {
            return true;
        }
        if let (true, Some(piece)) = (is_alone, line.pieces.first_mut()) {
            *piece = Piece { kind: TokenKind::Pass, text: "pass", anchor: None, ..*piece };
        }
        is_alone
    });
}
