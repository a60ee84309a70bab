//! The same tokens in another form: lines, indentation, quotes, brackets, commas, comments, docstrings.

mod extra;
mod lines;

use ruff_python_ast::token::TokenKind;

use crate::chance::Chance;
use crate::original::Original;
use crate::rewrite::Rewritten;
use extra::Extra;
use lines::{Line, Piece};

/// What one step to the right is.
const STEPS: [&str; 4] = ["  ", "\t", "   ", "        "];

/// The file in another form. With an even seed no comment is left.
pub(crate) fn format(original: &Original<'_>, seed: u64) -> Rewritten {
    let mut chance = Chance::of(seed, "format");
    let extra = Extra::of(original.body(), &mut chance);
    let mut lines = lines::lines(original, seed % 2 == 1);
    lines::drop_docstrings(&mut lines);
    let step = STEPS[(seed % 4) as usize];
    let mut writer = Writer { out: String::new(), anchors: Vec::new(), chance, extra, step };
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        at += 1 + writer.group(line, lines.get(at + 1..).unwrap_or_default());
    }
    writer.anchors.sort_unstable();
    Rewritten { text: writer.out, anchors: writer.anchors }
}

struct Writer {
    out: String,
    anchors: Vec<(u32, u32)>,
    chance: Chance,
    extra: Extra,
    step: &'static str,
}

impl Writer {
    /// Writes a line and some that follow on the same line; says how many of these.
    fn group(&mut self, line: &Line<'_>, rest: &[Line<'_>]) -> usize {
        if self.chance.happens(15) {
            self.out.push('\n');
        }
        self.indent(line.depth);
        if self.chance.happens(5) {
            self.out.push_str("# n = load(a, latency=9)\n");
            self.indent(line.depth);
        }
        self.line(line);
        let mut taken = 0;
        if line.is_header() {
            let is_alone = rest.get(1).is_none_or(|after| after.depth <= line.depth);
            let body = rest.first().filter(|body| body.depth > line.depth && is_alone);
            if let Some(body) = body.filter(|body| body.is_simple() && self.chance.happens(30)) {
                self.out.push(' ');
                self.line(body);
                taken = 1;
            }
        } else if line.is_simple() {
            for next in rest {
                let fits = next.depth == line.depth && next.is_simple();
                if !fits || !self.chance.happens(25) {
                    break;
                }
                self.out.push_str(if self.chance.happens(50) { "; " } else { ";" });
                self.line(next);
                taken += 1;
            }
            if taken > 0 && self.chance.happens(30) {
                self.out.push(';');
            }
        }
        self.out.push('\n');
        taken
    }

    fn indent(&mut self, depth: usize) {
        for _ in 0..depth {
            self.out.push_str(self.step);
        }
    }

    /// Writes the tokens of a line.
    fn line(&mut self, line: &Line<'_>) {
        let splits = self.chance.happens(50);
        let continues = self.chance.happens(10);
        let mut open = 0usize;
        let mut before: Option<&Piece<'_>> = None;
        for piece in &line.pieces {
            let is_close =
                matches!(piece.kind, TokenKind::Rpar | TokenKind::Rsqb | TokenKind::Rbrace);
            let takes_comma = before.is_some_and(|before| {
                !matches!(before.kind, TokenKind::Comma | TokenKind::Comment)
            });
            if is_close && takes_comma && self.extra.commas.contains(&piece.start) {
                self.out.push(',');
            }
            if let Some(before) = before {
                self.gap(before, piece, open, (splits, continues));
            }
            for _ in 0..self.extra.opened.get(&piece.start).copied().unwrap_or(0) {
                self.out.push('(');
            }
            self.piece(piece);
            for _ in 0..self.extra.closed.get(&piece.end).copied().unwrap_or(0) {
                self.out.push(')');
            }
            match piece.kind {
                TokenKind::Lpar | TokenKind::Lsqb | TokenKind::Lbrace => open += 1,
                _ if is_close => open = open.saturating_sub(1),
                _ => {}
            }
            before = Some(piece);
        }
    }

    /// White space between two tokens.
    fn gap(
        &mut self,
        before: &Piece<'_>,
        piece: &Piece<'_>,
        open: usize,
        (splits, continues): (bool, bool),
    ) {
        if before.kind == TokenKind::Comment {
            self.out.push_str("\n   ");
            return;
        }
        let after_comma = before.kind == TokenKind::Comma && self.chance.happens(60);
        if open > 0 && splits && (after_comma || self.chance.happens(8)) {
            self.out.push('\n');
            for _ in 0..self.chance.below(12) {
                self.out.push(' ');
            }
            return;
        }
        if open == 0 && continues && is_operator(before.kind) && self.chance.happens(40) {
            self.out.push_str(" \\\n      ");
            return;
        }
        if (before.is_word() && piece.is_word()) || self.chance.happens(50) {
            self.out.push(' ');
        }
    }

    fn piece(&mut self, piece: &Piece<'_>) {
        let Some(anchor) = piece.anchor else {
            self.out.push_str(piece.text);
            return;
        };
        let at = self.out.len() as u32;
        self.anchors.push((anchor, at));
        let breaks = piece.text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        for (inside, _) in breaks {
            let after = inside as u32 + 1;
            self.anchors.push((anchor + after, at + after));
        }
        match other_quotes(piece) {
            Some(text) if self.chance.happens(50) => self.out.push_str(&text),
            _ => self.out.push_str(piece.text),
        }
    }
}

fn is_operator(kind: TokenKind) -> bool {
    matches!(
        kind,
        TokenKind::Plus
            | TokenKind::Minus
            | TokenKind::Star
            | TokenKind::Slash
            | TokenKind::DoubleSlash
            | TokenKind::Percent
            | TokenKind::And
            | TokenKind::Or
            | TokenKind::Equal
    )
}

/// A plain text in the other quotes, if nothing in it is in the way.
fn other_quotes(piece: &Piece<'_>) -> Option<String> {
    if piece.kind != TokenKind::String {
        return None;
    }
    let (quote, other) = if piece.text.starts_with('"') { ('"', '\'') } else { ('\'', '"') };
    let inner = piece.text.strip_prefix(quote)?.strip_suffix(quote)?;
    let is_plain = !inner.contains(['"', '\'', '\\', '\n']);
    is_plain.then(|| format!("{other}{inner}{other}"))
}
